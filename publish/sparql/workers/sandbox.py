"""What a worker process may do to the system around it: nearly nothing.

A filter in the kernel refuses sockets and programs, so that a query reaches no other machine even
when it slips past the guard. Memory has a limit that ends the process, and a dead process leaves
no core file. The filter exists for Linux on x86_64 and aarch64; elsewhere a worker says that it has
none. Nothing of the package is imported here, so that a worker starts quickly.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import struct
from pathlib import Path

_NO_NEW_PRIVILEGES = 38
_SET_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_X32 = 0x40000000
"""System calls of the x32 ABI have numbers from here: all are refused."""

# Machine: its audit number, seccomp itself, and the calls refused: socket, bind, listen, accept,
# connect, accept4, io_uring_setup, execve, execveat, ptrace (and fork and vfork where they exist).
_MACHINES = {
    "x86_64": (0xC000003E, 317, (41, 49, 50, 43, 42, 288, 425, 59, 322, 101, 57, 58)),
    "aarch64": (0xC00000B7, 277, (198, 200, 201, 202, 203, 242, 425, 221, 281, 117)),
}


_TRIM_FROM, _MMAP_FROM = -1, -3
"""Options of mallopt, as in malloc.h."""
KEPT_BYTES = 8 << 20


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def shut_off() -> bool:
    """Refuse sockets and programs to this process for good; return whether the system can."""
    machine = os.uname().machine
    if os.uname().sysname != "Linux" or machine not in _MACHINES:
        return False
    audit, seccomp, refused = _MACHINES[machine]
    limits = [(_AT_LEAST, _X32)] if machine == "x86_64" else []
    tests = [*limits, *((_EQUAL, number) for number in refused)]
    last = len(tests) + 1  # the place of "refuse", counted from the first test
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    steps += [(code, last - at - 1, 0, value) for at, (code, value) in enumerate(tests)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    made: int = libc.syscall(
        ctypes.c_long(seccomp),
        ctypes.c_ulong(_SET_FILTER),
        ctypes.c_ulong(_ALL_THREADS),
        ctypes.byref(program),
    )
    return made == 0


def leave_signals() -> None:
    """Ignore the signals that stop a server: the parent, SIGALRM and SIGKILL end this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def bound_memory(more: int) -> None:
    """Let this process take ``more`` bytes on top of what it has; beyond that it aborts.

    When the machine runs out of memory, the system ends a worker before other processes.
    """
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system bounds memory
        most = data_bytes() + more
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def data_bytes() -> int:
    """Return the bytes of data that the process has mapped. Raises OSError without /proc."""
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


def resident_bytes() -> int:
    """Return the bytes of memory that the process shares with no other, or 0 without /proc."""
    try:
        _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize()


def keep_memory() -> None:
    """Keep some memory that is unused between two queries, which is quicker than new memory.

    By default libc maps what is large, and gives back what is free at the end: then each answer of
    some 100 KB costs a fault for every page.
    """
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(_MMAP_FROM, KEPT_BYTES // 2)
        set_option(_TRIM_FROM, KEPT_BYTES)


def return_memory() -> None:
    """Give unused memory back to the system, where libc can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
