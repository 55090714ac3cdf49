"""Sees to it that there is a nursery: the first, and another when one has ended.

One that dies of its store, as of its size, is followed by one that leaves the store on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from publish.sparql.workers.forkserver_client import NurseryProcess

log = logging.getLogger("publish")


class NurseryKeeper:
    """The nursery that the workers on one store come from, whichever it is now."""

    def __init__(self, store: Path, settings: dict[str, Any]) -> None:
        self._store, self._settings = store, settings
        self._nursery: NurseryProcess | None = None
        self._starting = asyncio.Lock()
        self._again: set[asyncio.Task[None]] = set()
        self._over = False

    async def nursery(self) -> NurseryProcess:
        """Return the nursery, a new one when there is none any more. Raises OSError."""
        async with self._starting:
            if self._nursery is None or self._nursery.is_gone:
                try:
                    return await self._start()
                except OSError:
                    if self._over or not self._settings["in-memory"]:
                        raise
                # It may have been the store that was too much for it.
                log.warning("The store cannot be held in memory: it stays on the disk.")
                self._settings = {**self._settings, "in-memory": 0}
                return await self._start()
            return self._nursery

    async def close(self) -> None:
        """End the nursery, start no other, and wait until it has ended."""
        self._over = True
        if self._nursery is not None:
            self._nursery.stop()
        async with self._starting:  # what was starting one knows by now
            if self._nursery is not None:
                await self._nursery.ended()

    async def _start(self) -> NurseryProcess:
        if self._over:
            raise ChildProcessError("There are to be no workers any more.")
        nursery = NurseryProcess(self._store, self._settings, self._ended)
        self._nursery = nursery
        await nursery.start()
        return nursery

    def _ended(self) -> None:
        """Start another nursery before a worker is needed: that may take a while."""
        if self._over:
            return
        log.warning("The process that workers come from has ended: starting another.")
        task = asyncio.get_running_loop().create_task(self._start_again())
        self._again.add(task)
        task.add_done_callback(self._again.discard)

    async def _start_again(self) -> None:
        with contextlib.suppress(OSError):  # the next worker tries again, and tells
            await self.nursery()
