"""Files that are no columns of a release, or not whole, are told apart by what is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from cubes_as_columns import random_cube, triples_in, triples_of, write_columns_of

from publish.cube.columns_file.engine import (
    Connection,
    open_engine,
    relation,
    sql_name,
    sql_text,
)
from publish.cube.columns_file.layout import FORMAT
from publish.cube.columns_file.reader import UnusableColumns, open_columns


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection that all tests of this module share."""
    with open_engine(tmp_path_factory.mktemp("engine") / "spill") as connection:
        yield connection


@pytest.fixture
def columns(engine: Connection, tmp_path: Path) -> Path:
    """A sound file of columns, in a folder whose name is a pattern and a partition to DuckDB."""
    folder = tmp_path / "jaar=2024 [x]*?'q"
    folder.mkdir()
    cube = random_cube(random.Random(4))
    return write_columns_of(cube.structure, cube.parts(100), folder, engine)


def problem_of(path: Path, engine: Connection) -> str:
    """Return what is wrong with a file."""
    with pytest.raises(UnusableColumns) as caught:
        triples_in(open_columns(path, engine))
    assert caught.value.path == path
    return str(caught.value.problem)


def rewrite(engine: Connection, source: Path, chosen: str, target: Path, **says: str) -> Path:
    """Write the columns of a file anew, otherwise chosen and with other metadata."""
    pairs = ", ".join(f"{sql_name(key)}: {sql_text(value)}" for key, value in says.items())
    engine.execute(
        f"COPY (SELECT {chosen} FROM {relation(source)}) TO {sql_text(str(target))} "
        f"(FORMAT parquet, KV_METADATA {{{pairs}}})"
    )
    return target


def test_read_what_a_condition_chooses(columns: Path, engine: Connection) -> None:
    """Of the observations those are read of which the condition holds, in a folder of any name."""
    cube = random_cube(random.Random(4))
    file = open_columns(columns, engine)
    whole = triples_of(cube.structure, [(cube.batch, cube.notes)])
    shown, hidden = triples_in(file, "value IS NOT NULL"), triples_in(file, "value IS NULL")
    assert shown and hidden
    assert sorted(shown + hidden) == whole


@pytest.mark.parametrize("content", [b"", b"PAR1 PAR1", b"x,2022\n_T,1\n" * 99, "half", "odd"])
def test_tell_damaged_file(columns: Path, engine: Connection, content: bytes | str) -> None:
    """What is no Parquet, or only a part of it, is no file of columns."""
    whole = columns.read_bytes()
    half = len(whole) // 2
    if content == "half":
        content = whole[:half]
    elif content == "odd":
        content = bytes(byte ^ 0x55 for byte in whole[4:half]).join((whole[:4], whole[half:]))
    assert isinstance(content, bytes)
    columns.write_bytes(content)
    assert problem_of(columns, engine) == "it is no Parquet file, or a damaged one"


def test_tell_file_of_others(columns: Path, engine: Connection) -> None:
    """Parquet that says nothing of a data set, or nothing that can be read, is not ours."""
    other = columns.with_name("other.parquet")
    ours = "it does not say which data set it holds, as the columns of a release do"
    assert problem_of(rewrite(engine, columns, "*", other, by="them"), engine) == ours
    says = {"release_format": str(FORMAT), "columns": "[1, 2"}
    assert problem_of(rewrite(engine, columns, "*", other, **says), engine) == ours


def test_tell_file_of_another_format(columns: Path, engine: Connection) -> None:
    """Columns of a later version are not guessed at."""
    other = rewrite(engine, columns, "*", columns.with_name("o.parquet"), release_format="999")
    assert problem_of(other, engine) == (
        f"its columns are of format 999, and this version reads format {FORMAT}"
    )


def test_tell_missing_columns(columns: Path, engine: Connection) -> None:
    """All columns that lack are named."""
    says = open_columns(columns, engine).about.key_values()
    other = columns.with_name("o.parquet")
    rewrite(engine, columns, "* EXCLUDE (value, notes)", other, **says)
    assert problem_of(other, engine) == "it lacks columns that it should have: value, notes"


def test_read_file_of_an_earlier_version(columns: Path, engine: Connection) -> None:
    """Columns that were added later may lack."""
    file = open_columns(columns, engine)
    other = columns.with_name("o.parquet")
    rewrite(engine, columns, "* EXCLUDE (source_line, printed)", other, **file.about.key_values())
    assert triples_in(open_columns(other, engine)) == triples_in(file)


def test_tell_missing_file(columns: Path, engine: Connection) -> None:
    """A file that is not there is an error of the system, with its path."""
    columns.unlink()
    with pytest.raises(FileNotFoundError) as caught:
        open_columns(columns, engine)
    assert caught.value.filename == str(columns)
