"""Reads a printed crosstab into batches of observations.

The labels of a cell's row and column, with the codes that the mapping fixes for the table, are
the key of its observation. Each distinct label is looked up once. Faults are noted by row and
column of the table while reading, and get line and column at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from publish.cube.batch import Batch, Indices
from publish.cube.cells import CellReader
from publish.cube.keys import SeenKeys
from publish.cube.structure import CubeDimension, Structure
from publish.cube.unread_cells import ANY, UNKNOWN, UnreadCells
from publish.faults.fault import Fault, Words, did_you_mean, phrase
from publish.mappings.mapping import MEASURE, Axis, Mapping, TableUse
from publish.mappings.marks import Mark
from publish.ontology.periods import read_period
from publish.ontology.vocabulary import Vocabulary
from publish.project.files import is_formula
from publish.tables.findings import Findings, about_period, shown
from publish.tables.records import SEPARATORS
from publish.tables.table import Block, Table, read_blocks

_Problem = tuple[str, dict[str, object]]
"""What is wrong with a label: the code and the particulars of its fault."""

MOST_HINTS = 50
"""Unknown labels of one table for which the nearest known one is sought, which takes a while."""


@dataclass(frozen=True, kw_only=True)
class Crosstab:
    """One printed table of a cube, ready to be read."""

    mapping: Mapping
    use: TableUse
    table: Table
    number: int
    """The place of the table among those of the cube."""
    structure: Structure
    vocabulary: Vocabulary
    marks: tuple[Mark, ...]
    """The marks that the table may print instead of a number."""
    chosen: set[str] = field(default_factory=set)
    """The labels under `take:` and `leave:` that were found in the table."""
    unread: UnreadCells = field(default_factory=UnreadCells)
    """The cells that did not become observations when the table was last read."""

    @property
    def label_columns(self) -> int:
        """How many leading columns hold labels."""
        return max(1, self.use.rows.depth)

    def batches(self, faults: list[Fault]) -> Iterator[Batch]:
        """Yield the observations of the table; a key that occurs twice in it is a fault."""
        findings = Findings(table=self.table)
        self.unread.clear()
        self.unread.rows = frozenset(self.use.rows.dimensions)
        self.unread.columns = frozenset(self.use.columns.dimensions)
        yield from _Reading(crosstab=self, findings=findings, faults=faults).batches()
        faults.extend(findings.faults())


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One reading of a crosstab; each of its labels is looked up once."""

    crosstab: Crosstab
    findings: Findings
    faults: list[Fault]
    seen: SeenKeys = field(default_factory=SeenKeys)
    known: dict[tuple[int, str], dict[str, int] | _Problem] = field(default_factory=dict)
    """What the row labels of each level stand for."""
    unknown: set[str] = field(default_factory=set)
    """Unknown labels, as many as get a hint at the nearest known one."""

    def batches(self) -> Iterator[Batch]:
        """Yield the observations."""
        crosstab, table, use = self.crosstab, self.crosstab.table, self.crosstab.use
        if table.width <= crosstab.label_columns:
            self._report_too_narrow()
            return
        columns = self._column_indices()
        file = crosstab.mapping.file
        fixed = {MEASURE: 0} if crosstab.mapping.measure else {}
        for name, code in use.fixed.items():
            steps = (*use.steps, "fixed", name)
            steps = steps if steps in file.places else ("fixed", name)
            if (index := self._index_declared(name, code, steps)) != UNKNOWN:
                fixed[name] = index
        self._check_columns(columns)
        reader = CellReader(
            table=table,
            number=crosstab.number,
            structure=crosstab.structure,
            numbers=crosstab.mapping.numbers,
            marks=crosstab.marks,
            label_columns=crosstab.label_columns,
            columns=columns,
            fixed=fixed,
            unread=crosstab.unread,
            findings=self.findings,
            faults=self.faults,
        )
        odd_rows: list[list[str]] = []
        for block in read_blocks(table, self.faults, odd_rows):
            kept, rows = self._row_indices(block)
            if len(kept):
                self._check_rows(rows, block.rows[kept])
                yield reader.read(block, kept, rows)
        # Of a row of a wrong length the key is known as far as its labels give it.
        silent = replace(self, faults=[])
        for cells in odd_rows:
            found = dict.fromkeys(use.rows.dimensions, ANY)
            for level, label in enumerate(cells[: use.rows.depth]):
                given = silent._indices_of(use.rows, "rows", label, level)
                found |= {} if isinstance(given, tuple) else given
            self._note_unread(found | fixed)

    def _report_too_narrow(self) -> None:
        """Report a table without value columns, which may have another separator."""
        table = self.crosstab.table
        header = table.headers[0][0] if table.width == 1 else ""
        for mark, name in SEPARATORS.items():
            if mark != "," and mark in header:
                words = phrase(f"separated-by-{name}")
                self.findings.add("wrong-separator", 1, 1, separator=words)
                return
        what, wanted = phrase("columns-of-a-table"), self.crosstab.label_columns + 1
        self.findings.add("too-few-columns", 1, 1, what=what, wanted=wanted, found=table.width)

    def _note_unread(self, known: dict[str, int], *, is_double: bool = False) -> None:
        """Note the cells with these indices, whatever the others are, as unread or double."""
        names = [dimension.name for dimension in self.crosstab.structure.dimensions]
        keys = tuple(np.array([known.get(name, ANY)], np.int32) for name in names)
        self.crosstab.unread.add(keys, is_double=is_double)

    def _dimension(self, name: str) -> CubeDimension:
        return next(item for item in self.crosstab.structure.dimensions if item.name == name)

    def _codes(self, key: dict[str, int]) -> str:
        """Return the codes of a part of a key, for messages."""
        return ", ".join(self._dimension(name).codes[index] for name, index in key.items())

    def _index_declared(self, name: str, code: str, steps: Iterable[str | int]) -> int:
        """Return the index of a code in the mapping itself; UNKNOWN, and a fault, without one."""
        found = self._index_of(name, code)
        if isinstance(found, int):
            return found
        kind, particulars = found
        self.faults.append(self.crosstab.mapping.file.fault(kind, *steps, **particulars))
        return UNKNOWN

    def _index_of(self, name: str, label: str) -> int | _Problem:
        """Return the index of the code that a label stands for, or what is wrong."""
        dimension, vocabulary = self._dimension(name), self.crosstab.vocabulary
        if dimension.period:
            code = read_period(dimension.period, label)
            if code is None:
                return "unknown-period", about_period(dimension.period, label)
            return dimension.index(code)
        if dimension.scheme is None:
            if label in dimension.positions:
                return dimension.positions[label]
            hint = self._hint(label, vocabulary.measures)
            return "no-such-measure", {"name": shown(label), "hint": hint}
        code_list = vocabulary.lists[dimension.scheme]
        codes = code_list.find(label)
        if len(codes) == 1:
            return dimension.positions[codes[0]]
        of_list = {"label": shown(label), "list": code_list.name}
        if codes:
            file = code_list.path
            return "ambiguous-label", {**of_list, "file": file, "codes": ", ".join(codes)}
        if not label:
            hint, remedy = phrase("label-is-empty"), phrase("leave-row-out")
        else:
            hint = self._hint(label, code_list.all_labels())
            remedy = phrase("add-label-to", file=code_list.path)
        return "unknown-code", {**of_list, "hint": hint, "remedy": remedy}

    def _hint(self, label: str, known: Iterable[str]) -> Words:
        """Return a hint at the nearest known label, unless very many are unknown."""
        if len(self.unknown) == MOST_HINTS and label not in self.unknown:
            return Words("")
        self.unknown.add(label)
        return did_you_mean(label, known)

    def _indices_of(
        self, axis: Axis, name: str, label: str, level: int
    ) -> dict[str, int] | _Problem:
        """Return the index per dimension that a label of an axis gives, or what is wrong."""
        if is_formula(label):
            return "formula-text", {"text": shown(label), "of": ""}
        if axis.labels is None:
            found = self._index_of(axis.dimensions[level], label)
            return {axis.dimensions[level]: found} if isinstance(found, int) else found
        key = label if label in axis.labels else " ".join(label.split())
        if key not in axis.labels:
            hint = self._hint(label, axis.labels)
            return "label-not-mapped", {"label": shown(label), "axis": name, "hint": hint}
        return {
            dimension: self._index_declared(dimension, code, (*axis.steps, key, dimension))
            for dimension, code in axis.labels[key].items()
        }

    def _column_indices(self) -> dict[str, Indices]:
        """Return per dimension of the columns the index that each value column has."""
        table, axis = self.crosstab.table, self.crosstab.use.columns
        first = self.crosstab.label_columns
        result = {name: np.full(table.width - first, UNKNOWN, np.int32) for name in axis.dimensions}
        for level in range(axis.depth):
            title = ""
            upper = level < axis.depth - 1
            for place, label in enumerate(table.headers[level][first : table.width]):
                # An upper header row prints a label once, above the first of its columns.
                title = label if label or not upper else title
                found = self._indices_of(axis, "columns", title, level)
                if isinstance(found, tuple):
                    self.findings.add(found[0], level + 1, first + place + 1, **found[1])
                    continue
                for name, index in found.items():
                    result[name][place] = index
        return result

    def _check_columns(self, columns: dict[str, Indices]) -> None:
        """Report value columns with the codes of an earlier one: the same observations."""
        headers, labels = self.crosstab.table.headers, self.crosstab.label_columns
        first: dict[tuple[int, ...], int] = {}
        for column in range(labels, self.crosstab.table.width):
            key = {name: int(indices[column - labels]) for name, indices in columns.items()}
            if UNKNOWN in key.values():
                continue
            earlier = first.setdefault(tuple(key.values()), column)
            if earlier != column:
                self.findings.add(
                    "duplicate-column",
                    len(headers),
                    column + 1,
                    codes=self._codes(key) or phrase("column-without-dimension"),
                    other=shown(headers[-1][earlier]),
                    number=earlier + 1,
                )
                self._note_unread(key, is_double=True)

    def _check_rows(self, rows: dict[str, Indices], numbers: Indices) -> None:
        """Report rows with the codes of an earlier row: they would be the same observations."""
        sound = np.ones(len(numbers), dtype=np.bool_)
        for indices in rows.values():
            sound &= indices != UNKNOWN
        keys = {name: indices[sound] for name, indices in rows.items()}
        own, dimensions = numbers[sound], tuple(map(self._dimension, rows))
        for position, first in self.seen.add(tuple(keys.values()), dimensions, own):
            key = {name: int(indices[position]) for name, indices in keys.items()}
            codes = self._codes(key) or phrase("row-without-dimension")
            row = int(own[position])
            self.findings.add("duplicate-observation", row, 1, codes=codes, first=first)
            self._note_unread(key, is_double=True)

    def _row_indices(self, block: Block) -> tuple[Indices, dict[str, Indices]]:
        """Return the places of the rows to take in a block, and their indices per dimension."""
        use, axis = self.crosstab.use, self.crosstab.use.rows
        kept = rows_to_take(use, block, self.crosstab.chosen)
        result = {name: np.full(len(kept), UNKNOWN, np.int32) for name in axis.dimensions}
        for level in range(axis.depth):
            codes, labels = pd.factorize(block.cells.iloc[kept, level])
            found = [self._find(level, str(label)) for label in labels]
            for name in axis.dimensions:
                if axis.labels is None and axis.dimensions[level] != name:
                    continue
                indices = [
                    UNKNOWN if isinstance(item, tuple) else item.get(name, UNKNOWN)
                    for item in found
                ]
                result[name] = np.array(indices, dtype=np.int32)[codes]
            wrong = {at: item for at, item in enumerate(found) if isinstance(item, tuple)}
            for at in np.flatnonzero(np.isin(codes, list(wrong))).tolist() if wrong else ():
                code, particulars = wrong[codes[at]]
                self.findings.add(code, int(block.rows[kept[at]]), level + 1, **particulars)
        return kept, result

    def _find(self, level: int, label: str) -> dict[str, int] | _Problem:
        key = (level, label)
        if key not in self.known:
            self.known[key] = self._indices_of(self.crosstab.use.rows, "rows", label, level)
        return self.known[key]


def rows_to_take(use: TableUse, block: Block, found: set[str] | None = None) -> Indices:
    """Return the places of the rows of a block that the mapping takes and does not leave.

    The labels under `take:` and `leave:` that occur are added to ``found``.
    """
    kept = np.arange(len(block.cells), dtype=np.int32)
    if use.take or use.leave:
        first = block.cells.iloc[:, 0]
        chosen = np.ones(len(kept), dtype=np.bool_)
        if use.take:
            chosen &= first.isin(use.take).to_numpy(dtype=np.bool_)
        if use.leave:
            chosen &= ~first.isin(use.leave).to_numpy(dtype=np.bool_)
        if found is not None:
            found.update(set(first.unique()) & {*use.take, *use.leave})
        kept = kept[chosen]
    return kept


def printed_measures(table: Table, use: TableUse) -> list[str]:
    """Return the labels that name measures: those where the mapping has `measure` on an axis."""
    depth = max(1, use.rows.depth)
    labels: list[str] = []
    if use.columns.labels is None and MEASURE in use.columns.dimensions:
        labels += table.headers[use.columns.dimensions.index(MEASURE)][depth : table.width]
    if use.rows.labels is None and MEASURE in use.rows.dimensions and table.width > depth:
        column = use.rows.dimensions.index(MEASURE)
        for block in read_blocks(table, []):
            labels.extend(block.cells.iloc[rows_to_take(use, block), column].unique())
    return list(dict.fromkeys(labels))
