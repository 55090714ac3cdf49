"""Judging RDF files of anybody, without project, mapping or table.

In come paths; out come what was found in them, as numbers, and all faults: syntax, integrity
constraints of RDF Data Cube, circles in hierarchies, shapes when they are given. A fault stands
at the place in the text where the thing it is about is first described.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from publish.faults.fault import Fault, FaultyInput, Words, fault, number_of, phrase, some_of
from publish.rdf.positions import Places, find_places, find_uses
from publish.rdf.reader import RdfFile, read_files
from publish.rdf.statements import Statements
from publish.rdf.terms import as_node
from publish.rdf.unknown_terms import SHACL, split_iri, unknown_terms
from publish.validation.constraints import normal_form as cube
from publish.validation.constraints.breaches import MOST_OF_A_KIND, Breach, Breaches
from publish.validation.constraints.normal_form import QB, SKOS, CubeGraph, normalised
from publish.validation.constraints.structure import find_breaches
from publish.validation.shapes.any_rdf import (
    judge_given,
    judge_observations,
    made_shapes,
    surroundings,
)
from publish.validation.shapes.compile import Result
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS, UnusableShapes, as_fault

MADE_LABEL = re.compile(r"_:[0-9a-f]{32}")
"""The label of a blank node that has none in the file."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was found in files."""

    counts: dict[str, int]
    """How many data sets, structures, observations, code lists and statements there are."""
    faults: list[Fault]
    """Warnings among them, sorted by place."""


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
    found = list(_placed(files, breaches))
    around = surroundings(graph)
    of_structures = judge_observations(graph, made_shapes(graph, around), around)
    found += _at_places(files, _not_told_yet(of_structures, breaches))
    found += _unknown_terms(files, statements)
    if not counts["data-sets"]:
        found.append(fault("no-data-set", files[0].shown))
    if shapes:
        found += _unknown_terms(shape_files, shape_statements, "unknown-shape-term")
        given = _as_graph(shape_statements)
        is_large = counts["observations"] > MOST_OBSERVATIONS and not full
        whole = None if is_large else _as_graph(statements)
        found += _judge_given(files, shape_files[0].shown, graph, given, around, whole)
    return Judgement(counts=counts, faults=sorted(set(found)))


def count_things(graph: CubeGraph) -> dict[str, int]:
    """Return how many things of each sort a graph holds."""
    lists = [
        np.unique(graph.of(f"{QB}codeList")[1]),
        graph.of_class(f"{SKOS}ConceptScheme"),
        graph.of_class(f"{QB}HierarchicalCodeList"),
    ]
    return {
        "data-sets": len(graph.of_class(cube.DATA_SET)),
        "structures": len(graph.of_class(cube.STRUCTURE)),
        "observations": len(graph.of_class(cube.OBSERVATION)),
        "code-lists": len(np.unique(np.concatenate(lists))),
        "statements": len(graph.statements),
    }


def told(counts: dict[str, int]) -> Words:
    """Return what was found as one line."""
    parts = [number_of(count, name) for name, count in counts.items()]
    return Words(", ".join(parts), ", ".join(part.nl for part in parts))


def _placed(files: list[RdfFile], breaches: Breaches) -> Iterator[Fault]:
    """Yield breaches as faults at the places of their things, and how many more there are."""
    wanted = {iri for breach in breaches.found for iri in _about(breach)}
    places = find_places(files, wanted) if wanted else {}
    for breach in breaches.found:
        shown = {
            name: _shown(value) if isinstance(value, str) else value
            for name, value in breach.particulars.items()
        }
        named = replace(breach, thing=_shown(breach.thing), particulars=shown)
        yield named.fault(*_place_of(breach, places, files))
    for code, more in breaches.unnamed():
        yield fault("more-breaches", files[0].shown, more=more, kept=MOST_OF_A_KIND, kind=code)


def _about(breach: Breach) -> Iterator[str]:
    """Yield the IRIs at whose place a breach may be told, the best first."""
    if not breach.thing.startswith("_:"):
        yield breach.thing
    for name in ("slice", "key", "structure", "data_set"):
        value = str(breach.particulars.get(name, ""))
        if value and not value.startswith("_:"):
            yield value


def _place_of(breach: Breach, places: Places, files: list[RdfFile]) -> tuple[str, int, int]:
    """Return the place of a breach: in a file, else the IRI."""
    for iri in _about(breach):
        if iri in places:
            return places[iri]
    return next(_about(breach), files[0].shown), 0, 0


def _shown(value: str) -> str:
    """Return a name as it is told; the made-up label of a blank node means nothing to anybody."""
    return phrase("without-iri") if MADE_LABEL.fullmatch(value) else value


def _not_told_yet(found: list[Result], breaches: Breaches) -> list[Result]:
    """Return the results that no constraint tells already of the same thing and property."""
    told = {(breach.thing, str(breach.particulars.get("property"))) for breach in breaches.found}
    things = {thing for thing, _ in told}
    return [
        item
        for item in found
        if (item.focus, item.path) not in told
        and not (item.path.startswith("^") and item.focus in things)
    ]


def _at_places(files: list[RdfFile], found: list[Result]) -> list[Fault]:
    """Return results as faults, where their things stand in the files."""
    places = find_places(files, {item.focus for item in found}) if found else {}
    return [as_fault(item, places.get(item.focus)) for item in found]


def _unknown_terms(
    files: list[RdfFile], statements: Statements, code: str = "unknown-term"
) -> Iterator[Fault]:
    """Yield a fault for each term that its vocabulary does not define, where it first stands.

    In shapes a term of SHACL itself has a ``code`` of its own: a validator ignores it in silence.
    """
    terms = statements.terms.found
    names = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    names |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    unknown = unknown_terms(names)
    places = find_uses(files, set(unknown)) if unknown else {}
    for iri, hint in sorted(unknown.items()):
        namespace, name = split_iri(iri)
        place = places.get(iri, (iri, 0, 0))
        kind = code if namespace == SHACL else "unknown-term"
        yield fault(kind, *place, name=name, namespace=namespace, hint=hint)


def _judge_given(
    files: list[RdfFile],
    shown: str,
    graph: CubeGraph,
    shapes: Graph,
    around: Graph,
    whole: Graph | None,
) -> Iterator[Fault]:
    """Yield what given shapes find; ``shown`` is the first file of them."""
    try:
        found, left = judge_given(graph, shapes, around, whole)
    except UnusableShapes as error:
        yield fault("bad-shape", shown, problem=error)
        return
    yield from _at_places(files, found)
    if left:
        count = len(graph.of_class(cube.OBSERVATION))
        names = some_of(left, 3)
        yield fault("shapes-not-judged", shown, most=MOST_OBSERVATIONS, count=count, names=names)


def _as_graph(statements: Statements) -> Graph:
    """Return statements as a graph of rdflib, which pySHACL judges."""
    graph, nodes = Graph(), {}

    def node(number: int) -> Node:
        if number not in nodes:
            nodes[number] = as_node(statements.terms.found[number])
        return nodes[number]

    for triple in zip(
        statements.subject.tolist(),
        statements.predicate.tolist(),
        statements.object.tolist(),
        strict=True,
    ):
        graph.add(tuple(map(node, triple)))  # type: ignore[arg-type]
    return graph
