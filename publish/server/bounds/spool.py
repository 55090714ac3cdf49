"""A body that is written in parts, then read: in memory while it is small, else in a file.

The file has no name, and goes with the process however that ends. What it holds counts in the room
of a client from its first byte to the last that is sent.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import IO

from publish.server.bounds.room import HeldBytes

LARGEST_IN_MEMORY = 1 << 20
"""Bytes of the largest body that is kept in memory."""
PART = 256 * 1024
"""Bytes that are read from a file at once."""


class Spool:
    """A body: first its parts are added, then it is read; ``length`` counts its bytes.

    It is also the stream of a reply.
    """

    def __init__(self, body: bytes = b"", share: HeldBytes | None = None) -> None:
        """``share`` is the room of the client whom it is for; None where nobody counts."""
        self._parts, self._share = [body], share
        self._file: IO[bytes] | None = None
        self.length = len(body)

    def add(self, data: bytes) -> None:
        """Add a part. Raises OSError when the disk is full, NoRoom when the client's room is."""
        self.length += len(data)
        if self.length <= LARGEST_IN_MEMORY:
            self._parts.append(data)
            return
        if self._file is None:
            data = b"".join([*self._parts, data])
            self._parts.clear()
        if self._share is not None:
            self._share.grow(len(data))
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
        self._write_whole(self._file, data)

    def _write_whole(self, file: IO[bytes], data: bytes) -> None:
        """Write all of a part: what still fits on a disk that is nearly full is a beginning."""
        rest = memoryview(data)
        while rest:
            written = file.write(rest)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rest = rest[written:]

    @property
    def body(self) -> bytes | None:
        """The whole body, or None when it is in a file."""
        return b"".join(self._parts) if self._file is None else None

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in parts, from its beginning. Raises OSError when the file is cut off."""
        if self._file is None:
            yield from filter(None, [b"".join(self._parts)])
            return
        self._file.seek(0)
        left = self.length
        while left:
            if not (data := self._file.read(min(PART, left))):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            left -= len(data)
            yield data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks():
            yield chunk

    def close(self) -> None:
        """Forget the body."""
        self._parts.clear()
        if self._file is not None:
            self._file.close()
        if self._share is not None:
            self._share.close()
