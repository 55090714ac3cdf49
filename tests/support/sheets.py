"""What a workbook or a CSV file of a table has to hold, for tests that read it back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from built import Built
from exported import chosen

from publish.exports.figure_text import absence_text
from publish.exports.layouts.caption import head_texts, table_notes
from publish.exports.layouts.pivot import CrossTable, cross_table
from publish.exports.view import DataView


def read_csv(content: bytes, separator: str) -> list[list[str]]:
    """Return the records of a CSV file that begins with a byte order mark."""
    text = content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator, strict=True))


def table_of(records: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the records of the table: those between the first two empty ones.

    Their last column, in which addresses stand below, is left out.
    """
    start, end = empty_of(records)[:2]
    assert not any(record[-1] for record in records[:end])
    return [list(record[:-1]) for record in records[start + 1 : end]]


def empty_of(records: Sequence[Sequence[str]]) -> list[int]:
    """Return the places of the empty records."""
    return [at for at, record in enumerate(records) if not any(record)]


def text_of(records: Sequence[Sequence[str]]) -> str:
    """Return what records say that hold a text in pieces, each of one cell."""
    assert not any(cell for record in records for cell in record[1:])
    return " ".join(record[0] for record in records)


def expected_cells(
    built: Built, slug: str, view: DataView, decimal: str
) -> tuple[CrossTable, list[list[object]]]:
    """Return the table of a view, and of each place its value, text or None where nothing is.

    A text is followed by the marks of its notes.
    """
    with chosen(built.folder, slug, view) as found:
        table = cross_table(found)
        notes = table_notes(found, table)
    rows: list[list[object]] = []
    for row in table.rows:
        cells: list[object] = []
        for column in table.columns:
            item = table.cells.get((row, column))
            missing = table.missing_period(row, column)
            if item is None:
                cells.append(f":{notes.mark_of_period(missing.code)}" if missing else None)
            elif item.value is None:
                cells.append(absence_text(item, decimal) + notes.marks_of(item))
            else:
                cells.append(item.value)
        rows.append(cells)
    return table, rows


def expected_heads(built: Built, slug: str, view: DataView) -> list[list[str]]:
    """Return the texts of the last head of each column, and of each row."""
    with chosen(built.folder, slug, view) as found:
        table = cross_table(found)
        texts = head_texts(table, table_notes(found, table))
    return [
        [
            texts[item.column][code]
            for codes in table.columns
            for item, code in zip(table.across, codes, strict=True)
            if item is table.across[-1]
        ],
        [
            texts[item.column][code]
            for codes in table.rows
            for item, code in zip(table.down, codes, strict=True)
            if item is table.down[-1]
        ],
    ]


def as_decimal(text: str) -> Decimal:
    """Return a number of a CSV file with a decimal comma."""
    assert "." not in text
    return Decimal(text.replace(",", "."))
