"""The dumps of a graph as N-Triples and Turtle, from which all other formats are made.

Files are named after the graph: ``<name>.nt`` and ``<name>.ttl``, compressed when they are large.
The observations and cells of a cube are written batch by batch; the description of the data set is
known only at the end, but comes first in Turtle. Each code list also has dumps of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph
from rdflib.namespace import SKOS
from rdflib.term import Node

from publish.cube.batch import Batch
from publish.cube.rdf.observations import ObservationWriter
from publish.cube.rdf.syntax import N_TRIPLES, turtle
from publish.cube.structure import Structure
from publish.ontology.links import LISTS_GRAPH
from publish.project.iris import CELLS, Uris
from publish.rdf.namespaces import RDF
from publish.rdf.turtle import new_graph
from publish.release.graph_files import GraphFiles
from publish.release.manifest import Dump

PRIMARY_FORMATS = (".nt", ".ttl")
"""The formats that graphs are written in by this module."""
CODE_LISTS = "codelijst"
"""The folder of the dumps of single code lists, below those of the graphs."""


def canonical_triples(graph: Graph) -> bytes:
    """Return a graph as sorted N-Triples, its literals written as the store writes them."""
    text = graph.serialize(format="nt", encoding="utf-8")
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.N_TRIPLES)
    lines = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    return b"".join(sorted(lines.splitlines(keepends=True)))


def write_graph(
    folder: Path,
    name: str,
    graph: Graph,
    uris: Uris,
    formats: tuple[str, ...] = PRIMARY_FORMATS,
    *,
    iri: str | None = None,
) -> None:
    """Write the dumps of a graph that is in memory; ``iri`` is that of the graph it is part of."""
    named = iri or uris.iri("graph", name=name)
    files = GraphFiles(folder=folder, name=name, graph=named, endings=formats)
    files.write(".nt", canonical_triples(graph))
    if ".ttl" in formats:
        files.write(".ttl", _body(graph))
    files.finish(turtle(uris.prefixes()).header())


def _body(graph: Graph) -> bytes:
    """Return a graph as Turtle without its prefixes."""
    text = graph.serialize(format="turtle")
    _, _, body = text.partition("\n\n") if text.startswith("@prefix") else ("", "", text)
    return body.encode()


@dataclass(kw_only=True)
class CubeDumps:
    """The dumps of a cube while they are being written."""

    structure: Structure
    writers: list[ObservationWriter]
    header: bytes
    """The prefixes of Turtle."""
    observations: GraphFiles
    cells: GraphFiles | None
    most_cells: int | None = None
    """Up to how many observations the source cells are written; None for any number."""

    @property
    def has_cells(self) -> bool:
        """Whether the source cells are among the dumps."""
        most, count = self.most_cells, self.writers[0].count
        return self.structure.cells and (most is None or count <= most)

    def write(self, batch: Batch) -> None:
        """Write a batch in every format."""
        for writer in self.writers:
            writer.write(batch)
            if not self.has_cells:
                writer.cells = None

    def annotate(self, batch: Batch, notes: Sequence[tuple[int, str]]) -> None:
        """Write which observations of a batch remarks concern, in every format."""
        for writer in self.writers:
            writer.annotate(batch, notes)

    def describe(self, graph: Graph) -> bytes:
        """Add what describes the data set, now that its observations are known; return its lines.

        They are all of its graph but what the writers of observations wrote.
        """
        lines = canonical_triples(graph)
        self.observations.write(".nt", lines)
        self.observations.finish(self.header + _body(graph))
        if self.cells is not None and self.has_cells:
            self.cells.finish(self.header)
        return lines


@contextmanager
def open_dumps(
    folder: Path,
    structure: Structure,
    uris: Uris,
    *,
    formats: tuple[str, ...] = PRIMARY_FORMATS,
    most_cells: int | None = None,
) -> Iterator[CubeDumps]:
    """Open the dumps of a cube; those of one that is never described are not whole.

    Of a cube with more observations than ``most_cells`` the dumps of cells are deleted again.
    """
    syntaxes = {".nt": N_TRIPLES, ".ttl": turtle(uris.prefixes())}
    with ExitStack() as stack:

        def opened(name: str) -> GraphFiles:
            graph = uris.iri("graph", name=name)
            files = GraphFiles(folder=folder, name=name, graph=graph, endings=formats)
            stack.callback(files.close)
            return files

        observations = opened(structure.slug)
        cells = opened(f"{structure.slug}{CELLS}") if structure.cells else None
        dumps = CubeDumps(
            structure=structure,
            writers=[
                ObservationWriter(
                    structure=structure,
                    uris=uris,
                    syntax=syntaxes[ending],
                    observations=observations.file(ending),
                    cells=cells.file(ending) if cells else None,
                )
                for ending in formats
            ],
            header=syntaxes[".ttl"].header(),
            observations=observations,
            cells=cells,
            most_cells=most_cells,
        )
        yield dumps
        if cells and not dumps.has_cells:
            cells.discard()


def write_code_lists(uris: Uris, folder: Path, concepts: Graph) -> list[Dump]:
    """Write the dumps of each code list by itself, and return them."""
    (folder / CODE_LISTS).mkdir()
    graph = uris.iri("graph", name=LISTS_GRAPH)
    dumps = []
    for name, part in parts_by_list(concepts, uris).items():
        path = f"{CODE_LISTS}/{name}"
        write_graph(folder, path, part, uris, iri=graph)
        about = uris.iri("concept-scheme", scheme=name)
        dumps.append(Dump(name=path, graph=graph, about=about))
    return dumps


def parts_by_list(graph: Graph, uris: Uris) -> dict[str, Graph]:
    """Return a graph for each list under ``/id/conceptscheme/``, by the last part of its IRI.

    It holds the list, its codes, and what belongs to these alone: levels, and remarks on quality.
    What belongs to several lists is in each of their graphs.
    """
    lists = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    owners: dict[Node, set[Node]] = {item: {item} for item in lists}
    for code, item in graph.subject_objects(SKOS.inScheme):
        if item in lists:
            owners.setdefault(code, set()).add(item)
    _assign_owners(graph, owners)
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


def _assign_owners(graph: Graph, owners: dict[Node, set[Node]]) -> None:
    """Give each subject without owners those of the things that it links to or that link to it."""
    ownerless = {subject for subject in graph.subjects() if subject not in owners}
    neighbours: dict[Node, set[Node]] = {item: set() for item in ownerless}
    for subject, _, value in graph:
        if subject in ownerless:
            neighbours[subject].add(value)
        if value in ownerless:
            neighbours[value].add(subject)
    found = True
    while found:
        found = False
        for item in ownerless:
            mine = owners.get(item, set())
            theirs = set[Node]().union(*(owners.get(other, set()) for other in neighbours[item]))
            if not theirs <= mine:
                owners[item] = mine | theirs
                found = True
