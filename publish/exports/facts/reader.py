"""Reads figures in this process, through a connection that can read the columns only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import duckdb

from publish.cube.columns_file.engine import Connection, open_locked
from publish.exports.description import DataSetDescription
from publish.exports.forms.cited_figures import FiguresOfView, write_figures
from publish.exports.observations import SelectedObservations
from publish.exports.view import DataView

MEMORY = 512 << 20
"""Bytes that the engine may take."""
THREADS = 2


class FiguresUnreadable(Exception):
    """The file of columns of a data set cannot be read: it is damaged, or no longer there."""


@dataclass(frozen=True, kw_only=True)
class FiguresReader:
    """Reads the figures of the data sets of a release, one question at a time."""

    folder: Path
    """The folder of the files of columns."""
    connection: Connection

    def read(self, description: DataSetDescription, view: DataView) -> FiguresOfView:
        """Return the figures of one page of a view. Raises FiguresUnreadable."""
        chosen = SelectedObservations(
            description=description,
            view=view,
            path=self.folder / f"{description.slug}.parquet",
            connection=self.connection,
        )
        written = BytesIO()
        try:
            write_figures(chosen, written)
        except duckdb.Error as error:
            raise FiguresUnreadable(description.slug) from error
        found: FiguresOfView = json.loads(written.getvalue())
        return found


@contextmanager
def open_reader(folder: Path) -> Iterator[FiguresReader]:
    """Yield a reader of the files of columns in a folder. The process must not fork meanwhile.

    Whatever it is asked, it reads these files and nothing else.
    """
    connection = open_locked(sorted(folder.glob("*.parquet")), memory=MEMORY, threads=THREADS)
    try:
        yield FiguresReader(folder=folder, connection=connection)
    finally:
        connection.close()
