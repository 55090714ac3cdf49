"""Whether series can be compared: what is counted in one way, in classes that do not overlap.

A stock is a number at one moment, a flow is what happened in a period: side by side they mislead,
and so do classes of which one counts a part of the other. Where the source does not say which it
is, nothing is refused for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import pyoxigraph as ox

from publish.exports.description import CodeDescription, DimensionDescription
from publish.site.pages.compare.series import ComparedSeries
from publish.site.presentation import View

WAYS = ("STAND", "STROOM", "GEMIDDELDE", "OPVOLGING")
"""The ways of measuring of which none may stand beside another; an average can be one of flows."""


@dataclass(frozen=True, kw_only=True)
class Incomparable:
    """Why two series cannot be compared."""

    key: str
    """The key of the text that says it."""
    one: ComparedSeries
    other: ComparedSeries
    of_one: str
    of_other: str


@dataclass(frozen=True, kw_only=True)
class _Class:
    """From where to where a code counts; None where it has no end."""

    unit: str
    low: Decimal | None
    with_low: bool
    high: Decimal | None
    with_high: bool

    def overlaps(self, other: _Class) -> bool:
        return self.unit == other.unit and self._begins_in(other) and other._begins_in(self)

    def _begins_in(self, other: _Class) -> bool:
        if self.low is None or other.high is None or self.low < other.high:
            return True
        return self.low == other.high and self.with_low and other.with_high


def why_incomparable(view: View, series: Sequence[ComparedSeries]) -> Incomparable | None:
    """Return why series cannot be compared, None when they can."""
    for one, other in combinations(series, 2):
        found = _ways_differ(view, one, other) or _classes_overlap(view, one, other)
        if found is not None:
            return found
    return None


def _ways_differ(view: View, one: ComparedSeries, other: ComparedSeries) -> Incomparable | None:
    ways = [_way(view, item) for item in (one, other)]
    if any(way is None or way.value.rpartition("/")[2] not in WAYS for way in ways):
        return None
    labels = [view.label(way.value) for way in ways if way]
    if labels[0] == labels[1]:
        return None
    return Incomparable(
        key="compare-ways", one=one, other=other, of_one=labels[0], of_other=labels[1]
    )


def _way(view: View, series: ComparedSeries) -> ox.NamedNode | None:
    data_set = ox.NamedNode(series.description.iri)
    found = view.served.object(data_set, view.served.generic("meetwijze"))
    return found if isinstance(found, ox.NamedNode) else None


def _classes_overlap(view: View, one: ComparedSeries, other: ComparedSeries) -> Incomparable | None:
    for dimension, code in one.chosen():
        for dimension_of_other, code_of_other in other.chosen():
            if code.iri == code_of_other.iri:
                continue
            first, second = _class_of(view, code), _class_of(view, code_of_other)
            overlap = first and second and first != second and first.overlaps(second)
            if overlap or _is_within(dimension, code, dimension_of_other, code_of_other):
                return Incomparable(
                    key="compare-overlap",
                    one=one,
                    other=other,
                    of_one=code.label[view.language],
                    of_other=code_of_other.label[view.language],
                )
    return None


def _is_within(
    dimension: DimensionDescription,
    code: CodeDescription,
    dimension_of_other: DimensionDescription,
    code_of_other: CodeDescription,
) -> bool:
    """Return whether one of two codes of the same list is part of the other."""
    if dimension.scheme is None or dimension.scheme != dimension_of_other.scheme:
        return False
    if code.is_total or code_of_other.is_total:
        return True
    known = dimension_of_other.by_code | dimension.by_code
    return code_of_other.code in _above(code, known) or code.code in _above(code_of_other, known)


def _above(code: CodeDescription, known: dict[str, CodeDescription]) -> set[str]:
    found: set[str] = set()
    above = code.broader
    while above is not None and above in known and above not in found:
        found.add(above)
        above = known[above].broader
    return found


def _class_of(view: View, code: CodeDescription) -> _Class | None:
    """Return the class that a code stands for, if its list says where it begins and ends."""
    served, node = view.served, ox.NamedNode(code.iri)
    unit = served.object(node, served.generic("grensEenheid"))
    if not isinstance(unit, ox.NamedNode):
        return None

    def number(name: str) -> Decimal | None:
        found = served.object(node, served.generic(name))
        return Decimal(found.value) if isinstance(found, ox.Literal) else None

    def is_true(name: str) -> bool:
        found = served.object(node, served.generic(name))
        return isinstance(found, ox.Literal) and found.value in ("true", "1")

    return _Class(
        unit=unit.value,
        low=number("vanaf"),
        with_low=is_true("vanafInbegrepen"),
        high=number("tot"),
        with_high=is_true("totInbegrepen"),
    )
