"""Files of gzip members that follow each other, compressed by all cores while they are written.

One member after another is one gzip stream (RFC 1952, 2.2), so files of members can be joined
without being read. Where a member ends depends on the content alone: equal content gives equal
bytes, whatever the number of cores.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from zlib_ng import gzip_ng, zlib_ng

MEMBER = 4 << 20
"""Bytes of content of a member at most: a window of 32 KiB costs nothing against that."""
LEVEL = 6
"""The level of zlib-ng: of 1,000 bytes of observations it leaves 25, where level 3 leaves 42."""
GZIP = 16 + zlib_ng.MAX_WBITS
"""What tells zlib to write a member of gzip."""
BLOCK = 1 << 20
"""Bytes of lines that are read at a time."""


def compress(content: bytes) -> bytes:
    """Return content as one member, without name and time."""
    return zlib_ng.compress(content, LEVEL, GZIP)


class GzipWriter:
    """A file of members that is being written; a member ends where a line does, if it can."""

    def __init__(self, path: Path) -> None:
        """Open a file. Raises OSError."""
        threads = min(os.cpu_count() or 1, 4)
        self._file = path.open("wb")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="gzip")
        self._content = bytearray()
        self._members = deque[Future[bytes]]()
        self._most = 2 * threads

    def write(self, content: bytes) -> None:
        """Add content. Raises OSError when that of before cannot be written."""
        self._content += content
        while len(self._content) > MEMBER:
            end = self._content.rfind(b"\n", 0, MEMBER) + 1 or MEMBER
            self._begin(bytes(self._content[:end]))
            del self._content[:end]

    def _begin(self, content: bytes) -> None:
        """Have a member compressed; wait for those before it when they are too many."""
        self._members.append(self._pool.submit(compress, content))
        while len(self._members) > self._most:
            self._file.write(self._members.popleft().result())

    def close(self) -> None:
        """Write what is left and close the file, also more than once. Raises OSError."""
        if self._file.closed:
            return
        with self._file, self._pool:
            if self._content:
                self._begin(bytes(self._content))
                self._content.clear()
            while self._members:
                self._file.write(self._members.popleft().result())


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, compressed or not, in blocks of many."""
    with gzip_ng.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block if block.endswith(b"\n") else block + file.readline()


def triples_file(folder: Path, name: str) -> Path:
    """Return the N-Triples of a graph: the file, or the compressed one if there is no other."""
    path = folder / f"{name}.nt"
    return path if path.is_file() else folder / f"{name}.nt.gz"
