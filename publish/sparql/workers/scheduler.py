"""Which worker evaluates which query: the workers of a pool, and the queues before them.

A worker that has ended is replaced at once, while others go on. Slow queries hold at most half of
the workers and have a queue of their own, which goes first when one of their places is free.
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
from typing import Any

from publish.faults.fault import phrase
from publish.server.processes.tasks import BackgroundTasks
from publish.sparql.query.errors import Busy, WorkerLost
from publish.sparql.query.limits import Limits, duration
from publish.sparql.workers.answers import Evaluation
from publish.sparql.workers.forkserver_client import LOAD_TIMEOUT, ExitCode, RestartingForkServer
from publish.sparql.workers.frames import ERROR, READY
from publish.sparql.workers.worker_client import OnFrame, Worker

START_TIMEOUT = 30.0
"""Seconds within which a worker opens its store."""
QUICK_RESTARTS, RESTART_PAUSE = 3, 1.0
"""After so many workers in a row that could not open the store, seconds before the next one."""
LAST_WEIGHT = 0.1
"""Weight of the last query in the running average of durations."""

log = logging.getLogger("publish")


@dataclass(kw_only=True, eq=False)
class _Waiting:
    """A query that waits for a worker; ``begin`` hands it to one."""

    worker: asyncio.Future[Worker]
    begin: Callable[[Worker], None]


class Scheduler:
    """The workers on one store, and the queries that wait for one."""

    def __init__(
        self,
        store: Path,
        settings: dict[str, Any],
        limits: Limits,
        on_frame: OnFrame,
        on_lost: Callable[[Evaluation, int | None], None],
    ) -> None:
        """``on_frame`` gets the frames of answers; ``on_lost`` the exit code of a dead worker."""
        self.slow = self.replaced = 0
        self._average = 0.05
        self._limits = limits
        self._on_frame, self._on_lost = on_frame, on_lost
        self._workers: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._exiting: set[Worker] = set()
        self._queues: tuple[deque[_Waiting], ...] = (deque(), deque())
        self._first_start: asyncio.Future[None] | None = None
        self._starts = BackgroundTasks()
        self._is_closed = self._is_open_reported = False
        self._failed_starts = 0
        self._fork_server = RestartingForkServer(store, settings, self._replace_orphans)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return sum(map(len, self._queues))

    @property
    def free(self) -> int:
        """How many workers are idle."""
        return len(self._idle)

    @property
    def ready(self) -> int:
        """How many workers have opened the store."""
        return sum(worker.is_ready for worker in self._workers)

    def __contains__(self, worker: object) -> bool:
        return worker in self._workers

    def processes(self) -> list[int]:
        """Return the process ids of the workers."""
        return [worker.pid for worker in list(self._workers) if worker.pid]

    async def start(self) -> None:
        """Start all workers. Raises WorkerLost when the store cannot be opened."""
        self._loop = asyncio.get_running_loop()
        self._first_start = self._loop.create_future()
        for _ in range(self._limits.workers):
            self._add_worker()
        try:
            await self._first_start
        except BaseException:
            await self.close()
            raise
        finally:
            self._first_start = None

    async def acquire(self, begin: Callable[[Worker], None], *, slow: bool) -> Worker:
        """Wait for a worker, let it ``begin``, and return it. Raises Busy.

        ``begin`` is called as soon as a worker comes free, before the loop resumes this coroutine:
        a worker that need not sleep between two queries is much quicker.
        """
        if self._idle and not self.waiting and (not slow or self._has_slow_place()):
            worker = self._pop_idle(slow)
            begin(worker)
            return worker
        if self.waiting >= self._limits.waiting:
            raise self.busy("queries-too-many-slow" if slow else "queries-too-many")
        waiting = _Waiting(worker=self._loop.create_future(), begin=begin)
        queue = self._queues[slow]
        queue.append(waiting)
        timer = self._loop.call_later(self._limits.patience, self._give_up, waiting, slow)
        self._dispatch()
        try:
            return await waiting.worker
        finally:
            timer.cancel()
            if waiting in queue:
                queue.remove(waiting)

    def release(self, worker: Worker) -> None:
        """Take back a worker that is ready for another query."""
        if self._fork_server.is_of_another(worker.fork_server):
            self.replace(worker)
        elif worker in self._workers:
            self._free_slow_place(worker)
            self._idle.append(worker)
            self._dispatch()

    def make_slow(self, worker: Worker) -> bool:
        """Let a worker go on with a slow query; return whether there was a place for it."""
        if not self._has_slow_place():
            return False
        self.slow += 1
        worker.is_slow = True
        worker.give_way()
        return True

    def replace(self, worker: Worker) -> None:
        """End a worker and start another; its evaluation is not told."""
        worker.evaluation = None
        worker.end()
        self._remove(worker)

    def record_duration(self, seconds: float) -> None:
        """Take the duration of a query into the average, from which ``busy`` makes its estimate."""
        self._average += LAST_WEIGHT * (seconds - self._average)

    def busy(self, key: str) -> Busy:
        """Return the error for a query that gets no worker, with when to try again."""
        limits = self._limits
        guess = math.ceil((self.waiting + 1) * self._average / limits.workers)
        seconds = max(1, min(guess, math.ceil(limits.deadline)))
        more = {"most": duration(limits.patience)} if key == "queries-kept-waiting" else {}
        return Busy(phrase(key, seconds=duration(seconds), **more), retry_after=seconds)

    async def close(self) -> None:
        """End all workers, and wait until their processes are gone."""
        self._is_closed = True
        for queue in self._queues:
            for waiting in queue:
                if not waiting.worker.done():
                    waiting.worker.set_exception(self.busy("queries-stopped"))
        for worker in list(self._workers):
            worker.end()
            self._remove(worker)
        while any(worker.pid for worker in self._exiting):
            await asyncio.sleep(0.005)
        await self._fork_server.close()
        while self._starts.running:
            await asyncio.sleep(0.005)

    def _has_slow_place(self) -> bool:
        return self.slow < self._limits.slow_workers

    def _free_slow_place(self, worker: Worker) -> None:
        if worker.is_slow:
            worker.is_slow = False
            self.slow -= 1

    def _pop_idle(self, slow: bool) -> Worker:
        worker = self._idle.pop()  # the last one to work is the quickest to go on
        if slow:
            self.make_slow(worker)
        return worker

    def _dispatch(self) -> None:
        """Give idle workers to waiting queries."""
        usual, slow = self._queues
        while self._idle:
            is_slow = bool(slow) and self._has_slow_place()
            queue = slow if is_slow else usual
            if not queue:
                return
            waiting = queue.popleft()
            if not waiting.worker.done():
                worker = self._pop_idle(is_slow)
                waiting.worker.set_result(worker)
                waiting.begin(worker)

    def _give_up(self, waiting: _Waiting, slow: bool) -> None:
        if not waiting.worker.done():
            self._queues[slow].remove(waiting)
            key = "queries-too-many-slow" if slow else "queries-kept-waiting"
            waiting.worker.set_exception(self.busy(key))

    # -- Starting workers -----------------------------------------------------------------------

    def _add_worker(self) -> None:
        if not self._is_closed:
            self._starts.run("workers", self._start_worker())

    async def _start_worker(self) -> None:
        worker = Worker(self._frame_came, self._worker_lost)
        self._workers.add(worker)
        try:
            fork_server = await self._fork_server.running()
            if worker not in self._workers:  # all were ended meanwhile
                return
            worker.start_timer = self._loop.call_later(START_TIMEOUT, self._start_late, worker)
            await worker.start(fork_server)
        except OSError as error:
            self._start_failed(worker, _not_started(error))
            return
        if self._is_closed:
            worker.end()
            self._remove(worker)

    def _start_late(self, worker: Worker) -> None:
        if not worker.is_ready:
            most = duration(START_TIMEOUT)
            self._start_failed(worker, WorkerLost(phrase("store-not-opened-in-time", most=most)))

    def _start_failed(self, worker: Worker, error: WorkerLost) -> None:
        """End a worker; raise the error in ``start``, or else try again a little later."""
        worker.end()
        if worker.start_timer is not None:
            worker.start_timer.cancel()
        if worker not in self._workers:
            return
        self._workers.discard(worker)
        if worker.pid:
            self._await_exit(worker)
        if self._first_start is not None:
            if not self._first_start.done():
                self._first_start.set_exception(error)
        elif not self._is_closed:
            log.error("%s", error)
            self._failed_starts += 1
            pause = RESTART_PAUSE if self._failed_starts > QUICK_RESTARTS else 0
            self._loop.call_later(pause, self._add_worker)

    def _frame_came(self, worker: Worker, kind: bytes, body: bytes) -> None:
        if kind == READY:
            self._worker_ready(worker, json.loads(body))
        elif kind == ERROR and not worker.is_ready:
            problem = json.loads(body)["message"]
            self._start_failed(worker, WorkerLost(phrase("store-not-opened", problem=problem)))
        else:
            self._on_frame(worker, kind, body)

    def _worker_ready(self, worker: Worker, content: dict[str, Any]) -> None:
        """Take a worker that has opened its store, or has cleaned up after a large query."""
        worker.thread = content["thread"]
        if not worker.is_ready:
            worker.is_ready = True
            self._failed_starts = 0
            if worker.start_timer is not None:
                worker.start_timer.cancel()
            if not content["shut-off"] and not self._is_open_reported:
                self._is_open_reported = True
                log.warning("Workers cannot be cut off from the network on this system.")
            start = self._first_start
            if start and not start.done() and all(item.is_ready for item in self._workers):
                start.set_result(None)
        if content["grown"]:
            self.replace(worker)
        else:
            self.release(worker)

    def _replace_orphans(self) -> None:
        """Replace the idle workers of a process that has ended; busy ones follow when released."""
        for worker in list(self._idle):
            if self._fork_server.is_of_another(worker.fork_server):
                self.replace(worker)

    # -- Ending workers -------------------------------------------------------------------------

    def _worker_lost(self, worker: Worker) -> None:
        if worker.is_ready:
            self._remove(worker)
        else:
            problem = phrase("worker-ended-at-start")
            self._start_failed(worker, WorkerLost(phrase("store-not-opened", problem=problem)))

    def _remove(self, worker: Worker) -> None:
        """Remove a worker that has been ended, and start another."""
        if worker not in self._workers:
            return
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.start_timer is not None:
            worker.start_timer.cancel()
        self._free_slow_place(worker)
        self._await_exit(worker)
        self.replaced += not self._is_closed
        self._add_worker()
        self._dispatch()

    def _await_exit(self, worker: Worker) -> None:
        """Tell how a process ended, if a query was lost with it, as soon as that is known."""

        def tell(exited: ExitCode) -> None:
            self._exiting.discard(worker)
            evaluation, worker.evaluation = worker.evaluation, None
            if evaluation is not None:
                self._on_lost(evaluation, exited.result())

        self._exiting.add(worker)
        worker.exited.add_done_callback(tell)


def _not_started(error: OSError) -> WorkerLost:
    """Return why there is no worker."""
    if isinstance(error, TimeoutError):
        return WorkerLost(phrase("store-not-opened-in-time", most=duration(LOAD_TIMEOUT)))
    is_end = isinstance(error, ChildProcessError)
    problem = phrase("worker-ended-at-start") if is_end else str(error)
    return WorkerLost(phrase("store-not-opened", problem=problem))
