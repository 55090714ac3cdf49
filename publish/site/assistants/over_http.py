"""Answers assistants over HTTP, at ``/mcp``: streamable HTTP without sessions, one JSON a request.

What comes in was bounded before: its body, how many a client has under way, and its time. A page
of another site cannot ask, also not by a name that it lets point to this machine: the name in Host
has to be one of this server, and the Origin, if there is one, its own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Collection, MutableMapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from publish.faults.fault import phrase, shortened
from publish.release.opened import Served
from publish.server.refusals import refusal, stopping, wrong_method
from publish.server.replies import Headers, Reply, header
from publish.server.request import HttpRequest
from publish.server.settings.table import Settings
from publish.site.assistants.answering import AskedRelease
from publish.site.assistants.door import make_door
from publish.site.assistants.pooled import PooledRelease

MOST_BYTES = 64 * 1024
"""Bytes of a request, which holds one call of a tool."""
GRACE = 5.0
"""Seconds past those that a figure may take, in which there is an answer in any case."""
METHODS = ("POST",)
RELEASE = "publish.asked"
"""The key under which a request has the release that it asks."""
KEPT = (b"content-type", b"mcp-protocol-version", b"allow")
"""Header fields of the protocol's replies that are passed on."""


class AssistantDoor:
    """What answers at ``/mcp`` in one server process; it is started on the event loop."""

    def __init__(self, settings: Settings, served: Served) -> None:
        logging.getLogger("mcp").setLevel(logging.ERROR)  # it warns of what clients do wrong
        self._names = frozenset(filter(None, settings.mcp_hosts.casefold().split(",")))
        self._seconds = settings.deadline + settings.patience + GRACE
        title = served.title.get("en") or next(iter(served.title.values()))
        self._door = make_door(title, _release_of)
        self._manager: StreamableHTTPSessionManager | None = None

    async def run(self, started: asyncio.Event) -> None:
        """Keep what answers running until this is cancelled."""
        manager = StreamableHTTPSessionManager(
            self._door,
            json_response=True,
            stateless=True,
            # Host and Origin are judged here, where a refusal is a sentence.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=MOST_BYTES,
        )
        async with manager.run():
            self._manager = manager
            started.set()
            await asyncio.Event().wait()

    def refuse(self, request: HttpRequest, served: Served) -> Reply | None:
        """Return why a request is not looked at any further, or None."""
        if request.method == "OPTIONS":
            return Reply(status=HTTPStatus.NO_CONTENT, headers=[header("allow", *METHODS)])
        if request.method != "POST":
            return _closed(wrong_method(request, METHODS))
        host, origin = request.header(b"host") or "", request.header(b"origin")
        addresses = (served.public_url, served.base)
        names = {*self._names, *(urlsplit(item).hostname or "" for item in addresses)}
        if not _is_own(host, names):
            sentence = phrase("mcp-unknown-host", host=shortened(host))
            return _closed(refusal(request, 421, sentence, outcome="refused"))
        if origin is not None and not _is_same(origin, host, names):
            sentence = phrase("mcp-other-origin", origin=shortened(origin))
            return _closed(refusal(request, 403, sentence, outcome="refused"))
        length = request.header(b"content-length")
        if length and length.isdigit() and int(length) > MOST_BYTES:
            return self.too_large(request)
        return None

    def too_large(self, request: HttpRequest) -> Reply:
        """Return that a request is larger than any that asks something."""
        sentence = phrase("body-too-large", most=f"{MOST_BYTES // 1024} KB")
        return _closed(refusal(request, 413, sentence, outcome="refused"))

    async def answer(self, request: HttpRequest, body: bytes, release: PooledRelease) -> Reply:
        """Return the reply to a request that was not refused."""
        if len(body) > MOST_BYTES:
            return self.too_large(request)
        if (manager := self._manager) is None:
            return _closed(stopping(request))
        scope = {
            **request.scope,
            RELEASE: release.asked_by(request.client),
            "headers": [*request.headers],
        }
        exchange = _Exchange(body)
        try:
            async with asyncio.timeout(self._seconds):
                await manager.handle_request(scope, exchange.receive, exchange.send)
        except TimeoutError:
            sentence = phrase("mcp-too-slow", seconds=f"{self._seconds:g}")
            return _closed(refusal(request, 503, sentence, outcome="timed-out"))
        return exchange.reply()


class _Exchange:
    """One request and its reply, as ASGI passes them on."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 500
        self._headers: Headers = []
        self._parts: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        """Return the body, then wait: that the client leaves is seen where the reply is sent."""
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take a part of the reply."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        else:
            self._parts.append(message.get("body", b""))

    def reply(self) -> Reply:
        """Return the whole reply."""
        body = b"".join(self._parts)
        kept = [(name.lower(), value) for name, value in self._headers if name.lower() in KEPT]
        is_answer = self._status < HTTPStatus.BAD_REQUEST
        return Reply(
            status=self._status,
            headers=[
                *kept,
                header("content-length", str(len(body))),
                header("cache-control", "no-store"),
                header("x-content-type-options", "nosniff"),
            ],
            body=body,
            outcome="answered" if is_answer else "bad-request",
        )


def _release_of(request: Any) -> AskedRelease:
    """Return the release that a request asks, which its scope has."""
    found: AskedRelease = request.scope[RELEASE]
    return found


def _closed(reply: Reply) -> Reply:
    """Return a reply that pages of other sites cannot read."""
    kept = [item for item in reply.headers if not item[0].startswith(b"access-control-")]
    return replace(reply, headers=kept)


def _is_own(host: str, names: Collection[str]) -> bool:
    """Return whether a Host is this server: a name that it has, or an address.

    A page reaches another machine by a name that it lets point there, never by the address.
    """
    name = _name_of(f"//{host}")
    return name is not None and (name == "localhost" or name in names or _is_address(name))


def _is_same(origin: str, host: str, names: Collection[str]) -> bool:
    """Return whether an Origin is this server itself."""
    scheme, _, rest = origin.casefold().partition("://")
    if scheme not in ("http", "https"):
        return False
    name = _name_of(origin)
    return rest == host.casefold() or (name is not None and name in names)


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
