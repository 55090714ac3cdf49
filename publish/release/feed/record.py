"""Adds the feed of a release to its record, from its columns and what changed since the last."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publish.cube.batch import Batch
from publish.cube.columns_file.engine import open_engine
from publish.cube.columns_file.reader import ColumnsFile, open_columns
from publish.cube.structure import Structure
from publish.release.feed.changes import Changed, write_feed_pages
from publish.release.feed.pages import FOLDER, FeedSummary
from publish.release.feed.recorded import feed_of
from publish.release.history.records import History, ReleaseRecord


@dataclass(frozen=True, kw_only=True)
class ColumnsCube:
    """The observations of a file of columns."""

    structure: Structure
    file: ColumnsFile

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all observations, ``size`` at a time."""
        for batch, _ in self.file.batches(self.structure, size=size):
            yield batch


def add_feed(
    history: History,
    record: ReleaseRecord,
    columns: Mapping[str, Path],
    changes: Iterable[Changed],
) -> FeedSummary:
    """Write the feed of a release into the folder of its record; return what was added.

    ``columns`` are the files of columns of the release by slug. The first release of a feed takes
    all observations, a later one the changes since the last record, those of a data set together.
    Raises OSError and UnusableColumns.
    """
    goes_on = any(item.pages for item in feed_of(history))
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as spill,
        open_engine(Path(spill)) as engine,
    ):
        files = {slug: open_columns(path, engine) for slug, path in columns.items()}
        return write_feed_pages(
            record.folder / FOLDER,
            uris=next(iter(files.values())).about.uris,
            release=record.number,
            time=record.released,
            cubes={
                slug: ColumnsCube(structure=file.structure(), file=file)
                for slug, file in files.items()
            },
            changes=changes if goes_on else None,
        )
