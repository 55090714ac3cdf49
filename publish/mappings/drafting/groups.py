"""Labels that are printed once beside a group of rows, and rows that only seem to be of a group.

An empty cell below a label mostly stands for that label. Below the last group it may as well be
that of the total of all groups, and in a table that repeats its labels it stands for nothing known.
The figures tell which, when they add up one way only; otherwise the cell stays empty, which `check`
names, and the question is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from publish.tables.foreign_numbers import is_figure, to_format
from publish.tables.numbers import FORMATS, read_numbers

TOTAL = re.compile(
    r"tota|(?<![^\W_])(?:alle|alles|all|samen|som|sum|ensemble|gesamt|insgesamt|zusammen|overall)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
"""Words of a label that stands for all others together."""


MOST_SUMS = 100
"""Sums that are tried; what is left then is asked."""


@dataclass(kw_only=True)
class Filled:
    """What was done with the empty labels of a table."""

    repeated: int = 0
    """Empty cells in which the label above was written."""
    totals: list[int] = field(default_factory=list)
    """Rows whose figures are the sum of all rows, so that their label is that of a total."""
    doubts: dict[int, list[int]] = field(default_factory=dict)
    """Per label column the rows whose empty cell can be read in two ways."""


def fill_groups(lines: list[list[str]], label_columns: int, figures: list[int]) -> Filled:
    """Write a label that is printed once at each row of its group, where that is sure."""
    filled = Filled()
    outer = range(label_columns - 1)
    empty = {at: [not line[at] for line in lines] for at in outer}
    for at in outer:
        if any(empty[at]):
            _fill_column(lines, at, label_columns, figures, empty, filled)
    return filled


def _fill_column(
    lines: list[list[str]],
    at: int,
    label_columns: int,
    figures: list[int],
    empty: dict[int, list[bool]],
    filled: Filled,
) -> None:
    pairs = pairwise(lines)
    repeats = any(one[at] and one[: at + 1] == two[: at + 1] for one, two in pairs)
    sums = _Sums(lines, label_columns, figures)
    totals_of_groups = _totals_of_groups(lines, at, label_columns)
    last, start, seen = "", 0, set[tuple[str, ...]]()
    for number, line in enumerate(lines):
        inner = tuple(line[at + 1 : label_columns])
        if line[at] or any(not empty[left][number] for left in range(at)):
            last, start, seen = line[at], number, {inner}
            continue
        if not last or not any(inner):
            continue
        is_total = any(map(TOTAL.search, inner))
        is_usual = not is_total or totals_of_groups > 1
        is_last = number == len(lines) - 1
        if repeats or inner in seen or (is_total and not is_usual) or is_last:
            own, whole = sums.fits(number, start), at == 0 and start > 0 and sums.fits(number, 0)
            if whole and not own and is_total:
                # The label that the print leaves out is the one that it gives beside it.
                line[at] = next(filter(TOTAL.search, inner))
                filled.totals.append(number)
                last = ""
                continue
            if repeats or inner in seen or (not own and (whole or (is_total and not is_usual))):
                filled.doubts.setdefault(at, []).append(number)
                last = "" if is_total else last
                continue
        seen.add(inner)
        filled.repeated += 1
        line[at] = last


def _totals_of_groups(lines: list[list[str]], at: int, label_columns: int) -> int:
    """Return how many groups hold a total of their own."""
    groups, group = set[int](), 0
    for line in lines:
        group += bool(line[at])
        if any(TOTAL.search(text) for text in line[at + 1 : label_columns] if text):
            groups.add(group)
    return len(groups)


class _Sums:
    """Sums of rows that are no totals, in whatever format the figures are printed."""

    def __init__(self, lines: list[list[str]], label_columns: int, figures: list[int]) -> None:
        self._lines, self._label_columns, self._figures = lines, label_columns, figures
        self._left = MOST_SUMS

    def fits(self, row: int, start: int) -> bool:
        """Return whether the figures of a row are the sums of the rows from ``start`` up to it."""
        self._left -= 1
        if self._left < 0:
            return False
        parts = [
            line
            for line in self._lines[start:row]
            if not any(map(TOTAL.search, line[: self._label_columns]))
        ]
        figures = [at for at in self._figures if is_figure(self._lines[row][at])]
        return bool(parts and figures) and any(
            all(
                _value(self._lines[row][at], numbers) == _sum((line[at] for line in parts), numbers)
                for at in figures
            )
            for numbers in FORMATS
        )


def _value(text: str, numbers: str) -> Decimal | None:
    return _sum([text], numbers)


def _sum(texts: Iterable[str], numbers: str) -> Decimal | None:
    """Return the sum of figures; None when one is not shown, or is no number of the format."""
    read = read_numbers([to_format(text, numbers) for text in texts], FORMATS[numbers])
    if read.faulty.any():
        return None
    pairs = zip(read.mantissa.tolist(), read.decimals.tolist(), strict=True)
    return sum((Decimal(value).scaleb(-places) for value, places in pairs), Decimal(0))
