"""A connection that cannot be held for nothing: uvicorn's, with limits of time and size.

What a client has sent of a request's head is bounded in bytes and must be there in time; so must
the next request on an open connection. A client that does not take its answer, or sends on after
it was refused, is cut off. When a client leaves, the task that works for it is cancelled.
Requests may be sent before the answers to earlier ones are there, and are answered in turn.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from publish.server.replies import FOR_ALL, PLAIN

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

LONGEST_HEAD = 64 * 1024
"""Bytes of a request line and its headers; a query in an address is part of it."""
MOST_HEADERS = 100
MOST_AFTER_REFUSAL = 64 << 20
"""Bytes of a body that are read and thrown away after the answer was given without it.

A connection that is closed with bytes unread takes the answer with it (RFC 9112, 9.6).
"""
MOST_AT_ONCE = 100
"""Requests that wait on one connection for the answers to earlier ones."""
LARGE = 64 * 1024
"""Bytes that are written without waiting for more."""
LINGERS = 3.0
"""Seconds in which what a client still sends is thrown away after the last answer."""
HALF_CLOSED = 0.25
"""Seconds in which a client that has closed its side gets its answer."""
MOST_HALF_CLOSED = 4
"""Such clients at a time; many that leave at once must not fill the queue."""
STALLED = 60.0
"""Seconds after which a client that takes nothing of its answer is cut off."""
METHOD = re.compile(rb"[A-Za-z-]{1,30} [/*h]")
"""The beginning of a request with any method."""
HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?")
"""A host as RFC 9110, 7.2 has it."""
BROKEN = b"Something went wrong on this server. It has been noted.\n"


class OneWrite:
    """A transport that sends what is written during one turn of the loop at once.

    Head and body of a small answer are then one call of the system, which is most of its cost.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        is_in_body: Callable[[], bool],
    ) -> None:
        """``is_in_body`` tells whether the client is in the middle of a request."""
        self._transport, self._loop = transport, loop
        self._is_in_body = is_in_body
        self.is_lingering = False
        self._written: list[bytes] = []
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.get_extra_info = transport.get_extra_info

    def write(self, data: bytes) -> None:
        """Write soon; what is large at once, so that the client's pace counts."""
        if not self._written:
            self._loop.call_soon(self.flush)
        self._written.append(data)
        if len(data) > LARGE:
            self.flush()

    def flush(self) -> None:
        """Write now what was to be written soon."""
        written, self._written = self._written, []
        if written and not self._transport.is_closing():
            self._transport.write(written[0] if len(written) == 1 else b"".join(written))

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to be."""
        return self.is_lingering or self._transport.is_closing()

    def close(self) -> None:
        """Close when all is sent.

        While a client still sends, only the way to it is closed: a full close would take the answer
        with it (RFC 9112, 9.6).
        """
        self.flush()
        if self.is_lingering or not self._is_in_body() or self._transport.is_closing():
            self._transport.close()
            return
        self.is_lingering = True
        self._transport.write_eof()
        self._loop.call_later(LINGERS, self._transport.abort)

    def abort(self) -> None:
        """Close now."""
        self._written.clear()
        self._transport.abort()


@dataclass(kw_only=True)
class Gate:
    """What the connections of a process share: how many there may be, and how many there are."""

    most: int
    most_of_client: int
    idle: float
    """Seconds within which a request's head must be there."""
    stalled: float = STALLED
    longest_head: int = LONGEST_HEAD
    half_closed: int = 0
    """Clients that have closed their side a moment ago, and may still take their answer."""
    clients: Counter[str] = field(default_factory=Counter)
    opened: dict[Connection, None] = field(default_factory=dict)

    def sweep(self, now: float) -> None:
        """Close what has waited too long; to be called every second."""
        for connection in list(self.opened):
            connection.close_when_overdue(now)


class Connection(HttpToolsProtocol):
    """One connection; ``gate`` is set on a subclass made for one server."""

    gate: Gate

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._waiting_since: float | None = None
        self._stalled_since: float | None = None
        self._in_head, self._is_deaf = True, False
        self._head = 0
        self._thrown_away = 0
        self._who = ""
        self._last = b""
        self._answering: RequestResponseCycle | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection in, or refuse it when there are too many."""
        self._way = OneWrite(transport, self.loop, lambda: not self._in_head)
        super().connection_made(cast("asyncio.Transport", self._way))
        gate = self.gate
        self._who = self.client[0] if self.client else ""
        self._waiting_since = self.loop.time()
        gate.opened[self] = None
        gate.clients[self._who] += 1
        if gate.clients[self._who] > gate.most_of_client:
            self._say(429, "There are too many connections from your address.")
        elif len(gate.opened) > gate.most:
            self._make_room()

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a request, or else this one."""
        idle = (item for item in self.gate.opened if item._waiting_since is not None)
        oldest = min(idle, key=lambda item: item._waiting_since or 0.0, default=self)
        oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the work for this client."""
        gate = self.gate
        if gate.opened.pop(self, 0) is None:
            gate.clients[self._who] -= 1
            if not gate.clients[self._who]:
                del gate.clients[self._who]
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # else the timer keeps all this when exc is given
        self.pipeline.clear()
        if self._is_answering and self._answering is not None and self._task is not None:
            self._answering.disconnected = True  # it is not the last request when others wait
            self._task.cancel()

    @property
    def _is_answering(self) -> bool:
        """Whether a request is being answered."""
        return self._answering is not None and not self._answering.response_complete

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Begin to answer a request."""
        self._waiting_since = None
        self._answering = cycle
        self._task = self.loop.create_task(cycle.run_asgi(app))
        self._task.add_done_callback(self.tasks.discard)
        self.tasks.add(self._task)

    def data_received(self, data: bytes) -> None:
        """Read what came, within bounds."""
        if self._way.is_lingering:
            self._throw_away(data)
            return
        if self._is_deaf:
            return
        self._last = data[:40]
        if self._in_head:
            self._head += len(data)
        elif self.cycle is not None and self.cycle.response_complete and self._throw_away(data):
            return
        super().data_received(data)
        if self._in_head and self._head > self.gate.longest_head:
            self._refuse_head()

    def _throw_away(self, data: bytes) -> bool:
        """Count what comes after the answer; return whether it was too much."""
        self._thrown_away += len(data)
        if self._thrown_away > MOST_AFTER_REFUSAL:
            self.transport.abort()
            return True
        return False

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what was asked when the client has closed its side only.

        One that has left altogether looks the same until something is sent to it, so an answer
        that is not there soon is given up. Returns whether the connection stays open.
        """
        self._way.flush()
        if self._way.is_lingering or not self._in_head or not self._is_answering:
            return False
        if self.gate.half_closed >= MOST_HALF_CLOSED:
            return False
        self.gate.half_closed += 1
        self._is_deaf = True
        self.cycle.keep_alive = False
        self.loop.call_later(HALF_CLOSED, self._give_up)
        return True

    def _give_up(self) -> None:
        """Take a client for gone to which nothing is being sent."""
        self.gate.half_closed -= 1
        if self._answering is not None and not self._answering.response_started:
            self.transport.abort()

    def _refuse_head(self) -> None:
        """Say that a request line or its headers are too long, and close."""
        self._say(431, "The address and headers are longer than this server reads. POST the query.")

    def send_400_response(self, msg: str) -> None:
        """Say that this is no HTTP, or a method that nobody knows."""
        error = sys.exc_info()[1]
        if isinstance(error, httptools.HttpParserInvalidMethodError) and METHOD.match(self._last):
            self._say(501, "This server does not know that method.")
        else:
            self._say(400, "This is not a request of HTTP/1.1.")

    def _say(self, status: int, sentence: str) -> None:
        """Answer what cannot be read as a request, and close.

        Earlier requests come first: when one is being answered, its answer is the last.
        """
        if self.transport.is_closing():
            return
        self._is_deaf = True
        under_way = self._answering if self._is_answering else None
        if under_way is not None and (self._in_head or under_way.response_started):
            under_way.keep_alive = False
            self.pipeline.clear()
            return
        body = sentence.encode() + b"\n"
        headers = [(b"content-type", PLAIN.encode()), *FOR_ALL, (b"connection", b"close")]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())
            + lines
            + b"content-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Hand the request over; from here the application bounds the time."""
        if self._head > self.gate.longest_head or len(self.headers) > MOST_HEADERS:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self.gate.longest_head or len(self.headers) > MOST_HEADERS:
                self._refuse_head()
                raise ValueError("The head of the request is too long.")
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            self._say(505, "This server speaks HTTP/1.1.")
            raise ValueError("This is another version of HTTP.")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not (HOST.fullmatch(hosts[0]) if hosts else version == "1.0"):
            self._say(400, "A request names its host, once: Host: example.org.")
            raise ValueError("The host is not as it should be.")
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if any(value.strip() != b"chunked" for value in codings):
            self._say(501, "Send the body as it is or in chunks, in no other transfer coding.")
            raise ValueError("There is a transfer coding that is not known.")
        if len(self.pipeline) >= MOST_AT_ONCE:
            self.transport.abort()
            raise ValueError("There are too many requests at once.")
        self._waiting_since, self._in_head, self._head, self._thrown_away = None, False, 0, 0
        super().on_headers_complete()
        if 0 < len(self.pipeline) < MOST_AT_ONCE // 2:
            self.flow.resume_reading()  # else it is not noticed that the client leaves

    def on_message_complete(self) -> None:
        """Expect the head of the next request."""
        super().on_message_complete()
        self._in_head = True

    def on_response_complete(self) -> None:
        """Wait for the next request, unless one was waiting."""
        super().on_response_complete()
        if self._way.is_lingering:
            self.flow.resume_reading()
        if not self._is_answering:
            self._waiting_since = self.loop.time()

    def pause_writing(self) -> None:
        """Note since when the client takes nothing."""
        super().pause_writing()
        self._stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        """Note that the client takes its answer."""
        super().resume_writing()
        self._stalled_since = None

    def close_when_overdue(self, now: float) -> None:
        """Close when the next request's head, or the client's reading, takes too long."""
        if self._waiting_since is None and self.transport.is_closing():
            self._waiting_since = now
        waited = 0.0 if self._waiting_since is None else now - self._waiting_since
        stalled = 0.0 if self._stalled_since is None else now - self._stalled_since
        if max(stalled, waited - self.gate.idle) > self.gate.stalled:
            self.transport.abort()  # what is closed stays open until the client has taken all
        elif waited > self.gate.idle:
            self.transport.close()


def connection_class(gate: Gate) -> type[Connection]:
    """Return the class of the connections of one server."""
    return type("Connection", (Connection,), {"gate": gate})


async def _send_broken(cycle: RequestResponseCycle) -> None:
    """Answer a request in which the application failed."""
    length = (b"content-length", b"%d" % len(BROKEN))
    always = [(b"cache-control", b"no-store"), (b"connection", b"close")]
    headers = [(b"content-type", PLAIN.encode()), length, *always, *FOR_ALL]
    await cycle.send({"type": "http.response.start", "status": 500, "headers": headers})
    await cycle.send({"type": "http.response.body", "body": BROKEN, "more_body": False})


# Once for the class: a method set on each cycle would point back to it, for the collector to find.
setattr(RequestResponseCycle, "send_500_response", _send_broken)  # noqa: B010


def values_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Return the values of a header that may come several times, as one list."""
    found = [value for key, value in headers if key == name]
    return b", ".join(found).decode("latin-1") if found else None
