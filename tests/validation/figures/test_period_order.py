"""Periods as tables print them: in order, and none after the date of the document."""

from __future__ import annotations

import pytest
from small_project import SmallProject

COLUMNS = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
ROWS = "tables: [bron/tabel]\nrows: kwartaal\ncolumns: leeftijd\nmeasure: aantal\n"


def table(*quarters: str) -> str:
    """Return a table with these quarters as its columns."""
    return f"x,{','.join(quarters)}\njong{',1' * len(quarters)}\n"


@pytest.mark.parametrize(
    "quarters",
    [
        ("2022-Q1",),
        ("2022-Q1", "2022-Q2", "2022-Q4", "2023-Q1"),
        ("2023-Q1", "2022-Q4", "2022-Q2"),
        ("2022-Q2", "2022-Q1"),
    ],
)
def test_accept_columns_in_order(project: SmallProject, quarters: tuple[str, ...]) -> None:
    """Columns may run from old to new or from new to old, with gaps."""
    project.table(table(*quarters))
    project.mapping(COLUMNS)
    assert project.places() == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("quarters", "column"),
    [
        (("2022-Q1", "2022-Q3", "2022-Q2", "2022-Q4"), 19),
        (("2022-Q2", "2022-Q1", "2022-Q3", "2022-Q4"), 11),
        (("2023-Q4", "2023-Q2", "2023-Q3", "2023-Q1"), 19),
        (("2022-Q1", "2022-Q3", "2022-Q2"), 19),
        (("2022-Q1", "2022-Q2", "2023-Q4", "2023-Q3", "2023-Q2", "2024-Q1", "2024-Q2"), 27),
    ],
)
def test_warn_of_first_column_out_of_order(
    project: SmallProject, quarters: tuple[str, ...], column: int
) -> None:
    """The first heading that breaks the order of most gets a warning, and nothing is stopped."""
    project.table(table(*quarters))
    project.mapping(COLUMNS)
    [found] = project.faults()
    assert (found.code, found.severity) == ("periods-out-of-order", "warning")
    assert (found.line, found.column) == (1, column)
    assert project.run("validate").exit_code == 0


def test_tell_order_in_both_languages(project: SmallProject) -> None:
    """The message has both periods and the order of the table."""
    project.table(table("2022 K1", "2022 K3", "2022 K2", "2022 K4"))
    project.mapping(COLUMNS)
    [found] = project.faults()
    assert found.finding == (
        "2022-Q2 comes after 2022-Q3 here, while the periods of this table run from old to new."
    )
    assert "van oud naar nieuw" in found.finding.nl
    assert found.text == "2022 K2"


def test_warn_of_row_out_of_order(project: SmallProject) -> None:
    """Rows are judged as columns are, by their line."""
    project.table("x,jong\n2022-Q1,1\n2022-Q2,1\n2022-Q4,1\n2022-Q3,1\n2023-Q1,1\n")
    project.mapping(ROWS)
    assert project.places() == [("periods-out-of-order", "tabel.csv", 5, 1)]


def test_compare_periods_of_rows_with_equal_codes(project: SmallProject) -> None:
    """In a long table each age has its own run of periods; one of them is out of order."""
    text = "x,y,z\njong,2022-Q1,1\njong,2022-Q2,1\noud,2022-Q1,1\noud,2022-Q2,1\noud,2022-Q3,1\n"
    project.table(text)
    project.mapping("tables: [bron/tabel]\nrows: [leeftijd, kwartaal]\nmeasure: aantal\n")
    assert project.places() == []
    project.table(text + "jong,2022-Q4,1\njong,2022-Q3,1\n")
    assert project.places() == [("periods-out-of-order", "tabel.csv", 8, 6)]


def test_find_title_of_upper_header_row(project: SmallProject) -> None:
    """A title above several columns is printed once, and the warning stands there."""
    project.table(
        "x,2022-Q1,,2022-Q3,,2022-Q2,,2022-Q4,\nx,M,V,M,V,M,V,M,V\njong,1,1,1,1,1,1,1,1\n"
    )
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: [kwartaal, geslacht]\nmeasure: aantal\n"
    )
    assert project.places() == [("periods-out-of-order", "tabel.csv", 1, 21)]


def test_judge_labels_that_are_mapped(project: SmallProject) -> None:
    """What a label map says of the headings counts, not their text."""
    project.table("x,eerste,derde,tweede,vierde\njong,1,1,1,1\n")
    labels = "".join(
        f"  {label}: {{kwartaal: 2022-Q{number}}}\n"
        for number, label in enumerate(("eerste", "tweede", "derde", "vierde"), start=1)
    )
    project.mapping(COLUMNS.replace(" kwartaal\n", f"\n{labels}"))
    assert project.places() == [("periods-out-of-order", "tabel.csv", 1, 16)]


def test_warn_once_of_table_that_two_mappings_read(project: SmallProject) -> None:
    """A table that several data sets read has one warning."""
    project.table(table("2022-Q1", "2022-Q3", "2022-Q2", "2022-Q4") + "oud,1,1,1,1\n")
    project.mapping(COLUMNS + "take: [jong]\n")
    project.mapping(COLUMNS + "take: [oud]\n", "oud")
    assert project.places() == [("periods-out-of-order", "tabel.csv", 1, 19)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-07-01", []),
        ("2022-06-30", [("period-after-document", "tabel.csv", 1, 11)]),
        ("2021-06-30", [("period-after-document", "tabel.csv", 1, 3),
                        ("period-after-document", "tabel.csv", 1, 11)]),
    ],
)  # fmt: skip
def test_warn_of_period_after_document(
    project: SmallProject, day: str, expected: list[tuple[str, str, int, int]]
) -> None:
    """A period that had not begun at the date of the document gets a warning at its label."""
    project.document("bron", day)
    project.table(table("2022-Q2", "2022-Q3"))
    project.mapping(COLUMNS)
    assert project.places() == expected


def test_warn_of_given_period_after_document(project: SmallProject) -> None:
    """A period that the mapping gives gets its warning there."""
    project.document("bron", "2022-02-01")
    project.table("x,y\njong,1\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\nmeasure: aantal\nfixed: {kwartaal: 2022-Q2}\n"
    )
    assert project.places() == [("period-after-document", "proef.yaml", 7, 9)]


def test_show_warnings_beside_faults(project: SmallProject) -> None:
    """Warnings are reported also when there are faults."""
    project.table(table("2022-Q1", "2022-Q3", "2022-Q2", "2022-Q4") + "oud,1,1,1,a\n")
    project.mapping(COLUMNS)
    assert [place[0] for place in project.places()] == ["periods-out-of-order", "not-a-number"]
