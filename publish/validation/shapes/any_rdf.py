"""Shapes on any RDF: those made from its structures, and those that are given.

In comes a normalised graph of any number of observations; out come the results of SHACL. What
concerns observations is judged over columns, all the rest by pySHACL on the rest of the graph.
"""

from __future__ import annotations

import numpy as np
from rdflib import Graph, URIRef

from publish.rdf.terms import as_node
from publish.validation.constraints.normal_form import (
    DATA_SET,
    OBSERVATION,
    QB,
    CubeGraph,
    GraphObservations,
)
from publish.validation.shapes.columns import ColumnJudge, described
from publish.validation.shapes.compile import ObservationShape, Result, observation_shapes
from publish.validation.shapes.from_structure import StructureShape
from publish.validation.shapes.graph_structure import GraphStructure
from publish.validation.shapes.with_pyshacl import results

OWN = "/ns/publicatie#"
"""How the namespace of this program's terms ends, whatever the base."""
MOST_RESULTS = 10_000
"""Results on observations that are kept; a graph with more is wrong as a whole."""


def surroundings(graph: CubeGraph) -> Graph:
    """Return what a graph says of everything but observations."""
    statements, found = graph.statements, Graph()
    is_observed = np.isin(statements.subject, graph.of_class(OBSERVATION))
    is_observed |= statements.predicate == graph.number(f"{QB}observation")
    terms = graph.terms.found
    for at in np.flatnonzero(~is_observed).tolist():
        triple = (statements.subject[at], statements.predicate[at], statements.object[at])
        found.add(tuple(as_node(terms[int(number)]) for number in triple))  # type: ignore[arg-type]
    return found


def made_shapes(graph: CubeGraph, around: Graph) -> list[ObservationShape]:
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
) -> list[Result]:
    """Return the results of shapes on all observations, at most so many."""
    judge = ColumnJudge(shapes=shapes, context=around)
    things = GraphObservations(graph=graph, numbers=graph.of_class(OBSERVATION))
    found: list[Result] = []
    for result in judge.judge(things):
        found.append(described(result, things))
        if len(found) == MOST_RESULTS:
            break
    return found


def judge_given(
    graph: CubeGraph, shapes: Graph, around: Graph, whole: Graph | None
) -> tuple[list[Result], list[str]]:
    """Return the results of given shapes, and the IRIs of those not judged on observations.

    ``whole`` is the whole graph where pySHACL shall judge observations too. Raises UnusableShapes.
    """
    if whole is not None:
        return results(whole, shapes), []
    on_columns, left = observation_shapes(shapes)
    found = results(around, shapes) + judge_observations(graph, on_columns, around)
    return sorted(set(found)), left


def _own_namespace(graph: CubeGraph) -> str:
    """Return the namespace of the program's terms as they are used in a graph."""
    for number in np.unique(graph.statements.predicate).tolist():
        name = graph.name(number)
        if OWN in name:
            return name[: name.index(OWN)] + OWN
    return f"urn:none{OWN}"
