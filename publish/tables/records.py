"""Records of delimited text, each with its text and its place in the file. RFC 4180.

A quoted cell may hold line ends, so a record is not a line: faults name the line on which a cell
begins.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
"""Separators with their phrase, in the order of preference when nothing else decides."""
SOURCE_LINE = "bronregel"
"""The header of the last column of a printed table: where in the source the row stands."""
MOST_COLUMNS = 16_384
"""Columns of a table at most, as in a worksheet."""

# The csv module would otherwise refuse a long cell, which pandas reads without complaint.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record as it stands in the file."""

    line: int
    """The line on which it begins."""
    text: str
    cells: list[str]
    separator: str

    def places(self) -> list[tuple[int, int]]:
        """Return line and column at which each cell begins, and at last those of the end."""
        found, line, before = [], self.line, 0
        quoted, fresh = False, True
        end = len(self.text.rstrip("\r\n"))
        for offset, character in enumerate(self.text):
            if fresh and not quoted:
                found.append((line, offset - before + 1))
            if character == '"' and (quoted or fresh):
                quoted = not quoted
            fresh = character == self.separator and not quoted
            if offset < end and (
                character == "\n" or (character == "\r" and self.text[offset + 1] != "\n")
            ):
                line, before = line + 1, offset + 1
        if not found or fresh:
            found.append((line, end - before + 1))  # the last cell is empty
        return [*found, (line, end - before + 1)]

    def place(self, column: int) -> tuple[int, int]:
        """Return line and column of a cell, counted from 0; those of the end without one."""
        places = self.places()
        return places[min(column, len(places) - 1)]

    def is_open(self) -> bool:
        """Return whether a quote is opened that the file never closes."""
        return "end of data" in self._quote_error()

    def stray_quote(self) -> int | None:
        """Return the cell over several lines whose quote is closed within a later cell, if any."""
        if not self._quote_error():
            return None
        return next(
            (at for at, cell in enumerate(self.cells) if "\n" in cell or "\r" in cell), None
        )

    def _quote_error(self) -> str:
        """Return what the csv module finds wrong with the quotes, empty when nothing is."""
        if self.cells and '"' in self.text:
            try:
                list(csv.reader([self.text], delimiter=self.separator, strict=True))
            except csv.Error as error:
                return str(error)
        return ""


def read_records(
    lines: Iterable[str], separator: str = ",", longest: int = sys.maxsize
) -> Iterator[Record]:
    """Yield the records of lines that keep their ends.

    A record of several lines that grows longer than ``longest`` characters is cut, and the last.
    """
    taken: list[str] = []

    def within() -> Iterator[str]:
        size = 0
        for line in lines:
            size = size + len(line) if taken else len(line)
            if taken and size > longest:
                return
            taken.append(line)
            yield line

    number = 1
    for cells in csv.reader(within(), delimiter=separator):
        yield Record(line=number, text="".join(taken), cells=cells, separator=separator)
        number += len(taken)
        taken.clear()
