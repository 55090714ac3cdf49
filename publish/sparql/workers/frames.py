"""What a worker writes to its parent: frames, each a kind, a length and a body.

HEAD with the media type, DATA as it is written, END; or ERROR with a JSON object. A small answer
goes out in one piece. What is written is counted, in bytes before compression and in rows, and
TooMuch ends it at a limit. Nothing of the package is imported here: a worker starts quickly.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

from publish.rdf.rdf_xml import NotInXml

HEADER = struct.Struct(">cI")
READY, HEAD, DATA, END, ERROR = b"R", b"H", b"D", b"E", b"X"
BLOCK = 64 * 1024
GZIP, LEVEL = 31, 4
"""zlib's number for a gzip wrapper, in which it writes no time; and how hard it tries."""

NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What XML 1.0 cannot hold, in no way of writing it (section 2.2), as UTF-8."""

Count = Callable[[bytes], int]


class TooMuch(Exception):
    """The answer passes a limit: ``rows`` or ``bytes``."""


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """Return one frame."""
    return HEADER.pack(kind, len(body)) + body


def frame_of(kind: bytes, content: dict[str, object]) -> bytes:
    """Return one frame with a JSON object."""
    return frame(kind, json.dumps(content).encode())


@lru_cache(maxsize=64)
def head_of(media_type: str, form: str) -> bytes:
    """Return the frame with which an answer begins."""
    return frame_of(HEAD, {"type": media_type, "form": form})


def send(descriptor: int, data: bytes | bytearray) -> None:
    """Write all of it. Raises OSError when nobody reads any more."""
    sent = os.write(descriptor, data)
    while sent < len(data):
        sent += os.write(descriptor, memoryview(data)[sent:])


class Frames:
    """A binary file that sends what is written to it as DATA frames, after one HEAD."""

    def __init__(
        self,
        descriptor: int,
        head: bytes,
        *,
        rows: int,
        most: int,
        count: Count | None,
        compress: bool,
        xml: bool = False,
    ) -> None:
        """``count`` tells the rows in a block; at ``rows`` or ``most`` bytes it is too much."""
        self.rows = self.length = 0
        self.more = False
        self._descriptor, self._count = descriptor, count
        self._most_rows, self._most = rows, most
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP) if compress else None
        self._xml = xml
        self._block = bytearray()
        self._out = bytearray(head)

    def write(self, data: bytes) -> int:
        """Take a part; a block goes out when it is full. Raises TooMuch."""
        self._block += data
        if len(self._block) >= BLOCK:
            self._flush_block()
        return len(data)

    def flush(self) -> None:
        """Keep what is pending: a frame goes out when it is full."""

    def finish(self) -> None:
        """Take the end of the answer; it goes out with ``end``. Raises TooMuch."""
        self._flush_block()
        if self._gzip is not None:
            self._put(self._gzip.flush())

    def end(self, *, then: bool) -> None:
        """Send what is left, and END; ``then`` says that READY follows when there is room again."""
        numbers = f'"rows":{self.rows},"bytes":{self.length}'
        truths = f'"then":{str(then).lower()},"more":{str(self.more).lower()}'
        self._out += frame(END, f"{{{numbers},{truths}}}".encode())
        send(self._descriptor, self._out)

    def _flush_block(self) -> None:
        block = bytes(self._block)
        self._block.clear()
        if self._xml:
            # Blocks end where something written ends, so no character is cut in two.
            if NO_XML.search(block):
                raise NotInXml
            block = block.replace(b"\r", b"&#xD;")  # else it is read as a line feed
        self.length += len(block)
        if self.length > self._most:
            raise TooMuch("bytes")
        if self._count is not None:
            self.rows += self._count(block)
            if self.rows > self._most_rows:
                raise TooMuch("rows")
        self._put(block if self._gzip is None else self._gzip.compress(block))

    def _put(self, data: bytes) -> None:
        if data:
            self._out += frame(DATA, data)
        if len(self._out) >= BLOCK:
            send(self._descriptor, self._out)
            self._out = bytearray()


def counter_of(media_type: str) -> Count:
    """Return what counts the rows of a SELECT in a media type, block by block."""
    if "xml" in media_type:
        return _Marks(b"<result>")  # in a text < is written &lt;
    if "csv" in media_type:
        return _Records()
    if "tab-separated" in media_type:
        return _Lines()
    # A quotation mark in a text is written \", so these stand between and before rows only; but
    # for an empty row, which nobody writes on purpose.
    return _Marks(b'"bindings":[{', b'},{"', b"},{}")


class _Marks:
    """Counts texts that each stand for one row, also across blocks."""

    def __init__(self, *marks: bytes) -> None:
        self._marks = marks
        self._longest = max(map(len, marks))
        self._before = b""

    def __call__(self, block: bytes) -> int:
        found = sum([block.count(mark) for mark in self._marks])
        if before := self._before:
            for mark in self._marks:
                found += (before[-(len(mark) - 1) :] + block[: len(mark) - 1]).count(mark)
        self._before = (before + block[-self._longest :])[-self._longest :]
        return found


class _Lines:
    """Counts lines but the first; in a text of TSV the end of a line is written as \\n."""

    def __init__(self) -> None:
        self._is_first = True

    def __call__(self, block: bytes) -> int:
        found = block.count(b"\n")
        if found and self._is_first:
            self._is_first = False
            found -= 1
        return found


class _Records:
    """Counts records of CSV but the first: ends of lines that stand in no quotation marks."""

    def __init__(self) -> None:
        self._quoted, self._is_first = False, True

    def __call__(self, block: bytes) -> int:
        parts = block.split(b'"')
        found = sum(part.count(b"\n") for part in parts[self._quoted :: 2])
        self._quoted ^= len(parts) % 2 == 0
        if found and self._is_first:
            self._is_first = False
            found -= 1
        return found
