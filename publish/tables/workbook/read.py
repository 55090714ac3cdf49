"""Reads one sheet of an Excel workbook (.xlsx) as a grid of the texts that a reader sees.

It is the sheet that is named, or the only visible one. Numbers are as the cell's format shows
them, with the marks of the project's numbers. What misleads (an error, a formula never calculated,
a hidden figure) is a fault; what is hidden can be left out, or taken to be asked about.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import date, time

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from publish.faults.fault import (
    Fault,
    Words,
    did_you_mean,
    fault,
    phrase,
    shortened,
    some_of,
)
from publish.tables.foreign_numbers import UNCLEAR
from publish.tables.grid import Grid, trimmed
from publish.tables.unsound import problem_of
from publish.tables.workbook.bounds import MOST_SHEET_CELLS, refusal
from publish.tables.workbook.cell_text import text_of
from publish.tables.workbook.concealed import Concealment, conditional_cells
from publish.tables.workbook.formats import GENERAL, is_rounded, is_scaled
from publish.tables.workbook.opened import BROKEN, OpenedWorkbook

LEAVE, TAKE = "leave", "take"
"""What to do with what a workbook hides."""
MOST_FAULTS = 1_000
"""Faults of a sheet at most; of more, only the number is reported."""


def read_workbook(
    raw: bytes,
    shown: str,
    sheet: str | None,
    numbers: str,
    faults: list[Fault],
    hidden: str | None = None,
) -> Grid | None:
    """Return a sheet as a grid, or None with the reasons in ``faults``.

    ``hidden`` is LEAVE or TAKE; without either, what the workbook hides is a fault.
    """
    try:
        if found := refusal(raw, shown):
            faults.append(found)
            return None
        book = OpenedWorkbook(raw)
        name = _choose(book.states, shown, sheet, hidden, faults)
        if name is None:
            return None
        values, formulas = book.sheet(name), book.formulas(name)
        if too_large := _size_fault(values, shown):
            faults.append(too_large)
            return None
        concealment = Concealment(book.wb, values)
    except BROKEN as error:
        reason = phrase("workbook-damaged", problem=problem_of(error))
        faults.append(fault("not-a-workbook", shown, reason=reason))
        return None
    reading = _Reading(
        sheet=values,
        title=name,
        formulas=formulas,
        shown=shown,
        numbers=numbers,
        hidden=hidden,
        concealment=concealment,
    )
    return reading.grid(faults, book.states)


def _choose(
    states: dict[str, str], shown: str, sheet: str | None, hidden: str | None, faults: list[Fault]
) -> str | None:
    """Return the name of the sheet to read."""
    names = list(states)
    seen = [name for name in names if states[name] == "visible"]
    if sheet is None and len(seen) == 1:
        return seen[0]
    if sheet is None and len(seen) > 1:
        faults.append(fault("several-sheets", shown, names=", ".join(f'"{n}"' for n in seen)))
    elif sheet is None:
        faults.append(fault("hidden-sheet", shown, name=", ".join(names)))
    elif sheet not in names:
        hint = did_you_mean(sheet, seen)
        known = ", ".join(f'"{name}"' for name in seen)
        faults.append(fault("no-such-sheet", shown, name=sheet, hint=hint, known=known))
    elif sheet not in seen and hidden != TAKE:
        faults.append(fault("hidden-sheet", shown, name=sheet))
    else:
        return sheet
    return None


def _others(states: dict[str, str], name: str) -> tuple[Words, ...]:
    """Return remarks on which sheet was read, and which hidden ones were not."""
    hidden = [item for item, state in states.items() if state != "visible" and item != name]
    read = phrase("sheet-was-read", name=name)
    return (read, phrase("sheets-not-read", names=", ".join(hidden))) if hidden else (read,)


def _size_fault(sheet: Worksheet, shown: str) -> Fault | None:
    """Return the fault of a sheet with more cells than a table has, formatted ones included."""
    cells = max(sheet.max_row * sheet.max_column, conditional_cells(sheet))
    if cells <= MOST_SHEET_CELLS:
        return None
    found = phrase("cells-in-columns", cells=cells, columns=sheet.max_column)
    most = phrase("cells-in-columns", cells=MOST_SHEET_CELLS, columns=sheet.max_column)
    return fault("too-large-to-bring-in", shown, found=found, most=most)


@dataclass(kw_only=True)
class _Reading:
    """The reading of one sheet: what was seen of it, and what is wrong."""

    sheet: Worksheet
    title: str
    formulas: set[tuple[int, int]]
    """Row and column of the cells that hold a formula."""
    shown: str
    numbers: str
    hidden: str | None
    concealment: Concealment
    found: list[Fault] = field(default_factory=list)
    dates: set[tuple[int, int]] = field(default_factory=set)
    rounded: int = 0
    scaled: int = 0
    numbers_as_texts: int = 0
    """Texts that are numbers with a mark that can be decimal or not."""
    concealed: dict[tuple[str, int], list[Cell]] = field(default_factory=dict)
    """What a reader does not see: by the reason and, of a row or a column, its number."""

    def grid(self, faults: list[Fault], states: dict[str, str]) -> Grid | None:
        """Return the cells as texts, or None with what is wrong in ``faults``."""
        rows = [
            ["" if isinstance(cell, MergedCell) else self._text(cell) for cell in line]
            for line in self.sheet.iter_rows()
        ]
        if self.hidden is None:
            self._report_concealed()
        if self.found:
            faults += self.found[:MOST_FAULTS]
            if (more := len(self.found) - MOST_FAULTS) > 0:
                faults.append(fault("more-faults", self.shown, kept=MOST_FAULTS, more=more))
            return None
        rows = trimmed(rows)
        if not rows:
            faults.append(fault("empty-sheet", self.shown, name=self.title))
            return None
        hidden = self._concealed_in_words(is_whole=states[self.title] != "visible")
        remarks = _others(states, self.title)
        if hidden and self.hidden == LEAVE:
            remarks += (phrase("hidden-left-out", what=hidden),)
        if self.scaled:
            remarks += (phrase("thousands-left-out", number=self.scaled),)
        if self.rounded:
            remarks += (phrase("decimals-left-out", number=self.rounded),)
        merged = tuple(
            (item.min_row - 1, item.min_col - 1, item.max_row - 1, item.max_col - 1)
            for item in self.sheet.merged_cells.ranges
        )
        return Grid(
            shown=self.shown,
            rows=rows,
            where=self._where,
            merged=merged,
            dates=frozenset(self.dates),
            remarks=remarks,
            hidden=hidden if self.hidden == TAKE else None,
            numbers=None if self.numbers_as_texts else self.numbers,
        )

    @functools.cached_property
    def _hides_zeros(self) -> bool:
        """Whether the sheet shows an empty cell where there is a zero."""
        return any(view.showZeros is False for view in self.sheet.views.sheetView)

    def _text(self, cell: Cell) -> str:
        """Return the text of a cell; note what is wrong with it, or hidden."""
        value = cell.value
        is_formula = (cell.row, cell.column) in self.formulas
        if value is None and not is_formula:
            return ""
        if self._hides_zeros and type(value) in (int, float) and not value:
            return ""
        form = str(cell.number_format) or GENERAL
        text = text_of(cell, value, self.numbers, form)
        why = self.concealment.of(cell)
        if why is None and text == "" and value and str(value).strip():
            why = "concealed-format"
        if why is not None:
            self._note_concealed(why, cell)
            if self.hidden != TAKE:
                value = self.concealment.without_hidden(cell) if self.hidden == LEAVE else None
                if not value:
                    return ""
            form = GENERAL if why == "concealed-format" else form
            text = text_of(cell, value, self.numbers, form)
        self._judge(cell, text, form)
        if value is None and is_formula:
            self._report("formula-without-value", cell)
        return text or ""

    def _judge(self, cell: Cell, text: str | None, form: str) -> None:
        """Report a cell that has no clear text, and count what its format leaves out."""
        value = cell.value
        if cell.data_type == "e":
            self._report("error-cell", cell, text=shortened(str(value)))
        elif text is None:
            self._report("unclear-cell-format", cell, format=shortened(form))
        elif isinstance(value, date | time):
            self.dates.add((cell.row - 1, cell.column - 1))
        elif cell.data_type == "n" and isinstance(value, int | float):
            if is_scaled(value, form):
                self.scaled += 1
            elif isinstance(value, float):
                self.rounded += is_rounded(value, form)
        elif text and UNCLEAR.fullmatch(text):
            self.numbers_as_texts += 1

    def _where(self, row: int, column: int) -> tuple[int, int, Words]:
        """Return line, column and the place in words of a cell, counted from 0."""
        cell = f"{get_column_letter(column + 1)}{row + 1}"
        return row + 1, column + 1, phrase("cell-of-sheet", cell=cell, sheet=self.title)

    def _report(self, code: str, cell: Cell, **particulars: object) -> None:
        line, at, words = self._where(cell.row - 1, cell.column - 1)
        self.found.append(fault(code, self.shown, line, at, cell=words, **particulars))

    def _note_concealed(self, why: str, cell: Cell) -> None:
        """Note a cell that is hidden; those of one row or one column are one finding."""
        line = {"concealed-row": cell.row, "concealed-column": cell.column}.get(why)
        key = why, line or len(self.concealed)
        self.concealed.setdefault(key, []).append(cell)

    def _report_concealed(self) -> None:
        for (why, _), cells in self.concealed.items():
            others = phrase("as-do-others", number=len(cells) - 1) if len(cells) > 1 else Words("")
            self._report("hidden-cell", cells[0], why=phrase(why), others=others)

    def _concealed_in_words(self, *, is_whole: bool) -> Words | None:
        """Return which cells are hidden and why, None where none is."""
        found: dict[str, list[str]] = {}
        for (why, _), cells in self.concealed.items():
            found.setdefault(why, []).extend(cell.coordinate for cell in cells)
        parts = [phrase(why) + f" ({some_of(cells, 8)})" for why, cells in found.items()]
        if is_whole:
            parts.insert(0, phrase("concealed-sheet"))
        if not parts:
            return None
        return functools.reduce(lambda one, other: one + "; " + other, parts)
