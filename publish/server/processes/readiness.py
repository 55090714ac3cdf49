"""Whether a process can answer what it is for, as a load balancer asks, not merely lives.

What takes a disk is looked at beside the requests, so that the answer is there at once; when that
was long ago, as with a disk that hangs, the process is not ready either.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

LOOK_EVERY = 5.0
"""Seconds between looks."""
STALE_AFTER = 15.0
"""Seconds after which what was seen does not count any more."""


class Readiness:
    """Named conditions of being ready: some that are known at once, others that take a disk."""

    def __init__(
        self, quick: Mapping[str, Callable[[], bool]], on_disk: Mapping[str, Callable[[], bool]]
    ) -> None:
        """Keep the conditions; those on the disk count once ``look`` has looked at them."""
        self._quick, self._on_disk = quick, on_disk
        self._broken: list[str] = []
        self._looked = time.monotonic()

    async def look(self) -> None:
        """Look at what takes a disk, for good."""
        while True:
            found = {
                name: await asyncio.to_thread(is_met) for name, is_met in self._on_disk.items()
            }
            self._broken = [name for name, is_met in found.items() if not is_met]
            self._looked = time.monotonic()
            await asyncio.sleep(LOOK_EVERY)

    def reasons(self) -> list[str]:
        """Return the names of the conditions that are not met; none when the process is ready."""
        is_stale = time.monotonic() - self._looked > STALE_AFTER
        broken = [name for name, is_met in self._quick.items() if not is_met()]
        return [*broken, *self._broken, *(["disk"] if is_stale else [])]


def can_write(folder: Path) -> bool:
    """Return whether a small file can be written in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
    except OSError:
        return False
    return True
