"""The axis of figures: from where to where it goes, and at which round figures it has a line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

NARROW_RANGE = 0.8
"""Figures that all lie above this share of the largest are drawn on an axis without zero."""
LEAST_RANGE = 0.2
"""What such an axis spans at least, as a share of the largest figure: small changes stay small."""

SMALLEST = 1e-9
"""Figures nearer to each other than this are drawn as if they were equal."""
NEARLY = 0.8
"""A round step is taken when it is this part of the one that would be wanted."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """An axis of figures."""

    low: float
    high: float
    ticks: tuple[Decimal, ...]

    def share(self, value: Decimal | float) -> float:
        """Return where a figure is, 0 at the lower end and 1 at the upper."""
        return (float(value) - self.low) / (self.high - self.low)

    @property
    def has_zero(self) -> bool:
        """Whether zero is on it."""
        return self.low <= 0 <= self.high


def scale_of_bars(values: Iterable[Decimal]) -> Scale:
    """Return the axis for bars: from zero to the figure that is farthest from it."""
    found = [0.0, *map(float, values)]
    low, high = min(found), max(found)
    return Scale(low=low, high=high if high > low else low + 1, ticks=())


def scale_of_lines(values: Iterable[Decimal], *, steps: int = 4) -> Scale:
    """Return the axis for lines, with about so many steps; without zero where all are far off."""
    found = [float(value) for value in values] or [0.0]
    low, high = min(found), max(found)
    is_close = low > NARROW_RANGE * high if low > 0 else high < NARROW_RANGE * low < 0
    if not is_close:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        room = max(0.0, LEAST_RANGE * max(abs(low), abs(high)) - (high - low)) / 2
        low, high = low - room, high + room
    if high - low < SMALLEST:
        low, high = 0.0, 1.0
    step = _step((high - low) / steps)
    first, last = math.floor(low / float(step) + 1e-9), math.ceil(high / float(step) - 1e-9)
    ticks = tuple(step * at for at in range(first, last + 1))
    return Scale(low=float(ticks[0]), high=float(ticks[-1]), ticks=ticks)


def _step(least: float) -> Decimal:
    """Return the smallest round step that is not far below a number."""
    power = math.floor(math.log10(least))
    step = next(one for one in (1, 2, 5, 10) if one * 10.0**power >= least * NEARLY)
    return Decimal(step).scaleb(power)


def spread(wanted: list[float], heights: list[float], top: float, bottom: float) -> list[float]:
    """Return middles of labels near those wanted that do not overlap, in the order given.

    They stay between top and bottom as long as there is room.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    blocks: list[tuple[list[int], float, float]] = []  # members, where it begins, its height
    for at in order:
        members, height = [at], heights[at]
        begin = _within(wanted[at] - height / 2, height, top, bottom)
        while blocks and blocks[-1][1] + blocks[-1][2] > begin:
            above, _, taller = blocks.pop()
            members, height = [*above, *members], taller + height
            begin = _within(_begin(members, wanted, heights), height, top, bottom)
        blocks.append((members, begin, height))
    found = [0.0] * len(wanted)
    for members, begin, _ in blocks:
        for at in members:
            found[at] = begin + heights[at] / 2
            begin += heights[at]
    return found


def _begin(members: list[int], wanted: list[float], heights: list[float]) -> float:
    """Return where a pile of labels begins so that they are as near as can be on average."""
    passed, begins = 0.0, []
    for at in members:
        begins.append(wanted[at] - heights[at] / 2 - passed)
        passed += heights[at]
    return sum(begins) / len(begins)


def _within(begin: float, height: float, top: float, bottom: float) -> float:
    return max(top, min(begin, bottom - height))
