"""How many bytes clients may have held for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publish.server.bounds.room import NoRoom, Room


def take_all(room: Room, client: str) -> int:
    """Let a client hold as much as it can; return how much that is."""
    share = room.share(client)
    size = 0
    while True:
        try:
            share.grow(1)
        except NoRoom:
            return size
        size += 1


def test_bound_of_a_client() -> None:
    """One client holds its own bound at most, and others are served."""
    room = Room(most=100, most_of_client=20)
    assert [take_all(room, name) for name in ("a", "a", "b")] == [20, 0, 20]
    assert room.held == 40


def test_leave_as_much_as_one_has() -> None:
    """However many clients hold all they can, the next one finds as much room as is theirs."""
    room = Room(most=90, most_of_client=90)
    assert [take_all(room, name) for name in ("a", "b", "a", "c")] == [45, 22, 0, 11]
    room = Room(most=4000, most_of_client=100)
    assert {take_all(room, f"client {number}") for number in range(19)} == {100}


def test_give_back() -> None:
    """What is given back is there for all, once, and a client who holds nothing is forgotten."""
    room = Room(most=100, most_of_client=20)
    with room.share("a") as share:
        share.grow(20)
        share.close()
        assert room.held == 0
    assert take_all(room, "a") == 20


def test_addresses_of_one_network_are_one_client() -> None:
    """An address of IPv6 counts by its first 64 bits."""
    room = Room(most=100, most_of_client=20)
    assert [take_all(room, name) for name in ("2001:db8::1", "2001:db8::2")] == [20, 0]


def test_bound_of_a_small_disk(tmp_path: Path) -> None:
    """Where the disk has less room than the bound, the disk counts for all but a first answer."""
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize
    room = Room(most=9 * free, most_of_client=9 * free, folder=tmp_path)
    first, second = room.share("a"), room.share("a")
    first.grow(free // 2)
    first.grow(free // 4)
    with pytest.raises(NoRoom):
        second.grow(free // 4)
    second.grow(1)
