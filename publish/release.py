"""Releases: everything is made in a temporary folder and appears at once, or not at all.

``build/<id>/`` holds the dumps, the store and ``manifest.json``; ``build/current`` points to the
release that is served. The id is a hash of the dumps, which hold no clock time, so the same
input gives the same release. When the input has faults nothing of the build is left.
"""

from __future__ import annotations

import contextlib
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

import pyoxigraph as ox
from rdflib import Graph

from publish import __version__
from publish.assemble import Cube, assemble_cube
from publish.checks import TotalsCheck
from publish.document import Document, read_documents
from publish.faults import Fault, FaultyInput, fault
from publish.mapping import read_mappings
from publish.periods import Period
from publish.progress import Progress
from publish.project import Project
from publish.structure import describe_cube, describe_periods, describe_sources, periods_of
from publish.triples import TriplesWriter
from publish.validate import MOST_OBSERVATIONS, judge, read_shapes
from publish.vocabulary import Vocabulary, add_triples, prefixes, read_vocabulary

MANIFEST = 1
"""The number of the manifest format."""

MEDIA_TYPES = {
    ".nt": "application/n-triples",
    ".ttl": "text/turtle",
    ".csv": "text/csv",
}

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
    cubes: list[Cube]
    counts: dict[str, int]
    """Observations per data set."""
    dumps: list[Dump]
    warnings: list[Fault]


def build(project: Project, only: Iterable[str] = ()) -> tuple[Path, list[Fault]]:
    """Build a release and make it the current one; return its folder and the warnings.

    Raises FaultyInput, having written nothing, when anything in the input is at fault.
    """
    project.build.mkdir(exist_ok=True)
    with _temporary_folder(project.build) as folder:
        content = _write_content(project, folder, only)
        log.info("writing Turtle")
        _write_turtle(project, content)
        files = [
            _entry(folder, dump, suffix) for dump in content.dumps for suffix in (".nt", ".ttl")
        ]
        identifier = _identifier(files)
        release = project.build / identifier
        if (release / "manifest.json").exists():
            log.info("nothing has changed since release %s", identifier)
        else:
            _copy_tables(content)
            _load_store(content)
            manifest = _manifest(project, content, identifier, files)
            text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
            (folder / "manifest.json").write_text(text, encoding="utf-8")
            if release.exists():
                shutil.rmtree(release)
            folder.chmod(0o755)
            folder.rename(release)
    _switch(project.build, identifier)
    return release, content.warnings


def validate(project: Project, only: Iterable[str] = ()) -> tuple[dict[str, int], list[Fault]]:
    """Do all that a build does up to and including validation, and keep nothing of it.

    Returns the number of observations per data set and the warnings. Raises FaultyInput.
    """
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        content = _write_content(project, Path(folder), only)
        return content.counts, content.warnings


@contextlib.contextmanager
def _temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder beside the releases that is gone afterwards unless it was renamed."""
    folder = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_content(project: Project, folder: Path, only: Iterable[str]) -> Content:
    """Read everything, write the N-Triples and validate them. Raises FaultyInput."""
    faults: list[Fault] = []
    (folder / "dumps").mkdir()
    vocabulary = read_vocabulary(project, faults)
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults, only)
    known = {mapping.slug for mapping in mappings}
    for slug in only:
        if slug not in known and not any(f"/{slug}.y" in item.path for item in faults):
            path = f"mappings/{slug}.yaml"
            faults.append(fault("cannot-read", path, reason="there is no such mapping"))
    cubes: list[Cube] = []
    # Tables and mappings are read even when the ontology has faults: all faults, at once.
    for mapping in mappings:
        cube = assemble_cube(project, mapping, vocabulary, documents, faults)
        if cube:
            cubes.append(cube)
    counts = {}
    for cube in cubes:
        counts[cube.structure.slug] = _write_cube(project, folder, cube, faults)
    if faults:
        raise FaultyInput(faults)
    dumps = _write_context(project, folder, vocabulary, documents, cubes)
    content = Content(
        folder=folder,
        vocabulary=vocabulary,
        cubes=cubes,
        counts=counts,
        dumps=dumps,
        warnings=[],
    )
    return _validated(project, content)


def _write_cube(project: Project, folder: Path, cube: Cube, faults: list[Fault]) -> int:
    """Write a cube's observations and cells, its structure after them; return their number."""
    slug, before = cube.structure.slug, len(faults)
    check = TotalsCheck(mapping=cube.mapping, structure=cube.structure)
    with (
        (folder / "dumps" / f"{slug}.nt").open("wb") as observations,
        contextlib.ExitStack() as stack,
        Progress(slug, "observations") as progress,
    ):
        cells = None
        if cube.structure.cells:
            cells = stack.enter_context((folder / "dumps" / f"{slug}-cellen.nt").open("wb"))
        writer = TriplesWriter(
            structure=cube.structure, uris=project.uris, observations=observations, cells=cells
        )
        for batch in cube.batches(faults):
            check.see(batch)
            if len(faults) == before:
                writer.write(batch)
            progress.step(len(batch))
        faults.extend(check.faults())
        faults.extend(_missing_but_given(cube))
        if len(faults) == before:
            graph = describe_cube(project, cube, project.licence)
            observations.write(_sorted_triples(graph))
    return writer.count


def _missing_but_given(cube: Cube) -> Iterator[Fault]:
    """Yield a fault for a period that is declared missing although tables give it."""
    period = cube.structure.period
    for missing in cube.mapping.missing:
        if period and missing.code in period.positions:
            place = cube.mapping.file.place(*missing.steps)
            yield fault("missing-but-given", *place, code=missing.code)


def _sorted_triples(graph: Graph) -> bytes:
    """Return a graph as N-Triples in one order, whatever the order it was made in."""
    lines = graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)
    return b"".join(sorted(line for line in lines if line.strip()))


def _write_context(
    project: Project,
    folder: Path,
    vocabulary: Vocabulary,
    documents: dict[str, Document],
    cubes: list[Cube],
) -> list[Dump]:
    """Write what the cubes share, and return all dumps of the release in order."""
    uris = project.uris
    dumps = []

    def add(name: str, about: str) -> None:
        dumps.append(Dump(name=name, graph=uris.iri("graph", name=name), about=about))

    for cube in cubes:
        slug = cube.structure.slug
        add(slug, uris.iri("data-set", slug=slug))
        if cube.structure.cells:
            add(f"{slug}-cellen", uris.iri("data-set", slug=slug))
    periods: set[Period] = {item for cube in cubes for item in periods_of(cube)}
    ordered = sorted(periods, key=lambda item: (item.kind, item.start))
    context = describe_periods(uris, ordered) + describe_sources(uris, documents.values(), cubes)
    for name, graph, about in (
        ("vocabularium", vocabulary.terms, uris.iri("vocabulary")),
        ("codelijsten", vocabulary.concepts, uris.iri("concept-scheme", scheme="")),
        ("bronnen", context, uris.iri("document", document="")),
    ):
        (folder / "dumps" / f"{name}.nt").write_bytes(_sorted_triples(graph))
        add(name, about)
    return dumps


def _validated(project: Project, content: Content) -> Content:
    """Return the content with the warnings of the shapes. Raises FaultyInput on violations."""
    graph = content.vocabulary.terms + content.vocabulary.concepts
    for dump in content.dumps:
        if dump.name.endswith("-cellen") or dump.name in ("vocabularium", "codelijsten"):
            continue
        count = content.counts.get(dump.name, 0)
        if count > MOST_OBSERVATIONS:
            log.info("%s: %s observations, judged by the checks on columns only", dump.name, count)
            continue
        add_triples(graph, (content.folder / "dumps" / f"{dump.name}.nt").read_bytes())
    log.info("validating %s triples against the shapes", f"{len(graph):,}")
    found = judge(graph, read_shapes(project))
    errors = [item for item in found if item.severity == "error"]
    if errors:
        raise FaultyInput(found)
    content.warnings.extend(found)
    return content


def _write_turtle(project: Project, content: Content) -> None:
    """Write every dump as Turtle too, streaming."""
    names = prefixes(project.uris)
    with Progress("Turtle", "files", len(content.dumps)) as progress:
        for dump in content.dumps:
            path = content.folder / "dumps" / f"{dump.name}.nt"
            triples = ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)
            ox.serialize(
                (quad.triple for quad in triples),
                path.with_suffix(".ttl"),
                ox.RdfFormat.TURTLE,
                prefixes=names,
            )
            progress.step()


def _entry(folder: Path, dump: Dump, suffix: str) -> dict[str, object]:
    """Return the manifest's entry of a file: its size and checksum are read from the disk."""
    path = folder / "dumps" / f"{dump.name}{suffix}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "path": f"dumps/{path.name}",
        "bytes": path.stat().st_size,
        "sha256": digest,
        "media-type": MEDIA_TYPES[suffix],
        "about": dump.about,
        "graph": dump.graph,
    }


def _identifier(files: list[dict[str, object]]) -> str:
    """Return the id of a release: a hash of the names and checksums of its dumps."""
    text = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in files)
    return hashlib.sha256(f"{MANIFEST}\n{text}".encode()).hexdigest()[:16]


def _copy_tables(content: Content) -> None:
    """Copy each printed table to where its IRI says it is."""
    for table in itertools.chain.from_iterable(cube.structure.tables for cube in content.cubes):
        target = content.folder / "tables" / table.document / table.digest / f"{table.name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table.path, target)


def _load_store(content: Content) -> None:
    """Load every dump into its named graph of an embedded store."""
    store = ox.Store(str(content.folder / "store"))
    with Progress("store", "files", len(content.dumps)) as progress:
        for dump in content.dumps:
            store.bulk_load(
                path=content.folder / "dumps" / f"{dump.name}.nt",
                format=ox.RdfFormat.N_TRIPLES,
                to_graph=ox.NamedNode(dump.graph),
            )
            progress.step()
    store.optimize()
    store.flush()


def _manifest(
    project: Project, content: Content, identifier: str, files: list[dict[str, object]]
) -> dict[str, object]:
    """Return what the release holds, for the server and for people."""
    return {
        "manifest": MANIFEST,
        "id": identifier,
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
        "files": files,
    }


def _switch(parent: Path, identifier: str) -> None:
    """Let ``build/current`` point to a release, in one step."""
    link = parent / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(identifier, target_is_directory=True)
    link.replace(parent / "current")
