"""Sorts the columns of batches in DuckDB, and writes them as Parquet.

Codes are enumerations there, whose order is that of their texts: they are compared as numbers and
written as a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from publish.cube.batch import STATUSES
from publish.cube.columns_file.engine import Connection, sql_name, sql_text
from publish.cube.columns_file.layout import FIXED_COLUMNS, LATER_COLUMNS, ColumnsAbout
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.mappings.marks import Absence, canonical_decimal

_Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class NumberedTexts:
    """A column of texts of which many are equal."""

    numbers: NDArray[np.int32]
    """The place of each among the texts, -1 where there is none."""
    texts: list[str]
    """Each text once."""

    @staticmethod
    def of(texts: Iterable[str | None]) -> NumberedTexts | None:
        """Return the column of some texts; None if there are none."""
        known: dict[str, int] = {}
        numbers = [-1 if text is None else known.setdefault(text, len(known)) for text in texts]
        return (
            NumberedTexts(numbers=np.array(numbers, np.int32), texts=list(known)) if known else None
        )

    def categories(self) -> pd.Categorical[str]:
        """Return the column as pandas hands it over to DuckDB."""
        return pd.Categorical.from_codes(self.numbers, categories=pd.Index(self.texts))


@dataclass(kw_only=True)
class PassedColumns:
    """The columns of a batch as they are sorted; places are those in the batch."""

    keys: tuple[NDArray[np.int32], ...]
    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    status: NDArray[np.int8]
    absence: NDArray[np.int32]
    """The number of an absence, counted from 1; 0 where there is a value."""
    source: tuple[NDArray[Any], ...]
    """Table, row and column of the first source cell."""
    line: NumberedTexts | None = None
    """The line of the document that prints it, where any is known."""
    printed: NumberedTexts | None = None
    """What is printed where no value is shown, where any is known."""
    further: tuple[NDArray[Any], ...] = ()
    """Observation, table, row, column of each other source cell, and whether it is superseded."""
    addends: tuple[_Places, list[str]] | None = None
    """Sums, and an observation that was added up to each."""
    notes: tuple[_Places, list[str]] | None = None
    """Observations, and a remark that concerns each."""


@dataclass(frozen=True, kw_only=True)
class CodedColumn:
    """The texts of a column in their order, and the place in it that each index stands for."""

    texts: list[str]
    places: NDArray[np.int32]

    @staticmethod
    def of(codes: Sequence[str], used: NDArray[np.bool_] | None = None) -> CodedColumn:
        """Return the column of codes, those that occur."""
        texts = sorted({code for at, code in enumerate(codes) if used is None or used[at]})
        order = {code: at for at, code in enumerate(texts)}
        places = np.array([order.get(code, -1) for code in codes], dtype=np.int32)
        return CodedColumn(texts=texts, places=places)

    @property
    def type(self) -> str:
        """The type of the column in SQL."""
        return f"ENUM({', '.join(map(sql_text, self.texts))})" if self.texts else "VARCHAR"

    def categories(self, indices: NDArray[Any]) -> pd.Categorical[str]:
        """Return indices of codes as pandas hands them over to DuckDB."""
        places: NDArray[np.int32] = self.places[indices]
        return pd.Categorical.from_codes(places, categories=pd.Index(self.texts))


_STATUS = CodedColumn.of(STATUSES)
_EMPTY = {"flags": "NULL::VARCHAR[]"}
"""Columns that nothing fills yet; they are there so that files of all releases have the same."""
_CELL = 'STRUCT("table" VARCHAR, "row" INTEGER, "column" INTEGER, "superseded" BOOLEAN)'


@dataclass(frozen=True, kw_only=True)
class SortedColumns:
    """The columns of a cube in DuckDB, from the first batch to the file."""

    connection: Connection
    about: ColumnsAbout
    digits: int
    """The digits that values and bounds can have."""
    codes: list[CodedColumn]
    """The codes of each dimension."""
    tables: CodedColumn

    @property
    def number(self) -> str:
        """The type of values and bounds in SQL."""
        return f"DECIMAL({self.digits}, {self.about.scale})"

    def start(self, absences: Sequence[Absence]) -> None:
        """Make the tables of the observations and of absences, whose numbers are counted from 1."""
        types = {
            **{f"key_{at}": codes.type for at, codes in enumerate(self.codes)},
            "value": self.number,
            "decimals": "TINYINT",
            "status": _STATUS.type,
            "absence": "INTEGER",
            "notes": "VARCHAR[]",
            "source_table": self.tables.type,
            "source_row": "INTEGER",
            "source_column": "INTEGER",
            "further_cells": f"{_CELL}[]",
            "addends": "VARCHAR[]",
            "source_line": "VARCHAR",
            "printed": "VARCHAR",
        }
        self._make_table("passed", types)
        bounds = dict.fromkeys(BOUND_COLUMNS.values(), self.number)
        self._make_table("absences", {"number": "INTEGER", "reasons": "VARCHAR[]", **bounds})
        if absences:
            given: dict[str, list[Any]] = {
                "number": list(range(1, len(absences) + 1)),
                "reasons": [" ".join(item.reasons) for item in absences],
            }
            for key, column in BOUND_COLUMNS.items():
                found = [dict(item.bounds).get(key) for item in absences]
                given[column] = [None if one is None else canonical_decimal(one) for one in found]
            casts = (f"{column}::{self.number}" for column in bounds)
            self._insert(
                "absences",
                f"SELECT number, string_split(reasons, ' '), {', '.join(casts)} FROM given",
                given=given,
            )

    def add(self, passed: PassedColumns) -> None:
        """Add the columns of a batch."""
        table, row, column = passed.source
        rows: dict[str, Any] = {
            f"key_{at}": codes.categories(key)
            for at, (codes, key) in enumerate(zip(self.codes, passed.keys, strict=True))
        }
        rows |= {
            "place": np.arange(len(passed.mantissa)),
            "mantissa": passed.mantissa,
            "places": passed.decimals,
            "status": _STATUS.categories(passed.status),
            "absence": passed.absence,
            "source_table": self.tables.categories(table),
            "source_row": row,
            "source_column": column,
        }
        texts = {"source_line": passed.line, "printed": passed.printed}
        rows |= {key: column.categories() for key, column in texts.items() if column}
        lists: dict[str, dict[str, Any]] = {}
        if passed.further:
            place, table, row, column, superseded = passed.further
            named = self.tables.categories(table)
            lists["further_cells"] = {"place": place, "table": named, "row": row}
            lists["further_cells"] |= {"column": column, "superseded": superseded}
        for key, pair in (("addends", passed.addends), ("notes", passed.notes)):
            if pair is not None:
                lists[key] = {"place": pair[0], "item": pair[1]}
        for frame in lists.values():
            frame["position"] = np.arange(len(frame["place"]))
        joins = "".join(
            f" LEFT JOIN (SELECT place, list({_item(key)} ORDER BY position) AS {key} "
            f"FROM each_{key} GROUP BY place) USING (place)"
            for key in lists
        )
        chosen = [
            *(f"key_{at}" for at in range(len(self.codes))),
            f"CASE {' '.join(self._values())} END",
            "CASE WHEN absence = 0 THEN places END",
            "status",
            "absence",
            "notes" if "notes" in lists else "NULL",
            "source_table",
            "source_row",
            "source_column",
            "further_cells" if "further_cells" in lists else "NULL",
            "addends" if "addends" in lists else "NULL",
            *(key if key in rows else "NULL" for key in texts),
        ]
        frames = {f"each_{key}": frame for key, frame in lists.items()}
        query = f"SELECT {', '.join(chosen)} FROM each_row{joins}"
        self._insert("passed", query, each_row=rows, **frames)

    def write(self, path: Path) -> None:
        """Write the columns as Parquet, sorted by their dimensions."""
        dimensions = enumerate(self.about.dimensions)
        units = {item.name: item.unit for item in self.about.measures}
        measure = f"key_{len(self.codes) - 1}"
        whens = (f"WHEN {sql_text(key)} THEN {sql_text(unit)}" for key, unit in units.items())
        chosen = [
            *(f"key_{at} AS {sql_name(item.column)}" for at, item in dimensions),
            f"CASE {measure} {' '.join(whens)} END AS unit",
            *(
                f"{_EMPTY[column]} AS {column}" if column in _EMPTY else column
                for column in (*FIXED_COLUMNS[1:], *LATER_COLUMNS)
            ),
        ]
        order = (f"passed.key_{at}" for at in range(len(self.codes)))
        says = (
            f"{sql_name(key)}: {sql_text(value)}" for key, value in self.about.key_values().items()
        )
        self.connection.execute(
            f"COPY (SELECT {', '.join(chosen)} FROM passed LEFT JOIN absences "
            f"ON passed.absence = absences.number ORDER BY {', '.join(order)}) "
            f"TO {sql_text(str(path))} "
            f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{', '.join(says)}}})"
        )

    def end(self) -> None:
        """Remove the tables."""
        self.connection.execute("DROP TABLE IF EXISTS passed; DROP TABLE IF EXISTS absences")

    def _values(self) -> Iterator[str]:
        """Yield the value by its printed decimals, as a branch of a CASE; all are exact."""
        yield "WHEN absence > 0 THEN NULL"
        yield f"WHEN places = 0 THEN mantissa::{self.number}"
        for places in range(1, self.about.scale + 1):
            unit = f"{Decimal(1).scaleb(-places):f}::DECIMAL({places}, {places})"
            yield f"WHEN places = {places} THEN (mantissa::DECIMAL(19, 0) * {unit})::{self.number}"

    def _make_table(self, table: str, types: Mapping[str, str]) -> None:
        columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
        self.connection.execute(f"CREATE TABLE {table} ({columns})")

    def _insert(self, table: str, query: str, **frames: Mapping[str, Any]) -> None:
        """Insert what a query over columns finds."""
        for key, columns in frames.items():
            self.connection.register(key, pd.DataFrame(columns, copy=False))
        self.connection.execute(f"INSERT INTO {table} {query}")
        for key in frames:
            self.connection.unregister(key)


def _item(key: str) -> str:
    """Return an item of a list as SQL."""
    if key != "further_cells":
        return "item"
    return (
        f'{{"table": "table", "row": "row", "column": "column", "superseded": superseded}}::{_CELL}'
    )
