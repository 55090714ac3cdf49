"""Requests that get no answer for a reason that has nothing to do with what they ask.

Each is a sentence in the language of the reader.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote_from_bytes

from publish.faults.fault import phrase
from publish.server.bounds.room import RETRY_AFTER
from publish.server.conditions import evaluate_preconditions
from publish.server.replies import Headers, Reply, header, sentence_reply
from publish.server.request import HttpRequest

CONDITIONS = ("If-Match", "If-None-Match")
"""Preconditions of the endpoint, whose answers have an entity tag and no date."""


def conditions_of(request: HttpRequest) -> dict[str, str]:
    """Return the fields of a request that answers of the endpoint may depend on."""
    given = {name: request.header(name.lower().encode()) for name in CONDITIONS}
    return {name: value for name, value in given.items() if value is not None}


def if_as_wanted(request: HttpRequest, reply: Reply) -> Reply:
    """Return a reply, or 412 when If-Match names another one (RFC 9110, 13.1.1)."""
    if request.header(b"if-match") is None or reply.status not in (200, 304):
        return reply
    etag = dict(reply.headers).get(b"etag")
    status = evaluate_preconditions(
        request.method, conditions_of(request), etag=etag.decode("latin-1") if etag else None
    )
    if status != HTTPStatus.PRECONDITION_FAILED:
        return reply
    if reply.stream is not None:
        reply.stream.close()
    return refusal(request, status, phrase("not-as-wanted"), outcome=reply.outcome)


def wrong_method(request: HttpRequest, allowed: tuple[str, ...]) -> Reply:
    """Return that an address does not take the method, and which it takes."""
    methods, path = ", ".join(allowed), quote_from_bytes(request.path)
    sentence = phrase("method-not-allowed", path=path, allowed=methods, method=request.method)
    return refusal(request, 405, sentence, [header("allow", methods)], outcome="bad-request")


def refusal(
    request: HttpRequest, status: int, sentence: str, more: Headers | None = None, *, outcome: str
) -> Reply:
    """Return a sentence in the language that a request prefers."""
    return sentence_reply(
        status,
        sentence,
        accept_language=request.header(b"accept-language"),
        more=more or [],
        outcome=outcome,
    )


def too_many(request: HttpRequest, most: int) -> Reply:
    """Return that a client has as many queries under way as it may have."""
    sentence, more = phrase("too-many-of-client", most=most), [header("retry-after", "1")]
    return refusal(request, 429, sentence, more, outcome="too-many")


def no_room(request: HttpRequest) -> Reply:
    """Return that a client holds so much already that there is no room for more."""
    sentence = phrase("no-room-for-client", seconds=phrase("seconds", number=RETRY_AFTER))
    more = [header("retry-after", str(RETRY_AFTER))]
    return refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence, more, outcome="busy")


def stopping(request: HttpRequest) -> Reply:
    """Return that the server stops before it has an answer."""
    sentence = phrase("queries-stopped", seconds=phrase("seconds", number=RETRY_AFTER))
    more = [header("retry-after", str(RETRY_AFTER)), header("connection", "close")]
    return refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence, more, outcome="busy")
