"""Replies to programs: a status, header fields as bytes, and a body that is whole or a stream.

The header fields that every reply has are encoded once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from publish.faults.fault import LANGUAGES, in_language
from publish.server.negotiation import choose_language

Headers = list[tuple[bytes, bytes]]
"""Header fields as ASGI has them, the names in lower case."""

TEXT_PLAIN = "text/plain; charset=utf-8"
CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what is no page: RDF/XML may hold what a browser takes for a script."""
REVALIDATE = "public, max-age=0, must-revalidate"
"""Cache-Control of what changes with a release, and is checked in an instant."""
EXPOSED_HEADERS = (
    "Accept-Ranges, Content-Disposition, Content-Length, Content-Location, Content-Range, ETag, "
    "Last-Modified, Link, Location, Query-Plan, Repr-Digest, Retry-After, X-Request-Id"
)
"""What a program in a browser may read of a response."""
COMMON_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED_HEADERS.encode()),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
]
"""The header fields of every reply that is no page."""
PREFLIGHT_HEADERS = {
    # The wildcard is for whatever a client adds; Authorization it does not cover, and older
    # browsers know none.
    "Access-Control-Allow-Headers": (
        "*, Authorization, Accept, Accept-Language, Content-Type, If-None-Match, Range"
    ),
    "Access-Control-Max-Age": "86400",
}
"""What the reply to a preflight request has besides the methods (Fetch, CORS protocol)."""


class BodyStream(Protocol):
    """A body in parts. It has to be closed, whether it was read or not."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the parts one after the other."""

    def close(self) -> None:
        """Free what the parts come from."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A status, header fields, and a body: bytes, or a stream that has to be closed."""

    status: int
    headers: Headers
    body: bytes = b""
    stream: BodyStream | None = None
    outcome: str = ""
    """What became of a query, in a word for the log and the metrics."""
    seconds: float | None = None
    """How long a query was evaluated, if it was."""
    way: str = ""
    """Which way it then went, in a word."""


def header(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header field; line ends, which would begin another one, become spaces."""
    text = " ".join(value.splitlines())
    return name.lower().encode("latin-1"), text.encode("latin-1", "replace")


def whole_sentence(text: str) -> str:
    """Return a sentence that ends as one."""
    text = text.rstrip()
    return text if text.endswith((".", "?", "!")) else text + "."


def sentence_reply(
    status: int,
    sentence: str,
    *,
    accept_language: str | None,
    more: Sequence[tuple[bytes, bytes]] = (),
    query: str | None = None,
    outcome: str = "",
) -> Reply:
    """Return a plain sentence in the reader's language, followed by the query that it is about.

    Without Accept-Language it is English, as programs expect.
    """
    language = choose_language(accept_language, LANGUAGES)
    text = whole_sentence(in_language(sentence, language))
    body = (text + "\n" + (f"\n{query}\n" if query else "")).encode("utf-8", "replace")
    headers = [
        header("content-type", TEXT_PLAIN),
        header("content-length", str(len(body))),
        header("content-language", language),
        header("vary", "Accept, Accept-Language"),
        header("cache-control", "no-store"),
        *COMMON_HEADERS,
        *more,
    ]
    return Reply(status=status, headers=headers, body=body, outcome=outcome)


def uncached_reply(content_type: str, body: bytes) -> Reply:
    """Return a text that is made anew each time."""
    headers = [
        header("content-type", content_type),
        header("content-length", str(len(body))),
        header("cache-control", "no-store"),
        *COMMON_HEADERS,
    ]
    return Reply(status=HTTPStatus.OK, headers=headers, body=body)


def options_reply(allowed: Iterable[str]) -> Reply:
    """Return the reply to OPTIONS, also as a preflight request (Fetch, CORS protocol)."""
    methods = ", ".join(allowed)
    return Reply(
        status=HTTPStatus.NO_CONTENT,
        headers=[
            header("allow", methods),
            header("access-control-allow-methods", methods),
            *(header(name, value) for name, value in PREFLIGHT_HEADERS.items()),
            *COMMON_HEADERS,
        ],
    )
