"""One request as it came in: its address on this server, its headers, its client, its body.

In comes what uvicorn has read and the settings; out comes an Exchange. Here it is decided what a
proxy is believed, and which part of a path is a prefix.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from publish.faults.fault import Words, said
from publish.server.clients import client_of
from publish.server.connection import values_of
from publish.server.replies import Headers
from publish.server.settings.sources import Settings


class BodyRefused(Exception):
    """The body of a request is too large or comes too slowly: a status and a sentence."""

    def __init__(self, status: int, sentence: Words) -> None:
        self.status, self.sentence = status, sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request, as far as it is read without its body."""

    scope: dict[str, Any]
    receive: Callable[[], Any]
    id: str
    method: str
    root: str
    path: bytes
    headers: Headers
    single: dict[bytes, bytes]
    """The headers by name, when none comes twice; else empty."""
    client: str
    scheme: str

    def header(self, name: bytes) -> str | None:
        """Return a header's values as one list, or None."""
        if not self.single:
            return values_of(self.headers, name)
        found = self.single.get(name)
        return None if found is None else found.decode("latin-1")

    def without_range(self) -> Headers:
        """Return the headers without the one that only counts for GET (RFC 9110, 14.2)."""
        return [(name, value) for name, value in self.headers if name != b"range"]

    async def body(self, settings: Settings) -> bytes:
        """Read the body. Raises BodyRefused, and CancelledError when the client leaves."""
        most, seconds = settings.body_bytes, settings.body_timeout
        length = self.header(b"content-length")
        if length and length.isdigit() and int(length) > most:
            raise BodyRefused(413, said("body-too-large", most=f"{most // 1024} KB"))
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        raise asyncio.CancelledError
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise BodyRefused(413, said("body-too-large", most=f"{most // 1024} KB"))
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise BodyRefused(408, said("body-too-slow", seconds=f"{seconds:g}")) from None


def read_exchange(
    scope: dict[str, Any],
    receive: Any,
    identifier: str,
    settings: Settings,
    mounts: tuple[str, ...],
) -> Exchange:
    """Return what is known of a request without its body.

    ``mounts`` are the paths below which the release is found besides the root.
    """
    headers: Headers = scope["headers"]
    single = dict(headers)
    peer = scope["client"][0] if scope["client"] else ""
    client, scheme, prefix = peer, scope["scheme"], settings.path_prefix
    if settings.trusted_proxies:
        forwarded = values_of(headers, b"x-forwarded-for")
        client = client_of(peer, forwarded, settings.trusted_proxies)
        told = values_of(headers, b"x-forwarded-proto") or scheme
        scheme = "https" if told.rpartition(",")[2].strip() == "https" else "http"
        prefix = _prefix(values_of(headers, b"x-forwarded-prefix")) or prefix
    path = scope["raw_path"]
    if b"%" in path:
        path = unquote_to_bytes(path)
    root = prefix.rstrip("/")
    path = _below(path, root) or path
    for mount in mounts:
        if mount != root and (below := _below(path, mount)):
            path, root = below, root + mount
            break
    return Exchange(
        scope=scope,
        receive=receive,
        id=identifier,
        method=scope["method"],
        root=root,
        path=path,
        headers=headers,
        single=single if len(single) == len(headers) else {},
        client=client,
        scheme=scheme,
    )


def _below(path: bytes, mount: str) -> bytes | None:
    """Return what of a path comes below a mount, or None when it is not below it."""
    encoded = mount.encode()
    if not mount or not (path == encoded or path.startswith(encoded + b"/")):
        return None
    return path[len(encoded) :] or b"/"


def _prefix(header_: str | None) -> str:
    """Return a path prefix that a proxy tells, if it can be one."""
    text = (header_ or "").strip()
    if not text.startswith("/") or text.startswith("//") or not text.isprintable():
        return ""
    return text if all(sign not in text for sign in "\\\"'<>?# ") else ""
