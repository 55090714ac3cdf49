"""What a data set tells first: its newest total, and how that came to be over the periods.

No figure in it is computed: where a source prints no total, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from publish.exports.description import PERIOD, DataSetDescription, DimensionDescription
from publish.exports.observation import Observation
from publish.exports.view import DataView

MOST_PERIODS = 400
"""The newest periods whose total is kept."""
MOST_TRIED = 12
"""The newest periods in which figures are looked for where there is no total."""
MOST_NAMED = 3
"""Figures that are named one by one; of more the lowest and the highest are."""
MOST_PARTS = 1000
"""Parts of a total among which the highest is looked for."""

ReadView = Callable[[DataView], Iterable[Observation]]
"""Gives the observations of a view of one data set."""


@dataclass(frozen=True, kw_only=True)
class HeadFigure:
    """A figure with its codes, in the order of the dimensions."""

    codes: tuple[str, ...]
    value: Decimal | None
    """None where it is not shown."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a data set tells first, of one of its measures."""

    slug: str
    measure: str | None
    """The measure; None where no figure of it is shown."""
    period: str | None
    """The newest period with figures; None where there is none."""
    figures: tuple[HeadFigure, ...]
    """The total of that period. Without a total the figures of that period, up to three, by the
    dimensions that have no total; of more the lowest and the highest that are shown."""
    count: int
    """How many such figures there are."""
    hidden: int
    """How many of them are not shown."""
    without: tuple[str, ...] = ()
    """The codes of the one dimension by which they differ that have no figure in the period."""
    has_total: bool
    """Whether it is one figure for each period."""
    is_total_hidden: bool
    """Whether there are totals, and none is shown; the figures are then those of its parts."""
    series: tuple[HeadFigure, ...]
    """The total in each period that has it, also where it is not shown, from old to new."""
    highest: HeadFigure | None
    """The highest of the parts of the total in the newest period, where all of them are shown."""
    periods: int
    """How many periods there are, those not given too."""


def overview_of(description: DataSetDescription, read: ReadView) -> Overview:
    """Return what a data set tells first, of its first measure that has a figure."""
    period = period_of(description)
    count = len(period.codes) if period else 0
    for measure in description.measures:
        found = _of_measure(description, read, measure.name)
        if found is not None:
            return Overview(slug=description.slug, measure=measure.name, periods=count, **found)
    return Overview(
        slug=description.slug, measure=None, period=None, figures=(), count=0,
        hidden=0, has_total=False, is_total_hidden=False, series=(), highest=None, periods=count,
    )  # fmt: skip


def reading_from(description: DataSetDescription, observations: Sequence[Observation]) -> ReadView:
    """Return what reads views from all observations of a data set."""
    places = {item.column: place for place, item in enumerate(description.dimensions)}

    def read(view: DataView) -> Iterable[Observation]:
        wanted = [(places[column], set(codes)) for column, codes in view.codes.items()]
        for item in observations:
            if all(item.codes[place] in codes for place, codes in wanted):
                yield item

    return read


def period_of(description: DataSetDescription) -> DimensionDescription | None:
    """Return the dimension of the period, if there is one."""
    return next((item for item in description.dimensions if item.kind == PERIOD), None)


def open_dimensions(description: DataSetDescription) -> tuple[DimensionDescription, ...]:
    """Return the dimensions with several codes of which none is the total of the others."""
    period = period_of(description)
    return tuple(
        item
        for item in description.dimensions[:-1]
        if item is not period and len(item.codes) > 1 and item.total is None
    )


def _of_measure(
    description: DataSetDescription, read: ReadView, measure: str
) -> dict[str, Any] | None:
    """Return what is told of a measure, None where no figure of it is shown."""
    totals = {item.column: (item.total,) for item in description.dimensions if item.total}
    codes: dict[str, tuple[str, ...]] = {description.dimensions[-1].column: (measure,), **totals}
    if open_dimensions(description):
        return _newest(description, read, codes)
    series = _series(description, read, codes)
    shown = [item for item in series if item.value is not None]
    if not shown:
        parts = {column: chosen for column, chosen in codes.items() if column not in totals}
        found = _newest(description, read, parts, without=totals)
        return found and {**found, "is_total_hidden": bool(series)}
    period = period_of(description)
    newest = shown[-1]
    return {
        "period": newest.codes[description.dimensions.index(period)] if period else None,
        "figures": (newest,),
        "count": 1,
        "hidden": 0,
        "has_total": True,
        "is_total_hidden": False,
        "series": series if period else (),
        "highest": _highest_part(description, read, newest),
    }


def _series(
    description: DataSetDescription, read: ReadView, codes: dict[str, tuple[str, ...]]
) -> tuple[HeadFigure, ...]:
    """Return the figure of each period, in order."""
    period = period_of(description)
    if period is None:
        return tuple(_head(item) for item in read(DataView(codes=codes)))[:1]
    place = description.dimensions.index(period)
    if len(period.codes) > MOST_PERIODS:
        newest = tuple(item.code for item in period.codes[-MOST_PERIODS:])
        codes = {**codes, period.column: newest}
    found = [_head(item) for item in read(DataView(codes=codes))]
    return tuple(sorted(found, key=lambda item: period.positions[item.codes[place]]))


def _newest(
    description: DataSetDescription,
    read: ReadView,
    codes: dict[str, tuple[str, ...]],
    *,
    without: dict[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Return what the figures of the newest period that shows any have in common."""
    period = period_of(description)
    names: list[str | None] = [None]
    if period is not None:
        newest = [item.code for item in reversed(period.codes) if not item.missing]
        names = [*newest[:MOST_TRIED]]
    skipped = [
        (place, item.total)
        for place, item in enumerate(description.dimensions)
        if without and item.column in without and len(item.codes) > 1
    ]
    several = open_dimensions(description)
    split = description.dimensions.index(several[0]) if len(several) == 1 else None
    for name in names:
        chosen = {**codes, period.column: (name,)} if period and name else codes
        seen: set[str] = set()
        found = _range(_seen(read(DataView(codes=chosen)), skipped, split, seen))
        if found is not None:
            codes_of = description.dimensions[split].codes if split is not None else ()
            lacking = tuple(item.code for item in codes_of if name and item.code not in seen)
            return {"period": name, "without": lacking, **found}
    return None


def _seen(
    observations: Iterable[Observation],
    skipped: Sequence[tuple[int, str | None]],
    split: int | None,
    seen: set[str],
) -> Iterator[Observation]:
    """Yield observations but for totals; add the codes that they have in one place to ``seen``."""
    for item in observations:
        if any(item.codes[place] == total for place, total in skipped):
            continue
        if split is not None:
            seen.add(item.codes[split])
        yield item


def _range(observations: Iterable[Observation]) -> dict[str, Any] | None:
    """Return the figures, or the lowest and highest of many; None where none is shown."""
    first: list[HeadFigure] = []
    low = high = None
    count = hidden = 0
    for item in observations:
        count += 1
        if item.value is None:
            hidden += 1
            continue
        if len(first) < MOST_NAMED:
            first.append(_head(item))
        if low is None or low.value is None or item.value < low.value:
            low = _head(item)
        if high is None or high.value is None or item.value > high.value:
            high = _head(item)
    if low is None or high is None:
        return None
    return {
        "figures": tuple(first) if count - hidden <= MOST_NAMED else (low, high),
        "count": count,
        "hidden": hidden,
        "has_total": False,
        "is_total_hidden": False,
        "series": (),
        "highest": None,
    }


def _highest_part(
    description: DataSetDescription, read: ReadView, total: HeadFigure
) -> HeadFigure | None:
    """Return the highest part of a total, None where that is not certain or says nothing."""
    split = [item for item in description.dimensions[:-1] if item.total and len(item.codes) > 1]
    if len(split) != 1:
        return None
    [dimension] = split
    wider = {item.broader for item in dimension.codes}
    parts = tuple(
        item.code for item in dimension.codes if not item.is_total and item.code not in wider
    )
    if not 1 < len(parts) <= MOST_PARTS:
        return None
    own = {
        item.column: (code,) for item, code in zip(description.dimensions, total.codes, strict=True)
    }
    found = [_head(item) for item in read(DataView(codes={**own, dimension.column: parts}))]
    values = [item.value for item in found if item.value is not None]
    if len(values) < len(parts) or values.count(max(values)) > 1:
        return None
    return next(item for item in found if item.value == max(values))


def _head(item: Observation) -> HeadFigure:
    return HeadFigure(codes=item.codes, value=item.value)
