"""Shows what each cell of a printed table becomes: an observation, or why it becomes none.

A cell can be a label, in a row left out, or faulty. A table is shown also when nothing of it can
be published. Only its first rows are shown, as a table may have a million.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from publish.cube.batch import STATUSES, Batch
from publish.cube.crosstab import Crosstab
from publish.cube.preview.one_data_set import OneDataSet
from publish.cube.structure import Structure
from publish.faults.fault import Fault, Words, phrase
from publish.mappings.mapping import OPEN, Mapping
from publish.mappings.marks import NUMBER_SIGN, canonical_decimal
from publish.project.iris import Uris
from publish.project.project import Project
from publish.tables.numbers import canonical_texts
from publish.tables.records import SOURCE_LINE
from publish.tables.table import Table, open_table, places

LABEL, LEFT_OUT, FAULTY = "label", "left-out", "fault"
OBSERVATION, UNREAD = "observation", "unread"
"""What a cell can be."""
NO_WORDS = Words("")


@dataclass(frozen=True, kw_only=True)
class CellObservation:
    """The observation that a cell becomes; what is open in the mapping is OPEN."""

    iri: str | None
    """None as long as a part of it is open."""
    codes: dict[str, str]
    measure: str
    value: str | None
    unit: str
    status: str
    reason: str | None = None
    bounds: str = ""
    superseded: bool = False
    """Whether a later document prints another figure, which is the value."""


@dataclass(frozen=True, kw_only=True)
class CellView:
    """A cell and what it becomes; rows and columns are counted from 1."""

    row: int
    column: int
    line: int
    at: int
    """The column of the line at which the cell begins."""
    text: str
    kind: str
    why: Words = NO_WORDS
    observations: tuple[CellObservation, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableView:
    """The first rows of a printed table, cell by cell."""

    name: str
    shown: str
    rows: list[list[CellView]]
    not_shown: int
    """Rows that are not shown."""
    faults: list[Fault] = field(default_factory=list)
    """Faults that are not at a cell that is shown."""


def view_tables(
    project: Project, one: OneDataSet, most_rows: int, only: str | None = None
) -> list[TableView]:
    """Return the printed tables of a data set, at most ``most_rows`` rows of each."""
    mapping, cube = one.mapping, one.cube
    if mapping is None:
        return []
    faults = list(one.faults)
    crosstabs: tuple[Crosstab, ...] = getattr(cube, "crosstabs", ())
    made: _Made = {}
    if cube is not None:
        reader = _CellObservations(mapping=mapping, structure=cube.structure, uris=project.uris)
        for batch in cube.batches(faults):
            reader.collect(batch, most_rows, made)
    views: list[TableView] = []
    for use in mapping.uses:
        name = f"{use.document}/{use.table}"
        path = project.root / "mappings" / use.document / f"{use.table}.csv"
        if (only not in (None, name, use.table)) or any(view.name == name for view in views):
            continue
        table = open_table(path, project.shown(path), use.document, max(1, use.columns.depth), [])
        if table is not None:
            own = [item for item in crosstabs if item.table.path == path]
            views.append(_view(name, table, own, made.get(path, {}), faults, most_rows))
    return views


_Made = dict[Path, dict[tuple[int, int], list[CellObservation]]]
"""The observations that cells become, by file, row and column."""


@dataclass(frozen=True, kw_only=True)
class _CellObservations:
    """Makes the observations of cells, as they are shown."""

    mapping: Mapping
    structure: Structure
    uris: Uris

    def collect(self, batch: Batch, most_rows: int, made: _Made) -> None:
        """Add the observations of the rows that are shown."""
        cells = batch.cells
        for at in np.flatnonzero(cells.row <= most_rows).tolist():
            path = self.structure.tables[int(cells.table[at])].path
            place = int(cells.row[at]), int(cells.column[at])
            item = self._observation(batch, int(cells.observation[at]), at)
            made.setdefault(path, {}).setdefault(place, []).append(item)

    def _observation(self, batch: Batch, at: int, cell: int) -> CellObservation:
        """Return the observation of a cell."""
        structure = self.structure
        codes = structure.codes_of(batch.keys, at)
        iri: str | None = structure.observation_iri(batch.keys, at, self.uris)
        unit = structure.units[int(batch.keys[-1][at])].rpartition("/")[2]
        by_name = dict(zip(structure.names(), codes, strict=False))
        measure = codes[-1]
        # Where the mapping is open the cube was read with a stand-in, which is not shown.
        if self.mapping.measure == OPEN:
            measure, unit, iri = OPEN, OPEN, None
        for use in self.mapping.uses:
            for name in (name for name, code in use.fixed.items() if code == OPEN):
                by_name[name], iri = OPEN, None
        number = canonical_texts(batch.mantissa[at : at + 1], batch.decimals[at : at + 1])[0]
        absence = structure.absences[int(batch.absence[at]) - 1] if batch.absence[at] else None
        reason = absence.reasons[0] if absence else None
        if absence and self._is_open(batch.cells.text[cell]):
            reason = OPEN
        bounds = ", ".join(
            f"{key} {number if value is None else canonical_decimal(value)}"
            for key, value in (absence.bounds if absence else ())
        )
        return CellObservation(
            iri=iri,
            codes=by_name,
            measure=measure,
            value=None if absence else number,
            unit=unit,
            status=STATUSES[int(batch.status[at])],
            reason=reason,
            bounds=bounds,
            superseded=bool(batch.cells.superseded[cell]),
        )

    def _is_open(self, text: str) -> bool:
        """Return whether a cell is a sign of which the meaning is open."""
        for sign, entry in self.mapping.marks.items():
            parts = map(re.escape, "".join(sign.split()).split(NUMBER_SIGN))
            pattern = r"[0-9.,]+".join(parts)
            if entry["reason"] == OPEN and re.fullmatch(pattern, "".join(text.split())):
                return True
        return False


def _view(
    name: str,
    table: Table,
    crosstabs: list[Crosstab],
    made: dict[tuple[int, int], list[CellObservation]],
    faults: list[Fault],
    most_rows: int,
) -> TableView:
    """Return a table cell by cell."""
    with table.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        texts = list(itertools.islice(reader, most_rows))
        not_shown = sum(1 for _ in reader)
    at = places(table, {(r, c) for r, row in enumerate(texts, 1) for c in range(1, len(row) + 1)})
    of_place = {(line, column): cell for cell, (line, column, _) in reversed(at.items())}
    by_cell: dict[tuple[int, int] | None, list[Fault]] = {}
    for item in sorted(faults, key=lambda item: item.path != table.shown):
        cell = of_place.get((item.line, item.column)) if item.path == table.shown else None
        by_cell.setdefault(cell, []).append(item)
    rest = by_cell.pop(None, [])
    rows = []
    for number, row in enumerate(texts, start=1):
        views = []
        for column, text in enumerate(row, start=1):
            place = number, column
            kind, why = _kind(place, table, crosstabs, texts, made, by_cell)
            views.append(
                CellView(
                    row=number,
                    column=column,
                    line=at[place][0],
                    at=at[place][1],
                    text=text,
                    kind=kind,
                    why=why,
                    observations=tuple(made.get(place, ())),
                    faults=tuple(by_cell.get(place, ())),
                )
            )
        rows.append(views)
    return TableView(name=name, shown=table.shown, rows=rows, not_shown=not_shown, faults=rest)


def _kind(
    place: tuple[int, int],
    table: Table,
    crosstabs: list[Crosstab],
    texts: list[list[str]],
    made: dict[tuple[int, int], list[CellObservation]],
    faulty: Collection[tuple[int, int] | None],
) -> tuple[str, Words]:
    """Return the kind of a cell, and why it is no observation."""
    row, column = place
    if place in faulty:
        return FAULTY, phrase("cell-has-fault")
    if place in made:
        return OBSERVATION, NO_WORDS
    if table.has_source_line and column == len(table.headers[0]):
        whole = phrase("cell-source-column", name=SOURCE_LINE)
        return LABEL, phrase("cell-source-line") if row > 1 else whole
    labels = min((item.label_columns for item in crosstabs), default=1)
    if row <= len(table.headers):
        return LABEL, phrase("cell-header")
    if column <= labels:
        return LABEL, phrase("cell-label")
    label = texts[row - 1][0]
    for item in crosstabs:
        if label in item.use.leave:
            return LEFT_OUT, phrase("cell-left", label=label)
        if item.use.take and label not in item.use.take:
            return LEFT_OUT, phrase("cell-not-taken", label=label)
    if any((row, at) in faulty for at in range(1, labels + 1)):
        return UNREAD, phrase("cell-row-faulty")
    if any((at, column) in faulty for at in range(1, len(table.headers) + 1)):
        return UNREAD, phrase("cell-column-faulty")
    return UNREAD, phrase("cell-fault-elsewhere" if crosstabs else "cell-unread")
