"""What a workbook hides from its readers is a fault, is left out, or is asked about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule, DataBarRule, DifferentialStyle, FormulaRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.fills import GradientFill
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from small_project import SmallProject
from workbooks import ROWS, book, raw_of

from publish.faults.fault import Fault, phrase
from publish.mappings.drafting.new_table import add_table
from publish.tables.grid import Grid
from publish.tables.workbook.read import read_workbook

Fill = Callable[[Worksheet], None]
WHITE, BLACK = "FFFFFFFF", "FF000000"


def read(fill: Fill, hidden: str | None = None) -> tuple[Grid | None, list[Fault]]:
    """Read a sheet of ages, 2022 and 2023, changed as a test needs it."""
    faults: list[Fault] = []
    raw = raw_of(book(fill))
    return read_workbook(raw, "boek.xlsx", None, "nl", faults, hidden), faults


def row(**dimension: object) -> Fill:
    """Return what gives row 3 a dimension."""

    def fill(sheet: Worksheet) -> None:
        for name, value in dimension.items():
            setattr(sheet.row_dimensions[3], name, value)

    return fill


def columns(**dimension: object) -> Fill:
    """Return what gives columns C to E a dimension, which stands at the first of them."""

    def fill(sheet: Worksheet) -> None:
        sheet["D3"] = 9
        sheet.column_dimensions.group("C", "E", hidden=bool(dimension.pop("hidden", False)))
        for name, value in dimension.items():
            setattr(sheet.column_dimensions["C"], name, value)

    return fill


def font(fill: object = None, **font_of: object) -> Fill:
    """Return what gives cell B3 a font, and a fill."""

    def change(sheet: Worksheet) -> None:
        sheet["B3"].font = Font(**font_of)
        if fill is not None:
            sheet["B3"].fill = fill  # type: ignore[assignment]

    return change


def solid(colour: str | Color) -> PatternFill:
    """Return a fill of one colour."""
    return PatternFill("solid", fgColor=colour)


def formatted(number_format: str, value: object = 3) -> Fill:
    """Return what gives cell B3 a value and its format."""

    def fill(sheet: Worksheet) -> None:
        sheet["B3"] = value  # type: ignore[assignment]
        sheet["B3"].number_format = number_format

    return fill


def coloured(number_format: str, value: object = 3, ground: str = "FFFF0000") -> Fill:
    """Return what gives cell B3 a value, its format, and a ground, as a rule red."""

    def fill(sheet: Worksheet) -> None:
        formatted(number_format, value)(sheet)
        sheet["B3"].fill = solid(ground)

    return fill


def runs(*parts: str | TextBlock) -> Fill:
    """Return what gives cell B3 rich text."""

    def fill(sheet: Worksheet) -> None:
        sheet["B3"] = CellRichText(*parts)

    return fill


def rule(made: Rule) -> Fill:
    """Return what gives B2:B4, with 1, 3 and 4, a conditional format."""

    def fill(sheet: Worksheet) -> None:
        sheet.conditional_formatting.add("B2:B4", made)

    return fill


def shows(number_format: str, operator: str = "equal", limit: str = "3") -> Rule:
    """Return a conditional format that shows some numbers in another number format."""
    look = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=number_format))
    return Rule(type="cellIs", operator=operator, formula=[limit], dxf=look)


def no_default_height(sheet: Worksheet) -> None:
    """Make the rows flat that have no height of their own."""
    sheet.sheet_format.defaultRowHeight = 0
    for number in (1, 2, 4):
        sheet.row_dimensions[number].height = 15


STRUCK = TextBlock(InlineFont(strike=True), "3")
HIDDEN: list[tuple[str, Fill]] = [
    ("concealed-row", row(hidden=True)),
    ("concealed-row", row(height=0.1)),
    ("concealed-row", row(height=1.5)),
    ("concealed-row", row(hidden=True, outlineLevel=1)),
    ("concealed-row", no_default_height),
    ("concealed-letters", font(color=WHITE)),
    ("concealed-letters", font(color="FFF8F8F8")),
    ("concealed-letters", font(color=Color(theme=0))),
    ("concealed-letters", font(color=Color(theme=0, tint=-0.05))),
    ("concealed-letters", font(color=Color(theme=1, tint=0.99))),
    ("concealed-letters", font(color=Color(indexed=9))),
    ("concealed-letters", font(solid(BLACK))),
    ("concealed-letters", font(solid("FFFF0000"), color="FFF00A0A")),
    ("concealed-letters", font(solid(Color(theme=4)), color=Color(theme=4, tint=0.05))),
    ("concealed-letters", font(GradientFill(stop=(WHITE, "FFFAFAFA")), color=WHITE)),
    ("concealed-letters", coloured("[Red]0")),
    ("concealed-letters", coloured("[Blue]0;0;0", 3, "FF0000FF")),
    ("concealed-letters", coloured("0;[Red]-0", -3)),
    ("concealed-letters", coloured("[Color3][<5]0;0", 3)),
    ("concealed-small", font(sz=1)),
    ("concealed-struck", font(strike=True)),
    ("concealed-struck", runs(STRUCK)),
    ("concealed-letters", runs(TextBlock(InlineFont(color=WHITE), "3"))),
    ("concealed-format", formatted(";;;")),
    ("concealed-format", formatted(";;;", "jong")),
    ("concealed-format", formatted("#", 0.4)),
    ("concealed-condition", rule(shows(";;;"))),
    ("concealed-condition", rule(shows('"<5"', "lessThan", "4"))),
    ("concealed-condition", rule(CellIsRule("equal", ["3"], font=Font(color=WHITE)))),
    ("concealed-condition", rule(CellIsRule("between", ["2", "3"], font=Font(strike=True)))),
    ("concealed-condition", rule(CellIsRule("equal", ["3"], fill=PatternFill(bgColor=BLACK)))),
]


SEEN: list[Fill] = [
    row(height=12),
    row(outlineLevel=1),
    columns(width=3),
    font(color=BLACK),
    font(color="FFFFFF00"),
    font(color=Color(theme=1)),
    font(solid(BLACK), color=WHITE),
    font(solid(Color(theme=4)), color=Color(theme=0)),
    font(PatternFill("gray125", fgColor=BLACK, bgColor=WHITE), color=WHITE),
    font(GradientFill(stop=(WHITE, BLACK)), color=WHITE),
    coloured("0;[Red]-0"),
    coloured("[Blue]0"),
    coloured("[Color99]0"),
    formatted("0"),
    formatted("0;-0;", 0),
    runs(TextBlock(InlineFont(b=True), "3")),
    rule(shows('"<5"', "lessThan", "1")),
    rule(CellIsRule("between", ["5", "9"], font=Font(color=WHITE))),
    rule(CellIsRule("lessThan", ["9"], fill=PatternFill(bgColor="FFFF0000"))),
    rule(FormulaRule(["B3>1"], font=Font(b=True))),
    rule(DataBarRule("min", 0, "max", 9, color="FF638EC6")),
]
"""What leaves cell B3 as a reader sees it."""


@pytest.mark.parametrize(("why", "fill"), HIDDEN)
def test_refuse_what_is_hidden(why: str, fill: Fill) -> None:
    """What a reader does not see is a fault at its cell, left out, or taken with a question."""
    grid, faults = read(fill)
    assert grid is None
    assert {item.code for item in faults} == {"hidden-cell"}
    places = [(item.line, item.column) for item in faults]
    assert places[0] in ((3, 1), (3, 2), (2, 2))
    assert str(phrase(why)) in faults[0].finding

    left, faults = read(fill, "leave")
    assert left, faults
    assert left.hidden is None
    assert "" in left.rows[2][:2]

    taken, faults = read(fill, "take")
    assert taken, faults
    assert taken.hidden
    assert str(phrase(why)) in taken.hidden
    assert "" not in taken.rows[2][:2]


LATER = (
    '<extLst><ext uri="x" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    "<x14:cfRule {}</x14:cfRule><xm:sqref>B2:B4</xm:sqref></x14:conditionalFormatting>"
    "</ext></extLst></worksheet>"
)
WHITE_LETTERS = f'<x14:dxf><font><color rgb="{WHITE}"/></font></x14:dxf>'
PINK = '<x14:dxf><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill></x14:dxf>'


@pytest.mark.parametrize(
    ("condition", "hidden"),
    [
        (f'type="cellIs" operator="equal"><xm:f>3</xm:f>{WHITE_LETTERS}', 1),
        (f'type="cellIs" operator="equal"><xm:f>9</xm:f>{WHITE_LETTERS}', 0),
        (f'type="cellIs" operator="lessThan"><xm:f>Grens!$A$1</xm:f>{WHITE_LETTERS}', 3),
        (f'type="cellIs" operator="lessThan"><xm:f>Grens!$A$1</xm:f>{PINK}', 0),
        ('type="iconSet"><x14:iconSet iconSet="3Stars" showValue="0"/>', 3),
        ('type="dataBar"><x14:dataBar minLength="0"/>', 0),
    ],
)
def test_see_conditional_formats_of_extensions(condition: str, hidden: int) -> None:
    """Conditions that refer to other sheets stand elsewhere in the file, and hide all the same."""
    raw, changed = io.BytesIO(raw_of(book())), io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</worksheet>", LATER.format(condition).encode())
            new.writestr(name, part)
    faults: list[Fault] = []
    read_workbook(changed.getvalue(), "boek.xlsx", None, "nl", faults)
    assert [item.code for item in faults] == ["hidden-cell"] * hidden, faults


def test_refuse_hidden_columns() -> None:
    """All columns of a group are hidden, not the first alone, and so are those without width."""
    for fill in (columns(hidden=True), columns(width=0.01), columns(width=0.3)):
        _, faults = read(fill)
        assert [(i.code, i.line, i.column) for i in faults] == [
            ("hidden-cell", 1, 3),
            ("hidden-cell", 3, 4),
        ]


@pytest.mark.parametrize("fill", SEEN)
def test_read_what_is_seen(fill: Fill) -> None:
    """What can be read is read, however it looks."""
    grid, faults = read(fill)
    assert grid, faults
    assert not faults


def test_read_white_heads_of_styled_table() -> None:
    """The style of a table gives its heads a dark ground; without one white letters are hidden."""

    def fill(style: str | None) -> Fill:
        def change(sheet: Worksheet) -> None:
            sheet["B1"], sheet["C1"] = "2022", "2023"
            table = Table(displayName="T", ref="A1:C4")
            table.tableStyleInfo = TableStyleInfo(name=style) if style else None
            sheet.add_table(table)
            sheet["B1"].font = Font(color=WHITE)

        return change

    assert read(fill("TableStyleLight9"))[0]
    assert [item.code for item in read(fill(None))[1]] == ["hidden-cell"]


def test_keep_what_stands_beside_struck_figure() -> None:
    """Where what is struck through is left out, the figure beside it stays."""
    grid, _ = read(runs(STRUCK, " 5"), "leave")
    assert grid
    assert grid.rows[2][1] == "5"


def test_report_hidden_row_once() -> None:
    """The cells of a hidden row are one fault, at the first of them."""
    _, faults = read(row(hidden=True))
    [found] = faults
    assert "as do 2 cells more" in found.finding
    assert "cell A3 of sheet" in found.finding


def test_report_only_so_many_hidden_cells() -> None:
    """Of very many faults the first are listed and the number of the others is told."""

    def fill(sheet: Worksheet) -> None:
        for number in range(5, 1_105):
            sheet.cell(number, 1, "x").font = Font(color=WHITE)

    _, faults = read(fill)
    assert len(faults) == 1_001
    assert (faults[-1].code, "100 more" in faults[-1].finding) == ("more-faults", True)


def test_publish_hidden_figures_only_when_mapping_says_so(project: SmallProject) -> None:
    """A table with hidden figures is asked about, and nothing goes out before that is answered."""
    path = project.root / "boek.xlsx"
    path.write_bytes(raw_of(book(row(hidden=True))))
    made = add_table(project.read(), "nieuw", path, hidden="take")
    text = made.mapping.read_text(encoding="utf-8")
    assert "hidden: OPEN" in text
    assert "A3, B3, C3" in next(line for line in text.splitlines() if "not show all" in line)
    text = text.replace("measure: OPEN", "measure: aantal").replace(": OPEN\n", ": Proef\n")
    made.mapping.write_text(text.replace("hidden: Proef", "hidden: OPEN"), encoding="utf-8")
    assert [code for code, *_ in project.places()] == ["still-open"]
    made.mapping.write_text(text.replace("hidden: Proef", "hidden: publish"), encoding="utf-8")
    assert project.places() == []
    assert project.values("nieuw")["2023/oud/aantal"] == "4"


def test_take_hidden_sheet_to_ask_about(project: SmallProject) -> None:
    """A hidden sheet that is named is taken when that is asked for, and then it is a question."""
    made = book()
    for state in ("hidden", "veryHidden"):
        made.create_sheet(state).sheet_state = state
        for line in ROWS:
            made[state].append(line)
        faults: list[Fault] = []
        assert read_workbook(raw_of(made), "boek.xlsx", state, "nl", faults, "leave") is None
        assert [item.code for item in faults] == ["hidden-sheet"]
        grid = read_workbook(raw_of(made), "boek.xlsx", state, "nl", [], "take")
        assert grid
        assert grid.hidden == "the whole sheet is hidden"
