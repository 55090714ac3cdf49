"""Whether a process still lives, by its number and its start: numbers are used again."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def started(pid: int) -> int:
    """Return a number for when a process started (clock ticks after boot), 0 for no such process.

    A zombie counts as ended. Where there is no /proc, all that live have the same number.
    """
    if pid <= 0:
        return 0
    try:
        status = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        if _PROC.joinpath("self").exists():
            return 0
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return 0
        except PermissionError:
            pass
        return 1
    fields = status.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


def is_alive(pid: int, start: int) -> bool:
    """Return whether the process that started then still lives."""
    return start != 0 and started(pid) == start
