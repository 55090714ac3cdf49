"""Releases: everything is made in a temporary folder and appears at once, or not at all.

``build/<id>/`` holds the dumps, the store and ``manifest.json``; ``build/current`` points to the
release that is served. The id is a hash of the dumps and of the settings, which hold no clock
time, so the same input gives the same release. When the input has faults nothing of the build is
left.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from publish import __version__
from publish.assemble import CELLS, CONTEXT, Cube, assemble_cube
from publish.checks import TotalsCheck
from publish.derive import AnyCube, assemble_derived
from publish.document import Document, read_documents
from publish.dumps import FORMATS, open_dumps, write_graph
from publish.faults import Fault, FaultyInput, fault
from publish.levels import describe_levels
from publish.links import Link, describe_links, describe_statuses, read_links, report_links
from publish.mapping import Mapping, read_mappings
from publish.namespaces import QB, RDF
from publish.periods import Period
from publish.progress import CountedReader, Progress
from publish.project import Project
from publish.quality import (
    RemarkTargets,
    check_document_quality,
    check_mapping_quality,
    describe_code_quality,
    describe_document_quality,
)
from publish.samples import Sample, read_samples
from publish.structure import describe_cube, describe_periods, describe_sources, periods_of
from publish.validate import (
    MOST_OBSERVATIONS,
    UnusableShapes,
    find_unusable,
    judge,
    read_shapes,
)
from publish.vocabulary import Vocabulary, add_triples, new_graph, read_vocabulary

MANIFEST = 1
"""The number of the manifest format."""

UNFINISHED = ".unfinished-"
"""What the name of a folder begins with that is not yet a release."""

NAMES_UNKNOWN = frozenset(
    {"no-such-dimension", "no-such-measure", "no-such-unit", "no-code-list", "unknown-code"}
)
"""Faults that say that the ontology does not know a name."""

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class Dump:
    """One graph of the release, written as N-Triples and Turtle under the same name."""

    name: str
    graph: str
    """The IRI of the named graph in the store."""
    about: str
    """The IRI of what it describes."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What has been read, checked and written as N-Triples, but is not yet a release."""

    folder: Path
    vocabulary: Vocabulary
    cubes: list[AnyCube]
    counts: dict[str, int]
    """Observations per data set."""
    dumps: list[Dump]
    samples: list[Sample]
    warnings: list[Fault]


def build(project: Project, only: Iterable[str] = ()) -> tuple[Path, list[Fault]]:
    """Build a release and make it the current one; return its folder and the warnings.

    Raises FaultyInput, having written nothing, when anything in the input is at fault.
    """
    project.build.mkdir(exist_ok=True)
    with _alone(project.build), _temporary_folder(project.build) as folder:
        content = _write_content(project, folder, tuple(only))
        with Progress("checksums", "files", len(content.dumps) * len(FORMATS)) as progress:
            files = []
            for dump, ending in itertools.product(content.dumps, FORMATS):
                files.append(_entry(folder, dump, ending))
                progress.step()
        manifest = _manifest(project, content, files)
        identifier = manifest["id"]
        release = project.build / identifier
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        if _holds(release, text):
            log.info("nothing has changed since release %s", identifier)
        else:
            _copy_tables(content)
            _write_samples(content)
            _load_store(content)
            (folder / "manifest.json").write_text(text, encoding="utf-8")
            if release.exists():
                shutil.rmtree(release)
            folder.chmod(0o755)
            folder.rename(release)
        _switch(project.build, identifier)
    return release, content.warnings


def _holds(release: Path, manifest: str) -> bool:
    """Return whether a folder is the release of a manifest, which is written last."""
    try:
        return (release / "manifest.json").read_text(encoding="utf-8") == manifest
    except (OSError, UnicodeDecodeError):
        return False


def validate(project: Project, only: Iterable[str] = ()) -> tuple[dict[str, int], list[Fault]]:
    """Do all that a build does up to and including validation, and keep nothing of it.

    Returns the number of observations per data set and the warnings. Raises FaultyInput.
    """
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        content = _write_content(project, Path(folder), tuple(only), formats=(".nt",))
        return content.counts, content.warnings


@contextlib.contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Hold the lock of the releases, so that of two builds the second waits for the first.

    The system lets go of it when the process ends, however it ends.
    """
    with (parent / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("waiting for another build")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder beside the releases that is gone afterwards unless it was renamed."""
    for left in parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)  # by a build that was killed: nobody else is here
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_content(
    project: Project,
    folder: Path,
    only: tuple[str, ...],
    formats: tuple[str, ...] = tuple(FORMATS),
) -> Content:
    """Read everything, write the dumps and validate them. Raises FaultyInput."""
    faults: list[Fault] = []
    (folder / "dumps").mkdir()
    vocabulary = read_vocabulary(project, faults)
    is_whole = not any(item.code == "turtle-syntax" for item in faults)
    faults.extend(_blank_nodes(project))
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
            faults.append(fault("cannot-read", path, reason="there is no such mapping"))
    samples = read_samples(project, faults)
    links = read_links(project.uris, vocabulary, faults)
    levels = describe_levels(project.uris, vocabulary, faults)
    # Tables and mappings are read even when the ontology has faults: all faults, at once.
    cubes = _assemble(project, vocabulary, links, documents, mappings, faults)
    written = {
        cube.structure.slug: _write_cube(project, folder, cube, vocabulary, formats, faults)
        for cube in cubes
    }
    if not is_whole:
        # Names may be unknown only because the file that defines them cannot be read.
        faults = [item for item in faults if item.code not in NAMES_UNKNOWN]
    if faults:
        raise FaultyInput(faults)
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
    content = Content(
        folder=folder,
        vocabulary=vocabulary,
        cubes=cubes,
        counts={slug: dumped.count for slug, dumped in written.items()},
        dumps=dumps,
        samples=samples,
        warnings=[],
    )
    return _validated(project, content, shapes)


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
    printed: dict[str, Cube] = {}
    found: list[AnyCube] = []
    for mapping in mappings:
        if mapping.derivation is None:
            cube = assemble_cube(project, mapping, vocabulary, documents, faults)
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
    faults: list[Fault],
) -> _Written:
    """Check and write a cube, batch by batch; return what was written."""
    before = len(faults)
    check = TotalsCheck(mapping=cube.mapping, structure=cube.structure)
    remarks = RemarkTargets(cube=cube, uris=project.uris, vocabulary=vocabulary)
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
        for batch in cube.batches(faults):
            check.see(batch)
            remarks.see(batch)
            if len(faults) == before:
                dumps.write(batch)
            progress.step(len(batch))
        faults.extend(check.faults(faults[before:]))
        if not dumps.count and len(faults) == before:
            faults.append(fault("no-observations", *cube.mapping.file.place("tables")))
        faults.extend(_missing_but_given(cube))
        if len(faults) == before:
            faults.extend(remarks.faults())
        if len(faults) == before:
            dumps.describe(describe_cube(project, cube) + remarks.describe())
    return _Written(count=dumps.count, has_cells=dumps.has_cells)


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
    for path in sorted((project.root / "ontology").rglob("*.ttl")):
        with contextlib.suppress(SyntaxError):  # reported where the file is read
            triples = ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=project.base + "/")
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
    for name in CONTEXT:
        write_graph(folder / "dumps", name, context[name], uris)
        add(name, about[name])
    return dumps


def _validated(project: Project, content: Content, shapes: Graph) -> Content:
    """Return the content with the warnings of the shapes. Raises FaultyInput on violations."""
    graph = new_graph(project.uris)
    large = {
        cube.structure.slug: cube
        for cube in content.cubes
        if content.counts[cube.structure.slug] > MOST_OBSERVATIONS
    }
    for dump in content.dumps:
        if dump.name in large:
            log.info("%s: its observations are judged by the checks on columns only", dump.name)
            for triple in _without_slices(describe_cube(project, large[dump.name])):
                graph.add(triple)
        elif not dump.name.endswith(CELLS):
            add_triples(graph, (content.folder / "dumps" / f"{dump.name}.nt").read_bytes())
    log.info("validating %s triples against the shapes", f"{len(graph):,}")
    try:
        found = judge(graph, shapes)
    except UnusableShapes as error:
        raise FaultyInput([find_unusable(project, graph, str(error))]) from None
    errors = [item for item in found if item.severity == "error"]
    if errors:
        raise FaultyInput(found)
    content.warnings.extend(found)
    return content


def _without_slices(graph: Graph) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the triples of a cube but for its slices, which are nothing without observations."""
    slices = set(graph.subjects(RDF.type, QB.Slice))
    for subject, predicate, value in graph:
        if subject not in slices and value not in slices:
            yield subject, predicate, value


def _entry(folder: Path, dump: Dump, ending: str) -> dict[str, object]:
    """Return the manifest's entry of a file: its size and checksum are read from the disk."""
    path = folder / "dumps" / f"{dump.name}{ending}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "path": f"dumps/{path.name}",
        "bytes": path.stat().st_size,
        "sha256": digest,
        "media-type": FORMATS[ending],
        "about": dump.about,
        "graph": dump.graph,
    }


def _copy_tables(content: Content) -> None:
    """Copy each printed table to where its IRI says it is."""
    for table in itertools.chain.from_iterable(cube.structure.tables for cube in content.cubes):
        target = content.folder / "tables" / table.document / table.digest / f"{table.name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table.path, target)


def _load_store(content: Content) -> None:
    """Load every dump into its named graph of an embedded store."""
    store = ox.Store(str(content.folder / "store"))
    paths = [content.folder / "dumps" / f"{dump.name}.nt" for dump in content.dumps]
    size = sum(path.stat().st_size for path in paths)
    with Progress("loading the store", "bytes", size) as progress:
        for dump, path in zip(content.dumps, paths, strict=True):
            with path.open("rb") as file:
                store.bulk_load(
                    cast("BinaryIO", CountedReader(file, progress)),
                    format=ox.RdfFormat.N_TRIPLES,
                    to_graph=ox.NamedNode(dump.graph),
                )
    store.optimize()
    store.flush()


def _write_samples(content: Content) -> None:
    """Write the example queries, which the query page offers."""
    (content.folder / "queries").mkdir()
    for sample in content.samples:
        path = content.folder / "queries" / f"{sample.name}.rq"
        path.write_text(sample.text, encoding="utf-8")


def _manifest(project: Project, content: Content, files: list[dict[str, object]]) -> dict[str, Any]:
    """Return what the release holds, for the server and for people.

    Its id is a hash of all the rest, the checksums of the dumps among it.
    """
    rest = {
        "software": __version__,
        "base": project.base,
        "public-url": project.public_url,
        "vocabulary": project.vocabulary,
        "title": project.title,
        "description": project.description,
        "licence": project.licence,
        "data-sets": [
            {
                "slug": cube.structure.slug,
                "title": cube.mapping.title,
                "observations": content.counts[cube.structure.slug],
            }
            for cube in content.cubes
        ],
        "queries": [
            {
                "name": sample.name,
                "title": sample.title,
                "sha256": hashlib.sha256(sample.text.encode()).hexdigest(),
            }
            for sample in content.samples
        ],
        "files": files,
    }
    text = json.dumps({"manifest": MANIFEST, **rest}, sort_keys=True)
    identifier = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {"manifest": MANIFEST, "id": identifier, **rest}


def _switch(parent: Path, identifier: str) -> None:
    """Let ``build/current`` point to a release, in one step."""
    link = parent / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(identifier, target_is_directory=True)
    link.replace(parent / "current")
