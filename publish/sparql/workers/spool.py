"""A body that is kept until it is whole: in memory when small, in a file without a name when large.

In come parts, out comes one body. The file is gone with the process, however that ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

IN_MEMORY = 1 << 20
PART = 256 * 1024


class Spool:
    """Bytes that are first added, then read; ``length`` counts them."""

    def __init__(self) -> None:
        self.length = 0
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Add a part. Raises OSError when the disk is full."""
        self.length += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._parts.append(data)
        if self.length > IN_MEMORY:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
            for part in self._parts:
                self._file.write(part)
            self._parts.clear()

    @property
    def body(self) -> bytes | None:
        """The whole body, or None when it is in a file."""
        if self._file is not None:
            return None
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in parts, from its beginning."""
        if self._file is None:
            if body := self.body:
                yield body
            return
        self._file.seek(0)
        while data := self._file.read(PART):
            yield data

    def close(self) -> None:
        """Forget the body."""
        if self._file is not None:
            self._file.close()
        self._parts.clear()
