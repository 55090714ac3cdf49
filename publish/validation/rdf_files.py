"""Validation of RDF files of anybody, without a project.

All files together are judged as one graph: syntax, unknown terms, integrity constraints of RDF Data
Cube, and shapes, made from the structures or given. A fault stands where the thing that it is about
is first described. Observations, of which there may be millions, are judged over columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rdflib import Graph, URIRef

from publish.faults.fault import Fault, FaultyInput, Words, fault, number_of
from publish.rdf.input.files import RdfFile
from publish.rdf.reader import read_files
from publish.rdf.statements import unique_integers
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
from publish.validation.given_shapes import as_graph, read_given_shapes
from publish.validation.placed import Finding, placed
from publish.validation.shapes.columns import ColumnJudge
from publish.validation.shapes.compile import ObservationShape, ShapeResult
from publish.validation.shapes.graph_structure import GraphStructure
from publish.validation.shapes.of_others import ShapesOfOthers
from publish.validation.shapes.with_pyshacl import (
    as_fault,
)
from publish.validation.terms import judge_literals, judge_terms

MOST_RESULTS = 10_000
"""Results on observations that are named; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How much was found in files, and what is wrong with it."""

    counts: dict[str, int]
    """The numbers of data sets, structures, observations, code lists and statements."""
    faults: list[Fault]
    """Errors and warnings, sorted by place."""
    shapes_unusable: bool = False
    """Whether shapes were given of which nothing could be judged."""


def validate_files(
    paths: list[Path],
    shapes: list[Path] | None = None,
    *,
    full: bool = False,
    seconds: float | None = None,
) -> Judgement:
    """Judge all files together as one graph. Raises FaultyInput where one cannot be read.

    ``seconds`` bounds what pySHACL does; by default it has a time that goes with the data.
    """
    faults: list[Fault] = []
    files, statements = read_files(paths, faults)
    if faults:
        raise FaultyInput(faults)
    given = read_given_shapes(shapes, faults) if shapes else None
    graph = normalised(statements)
    counts = count_things(graph)
    breaches = find_breaches(graph)
    found = placed(files, _findings(breaches))
    found += breaches.unnamed(files[0].shown)
    around = _surroundings(graph)
    columns = partial(_judge_observations, graph, around=around, shown=files[0].shown, cut=found)
    of_structures = columns(_shapes_from_structures(graph, around))
    found += _at_places(files, _not_in(of_structures, breaches))
    found += judge_terms(files, statements)
    found += judge_literals(files, statements)
    if not counts["data-sets"]:
        found.append(fault("no-data-set", files[0].shown))
    of_shapes: list[Fault] = []
    unusable = bool(faults)
    if given and not faults:
        results = given.judge(graph, around, columns, full=full, seconds=seconds)
        found += _at_places([*files, *given.files], results)
        told = {(item.path, item.line, item.column) for item in found}
        given.warnings += [
            item
            for item in judge_terms(given.files, given.statements, "unknown-shape-term")
            if (item.path, item.line, item.column) not in told  # of a file that is data too
        ]
        of_shapes, unusable = given.faults(), given.unusable
    every = {*found, *of_shapes, *faults}
    return Judgement(counts=counts, faults=sorted(every), shapes_unusable=unusable)


def count_things(graph: CubeGraph) -> dict[str, int]:
    """Return how many things of each kind a graph holds."""
    lists = [
        graph.of(f"{QB}codeList")[1],
        graph.of_class(f"{SKOS}ConceptScheme"),
        graph.of_class(f"{QB}HierarchicalCodeList"),
    ]
    return {
        "data-sets": len(graph.of_class(DATA_SET)),
        "structures": len(graph.of_class(STRUCTURE)),
        "observations": len(graph.of_class(OBSERVATION)),
        "code-lists": len(unique_integers(np.concatenate(lists))),
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


def _surroundings(graph: CubeGraph) -> Graph:
    """Return a graph without its observations."""
    statements = graph.statements
    is_observed = np.isin(statements.subject, graph.of_class(OBSERVATION))
    is_observed |= statements.predicate == graph.number(f"{QB}observation")
    return as_graph(statements, ~is_observed)


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
    graph: CubeGraph,
    shapes: list[ObservationShape],
    *,
    around: Graph,
    shown: str,
    cut: list[Fault],
) -> list[ShapeResult]:
    """Return the results of shapes on all observations, at most ``MOST_RESULTS``.

    How many more there are is added to ``cut``, at the file that is ``shown``.
    """
    things = GraphObservations(graph=graph, numbers=graph.of_class(OBSERVATION))
    results = ColumnJudge(shapes=shapes, context=around).judge(things)
    kept = [result.reported(things) for result in islice(results, MOST_RESULTS)]
    for severity, more in Counter(result.shape.severity for result in results).items():
        unnamed = fault(
            "more-breaches", shown, more=more, kept=MOST_RESULTS, kind="shape-violation"
        )
        cut.append(replace(unnamed, severity=severity))
    return kept
