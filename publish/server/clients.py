"""How many queries each client has under way, over all processes of a server.

The counts stand in a memory-mapped file, and are exact, since each process looks and counts under
a lock of the file. Each counts in a column of its own, so that what a process had under way when
it died can be subtracted.
"""

from __future__ import annotations

import errno
import ipaddress
import mmap
import os
import secrets
import struct
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from publish.server.processes.liveness import is_alive, started
from publish.server.processes.run_folder import FileLock

MOST_PROCESSES = 64
"""Columns of the table."""
BUCKETS = 1024
BUCKET_SIZE = 8
"""Places in a bucket; the bucket of a client follows from a hash with a secret key."""
HASH_SIZE = 16
MAGIC = b"clients1"
KEY = slice(16, 32)

_OWNERS = 64
_OWNER = struct.Struct("=qq")
_HASHES = _OWNERS + MOST_PROCESSES * _OWNER.size
_COUNTS = _HASHES + BUCKETS * BUCKET_SIZE * HASH_SIZE
_ROW_SIZE = 1 + MOST_PROCESSES
"""Numbers of two bytes for each place: the sum, then the count of each process."""
_SIZE = _COUNTS + BUCKETS * BUCKET_SIZE * _ROW_SIZE * 2


class ClientTable:
    """Counts the queries of clients in a file that processes share.

    ``process_slot`` is the column of this process: no two living processes have the same, and each
    makes its table itself, after it was forked. What a dead process left in the column is cleared.
    Raises OSError when the file cannot be used, EBUSY when the column is another's.

    A client for which eight others have filled the bucket is refused, as if it were over its
    limit: with a secret key nobody can bring that about for somebody else, and by chance it takes
    thousands of clients at once, when the server is full anyway.
    """

    def __init__(self, path: Path, process_slot: int, most: int) -> None:
        if not 0 <= process_slot < MOST_PROCESSES:
            raise ValueError(process_slot)
        self._slot = process_slot
        self._most = most
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = FileLock(self._file)
        try:
            with self._lock:
                self._open(path)
        except OSError:
            os.close(self._file)
            raise

    def _open(self, path: Path) -> None:
        """Map the file, which is made when it is new, and take the column of this process."""
        if os.fstat(self._file).st_size != _SIZE:
            os.ftruncate(self._file, 0)
            os.posix_fallocate(self._file, 0, _SIZE)  # a disk that is full says so now
        self._map = mmap.mmap(self._file, _SIZE)
        if self._map[: len(MAGIC)] != MAGIC:
            self._map[KEY] = secrets.token_bytes(16)
            self._map[: len(MAGIC)] = MAGIC
        self._key = self._map[KEY]
        self._counts = memoryview(self._map)[_COUNTS:].cast("H")
        owner, start = self._owner(self._slot)
        if owner != os.getpid() and is_alive(owner, start):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        self._clear_column(self._slot)
        self._set_owner(self._slot, os.getpid(), started(os.getpid()))

    def enter(self, client: str) -> bool:
        """Count a query of a client; return False, and count nothing, when it has too many already.

        Each query that was let in has to leave.
        """
        with self._lock:
            at = self._find_row(client)
            if at is None or self._counts[at] >= self._most:
                # Only now it matters whether all that is counted is still under way.
                self._clear_dead()
                at = self._find_row(client)
                if at is None or self._counts[at] >= self._most:
                    return False
            self._counts[at + 1 + self._slot] += 1
            self._counts[at] += 1
            return True

    def leave(self, client: str) -> None:
        """Subtract a query of a client that is done. Raises KeyError when none was let in."""
        with self._lock:
            at = self._find_row(client)
            if at is None or not self._counts[at + 1 + self._slot]:
                raise KeyError(client)
            # In this order a process that dies in between leaves too much in its own column only,
            # which goes with it.
            self._counts[at] -= 1
            self._counts[at + 1 + self._slot] -= 1

    def close(self) -> None:
        """Subtract what this process still has under way, and close the file."""
        with self._lock:
            self._clear_column(self._slot)
            self._set_owner(self._slot, 0, 0)
            self._counts.release()
            self._map.close()
        os.close(self._file)

    def _find_row(self, client: str) -> int | None:
        """Return where the counts of a client begin, None when its bucket is full.

        The first free place is made the client's: it stays free until something is counted there.
        """
        digest = _hash(client, self._key)
        first = int.from_bytes(digest[:4], "little") % BUCKETS * BUCKET_SIZE
        free = None
        for place in range(first, first + BUCKET_SIZE):
            at = _HASHES + place * HASH_SIZE
            if not self._counts[place * _ROW_SIZE]:
                free = place if free is None else free
            elif self._map[at : at + HASH_SIZE] == digest:
                return place * _ROW_SIZE
        if free is None:
            return None
        at = _HASHES + free * HASH_SIZE
        self._map[at : at + HASH_SIZE] = digest
        return free * _ROW_SIZE

    def _owner(self, slot: int) -> tuple[int, int]:
        """Return the process that has a column, and when it started; 0 and 0 for none."""
        pid, start = _OWNER.unpack_from(self._map, _OWNERS + slot * _OWNER.size)
        return pid, start

    def _set_owner(self, slot: int, pid: int, start: int) -> None:
        _OWNER.pack_into(self._map, _OWNERS + slot * _OWNER.size, pid, start)

    def _clear_dead(self) -> None:
        """Clear the columns of processes that live no more."""
        for slot in range(MOST_PROCESSES):
            pid, start = self._owner(slot)
            if pid and slot != self._slot and not is_alive(pid, start):
                self._clear_column(slot)
                self._set_owner(slot, 0, 0)

    def _clear_column(self, slot: int) -> None:
        """Set a column to zero."""
        for place, count in enumerate(self._counts[1 + slot :: _ROW_SIZE].tolist()):
            if count:
                at = place * _ROW_SIZE
                self._counts[at + 1 + slot] = 0
                self._counts[at] = sum(self._counts[at + 1 : at + _ROW_SIZE])


@lru_cache(maxsize=4096)
def _hash(client: str, key: bytes) -> bytes:
    return blake2b(counted_as(client).encode(), key=key, digest_size=HASH_SIZE).digest()


def counted_as(client: str) -> str:
    """Return what a client is counted as: its address, or the first 64 bits of an IPv6 address.

    Whoever has one address of IPv6 commonly has all that share these bits.
    """
    if ":" not in client:
        return client
    try:
        address = ipaddress.IPv6Address(client.partition("%")[0])
    except ValueError:
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
