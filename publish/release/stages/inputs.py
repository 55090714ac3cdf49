"""The first stage of a build: everything that people write is read, but for the tables."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Graph

from publish.faults.fault import Fault, fault, phrase
from publish.mappings.document import Document, read_documents
from publish.mappings.mapping import Mapping, read_mappings
from publish.mappings.portals import check_portal_demands
from publish.ontology.deprecated import check_replacements, describe_deprecated
from publish.ontology.files import OntologyFiles, check_blank_nodes, read_ontology
from publish.ontology.levels import describe_levels
from publish.ontology.links import LISTS_GRAPH, Link, read_links
from publish.ontology.vocabulary import Vocabulary, vocabulary_of
from publish.project.project import Project
from publish.rdf.turtle import new_graph
from publish.rdf.unknown_terms import own_vocabularies, term_faults
from publish.release.history.checking import check_history_files
from publish.release.history.records import read_history
from publish.sparql.examples import ExampleQuery, read_example_queries
from publish.validation.shapes.files import (
    ShapeFiles,
    check_shape_names,
    examine_shapes,
    faults_of_shapes,
    read_shapes,
)
from publish.validation.shapes.unused import check_shapes


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A project as it was read: settings, ontology, shapes, documents, mappings and queries."""

    project: Project
    vocabulary: Vocabulary
    links: list[Link]
    levels: Graph
    """The levels of the code lists."""
    deprecated: Graph
    """The codes that are no longer in use."""
    shape_files: ShapeFiles
    shapes: Graph
    """The shapes of the program and of the project; none when one of their files has a fault."""
    documents: dict[str, Document]
    mappings: list[Mapping]
    examples: list[ExampleQuery]
    slugs: frozenset[str]
    """The names of all data sets of the project, whether they were asked for or not."""
    ontology_is_whole: bool
    """Whether every file of the ontology could be read."""
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    """What of the shapes is not judged, and codes that nothing is known of."""

    @property
    def is_whole_project(self) -> bool:
        """Whether the mappings are all that the project has."""
        return self.slugs == {mapping.slug for mapping in self.mappings}


def read_inputs(project: Project, only: tuple[str, ...]) -> Inputs:
    """Read a project, all faults at once; of its mappings those that ``only`` names, or all."""
    faults: list[Fault] = []
    ontology = read_ontology(project, faults)
    vocabulary = vocabulary_of(ontology, project.uris, faults)
    ontology_is_whole = not any(item.kind.hides_content for item in faults)
    faults.extend(check_blank_nodes(ontology))
    earlier = _earlier_lists(project, faults)
    of_codes = list(check_replacements(vocabulary, earlier))
    faults.extend(item for item in of_codes if item.severity == "error")
    of_shapes: list[Fault] = []
    shape_files = read_shapes(project, of_shapes)
    of_shapes.extend(check_shape_names(project))
    examined = examine_shapes(shape_files, project)
    of_shapes.extend(examined.faults)
    faults.extend(of_shapes)
    told = list(faults_of_shapes(shape_files, examined.shapes, examined.problems))
    faults.extend(item for item in told if item.severity == "error")
    faults.extend(check_shapes(shape_files, ontology, project))
    faults.extend(_unknown_terms(project, ontology, shape_files))
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults, only)
    faults.extend(check_portal_demands(project, mappings))
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
        examples=read_example_queries(project, faults),
        links=read_links(vocabulary, faults),
        levels=describe_levels(vocabulary, faults),
        deprecated=describe_deprecated(vocabulary, earlier),
        shape_files=shape_files,
        shapes=new_graph(project.uris) if of_shapes else examined.sound,
        slugs=frozenset(path.stem for path in (project.root / "mappings").glob("*.yaml")),
        ontology_is_whole=ontology_is_whole,
        faults=tuple(faults),
        warnings=tuple(item for item in (*told, *of_codes) if item.severity != "error"),
    )


def _earlier_lists(project: Project, faults: list[Fault]) -> Graph:
    """Return the code lists of the last release of this base; none where there was none."""
    graph = new_graph(project.uris)
    history = read_history(project.build)
    last = history.last
    path = history.graph(last, LISTS_GRAPH) if last and last.base == project.base else None
    if last is not None and path is not None:
        damaged = check_history_files(history, full=True, records=[last])
        faults.extend(damaged)
        if not damaged:
            graph.parse(data=gzip.decompress(path.read_bytes()), format="nt")
    return graph


def _unknown_terms(
    project: Project, ontology: OntologyFiles, shapes: ShapeFiles
) -> Iterator[Fault]:
    """Yield a fault for every use of a term that its vocabulary does not define."""
    own = own_vocabularies(ontology.sound, project.uris)
    for file in ontology.project:
        if file.error is None:
            yield from term_faults(file, own)
    for file in shapes.sound:
        yield from term_faults(file, own, code="unknown-shape-term")
