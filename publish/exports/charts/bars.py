"""Draws a panel of bars, one below the other: the label, the bar from zero, and the figure."""

from __future__ import annotations

from dataclasses import dataclass

from publish.exports.charts.lines import Drawn, linked
from publish.exports.charts.panels import Panel
from publish.exports.charts.scale import Scale
from publish.exports.charts.series import Point, Series
from publish.exports.charts.text import LINE, SIZE, number, width_of, wrapped, xml

LABELS = 0.42
"""The share of the width that labels take at most."""
BAR = 18
"""The height of a bar."""
GAP = 8
"""The distance of two bars."""


@dataclass(frozen=True, kw_only=True)
class BarPanel:
    """What the drawing of one panel of bars goes by."""

    panel: Panel
    scale: Scale
    width: float
    labels: float
    """The width of the labels, the same in all panels of a section."""
    figures: float
    """The width of the figures at the ends of bars."""

    def draw(self) -> Drawn:
        """Return the drawing, without its title."""
        parts, y = [], 6.0
        zero = self._x(0)
        for one in self.panel.series:
            for point in one.points:
                lines = wrapped(point.label, self.labels, most=2)
                height = max(BAR, len(lines) * LINE)
                parts.append(self._bar(one, point, lines, y, height))
                y += height + GAP
        bottom = y - GAP + 4
        parts.append(f'<path class="zero" d="M{number(zero)} 2V{number(bottom)}"/>')
        return Drawn(height=bottom, body="".join(parts))

    def _bar(
        self, one: Series, point: Point, lines: tuple[str, ...], y: float, height: float
    ) -> str:
        middle = y + height / 2
        first = middle - (len(lines) - 1) * LINE / 2 + SIZE * 0.35
        kind = "chosen" if point.is_chosen else "total" if point.is_total else "s1"
        drawn = "".join(
            f'<text class="name end" x="{number(self.labels)}" y="{number(first + at * LINE)}">'
            f"{xml(line)}</text>"
            for at, line in enumerate(lines)
        )
        zero = self._x(0)
        text_y = number(middle + SIZE * 0.35)
        if point.value is None:
            if point.known:
                low, high = (self._x(float(bound)) for bound in point.known)
                drawn += f'<path class="range" d="M{number(low)} {number(middle)}H{number(high)}"/>'
                zero = max(zero, high)
            drawn += (
                f'<text class="absent" x="{number(zero + 6)}" y="{text_y}">{xml(point.text)}</text>'
            )
            return f'<g class="{kind}">{linked(one, point, drawn, "")}</g>'
        end = self._x(float(point.value))
        side, x = ("", end + 6) if point.value >= 0 else (" end", end - 6)
        drawn += (
            f'<rect class="bar" x="{number(min(zero, end))}" y="{number(middle - BAR / 2)}" '
            f'width="{number(max(abs(end - zero), 0.5))}" height="{BAR}"/>'
            f'<text class="value{side}" x="{number(x)}" y="{text_y}">{xml(point.text)}</text>'
        )
        return f'<g class="{kind}">{linked(one, point, drawn, "")}</g>'

    def _x(self, value: float) -> float:
        left = self.labels + 8 + (self.figures if self.scale.low < 0 else 0)
        right = self.width - self.figures
        # Bars end where the largest figure does: there are no lines at round figures.
        return left + self.scale.share(value) * (right - left)


def label_width(panels: tuple[Panel, ...], width: float) -> float:
    """Return the room that labels of panels need, at most their share."""
    texts = [point.label for panel in panels for one in panel.series for point in one.points]
    return min(max(map(width_of, texts), default=0), LABELS * width)


def figure_width(panels: tuple[Panel, ...]) -> float:
    """Return the room that figures at the ends of bars need."""
    texts = [point.text for panel in panels for one in panel.series for point in one.points]
    return max((width_of(text, is_bold=True) for text in texts), default=0) + 8
