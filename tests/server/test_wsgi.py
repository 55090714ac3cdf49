"""A WSGI application behind the event loop: what comes of it, and that nothing stays open."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

import pytest

from publish.server.replies import Reply
from publish.server.request import HttpRequest
from publish.server.wsgi import PART, WsgiBridge, environ_of

KIND = "text/html; charset=utf-8"


class Body:
    """A body that knows whether it was closed."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts, self.is_closed = parts, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True


def app_of(
    body: Iterable[bytes], headers: Iterable[tuple[str, str]] = (), status: str = "200 OK"
) -> Any:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, [*headers])
        return body

    return app


def run(work: Callable[[WsgiBridge], Coroutine[Any, Any, Any]]) -> Any:
    """Run something with a bridge of two threads."""
    bridge = WsgiBridge(2)
    try:
        return asyncio.run(work(bridge))
    finally:
        bridge.close()


def call(app: Any, **options: bool) -> Reply:
    """Call an application."""
    made = run(lambda bridge: bridge.call(app, {}, **options))
    assert isinstance(made, Reply)
    return made


def call_and_read(app: Any) -> tuple[Reply, list[bytes]]:
    """Call an application, and read a coded body to its end or to where it fails."""
    parts: list[bytes] = []

    async def read(bridge: WsgiBridge) -> Reply:
        made = await bridge.call(app, {}, compress=True)
        assert made.stream is not None
        parts.append(made.body)
        with contextlib.suppress(OSError):
            async for part in made.stream:
                parts.append(part)
            parts.append(b"end")
        made.stream.close()
        return made

    return run(read), parts


def headers_of(reply: Reply) -> dict[str, str]:
    """Return the header fields of a reply, their names in lower case."""
    return {name.decode(): value.decode("latin-1") for name, value in reply.headers}


def test_close_body_that_is_at_hand() -> None:
    """A small body comes whole, and the application is told that it is done."""
    body = Body([b"a", b"b"])
    made = call(app_of(body, [("Content-Type", KIND), ("Date", "today")]))
    assert (made.status, made.body, made.stream) == (200, b"ab", None)
    assert "date" not in headers_of(made)
    assert body.is_closed


def test_send_large_body_in_parts() -> None:
    """A large body comes in parts, and is open until it is closed."""
    body = Body(b"x" * 1000 for _ in range(1000))

    async def read(bridge: WsgiBridge) -> list[bytes]:
        made = await bridge.call(app_of(body), {}, compress=True)
        assert made.stream is not None
        parts = [made.body, *[part async for part in made.stream]]
        assert not body.is_closed
        made.stream.close()
        return parts

    parts = run(read)
    assert b"".join(parts) == b"x" * 1_000_000
    assert all(PART <= len(part) < PART + 1000 for part in parts[:-1])
    assert body.is_closed


def test_hold_no_thread_between_parts() -> None:
    """More readers than threads can be halfway, and other requests are answered."""

    async def read(bridge: WsgiBridge) -> int:
        bodies = [Body([b"x" * PART] * 3) for _ in range(20)]
        halfway = []
        for body in bodies:
            made = await bridge.call(app_of(body), {})
            assert made.stream is not None
            parts = aiter(made.stream)
            await anext(parts)
            halfway.append((made.stream, parts))
        small = await asyncio.wait_for(bridge.call(app_of([b"small"]), {}), 2)
        assert small.body == b"small"
        for rest, parts in halfway:
            assert [len(part) async for part in parts] == [PART]
            rest.close()
        return sum(body.is_closed for body in bodies)

    assert run(read) == 20


def test_close_what_nobody_waits_for() -> None:
    """When who asked has left, what comes of it is closed all the same."""
    body, begun, go_on = Body([b"x" * PART] * 2), threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun.set()
        go_on.wait(5)
        start_response("200 OK", [])
        return body

    async def leave(bridge: WsgiBridge) -> None:
        task = asyncio.create_task(bridge.call(app, {}))
        await asyncio.to_thread(begun.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        for _ in range(100):
            if body.is_closed:
                return
            await asyncio.sleep(0.02)

    run(leave)
    assert body.is_closed


def test_close_body_that_fails() -> None:
    """A body that fails is closed, and the error is raised where it was asked for."""

    def parts() -> Iterator[bytes]:
        yield b"a"
        raise OSError("no disk")

    body = Body(parts())
    with pytest.raises(OSError, match="no disk"):
        call(app_of(body))
    assert body.is_closed


def test_compress_text() -> None:
    """A text comes as gzip when wanted, its tag weak; both forms vary by coding."""
    text = b"<p>table</p>" * 100
    headers = [("Content-Type", KIND), ("ETag", '"a"'), ("Vary", "Accept")]
    made = call(app_of([text], headers), compress=True)
    fields = headers_of(made)
    assert gzip.decompress(made.body) == text
    assert fields["content-length"] == str(len(made.body))
    assert (fields["content-encoding"], fields["etag"]) == ("gzip", 'W/"a"')
    assert fields["vary"] == "Accept, Accept-Encoding"
    unchanged = call(app_of([], headers[1:], status="304 NOT MODIFIED"), compress=True)
    assert headers_of(unchanged)["vary"] == fields["vary"]
    plain = headers_of(call(app_of([text], headers)))
    assert (plain["vary"], plain["etag"]) == ("Accept, Accept-Encoding", '"a"')


def test_compress_long_text_that_is_whole() -> None:
    """A page that is given as one part, with its length, is coded however long that part is."""
    text = b"<a> <b> <c> <g> .\n" * PART
    for kind in ("application/n-quads", "application/trig", "application/xml; charset=utf-8"):
        body = Body([text])
        headers = [("Content-Type", kind), ("Content-Length", str(len(text)))]
        made = call(app_of(body, headers), compress=True)
        assert gzip.decompress(made.body) == text
        assert made.stream is None
        assert body.is_closed
        assert headers_of(made)["content-length"] == str(len(made.body))


def test_compress_text_while_it_is_sent() -> None:
    """A text in parts is coded part by part, without a length; so is one too long for once."""
    parts = [b"<a> <b> <c> .\n" * (PART // 14 + 1) for _ in range(3)]
    text = b"".join(parts)
    long = b"0123456789abcdef\n" * (10 << 16)
    for given, whole in ((parts, text), ([long], long)):
        length = ("Content-Length", str(len(whole)))
        headers = [("Content-Type", KIND), length, ("ETag", '"a"')]
        made, coded = call_and_read(app_of(given, headers))
        fields = headers_of(made)
        assert coded.pop() == b"end"
        assert gzip.decompress(b"".join(coded)) == whole
        assert "content-length" not in fields
        assert (fields["content-encoding"], fields["etag"]) == ("gzip", 'W/"a"')
        assert fields["vary"] == "Accept-Encoding"


def test_break_off_a_coded_text_that_fails() -> None:
    """A text that fails half way is no whole gzip, so that nobody takes it for the whole."""

    def parts() -> Iterator[bytes]:
        yield b"a" * PART
        raise OSError("no disk")

    _, coded = call_and_read(app_of(parts(), [("Content-Type", KIND)]))
    assert coded[-1] != b"end"
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(coded))


@pytest.mark.parametrize(
    "more",
    [
        ("Content-Encoding", "gzip"),
        ("Accept-Ranges", "bytes"),
        ("Content-Type", "application/zip"),
    ],
)
def test_leave_as_it_is(more: tuple[str, str]) -> None:
    """What is coded, has ranges or is no text is sent as it is."""
    headers = dict([("Content-Type", KIND), more])
    made = call(app_of([b"a" * 1000], headers.items()), compress=True)
    same = {name.lower(): value for name, value in headers.items()}
    assert (headers_of(made), made.body) == (same, b"a" * 1000)


def request(method: str, headers: list[tuple[bytes, bytes]]) -> HttpRequest:
    """Return a request through a proxy, below a prefix."""
    scope = {"query_string": b"a=%20", "server": ("127.0.0.1", 80), "http_version": "1.1"}
    return HttpRequest(
        scope=scope,
        receive=lambda: None,
        id="1-a",
        method=method,
        root="/stat",
        path="/é".encode(),
        headers=headers,
        single={},
        client="192.0.2.1",
        scheme="https",
    )


def test_make_environment() -> None:
    """Headers come under their names; none passes for another, and the body is what is there."""
    headers = [
        (b"accept", b"a/b"),
        (b"accept", b"c/d"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"99"),
        (b"transfer-encoding", b"chunked"),
        (b"x_forwarded_for", b"1.2.3.4"),
    ]
    environ = environ_of(request("POST", headers), b"body")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/stat", "/Ã©")
    assert (environ["HTTP_ACCEPT"], environ["CONTENT_TYPE"]) == ("a/b,c/d", "text/plain")
    assert (environ["CONTENT_LENGTH"], environ["wsgi.input"].read()) == ("4", b"body")
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert environ["REMOTE_ADDR"] == "192.0.2.1"
    assert (environ["QUERY_STRING"], environ["wsgi.url_scheme"]) == ("a=%20", "https")


def test_make_environment_of_head() -> None:
    """HEAD is GET for an application, so that its headers are the same, but it has no ranges."""
    headers = [(b"range", b"bytes=0-1"), (b"accept", b"a/b")]
    head, get = (environ_of(request(method, headers), b"") for method in ("HEAD", "GET"))
    assert head["REQUEST_METHOD"] == get["REQUEST_METHOD"] == "GET"
    assert ("HTTP_RANGE" in head, "HTTP_RANGE" in get) == (False, True)
