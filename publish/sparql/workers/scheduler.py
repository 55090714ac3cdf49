"""The workers of a pool: how many there are, which are free, and who gets one next.

In comes the wish for a worker, out comes one when its turn is there, or Busy. A worker that ended
or is ended is replaced at once, while others go on; so is the nursery that they come from. Slow
queries hold at most half of the workers and have a queue of their own; when one of their places is
free, it goes first.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from publish.faults.fault import phrase
from publish.sparql.query.errors import Busy, WorkerLost
from publish.sparql.query.limits import Limits, duration
from publish.sparql.workers.forkserver_client import LOADING
from publish.sparql.workers.frames import ERROR, READY
from publish.sparql.workers.nursery_keeper import NurseryKeeper
from publish.sparql.workers.worker_client import WorkerProcess

BOOT = 30.0
"""Seconds within which a worker opens its store."""
AT_ONCE, PAUSE = 3, 1.0
"""After so many workers in a row that could not open the store, seconds before the next one."""
SHARE = 0.1
"""Weight of the last query in the usual duration of one."""

log = logging.getLogger("publish")

Run = TypeVar("Run")


class Worker(WorkerProcess, Generic[Run]):
    """A worker and what it does now."""

    run: Run | None = None
    is_ready = False
    is_slow = False
    boot_timer: asyncio.TimerHandle | None = None


@dataclass(kw_only=True, eq=False)
class _Turn(Generic[Run]):
    """Somebody who waits for a worker, and what lets the worker begin."""

    found: asyncio.Future[Worker[Run]]
    begin: Callable[[Worker[Run]], None]


class Crew(Generic[Run]):
    """The workers on one store. ``came`` is told frames; ``lost`` a run, with an exit code."""

    def __init__(
        self,
        store: Path,
        settings: dict[str, Any],
        limits: Limits,
        came: Callable[[Worker[Run], bytes, bytes], None],
        lost: Callable[[Run, int | None], None],
    ) -> None:
        self.slow = self.replaced = 0
        self.usual = 0.05
        """Seconds that a query has taken of late."""
        self._limits = limits
        self._on_frame, self._on_lost = came, lost
        self._workers: set[Worker[Run]] = set()
        self._idle: deque[Worker[Run]] = deque()
        self._ending: set[Worker[Run]] = set()
        self._queues: tuple[deque[_Turn[Run]], ...] = (deque(), deque())
        self._starting: asyncio.Future[None] | None = None
        self._boots: set[asyncio.Task[None]] = set()
        self._over = self._told_open = False
        self._failures = 0
        self._keeper = NurseryKeeper(store, settings)

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        return sum(map(len, self._queues))

    @property
    def free(self) -> int:
        """How many workers are idle."""
        return len(self._idle)

    def __contains__(self, worker: object) -> bool:
        return worker in self._workers

    def processes(self) -> list[int]:
        """Return the process ids of the workers."""
        return [worker.pid for worker in list(self._workers) if worker.pid]

    async def start(self) -> None:
        """Start all workers. Raises WorkerLost when the store cannot be opened."""
        self._loop = asyncio.get_running_loop()
        self._starting = self._loop.create_future()
        for _ in range(self._limits.workers):
            self._boot()
        try:
            await self._starting
        except BaseException:
            await self.end_all()
            raise
        finally:
            self._starting = None

    async def take(self, begin: Callable[[Worker[Run]], None], *, slow: bool) -> Worker[Run]:
        """Let a worker begin when its turn is there, and return it. Raises Busy.

        ``begin`` is called at once when a worker comes free, not when the loop comes round to the
        one who waits: a worker that need not sleep between two queries is much quicker.
        """
        if self._idle and not self.waiting and (not slow or self._has_slow_place()):
            worker = self._handed(slow)
            begin(worker)
            return worker
        if self.waiting >= self._limits.waiting:
            raise self.busy("queries-too-many-slow" if slow else "queries-too-many")
        turn = _Turn[Run](found=self._loop.create_future(), begin=begin)
        queue = self._queues[slow]
        queue.append(turn)
        timer = self._loop.call_later(self._limits.patience, self._give_up, turn, slow)
        self._dispatch()
        try:
            return await turn.found
        finally:
            timer.cancel()
            if turn in queue:
                queue.remove(turn)

    def give_back(self, worker: Worker[Run]) -> None:
        """Take a worker back that is ready for another query."""
        if worker in self._workers:
            self._calm(worker)
            self._idle.append(worker)
            self._dispatch()

    def make_slow(self, worker: Worker[Run]) -> bool:
        """Let a worker go on as a slow one; return whether there was a place for it."""
        if not self._has_slow_place():
            return False
        self.slow += 1
        worker.is_slow = True
        worker.give_way()
        return True

    def replace(self, worker: Worker[Run]) -> None:
        """End a worker and start another. The run it had is not told of it."""
        worker.run = None
        worker.end()
        self._gone(worker)

    def took(self, seconds: float) -> None:
        """Remember how long a query took, to tell others when to come again."""
        self.usual += SHARE * (seconds - self.usual)

    def busy(self, key: str) -> Busy:
        """Return the error for a question that gets no worker, with when to come again."""
        limits = self._limits
        guess = math.ceil((self.waiting + 1) * self.usual / limits.workers)
        seconds = max(1, min(guess, math.ceil(limits.deadline)))
        told = {"most": duration(limits.patience)} if key == "queries-kept-waiting" else {}
        return Busy(phrase(key, seconds=duration(seconds), **told), retry_after=seconds)

    async def end_all(self) -> None:
        """End all workers, and wait until the system has let them go."""
        self._over = True
        for queue in self._queues:
            for turn in queue:
                if not turn.found.done():
                    turn.found.set_exception(self.busy("queries-stopped"))
        for worker in list(self._workers):
            worker.end()
            self._gone(worker)
        while any(worker.pid for worker in self._ending):
            await asyncio.sleep(0.005)
        await self._keeper.close()
        while self._boots:
            await asyncio.sleep(0.005)

    def _has_slow_place(self) -> bool:
        return self.slow < self._limits.slow_workers

    def _handed(self, slow: bool) -> Worker[Run]:
        worker = self._idle.pop()  # the last one to work is the quickest to go on
        if slow:
            self.make_slow(worker)
        return worker

    def _dispatch(self) -> None:
        """Hand idle workers to those who wait."""
        usual, slow = self._queues
        while self._idle:
            is_slow = bool(slow) and self._has_slow_place()
            queue = slow if is_slow else usual
            if not queue:
                return
            turn = queue.popleft()
            if not turn.found.done():
                worker = self._handed(is_slow)
                turn.found.set_result(worker)
                turn.begin(worker)

    def _give_up(self, turn: _Turn[Run], slow: bool) -> None:
        if not turn.found.done():
            self._queues[slow].remove(turn)
            key = "queries-too-many-slow" if slow else "queries-kept-waiting"
            turn.found.set_exception(self.busy(key))

    def _calm(self, worker: Worker[Run]) -> None:
        if worker.is_slow:
            worker.is_slow = False
            self.slow -= 1

    def _boot(self) -> None:
        if not self._over:
            task = self._loop.create_task(self._start_one())
            self._boots.add(task)
            task.add_done_callback(self._boots.discard)

    async def _start_one(self) -> None:
        worker = Worker[Run](self._came, self._lost)
        self._workers.add(worker)
        try:
            nursery = await self._keeper.nursery()
            if worker not in self._workers:  # all were ended meanwhile
                return
            worker.boot_timer = self._loop.call_later(BOOT, self._boot_passed, worker)
            await worker.start(nursery)
        except OSError as error:
            self._failed_boot(worker, _not_started(error))
            return
        if self._over:
            worker.end()
            self._gone(worker)

    def _boot_passed(self, worker: Worker[Run]) -> None:
        if worker.is_ready:
            return
        worker.end()
        self._failed_boot(
            worker, WorkerLost(phrase("store-not-opened-in-time", most=duration(BOOT)))
        )

    def _failed_boot(self, worker: Worker[Run], error: WorkerLost) -> None:
        worker.end()
        if worker.boot_timer is not None:
            worker.boot_timer.cancel()
        if worker in self._workers:
            self._workers.discard(worker)
            if worker.pid:
                self._reap(worker, None)
            self._cannot_start(error)

    def _cannot_start(self, error: WorkerLost) -> None:
        """Tell who starts the pool, or else try again a little later."""
        if self._starting is not None:
            if not self._starting.done():
                self._starting.set_exception(error)
        elif not self._over:
            log.error("%s", error)
            self._failures += 1
            self._loop.call_later(PAUSE if self._failures > AT_ONCE else 0, self._boot)

    def _came(self, process: WorkerProcess, kind: bytes, body: bytes) -> None:
        worker: Worker[Run] = process  # type: ignore[assignment]
        if kind == READY:
            self._ready(worker, json.loads(body))
        elif kind == ERROR and not worker.is_ready:
            problem = json.loads(body)["message"]
            self._failed_boot(worker, WorkerLost(phrase("store-not-opened", problem=problem)))
        else:
            self._on_frame(worker, kind, body)

    def _ready(self, worker: Worker[Run], content: dict[str, Any]) -> None:
        """Take a worker that has opened its store, or has put away a large query."""
        worker.thread = content["thread"]
        if not worker.is_ready:
            worker.is_ready = True
            self._failures = 0
            if worker.boot_timer is not None:
                worker.boot_timer.cancel()
            if not content["shut-off"] and not self._told_open:
                self._told_open = True
                log.warning("Workers cannot be cut off from the network on this system.")
            starting = self._starting
            if starting and not starting.done() and all(item.is_ready for item in self._workers):
                starting.set_result(None)
        if content["grown"]:
            self.replace(worker)
        else:
            self.give_back(worker)

    def _lost(self, process: WorkerProcess) -> None:
        worker: Worker[Run] = process  # type: ignore[assignment]
        if worker.is_ready:
            self._gone(worker)
        else:
            problem = phrase("worker-ended-at-start")
            self._failed_boot(worker, WorkerLost(phrase("store-not-opened", problem=problem)))

    def _gone(self, worker: Worker[Run]) -> None:
        """Strike a worker off that has been ended, and start another."""
        if worker not in self._workers:
            return
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.boot_timer is not None:
            worker.boot_timer.cancel()
        self._calm(worker)
        run, worker.run = worker.run, None
        self._reap(worker, run)
        self.replaced += not self._over
        self._boot()
        self._dispatch()

    def _reap(self, worker: Worker[Run], run: Run | None) -> None:
        """Tell the run of a process that ends why there is no answer, when that is known."""

        def tell(code: int | None) -> None:
            self._ending.discard(worker)
            if run is not None:
                self._on_lost(run, code)

        self._ending.add(worker)
        worker.when_dead(tell)


def _not_started(error: OSError) -> WorkerLost:
    """Return why there is no worker."""
    if isinstance(error, TimeoutError):
        return WorkerLost(phrase("store-not-opened-in-time", most=duration(LOADING)))
    is_end = isinstance(error, ChildProcessError)
    problem = phrase("worker-ended-at-start") if is_end else str(error)
    return WorkerLost(phrase("store-not-opened", problem=problem))
