"""The first stage of a build: everything that people write is read, but for the tables."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import Graph

from publish.faults.fault import Fault, FaultyInput, fault, phrase
from publish.mappings.document import Document, read_documents
from publish.mappings.mapping import Mapping, read_mappings
from publish.ontology.levels import describe_levels
from publish.ontology.links import Link, read_links
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.project.project import Project
from publish.rdf.turtle import new_graph, turtle_files
from publish.rdf.unknown_terms import check_terms
from publish.sparql.examples import Sample, read_samples
from publish.validation.shapes.unused import check_shapes
from publish.validation.shapes.with_pyshacl import read_shapes


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A project as it was read: settings, ontology, shapes, documents, mappings and queries."""

    project: Project
    vocabulary: Vocabulary
    links: list[Link]
    levels: Graph
    """The levels of the code lists."""
    shapes: Graph
    """The shapes of the program and of the project; none when one of their files has a fault."""
    documents: dict[str, Document]
    mappings: list[Mapping]
    samples: list[Sample]
    slugs: frozenset[str]
    """The names of all data sets of the project, whether they were asked for or not."""
    ontology_is_whole: bool
    """Whether every file of the ontology could be read."""
    faults: tuple[Fault, ...]

    @property
    def is_whole_project(self) -> bool:
        """Whether the mappings are all that the project has."""
        return self.slugs == {mapping.slug for mapping in self.mappings}


def read_inputs(project: Project, only: tuple[str, ...]) -> Inputs:
    """Read a project, all faults at once; of its mappings those that ``only`` names, or all."""
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    ontology_is_whole = not any(item.kind.hides_content for item in faults)
    faults.extend(_blank_nodes(project))
    faults.extend(check_terms(project))
    faults.extend(check_shapes(project))
    shapes = new_graph(project.uris)
    try:
        shapes = read_shapes(project)
    except FaultyInput as error:
        faults.extend(error.faults)
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults, only)
    known = {mapping.slug for mapping in mappings}
    for slug in only:
        if slug not in known and not any(f"/{slug}.y" in item.path for item in faults):
            path = f"mappings/{slug}.yaml"
            faults.append(fault("cannot-read", path, reason=phrase("no-such-mapping")))
    return Inputs(
        project=project,
        vocabulary=vocabulary,
        documents=documents,
        mappings=mappings,
        samples=read_samples(project, faults),
        links=read_links(project.uris, vocabulary, faults),
        levels=describe_levels(project.uris, vocabulary, faults),
        shapes=shapes,
        slugs=frozenset(path.stem for path in (project.root / "mappings").glob("*.yaml")),
        ontology_is_whole=ontology_is_whole,
        faults=tuple(faults),
    )


def _blank_nodes(project: Project) -> Iterator[Fault]:
    """Yield a fault for each file of the ontology that holds a blank node.

    Every run would name it otherwise, so equal input would not give equal dumps.
    """
    for path, text in turtle_files(project, []):  # what cannot be read is reported elsewhere
        with contextlib.suppress(SyntaxError):
            triples = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=project.base + "/")
            if any(
                isinstance(term, ox.BlankNode)
                for triple in triples
                for term in (triple.subject, triple.object)
            ):
                yield fault("blank-node", project.shown(path))
