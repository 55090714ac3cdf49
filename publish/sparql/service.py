"""The SPARQL endpoint of a release: answers from the cache or a worker, as HTTP responses.

A program gets a Reply; a client that prefers a page gets an Outcome, which the page shows. An
answer is whole before anything of it is sent, so it has a length, and passing a limit is a reply
of its own. Small answers are cached under a key of all that they depend on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from http import HTTPStatus

import pyoxigraph as ox

from publish import __version__
from publish.faults.fault import phrase
from publish.server.cache import AnswerCache, CachedAnswer, key_of
from publish.server.conditions import evaluate_preconditions
from publish.server.negotiation import HTML, Offer, choose_coding, rank_forms
from publish.server.replies import (
    COMMON_HEADERS,
    REVALIDATE,
    Headers,
    Reply,
    SpooledBody,
    header,
    sentence_reply,
)
from publish.sparql.forms import N_TRIPLES, TSV
from publish.sparql.protocol import (
    DESCRIPTIONS,
    Accepted,
    Parameters,
    accepted_forms,
    prefers_page,
    read_parameters,
)
from publish.sparql.query.errors import QueryFailed, retry_headers
from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.pool import QueryPool

LONGEST_REMEMBERED = 4096
MOST_REMEMBERED = 5000
"""How many requests, up to how many characters, are recognised without being read."""
LONGEST_BODY_ON_LOOP = 64 * 1024
"""Bytes of a body that is read on the event loop; a longer one is in a thread."""
PAGE_FORMS = (TSV.media_type, N_TRIPLES.media_type)
MOST_ROWS = 1000
"""A page shows so many rows of a result, and reads them in these forms."""
_Identity = tuple[bytes, str | None, str | None]


@dataclass(frozen=True, kw_only=True)
class SparqlRequest:
    """A request for the endpoint, its body read."""

    method: str
    query_string: bytes
    content_type: str
    body: bytes
    content_encoding: str
    accept: str | None
    accept_language: str | None
    accept_encoding: str | None
    conditions: Mapping[str, str]
    """If-None-Match and If-Match, as far as they were sent."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a page shows of a query: its parameters, and its answer or why there is none."""

    parameters: Parameters
    answer: CachedAnswer | Answer | None = None
    failure: QueryFailed | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class _Remembered:
    """What is remembered of a request: the key of its answer, and the headers of the reply."""

    key: bytes
    etag: str
    headers: Headers


class Endpoint:
    """The endpoint of one release."""

    def __init__(
        self,
        *,
        pool: QueryPool,
        cache: AnswerCache,
        release: str,
        describe: Callable[[ox.RdfFormat], bytes],
        per_client: int | None = None,
    ) -> None:
        """``describe`` writes the service description in a format.

        ``per_client`` is how many queries of one client run at a time, for the pages to state.
        """
        self.pool, self._cache, self.per_client = pool, cache, per_client
        self._release, self._describe = release, describe
        self._descriptions: dict[str, bytes] = {}
        self._remembered: dict[_Identity, _Remembered] = {}

    def cached_reply(self, request: SparqlRequest) -> Reply | None:
        """Return the reply to a request that is remembered, if its answer is in the cache."""
        known = self._remembered.get(_identity(request))
        if known is None:
            return None
        if _has_already(request, known.etag):
            return Reply(status=304, headers=known.headers[2:], outcome="cached")
        found = self._cache.get(known.key)
        if found is None:
            return None
        # Without ORDER BY, or with new blank nodes, an answer may have another length each time.
        length = (b"content-length", b"%d" % len(found.body))
        headers = [known.headers[0], length, *known.headers[2:]]
        return Reply(status=200, headers=headers, body=found.body, outcome="cached")

    async def answer(self, request: SparqlRequest) -> Reply | Outcome:
        """Return the reply for a program, or the outcome for a page."""
        parameters = Parameters(query=None)
        try:
            parameters = await _read(request)
            if parameters.query is None:
                return self._without_query(request, parameters)
            accepted = accepted_forms(parameters, request.accept)
        except QueryFailed as error:
            return _failed(request, parameters, error)
        if accepted.page:
            return await self._for_page(parameters)
        # If nothing is acceptable the worker says so, after it has judged the syntax.
        return await self._for_program(request, parameters, accepted)

    def answer_from_thread(self, request: SparqlRequest) -> Reply | Outcome:
        """Return the same in a thread that is not that of the event loop; a reply is whole."""
        reply = self.pool.from_thread(self.answer(request))
        if isinstance(reply, Reply) and isinstance(reply.stream, SpooledBody):
            return replace(reply, body=reply.stream.read(), stream=None)
        return reply

    async def _for_page(self, parameters: Parameters) -> Outcome:
        """Answer with the first rows, in the forms that a page reads."""
        question = _question(parameters, *PAGE_FORMS, "identity", MOST_ROWS)
        key = self._key(question)
        found = self._cache.get(key)
        if found is not None:
            return Outcome(parameters=parameters, answer=found, outcome="cached")
        try:
            answer = await self.pool.ask(question)
        except QueryFailed as error:
            return Outcome(parameters=parameters, failure=error, outcome=error.outcome)
        if not answer.volatile:
            self._keep(key, answer)
        return Outcome(parameters=parameters, answer=answer, outcome="answered")

    async def _for_program(
        self, request: SparqlRequest, parameters: Parameters, accepted: Accepted
    ) -> Reply | Outcome:
        """Answer in a form for programs."""
        coding = choose_coding(request.accept_encoding)
        if coding is None:
            return sentence_reply(
                406,
                phrase("no-coding"),
                accept_language=request.accept_language,
                outcome="bad-request",
            )
        result, graph = accepted.result, accepted.graph
        question = _question(
            parameters,
            result.form.media_type if result else None,
            graph.form.media_type if graph else None,
            coding,
        )
        key = self._key(question)
        etag = f'W/"{key.hex()}"'
        found = self._cache.get(key)
        if found is not None:
            headers = _headers_of(parameters, found.form, accepted, coding, len(found.body), etag)
            self._remember(request, parameters, key, etag, headers)
            if _has_already(request, etag):
                return Reply(status=304, headers=headers[2:], outcome="cached")
            return Reply(status=200, headers=headers, body=found.body, outcome="cached")
        try:
            answer = await self.pool.ask(question)
        except QueryFailed as error:
            return _failed(request, parameters, error)
        tag = None if answer.volatile else etag
        headers = _headers_of(parameters, answer.form, accepted, coding, answer.length, tag)
        if tag is not None and self._keep(key, answer):
            self._remember(request, parameters, key, etag, headers)
        status, body, stream = 200, answer.body or b"", None
        if _has_already(request, tag):
            status, body, headers = 304, b"", headers[2:]
            answer.close()
        elif answer.body is None:
            stream = SpooledBody(answer.chunks(), answer.close)
        return Reply(
            status=status,
            headers=headers,
            body=body,
            stream=stream,
            outcome="answered",
            seconds=answer.seconds,
        )

    def _key(self, question: Question) -> bytes:
        """Return the key in the cache: a digest of all that an answer depends on."""
        return key_of(
            self._release,
            __version__,
            question.text,
            question.default_graphs,
            question.named_graphs,
            question.results,
            question.graphs,
            question.coding,
            str(question.first),
        )

    def _keep(self, key: bytes, answer: Answer) -> bool:
        """Cache an answer if it is small; return whether it was."""
        if answer.body is None or len(answer.body) > self._cache.largest:
            return False
        kept = CachedAnswer(
            form=answer.form, media_type=answer.media_type, body=answer.body, more=answer.more
        )
        self._cache.put(key, kept)
        return True

    def _remember(
        self,
        request: SparqlRequest,
        parameters: Parameters,
        key: bytes,
        etag: str,
        headers: Headers,
    ) -> None:
        """Remember how a request was answered, unless it is long."""
        identity = _identity(request)
        if (
            request.method == "POST"
            or sum(len(part or "") for part in identity) > LONGEST_REMEMBERED
        ):
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[identity] = _Remembered(key=key, etag=etag, headers=headers)

    def _without_query(self, request: SparqlRequest, parameters: Parameters) -> Reply | Outcome:
        """Return the service description, or the outcome for an empty query page."""
        offers = rank_forms(request.accept, DESCRIPTIONS)
        if not offers:
            names = ", ".join(form.media_type for form in DESCRIPTIONS)
            return sentence_reply(
                406,
                phrase("not-acceptable", names=names),
                accept_language=request.accept_language,
                outcome="bad-request",
            )
        offer = offers[0]
        if offer.form is HTML:
            return Outcome(parameters=parameters)
        body = self._descriptions.get(offer.form.media_type)
        if body is None:
            format_ = ox.RdfFormat.from_media_type(offer.form.media_type) or ox.RdfFormat.TURTLE
            body = self._descriptions[offer.form.media_type] = self._describe(format_)
        etag = f'"{key_of(self._release, __version__, offer.form.media_type).hex()}"'
        headers = [
            header("content-type", offer.content_type),
            header("content-length", str(len(body))),
            header("etag", etag),
            header("cache-control", REVALIDATE),
            header("vary", "Accept"),
            *COMMON_HEADERS,
        ]
        if _has_already(request, etag):
            return Reply(status=304, headers=headers[2:], outcome="described")
        return Reply(status=200, headers=headers, body=body, outcome="described")


def _failed(
    request: SparqlRequest, parameters: Parameters, failure: QueryFailed
) -> Reply | Outcome:
    """Return why there is no answer, for a page or as plain text."""
    if prefers_page(request.accept):
        return Outcome(parameters=parameters, failure=failure, outcome=failure.outcome)
    sentence = failure.reason
    if failure.place is not None:
        line, column = failure.place
        sentence = phrase("at-place", line=line, column=column, problem=sentence)
    return sentence_reply(
        failure.status,
        sentence,
        accept_language=request.accept_language,
        query=parameters.query,
        more=retry_headers(failure),
        outcome=failure.outcome,
    )


def _has_already(request: SparqlRequest, etag: str | None) -> bool:
    """Return whether the client has the answer with an entity tag (RFC 9110, section 13.1.2)."""
    status = evaluate_preconditions(request.method, request.conditions, etag=etag)
    return status == HTTPStatus.NOT_MODIFIED


async def _read(request: SparqlRequest) -> Parameters:
    """Read the parameters; of a long body in a thread, so that the loop goes on."""
    read = partial(
        read_parameters,
        request.method,
        request.query_string,
        request.content_type,
        request.body,
        request.content_encoding,
    )
    return read() if len(request.body) <= LONGEST_BODY_ON_LOOP else await asyncio.to_thread(read)


def _identity(request: SparqlRequest) -> _Identity:
    """Return the parts of a GET request on which its reply depends."""
    return request.query_string, request.accept, request.accept_encoding


def _question(
    parameters: Parameters,
    result: str | None,
    graph: str | None,
    coding: str,
    first: int | None = None,
) -> Question:
    return Question(
        text=parameters.query or "",
        results=(result,) if result else (),
        graphs=(graph,) if graph else (),
        default_graphs=parameters.default_graphs,
        named_graphs=parameters.named_graphs,
        coding=coding,
        first=first,
    )


def _headers_of(
    parameters: Parameters,
    form: str,
    accepted: Accepted,
    coding: str,
    length: int,
    etag: str | None,
) -> Headers:
    """Return the headers of an answer; a 304 leaves the first two out."""
    offer = accepted.graph if form == "graph" else accepted.result
    assert offer is not None  # noqa: S101 - the worker answers in an accepted form
    kind, same = _same_headers(offer, coding, parameters.form is not None, etag is not None)
    tag = [] if etag is None else [(b"etag", etag.encode())]
    return [kind, (b"content-length", b"%d" % length), *tag, *same]


@lru_cache(maxsize=200)
def _same_headers(
    offer: Offer, coding: str, is_chosen: bool, is_tagged: bool
) -> tuple[tuple[bytes, bytes], Headers]:
    """Return the type, and the other headers that do not depend on the answer."""
    headers = [
        header("cache-control", REVALIDATE if is_tagged else "no-store"),
        header("vary", "Accept-Encoding" if is_chosen else "Accept, Accept-Encoding"),
    ]
    if coding != "identity":
        headers.append(header("content-encoding", coding))
    if is_chosen:
        name = f'attachment; filename="result.{offer.form.extension}"'
        headers.append(header("content-disposition", name))
    return header("content-type", offer.content_type), [*headers, *COMMON_HEADERS]
