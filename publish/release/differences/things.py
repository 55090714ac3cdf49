"""Compares the concepts, code lists and terms of two releases by their own triples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph as ox

from publish.project.iris import Uris
from publish.project.project import Text
from publish.rdf.namespaces import DCTERMS, OWL, RDF, RDFS, SKOS
from publish.release.differences.change import Kind, PropertyChange, ThingChange
from publish.release.differences.state import State, open_triples

Properties = dict[str, set[str]]
"""The values of each property of a thing, as N-Triples terms."""
COMPARED_GRAPHS = ("codelijsten", "vocabularium")
"""The graphs of concepts and of terms."""
LABELS = (str(SKOS.prefLabel), str(RDFS.label), str(DCTERMS.title))
CONCEPT_KINDS = {f"<{SKOS.Concept}>", f"<{SKOS.ConceptScheme}>"}
TRUE = str(ox.Literal(True))


def compare_things(old: State, new: State) -> tuple[list[ThingChange], list[ThingChange]]:
    """Return the concepts and code lists that differ, and the terms, in order of their IRIs."""
    concepts, terms = (
        _differences(_things(old, graph), _things(new, graph), new.base)
        if _checksum(old, graph) != _checksum(new, graph)
        else []
        for graph in COMPARED_GRAPHS
    )
    return concepts, terms


def _checksum(state: State, graph: str) -> str | None:
    return state.graphs[graph].sha256 if graph in state.graphs else None


def _things(state: State, graph: str) -> dict[str, Properties]:
    """Return the things of a graph with their properties; of code lists, what is in them."""
    found: defaultdict[str, defaultdict[str, set[str]]]
    found = defaultdict(lambda: defaultdict(set))
    if graph in state.graphs:
        with open_triples(state.graphs[graph]) as source:
            for quad in ox.parse(source, format=ox.RdfFormat.N_TRIPLES):
                if isinstance(quad.subject, ox.NamedNode):
                    found[quad.subject.value][quad.predicate.value].add(str(quad.object))
    if graph != COMPARED_GRAPHS[0]:
        return {iri: dict(properties) for iri, properties in found.items()}
    return {
        iri: dict(properties)
        for iri, properties in found.items()
        if properties.get(str(RDF.type), set()) & CONCEPT_KINDS
    }


def _differences(
    old: dict[str, Properties], new: dict[str, Properties], base: str
) -> list[ThingChange]:
    return [
        change
        for iri in sorted(old.keys() | new.keys())
        for change in _difference(iri, old.get(iri), new.get(iri), base)
    ]


def _difference(
    iri: str, old: Properties | None, new: Properties | None, base: str
) -> Iterator[ThingChange]:
    """Yield the change of a thing, if there is one."""
    before, after = _in_use(old), _in_use(new)
    kind: Kind = "revised"
    if before != after:
        kind = "added" if after else "removed"
    properties = () if kind != "revised" else tuple(_of_properties(old or {}, new or {}, base))
    if kind == "revised" and not properties:
        return
    yield ThingChange(
        kind=kind,
        iri=iri,
        label=_label(new or old or {}),
        properties=properties,
        deprecated=kind == "removed" and new is not None,
        replaced_by=tuple(
            sorted(value.strip("<>") for value in (new or {}).get(str(DCTERMS.isReplacedBy), ()))
        ),
    )


def _in_use(thing: Properties | None) -> bool:
    """Return whether a thing is there and not deprecated."""
    return thing is not None and TRUE not in thing.get(str(OWL.deprecated), ())


def _of_properties(old: Properties, new: Properties, base: str) -> Iterator[PropertyChange]:
    """Yield the properties of a thing that changed; not its place among others."""
    uris = Uris(base=base, vocabulary="")
    derived = {uris.generic(name) for name in ("volgorde", "niveau")}
    for predicate in sorted((old.keys() | new.keys()) - derived):
        before, after = old.get(predicate, set()), new.get(predicate, set())
        if before != after:
            yield PropertyChange(
                predicate=predicate,
                old=tuple(sorted(before - after)),
                new=tuple(sorted(after - before)),
            )


def _label(thing: Properties) -> Text:
    """Return what a thing is called, by language."""
    for predicate in LABELS:
        found = {}
        for text in sorted(thing.get(predicate, ())):
            quad = next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)))
            if isinstance(quad.object, ox.Literal):
                found[quad.object.language or ""] = quad.object.value
        if found:
            return found
    return {}
