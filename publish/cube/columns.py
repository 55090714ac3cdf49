"""The columns of a whole cube, kept for the checks that need all of its observations at once.

In come batches, out comes one set of columns of some 30 bytes an observation: of the cells only
the place of an observation's first. Observations are found by their keys by sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch, Indices
from publish.cube.keys import mixed_radix
from publish.cube.structure import CubeDimension

ABSENT = -1
"""The place of an observation that is not there."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Observations as columns: their keys, numbers and first cells."""

    keys: tuple[Indices, ...]
    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    absence: NDArray[np.int16]
    table: NDArray[np.int16]
    row: Indices
    column: Indices

    def __len__(self) -> int:
        return len(self.mantissa)

    def find(
        self, wanted: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]
    ) -> NDArray[np.int64]:
        """Return for each wanted key the place of its observation, ABSENT where there is none."""
        return find_keys(self.keys, wanted, dimensions)


def find_keys(
    keys: tuple[Indices, ...], wanted: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]
) -> NDArray[np.int64]:
    """Return where each wanted key stands among others, ABSENT where it does not.

    Of keys that occur more than once the place of the first is returned.
    """
    count = len(keys[0])
    if not count:
        return np.full(len(wanted[0]), ABSENT, dtype=np.int64)
    # The numbers of two calls can only be compared where all fit, so all are made in one.
    numbers = mixed_radix(
        tuple(np.concatenate(pair) for pair in zip(keys, wanted, strict=True)), dimensions
    )
    own, theirs = numbers[:count], numbers[count:]
    order = np.argsort(own, kind="stable")
    at = np.minimum(np.searchsorted(own[order], theirs), count - 1)
    places = order[at]
    return np.where(own[places] == theirs, places, ABSENT)


@dataclass(kw_only=True)
class ColumnKeeper:
    """Keeps the columns of a cube as its batches pass."""

    _parts: list[Columns] = field(default_factory=list)

    def see(self, batch: Batch) -> None:
        """Keep the next batch of the cube."""
        cells = batch.cells
        first = np.searchsorted(cells.observation, np.arange(len(batch)))
        self._parts.append(
            Columns(
                keys=batch.keys,
                mantissa=batch.mantissa,
                decimals=batch.decimals,
                absence=batch.absence,
                table=cells.table[first],
                row=cells.row[first],
                column=cells.column[first],
            )
        )

    def columns(self) -> Columns | None:
        """Return all columns, None when nothing was seen."""
        if not self._parts:
            return None
        parts = self._parts
        if len(parts) > 1:
            together = Columns(
                keys=tuple(
                    np.concatenate(keys)
                    for keys in zip(*(part.keys for part in parts), strict=True)
                ),
                mantissa=np.concatenate([part.mantissa for part in parts]),
                decimals=np.concatenate([part.decimals for part in parts]),
                absence=np.concatenate([part.absence for part in parts]),
                table=np.concatenate([part.table for part in parts]),
                row=np.concatenate([part.row for part in parts]),
                column=np.concatenate([part.column for part in parts]),
            )
            self._parts = [together]
        return self._parts[0]
