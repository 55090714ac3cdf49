"""The frames between the pool and a worker, and the writer that puts an answer into them.

A frame is a kind, a length and a body. The pool sends jobs as DATA; a worker says READY, then
answers with the body as DATA and END, or with ERROR. A small answer goes out in one piece.
The writer counts bytes before compression, and rows, and stops at a limit. Only what itself imports
nothing of the package is imported here, so that a worker starts quickly.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from collections.abc import Callable

from publish.rdf.rdf_xml import NOT_IN_XML

HEADER = struct.Struct(">cI")
READY, DATA, END, ERROR = b"R", b"D", b"E", b"X"
BLOCK = 64 * 1024
MOST_PARTS = 500
"""Parts that are sent in one call of the system, which takes 1024."""
VIEW = "view"
"""The form of an answer that is a view of a data set."""
GZIP, LEVEL = 31, 4
"""The number by which zlib writes gzip, without a time; and its level of compression."""

RowCounter = Callable[[bytes], int]
"""Returns the rows in the next block of an answer."""


class NoAnswer(Exception):
    """There is no answer, for the reason that the ERROR frame names: ``rows``, ``bytes``…"""

    def __init__(self, reason: str, message: str = "") -> None:
        self.message = message
        super().__init__(reason)


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """Return a frame."""
    return HEADER.pack(kind, len(body)) + body


def json_frame(kind: bytes, content: dict[str, object]) -> bytes:
    """Return a frame with a JSON object."""
    return frame(kind, json.dumps(content).encode())


def send(descriptor: int, *parts: bytes) -> None:
    """Write all parts. Raises OSError when nobody reads any more."""
    sent = os.writev(descriptor, parts)
    if sent < sum(map(len, parts)):
        left = memoryview(b"".join(parts))[sent:]
        while left:
            left = left[os.write(descriptor, left) :]


class FrameWriter:
    """A binary file whose content is sent as DATA frames, with an END frame after them."""

    def __init__(
        self,
        descriptor: int,
        form: str,
        media_type: str,
        *,
        most_rows: int,
        most_bytes: int,
        compress: bool,
        counts_rows: bool = True,
    ) -> None:
        """``form`` is ``select``, ``ask``, ``graph`` or VIEW, which is sent as it is written.

        Who writes CSV, a table, a graph or a view counts its rows.
        """
        self.rows = self.length = 0
        self.more, self.plan = False, ""
        """Whether there is more, and which way a query went, as its header says."""
        self._descriptor, self._form = descriptor, form
        self._count = row_counter(media_type) if form == "select" and counts_rows else None
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP) if compress else None
        self._is_xml = form != VIEW and "xml" in media_type
        self._block = bytearray()
        self._out: list[bytes] = []
        self._waiting = 0
        """Bytes in what is to be sent."""

    def write(self, data: bytes) -> int:
        """Add data; a block is sent when it is full. Raises NoAnswer."""
        if len(data) >= BLOCK:  # which is a block by itself, so it need not be copied
            self._flush_block()
            self._take(bytes(data))
            return len(data)
        self._block += data
        if len(self._block) >= BLOCK:
            self._flush_block()
        return len(data)

    def flush(self) -> None:
        """Do nothing: a block is sent when it is full."""

    def finish(self) -> None:
        """Complete the body; its last block is sent by ``end``. Raises NoAnswer."""
        self._flush_block()
        if self._gzip is not None:
            self._put(self._gzip.flush())

    def end(self, *, then: bool) -> None:
        """Send what is left, and END; ``then`` says that a READY frame follows later."""
        end = {"form": self._form, "rows": self.rows, "more": self.more, "plan": self.plan}
        send(self._descriptor, *self._out, json_frame(END, {**end, "then": then}))

    def _flush_block(self) -> None:
        if self._block:
            block = bytes(self._block)
            self._block.clear()
            self._take(block)

    def _take(self, block: bytes) -> None:
        if self._is_xml:
            # Blocks end where a call of write ends, so no character is cut in two.
            if NOT_IN_XML.search(block):
                raise NoAnswer("xml")
            block = block.replace(b"\r", b"&#xD;")  # else it is read as a line feed
        self.length += len(block)
        if self.length > self._most_bytes:
            raise NoAnswer("bytes")
        if self._count is not None:
            self.rows += self._count(block)
            if self.rows > self._most_rows:
                raise NoAnswer("rows")
        self._put(block if self._gzip is None else self._gzip.compress(block))

    def _put(self, data: bytes) -> None:
        if data:
            self._out += [HEADER.pack(DATA, len(data)), data]
            self._waiting += len(data)
        if self._waiting >= BLOCK or len(self._out) >= MOST_PARTS:
            send(self._descriptor, *self._out)
            self._out, self._waiting = [], 0


def row_counter(media_type: str) -> RowCounter | None:
    """Return a counter of the rows of a SELECT, which is given block by block; None for CSV."""
    if "xml" in media_type:
        return _Marks(b"<result>")  # in a text < is written &lt;
    if "csv" in media_type:
        return None
    if "tab-separated" in media_type:
        return _Lines()
    # A quotation mark in a text is written \", so the first two stand before and between rows only.
    return _Marks(b'"bindings":[{', b'},{"', b"},{}")


class _Marks:
    """Counts marks that each stand for one row, also across blocks."""

    def __init__(self, *marks: bytes) -> None:
        self._marks = marks
        self._longest = max(map(len, marks))
        self._before = b""

    def __call__(self, block: bytes) -> int:
        found = sum([_count(block, mark) for mark in self._marks])
        if before := self._before:
            for mark in self._marks:
                found += _count(before[-(len(mark) - 1) :] + block[: len(mark) - 1], mark)
        self._before = (before + block[-self._longest :])[-self._longest :]
        return found


def _count(block: bytes, mark: bytes) -> int:
    """Return how often a mark is in a block; the end of one may be the beginning of the next."""
    found = block.count(mark)
    if found and mark[0] == mark[-1]:
        return len(re.findall(b"(?=%b)" % re.escape(mark), block))
    return found


class _Lines:
    """Counts lines but the first; TSV writes the end of a line in a text as \\n."""

    def __init__(self) -> None:
        self._is_first = True

    def __call__(self, block: bytes) -> int:
        found = block.count(b"\n")
        if found and self._is_first:
            self._is_first = False
            found -= 1
        return found
