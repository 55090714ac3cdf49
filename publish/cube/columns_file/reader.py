"""Reads the observations of a data set from its file of columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from publish.cube.batch import STATUSES, Addends, Batch, SourceCells
from publish.cube.columns_file.engine import (
    Connection,
    relation,
    sql_name,
    sql_pattern,
    sql_text,
)
from publish.cube.columns_file.layout import (
    FIXED_COLUMNS,
    FORMAT,
    ColumnsAbout,
    name_of_table,
    read_about,
)
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.cube.columns_file.writer import Note
from publish.cube.structure import Structure
from publish.faults.fault import Words, phrase
from publish.mappings.marks import Absence
from publish.tables.table import BLOCK

_VECTOR = 2048
"""The rows that DuckDB hands over at once."""
_READ = (
    "coalesce(decimals, 0) AS decimals",
    f"enum_code(status::ENUM({', '.join(map(sql_text, STATUSES))})) AS status",
    "reasons",
    *(f"{column}::VARCHAR AS {column}" for column in BOUND_COLUMNS.values()),
    "notes",
    "source_table",
    "source_row",
    "source_column",
    "further_cells",
    "addends",
)
"""What is read of the columns that every file has, as SQL."""


class UnusableColumns(Exception):
    """A file has no columns that this version reads: its path, and what is wrong with it."""

    def __init__(self, path: Path, problem: Words) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Let what DuckDB finds wrong in a file of columns become UnusableColumns."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise UnusableColumns(path, phrase("columns-not-parquet")) from error


@dataclass(frozen=True, kw_only=True)
class ColumnsFile:
    """A file of columns, read through a connection of DuckDB."""

    path: Path
    connection: Connection
    about: ColumnsAbout
    engine: str
    """The version of DuckDB that wrote it."""

    @property
    def relation(self) -> str:
        """The file as SQL after FROM; its columns are those of docs/columns.md."""
        return relation(self.path)

    @property
    def keys(self) -> list[str]:
        """The columns of the dimensions, the measure last, as SQL."""
        return [sql_name(item.column) for item in self.about.dimensions]

    def count(self) -> int:
        """Return the number of observations."""
        with reading(self.path):
            found = self.connection.execute(f"SELECT count(*) FROM {self.relation}").fetchone()
        return int(found[0]) if found else 0

    def structure(self, where: str = "TRUE", *, relation: str | None = None) -> Structure:
        """Return the structure of the observations, with all codes and tables that occur.

        With a condition in SQL, or of a part of the file, these are only those that occur there.
        """
        columns = (*self.keys, "source_table")
        lists = [f"list(DISTINCT {column})" for column in columns]
        lists.append('flatten(list(DISTINCT list_transform(further_cells, lambda c: c."table")))')
        query = f"SELECT {', '.join(lists)} FROM {relation or self.relation} WHERE {where}"
        with reading(self.path):
            found = self.connection.execute(query).fetchall()[0]
        *codes, tables, further = (sorted({*(values or ())} - {None}) for values in found)
        structure = self.about.as_structure(sorted({*tables, *further}))
        for dimension, own in zip(structure.dimensions, codes, strict=True):
            known = set(dimension.codes)
            dimension.codes.extend(code for code in own if code not in known)
        return structure

    def batches(
        self,
        structure: Structure,
        where: str = "TRUE",
        *,
        size: int = BLOCK,
        relation: str | None = None,
    ) -> Iterator[tuple[Batch, list[Note]]]:
        """Yield the observations of which a condition in SQL holds, and the notes at them.

        They come in the order of their keys, about ``size`` at a time, or in that of ``relation``
        if they are to be read from a part of the file. The texts of source cells are empty.
        """
        indices = [
            f"enum_code({key}::ENUM({', '.join(map(sql_text, dimension.codes))})) AS key_{at}"
            for at, (dimension, key) in enumerate(zip(structure.dimensions, self.keys, strict=True))
        ]
        query = (
            f"SELECT {', '.join(indices)}, {self._mantissa()} AS mantissa, "
            f"{', '.join(_READ)} FROM {relation or self.relation} WHERE {where}"
        )
        with closing(self.connection.cursor()) as rows, reading(self.path):
            rows.execute(query)
            while len(found := rows.fetch_df_chunk(max(size // _VECTOR, 1))):
                yield self._batch(structure, found)

    def _mantissa(self) -> str:
        """Return the value in units of its last printed decimal as SQL."""
        whens = (
            f"WHEN {places} THEN "
            f"(value::DECIMAL(28, {self.about.scale}) * {10**places}::DECIMAL(10, 0))::BIGINT"
            for places in range(self.about.scale + 1)
        )
        return f"CASE decimals {' '.join(whens)} ELSE 0 END"

    def _batch(self, structure: Structure, rows: pd.DataFrame) -> tuple[Batch, list[Note]]:
        """Return rows of the file as a batch, with the notes at its observations."""

        def column(name: str, kind: type[np.generic]) -> NDArray[Any]:
            return rows[name].to_numpy(dtype=kind)

        addends = list(_items(rows["addends"]))
        head = self.about.uris.iri("observation", slug="", codes="").removesuffix("/")
        batch = Batch(
            keys=tuple(column(f"key_{at}", np.int32) for at in range(len(self.keys))),
            mantissa=column("mantissa", np.int64),
            decimals=column("decimals", np.int8),
            status=column("status", np.int8),
            absence=_absences(structure, rows),
            cells=_cells(structure, rows),
            addends=Addends(
                observation=np.array([at for at, _ in addends], dtype=np.int64),
                iris=[head + item for _, item in addends],
            )
            if addends
            else None,
        )
        return batch, list(_items(rows["notes"]))


def _items(column: pd.Series[Any]) -> Iterator[tuple[int, Any]]:
    """Yield each item of the lists in a column, with the place of its list."""
    places = np.flatnonzero(column.notna())
    for at, items in zip(places.tolist(), column.iloc[places].tolist(), strict=True):
        for item in items:
            yield at, item


def _absences(structure: Structure, rows: pd.DataFrame) -> NDArray[np.int32]:
    """Return the number of the absence of each row, 0 where there is a value."""
    numbers = np.zeros(len(rows), dtype=np.int32)
    places = np.flatnonzero(rows["reasons"].notna())
    absent = rows.iloc[places]
    bounds = [absent[column].tolist() for column in BOUND_COLUMNS.values()]
    found = zip(places.tolist(), absent["reasons"].tolist(), *bounds, strict=True)
    for at, reasons, *texts in found:
        pairs = zip(BOUND_COLUMNS, texts, strict=True)
        given = ((key, Decimal(text)) for key, text in pairs if isinstance(text, str))
        absence = Absence(reasons=tuple(reasons), bounds=tuple(given))
        numbers[at] = structure.absence_number(absence)
    return numbers


def _cells(structure: Structure, rows: pd.DataFrame) -> SourceCells:
    """Return the source cells of some rows, the first of each and then the others."""
    tables = {name_of_table(item): number for number, item in enumerate(structure.tables)}
    further = list(_items(rows["further_cells"]))
    place = np.array([*range(len(rows)), *(at for at, _ in further)], dtype=np.int64)
    order = np.argsort(place, kind="stable")

    def joined(first: str, key: str, kind: type[np.generic]) -> NDArray[Any]:
        others = np.array([item[key] for _, item in further], dtype=kind)
        return np.concatenate([rows[first].to_numpy(dtype=kind), others])[order]

    named = joined("source_table", "table", np.object_)
    return SourceCells(
        observation=place[order],
        table=np.array([tables[text] for text in named], dtype=np.int16),
        row=joined("source_row", "row", np.int32),
        column=joined("source_column", "column", np.int32),
        text=[""] * len(place),
        source_line=[""] * len(place),
        superseded=np.array(
            [*[False] * len(rows), *(item["superseded"] for _, item in further)], dtype=np.bool_
        )[order],
    )


def open_columns(path: Path, connection: Connection) -> ColumnsFile:
    """Open a file of columns. Raises OSError or UnusableColumns."""
    path.stat()
    pattern = sql_pattern(path)
    with reading(path):
        pairs, made, columns = (
            connection.execute(query).fetchall()
            for query in (
                f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({pattern})",
                f"SELECT created_by FROM parquet_file_metadata({pattern})",
                f"SELECT column_name FROM (DESCRIBE SELECT * FROM {relation(path)})",
            )
        )
    says = dict(pairs)
    if (found := says.get("release_format")) != str(FORMAT):
        words = phrase("columns-of-format", found=found, known=FORMAT)
        raise UnusableColumns(path, words if found else phrase("columns-not-ours"))
    try:
        about = read_about(says)
    except (KeyError, TypeError, ValueError):
        raise UnusableColumns(path, phrase("columns-not-ours")) from None
    own = [*(item.column for item in about.dimensions), *FIXED_COLUMNS]
    there = {column for (column,) in columns}
    if lacking := [column for column in own if column not in there]:
        raise UnusableColumns(path, phrase("columns-lacking", names=", ".join(lacking)))
    return ColumnsFile(path=path, connection=connection, about=about, engine=made[0][0])
