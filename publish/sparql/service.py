"""The SPARQL endpoint of a release: answers from the cache or a worker, as HTTP responses.

A program gets a Reply; a client that prefers a page gets an Outcome, which the page shows. An
answer is whole before anything of it is sent, so it has a length, and passing a limit is a reply
of its own. Small answers are cached under a key of all that they depend on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from http import HTTPStatus

import pyoxigraph as ox

from publish import __version__
from publish.faults.fault import phrase
from publish.server.bounds.spool import Spool
from publish.server.cache import AnswerCache, CachedAnswer, key_of
from publish.server.conditions import evaluate_preconditions
from publish.server.negotiation import HTML, Form, Offer, choose_coding, rank_forms
from publish.server.replies import (
    COMMON_HEADERS,
    REVALIDATE,
    Headers,
    Reply,
    header,
    sentence_reply,
)
from publish.sparql.cubes.plan import PLAN_HEADER
from publish.sparql.forms import N_TRIPLES, RDF_XML, SPARQL_XML, TSV
from publish.sparql.protocol import (
    DESCRIPTIONS,
    Accepted,
    Parameters,
    accepted_forms,
    prefers_page,
    read_parameters,
)
from publish.sparql.query.errors import (
    BadRequest,
    NotExpressible,
    QueryFailed,
    retry_headers,
)
from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.pool import QueryPool

LONGEST_REMEMBERED = 4096
MOST_REMEMBERED = 5000
"""How many requests, up to how many characters, are recognised without being read."""
LONGEST_BODY_ON_LOOP = 64 * 1024
"""Bytes of a body that is read on the event loop; a longer one is in a thread."""
PAGE_FORMS = (TSV, N_TRIPLES)
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
    client: str = ""
    """Who asks, for whom the answer is held until it is sent."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a page shows of a query: its parameters, and its answer or why there is none."""

    parameters: Parameters
    answer: Answer | None = None
    failure: QueryFailed | None = None

    @property
    def outcome(self) -> str:
        """The word for it in the log and the metrics."""
        known = self.failure or self.answer
        return known.outcome if known else ""

    @property
    def way(self) -> str:
        """The way on which a worker answered, if one did."""
        return self.answer.way if self.answer else ""


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
        self._remembered: dict[_Identity, tuple[bytes, str, Headers]] = {}
        """By request the key of its answer, and the entity tag and headers of the reply."""

    def cached_reply(self, request: SparqlRequest) -> Reply | None:
        """Return the reply to a request that is remembered, if its answer is in the cache."""
        known = self._remembered.get(_identity(request))
        if known is None:
            return None
        key, etag, headers = known
        if _has_already(request, etag):
            return Reply(status=304, headers=headers[2:], outcome="cached")
        found = self._cache.get(key)
        if found is None:
            return None
        # Without ORDER BY, or with new blank nodes, an answer may have another length each time.
        length = (b"content-length", b"%d" % len(found.body))
        headers = [headers[0], length, *headers[2:]]
        return Reply(status=200, headers=headers, body=found.body, outcome="cached")

    async def answer(self, request: SparqlRequest) -> Reply | Outcome:
        """Return the reply for a program, or the outcome for a page."""
        parameters, is_page = Parameters(query=None), False
        try:
            parameters = await _read(request)
            if parameters.query is None:
                return self._without_query(request, parameters)
            accepted = accepted_forms(parameters, request.accept)
            is_page = accepted.page
            if is_page:
                question = _question(parameters, PAGE_FORMS, first=MOST_ROWS)
                _, answer = await self._ask(question, request.client)
                return Outcome(parameters=parameters, answer=answer)
            # If nothing is acceptable the worker says so, after it has judged the syntax.
            return await self._for_program(request, parameters, accepted)
        except QueryFailed as error:
            if is_page or prefers_page(request.accept):
                return Outcome(parameters=parameters, failure=error)
            return _failed(request, error, parameters.query)

    def answer_from_thread(self, request: SparqlRequest) -> Reply | Outcome:
        """Return the same in a thread that is not that of the event loop; a reply is whole."""
        reply = self.pool.from_thread(self.answer(request))
        if isinstance(reply, Reply) and isinstance(reply.stream, Spool):
            with closing(reply.stream) as spool:
                return replace(reply, body=b"".join(spool.chunks()), stream=None)
        return reply

    async def _ask(self, question: Question, client: str) -> tuple[bytes, Answer]:
        """Return an answer and its key in the cache, which covers all that it depends on.

        An answer of a worker is cached if it is small. Raises QueryFailed.
        """
        key = key_of(self._release, __version__, repr(question))
        found = self._cache.get(key)
        if found is not None:
            spool = Spool(found.body)
            return key, Answer(form=found.form, more=found.more, plan=found.plan, spool=spool)
        answer = await self.pool.ask(question, client)
        body = answer.spool.body
        if body is not None and not answer.volatile:
            kept = CachedAnswer(form=answer.form, body=body, more=answer.more, plan=answer.plan)
            # Once the reply is sent, which need not wait for that: it is written in the next turn.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._cache.put, key, kept)
        return key, answer

    async def _for_program(
        self, request: SparqlRequest, parameters: Parameters, accepted: Accepted
    ) -> Reply:
        """Answer in a form for programs. Raises QueryFailed."""
        coding = choose_coding(request.accept_encoding)
        if coding is None:
            return _failed(request, BadRequest(406, phrase("no-coding")))
        results, graphs, client = accepted.results, accepted.graphs, request.client
        try:
            forms = _first(results), _first(graphs)
            key, answer = await self._ask(_question(parameters, forms, coding), client)
        except NotExpressible:
            results, graphs = _without_xml(results), _without_xml(graphs)
            forms = _first(results), _first(graphs)
            if forms == (None, None):
                raise
            key, answer = await self._ask(_question(parameters, forms, coding), client)
        offer = (graphs if answer.form == "graph" else results)[0]
        etag = None if answer.volatile else f'W/"{key.hex()}"'
        headers = _headers(offer, answer.spool.length, etag, coding, answer.plan)
        body = answer.spool.body
        if etag is not None and body is not None and len(body) <= self._cache.largest:
            self._remember(request, key, etag, headers)
        reply = _reply(request, headers, etag, body or b"", answer.outcome)
        reply = replace(reply, seconds=answer.seconds, way=answer.way)
        if body is None and reply.status == HTTPStatus.OK:
            return replace(reply, stream=answer.spool)
        answer.spool.close()
        return reply

    def _remember(self, request: SparqlRequest, key: bytes, etag: str, headers: Headers) -> None:
        """Remember how a request was answered, unless it is long."""
        identity = _identity(request)
        is_long = sum(len(part or "") for part in identity) > LONGEST_REMEMBERED
        if request.method != "POST" and not is_long:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[identity] = key, etag, headers

    def _without_query(self, request: SparqlRequest, parameters: Parameters) -> Reply | Outcome:
        """Return the service description, or the outcome for an empty query page."""
        offers = rank_forms(request.accept, DESCRIPTIONS)
        if not offers:
            names = ", ".join(form.media_type for form in DESCRIPTIONS)
            return _failed(request, BadRequest(406, phrase("no-query-no-type", names=names)))
        offer = offers[0]
        if offer.form is HTML:
            return Outcome(parameters=parameters)
        media_type = offer.form.media_type
        body = self._descriptions.get(media_type)
        if body is None:
            format_ = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.TURTLE
            body = self._descriptions[media_type] = self._describe(format_)
        etag = f'"{key_of(self._release, __version__, media_type).hex()}"'
        return _reply(request, _headers(offer, len(body), etag), etag, body, "described")


def _reply(
    request: SparqlRequest,
    headers: Headers,
    etag: str | None,
    body: bytes,
    outcome: str,
) -> Reply:
    """Return a reply with a body, or 304 without its first two headers."""
    if _has_already(request, etag):
        return Reply(status=304, headers=headers[2:], outcome=outcome)
    return Reply(status=200, headers=headers, body=body, outcome=outcome)


def _failed(request: SparqlRequest, failure: QueryFailed, query: str | None = None) -> Reply:
    """Return why there is no answer, as plain text."""
    return sentence_reply(
        failure.status,
        failure.sentence,
        accept_language=request.accept_language,
        query=query,
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


def _first(offers: tuple[Offer, ...]) -> Form | None:
    """Return the best form that is accepted, if any is."""
    return offers[0].form if offers else None


def _without_xml(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Return the offers that can hold any answer; XML has no words for some characters."""
    return tuple(offer for offer in offers if offer.form not in (SPARQL_XML, RDF_XML))


def _question(
    parameters: Parameters,
    forms: tuple[Form | None, Form | None],
    coding: str = "identity",
    first: int | None = None,
) -> Question:
    """Return the question for an answer in one of two forms, for a result and for a graph."""
    result, graph = forms
    return Question(
        text=parameters.query or "",
        result_type=result.media_type if result else None,
        graph_type=graph.media_type if graph else None,
        default_graphs=parameters.default_graphs,
        named_graphs=parameters.named_graphs,
        coding=coding,
        first=first,
    )


def _headers(
    offer: Offer,
    length: int,
    etag: str | None,
    coding: str | None = None,
    plan: str = "",
) -> Headers:
    """Return the headers of a body; a 304 leaves the first two out.

    ``coding`` is None when the reply does not depend on Accept-Encoding. A form that a parameter
    has chosen does not depend on Accept, and is saved as a file.
    """
    kind, same = _same_headers(offer, coding, etag is not None)
    own = [] if etag is None else [(b"etag", etag.encode())]
    if plan:
        own.append(header(PLAN_HEADER, plan))
    return [kind, (b"content-length", b"%d" % length), *own, *same]


@lru_cache(maxsize=200)
def _same_headers(
    offer: Offer, coding: str | None, is_tagged: bool
) -> tuple[tuple[bytes, bytes], Headers]:
    """Return the type, and the other headers that are the same for each body."""
    varies = ["Accept"] * (not offer.is_chosen) + ["Accept-Encoding"] * (coding is not None)
    headers = [
        header("cache-control", REVALIDATE if is_tagged else "no-store"),
        header("vary", ", ".join(varies)),
    ]
    if coding == "gzip":
        headers.append(header("content-encoding", coding))
    if offer.is_chosen:
        name = f'attachment; filename="result.{offer.form.extension}"'
        headers.append(header("content-disposition", name))
    return header("content-type", offer.content_type), [*headers, *COMMON_HEADERS]
