"""Tests of the triples that make one release another."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
from release_states import stored

from publish.release.differences.state import State, Stored
from publish.release.differences.triples import keep_triples

SHARED = "<x:both> <x:p> <x:o> .\n"
HARD = '<x:s> <x:p> "a, \\"b\\" \'c\' \\n \\\\ \\u0001 é"@nl .\n'


def state(dumps: dict[str, Stored]) -> State:
    return State(id="0" * 16, base="https://x.example", data_sets={}, graphs={}, dumps=dumps)


@pytest.fixture(params=["names", "odd [names]* of 'folders'?"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder, also one whose name could be a pattern."""
    made = tmp_path / request.param
    made.mkdir()
    return made


def dump(folder: Path, name: str, *lines: str) -> Stored:
    return stored(folder / f"{name}.nt", "".join(lines).encode())


def test_leave_out_what_another_graph_still_says(folder: Path) -> None:
    """Triples count once over all graphs: what stays in one is neither removed nor added."""
    kept = dump(folder, "kept", SHARED, "<x:a> <x:p> <x:b> .\n")
    old = state({"one": dump(folder, "one", SHARED, HARD), "kept": kept})
    new = state({"two": dump(folder, "two", "<x:a> <x:p> <x:b> .\n", "<x:n> <x:p> 1 .\n"),
                 "kept": kept})  # fmt: skip
    found = keep_triples(old, new, folder / "out")
    assert (found.removed, found.added, found.is_whole) == (1, 1, True)
    assert (folder / "out" / "remove.nt").read_text(encoding="utf-8") == HARD
    assert (folder / "out" / "add.nt").read_text(encoding="utf-8") == "<x:n> <x:p> 1 .\n"
    assert len(list(ox.parse(path=str(folder / "out" / "remove.nt")))) == 1


def test_read_compressed_graphs(folder: Path) -> None:
    """A large graph has compressed dumps only; a graph of the same lines differs in nothing."""
    path = folder / "large.nt.gz"
    large = stored(path, gzip.compress((SHARED + HARD).encode()))
    old, new = state({"large": large}), state({"large": dump(folder, "plain", HARD, SHARED)})
    found = keep_triples(old, new, folder / "out")
    assert (found.removed, found.added) == (0, 0)
    for name in ("remove.nt", "add.nt"):
        assert (folder / "out" / name).read_bytes() == b""
