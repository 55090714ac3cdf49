"""Gives figures with all that is needed to cite them: codes, unit, status, source and addresses.

A worker writes them as JSON, of one page of a view, in its language. Keys that say nothing are
left out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, BinaryIO, NotRequired, TypedDict

from publish.exports.description import (
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    TermDescription,
)
from publish.exports.view import DataView, view_address
from publish.faults.fault import phrase
from publish.project.iris import Uris

if TYPE_CHECKING:  # a server knows the figures without the engine that reads them
    from publish.exports.observation import Observation
    from publish.exports.observations import SelectedObservations

MOST_FIGURES = 500
"""Figures that are given at a time."""


class CodeAndLabel(TypedDict):
    """A code and what it is called."""

    code: Annotated[str, "The code, as filters take it."]
    label: Annotated[str, "What it is called."]
    is_total: NotRequired[
        Annotated[bool, "True for the total of the other codes: do not add it to them."]
    ]
    definition: NotRequired[Annotated[str, "What it is."]]


class FigureUnit(TypedDict):
    """The unit of a figure."""

    code: Annotated[str, "A short code, as FTE."]
    label: Annotated[str, "What it is called."]
    iri: Annotated[str, "The IRI of the unit."]


class FigureSource(TypedDict):
    """Where a figure is printed."""

    document: Annotated[str, "The title of the document."]
    table: Annotated[str, "The title of the table."]
    cell: Annotated[str, "The row and column of the table, counted from 1, heads included."]
    line: NotRequired[Annotated[str, "The line of the document that prints it."]]
    address: NotRequired[Annotated[str, "Where the document can be read."]]


class PublishedFigure(TypedDict):
    """A published figure, or why there is none at its place."""

    value: Annotated[
        str | None,
        "The exact figure with the decimals that are printed and a decimal point; null where no "
        "figure is published: then see status, reasons and bounds. Null is not zero.",
    ]
    unit: Annotated[FigureUnit, "The unit of the value."]
    measure: Annotated[str, "What is measured."]
    codes: Annotated[dict[str, CodeAndLabel], "The code of each dimension."]
    status: Annotated[CodeAndLabel, "A: a normal value; M: no value."]
    reasons: NotRequired[Annotated[list[CodeAndLabel], "Why no figure is published."]]
    bounds: NotRequired[Annotated[list[str], "What is known of a figure that is not published."]]
    printed: NotRequired[Annotated[str, "What the source prints in place of a figure."]]
    remarks: NotRequired[Annotated[list[str], "Remarks on this figure, to be told with it."]]
    derived_from: NotRequired[Annotated[list[str], "The data sets that it is computed from."]]
    source: NotRequired[Annotated[FigureSource, "Where it is printed."]]
    observation: Annotated[str, "The IRI of the observation, which leads to its page: cite it."]
    address: Annotated[str, "The address that answers with this figure."]


class FiguresOfView(TypedDict):
    """The figures of one page of a view, and how many there are on all pages."""

    count: int
    figures: list[PublishedFigure]


def write_figures(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the figures of a view as JSON; of a view without pages the first ones only."""
    size = min(chosen.view.size or MOST_FIGURES, MOST_FIGURES)
    page = dataclasses.replace(chosen, view=dataclasses.replace(chosen.view, size=size))
    content = FiguresOfView(
        count=chosen.count(),
        figures=list(figures_of(page)),
    )
    target.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def figures_of(chosen: SelectedObservations) -> Iterator[PublishedFigure]:
    """Yield the figures of a view in its language."""
    for observation in chosen:
        yield _figure(chosen.description, observation, chosen.view.language)


def number_text(number: Decimal, language: str) -> str:
    """Return a number as people of a language write it."""
    text = f"{number:,f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def bound_text(key: str, bound: Decimal, language: str) -> str:
    """Return a bound of a figure, as ``less than 5``."""
    words = {"below": "less-than"}.get(key, key)
    return phrase(f"bound-{words}", number=number_text(bound, language)).text_in(language)


def _figure(
    description: DataSetDescription, observation: Observation, language: str
) -> PublishedFigure:
    """Return an observation with its words."""
    pairs = list(zip(description.dimensions, observation.codes, strict=True))
    measure = description.measure_by_name[observation.codes[-1]]
    uris = Uris(base=description.base, vocabulary=description.vocabulary)
    figure = PublishedFigure(
        value=None if observation.value is None else f"{observation.value:f}",
        unit=FigureUnit(
            code=measure.unit_code, label=measure.unit_label[language], iri=measure.unit
        ),
        measure=measure.label[language],
        codes={
            item.column: code_and_label(item.by_code[code], language)
            for item, code in pairs
            if item.kind != MEASURE or len(item.codes) > 1
        },
        status=CodeAndLabel(
            code=observation.status,
            label=phrase(f"status-{observation.status}").text_in(language),
        ),
        observation=uris.iri(
            "observation", slug=description.slug, codes="/".join(observation.codes)
        ),
        address=view_address(
            description,
            DataView(codes={item.column: (code,) for item, code in pairs}, language=language),
        ),
    )
    if observation.reasons:
        known = {item.code: item for item in description.reasons}
        figure["reasons"] = [_term(known.get(code), code, language) for code in observation.reasons]
    if observation.bounds:
        figure["bounds"] = [bound_text(key, bound, language) for key, bound in observation.bounds]
    if observation.value is None and observation.printed is not None:
        figure["printed"] = observation.printed
    if observation.notes:
        remarks = {item.code: item.label[language] for item in description.remarks}
        figure["remarks"] = [remarks.get(name, name) for name in observation.notes]
    if description.derived_from:
        figure["derived_from"] = list(description.derived_from)
    if (source := _source(description, observation, language)) is not None:
        figure["source"] = source
    return figure


def code_and_label(code: CodeDescription, language: str) -> CodeAndLabel:
    """Return a code with its label, and whether it is a total."""
    found = CodeAndLabel(code=code.code, label=code.label[language])
    if code.is_total:
        found["is_total"] = True
    return found


def _term(term: TermDescription | None, code: str, language: str) -> CodeAndLabel:
    if term is None:
        return CodeAndLabel(code=code, label=code)
    found = CodeAndLabel(code=code, label=term.label[language])
    if term.definition:
        found["definition"] = term.definition[language]
    return found


def _source(
    description: DataSetDescription, observation: Observation, language: str
) -> FigureSource | None:
    """Return where an observation is printed, if it is."""
    if observation.source is None:
        return None
    name, row, column = observation.source
    table = description.table_by_name.get(name)
    source = FigureSource(
        document=table.document_title[language] if table else name,
        table=table.title[language] if table else name,
        cell=phrase("cell-of-text", row=row, column=column).text_in(language),
    )
    if observation.source_line:
        source["line"] = observation.source_line
    if table and table.address:
        source["address"] = table.address
    return source


def period_of(description: DataSetDescription) -> DimensionDescription | None:
    """Return the dimension of the periods, if there is one."""
    return next((item for item in description.dimensions if item.kind == PERIOD), None)
