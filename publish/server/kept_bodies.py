"""Documents that were made before, by their tag: a page of a large data set takes a while.

The tag holds everything that a document is made of, so what is kept is never out of date.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_BYTES = 32 << 20
"""How much is kept; what was used longest ago goes first."""


class KeptBodies:
    """The bodies of documents, up to a number of bytes; any thread may ask."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._size = most, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> bytes | None:
        """Return the body that has a tag, if it is kept."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def put(self, tag: str, body: bytes) -> None:
        """Keep a body, unless it alone is more than a tenth of what may be kept."""
        if len(body) > self._most // 10:
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.pop(tag, b""))
            self._bodies[tag] = body
            while self._size > self._most:
                _, old = self._bodies.popitem(last=False)
                self._size -= len(old)
