"""Where the cells of a printed row stand in the lines of its document.

A row is looked for whole, its label before its figures, since one figure alone may stand in a line
twice, or be a part of its label. White space does not count, as a PDF's text breaks lines and
sticks figures to words; but figures are parted by some, and none is a part of another number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

_LINES = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?")
MOST_LINES_OF_ROW = 50
"""Lines over which one printed row may go on."""


@dataclass(frozen=True, kw_only=True)
class PlaceInText:
    """Where a cell stands: a line, counted from 1, and its first and last offset in it."""

    line: int
    start: int
    end: int


def lines_named(text: str) -> tuple[int, int] | None:
    """Return the first and the last line that a text as ``71`` or ``70-71`` names, if it does."""
    found = _LINES.fullmatch(text.strip())
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if 1 <= first <= last else None


def lines_within(text: str, count: int) -> tuple[int, int] | None:
    """Return the lines that a text names, if a document of so many lines has them."""
    named = lines_named(text)
    return named if named and named[1] <= count else None


def places_of_row(
    lines: Sequence[str], named: tuple[int, int], label: str, cells: Sequence[str]
) -> list[PlaceInText | None]:
    """Return where each cell of a row stands in the lines that are named; None where unknown.

    A cell of a row that does not stand there whole is only found where there is no doubt: when
    it stands there once.
    """
    first, last = named
    region = _Region(lines[first - 1 : min(last, first + MOST_LINES_OF_ROW - 1)])
    sought = [text for text in cells if text.strip()]
    for before in dict.fromkeys((label, "")):
        found = list(region.find(before, sought)) if sought else []
        if len(found) == 1:
            spans = iter(found[0])
            return [region.place(next(spans), first) if text.strip() else None for text in cells]
    alone = {text: list(region.find("", [text])) for text in sought}
    return [
        region.place(alone[text][0][0], first) if len(alone.get(text, ())) == 1 else None
        for text in cells
    ]


class _Region:
    """Some lines, and the same without white space, in which texts are looked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._text = "\n".join(lines)
        self._offsets = [at for at, sign in enumerate(self._text) if not sign.isspace()]
        self._packed = "".join(self._text.split())

    def place(self, span: tuple[int, int], first: int) -> PlaceInText | None:
        """Return the place of a span, by the number of the first line; None where it is broken."""
        number = next(at for at, end in enumerate(self._starts[1:]) if span[0] < end)
        start = self._starts[number]
        if span[1] >= self._starts[number + 1]:
            return None
        return PlaceInText(line=first + number, start=span[0] - start, end=span[1] - start)

    def find(self, label: str, cells: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
        """Yield the spans of some cells wherever they follow each other and their label."""
        packed = ["".join(text.split()) for text in (label, *cells)]
        needle, at = "".join(packed), -1
        while (at := self._packed.find(needle, at + 1)) >= 0:
            ends = list(accumulate(map(len, packed), initial=at))[1:]
            spans = [(self._offsets[a], self._offsets[b - 1] + 1) for a, b in pairwise(ends)]
            if self._are_apart(spans, cells):
                yield spans

    def _are_apart(self, spans: Sequence[tuple[int, int]], cells: Sequence[str]) -> bool:
        """Return whether spans are the cells as printed, and none a part of another number."""
        text = self._text
        if any(one[1] == other[0] for one, other in pairwise(spans)):
            return False
        for (start, end), cell in zip(spans, cells, strict=True):
            if text[start:end].split() != cell.split():
                return False
            before, after = text[max(0, start - 2) : start], text[end : end + 2]
            if re.search(r"[0-9][.,]?\Z", before) or re.match(r"[.,]?[0-9]|%", after):
                return False
        return True
