"""A WSGI application (PEP 3333) behind the event loop: each call in a thread, bodies streamed.

A thread is held only while the application makes something: the beginning of a body, or the next
part of it once the client has taken the last. The bridges of uvicorn and a2wsgi cannot keep that
bound: the first (deprecated) reads a whole file into an unbounded queue, however slowly the client
takes it, and the second holds a thread until the client has taken all, so that as many slow
readers as there are threads stop every page.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gzip
import io
import itertools
import sys
import zlib
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from publish.server.replies import Reply, header
from publish.server.request import HttpRequest

if TYPE_CHECKING:
    from zlib import _Compress as Coder

    from _typeshed.wsgi import WSGIApplication

PART = 256 * 1024
"""Bytes of a body that are gathered before they are sent."""
LEVEL = 4
"""How hard texts are compressed: rather soon than as small as can be, since each is coded anew."""
GZIP = 16 + zlib.MAX_WBITS
"""What zlib calls the format of gzip."""
LEAST_COMPRESSED = 600
"""Bytes from which a text is compressed."""
MOST_COMPRESSED = 8 << 20
"""Bytes up to which it is at once, which takes a thread a tenth of a second at most."""
COMPRESSIBLE = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/n-quads",
        "application/n-triples",
        "application/rdf+xml",
        "application/trig",
        "application/xml",
        "application/javascript",
        "image/svg+xml",
    }
)
"""Media types of texts that do not begin with text/."""


class WsgiBody:
    """The body that an application returns, in parts of at least PART bytes but the last."""

    def __init__(self, body: Iterable[bytes], threads: ThreadPoolExecutor) -> None:
        self._body, self._threads = body, threads
        self._parts = itertools.chain(body)  # whose own iterator is made with the first part
        self._coder: Coder | None = None

    def encode(self, first: bytes) -> bytes:
        """Code the body with gzip from now on; return its first part coded."""
        self._coder = zlib.compressobj(LEVEL, wbits=GZIP)
        return self._coder.compress(first) + self._coder.flush(zlib.Z_SYNC_FLUSH)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while part := await loop.run_in_executor(self._threads, self.read_part):
            yield part

    def read_part(self) -> bytes:
        """Return the next part, empty at the end."""
        part = self._read()
        if self._coder is None:
            return part
        if part:
            return self._coder.compress(part) + self._coder.flush(zlib.Z_SYNC_FLUSH)
        coder, self._coder = self._coder, None
        return coder.flush()

    def _read(self) -> bytes:
        found: list[bytes] = []
        size = 0
        for part in self._parts:
            found.append(part)
            size += len(part)
            if size >= PART:
                break
        return found[0] if len(found) == 1 else b"".join(found)

    def close(self) -> None:
        """Tell the application that its body was sent or is no longer wanted."""
        if (close := getattr(self._body, "close", None)) is not None:
            close()


class WsgiBridge:
    """Runs a WSGI application in a fixed number of threads."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def call(
        self, app: WSGIApplication, environ: dict[str, Any], *, compress: bool = False
    ) -> Reply:
        """Call the application in a thread. What it raises is raised here.

        A reply with a stream has the first part of its body at hand. With ``compress`` a text is
        coded with gzip, one that is streamed part by part: then it has no length, and a body that
        fails breaks the connection off.
        """
        context = contextvars.copy_context()
        work = functools.partial(context.run, self._respond, app, environ, compress)
        running = self._threads.submit(work)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            running.add_done_callback(_close_unwanted)
            raise

    def _respond(self, app: WSGIApplication, environ: dict[str, Any], compress: bool) -> Reply:
        started: tuple[Any, ...] = ()

        def start_response(*status_and_headers: Any) -> Any:  # offers no write()
            nonlocal started
            started = status_and_headers

        body = WsgiBody(app(environ, start_response), self._threads)
        try:
            beginning = body.read_part()
        except BaseException:
            body.close()
            raise
        status, fields = started[:2]
        headers = Headers([(name, value) for name, value in fields if name.lower() != "date"])
        is_whole = len(beginning) < PART or headers.get("Content-Length") == str(len(beginning))
        is_coded = compress and status.startswith("200") and _is_text(headers)
        if is_whole and is_coded and len(beginning) > MOST_COMPRESSED:
            body.close()
            cuts = range(0, len(beginning), PART)
            body = WsgiBody([beginning[at : at + PART] for at in cuts], self._threads)
            beginning, is_whole = body.read_part(), False
        if is_whole:
            body.close()
            if not status.startswith(("206", "304")):
                beginning = _encode(headers, beginning, compress)
            elif status.startswith("304"):
                _vary(headers)
        elif status.startswith("200") and _is_text(headers):
            if is_coded:
                beginning = body.encode(beginning)
                headers.remove("Content-Length")
                _mark(headers)
            _vary(headers)
        return Reply(
            status=int(status.partition(" ")[0]),
            headers=[header(name, value) for name, value in headers],
            body=beginning,
            stream=None if is_whole else body,
        )

    def close(self) -> None:
        """Let calls under way end and start no others."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _close_unwanted(running: Future[Reply]) -> None:
    """Close the stream of a reply whose client has left."""
    stream = None if running.cancelled() or running.exception() else running.result().stream
    if stream is not None:
        stream.close()


def _encode(headers: Headers, body: bytes, compress: bool) -> bytes:
    """Return a body, coded with gzip if it is a text and that is wanted; mend its headers."""
    if not _is_text(headers):
        return body
    if compress and LEAST_COMPRESSED <= len(body) <= MOST_COMPRESSED:
        body = gzip.compress(body, LEVEL, mtime=0)
        headers["Content-Length"] = str(len(body))
        _mark(headers)
    _vary(headers)
    return body


def _is_text(headers: Headers) -> bool:
    """Return whether a body may be coded: a text that is not coded yet, and no file with ranges."""
    kind = headers.get("Content-Type", "").partition(";")[0]
    is_text = kind.startswith("text/") or kind in COMPRESSIBLE
    return is_text and "Content-Encoding" not in headers and "Accept-Ranges" not in headers


def _mark(headers: Headers) -> None:
    """Say that a body is coded, so that its tag is no longer one of these bytes."""
    headers["Content-Encoding"] = "gzip"
    if headers.get("ETag", "").startswith('"'):
        headers["ETag"] = f"W/{headers['ETag']}"


def _vary(headers: Headers) -> None:
    """Say that there is a coded form too; not of a file, which has ranges and is never coded."""
    known = ", ".join(headers.get_all("Vary"))
    if "Accept-Ranges" not in headers and "accept-encoding" not in known.lower():
        headers["Vary"] = ", ".join([*headers.get_all("Vary"), "Accept-Encoding"])


def environ_of(request: HttpRequest, body: bytes) -> dict[str, Any]:
    """Return the environment of a request, of HEAD that of GET, so that the headers are equal."""
    is_get, scope = request.method == "GET", request.scope
    server = scope["server"] or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if request.method == "HEAD" else request.method,
        "SCRIPT_NAME": request.root,
        "PATH_INFO": request.path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": request.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in request.headers:
        if name in (b"content-length", b"transfer-encoding") or b"_" in name:
            continue  # the body is here; an underscore could pass for a hyphen
        if name == b"range" and not is_get:
            continue  # it has a meaning with GET only (RFC 9110, 14.2)
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
