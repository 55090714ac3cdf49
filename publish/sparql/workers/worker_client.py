"""The parent's side of one worker process: have it born, talk to it, end it.

A socket pair carries jobs one way and frames the other, on the event loop. The life line is a
pipe that is never written to: its end tells the worker that this process is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable

from publish.server.processes.liveness import is_alive, started
from publish.sparql.workers.forkserver_client import Died, NurseryProcess
from publish.sparql.workers.frames import DATA, HEADER

NICER = 10
"""By how much the thread of a slow query gives way to others."""

_BUFFER = 512 * 1024

Came = Callable[["WorkerProcess", bytes, bytes], None]
Lost = Callable[["WorkerProcess"], None]


class WorkerProcess(asyncio.Protocol):
    """One worker: its frames are told to ``came``, its unexpected end to ``lost``, once."""

    def __init__(self, came: Came, lost: Lost) -> None:
        self.pid = self.thread = 0
        self._came, self._lost = came, lost
        self._pending = b""
        self._transport: asyncio.Transport | None = None
        self._nursery: NurseryProcess | None = None
        self._life, self._since = -1, 0
        self._ended = self._is_dead = False
        self._code: int | None = None
        self._when_dead: Died | None = None

    async def start(self, nursery: NurseryProcess) -> None:
        """Have the process born; it says READY when its store is open. Raises OSError."""
        ours, theirs = socket.socketpair()
        life, self._life = os.pipe()
        try:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            self._nursery = nursery
            self.pid = await nursery.bear(theirs.fileno(), life, self._died)
            self._since = started(self.pid)
            if self._ended:  # while it was being born
                nursery.end(self.pid)
            await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()
            self.end()
            raise
        finally:
            theirs.close()
            os.close(life)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the worker."""
        self._transport = transport  # type: ignore[assignment]
        if self._ended:
            transport.close()

    def send(self, job: bytes) -> None:
        """Hand a job over; when the worker is gone, ``lost`` is told soon."""
        assert self._transport is not None  # noqa: S101 - it was READY
        if not self._transport.is_closing():
            self._transport.write(HEADER.pack(DATA, len(job)) + job)

    def data_received(self, data: bytes) -> None:
        """Tell each frame that is whole."""
        if self._pending:
            data = self._pending + data
        at, end = 0, len(data)
        while end - at >= HEADER.size and not self._ended:
            kind, length = HEADER.unpack_from(data, at)
            stop = at + HEADER.size + length
            if stop > end:
                break
            self._came(self, kind, data[at + HEADER.size : stop])
            at = stop
        self._pending = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the worker has gone, unless it was ended from here."""
        if not self._ended:
            self.end()
            self._lost(self)

    def give_way(self) -> None:
        """Let others go before the thread that evaluates now."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.thread, NICER)

    def end(self) -> None:
        """End the process now; ``when_dead`` tells when it is gone."""
        if self._ended:
            return
        self._ended = True
        if self._nursery is not None and self.pid:
            if not self._nursery.is_gone:
                self._nursery.end(self.pid)
            elif is_alive(self.pid, self._since):  # it may not notice the end of its life line
                with contextlib.suppress(OSError):
                    os.kill(self.pid, signal.SIGKILL)
        if self._life >= 0:
            os.close(self._life)
        if self._transport is not None:
            self._transport.abort()

    def when_dead(self, tell: Died) -> None:
        """Tell the exit code once the process has ended; None when nobody will know it."""
        if self._is_dead:
            tell(self._code)
        else:
            self._when_dead = tell

    def _died(self, code: int | None) -> None:
        self._is_dead, self._code = True, code
        if self._when_dead is not None:
            self._when_dead(code)
