"""CSV for people who open it in a spreadsheet: the table of a view with what belongs to it.

All records have as many cells. The title comes first, then the key line. The table stands between
the first two empty records. What follows are notes, sources, licence and addresses. Texts around
the table are in the first column, long ones in several records; addresses stand behind the table.
The file begins with a byte order mark, without which Excel takes UTF-8 for the code page of the
country.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from publish.exports.description import DimensionDescription
from publish.exports.figure_text import NOTHING_KNOWN, absence_text, number_text, one_line
from publish.exports.forms.sheets.sheet_text import foot_records, pieces
from publish.exports.layouts.caption import (
    FootLine,
    dimension_text,
    foot,
    head_texts,
    key_line,
    table_notes,
    title_of,
    unit_text,
)
from publish.exports.layouts.notes import TableNotes
from publish.exports.layouts.pivot import Codes, CrossTable, cross_table
from publish.exports.observations import SelectedObservations
from publish.exports.safe_text import safe_text
from publish.exports.words import words

SEPARATORS = {".": ",", ",": ";"}
"""The separator of cells by the decimal sign, as spreadsheets expect them together."""
MOST_PLACES = 10
"""Figures that a remark is said to be on, below the table; of more only their number is told."""


HeadTexts = Mapping[str, Mapping[str, str]]
"""The texts of codes, by the column of their dimension."""


def write_table_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write a view as a table in CSV. Raises TooManyCells before anything is written."""
    table = cross_table(chosen)
    notes = table_notes(chosen, table)
    texts = head_texts(table, notes)
    records = [*_heads(table, texts), *_rows(table, notes, texts)]
    if not table.rows:
        records = [[words(table.view.language)["table"]["no_figures"]]]
    decimal = table.view.decimal
    lines = foot(
        table.description,
        table.view,
        notes,
        form="csv",
        has_empty=any(cell == "" for record in records for cell in record),
        has_colon=any(cell.startswith(NOTHING_KNOWN) for record in records for cell in record),
    )
    write_sheet(
        target,
        decimal,
        [
            *pieces(title_of(table.description, table.view.language)),
            *pieces(key_line(table)),
            [],
            *records,
            [],
            *foot_records(_placed(lines, _places(table, notes, texts)), max(map(len, records))),
        ],
    )


def write_sheet(target: BinaryIO, decimal: str, records: Sequence[Sequence[str]]) -> None:
    """Write records of safe texts, filled up to one width, with the separator of a decimal sign."""
    width = max(map(len, records), default=0)
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=SEPARATORS[decimal])
    for record in records:
        cells = [safe_text(one_line(cell)) for cell in record]
        writer.writerow(cells + [""] * (width - len(cells)))
    text.flush()
    text.detach()


def _placed(lines: Iterable[FootLine], places: dict[str, str]) -> Iterator[FootLine]:
    """Yield lines below a table; a remark names the figures that it is on."""
    for line in lines:
        if line.label in places:
            yield replace(line, text=f"{line.text} ({places[line.label]})")
        else:
            yield line


def _heads(table: CrossTable, texts: HeadTexts) -> Iterator[list[str]]:
    """Yield the rows of heads, each column with all that it is; the last names the dimensions."""
    language = table.view.language
    stub = [dimension_text(item, language) for item in table.down]
    has_units = table.unit is None
    units_down = has_units and any(item.kind == "measure" for item in table.down)
    if units_down:
        stub.append(words(language)["unit"])
    depth = len(table.across)
    for at in range(depth):
        is_last = at == depth - 1 and (not has_units or units_down)
        yield [
            *(stub if is_last else [""] * len(stub)),
            *(texts[table.across[at].column][codes[at]] for codes in table.columns),
        ]
    if has_units and not units_down:
        yield [
            *stub,
            *(unit_text(table.measure_of(codes, across=True), language) for codes in table.columns),
        ]
    if not depth:
        yield [*stub, *("" for _ in table.columns)]


def _rows(table: CrossTable, notes: TableNotes, texts: HeadTexts) -> Iterator[list[str]]:
    language, decimal = table.view.language, table.view.decimal
    units_down = table.unit is None and any(item.kind == "measure" for item in table.down)
    for row in table.rows:
        record = _texts(texts, table.down, row)
        if units_down:
            record.append(unit_text(table.measure_of(row, across=False), language))
        record += [_cell(table, notes, row, column, decimal) for column in table.columns]
        yield record


def _texts(texts: HeadTexts, axis: Iterable[DimensionDescription], codes: Codes) -> list[str]:
    return [texts[item.column][code] for item, code in zip(axis, codes, strict=True)]


def _cell(table: CrossTable, notes: TableNotes, row: Codes, column: Codes, decimal: str) -> str:
    observation = table.cells.get((row, column))
    if observation is None:
        missing = table.missing_period(row, column)
        return NOTHING_KNOWN + notes.mark_of_period(missing.code) if missing else ""
    if observation.value is not None:
        return number_text(observation.value, decimal)
    return absence_text(observation, decimal) + notes.marks_of(observation)


def _places(table: CrossTable, notes: TableNotes, texts: HeadTexts) -> dict[str, str]:
    """Return on which figures each remark is, by its mark: a number has no room for a mark."""
    if not notes.remarks:
        return {}
    found: dict[str, list[str]] = {}
    for row in table.rows:
        for column in table.columns:
            observation = table.cells.get((row, column))
            for name in observation.notes if observation else ():
                if name in notes.remarks:
                    place = ", ".join(
                        [*_texts(texts, table.down, row), *_texts(texts, table.across, column)]
                    )
                    found.setdefault(notes.remarks[name].mark, []).append(place)
    word = words(table.view.language)["table"]
    said = {}
    for mark, places in found.items():
        shown = places[:MOST_PLACES]
        if len(places) > len(shown):
            shown.append(word["and_more"].format(number=len(places) - MOST_PLACES))
        said[mark] = word["at"].format(places="; ".join(shown))
    return said
