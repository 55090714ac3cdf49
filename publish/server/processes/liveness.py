"""Whether a process still lives: its number alone does not say so, since numbers are used again."""

from __future__ import annotations

import os
from pathlib import Path

_SYSTEM = Path("/proc")


def started(pid: int) -> int:
    """Return a number that tells when a process started, 0 when there is no such process.

    One that has ended but was not yet taken note of by its parent counts as ended. Where the
    system does not tell when processes start, all that live have the same number.
    """
    if pid <= 0:
        return 0
    try:
        status = (_SYSTEM / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0 if _SYSTEM.joinpath("self").exists() else _answers(pid)
    fields = status.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


def is_alive(pid: int, start: int) -> bool:
    """Return whether the process that started then still lives."""
    return start != 0 and started(pid) == start


def _answers(pid: int) -> int:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return 0
    except PermissionError:
        return 1
    return 1
