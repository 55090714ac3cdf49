"""Tables of views as CSV for spreadsheets."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from built import Built
from exported import descriptions, written
from odd_exports import VREEMD
from sheets import (
    as_decimal,
    empty_of,
    expected_cells,
    expected_heads,
    read_csv,
    table_of,
    text_of,
)

from publish.exports.forms.sheets.sheet_text import MOST_SIGNS
from publish.exports.safe_text import safe_text
from publish.exports.view import PRINTED, TABLE, DataView

VIEW = DataView(layout=TABLE, decimal=",")


@pytest.mark.parametrize("release", [pytest.param("answer", marks=pytest.mark.slow), "odd_exports"])
def test_table_csv_holds_all_figures(release: str, request: pytest.FixtureRequest) -> None:
    """Each figure is a number with its decimals, each other cell says what is known and why."""
    built: Built = request.getfixturevalue(release)
    for description in descriptions(built.folder):
        records = read_csv(written(built.folder, description.slug, "csv", VIEW), ";")
        assert len({len(record) for record in records}) == 1
        said = text_of(records[: empty_of(records)[0]])
        assert said.startswith(safe_text(description.title["nl"]))
        table, cells = expected_cells(built, description.slug, VIEW, ",")
        last_heads, row_heads = expected_heads(built, description.slug, VIEW)
        found = table_of(records)
        heads, rows = found[: -len(cells)], found[-len(cells) :]
        width = len(table.columns)
        stub = len(table.down) + (table.unit is None and "measure" in heads_of(table))
        assert heads[-1][stub : stub + width] == list(map(safe_text, last_heads))
        for record, row, head in zip(rows, cells, row_heads, strict=True):
            assert record[len(table.down) - 1] == safe_text(head)
            for text, value in zip(record[stub : stub + width], row, strict=True):
                if isinstance(value, Decimal):
                    assert as_decimal(text) == value
                    assert as_decimal(text).as_tuple() == value.as_tuple()
                else:
                    assert text == (value or "")
        if table.unit is None:
            units = {measure.unit_label["nl"] for measure in table.measures}
            assert {record[len(table.down)] for record in rows} == units
        else:
            assert said.endswith(table.unit.unit_label["nl"])


def heads_of(table: object) -> list[str]:
    """Return the columns of the dimensions that go down."""
    return [item.column for item in table.down]  # type: ignore[attr-defined]


def test_table_csv_says_where_it_comes_from(answer: Built) -> None:
    """Below the table are notes, source, licence and the address of this view."""
    records = read_csv(written(answer.folder, "lde-werknemers-leeftijd", "csv", VIEW), ";")
    below = records[empty_of(records)[1] + 1 :]
    said = " ".join(record[0] for record in below)
    assert said.startswith("[1] 2e kwartaal 2023: De afrekening van het tweede kwartaal van 2023")
    assert " Bron: Antwoord op schriftelijke vraag nr. 19 van 12 oktober 2023" in said
    assert "in VTE, en contingent (regels 71-82) " in said
    addresses = [(record[0], record[-1]) for record in below if record[-1]]
    assert addresses[0] == (
        "",
        "https://www.vlaamsparlement.be/parlementaire-documenten/schriftelijke-vragen/1770530",
    )
    assert addresses[-1][0] == "Adres"
    assert addresses[-1][1].endswith(
        "/data/lde-werknemers-leeftijd?layout=table&decimal=,&lang=nl&format=csv"
    )


@pytest.mark.parametrize("layout", [TABLE, PRINTED])
def test_texts_do_not_widen_the_columns_of_figures(answer: Built, layout: str) -> None:
    """Texts are in short pieces in the first column, and addresses behind the table."""
    view = DataView(layout=layout, decimal=",")
    for slug in ("lde-werknemers-leeftijd", "ama-uitstroom"):
        records = read_csv(written(answer.folder, slug, "csv", view), ";")
        start, end = empty_of(records)[:2]
        width = max(
            at + 1 for record in records[start:end] for at, cell in enumerate(record) if cell
        )
        for record in [*records[:start], *records[end:]]:
            assert len(record[0]) <= MOST_SIGNS
            assert not any(record[1:width])
            assert not record[0].startswith(("'", "-"))


def test_table_csv_is_read_by_pandas_as_the_documentation_says(answer: Built) -> None:
    """The table stands between the first two empty records."""
    path = answer.folder / "dumps" / "lde-werknemers-leeftijd.nl.table.csv"
    cells = pd.read_csv(path, sep=";", header=None, dtype=str, skip_blank_lines=False)
    above, below = cells.index[cells.isna().all(axis=1)][:2]
    table = cells[above + 1 : below].dropna(axis=1, how="all")
    assert list(table.iloc[0])[:2] == ["leeftijdsgroep", "1e kwartaal 2022"]
    assert len(table) == 13
    assert table.iloc[-1, 1] == "1676,15"


@pytest.mark.parametrize("layout", ["table", "printed"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_table_csv_holds_no_formulas(odd_exports: Built, layout: str, language: str) -> None:
    """No cell begins as a formula does, unless it is a number or a sign of the source."""
    view = DataView(layout=layout, language=language)
    for description in descriptions(odd_exports.folder):
        content = written(odd_exports.folder, description.slug, "csv", view)
        cells = [cell for record in read_csv(content, ",") for cell in record]
        for separator in (";", "\t", "|"):  # what else a spreadsheet may split at
            for line in content.decode("utf-8-sig").splitlines():
                cells += line.split(separator)[1:]
        for cell in cells:
            if (bare := cell.lstrip('"'))[:1] in tuple("=+-@\t\r"):
                assert safe_text(bare) == bare


def test_table_csv_says_on_which_figures_a_remark_is(odd_exports: Built) -> None:
    """A number has no room for a mark, so the remark names its figures."""
    records = read_csv(written(odd_exports.folder, VREEMD, "csv", VIEW), ";")
    said = " ".join(record[0] for record in records)
    remark = said[said.index("] Laag, dat is") :]
    assert "(bij laag, klein, groot" in remark
    assert "en 17 meer) " in remark


def test_table_csv_without_figures_says_so(answer: Built) -> None:
    """A view of nothing is a file that says that it has no figures."""
    view = DataView(layout=TABLE, codes={"ticket": ()}, language="en")
    records = read_csv(written(answer.folder, "wzw-ticket", "csv", view), ",")
    assert table_of(records)[0][0] == "This selection has no figures."
