"""Reads a printed crosstab into batches of observations.

The labels of a cell's row and column, with the codes that the mapping fixes for the table, are
the key of its observation. Each distinct label is looked up once. Faults are noted by row and
column of the table while reading, and get line and column at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from publish.cube.batch import Batch, Indices
from publish.cube.cells import CellReader
from publish.cube.keys import SeenKeys
from publish.cube.structure import CubeDimension, Structure
from publish.cube.unread_cells import ANY, UNKNOWN, UnreadCells
from publish.faults.fault import Fault, did_you_mean, fault, phrase
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
    unknown: set[str] = field(default_factory=set)
    """Unknown labels, as many as get a hint at the nearest known one."""
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
        yield from self._read(findings, faults)
        faults.extend(findings.faults())

    def _read(self, findings: Findings, faults: list[Fault]) -> Iterator[Batch]:
        if self.table.width <= self.label_columns:
            self._report_too_narrow(findings)
            return
        columns = self._column_indices(findings, faults)
        fixed = {
            name: index
            for name, code in self.use.fixed.items()
            if (index := self._index_declared(name, code, self._fixed_steps(name), faults))
            is not None
        }
        if self.mapping.measure:
            fixed.setdefault(MEASURE, 0)
        self._check_columns(columns, findings)
        reader = CellReader(
            table=self.table,
            number=self.number,
            structure=self.structure,
            numbers=self.mapping.numbers,
            marks=self.marks,
            label_columns=self.label_columns,
            unread=self.unread,
        )
        row_labels = _RowLabels(crosstab=self, findings=findings, faults=faults)
        seen, odd_rows = SeenKeys(), list[list[str]]()
        for block in read_blocks(self.table, faults, odd_rows):
            kept, rows = row_labels.rows(block)
            if not len(kept):
                continue
            self._check_rows(rows, block.rows[kept], seen, findings)
            yield reader.read(block, kept, rows, columns, fixed, findings, faults)
        self._note_unread_rows(odd_rows, fixed)

    def _report_too_narrow(self, findings: Findings) -> None:
        """Report a table without value columns, which may have another separator."""
        wanted, found = self.label_columns + 1, self.table.width
        header = self.table.headers[0][0] if found == 1 else ""
        for mark, name in SEPARATORS.items():
            if mark != "," and mark in header:
                findings.add("wrong-separator", 1, 1, separator=phrase(f"separated-by-{name}"))
                return
        what = phrase("columns-of-a-table")
        findings.add("too-few-columns", 1, 1, what=what, wanted=wanted, found=found)

    def _note_unread_rows(self, odd_rows: list[list[str]], fixed: dict[str, int]) -> None:
        """Note the keys of rows of a wrong length, as far as their labels give them."""
        axis = self.use.rows
        for cells in odd_rows:
            known = dict.fromkeys(axis.dimensions, ANY)
            for level in range(min(axis.depth, len(cells))):
                found = self.indices_of(axis, "rows", cells[level], level, [])
                known |= {} if isinstance(found, tuple) else found
            self._note_unread(known | fixed)

    def _note_unread(self, known: dict[str, int], *, is_double: bool = False) -> None:
        """Note the cells with these indices, whatever the others are, as unread or double."""
        names = [dimension.name for dimension in self.structure.dimensions]
        keys = tuple(np.array([known.get(name, ANY)], np.int32) for name in names)
        self.unread.add(keys, is_double=is_double)

    def _fixed_steps(self, name: str) -> tuple[str | int, ...]:
        own = (*self.use.steps, "fixed", name)
        return own if own in self.mapping.file.places else ("fixed", name)

    def dimension(self, name: str) -> CubeDimension:
        """Return a dimension of the cube by its name."""
        return next(item for item in self.structure.dimensions if item.name == name)

    def _index_declared(
        self, name: str, code: str, steps: tuple[str | int, ...], faults: list[Fault]
    ) -> int | None:
        """Return the index of a code in the mapping itself; None, and a fault, if there is none."""
        found = self.index_of(name, code)
        if isinstance(found, int):
            return found
        kind, particulars = found
        faults.append(fault(kind, *self.mapping.file.place(*steps), **particulars))
        return None

    def index_of(self, name: str, label: str) -> int | _Problem:
        """Return the index of the code that a label stands for, or what is wrong."""
        dimension = self.dimension(name)
        if dimension.period:
            code = read_period(dimension.period, label)
            if code is None:
                return "unknown-period", about_period(dimension.period, label)
            return dimension.index(code)
        if dimension.scheme is None:
            if label in dimension.positions:
                return dimension.positions[label]
            hint = self._hint(label, self.vocabulary.measures)
            return "no-such-measure", {"name": shown(label), "hint": hint}
        code_list = self.vocabulary.lists[dimension.scheme]
        codes = code_list.find(label)
        if len(codes) == 1:
            return dimension.positions[codes[0]]
        particulars: dict[str, object] = {
            "label": shown(label),
            "list": code_list.name,
            "file": code_list.path,
        }
        if codes:
            return "ambiguous-label", particulars | {"codes": ", ".join(codes)}
        return "unknown-code", particulars | {"hint": self._hint(label, code_list.all_labels())}

    def _hint(self, label: str, known: Iterable[str]) -> str:
        """Return a hint at the nearest known label, unless very many are unknown."""
        if len(self.unknown) == MOST_HINTS and label not in self.unknown:
            return ""
        self.unknown.add(label)
        return did_you_mean(label, known)

    def indices_of(
        self, axis: Axis, name: str, label: str, level: int, faults: list[Fault]
    ) -> dict[str, int] | _Problem:
        """Return the index per dimension that a label of an axis gives, or what is wrong."""
        if is_formula(label):
            return "formula-text", {"text": shown(label), "of": ""}
        if axis.labels is None:
            found = self.index_of(axis.dimensions[level], label)
            return {axis.dimensions[level]: found} if isinstance(found, int) else found
        key = label if label in axis.labels else " ".join(label.split())
        if key not in axis.labels:
            hint = self._hint(label, axis.labels)
            return "label-not-mapped", {"label": shown(label), "axis": name, "hint": hint}
        given = {
            dimension: self._index_declared(dimension, code, (*axis.steps, key, dimension), faults)
            for dimension, code in axis.labels[key].items()
        }
        return {
            dimension: UNKNOWN if index is None else index for dimension, index in given.items()
        }

    def _column_indices(self, findings: Findings, faults: list[Fault]) -> dict[str, Indices]:
        """Return per dimension of the columns the index that each value column has."""
        axis, first = self.use.columns, self.label_columns
        width = self.table.width - first
        result = {name: np.full(width, UNKNOWN, np.int32) for name in axis.dimensions}
        for level in range(axis.depth):
            title = ""
            upper = level < axis.depth - 1
            for place, label in enumerate(self.table.headers[level][first : first + width]):
                # An upper header row prints a label once, above the first of its columns.
                title = label if label or not upper else title
                found = self.indices_of(axis, "columns", title, level, faults)
                if isinstance(found, tuple):
                    findings.add(found[0], level + 1, first + place + 1, **found[1])
                    continue
                for name, index in found.items():
                    result[name][place] = index
        return result

    def _check_columns(self, columns: dict[str, Indices], findings: Findings) -> None:
        """Report value columns with the codes of an earlier one: the same observations."""
        first: dict[tuple[int, ...], int] = {}
        for place in range(self.table.width - self.label_columns):
            key = tuple(int(column[place]) for column in columns.values())
            if UNKNOWN in key:
                continue
            if key in first:
                codes = ", ".join(
                    self.dimension(name).codes[index]
                    for name, index in zip(columns, key, strict=True)
                )
                findings.add(
                    "duplicate-column",
                    len(self.table.headers),
                    self.label_columns + place + 1,
                    codes=codes or phrase("column-without-dimension"),
                    other=shown(self.table.headers[-1][self.label_columns + first[key]]),
                    number=self.label_columns + first[key] + 1,
                )
                self._note_unread(dict(zip(columns, key, strict=True)), is_double=True)
            first.setdefault(key, place)

    def _check_rows(
        self, rows: dict[str, Indices], numbers: Indices, seen: SeenKeys, findings: Findings
    ) -> None:
        """Report rows with the codes of an earlier row: they would be the same observations."""
        sound = np.ones(len(numbers), dtype=np.bool_)
        for indices in rows.values():
            sound &= indices != UNKNOWN
        keys = tuple(indices[sound] for indices in rows.values())
        own = numbers[sound]
        for position, first in seen.add(keys, tuple(map(self.dimension, rows)), own):
            codes = ", ".join(
                self.dimension(name).codes[int(key[position])]
                for name, key in zip(rows, keys, strict=True)
            )
            findings.add(
                "duplicate-observation",
                int(own[position]),
                1,
                codes=codes or phrase("row-without-dimension"),
                first=first,
            )
            own_key = {name: int(key[position]) for name, key in zip(rows, keys, strict=True)}
            self._note_unread(own_key, is_double=True)


@dataclass(kw_only=True)
class _RowLabels:
    """Finds the rows to take and the codes of their labels; each label is looked up once."""

    crosstab: Crosstab
    findings: Findings
    faults: list[Fault]
    known: dict[tuple[int, str], dict[str, int] | _Problem] = field(default_factory=dict)

    def rows(self, block: Block) -> tuple[Indices, dict[str, Indices]]:
        """Return the places of the rows to take in a block, and their indices per dimension."""
        use = self.crosstab.use
        kept = rows_to_take(use, block, self.crosstab.chosen)
        axis = use.rows
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
            wrong = [number for number, item in enumerate(found) if isinstance(item, tuple)]
            for at in np.flatnonzero(np.isin(codes, wrong)).tolist() if wrong else ():
                item = found[codes[at]]
                if isinstance(item, tuple):
                    row = int(block.rows[kept[at]])
                    self.findings.add(item[0], row, level + 1, **item[1])
        return kept, result

    def _find(self, level: int, label: str) -> dict[str, int] | _Problem:
        key = (level, label)
        if key not in self.known:
            axis = self.crosstab.use.rows
            self.known[key] = self.crosstab.indices_of(axis, "rows", label, level, self.faults)
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
