"""The named graphs of a release in the words of VoID, with numbers that were counted at the build.

``/id/graaf/`` is everything together, ``/id/graaf/<name>`` one graph. No blank nodes are used.
https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.project.iris import EVERYTHING
from publish.release.manifest import NamedGraph
from publish.release.opened import LANGUAGES, TYPE, Served, read_names, term

SD = "http://www.w3.org/ns/sparql-service-description#"
COUNTED = {
    "triples": "triples",
    "distinct-subjects": "distinctSubjects",
    "distinct-objects": "distinctObjects",
    "properties": "properties",
    "classes": "classes",
}
"""The properties of VoID by their names in the manifest."""


def integer(number: int) -> ox.Literal:
    """Return a whole number as a literal."""
    return ox.Literal(str(number), datatype=term("xsd:integer"))


def all_graphs(served: Served) -> ox.NamedNode:
    """Return the IRI of all graphs together."""
    return ox.NamedNode(f"{served.base}/id/graaf/")


def describe_graph(served: Served, graph: NamedGraph) -> Iterator[ox.Triple]:
    """Yield the description of a named graph: its size, its files and what it is about."""
    node = ox.NamedNode(graph.iri)
    yield from _types(node)
    for language in LANGUAGES:
        yield _title(node, title_of(served, graph, language), language)
    yield ox.Triple(node, term("dct:subject"), ox.NamedNode(graph.about))
    yield ox.Triple(node, term("void:triples"), integer(graph.triples))
    yield from _found_at(served, node, graph.name)
    yield ox.Triple(all_graphs(served), term("void:subset"), node)


def describe_all_graphs(served: Served) -> Iterator[ox.Triple]:
    """Yield the description of all graphs together, and of each of them."""
    node = all_graphs(served)
    yield from _types(node)
    for language, title in served.title.items():
        yield _title(node, title, language)
    for language, text in served.description.items():
        yield ox.Triple(node, term("dct:description"), ox.Literal(text, language=language))
    for key, name in COUNTED.items():
        if key in served.counts:
            yield ox.Triple(node, term(f"void:{name}"), integer(served.counts[key]))
    space = ox.Literal(f"{served.base}/id/")
    yield ox.Triple(node, term("void:uriSpace"), space)
    for data_set in served.data_sets[:3]:
        example = ox.NamedNode(data_set.iri)
        yield ox.Triple(node, term("void:exampleResource"), example)
    yield from _found_at(served, node, EVERYTHING)
    for graph in served.graphs:
        yield from describe_graph(served, graph)


def title_of(served: Served, graph: NamedGraph, language: str) -> str:
    """Return the title of a graph: that of its data set, or the name of a shared graph."""
    names = read_names()[language]
    of_data_set = next((item for item in served.data_sets if item.iri == graph.about), None)
    name = of_data_set.title.get(language) if of_data_set else None
    name = name or names["graphs"].get(graph.name, graph.name)
    if of_data_set and graph.name != of_data_set.slug:
        name = names["cells-of"].format(name=name)
    return str(name)


def _types(node: ox.NamedNode) -> Iterator[ox.Triple]:
    yield ox.Triple(node, TYPE, term("void:Dataset"))
    yield ox.Triple(node, TYPE, ox.NamedNode(SD + "Graph"))


def _title(node: ox.NamedNode, text: str, language: str) -> ox.Triple:
    return ox.Triple(node, term("dct:title"), ox.Literal(text, language=language))


def _found_at(served: Served, node: ox.NamedNode, name: str) -> Iterator[ox.Triple]:
    """Yield the dumps and endpoint of a graph, its licence and when it was issued."""
    for file in served.files.values():
        if file.stem == name:
            address = ox.NamedNode(served.address(f"/dumps/{file.name}"))
            yield ox.Triple(node, term("void:dataDump"), address)
    endpoint = ox.NamedNode(served.address("/sparql"))
    yield ox.Triple(node, term("void:sparqlEndpoint"), endpoint)
    if served.licence:
        yield ox.Triple(node, term("dct:license"), ox.NamedNode(served.licence))
    if served.made:
        time = ox.Literal(served.made, datatype=term("xsd:dateTime"))
        yield ox.Triple(node, term("dct:issued"), time)
