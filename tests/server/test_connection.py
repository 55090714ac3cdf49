"""A connection by the bytes on it: what it lets in, what it cuts off, what is left of it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
import uvloop
from raw_http import Connection, request

from publish.server.connection import MOST_PIPELINED, ConnectionRegistry, connection_class
from publish.server.connection import Connection as Served

IDLE = 0.4
LARGE = 1_000_000
RESET = struct.pack("ii", 1, 0)


@dataclass(kw_only=True)
class Host:
    """A server with tiny limits, whose application says what becomes of its requests."""

    registry: ConnectionRegistry
    port: int = 0
    told: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, and note it."""
        path = scope["path"]
        self.told.append(f"begin {path}")
        try:
            if path == "/slow":
                while not self.go_on.is_set():
                    await asyncio.sleep(0.01)
            if path == "/read":
                await receive()
            if path == "/fail":
                raise RuntimeError("as told")
            body = b"x" * LARGE if path == "/large" else path.encode()
            headers = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            if path == "/half":
                await send({"type": "http.response.body", "body": b"/ha", "more_body": True})
                raise RuntimeError("as told")
            await send({"type": "http.response.body", "body": body})
            self.told.append(f"end {path}")
        except asyncio.CancelledError:
            self.told.append(f"cancelled {path}")

    def until(self, condition: Callable[[], object], seconds: float = 15.0) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.told
            time.sleep(0.01)

    def connect(self) -> Connection:
        """Return a connection to it."""
        return Connection(self.port, timeout=15)


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host(
        registry=ConnectionRegistry(
            most=5, most_of_client=5, idle_timeout=IDLE, longest_head=2000, pace_window=IDLE
        )
    )
    listening = socket.create_server(("127.0.0.1", 0))
    host.port = listening.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            host,
            http=connection_class(host.registry),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=24 * 3600,
        )
    )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        serving = loop.create_task(server.serve(sockets=[listening]))
        while not serving.done():
            host.registry.close_overdue(loop.time())
            await asyncio.sleep(0.05)
        await serving

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    host.until(lambda: server.started)
    yield host
    host.go_on.set()
    server.force_exit = server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def test_answer_one_after_the_other(host: Host) -> None:
    """A connection stays open for the next request."""
    with host.connect() as connection:
        assert connection.ask(request("/a")).body == b"/a"
        assert connection.ask(request("/b")).body == b"/b"


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (400, b"no HTTP\r\n\r\n"),
        (501, b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (400, request("/", host=None)),
        (400, request("/", fields=[("Host", "b")])),
        (400, request("/", host="a/b@c")),
        (414, request("/" + "a" * 2000)),
        (414, b"GET /" + b"a" * 2001),
        (414, b"GET /sparql?query=" + b"a" * 1500 + b" HTTP/1.1\r\nHost: a\r\nB: " + b"b" * 600),
        (431, request("/a", fields=[("A", "b" * 2000)])),
        (431, b"\r\n" * 1001),
        (431, request("/", fields=[("A", "b")] * 101)),
    ],
)
def test_refuse_head(host: Host, status: int, data: bytes) -> None:
    """What is no request is answered and its connection closed; the application hears nothing."""
    with host.connect() as connection:
        reply = connection.ask(data, "GET")
        assert reply.status == status
        assert reply["Connection"] == "close"
        assert reply["X-Content-Type-Options"] == "nosniff"
        assert connection.is_closed()
    assert host.told == []


def test_answer_earlier_requests_first(host: Host) -> None:
    """What cannot be read does not take the answer of the request before it (RFC 9112, 9.3.2)."""
    with host.connect() as connection:
        connection.send(request("/slow") + b"no HTTP\r\n\r\n")
        host.until(lambda: host.told)
        connection.send(b"nor this" * 1000)
        host.go_on.set()
        reply = connection.read()
        assert (reply.body, reply["Connection"]) == (b"/slow", "close")
        assert connection.is_closed()


@pytest.mark.parametrize("ahead", [0, 1, 10])
@pytest.mark.parametrize("reset", [False, True])
def test_cancel_when_client_leaves(host: Host, ahead: int, reset: bool) -> None:
    """Work ends when its client leaves, also when it has sent further requests ahead."""
    with host.connect() as connection:
        connection.send(request("/slow") + request("/next") * ahead)
        host.until(lambda: host.told)
        if reset:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    host.until(lambda: len(host.told) > 1)
    assert host.told == ["begin /slow", "cancelled /slow"]
    host.until(lambda: not host.registry.opened and not host.registry.clients)


def test_keep_nothing_of_reset_connections(host: Host) -> None:
    """A connection that its client resets is forgotten, with its timer."""
    for _ in range(20):
        with host.connect() as connection:
            assert connection.ask(request("/a")).status == 200
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    host.until(lambda: not host.registry.opened)
    gc.collect()
    mine = [found for found in gc.get_objects() if isinstance(found, Served)]
    assert [found for found in mine if found.registry is host.registry] == []


def test_bound_requests_sent_ahead(host: Host) -> None:
    """Of requests sent before the first is answered, a number is kept, and not more."""
    with host.connect() as connection:
        connection.send(request("/slow") + request("/a") * MOST_PIPELINED)
        host.until(lambda: host.told)
        host.go_on.set()
        bodies = [connection.read().body for _ in range(MOST_PIPELINED + 1)]
        assert bodies == [b"/slow", *[b"/a"] * MOST_PIPELINED]
    host.go_on.clear()
    with host.connect() as connection:
        connection.send(request("/slow") + request("/a") * (MOST_PIPELINED + 1))
        assert connection.is_closed()
    host.until(lambda: host.told[-1] == "cancelled /slow")


def test_close_idle(host: Host) -> None:
    """A connection without a request, or with half a head, is closed in time."""
    with host.connect() as nothing, host.connect() as half, host.connect() as done:
        half.send(b"GET / HTTP/1.1\r\nHo")
        assert done.ask(request("/a")).status == 200
        for connection in (nothing, half, done):
            assert connection.is_closed()


def test_leave_who_waits_for_an_answer(host: Host) -> None:
    """A request that takes long is none that is late, also not one that was sent ahead."""
    with host.connect() as connection:
        connection.send(request("/a") + request("/slow"))
        assert connection.read().body == b"/a"
        time.sleep(2 * IDLE)
        host.go_on.set()
        assert connection.read().body == b"/slow"


@pytest.mark.parametrize("closing", [False, True])
def test_cut_off_who_does_not_read(host: Host, closing: bool) -> None:
    """A client that takes nothing of its answer is cut off, also when all is written."""
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", host.port))
        more = [("Connection", "close")] if closing else []
        reader.sendall(request("/large") * 8 + request("/large", fields=more))
        host.until(lambda: "begin /large" in host.told)
        host.until(lambda: not host.registry.opened)


def test_cut_off_who_reads_byte_by_byte(host: Host) -> None:
    """A client that takes a byte now and then is cut off as well, and that is told."""
    cut: list[bool] = []
    host.registry.on_cut_off = lambda: cut.append(True)
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", host.port))
        reader.sendall(request("/large") * 8)
        with contextlib.suppress(ConnectionResetError):
            for _ in range(200):
                reader.recv(1)
                time.sleep(0.02)
                if not host.registry.opened and cut:
                    break
        assert cut == [True]


def test_keep_who_pauses_and_goes_on(host: Host) -> None:
    """A client that reads nothing for most of the window, and then enough, gets everything."""
    host.registry.pace_window = 4 * IDLE
    with host.connect() as connection:
        connection.send(request("/large") * 2)
        for _ in range(2):
            time.sleep(2 * IDLE)
            assert len(connection.read().body) == LARGE


def test_make_room(host: Host) -> None:
    """With too many connections the one that waits longest gives way, and no request under way."""
    host.registry.most_of_client, host.registry.idle_timeout = 100, 60
    with contextlib.ExitStack() as opened:
        busy = opened.enter_context(host.connect())
        busy.send(request("/slow"))
        host.until(lambda: host.told)
        idle_timeout = [opened.enter_context(host.connect()) for _ in range(6)]
        assert idle_timeout[0].is_closed()
        assert idle_timeout[-1].ask(request("/a")).status == 200
        host.go_on.set()
        assert busy.read().body == b"/slow"


def test_bound_connections_of_client(host: Host) -> None:
    """One client has so many connections and not more."""
    host.registry.most, host.registry.idle_timeout = 100, 60
    with contextlib.ExitStack() as opened:
        connections = [opened.enter_context(host.connect()) for _ in range(5)]
        host.until(lambda: len(host.registry.opened) == 5)
        assert read_to_end(opened.enter_context(host.connect())).startswith(b"HTTP/1.1 429")
        assert connections[0].ask(request("/a")).status == 200


def test_go_on_after_unread_body(host: Host) -> None:
    """A body that nobody reads is thrown away, and the next request is answered."""
    with host.connect() as connection:
        reply = connection.ask(request("/a", "POST", body=b"x" * 300_000))
        assert reply.body == b"/a"
        assert connection.ask(request("/b")).body == b"/b"


def test_say_that_a_body_is_broken(host: Host) -> None:
    """A body whose chunks cannot be read is answered, and its work ends."""
    with host.connect() as connection:
        connection.send(request("/slow", "POST", [("Transfer-Encoding", "chunked")]))
        host.until(lambda: host.told)
        connection.send(b"no chunk\r\n")
        assert connection.read("POST").status == 400
        assert connection.is_closed()
    host.until(lambda: host.told[-1] == "cancelled /slow")


CHUNKED = [("Transfer-Encoding", "chunked")]


def test_pass_over_trailer_fields(host: Host) -> None:
    """Chunks of any size and some trailer fields are a request; the next one is answered too."""
    body = b"1\r\nx\r\n" * 5000 + b"0\r\nX-Forwarded-For: 192.0.2.1\r\nA: b\r\n\r\n"
    with host.connect() as connection:
        connection.send(request("/read", "POST", CHUNKED) + body)
        assert connection.read("POST").body == b"/read"
        assert connection.ask(request("/b")).body == b"/b"


@pytest.mark.parametrize("path", ["/slow", "/a"])
@pytest.mark.parametrize(
    "endless",
    [b"0\r\n" + b"A: b\r\n" * 200, b"0\r\nA: " + b"a" * 5000, b"1;" + b"a" * 5000],
    ids=["many fields", "a long field", "a long extension"],
)
def test_bound_what_is_no_body(host: Host, path: str, endless: bytes) -> None:
    """Trailer fields and extensions of chunks without end are refused, and nothing is kept."""
    with host.connect() as connection:
        connection.send(request(path, "POST", CHUNKED) + b"1\r\nx\r\n")
        host.until(lambda: host.told)
        if path == "/a":
            assert connection.read("POST").body == b"/a"
        connection.send(endless)
        if path == "/slow":
            assert connection.read("POST").status == 431
        assert connection.is_closed()
    host.until(lambda: not host.registry.opened)


def test_answer_when_application_fails(host: Host) -> None:
    """An error of ours is a 500 with the headers of every answer; a half answer is cut off."""
    with host.connect() as connection:
        reply = connection.ask(request("/fail"))
        assert reply.status == 500
        assert reply["X-Content-Type-Options"] == "nosniff"
        assert reply["Access-Control-Allow-Origin"] == "*"
        assert connection.is_closed()
    with host.connect() as connection:
        connection.send(request("/half"))
        with pytest.raises((AssertionError, ConnectionError)):
            connection.read()


def read_to_end(connection: Connection) -> bytes:
    """Return all that comes until the server closes."""
    found = b""
    while part := connection.socket.recv(1 << 16):
        found += part
    return found


@pytest.mark.parametrize("count", [1, 3])
def test_answer_who_has_closed_its_side(host: Host, count: int) -> None:
    """A client that has sent all it wants and says so gets every answer (RFC 9112, 9.6)."""
    with host.connect() as connection:
        connection.send(b"".join(request(f"/{number}") for number in range(count)))
        connection.socket.shutdown(socket.SHUT_WR)
        found = read_to_end(connection)
    assert found.count(b"HTTP/1.1 200") == count
    assert found.endswith(b"/%d" % (count - 1))


def test_give_up_who_has_closed_its_side_and_waits(host: Host) -> None:
    """It cannot be told from one that has left, so its work ends when nothing comes soon."""
    with host.connect() as connection:
        connection.send(request("/slow"))
        connection.socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert read_to_end(connection) == b""
        host.until(lambda: "cancelled /slow" in host.told)


def test_let_a_refusal_arrive(host: Host) -> None:
    """Who sends a long body and reads afterwards finds the answer that was given before its end."""
    body = b"x" * 8_000_000
    with host.connect() as connection:
        connection.send(request("/quick", "POST", [("Connection", "close")], body))
        assert read_to_end(connection).startswith(b"HTTP/1.1 200")


def test_refuse_unknown_transfer_coding(host: Host) -> None:
    """A body in a coding that is not undone is not read as if it were (RFC 9112, 6.1)."""
    with host.connect() as connection:
        fields = [("Transfer-Encoding", "gzip, chunked")]
        connection.send(request("/", "POST", fields, b"0\r\n\r\n"))
        assert read_to_end(connection).startswith(b"HTTP/1.1 501")
