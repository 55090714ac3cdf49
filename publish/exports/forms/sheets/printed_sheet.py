"""A sheet of a workbook with a table as the source prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from publish.exports.figure_text import number_text, one_line
from publish.exports.forms.sheets.page import SheetPage, cut
from publish.exports.forms.sheets.printed_csv import marks_of
from publish.exports.forms.sheets.styles import (
    LINE,
    Styles,
    column_width,
    exact_float,
    lines_of,
    number_format,
    quoted,
)
from publish.exports.layouts.caption import FootLine, source_text
from publish.exports.layouts.notes import TableNotes
from publish.exports.layouts.printed import CellAsPrinted, TableAsPrinted
from publish.exports.words import words


def write_printed_sheet(
    sheet: Any, styles: Styles, table: TableAsPrinted, notes: TableNotes, language: str
) -> None:
    """Write the sheet of a printed table."""
    word = words(language)["table"]
    lines = table.source_lines
    page = SheetPage(sheet, styles, _widths(table, language))
    page.text(one_line(table.source.title[language]), "title")
    page.text(source_text(table.source, language), "key")
    if table.source.address:
        page.text(table.source.address, "note", table.source.address)
    page.next()
    first = page.row
    for number, cells in enumerate(table.header):
        is_last = number == len(table.header) - 1
        _write_heads(page, cells, table.stub, is_last=is_last)
        if lines is not None:
            text = word["source_line"] if is_last else ""
            sheet.write_string(page.row, table.width, text, styles.get("stub_head"))
        page.next(_height(page, cells) if is_last else LINE)
    if table.header:
        sheet.repeat_rows(first, page.row - 1)
        sheet.freeze_panes(page.row, min(table.stub, table.width))
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            _write_cell(page, column, cell, notes, is_label=column < table.stub)
        if lines is not None:
            style = styles.get("absent", italic=False)
            sheet.write_string(page.row, table.width, one_line(lines[number]), style)
        page.next(_height(page, [cell.text for cell in row[: table.stub]]))
    used = table.reasons | table.notes
    own = [FootLine(label=note.mark, text=note.text) for note in notes.marked_of(used)]
    if table.has_unpublished:
        own.append(FootLine(label=word["as_text"], text=word["not_published"]))
    if own:
        page.foot(own)
    page.fit()


def _widths(table: TableAsPrinted, language: str) -> list[float]:
    widths = []
    for column in range(table.width):
        longest = max((len(row[column].text) for row in table.rows if column < len(row)), default=0)
        heads = [row[column] for row in table.header[-1:] if column < len(row)]
        most = 48 if column < table.stub else 26
        widths.append(column_width(heads, longest, least=9, most=most))
    if table.source_lines is not None:
        widths.append(len(words(language)["table"]["source_line"]) + 2.0)
    return widths


def _height(page: SheetPage, texts: Sequence[str]) -> float:
    """Return how high a row is for its texts."""
    return LINE * max(
        [lines_of(text, width * 0.92) for text, width in zip(texts, page.widths, strict=False)],
        default=1,
    )


def _write_heads(page: SheetPage, cells: tuple[str, ...], stub: int, *, is_last: bool) -> None:
    """Write a row of heads; equal ones beside each other are one, but for those of the columns."""
    column = 0
    while column < len(cells):
        text, end = one_line(cells[column]), column + 1
        while not is_last and text and end < len(cells) and cells[end].strip() in ("", text):
            end += 1
        style = page.styles.get("stub_head" if column < stub else "head")
        if end - column > 1:
            page.sheet.merge_range(page.row, column, page.row, end - 1, "", style)
        page.sheet.write_string(page.row, column, cut(text), style)
        column = end


def _write_cell(
    page: SheetPage, column: int, cell: CellAsPrinted, notes: TableNotes, *, is_label: bool
) -> None:
    styles, sheet = page.styles, page.sheet
    number = exact_float(cell.value) if cell.value is not None else None
    if cell.value is not None and number is not None:
        marks = marks_of(cell, notes)
        shown = quoted(cell.before) + number_format(cell.value) + quoted(cell.after + marks)
        style = styles.get("number", num_format=shown)
        sheet.write_number(page.row, column, number, style)
    elif cell.value is not None:
        sheet.write_string(page.row, column, number_text(cell.value), styles.get("number"))
    elif cell.is_figure:
        text = one_line(cell.text) + marks_of(cell, notes)
        sheet.write_string(page.row, column, cut(text), styles.get("absent"))
    else:
        look = styles.get("label") if is_label else styles.get("absent", italic=False)
        sheet.write_string(page.row, column, cut(one_line(cell.text)), look)
