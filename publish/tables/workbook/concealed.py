"""What a sheet hides from its readers: rows, columns, letters like their ground, struck figures.

A hidden figure was perhaps never meant to be published, and one that is struck through was
withdrawn. Conditional formats are not evaluated, but for comparisons with a number: where one may
hide a cell, or show something else than its value, the cell counts as hidden.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from publish.tables.workbook.colours import BLACK, are_alike, palette_of
from publish.tables.workbook.formats import colour_shown

LEAST_HEIGHT, LEAST_WIDTH, LEAST_LETTERS = 5, 1, 3
"""Points of a row, characters of a column and points of letters that can still be read."""
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "equal": operator.eq,
    "notEqual": operator.ne,
    "greaterThanOrEqual": operator.ge,
    "greaterThan": operator.gt,
}


class Concealment:
    """Tells of each cell of a sheet whether a reader sees it."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        """Find the hidden rows and columns of a sheet, and what its conditional formats hide."""
        self._palette = palette_of(book)
        self._of_style: dict[tuple[int, str | None], str | None] = {}
        self._styled = [
            (CellRange(table.ref), table.tableStyleInfo.name)
            for table in sheet.tables.values()
            if table.tableStyleInfo and table.tableStyleInfo.name
        ]
        form = sheet.sheet_format
        self._all_rows = _is_below(form.defaultRowHeight, LEAST_HEIGHT)
        self._rows = {
            number: bool(row.hidden) or _is_below(row.height, LEAST_HEIGHT)
            for number, row in sheet.row_dimensions.items()
            if row.hidden or row.height is not None
        }
        all_columns = _is_below(form.defaultColWidth, LEAST_WIDTH)
        self._columns = dict.fromkeys(range(1, sheet.max_column + 1), all_columns)
        for column in sheet.column_dimensions.values():
            is_hidden = bool(column.hidden) or _is_below(column.width, LEAST_WIDTH)
            for number in range(column.min or 1, min(column.max or 0, sheet.max_column) + 1):
                self._columns[number] = is_hidden
        self._conditional = set(self._found_conditional(sheet))

    def of(self, cell: Cell) -> str | None:
        """Return the phrase that says why a reader does not see a cell, or not as it is."""
        if self._columns.get(cell.column):
            return "concealed-column"
        if self._rows.get(cell.row, self._all_rows):
            return "concealed-row"
        if (cell.row, cell.column) in self._conditional:
            return "concealed-condition"
        whole = self._of_cell(cell)
        if whole or not isinstance(cell.value, CellRichText):
            return whole
        runs = (self._of_run(cell, run) for run in cell.value if str(run).strip())
        return next(filter(None, runs), None)

    def without_hidden(self, cell: Cell) -> CellRichText | None:
        """Return rich text without the runs that a reader does not see, None for other cells."""
        if not isinstance(cell.value, CellRichText) or self._of_cell(cell):
            return None
        return CellRichText([run for run in cell.value if not self._of_run(cell, run)])

    def _of_cell(self, cell: Cell) -> str | None:
        """Return what the style of a cell hides."""
        if not cell.has_style:
            return None
        named = colour_shown(cell.value, str(cell.number_format))
        if (style := (cell.style_id, named)) not in self._of_style:
            self._of_style[style] = self._of_font(cell.font, cell.fill, named)
        why = self._of_style[style]
        return None if why == "concealed-letters" and self._has_table_style(cell) else why

    def _of_run(self, cell: Cell, run: str | TextBlock) -> str | None:
        """Return what the font of a run of rich text hides; without a font it has the cell's."""
        return self._of_font(run.font, cell.fill) if isinstance(run, TextBlock) else None

    def _of_font(self, font: Any, fill: Any, named: str | None = None) -> str | None:
        """Return what hides letters; ``named`` is the colour that a number format gives them."""
        if font.strike:
            return "concealed-struck"
        if _is_below(font.sz, LEAST_LETTERS):
            return "concealed-small"
        return "concealed-letters" if self._is_unreadable(font, fill, named) else None

    def _is_unreadable(self, font: Any, fill: Any, named: str | None) -> bool:
        """Return whether letters have the colour of their ground."""
        of_format = self._palette.of_format(named) if named else None
        letters = of_format or self._palette.colour(font.color, BLACK)
        grounds = self._palette.grounds(fill)
        return letters is not None and all(
            ground is not None and are_alike(letters, ground) for ground in grounds
        )

    def _has_table_style(self, cell: Cell) -> bool:
        """Return whether a style of a table gives a cell a ground that is not known here."""
        if cell.fill.fill_type is not None:
            return False
        for area, name in self._styled:
            if area.min_col <= cell.column <= area.max_col:
                is_light = name.startswith("TableStyleLight")
                last = area.min_row if is_light else area.max_row
                if area.min_row <= cell.row <= last:
                    return True
        return False

    def _found_conditional(self, sheet: Worksheet) -> Iterator[tuple[int, int]]:
        """Yield row and column of the cells that a conditional format may hide or change."""
        for area, rules in _conditional_areas(sheet):
            for row, column in itertools.product(*area):
                cell = sheet.cell(row, column)
                if (
                    isinstance(cell, Cell)
                    and cell.value is not None
                    and any(self._hides(rule, cell) for rule in rules)
                ):
                    yield row, column

    def _hides(self, rule: Any, cell: Cell) -> bool:
        """Return whether a rule of a conditional format may hide a cell or change what it shows."""
        if not _may_apply(rule, cell):
            return False
        look = rule.dxf
        if look is None or look.numFmt is not None or (look.font is not None and look.font.strike):
            return True
        font = look.font if look.font is not None and look.font.color is not None else cell.font
        letters = self._palette.colour(font.color, BLACK)
        grounds = self._palette.grounds(cell.fill)
        if look.fill is not None:
            # Of a conditional format the ground is the second colour of its fill.
            grounds = [self._palette.colour(look.fill.bgColor, grounds[0] or BLACK)]
        return letters is not None and all(g is not None and are_alike(letters, g) for g in grounds)


def conditional_cells(sheet: Worksheet) -> int:
    """Return how many cells conditional formats are about that may hide or change them."""
    areas = _conditional_areas(sheet)
    return sum(len(rows) * len(columns) * len(rules) for (rows, columns), rules in areas)


def _conditional_areas(sheet: Worksheet) -> Iterator[tuple[tuple[range, range], list[Any]]]:
    """Yield rows and columns of conditional formats, as far as there are cells, with the rules."""
    for formatting in sheet.conditional_formatting:
        rules = [rule for rule in formatting.rules if _may_hide(rule)]
        for area in formatting.cells.ranges if rules else ():
            rows = range(area.min_row, min(area.max_row, sheet.max_row) + 1)
            yield (rows, range(area.min_col, min(area.max_col, sheet.max_column) + 1)), rules


def _is_below(size: float | None, least: float) -> bool:
    return size is not None and float(size) < least


def _may_hide(rule: Any) -> bool:
    """Return whether a rule of a conditional format can change what a cell shows at all."""
    if rule.dxf is not None:
        return any(part is not None for part in (rule.dxf.numFmt, rule.dxf.font, rule.dxf.fill))
    pictured = rule.dataBar or rule.iconSet
    return pictured is not None and pictured.showValue is False


def _may_apply(rule: Any, cell: Cell) -> bool:
    """Return whether a rule of a conditional format may be true of a cell that holds something."""
    if rule.type == "containsErrors":
        return bool(cell.data_type == "e")
    if rule.type == "containsBlanks":
        return not str(cell.value).strip()
    if rule.type != "cellIs":
        return True
    try:
        limits = [float(text) for text in rule.formula]
    except ValueError:
        return True
    value = cell.value
    # A text is greater than any number.
    number = float(value) if isinstance(value, int | float) else float("inf")
    if rule.operator in ("between", "notBetween") and len(limits) == 2:
        is_between = min(limits) <= number <= max(limits)
        return is_between if rule.operator == "between" else not is_between
    compare = COMPARE.get(str(rule.operator))
    return compare is None or len(limits) != 1 or compare(number, limits[0])
