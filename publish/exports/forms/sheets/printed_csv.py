"""CSV of the tables as the source prints them, laid out as the file of a pivot is.

Of each table the title comes first, then its document and an empty record; the table ends before
the next empty one. Notes, licence and addresses follow the last of them.
"""

from __future__ import annotations

from typing import BinaryIO

from publish.exports.figure_text import number_text
from publish.exports.forms.sheets.sheet_text import foot_records, pieces
from publish.exports.forms.sheets.table_csv import write_sheet
from publish.exports.layouts.caption import foot, source_text
from publish.exports.layouts.notes import TableNotes, notes_of
from publish.exports.layouts.printed import CellAsPrinted, TableAsPrinted, printed_tables
from publish.exports.observations import SelectedObservations
from publish.exports.words import words


def write_printed_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the printed tables of a data set. Raises TooManyCells before anything is written."""
    description, view = chosen.description, chosen.view
    tables = printed_tables(chosen)
    notes = printed_notes(chosen, tables)
    records: list[list[str]] = []
    for table in tables:
        title = table.source.title[view.language]
        records += pieces(title)
        records += [*pieces(source_text(table.source, view.language)), []]
        records += _records(table, notes, view.decimal, view.language)
        records.append([])
    if not tables:
        records += [*pieces(description.title[view.language]), []]
        records += [[words(view.language)["table"]["no_printed"]], []]
    lines = foot(description, view, notes, form="csv", has_empty=False, has_colon=False)
    records += foot_records(lines, max(map(len, records)))
    write_sheet(target, view.decimal, records)


def printed_notes(chosen: SelectedObservations, tables: list[TableAsPrinted]) -> TableNotes:
    """Return the notes of printed tables."""
    return notes_of(
        chosen.description,
        chosen.view.language,
        reasons=frozenset(code for table in tables for code in table.reasons),
        remarks=frozenset(name for table in tables for name in table.notes),
        remarked=chosen.remarked,
    )


def marks_of(cell: CellAsPrinted, notes: TableNotes) -> str:
    """Return the marks of a printed figure, with a space before each."""
    found = [notes.reasons[code].mark for code in cell.reasons if code in notes.reasons]
    found += [notes.remarks[name].mark for name in cell.notes if name in notes.remarks]
    return "".join(f" {mark}" for mark in dict.fromkeys(found))


def _records(
    table: TableAsPrinted, notes: TableNotes, decimal: str, language: str
) -> list[list[str]]:
    lines, found = table.source_lines, []
    label = words(language)["table"]["source_line"]
    for row, cells in enumerate(table.header):
        is_last = row == len(table.header) - 1
        found.append([*cells, *([label if is_last else ""] if lines is not None else [])])
    for row, printed in enumerate(table.rows):
        record = [_text(cell, notes, decimal) for cell in printed]
        found.append([*record, *([lines[row]] if lines is not None else [])])
    return found


def _text(cell: CellAsPrinted, notes: TableNotes, decimal: str) -> str:
    if cell.value is not None:
        return number_text(cell.value, decimal)
    return cell.text + (marks_of(cell, notes) if cell.is_figure else "")
