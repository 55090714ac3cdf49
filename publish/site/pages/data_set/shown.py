"""What a page shows of the figures of a data set: the part of a view that it reads, as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from publish.exports.answering.read_observations import ReadObservations
from publish.exports.charts.draw import Chart, chart_of, why_no_chart
from publish.exports.description import DataSetDescription
from publish.exports.layouts.pivot import CrossTable, cross_table
from publish.exports.observation import Observation
from publish.exports.view import LIST, TABLE, DataView, cell_text
from publish.faults.fault import Words
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.data_set.about import gaps_of
from publish.site.pages.data_set.address import (
    CELL,
    FIGURE,
    PRINTED_VIEW,
    TABLE_VIEW,
    page_view_address,
    page_view_parameters,
)
from publish.site.pages.data_set.asked import AskedPage
from publish.site.pages.data_set.parts import MOST_SHOWN, ViewPart, most_figures, part_of
from publish.site.pages.data_set.printed import TableOfSource, tables_of_source
from publish.site.pages.data_set.table import CellAddress, FigureTable, figure_table
from publish.site.rendering import current_reader

MOST_CELLS = 6_000
"""Cells of a table on a page, with those that have no figure."""


@dataclass(frozen=True, kw_only=True)
class ShownFigures:
    """The figures of a page, in the way that was asked for."""

    table: FigureTable | None = None
    chart: Chart | None = None
    why_no_chart: Words | None = None
    printed: tuple[TableOfSource, ...] = ()
    part: ViewPart
    figures: int
    """How many figures the view has in all its parts."""


@dataclass(frozen=True, kw_only=True)
class BesideTable:
    """The table of another data set below the one of the page."""

    description: DataSetDescription
    table: FigureTable
    address: str
    """The page of the other data set with the same view."""
    has_more: bool


def shown_figures(
    served: Served,
    figures: PageFigures,
    description: DataSetDescription,
    asked: AskedPage,
    cell_address: CellAddress | None = None,
) -> ShownFigures:
    """Return the figures that a page shows; unless told otherwise each opens on the same page.

    Raises DamagedFile, QueryFailed when a worker cannot give them, or TooManyCells.
    """
    opened = cell_address or _address_here(description, asked)
    if asked.show == PRINTED_VIEW:
        return _printed(served, figures, description, asked, opened)
    chosen, part, count = _read(figures, description, asked.view, asked.page)
    table = cross_table(chosen, MOST_CELLS)
    found = figure_table(
        chosen,
        table,
        cell_address=opened,
        cell=asked.cell,
        gaps=gaps_of(figures, description, asked.view.language),
    )
    shown = ShownFigures(table=found, part=part, figures=count)
    if asked.show == TABLE_VIEW:
        return shown
    chart = chart_of(
        table,
        chosen=asked.cell or None,
        cell_address=lambda observation: opened(observation.codes),
    )
    return replace(shown, chart=chart, why_no_chart=None if chart else why_no_chart(table))


def _printed(
    served: Served,
    figures: PageFigures,
    description: DataSetDescription,
    asked: AskedPage,
    opened: CellAddress,
) -> ShownFigures:
    """Return the printed tables; of a large data set some of their figures are linked."""
    whole = DataView(layout=TABLE, language=asked.view.language)
    part = part_of(description, whole, description.observations, 1)
    read: tuple[Observation, ...] = ()
    if not description.derived_from:
        read = figures.read(description.slug, _listed(part.view)).observations
    found = tables_of_source(
        served,
        description,
        read,
        language=asked.view.language,
        cell_address=opened,
        cell=asked.cell,
    )
    whole_part = ViewPart(view=whole, number=1, count=1)
    return ShownFigures(printed=tuple(found), part=whole_part, figures=description.observations)


def _read(
    figures: PageFigures, description: DataSetDescription, view: DataView, page: int
) -> tuple[ReadObservations, ViewPart, int]:
    """Return the observations of a part of a view, the part, and how many the view has."""
    count = most_figures(description, view)
    if count > MOST_SHOWN and (view.codes or not view.totals):
        count = figures.read(description.slug, replace(_listed(view), size=1)).count()
    part = part_of(description, view, count, page)
    read = figures.read(description.slug, _listed(part.view))
    if part.count == 1:
        count = read.count()
    return replace(read, view=part.view), part, count


def _listed(view: DataView) -> DataView:
    """Return a view as it is read, however it is laid out: what is read once is kept for all."""
    return replace(view, layout=LIST, rows=(), columns=())


def _address_here(description: DataSetDescription, asked: AskedPage) -> CellAddress:
    """Return what gives the address of the same page with a figure opened, from its query on."""
    pairs = page_view_parameters(
        description,
        asked.view,
        show=asked.show,
        beside=asked.beside,
        page=asked.page,
    )
    reader = current_reader()
    if reader.chosen:
        pairs.append(("lang", reader.language))
    head = f"?{urlencode(pairs, safe=',')}&" if pairs else "?"

    def address(codes: tuple[str, ...]) -> str:
        return f"{head}{urlencode({CELL: cell_text(codes)}, safe=',')}#{FIGURE}"

    return address


def beside_table(
    figures: PageFigures, description: DataSetDescription, asked: AskedPage
) -> BesideTable | None:
    """Return the table of the data set that is set beside: the same codes, rows and columns.

    Raises what ``shown_figures`` raises.
    """
    if asked.beside is None:
        return None
    other = figures.description(asked.beside)
    view = _same_view(description, asked.view, other)
    chosen, part, _ = _read(figures, other, view, 1)
    table: CrossTable = cross_table(chosen, MOST_CELLS)
    return BesideTable(
        description=other,
        table=figure_table(
            chosen,
            table,
            cell_address=lambda codes: page_view_address(other, view, cell=codes),
            gaps=gaps_of(figures, other, view.language),
            prefix="beside-",
        ),
        address=page_view_address(other, view),
        has_more=part.count > 1,
    )


def _same_view(
    description: DataSetDescription, view: DataView, other: DataSetDescription
) -> DataView:
    """Return the view of another data set with the codes and axes that both have."""
    by_iri = {item.iri: item for item in other.dimensions}
    same = {
        item.column: by_iri[item.iri]
        for item in description.dimensions
        if item.iri in by_iri and item.kind != "measure"
    }
    codes = {}
    for column, chosen in view.codes.items():
        if column in same:
            known = tuple(code for code in chosen if code in same[column].by_code)
            if known:
                codes[same[column].column] = known
    return replace(
        view,
        codes=codes,
        rows=tuple(same[name].column for name in view.rows if name in same),
        columns=tuple(same[name].column for name in view.columns if name in same),
    )
