"""Files of gzip members: equal bytes for equal content, and what others read of them."""

from __future__ import annotations

import errno
import gzip
import os
import random
import shutil
import subprocess
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import pytest

from publish.release import compressed
from publish.release.compressed import GzipWriter, compress, read_blocks

LINES = [f'<http://a.example/{at}> <http://a.example/p> "é . {at}" .\n' for at in range(2000)]
CONTENT = "".join(LINES).encode()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of many members, as a large one has."""
    monkeypatch.setattr(compressed, "MEMBER", 5000)
    return write(tmp_path / "many.nt.gz", [CONTENT])


def write(path: Path, blocks: list[bytes]) -> Path:
    with closing(GzipWriter(path)) as file:
        for block in blocks:
            file.write(block)
    return path


def members(packed: bytes) -> list[bytes]:
    """Return the content of each member of a file."""
    found = []
    while packed:
        one = zlib.decompressobj(wbits=31)
        found.append(one.decompress(packed))
        assert one.eof
        packed = one.unused_data
    return found


def test_end_members_where_lines_end(many: Path) -> None:
    """Each member holds whole lines, no more than a member may, and neither name nor time."""
    packed = many.read_bytes()
    found = members(packed)
    assert b"".join(found) == CONTENT
    assert len(found) == packed.count(b"\x1f\x8b\x08\x00\0\0\0\0") > 20
    assert all(one.endswith(b"\n") and 4900 < len(one) <= 5000 for one in found[:-1])


@pytest.mark.parametrize("cores", [1, 2, 64])
def test_give_equal_bytes_for_equal_content(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    """Neither how content comes in nor how many cores there are changes a byte."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    places = sorted(random.Random(cores).sample(range(len(CONTENT)), 30))
    parts = zip([0, *places], [*places, len(CONTENT)], strict=True)
    blocks = [CONTENT[start:end] for start, end in parts]
    assert write(tmp_path / "again.gz", blocks).read_bytes() == many.read_bytes()


def test_cut_a_line_that_is_longer_than_a_member(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that no member holds goes on in the next."""
    monkeypatch.setattr(compressed, "MEMBER", 100)
    text = b"x" * 250 + b"\n" + b"y\n"
    path = write(tmp_path / "long.gz", [text])
    assert [len(one) for one in members(path.read_bytes())] == [100, 100, 53]
    assert b"".join(read_blocks(path)) == text


def test_read_blocks_of_whole_lines(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read of a compressed file are whole lines, wherever its members and blocks end."""
    for size in (1, 999, 1 << 20):
        monkeypatch.setattr(compressed, "BLOCK", size)
        blocks = list(read_blocks(many))
        assert all(block.endswith(b"\n") for block in blocks)
        assert b"".join(blocks) == CONTENT


def test_tell_that_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is told, at the latest at the end, and nothing hangs."""
    monkeypatch.setattr(compressed, "MEMBER", 100)
    file = GzipWriter(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left") as found:
        for _ in range(50):
            file.write(CONTENT)
        file.close()
    assert found.value.errno == errno.ENOSPC
    with suppress(OSError):
        file.close()
    file.close()


NODE = """
const [name] = process.argv.slice(1);
process.stdout.write(require("zlib").gunzipSync(require("fs").readFileSync(name)));
"""


def with_duckdb(path: Path) -> bytes:
    """Return the lines that DuckDB reads."""
    columns = {"line": "VARCHAR"}
    found = duckdb.read_csv(str(path), columns=columns, sep="\x01", quotechar="", header=False)
    return "".join(f"{line}\n" for (line,) in found.fetchall()).encode()


READERS: dict[str, Callable[[Path], bytes]] = {
    "Python": lambda path: gzip.decompress(path.read_bytes()),
    "zcat": lambda path: output("zcat", path),
    "gzip": lambda path: output("gzip", "-cd", path),
    "node": lambda path: output("node", "-e", NODE, path),
    "DuckDB": with_duckdb,
}

PROGRAMS = ("zcat", "gzip", "node")


def output(*command: str | Path) -> bytes:
    """Return what a program writes."""
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize("name", READERS)
def test_be_read_by_others(many: Path, name: str) -> None:
    """Programs of others read all members, also of files put one after the other."""
    if name in PROGRAMS and not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    joined = many.with_name("joined.nt.gz")
    joined.write_bytes(many.read_bytes() + compress(b"<a:b> <a:c> <a:d> .\n") + many.read_bytes())
    assert READERS[name](joined) == CONTENT + b"<a:b> <a:c> <a:d> .\n" + CONTENT
