"""The ASGI application of a server process: every request comes in and every reply goes out here.

The SPARQL endpoint, health and metrics are answered on the event loop; pages, linked data and
dumps by Flask in threads. Every reply has an id, is counted and logged. One release is served at a
time: a new one takes over between two requests, and the old one is closed when the last request
that saw it has ended.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from publish import __version__
from publish.faults.fault import phrase
from publish.server.access_log import AccessLog, request_id
from publish.server.bounds.room import HeldBytes, NoRoom, Room
from publish.server.bounds.spool import PART
from publish.server.clients import ClientTable
from publish.server.metrics import MEDIA_TYPE, OUTCOMES, Metrics
from publish.server.negotiation import choose_coding
from publish.server.processes.readiness import Readiness
from publish.server.refusals import (
    conditions_of,
    if_as_wanted,
    no_room,
    refusal,
    stopping,
    too_many,
    wrong_method,
)
from publish.server.replies import (
    Reply,
    header,
    options_reply,
    uncached_reply,
)
from publish.server.request import BodyRefused, HttpRequest, is_local, request_from_scope
from publish.server.settings.table import Settings
from publish.server.wsgi import WsgiBridge, environ_of
from publish.site.data.request import data_request
from publish.site.data.service import DataService
from publish.site.pages.query.page import OUTCOME
from publish.site.running.release import RunningRelease
from publish.sparql.protocol import METHODS
from publish.sparql.service import Outcome, SparqlRequest

if TYPE_CHECKING:  # the protocol takes seconds to load, where nobody wants it
    from publish.site.assistants.over_http import AssistantDoor

ROUTE_OF = {
    "id": "data",
    "doc": "data",
    "ns": "data",
    "shapes": "data",
    "dumps": "dump",
    "feed": "data",
    "data": "view",
    "static": "static",
}
"""The kind of an address by its first segment; all others are pages."""
SENT_AT_ONCE = 64 * 1024
"""Bytes of a body that are passed on to the system at once, and that nobody has to count."""
ONLY_READ = ("GET", "HEAD", "OPTIONS")
QUERIES = frozenset(OUTCOMES)
"""The outcomes of queries; others are of requests that never became one."""

log = logging.getLogger("publish")


@dataclass(kw_only=True)
class Application:
    """The ASGI application of one process."""

    settings: Settings
    metrics: Metrics
    access_log: AccessLog | None
    clients: ClientTable
    bridge: WsgiBridge
    buffers: Room
    """The bodies in memory that are received or sent."""
    release: RunningRelease
    assistants: AssistantDoor | None = None
    """What answers assistants, where that is switched on."""
    readiness: Readiness = field(default_factory=partial(Readiness, {}, {}))
    _run: str = field(default_factory=partial(secrets.token_hex, 4))
    _numbers: Iterator[int] = field(default_factory=partial(itertools.count, 1))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request (ASGI 3.0, HTTP)."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        identifier = f"{self._run}-{next(self._numbers):x}"
        request_id.set(identifier)
        request = request_from_scope(scope, receive, identifier, self.settings, self.release.mounts)
        release = self.release
        release.users += 1
        route = "metrics" if self._asks_for_metrics(request) else self._route_of(request.path)
        reply: Reply | None = None
        sent = 0
        with ExitStack() as until_sent:
            share = until_sent.enter_context(self.buffers.share(request.client))
            try:
                try:
                    reply = await self._reply(release, request, route, until_sent, share)
                finally:
                    release.users -= 1  # what is left to send needs no worker
                if reply.stream is not None or len(reply.body) > SENT_AT_ONCE:
                    reply = self._hold(request, reply, share)
                sent = await _send(send, reply, identifier, request.method)
            except asyncio.CancelledError:
                if reply is None and "stopping" in self.readiness.reasons():
                    reply = stopping(request)
                    sent = await _send(send, reply, identifier, request.method)
                elif reply is None:
                    reply = Reply(status=499, headers=[], outcome="gone")
            finally:
                if reply is not None and reply.stream is not None:
                    reply.stream.close()
                self._record(request, route, reply, sent, started)

    def _hold(self, request: HttpRequest, reply: Reply, share: HeldBytes) -> Reply:
        """Hold what a large reply takes until it is sent, or refuse it."""
        try:
            share.grow(len(reply.body) + (PART if reply.stream is not None else 0))
        except NoRoom:
            if reply.stream is not None:
                reply.stream.close()
            return no_room(request)
        return reply

    def _route_of(self, path: bytes) -> str:
        """Return the kind of an address."""
        if path in (b"/sparql", b"/health", b"/ready"):
            return path[1:].decode()
        if path == b"/mcp" and self.assistants is not None:
            return "mcp"
        first = path.split(b"/", 2)[1].decode("latin-1") if path.startswith(b"/") else ""
        return ROUTE_OF.get(first, "page")

    def _asks_for_metrics(self, request: HttpRequest) -> bool:
        """Return whether a request is for the metrics, and may have them.

        They are found at one address, as it was sent: below no prefix and in no other spelling, so
        that a rule of a proxy about that address cannot be passed by. Unless ``metrics`` is on for
        everybody, they are for programs on this machine that ask without a proxy.
        """
        scope, setting = request.scope, self.settings.metrics
        if scope["raw_path"] != b"/metrics" or setting == "off":
            return False
        return setting == "on" or is_local(scope)

    async def _reply(
        self,
        release: RunningRelease,
        request: HttpRequest,
        route: str,
        until_sent: ExitStack,
        share: HeldBytes,
    ) -> Reply:
        """Return the reply to a request; its body, if it is long, is held in ``share``.

        What ends only when the reply has been sent is put on ``until_sent``.
        """
        try:
            if route == "mcp" and self.assistants is not None:
                return await self._assist(release, self.assistants, request, until_sent, share)
            if request.method == "OPTIONS":
                takes_posts = route == "sparql" or request.path in (b"*", b"/sparql/")
                return options_reply(METHODS if takes_posts else ONLY_READ)
            if route == "sparql":
                reply = await self._sparql(release, request, until_sent, share)
                return if_as_wanted(request, reply)
            if route == "view":
                if request.method not in ONLY_READ:
                    return wrong_method(request, ONLY_READ)
                if release.data is None:
                    sentence = phrase("view-none", root=request.root)
                    return refusal(request, 404, sentence, outcome="refused")
                return await self._view(release, release.data, request, until_sent)
            if route in ("health", "ready", "metrics"):
                if request.method not in ONLY_READ:
                    return wrong_method(request, ONLY_READ)
                if route == "health":
                    return self._health(release)
                if route == "ready":
                    return self._ready()
                return uncached_reply(MEDIA_TYPE, self.metrics.render())
            has_body = request.method not in ("GET", "HEAD", "OPTIONS")
            body = await request.body(self.settings, share) if has_body else b""
            return await self._flask(release, request, body)
        except NoRoom:
            return no_room(request)
        except BodyRefused as error:
            # Who waits for leave may send the next request instead of the body.
            is_waiting = request.header(b"expect") is not None
            more = [header("connection", "close")] if is_waiting else []
            return refusal(request, error.status, error.sentence, more, outcome="refused")

    # -- The endpoint ---------------------------------------------------------------------------

    async def _sparql(
        self, release: RunningRelease, request: HttpRequest, until_sent: ExitStack, share: HeldBytes
    ) -> Reply:
        method = request.method
        if method not in METHODS:
            return wrong_method(request, METHODS)
        values = request.header
        sparql_request = SparqlRequest(
            method=method,
            query_string=request.scope["query_string"],
            content_type=values(b"content-type") or "",
            body=b"" if method != "POST" else await request.body(self.settings, share),
            content_encoding=values(b"content-encoding") or "",
            accept=values(b"accept"),
            accept_language=values(b"accept-language"),
            accept_encoding=values(b"accept-encoding"),
            conditions=conditions_of(request),
            client=request.client,
        )
        if (
            method != "POST"
            and (reply := release.endpoint.cached_reply(sparql_request)) is not None
        ):
            return reply
        if not self.clients.enter(request.client):
            return too_many(request, self.settings.per_client)
        until_sent.callback(self.clients.leave, request.client)
        result = await release.endpoint.answer(sparql_request)
        if isinstance(result, Reply):
            return result
        try:
            return await self._flask(release, request, sparql_request.body, result)
        finally:
            if result.answer is not None:
                result.answer.spool.close()

    # -- Views of data sets ---------------------------------------------------------------------

    async def _view(
        self,
        release: RunningRelease,
        data: DataService,
        request: HttpRequest,
        until_sent: ExitStack,
    ) -> Reply:
        """Answer at a data address."""
        if not self.clients.enter(request.client):
            return too_many(request, self.settings.per_client)
        until_sent.callback(self.clients.leave, request.client)
        return await data.answer(data_request(request))

    # -- Assistants -----------------------------------------------------------------------------

    async def _assist(
        self,
        release: RunningRelease,
        door: AssistantDoor,
        request: HttpRequest,
        until_sent: ExitStack,
        share: HeldBytes,
    ) -> Reply:
        """Answer an assistant."""
        if (refused := door.refuse(request, release.served)) is not None:
            return refused
        if release.asked is None:
            return await self._flask(release, request, b"")
        if not self.clients.enter(request.client):
            return too_many(request, self.settings.per_client)
        until_sent.callback(self.clients.leave, request.client)
        body = await request.body(self.settings, share)
        return await door.answer(request, body, release.asked)

    # -- Pages ----------------------------------------------------------------------------------

    async def _flask(
        self,
        release: RunningRelease,
        request: HttpRequest,
        body: bytes,
        outcome: Outcome | None = None,
    ) -> Reply:
        """Let Flask answer."""
        environ = environ_of(request, body)
        if outcome is not None:
            environ[OUTCOME] = outcome
        coding = choose_coding(request.header(b"accept-encoding"))
        reply = await self.bridge.call(release.pages.wsgi_app, environ, compress=coding == "gzip")
        return replace(reply, outcome=outcome.outcome, way=outcome.way) if outcome else reply

    # -- Health and metrics ---------------------------------------------------------------------

    def _health(self, release: RunningRelease) -> Reply:
        """Say that this process answers, with which release and how many workers."""
        pool = release.pool
        state = {
            "status": "ok",
            "release": release.served.id,
            "version": __version__,
            "workers": len(pool.processes()),
            "busy": pool.busy,
            "waiting": pool.waiting,
        }
        return uncached_reply("application/json", json.dumps(state).encode() + b"\n")

    def _ready(self) -> Reply:
        """Say whether this process can answer queries, and what it lacks if not."""
        reasons = self.readiness.reasons()
        state = {"status": "not-ready", "reasons": reasons} if reasons else {"status": "ready"}
        reply = uncached_reply("application/json", json.dumps(state).encode() + b"\n")
        return replace(reply, status=HTTPStatus.SERVICE_UNAVAILABLE) if reasons else reply

    # -- Counting -------------------------------------------------------------------------------

    def _record(
        self, request: HttpRequest, route: str, reply: Reply | None, sent: int, started: float
    ) -> None:
        """Count and log a request that has ended."""
        seconds = time.perf_counter() - started
        reply = reply or Reply(status=500, headers=[])
        self.metrics.request(route=route, status=reply.status, seconds=seconds, sent=sent)
        if route in ("sparql", "view") and reply.outcome in QUERIES:
            taken = reply.seconds or 0.0
            self.metrics.query(outcome=reply.outcome, seconds=taken, way=reply.way)
        if self.access_log is None:
            return
        self.access_log.write(
            id=request.id,
            client=request.client,
            method=request.method,
            path=request.scope["raw_path"],
            query=request.scope["query_string"],
            status=reply.status,
            sent=sent,
            seconds=seconds,
            route=route,
            outcome=reply.outcome,
            worker_seconds=reply.seconds,
            way=reply.way,
            agent=request.header(b"user-agent") or "",
        )


async def _send(send: Any, reply: Reply, identifier: str, method: str) -> int:
    """Send a reply; return the bytes of its body that were sent.

    What is large is sent when the client has read most of it: the last, empty part waits for that.
    """
    headers = [*reply.headers, (b"x-request-id", identifier.encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if method == "HEAD" or reply.stream is None:
        body = b"" if method == "HEAD" else reply.body
        if len(body) <= SENT_AT_ONCE:
            await send({"type": "http.response.body", "body": body})
            return len(body)
    sent = len(reply.body)
    if reply.body:
        await send({"type": "http.response.body", "body": reply.body, "more_body": True})
    if reply.stream is not None:
        async for part in reply.stream:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            sent += len(part)
    await send({"type": "http.response.body", "body": b""})
    return sent
