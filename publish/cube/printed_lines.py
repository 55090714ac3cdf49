"""Whether printed tables and the text of their document agree: lines that are there, and figures.

Only what says in which line it stands is compared, and only where the text is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publish.cube.assemble import Cube
from publish.cube.crosstab import Crosstab
from publish.faults.fault import Fault, fault, shortened
from publish.mappings.document import Document
from publish.tables.cells_in_text import lines_within, places_of_row
from publish.tables.table import places, read_blocks

MOST_FAULTS = 100
"""Faults of one table that are reported: a text of another document would give one per cell."""


def check_printed_lines(cubes: Iterable[Cube]) -> Iterator[Fault]:
    """Yield what is wrong with the source lines of each table that a cube reads, once a table."""
    checked = set[str]()
    for cube in cubes:
        for crosstab in cube.crosstabs:
            table = crosstab.table
            document = cube.documents.get(table.document)
            if document is None or document.text is None or not table.has_source_line:
                continue
            if table.shown not in checked:
                checked.add(table.shown)
                yield from _faults_of_table(crosstab, document.text.lines, document.text.shown)


def _faults_of_table(crosstab: Crosstab, lines: list[str], file: str) -> Iterator[Fault]:
    table, first = crosstab.table, crosstab.label_columns
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for block in read_blocks(table, []):
        rows = block.cells.to_numpy(dtype=object).tolist()
        for number, cells, where in zip(block.rows.tolist(), rows, block.source_lines, strict=True):
            if not where.strip() or len(found) >= MOST_FAULTS:
                continue
            named = lines_within(where, len(lines))
            if named is None:
                found[number, table.width + 1] = "line-not-in-text", where
                continue
            label, printed = " ".join(cells[:first]), cells[first:]
            for at, place in enumerate(places_of_row(lines, named, label, printed)):
                if place is None and printed[at].strip():
                    found[number, first + at + 1] = "figure-not-in-text", where
    where_of = places(table, set(found))
    for cell, (code, where) in found.items():
        line, column, text = where_of[cell]
        particulars = {"lines": where, "file": file, "count": len(lines)}
        yield fault(code, table.shown, line, column, text=shortened(text), **particulars)


def check_lines_of_document(document: Document) -> Iterator[Fault]:
    """Yield a fault for each line that a document names and that its text does not have."""
    if document.text is None or document.file is None:
        return
    count = len(document.text.lines)
    named = [(item.lines, (*item.steps, "lines")) for item in document.missing if item.lines]
    named += [(item.lines, (*item.steps, "lines")) for item in document.questions if item.lines]
    for lines, steps in named:
        if lines_within(lines, count) is None:
            particulars = {"lines": lines, "file": document.text.shown, "count": count}
            yield document.file.fault("line-not-in-text", *steps, **particulars)
