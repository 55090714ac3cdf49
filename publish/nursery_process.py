"""The parent's side of the nursery: start it, have workers born, end them, learn how they ended.

It is the nursery that ends a worker, since only the process that takes note of the end of another
can be sure that a number is still that one's.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.query_nursery import BEAR, BORN, DEAD, END, NOT_BORN, NOTE, ORDER, READY

_PACKAGES = [str(Path(__file__).parent.parent), str(Path(ox.__file__).parent.parent)]
_BOOT = (
    "import sys, json; sys.path[:0] = json.loads(sys.argv[2])['packages']; "
    "from publish.query_nursery import main; main()"
)
_KEPT = ("LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
LOADING = 600.0
"""Seconds within which the store is in memory."""

Died = Callable[[int | None], None]
"""Is told the exit code of a worker; None when nobody knows it."""


def command(store: Path, settings: dict[str, Any]) -> list[str]:
    """Return the command that starts a nursery; it finds its packages by the settings alone."""
    told = json.dumps({**settings, "packages": _PACKAGES})
    return [sys.executable, "-I", "-S", "-c", _BOOT, str(store), told]


class Nursery:
    """The process that the workers on one store come from."""

    def __init__(self, store: Path, settings: dict[str, Any]) -> None:
        self.is_gone = False
        self._store, self._settings = store, settings
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""
        self._awaited: deque[tuple[asyncio.Future[int], Died]] = deque()
        self._living: dict[int, Died] = {}

    async def start(self) -> None:
        """Start the process, and wait until its store is there. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command(self._store, self._settings),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", **{k: os.environ[k] for k in _KEPT if k in os.environ}},
            )
        except OSError:
            self._control.close()
            self.is_gone = True
            raise
        finally:
            theirs.close()
        self._loop.add_reader(self._control.fileno(), self._read)
        try:
            await asyncio.wait_for(self._ready, LOADING)
        except BaseException:
            self.stop()
            raise

    async def bear(self, channel: int, life: int, died: Died) -> int:
        """Have a worker born on two ends, and return its number. Raises OSError.

        ``died`` is told when it has ended, which may be before this returns.
        """
        if self.is_gone:
            raise ChildProcessError
        born: asyncio.Future[int] = self._loop.create_future()
        ends = socket.send_fds(self._control, [ORDER.pack(BEAR, 0)], [channel, life])
        assert ends == ORDER.size  # noqa: S101 - a few bytes go whole or not at all
        self._awaited.append((born, died))
        return await born

    def end(self, pid: int) -> None:
        """End a worker now."""
        if not self.is_gone:
            try:
                self._control.sendall(ORDER.pack(END, pid))
            except OSError:  # it ends itself, when its life line does
                self.stop()

    def stop(self) -> None:
        """Let go of the process; how its workers end is not known any more."""
        if self.is_gone:
            return
        self.is_gone = True
        self._loop.remove_reader(self._control.fileno())
        self._control.close()  # which ends it, unless it is busy
        if self._process is not None:
            self._process.kill()
            self._loop.run_in_executor(None, self._process.wait)
        error = ChildProcessError("the process that they come from has ended")
        if not self._ready.done():
            self._ready.set_exception(error)
        while self._awaited:
            born, _ = self._awaited.popleft()
            if not born.done():
                born.set_exception(error)
        while self._living:
            _, died = self._living.popitem()
            died(None)

    def _read(self) -> None:
        """Take the notes that have come."""
        try:
            data = self._control.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.stop()
            return
        data = self._pending + data
        whole = len(data) - len(data) % NOTE.size
        self._pending = data[whole:]
        for note, pid, code in NOTE.iter_unpack(data[:whole]):
            self._take(note, pid, code)

    def _take(self, note: bytes, pid: int, code: int) -> None:
        if note == READY:
            self._ready.set_result(None)
        elif note == DEAD:
            self._living.pop(pid)(code)
        else:
            born, died = self._awaited.popleft()
            if note == BORN:
                self._living[pid] = died
                born.set_result(pid)
            elif note == NOT_BORN:
                born.set_exception(OSError(code, os.strerror(code)))
