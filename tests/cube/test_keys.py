"""Keys of observations: numbered, found, and compared where a dimension may be lacking."""

from __future__ import annotations

import random

import numpy as np
import pytest

from publish.cube.keys import (
    NO_VALUE,
    NOT_FOUND,
    SEVERAL,
    SeenKeys,
    SeriesCount,
    duplicates,
    find_keys,
    fit_in_64_bits,
    key_numbers,
    sum_of_matches,
)
from publish.cube.structure import CubeDimension


def dimension(size: int, name: str = "d") -> CubeDimension:
    codes = [f"C{number}" for number in range(size)]
    return CubeDimension(
        name=name,
        iri=f"https://x.example/{name}",
        codes=codes,
        scheme=name,
    )


def test_number_keys_uniquely() -> None:
    """Two observations get one number exactly when all their codes are equal."""
    dimensions = (dimension(3), dimension(5), dimension(2))
    keys = np.array(np.meshgrid(range(3), range(5), range(2))).reshape(3, -1).astype(np.int32)
    assert len(set(key_numbers(tuple(keys), dimensions).tolist())) == 30


def test_number_keys_beyond_64_bits() -> None:
    """Codes of more combinations than 64 bits can number are still told apart."""
    dimensions = tuple(dimension(60_000, f"d{number}") for number in range(5))
    assert not fit_in_64_bits(dimensions)
    # Both numbers would be equal modulo 2**64: 60000**4 has 20 factors two, 2**44 the rest.
    one = (np.zeros(3, dtype=np.int32),) * 5
    other = tuple(
        np.array([0, digit, 0], dtype=np.int32) for digit in [*divmod_digits(2**64, 60_000)][::-1]
    )
    numbers = key_numbers(other, dimensions)
    assert numbers[0] == numbers[2] != numbers[1]
    assert len(set(key_numbers(one, dimensions).tolist())) == 1


def divmod_digits(number: int, radix: int) -> list[int]:
    digits = []
    for _ in range(5):
        number, digit = divmod(number, radix)
        digits.append(digit)
    assert number == 0
    return digits


@pytest.mark.parametrize("sizes", [(4, 5), (60_000,) * 5])
def test_find_position_of_keys(sizes: tuple[int, ...]) -> None:
    """A key is found where it first stands, and one that is not there is not found."""
    dimensions = tuple(dimension(size, f"d{at}") for at, size in enumerate(sizes))
    keys = tuple(np.array([0, 1, 1, 2], dtype=np.int32) for _ in sizes)
    wanted = tuple(np.array([1, 3, 2], dtype=np.int32) for _ in sizes)
    assert find_keys(keys, wanted, dimensions).tolist() == [1, NOT_FOUND, 3]


@pytest.mark.parametrize("sizes", [(4, 5), (60_000,) * 5, ()])
def test_find_keys_seen_before(sizes: tuple[int, ...]) -> None:
    """A key that came before is found with its first row, in the same block or an earlier one."""
    dimensions = tuple(dimension(size, f"d{at}") for at, size in enumerate(sizes))
    seen, chance, first, expected, found = SeenKeys(), random.Random(1), {}, [], []
    row = 2
    for _ in range(4):
        keys = [tuple(chance.randrange(min(size, 4)) for size in sizes) for _ in range(6)]
        rows = list(range(row, row + len(keys)))
        columns = tuple(
            np.array([key[at] for key in keys], dtype=np.int32) for at in range(len(sizes))
        )
        found += [
            (rows[at], old)
            for at, old in seen.add(columns, dimensions, np.array(rows, dtype=np.int32))
        ]
        for key, number in zip(keys, rows, strict=True):
            if key in first:
                expected.append((number, first[key]))
            first.setdefault(key, number)
        row += len(keys)
    assert {number for number, _ in found} == {number for number, _ in expected}
    assert {pair for pair in expected} <= set(found)


def slow_duplicates(keys: list[list[int]]) -> set[int]:
    """Return the rows that stand at the point of another, by comparing all pairs."""
    found = set()
    for at, row in enumerate(keys):
        for other_at, other in enumerate(keys):
            both = [
                (one, two)
                for one, two in zip(row, other, strict=True)
                if NO_VALUE not in (one, two)
            ]
            same = all(one == two != SEVERAL for one, two in both)
            if at != other_at and both and same:
                found.add(at)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_group_as_comparing_pairs_does(seed: int) -> None:
    """Sorting and counting finds what comparing every pair of observations finds."""
    rng = random.Random(seed)
    values = (NO_VALUE, SEVERAL, 0, 1, 2) if seed % 2 else (0, 1, 2, 3)
    keys = [[rng.choice(values) for _ in range(3)] for _ in range(rng.randint(0, 12))]
    table = np.array(keys, dtype=np.int32).reshape(len(keys), 3)
    again, first = duplicates(table)
    pairs = slow_duplicates(keys)
    assert bool(pairs) == bool(len(again))
    assert set(again.tolist()) | set(first.tolist()) <= pairs
    assert len(set(again.tolist())) == len(again)
    weight = np.ones(len(keys), dtype=np.int64)
    counted = [
        sum(
            all(
                NO_VALUE in pair or (pair[0] == pair[1] != SEVERAL)
                for pair in zip(row, other, strict=True)
            )
            for other in keys
        )
        for row in keys
    ]
    assert sum_of_matches(table, weight).tolist() == counted


def test_sort_many_dimensions_without_overflow() -> None:
    """Keys of many dimensions with many codes are compared as they are."""
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 2**31 - 1, (1000, 9), dtype=np.int32)
    keys[999] = keys[3]
    again, first = duplicates(keys)
    assert (again.tolist(), first.tolist()) == ([999], [3])


@pytest.mark.parametrize("size", [4, 1 << 40])
def test_count_series(size: int) -> None:
    """Keys that differ in the period alone are one series, over batches and beyond 64 bits."""
    wide = [CubeDimension(name="w", iri="https://x.example/w", codes=list("abcd"))] * 2
    dimensions = (dimension(3), *wide)
    if size > 4:
        dimensions = (dimension(3), *(_long(item) for item in (*wide, *wide)))
    series = SeriesCount(dimensions)
    assert series.count == 0
    batches = [[(0, 1, 2), (1, 1, 2), (0, 3, 2)], [(2, 3, 2), (2, 0, 0)]]
    for batch in batches:
        keys = [[period, *rest * (len(dimensions) // 2)] for period, *rest in batch]
        series.see(tuple(np.array(keys, dtype=np.int32).T))
    assert series.count == 3


def _long(item: CubeDimension) -> CubeDimension:
    """Return a dimension that claims to have so many codes that four fit in no 64 bits."""
    return CubeDimension(name=item.name, iri=item.iri, codes=_Many("abcd"))


class _Many(list[str]):
    """A list that is longer than any memory."""

    def __len__(self) -> int:
        return 1 << 40
