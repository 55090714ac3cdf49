"""Which shapes of observations can be judged over columns."""

from __future__ import annotations

import pytest
from rdflib import Graph

from publish.validation.shapes.compile import observation_shapes

PREFIXES = """
@prefix : <http://cube.example/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
OF_ALL = ":S a sh:NodeShape ; sh:targetClass qb:Observation ; "
OF_DATA_SET = ":S a sh:NodeShape ; sh:targetNode :set ; sh:property "


@pytest.mark.parametrize(
    "text",
    [
        OF_ALL + 'sh:property [ sh:path :day ; sh:minInclusive "2020-01-01"^^xsd:date ] .',
        OF_ALL + 'sh:property [ sh:path :day ; sh:minCount "one" ] .',
        OF_ALL + "sh:property [ sh:path ( :day :year ) ; sh:minCount 1 ] .",
        OF_ALL + "sh:in ( :a ) .",
        OF_ALL + "sh:minLength 2 .",
        OF_DATA_SET + "[ sh:path [ sh:inversePath qb:dataSet ] ; sh:minCount 1 ] .",
    ],
)
def test_leave_shape_to_pyshacl_with_its_name(text: str) -> None:
    """Bounds that are no numbers, and terms that are of no property, are left to pySHACL."""
    shapes = Graph().parse(data=PREFIXES + text, format="turtle")
    assert observation_shapes(shapes) == ([], ["http://cube.example/S"])
