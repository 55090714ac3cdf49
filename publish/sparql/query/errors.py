"""Why there is no answer to a query, in sentences in both languages.

Each error is raised to the one who asked; its text is English and its ``reason`` knows the Dutch.
A limit that was passed is named with its value, and what to do about it.
"""

from __future__ import annotations

import signal
from typing import Any

from publish.faults.fault import Words, phrase, written_out
from publish.server.negotiation import GRAPHS, RESULTS
from publish.sparql.query.limits import MOST_TRIPLES, Limits, duration, size
from publish.sparql.query.syntax import explain_syntax


class QueryFailed(Exception):
    """No answer, and why, in a sentence for the one who asked."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(str(reason))


class QuerySyntax(QueryFailed):
    """The text is not SPARQL: the place where reading stopped, from 1."""

    def __init__(self, reason: Words, *, line: int, column: int) -> None:
        self.line, self.column = line, column
        super().__init__(reason)


class BadDataSet(QueryFailed):
    """A graph is named by something that is no IRI."""


class NotAcceptable(QueryFailed):
    """The query is fine, but no wanted media type suits its form."""

    def __init__(self, *, graph: bool) -> None:
        self.graph = graph
        key = "query-no-type-for-graphs" if graph else "query-no-type-for-results"
        forms = GRAPHS if graph else RESULTS
        super().__init__(phrase(key, names=", ".join(form.media_type for form in forms)))


class CannotEvaluate(QueryFailed):
    """The query is SPARQL, but asks for something that does not exist, as a function."""


class CannotSay(QueryFailed):
    """The answer holds what the media type asked for cannot hold."""


class TimedOut(QueryFailed):
    """The deadline passed before the answer was whole."""


class TooMuch(QueryFailed):
    """The answer, or what has to be copied for it, passes a limit."""


class Busy(QueryFailed):
    """No worker came free in time; ``retry_after`` is an estimate in seconds of when one may."""

    def __init__(self, reason: Words, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class WorkerLost(QueryFailed):
    """The process that evaluated the query died, or there is none."""


class OutOfMemory(WorkerLost):
    """The query needs more memory than it may take."""


def timed_out(limits: Limits) -> TimedOut:
    """Return the error for a query that passes the deadline."""
    return TimedOut(phrase("query-timed-out", most=duration(limits.deadline)))


def failure(content: dict[str, Any], text: str, limits: Limits) -> QueryFailed:
    """Return the error that a worker's ERROR frame describes."""
    match content["error"]:
        case "not-acceptable":
            return NotAcceptable(graph=content["graph"])
        case "syntax":
            fault = explain_syntax(content["message"], text)
            return QuerySyntax(fault.sentence, line=fault.line, column=fault.column)
        case "rows":
            return TooMuch(phrase("query-too-many-rows", most=written_out(limits.rows)))
        case "bytes":
            return TooMuch(phrase("query-answer-too-large", most=size(limits.answer_bytes)))
        case "xml":
            return CannotSay(phrase("query-not-in-xml"))
        case "merge":
            return TooMuch(phrase("query-merge-too-large", most=written_out(MOST_TRIPLES)))
        case "memory":
            return OutOfMemory(phrase("query-out-of-memory", most=size(limits.memory)))
        case "store":
            return WorkerLost(phrase("store-not-opened", problem=content["message"]))
        case _:
            return CannotEvaluate(phrase("query-not-evaluated", problem=content["message"]))


def loss(code: int | None, limits: Limits) -> QueryFailed:
    """Return the error for a worker that ended by itself, from its exit code."""
    match -(code or 0):
        case signal.SIGABRT:
            return OutOfMemory(phrase("query-out-of-memory", most=size(limits.memory)))
        case signal.SIGALRM:
            return timed_out(limits)
        case signal.SIGILL:
            return WorkerLost(phrase("query-gave-up"))
        case signal.SIGSEGV | signal.SIGBUS:
            return WorkerLost(phrase("query-worker-crashed"))
        case _:
            return WorkerLost(phrase("query-worker-ended"))
