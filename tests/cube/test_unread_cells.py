"""Many faults of many kinds in one table: each is found at its place, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_faults import make_project

from publish.faults.fault import FaultyInput
from publish.project.project import read_project
from publish.release.build import validate


@pytest.mark.parametrize("seed", range(3))
def test_find_every_planted_fault_with_its_place(tmp_path: Path, seed: int) -> None:
    """Sixty faults of twelve kinds are found in one run, at line and column, and no others."""
    made = make_project(tmp_path / "project", places=5, quarters=8, faults=60, seed=seed)
    with pytest.raises(FaultyInput) as caught:
        validate(read_project(made.root))
    found = [(item.code, item.line, item.column) for item in caught.value.faults]
    assert sorted(found) == made.planted
    assert len({code for code, _, _ in made.planted}) == 12


def test_find_nothing_without_faults(tmp_path: Path) -> None:
    """The same table without faults has none."""
    made = make_project(tmp_path / "project", places=2, quarters=8, faults=0)
    counts, warnings = validate(read_project(made.root))
    assert (counts, warnings) == ({"proef": made.observations}, [])
