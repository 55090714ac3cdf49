"""A cube as a stream of column batches: the one internal form of all observations.

Dimensions are dictionary-coded, values are exact (a whole number and its printed decimals),
and every observation knows the cells it comes from. Writers, checks and exports consume
batches and never see a printed table; only this much of a cube is in memory at a time.
RDF Data Cube, section 5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publish.cube.structure import CubeDimension

STATUSES = ("A", "M")
"""The statuses of observations, as in sdmx-code:obsStatus: A is normal, M lacks its value."""
MISSING = STATUSES.index("M")

Indices = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The source cells of a batch as columns, those of one observation next to each other."""

    observation: NDArray[np.int64]
    """The place of the observation in its batch; never falls."""
    table: NDArray[np.int16]
    row: Indices
    """Counted from 1, the header included (RFC 7111)."""
    column: Indices
    text: list[str]
    """The cell as printed."""
    source_line: list[str]
    superseded: NDArray[np.bool_]
    """Whether a later document prints another figure, which is the observation's value."""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """The observations that were added up in a batch, those of one sum next to each other."""

    observation: NDArray[np.int64]
    """The place of the sum in its batch; never falls."""
    iris: list[str]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some observations of a cube as columns of one length."""

    keys: tuple[Indices, ...]
    """One column per dimension of the cube, the measure dimension last."""
    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    """The number of printed decimals: value = mantissa / 10**decimals."""
    status: NDArray[np.int8]
    """An index of STATUSES."""
    absence: NDArray[np.int16]
    """0 where there is a value; k where there is none, for the k-th absence of the structure.

    The number is then the one printed in the mark, or zero."""
    cells: Cells
    sums: Sums | None = None
    """What was added up, in a derived cube."""

    def __len__(self) -> int:
        return len(self.mantissa)


PERIODS = 1 << 22
"""More than the days of all years of four digits, so more periods than a cube can have."""


def _radices(dimensions: tuple[CubeDimension, ...]) -> list[int]:
    return [PERIODS if item.period else max(len(item.codes), 1) for item in dimensions]


def mixed_radix(
    keys: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]
) -> NDArray[np.int64]:
    """Return one number per observation that is equal only where all given keys are equal.

    The numbers of two calls may be compared only where ``fits`` says so.
    """
    if not fits(dimensions):
        _, combined = np.unique(np.stack(keys), axis=1, return_inverse=True)
        return combined.reshape(-1).astype(np.int64)
    combined = np.zeros(len(keys[0]) if keys else 0, dtype=np.int64)
    for key, radix in zip(keys, _radices(dimensions), strict=True):
        combined *= radix
        combined += key
    return combined


def fits(dimensions: tuple[CubeDimension, ...]) -> bool:
    """Return whether every combination of codes has a number of its own in 64 bits."""
    return math.prod(_radices(dimensions)) < 1 << 63


def align(mantissa: NDArray[np.int64], decimals: NDArray[np.int8]) -> tuple[NDArray[Any], int]:
    """Return values as whole numbers with one count of decimals, and that count.

    They can be compared and added up: where 64 bits might not hold the sum of all, they are
    Python's own whole numbers.
    """
    most = int(decimals.max(initial=0))
    largest = int(np.abs(mantissa).max(initial=0)) * 10**most * len(mantissa)
    kind = np.int64 if largest < 1 << 63 else np.object_
    scale: NDArray[Any] = np.array([10 ** (most - places) for places in range(most + 1)], kind)
    return mantissa.astype(kind) * scale[decimals], most


class SeenKeys:
    """Finds keys that occur twice in a stream; holds 12 bytes per key seen."""

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.int64)
        self._rows = np.empty(0, dtype=np.int32)
        self._numbers: dict[tuple[int, ...], int] = {}

    def add(
        self, columns: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...], rows: Indices
    ) -> Iterator[tuple[int, int]]:
        """Add keys with their rows; yield (position, first row) of each that was there before.

        Without dimensions all keys are equal.
        """
        if not columns:
            keys = np.zeros(len(rows), dtype=np.int64)
        elif fits(dimensions):
            keys = mixed_radix(columns, dimensions)
        else:
            numbers, combined = self._numbers, np.stack(columns, axis=1).tolist()
            keys = np.array([numbers.setdefault(tuple(k), len(numbers)) for k in combined])
        return self._add(keys, rows)

    def _add(self, keys: NDArray[np.int64], rows: Indices) -> Iterator[tuple[int, int]]:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        repeated = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        for at in repeated.tolist():
            first = int(np.searchsorted(ordered, ordered[at]))
            yield int(order[at]), int(rows[order[first]])
        if len(self._keys):
            found = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            for position in np.flatnonzero(self._keys[found] == keys):
                yield int(position), int(self._rows[found[position]])
        together = np.concatenate([self._keys, keys])
        all_rows = np.concatenate([self._rows, rows])
        order = np.argsort(together, kind="stable")
        self._keys, self._rows = together[order], all_rows[order]


def join_batches(batches: list[Batch]) -> Batch:
    """Return all batches as one."""
    offsets = np.cumsum([0, *(len(batch) for batch in batches[:-1])])
    cells = [batch.cells for batch in batches]
    return Batch(
        keys=tuple(
            np.concatenate(columns) for columns in zip(*(b.keys for b in batches), strict=True)
        ),
        mantissa=np.concatenate([batch.mantissa for batch in batches]),
        decimals=np.concatenate([batch.decimals for batch in batches]),
        status=np.concatenate([batch.status for batch in batches]),
        absence=np.concatenate([batch.absence for batch in batches]),
        cells=Cells(
            observation=np.concatenate(
                [part.observation + offset for part, offset in zip(cells, offsets, strict=True)]
            ),
            table=np.concatenate([part.table for part in cells]),
            row=np.concatenate([part.row for part in cells]),
            column=np.concatenate([part.column for part in cells]),
            text=[text for part in cells for text in part.text],
            source_line=[line for part in cells for line in part.source_line],
            superseded=np.concatenate([part.superseded for part in cells]),
        ),
        sums=_join_sums(batches, offsets),
    )


def _join_sums(batches: list[Batch], offsets: Indices) -> Sums | None:
    parts = [(batch.sums, offset) for batch, offset in zip(batches, offsets, strict=True)]
    known = [(sums, offset) for sums, offset in parts if sums is not None]
    if not known:
        return None
    return Sums(
        observation=np.concatenate([sums.observation + offset for sums, offset in known]),
        iris=[iri for sums, _ in known for iri in sums.iris],
    )


def _cut_sums(sums: Sums | None, start: int, end: int) -> Sums | None:
    if sums is None:
        return None
    low, high = np.searchsorted(sums.observation, [start, end]).tolist()
    return Sums(observation=sums.observation[low:high] - start, iris=sums.iris[low:high])


def cut_batch(batch: Batch, size: int) -> Iterator[Batch]:
    """Yield a batch in parts of at most ``size`` observations, each with its cells."""
    for start in range(0, len(batch), size):
        end = min(start + size, len(batch))
        low, high = np.searchsorted(batch.cells.observation, [start, end]).tolist()
        cells = batch.cells
        yield Batch(
            keys=tuple(key[start:end] for key in batch.keys),
            mantissa=batch.mantissa[start:end],
            decimals=batch.decimals[start:end],
            status=batch.status[start:end],
            absence=batch.absence[start:end],
            cells=Cells(
                observation=cells.observation[low:high] - start,
                table=cells.table[low:high],
                row=cells.row[low:high],
                column=cells.column[low:high],
                text=cells.text[low:high],
                source_line=cells.source_line[low:high],
                superseded=cells.superseded[low:high],
            ),
            sums=_cut_sums(batch.sums, start, end),
        )
