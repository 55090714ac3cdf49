"""A WSGI application, Flask, behind the event loop: each call in a thread, bodies streamed.

In comes a request whose body is already there, out comes a response whose beginning is already
there. A file is sent in large parts as the client takes them, and holds no thread meanwhile.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gzip
import io
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PART = 256 * 1024
"""Bytes that are gathered before they are sent."""
WORTH_IT = 600
"""Bytes from which a text is compressed."""
COMPRESSIBLE = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/n-triples",
        "application/rdf+xml",
        "image/svg+xml",
    }
)
"""Media types of texts that do not begin with text/."""


@dataclass(kw_only=True)
class Produced:
    """What an application produced: the beginning of its body, and the rest if there is one."""

    status: int
    headers: list[tuple[str, str]]
    beginning: bytes
    rest: _Rest | None


class _Rest:
    """The parts of a body that were not gathered at once."""

    def __init__(self, body: Iterable[bytes], parts: Iterator[bytes], threads: ThreadPoolExecutor):
        self._body, self._parts, self._threads = body, parts, threads

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while part := await loop.run_in_executor(self._threads, _gather, self._parts):
            yield part

    def close(self) -> None:
        """Tell the application that its body was sent or is no longer wanted."""
        _close(self._body)


def _gather(parts: Iterator[bytes]) -> bytes:
    """Return the next bytes of a body, at least PART unless it ends."""
    found: list[bytes] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size >= PART:
            break
    return found[0] if len(found) == 1 else b"".join(found)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def _close_unwanted(made: Future[Produced]) -> None:
    """Close what was produced after who asked for it had left."""
    rest = None if made.cancelled() or made.exception() else made.result().rest
    if rest is not None:
        rest.close()


class WsgiBridge:
    """Runs a WSGI application in a fixed number of threads."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def call(
        self, app: WSGIApplication, environ: dict[str, Any], *, compress: bool = False
    ) -> Produced:
        """Call the application in a thread. What it raises is raised here.

        With ``compress`` a text that is at hand whole comes as gzip.
        """
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        work = functools.partial(context.run, self._produce, app, environ, compress)
        running = self._threads.submit(work)
        try:
            return await asyncio.wrap_future(running, loop=loop)
        except asyncio.CancelledError:
            running.add_done_callback(_close_unwanted)
            raise

    def _produce(self, app: WSGIApplication, environ: dict[str, Any], compress: bool) -> Produced:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            told.append((status, headers))
            return None  # the old way of writing is not offered

        body = app(environ, start_response)
        try:
            parts = iter(body)
            beginning = _gather(parts)
        except BaseException:
            _close(body)
            raise
        status, headers = told[-1]
        rest = _Rest(body, parts, self._threads)
        headers = [(name, value) for name, value in headers if name.lower() != "date"]
        if len(beginning) < PART:
            rest.close()
            if status.startswith("200"):
                headers, beginning = _coded(headers, beginning, compress)
            elif status.startswith("304"):
                headers = _varied(headers)
        return Produced(
            status=int(status.partition(" ")[0]),
            headers=headers,
            beginning=beginning,
            rest=rest if len(beginning) >= PART else None,
        )

    def close(self) -> None:
        """Let calls under way end and start no others."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _coded(
    headers: list[tuple[str, str]], body: bytes, compress: bool
) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and body of a text, compressed if wanted; both forms vary."""
    told = Headers(headers)
    kind = told.get("Content-Type", "").partition(";")[0]
    is_text = kind.startswith("text/") or kind in COMPRESSIBLE
    if not is_text or "Content-Encoding" in told or "Accept-Ranges" in told:
        return headers, body
    if compress and len(body) >= WORTH_IT:
        body = gzip.compress(body, 4, mtime=0)
        told["Content-Encoding"] = "gzip"
        told["Content-Length"] = str(len(body))
        if told.get("ETag", "").startswith('"'):
            told["ETag"] = f"W/{told['ETag']}"
    return _varied(list(told)), body


def _varied(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers that say that a text comes with and without compression.

    A file has ranges, and is never compressed on its way.
    """
    told = Headers(headers)
    if "Accept-Ranges" not in told:
        told["Vary"] = ", ".join([*told.get_all("Vary"), "Accept-Encoding"])
    return list(told)


def environ_of(
    *,
    method: str,
    root: str,
    path: bytes,
    query_string: bytes,
    headers: Iterable[tuple[bytes, bytes]],
    body: bytes,
    scheme: str,
    server: tuple[str, int],
    client: str,
    http_version: str,
) -> dict[str, Any]:
    """Return the environment of a request (PEP 3333). ``path`` is decoded from percents."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": root,
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query_string.decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{http_version}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in headers:
        if name in (b"content-length", b"transfer-encoding") or b"_" in name:
            continue  # the body is here; an underscore could pass for a dash
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
