"""Column batches: keys, exact values, and cutting and joining without loss."""

from __future__ import annotations

import random

import numpy as np
import pytest

from publish.cube.batch import Batch, SourceCells, align, cut_batch, join_batches
from publish.cube.keys import SeenKeys, fit_in_64_bits, key_numbers
from publish.cube.structure import CubeDimension


def dimension(size: int, name: str = "d") -> CubeDimension:
    codes = [f"C{number}" for number in range(size)]
    return CubeDimension(
        name=name,
        iri=f"https://x.example/{name}",
        codes=codes,
        positions={code: index for index, code in enumerate(codes)},
        total=None,
        period=None,
        scheme=name,
    )


def batch(size: int, cells_of: list[int]) -> Batch:
    """Make a batch; observation i has ``cells_of[i]`` cells."""
    owner = np.repeat(np.arange(size), cells_of)
    count = len(owner)
    return Batch(
        keys=(np.arange(size, dtype=np.int32),),
        mantissa=np.arange(size, dtype=np.int64) * 10,
        decimals=np.ones(size, dtype=np.int8),
        status=np.zeros(size, dtype=np.int8),
        absence=np.arange(size, dtype=np.int16),
        cells=SourceCells(
            observation=owner,
            table=np.zeros(count, dtype=np.int16),
            row=np.arange(count, dtype=np.int32),
            column=np.ones(count, dtype=np.int32),
            text=[f"t{number}" for number in range(count)],
            source_line=[""] * count,
            superseded=np.zeros(count, dtype=np.bool_),
        ),
    )


def seen_by_observation(batches: list[Batch]) -> list[tuple[int, int, list[str]]]:
    found = []
    for part in batches:
        for at in range(len(part)):
            mine = np.flatnonzero(part.cells.observation == at).tolist()
            texts = [part.cells.text[cell] for cell in mine]
            found.append((int(part.keys[0][at]), int(part.mantissa[at]), texts))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_cut_batch_and_keep_cells(size: int) -> None:
    """Every part of a batch holds the cells of its own observations, counted from its start."""
    whole = batch(7, [1, 3, 1, 2, 1, 1, 4])
    parts = list(cut_batch(whole, size))
    assert seen_by_observation(parts) == seen_by_observation([whole])
    assert seen_by_observation([join_batches(parts)]) == seen_by_observation([whole])


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


def test_align_values_of_any_size() -> None:
    """Values of different decimals are compared exactly, also beyond 64 bits."""
    mantissa = np.array([15, 150, 10**17, 10**17], dtype=np.int64)
    values, most = align(mantissa, np.array([1, 2, 0, 9], dtype=np.int8))
    assert most == 9
    assert values.tolist() == [15 * 10**8, 150 * 10**7, 10**26, 10**17]
    small, most = align(mantissa[:2], np.array([1, 2], dtype=np.int8))
    assert (small.tolist(), most, small.dtype) == ([150, 150], 2, np.dtype(np.int64))


def test_align_nothing() -> None:
    """No values at all are no error."""
    values, most = align(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8))
    assert (len(values), most) == (0, 0)


def test_add_period_as_printed() -> None:
    """Periods enter the dictionary as they are met; codes of a list are known beforehand."""
    period = CubeDimension(
        name="jaar", iri="x", codes=[], positions={}, total=None, period="jaar", scheme=None
    )
    assert [period.index(code) for code in ("2022", "2021", "2022")] == [0, 1, 0]
    assert period.codes == ["2022", "2021"]
    with pytest.raises(KeyError):
        dimension(2).index("C9")
