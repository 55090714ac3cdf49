"""The sending side of a connection: what is written is joined, counted, and closed with care."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from publish.server.bounds.pace import unacknowledged

WRITTEN_AT_ONCE = 64 * 1024
"""Bytes from which a write is passed on without waiting for more."""
LINGERING_CLOSE = 3.0
"""Seconds in which what a client still sends after the last response is discarded."""


class CoalescingTransport:
    """A transport that joins what is written during one turn of the event loop.

    The headers and body of a small response are then one system call, which is most of its cost.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        is_in_body: Callable[[], bool],
    ) -> None:
        """``is_in_body`` returns whether the client is in the middle of a request's body."""
        self._transport, self._loop = transport, loop
        self._is_in_body = is_in_body
        self.is_lingering = False
        self.written = 0
        """Bytes that were passed on for the client."""
        self._written: list[bytes] = []
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.get_extra_info = transport.get_extra_info
        connected = transport.get_extra_info("socket")
        self._descriptor: int = connected.fileno() if connected is not None else -1

    def write(self, data: bytes) -> None:
        """Write soon; what is large now, so that the client's pace is felt."""
        if not self._written:
            self._loop.call_soon(self.flush)
        self._written.append(data)
        if len(data) > WRITTEN_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        written, self._written = self._written, []
        if written and not self.is_closing():  # a reply may come after a refusal
            data = written[0] if len(written) == 1 else b"".join(written)
            self.written += len(data)
            self._transport.write(data)

    def unread(self) -> int:
        """Return the bytes that were passed on and that the client's system has not taken."""
        waiting = self._transport.get_write_buffer_size()
        return waiting + unacknowledged(self._descriptor) if self._descriptor >= 0 else waiting

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to be."""
        return self.is_lingering or self._transport.is_closing()

    def close(self) -> None:
        """Close when all is sent.

        While a client still sends, only the sending side is closed: a full close would take the
        response with it (RFC 9112, 9.6).
        """
        self.flush()
        if self.is_lingering or not self._is_in_body() or self._transport.is_closing():
            self._transport.close()
            return
        self.is_lingering = True
        self._transport.write_eof()
        self._loop.call_later(LINGERING_CLOSE, self._transport.abort)

    def abort(self) -> None:
        """Close now."""
        self._written.clear()
        self._transport.abort()
