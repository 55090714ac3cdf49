"""The catalogue of a release is judged by the shapes of catalogues before it is on the disk.

Data sets and files of one kind are described alike, so one of each kind is judged: whatever a
release holds, this takes less than a second.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, URIRef

from publish.faults.fault import FaultyInput
from publish.project.project import Project
from publish.rdf.terms import as_node
from publish.rdf.turtle import new_graph, read_turtle
from publish.release.catalogue.dcat import describe_catalogue
from publish.release.catalogue.facts import facts_of
from publish.release.opened import TYPE, term
from publish.validation.shapes.bounded import judge
from publish.validation.shapes.files import package_shapes
from publish.validation.shapes.with_pyshacl import as_fault

SHAPES = "catalogue"
"""The document of the shapes."""
SECONDS = 60
ANY_TIME = "2000-01-01T00:00:00Z"
"""When the release is made is not known yet, and does not matter here."""
ALIKE = tuple(map(term, ("dcat:Dataset", "dcat:Distribution", "dcat:CatalogRecord")))
"""Classes of which a catalogue has many members that are alike."""
PARTS = tuple(map(term, ("spdx:checksum", "dct:temporal", "dcat:landingPage")))
"""What leads from one of them to a node that is its own."""


def judge_catalogue(project: Project, manifest: Mapping[str, Any]) -> None:
    """Judge the catalogue that a manifest will have. Raises FaultyInput with all violations."""
    facts = facts_of(manifest, (ANY_TIME, ANY_TIME))
    if facts is None:
        return
    graph = as_graph(some_of_each_kind(list(describe_catalogue(facts))))
    shapes = new_graph(project.uris)
    read_turtle(package_shapes()[SHAPES], SHAPES, project.base, shapes, [])
    found = [as_fault(result) for result in judge(graph, shapes, SECONDS).results]
    if found:
        raise FaultyInput(found)


def as_graph(triples: Sequence[ox.Triple]) -> Graph:
    """Return triples as a graph of rdflib."""
    graph = Graph()
    for triple in triples:
        graph.add((as_node(triple.subject), URIRef(triple.predicate.value), as_node(triple.object)))
    return graph


def some_of_each_kind(triples: Sequence[ox.Triple]) -> list[ox.Triple]:
    """Return a catalogue without those data sets, files and records that are like another.

    The data set of a file and the record of a data set stay with it, so that nothing leads to what
    is left out.
    """
    nodes: dict[ox.NamedNode, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode)  # noqa: S101 - there are no blank nodes
        nodes[triple.subject].append(triple)
    types = {node: types_of(own) for node, own in nodes.items()}
    sorts = {
        node: (types[node], frozenset(item.predicate for item in nodes[node])) for node in nodes
    }
    topics = {
        topic: node for node, own in nodes.items() for topic in _objects(own, "foaf:primaryTopic")
    }
    kept, seen = set[ox.NamedNode](), set[object]()
    for node, own in nodes.items():
        if ALIKE[0] not in types[node]:
            continue
        files = _objects(own, "dcat:distribution")
        kinds = {file: _kind(nodes[file], sorts) for file in files if file in nodes}
        kind = _kind(own, sorts)
        new = [file for file in kinds if kinds[file] not in seen]
        if kind in seen and not new:
            continue
        seen |= {kind, *kinds.values()}
        kept |= {node, *(new or files[:1])}
        if node in topics:
            kept.add(topics[node])
    alike = {
        node
        for node, own in nodes.items()
        if set(ALIKE) & types[node] and node not in kept and not _is_of_service(own, types)
    }
    left = {*alike, *(part for node in alike for part in _parts(nodes[node]))}
    return [item for item in triples if item.subject not in left and item.object not in left]


def types_of(own: Sequence[ox.Triple]) -> frozenset[object]:
    """Return the classes of a node by its triples."""
    return frozenset(item.object for item in own if item.predicate == TYPE)


def _objects(own: Sequence[ox.Triple], predicate: str) -> list[ox.NamedNode]:
    """Return the addresses that a property of a node leads to."""
    wanted = term(predicate)
    return [
        item.object
        for item in own
        if item.predicate == wanted and isinstance(item.object, ox.NamedNode)
    ]


def _parts(own: Sequence[ox.Triple]) -> Iterator[object]:
    yield from (item.object for item in own if item.predicate in PARTS)


def _is_of_service(own: Sequence[ox.Triple], types: Mapping[ox.NamedNode, Any]) -> bool:
    topics = _objects(own, "foaf:primaryTopic")
    return any(term("dcat:DataService") in types.get(topic, ()) for topic in topics)


def _kind(own: Sequence[ox.Triple], sorts: Mapping[ox.NamedNode, object]) -> object:
    """Return what two nodes have in common that no shape can tell apart, by their triples.

    That is how often they have each property, up to twice, with values of which sort.
    """
    counts = Counter((item.predicate, _sort(item.object, sorts)) for item in own)
    return frozenset((sort, min(count, 2)) for sort, count in counts.items())


def _sort(value: object, sorts: Mapping[ox.NamedNode, object]) -> object:
    """Return datatype and language of a literal; of a node its classes and properties."""
    if isinstance(value, ox.Literal):
        return value.datatype, value.language
    if isinstance(value, ox.NamedNode) and value in sorts:
        return sorts[value]
    return str(value).partition(":")[0]
