"""Reads the cells of a printed table as observations: numbers, and marks for values not shown.

A cell that is neither a number nor a mark, or whose number cannot be a value of its measure, is
reported by row and column and becomes no observation. Numbers are parsed by ``tables/numbers.py``,
marks by ``mappings/marks.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import MISSING, Batch, Indices, SourceCells
from publish.cube.structure import Structure
from publish.cube.unread_cells import ANY, UNKNOWN, UnreadCells
from publish.faults.fault import Fault, fault
from publish.mappings.marks import SHOWN, Mark, read_marked_cells
from publish.rdf.namespaces import XSD
from publish.tables.findings import Findings, shown
from publish.tables.numbers import FORMATS, PrintedNumbers, number_fault, read_numbers
from publish.tables.table import Block, Table


@dataclass(frozen=True, kw_only=True)
class CellReader:
    """Reads the cells of one printed table."""

    table: Table
    number: int
    """The place of the table among those of the cube."""
    structure: Structure
    numbers: str
    """How numbers are written, a key of FORMATS."""
    marks: tuple[Mark, ...]
    label_columns: int
    """How many leading columns hold labels."""
    columns: dict[str, Indices]
    """For each dimension of the columns an index per value column."""
    fixed: dict[str, int]
    """For each dimension that the mapping fixes its index."""
    unread: UnreadCells
    """Collects the keys of the cells that become no observation."""
    findings: Findings
    faults: list[Fault]

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """Per measure whether its values are whole numbers; no for UNKNOWN, the last."""
        whole = [item.datatype == str(XSD.integer) for item in self.structure.measures]
        return np.array([*whole, False])

    @cached_property
    def shares(self) -> NDArray[np.bool_]:
        """Per measure whether its values are percentages; yes for UNKNOWN, the last."""
        return np.array([*(unit.endswith("/PC") for unit in self.structure.units), True])

    def read(self, block: Block, kept: Indices, rows: dict[str, Indices]) -> Batch:
        """Return the cells of the kept rows as observations, without those that are faulty.

        ``rows`` holds an index per kept row for each dimension of the rows.
        """
        first = self.label_columns
        width = self.table.width - first
        values = block.cells.iloc[:, first:]
        texts: list[str] = (
            (values if len(kept) == len(values) else values.iloc[kept])
            .to_numpy(dtype=object)
            .ravel()
            .tolist()
        )
        lines = block.source_lines
        cells = SourceCells(
            observation=np.arange(len(texts), dtype=np.int64),
            table=np.full(len(texts), self.number, dtype=np.int16),
            row=np.repeat(block.rows[kept], width),
            column=np.tile(np.arange(first + 1, first + width + 1, dtype=np.int32), len(kept)),
            text=texts,
            source_line=[lines[row] for row in kept.tolist() for _ in range(width)],
            superseded=np.zeros(len(texts), dtype=np.bool_),
        )
        given = {name: np.tile(index, len(kept)) for name, index in self.columns.items()}
        given |= {name: np.repeat(index, width) for name, index in rows.items()}
        keys = [
            given[item.name]
            if item.name in given
            else np.full(len(texts), self.fixed.get(item.name, UNKNOWN), dtype=np.int32)
            for item in self.structure.dimensions
        ]
        numbers = read_numbers(texts, FORMATS[self.numbers])
        absence = np.zeros(len(texts), dtype=np.int32)
        if numbers.faulty.any():
            self._read_marks(cells, block, keys[-1], numbers, absence)
        sound = ~numbers.faulty & self._check_numbers(cells, keys[-1], numbers, absence)
        for key in keys:
            sound &= key != UNKNOWN
        if not sound.all():
            self._note_unread(keys, ~sound, rows)
            places = np.flatnonzero(sound)
            cells = cells.take(places, np.arange(len(places), dtype=np.int64))
        return Batch(
            keys=tuple(key[sound] for key in keys),
            mantissa=numbers.mantissa[sound],
            decimals=numbers.decimals[sound],
            status=(absence[sound] > 0) * np.int8(MISSING),
            absence=absence[sound],
            cells=cells,
        )

    def _note_unread(
        self, keys: list[Indices], unsound: NDArray[np.bool_], rows: dict[str, Indices]
    ) -> None:
        """Note the keys of unsound cells; a row with an unknown label counts once."""
        names = [dimension.name for dimension in self.structure.dimensions]
        named = list(zip(names, keys, strict=True))
        in_odd_row = np.zeros(len(unsound), dtype=np.bool_)
        for name, key in named:
            if name in rows:
                in_odd_row |= key == UNKNOWN
        self.unread.add(tuple(key[unsound & ~in_odd_row] for key in keys))
        every = np.full(int(in_odd_row.sum()), ANY, np.int32)
        columns = self.unread.columns
        self.unread.add(tuple(every if name in columns else key[in_odd_row] for name, key in named))

    def _read_marks(
        self,
        cells: SourceCells,
        block: Block,
        measures: Indices,
        numbers: PrintedNumbers,
        absence: Indices,
    ) -> None:
        """Fill in the marks among the cells that are no numbers, and report the other cells."""
        index = {item: number for number, item in enumerate(self.structure.absences, start=1)}
        index[SHOWN] = 0
        odd = np.flatnonzero(numbers.faulty).tolist()
        rivals: dict[tuple[Mark, ...], None] = {}
        texts = [cells.text[at] for at in odd]
        readings = read_marked_cells(texts, self.marks, FORMATS[self.numbers])
        for at, text, reading in zip(odd, texts, readings, strict=True):
            row, column = place = int(cells.row[at]), int(cells.column[at])
            if reading is None and text.strip():
                is_count = bool(self.counts[measures[at]])
                code, particulars = number_fault(text, self.numbers, is_count=is_count)
                self.findings.add(code, *place, text=shown(text), **particulars)
            elif reading is None:
                label = shown(str(block.cells.iat[int(block.rows.searchsorted(row)), 0]))
                header = shown(self.table.headers[-1][column - 1])
                self.findings.add("empty-cell", *place, row=label, column=header)
            elif reading.problem:
                code, particulars = reading.problem
                self.findings.add(code, *place, text=shown(text), **particulars)
            elif reading.mark:
                absence[at] = index[reading.mark.absence]
                numbers.mantissa[at] = reading.mantissa
                numbers.decimals[at] = reading.decimals
                numbers.percent[at] = reading.percent
                numbers.faulty[at] = False
            else:
                rivals[reading.rivals] = None
        for one, other, *_ in rivals:
            what = {"mark": other.sign, "other": one.sign, "table": self.table.shown}
            self.faults.append(fault("ambiguous-mark", *other.place, **what))

    def _check_numbers(
        self,
        cells: SourceCells,
        measures: Indices,
        numbers: PrintedNumbers,
        absence: Indices,
    ) -> NDArray[np.bool_]:
        """Report decimals in counts and percent signs on other units; return which are right."""
        # A bound may have decimals where the value itself cannot.
        not_whole = self.counts[measures] & (numbers.decimals > 0) & (absence == 0)
        right: NDArray[np.bool_] = ~not_whole & (~numbers.percent | self.shares[measures])
        for at in np.flatnonzero(~numbers.faulty & ~right).tolist():
            measure = int(measures[at])
            self.findings.add(
                "not-whole" if not_whole[at] else "percent-mismatch",
                int(cells.row[at]),
                int(cells.column[at]),
                text=shown(cells.text[at]),
                measure=self.structure.measures[measure].name,
                unit=self.structure.units[measure].rpartition("/")[2],
            )
        return right
