"""SPARQL queries evaluated in worker processes, behind one object on an event loop.

A query has a worker to itself. A worker that passes the deadline, dies, or whose client leaves is
ended and replaced, and no other query notices. Slow queries hold at most half of the workers, at
low priority: one too many is ended, and evaluated again when there is a place for it. Workers end
with this process, even when it is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from publish.faults.fault import phrase, reason_of
from publish.server.bounds.room import RETRY_AFTER, NoRoom, Room
from publish.server.bounds.spool import Spool
from publish.sparql.cubes.asked import AskedColumns
from publish.sparql.query.errors import (
    Busy,
    QueryFailed,
    QuerySyntax,
    StoreDamaged,
    TimedOut,
    WorkerLost,
)
from publish.sparql.query.guard import examine
from publish.sparql.query.limits import MOST_MERGED_TRIPLES, Limits, duration
from publish.sparql.query.order import ordered_by_kind
from publish.sparql.workers.answers import (
    Answer,
    Evaluation,
    Question,
    Task,
    ViewQuestion,
    error_from_exit,
    error_from_frame,
    task_of_query,
    task_of_view,
)
from publish.sparql.workers.forkserver import ENGINE_ABORTED
from publish.sparql.workers.frames import DATA, END
from publish.sparql.workers.scheduler import Scheduler
from publish.sparql.workers.worker_client import Worker

EARLY_LOSS = 0.2
"""Seconds from the start of a query in which the loss of its worker may have another cause."""
PAUSE_AFTER_LOSS = 0.01
"""Seconds until it is known which other workers died with one."""
CANCEL_GRACE = 0.05
"""Seconds for a cancelled query to end by itself, which costs no worker."""
ALARM_DELAY = 2.0
"""Seconds past the deadline when the system ends a worker that its parent did not."""
LARGEST_STORE_IN_MEMORY = 64 << 20
"""Bytes on the disk, of nearly half a million quads."""
LONGEST_QUERY_ON_LOOP = 4096
"""Characters of a query that is examined on the event loop; a longer one is in a thread."""

log = logging.getLogger("publish")
_T = TypeVar("_T")


class QueryPool:
    """A fixed number of worker processes on one read-only store, used from one event loop."""

    def __init__(
        self,
        store: Path,
        *,
        limits: Limits | None = None,
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
        in_memory: int = LARGEST_STORE_IN_MEMORY,
        room: Room | None = None,
        is_sound: Callable[[], bool] = lambda: True,
        views: Path | None = None,
        columns: AskedColumns | None = None,
    ) -> None:
        """Keep the settings; ``start`` starts the workers. Prefixes are for Turtle.

        ``base`` is that of relative IRIs in queries: the address of the endpoint. A store of up to
        ``in_memory`` bytes on the disk is held in memory, once for all workers. ``room`` bounds
        what answers take until they are sent. ``is_sound`` says whether the files of the store are
        what was written. ``views`` is the release whose data sets have views, if they do;
        ``columns`` says which queries are answered from columns.
        """
        self._room, self._is_sound = room, is_sound
        self.limits = limits or Limits()
        settings = {
            "alarm": self.limits.deadline + ALARM_DELAY,
            "memory": self.limits.memory,
            "rows": self.limits.rows,
            "bytes": self.limits.answer_bytes,
            "merged-triples": MOST_MERGED_TRIPLES,
            "prefixes": prefixes or {},
            "base": base,
            "in-memory": in_memory,
            "views": None if views is None else str(views.absolute()),
            "columns": (columns or AskedColumns()).for_worker(),
        }
        self.is_damaged = False
        """Whether a query could not be answered because the store cannot be read."""
        self.is_running = False
        """Whether the workers were started."""
        self.busy = 0
        """Queries that are evaluated now."""
        self._scheduler = Scheduler(
            store.absolute(), settings, self.limits, self._frame_came, self._worker_lost
        )
        self._asking = self._in_thread = 0
        self._is_closed = False
        self._guard_thread = ThreadPoolExecutor(1, "query-guard")

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker."""
        return self._scheduler.waiting

    @property
    def slow(self) -> int:
        """Queries that have been evaluated for long."""
        return self._scheduler.slow

    @property
    def free(self) -> int:
        """Workers that are idle."""
        return self._scheduler.free

    @property
    def ready(self) -> int:
        """Workers that have opened the store."""
        return self._scheduler.ready

    @property
    def replaced(self) -> int:
        """Workers that were ended or died, and were replaced."""
        return self._scheduler.replaced

    def processes(self) -> list[int]:
        """Return the process ids of the workers."""
        return self._scheduler.processes()

    async def start(self) -> None:
        """Start the workers. Raises WorkerLost when the store cannot be opened."""
        self._loop = asyncio.get_running_loop()
        await self._scheduler.start()
        self.is_running = True

    async def ask(self, question: Question, client: str = "") -> Answer:
        """Return the whole answer for a client. Raises QueryFailed. A cancelled query ends."""
        if self._is_closed:
            raise self._scheduler.busy("queries-stopped")
        self._asking += 1
        try:
            return await self._ask(question, client)
        except (WorkerLost, TimedOut) as error:
            # On a store that it cannot read the engine may go round without end.
            if not self.is_damaged and await asyncio.to_thread(self._is_sound):
                raise
            if not self.is_damaged:
                log.error("The store cannot be read: its files are not what was written")
            self.is_damaged = True
            raise StoreDamaged from error
        finally:
            self._asking -= 1

    async def ask_view(self, question: ViewQuestion, client: str = "") -> Answer:
        """Return the whole of a view for a client. Raises QueryFailed. A cancelled one ends."""
        if self._is_closed:
            raise self._scheduler.busy("queries-stopped")
        self._asking += 1
        try:
            return await self._answer(task_of_view(question), client)
        except _WorkerDied as error:
            log.warning("A view has ended its process: %s", error.reason)
            raise error.reason from None
        finally:
            self._asking -= 1

    async def _ask(self, question: Question, client: str) -> Answer:
        """Ask a question, once more with its rows ordered otherwise where the engine fails."""
        text = question.text
        examined = await self._off_loop(text, lambda: examine(text, self.limits))
        try:
            return await self._answer(task_of_query(question, examined), client)
        except _WorkerDied as error:
            ordered = ordered_by_kind(text) if error.engine_aborted else None
            if ordered is not None:
                # Else it was not the order, or not a plain one.
                with contextlib.suppress(_WorkerDied, QuerySyntax):
                    task = task_of_query(replace(question, text=ordered), examined)
                    return await self._answer(task, client)
            log.warning("A query has ended its process: %s", error.reason)
            raise error.reason from None

    def from_thread(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine on the loop of the pool from another thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def close(self) -> None:
        """Take no more questions, let those under way finish, and end the workers."""
        self._is_closed = True
        until = self._loop.time() + self.limits.deadline + self.limits.patience
        while self._asking and self._loop.time() < until:
            await asyncio.sleep(0.01)
        await self._scheduler.close()
        self._guard_thread.shutdown(wait=False)

    async def _off_loop(self, text: str, work: Callable[[], _T]) -> _T:
        """Work on a text; on a long one in a thread, one at a time, so that the loop goes on."""
        if len(text) <= LONGEST_QUERY_ON_LOOP:
            return work()
        if self._in_thread >= self.limits.waiting:
            raise self._scheduler.busy("queries-too-many")
        self._in_thread += 1
        try:
            return await self._loop.run_in_executor(self._guard_thread, work)
        finally:
            self._in_thread -= 1

    async def _answer(self, task: Task, client: str) -> Answer:
        """Have a task done: again if it was slow without a place, or lost early.

        Raises QueryFailed, or _WorkerDied when it has cost its worker.
        """
        slow = is_second = False
        while True:
            evaluation = Evaluation(
                task=task,
                answer=self._loop.create_future(),
                started=time.monotonic(),
                spool=Spool(share=self._room.share(client) if self._room else None),
            )
            try:
                return await self._evaluate(evaluation, slow=slow)
            except _ErrorFrame as frame:
                explain = partial(error_from_frame, frame.content, task, self.limits)
                failure = await self._off_loop(task.text, explain)
                self.is_damaged |= isinstance(failure, StoreDamaged)
                raise failure from None
            except _NoSlowPlace:
                slow = True
            except _WorkerDied as error:
                # A worker that was dying before it got the query may still look alive. A query
                # that kills its worker does so again.
                late = time.monotonic() - evaluation.started > EARLY_LOSS
                if is_second or error.engine_aborted or late:
                    raise
                is_second = True
                await asyncio.sleep(PAUSE_AFTER_LOSS)

    async def _evaluate(self, evaluation: Evaluation, *, slow: bool) -> Answer:
        """Send its job to a worker when there is one, and wait for the whole answer."""
        begun: list[Worker] = []

        def begin(worker: Worker) -> None:
            begun.append(worker)
            evaluation.started = time.monotonic()
            worker.evaluation = evaluation
            self.busy += 1
            soon = min(self.limits.slow_after, self.limits.deadline)
            seconds, act = (
                (self.limits.deadline, self._too_late)
                if worker.is_slow
                else (soon, self._takes_long)
            )
            evaluation.timer = self._loop.call_later(seconds, act, worker, evaluation)
            worker.send(evaluation.task.job)

        try:
            await self._scheduler.acquire(begin, slow=slow)
            return await evaluation.answer
        except BaseException:
            evaluation.answer.cancel()
            evaluation.spool.close()
            timer = evaluation.timer
            if begun and begun[0].evaluation is evaluation and timer is not None:
                timer.cancel()  # the client has left, while the worker goes on
                evaluation.timer = self._loop.call_later(
                    CANCEL_GRACE, self._abandon, begun[0], evaluation
                )
            raise
        finally:
            self.busy -= len(begun)

    def _takes_long(self, worker: Worker, evaluation: Evaluation) -> None:
        """Make a query slow, or end it for now when there are too many slow ones."""
        left = self.limits.deadline - self.limits.slow_after
        if worker not in self._scheduler:
            return  # it has died, which is reported when its exit code is known
        if left <= 0:
            self._too_late(worker, evaluation)
        elif self._scheduler.make_slow(worker):
            evaluation.timer = self._loop.call_later(left, self._too_late, worker, evaluation)
        else:
            self._scheduler.replace(worker)
            evaluation.fail(_NoSlowPlace())

    def _too_late(self, worker: Worker, evaluation: Evaluation) -> None:
        self._scheduler.record_duration(self.limits.deadline)
        self._scheduler.replace(worker)
        evaluation.fail(TimedOut(self.limits, evaluation.task.kind))

    def _abandon(self, worker: Worker, evaluation: Evaluation) -> None:
        if worker.evaluation is evaluation:
            self._scheduler.replace(worker)

    def _worker_lost(self, evaluation: Evaluation, code: int | None) -> None:
        """End an evaluation whose worker has died."""
        reason = error_from_exit(code, evaluation.task, self.limits)
        evaluation.fail(_WorkerDied(reason, engine_aborted=code == ENGINE_ABORTED))

    def _frame_came(self, worker: Worker, kind: bytes, body: bytes) -> None:
        """Take a frame of an answer."""
        evaluation = worker.evaluation
        if evaluation is None:  # what is left of an answer that nobody waits for any more
            return
        if kind == DATA:
            if not evaluation.answer.done():
                self._spool(worker, evaluation, body)
            return
        content = json.loads(body)
        worker.evaluation = None
        seconds = time.monotonic() - evaluation.started
        self._scheduler.record_duration(seconds)
        if evaluation.timer is not None:
            evaluation.timer.cancel()
        if kind != END:
            evaluation.fail(_ErrorFrame(content))
        elif not evaluation.answer.done():
            evaluation.answer.set_result(
                Answer(
                    form=content["form"],
                    rows=content["rows"],
                    seconds=seconds,
                    volatile=evaluation.task.volatile,
                    more=content["more"],
                    plan=content["plan"],
                    spool=evaluation.spool,
                )
            )
        if not content["then"]:
            if worker.is_slow:  # its thread does not know that its priority was lowered
                self._scheduler.replace(worker)
            else:
                self._scheduler.release(worker)

    def _spool(self, worker: Worker, evaluation: Evaluation, part: bytes) -> None:
        """Keep a part of an answer, or end the query when there is no room for it."""
        try:
            evaluation.spool.add(part)
            return
        except NoRoom:
            seconds = duration(RETRY_AFTER)
            reason: QueryFailed = Busy(
                phrase("no-room-for-client", seconds=seconds), retry_after=RETRY_AFTER
            )
        except OSError as error:
            problem = reason_of(error)
            log.error("An answer cannot be kept: %s", error.strerror or error)
            reason = WorkerLost(phrase("query-not-spooled", problem=problem))
        self._scheduler.replace(worker)
        evaluation.fail(reason)


class _ErrorFrame(Exception):
    """The worker has sent an ERROR frame."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        super().__init__(content["error"])


class _NoSlowPlace(Exception):
    """The query is slow, and all places for slow queries are taken."""


class _WorkerDied(Exception):
    """The worker died by itself; ``reason`` is the error for the client."""

    def __init__(self, reason: QueryFailed, *, engine_aborted: bool) -> None:
        self.reason, self.engine_aborted = reason, engine_aborted
        super().__init__(str(reason))
