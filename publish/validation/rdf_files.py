"""Validation of RDF files of anybody, without a project.

All files together are judged as one graph: syntax, unknown terms, integrity constraints of RDF Data
Cube, and shapes, made from the structures or given. A fault stands where the thing that it is about
is first described. Observations, of which there may be millions, are judged over columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib import Graph, URIRef

from publish.faults.fault import Fault, FaultyInput, Words, fault, number_of, some_of
from publish.rdf.reader import RdfFile, read_files
from publish.rdf.statements import Statements
from publish.rdf.terms import as_node
from publish.validation.constraints.breaches import Breach, Breaches
from publish.validation.constraints.normal_form import (
    DATA_SET,
    OBSERVATION,
    QB,
    SKOS,
    STRUCTURE,
    CubeGraph,
    GraphObservations,
    normalised,
)
from publish.validation.constraints.structure import find_breaches
from publish.validation.placed import Finding, placed
from publish.validation.shapes.columns import ColumnJudge
from publish.validation.shapes.compile import ObservationShape, ShapeResult, observation_shapes
from publish.validation.shapes.graph_structure import GraphStructure
from publish.validation.shapes.of_others import ShapesOfOthers
from publish.validation.shapes.with_pyshacl import (
    MOST_OBSERVATIONS,
    UnusableShapes,
    as_fault,
    run_pyshacl,
)
from publish.validation.terms import judge_literals, judge_terms

MOST_RESULTS = 10_000
"""The most results on observations; a graph with more is wrong as a whole."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How much was found in files, and what is wrong with it."""

    counts: dict[str, int]
    """The numbers of data sets, structures, observations, code lists and statements."""
    faults: list[Fault]
    """Errors and warnings, sorted by place."""


def validate_files(
    paths: list[Path], shapes: list[Path] | None = None, *, full: bool = False
) -> Judgement:
    """Judge all files together as one graph. Raises FaultyInput where one cannot be read."""
    faults: list[Fault] = []
    files, statements = read_files(paths, faults)
    shape_files, shape_statements = read_files(shapes or [], faults)
    if faults:
        raise FaultyInput(faults)
    graph = normalised(statements)
    counts = count_things(graph)
    breaches = find_breaches(graph)
    found = placed(files, _findings(breaches))
    found += breaches.unnamed(files[0].shown)
    around = _surroundings(graph)
    of_structures = _judge_observations(graph, _shapes_from_structures(graph, around), around)
    found += _at_places(files, _not_in(of_structures, breaches))
    found += judge_terms(files, statements)
    found += judge_literals(files, statements)
    if not counts["data-sets"]:
        found.append(fault("no-data-set", files[0].shown))
    if shapes:
        found += judge_terms(shape_files, shape_statements, "unknown-shape-term")
        given = _as_graph(shape_statements)
        found += _judge_by_shapes(files, shape_files[0].shown, graph, given, around, full=full)
    return Judgement(counts=counts, faults=sorted(set(found)))


def count_things(graph: CubeGraph) -> dict[str, int]:
    """Return how many things of each kind a graph holds."""
    lists = [
        np.unique(graph.of(f"{QB}codeList")[1]),
        graph.of_class(f"{SKOS}ConceptScheme"),
        graph.of_class(f"{QB}HierarchicalCodeList"),
    ]
    return {
        "data-sets": len(graph.of_class(DATA_SET)),
        "structures": len(graph.of_class(STRUCTURE)),
        "observations": len(graph.of_class(OBSERVATION)),
        "code-lists": len(np.unique(np.concatenate(lists))),
        "statements": len(graph.statements),
    }


def counts_in_words(counts: dict[str, int]) -> Words:
    """Return the counts in words, on one line."""
    parts = [number_of(count, name) for name, count in counts.items()]
    return Words(", ".join(parts), ", ".join(part.nl for part in parts))


def _findings(breaches: Breaches) -> Iterator[Finding]:
    """Yield breaches with the terms at whose place they can be reported."""
    for breach in breaches.found:
        yield list(_about(breach)), breach.fault


def _about(breach: Breach) -> Iterator[str]:
    """Yield the terms at whose place a breach can be reported, the best first."""
    if breach.code == "component-property-not-iri":
        yield str(breach.particulars["property"])
    yield breach.thing
    for name in ("slice", "key", "structure", "data_set"):
        if value := str(breach.particulars.get(name, "")):
            yield value


def _not_in(found: list[ShapeResult], breaches: Breaches) -> list[ShapeResult]:
    """Return the results for which there is no breach of the same thing and property."""
    known = {(breach.thing, str(breach.particulars.get("property"))) for breach in breaches.found}
    things = {thing for thing, _ in known}
    return [
        item
        for item in found
        if (item.focus, item.path) not in known
        and not (item.path.startswith("^") and item.focus in things)
    ]


def _at_places(files: list[RdfFile], found: Iterable[ShapeResult]) -> list[Fault]:
    """Return results as faults at the places of their things in the files."""
    return placed(files, (([item.focus], partial(_as_fault, item)) for item in found))


def _as_fault(item: ShapeResult, *place: Any) -> Fault:
    return as_fault(item, place)


def _judge_by_shapes(
    files: list[RdfFile],
    shown: str,
    graph: CubeGraph,
    shapes: Graph,
    around: Graph,
    *,
    full: bool,
) -> Iterator[Fault]:
    """Yield the faults that given shapes find; ``shown`` is the first file of shapes.

    pySHACL judges the observations of a graph above a stated size only if asked to be ``full``.
    """
    count, left = len(graph.of_class(OBSERVATION)), list[str]()
    try:
        if count <= MOST_OBSERVATIONS or full:
            found = run_pyshacl(_as_graph(graph.statements), shapes)
        else:
            on_columns, left = observation_shapes(shapes)
            found = run_pyshacl(around, shapes) + _judge_observations(graph, on_columns, around)
    except UnusableShapes as error:
        yield fault("bad-shape", shown, problem=error)
        return
    yield from _at_places(files, found)
    if left:
        names = some_of(left, 3)
        yield fault("shapes-not-judged", shown, most=MOST_OBSERVATIONS, count=count, names=names)


def _surroundings(graph: CubeGraph) -> Graph:
    """Return a graph without its observations."""
    statements = graph.statements
    is_observed = np.isin(statements.subject, graph.of_class(OBSERVATION))
    is_observed |= statements.predicate == graph.number(f"{QB}observation")
    return _as_graph(statements, ~is_observed)


def _as_graph(statements: Statements, chosen: slice | NDArray[np.bool_] = slice(None)) -> Graph:
    """Return all or chosen statements as a graph of rdflib; each term becomes one node."""
    graph, found = Graph(), statements.terms.found
    node = cache(lambda number: as_node(found[number]))
    columns = (statements.subject, statements.predicate, statements.object)
    for triple in zip(*(column[chosen].tolist() for column in columns), strict=True):
        graph.add(tuple(map(node, triple)))  # type: ignore[arg-type]
    return graph


def _shapes_from_structures(graph: CubeGraph, around: Graph) -> list[ObservationShape]:
    """Return the shapes of the observations of each data set, made from its structure."""
    with_structure = set(map(str, around.subjects(URIRef(f"{QB}structure"))))
    # Blank nodes, which have no shape, have other names in the graph of rdflib.
    data_sets = set(map(graph.name, graph.of_class(DATA_SET).tolist())) & with_structure
    return [
        shape
        for iri in sorted(data_sets)
        for shape in ShapesOfOthers(structure=GraphStructure(graph=around, data_set=iri)).made()
    ]


def _judge_observations(
    graph: CubeGraph, shapes: list[ObservationShape], around: Graph
) -> list[ShapeResult]:
    """Return the results of shapes on all observations, at most ``MOST_RESULTS``."""
    things = GraphObservations(graph=graph, numbers=graph.of_class(OBSERVATION))
    results = ColumnJudge(shapes=shapes, context=around).judge(things)
    return [result.reported(things) for result in islice(results, MOST_RESULTS)]
