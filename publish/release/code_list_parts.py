"""Each code list by itself, out of the graph that holds all of them.

To a list belong the list, its codes, and what is only there for these: its levels, and remarks
about it. What is there for several lists belongs to each of them.
"""

from __future__ import annotations

from pathlib import Path

from rdflib import Graph
from rdflib.namespace import SKOS
from rdflib.term import Node

from publish.ontology.links import LISTS_GRAPH
from publish.project.iris import Uris
from publish.rdf.namespaces import RDF
from publish.rdf.turtle import new_graph
from publish.release.dumps import Dump, write_graph

FOLDER = "codelijst"
"""Where the dumps of single lists are, below those of the graphs."""


def write_code_lists(uris: Uris, folder: Path, concepts: Graph) -> list[Dump]:
    """Write each code list by itself into the folder of the dumps."""
    (folder / FOLDER).mkdir()
    graph = uris.iri("graph", name=LISTS_GRAPH)
    dumps = []
    for name, part in parts_by_list(concepts, uris).items():
        path = f"{FOLDER}/{name}"
        write_graph(folder, path, part, uris)
        about = uris.iri("concept-scheme", scheme=name)
        dumps.append(Dump(name=path, graph=graph, about=about))
    return dumps


def parts_by_list(graph: Graph, uris: Uris) -> dict[str, Graph]:
    """Return the triples of each list under ``/id/conceptscheme/`` by the last part of its IRI."""
    lists = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    owners: dict[Node, set[Node]] = {item: {item} for item in lists}
    for code, item in graph.subject_objects(SKOS.inScheme):
        if item in lists:
            owners.setdefault(code, set()).add(item)
    _spread(graph, owners)
    beginning = uris.iri("concept-scheme", scheme="")
    parts = {}
    for item in sorted(lists, key=str):
        name = str(item).removeprefix(beginning)
        if name != str(item) and "/" not in name:
            parts[name] = new_graph(uris)
    for triple in graph:
        for item in owners.get(triple[0], ()):
            part = parts.get(str(item).removeprefix(beginning))
            if part is not None:
                part.add(triple)
    return parts


def _spread(graph: Graph, owners: dict[Node, set[Node]]) -> None:
    """Give what has no owner those of what it leads to, or of what leads to it."""
    free = {subject for subject in graph.subjects() if subject not in owners}
    beside: dict[Node, set[Node]] = {item: set() for item in free}
    for subject, _, value in graph:
        if subject in free:
            beside[subject].add(value)
        if value in free:
            beside[value].add(subject)
    found = True
    while found:
        found = False
        for item in free:
            mine = owners.get(item, set())
            theirs = set[Node]().union(*(owners.get(other, set()) for other in beside[item]))
            if not theirs <= mine:
                owners[item] = mine | theirs
                found = True
