"""The limits of a query and of the workers, as the settings give them and the pages state them.

Times are in seconds, sizes in bytes. A query that passes a limit is answered by an error that
names the limit; an answer is never cut short.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.faults.fault import Words, phrase, written_out

MOST_MERGED_TRIPLES = 300_000
"""Triples copied to merge the graphs of one query: some three seconds and hundred megabytes."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one pool of workers and of each query that it evaluates."""

    deadline: float = 30.0
    """Seconds from the start of a query in a worker to the end of its answer."""
    slow_after: float = 0.5
    """Seconds after which a query counts as slow."""
    workers: int = 4
    waiting: int = 32
    """Queries that may wait for a worker."""
    patience: float = 10.0
    """Seconds that a query waits at most."""
    memory: int = 1 << 30
    """Bytes that a query may take on top of what an idle worker has."""
    rows: int = 1_000_000
    """Rows of a result, or triples of a graph."""
    answer_bytes: int = 128 << 20
    """Bytes of an answer, before compression."""
    query_bytes: int = 256 * 1024
    nesting: int = 100
    """Depth of brackets in a query."""
    parts: int = 2000
    """Blocks, operators and patterns in a query."""

    @property
    def slow_workers(self) -> int:
        """How many workers slow queries may hold at most."""
        return max(1, self.workers // 2)


def size(number: int) -> Words:
    """Return a number of bytes in words, in the largest unit in which it is a whole number."""
    for unit, key in ((1 << 30, "size-gb"), (1 << 20, "size-mb"), (1 << 10, "size-kb")):
        if number >= unit and number % unit == 0:
            return phrase(key, number=written_out(number // unit))
    return phrase("size-bytes", number=written_out(number))


def duration(seconds: float) -> Words:
    """Return a number of seconds in words."""
    if seconds == 1:
        return phrase("one-second")
    return phrase("seconds", number=Words(f"{seconds:g}", f"{seconds:g}".replace(".", ",")))
