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
from publish.mappings.marks import Mark, read_marked_cells
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
    unread: UnreadCells
    """Collects the keys of the cells that become no observation."""

    @cached_property
    def counts(self) -> list[bool]:
        """Per measure of the cube whether its values are whole numbers."""
        return [item.datatype == str(XSD.integer) for item in self.structure.measures]

    def read(
        self,
        block: Block,
        kept: Indices,
        rows: dict[str, Indices],
        columns: dict[str, Indices],
        fixed: dict[str, int],
        findings: Findings,
        faults: list[Fault],
    ) -> Batch:
        """Return the cells of the kept rows as observations, without those that are faulty.

        ``rows`` holds an index per kept row for each dimension of the rows, ``columns`` one per
        value column for each dimension of the columns, ``fixed`` one for the whole table.
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
        row_numbers = np.repeat(block.rows[kept], width)
        column_numbers = np.tile(np.arange(first + 1, first + width + 1, dtype=np.int32), len(kept))
        keys = []
        for dimension in self.structure.dimensions:
            name = dimension.name
            if name in rows:
                keys.append(np.repeat(rows[name], width))
            elif name in columns:
                keys.append(np.tile(columns[name], len(kept)))
            else:
                keys.append(np.full(len(texts), fixed.get(name, UNKNOWN), dtype=np.int32))
        form = FORMATS[self.numbers]
        numbers = read_numbers(texts, form)
        absence = np.zeros(len(texts), dtype=np.int16)
        if numbers.faulty.any():
            self._read_marks(texts, block, kept, keys[-1], numbers, absence, findings, faults)
        sound = ~numbers.faulty
        sound &= self._check_numbers(
            texts, keys[-1], numbers, absence, row_numbers, column_numbers, findings
        )
        for key in keys:
            sound &= key != UNKNOWN
        lines = block.source_lines
        source_lines = [lines[row] for row in kept.tolist() for _ in range(width)]
        if not sound.all():
            self._note_unread(keys, ~sound, rows)
            texts = [text for text, good in zip(texts, sound.tolist(), strict=True) if good]
            source_lines = [
                line for line, good in zip(source_lines, sound.tolist(), strict=True) if good
            ]
        count = len(texts)
        return Batch(
            keys=tuple(key[sound] for key in keys),
            mantissa=numbers.mantissa[sound],
            decimals=numbers.decimals[sound],
            status=(absence[sound] > 0) * np.int8(MISSING),
            absence=absence[sound],
            cells=SourceCells(
                observation=np.arange(count, dtype=np.int64),
                table=np.full(count, self.number, dtype=np.int16),
                row=row_numbers[sound],
                column=column_numbers[sound],
                text=texts,
                source_line=source_lines,
                superseded=np.zeros(count, dtype=np.bool_),
            ),
        )

    def _note_unread(
        self, keys: list[Indices], unsound: NDArray[np.bool_], rows: dict[str, Indices]
    ) -> None:
        """Note the keys of unsound cells; a row with an unknown label counts once."""
        names = [dimension.name for dimension in self.structure.dimensions]
        in_odd_row = np.zeros(len(unsound), dtype=np.bool_)
        for name, key in zip(names, keys, strict=True):
            if name in rows:
                in_odd_row |= key == UNKNOWN
        self.unread.add(tuple(key[unsound & ~in_odd_row] for key in keys))
        whole = [
            np.full(int(in_odd_row.sum()), ANY, np.int32)
            if name in self.unread.columns
            else key[in_odd_row]
            for name, key in zip(names, keys, strict=True)
        ]
        self.unread.add(tuple(whole))

    def _read_marks(
        self,
        texts: list[str],
        block: Block,
        kept: Indices,
        measures: Indices,
        numbers: PrintedNumbers,
        absence: NDArray[np.int16],
        findings: Findings,
        faults: list[Fault],
    ) -> None:
        """Fill in the marks among the cells that are no numbers, and report the other cells."""
        form, first = FORMATS[self.numbers], self.label_columns
        index = {item: number for number, item in enumerate(self.structure.absences, start=1)}
        odd = np.flatnonzero(numbers.faulty).tolist()
        rivals: dict[tuple[Mark, ...], None] = {}
        readings = read_marked_cells([texts[at] for at in odd], self.marks, form)
        for at, reading in zip(odd, readings, strict=True):
            line, column = divmod(at, self.table.width - first)
            row = kept[line]
            place = int(block.rows[row]), first + column + 1
            if reading is None and texts[at].strip():
                measure = int(measures[at])
                is_count = measure != UNKNOWN and bool(self.counts[measure])
                code, particulars = number_fault(texts[at], self.numbers, is_count=is_count)
                findings.add(code, *place, text=shown(texts[at]), **particulars)
            elif reading is None:
                label = shown(str(block.cells.iat[int(row), 0]))
                header = shown(self.table.headers[-1][place[1] - 1])
                findings.add("empty-cell", *place, row=label, column=header)
            elif reading.problem:
                code, particulars = reading.problem
                findings.add(code, *place, text=shown(texts[at]), **particulars)
            elif reading.mark:
                absence[at] = index[reading.mark.absence]
                numbers.mantissa[at] = reading.mantissa
                numbers.decimals[at] = reading.decimals
                numbers.percent[at] = reading.percent
                numbers.faulty[at] = False
            else:
                rivals[reading.rivals] = None
        for one, other, *_ in rivals:
            faults.append(
                fault(
                    "ambiguous-mark",
                    *other.place,
                    mark=other.sign,
                    other=one.sign,
                    table=self.table.shown,
                )
            )

    def _check_numbers(
        self,
        texts: list[str],
        measures: Indices,
        numbers: PrintedNumbers,
        absence: NDArray[np.int16],
        rows: Indices,
        columns: Indices,
        findings: Findings,
    ) -> NDArray[np.bool_]:
        """Report decimals in counts and percent signs on other units; return which are right."""
        if not self.structure.measures:
            return np.zeros(len(texts), dtype=np.bool_)
        counts = np.array(self.counts)
        shares = np.array([unit.endswith("/PC") for unit in self.structure.units])
        known = ~numbers.faulty & (measures != UNKNOWN)
        # A bound may have decimals where the value itself cannot.
        not_whole = known & counts[measures] & (numbers.decimals > 0) & (absence == 0)
        misplaced = known & numbers.percent & ~shares[measures]
        for at in np.flatnonzero(not_whole | misplaced).tolist():
            measure = int(measures[at])
            findings.add(
                "not-whole" if not_whole[at] else "percent-mismatch",
                int(rows[at]),
                int(columns[at]),
                text=shown(texts[at]),
                measure=self.structure.measures[measure].name,
                unit=self.structure.units[measure].rpartition("/")[2],
            )
        right: NDArray[np.bool_] = ~(not_whole | misplaced)
        return right
