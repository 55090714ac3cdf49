"""Releases with a feed, made without ``publish release``: records whose changes a test chooses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.cube.assemble import assemble_cube
from publish.cube.batch import Batch, cut_batch
from publish.cube.structure import Structure
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.ontology.vocabulary import read_vocabulary
from publish.project.project import Project
from publish.release.build import build
from publish.release.feed.changes import write_feed_pages
from publish.release.feed.pages import FOLDER
from publish.release.history.records import ReleaseRecord, read_history
from publish.release.history.writing import confirm, draft_record, keep_record, make_folder
from publish.release.manifest import read_manifest

SLUG = "proef"


@dataclass(frozen=True, kw_only=True)
class Cube:
    """The observations of a mapping, read once."""

    structure: Structure
    parts: Sequence[Batch]

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all observations, at most ``size`` at a time."""
        for part in self.parts:
            yield from cut_batch(part, size)

    def codes(self) -> list[tuple[str, ...]]:
        """Return the codes of every observation."""
        return [
            tuple(self.structure.codes_at(part.keys, at).split(", "))
            for part in self.parts
            for at in range(len(part))
        ]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A change that a test chooses."""

    kind: str
    slug: str
    codes: tuple[str, ...]


def cube_of(project: Project) -> Cube:
    """Return the observations of the mapping of a small project."""
    faults: list[object] = []
    vocabulary = read_vocabulary(project, faults)  # type: ignore[arg-type]
    documents = read_documents(project, faults)  # type: ignore[arg-type]
    [mapping] = read_mappings(project, faults, [SLUG])  # type: ignore[arg-type]
    cube = assemble_cube(project, mapping, vocabulary, documents, faults)  # type: ignore[arg-type]
    assert cube
    parts = list(cube.batches(faults))  # type: ignore[arg-type]
    assert not faults
    return Cube(structure=cube.structure, parts=parts)


def add_record(
    project: Project, cube: Cube, release: Path, changes: Sequence[Chosen] | None
) -> ReleaseRecord:
    """Add a record with pages of the feed to the history, whatever the release holds."""
    history = read_history(project.build)
    record = draft_record(history, read_manifest(release), release, note={})
    make_folder(history.folder)
    draft = history.folder / "draft"
    draft.mkdir()
    write_feed_pages(
        draft / FOLDER,
        uris=project.uris,
        release=record.number,
        time=record.released,
        cubes={SLUG: cube},
        changes=changes,
    )
    record = keep_record(history, record, draft)
    confirm(record)
    return record


def make_feed(folder: Path) -> tuple[SmallProject, Path]:
    """Make a preview beside a history of two releases; of four observations one is revised,
    one is gone."""
    small = make_small_project(folder)
    small.table(PLAIN_TABLE)
    small.mapping(PLAIN)
    project = small.read()
    release, _ = build(project)
    cube = cube_of(project)
    first, second, *_ = cube.codes()
    add_record(project, cube, release, None)
    changes = [Chosen(kind="revised", slug=SLUG, codes=first)]
    changes.append(Chosen(kind="removed", slug=SLUG, codes=second))
    add_record(project, cube, release, changes)
    return small, release
