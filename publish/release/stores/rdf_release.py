"""A release made of anybody's RDF files, so that the same server can be put over them.

In come files; out comes a folder with a store of their own default and named graphs, no union, and
a manifest that says so. It has no data sets and no downloads: only the endpoint and its page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from publish import __version__
from publish.faults.fault import Fault, FaultyInput
from publish.release.manifest import MANIFEST
from publish.release.stores.of_rdf_files import CountedGraph, make_store

BASE = "http://localhost"
"""What the manifest has for a base; nothing of the files is taken for a thing of ours."""


def make_release_of_files(files: Sequence[Path], folder: Path, *, public_url: str) -> None:
    """Make the release in a folder that exists; ``public_url`` is where it will be served.

    Raises FaultyInput, OSError."""
    faults: list[Fault] = []
    summary = make_store(files, folder / "store", faults)
    if summary is None:
        raise FaultyInput(faults)
    names = ", ".join(path.name for path in summary.files[:3])
    names += ", …" if len(summary.files) > 3 else ""
    stamps = [(str(path), path.stat().st_mtime_ns) for path in summary.files]
    manifest = {
        "manifest": MANIFEST,
        "id": hashlib.sha256(json.dumps(stamps).encode()).hexdigest()[:16],
        "software": __version__,
        "base": BASE,
        "public-url": public_url,
        "vocabulary": "data",
        "title": {"nl": names, "en": names},
        "default-graph": "own",
        "prefixes": summary.prefixes,
        "data-sets": [],
        "queries": [],
        "files": [],
        "graphs": [],
        "graphs-of-files": [_counts(graph) for graph in (summary.default, *summary.named)],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _counts(graph: CountedGraph) -> dict[str, object]:
    return {
        "name": graph.name,
        "triples": graph.triples,
        "distinct-subjects": graph.subjects,
        "properties": graph.properties,
        "classes": graph.classes,
    }
