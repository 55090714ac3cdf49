"""What is asked of a pool of workers, and what it answers.

The text of a query is a stranger's, so nothing here reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publish.sparql.workers.spool import Spool


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query, the data set it is asked of, and the wanted media types, best first.

    ``results`` are for SELECT and ASK, ``graphs`` for CONSTRUCT and DESCRIBE. With the coding
    ``gzip`` the answer comes compressed. With ``first`` it is as many rows at most, in TSV or
    N-Triples, and it says whether there are more.
    """

    text: str
    results: tuple[str, ...] = ("application/sparql-results+json",)
    graphs: tuple[str, ...] = ("text/turtle",)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    coding: str = "identity"
    first: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """The whole answer to one question; close it when it has been read."""

    media_type: str
    form: str
    """``select``, ``ask`` or ``graph``."""
    coding: str
    rows: int
    """Rows of a SELECT, triples of a graph, 0 for an ASK."""
    seconds: float
    volatile: bool
    """Whether the same query may have another answer later on the same data."""
    more: bool = False
    """Whether there are more rows than the first ones that were asked for."""
    spool: Spool

    @property
    def length(self) -> int:
        """Bytes of the body, as coded."""
        return self.spool.length

    @property
    def body(self) -> bytes | None:
        """The body, or None when it is too large for memory: then use ``chunks``."""
        return self.spool.body

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in parts."""
        return self.spool.chunks()

    def close(self) -> None:
        """Forget the body."""
        self.spool.close()

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
