"""The SPARQL endpoint for programs, on the event loop: ask the cache, then a worker, then reply.

In comes a request, out comes a Reply; or, for those who want a page, an Outcome that the page
shows. An answer is whole before anything of it is sent, so it has a length, and a limit that is
reached is a reply of its own. What may be given again is kept under a key of all it depends on.
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
from publish.server.negotiation import HTML, N_TRIPLES, TSV, Form, Offer, choose_coding, rank_forms
from publish.server.replies import (
    COMMON_HEADERS,
    REVALIDATE,
    Headers,
    Reply,
    SpooledBody,
    header,
    sentence_reply,
)
from publish.sparql.protocol import (
    DESCRIPTIONS,
    Asked,
    BadRequest,
    Wanted,
    forms_of,
    read_request,
    reads_pages,
    wanted_answer,
)
from publish.sparql.query.errors import QueryFailed
from publish.sparql.query.guard import Refused
from publish.sparql.query.query_failures import Failure, failure_of, retry_headers
from publish.sparql.workers.pool import Answer, QueryPool, Question

LONGEST_REMEMBERED = 4096
MOST_REMEMBERED = 5000
"""How many requests, up to how many bytes, are known again without being read."""
_Name = tuple[bytes, str | None, str | None]
AT_A_GLANCE = 64 * 1024
"""Bytes of a body that are read on the loop."""
PAGE_FORMS = (TSV.media_type, N_TRIPLES.media_type)
MOST_ROWS = 1000
"""What a page reads of a result: the first rows, in these forms."""


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
    """What a page about a query shows: what was asked, and the answer or why there is none."""

    asked: Asked
    answer: CachedAnswer | Answer | None = None
    failure: Failure | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class _Remembered:
    """What is known of a request that came before: the key of its answer and its headers."""

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

        ``per_client`` is how many queries of one client the front lets in, for the pages.
        """
        self.pool, self._cache, self.per_client = pool, cache, per_client
        self._release, self._describe = release, describe
        self._descriptions: dict[str, bytes] = {}
        self._remembered: dict[_Name, _Remembered] = {}

    def again(self, request: SparqlRequest) -> Reply | None:
        """Return the reply to a request that came before, if its answer was kept."""
        known = self._remembered.get(_name_of(request))
        if known is None:
            return None
        if _has_already(request, known.etag):
            return Reply(status=304, headers=known.headers[2:], outcome="cached")
        found = self._cache.get(known.key)
        if found is None:
            return None
        # A query without an order, or with new blank nodes, may have another length each time.
        length = (b"content-length", b"%d" % len(found.body))
        headers = [known.headers[0], length, *known.headers[2:]]
        return Reply(status=200, headers=headers, body=found.body, outcome="cached")

    async def answer(self, request: SparqlRequest) -> Reply | Outcome:
        """Answer a request: with a reply for a program, an outcome for who reads pages."""
        asked = Asked(query=None)
        try:
            asked = await _read(request)
            if asked.query is None:
                return self._without_query(request, asked)
            wanted = wanted_answer(asked, request.accept)
        except BadRequest as error:
            failure = Failure(status=error.status, sentence=error.sentence, outcome="bad-request")
            return self._failed(request, asked, failure)
        if wanted.page:
            return await self._for_page(asked)
        # Where nothing is acceptable a worker says so too, but for a query that is none.
        return await self._for_program(request, asked, wanted)

    def answer_from_thread(self, request: SparqlRequest) -> Reply | Outcome:
        """Answer a request from a thread that is not the event loop's; a reply is whole."""
        reply = self.pool.from_thread(self.answer(request))
        if isinstance(reply, Reply) and isinstance(reply.stream, SpooledBody):
            return replace(reply, body=reply.stream.read(), stream=None)
        return reply

    async def _for_page(self, asked: Asked) -> Outcome:
        """Answer in the forms that a page reads."""
        question = _question(asked, *PAGE_FORMS, "identity", MOST_ROWS)
        key = self._key(question)
        found = self._cache.get(key)
        if found is not None:
            return Outcome(asked=asked, answer=found, outcome="cached")
        try:
            answer = await self.pool.ask(question)
        except (QueryFailed, Refused) as error:
            failure = failure_of(error)
            return Outcome(asked=asked, failure=failure, outcome=failure.outcome)
        if not answer.volatile:
            self._keep(key, answer)
        return Outcome(asked=asked, answer=answer, outcome="answered")

    async def _for_program(
        self, request: SparqlRequest, asked: Asked, wanted: Wanted
    ) -> Reply | Outcome:
        """Answer in a form that programs read."""
        coding = choose_coding(request.accept_encoding)
        if coding is None:
            return sentence_reply(
                406,
                phrase("no-coding"),
                accept_language=request.accept_language,
                outcome="bad-request",
            )
        result, graph = wanted.result, wanted.graph
        question = _question(
            asked,
            result.form.media_type if result else None,
            graph.form.media_type if graph else None,
            coding,
        )
        key = self._key(question)
        etag = f'W/"{key.hex()}"'
        found = self._cache.get(key)
        if found is not None:
            headers = _headers_of(asked, found.form, wanted, coding, len(found.body), etag)
            self._remember(request, asked, key, etag, headers)
            if _has_already(request, etag):
                return Reply(status=304, headers=headers[2:], outcome="cached")
            return Reply(status=200, headers=headers, body=found.body, outcome="cached")
        try:
            answer = await self.pool.ask(question)
        except (QueryFailed, Refused) as error:
            return self._failed(request, asked, failure_of(error))
        tag = None if answer.volatile else etag
        headers = _headers_of(asked, answer.form, wanted, coding, answer.length, tag)
        if tag is not None and self._keep(key, answer):
            self._remember(request, asked, key, etag, headers)
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
        """Return the key of all that an answer depends on."""
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
        """Keep an answer in the cache if it is small; return whether it was kept."""
        if answer.body is None or len(answer.body) > self._cache.largest:
            return False
        kept = CachedAnswer(
            form=answer.form, media_type=answer.media_type, body=answer.body, more=answer.more
        )
        self._cache.put(key, kept)
        return True

    def _remember(
        self, request: SparqlRequest, asked: Asked, key: bytes, etag: str, headers: Headers
    ) -> None:
        """Know a request again by its bytes."""
        name = _name_of(request)
        if request.method == "POST" or sum(len(part or "") for part in name) > LONGEST_REMEMBERED:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[name] = _Remembered(key=key, etag=etag, headers=headers)

    def _without_query(self, request: SparqlRequest, asked: Asked) -> Reply | Outcome:
        """Return the service description, or nothing to show yet for a page."""
        offers = rank_forms(request.accept, DESCRIPTIONS)
        if not offers:
            return _not_acceptable(request, DESCRIPTIONS)
        offer = offers[0]
        if offer.form is HTML:
            return Outcome(asked=asked)
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

    def _failed(self, request: SparqlRequest, asked: Asked, failure: Failure) -> Reply | Outcome:
        """Say what is wrong, on a page or in plain text, and keep the query."""
        if reads_pages(request.accept):
            return Outcome(asked=asked, failure=failure, outcome=failure.outcome)
        sentence = failure.sentence
        if failure.place is not None:
            line, column = failure.place
            sentence = phrase("at-place", line=line, column=column, problem=sentence)
        return sentence_reply(
            failure.status,
            sentence,
            accept_language=request.accept_language,
            query=asked.query,
            more=retry_headers(failure),
            outcome=failure.outcome,
        )


async def _read(request: SparqlRequest) -> Asked:
    """Read a request: a long one in a thread, so that the loop goes on. Raises BadRequest."""
    read = partial(
        read_request,
        request.method,
        request.query_string,
        request.content_type,
        request.body,
        request.content_encoding,
    )
    return read() if len(request.body) <= AT_A_GLANCE else await asyncio.to_thread(read)


def _has_already(request: SparqlRequest, etag: str | None) -> bool:
    """Return whether the client has the answer with an entity tag (RFC 9110, 13.1.2)."""
    status = evaluate_preconditions(request.method, request.conditions, etag=etag)
    return status == HTTPStatus.NOT_MODIFIED


def _name_of(request: SparqlRequest) -> _Name:
    """Return all that the reply to a request depends on, if there is an answer."""
    return request.query_string, request.accept, request.accept_encoding


def _question(
    asked: Asked, result: str | None, graph: str | None, coding: str, first: int | None = None
) -> Question:
    return Question(
        text=asked.query or "",
        results=(result,) if result else (),
        graphs=(graph,) if graph else (),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        coding=coding,
        first=first,
    )


def _headers_of(
    asked: Asked, form: str, wanted: Wanted, coding: str, length: int, etag: str | None
) -> Headers:
    """Return the headers of an answer; the first two are left out when the client has it."""
    offer = wanted.graph if form == "graph" else wanted.result
    assert offer is not None  # noqa: S101 - the worker answers in what was wanted
    kind, same = _same_headers(offer, coding, asked.form is not None, etag is not None)
    tag = [] if etag is None else [(b"etag", etag.encode())]
    return [kind, (b"content-length", b"%d" % length), *tag, *same]


@lru_cache(maxsize=200)
def _same_headers(
    offer: Offer, coding: str, is_chosen: bool, is_tagged: bool
) -> tuple[tuple[bytes, bytes], Headers]:
    """Return the type and the headers that all answers in a form have; made once."""
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


def _not_acceptable(request: SparqlRequest, forms: tuple[Form, ...]) -> Reply:
    return sentence_reply(
        406,
        phrase("not-acceptable", names=forms_of(forms)),
        accept_language=request.accept_language,
        outcome="bad-request",
    )
