"""Opens a workbook with openpyxl, and reads of it the one sheet that is asked for.

Pictures, comments and pivot tables are not read: they are no cells, and a small file can hold the
same one many times.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import Any

from openpyxl.formatting.rule import Rule
from openpyxl.packaging.relationship import Relationship, get_dependents
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.defined_name import DefinedNameList
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import fromstring

from publish.tables.unsound import UNSOUND
from publish.tables.workbook.bounds import MOST_RANGES

BROKEN = (*UNSOUND, SyntaxError, InvalidFileException, zipfile.BadZipFile)
"""Openpyxl parses with lxml where that is installed: both parsers raise a kind of SyntaxError."""
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
OF_2009 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
OF_CELLS = "http://schemas.microsoft.com/office/excel/2006/main"
"""The names of conditional formats that refer to other sheets, and of their ranges and formulas."""
SHOWS_NOTHING = DifferentialStyle(numFmt=NumberFormat(numFmtId=0, formatCode=";;;"))
"""What a picture in the place of a number comes to."""


class OpenedWorkbook(ExcelReader):
    """A workbook of which strings, styles and the names of sheets are read."""

    def __init__(self, raw: bytes) -> None:
        """Open a workbook. Raises the errors of BROKEN."""
        self._raw = raw
        self._parts: dict[str, Relationship] = {}
        self.states: dict[str, str] = {}
        """Whether each sheet is visible, by its name."""
        super().__init__(io.BytesIO(raw), data_only=True, keep_links=False, rich_text=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a workbook that are no cells
            self.read()

    def read_worksheets(self) -> None:
        """Note which sheets there are; openpyxl would read all of them here."""
        parser: Any = self.parser
        parser.defined_names = DefinedNameList()
        for sheet, part in parser.find_sheets():
            if part.target in self.valid_files and "chartsheet" not in part.Type:
                self.states.setdefault(sheet.name, sheet.state)
                self._parts.setdefault(sheet.name, part)

    def sheet(self, name: str) -> Worksheet:
        """Return a sheet with the last values of its formulas. Raises the errors of BROKEN."""
        return self._read(name, values=True)

    def formulas(self, name: str) -> set[tuple[int, int]]:
        """Return row and column of the cells of a sheet that hold a formula."""
        with zipfile.ZipFile(io.BytesIO(self._raw)) as archive:
            if not FORMULA.search(archive.read(self._parts[name].target)):
                return set()
        cells = self._read(name, values=False)._cells
        return {place for place, cell in cells.items() if cell.data_type == "f"}

    def _read(self, name: str, *, values: bool) -> Worksheet:
        sheet: Any = self.wb.create_sheet()
        part = self._parts[name]
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(self._raw)) as archive:
            warnings.simplefilter("ignore")
            folder, _, file = part.target.rpartition("/")
            related = f"{folder}/_rels/{file}.rels"
            if related in self.valid_files:
                sheet._rels = get_dependents(archive, related)
            with archive.open(part.target) as content:
                reader = WorksheetReader(sheet, content, self.shared_strings, values, values)
                reader.bind_all()
            if OF_2009.encode() in (written_sheet := archive.read(part.target)):
                _add_later_conditions(sheet, written_sheet)
            for path in dict.fromkeys(reader.tables):
                written: Any = fromstring(archive.read(path))
                sheet.tables[path] = Table.from_tree(written)
        made: Worksheet = sheet
        return made


def _add_later_conditions(sheet: Worksheet, content: bytes) -> None:
    """Add the conditional formats of a sheet that openpyxl leaves out: those of its extensions."""
    written: Any = fromstring(content)
    count = 0
    for formatting in written.iter(f"{{{OF_2009}}}conditionalFormatting"):
        ranges = formatting.findtext(f"{{{OF_CELLS}}}sqref") or ""
        for item in formatting.iter(f"{{{OF_2009}}}cfRule"):
            look = item.find(f"{{{OF_2009}}}dxf")
            pictures = [item.find(f"{{{OF_2009}}}{name}") for name in ("dataBar", "iconSet")]
            is_shown = all(one is None or one.get("showValue") != "0" for one in pictures)
            if not ranges.strip() or (look is None and is_shown):
                continue
            count += len(ranges.split())
            if count > MOST_RANGES:
                raise ValueError(ranges[:20])
            rule = Rule(type=item.get("type"), operator=item.get("operator"))
            rule.formula = [text.text or "" for text in item.iter(f"{{{OF_CELLS}}}f")]
            rule.dxf = SHOWS_NOTHING if look is None else DifferentialStyle.from_tree(look)
            sheet.conditional_formatting.add(ranges, rule)
