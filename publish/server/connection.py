"""HTTP/1.1 connections (RFC 9112): those of uvicorn, with limits of time, size and number.

The head of a request, its request line and header fields, is bounded in bytes and must arrive in
time; so must the next request on an open connection. What a chunked body holds besides the body is
bounded too, and trailer fields are passed over. A client that reads its response too slowly, or
goes on sending after it was refused, is cut off. When a client leaves, the task that works for it
is cancelled. Pipelined requests (9.3.2) are answered in turn.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from publish.server.bounds.pace import Pace
from publish.server.replies import COMMON_HEADERS, TEXT_PLAIN
from publish.server.transport import CoalescingTransport

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

LONGEST_HEAD = 64 * 1024
"""Bytes of a request line and its header fields; a query in a URL is part of it."""
MOST_HEADERS = 100
MOST_DISCARDED = 64 << 20
"""Bytes of a request's body that are read and discarded after the response.

A connection that is closed with bytes unread takes the response with it (RFC 9112, 9.6).
"""
MOST_PIPELINED = 100
"""Requests that wait on one connection for the responses to earlier ones."""
HALF_CLOSE_TIMEOUT = 0.25
"""Seconds that a client which has closed its side still has for its response to begin."""
MOST_HALF_CLOSED = 4
"""Such clients at a time; many that leave at once must not fill the queue of queries."""
PACE_WINDOW = 60.0
"""Seconds over which it is averaged how fast a client reads its response."""
LEAST_RATE = 8 * 1024
"""Bytes a second that a client has to read; a slower one is cut off."""
REQUEST_LINE = re.compile(rb"[A-Za-z-]{1,30} [/*h]")
"""The beginning of a request line with any method."""
HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?")
"""The value of Host (RFC 9110, 7.2)."""
LONG_ADDRESS = 414, "The address is longer than this server reads. POST the query."
LONG_HEAD = 431, "The header fields are longer than this server reads, or more than it takes."
LONG_TRAILERS = 431, "What stands between or after the chunks of the body is too long."
PLAIN, CLOSE = (b"content-type", TEXT_PLAIN.encode()), (b"connection", b"close")
CLOSING_HEADERS = [PLAIN, *COMMON_HEADERS, CLOSE]
"""The header fields of a sentence after which the connection is closed."""
INTERNAL_ERROR = b"Something went wrong on this server. It has been noted.\n"


@dataclass(kw_only=True)
class ConnectionRegistry:
    """The open connections of a process, and the limits that they share."""

    most: int
    most_of_client: int
    idle_timeout: float
    """Seconds in which the head of a request has to arrive."""
    pace_window: float = PACE_WINDOW
    least_rate: float = LEAST_RATE
    longest_head: int = LONGEST_HEAD
    on_cut_off: Callable[[], None] = lambda: None
    """Is called when a client is cut off because it reads too slowly."""
    half_closed: int = 0
    """Clients that have closed their side a moment ago, and may still read their response."""
    clients: Counter[str] = field(default_factory=Counter)
    opened: dict[Connection, None] = field(default_factory=dict)

    def close_overdue(self, now: float) -> None:
        """Close connections that have waited too long; to be called every second."""
        for connection in list(self.opened):
            connection.close_if_overdue(now)


class Connection(HttpToolsProtocol):
    """One connection; ``connection_class`` sets ``registry`` on a subclass for one server."""

    registry: ConnectionRegistry

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._waiting_since: float | None = None
        self._in_head, self._ignores_input = True, False
        self._head_bytes = 0
        self._framing_bytes = self._trailers = 0  # since the last chunk, and of this request
        self._discarded = 0
        self._client_address = ""
        self.url = b""  # before the first request line, of which there may be none
        self._received = b""
        self._answering: RequestResponseCycle | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register a connection, or refuse it when there are too many."""
        self._writer = CoalescingTransport(transport, self.loop, lambda: not self._in_head)
        super().connection_made(cast("asyncio.Transport", self._writer))
        registry = self.registry
        self._client_address = self.client[0] if self.client else ""
        self._waiting_since = self.loop.time()
        self._pace = Pace(registry.least_rate, registry.pace_window)
        registry.opened[self] = None
        registry.clients[self._client_address] += 1
        if registry.clients[self._client_address] > registry.most_of_client:
            self._refuse(429, "There are too many connections from your address.")
        elif len(registry.opened) > registry.most:
            self._make_room()

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a request, or else this one."""
        waiting = (item for item in self.registry.opened if item._waiting_since is not None)
        oldest = min(waiting, key=lambda item: item._waiting_since or 0.0, default=self)
        oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the work for this client."""
        registry = self.registry
        if registry.opened.pop(self, 0) is None:
            registry.clients[self._client_address] -= 1
            if not registry.clients[self._client_address]:
                del registry.clients[self._client_address]
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # else the timer keeps all this when exc is given
        self.pipeline.clear()
        if (under_way := self._under_way) and self._task:
            under_way.disconnected = True  # it is not the last request when others wait
            self._task.cancel()

    @property
    def _under_way(self) -> RequestResponseCycle | None:
        """The request that is being answered, if one is."""
        latest = self._answering
        return None if latest is None or latest.response_complete else latest

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Begin to answer a request."""
        self._waiting_since = None
        self._answering = cycle
        self._task = self.loop.create_task(cycle.run_asgi(app))
        self._task.add_done_callback(self.tasks.discard)
        self.tasks.add(self._task)

    def data_received(self, data: bytes) -> None:
        """Parse what came, within bounds."""
        if self._writer.is_lingering:
            self._discard(data)
            return
        if self._ignores_input:
            return
        self._received = data[:40]
        if self._in_head:
            self._head_bytes += len(data)
        elif self.cycle.response_complete and self._discard(data):
            return
        self._framing_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.registry.longest_head:
            self._refuse(*self._long_head())
        if not self._in_head and self._framing_bytes > self.registry.longest_head:
            self._refuse_trailers()

    def _refuse_trailers(self) -> None:
        """Refuse a request for what it sends besides its body, if it is not answered already."""
        if self.cycle.response_complete:
            self.transport.abort()
        else:
            self._refuse(*LONG_TRAILERS)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; count a trailer field, and pass it over (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)
            return
        self._trailers += 1
        if self._trailers > MOST_HEADERS:
            self._refuse_trailers()
            raise ValueError(LONG_TRAILERS)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._framing_bytes -= len(body)
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        """Begin to count what is no body: the size of the next chunk, or trailer fields."""
        self._framing_bytes = 0

    def _discard(self, data: bytes) -> bool:
        """Count what comes after the response; return whether it was too much."""
        self._discarded += len(data)
        if self._discarded > MOST_DISCARDED:
            self.transport.abort()
            return True
        return False

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection of a client that has closed its side only, for its response.

        A client that has left altogether looks the same until something is sent to it, so the
        response has to begin soon. Returns whether the connection stays open.
        """
        self._writer.flush()
        if self._writer.is_lingering or not self._in_head or not self._under_way:
            return False
        if self.registry.half_closed >= MOST_HALF_CLOSED:
            return False
        self.registry.half_closed += 1
        self._ignores_input = True
        self.cycle.keep_alive = False
        self.loop.call_later(HALF_CLOSE_TIMEOUT, self._abort_unless_answered)
        return True

    def _abort_unless_answered(self) -> None:
        """Abort when the response to a half-closed client has not begun."""
        self.registry.half_closed -= 1
        if self._answering is not None and not self._answering.response_started:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or has a method that nobody knows."""
        error = sys.exc_info()[1]
        is_other_method = isinstance(error, httptools.HttpParserInvalidMethodError)
        if is_other_method and REQUEST_LINE.match(self._received):
            self._refuse(501, "This server does not know that method.")
        else:
            self._refuse(400, "This is not a request of HTTP/1.1.")

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer what cannot be read as a request, and close.

        When an earlier request is being answered, its response is the last one.
        """
        if self.transport.is_closing():
            return
        self._ignores_input = True
        under_way = self._under_way
        if under_way and (self._in_head or under_way.response_started):
            under_way.keep_alive = False
            self.pipeline.clear()
            return
        body = sentence.encode() + b"\n"
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in CLOSING_HEADERS)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())
            + lines
            + b"content-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Judge the head of a request and pass it on; from here the application bounds the time."""
        if refusal := self._judge_head():
            self._refuse(*refusal)
            raise ValueError(refusal)
        if len(self.pipeline) >= MOST_PIPELINED:
            self.transport.abort()
            raise ValueError("There are too many requests at once.")
        self._waiting_since, self._in_head, self._head_bytes, self._discarded = None, False, 0, 0
        self._framing_bytes = self._trailers = 0
        super().on_headers_complete()
        if 0 < len(self.pipeline) < MOST_PIPELINED // 2:
            self.flow.resume_reading()  # else it is not noticed that the client leaves

    def _long_head(self) -> tuple[int, str]:
        """Return what refuses a head that is too long: the address if it takes most of it."""
        return LONG_ADDRESS if len(self.url) > self.registry.longest_head // 2 else LONG_HEAD

    def _judge_head(self) -> tuple[int, str] | None:
        """Return the status and the sentence that refuse the head of a request, if it is wrong."""
        longest = self.registry.longest_head
        if len(self.headers) > MOST_HEADERS:
            return LONG_HEAD
        if self._head_bytes > longest:  # they count what came along with the head
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > longest:
                return self._long_head()
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            return 505, "This server speaks HTTP/1.1."
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not (HOST.fullmatch(hosts[0]) if hosts else version == "1.0"):
            return 400, "A request names its host, once: Host: example.org."
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if any(value.strip() != b"chunked" for value in codings):
            return 501, "Send the body as it is or in chunks, in no other transfer coding."
        return None

    def on_message_complete(self) -> None:
        """Expect the head of the next request."""
        super().on_message_complete()
        self._in_head = True

    def on_response_complete(self) -> None:
        """Wait for the next request, unless one was waiting."""
        super().on_response_complete()
        if self._writer.is_lingering:
            self.flow.resume_reading()
        if not self._under_way:
            self._waiting_since = self.loop.time()

    def close_if_overdue(self, now: float) -> None:
        """Close when the head of the next request, or the client's reading, takes too long."""
        if self._waiting_since is None and self.transport.is_closing():
            self._waiting_since = now
        waited = 0.0 if self._waiting_since is None else now - self._waiting_since
        is_slow = self._pace.is_too_slow(now, self._writer.written, self._writer.unread())
        if is_slow:
            self.registry.on_cut_off()
        if is_slow or waited > self.registry.idle_timeout + self.registry.pace_window:
            self.transport.abort()  # a closed one stays until the client has read all
        elif waited > self.registry.idle_timeout:
            self.transport.close()


def connection_class(registry: ConnectionRegistry) -> type[Connection]:
    """Return the class of the connections of one server."""
    return type("Connection", (Connection,), {"registry": registry})


async def _send_internal_error(cycle: RequestResponseCycle) -> None:
    """Answer a request in which the application failed."""
    length = (b"content-length", b"%d" % len(INTERNAL_ERROR))
    headers = [length, (b"cache-control", b"no-store"), *CLOSING_HEADERS]
    await cycle.send({"type": "http.response.start", "status": 500, "headers": headers})
    await cycle.send({"type": "http.response.body", "body": INTERNAL_ERROR, "more_body": False})


# Once for the class: a method set on each cycle would point back to it, for the collector to find.
setattr(RequestResponseCycle, "send_500_response", _send_internal_error)  # noqa: B010
