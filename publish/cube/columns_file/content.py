"""What a file of columns holds, noted while its batches pass: codes, decimals, reasons, lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch
from publish.cube.columns_file.sorting import PassedColumns
from publish.cube.structure import Structure

_LINES = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
"""A line of a document, or several, by their numbers."""


@dataclass(kw_only=True)
class ColumnsContent:
    """What occurs in the columns of a cube."""

    structure: Structure
    count: int = 0
    used: list[NDArray[np.bool_]] = field(default_factory=list)
    """Per dimension which of its codes occur."""
    remarks: set[str] = field(default_factory=set)
    """The names of the remarks that concern observations."""
    reasons: set[str] = field(default_factory=set)
    """Why there is no figure: codes of the list of absences."""
    lines: dict[int, tuple[int, int] | None] = field(default_factory=dict)
    """By table the first and the last line that prints figures; None if one is no number."""
    several: set[str] = field(default_factory=set)
    """The columns by which an observation says several things: ``further_cells``, ``addends``,
    ``notes``, and ``reasons`` where one has more than one."""
    _decimals: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))

    @property
    def codes(self) -> list[set[str]]:
        """The codes that occur, by dimension."""
        return [
            {item.codes[at] for at in np.flatnonzero(used).tolist()}
            for item, used in zip(self.structure.dimensions, self.used, strict=True)
        ]

    @property
    def decimals(self) -> dict[str, int]:
        """The most decimals that are printed, by measure."""
        return dict(zip(self.structure.dimensions[-1].codes, self._decimals.tolist(), strict=False))

    def see(self, batch: Batch, passed: PassedColumns) -> None:
        """Note what a batch holds."""
        self.count += len(batch)
        sizes = [len(item.codes) for item in self.structure.dimensions]
        used = [
            np.bincount(key, minlength=size) > 0
            for key, size in zip(batch.keys, sizes, strict=True)
        ]
        for at, before in enumerate(self.used):
            used[at][: len(before)] |= before
        self.used = used
        shown = batch.absence == 0
        self._decimals = np.pad(self._decimals, (0, sizes[-1] - len(self._decimals)))
        np.maximum.at(self._decimals, batch.keys[-1][shown], batch.decimals[shown])
        if passed.notes:
            self.remarks.update(passed.notes[1])
        if self.remarks:
            self.several.add("notes")
        if len(batch.cells.observation) > len(batch):
            self.several.add("further_cells")
        if batch.addends is not None:
            self.several.add("addends")
        if passed.line:
            known = np.flatnonzero(passed.line.numbers >= 0)
            pairs = np.unique(
                np.stack([passed.source[0][known], passed.line.numbers[known]]), axis=1
            )
            self._see_lines(
                (table, passed.line.texts[number]) for table, number in pairs.T.tolist()
            )

    def _see_lines(self, printed: Iterable[tuple[int, str]]) -> None:
        for table, text in printed:
            found = _LINES.fullmatch(text)
            if found is None:
                self.lines[table] = None
                continue
            first, last = int(found[1]), int(found[2] or found[1])
            before = self.lines.get(table, (first, last))
            if before is not None:
                self.lines[table] = min(first, before[0]), max(last, before[1])
