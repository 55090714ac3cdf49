"""``manifest.json``: what a release holds, for the server and for people.

Its id is a hash of all the rest but the files that another machine may write otherwise; no clock
time is in it, so the same input gives the same release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publish import __version__
from publish.project.project import Project, Text
from publish.sparql.examples import ExampleQuery

if TYPE_CHECKING:
    from publish.rdf.counts import GraphCounts  # a server needs no numpy

MANIFEST = 2
"""The number of the manifest format: from 2 on the store has a default graph of its own."""
PARQUET = "application/vnd.apache.parquet"
"""The media type of the columns of data sets."""
LARGEST = 20_000_000
"""Bytes of N-Triples up to which there are all forms; of what is larger three, compressed."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the release that may be downloaded."""

    path: str
    size: int
    sha256: str
    media_type: str
    about: str | None
    graph: str | None = None
    """The named graph that it holds; None for a file of several."""
    compresses: str | None = None
    """The media type of what is compressed in it."""
    content_size: int | None = None
    """The bytes of what is compressed in it, where that is known."""
    parts: tuple[File, ...] = ()
    """The files that make it up, one after the other, if it does not exist by itself."""
    export: str | None = None
    """Which export of a data set it is, a key of EXPORTED; None for a file of RDF or of columns."""
    language: str | None = None
    """The language of its texts, if it is in one."""

    @property
    def pieces(self) -> tuple[File, ...]:
        """What is on the disk of it, in order: its parts, or the file itself."""
        return self.parts or (self,)

    @property
    def name(self) -> str:
        """The path below ``dumps/``."""
        return self.path.removeprefix("dumps/")

    @property
    def stem(self) -> str:
        """The name without its extensions."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class NamedGraph:
    """A named graph of the store."""

    iri: str
    about: str
    triples: int

    @property
    def name(self) -> str:
        """The last part of its IRI, which is also the name of its dumps."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set of the release."""

    slug: str
    iri: str
    title: Text = field(hash=False)
    observations: int


@dataclass(frozen=True, kw_only=True)
class Dump:
    """One graph of the release, or a part of it, as files of one name in several formats."""

    name: str
    graph: str
    """The IRI of the named graph in the store."""
    about: str
    """The IRI of what it describes."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release. Raises OSError, KeyError or ValueError if there is none."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["manifest"] != MANIFEST:
        raise ValueError(
            f"{folder} has a manifest of format {manifest['manifest']}, not {MANIFEST}: "
            "build it anew."
        )
    return manifest


def read_files(entries: Sequence[Mapping[str, Any]], folder: str) -> dict[str, File]:
    """Return the files of a folder of the release, by their path below it."""
    return {
        entry["path"].removeprefix(folder): _file(entry)
        for entry in entries
        if entry["path"].startswith(folder)
    }


def _file(entry: Mapping[str, Any]) -> File:
    """Return a file, or a part of one, by its entry."""
    return File(
        path=entry["path"],
        size=entry["bytes"],
        sha256=entry["sha256"],
        media_type=entry.get("media-type", ""),
        about=entry.get("about"),
        graph=entry.get("graph"),
        compresses=entry.get("compresses"),
        content_size=entry.get("content", {}).get("bytes"),
        parts=tuple(map(_file, entry.get("parts", ()))),
        export=entry.get("export"),
        language=entry.get("language"),
    )


def make_manifest(
    project: Project,
    *,
    data_sets: Sequence[Mapping[str, object]],
    examples: Sequence[ExampleQuery],
    dumps: Sequence[Dump],
    counts: GraphCounts,
    shapes: Sequence[Mapping[str, object]],
    files: Sequence[Mapping[str, object]],
    for_portals: Mapping[str, object],
) -> dict[str, Any]:
    """Return the manifest of a release; ``data_sets``, ``shapes`` and ``files`` are its entries.

    ``for_portals`` is what the catalogue says besides.
    """
    rest = {
        "software": __version__,
        "base": project.base,
        "public-url": project.public_url,
        "vocabulary": project.vocabulary,
        "title": project.title,
        "description": project.description,
        "licence": project.licence,
        "default-graph": project.default_graph,
        "data-sets": data_sets,
        **for_portals,
        "queries": [
            {
                "name": example.name,
                "title": example.title,
                "sha256": hashlib.sha256(example.text.encode()).hexdigest(),
            }
            for example in examples
        ],
        **describe_counts(dumps, counts),
        "shapes": shapes,
    }
    reproducible = list(filter(None, map(_reproducible, files)))
    text = json.dumps({"manifest": MANIFEST, **rest, "files": reproducible}, sort_keys=True)
    identifier = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {"manifest": MANIFEST, "id": identifier, **rest, "files": files}


def _reproducible(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what any machine writes of a file: not the bytes of what is compressed, nor sums.

    Where what is compressed is there in no other way, its content counts. Exports are made from
    figures and descriptions, which count themselves; of their files only counts which there are.
    """
    if "export" in entry:
        return {key: entry[key] for key in entry if key not in ("bytes", "sha256", "content")}
    if entry.get("media-type") in ("text/plain", PARQUET):
        return None
    parts = [_reproducible(part) for part in entry.get("parts", ())]
    if "content" in entry or parts:
        same = {key: entry[key] for key in entry if key not in ("bytes", "sha256", "parts")}
        return {**same, "parts": parts} if parts else same
    return None if "compresses" in entry else entry


def describe_counts(dumps: Sequence[Dump], counts: GraphCounts) -> dict[str, Any]:
    """Return what the manifest says of the number of things in the graphs."""
    return {
        "counts": {
            "triples": counts.triples,
            "distinct-subjects": counts.subjects,
            "distinct-objects": counts.objects,
            "properties": len(counts.properties),
            "classes": len(counts.classes),
        },
        "partitions": {
            "property-partitions": counts.properties,
            "class-partitions": counts.classes,
        },
        "graphs": [
            {"name": dump.graph, "about": dump.about, "triples": counts.graphs[dump.graph]}
            for dump in dumps
        ],
        "json-ld-and-rdf-xml-up-to": LARGEST,
    }


def checksum_of_entry(manifest: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Return the checksum of what a catalogue says of a data set, but for its figures.

    That is its entry, who publishes it by which licence, the names of its files, and the texts
    that its exports say, which change their sizes and checksums.
    """
    about = f"{manifest['base'].rstrip('/')}/id/dataset/{entry['slug']}"
    said = {key: value for key, value in entry.items() if key not in ("observations", "series")}
    said["files"] = sorted(file["path"] for file in manifest["files"] if file["about"] == about)
    shared = ("public-url", "licence", "publication", "documents", "places")
    said |= {f"all-{key}": manifest.get(key) for key in shared}
    said["texts"] = manifest.get("descriptions", {}).get(entry["slug"])
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """Return the text of the file for a manifest."""
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
