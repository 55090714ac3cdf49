"""Tells what is in a data set: its dimensions with their codes, units, periods, notes, what lacks.

Long lists are told in part: how many there are always stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, NotRequired, TypedDict

from publish.exports.description import (
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.facts.finding import words_of
from publish.exports.forms.cited_figures import CodeAndLabel, FigureUnit, code_and_label

MOST_CODES = 60
"""Codes that are told of each dimension, and ten times as many of one that is asked for."""


class OutlinedMeasure(TypedDict):
    """A measure of a data set."""

    code: Annotated[str, "Its code, as a filter on `measure` takes it."]
    label: Annotated[str, "What it is called."]
    definition: NotRequired[Annotated[str, "What it is."]]
    unit: Annotated[FigureUnit, "The unit of its figures."]
    decimals: Annotated[int, "The most decimals that are printed."]


class OutlinedDimension(TypedDict):
    """A dimension of a data set, with its codes."""

    name: Annotated[str, "Its name, as filters take it."]
    label: Annotated[str, "What it is called."]
    kind: Annotated[Literal["period", "code", "measure"], "What its codes are."]
    definition: NotRequired[Annotated[str, "What it is."]]
    code_list: NotRequired[Annotated[str, "The IRI of its code list."]]
    total: NotRequired[Annotated[str, "The code that is the total of the others."]]
    number_of_codes: Annotated[int, "How many codes it has; those told here may be fewer."]
    codes: Annotated[list[CodeAndLabel], "Its codes, in order."]


class PeriodNotGiven(TypedDict):
    """A period for which the source gives no figures."""

    code: Annotated[str, "The period."]
    label: Annotated[str, "What it is called."]
    why: Annotated[str, "Why there are no figures for it."]


class OutlinedSource(TypedDict):
    """A printed table that a data set comes from."""

    document: Annotated[str, "The title of the document."]
    table: Annotated[str, "The title of the table."]
    address: NotRequired[Annotated[str, "Where the document can be read."]]


class OutlinedDataSet(TypedDict):
    """A data set: what its figures are, and how they are asked for."""

    data_set: Annotated[str, "Its name, as the other tools take it."]
    title: Annotated[str, "Its title."]
    description: Annotated[str, "What it is about."]
    observations: Annotated[int, "How many figures it has, those without a value included."]
    measures: Annotated[list[OutlinedMeasure], "What is measured, in which unit."]
    dimensions: Annotated[list[OutlinedDimension], "What its figures are divided by."]
    area: NotRequired[Annotated[list[str], "The area that all of its figures are of."]]
    missing_periods: NotRequired[
        Annotated[list[PeriodNotGiven], "Periods that the source gives no figures for, and why."]
    ]
    reasons: NotRequired[Annotated[list[CodeAndLabel], "Why single figures are not published."]]
    notes: NotRequired[Annotated[list[str], "What holds for all of its figures: tell it too."]]
    remarks: NotRequired[Annotated[list[str], "Remarks on it or on some of its figures."]]
    derived_from: NotRequired[Annotated[list[str], "The data sets that it is computed from."]]
    sources: Annotated[list[OutlinedSource], "The printed tables that it comes from."]
    publisher: NotRequired[Annotated[str, "Who publishes it."]]
    licence: NotRequired[Annotated[str, "The licence under which it may be used."]]
    page: Annotated[str, "The address that names it and leads to its page: cite it."]
    address: Annotated[str, "The address that answers with its figures."]


def outline(
    description: DataSetDescription,
    language: str,
    *,
    dimension: DimensionDescription | None = None,
    words: str = "",
) -> OutlinedDataSet:
    """Return what is in a data set, in a language.

    With a dimension only that one is told, with more of its codes; with words those only whose
    label has one of them.
    """
    chosen = description.dimensions if dimension is None else (dimension,)
    most = MOST_CODES if dimension is None else 10 * MOST_CODES
    found = OutlinedDataSet(
        data_set=description.slug,
        title=description.title[language],
        description=description.description[language],
        observations=description.observations,
        measures=list(_measures(description, language)),
        dimensions=[
            _dimension(item, language, most, words)
            for item in chosen
            if item.kind != MEASURE or len(item.codes) > 1
        ],
        sources=list(_sources(description, language)),
        page=description.page,
        address=description.address,
    )
    if description.area:
        found["area"] = [area[language] for area in description.area]
    if missing := list(_missing(description, language)):
        found["missing_periods"] = missing
    if description.reasons:
        found["reasons"] = [
            CodeAndLabel(code=item.code, label=item.label[language]) for item in description.reasons
        ]
    if description.notes:
        found["notes"] = [note[language] for note in description.notes]
    if description.remarks:
        found["remarks"] = [remark.label[language] for remark in description.remarks]
    if description.derived_from:
        found["derived_from"] = list(description.derived_from)
    if description.publisher:
        found["publisher"] = description.publisher[language]
    if description.licence:
        found["licence"] = description.licence
    return found


def _measures(description: DataSetDescription, language: str) -> Iterable[OutlinedMeasure]:
    for measure in description.measures:
        found = OutlinedMeasure(
            code=measure.name,
            label=measure.label[language],
            unit=FigureUnit(
                code=measure.unit_code, label=measure.unit_label[language], iri=measure.unit
            ),
            decimals=measure.decimals,
        )
        if measure.definition:
            found["definition"] = measure.definition[language]
        yield found


def _dimension(
    dimension: DimensionDescription, language: str, most: int, words: str
) -> OutlinedDimension:
    wanted = words_of(words)
    codes = [item for item in dimension.codes if not wanted or _has_one(item, wanted)]
    found = OutlinedDimension(
        name=dimension.column,
        label=dimension.label[language],
        kind=dimension.kind,  # type: ignore[typeddict-item]
        number_of_codes=len(codes),
        codes=[code_and_label(item, language) for item in codes[:most]],
    )
    if dimension.definition:
        found["definition"] = dimension.definition[language]
    if dimension.scheme:
        found["code_list"] = dimension.scheme
    if dimension.total is not None:
        found["total"] = dimension.total
    return found


def _has_one(code: CodeDescription, wanted: list[str]) -> bool:
    texts = (code.code, *code.label.values(), *code.printed)
    known = {word for text in texts for word in words_of(text)}
    return any(word in other for word in wanted for other in known)


def _missing(description: DataSetDescription, language: str) -> Iterable[PeriodNotGiven]:
    for dimension in description.dimensions:
        for code in dimension.codes:
            if dimension.kind == PERIOD and code.missing:
                yield PeriodNotGiven(
                    code=code.code, label=code.label[language], why=code.missing[language]
                )


def _sources(description: DataSetDescription, language: str) -> Iterable[OutlinedSource]:
    for table in description.tables:
        found = OutlinedSource(document=table.document_title[language], table=table.title[language])
        if table.address:
            found["address"] = table.address
        yield found
