"""How series are parted: sections with a unit and a scale each, and panels with a title in them.

Totals that would press the others flat are a section of their own, and more series than a panel
has room for get a panel each, all on one scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from publish.exports.charts.scale import Scale, scale_of_bars, scale_of_lines
from publish.exports.charts.series import Series

MOST_LINES = 8
"""Lines of one panel, unless one of them is chosen."""
MOST_GREY_LINES = 15
"""Lines of one panel where one is chosen and the others are grey."""
COLOURS = 8
"""Colours of lines."""
ONE_SIZE = 5
"""Panels whose largest figures differ more than so many times have scales of their own."""
PRESSED = 2
"""Totals this many times as large as all others are apart."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a chart with its own axes."""

    title: str
    series: tuple[Series, ...]

    @property
    def is_single(self) -> bool:
        """Whether it shows one series, which the title names."""
        return len(self.series) == 1


@dataclass(frozen=True, kw_only=True)
class ChartSection:
    """Panels with one unit on one scale."""

    unit: str
    scale: Scale
    panels: tuple[Panel, ...]


def sections_of(series: Sequence[Series], *, is_lines: bool) -> tuple[ChartSection, ...]:
    """Return the sections of a chart in their order."""
    coloured = _coloured(series) if is_lines else tuple(series)
    found = []
    for unit, own in _grouped(coloured, lambda one: one.unit).items():
        for kind in _by_size(own) if is_lines else [own]:
            panels = tuple(_panels(kind, is_lines=is_lines))
            is_small = is_lines and len(panels) > 2 and all(panel.is_single for panel in panels)
            values = [value for one in kind for value in one.values]
            steps = 3 if is_small else 4
            scale = scale_of_lines(values, steps=steps) if is_lines else scale_of_bars(values)
            found.append(ChartSection(unit=unit, scale=scale, panels=panels))
    return tuple(found)


def _panels(series: Sequence[Series], *, is_lines: bool) -> Iterable[Panel]:
    for title, own in _grouped(series, lambda one: one.panel).items():
        is_chosen = any(one.is_chosen for one in own)
        most = MOST_GREY_LINES if is_chosen else MOST_LINES
        parts = [[one] for one in own] if is_lines and len(own) > most else [own]
        for part in parts:
            names = [title]
            if len(part) == 1 and part[0].label != title:
                names.append(part[0].label)
            text = " · ".join(filter(None, names))
            yield Panel(title=text[:1].upper() + text[1:], series=tuple(part))


def _by_size(series: list[Series]) -> Iterable[list[Series]]:
    """Yield the lines that stand on one scale: those of panels whose figures are of one size."""
    for own in _apart(series):
        sizes: list[tuple[Decimal, list[Series]]] = []
        for panel in _grouped(own, lambda one: one.panel).values():
            largest = _largest(panel)
            for at, (size, found) in enumerate(sizes):
                if max(size, largest) <= ONE_SIZE * min(size, largest):
                    sizes[at] = max(size, largest), [*found, *panel]
                    break
            else:
                sizes.append((largest, panel))
        yield from (found for _, found in sizes)


def _apart(series: list[Series]) -> list[list[Series]]:
    """Return totals and others apart where they have no room on one scale."""
    totals = [one for one in series if one.is_total]
    parts = [one for one in series if not one.is_total]
    if totals and len(parts) > 1 and _largest(totals) > PRESSED * _largest(parts):
        return [totals, parts]
    return [series]


def _largest(series: list[Series]) -> Decimal:
    return max((abs(value) for one in series for value in one.values), default=Decimal(0))


def _coloured(series: Sequence[Series]) -> tuple[Series, ...]:
    """Return lines with their colours: the same in every panel, and none where one is chosen."""
    if any(one.is_chosen for one in series):
        return tuple(replace(one, colour=0) for one in series)
    lines = sorted({one.colour for one in series if not one.is_total})
    colours = {line: at + 1 for at, line in enumerate(lines)}
    has_many = len(lines) > COLOURS
    return tuple(
        replace(one, colour=0 if one.is_total else 1 if has_many else colours[one.colour])
        for one in series
    )


def _grouped(series: Iterable[Series], key: Callable[[Series], str]) -> dict[str, list[Series]]:
    found: dict[str, list[Series]] = {}
    for one in series:
        found.setdefault(key(one), []).append(one)
    return found
