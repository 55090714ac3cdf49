"""Writes the columns of all data sets of a release into one database, for queries.

A query is answered from it in a small part of the time that Parquet takes: codes are numbers there,
in the order of their texts, and nothing is left to be unpacked. It holds those properties of an
observation that have one value at most; docs/columns.md says which.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from publish import __version__
from publish.cube.batch import STATUSES
from publish.cube.columns_file.engine import Connection, sql_text
from publish.cube.columns_file.layout import ColumnsAbout
from publish.cube.columns_file.names import BOUND_COLUMNS, QUERY_COLUMNS_FORMAT
from publish.cube.columns_file.reader import ColumnsFile, open_columns
from publish.mappings.marks import BOUNDS
from publish.rdf.namespaces import DQV, OA, PROV, QB, SDMX_CODE

_BLOCK, _SMALL_BLOCK = 1 << 18, 1 << 14
"""Bytes of a block: large ones hold columns in less room, small ones have less room to waste."""
_SMALL = 1 << 20
"""Bytes of Parquet up to which blocks are small."""
TURNED_FROM = 200_000
"""Observations of a data set from which its columns are there in a second order: DuckDB passes over
what it need not read in blocks of 122,880."""
_Code = tuple[int, int, int, str, str]
"""The numbers of its cube, its dimension and itself, its text and its IRI."""
_DATABASE = "query_columns"
"""What it is called while it is written."""


def write_query_columns(
    path: Path,
    files: Sequence[Path],
    connection: Connection,
    *,
    default_graph: str,
    elsewhere: bool,
    left_out: Collection[str] = (),
    mentions: Collection[str] = (),
) -> None:
    """Write the database from files of columns; until it is whole it has another name.

    ``elsewhere`` tells whether graphs say of observations what the columns do not; ``left_out``
    are the slugs of the data sets whose observations the triple store lacks, and ``mentions`` the
    properties by which statements that it has name such observations. Raises OSError.
    """
    part = path.with_name(f"{path.name}.part")
    remains = [part, part.with_name(f"{part.name}.wal")]
    _remove(remains)
    try:
        block = _SMALL_BLOCK if sum(file.stat().st_size for file in files) < _SMALL else _BLOCK
        connection.execute(f"ATTACH {sql_text(str(part))} AS {_DATABASE} (BLOCK_SIZE {block})")
        try:
            opened = (open_columns(file, connection) for file in files)
            ordered = sorted(opened, key=lambda file: file.about.slug)
            _write(connection, ordered, default_graph, elsewhere, left_out, mentions)
        finally:
            connection.execute(f"DETACH {_DATABASE}")  # which puts all of it into the file
        part.rename(path)
    finally:
        _remove(remains)


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()


def _write(
    connection: Connection,
    files: Sequence[ColumnsFile],
    default_graph: str,
    elsewhere: bool,
    left_out: Collection[str],
    mentions: Collection[str],
) -> None:
    codes: list[_Code] = []
    cubes = [
        _add_cube(connection, number, file, codes) | {"in_store": file.about.slug not in left_out}
        for number, file in enumerate(files)
    ]
    about = {
        "format": QUERY_COLUMNS_FORMAT,
        "software": __version__,
        "default_graph": default_graph,
        "elsewhere": elsewhere,
        "statuses": [str(SDMX_CODE[f"obsStatus-{code}"]) for code in STATUSES],
        "decimals": str(SDMX_CODE["decimals-0"]).removesuffix("0"),
        "mentions": sorted({*mentions, *(iri for cube in cubes for iri in cube["sums"])}),
        "cubes": cubes,
    }
    text = json.dumps(about, ensure_ascii=False)
    _make_table(connection, "about", {"content": ("VARCHAR", [text])})
    kinds = {"cube": "UINTEGER", "dimension": "UINTEGER", "number": "UINTEGER"}
    kinds |= {"code": "VARCHAR", "iri": "VARCHAR"}
    columns = zip(*codes, strict=True)
    given = {name: (kind, list(next(columns, ()))) for name, kind in kinds.items()}
    _make_table(connection, "codes", given)


def _make_table(
    connection: Connection, table: str, columns: Mapping[str, tuple[str, list[Any]]]
) -> None:
    """Make a table of columns, each with its type and its values."""
    types = ", ".join(f"{name} {kind} NOT NULL" for name, (kind, _) in columns.items())
    connection.execute(f"CREATE TABLE {_DATABASE}.{table} ({types})")
    values = {name: values for name, (_, values) in columns.items()}
    connection.register("given", pd.DataFrame(values))
    connection.execute(f"INSERT INTO {_DATABASE}.{table} SELECT * FROM given")
    connection.unregister("given")


def _add_cube(
    connection: Connection, number: int, file: ColumnsFile, codes: list[_Code]
) -> dict[str, Any]:
    """Add the observations of a data set and its codes; return what is said about them."""
    about, table = file.about, f"cube_{number}"
    types = (
        f"CREATE TEMP TYPE codes_{at} AS ENUM "
        f"(SELECT DISTINCT {key} AS code FROM {file.relation} ORDER BY code)"
        for at, key in enumerate(file.keys)
    )
    connection.execute("; ".join(types))
    ranges = ", ".join(f"enum_range(NULL::codes_{at})" for at in range(len(file.keys)))
    known: tuple[list[str], ...] = connection.execute(f"SELECT {ranges}").fetchall()[0]
    for at, texts in enumerate(known):
        iris = _iris(about, at, texts)
        numbered = zip(range(len(texts)), texts, iris, strict=True)
        codes.extend((number, at, *code) for code in numbered)
    numbers = [f"enum_code({key}::codes_{at}) AS d{at}" for at, key in enumerate(file.keys)]
    states = f"ENUM({', '.join(map(sql_text, STATUSES))})"
    query = (
        f"SELECT {', '.join(numbers)}, value, decimals::UTINYINT AS decimals, "
        f"enum_code(status::{states}) AS status FROM {file.relation}"
    )
    columns = ", ".join(
        f"{name} {kind}{'' if name in ('value', 'decimals') else ' NOT NULL'}"
        for name, kind, *_ in connection.execute(f"DESCRIBE {query}").fetchall()
    )
    connection.execute(f"CREATE TABLE {_DATABASE}.{table} ({columns})")
    inserted = connection.execute(f"INSERT INTO {_DATABASE}.{table} {query}").fetchone()
    connection.execute("; ".join(f"DROP TYPE codes_{at}" for at in range(len(known))))
    observations = int(inserted[0]) if inserted else 0
    turned = None
    if observations >= TURNED_FROM:
        turned = turn(connection, _DATABASE, table, list(map(len, known)))
    return {
        "slug": about.slug,
        "data_set": about.data_set,
        "table": table,
        "observations": observations,
        "turned": turned,
        "head": about.uris.iri("observation", slug=about.slug, codes=""),
        **_besides(connection, file),
        "scale": about.scale,
        "dimensions": [
            {
                "name": item.name,
                "property": item.iri,
                "column": f"d{at}",
                "size": len(texts),
                "total": texts.index(item.total) if item.total in texts else None,
            }
            for at, (item, texts) in enumerate(zip(about.dimensions, known, strict=True))
        ],
        "measures": [
            {
                "number": known[-1].index(item.name),
                "property": item.iri,
                "datatype": item.datatype,
                "unit": item.unit,
            }
            for item in about.measures
            if item.name in known[-1]
        ],
    }


def turn(
    connection: Connection, database: str, table: str, sizes: Sequence[int]
) -> dict[str, str] | None:
    """Write a table a second time, in another order; return that and its first column.

    What is asked of one code lies together, be it of the first dimension or of the largest of the
    others: blocks without it are not read. ``sizes`` are the numbers of codes, the measure's last.
    """
    last = len(sizes) - 1
    others = sorted(range(1, last), key=lambda at: -sizes[at])
    if not others or sizes[others[0]] == 1:
        return None
    order = ", ".join(f"d{at}" for at in (*others, 0, last))
    name = f"{table}_turned"
    connection.execute(
        f"CREATE TABLE {database}.{name} AS FROM {database}.{table} ORDER BY {order}"
    )
    return {"table": name, "column": f"d{others[0]}"}


def _besides(connection: Connection, file: ColumnsFile) -> dict[str, Any]:
    """Return which statements there are of observations besides those that are columns."""
    about, uris = file.about, file.about.uris
    held = {"addends", "notes", "reasons"}
    asked = [f"bool_or(len({name}) > 0)" for name in sorted(held)]
    asked += [f"bool_or({name} IS NOT NULL)" for name in BOUND_COLUMNS.values()]
    found = connection.execute(f"SELECT {', '.join(asked)} FROM {file.relation}").fetchall()[0]
    there = dict(zip([*sorted(held), *BOUND_COLUMNS], found, strict=True))
    sums = [uris.generic("somVan")] if there["addends"] else []
    others = [str(PROV.wasDerivedFrom), *sums]
    others += [uris.generic(BOUNDS[key]) for key in BOUND_COLUMNS if there[key]]
    if there["reasons"]:
        others.append(uris.generic("afwezigheid"))
    if any(item.total is not None for item in about.dimensions):
        others.append(uris.generic("totaalOver"))
    pointing, leading, slices = [], [], None
    if about.dimensions[0].period:
        slices = uris.iri("slice", slug=about.slug, codes="")
        pointing.append(str(QB.observation))
        leading.append(slices)
    if there["notes"]:
        others.append(str(DQV.hasQualityAnnotation))
        pointing.append(str(OA.hasTarget))
        leading.append(uris.iri("quality", about=about.slug, name=""))
    return {
        "graph": uris.iri("graph", name=about.slug),
        "others": sorted(others),
        "sums": sums,
        "pointing": pointing,
        "leading": leading,
        "slices": slices,
    }


def _iris(about: ColumnsAbout, at: int, codes: Sequence[str]) -> list[str]:
    """Return the IRIs of codes of a dimension."""
    dimension = about.as_structure().dimensions[at]
    if at < len(about.dimensions) - 1:
        return [dimension.value(code, about.uris) for code in codes]
    properties = {item.name: item.iri for item in about.measures}
    return [properties[code] for code in codes]
