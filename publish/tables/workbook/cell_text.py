"""The text that a reader sees in a cell of a worksheet."""

from __future__ import annotations

from datetime import date, time, timedelta

from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock

from publish.tables.grid import cleaned
from publish.tables.workbook.dates import shown_date, shown_time
from publish.tables.workbook.formats import GENERAL, shown_number, shown_text

RAISED = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyz",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
"""Characters by their superscript and subscript forms, so that a raised digit is no figure."""
SHIFTED = {"superscript": RAISED, "subscript": LOWERED}


def text_of(cell: Cell, value: object, numbers: str, form: str) -> str | None:
    """Return ``value`` as a cell shows it in a number format, None when that cannot be told."""
    if value is None:
        return ""
    vertical = cell.font.vertAlign if cell.has_style else None
    if isinstance(value, CellRichText):
        text = shown_text(_plain_text(value, vertical), form)
        return text and cleaned(text)
    if cell.has_style and cell.alignment.horizontal == "fill":
        return None  # 5 fills its cell with fives
    text = _shown_value(value, form, numbers)
    return text and _as_placed(text, vertical)


def _shown_value(value: object, number_format: str, numbers: str) -> str | None:
    """Return a value as a format shows it, or None when that cannot be told."""
    if isinstance(value, bool):
        return str(value).upper() if number_format in (GENERAL, "@") else None  # others show 1
    if isinstance(value, int | float):
        return shown_number(value, number_format, numbers)
    if isinstance(value, date):
        return shown_date(value, number_format)
    if isinstance(value, time):
        return shown_time(value, number_format)
    if isinstance(value, timedelta):
        return None
    text = shown_text(str(value), number_format)
    return text and cleaned(text)


def _as_placed(text: str, vertical: str | None) -> str:
    """Return a text as it stands on its line: raised, lowered or neither."""
    return text.translate(SHIFTED[vertical]) if vertical in SHIFTED else text


def _plain_text(value: CellRichText, vertical: str | None) -> str:
    """Return rich text without its fonts; ``vertical`` is that of runs without a font."""
    return "".join(
        _as_placed(run.text, run.font.vertAlign)
        if isinstance(run, TextBlock)
        else _as_placed(run, vertical)
        for run in value
    )
