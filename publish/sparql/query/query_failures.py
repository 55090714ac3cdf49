"""What HTTP says of a query that was not answered: a status, a sentence, when to come again.

In comes an error of the guard or the pool, out comes a Failure, which a page shows and a program is
told in plain text.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.faults.fault import Words
from publish.server.replies import Headers, header
from publish.sparql.query.errors import (
    BadDataSet,
    Busy,
    CannotEvaluate,
    CannotSay,
    NotAcceptable,
    QueryFailed,
    QuerySyntax,
    TimedOut,
    TooMuch,
)
from publish.sparql.query.guard import Refused, TooLarge


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is no answer: a status, a sentence, and the place in the query."""

    status: int
    sentence: Words
    outcome: str
    place: tuple[int, int] | None = None
    retry_after: int | None = None


def retry_headers(failure: Failure) -> Headers:
    """Return the header that says when to try again, if that may help."""
    if failure.retry_after is None:
        return []
    return [header("retry-after", str(failure.retry_after))]


def failure_of(error: QueryFailed | Refused) -> Failure:
    """Return what is told of a query that was not answered."""
    sentence = error.reason
    if isinstance(error, TooLarge):
        return Failure(status=413, sentence=sentence, outcome="refused")
    if isinstance(error, Refused):
        return Failure(status=403, sentence=sentence, outcome="refused")
    if isinstance(error, QuerySyntax):
        place = (error.line, error.column)
        return Failure(status=400, sentence=sentence, outcome="syntax", place=place)
    if isinstance(error, (BadDataSet, CannotEvaluate)):
        return Failure(status=400, sentence=sentence, outcome="syntax")
    if isinstance(error, (NotAcceptable, CannotSay)):
        return Failure(status=406, sentence=sentence, outcome="bad-request")
    if isinstance(error, Busy):
        after = error.retry_after
        return Failure(status=503, sentence=sentence, outcome="busy", retry_after=after)
    if isinstance(error, TimedOut):
        return Failure(status=503, sentence=sentence, outcome="timed-out", retry_after=5)
    outcome = "too-much" if isinstance(error, TooMuch) else "lost"
    return Failure(status=503, sentence=sentence, outcome=outcome, retry_after=60)
