"""Shapes that judge nothing are faults: without target or reference, or aimed at no class."""

from __future__ import annotations

import pytest
from small_project import SmallProject

HEAD = """@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix pub: <ns/publicatie#> .
@prefix ns: <ns/proef#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <shapes/eigen#> .
"""


def places(project: SmallProject, text: str) -> list[tuple[str, str, int, int]]:
    """Return what is wrong with a file of shapes whose own lines begin at line 8."""
    (project.root / "shapes" / "eigen.ttl").write_text(HEAD + text, encoding="utf-8")
    project.table("x,2022-Q1\njong,1\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    return project.places()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "text",
    [
        ":a a sh:NodeShape ; sh:targetClass qb:Slice .",
        ":a a sh:NodeShape ; sh:targetNode ns:aantal .",
        ":a a sh:NodeShape ; sh:targetSubjectsOf skos:note ; sh:node :b . :b a sh:NodeShape .",
        ":a a sh:NodeShape ; sh:targetObjectsOf skos:note ; sh:property :b .\n"
        ":b a sh:PropertyShape ; sh:path skos:note .",
        ":a a sh:NodeShape ; sh:targetClass qb:Slice ; sh:or ( :b :c ) .\n"
        ":b a sh:NodeShape . :c a sh:NodeShape .",
        ":a a sh:NodeShape , owl:Class .",
        ":a a sh:NodeShape ; sh:deactivated true .",
        ":p sh:declare [ sh:prefix 'qb' ; sh:namespace 'http://purl.org/linked-data/cube#' ] .",
        ":a a sh:NodeShape ; sh:targetClass skos:Concept , pub:Totaal .",
    ],
)
def test_accept_shape_that_is_used(project: SmallProject, text: str) -> None:
    """A shape has a target, is named by another, or is switched off on purpose."""
    assert places(project, text) == []


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (":a a sh:NodeShape ; sh:nodeKind sh:IRI .", 8, 1),
        ("# :a\n  :a sh:property [ sh:path skos:note ] .", 9, 3),
        ("<shapes/eigen#a> a sh:PropertyShape ; sh:path skos:note .", 8, 1),
        (
            ":b a sh:NodeShape ; sh:targetClass qb:Slice ; sh:property :a .\n"
            ":a a sh:PropertyShape ; sh:path skos:note .\n:c a sh:NodeShape ; sh:node :c .",
            10,
            1,
        ),
        (':a a sh:SPARQLConstraint ; sh:select "SELECT $this WHERE { $this a 1 }" .', 8, 1),
    ],
)
def test_report_shape_that_nothing_uses(
    project: SmallProject, text: str, line: int, column: int
) -> None:
    """A shape without target that no other names is a fault where it stands."""
    found = [item for item in places(project, text) if item[0] != "shape-not-judged"]
    assert found == [("unused-shape", "eigen.ttl", line, column)]


def test_accept_shape_that_another_file_uses(project: SmallProject) -> None:
    """A shape may be named by one in another file."""
    (project.root / "shapes" / "ander.ttl").write_text(
        f"{HEAD}:x a sh:NodeShape ; sh:targetClass qb:Slice ; sh:node :a .\n", encoding="utf-8"
    )
    assert places(project, ":a a sh:NodeShape ; sh:nodeKind sh:IRI .") == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("<https://elders.example/Ding>", [("unknown-target-class", "eigen.ttl", 8, 36)]),
        ("ns:aantal", [("unknown-target-class", "eigen.ttl", 8, 36)]),
        ("ns:antal", [("unknown-term", "eigen.ttl", 8, 36)]),
        ("qb:Slise", [("unknown-term", "eigen.ttl", 8, 36)]),
        ("<http://reference.data.gov.uk/def/intervals/CalendarQuarter>", []),
    ],
)
def test_report_target_that_is_no_class(
    project: SmallProject, target: str, expected: list[tuple[str, str, int, int]]
) -> None:
    """A target that is a class nowhere is a fault; a slip in a term is one, and not two."""
    assert places(project, f":a a sh:NodeShape ; sh:targetClass {target} .") == expected


def test_accept_target_that_ontology_defines(project: SmallProject) -> None:
    """A class of the ontology may be a target, and one that something there has as its type."""
    (project.root / "ontology" / "klassen.ttl").write_text(
        f"{HEAD}ns:Ding a owl:Class . ns:ding a ns:Ding , <https://elders.example/Ding> .\n"
    )
    text = ":a a sh:NodeShape ; sh:targetClass ns:Ding , <https://elders.example/Ding> ."
    assert places(project, text) == []


def test_name_class_that_is_meant(project: SmallProject) -> None:
    """The fault of a target names a class that is near."""
    (project.root / "ontology" / "klassen.ttl").write_text(
        f"{HEAD}<https://elders.example/Ding> a owl:Class .\n"
    )
    assert places(project, ":a a sh:NodeShape ; sh:targetClass <https://elders.example/Dng> .")
    [found] = project.faults()
    assert "https://elders.example/Ding" in found.fix
