"""The tables of a data set as its source prints them, each cell linked to its figure."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from publish.exports.description import DataSetDescription, SourceTable
from publish.exports.figure_text import one_line
from publish.exports.observation import Observation
from publish.release.opened import Served
from publish.site.pages.data_set.about import address_of_lines
from publish.site.pages.data_set.table import CellAddress
from publish.tables.records import SOURCE_LINE

MOST_TABLES = 20
MOST_ROWS = 500
"""Rows of a table that are shown; the whole table has a page of its own."""


@dataclass(frozen=True, kw_only=True)
class CellOfSource:
    """A cell as it is printed."""

    text: str
    address: str | None
    """Where the figure that it prints is opened."""
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class RowOfSource:
    """A row as it is printed, with the line of the document that prints it."""

    cells: tuple[CellOfSource, ...]
    line: str | None
    line_address: str | None


@dataclass(frozen=True, kw_only=True)
class TableOfSource:
    """A printed table."""

    title: str
    path: str | None
    """The path of its own page."""
    document: str
    document_path: str | None
    header: tuple[tuple[str, ...], ...]
    rows: tuple[RowOfSource, ...]
    stub: int
    """How many columns stand before the first figure."""
    has_lines: bool
    has_more: bool


def tables_of_source(
    served: Served,
    description: DataSetDescription,
    observations: Iterable[Observation],
    *,
    language: str,
    cell_address: CellAddress,
    cell: tuple[str, ...],
) -> list[TableOfSource]:
    """Return the printed tables of a data set; a data set of sums has none.

    ``observations`` are those whose cells are linked.
    """
    if description.derived_from:
        return []
    made = {item.source: item for item in observations if item.source}
    found = []
    for table in description.tables[:MOST_TABLES]:
        file = served.table(f"tabel/{table.name}.csv")
        if file is not None:
            text = served.read(file).decode("utf-8-sig")
            own = {(row, at): one for (name, row, at), one in made.items() if name == table.name}
            maker = _PrintedMaker(served, table, own, language, cell_address, cell)
            found.append(maker.make(text))
    return found


@dataclass(frozen=True)
class _PrintedMaker:
    served: Served
    table: SourceTable
    made: dict[tuple[int, int], Observation]
    language: str
    cell_address: CellAddress
    cell: tuple[str, ...]

    def make(self, text: str) -> TableOfSource:
        table = self.table
        records = csv.reader(io.StringIO(text, newline=""))
        header = list(itertools.islice(records, table.header_rows))
        has_lines = bool(header) and bool(header[-1]) and header[-1][-1] == SOURCE_LINE
        rows = list(itertools.islice(records, MOST_ROWS + 1))
        width = max(map(len, (*header, *rows)), default=0) - has_lines
        return TableOfSource(
            title=one_line(table.title[self.language]),
            path=self.served.local_path(table.iri),
            document=one_line(table.document_title[self.language]),
            document_path=address_of_lines(self.served, table.document, table.lines),
            header=tuple(
                tuple((row[: len(row) - has_lines] + [""] * width)[:width]) for row in header
            ),
            rows=tuple(
                self._row(number, record, width, has_lines=has_lines)
                for number, record in enumerate(rows[:MOST_ROWS], start=table.header_rows + 1)
            ),
            stub=min((column for _, column in self.made), default=2) - 1,
            has_lines=has_lines,
            has_more=len(rows) > MOST_ROWS,
        )

    def _row(self, number: int, record: list[str], width: int, *, has_lines: bool) -> RowOfSource:
        line = record[-1].strip() if has_lines and record else None
        texts = ((record[:-1] if has_lines else record) + [""] * width)[:width]
        return RowOfSource(
            cells=tuple(self._cell(number, at, text) for at, text in enumerate(texts, start=1)),
            line=line,
            line_address=address_of_lines(self.served, self.table.document, line) if line else None,
        )

    def _cell(self, row: int, column: int, text: str) -> CellOfSource:
        observation = self.made.get((row, column))
        return CellOfSource(
            text=text.strip(),
            address=self.cell_address(observation.codes) if observation else None,
            is_chosen=observation is not None and observation.codes == self.cell,
        )
