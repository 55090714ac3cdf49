"""HTTP/1.1 over bare sockets: sends exactly the bytes it is given, reads replies strictly.

A client library repairs what a server does wrong and refuses to send what a server must
withstand. In come bytes; out comes a Reply, or NotHttp when the answer breaks RFC 9112.
"""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import quote

HOST = "127.0.0.1"
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d) ([\t \x21-\x7e\x80-\xff]*)\r\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[\t\x20-\x7e]*)?\r\n")

Fields = Sequence[tuple[str, str]]


class NotHttp(AssertionError):
    """The answer is not a whole and well-formed message of HTTP/1.1."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Reply:
    """One answer, as it came over the wire."""

    version: int
    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    chunked: bool = False

    def __repr__(self) -> str:
        return f"<{self.status} {self.media_type} {len(self.body)}: {self.body[:160]!r}>"

    def all(self, name: str) -> list[str]:
        """Return the values of every header field of a name."""
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """Return the value of a header field that may stand once at most."""
        values = self.all(name)
        if len(values) > 1:
            raise NotHttp(f"{name} stands {len(values)} times: {values}")
        return values[0] if values else None

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        assert value is not None, f"no {name} in {self!r}"
        return value

    def words(self, name: str) -> set[str]:
        """Return the elements of a list field, in lower case."""
        parts = ",".join(self.all(name)).split(",")
        return {part.strip().lower() for part in parts if part.strip()}

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty when there is none."""
        return (self.get("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as UTF-8. Raises UnicodeDecodeError when it is none."""
        return self.body.decode("utf-8")


def request(
    target: str | bytes,
    method: str = "GET",
    fields: Fields = (),
    body: bytes | None = None,
    *,
    version: str = "1.1",
    host: str | None = "cijfers.example",
) -> bytes:
    """Return the bytes of a request. A body gets its Content-Length unless a field frames it."""
    path = target if isinstance(target, bytes) else target.encode("latin-1")
    lines = [method.encode() + b" " + path + b" HTTP/" + version.encode()]
    if host is not None:
        lines.append(b"Host: " + host.encode())
    lines += [name.encode() + b": " + value.encode("latin-1") for name, value in fields]
    framed = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields)
    if body is not None and not framed:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def chunks(parts: Iterable[bytes]) -> bytes:
    """Return a chunked body of these parts."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def query_string(*pairs: tuple[str, str]) -> str:
    """Return a query string in which all but unreserved characters are percent-encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


class Connection:
    """One connection to the server. ``source`` is the address that the client has."""

    def __init__(self, port: int, timeout: float = 15.0, source: str = HOST) -> None:
        self.socket = socket.create_connection(
            (HOST, port), timeout=timeout, source_address=(source, 0)
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, whatever is under way."""
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def ask(self, data: bytes, method: str | None = None) -> Reply:
        """Send a request and return the final answer."""
        self.send(data)
        return self.read(method or data.partition(b" ")[0].decode("latin-1"))

    def readable(self, seconds: float) -> bool:
        """Return whether there is something to read, or the end, within a time."""
        return bool(self._buffer or select.select([self.socket], [], [], seconds)[0])

    def read(self, method: str = "GET") -> Reply:
        """Read one final answer to a request of a method; interim answers are passed over."""
        while True:
            reply = self.read_one(method)
            if reply.status >= 200 or reply.status == 101:
                return reply

    def read_one(self, method: str = "GET") -> Reply:
        """Read one answer, which may be an interim one."""
        start = _STATUS.fullmatch(line := self._line())
        if start is None:
            raise NotHttp(f"no status line: {line[:200]!r}")
        version, status = int(start[1]), int(start[2])
        fields: list[tuple[str, str]] = []
        while (line := self._line()) != b"\r\n":
            field = _FIELD.fullmatch(line)
            if field is None:
                raise NotHttp(f"no header field: {line[:200]!r}")
            fields.append((field[1].decode(), field[2].decode("latin-1")))
        head = Reply(version=version, status=status, fields=tuple(fields), body=b"")
        length, coding = head.get("Content-Length"), head.get("Transfer-Encoding")
        if length is not None and (coding is not None or not re.fullmatch(r"[0-9]+", length)):
            raise NotHttp(f"a body of Content-Length {length!r}, Transfer-Encoding {coding!r}")
        if status < 200 or status == 204:
            if coding is not None or length is not None:
                raise NotHttp(f"{status} with a length")
            return head
        if method == "HEAD" or status == 304:
            return head
        if coding is not None:
            if coding.lower() != "chunked" or version == 0:
                raise NotHttp(f"Transfer-Encoding {coding!r} in HTTP/1.{version}")
            body = self._chunked()
        elif length is not None:
            body = self._exactly(int(length))
        else:
            body = self.rest()
        return Reply(
            version=version,
            status=status,
            fields=tuple(fields),
            body=body,
            chunked=coding is not None,
        )

    def rest(self) -> bytes:
        """Read until the server closes the connection."""
        while self._more():
            pass
        data, self._buffer = self._buffer, b""
        return data

    def is_closed(self, seconds: float = 1.0) -> bool:
        """Return whether the server closes the connection within a time and sends no more."""
        try:
            return not self._buffer and self.readable(seconds) and self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def _more(self) -> bool:
        part = self.socket.recv(1 << 18)
        self._buffer += part
        return bool(part)

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            if not self._more():
                raise NotHttp(f"closed in the head of an answer, after {self._buffer[:200]!r}")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _exactly(self, size: int) -> bytes:
        parts, got = [self._buffer], len(self._buffer)
        while got < size:
            part = self.socket.recv(min(size - got, 1 << 20))
            if not part:
                raise NotHttp(f"closed after {got} of {size} bytes")
            parts.append(part)
            got += len(part)
        data = b"".join(parts)
        self._buffer = data[size:]
        return data[:size]

    def _chunked(self) -> bytes:
        parts = []
        while True:
            head = _CHUNK.fullmatch(line := self._line())
            if head is None:
                raise NotHttp(f"no size of a chunk: {line[:80]!r}")
            size = int(head[1], 16)
            if size:
                parts.append(self._exactly(size))
            if size and self._exactly(2) != b"\r\n":
                raise NotHttp("a chunk that does not end")
            if not size:
                while (line := self._line()) != b"\r\n":
                    if not _FIELD.fullmatch(line):
                        raise NotHttp(f"no trailer field: {line[:80]!r}")
                return b"".join(parts)


def fetch(
    port: int,
    target: str | bytes,
    method: str = "GET",
    fields: Fields = (),
    body: bytes | None = None,
    *,
    timeout: float = 15.0,
    source: str = HOST,
    version: str = "1.1",
    host: str | None = "cijfers.example",
) -> Reply:
    """Ask one thing on a connection of its own and return the answer."""
    with Connection(port, timeout, source) as connection:
        data = request(target, method, fields, body, version=version, host=host)
        return connection.ask(data, method)
