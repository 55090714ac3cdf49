"""The dumps of a release in every format, made from the N-Triples and Turtle of its graphs.

Besides each graph there are files of everything together. A format that can be streamed is
written as its source is read. Graphs above LARGEST come compressed, in three forms, from
``graph_files``.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.project.iris import EVERYTHING
from publish.project.progress import Progress
from publish.rdf.counts import Blocks, GraphCounts, count_graphs
from publish.rdf.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE
from publish.rdf.jsonld import json_ld, usable_prefixes
from publish.rdf.rdf_xml import NotInXml, as_elements
from publish.release.compressed import GzipWriter, read_blocks, triples_file
from publish.release.everything import PARTS, Everything, quads
from publish.release.manifest import PARQUET, Dump

FORMS = {
    ".nt": N_TRIPLES.media_type,
    ".nt.gz": "application/gzip",
    ".ttl": TURTLE.media_type,
    ".ttl.gz": "application/gzip",
    ".nq": N_QUADS.media_type,
    ".nq.gz": "application/gzip",
    ".jsonld": JSON_LD.media_type,
    ".rdf": RDF_XML.media_type,
    ".parquet": PARQUET,
}
"""The media type of each form of a dump by the ending of its name."""
SUMS = "SHA256SUMS"
"""The file with the checksums of all others, as ``sha256sum --check`` reads them."""
LEVEL = 3
"""The level of gzip for small dumps: a third of the work of level 6, for a quarter more bytes."""
DUMPS = "dumps/"
"""The folder of the dumps in a release."""
_NOT_IN_XML = re.compile(rb"\\u(?:00[01][0-9A-F]|FFF[EF])|\\[bf]")


@dataclass(frozen=True, kw_only=True)
class WrittenDumps:
    """The dumps of a release: their entries for the manifest, and what was counted in them."""

    files: list[dict[str, Any]]
    counts: GraphCounts


def write_forms(
    folder: Path,
    dumps: Sequence[Dump],
    parts: Sequence[Dump],
    prefixes: Mapping[str, str],
    about: str,
    exports: Sequence[Mapping[str, Any]] = (),
) -> WrittenDumps:
    """Write every other form of the dumps in a folder, and those of all graphs together.

    ``parts`` are dumps of triples that are in other dumps too. ``about`` is the IRI of all graphs
    together. ``exports`` are the entries of files that are there already.
    """
    counts = count_graphs(
        {dump.graph: partial(read_blocks, triples_file(folder, dump.name)) for dump in dumps}
    )
    everything = Everything(folder=folder, dumps=dumps, prefixes=prefixes, repeated=counts.repeated)
    work = [*_of_graphs(folder, [*dumps, *parts], prefixes), *_of_everything(everything)]
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
        if everything.is_large:
            files += _joined_entries(everything, whole, {file["path"]: file for file in files})
    files += map(dict, exports)
    lines = [f"{file['sha256']}  {str(file['path']).removeprefix(DUMPS)}\n" for file in files]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")
    files.append(_entry(folder, replace(whole, name=SUMS), ""))
    return WrittenDumps(files=files, counts=counts)


def _of_graphs(
    folder: Path, dumps: Sequence[Dump], prefixes: Mapping[str, str]
) -> Iterator[Callable[[], None]]:
    """Yield a task for each other form of each dump that is small enough."""
    for dump in dumps:
        source = triples_file(folder, dump.name)
        if source.suffix == ".gz":
            continue
        yield partial(_compress, source.with_suffix(".nt.gz"), partial(read_blocks, source))
        yield partial(_copy, source.with_suffix(".nq"), partial(quads, folder, [dump]))
        yield partial(_write_small, source, prefixes)


def _of_everything(everything: Everything) -> Iterator[Callable[[], None]]:
    """Yield a task for each form of all dumps together, or for what no part of it has."""
    if everything.is_large:
        for ending in (".nt", ".nq", ".ttl"):
            yield partial(_write_members, everything.rest_file(ending), everything.rest(ending))
        return
    triples, quads_ = everything.rest(".nt"), everything.rest(".nq")
    whole = everything.folder / f"{EVERYTHING}.nt"

    def write_triples() -> None:
        _copy(whole, triples)
        _write_small(whole, everything.prefixes)

    yield write_triples
    yield partial(_compress, whole.with_suffix(".nt.gz"), triples)
    yield partial(_copy, whole.with_suffix(".nq"), quads_)
    yield partial(_compress, whole.with_suffix(".nq.gz"), quads_)
    yield partial(_copy, whole.with_suffix(".ttl"), everything.rest(".ttl"))


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


def _write_members(target: Path, blocks: Blocks) -> None:
    target.parent.mkdir(exist_ok=True)
    with closing(GzipWriter(target)) as file:
        for block in blocks():
            file.write(block)


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


def _entry(folder: Path, dump: Dump, ending: str) -> dict[str, Any]:
    """Return the manifest's entry of a file, with the size and checksum of what is on disk."""
    path = folder / f"{dump.name}{ending}"
    entry = {
        **_sums(path, f"{DUMPS}{dump.name}{ending}"),
        "media-type": FORMS.get(ending, "text/plain"),
        "about": dump.about,
    }
    if ending.endswith(".gz"):
        entry["compresses"] = FORMS[ending.removesuffix(".gz")]
        if not path.with_suffix("").is_file():
            entry["content"] = _content(path)
    if dump.graph:
        entry["graph"] = dump.graph
    return entry


def _joined_entries(
    everything: Everything, whole: Dump, entries: Mapping[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the entries of all graphs together for the forms that are made of several files."""
    for ending in (".nt", ".nq", ".ttl"):
        joined = everything.joined(ending)
        if not joined:
            continue
        names = [f"{dump.name}{ending}.gz" for dump in joined]
        rest = everything.rest_file(ending)
        parts = [entries[f"{DUMPS}{name}"] for name in names]
        parts.append({**_sums(rest, f"{PARTS}/{rest.name}"), "content": _content(rest)})
        sum_ = hashlib.sha256()
        for path in (*(everything.folder / name for name in names), rest):
            for block in _blocks_of(path):
                sum_.update(block)
        yield {
            "path": f"{DUMPS}{EVERYTHING}{ending}.gz",
            "bytes": sum(part["bytes"] for part in parts),
            "sha256": sum_.hexdigest(),
            "media-type": FORMS[f"{ending}.gz"],
            "about": whole.about,
            "compresses": FORMS[ending],
            "parts": [
                {key: part[key] for key in ("path", "bytes", "sha256", "content")} for part in parts
            ],
        }


def _sums(path: Path, name: str) -> dict[str, Any]:
    """Return the path of a file in the release, which is given, its size and its checksum."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": name, "bytes": path.stat().st_size, "sha256": digest}


def _content(path: Path) -> dict[str, Any]:
    """Return the size and checksum of what is compressed in a file."""
    size, sum_ = 0, hashlib.sha256()
    for block in read_blocks(path):
        size += len(block)
        sum_.update(block)
    return {"bytes": size, "sha256": sum_.hexdigest()}


def _blocks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file as they are."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
