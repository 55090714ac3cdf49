"""Keys of observations: which observations share one, and where one is found.

The key of an observation is its code of every dimension, each as an index. To be sorted, counted
and compared, a key becomes one whole number: its indices are the digits and the number of codes
of each dimension is the radix (a mixed-radix number).

Within a cube every observation has every dimension: ``key_numbers``, ``find_keys`` and, for a
stream of batches, ``SeenKeys``. Of any RDF an observation may lack a dimension or have several
values of it: ``duplicates`` and ``sum_of_matches`` compare such keys, held as a matrix. There a
dimension that one of two observations lacks does not keep them apart, as in IC-12 and IC-17 of RDF
Data Cube; one of which an observation has several values always does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Indices
from publish.cube.structure import CubeDimension
from publish.rdf.statements import EMPTY, Integers

PERIODS = 1 << 22
"""More than the days of all years of four digits, so more periods than a cube can have."""
NOT_FOUND = -1
"""The position of an observation that is not there."""

Keys = NDArray[np.int32]
"""Keys of observations of any RDF: a row per observation, a column per dimension."""
NO_VALUE, SEVERAL = -1, -2
"""In ``Keys``: of the dimension the observation has no value, or several."""
MOST_PATTERNS = 32
"""Sets of dimensions that are compared with each other, those that most observations have. Any
others lack a dimension, which is reported; they are compared with none."""


def key_numbers(keys: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]) -> Integers:
    """Return one number per observation that is equal only where all given keys are equal.

    The numbers of two calls may be compared only where they ``fit_in_64_bits``.
    """
    return _numbers(zip(keys, _radices(dimensions), strict=True), len(keys[0]) if keys else 0)


def fit_in_64_bits(dimensions: tuple[CubeDimension, ...]) -> bool:
    """Return whether every combination of codes has a number of its own in 64 bits."""
    return math.prod(_radices(dimensions)) < 1 << 63


def _radices(dimensions: tuple[CubeDimension, ...]) -> list[int]:
    return [PERIODS if item.period else max(len(item.codes), 1) for item in dimensions]


def _numbers(columns: Iterable[tuple[NDArray[np.integer], int]], count: int) -> Integers:
    """Return the mixed-radix number of each row of digits, given as columns with their radices.

    Where 64 bits would not hold the next digit, the numbers so far are replaced by their ranks.
    """
    numbers, most = np.zeros(count, dtype=np.int64), 1
    for column, radix in columns:
        if most * radix >= 1 << 63:
            numbers = np.unique(numbers, return_inverse=True)[1]
            most = count
        numbers *= radix
        numbers += column
        most *= radix
    return numbers


def find_keys(
    keys: tuple[Indices, ...], wanted: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]
) -> Integers:
    """Return the position of each wanted key among others, or NOT_FOUND.

    Of a key that occurs more than once it is the position of the first.
    """
    count = len(keys[0])
    if not count:
        return np.full(len(wanted[0]), NOT_FOUND, dtype=np.int64)
    # The numbers of two calls can only be compared where all fit, so all are made in one.
    numbers = key_numbers(
        tuple(np.concatenate(pair) for pair in zip(keys, wanted, strict=True)), dimensions
    )
    own, theirs = numbers[:count], numbers[count:]
    order = np.argsort(own, kind="stable")
    at = np.minimum(np.searchsorted(own[order], theirs), count - 1)
    places = order[at]
    return np.where(own[places] == theirs, places, NOT_FOUND)


class SeriesCount:
    """Counts the series in time of a cube: keys that differ in more than the period."""

    def __init__(self, dimensions: tuple[CubeDimension, ...]) -> None:
        self._dimensions = dimensions[1:]
        self._numbers = np.empty(0, dtype=np.int64)
        self._tuples = set[tuple[int, ...]]()

    def see(self, keys: tuple[Indices, ...]) -> None:
        """Look at the keys of a batch, the period first."""
        columns = keys[1:]
        if fit_in_64_bits(self._dimensions):
            self._numbers = np.union1d(self._numbers, key_numbers(columns, self._dimensions))
        else:
            self._tuples.update(map(tuple, np.stack(columns, axis=1).tolist()))

    @property
    def count(self) -> int:
        """The number of series so far."""
        return len(self._numbers) + len(self._tuples)


class SeenKeys:
    """Finds keys that occur twice in a stream; holds 12 bytes per key seen."""

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.int64)
        self._rows = np.empty(0, dtype=np.int32)
        self._numbers: dict[tuple[int, ...], int] = {}

    def add(
        self, columns: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...], rows: Indices
    ) -> Iterator[tuple[int, int]]:
        """Add keys with their rows; yield (position, first row) of each that was seen before.

        Without dimensions all keys are equal.
        """
        if not columns:
            keys = np.zeros(len(rows), dtype=np.int64)
        elif fit_in_64_bits(dimensions):
            keys = key_numbers(columns, dimensions)
        else:
            numbers, combined = self._numbers, np.stack(columns, axis=1).tolist()
            keys = np.array([numbers.setdefault(tuple(k), len(numbers)) for k in combined])
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


def duplicates(keys: Keys) -> tuple[Integers, Integers]:
    """Return the observations that have the same key as another, and which other that is.

    Of equal ones all but the first are returned, each once; of two that lack different
    dimensions the one that lacks more.
    """
    again, first = [EMPTY], [EMPTY]
    is_returned = np.zeros(len(keys), dtype=np.bool_)
    for rows, others, common in _pairs(keys, both_ways=False):
        if not len(common):
            continue
        group, group_of_others = _groups(keys, rows, others, common)
        earliest = np.full(int(max(group.max(initial=-1), group_of_others.max(initial=-1))) + 1, -1)
        earliest[group_of_others[::-1]] = others[::-1]
        match = earliest[group]
        fresh = (match >= 0) & (match != rows) & ~is_returned[rows]
        is_returned[rows[fresh]] = True
        again.append(rows[fresh])
        first.append(match[fresh])
    return np.concatenate(again), np.concatenate(first)


def sum_of_matches(keys: Keys, weight: Integers) -> Integers:
    """Return for each observation the sum of the weights of all that match it, itself included."""
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

    The observations of a set have the same dimensions, so a sound cube is one set and is sorted
    once. Those with several values of a dimension in common are left out. Unless both ways are
    wanted, the first set has no more dimensions than the second.
    """
    given = keys != NO_VALUE
    patterns, inverse, count = _patterns(given)
    largest = np.argsort(-count, kind="stable")[:MOST_PATTERNS].tolist()
    largest.sort(key=lambda number: int(patterns[number].sum()))
    ordered = np.argsort(inverse, kind="stable")
    ends = np.cumsum(count)
    rows_of = {number: ordered[ends[number] - count[number] : ends[number]] for number in largest}
    for place, left in enumerate(largest):
        for right in largest if both_ways else largest[place:]:
            common = np.flatnonzero(patterns[left] & patterns[right])
            both = {
                at: rows_of[at][(keys[np.ix_(rows_of[at], common)] != SEVERAL).all(axis=1)]
                for at in {left, right}
            }
            yield both[left], both[right], common


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
    digits = (keys[both, column] for column in common.tolist())
    numbers = _numbers(((column, int(column.max(initial=0)) + 1) for column in digits), len(both))
    group = np.unique(numbers, return_inverse=True)[1]
    return group[: len(rows)], group[len(group) - len(others) :]
