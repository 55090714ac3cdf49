"""The process that workers come from: it holds a small store in memory, and forks.

Orders come in on standard input, a socket: BEAR, with the socket and the life line of a worker as
file descriptors, and KILL for one of the workers. Notes go out: LOADED when the store is there,
BORN or why not, and DEAD. A fork shares the memory of the store with all others, so that the store
is read once and a worker is there in some milliseconds. A store larger than the bound stays on the
disk, where each worker opens it. There is one thread only: a fork takes no other along.
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
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox

from publish.sparql.workers.sandbox import leave_signals, resident_bytes, return_memory
from publish.sparql.workers.worker import work

ORDER = struct.Struct(">ci")
"""An order and the process that it is about."""
NOTE = struct.Struct(">cii")
"""A note, the process that it is about, and how that ended; for NOT_BORN the system's number."""
BEAR, KILL = b"B", b"K"
LOADED, BORN, NOT_BORN, DEAD = b"L", b"B", b"N", b"D"
GAVE_UP = -signal.SIGILL
"""How the end of a worker is told that aborted although it had memory left: the engine gave up."""
SHORT = 4
"""The part of the bound on memory from which an abort is taken for want of it: one over SHORT.

What is refused is often one large piece, as when a list is copied to one of twice the size.
"""
_UNREADABLE = (MemoryError, OSError, RuntimeError, SyntaxError, ValueError)
"""What the library raises for a store that it cannot write, or cannot read back."""


def main() -> NoReturn:
    """Hold the store and fork workers until the parent ends; called with a store and settings."""
    leave_signals()
    path, settings = sys.argv[1], json.loads(sys.argv[2])
    control = socket.socket(fileno=0)
    store = read_into_memory(path, settings["in-memory"])
    gc.collect()
    gc.freeze()  # a collection would write to what the forks share
    gc.set_threshold(50_000, 20, 20)  # a query makes much that is gone by itself
    return_memory()
    Nursery(control, path, store, settings).run()


def read_into_memory(path: str, most: int) -> ox.Store | None:
    """Return a store in memory; None for one of more than ``most`` bytes, or that cannot be read.

    A worker that opens it tells what is wrong with it. The one on the disk is opened in a child,
    since that starts threads.
    """
    if not 0 < _bytes_below(path) <= most:
        return None
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.close(0)  # nothing but the nursery keeps its parent waiting
        _pour(path, writing)
    os.close(writing)
    store, problem = ox.Store(), ""
    with os.fdopen(reading, "rb") as poured:
        try:
            graphs = json.loads(poured.readline() or b"[]")
            store.bulk_load(poured, format=ox.RdfFormat.N_QUADS, lenient=True)
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


def _pour(path: str, descriptor: int) -> NoReturn:
    """Write a store on the disk to a pipe, and end: its graphs, which may be empty; its quads."""
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


class Nursery:
    """Forks workers as it is told, and tells of their births and deaths."""

    def __init__(
        self, control: socket.socket, path: str, store: ox.Store | None, settings: dict[str, Any]
    ) -> None:
        self._control, self._path = control, path
        self._store, self._settings = store, settings
        self._living: set[int] = set()
        self._resident = resident_bytes()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def run(self) -> NoReturn:
        """Follow orders until the parent ends."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._tell(LOADED)
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
        """Follow one order; ends the process when there will be none."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 2)
            while 0 < len(data) < ORDER.size:
                more = self._control.recv(ORDER.size - len(data))
                data = data + more if more else b""
        except ConnectionResetError:  # it ended before it had read all notes
            data = b""
        if not data:
            os._exit(0)
        order, pid = ORDER.unpack(data)
        if order == BEAR:
            self._bear(descriptors)
        elif pid in self._living:  # else the number may be that of another process by now
            os.kill(pid, signal.SIGKILL)

    def _bear(self, ends: list[int]) -> None:
        """Fork a worker on the two ends that came with the order."""
        try:
            if len(ends) != 2:  # the others found no room in the table of this process
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            pid = os.fork()
        except OSError as error:
            self._tell(NOT_BORN, code=error.errno or 0)
        else:
            if not pid:
                self._live(*ends)
            self._living.add(pid)
            self._tell(BORN, pid)
        for end in ends:
            os.close(end)

    def _live(self, channel: int, life: int) -> NoReturn:
        """Be a worker, in a process that was just forked."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()  # else nobody would notice the end of the nursery
            os.close(self._woken)
            os.close(self._wake)
            work(self._store, self._path, self._settings, channel, life)
        finally:  # nothing of the nursery goes on in the fork
            traceback.print_exc()
            os._exit(1)

    def _reap(self) -> None:
        """Tell of each worker that has ended."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status, used = os.wait4(-1, os.WNOHANG)
                if not pid:
                    return
                if pid in self._living:  # and is not what read the store
                    self._living.remove(pid)
                    code = os.waitstatus_to_exitcode(status)
                    grown = (used.ru_maxrss << 10) - self._resident
                    if code == -signal.SIGABRT and grown < self._settings["memory"] // SHORT:
                        code = GAVE_UP
                    self._tell(DEAD, pid, code)

    def _tell(self, note: bytes, pid: int = 0, code: int = 0) -> None:
        """Send a note; when nobody reads it, the process ends."""
        try:
            self._control.sendall(NOTE.pack(note, pid, code))
        except OSError:
            os._exit(0)
