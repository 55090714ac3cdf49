"""The dumps of a release in every format, made from the N-Triples and Turtle of its graphs.

Besides each graph there are files of everything together. A format that can be streamed is
written as its source is read; JSON-LD and RDF/XML, which take memory, only up to LARGEST.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from publish.cube.rdf.observations import turtle
from publish.project.iris import EVERYTHING
from publish.project.progress import Progress
from publish.rdf.counts import GraphCounts, count_graphs, read_blocks
from publish.rdf.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE
from publish.rdf.jsonld import json_ld, usable_prefixes
from publish.rdf.rdf_xml import NotInXml, as_elements
from publish.release.manifest import LARGEST, Dump

FORMS = {
    ".nt": N_TRIPLES.media_type,
    ".nt.gz": "application/gzip",
    ".ttl": TURTLE.media_type,
    ".nq": N_QUADS.media_type,
    ".nq.gz": "application/gzip",
    ".jsonld": JSON_LD.media_type,
    ".rdf": RDF_XML.media_type,
}
"""The media type of each form of a dump by the ending of its name."""
SUMS = "SHA256SUMS"
"""The file with the checksums of all others, as ``sha256sum --check`` reads them."""
LEVEL = 3
"""The level of gzip: on observations a third of the work of level 6, for a quarter more bytes."""
_NOT_IN_XML = re.compile(rb"\\u(?:00[01][0-9A-F]|FFF[EF])|\\[bf]")


@dataclass(frozen=True, kw_only=True)
class WrittenDumps:
    """The dumps of a release: their entries for the manifest, and what was counted in them."""

    files: list[dict[str, object]]
    counts: GraphCounts


def write_forms(
    folder: Path,
    dumps: Sequence[Dump],
    parts: Sequence[Dump],
    prefixes: Mapping[str, str],
    about: str,
) -> WrittenDumps:
    """Write every other form of the dumps in a folder, and those of all graphs together.

    ``parts`` are dumps of triples that are in other dumps too. ``about`` is the IRI of all graphs
    together.
    """
    counts = count_graphs({dump.graph: folder / f"{dump.name}.nt" for dump in dumps})
    work = [*_of_graphs(folder, [*dumps, *parts], prefixes)]
    work += _of_everything(folder, dumps, prefixes, counts)
    whole = Dump(name=EVERYTHING, graph="", about=about)
    with (
        Progress("dumps", "files", len(work)) as progress,
        ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 4)) as pool,
    ):
        for _ in pool.map(lambda task: task(), work):
            progress.step()
        existing = [
            (dump, ending)
            for dump in (*dumps, *parts, whole)
            for ending in FORMS
            if (folder / f"{dump.name}{ending}").is_file()
        ]
        files = list(pool.map(lambda item: _entry(folder, *item), existing))
    lines = [
        f"{file['sha256']}  {dump.name}{ending}\n"
        for file, (dump, ending) in zip(files, existing, strict=True)
    ]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")
    files.append(_entry(folder, replace(whole, name=SUMS), ""))
    return WrittenDumps(files=files, counts=counts)


def _of_graphs(
    folder: Path, dumps: Sequence[Dump], prefixes: Mapping[str, str]
) -> Iterator[Callable[[], None]]:
    """Yield a task for each other form of each dump."""
    for dump in dumps:
        source = folder / f"{dump.name}.nt"
        yield partial(_compress, source.with_suffix(".nt.gz"), partial(read_blocks, source))
        yield partial(_copy, source.with_suffix(".nq"), partial(_quads, folder, [dump]))
        if source.stat().st_size <= LARGEST:
            yield partial(_write_small, source, prefixes)


def _of_everything(
    folder: Path, dumps: Sequence[Dump], prefixes: Mapping[str, str], counts: GraphCounts
) -> Iterator[Callable[[], None]]:
    """Yield a task for each form of all dumps together."""
    sources = [folder / f"{dump.name}.nt" for dump in dumps]
    triples = partial(_union, sources, counts.repeated)
    quads = partial(_quads, folder, dumps)
    whole = folder / f"{EVERYTHING}.nt"
    is_small = sum(path.stat().st_size for path in sources) <= LARGEST

    def write_triples() -> None:
        _copy(whole, triples)
        if is_small:
            _write_small(whole, prefixes)

    yield write_triples
    yield partial(_compress, whole.with_suffix(".nt.gz"), triples)
    yield partial(_copy, whole.with_suffix(".nq"), quads)
    yield partial(_compress, whole.with_suffix(".nq.gz"), quads)
    yield partial(_copy, whole.with_suffix(".ttl"), partial(_turtle, folder, dumps, prefixes))


Blocks = Callable[[], Iterable[bytes]]


def _copy(target: Path, blocks: Blocks) -> None:
    with target.open("wb") as file:
        file.writelines(blocks())


def _compress(target: Path, blocks: Blocks) -> None:
    """Compress without name and time, so that equal content gives equal bytes."""
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=LEVEL, fileobj=file, mtime=0) as compressed,
    ):
        for block in blocks():
            compressed.write(block)


def in_graph(block: bytes, graph: str) -> bytes:
    """Return lines of canonical N-Triples as N-Quads of a graph.

    No literal holds a line feed that is not escaped, so only ends of lines look like one.
    """
    return block.replace(b" .\n", f" <{graph}> .\n".encode())


def _quads(folder: Path, dumps: Sequence[Dump]) -> Iterator[bytes]:
    for dump in dumps:
        for block in read_blocks(folder / f"{dump.name}.nt"):
            yield in_graph(block, dump.graph)


def _union(sources: Sequence[Path], repeated: frozenset[bytes]) -> Iterator[bytes]:
    """Yield the lines of several files, each line once."""
    left = set(repeated)
    for block in itertools.chain.from_iterable(map(read_blocks, sources)):
        if not repeated:
            yield block
            continue
        lines = []
        for line in block.splitlines(keepends=True):
            if line not in repeated or line in left:
                lines.append(line)
                left.discard(line)
        yield b"".join(lines)


def _turtle(folder: Path, dumps: Sequence[Dump], prefixes: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the Turtle of all dumps after one header, which all have; none has blank nodes."""
    header = turtle(dict(prefixes)).header()
    yield header
    for dump in dumps:
        with (folder / f"{dump.name}.ttl").open("rb") as file:
            if file.read(len(header)) != header:
                raise ValueError(f"{dump.name}.ttl does not begin with the prefixes.")
            while block := file.read(1 << 20):
                yield block


def _write_small(source: Path, prefixes: Mapping[str, str]) -> None:
    """Write the JSON-LD of a small dump, and the RDF/XML if XML can hold it."""
    content = source.read_bytes()
    with source.with_suffix(".jsonld").open("w", encoding="utf-8", newline="\n") as file:
        triples = ox.parse(content, format=ox.RdfFormat.N_TRIPLES)
        file.writelines(json_ld(triples, usable_prefixes(prefixes, content)))
    if not _NOT_IN_XML.search(content):
        statements = as_elements(ox.parse(content, format=ox.RdfFormat.N_TRIPLES))
        path = source.with_suffix(".rdf")
        try:
            ox.serialize(statements, str(path), ox.RdfFormat.RDF_XML, prefixes=dict(prefixes))
        except NotInXml:
            path.unlink()


def _entry(folder: Path, dump: Dump, ending: str) -> dict[str, object]:
    """Return the manifest's entry of a file, with the size and checksum of what is on disk."""
    path = folder / f"{dump.name}{ending}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    entry: dict[str, object] = {
        "path": f"dumps/{dump.name}{ending}",
        "bytes": path.stat().st_size,
        "sha256": digest,
        "media-type": FORMS.get(ending, "text/plain"),
        "about": dump.about,
    }
    if ending.endswith(".gz"):
        entry["compresses"] = FORMS[ending.removesuffix(".gz")]
    if dump.graph:
        entry["graph"] = dump.graph
    return entry
