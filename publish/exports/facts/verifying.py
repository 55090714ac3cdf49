"""Says whether a figure that somebody states is the one that is published.

It compares with what is published at one place only. Where several observations are meant, it says
which dimensions are open; where none has a figure, why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Literal, NotRequired, TypedDict

from publish.exports.description import MEASURE, DataSetDescription, DimensionDescription
from publish.exports.facts.stated import DIFFERENT, EQUAL, StatedNumber, best_reading
from publish.exports.forms.cited_figures import (
    CodeAndLabel,
    FiguresOfView,
    PublishedFigure,
    code_and_label,
    number_text,
)
from publish.exports.view import DataView
from publish.faults.fault import Words, phrase

MOST_OPEN_CODES = 20
"""Codes that are told of a dimension that is open."""
MOST_ALIKE = 5
"""Figures that are told of those that have the stated value."""

Verdict = Literal["equal", "equal-when-rounded", "different", "not-published", "ambiguous"]
WhyNot = Literal["no-value", "period-not-given", "no-such-observation", "unknown-filter"]


class OpenDimension(TypedDict):
    """A dimension that no filter fixes, so that several figures may be meant."""

    name: Annotated[str, "Its name, as filters take it."]
    label: Annotated[str, "What it is called."]
    number_of_codes: Annotated[int, "How many codes there are to choose from."]
    codes: Annotated[list[CodeAndLabel], "The first of them."]


class StatementVerified(TypedDict):
    """What comes of comparing a stated figure with what is published."""

    verdict: Annotated[
        Verdict,
        "equal; equal-when-rounded: equal to the decimals that are stated; different: the "
        "published figure is another one; not-published: there is no figure to compare with; "
        "ambiguous: the filters leave several figures.",
    ]
    sentence: Annotated[str, "The verdict in a sentence, with the published figure."]
    read_as: NotRequired[Annotated[str, "The stated value as it was read."]]
    published: NotRequired[Annotated[PublishedFigure, "What is published."]]
    difference: NotRequired[Annotated[str, "The stated value minus the published one."]]
    why_not: NotRequired[
        Annotated[
            WhyNot,
            "Why there is no figure: no-value: the source gives none there, see published; "
            "period-not-given: it gives nothing for the period; no-such-observation: the codes do "
            "not occur together; unknown-filter: there is no such dimension or code.",
        ]
    ]
    matching: NotRequired[Annotated[int, "How many figures the filters leave."]]
    open_dimensions: NotRequired[
        Annotated[list[OpenDimension], "The dimensions to give a filter for."]
    ]
    with_this_value: NotRequired[
        Annotated[
            list[PublishedFigure], "Of the figures that the filters leave, those equal to it."
        ]
    ]
    address: Annotated[str, "The address that answers with what was compared."]


def verify(
    description: DataSetDescription,
    view: DataView,
    readings: Sequence[StatedNumber],
    chosen: FiguresOfView,
    address: str,
) -> StatementVerified:
    """Return the verdict on a stated figure, given the figures that a view chooses."""
    language = view.language
    if chosen["count"] == 0:
        why, sentence = _why_none(description, view)
        return not_published(sentence.text_in(language), why, address)
    if chosen["count"] > 1:
        return _ambiguous(description, view, readings, chosen, address)
    published = chosen["figures"][0]
    if published["value"] is None:
        found = not_published(_without_value(published, language), "no-value", address)
        return {**found, "published": published}
    return _compared(published, readings, language, address)


def not_published(sentence: str, why: WhyNot, address: str) -> StatementVerified:
    """Return the verdict where there is nothing to compare with."""
    return StatementVerified(
        verdict="not-published", sentence=sentence, why_not=why, address=address
    )


def _compared(
    published: PublishedFigure, readings: Sequence[StatedNumber], language: str, address: str
) -> StatementVerified:
    value = Decimal(str(published["value"]))
    stated, outcome = best_reading(readings, value)
    unit = published["unit"]
    shown = {
        "stated": number_text(stated.value, language),
        "published": number_text(value, language),
        "unit": unit["label"],
    }
    if stated.is_percentage and not _is_percentage(published):
        outcome, sentence = DIFFERENT, phrase("stated-as-percentage", **shown)
    elif outcome == DIFFERENT and stated.is_finer_than(value) and _is_near(stated, value):
        sentence = phrase("stated-finer", **shown)
    else:
        sentence = phrase(f"stated-{outcome}", **shown)
    found = StatementVerified(
        verdict=outcome,  # type: ignore[typeddict-item]
        sentence=sentence.text_in(language),
        read_as=f"{stated.value:f}",
        published=published,
        address=address,
    )
    if outcome != EQUAL:
        found["difference"] = f"{stated.value - value:f}"
    return found


def _is_percentage(published: PublishedFigure) -> bool:
    unit = published["unit"]
    words = f"{unit['code']} {unit['label']} {unit['iri']}".casefold()
    return "%" in words or "percent" in words or "procent" in words


def _is_near(stated: StatedNumber, published: Decimal) -> bool:
    """Return whether a stated figure becomes the published one when it is rounded as that is."""
    half = Decimal((0, (5,), int(published.as_tuple().exponent) - 1))
    return abs(stated.value - published) <= half


def _without_value(published: PublishedFigure, language: str) -> str:
    """Return why an observation has no value, in a sentence."""
    reasons = ", ".join(item["label"] for item in published.get("reasons", ()))
    sentence = phrase("stated-without-value", reasons=reasons or published["status"]["label"])
    if bounds := published.get("bounds"):
        sentence += phrase("stated-bounds", bounds=", ".join(bounds))
    if printed := published.get("printed"):
        sentence += phrase("stated-printed", printed=printed)
    return sentence.text_in(language)


def _why_none(description: DataSetDescription, view: DataView) -> tuple[WhyNot, Words]:
    """Return why a view has no observations."""
    for column, codes in view.codes.items():
        dimension = description.dimension_by_column[column]
        reasons = [dimension.by_code[code].missing for code in codes]
        if codes and reasons[0] and all(reasons):
            label = dimension.by_code[codes[0]].label
            why = Words(reasons[0]["en"], reasons[0]["nl"])
            period = Words(label["en"], label["nl"])
            return "period-not-given", phrase("stated-period-not-given", period=period, why=why)
    return "no-such-observation", phrase("stated-no-such-observation")


def _ambiguous(
    description: DataSetDescription,
    view: DataView,
    readings: Sequence[StatedNumber],
    chosen: FiguresOfView,
    address: str,
) -> StatementVerified:
    language, count = view.language, chosen["count"]
    open_ones = list(_open(description, view, language))
    names = ", ".join(item["name"] for item in open_ones)
    sentence = phrase("stated-ambiguous", count=count, names=names)
    found = StatementVerified(
        verdict="ambiguous",
        sentence="",
        matching=count,
        open_dimensions=open_ones,
        address=address,
    )
    alike = list(_alike(chosen["figures"], readings))
    if alike:
        found["with_this_value"] = alike[:MOST_ALIKE]
        sentence += phrase("stated-alike", number=len(alike))
    elif count == len(chosen["figures"]):
        sentence += phrase("stated-none-alike")
    found["sentence"] = sentence.text_in(language)
    return found


def _alike(
    figures: Iterable[PublishedFigure], readings: Sequence[StatedNumber]
) -> Iterator[PublishedFigure]:
    """Yield the figures that are equal to a stated one, when rounded too."""
    for figure in figures:
        value = figure["value"]
        if value is not None and best_reading(readings, Decimal(value))[1] != DIFFERENT:
            yield figure


def _open(
    description: DataSetDescription, view: DataView, language: str
) -> Iterator[OpenDimension]:
    """Yield the dimensions of which a view has several codes."""
    for dimension in description.dimensions:
        codes = _left(dimension, view)
        if len(codes) > 1:
            yield OpenDimension(
                name=dimension.column,
                label=dimension.label[language],
                number_of_codes=len(codes),
                codes=[
                    code_and_label(dimension.by_code[code], language)
                    for code in codes[:MOST_OPEN_CODES]
                ],
            )


def _left(dimension: DimensionDescription, view: DataView) -> list[str]:
    """Return the codes of a dimension that a view leaves and that observations have."""
    chosen = view.codes.get(dimension.column)
    return [
        item.code
        for item in dimension.codes
        if not item.missing
        and (chosen is None or item.code in chosen)
        and (view.totals or not item.is_total or dimension.kind == MEASURE)
    ]
