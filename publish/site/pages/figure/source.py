"""Where a figure is printed: cells of tables, and lines of the document with the figure marked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from publish.release.document_text import lines_of_document
from publish.release.opened import Served, term
from publish.site.presentation import View
from publish.site.select import select

AROUND = 1
"""Lines of the document that are shown before and after those of a figure."""
MOST_LINES = 5
"""Lines of a figure that are shown at most, without those around it."""
LONGEST_LINE = 400
"""Characters of a line that are shown."""
MOST_CELLS, MOST_LOOKED_AT = 20, 100
"""Cells of one figure that are told at most, and among how many."""


@dataclass(frozen=True, kw_only=True)
class ExcerptLine:
    """A line of a document; ``marked`` is the figure where it stands in this line."""

    number: int
    before: str
    marked: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintedCell:
    """A cell of a printed table that a figure comes from."""

    text: str
    """As it is printed; nothing where that is not published."""
    iri: str
    path: str | None
    """The cell on the page of its table."""
    table: str
    """The title of the table."""
    row: str
    column: str
    line: str
    """The line of the document, as 81 or 70-71; nothing where it is not known."""
    document: str
    """The title of the document, or nothing."""
    document_iri: str
    document_path: str | None
    """The line on the page of the document."""
    address: str | None
    """Where the document itself can be read."""
    excerpt: tuple[ExcerptLine, ...]
    """Lines of the document around the figure; none where its text is not published."""


def printed_cells(view: View, observation: ox.NamedNode) -> list[PrintedCell]:
    """Return the cells that an observation comes from, in the order of their place."""
    served = view.served
    cells = islice(served.objects(observation, term("prov:wasDerivedFrom")), MOST_LOOKED_AT)
    rows = [
        {"cell": cell, **row}
        for cell in cells
        if isinstance(cell, ox.NamedNode)
        for row in select(served, "select_source", cell=cell)
    ]
    by_cell = {row["cell"].value: row for row in sorted(rows, key=_place)}
    return [_cell(view, iri, row) for iri, row in list(by_cell.items())[:MOST_CELLS]]


def excerpt_of(
    lines: Sequence[str], where: str, text: str, row: Iterable[str] = ()
) -> tuple[ExcerptLine, ...]:
    """Return the lines of a figure and those around them, the figure marked.

    ``where`` is ``81`` or ``70-71``, ``text`` the figure as it is printed, and ``row`` the cells of
    the row up to and with the figure, which tell it from an equal one in the same line.
    """
    first, last = _range(where)
    if not 1 <= first <= last <= len(lines):
        return ()
    last = min(last, first + MOST_LINES - 1)
    own = [line[:LONGEST_LINE].rstrip() for line in lines[first - 1 : last]]
    at = _place_in("\n".join(own), text, list(row))
    shown = []
    for number in range(max(1, first - AROUND), min(len(lines), last + AROUND) + 1):
        line = lines[number - 1][:LONGEST_LINE].rstrip()
        if at is None or not first <= number <= last:
            shown.append(ExcerptLine(number=number, before=line))
            continue
        if 0 <= at < len(line):
            before, marked, after = line[:at], line[at : at + len(text)], line[at + len(text) :]
            shown.append(ExcerptLine(number=number, before=before, marked=marked, after=after))
        else:
            shown.append(ExcerptLine(number=number, before=line))
        at -= len(line) + 1
    return tuple(shown)


def _place_in(printed: str, text: str, row: list[str]) -> int | None:
    """Return where a figure stands in the lines that print it; None where that is not certain.

    It is certain where the cells of its row up to it stand there once, in their order, or where
    there is no other figure like it. A label may run on to the next line, and touch a figure.
    """
    if not text:
        return None
    cells = [r"\s+".join(map(re.escape, cell.split())) for cell in row if cell]
    if len(cells) > 1 and row[-1] == text:
        label, *figures = cells
        pattern = rf"(?<!\S){label}\s*" + r"\s+".join([*figures[:-1], f"({figures[-1]})"])
        found = list(re.finditer(rf"{pattern}(?!\S)", printed))
        if len(found) == 1:
            return found[0].start(1)
    alone = [match.start() for match in re.finditer(rf"(?<!\S){re.escape(text)}(?!\S)", printed)]
    return alone[0] if len(alone) == 1 else None


def _cell(view: View, iri: str, row: dict[str, ox.NamedNode | ox.Literal]) -> PrintedCell:
    served = view.served

    def value(name: str) -> str:
        return row[name].value if name in row else ""

    line, document, text = value("line"), value("document"), value("text").strip()
    path = served.local_path(document) if document else None
    lines = lines_of_document(served, document) if document and line else None
    cells = _row_up_to(served, value("table"), value("row"), value("column")) if lines else []
    return PrintedCell(
        text=text,
        iri=iri,
        path=served.local_path(iri),
        table=view.label(value("table")) if "table" in row else iri,
        row=value("row"),
        column=value("column"),
        line=line,
        document=view.label(document) if document else "",
        document_iri=document,
        document_path=f"{path}#L{_range(line)[0]}" if path and lines else path,
        address=value("address") or None,
        excerpt=excerpt_of(lines, line, text, cells) if lines else (),
    )


def _row_up_to(served: Served, table: str, row: str, column: str) -> list[str]:
    """Return the cells of a row of a printed table up to a column, counted from 1."""
    file = served.table(table.removeprefix(f"{served.base}/id/"))
    if file is None or not (row.isdigit() and column.isdigit()):
        return []
    text = io.StringIO(served.read(file).decode("utf-8-sig"), newline="")
    for number, cells in enumerate(csv.reader(text), start=1):
        if number == int(row):
            return [cell.strip() for cell in cells[: int(column)]]
    return []


def _range(where: str) -> tuple[int, int]:
    """Return the first and last of lines as ``70-71``; 0 for what is no number."""
    first, _, last = where.partition("-")
    if not first.strip().isdigit() or not (last or first).strip().isdigit():
        return 0, 0
    return int(first), int(last or first)


def _place(row: dict[str, ox.NamedNode | ox.Literal]) -> list[tuple[int, str]]:
    """Return a key by which cells come in the order of their tables, rows and columns."""
    parts = re.split(r"(\d+)", row["cell"].value)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
