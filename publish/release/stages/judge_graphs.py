"""The last stage that can fail: all graphs of a release are judged by SHACL, with pySHACL."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Graph
from rdflib.term import Node

from publish.cube.rdf.describe import describe_cube
from publish.faults.fault import Fault, FaultyInput, fault, phrase, written_out
from publish.ontology.files import Definitions
from publish.project.iris import CELLS
from publish.rdf.namespaces import QB, RDF
from publish.rdf.turtle import add_triples, new_graph
from publish.release.compressed import read_blocks, triples_file
from publish.release.stages.shared_graphs import WrittenGraphs
from publish.release.stages.write_cubes import WrittenCubes
from publish.validation.shapes.bounded import judge, time_for
from publish.validation.shapes.compile import nearest_name, observation_shapes
from publish.validation.shapes.files import faults_of_shapes, package_shapes
from publish.validation.shapes.soundness import without_observations
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS, UnusableShapes, as_fault

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What was read, checked and written as N-Triples and Turtle, but is not yet a release."""

    graphs: WrittenGraphs
    warnings: tuple[Fault, ...]

    @property
    def written(self) -> WrittenCubes:
        """The cubes with their counts, and the folder in which the dumps are."""
        return self.graphs.judged.written

    @property
    def shapes(self) -> dict[str, str]:
        """The shape of the observations of each data set, as Turtle."""
        return {cube.slug: cube.shape for cube in self.written.described.cubes}


def judge_graphs(graphs: WrittenGraphs, *, full: bool, seconds: float | None = None) -> Content:
    """Judge the graphs by SHACL. Raises FaultyInput on violations.

    Observations of data sets above a stated size, unless ``full``, have been judged over columns
    only; what was found there is not told again. ``seconds`` bounds what pySHACL does.
    """
    written = graphs.judged.written
    inputs = written.inputs
    project, shapes, graph = inputs.project, inputs.shapes, new_graph(inputs.project.uris)
    large = {
        cube.described.slug: cube.described.cube
        for cube in written.cubes
        if cube.count > MOST_OBSERVATIONS and not full
    }
    # By the shape of its data set every observation was judged over columns; pySHACL takes long.
    for cube in written.described.cubes if full else ():
        shapes = shapes + cube.shape_graph
    for dump in graphs.dumps:
        if dump.name in large:
            log.info(phrase("columns-only", name=dump.name))
            for triple in _without_slices(describe_cube(project, large[dump.name])):
                graph.add(triple)
        elif not dump.name.endswith(CELLS):
            for block in read_blocks(triples_file(written.folder / "dumps", dump.name)):
                add_triples(graph, block)
    log.info(phrase("validating", number=written_out(len(graph))))
    known = {item for cube in written.described.cubes for item in cube.observations.results()}
    if large:
        shapes = _without_large(shapes, graph)
    try:
        judged = judge(graph, shapes, seconds or time_for(graph, shapes, full=full))
    except UnusableShapes as error:
        shape = phrase("the-shapes")
        raise FaultyInput([fault("bad-shape", "shapes", shape=shape, problem=error)]) from None
    found = [
        as_fault(item, _place_in_ontology(inputs.vocabulary.definitions, item.focus))
        for item in judged.results
        if item not in known
    ]
    found += faults_of_shapes(inputs.shape_files, shapes, judged.problems())
    warnings = [*inputs.warnings, *graphs.judged.warnings, *found]
    if any(item.severity == "error" for item in found):
        raise FaultyInput(warnings)
    return Content(graphs=graphs, warnings=tuple(warnings))


def _without_large(shapes: Graph, graph: Graph) -> Graph:
    """Return the shapes that can be judged without the observations of large data sets.

    The others are named in a warning, but for those of the program, which judge such observations
    over columns.
    """
    components = (QB.dimension, QB.measure, QB.attribute)
    properties = {str(item) for kind in components for item in graph.objects(None, kind)}
    properties |= {str(QB.dataSet), str(RDF.type)}
    own = tuple(f"/shapes/{name}#" for name in package_shapes())
    names = {node: str(nearest_name(shapes, node)) for node in set(shapes.subjects())}
    trusted = {node for node, name in names.items() if any(part in name for part in own)}
    some, left = without_observations(shapes, {str(QB.observation)}, properties, trusted)
    for name in sorted({*observation_shapes(shapes)[1], *(names[node] for node in left - trusted)}):
        log.warning(phrase("not-without-full", name=name))
    return some


def _place_in_ontology(definitions: Definitions, iri: str) -> tuple[str, int, int] | None:
    """Return where the ontology of the project describes a thing, if it does."""
    path, line, column = definitions.place(iri)
    return (path, line, column) if line and path.startswith("ontology/") else None


def _without_slices(graph: Graph) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the triples of a cube but for its slices, which are nothing without observations."""
    slices = set(graph.subjects(RDF.type, QB.Slice))
    for subject, predicate, value in graph:
        if subject not in slices and value not in slices:
            yield subject, predicate, value
