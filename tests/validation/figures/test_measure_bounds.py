"""Values within the bounds that the ontology gives their measure."""

from __future__ import annotations

import pytest
from small_project import SmallProject

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: bedrag
marks: {x: {reason: ONDERDRUKT}, "(#)": {reason: ONBETROUWBAAR}}
"""


@pytest.fixture
def bounded(project: SmallProject) -> SmallProject:
    """A project whose amounts lie between 0,5 and 100."""
    path = project.root / "ontology" / "measures.ttl"
    text = path.read_text(encoding="utf-8")
    before, name, after = text.partition("ns:bedrag")
    after = after.replace(" .\n", " ;\n    pub:kleinste 0.5 ; pub:grootste 100 .\n", 1)
    path.write_text(before + name + after, encoding="utf-8")
    project.mapping(PLAIN)
    return project


@pytest.mark.sampled(3)
@pytest.mark.parametrize("value", ["1", '"0,5"', '"0,50"', "100", '"100,0"', "x", "(200)"])
def test_accept_value_within_bounds(bounded: SmallProject, value: str) -> None:
    """A value may equal a bound, whatever its decimals; a hidden value is not compared."""
    bounded.table(f"x,2022-Q1\njong,{value}\n")
    assert bounded.places() == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "value", ["0", "-1", '"0,49"', '"0,499999999"', "101", '"100,1"', "999999999999999999"]
)
def test_report_value_beyond_bounds(bounded: SmallProject, value: str) -> None:
    """A value beyond a bound is a fault at its cell."""
    bounded.table(f"x,2022-Q1,2022-Q2\njong,1,{value}\noud,1,1\n")
    assert bounded.places() == [("out-of-range", "tabel.csv", 2, 8)]


def test_tell_bound_in_both_languages(bounded: SmallProject) -> None:
    """The message has the value, the measure and the bound, written as the tables write them."""
    bounded.table('x,2022-Q1,2022-Q2\njong,"1.000,50","0,1"\n')
    high, low = bounded.faults()
    assert high.finding == (
        "1.000,50 cannot be: the ontology says that values of bedrag are at most 100."
    )
    assert low.finding.nl == (
        "0,1 kan niet: volgens de ontologie is een waarde van bedrag minstens 0,5."
    )


def test_report_every_value_beyond_bounds(bounded: SmallProject) -> None:
    """All of them are reported in one run, and totals are judged all the same."""
    bounded.table("x,2022-Q1,2022-Q2\njong,1,200\noud,300,1\n_T,301,202\n")
    bounded.mapping(PLAIN + "totals: {leeftijd: complete}\n")
    assert bounded.places() == [
        ("out-of-range", "tabel.csv", 2, 8),
        ("out-of-range", "tabel.csv", 3, 5),
        ("out-of-range", "tabel.csv", 4, 4),
        ("out-of-range", "tabel.csv", 4, 8),
        ("total-differs", "tabel.csv", 4, 8),
    ]


def test_accept_any_value_without_bounds(project: SmallProject) -> None:
    """A measure of which the ontology says nothing may have any value."""
    project.table('x,2022-Q1\njong,"-999,5"\n')
    project.mapping(PLAIN)
    assert project.places() == []
