"""Tasks that run beside the requests of a process, none of which ends in silence.

What one of them raises is logged with its trace and counted. A task that is to go on is started
again after a pause, which grows while it keeps failing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds after which a task that failed is started again, at first and at most."""
SOUND_AFTER = 2.0
"""Seconds for which a task that failed has to run until it counts as running."""

Work = Coroutine[Any, Any, None]
log = logging.getLogger("publish")


class BackgroundTasks:
    """The tasks of one event loop; ``on_failure`` is told the name of each one that fails."""

    def __init__(self, on_failure: Callable[[str], None] = lambda name: None) -> None:
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()
        self._failing: set[str] = set()

    @property
    def failing(self) -> list[str]:
        """The names of tasks that have failed, and do not run again yet."""
        return sorted(self._failing)

    @property
    def running(self) -> int:
        """How many tasks have not ended."""
        return len(self._tasks)

    def keep(self, name: str, work: Callable[[], Work]) -> None:
        """Let work go on for good: when it ends or fails, it is begun again."""
        self.run(name, self._go_on(name, work))

    def run(self, name: str, work: Work) -> None:
        """Let work run once."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._report)

    async def close(self) -> None:
        """End all tasks."""
        while tasks := set(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _go_on(self, name: str, work: Callable[[], Work]) -> None:
        pause = FIRST_PAUSE
        while True:
            task = asyncio.get_running_loop().create_task(work(), name=name)
            try:
                await asyncio.wait({task}, timeout=SOUND_AFTER)
                if not task.done():
                    pause = FIRST_PAUSE
                    self._failing.discard(name)
                    await asyncio.wait({task})
            finally:
                task.cancel()
            self._report(task)
            self._failing.add(name)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _report(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("The task %s failed", task.get_name(), exc_info=error)
            self._on_failure(task.get_name())


async def every(seconds: float, act: Callable[[], None]) -> None:
    """Do something from time to time."""
    while True:
        act()
        await asyncio.sleep(seconds)
