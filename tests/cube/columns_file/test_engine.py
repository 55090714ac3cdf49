"""DuckDB in a process that forks, and on a disk that is full."""

from __future__ import annotations

import errno
import random
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest
from cubes_as_columns import random_cube, write_columns_of

from publish.cube.columns_file.engine import DATABASE, open_engine, open_locked
from publish.project.ended_process import process_of


def count_threads() -> int:
    """Return the threads of this process, those of libraries too."""
    return len(list(Path("/proc/self/task").iterdir()))


def ask_in_another_process(sender: Connection, folder: Path) -> None:
    """Send the answer of a query, from a fork."""
    with open_engine(folder) as engine:
        sender.send(engine.execute("SELECT sum(range) FROM range(3000000)").fetchone())


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads by /proc")
def test_leave_no_thread_behind(tmp_path: Path) -> None:
    """A closed connection has ended its threads, so that pySHACL can be given a fork."""
    before = count_threads()
    with open_engine(tmp_path) as engine:
        engine.execute("SELECT sum(range) FROM range(3000000)").fetchall()
        assert count_threads() > before
    assert count_threads() == before
    with process_of(ask_in_another_process, tmp_path, seconds=20, gib=2) as receiver:
        assert receiver.poll(20)
        assert receiver.recv() == (3000000 * 2999999 // 2,)


def test_tell_full_disk(tmp_path: Path) -> None:
    """A disk without room is an error of the system, as when anything else is written."""
    cube = random_cube(random.Random(1))
    (tmp_path / f"{cube.structure.slug}.parquet").symlink_to("/dev/full")
    with pytest.raises(OSError) as caught, open_engine(tmp_path / "spill") as engine:
        write_columns_of(cube.structure, cube.parts(100), tmp_path, engine)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(tmp_path / f"{cube.structure.slug}.parquet")


def test_tell_full_disk_of_a_large_sort(tmp_path: Path) -> None:
    """So it is when there is no room for what a sort puts aside."""
    with pytest.raises(OSError) as caught, open_engine(tmp_path, memory="60MB") as engine:
        engine.execute("SET max_temp_directory_size = '5MB'")
        engine.execute("CREATE TABLE t AS SELECT random() AS a, random() AS b FROM range(4000000)")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))


def test_load_no_engine_in_a_server() -> None:
    """What a server imports when it starts does not load DuckDB, which it would need time for."""
    code = "import sys, publish.cli.serve, publish.site.process; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50
    ).stdout.split()
    assert "publish.site.process" in loaded
    assert not {"duckdb", "pandas"} & set(loaded)


def test_read_an_attached_database_and_nothing_else(tmp_path: Path) -> None:
    """A locked connection reads the database it was given; it changes none and opens no other."""
    database, other = tmp_path / "it's.duckdb", tmp_path / "other.duckdb"
    for path in (database, other):
        with duckdb.connect(str(path)) as made:
            made.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(10)")
    before = database.read_bytes()
    with open_locked((), memory=64 << 20, threads=1, database=database) as connection:
        read = connection.execute(f"SELECT sum(n) FROM {DATABASE}.numbers")
        assert read.fetchone() == (45,)
        for statement in (
            f"INSERT INTO {DATABASE}.numbers VALUES (10)",
            f"ATTACH '{other}' AS other",
            f"SELECT * FROM read_blob('{other}')",
            "SET memory_limit = '1GiB'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
    assert database.read_bytes() == before
