"""Printed tables, read with pandas in blocks of rows.

In comes ``mappings/<document>/<table>.csv``, a header row or more and then the rows, every cell
text; out come data frames of at most a block of cells, with the row numbers of the file. The
fast reader knows no places, so when something is odd the file is read again, slowly, and the
faults name line and column.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from publish.extract import SOURCE_LINE
from publish.faults import Fault, fault

BLOCK = 32_768
"""Cells in a block: large enough to be fast, small enough to keep memory flat."""

LONGEST_FIELD = 131_072
"""Characters in one cell; a longer one is no table (the csv module's own limit)."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A printed table that can be read: its headers, and which column is the source line."""

    path: Path
    shown: str
    document: str
    name: str
    digest: str
    """The first 16 hexadecimal digits of the SHA-256 of the file."""
    headers: tuple[tuple[str, ...], ...]
    """The header rows, one text per column."""
    has_source_line: bool

    @property
    def width(self) -> int:
        """The number of columns, without the source line."""
        return len(self.headers[0]) - self.has_source_line


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some rows of a table; the first has number ``first_row``, counted from 1."""

    first_row: int
    cells: pd.DataFrame
    source_lines: list[str]


def open_table(
    path: Path, shown: str, document: str, header_rows: int, faults: list[Fault]
) -> Table | None:
    """Read the header rows of a table and take its fingerprint, without holding the file."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        headers: list[tuple[str, ...]] = []
        with path.open(encoding="utf-8-sig", newline="") as text:
            for record in csv.reader(text):
                headers.append(tuple(record))
                if len(headers) == header_rows:
                    break
    except UnicodeDecodeError:
        faults.append(_encoding_fault(path, shown))
        return None
    except csv.Error as error:
        faults.append(fault("bad-csv", shown, 1, 1, problem=error))
        return None
    if len(headers) < header_rows or not headers[-1]:
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    width = len(headers[0])
    for number, row in enumerate(headers, start=1):
        if len(row) != width:
            faults.append(fault("ragged-row", shown, number, 1, found=len(row), wanted=width))
            return None
    return Table(
        path=path,
        shown=shown,
        document=document,
        name=path.stem,
        digest=digest,
        headers=tuple(headers),
        has_source_line=headers[-1][-1] == SOURCE_LINE,
    )


def read_blocks(table: Table, faults: list[Fault]) -> Iterator[Block]:
    """Yield the rows below the headers, block by block; stops where the file cannot be read on."""
    width = len(table.headers[0])
    rows = max(1, BLOCK // width)
    row = len(table.headers) + 1
    before = len(faults)
    try:
        with pd.read_csv(
            table.path,
            header=None,
            names=list(range(width)),
            index_col=False,
            skiprows=len(table.headers),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            encoding="utf-8-sig",
            chunksize=rows,
        ) as reader:
            for cells in reader:
                if (cells == "").to_numpy().any() and row - len(table.headers) > 0:
                    faults.extend(_shape_faults(table, row, row + len(cells)))
                yield Block(
                    first_row=row,
                    cells=cells.iloc[:, : table.width],
                    source_lines=(
                        cells.iloc[:, -1].tolist() if table.has_source_line else [""] * len(cells)
                    ),
                )
                row += len(cells)
    except pd.errors.EmptyDataError:
        faults.append(fault("empty-file", table.shown, 1, 1))
    except UnicodeDecodeError:
        faults.append(_encoding_fault(table.path, table.shown))
    except pd.errors.ParserError as error:
        faults.extend(_shape_faults(table, row, None))
        if len(faults) == before:
            faults.append(fault("bad-csv", table.shown, 1, 1, problem=error))


def _encoding_fault(path: Path, shown: str) -> Fault:
    """Return the fault of the first line that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return fault("wrong-encoding", shown, number, error.start + 1)
    return fault("wrong-encoding", shown, 1, 1)


def _shape_faults(table: Table, first_row: int, end_row: int | None) -> Iterator[Fault]:
    """Yield a fault for each row that is empty or whose length is not the header's."""
    width = len(table.headers[0])
    for number, line, row in _rows_with_lines(table):
        if number < first_row:
            continue
        if end_row is not None and number >= end_row:
            return
        if not row or set(row) == {""}:
            yield fault("empty-row", table.shown, line, 1)
        elif len(row) != width:
            yield fault("ragged-row", table.shown, line, 1, found=len(row), wanted=width)


def _rows_with_lines(table: Table) -> Iterator[tuple[int, int, list[str]]]:
    """Yield row number, line and cells; a quoted cell may hold line feeds."""
    with table.path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        line = 1
        for number, row in enumerate(reader, start=1):
            yield number, line, row
            line = reader.line_num + 1


def places(table: Table, cells: set[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return line and column of cells, given as row and column from 1. Reads the file once."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    wanted: dict[int, list[int]] = {}
    for row, column in cells:
        wanted.setdefault(row, []).append(column)
    with table.path.open(encoding="utf-8-sig", newline="") as text:
        lines = _Lines(text)
        for number, record in enumerate(csv.reader(lines), start=1):
            for column in wanted.get(number, ()):
                at = _column_of(lines.record, column) if column <= len(record) else 0
                found[number, column] = (lines.first, at + 1)
            lines.start_record()
    return found


class _Lines:
    """Passes the lines of a file on and remembers those of the record being read."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._number = 0
        self.record = ""
        self.first = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self._number += 1
        self.record += line
        return line

    def start_record(self) -> None:
        self.record, self.first = "", self._number + 1


def _column_of(record: str, column: int) -> int:
    """Return the offset in a CSV record at which a cell begins, columns counted from 1."""
    quoted, at = False, 1
    for offset, character in enumerate(record):
        if at == column:
            return offset
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            at += 1
    return len(record.rstrip("\r\n"))
