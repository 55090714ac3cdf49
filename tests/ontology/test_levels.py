"""Levels of code lists: the total on the first, what may be added up once stated positively."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from built import Built, built
from small_project import SCHEME, SmallProject

from publish.faults.fault import Fault
from publish.ontology.levels import describe_levels
from publish.ontology.vocabulary import read_vocabulary

TABLE = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"

CODE = """
code:{code} a skos:Concept{total} ; skos:prefLabel "{code}"@nl, "{code}"@en ;
    skos:definition "{code}"@nl, "{code}"@en ; skos:notation "{code}" ;
    skos:inScheme <id/conceptscheme/boom> ; pub:volgorde {order}{broader} .
"""


def tree(root: Path, codes: dict[str, str | None], *, additive: bool = True) -> None:
    """Write a list of codes, each with the code that is broader."""
    text = SCHEME.format(name="boom").replace("optelbaar true", f"optelbaar {additive}".lower())
    for order, (code, broader) in enumerate(codes.items(), start=1):
        text += CODE.format(
            code=code,
            total=", pub:Totaal" if code == "_T" else "",
            order=order,
            broader=f" ; skos:broader code:{broader}" if broader else "",
        )
    (root / "ontology" / "codelists" / "boom.ttl").write_text(text, encoding="utf-8")


def levels(project: SmallProject) -> tuple[dict[str, int], set[str], list[Fault]]:
    """Return the depth of every code of the list, its base classes, and the faults."""
    read = project.read()
    faults: list[Fault] = []
    graph = describe_levels(read_vocabulary(read, faults), faults)
    head = read.uris.iri("concept", scheme="boom", code="")
    depths, base = {}, set()
    for subject, predicate, value in graph:
        if str(subject).startswith(head):
            code = str(subject).removeprefix(head)
            if str(predicate).endswith("niveau"):
                depths[code] = int(str(value).rpartition("/")[2])
            if str(value).endswith("Basisklasse"):
                base.add(code)
    return depths, base, faults


@pytest.mark.parametrize(
    ("codes", "additive", "depths", "base"),
    [
        ({"_T": None, "A": "_T", "B": "_T"}, True, {"_T": 1, "A": 2, "B": 2}, {"A", "B"}),
        ({"_T": None, "A": None}, True, {"_T": 1, "A": 2}, {"A"}),
        ({"A": None, "B": None}, True, {"A": 1, "B": 1}, {"A", "B"}),
        ({"A": None, "B": None}, False, {"A": 1, "B": 1}, set()),
        (
            {"A1": "A", "_T": None, "A": "_T", "A2": "A", "B": "_T"},
            True,
            {"_T": 1, "A": 2, "A1": 3, "A2": 3, "B": 2},
            {"A1", "A2", "B"},
        ),
        ({"A": "B", "B": None, "C": "A"}, True, {"B": 1, "A": 2, "C": 3}, {"C"}),
    ],
)
def test_describe_levels(
    project: SmallProject,
    codes: dict[str, str | None],
    additive: bool,
    depths: dict[str, int],
    base: set[str],
) -> None:
    """The total is level 1, classes one below what is broader; leaves may be added up once."""
    tree(project.root, codes, additive=additive)
    assert levels(project) == (depths, base, [])


def test_report_hierarchy_that_runs_in_a_circle(project: SmallProject) -> None:
    """Codes that are broader than themselves are a fault at one of them, and nothing hangs."""
    tree(project.root, {"A": "B", "B": "C", "C": "A", "D": "C"})
    *_, faults = levels(project)
    [fault] = faults
    assert (fault.code, fault.path) == ("cyclic-hierarchy", "ontology/codelists/boom.ttl")
    assert fault.line == 8
    assert "A < B < C < A" in fault.finding


def test_report_circle_at_one_of_its_codes(project: SmallProject) -> None:
    """A code below a circle is not blamed for it."""
    tree(project.root, {"A": "B", "B": "C", "C": "B"})
    *_, faults = levels(project)
    [fault] = faults
    path = project.root / "ontology/codelists/boom.ttl"
    assert path.read_text(encoding="utf-8").splitlines()[fault.line - 1].startswith("code:B ")
    assert "B < C < B" in fault.finding


def test_describe_levels_of_a_long_list(project: SmallProject) -> None:
    """The levels of a list of thousands of codes are found in seconds of a processor."""
    tree(project.root, {f"C{number}": "C0" if number else None for number in range(3000)})
    start = time.process_time()
    assert levels(project)[0]["C2999"] == 2
    assert time.process_time() - start < 10


def test_find_levels_in_the_store(project: SmallProject) -> None:
    """One triple pattern selects the observations that may be added up; the list has its levels."""
    project.table("x,2022 - K1\njong,40\noud,60\n_T,100\n")
    project.mapping(TABLE + "totals: {leeftijd: complete}\n")
    release = built(project.read())
    [row] = release.ask(
        """PREFIX ns: <https://data.example.org/ns/proef#>
        SELECT (SUM(?value) AS ?sum) WHERE {
            ?observation ns:leeftijd ?code ; ns:aantal ?value . ?code a pub:Basisklasse }"""
    )
    assert row == {"sum": "100"}
    rows = release.ask(
        """PREFIX xkos: <http://rdf-vocabulary.ddialliance.org/xkos#>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?depth ?code WHERE {
            <https://data.example.org/id/conceptscheme/leeftijd>
                xkos:levels/rdf:rest*/rdf:first ?level .
            ?level a xkos:ClassificationLevel ; xkos:depth ?depth ;
                skos:member/skos:notation ?code }
        ORDER BY ?depth ?code"""
    )
    assert rows == [
        {"depth": "1", "code": "_T"},
        {"depth": "2", "code": "jong"},
        {"depth": "2", "code": "oud"},
    ]


def test_state_the_level_of_every_code_of_the_answer(answer: Built) -> None:
    """Every code of the answer stands on one level; base classes never include a total."""
    rows = answer.ask(
        """SELECT ?code (COUNT(?level) AS ?levels) WHERE {
            ?code skos:inScheme ?list OPTIONAL { ?code pub:niveau ?level } } GROUP BY ?code"""
    )
    assert len(rows) > 120
    assert {row["levels"] for row in rows} == {"1"}
    assert not answer.ask("SELECT ?code WHERE { ?code a pub:Basisklasse , pub:Totaal }")
