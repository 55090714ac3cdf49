"""The parent's side of one worker process: start it, talk to it, end it.

A socket pair carries jobs one way and frames the other, on the event loop. The life line is a
pipe that is never written to: its end tells the worker that this process is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.query_frames import DATA, HEADER

NICER = 10
"""By how much the thread of a slow query gives way to others."""

_PACKAGES = [str(Path(__file__).parent.parent), str(Path(ox.__file__).parent.parent)]
_BOOT = (
    "import sys, json; sys.path[:0] = json.loads(sys.argv[2])['packages']; "
    "from publish.query_worker import main; main()"
)
_KEPT = ("LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
_BUFFER = 512 * 1024

Came = Callable[["WorkerProcess", bytes, bytes], None]
Lost = Callable[["WorkerProcess"], None]


def command(store: Path, settings: dict[str, Any]) -> list[str]:
    """Return the command that starts a worker; it finds its packages by the settings alone."""
    told = json.dumps({**settings, "packages": _PACKAGES})
    return [sys.executable, "-I", "-S", "-c", _BOOT, str(store), told]


class WorkerProcess(asyncio.Protocol):
    """One worker: its frames are told to ``came``, its unexpected end to ``lost``, once."""

    def __init__(self, came: Came, lost: Lost) -> None:
        self.pid = self.thread = 0
        self._came, self._lost = came, lost
        self._pending = b""
        self._transport: asyncio.Transport | None = None
        self._ended = False

    async def start(self, store: Path, settings: dict[str, Any]) -> None:
        """Start the process; it says READY when its store is open. Raises OSError."""
        ours, theirs = socket.socketpair()
        life, self._life = os.pipe()
        try:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command(store, {**settings, "life": life}),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                pass_fds=(life,),
                cwd="/",
                env={"LC_ALL": "C.UTF-8", **{k: os.environ[k] for k in _KEPT if k in os.environ}},
            )
        except OSError:
            ours.close()
            os.close(self._life)
            raise
        finally:
            theirs.close()
            os.close(life)
        self.pid = self._process.pid
        loop = asyncio.get_running_loop()
        try:
            await loop.create_unix_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()
            self.end()
            raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the worker."""
        self._transport = transport  # type: ignore[assignment]
        if self._ended:
            transport.close()

    def send(self, job: bytes) -> None:
        """Hand a job over; when the worker is gone, ``lost`` is told soon."""
        assert self._transport is not None  # noqa: S101 - it was READY
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
        """End the process now; it is reaped by ``exit_code``."""
        if self._ended:
            return
        self._ended = True
        self._process.kill()
        os.close(self._life)
        if self._transport is not None:
            self._transport.abort()

    def exit_code(self) -> int | None:
        """Return how the process ended, or None while it is still there."""
        return self._process.poll()
