"""Sheets of Excel workbooks: what a reader sees, and what is not what it seems."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from mutations import mutate_zip
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from small_project import SmallProject
from workbooks import ROWS, book, raw_of

from publish.faults.fault import Fault, FaultyInput
from publish.mappings.drafting.new_table import NewTable, add_table
from publish.tables.grid import Grid
from publish.tables.workbook.bounds import OLE
from publish.tables.workbook.read import read_workbook


def read(made: Workbook, sheet: str | None = None) -> Grid:
    """Return a sheet as a grid; nothing may be wrong."""
    faults: list[Fault] = []
    grid = read_workbook(raw_of(made), "boek.xlsx", sheet, "nl", faults)
    assert grid, faults
    assert not faults
    return grid


def bring(project: SmallProject, made: Workbook | bytes, sheet: str | None = None) -> NewTable:
    """Bring in a sheet of a workbook."""
    path = project.root / "boek.xlsx"
    path.write_bytes(made if isinstance(made, bytes) else raw_of(made))
    return add_table(project.read(), "nieuw", path, sheet=sheet)


def refused(
    project: SmallProject, made: Workbook | bytes, sheet: str | None = None
) -> list[tuple[str, str, int, int]]:
    """Return code, file, line and column of what is wrong; nothing may have been written."""
    with pytest.raises(FaultyInput) as caught:
        bring(project, made, sheet)
    assert not list((project.root / "mappings").glob("*.yaml"))
    assert not list((project.root / "mappings").rglob("*.csv"))
    return [(i.code, Path(i.path).name, i.line, i.column) for i in caught.value.faults]


def test_bring_sheet(project: SmallProject) -> None:
    """A sheet becomes a table and a mapping that works once its questions are answered."""
    made = bring(project, book())
    assert (
        made.table.read_text(encoding="utf-8") == "leeftijd,2022,2023\njong,1,2\noud,3,4\n_T,4,6\n"
    )
    assert 'The sheet "Tabel 1" was read.' in [item.decided for item in made.decisions]
    text = made.mapping.read_text(encoding="utf-8").replace("measure: OPEN", "measure: aantal")
    made.mapping.write_text(text.replace("OPEN\n", "Proef\n"), encoding="utf-8")
    assert project.places() == []
    assert project.values("nieuw")["2023/_T/aantal"] == "6"


def test_show_numbers_as_their_format_does() -> None:
    """A number is what the cell shows: decimals, thousands and percentages as formatted."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"], sheet["B2"].number_format = 1234.5, "#,##0.00"
        sheet["C2"], sheet["C2"].number_format = 0.166, "0.0%"
        sheet["B3"] = 0.1 + 0.2
        sheet["C3"], sheet["C3"].number_format = 2.4999, "0.00"

    grid = read(book(fill))
    assert grid.rows[1] == ["jong", "1.234,50", "16,6%"]
    assert grid.rows[2] == ["oud", "0,3", "2,50"]
    assert "Decimals that are not shown were left out, in 1 of the cells." in grid.remarks


def test_read_merged_header_as_title_above_its_columns(project: SmallProject) -> None:
    """In a header merged cells are a title above its columns, or beside its rows."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in (
        ["Inwoners per geslacht"],
        ["leeftijd", "M", None, "V", None],
        [None, 2022, 2023, 2022, 2023],
        ["jong", 1, 2, 3, 4],
        ["oud", 5, 6, 7, 8],
        ["Bron: register"],
    ):
        sheet.append(row)
    for cells in ("A1:E1", "A2:A3", "B2:C2", "D2:E2", "A6:E6"):
        sheet.merge_cells(cells)
    done = bring(project, made)
    assert done.table.read_text(encoding="utf-8") == (
        "leeftijd,M,,V,\nleeftijd,2022,2023,2022,2023\njong,1,2,3,4\noud,5,6,7,8\n"
    )
    lines = done.mapping.read_text(encoding="utf-8").splitlines()
    assert "columns: [geslacht, jaar]" in lines
    assert "# Above the table: Inwoners per geslacht" in lines
    assert "# Below the table: Bron: register" in lines


def test_read_merged_labels_as_label_of_each_row(project: SmallProject) -> None:
    """A label in merged cells beside its rows is that of each of them."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in (
        ["geslacht", "leeftijd", 2022],
        ["M", "jong", 1],
        [None, "oud", 2],
        ["V", "jong", 3],
        [None, "oud", 4],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A4:A5")
    done = bring(project, made)
    assert done.table.read_text(encoding="utf-8").splitlines()[2:4] == ["M,oud,2", "V,jong,3"]


def test_read_table_that_begins_elsewhere(project: SmallProject) -> None:
    """Empty rows and columns before a table are no part of it."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for number, row in enumerate(ROWS, start=4):
        for column, value in enumerate(row, start=3):
            sheet.cell(number, column, value)  # type: ignore[arg-type]
    done = bring(project, made)
    assert done.table.read_text(encoding="utf-8").splitlines()[0] == "leeftijd,2022,2023"


def test_read_dates_in_headers_as_days(project: SmallProject) -> None:
    """A date in a header is a day, written so that day and month cannot be confused."""

    def fill(sheet: Worksheet) -> None:
        sheet["B1"], sheet["C1"] = date(2023, 6, 30), datetime(2023, 12, 31)
        sheet["B1"].number_format = sheet["C1"].number_format = "dd/mm/yyyy"

    done = bring(project, book(fill))
    assert (
        done.table.read_text(encoding="utf-8").splitlines()[0] == "leeftijd,2023-06-30,2023-12-31"
    )
    assert "columns: dag" in done.mapping.read_text(encoding="utf-8").splitlines()


def test_ask_about_figure_that_format_suppresses(project: SmallProject) -> None:
    """Of a small number that a format replaces only the sign is taken, and its meaning asked."""

    def fill(sheet: Worksheet) -> None:
        for name in ("B2", "C2", "B3", "C3", "B4", "C4"):
            sheet[name].number_format = '[<3]"<3";0'

    made = bring(project, book(fill))
    assert made.table.read_text(encoding="utf-8").splitlines()[1:] == [
        "jong,<3,<3",
        "oud,3,4",
        "_T,4,6",
    ]
    assert "reason: OPEN" in made.mapping.read_text(encoding="utf-8")


def test_tell_that_format_leaves_out_thousands() -> None:
    """A figure in thousands is taken as it is shown, and it is told that it is."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"], sheet["B2"].number_format = 1234567, "#,##0,"
        sheet["C2"], sheet["C2"].number_format = 1260000.0, "0.0,,"

    grid = read(book(fill))
    assert grid.rows[1] == ["jong", "1.235", "1,3"]
    [told] = [str(remark) for remark in grid.remarks if "left out" in remark]
    assert "in 2 of the cells" in told
    assert "Thousands or millions" in told


def test_leave_cell_empty_where_sheet_shows_no_zeros() -> None:
    """A zero that the sheet does not show is an empty cell, which is asked about."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"], sheet["C2"] = 0, 0.0
        sheet.sheet_view.showZeros = False

    assert read(book(fill)).rows[1] == ["jong", "", ""]


def _negative_without_sign(sheet: Worksheet) -> None:
    sheet["B3"], sheet["B3"].number_format = -3, "0;[Red]0"


RAISED, LOWERED = InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript")


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (["1234", TextBlock(RAISED, "1")], "1234¹"),
        (["1234", TextBlock(RAISED, "(1, p)")], "1234⁽¹, ᵖ⁾"),
        ([TextBlock(RAISED, "a"), TextBlock(InlineFont(b=True), "12,5")], "ᵃ12,5"),
        ([TextBlock(InlineFont(b=True), "12"), "34"], "1234"),
        (["CO", TextBlock(LOWERED, "2")], "CO₂"),
        (["1234", TextBlock(RAISED, "*")], "1234*"),
    ],
)
def test_keep_raised_text_apart_from_number(runs: list[str | TextBlock], text: str) -> None:
    """A raised run is a note mark: it never becomes a digit of the number before it."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = CellRichText(runs)

    assert read(book(fill)).rows[1][1] == text


def test_keep_raised_cells_apart_from_numbers() -> None:
    """A cell whose font is raised is a note mark, a number and runs without a font included."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"], sheet["C2"] = 1, CellRichText(["1", TextBlock(InlineFont(b=True), "7")])
        sheet["B2"].font = sheet["C2"].font = Font(vertAlign="superscript")

    assert read(book(fill)).rows[1] == ["jong", "¹", "¹7"]


def test_ask_what_raised_mark_means(project: SmallProject) -> None:
    """A note mark beside a figure is a question, and the note below the table is kept."""

    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = CellRichText("1234", TextBlock(RAISED, "1"))
        sheet["C1"] = CellRichText("2023", TextBlock(RAISED, "2"))
        sheet["A6"] = CellRichText(TextBlock(RAISED, "1"), " voorlopig")

    made = bring(project, book(fill))
    assert made.table.read_text(encoding="utf-8").splitlines()[:2] == [
        "leeftijd,2022,2023²",
        "jong,1234¹,2",
    ]
    text = made.mapping.read_text(encoding="utf-8")
    assert '"#\\u00b9": {reason: OPEN}' in text or '"#¹": {reason: OPEN}' in text
    assert "# Below the table: ¹ voorlopig" in text


@pytest.mark.parametrize(
    ("number_format", "header"),
    [
        ("mmm-yy", "leeftijd,Jan-23,Feb-23"),
        ("[$-813]mmmm yyyy", "leeftijd,januari 2023,februari 2023"),
        ("[$-413]mmm-yy;@", "leeftijd,jan-23,feb-23"),
        ("mm/yyyy", "leeftijd,01/2023,02/2023"),
        ("yyyymm", "leeftijd,2023-01,2023-02"),
    ],
)
def test_read_dates_shown_as_months(project: SmallProject, number_format: str, header: str) -> None:
    """A date of which a format shows the month is that month and no day; its meaning is asked."""

    def fill(sheet: Worksheet) -> None:
        sheet["B1"], sheet["C1"] = date(2023, 1, 1), date(2023, 2, 1)
        sheet["B1"].number_format = sheet["C1"].number_format = number_format

    made = bring(project, book(fill))
    assert made.table.read_text(encoding="utf-8").splitlines() == [
        header,
        "jong,1,2",
        "oud,3,4",
        "_T,4,6",
    ]
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    assert "columns: OPEN" in lines


def test_refuse_date_of_which_no_period_is_shown(project: SmallProject) -> None:
    """A date of which a format shows the hour or the day alone is no period: it is a fault."""

    def fill(sheet: Worksheet) -> None:
        sheet["B1"], sheet["C1"] = date(2023, 1, 1), date(2023, 2, 1)
        sheet["B1"].number_format, sheet["C1"].number_format = "d", "h:mm"

    place = ("unclear-cell-format", "boek.xlsx", 1)
    assert refused(project, book(fill)) == [(*place, 2), (*place, 3)]


def _merge_figures(sheet: Worksheet) -> None:
    sheet.merge_cells("B2:C2")


def _formula(sheet: Worksheet) -> None:
    sheet["C4"] = "=C2+C3"


def _error(sheet: Worksheet) -> None:
    sheet["B3"] = "#REF!"


def _date(sheet: Worksheet) -> None:
    sheet["C3"] = date(2024, 2, 1)


def _command(sheet: Worksheet) -> None:
    sheet["A3"].value = "=cmd|' /C calc'!A0"
    sheet["A3"].data_type = "s"


def _heading(sheet: Worksheet) -> None:
    sheet.insert_rows(3)
    sheet["A3"] = "Vrouwen"


@pytest.mark.parametrize(
    ("fill", "place", "cell"),
    [
        (_merge_figures, ("merged-cells", 2, 2), "B2"),
        (_formula, ("formula-without-value", 4, 3), "C4"),
        (_error, ("error-cell", 3, 2), "B3"),
        (_negative_without_sign, ("unclear-cell-format", 3, 2), "B3"),
        (_date, ("date-in-figures", 3, 3), "C3"),
        (_command, ("formula-text", 3, 1), "A3"),
        (_heading, ("label-without-figures", 3, 1), "A3"),
    ],
)
def test_refuse_cell_that_is_not_what_it_seems(
    project: SmallProject,
    fill: Callable[[Worksheet], None],
    place: tuple[str, int, int],
    cell: str,
) -> None:
    """A cell that is no figure and no text is a fault that names the cell."""
    code, line, column = place
    assert refused(project, book(fill)) == [(code, "boek.xlsx", line, column)]
    with pytest.raises(FaultyInput) as caught:
        bring(project, book(fill))
    [found] = caught.value.faults
    assert f'cell {cell} of sheet "Tabel 1"' in found.finding
    assert f'cel {cell} van werkblad "Tabel 1"' in found.finding.nl


def test_read_value_of_formula(project: SmallProject) -> None:
    """Of a formula its last calculated value is read, as that is what is seen."""
    raw = raw_of(book(_formula))
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    [written] = re.findall(r"<f>C2\+C3</f><v ?/>|<f>C2\+C3</f><v></v>", sheet)
    calculated = written.partition("</f>")[0] + "</f><v>6</v>"
    raw = _changed(raw, "xl/worksheets/sheet1.xml", written.encode(), calculated.encode())
    assert bring(project, raw).table.read_bytes().endswith(b"\n_T,4,6\n")


def test_ask_which_of_several_sheets(project: SmallProject) -> None:
    """Of several sheets that can be seen one must be named."""
    made = book()
    made.create_sheet("Tabel 2").append(["x"])
    assert refused(project, made) == [("several-sheets", "boek.xlsx", 0, 0)]
    assert bring(project, made, "Tabel 1").table.exists()


def test_read_only_sheet_that_can_be_seen(project: SmallProject) -> None:
    """Hidden sheets do not count, and it is told that they are there."""
    made = book()
    made.create_sheet("klad").sheet_state = "hidden"
    decisions = bring(project, made).decisions
    assert "Hidden, so not read: klad." in [item.decided for item in decisions]


def test_refuse_sheet_that_is_hidden(project: SmallProject) -> None:
    """A hidden sheet is refused, by its name and as the only one that is not empty."""
    made = book()
    made.create_sheet("klad").sheet_state = "hidden"
    assert refused(project, made, "klad") == [("hidden-sheet", "boek.xlsx", 0, 0)]
    raw = _changed(raw_of(book()), "xl/workbook.xml", b'state="visible"', b'state="hidden"')
    assert refused(project, raw) == [("hidden-sheet", "boek.xlsx", 0, 0)]


def test_suggest_sheet_that_is_meant(project: SmallProject) -> None:
    """A sheet that does not exist is a fault with the one that is near."""
    with pytest.raises(FaultyInput) as caught:
        bring(project, book(), "Tabel1")
    [found] = caught.value.faults
    assert (found.code, found.line, found.column) == ("no-such-sheet", 0, 0)
    assert found.fix == 'Did you mean "Tabel 1"? Its sheets are "Tabel 1".'


def test_refuse_empty_sheet(project: SmallProject) -> None:
    """A sheet without cells is a fault."""
    assert refused(project, openpyxl.Workbook()) == [("empty-sheet", "boek.xlsx", 0, 0)]


def _changed(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook of which one part is changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w") as after:
        for entry in before.namelist():
            content = before.read(entry)
            if entry == name:
                assert old in content
                content = content.replace(old, new)
            after.writestr(entry, content)
    return file.getvalue()


def _zip(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04 en verder niets", "it is damaged ("),
        (raw_of(book())[:-100], "it is damaged ("),
        (_changed(raw_of(book()), "xl/worksheets/sheet1.xml", b"</row>", b"<"), "it is damaged ("),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "it is encrypted;"),
        (OLE + b"\0" * 600, "it is in the old format .xls;"),
        (_zip(mimetype=b"application/vnd.oasis"), "it is another kind of file."),
        (b"leeftijd,2022\njong,1\n", "it is another kind of file."),
    ],
)
def test_refuse_file_that_is_no_workbook(project: SmallProject, raw: bytes, reason: str) -> None:
    """What cannot be opened as a workbook is a fault that says why."""
    assert refused(project, raw) == [("not-a-workbook", "boek.xlsx", 0, 0)]
    with pytest.raises(FaultyInput) as caught:
        bring(project, raw)
    assert reason in caught.value.faults[0].finding


def test_refuse_bomb_without_unpacking_it(project: SmallProject) -> None:
    """A workbook that would unpack to hundreds of megabytes is not unpacked."""
    raw = _zip(**{"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (257 << 20)})
    assert len(raw) < 1 << 20
    assert refused(project, raw) == [("too-large-to-bring-in", "boek.xlsx", 0, 0)]


def test_refuse_sheet_of_too_many_cells(project: SmallProject) -> None:
    """A sheet that says it has cells at the end of the grid is no printed table."""

    def fill(sheet: Worksheet) -> None:
        sheet["XFD1048576"] = 1

    assert refused(project, book(fill)) == [("too-large-to-bring-in", "boek.xlsx", 0, 0)]


def with_xml(made: Workbook, rows: str = "", after: str = "") -> bytes:
    """Return a workbook in whose sheet XML is added among the rows and after them."""
    raw = io.BytesIO(raw_of(made))
    changed = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                end = f"{rows}</sheetData>{after}".encode()
                content = content.replace(b"</sheetData>", end)
            new.writestr(name, content)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        ("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        ("", '<mergeCells><mergeCell ref="A:B"/></mergeCells>'),
        ("", "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 20_001 + "</mergeCells>"),
        ("", "<mergeCells>" + '<mergeCell ref="A1:Z99"/>' * 100 + "</mergeCells>"),
        ("", '<x:hyperlink xmlns:x="urn:x" ref="A1:XFD1048576"/>'),
        ("<row>" * 100_000 + "</row>" * 100_000, ""),
        ("", f'<dataValidations><dataValidation sqref="{"A1 " * 20_001}"/></dataValidations>'),
        (
            "",
            f'<conditionalFormatting sqref="{"A1 " * 200}">'
            + '<cfRule type="expression" priority="1"/>' * 100
            + "</conditionalFormatting>",
        ),
        pytest.param("", "<brks>" + "<brk/>" * 500_001 + "</brks>", marks=pytest.mark.slow),
        pytest.param("<row>" + "<c/>" * 2_000_001 + "</row>", "", marks=pytest.mark.slow),
    ],
)
def test_refuse_what_expands_without_measure(project: SmallProject, rows: str, after: str) -> None:
    """Huge, overlapping or nested parts of a small workbook are refused before they are made."""
    found = refused(project, with_xml(book(), rows, after))
    assert found == [("too-large-to-bring-in", "boek.xlsx", 0, 0)]


def test_refuse_document_type() -> None:
    """A workbook has no document type, in which entities would expand without measure."""
    sheet = "xl/worksheets/sheet1.xml"
    raw = _changed(
        raw_of(book()), sheet, b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'a'>]><worksheet"
    )
    faults: list[Fault] = []
    assert read_workbook(raw, "boek.xlsx", None, "nl", faults) is None
    assert [item.code for item in faults] == ["not-a-workbook"]


def test_read_only_sheet_that_is_asked_for() -> None:
    """Other sheets are not read, however they are damaged."""
    made = book()
    made.create_sheet("Tabel 2").append(["x"])
    raw = _changed(raw_of(made), "xl/worksheets/sheet2.xml", b"</row>", b"<")
    faults: list[Fault] = []
    assert read_workbook(raw, "boek.xlsx", "Tabel 1", "nl", faults)
    assert read_workbook(raw, "boek.xlsx", "Tabel 2", "nl", faults) is None
    assert [item.code for item in faults] == ["not-a-workbook"]


@pytest.mark.parametrize(
    "merge",
    ['<mergeCell ref="A1:B2"><ref>A1:XFD1048576</ref></mergeCell>', '<mergeCell ref="nowhere"/>'],
)
def test_refuse_merged_cells_that_are_no_range(project: SmallProject, merge: str) -> None:
    """A range written as no workbook has it is refused."""
    found = refused(project, with_xml(book(), "", f"<mergeCells>{merge}</mergeCells>"))
    assert found == [("not-a-workbook", "boek.xlsx", 0, 0)]


def test_read_many_merged_cells() -> None:
    """As many merged cells as a long table has are read."""
    merges = "".join(f'<mergeCell ref="H{row}:I{row}"/>' for row in range(1, 2_001))
    faults: list[Fault] = []
    raw = with_xml(book(), "", f"<mergeCells>{merges}</mergeCells>")
    grid = read_workbook(raw, "boek.xlsx", None, "nl", faults)
    assert grid, faults
    assert len(grid.merged) == 2_000


def of_all_kinds(sheet: Worksheet) -> None:
    """Put into a sheet what workbooks have besides figures."""
    sheet.append([date(2023, 1, 1), 1.5, CellRichText("12", TextBlock(InlineFont(b=True), "3"))])
    sheet.append(["=A1", True, "#N/A"])
    for cell, code in zip(sheet[2], ("@", '[<5]"<5";0', "0.0%"), strict=True):
        cell.number_format = code
    sheet["A6"].number_format = "mmm-yy"
    sheet["B3"].font = Font(color="FFFFFFFF", strike=True)
    sheet.merge_cells("B7:C7")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].width = 0.5
    rule = CellIsRule(operator="lessThan", formula=["5"], font=Font(color="FFFFFFFF"))
    sheet.conditional_formatting.add("B2:C4", rule)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_end_in_a_grid_or_in_faults_whatever_the_workbook() -> None:
    """Workbooks of which a part was changed at random are read or refused, without a traceback."""
    whole = [raw_of(book()), raw_of(book(of_all_kinds))]
    ended = {"grid": 0, "faults": 0}
    for number in range(1_000):
        chance = random.Random(f"workbooks {number}")
        what, content = mutate_zip(chance.choice(whole), chance)
        faults: list[Fault] = []
        hidden = chance.choice([None, "leave", "take"])
        try:
            grid = read_workbook(content, "boek.xlsx", None, "nl", faults, hidden)
        except Exception as error:
            raise AssertionError((number, what, hidden)) from error
        assert grid or faults, (number, what, hidden)
        ended["grid" if grid else "faults"] += 1
    assert min(ended.values()) > 100, ended
