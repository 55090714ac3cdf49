"""What is wrong with shapes, and what of them is not judged: told at the shape, and left out."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from odd_shapes import BAD, NOT_JUDGED, PREFIXES, TARGET
from rdflib import Graph, URIRef
from rdflib.namespace import SH
from shape_results import run_pyshacl

from publish.rdf.statements import collect
from publish.validation.given_shapes import as_graph
from publish.validation.shapes.files import package_shapes
from publish.validation.shapes.soundness import examine, without_observations

QB = "http://purl.org/linked-data/cube#"


def read(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


@pytest.mark.parametrize("name", BAD)
def test_find_shape_that_is_no_shacl(name: str) -> None:
    """What SHACL does not allow is told, and the rest can be judged without an exception."""
    sound, found = examine(read_deep(TARGET + BAD[name]))
    assert {item.code for item in found} - {"unused-shape"} == {"bad-shape"}
    assert all(item.problem for item in found if item.code == "bad-shape")
    run_pyshacl(read(":x a :C ; :p 1 ."), sound)


def read_deep(text: str) -> Graph:
    """Return a graph that rdflib's own parser, which is recursive, could not read."""
    return as_graph(collect(ox.parse((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE)))


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_tell_what_is_not_judged(name: str) -> None:
    """What is right but goes beyond what is judged here is told, not passed over."""
    sound, found = examine(read(TARGET + NOT_JUDGED[name]))
    assert {item.code for item in found} == {"shape-not-judged"}
    run_pyshacl(read(":x a :C ; :p 1 ."), sound)


def test_accept_shapes_of_program() -> None:
    """The shapes of the program are sound and judged whole."""
    for name, text in package_shapes().items():
        graph = Graph().parse(data=b"@base <http://x.example/> .\n" + text, format="turtle")
        assert examine(graph) == (graph, []), name


def test_judge_rest_of_shape() -> None:
    """One bad part makes just that part unjudged."""
    text = (
        TARGET + "sh:property [ sh:path ( :p ) ; sh:maxCount 0 ], [ sh:path :p ; sh:maxCount 0 ] ."
    )
    sound, found = examine(read(text))
    assert [item.code for item in found] == ["bad-shape"]
    assert len(run_pyshacl(read(":x a :C ; :p 1 ."), sound)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "sh:not [ sh:nodeKind sh:IRI ; sh:js [ ] ] .",
        "sh:xone ( [ sh:nodeKind sh:IRI ; sh:js [ ] ] [ sh:nodeKind sh:IRI ] ) .",
        "sh:not [ sh:and ( [ sh:nodeKind sh:IRI ; sh:node :elsewhere ] ) ] .",
        "sh:property [ sh:path :p ; sh:qualifiedValueShape [ sh:js 1 ] ; sh:qualifiedMaxCount 0 ].",
    ],
)
def test_leave_out_what_would_find_too_much(text: str) -> None:
    """Without its part, what is denied or counted would be a fault that is none."""
    sound, found = examine(read(TARGET + text))
    assert {item.code for item in found} == {"shape-not-judged"}
    assert run_pyshacl(read(":x a :C ; :p :y ."), sound) == []


def test_keep_what_is_switched_off() -> None:
    """A shape that is deactivated is not looked into."""
    text = TARGET + "sh:deactivated true ; sh:js [ ] ."
    assert examine(read(text))[1] == []


@pytest.mark.parametrize(
    ("constraint", "is_left"),
    [
        ("sh:property [ sh:path [ sh:inversePath qb:dataSet ] ; sh:minCount 1 ]", True),
        ("sh:property [ sh:path ( qb:slice qb:observation ) ; sh:minCount 1 ]", True),
        ("sh:property [ sh:path qb:structure ; sh:minCount 1 ]", False),
        ("sh:property [ sh:path [ sh:inversePath qb:slice ] ; sh:minCount 1 ]", False),
        ('sh:sparql [ sh:select "SELECT $this { ?o qb:dataSet $this }" ]', True),
        ('sh:sparql [ sh:select "SELECT $this { ?o ?p $this }" ]', True),
        ('sh:sparql [ sh:select "SELECT $this { $this qb:structure ?s }" ]', False),
    ],
)
def test_leave_out_what_asks_for_observations(constraint: str, is_left: bool) -> None:
    """Where observations are left out of a graph, what asks for them is not judged either."""
    shapes = read(f":s a sh:NodeShape ; sh:targetClass qb:DataSet ; {constraint} .")
    links, properties = {str(SH.value), f"{QB}observation"}, {f"{QB}dataSet"}
    some, left = without_observations(shapes, links, properties)
    assert bool(left) is is_left
    constraints = {URIRef(SH.minCount), URIRef(SH.sparql)} & set(some.predicates())
    assert bool(constraints) is not is_left
