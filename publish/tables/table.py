"""Reads a printed table, ``mappings/<document>/<table>.csv``, in blocks of rows.

A table is one header row or more, then the rows; every cell is text. A block is a data frame of
at most ``BLOCK`` cells with the numbers of its rows in the file. pandas is fast, but knows no
places and silently mends rows of a wrong length. So from the first such row on the file is read
again with the csv module: these rows are left out, and their faults name line and column.
RFC 4180.
"""

from __future__ import annotations

import csv
import io
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from publish.faults.fault import Fault, fault, phrase, reason_of
from publish.project.files import encoding_fault, unusable_file
from publish.tables.records import MOST_COLUMNS, SEPARATORS, SOURCE_LINE, Record, read_records
from publish.tables.scan import LONGEST_LINE, scan_table

BLOCK = 32_768
"""Cells in a block: large enough to be fast, small enough to keep memory flat."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A printed table whose header rows have been read."""

    path: Path
    shown: str
    document: str
    name: str
    digest: str
    """The first 16 hexadecimal digits of the SHA-256 of the file."""
    headers: tuple[tuple[str, ...], ...]
    """The header rows, one text per column."""
    has_source_line: bool
    """Whether the last column says where in the source each row stands."""

    @property
    def width(self) -> int:
        """The number of columns, without the source line."""
        return len(self.headers[0]) - self.has_source_line


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some rows of a table."""

    rows: NDArray[np.int32]
    """The number of each row in the file, counted from 1."""
    cells: pd.DataFrame
    source_lines: list[str]


def open_table(
    path: Path,
    shown: str,
    document: str,
    header_rows: int,
    faults: list[Fault],
    root: Path | None = None,
) -> Table | None:
    """Return a table with its headers and digest; the file itself is not kept in memory.

    None, with the reason in ``faults``, for what is no file, lies outside ``root``, or is not
    text in rows of one length.
    """
    problem = unusable_file(path, shown, root)
    if problem:
        faults.append(problem)
        return None
    try:
        scan = scan_table(path, shown, faults)
        if scan is None:
            return None
        if scan.may_be_long and (problem := _unclosed_quote(path, shown)):
            faults.append(problem)
            return None
        records = list(itertools.islice(_records(path), header_rows))
    except UnicodeDecodeError:
        faults.append(_encoding_fault(path, shown))
        return None
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if not records:
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    width = len(records[0].cells)
    if width > MOST_COLUMNS:
        particulars = {"found": f"{width:,}", "most": f"{MOST_COLUMNS:,}"}
        faults.append(fault("too-many-columns", shown, 1, 1, **particulars))
        return None
    for record in records:
        if problem := _problem_of(record, shown, width):
            faults.append(problem)
            return None
    if len(records) < header_rows:
        wanted, found = header_rows, len(records)
        what = phrase("header-rows")
        faults.append(fault("too-few-columns", shown, 1, 1, what=what, wanted=wanted, found=found))
        return None
    return Table(
        path=path,
        shown=shown,
        document=document,
        name=path.stem,
        digest=scan.digest,
        headers=tuple(tuple(record.cells) for record in records),
        has_source_line=records[-1].cells[-1] == SOURCE_LINE,
    )


def read_blocks(
    table: Table, faults: list[Fault], odd_rows: list[list[str]] | None = None
) -> Iterator[Block]:
    """Yield the rows below the headers, block by block, without those that have faults.

    The cells of rows that are longer or shorter than the header are added to ``odd_rows``.
    """
    row = first = len(table.headers) + 1
    try:
        for cells in _read_fast(table):
            if cells is None:
                yield from _read_slowly(table, row, faults, [] if odd_rows is None else odd_rows)
                return
            yield _block(table, np.arange(row, row + len(cells), dtype=np.int32), cells)
            row += len(cells)
        if row == first:
            faults.append(fault("no-rows", table.shown, 1, 1))
    except UnicodeDecodeError:
        faults.append(_encoding_fault(table.path, table.shown))


def _block(table: Table, rows: NDArray[np.int32], cells: pd.DataFrame) -> Block:
    """Return rows as a block, the source lines apart."""
    lines = cells.iloc[:, -1].tolist() if table.has_source_line else [""] * len(cells)
    return Block(rows=rows, cells=cells.iloc[:, : table.width], source_lines=lines)


def _rows_at_once(table: Table) -> int:
    return max(1, BLOCK // len(table.headers[0]))


def _read_fast(table: Table) -> Iterator[pd.DataFrame | None]:
    """Yield the rows below the headers; at one of a wrong length yield None and stop."""
    try:
        with pd.read_csv(
            table.path,
            header=None,
            names=list(range(len(table.headers[0]))),
            index_col=False,
            skiprows=len(table.headers),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            encoding="utf-8-sig",
            chunksize=_rows_at_once(table),
        ) as reader:
            while True:
                with warnings.catch_warnings():
                    # Of a first row that is too long pandas drops the end with this warning.
                    warnings.simplefilter("error", pd.errors.ParserWarning)
                    cells = next(reader, None)
                if cells is None:
                    return
                # A row that is too short, or empty, ends in cells without text.
                if (cells.iloc[:, -1] == "").any():
                    break
                yield cells
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        pass
    yield None


def _read_slowly(
    table: Table, first_row: int, faults: list[Fault], odd_rows: list[list[str]]
) -> Iterator[Block]:
    """Yield the rows from ``first_row`` on; an empty one or one of another length is a fault."""
    width = len(table.headers[0])

    def sound_rows() -> Iterator[tuple[int, list[str]]]:
        records = enumerate(_records(table.path), start=1)
        for number, record in itertools.islice(records, first_row - 1, None):
            if problem := _problem_of(record, table.shown, width):
                faults.append(problem)
                if any(record.cells):
                    odd_rows.append(record.cells)
            else:
                yield number, record.cells

    rows = sound_rows()
    while found := list(itertools.islice(rows, _rows_at_once(table))):
        numbers = np.array([number for number, _ in found], dtype=np.int32)
        cells = pd.DataFrame([cells for _, cells in found], columns=range(width), dtype=str)
        yield _block(table, numbers, cells)


def _problem_of(record: Record, shown: str, width: int) -> Fault | None:
    """Return what is wrong with the shape of a row, if anything."""
    if record.is_open():
        problem = phrase("quote-never-closed")
        return fault("bad-csv", shown, *record.place(len(record.cells) - 1), problem=problem)
    if not any(record.cells):
        return fault("empty-row", shown, record.line, 1)
    found = len(record.cells)
    if found != width and (stray := record.stray_quote()) is not None:
        problem = phrase("quote-closed-elsewhere")
        return fault("bad-csv", shown, *record.place(stray), problem=problem)
    if found != width and (mark := _other_separator(record, width)):
        return fault("mixed-separators", shown, record.line, 1, separator=mark)
    if found != width:
        return fault("ragged-row", shown, record.line, 1, found=found, wanted=width)
    return None


def _other_separator(record: Record, width: int) -> str | None:
    """Return the separator that gives a row as many cells as the header, if there is one."""
    for mark in SEPARATORS if width > 1 else ():
        # With another separator, a quote need not open a cell: the record is then several lines.
        lines = io.StringIO(record.text, newline="")
        if mark != "," and len(next(csv.reader(lines, delimiter=mark), ())) == width:
            return "tab" if mark == "\t" else mark
    return None


def _unclosed_quote(path: Path, shown: str) -> Fault | None:
    """Return the fault of a quote that makes a record too long to be read, if there is one."""
    for record in _records(path):
        if record.is_open():
            return _problem_of(record, shown, len(record.cells))
    return None


def _records(path: Path, errors: str = "strict") -> Iterator[Record]:
    """Yield the records of a file; one that goes on for too long is cut, and the last."""
    with path.open(encoding="utf-8-sig", newline="", errors=errors) as lines:
        yield from read_records(lines, longest=LONGEST_LINE)


def _encoding_fault(path: Path, shown: str) -> Fault:
    """Return the fault of the first line that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return encoding_fault(line if number == 1 else b"", shown, number, error.start + 1)
    return encoding_fault(b"", shown, 1, 1)


def places(
    table: Table, cells: set[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int, str]]:
    """Return line, column and text of cells given as row and column from 1, in one reading."""
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    wanted: dict[int, list[int]] = {}
    for row, column in cells:
        wanted.setdefault(row, []).append(column)
    last = max(wanted, default=0)
    # Bytes that are not UTF-8 are reported elsewhere; the places before them are right.
    for number, record in enumerate(_records(table.path, errors="replace"), start=1):
        begins = record.places() if number in wanted else []
        for column in wanted.get(number, ()):
            text = record.cells[column - 1] if column <= len(record.cells) else ""
            found[number, column] = (*begins[min(column, len(begins)) - 1], text)
        if number >= last:
            break
    return found
