"""Draws a table of figures as a chart: lines over periods, else bars.

Only what the table has is drawn, so the table is always behind the chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publish.exports.charts.arrange import arranged
from publish.exports.charts.of_table import ChartAxes, chart_axes, series_of, table_places
from publish.exports.charts.panels import sections_of
from publish.exports.charts.series import Place, Series, of_any_points, places_of
from publish.exports.charts.sheet import Credits, credits_of, sheet
from publish.exports.charts.text import number, xml
from publish.exports.layouts.caption import key_line, title_of
from publish.exports.layouts.pivot import Codes, CrossTable
from publish.exports.observation import Observation
from publish.exports.words import words
from publish.faults.fault import Words, phrase, written_out

WIDE, NARROW = 760, 340
"""The widths of a drawing."""
MOST_SERIES = 48
"""Lines of a chart at most."""
MOST_BARS = 96
MOST_POINTS = 4_000
"""Figures of a chart of lines at most."""
MOST_NAMED = 12
"""Series that the description of a chart names."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart that can be drawn."""

    title: str
    description: str
    """What it shows, in words, for those who do not see it."""
    language: str
    series: tuple[Series, ...]
    places: tuple[Place, ...]
    """The periods of its axis; empty where it has bars."""
    credits: Credits

    @property
    def has_lines(self) -> bool:
        """Whether it has lines; else it has bars."""
        return bool(self.places)

    def svg(self, *, standalone: bool) -> str:
        """Return it as SVG: with its own style, title and source, or for a page, with classes.

        For a page that is a ``div`` with a drawing for wide windows and one for narrow ones.
        """
        if standalone:
            return self.sheet(is_dark_too=True)
        drawings = [
            f'<div class="chart-{name}">{self._drawing(width)}</div>'
            for name, width in (("wide", WIDE), ("narrow", NARROW))
        ]
        return f'<div class="chart">{"".join(drawings)}</div>'

    def sheet(self, *, is_dark_too: bool) -> str:
        """Return a file of its own; if that is asked, it is dark where the screen is."""
        height, body = self._body(WIDE)
        return sheet(
            body,
            width=WIDE,
            height=height,
            language=self.language,
            title=self.title,
            description=self.description,
            credits=self.credits,
            is_dark_too=is_dark_too,
        )

    def _drawing(self, width: int) -> str:
        height, body = self._body(width)
        has_links = any(point.address for one in self.series for point in one.points)
        return (
            f'<svg class="drawing" viewBox="0 0 {width} {number(height)}" width="{width}" '
            f'height="{number(height)}" role="{"graphics-document" if has_links else "img"}">'
            f"<title>{xml(self.title)}</title><desc>{xml(self.description)}</desc>{body}</svg>"
        )

    def _body(self, width: int) -> tuple[float, str]:
        sections = sections_of(self.series, is_lines=self.has_lines)
        return arranged(sections, places=self.places, width=width, language=self.language)


def chart_of(
    table: CrossTable,
    *,
    chosen: Codes | None = None,
    cell_address: Callable[[Observation], str] | None = None,
) -> Chart | None:
    """Return the chart of a table, None where ``why_no_chart`` says why there is none.

    ``chosen`` are the codes of an observation in the order of the dimensions of the description:
    its series is in colour, and its figure marked.
    """
    axes = chart_axes(table)
    if _why_not(table, axes):
        return None
    language = table.view.language
    series = series_of(table, axes, chosen=chosen, address=cell_address)
    places = table_places(table, axes)
    return Chart(
        title=title_of(table.description, language),
        description=f"{key_line(table)}. {_described(series, places, language)}",
        language=language,
        series=series,
        places=places,
        credits=credits_of(table),
    )


def chart_of_series(
    series: Sequence[Series], *, title: str, language: str, notes: Sequence[str] = ()
) -> Chart:
    """Return the chart of series from several data sets: on one axis those of one unit.

    Points have the first day of their period; where they have none, or all the same, they are bars.
    ``notes`` stand below a file of its own.
    """
    found = of_any_points(series)
    places = places_of(found)
    return Chart(
        title=title,
        description=_described(found, places, language),
        language=language,
        series=found,
        places=places,
        credits=Credits(subtitle="", lines=tuple(notes)),
    )


def why_no_chart(table: CrossTable) -> Words | None:
    """Return why a table has no chart: too little or too much of it, and what to do then."""
    return _why_not(table, chart_axes(table))


def _why_not(table: CrossTable, axes: ChartAxes) -> Words | None:
    if sum(item.value is not None for item in table.cells.values()) < 2:
        return phrase("chart-of-nothing")
    figures = len(table.cells)
    if axes.period is None:
        if figures > MOST_BARS:
            return _too_many("chart-too-many-bars", table, axes, figures, MOST_BARS)
        return None
    line = [axes.line] if axes.line is not None else []
    places = [*axes.panels, *line]
    series = len({tuple(item.codes[at] for at in places) for item in table.cells.values()})
    if series > MOST_SERIES:
        return _too_many("chart-too-many-lines", table, axes, series, MOST_SERIES)
    if figures > MOST_POINTS:
        return _too_many("chart-too-many-points", table, axes, figures, MOST_POINTS)
    return None


def _too_many(name: str, table: CrossTable, axes: ChartAxes, found: int, most: int) -> Words:
    """Return that a chart would have too much, and the dimension of which to choose less."""
    if name == "chart-too-many-points" and axes.period is not None:
        free = [axes.period]
    else:
        free = [at for at in axes.sizes if at != axes.period]
    widest = table.description.dimensions[max(free, key=axes.sizes.__getitem__)]
    return phrase(
        name,
        found=written_out(found),
        most=written_out(most),
        label=Words(widest.label["en"], widest.label["nl"]),
        column=widest.column,
    )


def _described(series: tuple[Series, ...], places: tuple[Place, ...], language: str) -> str:
    """Return in words what is drawn."""
    word = words(language)["chart"]
    if places:
        labels = list(dict.fromkeys(one.label or one.panel or one.unit for one in series))
    else:
        labels = list(dict.fromkeys(point.label for one in series for point in one.points))
    listed = ", ".join(labels[:MOST_NAMED])
    if (more := len(labels) - MOST_NAMED) > 0:
        listed += f", {word['and_more'].format(number=more)}"
    if not places:
        return f"{word['bars'].format(labels=listed)} {word['in_table']}"
    told = word["lines"].format(
        count=len(places), first=places[0].label, last=places[-1].label, labels=listed
    )
    return f"{told} {word['in_table']}"
