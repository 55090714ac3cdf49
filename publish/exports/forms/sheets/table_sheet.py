"""The first sheet of a workbook: the table of a view, with title, notes and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from publish.exports.description import CodeDescription, MeasureDescription
from publish.exports.figure_text import (
    DECIMAL_SIGNS,
    NOTHING_KNOWN,
    absence_text,
    number_text,
)
from publish.exports.forms.sheets.page import SheetPage, cut
from publish.exports.forms.sheets.styles import (
    LINE,
    Styles,
    column_width,
    exact_float,
    lines_of,
    number_format,
    quoted,
)
from publish.exports.layouts.caption import (
    dimension_text,
    foot,
    head_texts,
    key_line,
    title_of,
    unit_text,
)
from publish.exports.layouts.notes import TableNotes
from publish.exports.layouts.pivot import Codes, CrossTable
from publish.exports.words import words

MOST_FROZEN = 60.0
"""The width of row heads that stay where they are while the others are scrolled."""


def write_table_sheet(sheet: Any, styles: Styles, table: CrossTable, notes: TableNotes) -> None:
    """Write the sheet of a table."""
    _TableSheet(sheet, styles, table, notes).write()


class _TableSheet:
    def __init__(self, sheet: Any, styles: Styles, table: CrossTable, notes: TableNotes) -> None:
        self.sheet, self.styles, self.table, self.notes = sheet, styles, table, notes
        self.language, self.decimal = table.view.language, DECIMAL_SIGNS[table.view.language]
        self.has_units = table.unit is None and bool(table.rows)
        self.units_down = self.has_units and any(item.kind == "measure" for item in table.down)
        self.stub = [dimension_text(item, self.language) for item in table.down]
        if self.units_down:
            self.stub.append(words(self.language)["unit"].lower())
        self.totals = {codes for codes in table.columns if table.is_total(codes, across=True)}
        self.texts = head_texts(table, notes)
        self.marks = self._longest_mark()
        self.page = SheetPage(sheet, styles, self._widths())

    def write(self) -> None:
        """Write all of it."""
        page, table = self.page, self.table
        page.text(title_of(table.description, self.language), "title")
        page.text(key_line(table), "key")
        page.next()
        if table.rows:
            first = page.row
            self._write_heads()
            self.sheet.repeat_rows(first, page.row - 1)
            fixed = sum(page.widths[: len(self.stub)])
            self.sheet.freeze_panes(page.row, len(self.stub) if fixed <= MOST_FROZEN else 0)
            self._write_rows()
        else:
            page.text(words(self.language)["table"]["no_figures"], "note")
        page.foot(
            foot(
                table.description,
                table.view,
                self.notes,
                form="xlsx",
                has_empty=self._has(empty=True),
                has_colon=self._has(empty=False),
            )
        )
        page.fit()

    def _has(self, *, empty: bool) -> bool:
        """Return whether a place has no figure, or nothing is known of one."""
        for row, column in self._places():
            observation = self.table.cells.get((row, column))
            missing = observation is None and self.table.missing_period(row, column)
            if empty and observation is None and not missing:
                return True
            if not empty and (
                missing
                or (
                    observation is not None
                    and observation.value is None
                    and absence_text(observation) == NOTHING_KNOWN
                )
            ):
                return True
        return False

    def _places(self) -> Iterator[tuple[Codes, Codes]]:
        for row in self.table.rows:
            for column in self.table.columns:
                yield row, column

    def _longest_mark(self) -> str:
        """Return the longest marks behind a number, for which all numbers leave room."""
        found = {
            self.notes.marks_of(item)
            for item in self.table.cells.values()
            if item.notes and item.value is not None
        }
        return max(sorted(found), key=len, default="")

    def _widths(self) -> list[float]:
        table = self.table
        widths = []
        for at, dimension in enumerate(table.down):
            labels = {len(self.texts[dimension.column][codes[at]]) for codes in table.rows}
            widths.append(
                max(len(self.stub[at]) + 2.0, min(48.0, max(labels, default=8) * 1.05 + 2))
            )
        if self.units_down:
            units = {len(self._unit(codes, across=False)) for codes in table.rows}
            widths.append(max(9.0, min(30.0, max(units, default=6) + 2.0)))
        sizes: dict[Codes, int] = {}
        for (_, column), item in table.cells.items():
            if item.value is not None:
                size = len(f"{item.value:,f}") + len(self.marks)
            else:
                size = len(absence_text(item) + self.notes.marks_of(item))
            sizes[column] = max(sizes.get(column, 0), size)
        for codes in table.columns:
            last = zip(table.across[-1:], codes[-1:], strict=True)
            heads = [self.texts[item.column][code] for item, code in last]
            if self.has_units and not self.units_down:
                heads.append(self._unit(codes, across=True))
            widths.append(column_width(heads, sizes.get(codes, 0), least=9, most=26))
        return widths

    def _unit(self, codes: Codes, *, across: bool) -> str:
        measure: MeasureDescription | None = self.table.measure_of(codes, across=across)
        return unit_text(measure, self.language)

    def _write_heads(self) -> None:
        """Write the heads: the dimension over its codes, then the codes, the outermost first."""
        table, page, first = self.table, self.page, len(self.stub)
        for at, dimension in enumerate(table.across):
            if dimension.kind != "measure":
                self._span(first, len(table.columns), dimension_text(dimension, self.language))
                page.next()
            prefixes = [codes[: at + 1] for codes in table.columns]
            for prefix, group in groupby(range(len(prefixes)), prefixes.__getitem__):
                columns = list(group)
                self._span(
                    first + columns[0], len(columns), self.texts[dimension.column][prefix[at]]
                )
            page.next(self._height(at))
        if self.has_units and not self.units_down:
            for column, codes in enumerate(table.columns, start=first):
                self._span(column, 1, self._unit(codes, across=True), italic=True, bold=False)
            page.next()
        style = self.styles.get("stub_head")
        for column, text in enumerate(self.stub):
            self.sheet.write_string(page.row - 1, column, text, style)

    def _span(self, first: int, columns: int, text: str, **more: bool) -> None:
        style = self.styles.get("head", **more)
        for column in range(len(self.stub)):
            self.sheet.write_blank(self.page.row, column, None, self.styles.get("stub_head"))
        if columns > 1:
            self.sheet.merge_range(
                self.page.row, first, self.page.row, first + columns - 1, "", style
            )
        self.sheet.write_string(self.page.row, first, cut(text), style)

    def _height(self, at: int) -> float:
        """Return how high a row of heads is for its codes; merged ones are wide enough."""
        widths = self.page.widths[len(self.stub) :]
        is_last = at == len(self.table.across) - 1
        heads = zip(self.table.columns, widths, strict=False)
        needed = [
            lines_of(self.texts[self.table.across[at].column][codes[at]], width * 0.88)
            for codes, width in heads
        ]
        return LINE * (max(needed) if is_last else 1) + 3

    def _write_rows(self) -> None:
        table, page = self.table, self.page
        for row in table.rows:
            is_total = table.is_total(row, across=False)
            lines = 1
            for at, member in enumerate(table.members(row, across=False)):
                depth = _depth(table, at, member)
                style = self.styles.get("label", is_total=is_total, indent=depth)
                # The label of an outer dimension stands at each row, so that rows can be filtered.
                label = cut(self.texts[table.down[at].column][member.code])
                self.sheet.write_string(page.row, at, label, style)
                lines = max(lines, lines_of(label, (page.widths[at] - depth) * 0.95))
            if self.units_down:
                style = self.styles.get("label", is_total=is_total, font_color="#5A6470")
                unit = self._unit(row, across=False)
                self.sheet.write_string(page.row, len(self.stub) - 1, unit, style)
            for column, codes in enumerate(table.columns, start=len(self.stub)):
                self._write_cell(column, row, codes, is_total)
            page.next(LINE * lines)

    def _write_cell(self, column: int, row: Codes, codes: Codes, is_total: bool) -> None:
        table, sheet, at = self.table, self.sheet, self.page.row
        is_bold = is_total or codes in self.totals
        more = {} if is_total or not is_bold else {"bold": True}
        observation = table.cells.get((row, codes))
        if observation is None:
            missing = table.missing_period(row, codes)
            if missing is None:
                sheet.write_blank(at, column, None, self.styles.get("empty", is_total=is_total))
                return
            text = NOTHING_KNOWN + self.notes.mark_of_period(missing.code)
            sheet.write_string(at, column, text, self.styles.get("absent", is_total=is_total))
            return
        marks = self.notes.marks_of(observation)
        if observation.value is None:
            text = absence_text(observation, self.decimal) + marks
            sheet.write_string(at, column, text, self.styles.get("absent", is_total=is_total))
            return
        number = exact_float(observation.value)
        if number is None:
            text = number_text(observation.value, self.decimal) + marks
            sheet.write_string(
                at, column, text, self.styles.get("number", is_total=is_total, **more)
            )
            return
        shown = number_format(observation.value) + _behind(marks, self.marks)
        style = self.styles.get("number", is_total=is_total, num_format=shown, **more)
        sheet.write_number(at, column, number, style)


def _depth(table: CrossTable, at: int, member: CodeDescription) -> int:
    """Return how many codes stand above a code, but for the total; three at most."""
    depth, by_code = 0, table.down[at].by_code
    while member.broader and depth < 3:
        member = by_code[member.broader]
        if member.is_total:
            break
        depth += 1
    return depth


def _behind(marks: str, longest: str) -> str:
    """Return what a number format says of marks: shown, or room as wide as those of others."""
    if marks:
        return quoted(marks)
    return re.sub(r"(.)", r"_\1", longest)
