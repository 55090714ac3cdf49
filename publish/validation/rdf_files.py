"""Validation of RDF files of anybody, without a project.

All files together are judged as one graph: syntax, unknown terms, integrity constraints of RDF Data
Cube, and shapes, made from the structures or given. A fault stands where the thing that it is about
is first described.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyoxigraph as ox
from rdflib import Graph

from publish.faults.fault import Fault, FaultyInput, Words, fault, number_of, phrase, some_of
from publish.rdf.positions import Places, find_places, find_uses
from publish.rdf.reader import RdfFile, read_files
from publish.rdf.statements import Statements
from publish.rdf.terms import split_iri
from publish.rdf.unknown_terms import SHACL, unknown_terms
from publish.validation.constraints.breaches import MOST_OF_A_KIND, Breach, Breaches
from publish.validation.constraints.normal_form import (
    DATA_SET,
    OBSERVATION,
    QB,
    SKOS,
    STRUCTURE,
    CubeGraph,
    normalised,
)
from publish.validation.constraints.structure import find_breaches
from publish.validation.shapes.any_rdf import (
    as_graph,
    judge_by_shapes,
    judge_observations,
    shapes_from_structures,
    surroundings,
)
from publish.validation.shapes.compile import ShapeResult
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS, UnusableShapes, as_fault

GENERATED_LABEL = re.compile(r"_:[0-9a-f]{24,32}")
"""The label of a blank node that has no label in the file."""


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
    found = list(_placed(files, breaches))
    around = surroundings(graph)
    of_structures = judge_observations(graph, shapes_from_structures(graph, around), around)
    found += _at_places(files, _not_in(of_structures, breaches))
    found += _unknown_terms(files, statements)
    if not counts["data-sets"]:
        found.append(fault("no-data-set", files[0].shown))
    if shapes:
        found += _unknown_terms(shape_files, shape_statements, "unknown-shape-term")
        given = as_graph(shape_statements)
        is_large = counts["observations"] > MOST_OBSERVATIONS and not full
        whole = None if is_large else as_graph(statements)
        found += _judge_by_shapes(files, shape_files[0].shown, graph, given, around, whole)
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


def _placed(files: list[RdfFile], breaches: Breaches) -> Iterator[Fault]:
    """Yield breaches as faults at their places, and a fault for those beyond a number."""
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
    """Yield the IRIs at whose place a breach can be reported, the best first."""
    if not breach.thing.startswith("_:"):
        yield breach.thing
    for name in ("slice", "key", "structure", "data_set"):
        value = str(breach.particulars.get(name, ""))
        if value and not value.startswith("_:"):
            yield value


def _place_of(breach: Breach, places: Places, files: list[RdfFile]) -> tuple[str, int, int]:
    """Return the place of a breach in a file, else its IRI as place."""
    for iri in _about(breach):
        if iri in places:
            return places[iri]
    return next(_about(breach), files[0].shown), 0, 0


def _shown(value: str) -> str:
    """Return a name for a message; a generated label of a blank node means nothing to a reader."""
    return phrase("without-iri") if GENERATED_LABEL.fullmatch(value) else value


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


def _at_places(files: list[RdfFile], found: list[ShapeResult]) -> list[Fault]:
    """Return results as faults at the places of their things in the files."""
    places = find_places(files, {item.focus for item in found}) if found else {}
    return [as_fault(item, places.get(item.focus)) for item in found]


def _unknown_terms(
    files: list[RdfFile], statements: Statements, code: str = "unknown-term"
) -> Iterator[Fault]:
    """Yield a fault for each term that its vocabulary does not define, at its first use.

    ``code`` is that of unknown terms of SHACL: in shapes a validator ignores them in silence.
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


def _judge_by_shapes(
    files: list[RdfFile],
    shown: str,
    graph: CubeGraph,
    shapes: Graph,
    around: Graph,
    whole: Graph | None,
) -> Iterator[Fault]:
    """Yield the faults that given shapes find; ``shown`` is the first file of shapes."""
    try:
        found, left = judge_by_shapes(graph, shapes, around, whole)
    except UnusableShapes as error:
        yield fault("bad-shape", shown, problem=error)
        return
    yield from _at_places(files, found)
    if left:
        count = len(graph.of_class(OBSERVATION))
        names = some_of(left, 3)
        yield fault("shapes-not-judged", shown, most=MOST_OBSERVATIONS, count=count, names=names)
