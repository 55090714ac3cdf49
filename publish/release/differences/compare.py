"""Compares the observations of two releases, from their columns.

Data sets whose columns are the same bytes are passed over. DuckDB joins the columns of the others
by the codes in the IRIs of observations, keeps what differs in a table, which may be on the disk,
and gives it in order, so that memory is bounded whatever the size. Where two releases give
observations another number of dimensions, their IRIs have nothing in common: all of the one were
removed and all of the other added.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from publish.cube.columns_file.engine import Connection, open_engine, sql_name
from publish.cube.columns_file.layout import ColumnsAbout
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.cube.columns_file.reader import ColumnsFile, UnusableColumns, open_columns
from publish.faults.fault import Fault, FaultyInput, fault, phrase, reason_of
from publish.release.differences.change import (
    KINDS,
    Change,
    DataSetChange,
    Kind,
    SourceCell,
    StatedFigure,
    StructureChange,
    ThingChange,
)
from publish.release.differences.state import DataSetState, State
from publish.release.differences.things import compare_things
from publish.release.soundness import DamagedFile, open_regular

STATED = ("value", "unit", "status", "reasons", *BOUND_COLUMNS.values())
"""The columns whose change is a revision."""
_TOLD = (*STATED, "decimals", "source_table", "source_row", "source_column")
_AT_ONCE = 4096
"""Rows that are fetched at once."""


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """A data set that differs, with where its changes are."""

    change: DataSetChange
    table: str
    keys: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two releases compared, as long as the engine is open."""

    old: State
    new: State
    concepts: tuple[ThingChange, ...]
    """The codes and code lists that differ."""
    terms: tuple[ThingChange, ...]
    _connection: Connection
    _compared: tuple[_Compared, ...]

    @property
    def data_sets(self) -> tuple[DataSetChange, ...]:
        """The data sets that differ in anything, in the order of their names."""
        return tuple(item.change for item in self._compared)

    @property
    def same(self) -> int:
        """The number of data sets that do not differ."""
        kept = self.old.data_sets.keys() & self.new.data_sets.keys()
        return len(kept) - sum(item.kind == "revised" for item in self.data_sets)

    def counts(self) -> dict[Kind, int]:
        """Return how many observations were added, removed and revised."""
        return {kind: sum(item.counts[kind] for item in self.data_sets) for kind in KINDS}

    def is_empty(self) -> bool:
        """Return whether nothing differs that is compared."""
        return not (self._compared or self.concepts or self.terms)

    def changes(
        self, *slugs: str, kind: Kind | None = None, most: int | None = None
    ) -> Iterator[Change]:
        """Yield the observations that differ, in the order of data sets and keys.

        With slugs only those of these data sets; of one kind only, and at most so many of each.
        """
        for item in self._compared:
            if not slugs or item.change.slug in slugs:
                yield from self._changes_of(item, kind, most)

    def _changes_of(self, item: _Compared, kind: Kind | None, most: int | None) -> Iterator[Change]:
        rows = self._connection.cursor()
        tables = f"{self.new.base}/id/tabel/"
        keys = ", ".join(f"k{at}" for at in range(item.keys))
        where = "" if kind is None else f" WHERE kind = '{kind}'"
        limit = "" if most is None else f" LIMIT {most}"
        try:
            rows.execute(f"SELECT * FROM {item.table}{where} ORDER BY {keys}{limit}")
            while found := rows.fetchmany(_AT_ONCE):
                for what, *rest in found:
                    codes, told = rest[: item.keys], rest[item.keys :]
                    yield Change(
                        kind=what,
                        slug=item.change.slug,
                        codes=tuple(code for code in codes if code is not None),
                        old=_figure(told[: len(_TOLD)], tables) if what != "added" else None,
                        new=_figure(told[len(_TOLD) :], tables) if what != "removed" else None,
                    )
        finally:
            rows.close()


def _figure(row: list[Any], tables: str) -> StatedFigure:
    """Return what a release states, from the columns ``_TOLD`` of a row."""
    told = dict(zip(_TOLD, row, strict=True))
    table = told["source_table"]
    return StatedFigure(
        value=told["value"],
        decimals=told["decimals"],
        status=told["status"],
        reasons=tuple(told["reasons"] or ()),
        bounds=tuple(
            (key, told[column]) for key, column in BOUND_COLUMNS.items() if told[column] is not None
        ),
        unit=told["unit"],
        source=SourceCell(
            table=f"{tables}{table}.csv", row=told["source_row"], column=told["source_column"]
        ),
    )


def figure_at(columns: ColumnsFile, codes: Sequence[str]) -> StatedFigure | None:
    """Return what a file of columns states in the observation with certain codes, if it has it."""
    if len(codes) != len(columns.keys):
        return None
    wanted = " AND ".join(f"{key} = ?" for key in columns.keys)
    told = ", ".join(map(sql_name, _TOLD))
    row = columns.connection.execute(
        f"SELECT {told} FROM {columns.relation} WHERE {wanted}", list(codes)
    ).fetchone()
    return None if row is None else _figure(list(row), f"{columns.about.base}/id/tabel/")


@contextmanager
def compare(old: State, new: State) -> Iterator[Comparison]:
    """Compare two releases of one base. Raises FaultyInput when columns cannot be read."""
    concepts, terms = compare_things(old, new)
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as folder,
        open_engine(Path(folder)) as connection,
    ):
        faults: list[Fault] = []
        compared = list[_Compared]()
        for slug in sorted(old.data_sets.keys() | new.data_sets.keys()):
            before, after = old.data_sets.get(slug), new.data_sets.get(slug)
            if before and after and before.columns.sha256 == after.columns.sha256:
                continue
            files = [
                _opened(item, connection, faults) if item else None for item in (before, after)
            ]
            if not faults:  # else the rest would look complete
                table = f"changed_{len(compared)}"
                compared.append(_compare(connection, table, before, after, *files))
        if faults:
            raise FaultyInput(faults)
        yield Comparison(
            old=old,
            new=new,
            concepts=tuple(concepts),
            terms=tuple(terms),
            _connection=connection,
            _compared=tuple(compared),
        )


def _opened(item: DataSetState, connection: Connection, faults: list[Fault]) -> ColumnsFile | None:
    """Return the open columns of a data set, which must be those that were written."""
    path = item.columns.path
    try:
        with open_regular(path) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != item.columns.sha256:
                raise DamagedFile(phrase("file-of-other-content"))
        return open_columns(path, connection)
    except (UnusableColumns, DamagedFile) as error:
        problem = error.problem
    except FileNotFoundError:
        problem = phrase("file-missing")
    except OSError as error:
        problem = phrase("file-not-read", reason=reason_of(error))
    shown = "/".join(path.parts[-4:])  # from the folder of the releases on
    faults.append(fault("columns-unusable", shown, slug=item.slug, problem=problem))
    return None


def _compare(
    connection: Connection,
    table: str,
    before: DataSetState | None,
    after: DataSetState | None,
    old: ColumnsFile | None,
    new: ColumnsFile | None,
) -> _Compared:
    """Put what differs between two files of columns, one of which may be missing, in a table."""
    widths = {len(file.keys) for file in (old, new) if file}
    keys = max(widths)
    if old and new and len(widths) == 1:
        connection.execute(f"CREATE TABLE {table} AS {_joined(old, new)}")
    else:
        files: list[tuple[ColumnsFile | None, Kind]] = [(old, "removed"), (new, "added")]
        parts = [_only(file, kind, keys) for file, kind in files if file]
        connection.execute(f"CREATE VIEW {table} AS {' UNION ALL BY NAME '.join(parts)}")
    counted = connection.execute(f"SELECT kind, count(*) FROM {table} GROUP BY kind").fetchall()
    gone, come = _codes(connection, old, new) if old and new else ((), ())
    change = DataSetChange(
        slug=next(item.slug for item in (after, before) if item),
        title=next((item.title for item in (after, before) if item and item.title), {}),
        old_count=before.observations if before else None,
        new_count=after.observations if after else None,
        counts=dict.fromkeys(KINDS, 0) | dict(counted),
        structure=tuple(_structure_changes(old.about, new.about)) if old and new else (),
        gone_codes=gone,
        new_codes=come,
    )
    return _Compared(change=change, table=table, keys=keys)


def _aliased(side: str, prefix: str) -> str:
    return ", ".join(f"{side}.{sql_name(column)} AS {prefix}_{column}" for column in _TOLD)


def _only(file: ColumnsFile, kind: Kind, width: int) -> str:
    """Return SQL for all observations of a file, as those that were added or removed."""
    names = [f"one.{key} AS k{at}" for at, key in enumerate(file.keys)]
    # Keys stand before the rest in every part, so that the columns of all are in one order.
    names += [f"NULL::VARCHAR AS k{at}" for at in range(len(file.keys), width)]
    told = [_aliased("one", "old"), _aliased("one", "new")]
    return f"SELECT '{kind}' AS kind, {', '.join((*names, *told))} FROM {file.relation} one"


def _joined(old: ColumnsFile, new: ColumnsFile) -> str:
    """Return SQL for the observations that differ between two files of as many dimensions."""
    pairs = list(zip(old.keys, new.keys, strict=True))
    same = " AND ".join(f"old.{one} = new.{other}" for one, other in pairs)
    keys = ", ".join(
        f"coalesce(old.{one}, new.{other}) AS k{at}" for at, (one, other) in enumerate(pairs)
    )
    last_old, last_new = pairs[-1]
    differs = " OR ".join(
        (
            *(f"old.{sql_name(name)} IS DISTINCT FROM new.{sql_name(name)}" for name in STATED),
            *(f"new.{last_new} = {_text(name)}" for name in of_other_meaning(old.about, new.about)),
        )
    )
    return f"""
        SELECT CASE WHEN old.{last_old} IS NULL THEN 'added'
                    WHEN new.{last_new} IS NULL THEN 'removed' ELSE 'revised' END AS kind,
               {keys}, {_aliased("old", "old")}, {_aliased("new", "new")}
        FROM {old.relation} old FULL JOIN {new.relation} new ON {same}
        WHERE old.{last_old} IS NULL OR new.{last_new} IS NULL OR {differs}
    """


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def of_other_meaning(old: ColumnsAbout, new: ColumnsAbout) -> Iterator[str]:
    """Yield the measures whose observations are stated in other terms, whatever their figures.

    Their dimensions are other properties or take their codes from other lists, or the value has
    another datatype: what was read of the earlier release holds for none of them.
    """
    dimensions = ([(item.iri, item.scheme) for item in about.dimensions] for about in (old, new))
    is_other = len({*map(tuple, dimensions)}) > 1
    datatypes = {item.name: item.datatype for item in old.measures}
    for item in new.measures:
        if is_other or datatypes.get(item.name, item.datatype) != item.datatype:
            yield item.name


Codes = tuple[tuple[str, tuple[str, ...]], ...]


def _codes(connection: Connection, old: ColumnsFile, new: ColumnsFile) -> tuple[Codes, Codes]:
    """Return, by dimension, the codes that no observation has any more, and those new in use.

    Of dimensions that both have; measures are part of the structure.
    """
    found: list[Codes] = []
    for one, other in ((old, new), (new, old)):
        codes = []
        columns = {item.name: item.column for item in other.about.dimensions[:-1]}
        for item in one.about.dimensions[:-1]:
            if item.name in columns:
                rows = connection.execute(
                    f"SELECT DISTINCT {sql_name(item.column)} FROM {one.relation} EXCEPT "
                    f"SELECT {sql_name(columns[item.name])} FROM {other.relation} ORDER BY 1"
                ).fetchall()
                if rows:
                    codes.append((item.name, tuple(row[0] for row in rows)))
        found.append(tuple(codes))
    return found[0], found[1]


def _structure_changes(old: ColumnsAbout, new: ColumnsAbout) -> Iterator[StructureChange]:
    """Yield what changed in dimensions, measures, their units and datatypes, and the scale.

    A dimension that went and one that came with the same code list or kind of period is one that
    was renamed; so are two measures of one unit.
    """
    dimensions = ({item.name: (item.scheme, item.period) for item in about.dimensions[:-1]}
                  for about in (old, new))  # fmt: skip
    for before, after in _renamed(*dimensions):
        yield StructureChange(part="dimension", old=before, new=after)
    units = [{item.name: item.unit for item in about.measures} for about in (old, new)]
    for before, after in _renamed(*units):
        yield StructureChange(part="measure", old=before, new=after)
    lists = [{item.name: item.scheme for item in about.dimensions} for about in (old, new)]
    datatypes = [{item.name: item.datatype for item in about.measures} for about in (old, new)]
    parts: list[tuple[Literal["unit", "datatype", "code-list"], Any]] = [
        ("unit", units), ("datatype", datatypes), ("code-list", lists)
    ]  # fmt: skip
    for part, (before, after) in parts:
        for name in sorted(before.keys() & after.keys()):
            if before[name] != after[name]:
                yield StructureChange(part=part, of=name, old=before[name], new=after[name])
    if old.scale != new.scale:
        yield StructureChange(part="scale", old=str(old.scale), new=str(new.scale))


def _renamed(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str | None, str | None]]:
    """Yield each name that went, with the one that came in its place, and the others that came."""
    gone = {name: kind for name, kind in old.items() if name not in new}
    come = {name: kind for name, kind in new.items() if name not in old}
    for name, kind in gone.items():
        alike = [other for other, of in come.items() if of == kind]
        rivals = [other for other, of in gone.items() if of == kind]
        if len(alike) == len(rivals) == 1:
            del come[alike[0]]
            yield name, alike[0]
        else:
            yield name, None
    for name in come:
        yield None, name
