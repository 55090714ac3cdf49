"""Writes views of the data sets of a release, in a process that answers one after the other.

The connection and the descriptions that were read stay for the next view. What a view needs of the
release is compared each time with what it was when the server looked: a file that changed since
gives no figures.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import duckdb

from publish.cube.columns_file.engine import relation
from publish.cube.columns_file.release_columns import ReleaseColumns
from publish.exports.answer import FORMS, INNER_FORMS
from publish.exports.answering.view_job import ViewJob
from publish.exports.description import DataSetDescription, read_description
from publish.exports.observations import SelectedObservations

PAGE_FORM = INNER_FORMS["observations"]
"""The form in which pages have the observations of a view."""
MOST_DESCRIBED = 8 << 20
"""Bytes of descriptions, as files, that are kept; the one in use stays in any case."""


class FileChanged(Exception):
    """A file of the release is not the one that the server compared; the argument is its name."""


class TooManyObservations(Exception):
    """A view has more observations than its form is answered with; the argument says how many."""


class ViewNotWritten(Exception):
    """The engine cannot answer a view; the argument is what it says."""


def stamp_of_path(path: Path) -> tuple[int, ...]:
    """Return device, inode, size and times of change of a file. Raises OSError."""
    status = path.lstat()
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


class ViewReader:
    """Writes views of one release."""

    def __init__(self, release: Path, columns: ReleaseColumns) -> None:
        """Nothing is opened yet."""
        self._release, self._columns = release, columns
        self._descriptions: OrderedDict[str, tuple[int, DataSetDescription]] = OrderedDict()

    def warm_up(self) -> None:
        """Open the engine and read a row, as the first view would; that tells what is wrong."""
        import_module(f"publish.exports.forms.{PAGE_FORM.writer.rpartition('.')[0]}")
        for path in sorted((self._release / "dumps").glob("*.parquet"))[:1]:
            try:
                self._columns.open().execute(f"SELECT * FROM {relation(path)} LIMIT 1").fetchall()
            except (duckdb.Error, OSError):
                self.close()

    def write(self, job: ViewJob, target: BinaryIO) -> int:
        """Write a view; return how many observations it has, on all pages.

        Raises FileChanged, TooManyObservations, ViewNotWritten, MemoryError, and what ``target``
        raises.
        """
        description = self._description(job)
        form = FORMS.get(job.form) or INNER_FORMS[job.form]
        path = self._release / "dumps" / f"{job.slug}.parquet"
        self._compare(path, job.columns)
        try:
            chosen = SelectedObservations(
                description=description,
                view=job.view,
                path=path,
                connection=self._columns.open(),
                pointing=job.pointing,
            )
            count = chosen.count()
            if form.most is not None and count > form.most and not form.is_paged:
                raise TooManyObservations(count)
            form.write(chosen, target)
        except duckdb.OutOfMemoryException as error:
            self.close()
            raise MemoryError from error
        except duckdb.Error as error:
            self.close()
            self._compare(path, job.columns)
            raise ViewNotWritten(str(error)) from error
        self._compare(path, job.columns)
        return count

    def close(self) -> None:
        """Close the connection; the next view opens one anew."""
        self._columns.close()

    def _compare(self, path: Path, stamp: tuple[int, ...]) -> None:
        """Compare a file with what it was. Raises FileChanged."""
        try:
            is_same = stamp_of_path(path) == stamp
        except OSError:
            is_same = False
        if not is_same:
            raise FileChanged(path.name)

    def _description(self, job: ViewJob) -> DataSetDescription:
        """Return the description of a data set. Raises FileChanged."""
        kept = self._descriptions
        if job.description in kept:
            kept.move_to_end(job.description)
            return kept[job.description][1]
        path = self._release / "descriptions" / f"{job.slug}.json"
        try:
            text = path.read_bytes()
        except OSError as error:
            raise FileChanged(path.name) from error
        if hashlib.sha256(text).hexdigest() != job.description:
            raise FileChanged(path.name)
        found = read_description(text)
        kept[job.description] = len(text), found
        while len(kept) > 1 and sum(size for size, _ in kept.values()) > MOST_DESCRIBED:
            kept.popitem(last=False)
        return found
