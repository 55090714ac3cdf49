"""The figures that a code, a period or a measure has, a few of each data set that uses it.

Of the other dimensions stands the total, of periods the newest with a value. Where a dimension has
no total, each of its codes has a figure, if these are few; else the filtered page is linked.
An observation is looked up by its IRI, which its codes make: nothing else is read, however large
the data set is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

import pyoxigraph as ox

from publish.exports.description import (
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.view import DataView
from publish.release.opened import Served, once_per_release, term
from publish.site.data.figures import PageFigures
from publish.site.describe import types_of
from publish.site.pages.data_set.address import page_view_address
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import observation_iri, unit_name
from publish.site.pages.figure_text import Figure, figure_of
from publish.site.presentation import View
from publish.site.select import select

MOST_DATA_SETS = 50
"""How many data sets are shown; others stand among what points here."""
MOST_FIGURES = 10
"""How many figures of a data set are shown."""
MOST_OF_SLICE = 100
"""How many figures of a slice are shown."""
MOST_PERIODS = 12
"""How far back the newest figure is looked for, in periods."""


@dataclass(frozen=True, kw_only=True)
class FigureOfCode:
    """A figure as the small table has it."""

    what: str
    """The codes of the dimensions without total, and the measure where there are several."""
    text: str
    unit: str
    period: str
    href: str
    """Where it stands in the page of its data set."""
    why: str
    """Why there is no value; nothing where there is one."""


@dataclass(frozen=True, kw_only=True)
class DataSetOfCode:
    """A data set that uses a code."""

    title: str
    href: str
    """The page of the data set, with nothing but this code."""
    figures: tuple[FigureOfCode, ...]
    per: tuple[str, ...]
    """The dimensions by which there are too many figures to show any."""


def data_sets_of_code(view: View, figures: PageFigures, code: ox.NamedNode) -> list[DataSetOfCode]:
    """Return the data sets that use a code, a period or a measure, with figures that have it.

    Raises DamagedFile when a description cannot be read.
    """
    served, found = view.served, []
    slugs = {f"{served.base}/id/dataset/{slug}": slug for slug in figures.slugs}
    schemes = served.objects(code, term("skos:inScheme"))
    keys = [code.value, *types_of(served, code)]
    keys += [item.value for item in schemes if isinstance(item, ox.NamedNode)]
    takers = _takers(served, "")
    for iri in dict.fromkeys(itertools.chain.from_iterable(takers.get(key, ()) for key in keys)):
        if iri not in slugs:
            continue
        description = figures.description(slugs[iri])
        for dimension in description.dimensions:
            used = _used(view, dimension, code)
            if used is not None:
                found.append(_data_set(view, description, dimension, used))
                break
        if len(found) == MOST_DATA_SETS:
            break
    return found


@once_per_release
def _takers(served: Served, _: str) -> dict[str, list[str]]:
    """Return the data sets that can have the codes of a list, a kind of period, or a measure."""
    found: dict[str, list[str]] = {}
    for row in select(served, "select_takers"):
        found.setdefault(row["taken"].value, []).append(row["dataSet"].value)
    return found


def _used(
    view: View, dimension: DimensionDescription, code: ox.NamedNode
) -> CodeDescription | None:
    """Return a code as a dimension uses it, if it does."""
    notation = view.string(code, term("skos:notation")) or code.value.rpartition("#")[2]
    found = dimension.by_code.get(notation)
    return found if found is not None and found.iri == code.value else None


def _data_set(
    view: View,
    description: DataSetDescription,
    chosen: DimensionDescription,
    code: CodeDescription,
) -> DataSetOfCode:
    candidates: list[list[CodeDescription]] = []
    several: list[DimensionDescription] = []
    for dimension in description.dimensions:
        codes = _codes(dimension) if dimension is not chosen else [code]
        candidates.append(codes)
        if len(codes) > 1 and dimension.kind != PERIOD:
            several.append(dimension)
    choices = prod(
        len(codes)
        for dimension, codes in zip(description.dimensions, candidates, strict=True)
        if dimension in several
    )
    restricted = {chosen.column: (code.code,)}
    return DataSetOfCode(
        title=description.title[view.language],
        href=page_view_address(description, DataView(codes=restricted)),
        figures=tuple(_figures(view, description, candidates, several))
        if choices <= MOST_FIGURES
        else (),
        per=tuple(item.label[view.language] for item in several if item.kind != MEASURE),
    )


def _codes(dimension: DimensionDescription) -> list[CodeDescription]:
    """Return the codes of which figures are looked for, periods from the newest."""
    if dimension.kind == PERIOD:
        given = [item for item in dimension.codes if item.missing is None]
        return given[: -MOST_PERIODS - 1 : -1]
    if dimension.total is not None:
        return [dimension.by_code[dimension.total]]
    return list(dimension.codes)


def _figures(
    view: View,
    description: DataSetDescription,
    candidates: list[list[CodeDescription]],
    several: list[DimensionDescription],
) -> Iterator[FigureOfCode]:
    """Yield a figure of each choice of codes without total: of the newest period with a value."""
    dimensions = description.dimensions
    places = [at for at, item in enumerate(dimensions) if item.kind == PERIOD]
    others = [[None] if at in places else codes for at, codes in enumerate(candidates)]
    for choice in itertools.product(*others):
        best: FigureOfCode | None = None
        for when in itertools.product(*(candidates[at] for at in places)):
            periods = iter(when)
            codes = [next(periods) if item is None else item for item in choice]
            figure = _figure(view, description, codes, several)
            if figure is not None and (best is None or not figure.why):
                best = figure
            if best is not None and not best.why:
                break
        if best is not None:
            yield best


def _figure(
    view: View,
    description: DataSetDescription,
    codes: list[CodeDescription],
    several: list[DimensionDescription],
) -> FigureOfCode | None:
    """Return the figure that has codes, if there is such an observation."""
    names = tuple(item.code for item in codes)
    figure = stored_figure(view, observation_iri(description, names))
    if figure is None:
        return None
    language = view.language
    pairs = list(zip(description.dimensions, codes, strict=True))
    restricted = {
        item.column: (code.code,) for item, code in pairs if item.kind not in (PERIOD, MEASURE)
    }
    return FigureOfCode(
        what=", ".join(_labels(pairs, several, language)),
        text=figure.text,
        unit=unit_name(description.measure_by_name[names[-1]], language),
        period=", ".join(
            short_period(code, language) for item, code in pairs if item.kind == PERIOD
        ),
        href=page_view_address(description, DataView(codes=restricted), cell=names),
        why=", ".join(map(view.label, figure.reasons)),
    )


def figures_of_observations(
    view: View, figures: PageFigures, iris: Iterable[str]
) -> list[DataSetOfCode]:
    """Return the first of some observations as figures of their data sets, in their order.

    Raises DamagedFile when a description cannot be read.
    """
    found: dict[str, list[tuple[str, ...]]] = {}
    descriptions: dict[str, DataSetDescription] = {}
    for iri in iris:
        if (place := place_of(view, figures, iri)) is not None:
            description, codes = place
            descriptions[description.slug] = description
            found.setdefault(description.slug, []).append(codes)
    return [_of_observations(view, descriptions[slug], places) for slug, places in found.items()]


def _of_observations(
    view: View, description: DataSetDescription, places: list[tuple[str, ...]]
) -> DataSetOfCode:
    dimensions = description.dimensions

    def order(codes: tuple[str, ...]) -> list[int]:
        return [item.positions[code] for item, code in zip(dimensions, codes, strict=True)]

    places.sort(key=order)
    used = [set(codes) for codes in zip(*places, strict=True)]
    several = [
        item
        for item, codes in zip(dimensions, used, strict=True)
        if len(codes) > 1 and item.kind != PERIOD
    ]
    restricted = {
        item.column: tuple(codes)
        for item, codes in zip(dimensions, used, strict=True)
        if len(codes) == 1 and len(item.codes) > 1
    }
    rows = []
    view.served.read_ahead(description.slug, places[:MOST_OF_SLICE])
    for codes in places[:MOST_OF_SLICE]:
        items = [item.by_code[code] for item, code in zip(dimensions, codes, strict=True)]
        if (figure := _figure(view, description, items, several)) is not None:
            rows.append(figure)
    return DataSetOfCode(
        title=description.title[view.language],
        href=page_view_address(description, DataView(codes=restricted)),
        figures=tuple(rows),
        per=(),
    )


def place_of(
    view: View, figures: PageFigures, iri: str
) -> tuple[DataSetDescription, tuple[str, ...]] | None:
    """Return the data set and the codes of an observation, which its IRI names."""
    head = f"{view.served.base}/id/observatie/"
    slug, *codes = iri.removeprefix(head).split("/")
    if not iri.startswith(head) or slug not in figures.slugs:
        return None
    description = figures.description(slug)
    dimensions = description.dimensions
    if len(codes) != len(dimensions):
        return None
    pairs = zip(dimensions, codes, strict=True)
    known = all(code in dimension.by_code for dimension, code in pairs)
    return (description, tuple(codes)) if known else None


def stored_figure(view: View, iri: str) -> Figure | None:
    """Return the figure of an observation, if there is such an observation."""
    try:
        node = ox.NamedNode(iri)
    except ValueError:  # a code that no IRI can hold
        return None
    properties = {
        triple.predicate.value: triple.object.value
        for triple in view.served.triples(node, None, None)
        if isinstance(triple.object, (ox.NamedNode, ox.Literal))
    }
    return figure_of(view, iri, properties) if properties else None


def _labels(
    pairs: Iterable[tuple[DimensionDescription, CodeDescription]],
    several: list[DimensionDescription],
    language: str,
) -> Iterator[str]:
    for dimension, code in pairs:
        if dimension in several:
            yield code.label[language]
