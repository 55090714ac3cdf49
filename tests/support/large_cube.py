"""A release whose columns have many more periods than its store, made in some seconds.

Only ``columns.duckdb`` is made anew: the cube's observations are said to be left out of the store,
as those of a data set above ``store-up-to``. Of the codes that are added nothing else is known.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import duckdb

from publish.cube.columns_file.query_columns import turn
from publish.release.soundness import MADE, write_made

COLUMNS = "columns.duckdb"


def enlarge_columns(release: Path, folder: Path, observations: int) -> Path:
    """Link a release into a folder, with so many observations of its only cube; return it."""
    target = folder / release.name
    shutil.copytree(release, target, copy_function=os.link)
    (target / COLUMNS).unlink()
    with duckdb.connect(str(target / COLUMNS)) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"ATTACH '{release / COLUMNS}' AS old (READ_ONLY)")
        [(content,)] = connection.execute("SELECT content FROM old.about").fetchall()
        about = json.loads(content)
        [cube] = about["cubes"]
        period, *others = cube["dimensions"]
        times, size = observations // cube["observations"], period["size"]
        column = period["column"]
        rest = ", ".join(item["column"] for item in others)
        kind = "USMALLINT" if size * times > 256 else "UTINYINT"
        connection.execute(
            f"CREATE TABLE {cube['table']} AS "
            f"SELECT * REPLACE ((n * {size} + {column})::{kind} AS {column}) "
            f"FROM (SELECT cubes.*, n FROM old.{cube['table']} AS cubes, range({times}) AS r(n)) "
            f"ORDER BY {column}, {rest}"
        )
        connection.execute(f"ALTER TABLE {cube['table']} DROP COLUMN n")
        connection.execute("CREATE TABLE codes AS FROM old.codes WHERE dimension > 0")
        [(iri, code)] = connection.execute(
            "SELECT iri, code FROM old.codes WHERE dimension = 0 AND number = 0"
        ).fetchall()
        made = [f"{1000 + number // 4}-Q{number % 4 + 1}" for number in range(size * times)]
        connection.executemany(
            "INSERT INTO codes VALUES (0, 0, ?, ?, ?)",
            [(number, text, iri.removesuffix(code) + text) for number, text in enumerate(made)],
        )
        period["size"] = size * times
        sizes = [item["size"] for item in cube["dimensions"]]
        cube["turned"] = turn(connection, "main", cube["table"], sizes)
        cube |= {"observations": cube["observations"] * times, "in_store": False}
        connection.execute(
            "CREATE TABLE about AS SELECT ?::VARCHAR AS content", [json.dumps(about)]
        )
    list_anew(target)
    return target


def list_anew(release: Path) -> None:
    """Write the list of a release's files as it is with other columns."""
    made = json.loads((release / MADE).read_text(encoding="utf-8"))
    (release / MADE).unlink()
    told = {key: value for key, value in made.items() if key not in ("files", "sha256")}
    files = [{"path": path, **file} for path, file in made["files"].items() if path != COLUMNS]
    write_made(release, told, files)
