"""Finds what an earlier release had and the one that is served has no more.

Things by the list in each record; observations, which may be very many, in the columns of the
release before the one that removed some of their data set. Those are sorted, so that DuckDB reads
a part of a file only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock

import duckdb

from publish.cube.columns_file.engine import Connection, open_engine
from publish.cube.columns_file.reader import ColumnsFile, UnusableColumns, open_columns
from publish.project.project import Text
from publish.release.differences.change import StatedFigure
from publish.release.differences.compare import figure_at, of_other_meaning
from publish.release.differences.gone_list import OBSERVATION, GoneIndex
from publish.release.history.records import History, ReleaseRecord

_MEMORY = "128MiB"
_ONE_AT_A_TIME = Lock()
"""Of those who ask at once, one reads columns and the others wait for it."""
_PLACES = BoundedSemaphore(4)
"""How many may ask at once: each holds a thread, of which all other pages have need too."""


class TooManyAsk(Exception):
    """So many wait to have columns read that one more would hold up other pages."""


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A thing that was there, and where it was last."""

    path: str
    """What stands after ``/id/`` in its IRI."""
    last: ReleaseRecord
    """The last release that had it."""
    removed: ReleaseRecord
    """The release that has it no more."""
    label: Text = field(default_factory=dict)
    figure: StatedFigure | None = None
    """What was stated last, of an observation."""
    measure: str | None = None
    """The measure of an observation, an IRI."""
    datatype: str | None = None
    version: ReleaseRecord | None = None
    """The release that stated it so first: its last version in the feed has that number; None
    where no feed holds it."""


def find_gone(index: GoneIndex, path: str) -> Gone | None:
    """Return the thing that had an IRI with a path after ``/id/``, if there was one.

    It is for what the served release does not have. Raises TooManyAsk.
    """
    history = index.history
    if path.startswith(OBSERVATION):
        slug, *codes = path.removeprefix(OBSERVATION).split("/")
        with _finder(history, slug, codes) as finder:
            return finder.find(path, index.removed.get(slug, ()))
    if path not in index.things:
        return None
    label, record = index.things[path]
    last = history.before(record)
    return None if last is None else Gone(path=path, last=last, removed=record, label=label)


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(blocking=False):
        raise TooManyAsk
    try:
        yield
    finally:
        _PLACES.release()


def find_version(history: History, path: str) -> ReleaseRecord | None:
    """Return the release that put the version with a path after ``/id/`` into the feed.

    That is of an observation, or of its removal, with the number of the release. Raises
    TooManyAsk.
    """
    if not path.startswith(OBSERVATION):
        return None
    slug, *codes, number = path.removeprefix(OBSERVATION).split("/")
    record = next((item for item in history.records if str(item.number) == number), None)
    if record is None or not codes or not _has_feed(record):
        return None
    with _finder(history, slug, codes) as finder:
        return record if finder.has_version(record) else None


@dataclass(frozen=True, kw_only=True)
class _Finder:
    """Finds one observation in the columns of earlier releases."""

    history: History
    connection: Connection
    slug: str
    codes: list[str]

    def find(self, path: str, records: Iterable[ReleaseRecord]) -> Gone | None:
        """Return where it was last, before one of the releases that removed some."""
        for record in records:
            last = self.history.before(record)
            if last is None or not (found := self._look_up(last)):
                continue
            columns, figure = found
            measure = next(item for item in columns.about.measures if item.name == self.codes[-1])
            return Gone(
                path=path,
                last=last,
                removed=record,
                figure=figure,
                measure=measure.iri,
                datatype=measure.datatype,
                version=self._last_version(last, *found),
            )
        return None

    def has_version(self, record: ReleaseRecord) -> bool:
        """Return whether a release stated it anew, or removed it."""
        found, before = self._look_up(record), self.history.before(record)
        if found is None:
            return before is not None and _has_feed(before) and self._look_up(before) is not None
        return self._last_version(record, *found) == record

    def _look_up(self, record: ReleaseRecord) -> tuple[ColumnsFile, StatedFigure] | None:
        """Return what a release stated in it; None also of damaged columns."""
        item = record.data_sets.get(self.slug)
        if item is None or item.columns is None:
            return None
        try:
            columns = open_columns(self.history.columns_path(item.columns), self.connection)
            figure = figure_at(columns, self.codes)
        except (UnusableColumns, duckdb.Error):
            return None
        return None if figure is None else (columns, figure)

    def _last_version(
        self, last: ReleaseRecord, file: ColumnsFile, figure: StatedFigure
    ) -> ReleaseRecord | None:
        """Return the release that stated it as it was last, if that has a feed."""
        if not _has_feed(last):
            return None
        columns, found = last.data_sets[self.slug].columns, last
        while (before := self.history.before(found)) and _has_feed(before):
            item = before.data_sets.get(self.slug)
            if item is None:
                break
            if item.columns != columns:
                columns, earlier = item.columns, self._look_up(before)
                if earlier is None or not figure.says_the_same(earlier[1]):
                    break
                if self.codes[-1] in of_other_meaning(earlier[0].about, file.about):
                    break
            found = before
        return found


@contextmanager
def _finder(history: History, slug: str, codes: list[str]) -> Iterator[_Finder]:
    """Give a finder for one observation, once no other is at work. Raises TooManyAsk."""
    with (
        _place(),
        _ONE_AT_A_TIME,
        tempfile.TemporaryDirectory(prefix="publish-") as folder,
        open_engine(Path(folder), memory=_MEMORY) as connection,
    ):
        yield _Finder(history=history, connection=connection, slug=slug, codes=codes)


def _has_feed(record: ReleaseRecord) -> bool:
    """Return whether a release put versions of observations into the feed."""
    return any(name.startswith("feed/") for name in record.files)
