"""Finds the periods that a value of an address stands for: one, a longer one, or a range."""

from __future__ import annotations

from collections.abc import Sequence

from publish.exports.description import DimensionDescription
from publish.exports.parameters.bad_parameters import FaultList
from publish.exports.view import RANGE
from publish.faults.fault import phrase
from publish.ontology.periods import EXAMPLES, Period, period, read_period

LONGER = {"dag": ("kwartaal", "jaar"), "kwartaal": ("jaar",), "jaar": ()}
"""The kinds of period that hold several of each kind."""


def codes_of_periods(
    dimension: DimensionDescription, parameter: str, text: str, faults: FaultList
) -> Sequence[str]:
    """Return the codes within a period as people write it, or within a range of periods."""
    before, between, after = text.partition(RANGE)
    if not between:
        before = after = text
    elif not before.strip() and not after.strip():
        faults.add("range-without-end", parameter, text, example=EXAMPLES[_kind(dimension)][0])
        return ()
    ends: list[Period | None] = []
    for end in (before, after) if between else (text,):
        written = " ".join(end.split())
        found = _period_of(_kind(dimension), written) if written else None
        if written and found is None:
            faults.add("no-period", parameter, written, **_about(dimension))
            return ()
        ends.append(found)
    first, last = ends[0], ends[-1]
    low = first.start.isoformat() if first else ""
    high = last.last.isoformat() if last else "9999"
    if low > high:
        faults.add("backward-range", parameter, text)
        return ()
    codes = [
        item.code for item in dimension.codes if str(item.start) >= low and str(item.last) <= high
    ]
    if not codes:
        name = "no-period-in-range" if between else "period-not-there"
        faults.add(name, parameter, text, **_about(dimension))
    return codes


def _kind(dimension: DimensionDescription) -> str:
    return str(dimension.period)


def _period_of(kind: str, text: str) -> Period | None:
    """Return a period of a kind, or of a longer one, as people write it."""
    for one in (kind, *LONGER[kind]):
        if (code := read_period(one, text)) is not None:
            return period(one, code)
    return None


def _about(dimension: DimensionDescription) -> dict[str, object]:
    """Return what messages say of the periods of a dimension."""
    kind = _kind(dimension)
    codes = [item.code for item in dimension.codes] or [EXAMPLES[kind][0]]
    return {"kind": phrase(f"period-{kind}"), "first": codes[0], "last": codes[-1]}
