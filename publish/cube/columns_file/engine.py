"""DuckDB, which writes Parquet files and reads them.

A connection starts threads. A process that is forked while one is open can wait for ever, so it
is open for a while only, in which nothing is forked; when it is closed all threads have ended.
Nothing is fetched: extensions are neither downloaded nor loaded.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
EngineOutOfMemory = duckdb.OutOfMemoryException
"""What a statement raises, for who does not know DuckDB."""

MEMORY = "1GiB"
"""What a connection keeps in memory; the rest of a large sort goes to its temporary folder."""
DATABASE = "columns"
"""The name by which an attached database is known: its tables are ``columns.…``."""
_OF_THE_SYSTEM = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
"""What it raises when it cannot write: also where it commits, and whatever follows that."""
_GLOB = re.compile(r"[*?\[]")
_PATH = re.compile(r'(?:file|directory) \\?"([^"\\]+)')
"""The path that a message of DuckDB names."""


@contextmanager
def open_engine(temporary: Path, *, memory: str = MEMORY) -> Iterator[Connection]:
    """Yield a connection to an empty database that spills into ``temporary``, a folder's path.

    Raises OSError for what DuckDB cannot write or read, as on a full disk.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(temporary),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_persistent_secrets": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        yield connection
    except (*_OF_THE_SYSTEM, duckdb.OutOfMemoryException) as error:
        raise _as_os_error(error, temporary) from error
    finally:
        connection.close()


def _as_os_error(error: duckdb.Error, temporary: Path) -> OSError:
    """Return an error of the system, as of a full disk, as Python raises it."""
    words = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        number = errno.ENOSPC if "temp_directory" in words else errno.ENOMEM
        return OSError(number, os.strerror(number), str(temporary))
    known = (number for number in errno.errorcode if os.strerror(number) in words)
    number = next(known, errno.EIO)
    path = _PATH.search(words)
    return OSError(number, os.strerror(number), path[1] if path else str(temporary))


def sql_text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """Return the name of a column or table as SQL."""
    return '"' + value.replace('"', '""') + '"'


def sql_pattern(path: Path) -> str:
    """Return a path as a literal of SQL that matches this file only, where a pattern may stand."""
    return sql_text(_GLOB.sub(r"[\g<0>]", str(path)))


def relation(path: Path) -> str:
    """Return a file of columns as SQL after FROM."""
    return f"read_parquet({sql_pattern(path)}, hive_partitioning = false)"


def open_locked(
    paths: Iterable[Path], *, memory: int, threads: int, database: Path | None = None
) -> Connection:
    """Return a connection that reads these files only and writes none; close it in the end.

    ``memory`` is in bytes: what needs more ends in an error, since nothing spills. ``database`` is
    attached to be read, under the name DATABASE. No statement can change any of that. The order of
    the settings matters: paths are allowed while there is access, and the lock comes last.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory >> 20}MiB",
            "temp_directory": "",
            "threads": threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
        },
    )
    if database is not None:
        path = sql_text(str(database))
        connection.execute(f"ATTACH {path} AS {DATABASE} (TYPE duckdb, READ_ONLY)")
    allowed = ", ".join(sql_text(str(path)) for path in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
