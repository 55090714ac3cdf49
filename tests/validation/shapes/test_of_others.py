"""Shapes made from the structures of others: they demand no more than the Recommendation."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.validation.rdf_files import validate_files
from publish.validation.shapes.value_spaces import lies_in

XSD = "http://www.w3.org/2001/XMLSchema#"

CUBE = """@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix eg: <http://example.org/> .
eg:ds a qb:DataSet ; qb:structure eg:dsd .
eg:dsd a qb:DataStructureDefinition ; qb:component
  [ qb:dimension eg:area ], [ qb:dimension sdmx-dimension:refPeriod ], [ qb:measure eg:n ],
  [ qb:attribute eg:note ; qb:componentRequired true ],
  [ qb:attribute sdmx-attribute:obsStatus ] .
eg:area a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <http://else.example/list> .
eg:n a qb:MeasureProperty ; rdfs:range xsd:decimal .
eg:unrelated a skos:Concept .
eg:o1 a qb:Observation ; qb:dataSet eg:ds ; eg:area <http://else.example/A> ; eg:n 3 ;
  sdmx-dimension:refPeriod "2020"^^xsd:gYear ; eg:note "een"@nl, "one"@en ;
  sdmx-attribute:obsStatus <http://else.example/status/p> .
"""


def judged(folder: Path, text: str) -> list[tuple[str, str]]:
    path = folder / "cube.ttl"
    path.write_text(text, encoding="utf-8")
    return [(item.code, item.severity) for item in validate_files([path]).faults]


def test_find_nothing_in_cube_that_needs_others(tmp_path: Path) -> None:
    """Codes, statuses and dimensions described elsewhere, and derived types, are no faults."""
    assert judged(tmp_path, CUBE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("eg:n 3", "eg:n 3e0", [("shape-violation", "error")]),
        ("eg:n 3", "eg:n eg:three", [("shape-violation", "warning")]),
        ("eg:n 3", "eg:n 3, 4", [("shape-violation", "error")]),
        ("eg:n a", "eg:m a qb:DimensionProperty ; rdfs:range eg:C . eg:n a", []),
        ("qb:dimension eg:area", "qb:componentProperty eg:area", []),
        ("eg:n a", "eg:note a qb:DimensionProperty ; rdfs:range eg:C . eg:n a", []),
        (
            "qb:measure eg:n ],",
            "qb:componentProperty eg:n ], [ qb:componentProperty eg:d ] . eg:d a "
            "qb:DimensionProperty ; rdfs:range xsd:int . eg:o1 eg:d 1 , 2 . eg:dsd qb:component",
            [("shape-violation", "error")],
        ),
        ("xsd:decimal", "eg:ownType", []),
        ("xsd:decimal", "rdfs:Literal", []),
        ("xsd:decimal", "[ a rdfs:Datatype ]", []),
        ('note "een"@nl, "one"@en', 'other ""', [("observation-without-attribute", "error")]),
    ],
)
def test_demand_what_structure_says(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    """Ranges that are value spaces, one value of a measure and required attributes are demanded."""
    assert judged(tmp_path, CUBE.replace(old, new)) == expected


def test_warn_of_dimension_of_no_structure(tmp_path: Path) -> None:
    """A dimension that the structure lacks breaks no constraint: it is a warning."""
    more = "eg:sex a qb:DimensionProperty ; rdfs:range rdfs:Resource . eg:o1 eg:sex eg:male .\n"
    assert judged(tmp_path, CUBE + more) == [("shape-violation", "warning")]


@pytest.mark.parametrize(
    ("text", "datatype", "range_", "expected"),
    [
        ("61", "integer", "decimal", True),
        ("2", "nonNegativeInteger", "integer", True),
        ("1989", "integer", "nonNegativeInteger", True),
        ("-1", "integer", "nonNegativeInteger", False),
        ("0", "integer", "positiveInteger", False),
        ("61.0", "decimal", "integer", True),
        ("61.5", "decimal", "integer", False),
        ("128", "integer", "byte", False),
        ("-128", "long", "byte", True),
        ("18446744073709551615", "integer", "unsignedLong", True),
        ("61", "double", "decimal", False),
        ("61", "float", "double", False),
        ("2020-01-01", "date", "dateTime", False),
        ("2020", "gYear", "date", False),
        ("2020", "integer", "gYear", False),
        ("2020-01-01T00:00:00", "dateTime", "dateTimeStamp", False),
        ("2020-01-01T00:00:00Z", "dateTime", "dateTimeStamp", True),
        ("P1Y", "yearMonthDuration", "duration", True),
        ("P1Y", "duration", "yearMonthDuration", True),
        ("nl", "string", "language", True),
        ("nl", "token", "string", True),
        ("1,5", "decimal", "integer", True),  # it has no value: another fault
        ("x", "dateTimeStamp", "dateTime", True),
    ],
)
def test_compare_values_with_ranges(text: str, datatype: str, range_: str, expected: bool) -> None:
    """A value lies in a range by its value, not by the name of its datatype."""
    literal = ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))
    assert lies_in(literal, XSD + range_) is expected


@pytest.mark.parametrize(
    "term",
    [
        ox.NamedNode("http://example.org/x"),
        ox.BlankNode("x"),
        ox.Literal("x", datatype=ox.NamedNode("http://example.org/type")),
    ],
)
def test_leave_what_has_no_value(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
    """An IRI can stand for any value, and a datatype of others can have any."""
    assert lies_in(term, XSD + "integer")
    assert not lies_in(ox.Literal("x", language="nl"), XSD + "string")
