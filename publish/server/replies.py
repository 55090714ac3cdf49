"""What is sent back to a program: status, headers and a body that is whole.

In comes what was found out, out comes a Reply as bytes. Headers that every reply has are made once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from publish.faults.fault import LANGUAGES, in_language
from publish.server.negotiation import choose_language

Headers = list[tuple[bytes, bytes]]

PLAIN = "text/plain; charset=utf-8"
ANSWER_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what is no page: RDF/XML may hold what a browser takes for a script."""
REVALIDATE = "public, max-age=0, must-revalidate"
"""For what changes with a release, and is checked in an instant."""
EXPOSED = (
    "Accept-Ranges, Content-Disposition, Content-Length, Content-Location, Content-Range, ETag, "
    "Last-Modified, Link, Location, Repr-Digest, Retry-After, X-Request-Id"
)
"""What a program in a browser may read of an answer."""
FOR_ALL: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"content-security-policy", ANSWER_POLICY.encode()),
]
"""The headers of every reply that is not a page."""
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
"""What a preflight request is told besides the methods (Fetch, CORS protocol)."""


class Parts(Protocol):
    """A body in parts; it has to be closed, whether it was read or not."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the parts one after the other."""

    def close(self) -> None:
        """Let go of where the parts come from."""


class PartsOfFile:
    """Parts that are at hand at once, as those of a temporary file."""

    def __init__(self, parts: Iterable[bytes], close: Callable[[], None]) -> None:
        self._parts, self._close = parts, close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    def read(self) -> bytes:
        """Return all parts as one, and let go of the file."""
        try:
            return b"".join(self._parts)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._close()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A status, headers, and a body: bytes, or parts that have to be closed."""

    status: int
    headers: Headers
    body: bytes = b""
    parts: Parts | None = None
    outcome: str = ""
    """What became of a query, in a word for the log and the metrics."""
    seconds: float | None = None
    """How long a query was evaluated, if it was."""


def header(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header; line ends, which would begin another one, become spaces."""
    text = " ".join(value.splitlines())
    return name.lower().encode("latin-1"), text.encode("latin-1", "replace")


def sentence_reply(
    status: int,
    sentence: str,
    *,
    accept_language: str | None,
    more: Sequence[tuple[bytes, bytes]] = (),
    kept: str | None = None,
    outcome: str = "",
) -> Reply:
    """Return a plain sentence, in the reader's language, with the query that it is about.

    Without a wish for a language it is English, as programs expect.
    """
    language = choose_language(accept_language, LANGUAGES)
    text = in_language(sentence, language).rstrip()
    text += "" if text.endswith((".", "?", "!")) else "."
    body = (text + "\n" + (f"\n{kept}\n" if kept else "")).encode("utf-8", "replace")
    headers = [
        header("content-type", PLAIN),
        header("content-length", str(len(body))),
        header("content-language", language),
        header("vary", "Accept, Accept-Language"),
        header("cache-control", "no-store"),
        *FOR_ALL,
        *more,
    ]
    return Reply(status=status, headers=headers, body=body, outcome=outcome)


def text_reply(content_type: str, body: bytes) -> Reply:
    """Return a text that is made anew each time."""
    headers = [
        header("content-type", content_type),
        header("content-length", str(len(body))),
        header("cache-control", "no-store"),
        *FOR_ALL,
    ]
    return Reply(status=HTTPStatus.OK, headers=headers, body=body)


def no_content(allowed: Iterable[str]) -> Reply:
    """Return the answer to OPTIONS and to a preflight request (Fetch, CORS protocol)."""
    methods = ", ".join(allowed)
    return Reply(
        status=HTTPStatus.NO_CONTENT,
        headers=[
            header("allow", methods),
            header("access-control-allow-methods", methods),
            *(header(name, value) for name, value in PREFLIGHT.items()),
            *FOR_ALL,
        ],
    )
