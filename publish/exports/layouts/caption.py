"""What stands around a table in a file: its title and key line above, its sources below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from publish.exports.description import (
    MEASURE,
    PERIOD,
    DataSetDescription,
    DimensionDescription,
    MeasureDescription,
    SourceTable,
)
from publish.exports.figure_text import NOTHING_KNOWN, one_line
from publish.exports.layouts.notes import TableNotes, notes_of
from publish.exports.layouts.pivot import CrossTable
from publish.exports.observation import ViewedObservations
from publish.exports.view import DataView, view_address
from publish.exports.words import words

MOST_SOURCES = 20
"""Tables that are named below a table; of more only their number is told."""


@dataclass(frozen=True, kw_only=True)
class FootLine:
    """A line below a table."""

    label: str
    """A word or a mark."""
    text: str
    address: str | None = None
    """An address that the text leads to."""


def title_of(description: DataSetDescription, language: str) -> str:
    """Return the title of a data set on one line."""
    return one_line(description.title[language])


def key_line(table: CrossTable) -> str:
    """Return what holds for all figures of a table: measure, codes, periods, area and unit."""
    language = table.view.language
    word = words(language)
    found = [one_line(measure.label[language]) for measure in table.measures[:1]]
    if len(table.measures) > 1:
        found = []
    for dimension, code in table.fixed:
        if dimension.kind != MEASURE:
            found.append(f"{dimension.label[language]}: {code.label[language]}")
    for axis, lines in ((table.down, table.rows), (table.across, table.columns)):
        for at, dimension in enumerate(axis):
            codes = {codes[at] for codes in lines}
            if dimension.kind == PERIOD and codes:
                found.append(_range(dimension, codes, language))
    found += [area[language] for area in table.description.area]
    if unit := table.unit:
        found.append(f"{word['unit'].lower()}: {unit.unit_label[language]}")
    return _capital(one_line(" · ".join(found)))


def head_texts(table: CrossTable, notes: TableNotes) -> dict[str, dict[str, str]]:
    """Return the texts of the codes in heads, by the column of their dimension.

    A total says that it is one, and a period that is not given has the mark of its note. Where
    codes have the same label, the code follows it.
    """
    language = table.view.language
    total = words(language)["total"]
    found: dict[str, dict[str, str]] = {}
    for dimension in (*table.down, *table.across):
        labels = Counter(one_line(code.label[language]) for code in dimension.codes)
        texts = found[dimension.column] = {}
        for code in dimension.codes:
            label = one_line(code.label[language])
            text = f"{label} ({code.code})" if labels[label] > 1 else label
            if code.is_total and total not in label.lower():
                text += f" ({total})"
            texts[code.code] = text + notes.mark_of_period(code.code)
    return found


def dimension_text(dimension: DimensionDescription, language: str) -> str:
    """Return what a dimension is called."""
    if dimension.kind == MEASURE:
        return str(words(language)["measure"])
    return one_line(dimension.label[language])


def unit_text(measure: MeasureDescription | None, language: str) -> str:
    """Return the unit of a measure."""
    return one_line(measure.unit_label[language]) if measure else ""


def table_notes(chosen: ViewedObservations, table: CrossTable) -> TableNotes:
    """Return the notes of the table of a view."""
    return notes_of(
        chosen.description,
        chosen.view.language,
        reasons=table.reasons,
        remarks=table.remarks,
        remarked=chosen.remarked,
        missing=table.missing,
    )


def foot(
    description: DataSetDescription,
    view: DataView,
    notes: TableNotes,
    *,
    form: str,
    has_empty: bool,
    has_colon: bool,
) -> Iterator[FootLine]:
    """Yield the lines below a table: notes, sources, licence and addresses."""
    language = view.language
    word = words(language)
    for note in notes.marked():
        yield FootLine(label=note.mark, text=one_line(note.text))
    if has_colon:
        yield FootLine(label=NOTHING_KNOWN, text=word["table"]["colon"])
    if has_empty:
        yield FootLine(label=word["table"]["empty"], text=word["table"]["no_cell"])
    if description.derived_from:
        text = word["table"]["sums"].format(slugs=", ".join(description.derived_from))
        yield FootLine(label=word["made"], text=text)
    for table in description.tables[:MOST_SOURCES]:
        yield FootLine(
            label=word["source"], text=source_text(table, language), address=table.address
        )
    if (more := len(description.tables) - MOST_SOURCES) > 0:
        yield FootLine(label=word["source"], text=word["table"]["more_tables"].format(number=more))
    texts = [description.description[language], *notes.general]
    for text in dict.fromkeys(map(one_line, texts)):
        if text:
            yield FootLine(label=word["note"], text=text)
    if description.publisher:
        yield FootLine(label=word["publisher"], text=one_line(description.publisher[language]))
    if description.licence:
        label = description.licence_label
        yield FootLine(
            label=word["licence"],
            text=one_line(label[language]) if label else description.licence,
            address=description.licence,
        )
    yield FootLine(label=word["data_set"], text=description.page, address=description.page)
    address = view_address(description, view, form)
    yield FootLine(label=word["address"], text=address, address=address)


def source_text(table: SourceTable, language: str) -> str:
    """Return a printed table with its document and lines as one text."""
    parts = [one_line(table.document_title[language]), one_line(table.title[language])]
    if table.lines:
        parts.append(words(language)["table"]["lines"].format(lines=table.lines))
    return " — ".join(parts[:2]) + "".join(f" ({part})" for part in parts[2:])


def _range(dimension: DimensionDescription, codes: set[str], language: str) -> str:
    labels = [item.label[language] for item in dimension.codes if item.code in codes]
    return labels[0] if len(labels) == 1 else f"{labels[0]} – {labels[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
