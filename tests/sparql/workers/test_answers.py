"""Answers that are kept until they are whole, and the errors that take their place."""

from __future__ import annotations

from pathlib import Path

from publish.sparql.workers.answers import LARGEST_BODY_IN_MEMORY, Spool


def test_small_body_is_in_memory() -> None:
    """A small body is bytes."""
    spool = Spool()
    assert (spool.body, spool.length, list(spool.chunks())) == (b"", 0, [])
    spool.add(b"ab")
    spool.add(b"c")
    assert (spool.body, spool.length, list(spool.chunks())) == (b"abc", 3, [b"abc"])
    spool.close()


def test_large_body_is_in_a_file_without_a_name() -> None:
    """A large body takes no memory, can be read again, and is gone when closed."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    spool = Spool()
    part = bytes(range(256)) * 1024
    while spool.length <= LARGEST_BODY_IN_MEMORY:
        spool.add(part)
    spool.add(b"end")
    assert spool.body is None
    links = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert any("(deleted)" in str(link) for link in links)
    for _ in range(2):
        assert b"".join(spool.chunks()) == part * 5 + b"end"
    spool.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
