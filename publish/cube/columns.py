"""The observations of a whole cube as columns, for checks that need all of them at once.

They take some 30 bytes an observation: of its source cells only the place of the first is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch, Indices, join_columns


@dataclass(frozen=True, kw_only=True)
class CubeColumns:
    """All observations of a cube: their keys, values and first source cells, as in a Batch."""

    keys: tuple[Indices, ...]
    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    absence: Indices
    table: NDArray[np.int16]
    row: Indices
    column: Indices

    def __len__(self) -> int:
        return len(self.mantissa)

    def first_cell(self, at: int) -> tuple[int, int, int]:
        """Return table, row and column of the first cell of an observation."""
        return int(self.table[at]), int(self.row[at]), int(self.column[at])


@dataclass(kw_only=True)
class ColumnCollector:
    """Collects the columns of a cube from its batches."""

    _parts: list[CubeColumns] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Add the next batch of the cube."""
        cells = batch.cells
        first = np.searchsorted(cells.observation, np.arange(len(batch)))
        self._parts.append(
            CubeColumns(
                keys=batch.keys,
                mantissa=batch.mantissa,
                decimals=batch.decimals,
                absence=batch.absence,
                table=cells.table[first],
                row=cells.row[first],
                column=cells.column[first],
            )
        )

    def columns(self) -> CubeColumns | None:
        """Return all columns, or None without any batch."""
        if len(self._parts) > 1:
            self._parts = [join_columns(self._parts)]
        return self._parts[0] if self._parts else None
