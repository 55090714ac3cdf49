"""The observations that a release changed, as its page lists them: what was said, what is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from publish.exports.description import MEASURE, DataSetDescription
from publish.exports.figure_text import SIGNS, written_number
from publish.exports.overview.sentence import number_with_unit
from publish.project.iris import REASON_LIST, Uris
from publish.release.differences.recorded import ChangedDataSet
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.figure.naming import place_name
from publish.site.rendering import read_texts


@dataclass(frozen=True, kw_only=True)
class ChangedFigure:
    """An observation that was added, removed or revised."""

    kind: str
    name: str
    href: str
    """The path of its page; that of a removed one says when it went."""
    old: str
    """What was said before, or nothing."""
    new: str


def changed_figures(
    served: Served,
    figures: PageFigures,
    data_sets: Sequence[ChangedDataSet],
    language: str,
    *,
    start: int,
    size: int,
) -> list[tuple[ChangedDataSet, list[ChangedFigure]]]:
    """Return a page of the changed observations, by data set."""
    found: list[tuple[ChangedDataSet, list[ChangedFigure]]] = []
    for item, change in islice(_all_changes(data_sets), start, start + size):
        if not found or found[-1][0] is not item:
            found.append((item, []))
        description = figures.description(item.slug) if item.slug in figures.slugs else None
        found[-1][1].append(_changed(served, description, item, change, language))
    return found


def _all_changes(
    data_sets: Sequence[ChangedDataSet],
) -> Iterator[tuple[ChangedDataSet, Mapping[str, Any]]]:
    for item in data_sets:
        for change in item.changes:
            yield item, change


def _changed(
    served: Served,
    description: DataSetDescription | None,
    item: ChangedDataSet,
    change: Mapping[str, Any],
    language: str,
) -> ChangedFigure:
    codes = [str(code) for code in change["codes"]]
    name = _name(description, codes, language)
    href = served.local_path(change["observation"])
    if href is None:  # it was released under another base
        uris = Uris(base=served.base, vocabulary=served.vocabulary)
        iri = uris.iri("observation", slug=item.slug, codes="/".join(codes))
        href = served.local_path(iri) or "/"
    return ChangedFigure(
        kind=change["change"],
        name=name,
        href=href,
        old=_text(served, description, codes, change["old"], language),
        new=_text(served, description, codes, change["new"], language),
    )


def _name(description: DataSetDescription | None, codes: Sequence[str], language: str) -> str:
    """Return what an observation is of, by its codes where the release no longer has one."""
    if description is None or len(description.dimensions) != len(codes):
        return ", ".join(codes)
    pairs = list(zip(description.dimensions, codes, strict=True))
    if all(code in dimension.by_code for dimension, code in pairs):
        return place_name(description, codes, language, with_subject=False) or codes[-1]
    labels = [
        dimension.by_code[code].label[language] if code in dimension.by_code else code
        for dimension, code in pairs
        if dimension.kind != MEASURE or len(dimension.codes) > 1
    ]
    return ", ".join([*labels[1:], *labels[:1]])


def _text(
    served: Served,
    description: DataSetDescription | None,
    codes: Sequence[str],
    figure: Mapping[str, Any] | None,
    language: str,
) -> str:
    """Return what a release said in an observation, with its unit."""
    if figure is None:
        return ""
    measure = description.measure_by_name.get(codes[-1]) if description else None
    if figure["value"] is None:
        return _absence(served, figure, language)
    number = Decimal(figure["value"])
    decimals = int(figure["decimals"] or 0)
    text = written_number(number if decimals < 0 else round(number, decimals), language)
    if measure is not None and measure.unit == figure["unit"]:
        return number_with_unit(text, measure, language)
    return f"{text} {served.label(figure['unit'], language)}"


def _absence(served: Served, figure: Mapping[str, Any], language: str) -> str:
    """Return what is known of a figure that is not shown, and why it is not."""
    bounds = ", ".join(
        f"{SIGNS[name]} {written_number(Decimal(value), language)}"
        for name, value in figure["bounds"].items()
        if name in SIGNS
    )
    reasons = ", ".join(
        served.label(f"{served.base}/id/concept/{REASON_LIST}/{code}", language)
        for code in figure["reasons"]
    )
    text = bounds or str(read_texts()[language]["no-value"])
    return f"{text} ({reasons})" if reasons else text
