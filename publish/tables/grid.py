"""The cells of a file that a table is drafted from, whether delimited text or a worksheet.

Cells are the texts that a reader sees, on one line and without white space around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from publish.faults.fault import Fault, Words, fault

MOST_CELLS = 5_000_000
"""Cells of a file at most; a larger table was made by a program, not printed."""
COMMAND = re.compile(
    r"[=@]"
    r"|[+-].*(?:\||![$A-Z]|[A-Z]{2,}[A-Z0-9.]*\()"  # another program, a sheet, a function
    r"|[+-]\$?[A-Z]{1,3}\$?[0-9]+(?![0-9A-Za-z ])"  # a cell
)
"""A text that a spreadsheet program runs as a formula; `-25 jaar` and `- (voorlopig)` are none."""


CERTAIN, LIKELY, DOUBTFUL = "certain", "likely", "doubtful"
"""How sure a decision is; what is doubtful is asked, and stands OPEN in the mapping."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Something that was decided about a table without asking a person."""

    what: Words
    decided: str
    why: str
    sure: str = LIKELY


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Words of a file as an encoding reads them."""

    encoding: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells of a file, all rows of one length; rows and columns are counted from 0."""

    shown: str
    """The path as faults name it."""
    rows: list[list[str]]
    where: Callable[[int, int], tuple[int, int, Words]] = field(repr=False)
    """Returns line, column and the place in words of a cell."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row and column, last row and column of cells that were merged."""
    dates: frozenset[tuple[int, int]] = frozenset()
    """Cells that hold a date, not the text of one."""
    remarks: tuple[Words, ...] = ()
    """What was found out while reading, in plain words."""
    decisions: tuple[Decision, ...] = ()
    """What was decided about the form of the file."""
    numbers: str | None = None
    """The format in which numbers are shown that are no texts in the file, if none is a text."""
    readings: tuple[Reading, ...] = ()
    """Where the encoding was guessed: words as it reads them, then as others read them."""

    hidden: Words | None = None
    """What the source hides from its readers and is in ``rows`` all the same."""

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def fault(self, code: str, row: int, column: int, /, **particulars: object) -> Fault:
        """Return a fault at a cell, whose place in words is the particular ``cell``."""
        line, at, words = self.where(row, column)
        return fault(code, self.shown, line, at, cell=words, **particulars)

    def merged_at(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the first cell of the merged cells that a cell is part of, if it is."""
        for top, left, bottom, right in self.merged:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return None


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Return rows without the empty rows and columns at the end."""
    filled = [next((at for at in range(len(r), 0, -1) if r[at - 1]), 0) for r in rows]
    width = max(filled, default=0)
    last = max((at for at, count in enumerate(filled, start=1) if count), default=0)
    return [row[:width] for row in rows[:last]]


def cleaned(text: str) -> str:
    """Return the text of a cell on one line: white space of any kind is one space."""
    return text if text.isalnum() else " ".join(text.split())


def formula_faults(grid: Grid) -> Iterator[Fault]:
    """Yield a fault for every text that a spreadsheet program would run as a formula."""
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text[:1] in "=@+-" and len(text) > 1 and COMMAND.match(text):
                *_, cell = grid.where(row, column)
                of = Words(" (") + cell + ")"
                yield grid.fault("formula-text", row, column, text=text[:60], of=of)
