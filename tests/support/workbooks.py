"""Small Excel workbooks for tests."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

ROWS: list[list[object]] = [["leeftijd", 2022, 2023], ["jong", 1, 2], ["oud", 3, 4], ["_T", 4, 6]]


def book(fill: Callable[[Worksheet], None] | None = None, name: str = "Tabel 1") -> Workbook:
    """Return a workbook with one sheet that holds a table, changed as a test needs it."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = name
    for row in ROWS:
        sheet.append(row)
    if fill:
        fill(sheet)
    return made


def raw_of(made: Workbook) -> bytes:
    """Return a workbook as its file."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()
