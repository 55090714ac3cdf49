"""SHACL validation of any normalised graph, by shapes made from its structures or by given ones.

Observations, of which there may be millions, are judged over columns; pySHACL judges the rest.
"""

from __future__ import annotations

import numpy as np
from rdflib import Graph, URIRef
from rdflib.term import Node

from publish.rdf.statements import Integers, Statements
from publish.rdf.terms import as_node
from publish.validation.constraints.normal_form import (
    DATA_SET,
    OBSERVATION,
    QB,
    CubeGraph,
    GraphObservations,
)
from publish.validation.shapes.columns import ColumnJudge, shape_result
from publish.validation.shapes.compile import ObservationShape, ShapeResult, observation_shapes
from publish.validation.shapes.from_structure import StructureShape
from publish.validation.shapes.graph_structure import GraphStructure
from publish.validation.shapes.with_pyshacl import validate

OWN = "/ns/publicatie#"
"""The end of the namespace of this program's terms, whatever the base of the project."""
MOST_RESULTS = 10_000
"""The most results on observations; a graph with more is wrong as a whole."""


def surroundings(graph: CubeGraph) -> Graph:
    """Return a graph without its observations."""
    statements = graph.statements
    is_observed = np.isin(statements.subject, graph.of_class(OBSERVATION))
    is_observed |= statements.predicate == graph.number(f"{QB}observation")
    return as_graph(statements, np.flatnonzero(~is_observed))


def as_graph(statements: Statements, chosen: Integers | None = None) -> Graph:
    """Return all or chosen statements as a graph of rdflib."""
    graph, nodes = Graph(), dict[int, Node]()

    def node(number: int) -> Node:
        if number not in nodes:
            nodes[number] = as_node(statements.terms.found[number])
        return nodes[number]

    columns = (statements.subject, statements.predicate, statements.object)
    for triple in zip(
        *((column if chosen is None else column[chosen]).tolist() for column in columns),
        strict=True,
    ):
        graph.add(tuple(map(node, triple)))  # type: ignore[arg-type]
    return graph


def shapes_from_structures(graph: CubeGraph, around: Graph) -> list[ObservationShape]:
    """Return the shapes of the observations of each data set, made from its structure."""
    own = _own_namespace(graph)
    found: list[ObservationShape] = []
    with_structure = {str(name) for name in around.subjects(URIRef(f"{QB}structure"))}
    for number in graph.of_class(DATA_SET).tolist():
        iri = graph.name(number)
        if iri.startswith("_:") or iri not in with_structure:
            continue
        structure = GraphStructure(graph=around, data_set=iri, own=own)
        made = StructureShape(structure=structure, document=f"{iri}/shape").text()
        found += observation_shapes(Graph().parse(data=made, format="turtle"))[0]
    return found


def judge_observations(
    graph: CubeGraph, shapes: list[ObservationShape], around: Graph
) -> list[ShapeResult]:
    """Return the results of shapes on all observations, at most ``MOST_RESULTS``."""
    judge = ColumnJudge(shapes=shapes, context=around)
    things = GraphObservations(graph=graph, numbers=graph.of_class(OBSERVATION))
    found: list[ShapeResult] = []
    for result in judge.judge(things):
        found.append(shape_result(result, things))
        if len(found) == MOST_RESULTS:
            break
    return found


def judge_by_shapes(
    graph: CubeGraph, shapes: Graph, around: Graph, whole: Graph | None
) -> tuple[list[ShapeResult], list[str]]:
    """Return the results of given shapes, and the IRIs of those not applied to observations.

    ``whole`` is the whole graph, given if pySHACL must judge observations too. Raises
    UnusableShapes.
    """
    if whole is not None:
        return validate(whole, shapes), []
    on_columns, left = observation_shapes(shapes)
    found = validate(around, shapes) + judge_observations(graph, on_columns, around)
    return sorted(set(found)), left


def _own_namespace(graph: CubeGraph) -> str:
    """Return the namespace of the program's terms in a graph."""
    for number in np.unique(graph.statements.predicate).tolist():
        name = graph.name(number)
        if OWN in name:
            return name[: name.index(OWN)] + OWN
    return f"urn:none{OWN}"
