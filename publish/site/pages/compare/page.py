"""``/compare``: series of figures in one chart and one table, each chosen by a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from publish.exports.charts.draw import chart_of_series
from publish.exports.charts.series import Point, Series
from publish.exports.description import CodeDescription
from publish.exports.observation import Observation
from publish.exports.view import view_address
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.compare.comparable import why_incomparable
from publish.site.pages.compare.series import (
    ComparedSeries,
    NotASeries,
    description_of,
    free_dimensions,
    period_of,
    read_series,
    series_of,
)
from publish.site.pages.data_set.address import page_view_address
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import unit_name, value_text
from publish.site.rendering import Reader, current_reader, read_texts, render_page, view_of

PATH = "/compare"
MOST_SERIES = 6
MOST_PERIODS = 400
"""Periods of a series that are read, the last ones."""
MOST_OPTIONS = 500
"""Codes that a list to choose from has at most; of longer ones a code or label is typed."""


@dataclass(frozen=True, kw_only=True)
class ShownFigure:
    """A figure of a series: its text, and where it leads."""

    text: str
    href: str
    observation: Observation


@dataclass(frozen=True, kw_only=True)
class ShownSeries:
    """A series as the page shows it."""

    label: str
    title: str
    """The title of its data set."""
    unit: str
    page: str
    """The page of its data set, with nothing but these figures."""
    csv: str
    without: str
    """The address of the comparison without it."""
    figures: dict[str, ShownFigure]
    """Its figures by the codes of their periods."""


def make_compare_page(served: Served, figures: PageFigures) -> Blueprint:
    """Return the blueprint of the comparison of series."""
    blueprint = Blueprint("compare", __name__)

    def compare() -> Response:
        reader = current_reader()
        try:
            return _page(served, figures, reader)
        except NotASeries as wrong:
            texts = read_texts()[reader.language]
            return render_page(
                served,
                "compare.html",
                400,
                title=texts["compare"],
                wrong=texts[wrong.key].format(**wrong.told),
                again=reader.link(PATH),
                data_sets=served.data_sets,
            )

    blueprint.add_url_rule(PATH, "compare", compare)
    return blueprint


def _page(served: Served, figures: PageFigures, reader: Reader) -> Response:
    view, language = view_of(served), reader.language
    given = list(dict.fromkeys(request.args.getlist("series")))
    if len(given) > MOST_SERIES:
        raise NotASeries("compare-too-many", most=MOST_SERIES)
    series = [read_series(text, figures, language) for text in given]
    added = request.args.get("add", "")
    codes = request.args.getlist("code")
    adding = description_of(added, figures) if added else None
    if adding is not None and (codes or not free_dimensions(adding)):
        series.append(series_of(adding, codes, language))
        return Response(status=303, headers={"Location": _address(reader, series)})
    if adding is not None:
        period_of(adding)
    refused = why_incomparable(view, series)
    shown = [_shown(figures, reader, item, series) for item in series]
    periods = {} if refused else _periods(series)
    texts = read_texts()[language]
    chart = None
    if series and not refused:
        lines = [_line(item, one, language) for item, one in zip(series, shown, strict=True)]
        title = texts["compare-title"].format(names="; ".join(item.label for item in shown))
        chart = chart_of_series(lines, title=title, language=language)
    return render_page(
        served,
        "compare.html",
        title=texts["compare"],
        crumbs=[(texts["home"], "/"), (texts["compare"], None)],
        series=series,
        shown=shown,
        refused=refused,
        chart=chart,
        periods=[(code, short_period(item, language)) for code, item in periods.items()][::-1],
        data_sets=served.data_sets,
        adding=adding,
        free=free_dimensions(adding) if adding else [],
        most_options=MOST_OPTIONS,
        is_full=len(series) >= MOST_SERIES,
        action=reader.link(PATH).partition("?")[0],
    )


def _address(reader: Reader, series: list[ComparedSeries]) -> str:
    pairs = [("series", item.text) for item in series]
    if reader.chosen:
        pairs.append(("lang", reader.language))
    path = replace(reader, chosen=False).link(PATH)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _shown(
    figures: PageFigures, reader: Reader, series: ComparedSeries, all_: list[ComparedSeries]
) -> ShownSeries:
    """Read a series for the page. Raises NotASeries, DamagedFile or QueryFailed."""
    description, language = series.description, reader.language
    view = series.view(language)
    period = period_of(description)
    place = description.dimensions.index(period)
    last = tuple(item.code for item in period.codes[-MOST_PERIODS:])
    chosen = replace(view, codes={**view.codes, period.column: last})
    read = figures.read(description.slug, chosen, request.remote_addr or "")
    measure = description.measure_by_name[series.chosen()[-1][1].code]
    return ShownSeries(
        label=series.label(language),
        title=description.title[language],
        unit=unit_name(measure, language),
        page=page_view_address(description, view),
        csv=view_address(description, view, "csv").removeprefix(description.public_url),
        without=_address(reader, [item for item in all_ if item is not series]),
        figures={
            item.codes[place]: ShownFigure(
                text=value_text(item, language),
                href=page_view_address(description, view, cell=item.codes),
                observation=item,
            )
            for item in read
        },
    )


def _periods(series: list[ComparedSeries]) -> dict[str, CodeDescription]:
    """Return the periods of all series by their codes, the earliest first."""
    found = {
        code.code: code
        for item in series
        for code in period_of(item.description).codes[-MOST_PERIODS:]
    }
    ordered = sorted(
        found.values(), key=lambda code: (code.start or "", code.last or "", code.code)
    )
    return {code.code: code for code in ordered}


def _line(series: ComparedSeries, shown: ShownSeries, language: str) -> Series:
    """Return a series as a chart draws it, with a gap where a period has no figure."""
    points = []
    for code in period_of(series.description).codes[-MOST_PERIODS:]:
        figure = shown.figures.get(code.code)
        points.append(
            Point(
                label=short_period(code, language),
                start=code.start,
                value=figure.observation.value if figure else None,
                text=figure.text if figure else "",
                address=figure.href if figure else None,
            )
        )
    return Series(label=shown.label, unit=shown.unit, points=tuple(points))
