"""A cube as a stream of column batches: the one internal form of all observations.

Dimensions are dictionary-coded, values are exact (a whole number and its printed decimals),
and every observation knows the cells it comes from. Writers, checks and exports consume
batches and never see a printed table; only this much of a cube is in memory at a time.
RDF Data Cube, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
