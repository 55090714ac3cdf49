"""DuckDB, which writes Parquet files and reads them.

A connection starts threads. A process that is forked while one is open can wait for ever, so it
is open for a while only, in which nothing is forked; when it is closed all threads have ended.
Nothing is fetched: extensions are neither downloaded nor loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection

MEMORY = "1GiB"
"""What a connection keeps in memory; the rest of a large sort goes to its temporary folder."""
_GLOB = re.compile(r"[*?\[]")


@contextmanager
def open_engine(temporary: Path, *, memory: str = MEMORY) -> Iterator[Connection]:
    """Yield a connection to an empty database that spills into ``temporary``, a folder's path."""
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
    finally:
        connection.close()


def sql_text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """Return the name of a column or table as SQL."""
    return '"' + value.replace('"', '""') + '"'


def sql_pattern(path: Path) -> str:
    """Return a path as a literal of SQL that matches this file only, where a pattern may stand."""
    return sql_text(_GLOB.sub(r"[\g<0>]", str(path)))
