"""The columns of a release as one process reads them: by one connection, whoever asks.

A second connection would cost a process some megabytes and nine threads.
"""

from __future__ import annotations

from pathlib import Path

from publish.cube.columns_file.engine import Connection, EngineError, open_locked
from publish.cube.columns_file.names import QUERY_COLUMNS

THREADS = 2
"""Threads that scan for one question."""


class ReleaseColumns:
    """A connection to the Parquet files of a release and to its columns for queries."""

    def __init__(self, release: Path, *, memory: int) -> None:
        """``memory`` is what the engine may take, in bytes. Nothing is opened yet."""
        self._release, self._memory = release, memory
        self._connection: Connection | None = None

    def open(self) -> Connection:
        """Return the connection, which is opened when it is first needed. Raises EngineError.

        Columns for queries that cannot be read are left out, for whoever needs none.
        """
        if self._connection is None:
            paths = sorted((self._release / "dumps").glob("*.parquet"))
            database = self._release / QUERY_COLUMNS
            try:
                self._connection = self._open(paths, database if database.exists() else None)
            except EngineError:
                self._connection = self._open(paths, None)
        return self._connection

    def _open(self, paths: list[Path], database: Path | None) -> Connection:
        return open_locked(paths, memory=self._memory, threads=THREADS, database=database)

    def close(self) -> None:
        """Close the connection; it is opened anew for the next question.

        After an error it may refuse all that follows.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None
