"""Choices at random as generators make them, drawn by hypothesis so that it can shrink them.

The first of several options is the simplest: a failing case is shrunk towards it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def _numbers(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


class Choices:
    """What a generator chooses from."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, least: int, most: int) -> int:
        """Return a whole number between two, both included."""
        return least if least == most else self._draw(_numbers(least, most))

    def chance(self, percent: int) -> bool:
        """Return True so many times in a hundred."""
        return self.number(0, 99) >= 100 - percent

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of some options."""
        return options[self.number(0, len(options) - 1)]

    def weighed(self, options: dict[T, int]) -> T:
        """Return one of some options by their weights."""
        at = self.number(0, sum(options.values()) - 1)
        for option, weight in options.items():
            at -= weight
            if at < 0:
                return option
        raise AssertionError("weights are positive")

    def some(self, options: Sequence[T], least: int, most: int | None = None) -> list[T]:
        """Return some different options, in any order."""
        most = len(options) if most is None else min(most, len(options))
        count = self.number(min(least, most), most)
        left, found = list(options), []
        for _ in range(count):
            found.append(left.pop(self.number(0, len(left) - 1)))
        return found

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return options in any order."""
        return self.some(options, len(options))
