"""The named graphs of a release in the words of VoID, with numbers that were counted at the build.

``/id/graaf/`` is everything together, ``/id/graaf/<name>`` one graph. No blank nodes are used.
https://www.w3.org/TR/void/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from publish.project.iris import EVERYTHING
from publish.project.project import Text
from publish.release.manifest import PARQUET, NamedGraph
from publish.release.opened import LANGUAGES, Served, read_names, term

COUNTED = {
    "triples": "triples",
    "distinct-subjects": "distinctSubjects",
    "distinct-objects": "distinctObjects",
    "properties": "properties",
    "classes": "classes",
}
"""The properties of VoID by their names in the manifest."""


_LOCAL_NAME = re.compile(r"[^#/:]*$")


def integer(number: int) -> ox.Literal:
    """Return a whole number as a literal."""
    return ox.Literal(str(number), datatype=term("xsd:integer"))


def statements(
    subject: ox.NamedNode, *pairs: tuple[str, ox.NamedNode | ox.Literal]
) -> Iterator[ox.Triple]:
    """Yield a triple for each pair of a predicate, in its short form, and an object."""
    for predicate, object_ in pairs:
        yield ox.Triple(subject, term(predicate), object_)


def describe_numbers(node: ox.NamedNode, counts: Mapping[str, int]) -> Iterator[ox.Triple]:
    """Yield what was counted of a graph, by its names in the manifest."""
    for key, name in COUNTED.items():
        if key in counts:
            yield from statements(node, (f"void:{name}", integer(counts[key])))


def describe_partitions(node: ox.NamedNode, counts: Mapping[str, Any]) -> Iterator[ox.Triple]:
    """Yield how often a graph has each property and class, and the vocabularies they are of."""
    vocabularies: set[str] = set()
    head = node.value + ("-" if "#" in node.value else "#")
    for kind, counted in (("property", "triples"), ("class", "entities")):
        for place, (iri, number) in enumerate(counts.get(f"{kind}-partitions", {}).items()):
            part = ox.NamedNode(f"{head}{kind}-{place}")
            yield from statements(node, (f"void:{kind}Partition", part))
            yield from statements(
                part,
                (f"void:{kind}", ox.NamedNode(iri)),
                (f"void:{counted}", integer(number)),
            )
            vocabularies.add(_LOCAL_NAME.sub("", iri))
    for iri in sorted(vocabularies):
        yield from statements(node, ("void:vocabulary", ox.NamedNode(iri)))


def all_graphs(served: Served) -> ox.NamedNode:
    """Return the IRI of all graphs together."""
    return ox.NamedNode(f"{served.base}/id/graaf/")


def describe_graph(served: Served, graph: NamedGraph) -> Iterator[ox.Triple]:
    """Yield the description of a named graph: its size, its files and what it is about."""
    node = ox.NamedNode(graph.iri)
    yield from _types_and_titles(
        node, {language: title_of(served, graph, language) for language in LANGUAGES}
    )
    about, triples = ox.NamedNode(graph.about), integer(graph.triples)
    yield from statements(node, ("dct:subject", about), ("void:triples", triples))
    yield from _found_at(served, node, graph.name)
    if graph is served.versions:  # which is no part of what is told of all together
        for language in LANGUAGES:
            text = read_names()[language]["of-versions"]
            yield from statements(node, ("dct:description", ox.Literal(text, language=language)))
        return
    yield from statements(all_graphs(served), ("void:subset", node))


def describe_all_graphs(served: Served) -> Iterator[ox.Triple]:
    """Yield the description of all graphs together, and of each of them."""
    node = all_graphs(served)
    yield from _types_and_titles(node, served.title)
    for language, text in served.description.items():
        yield from statements(node, ("dct:description", ox.Literal(text, language=language)))
    yield from describe_numbers(node, served.counts)
    yield from describe_partitions(node, served.partitions)
    yield from statements(node, ("void:uriSpace", ox.Literal(f"{served.base}/id/")))
    for data_set in served.data_sets[:3]:
        yield from statements(node, ("void:exampleResource", ox.NamedNode(data_set.iri)))
    if served.manifest.get("publication"):
        catalogue = ox.NamedNode(f"{served.base}/id/catalogus")
        yield from statements(node, ("rdfs:seeAlso", catalogue))
    yield from _found_at(served, node, EVERYTHING)
    for graph in (*served.graphs, *([served.versions] if served.versions else [])):
        yield from describe_graph(served, graph)


def title_of(served: Served, graph: NamedGraph, language: str) -> str:
    """Return the title of a graph: that of its data set, or the name of a shared graph."""
    names = read_names()[language]
    of_data_set = served.data_set_of(graph.about)
    name = of_data_set.title.get(language) if of_data_set else None
    name = name or names["graphs"].get(graph.name, graph.name)
    if of_data_set and graph.name != of_data_set.slug:
        name = names["cells-of"].format(name=name)
    return str(name)


def _types_and_titles(node: ox.NamedNode, titles: Text) -> Iterator[ox.Triple]:
    yield from statements(node, ("rdf:type", term("void:Dataset")), ("rdf:type", term("sd:Graph")))
    for language, text in titles.items():
        yield from statements(node, ("dct:title", ox.Literal(text, language=language)))


def _found_at(served: Served, node: ox.NamedNode, name: str) -> Iterator[ox.Triple]:
    """Yield the dumps and endpoint of a graph, its licence and when it was issued."""
    for file in served.files.values():
        if file.stem == name:
            address = ox.NamedNode(f"{served.public_url}/dumps/{file.name}")
            is_rdf = file.media_type != PARQUET and not file.export  # as a dump of VoID must be
            yield from statements(node, ("void:dataDump" if is_rdf else "dct:hasFormat", address))
    yield from statements(
        node, ("void:sparqlEndpoint", ox.NamedNode(f"{served.public_url}/sparql"))
    )
    if served.licence:
        yield from statements(node, ("dct:license", ox.NamedNode(served.licence)))
    if served.made:
        time = ox.Literal(served.made, datatype=term("xsd:dateTime"))
        yield from statements(node, ("dct:issued", time))
