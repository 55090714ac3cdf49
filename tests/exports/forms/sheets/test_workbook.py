"""Workbooks, read by openpyxl."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from built import Built
from exported import descriptions, observations, written
from odd_exports import VREEMD
from openpyxl import load_workbook
from sheets import expected_cells, expected_heads

from publish.exports.figure_text import DECIMAL_SIGNS
from publish.exports.forms.sheets.styles import exact_float, sheet_name
from publish.exports.view import TABLE, DataView


def opened(content: bytes) -> Any:
    """Return a workbook."""
    return load_workbook(io.BytesIO(content))


def figures(sheet: Any, stub: int, columns: int, rows: int) -> list[list[Any]]:
    """Return the cells of the table on the first sheet; panes are frozen above it."""
    first = sheet.sheet_view.pane.ySplit + 1
    return [
        [sheet.cell(row, stub + 1 + column) for column in range(columns)]
        for row in range(int(first), int(first) + rows)
    ]


@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("release", [pytest.param("answer", marks=pytest.mark.slow), "odd_exports"])
def test_workbook_holds_all_figures(
    release: str, language: str, request: pytest.FixtureRequest
) -> None:
    """Each figure is a number that is shown with its decimals, what has none says why."""
    built: Built = request.getfixturevalue(release)
    for description in descriptions(built.folder):
        view = DataView(language=language)
        book = opened(written(built.folder, description.slug, "xlsx", view))
        sheet = book.worksheets[0]
        assert sheet["A1"].value == " ".join(description.title[language].split())
        table, rows = expected_cells(built, description.slug, view, DECIMAL_SIGNS[language])
        _, row_heads = expected_heads(built, description.slug, view)
        has_units = table.unit is None and any(item.kind == "measure" for item in table.down)
        stub = len(table.down) + has_units
        found = figures(sheet, stub, len(table.columns), len(table.rows))
        for cells, row, head in zip(found, rows, row_heads, strict=True):
            assert sheet.cell(cells[0].row, len(table.down)).value == head
            for cell, value in zip(cells, row, strict=True):
                if not isinstance(value, Decimal):
                    assert cell.value == value
                    continue
                assert cell.data_type == "n"
                assert Decimal(str(cell.value)) == value
                places = max(0, -int(value.as_tuple().exponent))
                shown = cell.number_format.partition('"')[0].partition("_")[0]
                assert shown == "#,##0" + ("." + "0" * places if places else "")
        listed = book[{"nl": "Lijst", "en": "List"}[language]]
        at = 2 * len(description.dimensions) + 1
        for number, item in enumerate(observations(built.folder, description.slug), start=2):
            codes = [listed.cell(number, column).value for column in range(1, at, 2)]
            assert codes == list(item.codes)
            if item.value is not None:
                assert Decimal(str(listed.cell(number, at).value)) == item.value
            measure = description.measure_by_name[item.codes[-1]]
            assert listed.cell(number, at + 1).value == measure.unit_label[language]
            assert listed.cell(number, at + 2).value == item.status


def test_workbook_holds_no_formulas_and_links_to_addresses_only(odd_exports: Built) -> None:
    """Labels that look like formulas are texts; a link leads to an address of the web."""
    content = written(odd_exports.folder, VREEMD, "xlsx", DataView(language="en"))
    book = opened(content)
    seen = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                seen.add(cell.value)
                if cell.hyperlink:
                    assert cell.hyperlink.target.startswith("https://data.example.org/")
    assert {'=Odd, "so" <b>', "-2+3 \\ back", "+1+1"} <= seen
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name]
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_workbook_has_sheets_for_each_need(answer: Built) -> None:
    """The table comes first, then what is printed, the list and what all of it means."""
    book = opened((answer.folder / "dumps" / "wzw-uitstroom.nl.xlsx").read_bytes())
    assert book.sheetnames == ["Tabel", "Gedrukt 1", "Gedrukt 2", "Lijst", "Begrippen"]
    assert book.active.title == "Tabel"
    sheet = book.worksheets[0]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$5"
    texts = [cell.value for cell in sheet["A"] if cell.value]
    assert any(text.startswith("Bron: Antwoord op schriftelijke vraag") for text in texts)
    assert texts[-1].endswith("/data/wzw-uitstroom?lang=nl&format=xlsx")
    marked = [cell for row in sheet.iter_rows() for cell in row if '" [1]"' in cell.number_format]
    assert [cell.value for cell in marked] == [6.6]
    book = opened((answer.folder / "dumps" / "lde-werknemers-leeftijd.nl.xlsx").read_bytes())
    total = [row for row in book.worksheets[0].iter_rows() if "totaal" in str(row[0].value)]
    assert all(cell.font.bold for cell in total[0][:6])
    printed = book["Gedrukt"]
    found = {row[0].value: row[1] for row in printed.iter_rows()}
    assert (found["Totaal"].value, found["Totaal"].number_format) == (1676.15, "#,##0.00")
    assert found["Contingent"].value == "2.152,54"
    rows = [[cell.value for cell in row] for row in book["Begrippen"].iter_rows()]
    assert ["leeftijdsgroep", "Y20T24", "20 tot en met 24 jaar"] in [row[:3] for row in rows]


def test_workbook_of_a_part_has_no_printed_tables(answer: Built) -> None:
    """A selection has its own table and list, not all that is printed."""
    view = DataView(
        layout=TABLE,
        codes={"kwartaal": ("2022-Q1", "2022-Q2")},
        rows=("kwartaal",),
        totals=False,
        language="en",
    )
    book = opened(written(answer.folder, "lde-werknemers-leeftijd", "xlsx", view))
    assert book.sheetnames == ["Table", "List", "Definitions"]
    assert book["List"].max_row == 23
    assert [cell.value for cell in book["Table"][6]][:2] == ["Q1 2022", 2.05]


def test_workbook_is_the_same_for_equal_input(answer: Built) -> None:
    """Two times the same view gives the same bytes."""
    view = DataView(language="en")
    first, second = (written(answer.folder, "wzw-uitstroom", "xlsx", view) for _ in range(2))
    assert first == second


def test_exact_float_refuses_what_a_workbook_would_round() -> None:
    """A number with more digits than a workbook holds is written as a text."""
    assert exact_float(Decimal("1676.15")) == 1676.15
    assert exact_float(Decimal("123456789012345678")) is None
    assert exact_float(Decimal("0.1234567890123456789")) is None


def test_sheet_name_is_valid_and_of_one_sheet() -> None:
    """Names have 31 characters at most, no forbidden sign, and are unique whatever the case."""
    taken = set[str]()
    assert sheet_name("a/b: [c]?*", taken) == "a b   c"
    assert sheet_name("A b   c", taken) == "A b   c 2"
    assert sheet_name("'", taken) == "-"
    assert sheet_name("History", taken) == "History 2"
    names = [sheet_name("x" * 40, taken) for _ in range(11)]
    assert len(set(names)) == 11
    assert max(map(len, names)) == 31
