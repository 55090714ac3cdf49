"""What of a release is compared: its columns by data set, its shared graphs, its dumps.

It comes from the folder of a release, or, once stores and dumps were pruned, from the history,
which keeps the columns, the code lists and the vocabulary.
"""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from publish.faults.fault import Fault, FaultyInput, Words, fault, phrase
from publish.project.iris import SHARED_GRAPHS
from publish.project.project import Project, Text
from publish.release.history.names import PREVIOUS, find_record
from publish.release.history.records import History, ReleaseRecord, read_history, record_of
from publish.release.manifest import File, read_files, read_manifest
from publish.release.releases import CURRENT, DanglingLink, current_release, same_content
from publish.release.soundness import check_release


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

    id: str
    base: str
    number: int | None = None
    """The number of its record; None for a preview."""
    released: str | None = None
    """When it was released, in RFC 3339."""
    data_sets: Mapping[str, DataSetState]
    graphs: Mapping[str, Stored]
    """The graphs that data sets share, as N-Triples, plain or compressed by gzip."""
    dumps: Mapping[str, Stored]
    """All graphs as N-Triples by their name; none of a release whose dumps were pruned."""

    @property
    def name(self) -> Words:
        """What people call it."""
        if self.number is None or self.released is None:
            return phrase("diff-preview", id=self.id)
        return phrase("diff-release", number=self.number, id=self.id, day=self.released[:10])


def nothing(base: str) -> State:
    """Return what is before the first release."""
    return State(id="", base=base, data_sets={}, graphs={}, dumps={})


def state_of_release(folder: Path) -> State:
    """Return what of a release in a folder is compared, as of a preview.

    Raises OSError, KeyError or ValueError when it is not one.
    """
    manifest = read_manifest(folder)
    files = read_files(manifest["files"], "dumps/")
    dumps = _dumps(folder, files)
    data_sets = {}
    for entry in manifest["data-sets"]:
        slug = entry["slug"]
        file = files[f"{slug}.parquet"]
        data_sets[slug] = DataSetState(
            slug=slug,
            title=entry["title"],
            observations=entry["observations"],
            columns=Stored(path=folder / file.path, sha256=file.sha256),
        )
    return State(
        id=manifest["id"],
        base=manifest["base"].rstrip("/"),
        data_sets=data_sets,
        graphs={name: dumps[name] for name in SHARED_GRAPHS if name in dumps},
        dumps=dumps,
    )


def _dumps(folder: Path, files: Mapping[str, File]) -> dict[str, Stored]:
    """Return the dumps of graphs as N-Triples: plain, else compressed."""
    dumps: dict[str, Stored] = {}
    for file in files.values():
        graph, found, ending = file.name.partition(".nt")
        if file.graph is None or "/" in graph or not found or ending not in ("", ".gz"):
            continue
        if not ending or graph not in dumps:
            dumps[graph] = Stored(path=folder / file.path, sha256=file.sha256)
    return dumps


def state_of_record(history: History, record: ReleaseRecord) -> State:
    """Return what of a recorded release is compared; its dumps where they still are."""
    build = history.folder.parent
    dumps: dict[str, Stored] = {}
    for folder in same_content(build, record.id):
        if check_release(folder, full=False):
            continue
        manifest = read_manifest(folder)
        dumps = _dumps(folder, read_files(manifest["files"], "dumps/"))
        break
    return State(
        number=record.number,
        released=record.released,
        id=record.id,
        base=record.base.rstrip("/"),
        data_sets={
            slug: DataSetState(
                slug=slug,
                title=dict(item.title),
                observations=item.observations,
                columns=Stored(path=history.columns_path(item.columns), sha256=item.columns),
            )
            for slug, item in record.data_sets.items()
            if item.columns is not None
        },
        graphs={
            name: Stored(path=history.graph_path(sha256), sha256=sha256)
            for name, sha256 in record.graphs.items()
        },
        dumps=dumps,
    )


def find_states(project: Project, *names: str) -> list[State]:
    """Return the releases that names stand for, which must have one base. Raises FaultyInput.

    A name is what a record is called, or the id of a preview.
    """
    history = read_history(project.build)
    current = None
    with contextlib.suppress(DanglingLink):
        current = current_release(project.build / CURRENT)
    number, _ = record_of(current) if current else (None, "")
    served = next((item for item in history.records if item.number == number), None)
    faults: list[Fault] = []
    states = []
    for name in names:
        if name == CURRENT and served is None and current is not None:
            states.append(_state_of_preview(project, current, faults))
        elif name == PREVIOUS and served is None and history.last is not None:
            states.append(state_of_record(history, history.last))
        else:
            try:
                record = find_record(history, name, current=served)
                states.append(state_of_record(history, record))
            except FaultyInput as error:
                previews = same_content(project.build, name)
                if previews:
                    states.append(_state_of_preview(project, previews[0], faults))
                else:
                    faults.extend(error.faults)
    if len({state.base for state in states if state}) > 1:
        [old, new] = [state for state in states if state]
        where = project.shown(project.build)
        faults.append(fault("diff-of-other-base", where, old=old.base, new=new.base))
    if faults:  # what is damaged is why a release is not found
        raise FaultyInput(list(history.problems) or faults)
    return [state for state in states if state]


def _state_of_preview(project: Project, folder: Path, faults: list[Fault]) -> State | None:
    """Return what of a preview is compared; report what is damaged, or not there."""
    found = check_release(folder, full=True, shown=project.shown(folder))
    faults += found
    try:
        return None if found else state_of_release(folder)
    except (OSError, KeyError, ValueError):
        where, problem = f"{project.shown(folder)}/manifest.json", phrase("file-missing")
        faults.append(fault("columns-unusable", where, slug=folder.name, problem=problem))
        return None


def open_triples(file: Stored) -> IO[bytes]:
    """Open a file of N-Triples, compressed or not."""
    return (
        cast(IO[bytes], gzip.open(file.path)) if file.path.suffix == ".gz" else file.path.open("rb")
    )
