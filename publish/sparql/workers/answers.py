"""A question to the pool, its evaluation in a worker, and the answer or error that comes of it.

An answer is read to its end before anything of it is used.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from typing import Any

from publish.faults.fault import phrase, written_out
from publish.server.bounds.spool import Spool
from publish.sparql.query.errors import (
    AnswerTooLarge,
    CannotEvaluate,
    NotAcceptable,
    NotExpressible,
    OutOfMemory,
    QueryFailed,
    StoreDamaged,
    TimedOut,
    WorkerLost,
)
from publish.sparql.query.limits import MOST_MERGED_TRIPLES, Limits, size
from publish.sparql.query.syntax import explain_syntax

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query, the RDF dataset it is asked of, and the accepted media types.

    ``result_type`` is for SELECT and ASK, ``graph_type`` for CONSTRUCT and DESCRIBE; None when none
    is accepted. ``coding`` is ``identity`` or ``gzip``. With ``first`` the answer has so many rows
    at most, in TSV or N-Triples, and says whether there are more.
    """

    text: str
    result_type: str | None = "application/sparql-results+json"
    graph_type: str | None = "text/turtle"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    coding: str = "identity"
    first: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """The whole answer to a question; close its spool when it has been read."""

    form: str
    """``select``, ``ask`` or ``graph``."""
    rows: int = 0
    """Rows of a SELECT, triples of a graph, 0 for an ASK, as its worker has counted them."""
    seconds: float | None = None
    """How long it was evaluated; None for an answer from the cache."""
    volatile: bool = False
    """Whether the same query may have another answer on the same data."""
    more: bool = False
    """Whether there are more rows than the first ones that were asked for."""
    spool: Spool

    @property
    def outcome(self) -> str:
        """The word for it in the log and the metrics."""
        return "cached" if self.seconds is None else "answered"


@dataclass(kw_only=True, eq=False)
class Evaluation:
    """One evaluation of a question in a worker.

    A question may need several: one query too many among the slow ones is evaluated again, and so
    is one whose worker was already ending.
    """

    volatile: bool
    answer: asyncio.Future[Answer]
    started: float
    spool: Spool
    timer: asyncio.TimerHandle | None = None

    def fail(self, error: Exception) -> None:
        """End with an error, unless it has ended already."""
        if self.timer is not None:
            self.timer.cancel()
        if not self.answer.done():
            self.answer.set_exception(error)


def error_from_frame(content: dict[str, Any], text: str, limits: Limits) -> QueryFailed:
    """Return the error that the ERROR frame of a worker describes; ``text`` is the query."""
    match content["error"]:
        case "no-type-for-graphs" | "no-type-for-results" as reason:
            return NotAcceptable(graph=reason == "no-type-for-graphs")
        case "syntax":
            return explain_syntax(content["message"], text)
        case "rows":
            return AnswerTooLarge(phrase("query-too-many-rows", most=written_out(limits.rows)))
        case "bytes":
            return AnswerTooLarge(phrase("query-answer-too-large", most=size(limits.answer_bytes)))
        case "xml":
            return NotExpressible(phrase("query-not-in-xml"))
        case "merge":
            most = written_out(MOST_MERGED_TRIPLES)
            return AnswerTooLarge(phrase("query-merge-too-large", most=most))
        case "store":
            log.error("The store cannot be read: %s", content["message"])
            return StoreDamaged()
        case "memory":
            return OutOfMemory(phrase("query-out-of-memory", most=size(limits.memory)))
        case _:
            return CannotEvaluate(phrase("query-not-evaluated", problem=content["message"]))


def error_from_exit(code: int | None, limits: Limits) -> QueryFailed:
    """Return the error for a worker that ended by itself, from its exit code."""
    match -(code or 0):
        case signal.SIGABRT:
            return OutOfMemory(phrase("query-out-of-memory", most=size(limits.memory)))
        case signal.SIGALRM:
            return TimedOut(limits)
        case signal.SIGILL:
            return WorkerLost(phrase("query-gave-up"))
        case signal.SIGSEGV | signal.SIGBUS:
            return WorkerLost(phrase("query-worker-crashed"))
        case _:
            return WorkerLost(phrase("query-worker-ended"))
