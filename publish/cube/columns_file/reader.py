"""Reads the observations of a data set from its file of columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from publish.cube.batch import STATUSES, Addends, Batch, SourceCells
from publish.cube.columns_file.engine import Connection, sql_name, sql_pattern
from publish.cube.columns_file.layout import (
    BOUND_COLUMNS,
    FIXED_COLUMNS,
    ColumnsAbout,
    read_about,
)
from publish.cube.columns_file.writer import Note
from publish.cube.structure import Structure
from publish.faults.fault import Words
from publish.mappings.marks import Absence
from publish.tables.table import BLOCK

_EXACT = Context(prec=60)


class UnusableColumns(ValueError):
    """A file is no file of columns that this version reads. The argument is what is wrong."""

    def __init__(self, problem: Words) -> None:
        super().__init__(problem)
        self.problem = problem


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
        found = self.connection.execute(f"SELECT count(*) FROM {self.relation}").fetchone()
        return int(found[0]) if found else 0

    def structure(self) -> Structure:
        """Return the structure of the observations; ``batches`` adds their codes to it."""
        found = self.connection.execute(
            f"SELECT DISTINCT source_table FROM {self.relation} UNION "
            f'SELECT DISTINCT unnest(further_cells)."table" FROM {self.relation} ORDER BY 1'
        )
        return self.about.as_structure(str(row[0]) for row in found.fetchall())

    def batches(
        self, structure: Structure, where: str = "TRUE", *, size: int = BLOCK
    ) -> Iterator[tuple[Batch, list[Note]]]:
        """Yield the observations of which a condition in SQL holds, and the notes at them.

        They come in the order of their keys. The texts of source cells are empty.
        """
        rows = self.connection.cursor()
        try:
            columns = [*self.keys, *map(sql_name, FIXED_COLUMNS)]
            rows.execute(
                f"SELECT {', '.join(columns)} FROM {self.relation} WHERE {where} "
                f"ORDER BY {', '.join(self.keys)}"
            )
            while found := rows.fetchmany(size):
                yield self._batch(structure, found)
        finally:
            rows.close()

    def _batch(self, structure: Structure, rows: list[tuple[Any, ...]]) -> tuple[Batch, list[Note]]:
        """Return rows of the file as a batch, with the notes at its observations."""
        width = len(self.keys)
        columns = list(zip(*rows, strict=True))
        fixed = dict(zip(FIXED_COLUMNS, columns[width:], strict=True))
        keys = tuple(
            np.array(
                [_index(dimension.positions, dimension.codes, code) for code in column]
            ).astype(np.int32)
            for dimension, column in zip(structure.dimensions, columns, strict=False)
        )
        places = [item or 0 for item in fixed["decimals"]]
        absence = np.zeros(len(rows), dtype=np.int32)
        for at, reasons in enumerate(fixed["reasons"]):
            if reasons is not None:
                found = ((key, fixed[column][at]) for key, column in BOUND_COLUMNS.items())
                bounds = tuple((key, value) for key, value in found if value is not None)
                absence[at] = structure.absence_number(
                    Absence(reasons=tuple(reasons), bounds=bounds)
                )
        batch = Batch(
            keys=keys,
            mantissa=np.array(
                [_mantissa(*pair) for pair in zip(fixed["value"], places, strict=True)],
                dtype=np.int64,
            ),
            decimals=np.array(places, dtype=np.int8),
            status=np.array([STATUSES.index(item) for item in fixed["status"]], dtype=np.int8),
            absence=absence,
            cells=_cells(structure, fixed),
            addends=self._addends(fixed["addends"]),
        )
        notes = [(at, note) for at, some in enumerate(fixed["notes"]) for note in some or ()]
        return batch, notes

    def _addends(self, column: tuple[list[str] | None, ...]) -> Addends | None:
        pairs = [(at, item) for at, some in enumerate(column) for item in some or ()]
        if not pairs:
            return None
        head = self.about.uris.iri("observation", slug="", codes="").removesuffix("/")
        return Addends(
            observation=np.array([at for at, _ in pairs], dtype=np.int64),
            iris=[head + item for _, item in pairs],
        )


def _index(positions: dict[str, int], codes: list[str], code: str) -> int:
    """Return the index of a code, adding one that is new."""
    if code not in positions:
        positions[code] = len(codes)
        codes.append(code)
    return positions[code]


def _mantissa(value: Decimal | None, places: int) -> int:
    """Return a number in units of its last printed decimal."""
    return 0 if value is None else int(value.scaleb(places, _EXACT))


def _cells(structure: Structure, fixed: dict[str, tuple[Any, ...]]) -> SourceCells:
    """Return the source cells of some rows, the first of each and then the others."""
    named = [f"{item.document}/{item.digest}/{item.name}" for item in structure.tables]
    tables = {text: number for number, text in enumerate(named)}
    cells = []
    first = zip(fixed["source_table"], fixed["source_row"], fixed["source_column"], strict=True)
    for at, (place, further) in enumerate(zip(first, fixed["further_cells"], strict=True)):
        cells.append((at, *place, False))
        cells += [
            (at, item["table"], item["row"], item["column"], item["superseded"])
            for item in further or ()
        ]
    observation, table, row, column, superseded = zip(*cells, strict=True)
    return SourceCells(
        observation=np.array(observation, dtype=np.int64),
        table=np.array([tables[text] for text in table], dtype=np.int16),
        row=np.array(row, dtype=np.int32),
        column=np.array(column, dtype=np.int32),
        text=[""] * len(cells),
        source_line=[""] * len(cells),
        superseded=np.array(superseded, dtype=np.bool_),
    )


def relation(path: Path) -> str:
    """Return a file of columns as SQL after FROM."""
    return f"read_parquet({sql_pattern(path)}, hive_partitioning = false)"


def open_columns(path: Path, connection: Connection) -> ColumnsFile:
    """Open a file of columns. Raises UnusableColumns."""
    pattern = sql_pattern(path)
    try:
        pairs = connection.execute(
            f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({pattern})"
        ).fetchall()
        made = connection.execute(
            f"SELECT created_by FROM parquet_file_metadata({pattern})"
        ).fetchone()
    except duckdb.Error as error:
        raise UnusableColumns(Words(str(error).partition("\n")[0])) from None
    try:
        about = read_about(dict(pairs))
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableColumns(Words(str(error))) from None
    return ColumnsFile(
        path=path, connection=connection, about=about, engine=str(made[0]) if made else ""
    )
