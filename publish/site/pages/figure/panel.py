"""The panel of a figure: what it is, where it is printed, what part it is, and how to cite it.

The page of a data set opens it beside its table, and the page of the observation begins with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote

import pyoxigraph as ox

from publish.exports.description import (
    CODE,
    DataSetDescription,
    MeasureDescription,
    TermDescription,
)
from publish.exports.figure_text import one_line, written_number
from publish.exports.observation import Observation
from publish.exports.sparql_of_view import sparql_of_view
from publish.exports.view import DataView
from publish.release.opened import Served, term
from publish.site.data.figures import PageFigures
from publish.site.pages.figure.citation import Citation, citation_of, source_sentence
from publish.site.pages.figure.naming import (
    figure_name,
    measure_name,
    observation_iri,
    place_name,
    unit_name,
    value_text,
    value_with_unit,
)
from publish.site.pages.figure.neighbours import (
    PeriodBeside,
    Surroundings,
    periods_beside,
    shares_of,
    surroundings_of,
)
from publish.site.pages.figure.source import PrintedCell, printed_cells
from publish.site.presentation import View
from publish.site.rendering import read_texts

MOST_PARTS = 20
"""Figures that a sum is made of which are told at most."""
MOST_COUNTED = 1000
"""Figures that a sum is made of which are counted at most."""
NORMAL = "A"
"""The status of a figure of which nothing is to be said."""


@dataclass(frozen=True, kw_only=True)
class LinkedText:
    """A text and the path of the page that tells more, if there is one."""

    text: str
    path: str | None = None
    more: str = ""
    """What is said after it."""


@dataclass(frozen=True, kw_only=True)
class ComputedText:
    """Something computed from figures, in words: a share of a total or a change."""

    label: str
    text: str
    path: str | None
    """The page of the other figure."""
    computed: str = ""
    """What is computed, where the text is a figure of the source."""


@dataclass(frozen=True, kw_only=True)
class FigurePanel:
    """What a panel tells of a figure, in one language."""

    name: str
    """As ``10,09 VTE: 65 jaar en ouder, NOORD, K1 2023``."""
    place: str
    """As ``65 jaar en ouder, NOORD, K1 2023``."""
    value: str
    unit: str
    """The unit in short."""
    measure: str
    """The measure with its unit in full."""
    status: str
    is_normal: bool
    has_value: bool
    reasons: tuple[LinkedText, ...]
    """Why it has no value."""
    notes: tuple[str, ...]
    """What is remarked on it."""
    total_of: tuple[str, ...]
    """The dimensions of which it is the total."""
    shares: tuple[ComputedText, ...]
    changes: tuple[ComputedText, ...]
    """The periods before and after it."""
    cells: tuple[PrintedCell, ...]
    """Where it is printed."""
    parts: tuple[LinkedText, ...]
    """The figures that it is the sum of, where it is one; at most MOST_PARTS."""
    number_of_parts: int
    iri: str
    path: str
    """Its own page."""
    citation: Citation
    query: str
    """The query that gives it."""

    @property
    def query_path(self) -> str:
        """The query page with the query, which it runs."""
        return f"/sparql?query={quote(self.query, safe='')}"


def panel_of(
    figures: PageFigures,
    served: Served,
    description: DataSetDescription,
    codes: Sequence[str],
    language: str,
    *,
    client: str = "",
) -> FigurePanel | None:
    """Return the panel of a figure; None where the data set has no figure with these codes.

    ``codes`` has a code for each dimension of the description, in their order. Raises DamagedFile,
    or QueryFailed when a worker cannot give the figure.
    """
    around = surroundings_of(figures, description, codes, client)
    return None if around is None else panel_from(figures, served, around, language)


def panel_from(
    figures: PageFigures, served: Served, around: Surroundings, language: str
) -> FigurePanel:
    """Return the panel of a figure from what was read around it. Raises DamagedFile."""
    description, observation = around.description, around.observation
    view = View(served, language)
    measure = description.measure_by_name[observation.codes[-1]]
    iri = observation_iri(description, observation.codes)
    cells = tuple(printed_cells(view, ox.NamedNode(iri)))
    parts, number_of_parts = _parts(figures, view, iri)
    return FigurePanel(
        name=figure_name(description, observation, language),
        place=place_name(description, observation.codes, language),
        value=value_text(observation, language),
        unit=unit_name(measure, language),
        measure=_measure_text(measure, language),
        status=view.label(term(f"sdmx-code:obsStatus-{observation.status}").value),
        is_normal=observation.status == NORMAL,
        has_value=observation.value is not None,
        reasons=tuple(_explained(served, description.reasons, observation.reasons, language)),
        notes=tuple(
            item.label[language] for item in description.remarks if item.code in observation.notes
        ),
        total_of=tuple(
            one_line(item.label[language])
            for item, code in zip(description.dimensions, observation.codes, strict=True)
            if item.kind == CODE and code == item.total and len(item.codes) > 1
        ),
        shares=tuple(_shares(served, around, language)),
        changes=tuple(_changes(served, around, language)),
        cells=cells,
        parts=parts,
        number_of_parts=number_of_parts,
        iri=iri,
        path=served.local_path(iri) or "",
        citation=_citation(served, description, observation, cells, language),
        query=_query(description, observation, language),
    )


def figure_view(description: DataSetDescription, codes: Sequence[str], language: str) -> DataView:
    """Return the view that has one figure."""
    chosen = {
        item.column: (code,) for item, code in zip(description.dimensions, codes, strict=True)
    }
    return DataView(codes=chosen, language=language)


def percent_text(percent: Decimal, language: str) -> str:
    """Return a computed percentage: two decimals below one percent, else one."""
    places = "0.01" if abs(percent) < 1 else "0.1"
    rounded = percent.quantize(Decimal(places), rounding=ROUND_HALF_UP)
    return f"{written_number(rounded, language)} %"


def change_text(beside: PeriodBeside, measure: MeasureDescription, language: str) -> str:
    """Return the change between a period and the one beside it: ``+4,60 VTE (+83,8 %)``."""
    change = beside.change
    if change is None:
        return ""
    t = read_texts()[language]
    unit = unit_name(measure, language)
    if unit == "%":
        unit = t["figure-points"]
    found = f"{_signed(change.difference, language)} {unit}"
    if change.percent is not None:
        sign = "+" if change.percent > 0 else ""
        found += f" ({sign}{percent_text(change.percent, language)})"
    return found


def _measure_text(measure: MeasureDescription, language: str) -> str:
    """Return ``werknemers, in voltijdsequivalenten (VTE)``, or the label where it is the unit."""
    name, unit = measure_name(measure, language), one_line(measure.unit_label[language])
    if name == unit:
        return name
    return str(read_texts()[language]["figure-measure-in"]).format(measure=name, unit=unit)


def _signed(number: Decimal, language: str) -> str:
    return ("+" if number > 0 else "") + written_number(number, language)


def _shares(served: Served, around: Surroundings, language: str) -> Iterator[ComputedText]:
    t = read_texts()[language]
    for share in shares_of(served, around):
        iri = observation_iri(around.description, share.total.codes)
        yield ComputedText(
            label=str(t["figure-share"]).format(
                dimension=one_line(share.dimension.label[language])
            ),
            text=str(t["figure-share-of"]).format(
                percent=percent_text(share.percent, language),
                total=value_text(share.total, language),
            ),
            path=served.local_path(iri),
        )


def _changes(served: Served, around: Surroundings, language: str) -> Iterator[ComputedText]:
    t = read_texts()[language]
    measure = around.description.measure_by_name[around.observation.codes[-1]]
    for item in periods_beside(around):
        name = one_line(item.period.label[language])
        if item.observation is None:
            reason = item.period.missing[language] if item.period.missing else t["no-observation"]
            yield ComputedText(label=name, text=f"{t['not-available']}: {reason}", path=None)
            continue
        value = value_with_unit(around.description, item.observation, language)
        change = change_text(item, measure, language)
        if change:
            key = "figure-change-since" if item.is_earlier else "figure-change-to"
            change = str(t[key]).format(change=change)
        iri = observation_iri(around.description, item.observation.codes)
        yield ComputedText(label=name, text=value, path=served.local_path(iri), computed=change)


def _explained(
    served: Served,
    terms: Sequence[TermDescription],
    codes: Sequence[str],
    language: str,
) -> Iterator[LinkedText]:
    for item in terms:
        if item.code in codes:
            definition = item.definition[language] if item.definition else ""
            label = one_line(item.label[language])
            yield LinkedText(
                text=label,
                path=served.local_path(item.iri),
                more="" if definition == label else definition,
            )


def _parts(figures: PageFigures, view: View, iri: str) -> tuple[tuple[LinkedText, ...], int]:
    """Return some of the figures that another is the sum of, and how many there are."""
    served = view.served
    stated = served.objects(ox.NamedNode(iri), served.generic("somVan"))
    found = sorted(
        (item for item in itertools.islice(stated, MOST_COUNTED) if isinstance(item, ox.NamedNode)),
        key=str,
    )
    return tuple(_part(figures, view, item) for item in found[:MOST_PARTS]), len(found)


def _part(figures: PageFigures, view: View, node: ox.NamedNode) -> LinkedText:
    """Return a figure that another is made of: its value, and what it is about."""
    served, language = view.served, view.language
    path = node.value.removeprefix(f"{served.base}/id/observatie/")
    slug, *codes = path.split("/")
    target = view.target(node)
    if slug not in figures.slugs:
        return LinkedText(text=target.text, path=target.href)
    description = figures.description(slug)
    measure = description.measure_by_name[codes[-1]]
    value = served.object(node, ox.NamedNode(measure.iri))
    name = place_name(description, codes, language)
    if isinstance(value, ox.Literal):
        number = f"{written_number(Decimal(value.value), language)} {unit_name(measure, language)}"
        name = f"{number}: {name}"
    return LinkedText(text=name, path=target.href)


def _citation(
    served: Served,
    description: DataSetDescription,
    observation: Observation,
    cells: Sequence[PrintedCell],
    language: str,
) -> Citation:
    """Return how a figure is cited, with the line that prints it."""
    t = read_texts()[language]
    lines = {cell.line for cell in cells if cell.line}
    where = ""
    if len(lines) == 1:
        line = lines.pop()
        where = f"{t['lines'] if '-' in line else t['line']} {line}"
    iri = observation_iri(description, observation.codes)
    place = place_name(description, observation.codes, language, with_subject=False)
    value = value_with_unit(description, observation, language)
    title = one_line(description.title[language])
    cited = citation_of(served, description, language, address=iri, part=place)
    source = source_sentence(served, description, language, where)
    return replace(cited, sentence=f"{title}, {place}: {value}. {source} {iri}")


def _query(description: DataSetDescription, observation: Observation, language: str) -> str:
    return sparql_of_view(description, figure_view(description, observation.codes, language))
