"""The series of a table: what is a line, what is a panel, and what is left out of neither.

Periods go along the axis where figures of several stand in the table. Of the other dimensions the
longest list is the lines, or the bars, and each combination of the others a panel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from publish.exports.charts.numbers import readable_absence, short_period
from publish.exports.charts.series import Place, Point, Series
from publish.exports.description import CODE, PERIOD, DimensionDescription
from publish.exports.figure_text import one_line, written_number
from publish.exports.layouts.caption import unit_text
from publish.exports.layouts.pivot import Codes, CrossTable
from publish.exports.observation import Observation

Address = Callable[[Observation], str]


@dataclass(frozen=True, kw_only=True)
class ChartAxes:
    """What the dimensions of a table are in its chart; numbers are places in the description."""

    period: int | None
    """The dimension along the axis, where the chart is of lines."""
    line: int | None
    """The dimension of which each code is a line or a bar."""
    panels: tuple[int, ...]
    """Those of which each combination of codes is a panel."""
    sizes: dict[int, int]
    """How many codes each has in the table."""

    @property
    def of_series(self) -> tuple[int, ...]:
        """Those of which each combination of codes is a series: a line, or a panel of bars."""
        return (
            self.panels if self.period is None or self.line is None else (*self.panels, self.line)
        )


def chart_axes(table: CrossTable) -> ChartAxes:
    """Return what is along the axis, what is a line and what is a panel."""
    dimensions = table.description.dimensions
    used: list[set[str]] = [set() for _ in dimensions]
    valued: list[set[str]] = [set() for _ in dimensions]
    for item in table.cells.values():
        for at, code in enumerate(item.codes):
            used[at].add(code)
            if item.value is not None:
                valued[at].add(code)
    period = next(
        (
            at
            for at, dimension in enumerate(dimensions)
            if dimension.kind == PERIOD and len(valued[at]) > 1 and _all_dated(dimension, used[at])
        ),
        None,
    )
    free = [at for at, codes in enumerate(used) if len(codes) > 1 and at != period]
    lines = [at for at in free if dimensions[at].kind == CODE] or [
        at for at in free if dimensions[at].kind == PERIOD
    ]
    if not lines and period is None:
        lines = free  # bars of several measures
    line = max(lines, key=lambda at: len(used[at]), default=None)
    return ChartAxes(
        period=period,
        line=line,
        panels=tuple(at for at in free if at != line),
        sizes={at: len(codes) for at, codes in enumerate(used)},
    )


def series_of(
    table: CrossTable, axes: ChartAxes, *, chosen: Codes | None, address: Address | None
) -> tuple[Series, ...]:
    """Return the lines of a table, or for each panel the group of its bars."""
    found: dict[Codes, list[Observation]] = {}
    apart = axes.of_series
    for row in table.rows:
        for column in table.columns:
            item = table.cells.get((row, column))
            if item is not None:
                found.setdefault(tuple(item.codes[at] for at in apart), []).append(item)
    positions = [dimension.positions for dimension in table.description.dimensions]

    def order(codes: Codes) -> list[int]:
        return [positions[at][code] for at, code in zip(apart, codes, strict=True)]

    dimensions, language = table.description.dimensions, table.view.language
    named = {*apart, *(at for at in (axes.period, axes.line) if at is not None)}
    labels = {
        at: code_labels(dimensions[at], {item.codes[at] for item in table.cells.values()}, language)
        for at in named
    }
    make = _Maker(table=table, axes=axes, chosen=chosen, address=address, labels=labels)
    return tuple(one for key in sorted(found, key=order) for one in make.series(found[key]))


def table_places(table: CrossTable, axes: ChartAxes) -> tuple[Place, ...]:
    """Return the periods along the axis of a table, with those that the source does not give."""
    if axes.period is None:
        return ()
    dimension = table.description.dimensions[axes.period]
    used = {item.codes[axes.period] for item in table.cells.values()}
    missing = {item.code for item in table.missing}
    return tuple(
        Place(
            label=short_period(code, dimension.period, table.view.language),
            start=code.start,
            is_missing=code.code in missing,
        )
        for code in sorted(dimension.codes, key=lambda code: code.start or "")
        if code.start and (code.code in used or code.code in missing)
    )


def code_labels(
    dimension: DimensionDescription, codes: Iterable[str], language: str
) -> dict[str, str]:
    """Return what codes are called, with the code itself where others are called the same."""
    if dimension.kind == PERIOD:
        return {
            code: short_period(dimension.by_code[code], dimension.period, language)
            for code in codes
        }
    labels = {code: one_line(dimension.by_code[code].label[language]) for code in codes}
    count = Counter(labels.values())
    return {
        code: label if count[label] == 1 else f"{label} ({code})" for code, label in labels.items()
    }


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """Makes series of observations that belong together."""

    table: CrossTable
    axes: ChartAxes
    chosen: Codes | None
    address: Address | None
    labels: Mapping[int, Mapping[str, str]]
    """What the codes of each dimension of the chart are called."""

    def series(self, items: list[Observation]) -> Iterator[Series]:
        """Yield the series of some observations: one, but that bars of two units are apart."""
        units: dict[str, list[Observation]] = {}
        for item in items:
            units.setdefault(self._unit(item), []).append(item)
        for unit, own in units.items():
            yield self._one(own, unit)

    def _one(self, items: list[Observation], unit: str) -> Series:
        first, axes = items[0], self.axes
        if axes.period is not None:
            along = axes.period
            order = self.table.description.dimensions[along].by_code
            items = sorted(items, key=lambda item: order[item.codes[along]].start or "")
        is_line = axes.period is not None
        label = self._label(first, axes.of_series[-1:] if axes.line is not None else axes.panels)
        return Series(
            label=label,
            unit=unit,
            panel=self._label(first, axes.panels),
            points=tuple(self._point(item) for item in items),
            is_total=is_line and axes.line is not None and self._is_total(first, axes.line),
            is_chosen=is_line and self._is_chosen(first),
            colour=0 if axes.line is None else self._place(first, axes.line) + 1,
        )

    def _point(self, item: Observation) -> Point:
        along = self.axes.line if self.axes.period is None else self.axes.period
        language = self.table.view.language
        if along is None:
            label, start = "", None
        else:
            label = self.labels[along][item.codes[along]]
            start = self.table.description.dimensions[along].by_code[item.codes[along]].start
        bounds = dict(item.bounds)
        low = bounds.get("at-least", bounds.get("more-than"))
        high = bounds.get("at-most", bounds.get("below"))
        is_shown = item.value is not None
        return Point(
            label=label,
            start=start if self.axes.period is not None else None,
            value=item.value,
            text=written_number(item.value, language)
            if item.value is not None
            else readable_absence(item, language),
            known=None if is_shown or high is None else (low or Decimal(0), high),
            address=self.address(item) if self.address else None,
            is_total=self.axes.line is not None and self._is_total(item, self.axes.line),
            is_chosen=item.codes == self.chosen,
        )

    def _label(self, item: Observation, places: Iterable[int]) -> str:
        return " · ".join(self.labels[at][item.codes[at]] for at in places)

    def _unit(self, item: Observation) -> str:
        description = self.table.description
        measure = description.measure_by_name[item.codes[-1]]
        return unit_text(measure, self.table.view.language)

    def _is_total(self, item: Observation, at: int) -> bool:
        return self.table.description.dimensions[at].by_code[item.codes[at]].is_total

    def _place(self, item: Observation, at: int) -> int:
        return self.table.description.dimensions[at].positions[item.codes[at]]

    def _is_chosen(self, item: Observation) -> bool:
        if self.chosen is None or len(self.chosen) != len(item.codes):
            return False
        pairs = enumerate(zip(item.codes, self.chosen, strict=True))
        return all(one == other for at, (one, other) in pairs if at != self.axes.period)


def _all_dated(dimension: DimensionDescription, codes: set[str]) -> bool:
    return all(dimension.by_code[code].start for code in codes)
