"""The tables of a data set as its source prints them, each with the figures that are published.

They are made again from the copies in ``tables/DOCUMENT/HASH/NAME.csv`` of the release, which
stand beside the columns. A cell whose figure is an observation of the data set is a number; what
is not, as a row that was left out, stays as it is printed. A data set of sums has none.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from publish.cube.columns_file.engine import relation
from publish.exports.description import SourceTable
from publish.exports.layouts.pivot import MOST_CELLS, TooManyCells
from publish.exports.observations import SelectedObservations
from publish.tables.records import SOURCE_LINE

MARKS = ((",", "."), (".", ","), (".", " "))
"""The decimal sign of a printed number and the sign between thousands, the usual first."""


@dataclass(frozen=True, kw_only=True)
class CellAsPrinted:
    """A cell of a printed table."""

    text: str
    """As it is printed."""
    value: Decimal | None = None
    """The number that is printed, where it is published."""
    before: str = ""
    """What is printed before the number, as a sign of currency."""
    after: str = ""
    """What is printed behind the number, as a percent sign or the mark of a note."""
    is_figure: bool = False
    """Whether it is an observation, with a value or without."""
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableAsPrinted:
    """A printed table."""

    source: SourceTable
    header: tuple[tuple[str, ...], ...]
    """The rows above the figures."""
    rows: tuple[tuple[CellAsPrinted, ...], ...]
    source_lines: tuple[str, ...] | None
    """The line of the document that prints each row, where that is known."""
    stub: int
    """How many columns stand before the first figure."""

    @property
    def width(self) -> int:
        """The number of columns, without that of source lines."""
        return max(map(len, self.header), default=0)

    @property
    def reasons(self) -> frozenset[str]:
        """The codes of reasons for which figures are not shown."""
        return frozenset(code for row in self.rows for cell in row for code in cell.reasons)

    @property
    def notes(self) -> frozenset[str]:
        """The names of remarks on its figures."""
        return frozenset(name for row in self.rows for cell in row for name in cell.notes)

    @property
    def has_unpublished(self) -> bool:
        """Whether a cell behind the labels is no figure of the data set."""
        return any(
            cell.text and not cell.is_figure for row in self.rows for cell in row[self.stub :]
        )


_NUMBER = re.compile(r"[-−]?[0-9](?:[0-9.,'’\s]*[0-9])?")
_Figure = tuple[Decimal | None, tuple[str, ...], tuple[str, ...]]
"""Value, reasons and notes of an observation."""


def printed_tables(chosen: SelectedObservations, most: int = MOST_CELLS) -> list[TableAsPrinted]:
    """Return the printed tables of a data set, whatever a view chooses. Raises TooManyCells."""
    description = chosen.description
    if description.derived_from:
        return []
    if description.observations > most:
        raise TooManyCells(description.observations, most)
    figures = chosen.once("printed figures", lambda: _figures(chosen))
    folder, left = chosen.path.parent.parent / "tables", most
    found = []
    for source in description.tables:
        table = _read(folder / f"{source.name}.csv", source, figures.get(source.name, {}), left)
        left -= (len(table.rows) + len(table.header)) * table.width
        found.append(table)
    return found


def _figures(chosen: SelectedObservations) -> dict[str, dict[tuple[int, int], _Figure]]:
    """Return the figures by the cells that print them, of each table."""
    source = relation(chosen.path)
    query = (
        "SELECT source_table, source_row, source_column, value, decimals, reasons, notes "
        f"FROM {source} WHERE source_table IS NOT NULL UNION ALL "
        'SELECT cell."table", cell."row", cell."column", value, decimals, reasons, notes FROM '
        f"(SELECT unnest(further_cells) AS cell, value, decimals, reasons, notes FROM {source})"
    )
    found: dict[str, dict[tuple[int, int], _Figure]] = defaultdict(dict)
    for table, row, column, value, decimals, reasons, notes in chosen.connection.execute(
        query
    ).fetchall():
        if value is not None:
            value = round(value, decimals or 0)
        found[table].setdefault((row, column), (value, tuple(reasons or ()), tuple(notes or ())))
    return found


def _read(
    path: Path, source: SourceTable, figures: dict[tuple[int, int], _Figure], most: int
) -> TableAsPrinted:
    header: list[tuple[str, ...]] = []
    rows: list[tuple[CellAsPrinted, ...]] = []
    lines: list[str] = []
    has_lines, cells = False, 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, record in enumerate(csv.reader(file), start=1):
            cells += len(record)
            if cells > most:
                raise TooManyCells(cells, most)
            if number <= source.header_rows:
                header.append(tuple(record))
                has_lines = bool(record) and record[-1] == SOURCE_LINE
                continue
            if has_lines:
                lines.append(record.pop() if record else "")
            rows.append(
                tuple(
                    _cell(text, figures.get((number, at)))
                    for at, text in enumerate(record, start=1)
                )
            )
    return TableAsPrinted(
        source=source,
        header=tuple(row[: len(row) - has_lines] for row in header),
        rows=tuple(rows),
        source_lines=tuple(lines) if has_lines else None,
        stub=min((column for _, column in figures), default=2) - 1,
    )


def _cell(text: str, figure: _Figure | None) -> CellAsPrinted:
    """Return a cell with its number, if what is printed is the figure that is published."""
    text = text.strip()
    if figure is None:
        return CellAsPrinted(text=text)
    value, reasons, notes = figure
    before, number, after = _parts(text)
    printed = printed_number(number, value) if value is not None else None
    return CellAsPrinted(
        text=text,
        value=printed,
        before=before if printed is not None else "",
        after=after if printed is not None else "",
        is_figure=True,
        reasons=reasons,
        notes=notes,
    )


def _parts(text: str) -> tuple[str, str, str]:
    """Return what is printed before, in and behind the first number of a text."""
    found = _NUMBER.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def printed_number(text: str, value: Decimal) -> Decimal | None:
    """Return the number that a text prints, if it is a value or that value in thousands.

    None for another number, as of a table that a later document corrects.
    """
    numbers = []
    for decimal, thousands in MARKS:
        plain = text
        for mark in (thousands, " ", " ", " ", "'", "’"):
            plain = plain.replace(mark, "")
        plain = plain.replace(decimal, ".").replace("−", "-")
        if plain.isascii() and plain.removeprefix("-").replace(".", "", 1).isdecimal():
            numbers.append(Decimal(plain))
    for number in numbers:
        if number == value:
            return number
    for number in numbers:
        if number and (value / number).normalize() in _POWERS:
            return number
    return None


_POWERS = {Decimal(10) ** power for power in (-2, 3, 6, 9)}
"""By what a printed number may be multiplied: parts of a hundred, thousands, millions."""
