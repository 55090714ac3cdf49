"""Percentages: the quotient of their part and their whole, but for rounding."""

from __future__ import annotations

import pytest
from small_project import MEASURE, SmallProject

TWO = """tables: [bron/tabel]
rows: leeftijd
columns: measure
totals: {leeftijd: incomplete}
shares:
  percentage: {part: aantal, whole: %s}
"""


def with_measure(project: SmallProject, name: str, datatype: str = "integer") -> None:
    """Add a measure to the ontology of a project."""
    path = project.root / "ontology" / "measures.ttl"
    text = path.read_text(encoding="utf-8")
    text += MEASURE.format(name=name, datatype=datatype, unit="NR")
    path.write_text(text, encoding="utf-8")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("33", None),
        ('"33,3"', None),
        ('"33,33%"', None),
        ('"33,4"', "share-differs"),
        ('"33,3333"', None),
        ('"33,3334"', "share-differs"),
        ("34", "share-differs"),
        ("-33", "share-differs"),
    ],
)
def test_judge_share(project: SmallProject, share: str, expected: str | None) -> None:
    """A share is off by at most half a unit of its last printed decimal."""
    with_measure(project, "alle")
    project.table(f"x,alle,aantal,percentage\njong,3,1,{share}\n")
    project.mapping(TWO % "alle")
    assert project.places() == ([(expected, "tabel.csv", 2, 10)] if expected else [])


@pytest.mark.parametrize("share", ["12", "13"])
def test_accept_either_way_of_rounding_a_half(project: SmallProject, share: str) -> None:
    """A quotient that is exactly a half may have been rounded up or down."""
    with_measure(project, "alle")
    project.table(f"x,alle,aantal,percentage\njong,8,1,{share}\n")
    project.mapping(TWO % "alle")
    assert project.places() == []


def test_tell_what_share_differs_from(project: SmallProject) -> None:
    """The message has what is printed, what it is computed from, and the tolerance."""
    with_measure(project, "alle")
    project.table('x,alle,aantal,percentage\njong,1.147,80,"6,9%"\n')
    project.mapping(TWO % "alle")
    [found] = project.faults()
    assert found.finding == (
        "the share for jong, percentage is printed as 6,9, but 80 of 1.147 is 6,975; "
        "it may differ by 0,05."
    )
    assert 'code: share-differs, table: bron/tabel, cell: "2,4"' in found.fix
    assert "table: bron/tabel" in found.fix.nl


@pytest.mark.parametrize(("share", "wrong"), [("37", False), ("38", True)])
def test_judge_share_of_rounded_decimals(project: SmallProject, share: str, wrong: bool) -> None:
    """Rounded decimals explain more: 1 of 2,9 is 34,5, but may be 1,05 of 2,85, which is 36,8."""
    with_measure(project, "alle", "decimal")
    project.table(f'x,alle,bedrag,percentage\njong,"2,9",1,{share}\noud,1,"0,5",50\n')
    project.mapping(TWO.replace("aantal", "bedrag") % "alle")
    assert project.places() == ([("share-differs", "tabel.csv", 2, 14)] if wrong else [])


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("within", "expected"), [('"0,4"', True), ('"0,7"', False), ("0", True), ("1", False)]
)
def test_judge_share_within_declared_tolerance(
    project: SmallProject, within: str, expected: bool
) -> None:
    """A declared tolerance takes the place of that of rounding: 34 for a third is 0,67 off."""
    with_measure(project, "alle")
    project.table("x,alle,aantal,percentage\njong,3,1,34\noud,2,1,50\n")
    project.mapping(TWO % f"alle, within: {within}")
    assert project.places() == ([("share-differs", "tabel.csv", 2, 10)] if expected else [])


def test_judge_share_of_total(project: SmallProject) -> None:
    """The whole may be the total over a dimension; that of the total itself is 100 %."""
    text = TWO.replace("whole: %s", "over: leeftijd")
    project.table('x,aantal,percentage\njong,1,"33,3"\noud,2,"66,7"\n_T,3,100\n')
    project.mapping(text)
    assert project.places() == []
    project.table('x,aantal,percentage\njong,1,"33,3"\noud,2,"66,6"\n_T,3,99\n')
    assert project.places() == [
        ("share-differs", "tabel.csv", 3, 7),
        ("share-differs", "tabel.csv", 4, 6),
    ]


def test_ignore_share_of_what_is_not_shown_or_zero(project: SmallProject) -> None:
    """What has no value, or has nothing as its whole, is not compared; the rest is."""
    with_measure(project, "alle")
    project.table("x,alle,aantal,percentage\njong,0,0,7\noud,4,x,7\n_T,4,1,25\n")
    project.mapping(TWO % "alle" + "marks: {x: {reason: ONDERDRUKT}}\n")
    assert project.places() == []


def test_ignore_shares_of_broken_tables(project: SmallProject) -> None:
    """A cell that is no number is one fault; its row is not compared, and others are."""
    with_measure(project, "alle")
    project.table("x,alle,aantal,percentage\njong,a,1,7\noud,4,1,26\n")
    project.mapping(TWO % "alle")
    assert project.places() == [
        ("not-a-number", "tabel.csv", 2, 6),
        ("share-differs", "tabel.csv", 3, 9),
    ]


def test_report_share_that_compares_nothing(project: SmallProject) -> None:
    """A declaration of which no figure has its whole is a fault at its line."""
    project.table("x,aantal,percentage\njong,1,33\noud,2,67\n")
    project.mapping(TWO.replace("whole: %s", "over: leeftijd"))
    assert project.places() == [("nothing-compared", "proef.yaml", 9, 3)]


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("percentage:", "procent:", "measure-not-used", 3),
        ("part: aantal", "part: antal", "measure-not-used", 16),
        ("whole: bedrag", "whole: bdrag", "measure-not-used", 30),
        ("whole: bedrag", "over: geslacht", "dimension-not-used", 30),
        ("whole: bedrag", "over: measure", "dimension-not-used", 30),
        (", whole: bedrag", "", "share-of-itself", 3),
        (", whole: bedrag", ", whole: aantal", "share-of-itself", 3),
        ("bedrag", 'bedrag, within: "1.5"', "wrong-tolerance", 45),
        ("bedrag", "bedrag, within: -1", "wrong-tolerance", 45),
    ],
)
def test_report_wrong_share(
    project: SmallProject, old: str, new: str, code: str, column: int
) -> None:
    """A share of what the data set does not have is a fault at the name."""
    project.table("x,bedrag,aantal,percentage\njong,4,1,25\n")
    project.mapping((TWO % "bedrag").replace(old, new))
    assert project.places()[:1] == [(code, "proef.yaml", 9, column)]


def test_report_share_over_list_without_total(project: SmallProject) -> None:
    """A dimension whose list has no total cannot be the whole."""
    project.table("x,aantal,percentage\nM,1,33\n")
    text = TWO.replace("whole: %s", "over: geslacht").replace("rows: leeftijd", "rows: geslacht")
    project.mapping(text.replace("totals: {leeftijd: incomplete}\n", ""))
    assert project.places() == [("no-total", "proef.yaml", 8, 30)]


def test_name_measure_that_is_meant(project: SmallProject) -> None:
    """The fault of an unknown measure names the one that is near."""
    project.table("x,bedrag,aantal,percentage\njong,4,1,25\n")
    project.mapping((TWO % "bedrag").replace("part: aantal", "part: antal"))
    [found] = project.faults()
    assert 'Did you mean "aantal"?' in found.fix
    assert 'Bedoelde u "aantal"?' in found.fix.nl
