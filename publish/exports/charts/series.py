"""What a chart shows: series of points over periods, or bars over codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Place:
    """A period on the axis of a chart."""

    label: str
    """In short, its year last: as Q1 2023."""
    start: str
    """Its first day, as a date."""
    is_missing: bool = False
    """Whether the source gives no figures for it."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A figure of a series, or the place where it has none."""

    label: str
    """The period or the code that it is of, in short."""
    start: str | None = None
    """The first day of the period; None for what is no period."""
    value: Decimal | None
    """None where there is no figure: a gap, never a zero."""
    text: str
    """The figure as people read it, or what is known where there is none."""
    known: tuple[Decimal, Decimal] | None = None
    """Where there is no figure the least and the most that it can be."""
    address: str | None = None
    """Where a click leads."""
    is_total: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Series:
    """A line of a chart, or a group of bars."""

    label: str
    unit: str
    points: tuple[Point, ...]
    panel: str = ""
    """The title of the panel that it stands in; series of one unit and panel share an axis."""
    is_total: bool = False
    is_chosen: bool = False
    colour: int = 0
    """The number of its colour, from 1; 0 for that of all series."""

    @property
    def values(self) -> tuple[Decimal, ...]:
        """Its figures, and the bounds of those that are not shown."""
        values = [point.value for point in self.points if point.value is not None]
        bounds = [bound for point in self.points for bound in point.known or ()]
        return (*values, *bounds)


LARGEST = Decimal(10) ** 18
"""Figures that are larger are not drawn, nor those that are no number."""


def of_any_points(series: Sequence[Series]) -> tuple[Series, ...]:
    """Return series as they can be drawn, whatever their points are, each with a colour."""
    found = [
        replace(
            one,
            points=tuple(map(_drawable, one.points)),
            colour=one.colour or at + 1,
        )
        for at, one in enumerate(series)
    ]
    starts = {point.start for one in found for point in one.points}
    if len(starts) > 1 and all(start is not None and _is_day(start) for start in starts):
        return tuple(found)
    groups: dict[tuple[str, str], list[Point]] = {}
    for one in found:
        for point in one.points:
            label = ", ".join(dict.fromkeys(filter(None, (one.label, point.label))))
            bar = replace(point, label=label, start=None)
            groups.setdefault((one.unit, one.panel), []).append(bar)
    return tuple(
        Series(label="", unit=unit, panel=panel, points=tuple(points))
        for (unit, panel), points in groups.items()
    )


def _drawable(point: Point) -> Point:
    value = point.value
    is_fit = value is None or (value.is_finite() and abs(value) < LARGEST)
    return point if is_fit else replace(point, value=None)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def places_of(series: tuple[Series, ...]) -> tuple[Place, ...]:
    """Return the periods of series in their order."""
    found = {
        point.start: Place(label=point.label, start=point.start)
        for one in series
        for point in one.points
        if point.start is not None
    }
    return tuple(found[start] for start in sorted(found))
