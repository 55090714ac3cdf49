"""Reads the figures that a search means, with where each stands on its page and in its source."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from publish.exports.description import PERIOD, DataSetDescription
from publish.exports.observation import Observation
from publish.exports.searching.figures_meant import MeantFigures
from publish.release.document_text import text_file
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.data_set.address import page_view_address
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import place_name, value_with_unit
from publish.site.rendering import current_reader
from publish.sparql.query.errors import QueryFailed

MOST_READ = 100
"""Observations that are read of a data set."""
MOST_SHOWN = 6
"""Figures that are shown of a data set."""

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class AnsweredFigure:
    """A figure, as the answer to a search."""

    value: str
    """With its unit, or that there is none."""
    place: str
    """What it is about."""
    address: str
    """The page of its data set with its panel open."""
    line: str
    """The line of the document that prints it, as ``81``; nothing for a sum."""
    line_path: str | None
    """The line on the page of the document, where its text is published."""
    note: str
    """Why there is no value, where there is none."""


@dataclass(frozen=True, kw_only=True)
class AnsweredDataSet:
    """The figures of a data set that a search means."""

    title: str
    address: str
    """The page of the data set that shows them all."""
    figures: tuple[AnsweredFigure, ...]
    more: int
    """How many there are besides."""
    missing: tuple[tuple[str, str], ...]
    """The periods without figures, each with the reason."""
    has_period: bool
    left_out: tuple[str, ...]


def answer_figures(
    served: Served, figures: PageFigures, meant: Sequence[MeantFigures]
) -> list[AnsweredDataSet]:
    """Return the figures that a search means; without those that cannot be read now."""
    found = []
    for item in meant:
        try:
            found.append(_answer(served, figures, item))
        except QueryFailed as error:
            log.warning("Figures of %s were not read for a search: %s", item.slug, error)
    return [item for item in found if item.figures or item.missing]


def _answer(served: Served, figures: PageFigures, meant: MeantFigures) -> AnsweredDataSet:
    language = current_reader().language
    description = figures.description(meant.slug)
    observations: list[Observation] = []
    count = 0
    if all(meant.view.codes.values()):  # else the source has none of the periods
        read = figures.read(meant.slug, replace(meant.view, size=MOST_READ))
        observations, count = list(read), read.count()
    shown = list(_newest_first(description, observations))[:MOST_SHOWN]
    return AnsweredDataSet(
        title=description.title[language],
        address=page_view_address(description, meant.all_periods),
        figures=tuple(
            _figure(served, description, meant, observation, language) for observation in shown
        ),
        more=count - len(shown) + meant.other_periods,
        missing=tuple(
            (short_period(item, language), (item.missing or {}).get(language, ""))
            for item in meant.missing
        ),
        has_period=meant.has_period,
        left_out=meant.left_out,
    )


def _newest_first(
    description: DataSetDescription, observations: list[Observation]
) -> Iterator[Observation]:
    """Yield observations with the newest period first, else in their order."""
    for place, dimension in enumerate(description.dimensions):
        if dimension.kind == PERIOD:
            positions = dimension.positions
            observations.sort(key=lambda item: -positions[item.codes[place]])
            break
    yield from observations


def _figure(
    served: Served,
    description: DataSetDescription,
    meant: MeantFigures,
    observation: Observation,
    language: str,
) -> AnsweredFigure:
    line = observation.source_line or ""
    table = description.table_by_name.get(observation.source[0]) if observation.source else None
    path = None
    if table is not None and line and text_file(served, table.document) is not None:
        path = f"{served.local_path(table.document)}#L{line.partition('-')[0]}"
    reasons = [item for item in description.reasons if item.code in observation.reasons]
    return AnsweredFigure(
        value=value_with_unit(description, observation, language),
        place=place_name(description, observation.codes, language),
        address=page_view_address(description, meant.all_periods, cell=observation.codes),
        line=line,
        line_path=path,
        note="; ".join(item.label[language] for item in reasons)
        if observation.value is None
        else "",
    )
