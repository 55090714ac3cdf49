"""The parent's side of one worker process: have it forked, send it jobs, read its frames, end it.

Jobs and frames go over a socket pair, on the event loop. The lifeline is a pipe that is never
written to: when it closes, the worker knows that this process is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from publish.server.processes.liveness import is_alive, started
from publish.sparql.workers.answers import Evaluation
from publish.sparql.workers.forkserver_client import ExitCode, ForkServerProcess
from publish.sparql.workers.frames import DATA, HEADER

SLOW_NICENESS = 10
"""By how much the thread of a slow query gives way to others."""

_BUFFER = 512 * 1024

OnFrame = Callable[["Worker", bytes, bytes], None]
OnLost = Callable[["Worker"], None]


class Worker(asyncio.Protocol):
    """One worker process, and what it evaluates now."""

    def __init__(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        """``on_frame`` gets each frame; ``on_lost`` is called once if it ends by itself."""
        self.evaluation: Evaluation | None = None
        self.is_ready = self.is_slow = False
        self.start_timer: asyncio.TimerHandle | None = None
        self.pid = self.thread = 0
        self._on_frame, self._on_lost = on_frame, on_lost
        self._pending = b""
        self._transport: asyncio.Transport | None = None
        self.fork_server: ForkServerProcess | None = None
        self._lifeline, self._started = -1, 0
        self._is_ended = False
        self.exited: ExitCode = asyncio.get_running_loop().create_future()

    async def start(self, fork_server: ForkServerProcess) -> None:
        """Have the process forked; it sends READY when its store is open. Raises OSError."""
        ours, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        try:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            self.fork_server = fork_server
            self.pid = await fork_server.fork(theirs.fileno(), lifeline, self.exited)
            self._started = started(self.pid)
            if self._is_ended:  # while it was being forked
                fork_server.kill(self.pid)
            await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()
            self.end()
            raise
        finally:
            theirs.close()
            os.close(lifeline)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection to the worker."""
        self._transport = transport  # type: ignore[assignment]
        if self._is_ended:
            transport.close()

    def send(self, job: bytes) -> None:
        """Send a job; if the worker has ended, ``on_lost`` is called soon."""
        assert self._transport is not None  # noqa: S101 - it was READY
        if not self._transport.is_closing():
            self._transport.write(HEADER.pack(DATA, len(job)) + job)

    def data_received(self, data: bytes) -> None:
        """Pass on each whole frame."""
        if self._pending:
            data = self._pending + data
        at, end = 0, len(data)
        while end - at >= HEADER.size and not self._is_ended:
            kind, length = HEADER.unpack_from(data, at)
            stop = at + HEADER.size + length
            if stop > end:
                break
            self._on_frame(self, kind, data[at + HEADER.size : stop])
            at = stop
        self._pending = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Report that the worker has gone, unless it was ended from here."""
        if not self._is_ended:
            self.end()
            self._on_lost(self)

    def give_way(self) -> None:
        """Lower the priority of the thread that evaluates, and of those that came after it.

        These are of an engine that it opened; where there is no /proc they keep their priority.
        """
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.thread, SLOW_NICENESS)
            for path in Path(f"/proc/{self.pid}/task").iterdir():
                if int(path.name) > self.thread:
                    os.setpriority(os.PRIO_PROCESS, int(path.name), SLOW_NICENESS)

    def end(self) -> None:
        """End the process now; ``exited`` tells when it is gone."""
        if self._is_ended:
            return
        self._is_ended = True
        if self.fork_server is not None and self.pid:
            if not self.fork_server.has_ended:
                self.fork_server.kill(self.pid)
            elif is_alive(self.pid, self._started):  # a stopped one does not see its lifeline
                with contextlib.suppress(OSError):
                    os.kill(self.pid, signal.SIGKILL)
        if self._lifeline >= 0:
            os.close(self._lifeline)
        if self._transport is not None:
            self._transport.abort()
