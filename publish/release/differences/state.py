"""What of a release is compared: its columns by data set, its shared graphs, its dumps.

It comes from the folder of a release, or, once stores and dumps were pruned, from the history,
which keeps the columns, the code lists and the vocabulary.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from publish.project.project import Text
from publish.release.manifest import read_files, read_manifest

COMPARED_GRAPHS = ("codelijsten", "vocabularium")
"""The graphs of which things are compared: concepts and terms."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file with the checksum of its content, equal only for equal content."""

    path: Path
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DataSetState:
    """A data set of a release: its columns and what it is called."""

    slug: str
    title: Text
    observations: int
    columns: Stored


@dataclass(frozen=True, kw_only=True)
class State:
    """One release, as far as it can be compared with another."""

    name: str
    """What people call it: its number or its id."""
    id: str
    base: str
    data_sets: Mapping[str, DataSetState]
    graphs: Mapping[str, Stored]
    """COMPARED_GRAPHS as N-Triples, plain or compressed by gzip."""
    dumps: Mapping[str, Stored]
    """All graphs as N-Triples by their name; none of a release whose dumps were pruned."""


def state_of_release(folder: Path, name: str | None = None) -> State:
    """Return what of a release in a folder is compared.

    Raises OSError, KeyError or ValueError when it is not one.
    """
    manifest = read_manifest(folder)
    files = read_files(manifest["files"], "dumps/")
    dumps: dict[str, Stored] = {}
    for path, file in files.items():
        graph, found, ending = path.partition(".nt")
        if found and ending in ("", ".gz") and "/" not in graph and file.graph is not None:
            # Compressed bytes may differ where their content does not, so plain ones come first.
            if ending and graph in dumps:
                continue
            dumps[graph] = Stored(path=folder / file.path, sha256=file.sha256)
    return State(
        name=name or folder.name,
        id=manifest["id"],
        base=manifest["base"].rstrip("/"),
        data_sets={
            entry["slug"]: DataSetState(
                slug=entry["slug"],
                title=entry["title"],
                observations=entry["observations"],
                columns=Stored(
                    path=folder / files[f"{entry['slug']}.parquet"].path,
                    sha256=files[f"{entry['slug']}.parquet"].sha256,
                ),
            )
            for entry in manifest["data-sets"]
        },
        graphs={key: dumps[key] for key in COMPARED_GRAPHS if key in dumps},
        dumps=dumps,
    )


def open_triples(file: Stored) -> IO[bytes]:
    """Open a file of N-Triples, compressed or not."""
    return (
        cast(IO[bytes], gzip.open(file.path)) if file.path.suffix == ".gz" else file.path.open("rb")
    )
