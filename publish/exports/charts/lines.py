"""Draws a panel of lines over periods, each with its label where it ends.

Periods are apart as they are in time. A line breaks where a figure is missing. A figure that is
not shown has a mark below the axis, where no value can be, and a bar from the least to the most
that it can be, where both are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from publish.exports.charts.panels import Panel
from publish.exports.charts.scale import Scale, spread
from publish.exports.charts.series import Place, Point, Series
from publish.exports.charts.text import LINE, SIZE, number, width_of, wrapped, xml
from publish.exports.figure_text import written_number

MOST_DOTS = 60
"""Periods of which each figure has a dot; of more only the lines are drawn."""
LABELS = 0.42
"""The share of the width that labels take at most."""
LABEL_LINES = 3
"""Lines of a label at most."""
AXIS = 2 * LINE + 6
"""The height of the names of periods."""
STRIP = 14
"""The height of the marks of figures that are not shown."""
GAP = 12
"""The least distance of two names of periods."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A part of a drawing, from its own upper left corner."""

    height: float
    body: str


@dataclass(frozen=True, kw_only=True)
class LinePanel:
    """What the drawing of one panel of lines goes by."""

    panel: Panel
    scale: Scale
    places: tuple[Place, ...]
    width: float
    height: float
    """The height of the part with the lines."""
    language: str
    missing: str
    """What stands at a period without figures."""
    labels: float
    """The width of the labels at the ends of lines, the same in all panels of a section."""

    def draw(self) -> Drawn:
        """Return the drawing, without its title."""
        layout = _Layout(self)
        parts = [
            *self._grid(layout),
            *self._periods(layout),
            *(part for one in self._ordered() for part in self._series(one, layout)),
            *self._ends(layout),
        ]
        return Drawn(height=layout.bottom + layout.strip + AXIS, body="".join(parts))

    def _ordered(self) -> list[Series]:
        """Return the series in the order in which they are drawn, the chosen one on top."""
        return sorted(self.panel.series, key=lambda one: (one.is_chosen, one.is_total))

    def _grid(self, layout: _Layout) -> Iterator[str]:
        for tick in self.scale.ticks:
            y = layout.y(tick)
            kind = "zero" if tick == 0 else "grid"
            yield (
                f'<path class="{kind}" d="M{number(layout.left)} {number(y)}'
                f'H{number(layout.labels - 6)}"/>'
                f'<text class="tick end" x="{number(layout.left - 6)}" y="{number(y + 4)}">'
                f"{written_number(tick, self.language)}</text>"
            )

    def _periods(self, layout: _Layout) -> Iterator[str]:
        y = layout.bottom + layout.strip + LINE
        year_before = ""
        for place in layout.named:
            name, year = parts_of_label(place.label)
            x = layout.x(place.start)
            lines = [name] if year in ("", year_before) else [name, year]
            year_before = year
            if place.is_missing:
                lines = [name if len(lines) == 1 else place.label, self.missing]
            kind = "tick absent" if place.is_missing else "tick"
            for at, line in enumerate(lines):
                yield (
                    f'<text class="{kind} middle" x="{number(x)}" y="{number(y + at * LINE)}">'
                    f"{xml(line)}</text>"
                )

    def _series(self, one: Series, layout: _Layout) -> Iterator[str]:
        yield f'<g class="{class_of(one)}">'
        for run in _runs(one, layout.starts):
            where = [(layout.x(point.start or ""), layout.y(point.value or 0)) for point in run]
            if len(where) > 1:
                path = "L".join(f"{number(x)} {number(y)}" for x, y in where)
                yield f'<path class="line" d="M{path}"/>'
        has_dots = len(self.places) <= MOST_DOTS
        for point in one.points:
            x = layout.x(point.start or "")
            if point.value is None:
                yield self._absent(one, point, x, layout)
            elif has_dots or point.is_chosen or len(one.points) == 1:
                yield self._dot(one, point, x, layout.y(point.value))
        yield "</g>"

    def _dot(self, one: Series, point: Point, x: float, y: float) -> str:
        drawn = f'<circle class="dot" cx="{number(x)}" cy="{number(y)}" r="3"/>'
        if point.is_chosen:
            side = "end" if x > self.width / 2 else "middle"
            above = y - 10 if y > 24 else y + 20
            drawn = (
                f'<circle class="dot" cx="{number(x)}" cy="{number(y)}" r="5.5"/>'
                f'<text class="value {side}" x="{number(x)}" '
                f'y="{number(above)}">{xml(point.text)}</text>'
            )
        hit = f'<circle class="hit" cx="{number(x)}" cy="{number(y)}" r="9"/>'
        return linked(one, point, drawn, hit)

    def _absent(self, one: Series, point: Point, x: float, layout: _Layout) -> str:
        y = layout.bottom + STRIP / 2 + 1
        drawn = f'<path class="absent" d="M{number(x)} {number(y - 4)}l4 4-4 4-4-4z"/>'
        if point.known:
            low, high = (number(layout.y(bound)) for bound in point.known)
            drawn += f'<path class="range" d="M{number(x)} {low}V{high}"/>'
        return linked(one, point, drawn, "")

    def _ends(self, layout: _Layout) -> Iterator[str]:
        """Yield the labels at the ends of lines; of one line alone that is its last figure."""
        for end, middle in zip(layout.ends, layout.middles, strict=True):
            x, y = layout.labels, end.y
            kind = class_of(end.series)
            if abs(middle - y) > 3 or x - end.x > 14:
                yield (
                    f'<path class="lead" d="M{number(end.x + 6)} {number(y)}'
                    f'L{number(x - 3)} {number(middle)}"/>'
                )
            first = middle - (len(end.lines) - 1) * LINE / 2 + SIZE * 0.35
            for at, line in enumerate(end.lines):
                yield (
                    f'<text class="label {kind}" x="{number(x)}" y="{number(first + at * LINE)}">'
                    f"{xml(line)}</text>"
                )


@dataclass(frozen=True, kw_only=True)
class _End:
    """Where a line ends, and what stands there."""

    series: Series
    lines: tuple[str, ...]
    x: float
    y: float


class _Layout:
    """Where everything of one panel is."""

    def __init__(self, asked: LinePanel) -> None:
        panel, places = asked.panel, asked.places
        self.scale = asked.scale
        ticks = [written_number(tick, asked.language) for tick in asked.scale.ticks]
        self.left = max(map(width_of, ticks)) + 8
        lines = [
            end_lines(one, asked.labels + 1, is_single=panel.is_single) for one in panel.series
        ]
        self.top = 12.0
        heights = [max(len(own), 1) * float(LINE) for own in lines]
        self.bottom = self.top + max(asked.height, sum(heights))
        has_absent = any(point.value is None for one in panel.series for point in one.points)
        self.strip = STRIP if has_absent else 0
        self.right = asked.width - 4
        dated = [place for place in places if not place.is_missing]
        self._first = _day(dated[0].start)
        span = max(_day(dated[-1].start) - self._first, 1)
        edge = max(width_of(part) for part in (*parts_of_label(dated[0].label), "0")) / 2
        left = max(self.left + 6, min(edge, self.left + 40))
        plot = self.right - asked.labels - 10 - left
        behind = [_day(place.start) - self._first for place in places if place.is_missing]
        if behind and max(behind) > span:
            half = max(width_of(place.label) for place in places if place.is_missing) / 2
            plot = min(plot, max((self.right - half - left) * span / max(behind), plot / 2))
        self._begin, self._per_day = left, plot / span
        self.labels = left + plot + 10
        self.starts = [place.start for place in places]
        self.ends = [
            _End(series=one, lines=own, x=self.x(last.start or ""), y=self.y(last.value))
            for one, own in zip(panel.series, lines, strict=True)
            if (last := _last(one)) is not None and last.value is not None and own
        ]
        self.middles = spread(
            [end.y for end in self.ends],
            [len(end.lines) * float(LINE) for end in self.ends],
            self.top - 6,
            self.bottom + 2,
        )
        self.named = self._named(places)

    def x(self, start: str) -> float:
        """Return where a period is."""
        return self._begin + (_day(start) - self._first) * self._per_day

    def y(self, value: object) -> float:
        """Return where a figure is."""
        share = self.scale.share(value)  # type: ignore[arg-type]  # a Decimal or an int
        return self.bottom - share * (self.bottom - self.top)

    def _named(self, places: Sequence[Place]) -> list[Place]:
        """Return the periods whose names have room: the last and the first before the others."""
        inside = [
            place
            for place in places
            if self.x(place.start) + _half(place) <= self.right + 4 and self.x(place.start) > 0
        ]
        dated = [place for place in inside if not place.is_missing]
        ends = [*dated[-1:], *dated[:1]]
        missing = [place for place in inside if place.is_missing]
        order = [*ends, *missing, *reversed(dated[1:-1])]
        kept: list[Place] = []
        for place in order:
            x, half = self.x(place.start), _half(place)
            if all(
                abs(x - self.x(one.start)) >= half + _half(one) + GAP / 2
                for one in kept
                if one is not place
            ):
                kept.append(place)
        return sorted(dict.fromkeys(kept), key=lambda place: place.start)


def end_width(panels: tuple[Panel, ...], width: float) -> float:
    """Return the room that labels at the ends of lines need in panels of a width."""
    found = [
        width_of(line, is_bold=_is_bold(one))
        for panel in panels
        for one in panel.series
        for line in end_lines(one, LABELS * width, is_single=panel.is_single)
    ]
    return max(found, default=0)


def end_lines(one: Series, width: float, *, is_single: bool) -> tuple[str, ...]:
    """Return the label at the end of a line, or its last figure where it is alone."""
    text = _text_of_end(one, is_single=is_single)
    return wrapped(text, width, most=LABEL_LINES, is_bold=_is_bold(one))


def _is_bold(one: Series) -> bool:
    return one.is_chosen or one.is_total


def class_of(one: Series) -> str:
    """Return the class by which a series has its colour."""
    if one.is_chosen:
        return "chosen"
    if one.is_total:
        return "total"
    return f"s{one.colour}" if one.colour else "other"


def linked(one: Series, point: Point, drawn: str, hit: str) -> str:
    """Return what stands for a figure with its name, as a link where it leads somewhere."""
    names = [name for name in (one.panel, one.label, point.label) if name]
    unit = f" {one.unit}" if point.value is not None else ""
    title = xml(f"{', '.join(dict.fromkeys(names))}: {point.text}{unit}")
    if point.address is None:
        return f"<g>{drawn}{hit}<title>{title}</title></g>"
    return f'<a href="{xml(point.address)}" tabindex="-1"><title>{title}</title>{drawn}{hit}</a>'


@lru_cache(maxsize=1024)
def parts_of_label(label: str) -> tuple[str, str]:
    """Return a period without its year, and the year; all of it where there is no such end."""
    name, _, year = label.rpartition(" ")
    return (name, year) if name and len(year) == 4 and year.isdigit() else (label, "")


def _half(place: Place) -> float:
    parts = (place.label,) if place.is_missing else parts_of_label(place.label)
    return max(map(width_of, parts)) / 2


def _text_of_end(one: Series, *, is_single: bool) -> str:
    if not is_single:
        return one.label
    last = _last(one)
    return last.text if last is not None and not last.is_chosen else ""


def _last(one: Series) -> Point | None:
    return next((point for point in reversed(one.points) if point.value is not None), None)


def _runs(one: Series, starts: Sequence[str]) -> list[list[Point]]:
    """Return the points of a series that follow each other without a gap."""
    by_start = {point.start: point for point in one.points}
    runs: list[list[Point]] = [[]]
    for start in starts:
        point = by_start.get(start)
        if point is None or point.value is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


@lru_cache(maxsize=4096)
def _day(start: str) -> int:
    return date.fromisoformat(start).toordinal()
