"""The content of a release: everything read, checked and written as dumps, and nothing else yet.

In comes a project; out come the dumps of its data sets and of what they share, in a folder, with
what a release has to tell of them. All faults are found in one run; none of the dumps is worth
anything when there is one.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import Node

from publish.cube.assemble import CELLS, SHARED_GRAPHS, Cube, assemble_cube
from publish.cube.derive import AnyCube, DerivedCube, assemble_derived
from publish.cube.rdf.describe import describe_cube, describe_periods, describe_sources, periods_of
from publish.cube.rdf.remarks import (
    RemarkTargets,
    check_document_quality,
    check_mapping_quality,
    check_remark_names,
    describe_code_quality,
    describe_document_quality,
)
from publish.faults.fault import Fault, FaultyInput, fault, phrase, written_out
from publish.mappings.document import Document, read_documents
from publish.mappings.mapping import Mapping, read_mappings
from publish.mappings.open_questions import open_points, without_open
from publish.ontology.files import Definitions
from publish.ontology.levels import describe_levels
from publish.ontology.links import Link, describe_links, describe_statuses, read_links, report_links
from publish.ontology.periods import Period
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.project.progress import Progress
from publish.project.project import Project
from publish.rdf.namespaces import QB, RDF
from publish.rdf.turtle import add_triples, new_graph, read_turtle, turtle_files
from publish.rdf.unknown_terms import check_terms
from publish.release.code_list_parts import write_code_lists
from publish.release.dumps import FORMATS, Dump, open_dumps, write_graph
from publish.sparql.examples import Sample, read_samples
from publish.validation.constraints.project import check_structures, structure_rules
from publish.validation.figures.agreements import compare_data_sets, compared_slugs
from publish.validation.figures.checks import JudgedCube, judged_cube
from publish.validation.figures.coverage import check_accounted
from publish.validation.observations import ObservationsCheck
from publish.validation.shapes.compile import Result, nearest_name, observation_shapes
from publish.validation.shapes.files import package_shapes
from publish.validation.shapes.from_structure import StructureShape
from publish.validation.shapes.unused import check_shapes
from publish.validation.shapes.with_pyshacl import (
    MOST_OBSERVATIONS,
    UnusableShapes,
    as_fault,
    find_unusable,
    read_shapes,
    results,
)

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What has been read, checked and written as N-Triples, but is not yet a release."""

    folder: Path
    vocabulary: Vocabulary
    cubes: list[AnyCube]
    counts: dict[str, int]
    """Observations per data set."""
    dumps: list[Dump]
    parts: list[Dump]
    """Dumps of a part of a graph: each code list by itself."""
    samples: list[Sample]
    warnings: list[Fault]
    shapes: dict[str, str]
    """The shape of the observations of each data set, as Turtle."""


def write_content(
    project: Project,
    folder: Path,
    only: tuple[str, ...],
    formats: tuple[str, ...] = FORMATS,
    *,
    most: int | None = None,
    full: bool = False,
) -> Content:
    """Read everything, write the dumps and validate them. Raises FaultyInput.

    Of a data set with more than ``most`` observations no dumps are finished, as a check needs
    none of them. pySHACL judges observations too up to a stated size, or with ``full`` all.
    """
    faults: list[Fault] = []
    (folder / "dumps").mkdir()
    vocabulary = read_vocabulary(project, faults)
    is_whole = not any(item.kind.hides_content for item in faults)
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
    samples = read_samples(project, faults)
    links = read_links(project.uris, vocabulary, faults)
    levels = describe_levels(project.uris, vocabulary, faults)
    # Tables and mappings are read even when the ontology has faults: all faults, at once.
    cubes = _assemble(project, vocabulary, links, documents, mappings, faults)
    written, faulty, surroundings = {}, set[str](), vocabulary.terms + vocabulary.concepts
    judged: dict[str, JudgedCube] = {}
    shaped: dict[str, ObservationsCheck] = {}
    made: dict[str, str] = {}
    parsed: dict[str, Graph] = {}
    slugs = {path.stem for path in (project.root / "mappings").glob("*.yaml")}
    wanted = compared_slugs(mappings)
    for cube in cubes:
        surroundings += describe_cube(project, cube)
    rules = structure_rules(surroundings)
    of_all, _ = observation_shapes(shapes)
    for cube in cubes:
        before, slug = len(faults), cube.structure.slug
        inputs = (
            {item.cube.structure.slug for item in cube.inputs}
            if isinstance(cube, DerivedCube)
            else set[str]()
        )
        judged[slug] = judged_cube(cube, [judged[name] for name in sorted(inputs)], wanted)
        made[slug] = _describe_shape(project, judged[slug], surroundings)
        parsed[slug] = new_graph(project.uris)
        read_turtle(made[slug].encode(), slug, project.base, parsed[slug], [])
        iri = project.uris.iri("data-set", slug=slug)
        shaped[slug] = ObservationsCheck(
            cube=cube,
            uris=project.uris,
            shapes=of_all + observation_shapes(parsed[slug])[0],
            rules=rules[iri],
            context=surroundings,
        )
        written[slug] = _write_cube(
            project,
            folder,
            cube,
            vocabulary,
            formats,
            judged[slug],
            shaped[slug],
            faults,
            is_whole=not inputs & faulty,
            most=most,
        )
        if len(faults) > before:
            faulty.add(slug)
    compare_data_sets(judged, faulty, slugs, faults)
    warnings = [item for one in judged.values() for item in one.order.warnings()]
    found = [item for slug, one in shaped.items() if slug not in faulty for item in one.faults()]
    if not faults:
        found += check_structures(project, vocabulary, surroundings, cubes)
    # What is left over says nothing as long as labels that choose rows may be at fault.
    if slugs == known and not faults:
        found += check_accounted(project, mappings, documents)
    faults.extend(item for item in found if item.severity == "error")
    warnings.extend(item for item in found if item.severity != "error")
    if not is_whole:
        # Names may be unknown only because the file that defines them cannot be read.
        faults = [item for item in faults if not item.kind.needs_whole_ontology]
    if faults:
        raise FaultyInput([*faults, *warnings])
    concepts = vocabulary.concepts + levels + describe_code_quality(project.uris, vocabulary)
    concepts += describe_statuses(project.uris, report_links(project.uris, vocabulary, links))
    context = {
        "vocabularium": vocabulary.terms,
        "codelijsten": concepts,
        "koppelingen": describe_links(project.uris, vocabulary, links),
        "bronnen": _describe_sources(project, vocabulary, documents, cubes),
    }
    with_cells = {slug for slug, dumped in written.items() if dumped.has_cells}
    dumps = _write_context(project, folder, context, cubes, with_cells)
    parts = write_code_lists(project.uris, folder / "dumps", concepts)
    content = Content(
        folder=folder,
        vocabulary=vocabulary,
        cubes=cubes,
        counts={slug: dumped.count for slug, dumped in written.items()},
        dumps=dumps,
        parts=parts,
        samples=samples,
        warnings=list(dict.fromkeys(warnings)),
        shapes=made,
    )
    known_results = {result for one in shaped.values() for result in one.results()}
    return _validated(project, content, shapes, parsed, known_results, full=full)


def _assemble(
    project: Project,
    vocabulary: Vocabulary,
    links: list[Link],
    documents: dict[str, Document],
    mappings: list[Mapping],
    faults: list[Fault],
) -> list[AnyCube]:
    """Return the cubes of all mappings whose names and tables exist, in the order of their slugs.

    What a derived data set is made from comes before it.
    """
    slugs = {path.stem for path in (project.root / "mappings").glob("*.yaml")}
    for document in documents.values():
        faults.extend(check_document_quality(document, slugs, vocabulary))
        faults.extend(check_remark_names(document, mappings))
    printed: dict[str, Cube] = {}
    found: list[AnyCube] = []
    for mapping in mappings:
        faults.extend(open_points(mapping.file))
        whole = without_open(mapping, vocabulary)
        if whole and mapping.derivation is None:
            cube = assemble_cube(project, whole, vocabulary, documents, faults)
            if cube:
                printed[mapping.slug] = cube
                found.append(cube)
    for mapping in mappings:
        if mapping.derivation is not None:
            derived = assemble_derived(project, mapping, vocabulary, links, printed, slugs, faults)
            if derived:
                found.append(derived)
    for item in found:
        faults.extend(check_mapping_quality(item.mapping, item, vocabulary))
    return found


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What was written of a cube."""

    count: int
    """The number of its observations."""
    has_cells: bool


def _write_cube(
    project: Project,
    folder: Path,
    cube: AnyCube,
    vocabulary: Vocabulary,
    formats: tuple[str, ...],
    judged: JudgedCube,
    shaped: ObservationsCheck,
    faults: list[Fault],
    *,
    is_whole: bool,
    most: int | None,
) -> _Written:
    """Check and write a cube, batch by batch; return what was written.

    Of one that is not whole, as data sets that it is made from have faults, no sums are judged.
    """
    before = len(faults)
    check, acknowledged = judged.check, judged.acknowledged
    remarks = RemarkTargets(
        cube=cube, uris=project.uris, vocabulary=vocabulary, acknowledged=acknowledged
    )
    with (
        open_dumps(
            folder / "dumps",
            cube.structure,
            project.uris,
            formats=formats,
            most_cells=cube.mapping.most_cells,
        ) as dumps,
        Progress(cube.structure.slug, "observations") as progress,
    ):
        count = 0
        for batch in cube.batches(faults):
            check.see(batch)
            judged.order.see(batch)
            shaped.see(batch)
            annotations = list(remarks.see(batch))
            count += len(batch)
            if not acknowledged.stopped(faults[before:]) and (most is None or count <= most):
                dumps.write(batch)
                dumps.annotate(annotations)
            progress.step(len(batch))
        if not is_whole:
            return _Written(count=0, has_cells=False)
        acknowledged.settle(faults, before)
        lost = [item.lost for item in cube.crosstabs] if isinstance(cube, Cube) else []
        faults.extend(check.faults(faults[before:], lost))
        acknowledged.settle(faults, before)
        acknowledged.judged(faults[before:])
        if not count and len(faults) == before:
            faults.append(fault("no-observations", *cube.mapping.file.place("tables")))
        faults.extend(_missing_but_given(cube))
        if len(faults) == before:
            faults.extend(remarks.faults())
        if len(faults) == before:
            dumps.describe(describe_cube(project, cube) + remarks.describe())
    return _Written(count=count, has_cells=dumps.has_cells)


def _missing_but_given(cube: AnyCube) -> Iterator[Fault]:
    """Yield a fault for a period that is declared missing although tables give it."""
    period = cube.structure.period
    for code, declared in cube.missing.items():
        if period and code in period.positions:
            place = cube.mapping.file.place(*declared.steps, declared.dimension)
            yield fault("missing-but-given", *place, code=code)


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


def _describe_sources(
    project: Project,
    vocabulary: Vocabulary,
    documents: dict[str, Document],
    cubes: list[AnyCube],
) -> Graph:
    """Return periods, documents and tables, and what documents say of quality and lack."""
    periods: set[Period] = {item for cube in cubes for item in periods_of(cube)}
    ordered = sorted(periods, key=lambda item: (item.kind, item.start))
    graph = describe_periods(project.uris, ordered)
    graph += describe_sources(project.uris, documents.values(), cubes)
    for document in documents.values():
        graph += describe_document_quality(project.uris, vocabulary, document, cubes)
    return graph


def _write_context(
    project: Project,
    folder: Path,
    context: dict[str, Graph],
    cubes: list[AnyCube],
    with_cells: set[str],
) -> list[Dump]:
    """Write what the cubes share, and return all dumps of the release in order."""
    uris = project.uris
    dumps = []

    def add(name: str, about: str) -> None:
        dumps.append(Dump(name=name, graph=uris.iri("graph", name=name), about=about))

    for cube in cubes:
        slug = cube.structure.slug
        add(slug, uris.iri("data-set", slug=slug))
        if slug in with_cells:
            add(f"{slug}{CELLS}", uris.iri("data-set", slug=slug))
    about = {
        "vocabularium": uris.iri("vocabulary"),
        "codelijsten": uris.iri("concept-scheme", scheme=""),
        "koppelingen": uris.iri("linkset", linkset=""),
        "bronnen": uris.iri("document", document=""),
    }
    for name in SHARED_GRAPHS:
        write_graph(folder / "dumps", name, context[name], uris)
        add(name, about[name])
    return dumps


def _describe_shape(project: Project, judged: JudgedCube, surroundings: Graph) -> str:
    """Return the shape of a data set's observations, made from its structure, as Turtle.

    What the data set acknowledges as a fault of its source, its shape allows.
    """
    uris, structure = project.uris, judged.cube.structure
    return StructureShape(
        graph=surroundings,
        data_set=uris.iri("data-set", slug=structure.slug),
        document=uris.iri("data-set-shape", slug=structure.slug),
        own=uris.generic(""),
        units={
            measure.iri: unit
            for measure, unit in zip(structure.measures, structure.units, strict=True)
        },
        with_exceptions=frozenset(judged.acknowledged.codes()),
    ).text()


def _only_by_pyshacl(shapes: Graph) -> list[str]:
    """Return the shapes that may concern observations and cannot be judged over columns.

    A constraint in SPARQL may, wherever it is aimed; those of the program do not.
    """
    in_sparql = {str(nearest_name(shapes, shape)) for shape in shapes.subjects(SH.sparql)}
    own = tuple(f"/shapes/{name}#" for name in package_shapes())
    asked = [name for name in in_sparql if not any(document in name for document in own)]
    return sorted({*observation_shapes(shapes)[1], *asked})


def _validated(
    project: Project,
    content: Content,
    shapes: Graph,
    parsed: dict[str, Graph],
    judged: set[Result],
    *,
    full: bool,
) -> Content:
    """Return the content with the warnings of the shapes. Raises FaultyInput on violations.

    ``parsed`` are the shapes of the data sets, ``judged`` the results that are known already from
    the observations as columns.
    """
    graph = new_graph(project.uris)
    large = {
        cube.structure.slug: cube
        for cube in content.cubes
        if content.counts[cube.structure.slug] > MOST_OBSERVATIONS and not full
    }
    for name in _only_by_pyshacl(shapes) if large else ():
        log.warning(phrase("not-without-full", name=name))
    # By the shape of its data set every observation was judged over columns; pySHACL takes long.
    for own in parsed.values() if full else ():
        shapes += own
    for dump in content.dumps:
        if dump.name in large:
            log.info(phrase("columns-only", name=dump.name))
            for triple in _without_slices(describe_cube(project, large[dump.name])):
                graph.add(triple)
        elif not dump.name.endswith(CELLS):
            add_triples(graph, (content.folder / "dumps" / f"{dump.name}.nt").read_bytes())
    log.info(phrase("validating", number=written_out(len(graph))))
    try:
        found = [
            as_fault(item, _place_in_ontology(content.vocabulary.definitions, item.focus))
            for item in results(graph, shapes)
            if item not in judged
        ]
    except UnusableShapes as error:
        raise FaultyInput([find_unusable(project, graph, str(error))]) from None
    errors = [item for item in found if item.severity == "error"]
    if errors:
        raise FaultyInput([*content.warnings, *found])
    content.warnings.extend(found)
    return content


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
