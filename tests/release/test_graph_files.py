"""The files of a graph while they are written: which there are, and what is in them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from publish.release import manifest
from publish.release.graph_files import GraphFiles

LINE = b"<http://a.example/s> <http://a.example/p> <http://a.example/o> .\n"
QUAD = LINE.replace(b" .\n", b" <http://g.example/g> .\n")
PREFIX = b"@prefix a: <http://a.example/> .\n"
DESCRIPTION = b"a:s a:title a:t .\n"


def write(folder: Path, *, lines: int, endings: tuple[str, ...] = (".nt", ".ttl")) -> set[str]:
    """Write a graph of so many equal lines, one at a time; return the names of its files."""
    files = GraphFiles(folder=folder, name="g", graph="http://g.example/g", endings=endings)
    for _ in range(lines):
        for ending in endings:
            files.file(ending).write(LINE)
    files.finish(PREFIX + DESCRIPTION)
    return {path.name for path in folder.iterdir()}


def test_write_plain_files_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that just reaches the limit is written as it is."""
    monkeypatch.setattr(manifest, "LARGEST", 9 * len(LINE))
    assert write(tmp_path, lines=9) == {"g.nt", "g.ttl"}
    assert (tmp_path / "g.nt").read_bytes() == LINE * 9
    assert (tmp_path / "g.ttl").read_bytes() == PREFIX + DESCRIPTION + LINE * 9


@pytest.mark.parametrize("lines", [10, 11, 200])
def test_compress_what_passes_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    """One line more, and nothing is there but three compressed files of all that was written."""
    monkeypatch.setattr(manifest, "LARGEST", 9 * len(LINE))
    assert write(tmp_path, lines=lines) == {"g.nt.gz", "g.nq.gz", "g.ttl.gz"}
    found = {path.name: gzip.decompress(path.read_bytes()) for path in tmp_path.iterdir()}
    assert found == {
        "g.nt.gz": LINE * lines,
        "g.nq.gz": QUAD * lines,
        "g.ttl.gz": PREFIX + DESCRIPTION + LINE * lines,
    }


def test_compress_for_a_check_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check, which writes no Turtle, writes no N-Quads either."""
    monkeypatch.setattr(manifest, "LARGEST", 9 * len(LINE))
    assert write(tmp_path, lines=20, endings=(".nt",)) == {"g.nt.gz"}
    assert gzip.decompress((tmp_path / "g.nt.gz").read_bytes()) == LINE * 20


def test_keep_no_more_on_the_disk_than_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no moment do plain files hold more than the limit and the block that passed it."""
    monkeypatch.setattr(manifest, "LARGEST", 9 * len(LINE))
    endings = (".nt", ".ttl")
    files = GraphFiles(folder=tmp_path, name="g", graph="http://g.example/g", endings=endings)
    for _ in range(300):
        files.write(".nt", LINE)
        plain = sum(path.stat().st_size for path in tmp_path.glob("*.nt"))
        assert plain <= 10 * len(LINE)
    files.close()
    assert not list(tmp_path.glob("*.nt"))


@pytest.mark.parametrize("lines", [1, 20])
def test_discard_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    """Of what is not wanted after all nothing stays, compressed or not."""
    monkeypatch.setattr(manifest, "LARGEST", 9 * len(LINE))
    endings = (".nt", ".ttl")
    files = GraphFiles(folder=tmp_path, name="g", graph="http://g.example/g", endings=endings)
    for _ in range(lines):
        files.write(".nt", LINE)
        files.write(".ttl", LINE)
    files.discard()
    assert not list(tmp_path.iterdir())
