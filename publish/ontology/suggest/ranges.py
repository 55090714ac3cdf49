"""Ranges of ages, durations and sizes, and whether two of them are the same.

A range has two bounds, either of which may be open. Whether a bound is included may not be
known (``None``), with what is usual then: sources print "20-30" beside "30-40", or "60+" for
what others call "over 60". Only bounds tell whether ranges are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

AGE, DURATION, SIZE = "age", "duration", "size"


@dataclass(frozen=True, kw_only=True)
class ValueRange:
    """From a bound to a bound; a bound that is missing is open."""

    lower: Decimal | None
    upper: Decimal | None
    lower_included: bool | None = True
    upper_included: bool | None = True
    """None where it is not said."""
    upper_usual: bool = True
    """Whether the upper bound is usually included where it is not said."""
    lower_usual: bool = True
    """The same of the lower bound."""
    kinds: frozenset[str] = frozenset()
    """What it can be a range of; nothing when the text does not say."""
    months: bool = False
    """Whether the bounds are in months."""
    rest: str = ""
    """What the text says besides."""


def exclude_shared_bounds(ranges: Iterable[ValueRange]) -> list[ValueRange]:
    """Return the ranges of one list; where two share bounds, upper ones are usually excluded."""
    found = list(ranges)
    lowers = {item.lower for item in found if item.lower}
    touching = sum(1 for item in found if item.upper in lowers and item.upper_included is None)
    if touching < 2:
        return found
    return [
        replace(item, upper_usual=False) if item.upper_included is None else item for item in found
    ]


def likeness(theirs: ValueRange, ours: ValueRange, kind: str) -> float:
    """Return how surely two ranges of a kind are the same: 0 if they are not, 1 if they are."""
    if kind == DURATION:
        theirs, ours = _as_months(theirs), _as_months(ours)
    best = 0.0
    for lower, upper, doubt in _readings(theirs):
        for own_lower, own_upper, own_doubt in _readings(ours):
            likely = _same(theirs, ours, (lower, upper), (own_lower, own_upper), kind)
            # Where our source leaves a bound open, other numbers are only perhaps the same.
            open_bound = (
                0.12 if likely < 1 and None in (ours.lower_included, ours.upper_included) else 0
            )
            if likely:
                best = max(
                    best, likely - doubt - own_doubt / (2 if likely == 1 else 1) - open_bound
                )
    return best


def _readings(item: ValueRange) -> list[tuple[bool, bool, float]]:
    """Return which bounds may be included, with the doubt of each reading."""
    lowers = [(item.lower_included, 0.0)] if item.lower_included is not None else []
    uppers = [(item.upper_included, 0.0)] if item.upper_included is not None else []
    lowers = lowers or [(item.lower_usual, 0.0), (not item.lower_usual, 0.2)]
    if not uppers:
        # "25-29" is never meant to stop before 29; "25 tot 29" often is not either.
        uppers = [(item.upper_usual, 0.0)] if item.upper_usual else [(False, 0.0), (True, 0.1)]
    return [(bool(low), bool(up), doubt + more) for low, doubt in lowers for up, more in uppers]


def _same(
    theirs: ValueRange,
    ours: ValueRange,
    flags: tuple[bool, bool],
    own: tuple[bool, bool],
    kind: str,
) -> float:
    if (theirs.upper is None) != (ours.upper is None):
        return 0.0
    low, own_low = theirs.lower or Decimal(0), ours.lower or Decimal(0)
    lower = low == own_low and (flags[0] == own[0] or not low)
    upper = theirs.upper == ours.upper and (flags[1] == own[1] or theirs.upper is None)
    if lower and upper:
        return 1.0
    if kind == DURATION and low == own_low and theirs.upper == ours.upper:
        return 0.9
    whole = [low, own_low, *(bound for bound in (theirs.upper, ours.upper) if bound is not None)]
    if any(bound != bound.to_integral_value() for bound in whole):
        return 0.0
    starts = low + (not flags[0]), own_low + (not own[0])
    ends = [
        bound + included
        for bound, included in ((theirs.upper, flags[1]), (ours.upper, own[1]))
        if bound is not None
    ]
    if starts[0] == starts[1] and len(set(ends)) < 2:
        return 0.88 if kind == SIZE else 0.97
    return 0.0


def _as_months(item: ValueRange) -> ValueRange:
    if item.months:
        return item
    return replace(
        item,
        lower=item.lower * 12 if item.lower is not None else None,
        upper=item.upper * 12 if item.upper is not None else None,
        months=True,
    )
