"""Columns of observations: exact, in one order, and the same bytes however they came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built
from cubes_as_columns import figures_of, random_cube, triples_in, triples_of, write_columns_of

from publish.cube.columns_file.engine import Connection, open_engine
from publish.cube.columns_file.reader import open_columns


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection that all tests of this module share."""
    with open_engine(tmp_path_factory.mktemp("engine") / "spill") as connection:
        yield connection


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.sampled(5)
def test_read_back_every_observation(seed: int, engine: Connection, tmp_path: Path) -> None:
    """Whatever a cube says of its observations, its columns say too, and nothing else."""
    rng = random.Random(seed)
    cube = random_cube(rng)
    whole = [(cube.batch, cube.notes)]
    path = write_columns_of(cube.structure, cube.parts(rng.randint(1, 50)), tmp_path, engine)
    file = open_columns(path, engine)
    assert file.count() == len(cube.batch)
    assert triples_in(file) == triples_of(cube.structure, whole)
    structure = file.structure()
    read = figures_of(structure, file.batches(structure))
    assert read == figures_of(cube.structure, whole)
    assert list(read) == sorted(read)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.sampled(7)
def test_write_equal_bytes_for_equal_observations(
    seed: int, engine: Connection, tmp_path: Path
) -> None:
    """The bytes depend on the observations alone: not on their order, nor on blocks or threads."""
    rng = random.Random(seed)
    cube = random_cube(rng)
    first = write_columns_of(cube.structure, cube.parts(100), tmp_path, engine).read_bytes()
    engine.execute("SET threads = 1")
    other = cube.shuffled(rng)
    again = write_columns_of(other.structure, other.parts(7), tmp_path, engine).read_bytes()
    engine.execute("RESET threads")
    assert first == again


def test_say_all_that_the_dumps_say(answer: Built, engine: Connection) -> None:
    """Triples made from the columns of a release are those of its observations, one and all."""
    named = f"{answer.base}/id/observatie/".encode()
    for entry in answer.manifest["data-sets"]:
        slug = entry["slug"]
        file = open_columns(answer.folder / "dumps" / f"{slug}.parquet", engine)
        assert (file.about.slug, file.count()) == (slug, entry["observations"])
        dump = (answer.folder / "dumps" / f"{slug}.nt").read_bytes().splitlines()
        assert triples_in(file) == sorted(line for line in dump if named in line)
