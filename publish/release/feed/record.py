"""Adds the feed of a release to its record, from its columns and those of the release before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publish.cube.batch import Batch
from publish.cube.columns_file.engine import Connection, open_engine
from publish.cube.columns_file.layout import BOUND_COLUMNS
from publish.cube.columns_file.reader import ColumnsFile, open_columns
from publish.cube.structure import Structure
from publish.release.feed.changes import Changed, write_feed_pages
from publish.release.feed.pages import FOLDER, FeedSummary
from publish.release.feed.recorded import feed_of
from publish.release.history.records import History, ReleaseRecord

_STATED = ("value", "status", "reasons", "unit", *BOUND_COLUMNS.values())
"""The columns of what an observation states: it was revised when one of them changed."""
_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class ColumnsCube:
    """The observations of a file of columns, with all codes known from the start."""

    structure: Structure
    file: ColumnsFile

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all observations, ``size`` at a time."""
        for batch, _ in self.file.batches(self.structure, size=size):
            yield batch


@dataclass(frozen=True, kw_only=True)
class ChangedKey:
    """An observation that was added, removed or revised."""

    kind: str
    slug: str
    codes: tuple[str, ...]


def add_feed(history: History, record: ReleaseRecord, columns: Mapping[str, Path]) -> FeedSummary:
    """Write the feed of a release into the folder of its record; return what was added.

    ``columns`` are the files of columns of the release by slug. The first release of a feed takes
    all observations, a later one what changed since the last record. Raises OSError and
    UnusableColumns.
    """
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as spill,
        open_engine(Path(spill)) as engine,
    ):
        new = {slug: open_columns(path, engine) for slug, path in columns.items()}
        changes = None
        if history.last is not None and any(item.pages for item in feed_of(history)):
            before = history.columns(history.last)
            old = {slug: open_columns(path, engine) for slug, path in before.items()}
            changes = _changes(engine, old, new)
        return write_feed_pages(
            record.folder / FOLDER,
            uris=next(iter(new.values())).about.uris,
            release=record.number,
            time=record.released,
            cubes={slug: _cube(file) for slug, file in new.items()},
            changes=changes,
        )


def _cube(file: ColumnsFile) -> ColumnsCube:
    structure = file.structure()
    for dimension, key in zip(structure.dimensions, file.keys, strict=True):
        found = file.connection.execute(f"SELECT DISTINCT {key} FROM {file.relation} ORDER BY 1")
        known = set(dimension.codes)
        dimension.codes.extend(str(row[0]) for row in found.fetchall() if row[0] not in known)
    return ColumnsCube(structure=structure, file=file)


def _changes(
    engine: Connection, old: Mapping[str, ColumnsFile], new: Mapping[str, ColumnsFile]
) -> Iterator[Changed]:
    """Yield what changed, those of a data set together."""
    for slug in sorted({*old, *new}):
        if slug not in new or slug not in old or old[slug].keys != new[slug].keys:
            for kind, files in (("removed", old), ("added", new)):
                if slug in files:
                    yield from _every(engine, kind, files[slug])
        elif old[slug].path != new[slug].path:
            yield from _between(engine, old[slug], new[slug])


def _every(engine: Connection, kind: str, file: ColumnsFile) -> Iterator[ChangedKey]:
    query = f"SELECT '{kind}', {', '.join(file.keys)} FROM {file.relation}"
    return _selected(engine, query, file.about.slug)


def _between(engine: Connection, old: ColumnsFile, new: ColumnsFile) -> Iterator[ChangedKey]:
    differ = " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in _STATED)
    query = (
        "SELECT CASE WHEN old.status IS NULL THEN 'added' "
        "WHEN new.status IS NULL THEN 'removed' ELSE 'revised' END, "
        f"{', '.join(new.keys)} FROM {old.relation} AS old FULL JOIN {new.relation} AS new "
        f"USING ({', '.join(new.keys)}) WHERE {differ}"
    )
    return _selected(engine, query, new.about.slug)


def _selected(engine: Connection, query: str, slug: str) -> Iterator[ChangedKey]:
    rows = engine.cursor().execute(query)
    while found := rows.fetchmany(_AT_ONCE):
        for kind, *codes in found:
            yield ChangedKey(kind=kind, slug=slug, codes=tuple(codes))
