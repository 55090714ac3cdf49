"""SPARQL evaluation in processes of its own, behind one interface on an event loop.

In comes a Question, out comes an Answer that is whole, or one of the errors of ``query_errors``.
Each query has a worker process to itself. A worker that passes the deadline, dies, or whose asker
leaves is ended and replaced; nobody else's query notices. Queries that turn out to be slow hold
at most half of the workers, at low priority: one too many is ended, and run again from its start
when there is a place for it. Workers end with this process, even when it is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox
import uvloop

from publish.faults.fault import phrase, reason_of
from publish.sparql.query.errors import (
    BadDataSet,
    Busy,
    CannotEvaluate,
    NotAcceptable,
    OutOfMemory,
    QueryFailed,
    QuerySyntax,
    TimedOut,
    TooMuch,
    WorkerLost,
    failure,
    loss,
    timed_out,
)
from publish.sparql.query.guard import Examined, examine
from publish.sparql.query.limits import Limits
from publish.sparql.query.order import ordered_by_kind
from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.forkserver import GAVE_UP
from publish.sparql.workers.frames import DATA, END, HEAD
from publish.sparql.workers.query_run import Died, NoSlowPlace, Run, Told
from publish.sparql.workers.scheduler import Crew, Worker

Result = TypeVar("Result")

__all__ = [
    "Answer",
    "BadDataSet",
    "Busy",
    "CannotEvaluate",
    "Limits",
    "NotAcceptable",
    "OutOfMemory",
    "QueryFailed",
    "QueryPool",
    "QuerySyntax",
    "Question",
    "TimedOut",
    "TooMuch",
    "WorkerLost",
    "pool_in_thread",
]

AT_ONCE = 0.2
"""Seconds within which the loss of a worker is no sign yet that the query caused it."""
AT_THE_SAME_TIME = 0.01
"""Seconds after which it is known which other workers died with one."""
GRACE = 0.05
"""Seconds for a query whose asker has left to end by itself, which costs no worker."""
LAST_RESORT = 2.0
"""Seconds past the deadline when the system ends a worker that its parent did not."""
IN_MEMORY = 64 << 20
"""Bytes on the disk of the largest store that is held in memory: near half a million quads."""
AT_A_GLANCE = 4096
"""Characters of a query that is examined on the loop; a longer one is in a thread."""


class QueryPool:
    """A fixed number of worker processes on one read-only store, used from one event loop."""

    def __init__(
        self,
        store: Path,
        *,
        limits: Limits | None = None,
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
        in_memory: int = IN_MEMORY,
    ) -> None:
        """Keep the settings; ``start`` starts the workers. Prefixes are for Turtle.

        ``base`` is that of relative IRIs in queries: the address of the endpoint. A store of up to
        ``in_memory`` bytes on the disk is held in memory, once for all workers.
        """
        self.limits = limits or Limits()
        settings = {
            "last-resort": self.limits.deadline + LAST_RESORT,
            "memory": self.limits.memory,
            "rows": self.limits.rows,
            "bytes": self.limits.answer_bytes,
            "prefixes": prefixes or {},
            "base": base,
            "in-memory": in_memory,
        }
        self.busy = 0
        """Queries that are evaluated now."""
        self._crew = Crew[Run](store.absolute(), settings, self.limits, self._came, self._lost)
        self._asking = self._aside_now = 0
        self._closed = False
        self._reader = ThreadPoolExecutor(1, "query-guard")

    @property
    def waiting(self) -> int:
        """Questions that wait for a worker."""
        return self._crew.waiting

    @property
    def slow(self) -> int:
        """Queries under way that have been going on for long."""
        return self._crew.slow

    @property
    def free(self) -> int:
        """Workers that wait for a question."""
        return self._crew.free

    @property
    def replaced(self) -> int:
        """Workers that were ended or died and have a successor."""
        return self._crew.replaced

    def processes(self) -> list[int]:
        """Return the process ids of the workers."""
        return self._crew.processes()

    async def start(self) -> None:
        """Start the workers. Raises WorkerLost when the store cannot be opened."""
        self._loop = asyncio.get_running_loop()
        await self._crew.start()

    async def ask(self, question: Question) -> Answer:
        """Return the whole answer. Raises Refused, TooLarge or a QueryFailed.

        When it is cancelled, the query ends.
        """
        if self._closed:
            raise self._crew.busy("queries-stopped")
        self._asking += 1
        text = question.text
        try:
            examined = await self._aside(text, lambda: examine(text, self.limits))
            job = _job(question, examined)
            try:
                return await self._answer(question, job, volatile=examined.volatile)
            except Died as error:
                ordered = ordered_by_kind(text) if error.gave_up else None
                if ordered is None:
                    raise error.reason from None
                other = _job(replace(question, text=ordered), examined)
                try:
                    return await self._answer(question, other, volatile=examined.volatile)
                except (Died, QuerySyntax):  # it was not the order, or not a plain one
                    raise error.reason from None
        finally:
            self._asking -= 1

    def ask_from_thread(self, question: Question) -> Answer:
        """Do the same from another thread than the loop's, and wait for it."""
        return self.from_thread(self.ask(question))

    def from_thread(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something on the pool's loop from another thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def close(self) -> None:
        """Take no more questions, let those under way finish, and end the workers."""
        self._closed = True
        until = self._loop.time() + self.limits.deadline + self.limits.patience
        while self._asking and self._loop.time() < until:
            await asyncio.sleep(0.01)
        await self._crew.end_all()
        self._reader.shutdown(wait=False)

    async def _aside(self, text: str, work: Callable[[], Result]) -> Result:
        """Work on a text: a long one in a thread, one at a time, so that the loop goes on."""
        if len(text) <= AT_A_GLANCE:
            return work()
        if self._aside_now >= self.limits.waiting:
            raise self._crew.busy("queries-too-many")
        self._aside_now += 1
        try:
            return await self._loop.run_in_executor(self._reader, work)
        finally:
            self._aside_now -= 1

    async def _answer(self, question: Question, job: bytes, *, volatile: bool) -> Answer:
        """Have a job done: again when it was a slow one too many, or its worker just dying.

        Raises Died when the query has cost its worker.
        """
        slow = again = False
        while True:
            done = self._loop.create_future()
            run = Run(question=question, volatile=volatile, done=done, started=time.monotonic())
            try:
                return await self._evaluate(run, job, slow=slow)
            except Told as error:
                raise await self._explain(question.text, error.content) from None
            except NoSlowPlace:
                slow = True
            except Died as error:
                # A worker that was dying before it got the query may still look alive. A query
                # that kills its worker does so again.
                if again or error.gave_up or time.monotonic() - run.started > AT_ONCE:
                    raise
                again = True
                await asyncio.sleep(AT_THE_SAME_TIME)

    async def _explain(self, text: str, content: dict[str, Any]) -> QueryFailed:
        return await self._aside(text, lambda: failure(content, text, self.limits))

    async def _evaluate(self, run: Run, job: bytes, *, slow: bool) -> Answer:
        """Have a worker do a job when there is one, and wait for the whole answer."""
        begun: list[Worker[Run]] = []

        def begin(worker: Worker[Run]) -> None:
            begun.append(worker)
            run.started = time.monotonic()
            worker.run = run
            self.busy += 1
            if worker.is_slow:
                run.timer = self._loop.call_later(self.limits.deadline, self._too_late, worker, run)
            else:
                soon = min(self.limits.slow_after, self.limits.deadline)
                run.timer = self._loop.call_later(soon, self._takes_long, worker, run)
            worker.send(job)

        try:
            await self._crew.take(begin, slow=slow)
            return await run.done
        except asyncio.CancelledError:
            run.spool.close()
            if begun and begun[0].run is run and run.timer is not None:
                run.timer.cancel()
                run.timer = self._loop.call_later(GRACE, self._abandon, begun[0], run)
            raise
        finally:
            self.busy -= len(begun)

    def _takes_long(self, worker: Worker[Run], run: Run) -> None:
        """Make a query slow, or end it for now when there are too many of those."""
        left = self.limits.deadline - self.limits.slow_after
        if worker not in self._crew:
            return  # it is gone, which is told as soon as it is known how
        if left <= 0:
            self._too_late(worker, run)
        elif self._crew.make_slow(worker):
            run.timer = self._loop.call_later(left, self._too_late, worker, run)
        else:
            self._crew.replace(worker)
            run.fail(NoSlowPlace())

    def _too_late(self, worker: Worker[Run], run: Run) -> None:
        self._crew.took(self.limits.deadline)
        self._crew.replace(worker)
        run.fail(timed_out(self.limits))

    def _abandon(self, worker: Worker[Run], run: Run) -> None:
        if worker.run is run:
            self._crew.replace(worker)

    def _lost(self, run: Run, code: int | None) -> None:
        """Tell that a worker has died in the middle of a query."""
        run.fail(Died(loss(code, self.limits), gave_up=code == GAVE_UP))

    def _came(self, worker: Worker[Run], kind: bytes, body: bytes) -> None:
        """Take a frame of an answer."""
        run = worker.run
        if run is None:  # the end of what nobody waits for any more
            return
        if kind == DATA:
            if not run.done.done():
                try:
                    run.spool.add(body)
                except OSError as error:
                    self._crew.replace(worker)
                    run.fail(WorkerLost(phrase("query-not-spooled", problem=reason_of(error))))
            return
        content = json.loads(body)
        if kind == HEAD:
            run.head = content
            return
        worker.run = None
        seconds = time.monotonic() - run.started
        self._crew.took(seconds)
        if run.timer is not None:
            run.timer.cancel()
        if not run.done.done():
            if kind == END:
                run.done.set_result(
                    Answer(
                        media_type=run.head["type"],
                        form=run.head["form"],
                        coding=run.question.coding,
                        rows=content["rows"],
                        seconds=seconds,
                        volatile=run.volatile,
                        more=content["more"],
                        spool=run.spool,
                    )
                )
            else:
                run.fail(Told(content))
        if not content["then"]:
            if worker.is_slow:  # it does not know that it gives way to others
                self._crew.replace(worker)
            else:
                self._crew.give_back(worker)


def _job(question: Question, examined: Examined) -> bytes:
    """Return what a worker is told. Raises BadDataSet."""
    for iri in (*question.default_graphs, *question.named_graphs):
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            reason = phrase("query-bad-graph", iri=repr(iri), problem=str(error))
            raise BadDataSet(reason) from error
    job = {
        "text": question.text,
        "results": question.results,
        "graphs": question.graphs,
        "default": question.default_graphs,
        "named": question.named_graphs,
        "probe": examined.probe,
        "coding": question.coding,
        "first": question.first,
    }
    return json.dumps(job).encode()


@contextlib.contextmanager
def pool_in_thread(
    store: Path,
    *,
    limits: Limits | None = None,
    prefixes: dict[str, str] | None = None,
    in_memory: int = IN_MEMORY,
) -> Iterator[QueryPool]:
    """Yield a started pool whose loop runs in a thread: ask it with ``ask_from_thread``."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="query-pool", daemon=True)
    thread.start()

    def wait_for(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    pool = QueryPool(store, limits=limits, prefixes=prefixes, in_memory=in_memory)
    try:
        wait_for(pool.start())
        try:
            yield pool
        finally:
            wait_for(pool.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
