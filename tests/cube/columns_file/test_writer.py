"""Columns of observations: exact, in one order, and the same bytes however they came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built, built
from cubes_as_columns import (
    figures_of,
    large_cube,
    random_cube,
    triples_in,
    triples_of,
    write_columns_of,
)
from derived_project import FINE, WIDE, prepare
from small_project import SmallProject

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
def test_keep_lines_and_what_is_printed_without_a_value(
    seed: int, engine: Connection, tmp_path: Path
) -> None:
    """The first cell gives the line, and its text where that hides the value; a sum has neither."""
    rng = random.Random(seed)
    cube = random_cube(rng)
    batch, cells = cube.batch, cube.batch.cells
    known = {}
    for at in range(len(batch)):
        first = int(cells.observation.searchsorted(at))
        codes = tuple(cube.structure.codes_of(batch.keys, at))
        text = cells.text[first] if batch.absence[at] else None
        known[codes] = (cells.source_line[first] or None, text)
        if batch.addends:
            known[codes] = (None, None)
    path = write_columns_of(cube.structure, cube.parts(rng.randint(1, 50)), tmp_path, engine)
    file = open_columns(path, engine)
    chosen = ", ".join([*file.keys, "source_line", "printed"])
    rows = engine.execute(f"SELECT {chosen} FROM {file.relation}").fetchall()
    assert {row[:-2]: row[-2:] for row in rows} == known


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


LITTLE = "64MB"
"""Memory that a hundred thousand observations do not fit in while they are sorted."""

HIDDEN = """quality:
  naam:
    about: AFRONDING
    at: {leeftijd: oud}
    nl: Let op.
    en: Mind this.
marks:
  "<#": {reason: ONDERDRUKT, at-least: "1", below: "#"}
  "x": {reason: ONBETROUWBAAR, more-than: "3,25", at-most: "9"}
  "-": {reason: NIET_BESCHIKBAAR}
"""


def assert_columns_say_all(release: Built, engine: Connection) -> None:
    """Compare the columns of every data set with the observations in its dump."""
    named = f"{release.base}/id/observatie/".encode()
    for entry in release.manifest["data-sets"]:
        path = release.folder / "dumps" / f"{entry['slug']}.parquet"
        file = open_columns(path, engine)
        assert (file.about.slug, file.count()) == (entry["slug"], entry["observations"])
        dump = path.with_suffix(".nt").read_bytes().splitlines()
        assert triples_in(file) == sorted(line for line in dump if named in line)


def test_say_all_that_the_dumps_say(answer: Built, engine: Connection) -> None:
    """Triples made from the columns of a release are those of its observations, one and all."""
    assert_columns_say_all(answer, engine)


def test_say_all_of_hidden_sums_and_earlier_figures(
    project: SmallProject, engine: Connection
) -> None:
    """So they are of sums with hidden parts, of figures that were revised, and with remarks."""
    prepare(project)
    project.document("oud", "2022-01-01")
    project.document("nieuw", "2023-01-01")
    head = "x,2022 - K1,2022 - K2,2022 - K3\n"
    project.table(f'{head}jong,<5,7,"1,25"\noud,x,-,3\n', document="oud")
    project.table(f"{head}jong,<5,8,1\noud,x,6,3\n", document="nieuw")
    text = FINE.format(table="een", rows="leeftijd", measure="bedrag") + HIDDEN
    project.mapping(text.replace("bron/een", "oud/tabel, nieuw/tabel"), "een")
    project.mapping(WIDE)
    release = built(project.read())
    assert_columns_say_all(release, engine)
    found = open_columns(release.folder / "dumps" / "een.parquet", engine)
    rows = engine.execute(
        "SELECT kwartaal, leeftijd, value, decimals, reasons, more_than, at_most, below, notes, "
        f"len(further_cells), further_cells[1].superseded FROM {found.relation}"
    ).fetchall()
    nothing = (None, None, None)
    assert rows == [
        ("2022-Q1", "jong", None, None, ["ONDERDRUKT"], None, None, 5, None, 1, False),
        ("2022-Q1", "oud", None, None, ["ONBETROUWBAAR"], 3.25, 9, None, ["naam"], 1, False),
        ("2022-Q2", "jong", 8, 0, None, *nothing, None, 1, True),
        ("2022-Q2", "oud", 6, 0, None, *nothing, ["naam"], 1, True),
        ("2022-Q3", "jong", 1, 0, None, *nothing, None, 1, True),
        ("2022-Q3", "oud", 3, 0, None, *nothing, ["naam"], 1, False),
    ]


@pytest.mark.slow
def test_sort_on_the_disk_what_memory_does_not_hold(engine: Connection, tmp_path: Path) -> None:
    """A sort of more than its memory holds gives the same bytes, and leaves nothing on the disk."""
    cube = large_cube(100_000)
    spill = tmp_path / "spill"
    for name in ("in-memory", "on-disk", "without-room"):
        (tmp_path / name).mkdir()
    known = write_columns_of(cube.structure, cube.parts(30_000), tmp_path / "in-memory", engine)
    with open_engine(spill, memory=LITTLE) as small:
        path = write_columns_of(cube.structure, cube.parts(30_000), tmp_path / "on-disk", small)
    assert path.read_bytes() == known.read_bytes()
    assert list(path.parent.iterdir()) == [path]
    assert not spill.exists() or not list(spill.iterdir())
    with pytest.raises(OSError), open_engine(spill, memory=LITTLE) as small:  # so it was needed
        small.execute("SET max_temp_directory_size = '1MB'")
        write_columns_of(cube.structure, cube.parts(30_000), tmp_path / "without-room", small)
