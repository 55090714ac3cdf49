"""Which observations stand at the same point of a cube, by sorting and counting.

In come the keys of observations: per observation and dimension a number, or that it has none or
several. A dimension that one of two observations lacks does not keep them apart, as in IC-12 and
IC-17 of RDF Data Cube; one of which an observation has several values always does. Observations
are taken together by which dimensions they have, so a sound cube is sorted once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Indices
from publish.cube.structure import CubeDimension
from publish.rdf.statements import EMPTY, Integers

PERIODS = 1 << 22
"""More than the days of all years of four digits, so more periods than a cube can have."""


Keys = NDArray[np.int32]
"""A row per observation, a column per dimension."""

MISSING, SEVERAL = -1, -2
MOST_PATTERNS = 32
"""Sets of dimensions that are compared with each other, those that most observations have. Any
others lack a dimension, which is reported; they are compared with none."""
MOST_NUMBER = 2**62


def duplicates(keys: Keys) -> tuple[Integers, Integers]:
    """Return the observations that have the same key as another, and which other that is.

    Of equal ones all but the first are returned, each once; of two that lack different
    dimensions the one that lacks more.
    """
    again, first = [EMPTY], [EMPTY]
    told = np.zeros(len(keys), dtype=np.bool_)
    for rows, others, common in _pairs(keys, both_ways=False):
        if not len(common):
            continue
        group, group_of_others = _groups(keys, rows, others, common)
        earliest = np.full(int(max(group.max(initial=-1), group_of_others.max(initial=-1))) + 1, -1)
        earliest[group_of_others[::-1]] = others[::-1]
        match = earliest[group]
        fresh = (match >= 0) & (match != rows) & ~told[rows]
        told[rows[fresh]] = True
        again.append(rows[fresh])
        first.append(match[fresh])
    return np.concatenate(again), np.concatenate(first)


def matches_of_each(keys: Keys, weight: Integers) -> Integers:
    """Return for each observation what those weigh that stand at its point, with itself."""
    found = np.zeros(len(keys), dtype=np.int64)
    for rows, others, common in _pairs(keys, both_ways=True):
        if not len(common):
            found[rows] += weight[others].sum()
            continue
        group, group_of_others = _groups(keys, rows, others, common)
        size = int(group.max(initial=-1)) + 1
        total = np.bincount(group_of_others, weights=weight[others], minlength=size)
        found[rows] += total[group].astype(np.int64)
    return found


def _pairs(keys: Keys, *, both_ways: bool) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Yield pairs of sets of observations, with the dimensions that both have.

    The observations of a set have the same dimensions. Those with several values of a dimension
    in common are left out. Unless both ways are wanted, the first set has no more dimensions.
    """
    given = keys != MISSING
    patterns, inverse, count = _patterns(given)
    largest = np.argsort(-count, kind="stable")[:MOST_PATTERNS].tolist()
    largest.sort(key=lambda number: int(patterns[number].sum()))
    ordered = np.argsort(inverse, kind="stable")
    ends = np.cumsum(count)
    rows_of = {number: ordered[ends[number] - count[number] : ends[number]] for number in largest}
    for place, left in enumerate(largest):
        for right in largest if both_ways else largest[place:]:
            common = np.flatnonzero(patterns[left] & patterns[right])
            rows = rows_of[left][(keys[np.ix_(rows_of[left], common)] != SEVERAL).all(axis=1)]
            if left == right:
                yield rows, rows, common
                continue
            others = rows_of[right][(keys[np.ix_(rows_of[right], common)] != SEVERAL).all(axis=1)]
            yield rows, others, common


def _patterns(given: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Return the distinct sets of dimensions, which each observation has, and how many have it."""
    packed = np.packbits(given, axis=1)
    group = np.zeros(len(given), dtype=np.int64)
    for column in packed.T:
        group = np.unique(group * 256 + column, return_inverse=True)[1]
    _, first, inverse, count = np.unique(
        group, return_index=True, return_inverse=True, return_counts=True
    )
    return given[first], inverse, count


def _groups(
    keys: Keys, rows: Integers, others: Integers, common: Integers
) -> tuple[Integers, Integers]:
    """Return numbers from 0 that two observations share when they have the same values."""
    both = np.concatenate([rows, others]) if rows is not others else rows
    group, most = np.zeros(len(both), dtype=np.int64), 1
    for column in common.tolist():
        value = keys[both, column].astype(np.int64)
        span = int(value.max(initial=0)) + 1
        if most * span >= MOST_NUMBER:
            group = np.unique(group, return_inverse=True)[1]
            most = len(both)
        group, most = group * span + value, most * span
    group = np.unique(group, return_inverse=True)[1]
    return group[: len(rows)], group[len(group) - len(others) :]


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
