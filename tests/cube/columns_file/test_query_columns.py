"""The columns for queries say what the RDF of observations says, and are never there by half."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from built import Built
from cubes_as_columns import random_cube, triples_of, write_columns_of
from functional_triples import (
    about_query_columns,
    functional_properties,
    functional_triples,
    of_these_properties,
)

from publish.cube.columns_file import query_columns
from publish.cube.columns_file.engine import Connection, open_engine
from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.cube.columns_file.query_columns import write_query_columns
from publish.cube.columns_file.reader import UnusableColumns


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection that all tests of this module share."""
    with open_engine(tmp_path_factory.mktemp("engine") / "spill") as connection:
        yield connection


@pytest.mark.parametrize("fixture", ["answer", "odd_exports"])
def test_say_what_the_dumps_say(fixture: str, request: pytest.FixtureRequest) -> None:
    """Of every data set each statement with a property of the columns, none more and none less."""
    built: Built = request.getfixturevalue(fixture)
    path = built.folder / QUERY_COLUMNS
    said, about = functional_triples(path), about_query_columns(path)
    assert [cube["slug"] for cube in about["cubes"]] == sorted(
        entry["slug"] for entry in built.manifest["data-sets"]
    )
    counts = {entry["slug"]: entry["observations"] for entry in built.manifest["data-sets"]}
    for cube in about["cubes"]:
        slug = cube["slug"]
        assert said[slug] == of_these_properties(built.lines(slug), cube), slug
        assert cube["observations"] == counts[slug]
        assert cube["data_set"] == f"{built.base}/id/dataset/{slug}"
        assert cube["in_store"] is True
    assert about["elsewhere"] is False


def test_say_what_else_the_dumps_say(odd_exports: Built) -> None:
    """Of every data set the other properties of observations, and what leads to these."""
    seen = set()
    about = about_query_columns(odd_exports.folder / QUERY_COLUMNS)
    assert about["mentions"] == [f"{odd_exports.base}/ns/publicatie#somVan"]
    for cube in about["cubes"]:
        head = f"<{cube['head']}"
        said: dict[str, set[str]] = {"others": set(), "sums": set(), "pointing": set()}
        subjects = set()
        for line in odd_exports.lines(cube["slug"]):
            subject, predicate, value = line.split(" ", 2)
            if subject.startswith(head):
                said["others"].add(predicate[1:-1])
                if "/id/observatie/" in value:
                    said["sums"].add(predicate[1:-1])
            elif value.startswith(head):
                said["pointing"].add(predicate[1:-1])
                subjects.add(subject[1:-1])
        said["others"] -= set(functional_properties(cube))
        assert {name: set(cube[name]) for name in said} == said, cube["slug"]
        assert all(subject.startswith(tuple(cube["leading"])) for subject in subjects)
        assert cube["graph"] == f"{odd_exports.base}/id/graaf/{cube['slug']}"
        seen |= said["others"] | said["pointing"]
    assert len(seen) == 10, seen


def test_write_large_cubes_in_a_second_order(
    engine: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are those of the first, with the largest dimension but the first in front."""
    monkeypatch.setattr(query_columns, "TURNED_FROM", 1)
    turned = 0
    for seed in range(20):
        cube = random_cube(random.Random(seed))
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = write_columns_of(cube.structure, cube.parts(100), folder, engine)
        target = folder / QUERY_COLUMNS
        write_query_columns(target, [path], engine, default_graph="union", elsewhere=False)
        [entry] = about_query_columns(target)["cubes"]
        if entry["turned"] is None:
            assert all(item["size"] <= 1 for item in entry["dimensions"][1:-1])
            continue
        turned += 1
        table, column = entry["turned"]["table"], entry["turned"]["column"]
        sizes = {item["column"]: item["size"] for item in entry["dimensions"][1:-1]}
        assert sizes[column] == max(sizes.values())
        with duckdb.connect(str(target), read_only=True) as connection:
            first = connection.execute(f"FROM {entry['table']} ORDER BY ALL").fetchall()
            assert connection.execute(f"FROM {table} ORDER BY ALL").fetchall() == first
            codes = connection.execute(f"SELECT {column} FROM {table}").fetchall()
            assert codes == sorted(codes)
    assert turned > 5


@pytest.mark.parametrize("seed", range(1, 13))
def test_say_what_random_cubes_say(seed: int, engine: Connection, tmp_path: Path) -> None:
    """Of cubes with odd codes and names, figures of 38 digits and few codes of their lists too."""
    rng = random.Random(seed)
    cubes = iter(lambda: random_cube(rng), None)
    cube = next(item for item in cubes if len(item.structure.dimensions) > 1)
    dimensions = cube.structure.dimensions
    measure = replace(dimensions[-1], iri="http://purl.org/linked-data/cube#measureType")
    structure = replace(cube.structure, dimensions=(*dimensions[:-1], measure))
    columns = write_columns_of(structure, cube.parts(7), tmp_path, engine)
    path = tmp_path / QUERY_COLUMNS
    write_query_columns(path, [columns], engine, default_graph="union", elsewhere=False)
    [described] = about_query_columns(path)["cubes"]
    lines = [line.decode() for line in triples_of(structure, cube.parts(100))]
    assert functional_triples(path)["proef"] == of_these_properties(lines, described)
    for at, (item, known) in enumerate(zip(described["dimensions"], dimensions, strict=True)):
        used = sorted({known.codes[code] for code in cube.batch.keys[at].tolist()})
        total = None if known.total is None else known.codes[known.total]
        assert item["size"] == len(used)
        assert item["total"] == (used.index(total) if total in used else None)


def test_number_codes_in_the_order_of_their_texts(engine: Connection, odd_exports: Built) -> None:
    """Numbers of codes compare as the texts do, by their bytes, and rows stand as in Parquet."""
    with duckdb.connect(str(odd_exports.folder / QUERY_COLUMNS), read_only=True) as connection:
        codes = connection.execute("SELECT * FROM codes").fetchall()
        rows = connection.execute("SELECT d0, d1, d2, d3 FROM cube_4").fetchall()
    assert about_query_columns(odd_exports.folder / QUERY_COLUMNS)["cubes"][4]["slug"] == "vreemd"
    groups = [code for cube, dimension, _, code, _ in codes if (cube, dimension) == (4, 2)]
    assert groups == ["A_laag", "M_midden", "Z_hoog", "_T"]
    numbers = [number for cube, dimension, number, *_ in codes if (cube, dimension) == (4, 2)]
    assert numbers == [0, 1, 2, 3]
    assert rows == sorted(rows)
    assert len(rows) == len(set(rows)) > 50


def test_leave_nothing_behind_that_is_not_whole(
    engine: Connection, odd_exports: Built, tmp_path: Path
) -> None:
    """With a file that is no columns nothing is there; without it, the file can be written."""
    sound = odd_exports.folder / "dumps" / "een.parquet"
    other = tmp_path / "ander.parquet"
    engine.execute(f"COPY (SELECT 1 AS a) TO '{other}' (FORMAT parquet)")
    path = tmp_path / "release" / QUERY_COLUMNS
    path.parent.mkdir()
    with pytest.raises(UnusableColumns):
        write_query_columns(path, [sound, other], engine, default_graph="union", elsewhere=False)
    assert not list(path.parent.iterdir())
    path.parent.chmod(0o500)
    write_query_columns(
        tmp_path / QUERY_COLUMNS, [sound], engine, default_graph="union", elsewhere=True
    )
    assert [item.name for item in tmp_path.glob("columns*")] == [QUERY_COLUMNS]
    assert about_query_columns(tmp_path / QUERY_COLUMNS)["elsewhere"] is True
