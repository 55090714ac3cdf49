"""Puts the sections of a chart below each other, and the panels of each side by side."""

from __future__ import annotations

from dataclasses import dataclass

from publish.exports.charts.bars import BarPanel, figure_width, label_width
from publish.exports.charts.lines import Drawn, LinePanel, end_width
from publish.exports.charts.panels import ChartSection, Panel
from publish.exports.charts.series import Place
from publish.exports.charts.text import LINE, number, wrapped, xml
from publish.exports.words import words

BETWEEN = 28
"""The distance of panels side by side."""
BELOW = 20
"""The distance of panels below each other."""
IS_NARROW = 500
"""Drawings that are not wider than this have no columns, but for small panels."""
TITLE_LINES = 3
"""Lines of the title of a panel at most."""


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """How the panels of a section stand."""

    columns: int
    width: float
    """Of one panel."""
    height: float
    """Of the lines in one panel."""
    labels: float
    """The width of labels."""
    figures: float
    """The width of the figures of bars."""


def arranged(
    sections: tuple[ChartSection, ...], *, places: tuple[Place, ...], width: int, language: str
) -> tuple[float, str]:
    """Return the height of a drawing, and what is in it."""
    y, parts = 0.0, []
    for at, section in enumerate(sections):
        if at:
            y += BELOW
        drawn = _section(section, places=places, width=width, language=language)
        parts.append(f'<g transform="translate(0 {number(y)})">{drawn.body}</g>')
        y += drawn.height
    if places and any(_has_absent(section) for section in sections):
        y += LINE + 4
        text = xml(words(language)["chart"]["no_figure"])
        parts.append(
            f'<path class="absent other" d="M6 {number(y - 12)}l4 4-4 4-4-4z"/>'
            f'<text class="tick" x="16" y="{number(y - 4)}">{text}</text>'
        )
    return y, "".join(parts)


def _has_absent(section: ChartSection) -> bool:
    series = (one for panel in section.panels for one in panel.series)
    return any(point.value is None for one in series for point in one.points)


def _section(
    section: ChartSection, *, places: tuple[Place, ...], width: int, language: str
) -> Drawn:
    word = words(language)["chart"]
    caption = [section.unit] if section.unit else []
    if places and not section.scale.has_zero:
        caption.append(word["not_zero"])
    y, parts = 0.0, []
    for line in wrapped(" · ".join(caption), width, most=2):
        y += LINE
        parts.append(f'<text class="unit" x="0" y="{number(y - 4)}">{xml(line)}</text>')
    if caption:
        y += 6
    grid = _grid(section, width, is_lines=bool(places))
    panels = section.panels
    for first in range(0, len(panels), grid.columns):
        row = panels[first : first + grid.columns]
        titles = [wrapped(one.title, grid.width, most=TITLE_LINES, is_bold=True) for one in row]
        lines = max(map(len, titles), default=0)
        heights = []
        for at, (panel, title) in enumerate(zip(row, titles, strict=True)):
            x = at * (grid.width + BETWEEN)
            texts = "".join(
                f'<text class="panel" x="0" y="{(lines - len(title) + place + 1) * LINE - 4}">'
                f"{xml(text)}</text>"
                for place, text in enumerate(title)
            )
            drawn = _panel(panel, section, grid, places=places, language=language)
            parts.append(
                f'<g transform="translate({number(x)} {number(y)})">{texts}'
                f'<g transform="translate(0 {lines * LINE})">{drawn.body}</g></g>'
            )
            heights.append(lines * LINE + drawn.height)
        y += max(heights)
        if first + grid.columns < len(panels):
            y += BELOW
    return Drawn(height=y, body="".join(parts))


def _panel(
    panel: Panel, section: ChartSection, grid: _Grid, *, places: tuple[Place, ...], language: str
) -> Drawn:
    if places:
        return LinePanel(
            panel=panel,
            scale=section.scale,
            places=places,
            width=grid.width,
            height=grid.height,
            language=language,
            missing=words(language)["chart"]["none"],
            labels=grid.labels,
        ).draw()
    return BarPanel(
        panel=panel,
        scale=section.scale,
        width=grid.width,
        labels=grid.labels,
        figures=grid.figures,
    ).draw()


def _grid(section: ChartSection, width: int, *, is_lines: bool) -> _Grid:
    count = len(section.panels)
    is_single = is_lines and all(panel.is_single for panel in section.panels)
    if width <= IS_NARROW:
        columns = 2 if is_single and count > 2 else 1
    elif is_single:
        columns = count if count <= 3 else 3 if count in (5, 6, 9) else 4
    else:
        columns = min(count, 2)
    tall, low = (120.0, 84.0) if is_single else (250.0, 180.0)
    height = tall if columns == 1 else low
    wide = (width - BETWEEN * (columns - 1)) / columns
    panels = section.panels
    return _Grid(
        columns=columns,
        width=wide,
        height=height,
        labels=end_width(panels, wide) if is_lines else label_width(panels, wide),
        figures=0 if is_lines else figure_width(panels),
    )
