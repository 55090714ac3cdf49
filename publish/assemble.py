"""From a mapping and its tables to one cube.

A cube of one table streams: only a block of it is in memory. A cube of several tables is held
as columns (about 50 bytes an observation besides the printed texts), because the same
observation may stand in more than one of them: equal figures of one document become one
observation with several source cells, a later document wins over an earlier one, and both
cells stay recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from publish.crosstab import Crosstab, Findings, about_period, printed_measures, shown
from publish.cube import (
    MEASURE,
    Batch,
    Cells,
    CubeDimension,
    Structure,
    align,
    cube_dimension,
    cut_batch,
    join_batches,
    measure_dimension,
    mixed_radix,
)
from publish.document import Document
from publish.faults import Fault, did_you_mean, fault
from publish.mapping import Mapping, MissingPeriod, TableUse
from publish.periods import read_period
from publish.project import Project
from publish.table import BLOCK, Table, open_table
from publish.vocabulary import Vocabulary

UNITS = "eenheid"
"""The name of the code list of units."""

CONTEXT = ("vocabularium", "codelijsten", "bronnen")
"""The graphs that the data sets share."""
RESERVED = {*CONTEXT, "catalogus"}
"""Names of graphs that no data set can have."""
CELLS = "-cellen"
"""What the name of a graph of source cells ends in."""


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A data set: its structure, and its observations as a stream of batches."""

    mapping: Mapping
    structure: Structure
    crosstabs: tuple[Crosstab, ...]
    documents: dict[str, Document]
    missing: dict[str, MissingPeriod]
    """The periods for which the source gives no figures, by their code."""

    def batches(self, faults: list[Fault]) -> Iterator[Batch]:
        """Yield the observations; what is wrong in the tables is added to ``faults``."""
        if len(self.crosstabs) == 1:
            yield from self.crosstabs[0].batches(faults)
        else:
            parts = [
                batch
                for crosstab in self.crosstabs
                for batch in crosstab.batches(faults)
                if len(batch)
            ]
            if parts:
                together = join_batches(parts)
                self._report_cells_read_twice(together, faults)
                yield from cut_batch(self._merge(together, faults), BLOCK)
        self._report_unprinted(faults)

    def _merge(self, batch: Batch, faults: list[Fault]) -> Batch:
        """Return the batch with each observation once, its cells together, the last word first."""
        keys = mixed_radix(batch.keys, self.structure.dimensions)
        newest = -np.array([self._date(table) for table in self.structure.tables])
        newest = newest[batch.cells.table]
        order = np.lexsort((np.arange(len(batch)), newest, keys))
        first = np.ones(len(batch), dtype=np.bool_)
        first[1:] = keys[order][1:] != keys[order][:-1]
        group = np.cumsum(first) - 1
        winner = order[first][group]
        mantissa = batch.mantissa
        value, _ = align(mantissa, batch.decimals)
        differs = (value[order] != value[winner]).astype(np.bool_)
        # Of each date the first cell speaks; those after it must say the same.
        of_date = first.copy()
        of_date[1:] |= newest[order][1:] != newest[order][:-1]
        speaker = order[of_date][np.cumsum(of_date) - 1]
        conflict = (value[order] != value[speaker]).astype(np.bool_)
        self._report_conflicts(batch, order[conflict], speaker[conflict], faults)
        # Observations keep the order in which the tables first give them.
        rank = np.empty(int(first.sum()), dtype=np.int64)
        lowest = np.minimum.reduceat(order, np.flatnonzero(first))
        rank[np.argsort(lowest)] = np.arange(len(rank))
        kept = order[first][np.argsort(rank)]
        by_observation = np.lexsort((np.arange(len(order)), rank[group]))
        cells, sources = batch.cells, order[by_observation]
        return Batch(
            keys=tuple(key[kept] for key in batch.keys),
            mantissa=mantissa[kept],
            decimals=batch.decimals[kept],
            status=batch.status[kept],
            cells=Cells(
                observation=rank[group][by_observation],
                table=cells.table[sources],
                row=cells.row[sources],
                column=cells.column[sources],
                text=[cells.text[at] for at in sources.tolist()],
                source_line=[cells.source_line[at] for at in sources.tolist()],
                superseded=differs[by_observation],
            ),
        )

    def _report_conflicts(
        self,
        batch: Batch,
        losers: NDArray[np.int64],
        winners: NDArray[np.int64],
        faults: list[Fault],
    ) -> None:
        """Report cells of one date that give one observation two values."""
        cells = batch.cells
        findings: dict[int, Findings] = {}
        for loser, winner in zip(losers.tolist(), winners.tolist(), strict=True):
            table, other = int(cells.table[loser]), self.structure.tables[int(cells.table[winner])]
            here = findings.setdefault(table, Findings(table=self.structure.tables[table]))
            here.add(
                "conflicting-cells",
                int(cells.row[loser]),
                int(cells.column[loser]),
                codes=self.structure.codes_at(batch, loser),
                text=shown(cells.text[loser]),
                other=shown(cells.text[winner]),
                place=f"{other.shown} row {cells.row[winner]} column {cells.column[winner]}",
            )
        for here in findings.values():
            faults.extend(here.faults())

    def _date(self, table: Table) -> int:
        """Return the day of a table's document as a number; of a faulty one it does not matter."""
        document = self.documents.get(table.document)
        return document.date.toordinal() if document else 0

    def _report_cells_read_twice(self, batch: Batch, faults: list[Fault]) -> None:
        """Report tables of the mapping that read cells which one before them read already."""
        tables = self.structure.tables
        paths = {table.path: number for number, table in enumerate(tables)}
        if len(paths) == len(tables):
            return
        cells = batch.cells
        files = np.array([paths[table.path] for table in tables])[cells.table]
        order = np.lexsort((cells.table, cells.column, cells.row, files))
        again = np.zeros(len(order), dtype=np.bool_)
        again[1:] = True
        for column in (files, cells.row, cells.column):
            again[1:] &= column[order][1:] == column[order][:-1]
        for number in np.unique(cells.table[order[again]]).tolist():
            place = self.mapping.file.place(*self.crosstabs[number].use.steps)
            faults.append(fault("cells-read-twice", *place, table=tables[number].shown))

    def _report_unprinted(self, faults: list[Fault]) -> None:
        """Report labels the mapping takes or leaves that its tables do not print."""
        file = self.mapping.file
        for key in ("take", "leave"):
            everywhere = {label for crosstab in self.crosstabs for label in crosstab.chosen}
            for number, label in enumerate(file.data.get(key, ())):
                if label not in everywhere:
                    place = file.place(key, number)
                    faults.append(
                        fault("label-not-printed", *place, label=label, table="any table", hint="")
                    )
            for crosstab in self.crosstabs:
                steps = (*crosstab.use.steps, key)
                if steps not in file.places:
                    continue
                for number, label in enumerate(getattr(crosstab.use, key)):
                    if label not in crosstab.chosen:
                        hint = did_you_mean(label, crosstab.chosen)
                        name = crosstab.table.shown
                        place = file.place(*steps, number)
                        faults.append(
                            fault("label-not-printed", *place, label=label, table=name, hint=hint)
                        )


def assemble_cube(
    project: Project,
    mapping: Mapping,
    vocabulary: Vocabulary,
    documents: dict[str, Document],
    faults: list[Fault],
) -> Cube | None:
    """Return the cube of a mapping, or None when its names or tables do not exist."""
    before = len(faults)
    if mapping.slug in RESERVED or mapping.slug.endswith(CELLS):
        faults.append(fault("reserved-name", mapping.file.shown, name=mapping.slug))
    _check_names(mapping, vocabulary, faults)
    missing = _read_missing(mapping, vocabulary, faults)
    tables = []
    for use in mapping.uses:
        path = project.root / "mappings" / use.document / f"{use.table}.csv"
        if not _is_file(path):
            file = shown(project.shown(path))
            name = shown(f"{use.document}/{use.table}")
            known = [
                f"{p.parent.name}/{p.stem}" for p in (project.root / "mappings").glob("*/*.csv")
            ]
            place = mapping.file.place(*use.steps)
            hint = did_you_mean(name, known)
            faults.append(fault("no-such-table", *place, table=name, file=file, hint=hint))
            continue
        header_rows = max(1, use.columns.depth)
        table = open_table(path, project.shown(path), use.document, header_rows, faults)
        if table:
            tables.append(table)
    if len(faults) > before:
        return None
    structure = _structure(project, mapping, vocabulary, tables, faults)
    if structure is None or len(faults) > before:
        return None
    crosstabs = tuple(
        Crosstab(
            mapping=mapping,
            use=use,
            table=table,
            number=number,
            structure=structure,
            vocabulary=vocabulary,
        )
        for number, (use, table) in enumerate(zip(mapping.uses, tables, strict=True))
    )
    return Cube(
        mapping=mapping,
        structure=structure,
        crosstabs=crosstabs,
        documents=documents,
        missing=missing,
    )


def _is_file(path: Path) -> bool:
    """Return whether there is such a file; a name too long for the system is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _read_missing(
    mapping: Mapping, vocabulary: Vocabulary, faults: list[Fault]
) -> dict[str, MissingPeriod]:
    """Return the periods that are declared missing by their code, however it was written."""
    found: dict[str, MissingPeriod] = {}
    for missing in mapping.missing:
        name = missing.dimension
        dimension = vocabulary.dimensions.get(name)
        kind = dimension.period if dimension and name in _given(mapping.uses[0]) else None
        place = mapping.file.place(*missing.steps, name)
        if kind is None:
            faults.append(fault("no-such-period", *place, name=name))
            continue
        code = read_period(kind, missing.code)
        if code is None:
            faults.append(fault("unknown-period", *place, **about_period(kind, missing.code)))
            continue
        found[code] = missing
    return found


def _given(use: TableUse) -> list[str]:
    """Return the names of the dimensions a table gives, as often as they are given."""
    return [*use.rows.dimensions, *use.columns.dimensions, *use.fixed]


def _check_names(mapping: Mapping, vocabulary: Vocabulary, faults: list[Fault]) -> None:
    """Report dimensions, measures and units that do not exist or do not fit together."""
    place = mapping.file.place
    first = set(_given(mapping.uses[0]))
    for use in mapping.uses:
        names = _given(use)
        for name in dict.fromkeys(names):
            if name != MEASURE and name not in vocabulary.dimensions:
                hint = did_you_mean(name, vocabulary.dimensions)
                steps = next(
                    (axis.steps for axis in (use.rows, use.columns) if name in axis.dimensions),
                    (*use.steps, "fixed", name)
                    if (*use.steps, "fixed", name) in mapping.file.places
                    else ("fixed", name),
                )
                faults.append(fault("no-such-dimension", *place(*steps), name=name, hint=hint))
            if names.count(name) > 1 or (name == MEASURE and mapping.measure):
                faults.append(fault("dimension-twice", *place(*use.steps), name=name))
        for axis in (use.rows, use.columns):
            for label, codes in (axis.labels or {}).items():
                for name in axis.dimensions:
                    if name not in codes:
                        at = place(*axis.steps, label)
                        faults.append(fault("label-lacks-code", *at, label=label, name=name))
        if set(names) != first:
            found, wanted = ", ".join(sorted(set(names))), ", ".join(sorted(first))
            at = place(*use.steps)
            faults.append(fault("dimensions-differ", *at, found=found, wanted=wanted))
    if mapping.measure is None and MEASURE not in first:
        faults.append(fault("no-measure", *place()))
    for name in sorted(mapping.totals):
        dimension = vocabulary.dimensions.get(name)
        if name not in first or dimension is None:
            known = ", ".join(sorted(first - {MEASURE}))
            faults.append(
                fault("dimension-not-used", *place("totals", name), name=name, known=known)
            )
        elif dimension.codes is None or dimension.codes.total is None:
            faults.append(fault("no-total", *place("totals", name), name=name))
    periods = [
        name
        for name in sorted(first)
        if name in vocabulary.dimensions and vocabulary.dimensions[name].period
    ]
    if len(periods) > 1:
        faults.append(fault("no-period-twice", *place(), names=", ".join(periods)))


def _measure_names(mapping: Mapping) -> dict[str, tuple[str | int, ...]]:
    """Return the measures of a mapping in the order in which they are named, and where."""
    if mapping.measure:
        return {mapping.measure: ("measure",)}
    names: dict[str, tuple[str | int, ...]] = {}
    for use in mapping.uses:
        if "measure" in use.fixed:
            names.setdefault(use.fixed["measure"], use.steps)
        for axis in (use.rows, use.columns):
            for label, codes in (axis.labels or {}).items():
                if "measure" in codes:
                    names.setdefault(codes["measure"], (*axis.steps, label, "measure"))
    return names


def _structure(
    project: Project,
    mapping: Mapping,
    vocabulary: Vocabulary,
    tables: list[Table],
    faults: list[Fault],
) -> Structure | None:
    """Return what the observations have in common, or None when a measure does not exist."""
    place = mapping.file.place
    names = _measure_names(mapping)
    for name, steps in names.items():
        if name not in vocabulary.measures:
            hint = did_you_mean(name, vocabulary.measures)
            faults.append(fault("no-such-measure", *place(*steps), name=name, hint=hint))
    unit = mapping.unit
    if unit is not None:
        units = vocabulary.lists.get(UNITS)
        if units is None or unit not in units.codes:
            hint = did_you_mean(unit, units.codes if units else ())
            faults.append(fault("no-such-unit", *place("unit"), name=unit, hint=hint))
            return None
    if any(name not in vocabulary.measures for name in names):
        return None
    # What tables name themselves is judged where it stands, in the table.
    printed = [
        name
        for use, table in zip(mapping.uses, tables, strict=True)
        for name in printed_measures(table, use)
        if name in vocabulary.measures
    ]
    measures = tuple(vocabulary.measures[name] for name in dict.fromkeys([*names, *printed]))
    own_unit = unit and project.uris.iri("concept", scheme=UNITS, code=unit)
    given = set(_given(mapping.uses[0])) - {MEASURE}
    dimensions = [cube_dimension(vocabulary.dimensions[name]) for name in given]

    def rank(dimension: CubeDimension) -> tuple[bool, str]:
        return dimension.period is None, dimension.name

    return Structure(
        slug=mapping.slug,
        dimensions=(*sorted(dimensions, key=rank), measure_dimension(measures)),
        measures=measures,
        units=tuple(own_unit or measure.unit for measure in measures),
        tables=tables,
        cells=mapping.cells,
    )
