"""Two stages of a build: cubes are assembled from their mappings, then described.

Assembled, a cube knows its structure and can read its tables batch by batch. Described, it also
has its structure as RDF, the shape of its observations, and the checks that they will pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import Graph

from publish.cube.assemble import Cube, assemble_cube
from publish.cube.derive import AnyCube, DerivedCube, assemble_derived
from publish.cube.printed_lines import check_lines_of_document, check_printed_lines
from publish.cube.rdf.describe import INTERVAL_OF_KIND, describe_cube
from publish.cube.rdf.remarks import check_document_quality, check_mapping_quality
from publish.faults.fault import Fault
from publish.mappings.open_questions import find_open_questions, with_likely_answers
from publish.project.project import Project
from publish.rdf.turtle import new_graph, read_turtle
from publish.release.stages.inputs import Inputs
from publish.validation.constraints.structure import structure_rules
from publish.validation.figures.agreements import compared_slugs
from publish.validation.figures.cube import FiguresCheck
from publish.validation.observations import ObservationsCheck
from publish.validation.shapes.compile import observation_shapes
from publish.validation.shapes.from_structure import StructureShape
from publish.validation.shapes.graph_structure import GraphStructure


@dataclass(frozen=True, kw_only=True)
class AssembledCubes:
    """The cubes of all mappings whose names and tables exist; none of their cells is read yet."""

    inputs: Inputs
    cubes: tuple[AnyCube, ...]
    """By the order of their slugs; what a derived data set is made from comes before it."""
    faults: tuple[Fault, ...]
    """What is wrong with mappings and documents besides the faults of the inputs."""


def assemble_cubes(inputs: Inputs) -> AssembledCubes:
    """Assemble the cube of each mapping, also when the ontology has faults: all faults at once."""
    faults: list[Fault] = []
    project, vocabulary, documents = inputs.project, inputs.vocabulary, inputs.documents
    for document in documents.values():
        faults += check_document_quality(document, inputs.mappings, set(inputs.slugs), vocabulary)
        faults += check_lines_of_document(document)
    printed: dict[str, Cube] = {}
    for mapping in inputs.mappings:
        faults.extend(find_open_questions(mapping.file))
        whole = with_likely_answers(mapping, vocabulary)
        if whole and mapping.derivation is None:
            cube = assemble_cube(project, whole, vocabulary, documents, faults)
            if cube:
                printed[mapping.slug] = cube
    faults += check_printed_lines(printed.values())
    cubes: list[AnyCube] = list(printed.values())
    links, known = inputs.links, set(inputs.slugs)
    for mapping in inputs.mappings:
        if mapping.derivation is not None:
            derived = assemble_derived(
                project, mapping, vocabulary, links, printed, known, inputs.mappings, faults
            )
            if derived:
                cubes.append(derived)
    for item in cubes:
        faults.extend(check_mapping_quality(item.mapping, item, vocabulary))
    return AssembledCubes(inputs=inputs, cubes=tuple(cubes), faults=tuple(faults))


@dataclass(frozen=True, kw_only=True)
class DescribedCube:
    """A cube with the shape of its observations and the checks that its batches will pass."""

    figures: FiguresCheck
    """The checks of its figures."""
    observations: ObservationsCheck
    """The constraints and shapes that each observation is judged by."""
    shape: str
    """The shape made from its structure, as Turtle."""
    shape_graph: Graph
    made_from: frozenset[str]
    """The slugs of the data sets that it is derived from."""

    @property
    def cube(self) -> AnyCube:
        """The cube itself."""
        return self.figures.cube

    @property
    def slug(self) -> str:
        """The name of the data set."""
        return self.cube.structure.slug


@dataclass(frozen=True, kw_only=True)
class DescribedCubes:
    """All cubes with their descriptions, and what surrounds their observations as RDF."""

    inputs: Inputs
    cubes: tuple[DescribedCube, ...]
    """In the order in which they were assembled."""
    surroundings: Graph
    """Vocabulary, code lists and structures; periods are added as tables print them."""
    faults: tuple[Fault, ...]
    """The faults of the assembled cubes."""


def describe_cubes(assembled: AssembledCubes) -> DescribedCubes:
    """Describe the structure of each cube, and make from it what its observations must meet."""
    inputs, cubes = assembled.inputs, assembled.cubes
    project, vocabulary = inputs.project, inputs.vocabulary
    surroundings = vocabulary.terms + vocabulary.concepts
    for cube in cubes:
        surroundings += describe_cube(project, cube)
    rules = structure_rules(surroundings)
    of_all, _ = observation_shapes(inputs.shapes)
    compared = compared_slugs(inputs.mappings)
    figures: dict[str, FiguresCheck] = {}
    described = []
    for cube in cubes:
        slug = cube.structure.slug
        made_from = (
            {item.cube.structure.slug for item in cube.inputs}
            if isinstance(cube, DerivedCube)
            else set[str]()
        )
        figures[slug] = FiguresCheck(
            cube=cube,
            inputs=tuple(figures[name] for name in sorted(made_from)),
            is_compared=slug in compared,
        )
        shape = _shape_of_observations(project, figures[slug], surroundings)
        shape_graph = new_graph(project.uris)
        read_turtle(shape.encode(), slug, project.base, shape_graph, [])
        observations = ObservationsCheck(
            cube=cube,
            uris=project.uris,
            shapes=of_all + observation_shapes(shape_graph)[0],
            rules=rules[project.uris.iri("data-set", slug=slug)],
            context=surroundings,
        )
        described.append(
            DescribedCube(
                figures=figures[slug],
                observations=observations,
                shape=shape,
                shape_graph=shape_graph,
                made_from=frozenset(made_from),
            )
        )
    return DescribedCubes(
        inputs=inputs,
        cubes=tuple(described),
        surroundings=surroundings,
        faults=assembled.faults,
    )


def _shape_of_observations(project: Project, figures: FiguresCheck, surroundings: Graph) -> str:
    """Return the shape of a data set's observations, made from its structure, as Turtle.

    What the data set acknowledges as a fault of its source, its shape allows.
    """
    uris, structure = project.uris, figures.cube.structure
    return StructureShape(
        structure=GraphStructure(
            graph=surroundings,
            data_set=uris.iri("data-set", slug=structure.slug),
            own=uris.generic(""),
            units={
                measure.iri: unit
                for measure, unit in zip(structure.measures, structure.units, strict=True)
            },
            with_instances=frozenset(map(str, INTERVAL_OF_KIND.values())),
        ),
        document=uris.iri("data-set-shape", slug=structure.slug),
        with_exceptions=frozenset(figures.acknowledged.codes()),
    ).text()
