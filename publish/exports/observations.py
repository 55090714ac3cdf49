"""Reads the observations of a view from the file of columns of a data set, in one scan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from publish.cube.columns_file.engine import Connection, relation, sql_name, sql_text
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.cube.columns_file.pointing import pointing_to
from publish.exports.description import DataSetDescription, DimensionDescription
from publish.exports.observation import Observation
from publish.exports.view import DataView, runs, totals_of

_BOUNDS = len(BOUND_COLUMNS)
Found = TypeVar("Found")

ROWS = 2048
"""Rows that are read at a time."""
SORTED_AT_ONCE = 50_000
"""Observations that are sorted at a time, about."""
MOST_IN_QUERY = 300
"""The codes of a list whose order stands in the query itself; that of others is a table."""


@dataclass(frozen=True, kw_only=True)
class SelectedObservations:
    """The observations of a view, read through a connection of DuckDB."""

    description: DataSetDescription
    view: DataView
    path: Path
    """The file of columns."""
    connection: Connection
    pointing: str = ""
    """The IRI of a part of a sum, of a remark or of a printed cell: only what points to it."""
    read: Sequence[Observation] | None = None
    """All observations of the data set in order, where they were read for another view."""
    found: dict[str, Any] = field(default_factory=dict, compare=False)
    """What ``once`` found in the whole data set; views of it that have this in common share it."""

    def once(self, name: str, find: Callable[[], Found]) -> Found:
        """Return what is found in the whole data set, whatever is chosen; it is looked for once."""
        if name not in self.found:
            self.found[name] = find()
        kept: Found = self.found[name]
        return kept

    @property
    def where(self) -> str:
        """The condition of the view as SQL. It holds no text but codes of the description.

        One code, or codes that follow each other, are looked for in the file itself, which passes
        over what lies outside; of a list of codes it passes over what none of them can be in.
        """
        dimensions = self.description.dimension_by_column
        parts = []
        for column, codes in self.view.codes.items():
            parts.append(_chosen(dimensions[column], codes))
        if not self.view.totals:
            for column, total in totals_of(self.description).items():
                parts.append(f"{sql_name(column)} <> {sql_text(total)}")
        if self.pointing:
            parts.append(pointing_to(self.pointing))
        return " AND ".join(parts) or "TRUE"

    @property
    def is_sorted(self) -> bool:
        """Whether the file has the observations in the order of the code lists."""
        return all(item.is_sorted for item in self.description.dimensions)

    @property
    def order(self) -> str:
        """The order of code lists as SQL: dimension by dimension, measures last."""
        return ", ".join(self._position(item) for item in self.description.dimensions)

    @property
    def relation(self) -> str:
        """The chosen observations as SQL after FROM, with all columns of the file, in order.

        Nothing is sorted where the file has that order already.
        """
        start, size, where, order = self.view.start, self.view.size, self.where, ""
        if not self.is_sorted:
            order = f" ORDER BY {self.order}"
            if size is not None and start + size > SORTED_AT_ONCE:
                start, where = self._around_page(start, start + size)
        page = "" if size is None else f" LIMIT {size}"
        page += f" OFFSET {start}" if start else ""
        return f"(SELECT * FROM {relation(self.path)} WHERE {where}{order}{page})"

    def _around_page(self, start: int, end: int) -> tuple[int, str]:
        """Return where a page far down starts among fewer observations, and their condition.

        What lies before and after it is counted by the codes of the first dimensions, so that it
        need not be sorted.
        """
        chosen = self
        for dimension in self.description.dimensions:
            codes = chosen.codes_of(dimension)
            column = sql_name(dimension.column)
            query = f"SELECT {column}, count(*) FROM {relation(self.path)} WHERE {chosen.where}"
            counts = dict(self.connection.execute(f"{query} GROUP BY ALL").fetchall())
            ends = list(accumulate(counts.get(code, 0) for code in codes))
            first, last = bisect_right(ends, start), bisect_left(ends, end)
            before = ends[first - 1] if first else 0
            start, end = start - before, end - before
            found = {**chosen.view.codes, dimension.column: codes[first : last + 1]}
            chosen = replace(chosen, view=replace(chosen.view, codes=found))
            if last != first:
                break
        return start, chosen.where

    def parts(self) -> Iterator[SelectedObservations]:
        """Yield the same observations as several selections, to be read one after the other.

        What has to be sorted is then never much, whatever the size of the data set. Each part has
        some codes of the first dimension that has several, by which the file is sorted too, so
        that all parts together read it little more than once.
        """
        page = self.view.start or self.view.size is not None
        dimensions = self.description.dimensions
        several = next((item for item in dimensions if len(self.codes_of(item)) > 1), None)
        count = 0 if page or self.is_sorted else self.count()
        if several is None or count <= SORTED_AT_ONCE:
            yield self
            return
        codes = self.codes_of(several)
        length = max(1, SORTED_AT_ONCE * len(codes) // count)
        for start in range(0, len(codes), length):
            chosen = {**self.view.codes, several.column: codes[start : start + length]}
            part = replace(self, view=replace(self.view, codes=chosen))
            yield from part.parts() if length == 1 else (part,)

    def codes_of(self, dimension: DimensionDescription) -> tuple[str, ...]:
        """Return the codes of a dimension that are chosen, all of them where none is named."""
        everything = tuple(item.code for item in dimension.codes)
        return self.view.codes.get(dimension.column, everything)

    @property
    def remarked(self) -> frozenset[str]:
        """The names of remarks that are on single figures of the data set."""
        if not self.description.remarks:
            return frozenset()
        return self.once("remarked", self._remarked)

    def _remarked(self) -> frozenset[str]:
        query = f"SELECT DISTINCT unnest(notes) FROM {relation(self.path)}"
        return frozenset(str(name) for (name,) in self.connection.execute(query).fetchall())

    def count(self) -> int:
        """Return how many observations are chosen, on all pages."""
        if not self.view.codes and self.view.totals and not self.pointing:
            return self.description.observations
        found = self.connection.execute(
            f"SELECT count(*) FROM {relation(self.path)} WHERE {self.where}"
        ).fetchone()
        return int(found[0]) if found else 0

    def _position(self, dimension: DimensionDescription) -> str:
        """Return the place of a code in the order of its dimension as SQL."""
        column = sql_name(dimension.column)
        if dimension.is_sorted:
            return column
        codes = [item.code for item in dimension.codes]
        if len(codes) <= MOST_IN_QUERY:
            return f"enum_code({column}::ENUM({', '.join(map(sql_text, codes))}))"
        table = self._order_table(dimension)
        return f"(SELECT place FROM {table} AS listed WHERE listed.code = {column})"

    def _order_table(self, dimension: DimensionDescription) -> str:
        """Return the table of the places of codes as SQL, made when it is first asked for.

        It is one of the database, as a cursor does not see the temporary ones of its connection.
        """
        name = f"order_{dimension.digest}"
        known = "SELECT 1 FROM duckdb_tables() WHERE table_name = ?"
        if not self.connection.execute(known, [name]).fetchone():
            codes = [item.code for item in dimension.codes]
            places = "SELECT unnest(?::VARCHAR[]) AS code, unnest(range(?)) AS place"
            self.connection.execute(f"CREATE TABLE {name} AS {places}", [codes, len(codes)])
        return name

    def __iter__(self) -> Iterator[Observation]:
        if self.read is not None and self.view.is_whole:
            yield from self.read
            return
        keys = [sql_name(item.column) for item in self.description.dimensions]
        columns = [
            *keys,
            "value",
            "decimals",
            "status",
            "reasons",
            *BOUND_COLUMNS.values(),
            "notes",
            "CASE WHEN addends IS NULL THEN source_table END",
            "source_row",
            "source_column",
            "source_line",
            "printed",
        ]
        for part in self.parts():
            query = f"SELECT {', '.join(columns)} FROM {part.relation}"
            with closing(self.connection.cursor()) as rows:
                rows.execute(query)
                while found := rows.fetchmany(ROWS):
                    for row in found:
                        yield _observation(row, len(keys))


def _chosen(dimension: DimensionDescription, codes: Sequence[str]) -> str:
    """Return as SQL that the code of a dimension is one of some."""
    column = sql_name(dimension.column)
    known = [code for code in codes if code in dimension.by_code]
    if len(known) == 1:
        return f"{column} = {sql_text(known[0])}"
    if dimension.is_sorted and len(runs(dimension, known)) == 1:
        return f"{column} BETWEEN {sql_text(known[0])} AND {sql_text(known[-1])}"
    return f"{column} IN ({', '.join(map(sql_text, known)) or 'NULL'})"


def _observation(row: tuple[Any, ...], keys: int) -> Observation:
    value, decimals, status, reasons, *rest = row[keys:]
    notes, table, line, column, source_line, printed = rest[_BOUNDS:]
    return Observation(
        row[:keys],
        None if value is None else round(value, decimals or 0),
        status,
        tuple(reasons) if reasons else (),
        () if value is not None else _bounds(rest[:_BOUNDS]),
        tuple(notes) if notes else (),
        (table, line, column) if table else None,
        source_line,
        printed,
    )


def _bounds(found: Sequence[Decimal | None]) -> tuple[tuple[str, Decimal], ...]:
    pairs = zip(BOUND_COLUMNS, found, strict=True)
    return tuple((key, bound.normalize()) for key, bound in pairs if bound is not None)
