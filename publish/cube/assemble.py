"""Makes one cube from a mapping and its tables.

A cube of one table streams: only a block of it is in memory. A cube of several tables is held
as columns (about 50 bytes an observation besides the printed texts), because the same
observation may stand in more than one of them: equal figures of one document become one
observation with several source cells, a later document wins over an earlier one, and both
cells stay recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch, align, cut_batch, join_batches
from publish.cube.crosstab import Crosstab, printed_measures
from publish.cube.keys import key_numbers
from publish.cube.structure import Structure, cube_dimensions
from publish.faults.fault import Fault, did_you_mean, fault, phrase
from publish.mappings.check_names import (
    UNITS,
    check_names,
    dimensions_of,
    measure_names,
    read_missing_periods,
)
from publish.mappings.document import Document
from publish.mappings.mapping import MEASURE, Mapping, MissingPeriod
from publish.mappings.marks import Absence, distinct_absences, read_marks
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import CELLS, RESERVED
from publish.project.project import Project
from publish.rdf.statements import Integers
from publish.tables.findings import TableFindings, shown
from publish.tables.table import BLOCK, Table, open_table, read_blocks


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
            read = chain.from_iterable(crosstab.batches(faults) for crosstab in self.crosstabs)
            if parts := [batch for batch in read if len(batch)]:
                together = join_batches(parts)
                self._report_cells_read_twice(together, faults)
                yield from cut_batch(self._merge(together, faults), BLOCK)
        self._report_unprinted(faults)

    def _merge(self, batch: Batch, faults: list[Fault]) -> Batch:
        """Return the batch with each observation once, its cells together, the newest first."""
        keys = key_numbers(batch.keys, self.structure.dimensions)
        documents = [self.documents.get(table.document) for table in self.structure.tables]
        # A document with faults has no date that counts.
        dates = [document.date.toordinal() if document else 0 for document in documents]
        newest = -np.array(dates)[batch.cells.table]
        order = np.lexsort((np.arange(len(batch)), newest, keys))
        first = np.ones(len(batch), dtype=np.bool_)
        first[1:] = keys[order][1:] != keys[order][:-1]
        group = np.cumsum(first) - 1
        winner = order[first][group]
        value, _ = align(batch.mantissa, batch.decimals)

        def differ(places: Integers, others: Integers) -> NDArray[np.bool_]:
            unequal: NDArray[np.bool_] = (value[places] != value[others]).astype(np.bool_)
            unequal |= batch.absence[places] != batch.absence[others]
            return unequal

        # Cells of one date must agree: each is compared with the first of its date.
        of_date = first.copy()
        of_date[1:] |= newest[order][1:] != newest[order][:-1]
        first_of_date = order[of_date][np.cumsum(of_date) - 1]
        conflict = differ(order, first_of_date)
        self._report_conflicts(batch, order[conflict], first_of_date[conflict], faults)
        # Observations keep the order in which the tables first give them.
        rank = np.empty(int(first.sum()), dtype=np.int64)
        lowest = np.minimum.reduceat(order, np.flatnonzero(first))
        rank[np.argsort(lowest)] = np.arange(len(rank))
        kept = order[first][np.argsort(rank)]
        by_observation = np.lexsort((np.arange(len(order)), rank[group]))
        cells, sources = batch.cells, order[by_observation]
        return Batch(
            keys=tuple(key[kept] for key in batch.keys),
            mantissa=batch.mantissa[kept],
            decimals=batch.decimals[kept],
            status=batch.status[kept],
            absence=batch.absence[kept],
            cells=replace(
                cells.take(sources, rank[group][by_observation]),
                superseded=differ(order, winner)[by_observation],
            ),
        )

    def _report_conflicts(
        self, batch: Batch, conflicting: Integers, firsts: Integers, faults: list[Fault]
    ) -> None:
        """Report cells of one date that give one observation two values."""
        cells = batch.cells
        findings = TableFindings(tables=self.structure.tables)
        for at, first in zip(conflicting.tolist(), firsts.tolist(), strict=True):
            table, row, column = cells.place(first)
            other = self.structure.tables[table].shown
            findings.add(
                "conflicting-cells",
                *cells.place(at),
                codes=self.structure.codes_at(batch.keys, at),
                text=shown(cells.text[at]),
                other=shown(cells.text[first]),
                place=phrase("place-in-table", table=other, row=row, column=column),
            )
        faults.extend(findings.faults())

    def _report_cells_read_twice(self, batch: Batch, faults: list[Fault]) -> None:
        """Report tables of the mapping that read cells which an earlier one reads already."""
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
            steps, table = self.crosstabs[number].use.steps, tables[number].shown
            faults.append(self.mapping.file.fault("cells-read-twice", *steps, table=table))

    def _report_unprinted(self, faults: list[Fault]) -> None:
        """Report labels the mapping takes or leaves that its tables do not print.

        They may stand where a table could not be read.
        """
        file = self.mapping.file
        unread = {item.path for item in faults if item.kind.hides_content}
        for key in ("take", "leave"):
            declared: list[tuple[tuple[str | int, ...], Iterable[str], tuple[Crosstab, ...], str]]
            everywhere = phrase("any-of-the-tables")
            declared = [((key,), file.data.get(key, ()), self.crosstabs, everywhere)]
            for crosstab in self.crosstabs:
                steps = (*crosstab.use.steps, key)
                if steps in file.places:
                    labels = getattr(crosstab.use, key)
                    declared.append((steps, labels, (crosstab,), crosstab.table.shown))
            for steps, labels, crosstabs, table in declared:
                if any(crosstab.table.shown in unread for crosstab in crosstabs):
                    continue
                printed = {label for crosstab in crosstabs for label in crosstab.chosen}
                for number, label in enumerate(labels):
                    if label not in printed:
                        hint = did_you_mean(label, _printed_labels(crosstabs))
                        what = {"label": label, "table": table, "hint": hint}
                        faults.append(file.fault("label-not-printed", *steps, number, **what))


def _printed_labels(crosstabs: Iterable[Crosstab]) -> dict[str, None]:
    """Return the row labels of tables, each once. Reads the tables again; seldom needed."""
    found: dict[str, None] = {}
    for table in {crosstab.table.path: crosstab.table for crosstab in crosstabs}.values():
        for block in read_blocks(table, []):
            found |= dict.fromkeys(block.cells.iloc[:, 0].unique().tolist())
    return found


def assemble_cube(
    project: Project,
    mapping: Mapping,
    vocabulary: Vocabulary,
    documents: dict[str, Document],
    faults: list[Fault],
) -> Cube | None:
    """Return the cube of a mapping, or None when its names or tables do not exist."""
    before = len(faults)
    reserved_name(mapping, faults)
    check_names(mapping, vocabulary, faults)
    missing = read_missing_periods(mapping, vocabulary, faults)
    marks = read_marks(mapping, documents, vocabulary, faults)
    tables = []
    for use in mapping.uses:
        path = project.root / "mappings" / use.document / f"{use.table}.csv"
        if not _exists(path):
            file = shown(project.shown(path))
            name = shown(f"{use.document}/{use.table}")
            known = [
                f"{p.parent.name}/{p.stem}" for p in (project.root / "mappings").glob("*/*.csv")
            ]
            what = {"table": name, "file": file, "hint": did_you_mean(name, known)}
            faults.append(mapping.file.fault("no-such-table", *use.steps, **what))
            continue
        header_rows = max(1, use.columns.depth)
        table = open_table(
            path, project.shown(path), use.document, header_rows, faults, project.root
        )
        if table:
            tables.append(table)
    used = {*dimensions_of(mapping.uses[0]), *measure_names(mapping)}
    if len(faults) > before or used & vocabulary.unusable:
        return None
    absences = distinct_absences(mark for own in marks.values() for mark in own)
    structure = _structure(project, mapping, vocabulary, tables, absences)
    crosstabs = tuple(
        Crosstab(
            mapping=mapping,
            use=use,
            table=table,
            number=number,
            structure=structure,
            vocabulary=vocabulary,
            marks=marks[use.document],
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


def reserved_name(mapping: Mapping, faults: list[Fault]) -> None:
    """Report a data set whose name is that of a graph of the program's own."""
    if mapping.slug in RESERVED or mapping.slug.endswith(CELLS):
        faults.append(fault("reserved-name", mapping.file.shown, name=mapping.slug))


def _exists(path: Path) -> bool:
    """Return whether a path exists; one too long for the system does not."""
    try:
        return path.is_symlink() or path.exists()
    except OSError:
        return False


def _structure(
    project: Project,
    mapping: Mapping,
    vocabulary: Vocabulary,
    tables: list[Table],
    absences: list[Absence],
) -> Structure:
    """Return what the observations have in common."""
    # A measure that a table names and nothing declares is reported at its place in the table.
    printed = [
        name
        for use, table in zip(mapping.uses, tables, strict=True)
        for name in printed_measures(table, use)
        if name in vocabulary.measures
    ]
    measures = tuple(
        vocabulary.measures[name] for name in dict.fromkeys([*measure_names(mapping), *printed])
    )
    own_unit = mapping.unit and project.uris.iri("concept", scheme=UNITS, code=mapping.unit)
    given = set(dimensions_of(mapping.uses[0])) - {MEASURE}
    return Structure(
        slug=mapping.slug,
        dimensions=cube_dimensions((vocabulary.dimensions[name] for name in given), measures),
        measures=measures,
        units=tuple(own_unit or measure.unit for measure in measures),
        tables=tables,
        cells=mapping.most_cells != 0,
        absences=absences,
        bounds=frozenset(key for one in absences for key, _ in one.bounds) if absences else None,
    )
