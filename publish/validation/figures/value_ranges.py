"""The range in which each observation's value lies, also where it is not shown, and ranges of sums.

The range of a value that is shown is the value itself. That of a hidden one comes from the mark
printed instead. A hidden value without a lower bound is taken to be at least zero, unless its
measure has negative values; one that is not applicable counts as zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import align
from publish.cube.columns import CubeColumns
from publish.cube.structure import Structure
from publish.mappings.marks import NOT_APPLICABLE, Bound, decimal_of
from publish.rdf.namespaces import XSD

ZERO = Bound(key="at-least", value=Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The lower or the upper end of each range, as columns: number / 10**decimals."""

    numbers: NDArray[Any]
    decimals: int
    bounds: NDArray[np.bool_]
    """Whether the end comes from the bound of a hidden value, not from values alone."""
    open: NDArray[np.bool_]
    """Whether the end itself lies outside the range."""
    endless: NDArray[np.bool_]
    """Whether the range is unbounded at this end; the number then means nothing."""

    def at(self, places: NDArray[np.int64]) -> Endpoints:
        """Return the ends at some places."""
        return replace(
            self,
            numbers=self.numbers[places],
            bounds=self.bounds[places],
            open=self.open[places],
            endless=self.endless[places],
        )

    def sums(self, group: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Endpoints:
        """Return the ends of the sum of each group, over the chosen observations only."""
        count = int(group.max(initial=-1)) + 1
        numbers = np.zeros(count, dtype=self.numbers.dtype)
        np.add.at(numbers, group[chosen], self.numbers[chosen])

        def any_of(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
            return np.bincount(group[chosen & flags], minlength=count) > 0

        return Endpoints(
            numbers=numbers,
            decimals=self.decimals,
            bounds=any_of(self.bounds),
            open=any_of(self.open),
            endless=any_of(self.endless),
        )


@dataclass(frozen=True, kw_only=True)
class ValueRanges:
    """The least and the greatest value that each observation can have."""

    least: Endpoints
    most: Endpoints


def exceeds(one: Endpoints, other: Endpoints, by: int = 0) -> NDArray[np.bool_]:
    """Return where the lower ends ``one`` exceed the upper ends ``other``: no value fits both.

    The difference must be more than ``by`` units of the last decimal.
    """
    limits = other.numbers
    if by:
        # The tolerance, or the sum with it, may not fit 64 bits.
        limits = limits.astype(np.object_) + by
    above = one.numbers > limits
    above |= (one.numbers == limits) & (one.open | other.open)
    found: NDArray[np.bool_] = above.astype(np.bool_) & ~one.endless & ~other.endless
    return found


def read_ranges(columns: CubeColumns, structure: Structure) -> ValueRanges:
    """Return the ranges of observations; those of a measure of integers have integer ends."""
    mantissa, decimals, absence = columns.mantissa, columns.decimals, columns.absence
    count, measures, hidden = len(columns), columns.keys[-1], np.flatnonzero(absence)
    if not len(hidden):
        values, most = align(mantissa, decimals)
        none = np.zeros(count, dtype=np.bool_)
        ends = Endpoints(numbers=values, decimals=most, bounds=none, open=none, endless=none)
        return ValueRanges(least=ends, most=ends)
    numbers = np.stack([mantissa, mantissa])
    places = np.stack([decimals, decimals])
    open_, endless = np.zeros((2, 2, count), dtype=np.bool_)
    negative = np.bincount(measures, weights=(mantissa < 0) & (absence == 0)) > 0
    for at in hidden.tolist():
        printed = decimal_of(int(mantissa[at]), int(decimals[at]))
        hidden_one = structure.absences[int(absence[at]) - 1]
        limits = list(hidden_one.ends(printed))
        if hidden_one.reasons == (NOT_APPLICABLE,) and not hidden_one.bounds:
            limits = [ZERO, ZERO]
        measure = int(measures[at])
        if limits[0] is None and not negative[measure] and (limits[1] or ZERO).value >= 0:
            limits[0] = ZERO
        whole = structure.measures[measure].datatype == str(XSD.integer)
        for end, limit in enumerate(limits):
            endless[end, at] = limit is None
            bound = limit or ZERO
            value = _whole_end(bound, end) if whole else bound.value
            open_[end, at] = bound.is_open and not whole
            places[end, at] = max(0, -int(value.as_tuple().exponent))
            numbers[end, at] = int(value.scaleb(int(places[end, at])))
    aligned, most = align(numbers.ravel(), places.ravel())
    least_, most_ = (
        Endpoints(
            numbers=aligned.reshape(2, count)[end],
            decimals=most,
            bounds=absence > 0,
            open=open_[end],
            endless=endless[end],
        )
        for end in (0, 1)
    )
    return ValueRanges(least=least_, most=most_)


def _whole_end(limit: Bound, end: int) -> Decimal:
    """Return the integer nearest to a bound that lies within it; ``end`` 1 is the upper bound."""
    value = limit.value.to_integral_value(ROUND_FLOOR if end else ROUND_CEILING)
    if limit.is_open and value == limit.value:
        value += -1 if end else 1
    return value
