"""Column batches: exact values, and cutting and joining without loss."""

from __future__ import annotations

import numpy as np
import pytest

from publish.cube.batch import Batch, SourceCells, align, cut_batch, join_batches


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
