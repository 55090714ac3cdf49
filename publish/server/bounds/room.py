"""The bytes that a process holds for its clients: bodies that come in, answers not yet read.

There is a bound on all of them and one on those of a client. Besides, a client is given no more
than what is left for others: one that holds all it can leaves half, two leave a third. So clients
that read slowly, however many, leave room for one that does not, also where the disk is small.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from publish.server.clients import counted_as

RETRY_AFTER = 30
"""Seconds after which a client for which there is no room may try again."""


class NoRoom(Exception):
    """A client holds as many bytes as it may, or the server does."""


@dataclass(kw_only=True)
class Room:
    """The bytes held for all clients; any thread may use it."""

    most: int
    most_of_client: int
    folder: Path | None = None
    """Where the bytes are files: a client has no more of them than its disk has left."""
    held: int = 0
    _of_client: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def share(self, client: str) -> HeldBytes:
        """Return what is held for one request of a client, nothing to begin with."""
        return HeldBytes(self, counted_as(client))

    def take(self, client: str, size: int, already: int = 0) -> None:
        """Hold more bytes for a client, for what has ``already`` so many. Raises NoRoom."""
        with self._lock:
            wanted = self._of_client[client] + size
            is_only_one = wanted == already + size
            left = self.most - self.held - size
            if wanted > min(self.most_of_client, left):
                raise NoRoom
            if not is_only_one and wanted > self._left_on_disk() - size:
                raise NoRoom  # of a single one the disk itself says that it is full
            self._of_client[client] = wanted
            self.held += size

    def give_back(self, client: str, size: int) -> None:
        """Hold bytes of a client no more."""
        with self._lock:
            self.held -= size
            self._of_client[client] -= size
            if not self._of_client[client]:
                del self._of_client[client]

    def _left_on_disk(self) -> float:
        """Return how many bytes more the disk has room for."""
        if self.folder is None:
            return math.inf
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize if disk.f_blocks else math.inf


class HeldBytes:
    """The bytes held for one request; ``with`` gives them back."""

    def __init__(self, room: Room, client: str) -> None:
        self._room, self._client, self._size = room, client, 0

    def grow(self, size: int) -> None:
        """Hold more bytes. Raises NoRoom."""
        self._room.take(self._client, size, self._size)
        self._size += size

    def close(self) -> None:
        """Give all back."""
        if self._size:
            size, self._size = self._size, 0
            self._room.give_back(self._client, size)

    def __enter__(self) -> HeldBytes:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
