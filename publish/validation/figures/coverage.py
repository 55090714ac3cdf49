"""Coverage: warnings for tables and rows that no mapping reads.

A document lists under ``not-published:`` what is left out on purpose; a wrong entry there is a
fault. Columns need no check, as a mapping reads all columns of its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from publish.cube.crosstab import rows_to_take
from publish.faults.fault import Fault, did_you_mean, fault, phrase
from publish.mappings.document import Document
from publish.mappings.mapping import Mapping, TableUse
from publish.project.project import Project
from publish.tables.findings import Findings, shown
from publish.tables.table import Table, open_table, read_blocks

MOST_LABELS = 200
"""Labels of rows that are reported of one table."""


def check_coverage(
    project: Project, mappings: Iterable[Mapping], documents: dict[str, Document]
) -> Iterator[Fault]:
    """Yield a warning for each table and row that is not read, and faults in ``not-published:``."""
    uses: dict[str, list[TableUse]] = {}
    for mapping in mappings:
        for use in mapping.uses:
            uses.setdefault(f"{use.document}/{use.table}", []).append(use)
    for document in documents.values():
        folder = project.root / "mappings" / document.key
        paths = {path.stem: path for path in sorted(folder.glob("*.csv")) if path.is_file()}
        entries = _read_entries(document)
        for entry in entries:
            if entry.table not in paths:
                place = entry.place("table")
                file = project.shown(folder / f"{entry.table}.csv")
                hint, name = did_you_mean(entry.table, paths), f"{document.key}/{entry.table}"
                yield fault("no-such-table", *place, table=name, file=file, hint=hint)
        for name, path in paths.items():
            own = [entry for entry in entries if entry.table == name]
            here = uses.get(f"{document.key}/{name}", [])
            yield from _check_table(project, document, path, here, own)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An entry of ``not-published:``, a table or a row of it."""

    document: Document
    number: int
    table: str
    row: str | None

    def place(self, key: str) -> tuple[str, int, int]:
        """Return path, line and column of a key of the entry."""
        assert self.document.file is not None  # noqa: S101 - an entry stands in a file
        return self.document.file.place("not-published", self.number, key)


def _read_entries(document: Document) -> list[_Entry]:
    data = document.file.data if document.file else {}
    return [
        _Entry(document=document, number=number, table=entry["table"], row=entry.get("row"))
        for number, entry in enumerate(data.get("not-published", ()))
    ]


def _check_table(
    project: Project, document: Document, path: Path, uses: list[TableUse], entries: list[_Entry]
) -> Iterator[Fault]:
    """Yield what is not read of one table, and wrong entries about it."""
    name = f"{document.key}/{path.stem}"
    of_rows = [entry for entry in entries if entry.row is not None]
    if uses:
        for entry in entries:
            if entry.row is None:
                yield fault("published-all-the-same", *entry.place("table"), what=name)
    elif len(entries) == len(of_rows):
        yield fault("table-not-used", project.shown(path), 1, 1, table=name)
    is_chosen = bool(uses) and all(use.take or use.leave for use in uses)
    if not of_rows and not is_chosen:
        return
    depth = max((use.columns.depth for use in uses), default=1)
    table = open_table(path, project.shown(path), document.key, max(1, depth), [])
    if table is None:
        return  # reported where the table is read
    used, left = _rows(table, uses)
    for entry in of_rows:
        if entry.row in used:
            what = phrase("row-of-table", label=shown(entry.row or ""), table=name)
            yield fault("published-all-the-same", *entry.place("row"), what=what)
        elif entry.row not in left:
            hint, label = did_you_mean(entry.row or "", left), shown(entry.row or "")
            place = entry.place("row")
            yield fault("label-not-printed", *place, label=label, table=table.shown, hint=hint)
    if not uses:
        return
    findings, named = Findings(table=table), {entry.row for entry in of_rows}
    unnamed = [item for item in left.items() if item[0] not in named]
    for label, row in unnamed[:MOST_LABELS]:
        findings.add("row-not-used", row, 1, label=shown(label), document=document.key,
                     table=path.stem)  # fmt: skip
    yield from findings.faults()
    if more := len(unnamed[MOST_LABELS:]):
        rest = fault("more-breaches", table.shown, more=more, kept=MOST_LABELS, kind="row-not-used")
        yield replace(rest, severity="warning")


def _rows(table: Table, uses: list[TableUse]) -> tuple[set[str], dict[str, int]]:
    """Return the labels of rows that are read; and the others, each with its first row."""
    used, left = set[str](), dict[str, int]()
    for block in read_blocks(table, []):
        taken = np.zeros(len(block.cells), dtype=np.bool_)
        for use in uses:
            taken[rows_to_take(use, block)] = True
        labels = block.cells.iloc[:, 0]
        used.update(labels[taken].unique().tolist())
        for at in np.flatnonzero(~(taken | labels.duplicated().to_numpy())).tolist():
            left.setdefault(str(labels.iat[at]), int(block.rows[at]))
    return used, {label: row for label, row in left.items() if label not in used}
