"""The same fact in two data sets: equal where a mapping says so."""

from __future__ import annotations

import pytest
from small_project import SmallProject

OTHER = """tables: [bron/ander]
rows: kwartaal
columns: statuut
measure: aantal
totals: {statuut: incomplete}
"""
OWN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
totals: {leeftijd: incomplete}
agrees-with: [ander]
"""
QUARTERS = "x,2022-Q1,2022-Q2\njong,1,2\n_T,3,4\n"


def with_both(project: SmallProject, own: str, other: str) -> None:
    """Write two tables that share the quarter, each with a dimension of its own."""
    project.table(own)
    project.table(other, "ander")
    project.mapping(OTHER, "ander")
    project.mapping(OWN)


def test_accept_equal_totals(project: SmallProject) -> None:
    """Figures at the total of what the other lacks are equal; the parts are not compared."""
    with_both(
        project, "x,2022-Q1,2022-Q2\njong,1,2\n_T,3,4\n", "x,W,_T\n2022-Q1,1,3\n2022-Q2,1,4\n"
    )
    assert project.places() == []


def test_report_figures_that_disagree(project: SmallProject) -> None:
    """The cell of the data set that declares it is blamed; the other cell is named."""
    with_both(
        project, "x,2022-Q1,2022-Q2\njong,1,2\n_T,3,4\n", "x,W,_T\n2022-Q1,2,3\n2022-Q2,1,5\n"
    )
    [found] = project.faults()
    assert (found.code, found.path, found.line, found.column) == (
        "figures-disagree",
        "mappings/bron/tabel.csv",
        3,
        6,
    )
    assert found.finding == (
        "2022-Q2, _T, aantal is 4 here, but the same figure is 5 in the data set ander, "
        "at mappings/bron/ander.csv:3:11."
    )
    assert found.text == "4"


def test_compare_periods_that_both_have(project: SmallProject) -> None:
    """Codes that only one of the two has are no contradiction, whatever their order."""
    with_both(project, "x,2021-Q4,2022-Q1\n_T,7,3\n", "x,_T\n2022-Q1,3\n2022-Q2,4\n")
    assert project.places() == []
    with_both(project, "x,2021-Q4,2022-Q1\n_T,7,3\n", "x,_T\n2022-Q1,7\n2022-Q2,3\n")
    assert project.places() == [("figures-disagree", "tabel.csv", 2, 6)]


@pytest.mark.parametrize(("within", "expected"), [("1", []), ("0", [("tabel.csv", 2, 4)])])
def test_compare_within_declared_difference(
    project: SmallProject, within: str, expected: list[tuple[str, int, int]]
) -> None:
    """Figures may differ by what is declared, no more."""
    with_both(project, "x,2022-Q1\n_T,3\n", "x,_T\n2022-Q1,4\n")
    text = OWN.replace("[ander]", f"[{{data-set: ander, within: {within}}}]")
    project.mapping(text)
    assert [place[1:] for place in project.places()] == expected


def test_compare_exactly_whatever_the_decimals(project: SmallProject) -> None:
    """Zeros at the end do not count, other decimals do."""
    project.table('x,2022-Q1\n_T,"3,10"\n')
    project.table('x,_T\n2022-Q1,"3,1"\n', "ander")
    project.mapping(OTHER.replace("aantal", "bedrag"), "ander")
    project.mapping(OWN.replace("aantal", "bedrag"))
    assert project.places() == []
    project.table('x,_T\n2022-Q1,"3,11"\n', "ander")
    assert project.places() == [("figures-disagree", "tabel.csv", 2, 4)]


def test_compare_at_declared_codes(project: SmallProject) -> None:
    """A day here and a quarter there are compared at the codes that are declared."""
    project.table("x,_T\nM,4\n")
    project.table("x,M,V\n2022-Q1,1,2\n2022-Q2,3,4\n", "ander")
    project.mapping("tables: [bron/ander]\nrows: kwartaal\ncolumns: geslacht\nmeasure: aantal\n",
                    "ander")  # fmt: skip
    text = (
        "tables: [bron/tabel]\nrows: geslacht\ncolumns: leeftijd\nfixed: {jaar: 2022}\n"
        "measure: aantal\ntotals: {leeftijd: incomplete}\n"
        "agrees-with: [{data-set: ander, here: {jaar: 2022}, there: {kwartaal: 2022 K2}}]\n"
    )
    project.mapping(text)
    assert project.places() == [("figures-disagree", "tabel.csv", 2, 3)]
    project.table("x,_T\nM,3\n")
    assert project.places() == []


def test_ignore_figures_that_are_not_shown(project: SmallProject) -> None:
    """What is not shown on one side contradicts nothing."""
    with_both(project, "x,2022-Q1,2022-Q2\n_T,x,3\n", "x,_T\n2022-Q1,4\n2022-Q2,3\n")
    project.mapping(OWN + "marks: {x: {reason: ONDERDRUKT}}\n")
    assert project.places() == []


def test_compare_same_unit_only(project: SmallProject) -> None:
    """Figures in another unit are other figures, so there is nothing to compare."""
    with_both(project, "x,2022-Q1\n_T,3\n", "x,_T\n2022-Q1,4\n")
    project.mapping(OTHER + "unit: PC\n", "ander")
    assert project.places() == [("nothing-compared", "proef.yaml", 9, 15)]


def test_report_agreement_that_compares_nothing(project: SmallProject) -> None:
    """Data sets without a figure in common cannot agree."""
    with_both(project, "x,2022-Q1\n_T,3\n", "x,_T\n2022-Q3,4\n")
    assert project.places() == [("nothing-compared", "proef.yaml", 9, 15)]


def test_report_dimension_without_total(project: SmallProject) -> None:
    """A dimension that the other lacks must have a total, or a code that is declared."""
    project.table("x,W\nM,3\n")
    project.table("x,_T\n2022-Q1,4\n", "ander")
    project.mapping(OTHER, "ander")
    project.mapping(
        "tables: [bron/tabel]\nrows: geslacht\ncolumns: statuut\nmeasure: aantal\n"
        "agrees-with: [ander]\n"
    )
    found = project.faults()
    assert [(item.code, item.line, item.column) for item in found] == [
        ("no-total-to-compare", 8, 15),
        ("no-total-to-compare", 8, 15),
    ]
    assert any("here: {geslacht: …}" in item.fix for item in found)
    assert any("there: {kwartaal: …}" in item.fix for item in found)


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("andr", "no-such-data-set", 15),
        ("proef", "no-such-data-set", 15),
        ("{data-set: andr}", "no-such-data-set", 16),
        ("{data-set: ander, here: {geslacht: M}}", "dimension-not-used", 40),
        ("{data-set: ander, here: {leeftijd: jng}}", "no-such-code", 40),
        (
            "{data-set: ander, here: {kwartaal: 2022-Q1}, there: {kwartaal: lente}}",
            "unknown-period",
            68,
        ),
        ('{data-set: ander, within: "-2"}', "wrong-tolerance", 33),
    ],
)
def test_report_wrong_agreement(project: SmallProject, entry: str, code: str, column: int) -> None:
    """A name that does not exist is a fault where it stands."""
    with_both(project, "x,2022-Q1\n_T,4\n", "x,_T\n2022-Q1,4\n")
    project.mapping(OWN.replace("[ander]", f"[{entry}]"))
    places = project.places()
    assert (code, "proef.yaml", 9, column) in places
    assert {place[0] for place in places} == {code}


def test_say_nothing_of_faulty_data_sets(project: SmallProject) -> None:
    """Of a data set whose table cannot be read nothing is compared."""
    with_both(project, "x,2022-Q1\n_T,3\n", "x,_T\n2022-Q1,4\n2022-Q2,a\n")
    assert project.places() == [("not-a-number", "ander.csv", 3, 9)]


def test_compare_when_both_are_asked_for(project: SmallProject) -> None:
    """Checking one data set alone does not fail on another that is not read."""
    with_both(project, "x,2022-Q1\n_T,3\n", "x,_T\n2022-Q1,4\n")
    assert project.run("validate", "proef").exit_code == 0
    assert project.run("validate").exit_code == 1
