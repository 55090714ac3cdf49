"""Between which numbers observations and their sums lie, those without a value too.

In come values as columns, and for those that are not shown their bounds; out come two columns of
ends, the least and the most that each can be. Of a value that is shown both are the value. What
has no lower bound is taken to be at least zero, unless its measure has negative values. What
cannot be there adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Indices, align
from publish.cube.structure import Structure
from publish.mappings.marks import NOT_APPLICABLE, Limit, exact
from publish.rdf.namespaces import XSD


@dataclass(frozen=True, kw_only=True)
class Ends:
    """One end of each range, as columns: number / 10**decimals."""

    numbers: NDArray[Any]
    decimals: int
    bounds: NDArray[np.bool_]
    """Whether the end is a bound or rests on one, not on values alone."""
    open: NDArray[np.bool_]
    """Whether the range does not reach its end."""
    endless: NDArray[np.bool_]
    """Whether there is no end; the number then means nothing."""

    def at(self, places: NDArray[np.int64]) -> Ends:
        """Return the ends at some places."""
        return Ends(
            numbers=self.numbers[places],
            decimals=self.decimals,
            bounds=self.bounds[places],
            open=self.open[places],
            endless=self.endless[places],
        )

    def sums(self, group: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Ends:
        """Return the ends of the sum of each group, over the chosen ones only."""
        count = int(group.max(initial=-1)) + 1
        numbers = np.zeros(count, dtype=self.numbers.dtype)
        np.add.at(numbers, group[chosen], self.numbers[chosen])

        def any_of(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
            found = np.zeros(count, dtype=np.bool_)
            found[group[chosen & flags]] = True
            return found

        return Ends(
            numbers=numbers,
            decimals=self.decimals,
            bounds=any_of(self.bounds),
            open=any_of(self.open),
            endless=any_of(self.endless),
        )


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """The least and the most that each observation can be."""

    least: Ends
    most: Ends


def exceeds(one: Ends, other: Ends, by: int = 0) -> NDArray[np.bool_]:
    """Return where all of one range lies above another, given its least and the other's most.

    Only what lies above it by more than ``by`` units of the last decimal counts.
    """
    limits = other.numbers
    if by:
        # A tolerance may be beyond 64 bits, and so may the sum.
        limits = limits.astype(np.object_) + by
    above = one.numbers > limits
    above |= (one.numbers == limits) & (one.open | other.open)
    found: NDArray[np.bool_] = above.astype(np.bool_) & ~one.endless & ~other.endless
    return found


def read_ranges(
    measures: Indices,
    mantissa: NDArray[np.int64],
    decimals: NDArray[np.int8],
    absence: NDArray[np.int16],
    structure: Structure,
) -> Ranges:
    """Return the ranges of observations; bounds of whole numbers are whole themselves."""
    count, hidden = len(mantissa), np.flatnonzero(absence)
    if not len(hidden):
        values, most = align(mantissa, decimals)
        none = np.zeros(count, dtype=np.bool_)
        ends = Ends(numbers=values, decimals=most, bounds=none, open=none, endless=none)
        return Ranges(least=ends, most=ends)
    numbers = np.stack([mantissa, mantissa])
    places = np.stack([decimals, decimals])
    open_, endless = np.zeros((2, 2, count), dtype=np.bool_)
    negative = np.bincount(measures, weights=(mantissa < 0) & (absence == 0)) > 0
    for at in hidden.tolist():
        printed = exact(int(mantissa[at]), int(decimals[at]))
        reason = structure.absences[int(absence[at]) - 1]
        limits = list(reason.limits(printed))
        if reason.reason == NOT_APPLICABLE:
            nothing = Decimal(0)
            limits = [Limit(key="at-least", value=nothing), Limit(key="at-most", value=nothing)]
        measure = int(measures[at])
        low, high = limits
        if low is None and not negative[measure] and (high is None or high.value >= 0):
            limits[0] = Limit(key="at-least", value=Decimal(0))
        whole = structure.measures[measure].datatype == str(XSD.integer)
        for end, limit in enumerate(limits):
            endless[end, at] = limit is None
            value = _whole(limit, end) if limit and whole else limit.value if limit else Decimal(0)
            open_[end, at] = limit is not None and limit.is_open and not whole
            places[end, at] = max(0, -int(value.as_tuple().exponent))
            numbers[end, at] = int(value.scaleb(int(places[end, at])))
    aligned, most = align(numbers.ravel(), places.ravel())
    bounds = absence > 0
    least_, most_ = (
        Ends(
            numbers=aligned[end * count : (end + 1) * count],
            decimals=most,
            bounds=bounds,
            open=open_[end],
            endless=endless[end],
        )
        for end in (0, 1)
    )
    return Ranges(least=least_, most=most_)


def _whole(limit: Limit, end: int) -> Decimal:
    """Return the whole number nearest to a bound that the value can be: above or below it."""
    value = limit.value.to_integral_value(ROUND_FLOOR if end else ROUND_CEILING)
    if limit.is_open and value == limit.value:
        value += -1 if end else 1
    return value
