"""The process that worker processes are forked from, so that they share one store in memory.

Commands come in on standard input, a socket: FORK, with the socket and the lifeline of a worker as
file descriptors, and KILL for one of the workers. Events go out: LOADED when the store is in
memory, FORKED or FORK_FAILED, and EXITED. A store is read once, and a worker is there in some
milliseconds. A store larger than a bound stays on the disk, where each worker opens it. The process
has one thread only, since a fork takes no other along.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox

from publish.sparql.workers.sandbox import leave_signals, resident_bytes, return_memory
from publish.sparql.workers.worker import work

COMMAND = struct.Struct(">ci")
"""A command, and the process to KILL."""
FORK, KILL = b"F", b"K"
EVENT = struct.Struct(">cii")
"""An event, its process, and the exit code of that; for FORK_FAILED the error of the system."""
LOADED, FORKED, FORK_FAILED, EXITED = b"L", b"F", b"N", b"E"
ENGINE_ABORTED = -signal.SIGILL
"""The exit code reported for a worker that aborted with memory left: the engine gave up."""
OUT_OF_MEMORY_FROM = 1 / 4
"""The share of the bound on memory from which an abort is taken for a lack of it.

What is refused is often one large piece, as when a list is copied to one of twice the size.
"""
_UNREADABLE = (MemoryError, OSError, RuntimeError, SyntaxError, ValueError)
"""What the library raises for a store that it cannot write, or cannot read back."""


def main() -> NoReturn:
    """Hold a store and fork workers until the parent ends; arguments are the store and settings."""
    leave_signals()
    path, settings = sys.argv[1], json.loads(sys.argv[2])
    control = socket.socket(fileno=0)
    store = read_into_memory(path, settings["in-memory"])
    if settings["columns"]["release"] is not None:
        # DuckDB is imported once for all workers, which starts no thread; each opens it for itself.
        import_module("publish.sparql.workers.column_queries")
    gc.collect()
    gc.freeze()  # a collection would write to memory that the forks share
    gc.set_threshold(50_000, 20, 20)  # most objects of a query are in no cycle
    return_memory()
    ForkServer(control, path, store, settings).run()


def read_into_memory(path: str, most: int) -> ox.Store | None:
    """Return a store in memory; None for one of more than ``most`` bytes, or that cannot be read.

    A worker that opens it on the disk tells what is wrong with it. Here it is opened in a child,
    since opening it starts threads.
    """
    if not 0 < _bytes_below(path) <= most:
        return None
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.close(0)  # the parent waits for the end of this socket
        _dump_store(path, writing)
    os.close(writing)
    store, problem = ox.Store(), ""
    with os.fdopen(reading, "rb") as dump:
        try:
            graphs = json.loads(dump.readline() or b"[]")
            store.bulk_load(dump, format=ox.RdfFormat.N_QUADS, lenient=True)
            for name in graphs:
                store.add_graph(ox.NamedNode(name))
        except _UNREADABLE as error:
            problem = str(error) or type(error).__name__
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if status:
        problem = problem or "it could not be read whole"
        print(f"The store is not held in memory: {problem}.", file=sys.stderr, flush=True)
        return None
    return store


def _bytes_below(folder: str) -> int:
    """Return the size of the files in a folder, 0 when it cannot be read."""
    try:
        return sum(path.stat().st_size for path in Path(folder).iterdir())
    except OSError:
        return 0


def _dump_store(path: str, descriptor: int) -> NoReturn:
    """Write the names of all graphs, which may be empty, and the quads to a pipe, and end."""
    code = 1
    try:
        with os.fdopen(descriptor, "wb") as file, contextlib.suppress(*_UNREADABLE):
            store = ox.Store.read_only(path)
            names = [name.value for name in store.named_graphs() if isinstance(name, ox.NamedNode)]
            file.write(json.dumps(names).encode() + b"\n")
            store.dump(file, format=ox.RdfFormat.N_QUADS)
            file.flush()
            code = 0
    finally:
        os._exit(code)


class ForkServer:
    """Forks workers as commanded, and reports how they end."""

    def __init__(
        self, control: socket.socket, path: str, store: ox.Store | None, settings: dict[str, Any]
    ) -> None:
        self._control, self._path = control, path
        self._store, self._settings = store, settings
        self._workers: set[int] = set()
        self._resident = resident_bytes()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def run(self) -> NoReturn:
        """Follow commands until the parent ends."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._report(LOADED)
        control = self._control.fileno()
        while True:
            ready, _, _ = select.select([control, self._woken], [], [])
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if control in ready:
                self._follow()

    def _follow(self) -> None:
        """Follow one command; ends the process when the parent has closed the socket."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, COMMAND.size, 2)
            while 0 < len(data) < COMMAND.size:
                more = self._control.recv(COMMAND.size - len(data))
                data = data + more if more else b""
        except ConnectionResetError:  # the parent ended before it had read all events
            data = b""
        if not data:
            os._exit(0)
        command, pid = COMMAND.unpack(data)
        if command == FORK:
            self._fork(descriptors)
        elif pid in self._workers:  # else the number may be that of another process by now
            os.kill(pid, signal.SIGKILL)

    def _fork(self, ends: list[int]) -> None:
        """Fork a worker on the two file descriptors that came with the command."""
        try:
            if len(ends) != 2:  # this process had no room for the others
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            pid = os.fork()
        except OSError as error:
            self._report(FORK_FAILED, code=error.errno or 0)
        else:
            if not pid:
                self._work(*ends)
            self._workers.add(pid)
            self._report(FORKED, pid)
        for end in ends:
            os.close(end)

    def _work(self, channel: int, lifeline: int) -> NoReturn:
        """Be a worker, in a process that was just forked."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()  # else the parent would not notice the end of the fork server
            os.close(self._woken)
            os.close(self._wake)
            work(self._store, self._path, self._settings, channel, lifeline)
        finally:  # the fork must not go on as a fork server
            traceback.print_exc()
            os._exit(1)

    def _reap(self) -> None:
        """Report each worker that has ended."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status, used = os.wait4(-1, os.WNOHANG)
                if not pid:
                    return
                if pid in self._workers:  # and not the child that read the store
                    self._workers.remove(pid)
                    code = os.waitstatus_to_exitcode(status)
                    grown = (used.ru_maxrss << 10) - self._resident
                    bound = self._settings["memory"] * OUT_OF_MEMORY_FROM
                    if code == -signal.SIGABRT and grown < bound:
                        code = ENGINE_ABORTED
                    self._report(EXITED, pid, code)

    def _report(self, event: bytes, pid: int = 0, code: int = 0) -> None:
        """Send an event; ends the process when nobody reads it."""
        try:
            self._control.sendall(EVENT.pack(event, pid, code))
        except OSError:
            os._exit(0)
