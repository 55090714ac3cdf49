"""Batches of observations as columns: the one internal form of all observations of a cube.

Dimensions are dictionary-coded, values are exact (a whole number and its printed decimals), and
every observation knows the source cells it comes from. Writers, checks and exports read batches
and never a printed table; of a cube from one table only a batch is in memory at a time.
RDF Data Cube, section 5.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

ColumnsT = TypeVar("ColumnsT")

STATUSES = ("A", "M")
"""The statuses of observations, as in sdmx-code:obsStatus: A is normal, M lacks its value."""
MISSING = STATUSES.index("M")

Indices = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class SourceCells:
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

    def first_cell(self, observation: int) -> tuple[int, int, int]:
        """Return table, row and column of the first cell of an observation."""
        return self.place(int(self.observation.searchsorted(observation)))

    def place(self, at: int) -> tuple[int, int, int]:
        """Return table, row and column of one of the cells."""
        return int(self.table[at]), int(self.row[at]), int(self.column[at])

    def take(
        self, chosen: slice | NDArray[np.int64], observation: NDArray[np.int64]
    ) -> SourceCells:
        """Return chosen cells, as those of the observations at other places."""

        def texts(column: list[str]) -> list[str]:
            if isinstance(chosen, slice):
                return column[chosen]
            return [column[at] for at in chosen.tolist()]

        return SourceCells(
            observation=observation,
            table=self.table[chosen],
            row=self.row[chosen],
            column=self.column[chosen],
            text=texts(self.text),
            source_line=texts(self.source_line),
            superseded=self.superseded[chosen],
        )


@dataclass(frozen=True, kw_only=True)
class Addends:
    """The observations that were added up to those of a batch, those of one sum together."""

    observation: NDArray[np.int64]
    """The place of the sum in its batch; never falls."""
    iris: list[str]
    """The IRI of each observation that was added up."""


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
    absence: Indices
    """0 where there is a value; k for the k-th absence of the structure where there is none.

    The number is then the one printed in the mark, or zero."""
    cells: SourceCells
    addends: Addends | None = None
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


def join_batches(batches: Sequence[Batch]) -> Batch:
    """Return all batches as one."""
    offsets = itertools.accumulate((len(batch) for batch in batches), initial=0)
    return join_columns([_moved(*pair) for pair in zip(batches, offsets, strict=False)])


def _moved(batch: Batch, offset: int) -> Batch:
    """Return a batch whose cells and addends are those of observations so many places later."""
    cells, addends = batch.cells, batch.addends
    return replace(
        batch,
        cells=replace(cells, observation=cells.observation + offset),
        addends=addends and replace(addends, observation=addends.observation + offset),
    )


def join_columns(parts: Sequence[ColumnsT]) -> ColumnsT:
    """Return data classes whose fields are columns as one, its columns joined in order.

    A field is an array, a list, a tuple of arrays, such a data class itself, or None.
    """

    def joined(columns: list[Any]) -> Any:
        match columns:
            case [np.ndarray(), *_]:
                return np.concatenate(columns)
            case [list(), *_]:
                return list(itertools.chain.from_iterable(columns))
            case [tuple(), *_]:
                return tuple(np.concatenate(column) for column in zip(*columns, strict=True))
            case []:
                return None
        return join_columns(columns)

    whole: Any = parts[0]
    fields = {}
    for field in dataclasses.fields(whole):
        columns = [getattr(part, field.name) for part in parts]
        fields[field.name] = joined([column for column in columns if column is not None])
    return type(parts[0])(**fields)


def cut_batch(batch: Batch, size: int) -> Iterator[Batch]:
    """Yield a batch in parts of at most ``size`` observations, each with its cells."""
    for start in range(0, len(batch), size):
        yield part_of_batch(batch, start, min(start + size, len(batch)))


def part_of_batch(batch: Batch, start: int, end: int) -> Batch:
    """Return the observations of a batch from ``start`` to ``end``, with their cells."""
    cells, addends = batch.cells, batch.addends
    own = _span(cells.observation, start, end)
    sums = _span(addends.observation, start, end) if addends else slice(0)
    return Batch(
        keys=tuple(key[start:end] for key in batch.keys),
        mantissa=batch.mantissa[start:end],
        decimals=batch.decimals[start:end],
        status=batch.status[start:end],
        absence=batch.absence[start:end],
        cells=cells.take(own, cells.observation[own] - start),
        addends=addends
        and Addends(observation=addends.observation[sums] - start, iris=addends.iris[sums]),
    )


def take_from_batch(batch: Batch, chosen: NDArray[np.int64]) -> Batch:
    """Return the observations at some places of a batch, which rise, with their cells."""
    cells, addends = batch.cells, batch.addends
    own = np.flatnonzero(np.isin(cells.observation, chosen))
    sums = np.flatnonzero(np.isin(addends.observation, chosen)) if addends else None
    return Batch(
        keys=tuple(key[chosen] for key in batch.keys),
        mantissa=batch.mantissa[chosen],
        decimals=batch.decimals[chosen],
        status=batch.status[chosen],
        absence=batch.absence[chosen],
        cells=cells.take(own, np.searchsorted(chosen, cells.observation[own])),
        addends=None
        if addends is None or sums is None
        else Addends(
            observation=np.searchsorted(chosen, addends.observation[sums]),
            iris=[addends.iris[at] for at in sums.tolist()],
        ),
    )


def _span(observation: NDArray[np.int64], start: int, end: int) -> slice:
    """Return where the entries of the observations from ``start`` to ``end`` stand."""
    low, high = np.searchsorted(observation, [start, end]).tolist()
    return slice(low, high)
