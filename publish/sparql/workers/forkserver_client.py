"""The parent's side of the fork server: start it, have workers forked and killed, restart it.

Only the process that reaps a child can be sure that a process id is still that child's, so it is
the fork server that kills workers. A fork server that does not respond is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
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
from publish.server.processes.tasks import BackgroundTasks
from publish.sparql.workers.forkserver import COMMAND, EVENT, EXITED, FORK, FORKED, KILL, LOADED

_PACKAGES = [str(Path(path).parent) for path in (*publish.__path__, *ox.__path__)]
_PROGRAM = (
    "import sys, json; sys.path[:0] = json.loads(sys.argv[2])['packages']; "
    "from publish.sparql.workers.forkserver import main; main()"
)
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
LOAD_TIMEOUT = 600.0
"""Seconds within which the store is in memory."""
MOST_SAID = 8192
"""Bytes of what a process says that are logged at once."""
SAID_TOGETHER = 0.1
"""Seconds in which what it says is taken together."""
COMMAND_TIMEOUT = 5.0
"""Seconds within which a command is followed."""

ExitCode = asyncio.Future[int | None]
"""The exit code of a worker when it has ended, or None when it is not known."""

log = logging.getLogger("publish")


def command(store: Path, settings: dict[str, Any]) -> list[str]:
    """Return the command line of a fork server; its settings say where it finds its packages."""
    found = json.dumps({**settings, "packages": _PACKAGES})
    return [sys.executable, "-I", "-S", "-c", _PROGRAM, str(store), found]


class ForkServerProcess:
    """One fork server, as its parent sees it."""

    def __init__(self, store: Path, settings: dict[str, Any], on_end: Callable[[], None]) -> None:
        """Keep the settings; ``on_end`` is called when it ends by itself after it was started."""
        self.has_ended = True
        self._process: subprocess.Popen[bytes] | None = None
        self._store, self._settings, self._on_end = store, settings, on_end
        self._loop = asyncio.get_running_loop()
        self._loaded: asyncio.Future[None] = self._loop.create_future()
        self._pending = self._said = b""
        self._ear = -1
        self._forking: deque[tuple[asyncio.Future[int], ExitCode]] = deque()
        self._workers: dict[int, ExitCode] = {}

    async def start(self) -> None:
        """Start the process, and wait until its store is loaded. Raises OSError."""
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        self._ear, writes = os.pipe()
        os.set_blocking(self._ear, False)
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    command(self._store, self._settings),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=writes,
                    cwd="/",
                    env={"LC_ALL": "C.UTF-8", **kept},
                )
            except OSError:
                self._control.close()
                self._close_ear()
                raise
            finally:
                os.close(writes)
        self.has_ended = False
        self._loop.add_reader(self._control.fileno(), self._read)
        self._loop.add_reader(self._ear, self._hear)
        try:
            await asyncio.wait_for(self._loaded, LOAD_TIMEOUT)
        except BaseException:
            self.stop()
            raise

    async def fork(self, channel: int, lifeline: int, exited: ExitCode) -> int:
        """Have a worker forked on two file descriptors; return its process id. Raises OSError.

        ``exited`` is set when it has ended, which may be before this returns.
        """
        if self.has_ended:
            raise _ended()
        pid: asyncio.Future[int] = self._loop.create_future()
        socket.send_fds(self._control, [COMMAND.pack(FORK, 0)], [channel, lifeline])
        self._forking.append((pid, exited))
        timer = self._loop.call_later(COMMAND_TIMEOUT, self.stop)
        try:
            return await pid
        finally:
            timer.cancel()

    def kill(self, pid: int) -> None:
        """Kill a worker, unless it has ended already."""
        if self.has_ended or pid not in self._workers:
            return
        try:
            self._control.sendall(COMMAND.pack(KILL, pid))
        except OSError:
            self.stop()
        else:
            self._loop.call_later(COMMAND_TIMEOUT, self._check_killed, self._workers[pid])

    def stop(self) -> None:
        """Kill the process; how its workers end is not known any more."""
        if self.has_ended:
            return
        self.has_ended = True
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        if self._process is not None:
            self._process.kill()
        if not self._loaded.done():
            self._loaded.set_exception(_ended())
        while self._forking:
            pid, _ = self._forking.popleft()
            if not pid.done():
                pid.set_exception(_ended())
        while self._workers:
            self._workers.popitem()[1].set_result(None)
        self._reap()

    def _hear(self) -> None:
        """Take what the process and its workers say, as when one aborts; ends with the last."""
        try:
            said = os.read(self._ear, MOST_SAID)
        except BlockingIOError:
            return
        if not said:
            self._close_ear()
            return
        if not self._said:  # it comes in pieces
            self._loop.call_later(SAID_TOGETHER, self._pass_on)
        self._said += said[: MOST_SAID - len(self._said)]

    def _pass_on(self) -> None:
        """Log what was said."""
        lines, self._said = self._said.decode("utf-8", "replace").split("\n"), b""
        if text := " | ".join(filter(None, map(str.strip, lines))):
            log.warning("A query process: %s", text)

    def _close_ear(self) -> None:
        if self._ear >= 0:
            self._loop.remove_reader(self._ear)
            os.close(self._ear)
            self._ear = -1
            self._pass_on()

    def _reap(self) -> None:
        """Look from time to time whether the process has ended, until it has."""
        if self._process is not None and self._process.poll() is None:
            self._loop.call_later(0.01, self._reap)

    async def wait(self) -> None:
        """Wait for the end of a process that was stopped, if one was started."""
        while self._process is not None and self._process.poll() is None:
            await asyncio.sleep(0.005)
        self._close_ear()

    def _check_killed(self, exited: ExitCode) -> None:
        if not exited.done():
            self.stop()

    def _read(self) -> None:
        """Take the events that have come."""
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
                self._on_end()
            return
        data = self._pending + data
        whole = len(data) - len(data) % EVENT.size
        self._pending = data[whole:]
        for event, pid, code in EVENT.iter_unpack(data[:whole]):
            self._take(event, pid, code)

    def _take(self, event: bytes, pid: int, code: int) -> None:
        if event == LOADED:
            if not self._loaded.done():
                self._loaded.set_result(None)
        elif event == EXITED:
            self._workers.pop(pid).set_result(code)
        else:
            forked, exited = self._forking.popleft()
            if event == FORKED:
                self._workers[pid] = exited
            if forked.done():  # who asked for it does not wait any more
                self.kill(pid)
            elif event == FORKED:
                forked.set_result(pid)
            else:
                forked.set_exception(OSError(code, os.strerror(code)))


def _ended() -> OSError:
    return ChildProcessError("The process that workers come from has ended.")


class RestartingForkServer:
    """The fork server for one store, started again when it ends.

    One that ends while it loads the store, which may be too large for it, is followed by one that
    leaves the store on the disk.
    """

    def __init__(
        self, store: Path, settings: dict[str, Any], on_restart: Callable[[], None]
    ) -> None:
        """``on_restart`` is called when another one took the place of one that has ended."""
        self._store, self._settings, self._on_restart = store, settings, on_restart
        self._process: ForkServerProcess | None = None
        self._starting = asyncio.Lock()
        self._restarts = BackgroundTasks()
        self._is_closed = False

    async def running(self) -> ForkServerProcess:
        """Return the fork server, a new one if there is none. Raises OSError."""
        async with self._starting:
            if self._process is None or self._process.has_ended:
                try:
                    return await self._start()
                except OSError:
                    if self._is_closed or not self._settings["in-memory"]:
                        raise
                log.warning("The store cannot be held in memory: it stays on the disk.")
                self._settings = {**self._settings, "in-memory": 0}
                return await self._start()
            return self._process

    def is_of_another(self, fork_server: ForkServerProcess | None) -> bool:
        """Return whether a fork server has ended, and another runs in its place."""
        latest = self._process
        return fork_server is not latest and latest is not None and not latest.has_ended

    async def close(self) -> None:
        """Stop the fork server for good, and wait until it has ended."""
        self._is_closed = True
        if self._process is not None:
            self._process.stop()
        async with self._starting:  # a start under way has failed by then
            if self._process is not None:
                await self._process.wait()

    async def _start(self) -> ForkServerProcess:
        if self._is_closed:
            raise ChildProcessError("There are to be no workers any more.")
        self._process = process = ForkServerProcess(self._store, self._settings, self._ended)
        await process.start()
        return process

    def _ended(self) -> None:
        """Start another before a worker is needed, since that may take a while."""
        if self._is_closed:
            return
        log.warning("The process that workers come from has ended: starting another.")
        self._restarts.run("workers", self._restart())

    async def _restart(self) -> None:
        with contextlib.suppress(OSError):  # the next worker tries again, and reports it
            await self.running()
            self._on_restart()
