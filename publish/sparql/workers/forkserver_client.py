"""The parent's side of the nursery: start it, have workers born, end them, learn how they ended.

It is the nursery that ends a worker, since only the process that takes note of the end of another
can be sure that a number is still that one's. A nursery that does not answer is given up.
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

import publish
from publish.sparql.workers.forkserver import BEAR, BORN, DEAD, KILL, LOADED, NOTE, ORDER

_PACKAGES = [str(Path(path).parent) for path in (*publish.__path__, *ox.__path__)]
_BOOT = (
    "import sys, json; sys.path[:0] = json.loads(sys.argv[2])['packages']; "
    "from publish.sparql.workers.forkserver import main; main()"
)
_KEPT = ("LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
LOADING = 600.0
"""Seconds within which the store is in memory."""
ANSWERS = 5.0
"""Seconds within which it does what it is told."""

Died = Callable[[int | None], None]
"""Is told the exit code of a worker; None when nobody knows it."""


def command(store: Path, settings: dict[str, Any]) -> list[str]:
    """Return the command that starts a nursery; it finds its packages by the settings alone."""
    told = json.dumps({**settings, "packages": _PACKAGES})
    return [sys.executable, "-I", "-S", "-c", _BOOT, str(store), told]


class NurseryProcess:
    """The process that the workers on one store come from."""

    def __init__(self, store: Path, settings: dict[str, Any], gone: Callable[[], None]) -> None:
        """Keep the settings; ``gone`` is told when it ends by itself after it was started."""
        self.is_gone = True
        self._process: subprocess.Popen[bytes] | None = None
        self._store, self._settings, self._when_gone = store, settings, gone
        self._loop = asyncio.get_running_loop()
        self._loaded: asyncio.Future[None] = self._loop.create_future()
        self._pending = b""
        self._awaited: deque[tuple[asyncio.Future[int], Died]] = deque()
        self._living: dict[int, Died] = {}

    async def start(self) -> None:
        """Start the process, and wait until its store is there. Raises OSError."""
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    command(self._store, self._settings),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd="/",
                    env={
                        "LC_ALL": "C.UTF-8",
                        **{name: os.environ[name] for name in _KEPT if name in os.environ},
                    },
                )
            except OSError:
                self._control.close()
                raise
        self.is_gone = False
        self._loop.add_reader(self._control.fileno(), self._read)
        try:
            await asyncio.wait_for(self._loaded, LOADING)
        except BaseException:
            self.stop()
            raise

    async def bear(self, channel: int, life: int, died: Died) -> int:
        """Have a worker born on two ends, and return its number. Raises OSError.

        ``died`` is told when it has ended, which may be before this returns.
        """
        if self.is_gone:
            raise _ended()
        born: asyncio.Future[int] = self._loop.create_future()
        socket.send_fds(self._control, [ORDER.pack(BEAR, 0)], [channel, life])
        self._awaited.append((born, died))
        timer = self._loop.call_later(ANSWERS, self.stop)
        try:
            return await born
        finally:
            timer.cancel()

    def end(self, pid: int) -> None:
        """End a worker now, unless it has ended already."""
        if self.is_gone or pid not in self._living:
            return
        try:
            self._control.sendall(ORDER.pack(KILL, pid))
        except OSError:
            self.stop()
        else:
            self._loop.call_later(ANSWERS, self._must_be_dead, pid, self._living[pid])

    def stop(self) -> None:
        """Let go of the process; how its workers end is not known any more."""
        if self.is_gone:
            return
        self.is_gone = True
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        if self._process is not None:
            self._process.kill()
        if not self._loaded.done():
            self._loaded.set_exception(_ended())
        while self._awaited:
            born, _ = self._awaited.popleft()
            if not born.done():
                born.set_exception(_ended())
        while self._living:
            _, died = self._living.popitem()
            died(None)
        self._reap()

    def _reap(self) -> None:
        """Look whether the process has ended, without waiting, until it has."""
        if self._process is not None and self._process.poll() is None:
            self._loop.call_later(0.01, self._reap)

    async def ended(self) -> None:
        """Wait for the end of a process that was told to stop, if there was one."""
        while self._process is not None and self._process.poll() is None:
            await asyncio.sleep(0.005)

    def _must_be_dead(self, pid: int, died: Died) -> None:
        if self._living.get(pid) is died:
            self.stop()

    def _read(self) -> None:
        """Take the notes that have come."""
        try:
            data = self._control.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            was_loaded = self._loaded.done()
            self.stop()
            if was_loaded:
                self._when_gone()
            return
        data = self._pending + data
        whole = len(data) - len(data) % NOTE.size
        self._pending = data[whole:]
        for note, pid, code in NOTE.iter_unpack(data[:whole]):
            self._take(note, pid, code)

    def _take(self, note: bytes, pid: int, code: int) -> None:
        if note == LOADED:
            if not self._loaded.done():
                self._loaded.set_result(None)
        elif note == DEAD:
            self._living.pop(pid)(code)
        else:
            born, died = self._awaited.popleft()
            if note == BORN:
                self._living[pid] = died
            if born.done():  # nobody waits any more
                self.end(pid)
            elif note == BORN:
                born.set_result(pid)
            else:
                born.set_exception(OSError(code, os.strerror(code)))


def _ended() -> OSError:
    return ChildProcessError("The process that workers come from has ended.")
