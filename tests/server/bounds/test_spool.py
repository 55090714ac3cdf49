"""Answers that are kept until they are sent: in memory, in a file, or not at all."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from publish.server.bounds.room import NoRoom, Room
from publish.server.bounds.spool import LARGEST_IN_MEMORY, Spool


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
    while spool.length <= LARGEST_IN_MEMORY:
        spool.add(part)
    spool.add(b"end")
    assert spool.body is None
    links = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert any("(deleted)" in str(link) for link in links)
    for _ in range(2):
        assert b"".join(spool.chunks()) == part * 5 + b"end"
    spool.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.fixture
def most_of_a_file() -> Iterator[int]:
    """Let files of this process end within a page, as those on a full disk do."""
    most = LARGEST_IN_MEMORY + 5000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    yield most
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_short_write_at_a_full_disk(most_of_a_file: int) -> None:
    """A part of which only a beginning fits is an error, also while memory becomes a file."""
    spool = Spool(bytes(LARGEST_IN_MEMORY))
    with pytest.raises(OSError, match="File too large") as raised:
        spool.add(bytes(6000))
    assert raised.value.errno == errno.EFBIG
    spool.close()
    spool = Spool()
    for _ in range(LARGEST_IN_MEMORY // 1024):
        spool.add(bytes(1024))
    spool.add(bytes(4000))
    with pytest.raises(OSError, match="File too large"):
        spool.add(bytes(1001))
    spool.close()


def test_file_that_is_cut_off() -> None:
    """A body of which the file has lost the end is an error, and never a shorter body."""
    spool = Spool()
    spool.add(bytes(LARGEST_IN_MEMORY + 1000))
    assert spool._file is not None
    spool._file.truncate(LARGEST_IN_MEMORY)
    with pytest.raises(OSError, match="Input/output"):
        list(spool.chunks())
    spool.close()


def test_large_body_counts_for_its_client() -> None:
    """What lies in a file counts until it is closed; a small body does not."""
    room = Room(most=16 << 20, most_of_client=3 << 20)
    first, second, other = (Spool(share=room.share(name)) for name in ("a", "a", "b"))
    first.add(bytes(2 << 20))
    second.add(bytes(LARGEST_IN_MEMORY))
    assert room.held == 2 << 20
    with pytest.raises(NoRoom):
        second.add(b"x")
    other.add(bytes(2 << 20))
    second.close()
    first.close()
    first.close()
    other.close()
    assert room.held == 0
