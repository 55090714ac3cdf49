"""Totals: declared, equal to their parts where those are complete, and blamed at their cell."""

from __future__ import annotations

import pytest
from small_project import SmallProject

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: bedrag
"""


def test_accept_total_equal_to_its_parts(project: SmallProject) -> None:
    """A complete total is compared exactly, decimals and all: 0,1 + 0,2 is 0,3."""
    project.table('x,2022 - K1,2022 - K2\njong,"0,1",1\noud,"0,2",2\n_T,"0,30",3\n')
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert project.places() == []


@pytest.mark.parametrize(
    ("kind", "total", "expected"),
    [
        ("complete", "3", None),
        ("complete", '"3,01"', "total-differs"),
        ("complete", "2", "total-differs"),
        ("incomplete", "4", None),
        ("incomplete", "3", None),
        ("incomplete", '"2,99"', "parts-exceed-total"),
    ],
)
def test_judge_total(project: SmallProject, kind: str, total: str, expected: str | None) -> None:
    """Complete parts equal their total, incomplete parts do not exceed it."""
    project.table(f"x,2022 - K1,2022 - K2\njong,1,1\noud,2,2\n_T,3,{total}\n")
    project.mapping(PLAIN + f"totals: {{leeftijd: {kind}}}\n")
    assert project.places() == ([(expected, "tabel.csv", 4, 6)] if expected else [])


def test_write_total_as_the_table_does(project: SmallProject) -> None:
    """The message shows total and sum in the form of the table, so that they can be found."""
    project.table('x,2022 - K1\njong,"1.000,5"\noud,"0,75"\n_T,"1.001,2"\n')
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    [found] = project.faults()
    assert found.finding == (
        "the total over leeftijd for 2022-Q1, bedrag is 1.001,20, its parts add up to 1.001,25."
    )


def test_report_total_of_which_nothing_is_said(project: SmallProject) -> None:
    """A total that is used must be declared complete or incomplete."""
    project.table("x,2022 - K1\njong,1\noud,2\n_T,3\n")
    project.mapping(PLAIN)
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("total-not-declared", 1, 1)
    assert "leeftijd: complete" in found.fix


def test_judge_totals_of_two_dimensions(project: SmallProject) -> None:
    """Each dimension's totals are compared with its own parts, the grand total with both."""
    project.table("x,W,Z,_T\njong,1,2,3\noud,3,4,7\n_T,4,6,10\n")
    mapping = (
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: statuut\nmeasure: aantal\n"
        "totals: {leeftijd: complete, statuut: complete}\n"
    )
    project.mapping(mapping)
    assert project.places() == []
    project.table("x,W,Z,_T\njong,1,2,3\noud,3,4,7\n_T,4,6,11\n")
    assert project.places() == [("total-differs", "tabel.csv", 4, 8)] * 2


def test_judge_totals_of_each_measure(project: SmallProject) -> None:
    """Measures are not added up together, and percentages not at all."""
    project.table("x,aantal,percentage\njong,1,50\noud,1,60\n_T,2,55\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: measure\ntotals: {leeftijd: complete}\n"
    )
    assert project.places() == []


def test_judge_total_beyond_64_bits(project: SmallProject) -> None:
    """Sums of very large and very precise numbers are exact."""
    project.table(
        'x,2022 - K1,2022 - K2\njong,999999999999999999,1\noud,"0,000000001",1\n_T,'
        '"999999999,000000001",2\n'
    )
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert project.places() == [("total-differs", "tabel.csv", 4, 4)]
    project.table("x,2022 - K1\njong,999999999999999999\noud,1\n_T,999999999999999999\n")
    [found] = project.faults()
    assert "add up to 1.000.000.000.000.000.000" in found.finding


def test_ignore_total_without_parts(project: SmallProject) -> None:
    """A total whose parts are not printed has nothing to be compared with."""
    project.table("x,2022 - K1\n_T,3\n")
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert project.places() == []


def test_blame_broken_cell_and_not_its_total(project: SmallProject) -> None:
    """A part that could not be read is one fault; other totals are judged all the same."""
    project.table("x,2022 - K1,2022 - K2\njong,x,1\noud,2,2\n_T,3,4\n")
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert project.places() == [
        ("not-a-number", "tabel.csv", 2, 6),
        ("total-differs", "tabel.csv", 4, 6),
    ]


def test_blame_unknown_label_and_not_totals(project: SmallProject) -> None:
    """A part whose label is unknown is one fault, and not one more for every column."""
    project.table("x,2022 - K1,2022 - K2\njng,1,1\noud,2,2\n_T,3,3\n")
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert project.places() == [("unknown-code", "tabel.csv", 2, 1)]


def test_judge_totals_over_several_tables(project: SmallProject) -> None:
    """Parts and total may stand in different tables; the total's cell is blamed."""
    project.table("x,y\njong,1\noud,2\n", "delen")
    project.table("x,y\n_T,4\n", "som")
    project.mapping(
        "tables: [bron/delen, bron/som]\nrows: leeftijd\nmeasure: aantal\n"
        "totals: {leeftijd: complete}\n"
    )
    assert project.places() == [("total-differs", "som.csv", 2, 4)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("total", "kind", "expected"),
    [
        ('"3,00"', "complete", None),
        ('"3,05"', "complete", None),
        ('"2,95"', "complete", None),
        ('"3,06"', "complete", "total-differs"),
        ('"2,94"', "complete", "total-differs"),
        ('"2,95"', "incomplete", None),
        ('"2,94"', "incomplete", "parts-exceed-total"),
    ],
)
def test_judge_total_within_declared_rounding(
    project: SmallProject, total: str, kind: str, expected: str | None
) -> None:
    """A total may differ from its parts by what is declared, and no more."""
    project.table(f"x,2022-Q1,2022-Q2\njong,1,1\noud,2,2\n_T,3,{total}\n")
    project.mapping(PLAIN + f'totals: {{leeftijd: {{parts: {kind}, within: "0,05"}}}}\n')
    assert project.places() == ([(expected, "tabel.csv", 4, 6)] if expected else [])


def test_judge_total_within_less_than_its_decimals(project: SmallProject) -> None:
    """A tolerance finer than the figures changes nothing, one beyond all numbers accepts all."""
    project.table("x,2022-Q1\njong,1\noud,2\n_T,4\n")
    text = PLAIN + 'totals: {leeftijd: {parts: complete, within: "%s"}}\n'
    project.mapping(text % "0,999999999")
    assert project.places() == [("total-differs", "tabel.csv", 4, 4)]
    project.mapping(text % "999999999999999999")
    assert project.places() == []


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("{parts: complete}", "missing-key", 10),
        ("{parts: heel, within: 1}", "wrong-value", 21),
        ('{parts: complete, within: "1.5"}', "wrong-tolerance", 38),
        ("heel", "wrong-value", 10),
        ("[complete]", "wrong-type", 10),
    ],
)
def test_report_wrong_declaration_of_total(
    project: SmallProject, entry: str, code: str, column: int
) -> None:
    """An invalid declaration is a fault at its place."""
    project.table("x,2022-Q1\njong,1\noud,2\n_T,3\n")
    project.mapping(PLAIN + f"totals: {{leeftijd: {entry}}}\n")
    assert project.places() == [(code, "proef.yaml", 8, column)]
