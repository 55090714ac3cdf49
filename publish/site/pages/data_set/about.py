"""What a page tells of a data set beside its figures: facts, notes, and what can be beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app

from publish.exports.description import (
    CODE,
    PERIOD,
    DataSetDescription,
    SourceTable,
)
from publish.exports.figure_text import one_line
from publish.exports.layouts.caption import MOST_SOURCES
from publish.release.opened import Served, once_per_release
from publish.site.data.figures import PageFigures
from publish.site.pages.data_set.heads import short_period

LARGEST_DESCRIPTION = 1 << 20
"""Bytes of a description that is read to know what data sets have in common."""
MOST_COMPARED = 200
"""Data sets that are looked at for that."""
_LINE = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """The lines of a document that print figures of a data set."""

    document: str
    """What the document is called."""
    address: str | None
    """The path of its page, at the first of the lines."""
    lines: str
    """The lines, where they are known; those of each table by a comma."""


@dataclass(frozen=True, kw_only=True)
class DataSetFacts:
    """The line of facts below the title."""

    periods: str
    areas: tuple[str, ...]
    units: tuple[str, ...]
    sources: tuple[SourceFact, ...]


def facts_of(served: Served, description: DataSetDescription, language: str) -> DataSetFacts:
    """Return the facts of a data set in a language."""
    periods = ""
    for dimension in description.dimensions:
        codes = [code for code in dimension.codes if not code.missing]
        if dimension.kind == PERIOD and codes:
            ends = [short_period(code, language) for code in (codes[0], codes[-1])]
            periods = " – ".join(dict.fromkeys(ends))
    return DataSetFacts(
        periods=periods,
        areas=tuple(one_line(area[language]) for area in description.area),
        units=tuple(
            dict.fromkeys(one_line(item.unit_label[language]) for item in description.measures)
        ),
        sources=tuple(_sources(served, description, language)),
    )


def _sources(
    served: Served, description: DataSetDescription, language: str
) -> Iterator[SourceFact]:
    by_document: dict[str, list[SourceTable]] = {}
    for table in description.tables:
        by_document.setdefault(table.document, []).append(table)
    for document, tables in list(by_document.items())[:MOST_SOURCES]:
        lines = list(dict.fromkeys(table.lines for table in tables if table.lines))
        yield SourceFact(
            document=one_line(tables[0].document_title[language]),
            address=address_of_lines(served, document, lines[0] if lines else None),
            lines=", ".join(lines).replace("-", "–"),
        )


def address_of_lines(served: Served, document: str, lines: str | None) -> str | None:
    """Return the path of the page of a document, at the first of some lines."""
    path = served.local_path(document)
    found = _LINE.search(lines or "")
    return f"{path}#L{int(found[0])}" if path and found else path


# -- What data sets have in common ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Summary:
    """What is compared of a data set."""

    title: dict[str, str]
    code_dimensions: frozenset[str]
    remarks: frozenset[str]
    """The IRIs of its remarks."""


@once_per_release
def _summaries(served: Served, _: str) -> dict[str, _Summary]:
    figures: PageFigures = current_app.extensions["figures"]
    found = {}
    for slug in figures.slugs[:MOST_COMPARED]:
        if served.descriptions[slug].size > LARGEST_DESCRIPTION:
            continue
        description = figures.description(slug)
        found[slug] = _Summary(
            title=description.title,
            code_dimensions=frozenset(
                item.iri for item in description.dimensions if item.kind == CODE
            ),
            remarks=frozenset(item.iri for item in description.remarks),
        )
    return found


def comparable(
    served: Served, description: DataSetDescription, language: str
) -> list[tuple[str, str]]:
    """Return slugs and titles of the data sets that share a dimension of codes with one."""
    own = {item.iri for item in description.dimensions if item.kind == CODE}
    return [
        (slug, one_line(other.title[language]))
        for slug, other in _summaries(served, "").items()
        if slug != description.slug and own & other.code_dimensions
    ]


def shared_remarks(served: Served, description: DataSetDescription, language: str) -> set[str]:
    """Return the texts of the remarks of a data set that all others of the release have too."""
    summaries = _summaries(served, "").values()
    if len(summaries) < 2:
        return set()
    shared = frozenset.intersection(*(item.remarks for item in summaries))
    return {item.label[language] for item in description.remarks if item.iri in shared}


def gaps_of(figures: PageFigures, description: DataSetDescription, language: str) -> dict[str, str]:
    """Return why sources of a data set of sums have no figures of a period, by its code."""
    found: dict[str, list[str]] = {}
    for slug in description.derived_from:
        if slug not in figures.slugs:
            continue
        source = figures.description(slug)
        title = one_line(source.title[language])
        for dimension in source.dimensions:
            for code in dimension.codes:
                if code.missing:
                    text = f"{one_line(code.label[language])}, {title}: {code.missing[language]}"
                    found.setdefault(code.code, []).append(one_line(text))
    return {code: " ".join(texts) for code, texts in found.items()}
