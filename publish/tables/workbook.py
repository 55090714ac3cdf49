"""Reads one sheet of an Excel workbook (.xlsx) as a grid of the texts that a reader sees.

It is the sheet that is named, or the only visible one. Numbers are as the cell's format shows
them, with the marks of the project's numbers. What misleads (an error, a formula never calculated,
a hidden sheet) is a fault. ISO/IEC 29500.
"""

from __future__ import annotations

import io
import warnings
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, time, timedelta
from xml.parsers import expat

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from publish.faults.fault import Fault, Words, did_you_mean, fault, phrase, shortened
from publish.tables.excel_formats import is_rounded, is_scaled, shown_date, shown_number, shown_text
from publish.tables.grid import MOST_CELLS, Grid, cleaned, trimmed
from publish.tables.unsound import UNSOUND, problem_of

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an old .xls or an encrypted .xlsx."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of an unpacked workbook at most; a larger one is a zip bomb, or no printed table."""
MOST_RANGES, MOST_IN_RANGES = 20_000, 200_000
"""Ranges of merged or linked cells at most, and cells in them, each of which openpyxl makes."""
MOST_NESTED = 100
"""Elements within each other at most; those of cells are nested eight deep, of drawings twenty."""
WIDEST, TALLEST = 16_384, 1_048_576
"""Columns and rows of a worksheet at most."""
WORKBOOK = "xl/workbook.xml"
RAISED = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyz",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
"""Characters by their superscript and subscript forms, so that a raised digit is no figure."""
SHIFTED = {"superscript": RAISED, "subscript": LOWERED}
BROKEN = (*UNSOUND, ET.ParseError, InvalidFileException, zipfile.BadZipFile)


def is_workbook(raw: bytes, name: str) -> bool:
    """Return whether a file is, or says that it is, an Excel workbook."""
    return raw.startswith((ZIP, OLE)) or name.lower().endswith((".xlsx", ".xlsm", ".xls"))


def read_workbook(
    raw: bytes, shown: str, sheet: str | None, numbers: str, faults: list[Fault]
) -> Grid | None:
    """Return a sheet as a grid, or None with the reasons in ``faults``."""
    try:
        if refusal := _refusal(raw, shown):
            faults.append(refusal)
            return None
        values, formulas = _opened(raw, values=True), _opened(raw, values=False)
    except BROKEN as error:
        reason = phrase("workbook-damaged", problem=problem_of(error))
        faults.append(fault("not-a-workbook", shown, reason=reason))
        return None
    name = _choose(values, shown, sheet, faults)
    if name is None:
        return None
    return _read_sheet(values[name], formulas[name], shown, numbers, faults, _others(values, name))


def _opened(raw: bytes, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of a workbook that are no cells
        return openpyxl.load_workbook(
            io.BytesIO(raw), data_only=values, keep_links=False, rich_text=values
        )


def _refusal(raw: bytes, shown: str) -> Fault | None:
    """Return the fault of a file that is no workbook, or is not safe to unpack."""
    if raw.startswith(OLE):
        key = "workbook-encrypted" if ENCRYPTED in raw else "workbook-old"
        return fault("not-a-workbook", shown, reason=phrase(key))
    archive = zipfile.ZipFile(io.BytesIO(raw)) if raw.startswith(ZIP) else None
    entries = archive.infolist() if archive else []
    # No entry unpacks to more than its directory says, so their sum is the most that comes out.
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        found, most = f"{unpacked >> 20} MiB", f"{MOST_UNPACKED >> 20} MiB"
        return fault("too-large-to-bring-in", shown, found=found, most=most)
    if WORKBOOK not in {entry.filename for entry in entries}:
        return fault("not-a-workbook", shown, reason=phrase("workbook-other"))
    return _expansion_fault(archive, shown) if archive else None


def _expansion_fault(archive: zipfile.ZipFile, shown: str) -> Fault | None:
    """Return the fault of a workbook that openpyxl would expand far beyond its size.

    It makes every cell of a range of merged or linked cells, and takes time with the square of the
    depth of elements. Raises ValueError for a range that is none.
    """
    depth = ranges = cells = 0
    wrong: dict[str, Words] = {}
    in_range = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, ranges, cells, in_range
        depth += 1
        if depth > MOST_NESTED:
            wrong["found"] = phrase("elements-nested", levels=depth)
            wrong["most"] = phrase("elements-nested", levels=MOST_NESTED)
            raise OverflowError
        if in_range:  # openpyxl would take an element for an attribute
            raise ValueError(name)
        if name.rpartition(":")[2] not in ("mergeCell", "hyperlink") or "ref" not in attributes:
            return
        left, top, right, bottom = range_boundaries(attributes["ref"])
        in_range, ranges = name.endswith("mergeCell"), ranges + 1
        width, height = (right or WIDEST) - (left or 1), (bottom or TALLEST) - (top or 1)
        cells += (max(width, 0) + 1) * (max(height, 0) + 1)
        if ranges > MOST_RANGES or cells > MOST_IN_RANGES:
            wrong["found"] = phrase("cells-in-ranges", cells=cells, ranges=ranges)
            wrong["most"] = phrase("cells-in-ranges", cells=MOST_IN_RANGES, ranges=MOST_RANGES)
            raise OverflowError

    def end(_: str) -> None:
        nonlocal depth, in_range
        depth, in_range = depth - 1, False

    for entry in archive.infolist():
        depth, in_range = 0, False
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        try:
            with archive.open(entry) as content:
                parser.ParseFile(content)
        except expat.ExpatError:
            continue  # a picture, or where openpyxl stops too
        except OverflowError:
            return fault("too-large-to-bring-in", shown, **wrong)
    return None


def _choose(book: Workbook, shown: str, sheet: str | None, faults: list[Fault]) -> str | None:
    """Return the name of the sheet to read."""
    seen = [item.title for item in book.worksheets if item.sheet_state == "visible"]
    names = [item.title for item in book.worksheets]
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
    elif sheet not in seen:
        faults.append(fault("hidden-sheet", shown, name=sheet))
    else:
        return sheet
    return None


def _others(book: Workbook, name: str) -> tuple[Words, ...]:
    """Return remarks on which sheet was read, and which hidden ones were not."""
    hidden = [item.title for item in book.worksheets if item.sheet_state != "visible"]
    read = phrase("sheet-was-read", name=name)
    return (read, phrase("sheets-not-read", names=", ".join(hidden))) if hidden else (read,)


def _read_sheet(
    sheet: Worksheet,
    formulas: Worksheet,
    shown: str,
    numbers: str,
    faults: list[Fault],
    remarks: tuple[Words, ...],
) -> Grid | None:
    """Return the cells of a sheet as texts; report those that have no text."""
    if (cells := sheet.max_row * sheet.max_column) > MOST_CELLS:
        found = phrase("cells-in-columns", cells=cells, columns=sheet.max_column)
        most = phrase("cells-in-columns", cells=MOST_CELLS, columns=sheet.max_column)
        faults.append(fault("too-large-to-bring-in", shown, found=found, most=most))
        return None
    title = sheet.title

    def where(row: int, column: int) -> tuple[int, int, Words]:
        cell = f"{get_column_letter(column + 1)}{row + 1}"
        return row + 1, column + 1, phrase("cell-of-sheet", cell=cell, sheet=title)

    def report(code: str, row: int, column: int, **particulars: object) -> None:
        line, at, words = where(row, column)
        faults.append(fault(code, shown, line, at, cell=words, **particulars))

    rows: list[list[str]] = []
    dates: set[tuple[int, int]] = set()
    before, rounded, scaled = len(faults), 0, 0
    for row, line in enumerate(sheet.iter_rows()):
        for column, cell in enumerate(line):
            if cell.data_type == "e":
                report("error-cell", row, column, text=shortened(str(cell.value)))
            if formulas.cell(row + 1, column + 1).data_type == "f" and cell.value is None:
                report("formula-without-value", row, column)
            if isinstance(cell.value, date):
                dates.add((row, column))
            if cell.data_type == "n" and isinstance(cell.value, int | float):
                number_format = str(cell.number_format)
                if is_scaled(cell.value, number_format):
                    scaled += 1
                elif isinstance(cell.value, float):
                    rounded += is_rounded(cell.value, number_format)
        texts = [_text_of(cell, numbers) for cell in line]
        for column, text in enumerate(texts):
            if text is None:
                form = shortened(str(line[column].number_format))
                report("unclear-cell-format", row, column, format=form)
        rows.append([text or "" for text in texts])
    if len(faults) > before:
        return None
    rows = trimmed(rows)
    if not rows:
        faults.append(fault("empty-sheet", shown, name=title))
        return None
    hidden = [str(number) for number, item in sheet.row_dimensions.items() if item.hidden]
    hidden += [str(letter) for letter, item in sheet.column_dimensions.items() if item.hidden]
    if hidden:
        remarks += (phrase("hidden-but-read", names=", ".join(hidden)),)
    if scaled:
        remarks += (phrase("thousands-left-out", number=scaled),)
    if rounded:
        remarks += (phrase("decimals-left-out", number=rounded),)
    merged = tuple(
        (item.min_row - 1, item.min_col - 1, item.max_row - 1, item.max_col - 1)
        for item in sheet.merged_cells.ranges
    )
    return Grid(
        shown=shown, rows=rows, where=where, merged=merged, dates=frozenset(dates), remarks=remarks
    )


def _text_of(cell: Cell | MergedCell, numbers: str) -> str | None:
    """Return the text that a reader sees in a cell, or None when its format does not tell."""
    value = cell.value
    if value is None:
        return ""
    vertical = cell.font.vertAlign if cell.has_style else None
    if isinstance(value, CellRichText):
        text = shown_text(_plain_text(value, vertical), str(cell.number_format))
        return text and cleaned(text)
    text = _shown_value(value, str(cell.number_format), numbers)
    return text and _as_placed(text, vertical)


def _shown_value(value: object, number_format: str, numbers: str) -> str | None:
    """Return a value as a format shows it, or None when that cannot be told."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return shown_number(value, number_format, numbers)
    if isinstance(value, date):
        return shown_date(value, number_format)
    if isinstance(value, time | timedelta):
        return str(value)
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
