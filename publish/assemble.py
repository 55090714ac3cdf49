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

import numpy as np
from numpy.typing import NDArray

from publish.crosstab import Crosstab, Findings
from publish.cube import (
    Batch,
    Cells,
    CubeDimension,
    Structure,
    cube_dimension,
    cut_batch,
    join_batches,
    measure_dimension,
    mixed_radix,
)
from publish.document import Document
from publish.faults import Fault, did_you_mean, fault
from publish.mapping import Mapping, TableUse
from publish.project import Project
from publish.table import BLOCK, Table, open_table
from publish.vocabulary import Vocabulary

UNITS = "eenheid"
"""The name of the code list of units."""


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A data set: its structure, and its observations as a stream of batches."""

    mapping: Mapping
    structure: Structure
    crosstabs: tuple[Crosstab, ...]
    documents: dict[str, Document]

    def batches(self, faults: list[Fault]) -> Iterator[Batch]:
        """Yield the observations; what is wrong in the tables is added to ``faults``."""
        if len(self.crosstabs) == 1:
            yield from self.crosstabs[0].batches(faults, unique=True)
        else:
            parts = [
                batch
                for crosstab in self.crosstabs
                for batch in crosstab.batches(faults, unique=True)
            ]
            if parts:
                yield from cut_batch(self._merge(join_batches(parts), faults), BLOCK)
        self._report_unprinted(faults)

    def _merge(self, batch: Batch, faults: list[Fault]) -> Batch:
        """Return the batch with each observation once, its cells together, the last word first."""
        keys = mixed_radix(batch.keys, self.structure.dimensions)
        dates = [self.documents[table.document].date.toordinal() for table in self.structure.tables]
        newest = -np.array(dates)[batch.cells.table]
        order = np.lexsort((np.arange(len(batch)), newest, keys))
        first = np.ones(len(batch), dtype=np.bool_)
        first[1:] = keys[order][1:] != keys[order][:-1]
        group = np.cumsum(first) - 1
        winner = order[first][group]
        mantissa, decimals = batch.mantissa, batch.decimals.astype(np.int64)
        most = int(decimals.max())
        value = mantissa * 10 ** (most - decimals)
        differs = value[order] != value[winner]
        conflict = differs & (newest[order] == newest[winner])
        self._report_conflicts(batch, order[conflict], winner[conflict], faults)
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
        for loser, winner in zip(losers.tolist(), winners.tolist(), strict=True):
            here = self.structure.tables[int(cells.table[loser])]
            other = self.structure.tables[int(cells.table[winner])]
            findings = Findings(table=here)
            findings.add(
                "conflicting-cells",
                int(cells.row[loser]),
                int(cells.column[loser]),
                codes=self.structure.codes_at(batch, loser),
                text=cells.text[loser],
                other=cells.text[winner],
                place=f"{other.shown} row {cells.row[winner]} column {cells.column[winner]}",
            )
            faults.extend(findings.faults())

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
    _check_names(mapping, vocabulary, faults)
    tables = []
    for use in mapping.uses:
        path = project.root / "mappings" / use.document / f"{use.table}.csv"
        if not path.is_file():
            shown = project.shown(path)
            name = f"{use.document}/{use.table}"
            known = [
                f"{p.parent.name}/{p.stem}" for p in (project.root / "mappings").glob("*/*.csv")
            ]
            place = mapping.file.place(*use.steps)
            hint = did_you_mean(name, known)
            faults.append(fault("no-such-table", *place, table=name, file=shown, hint=hint))
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
    return Cube(mapping=mapping, structure=structure, crosstabs=crosstabs, documents=documents)


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
            if name != "measure" and name not in vocabulary.dimensions:
                hint = did_you_mean(name, vocabulary.dimensions)
                steps = next(
                    (axis.steps for axis in (use.rows, use.columns) if name in axis.dimensions),
                    (*use.steps, "fixed", name)
                    if (*use.steps, "fixed", name) in mapping.file.places
                    else ("fixed", name),
                )
                faults.append(fault("no-such-dimension", *place(*steps), name=name, hint=hint))
            if names.count(name) > 1 or (name == "measure" and mapping.measure):
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
    if mapping.measure is None and "measure" not in first:
        faults.append(fault("no-measure", *place()))
    for name in sorted(mapping.totals):
        dimension = vocabulary.dimensions.get(name)
        if name not in first or dimension is None:
            hint = did_you_mean(name, first)
            faults.append(fault("no-such-dimension", *place("totals", name), name=name, hint=hint))
        elif dimension.codes is None or dimension.codes.total is None:
            faults.append(fault("no-total", *place("totals", name), name=name))
    periods = [
        name
        for name in sorted(first)
        if name in vocabulary.dimensions and vocabulary.dimensions[name].period
    ]
    if len(periods) > 1:
        faults.append(fault("no-period-twice", *place(), names=", ".join(periods)))
    for missing in mapping.missing:
        if missing.dimension not in periods:
            at, name = place(*missing.steps), missing.dimension
            hint = did_you_mean(name, periods)
            faults.append(fault("no-such-dimension", *at, name=name, hint=hint))


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


def _measures_in_headers(mapping: Mapping, tables: list[Table]) -> dict[str, tuple[str | int, ...]]:
    """Return the measures that header rows name themselves: `columns: measure`."""
    names: dict[str, tuple[str | int, ...]] = {}
    for use, table in zip(mapping.uses, tables, strict=True):
        if "measure" in use.columns.dimensions:
            level = use.columns.dimensions.index("measure")
            labels = table.headers[level][max(1, use.rows.depth) : table.width]
            names |= {label: use.columns.steps for label in labels if label}
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
    names = _measure_names(mapping) or _measures_in_headers(mapping, tables)
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
    measures = tuple(vocabulary.measures[name] for name in names)
    own_unit = unit and project.uris.iri("concept", scheme=UNITS, code=unit)
    given = set(_given(mapping.uses[0])) - {"measure"}
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
