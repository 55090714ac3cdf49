"""What the pool is asked, its evaluation in a worker, and the answer or error that comes of it.

An answer is read to its end before anything of it is used.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from publish.faults.fault import Words, phrase, written_out
from publish.server.bounds.spool import Spool
from publish.sparql.query.errors import (
    AnswerTooLarge,
    BadGraphName,
    CannotEvaluate,
    NeedsAllTriples,
    NotAcceptable,
    NotExpressible,
    OutOfMemory,
    QueryFailed,
    StoreDamaged,
    TimedOut,
    TooManyOfView,
    ViewFileChanged,
    ViewNotPossible,
    WorkerLost,
)
from publish.sparql.query.guard import Examined
from publish.sparql.query.limits import MOST_MERGED_TRIPLES, Limits, size
from publish.sparql.query.syntax import explain_syntax
from publish.sparql.workers.frames import VIEW

QUERY = "query"
"""The kind of a task that is a query; the other is VIEW."""

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


@dataclass(frozen=True, kw_only=True)
class ViewQuestion:
    """A view of a data set in a form, as its worker is told."""

    job: Mapping[str, Any]
    """A ``ViewJob`` of the exports, for JSON."""
    media_type: str
    coding: str = "identity"
    """``identity`` or ``gzip``."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker is sent."""

    job: bytes
    text: str = ""
    """The query, for the explanation of a mistake in it."""
    kind: str = QUERY
    """QUERY or VIEW, with which the names of sentences about it begin."""
    volatile: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """The whole answer to a question; close its spool when it has been read."""

    form: str
    """``select``, ``ask``, ``graph`` or ``view``."""
    rows: int = 0
    """Rows of a SELECT, triples of a graph, 0 for an ASK, observations of a view on all pages."""
    seconds: float | None = None
    """How long it was evaluated; None for an answer from the cache."""
    volatile: bool = False
    """Whether the same query may have another answer on the same data."""
    more: bool = False
    """Whether there are more rows than the first ones that were asked for."""
    plan: str = ""
    """Which way a query went and why, as its header says it."""
    spool: Spool

    @property
    def outcome(self) -> str:
        """The word for it in the log and the metrics."""
        return "cached" if self.seconds is None else "answered"

    @property
    def way(self) -> str:
        """The way on which a worker answered a query, for the log and the metrics."""
        return "" if self.seconds is None else self.plan.partition(";")[0]


@dataclass(kw_only=True, eq=False)
class Evaluation:
    """One evaluation of a question in a worker.

    A question may need several: one query too many among the slow ones is evaluated again, and so
    is one whose worker was already ending.
    """

    task: Task
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


def task_of_query(question: Question, examined: Examined) -> Task:
    """Return what a worker is sent for a query. Raises BadGraphName."""
    for iri in (*question.default_graphs, *question.named_graphs):
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            reason = phrase("query-bad-graph", iri=repr(iri), problem=str(error))
            raise BadGraphName(reason) from error
    job = json.dumps({**vars(question), "probe": examined.probe}).encode()
    return Task(job=job, text=question.text, volatile=examined.volatile)


def task_of_view(question: ViewQuestion) -> Task:
    """Return what a worker is sent for a view."""
    return Task(job=json.dumps({VIEW: vars(question)}).encode(), kind=VIEW)


def error_from_frame(content: dict[str, Any], task: Task, limits: Limits) -> QueryFailed:
    """Return the error that the ERROR frame of a worker describes."""
    match content["error"]:
        case "no-type-for-graphs" | "no-type-for-results" as reason:
            return NotAcceptable(graph=reason == "no-type-for-graphs")
        case "syntax":
            return explain_syntax(content["message"], task.text)
        case "rows":
            return AnswerTooLarge(phrase("query-too-many-rows", most=written_out(limits.rows)))
        case "bytes":
            key = f"{task.kind}-answer-too-large"
            return AnswerTooLarge(phrase(key, most=size(limits.answer_bytes)))
        case "xml":
            return NotExpressible(phrase("query-not-in-xml"))
        case "merge":
            most = written_out(MOST_MERGED_TRIPLES)
            return AnswerTooLarge(phrase("query-merge-too-large", most=most))
        case "store":
            log.error("The store cannot be read: %s", content["message"])
            return StoreDamaged()
        case "memory":
            return OutOfMemory(phrase(f"{task.kind}-out-of-memory", most=size(limits.memory)))
        case "triples":
            return NeedsAllTriples(**json.loads(content["message"]))
        case "columns":
            log.error("The columns cannot be asked: %s", content["message"])
            return WorkerLost(phrase("query-columns-failed"))
        case "view-refused":
            return ViewNotPossible(Words(**json.loads(content["message"])))
        case "view-rows":
            return TooManyOfView(int(content["message"]))
        case "view-file":
            return ViewFileChanged()
        case _ if task.kind == VIEW:
            log.error("A view was not written: %s", content["message"])
            return WorkerLost(phrase("view-not-evaluated"))
        case _:
            return CannotEvaluate(phrase("query-not-evaluated", problem=content["message"]))


def error_from_exit(code: int | None, task: Task, limits: Limits) -> QueryFailed:
    """Return the error for a worker that ended by itself, from its exit code."""
    match -(code or 0):
        case signal.SIGABRT:
            return OutOfMemory(phrase(f"{task.kind}-out-of-memory", most=size(limits.memory)))
        case signal.SIGALRM:
            return TimedOut(limits, task.kind)
        case _ if task.kind == VIEW:
            return WorkerLost(phrase("view-worker-ended"))
        case signal.SIGILL:
            return WorkerLost(phrase("query-gave-up"))
        case signal.SIGSEGV | signal.SIGBUS:
            return WorkerLost(phrase("query-worker-crashed"))
        case _:
            return WorkerLost(phrase("query-worker-ended"))
