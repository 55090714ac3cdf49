"""Why a query gets no answer: one exception for each reason.

Each has a sentence for the client in English and Dutch, the status of the HTTP response, the
outcome that the log and the metrics name, and where it may help, when to try again. A limit that
was passed is named with its value.
"""

from __future__ import annotations

from collections.abc import Sequence

from publish.faults.fault import Words, phrase, together
from publish.server.replies import Headers, header
from publish.sparql.forms import GRAPHS, RESULTS
from publish.sparql.query.limits import Limits, duration


class QueryFailed(Exception):
    """A query is not answered; ``reason`` says why."""

    status = 503
    outcome = "lost"
    retry_after: int | None = 60
    """Seconds after which the client may try again."""
    place: tuple[int, int] | None = None
    """Line and column in the query, from 1."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason)

    @property
    def sentence(self) -> Words:
        """The reason, with the place in the query that it is about, if any."""
        if self.place is None:
            return self.reason
        line, column = self.place
        return phrase("at-place", line=line, column=column, problem=self.reason)


class BadRequest(QueryFailed):
    """The request does not follow the SPARQL 1.1 Protocol."""

    outcome = "bad-request"
    retry_after = None

    def __init__(self, status: int, reason: Words) -> None:
        self.status = status
        super().__init__(reason)


class Refused(QueryFailed):
    """The query may be good SPARQL, but this endpoint does not answer it."""

    status, outcome, retry_after = 403, "refused", None


class QueryTooLarge(Refused):
    """The query is longer, deeper or has more parts than this endpoint reads."""

    status = 413


class QuerySyntax(QueryFailed):
    """The text is not SPARQL; ``place`` is where the mistake seems to be."""

    status, outcome, retry_after = 400, "syntax", None
    place: tuple[int, int]

    def __init__(self, reason: Words, place: tuple[int, int]) -> None:
        self.place = place
        super().__init__(reason)


class BadGraphName(QueryFailed):
    """A parameter of the protocol names a graph by something that is no IRI."""

    status, outcome, retry_after = 400, "syntax", None


class CannotEvaluate(QueryFailed):
    """The query is SPARQL, but uses something that does not exist, as an unknown function."""

    status, outcome, retry_after = 400, "syntax", None


class NotAcceptable(QueryFailed):
    """The client accepts no media type that suits the form of the query."""

    status, outcome, retry_after = 406, "bad-request", None

    def __init__(self, *, graph: bool) -> None:
        key = "query-no-type-for-graphs" if graph else "query-no-type-for-results"
        forms = GRAPHS if graph else RESULTS
        super().__init__(phrase(key, names=", ".join(form.media_type for form in forms)))


class NotExpressible(QueryFailed):
    """The answer holds what the accepted media type cannot express."""

    status, outcome, retry_after = 406, "bad-request", None


class TimedOut(QueryFailed):
    """The deadline passed before the answer was whole."""

    outcome, retry_after = "timed-out", 5

    def __init__(self, limits: Limits, kind: str = "query") -> None:
        super().__init__(phrase(f"{kind}-timed-out", most=duration(limits.deadline)))


class AnswerTooLarge(QueryFailed):
    """The answer, or what must be copied to find it, passes a limit."""

    outcome, retry_after = "too-much", None


class Busy(QueryFailed):
    """No worker came free in time; ``retry_after`` is an estimate."""

    outcome = "busy"

    def __init__(self, reason: Words, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class WorkerLost(QueryFailed):
    """The process that evaluated the query ended, or there is none."""


class OutOfMemory(WorkerLost):
    """The query needs more memory than it may take, now and later."""

    retry_after = None


class NeedsAllTriples(QueryFailed):
    """The query needs all triples of data sets whose observations are in columns only.

    It is understood and may be asked, but not carried out on these data (RFC 9110, section
    15.5.21); no permission helps, nor trying again, but another query does.
    """

    status, outcome, retry_after = 422, "refused", None

    def __init__(self, slugs: Sequence[str], why: str, dumps: Sequence[str]) -> None:
        """``why`` is one of the reasons of plans, ``dumps`` are addresses."""
        super().__init__(
            phrase(
                "query-needs-triples",
                data_sets=together(f'"{slug}"' for slug in slugs),
                why=phrase(f"query-way-{why}"),
                dumps=together(dumps),
            )
        )


class TooManyOfView(QueryFailed):
    """A view has more observations than its form is answered with; whoever asked says it better."""

    status, outcome, retry_after = 413, "too-much", None

    def __init__(self, observations: int) -> None:
        self.observations = observations
        super().__init__(Words(""))


class ViewNotPossible(QueryFailed):
    """The form of a view cannot hold what was chosen."""

    status, outcome, retry_after = 413, "too-much", None


class ViewFileChanged(QueryFailed):
    """A file that a view is read from is not what was written: a fault of the server."""

    def __init__(self) -> None:
        super().__init__(phrase("view-file-damaged"))


class StoreDamaged(QueryFailed):
    """The store cannot be read where the query needs it: a fault of the server."""

    status, retry_after = 500, None

    def __init__(self) -> None:
        super().__init__(phrase("query-store-damaged"))


def retry_headers(error: QueryFailed) -> Headers:
    """Return the Retry-After header, if trying again may help (RFC 9110, section 10.2.3)."""
    return [] if error.retry_after is None else [header("retry-after", str(error.retry_after))]
