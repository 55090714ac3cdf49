"""SPARQL evaluation in processes of its own, behind one interface.

In comes a Question, out comes an Answer that streams bytes, or one of the errors below. Each
query has a worker process to itself. A worker that passes the deadline, dies, or whose answer
nobody reads to its end is killed and replaced; nobody else's query notices. Workers end with
this process, even when it is killed: the end of their standard input tells them.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish import query_guard
from publish.query_faults import explain_syntax
from publish.query_worker import DATA, END, ERROR, HEAD, HEADER, READY

Gone = Callable[[], bool]

MOST_BYTES = 128 << 20
"""Bytes of an answer; a longer one is broken off. Who wants everything takes the dumps."""

AT_ONCE = 0.2
"""Seconds within which the loss of a worker is no sign yet that the query caused it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query, the data set it is asked of, and the wanted media types, best first.

    ``results`` are for SELECT and ASK, ``graphs`` for CONSTRUCT and DESCRIBE.
    """

    text: str
    results: tuple[str, ...] = ("application/sparql-results+json",)
    graphs: tuple[str, ...] = ("text/turtle",)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


class QueryFailed(Exception):
    """No answer, and why, in a sentence for the one who asked."""


class QuerySyntax(QueryFailed):
    """The text is not SPARQL: the place where reading stopped, from 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        self.line, self.column = line, column
        super().__init__(message)


class BadDataSet(QueryFailed):
    """A graph is named by something that is no IRI."""


class NotAcceptable(QueryFailed):
    """The query is fine, but no wanted media type suits its form."""

    def __init__(self, *, graph: bool) -> None:
        self.graph = graph
        form = "CONSTRUCT and DESCRIBE answer" if graph else "SELECT and ASK answer"
        super().__init__(f"{form} in none of the media types that were asked for.")


class TimedOut(QueryFailed):
    """The deadline passed before the first part of the answer."""


class Busy(QueryFailed):
    """No worker came free in time."""


class WorkerLost(QueryFailed):
    """The process that evaluated the query died, or the query failed inside it."""


class CannotEvaluate(QueryFailed):
    """The query is SPARQL, but asks for something that does not exist, as a function."""


class _WorkerDied(WorkerLost):
    """The process is gone, so nothing is known of the query itself."""


class AskerGone(QueryFailed):
    """The one who asked has left."""


@dataclass(kw_only=True, eq=False)
class _Worker:
    """The parent's side of one worker process."""

    process: subprocess.Popen[bytes]
    ready: bool = False
    pending: bytearray = field(default_factory=bytearray)

    def send(self, body: bytes) -> None:
        """Hand a job over. Raises WorkerLost when the process is gone."""
        assert self.process.stdin is not None  # noqa: S101 - Popen was given PIPE
        try:
            self.process.stdin.write(HEADER.pack(DATA, len(body)) + body)
        except OSError as error:
            raise _WorkerDied("The process for this query was gone. Try again.") from error

    def frame(self, until: float, gone: Gone) -> tuple[bytes, bytes]:
        """Return the next frame; raises TimedOut, AskerGone or WorkerLost when none comes."""
        assert self.process.stdout is not None  # noqa: S101 - Popen was given PIPE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimedOut("The deadline passed.")
                if len(self.pending) >= HEADER.size:
                    kind, length = HEADER.unpack_from(self.pending)
                    if len(self.pending) >= (end := HEADER.size + length):
                        body = bytes(self.pending[HEADER.size : end])
                        del self.pending[:end]
                        return kind, body
                if not selector.select(min(left, 0.25)):
                    if gone():
                        raise AskerGone("The client has closed the connection.")
                    continue
                data = os.read(self.process.stdout.fileno(), 256 * 1024)
                if not data:
                    raise _WorkerDied(
                        "The process that evaluated this query ended without an answer: "
                        "the query needs more than it is given. Narrow it."
                    )
                self.pending += data

    def wait_ready(self, until: float, gone: Gone) -> None:
        """Wait for the process to open its store. Raises WorkerLost when it cannot."""
        if not self.ready:
            kind, body = self.frame(until, gone)
            if kind != READY:
                raise WorkerLost(f"The store cannot be opened: {json.loads(body)['message']}")
            self.ready = True

    def kill(self) -> None:
        """End the process now, and reap it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


class Answer:
    """The answer to one question: iterate over its bytes, then close it, whatever happens.

    Iterating raises WorkerLost or TimedOut when the answer cannot be completed; what was
    read until then must not be shown as whole.
    """

    def __init__(
        self, pool: QueryPool, worker: _Worker, head: dict[str, str], until: float, gone: Gone
    ) -> None:
        self.media_type = head["media-type"]
        self.form = head["form"]
        self._pool, self._worker, self._until, self._gone = pool, worker, until, gone
        self._open, self._ended = True, False

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        try:
            while not self._ended:
                kind, body = self._worker.frame(self._until, self._gone)
                sent += len(body)
                if sent > MOST_BYTES:
                    raise WorkerLost(f"The answer is larger than {MOST_BYTES >> 20} MB.")
                if kind == DATA:
                    yield body
                elif kind == END:
                    self._ended = True
                else:
                    raise WorkerLost(json.loads(body)["message"])
        finally:
            self.close()

    def close(self) -> None:
        """Give the worker back, or end it when it is still busy with this answer."""
        if not self._open:
            return
        self._open = False
        try:
            if not self._ended:  # a small answer nobody read, as for HEAD, is soon over
                soon = time.monotonic() + 0.02
                kind, _ = self._worker.frame(soon, self._gone)
                while kind == DATA:
                    kind, _ = self._worker.frame(soon, self._gone)
                self._ended = kind == END
        except QueryFailed:
            self._ended = False
        self._pool._give_back(self._worker, sound=self._ended)

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class QueryPool:
    """A fixed number of worker processes on one read-only store."""

    def __init__(
        self,
        store: Path,
        *,
        workers: int = 2,
        deadline: float = 30.0,
        waiting: int = 8,
        patience: float = 10.0,
        prefixes: dict[str, str] | None = None,
    ) -> None:
        """Start the workers and wait for the first to open the store.

        ``deadline`` is in seconds, for a whole answer; at most ``waiting`` questions wait for
        a worker, each at most ``patience`` seconds. Raises WorkerLost when the store cannot be
        opened.
        """
        self.deadline = deadline
        self._patience = patience
        settings = {"last-resort": deadline + 2, "prefixes": prefixes or {}}
        program = Path(__file__).with_name("query_worker.py")
        self._command = [sys.executable, "-P", str(program), str(store), json.dumps(settings)]
        self._turn = threading.Semaphore(workers)
        self._queue = threading.BoundedSemaphore(workers + waiting)
        self._lock = threading.Lock()
        self._closed = False
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        for _ in range(workers):
            self._start()
        try:
            self._idle[-1].wait_ready(time.monotonic() + max(deadline, 10), lambda: False)
        except QueryFailed:
            self.close()
            raise

    def ask(self, question: Question, gone: Gone = lambda: False) -> Answer:
        """Return the answer once its first part is there.

        ``gone`` is asked from time to time whether the asker has left. Raises Refused,
        TooLarge or a QueryFailed.
        """
        examined = query_guard.examine(question.text)
        for iri in (*question.default_graphs, *question.named_graphs):
            try:
                ox.NamedNode(iri)
            except ValueError as error:
                raise BadDataSet(f"{iri!r} is not the IRI of a graph: {error}.") from error
        job = {
            "text": question.text,
            "results": question.results,
            "graphs": question.graphs,
            "default-graphs": question.default_graphs,
            "named-graphs": question.named_graphs,
            "union": not examined.has_dataset,
        }
        started = time.monotonic()
        try:
            return self._ask(question, job, gone)
        except _WorkerDied:
            # A worker that was dying before it got the query may still look alive. A query that
            # kills its worker does so again.
            if time.monotonic() - started > AT_ONCE:
                raise
            return self._ask(question, job, gone)

    def _ask(self, question: Question, job: dict[str, Any], gone: Gone) -> Answer:
        """Hand a job to a worker and return the answer once its first part is there."""
        worker = self._take()
        sound = answered = False
        try:
            until = time.monotonic() + self.deadline
            worker.wait_ready(until, gone)
            worker.send(json.dumps(job).encode())
            kind, body = worker.frame(until, gone)
            content: dict[str, Any] = json.loads(body)
            sound = kind in (HEAD, ERROR)
            if kind != HEAD:
                raise _failure(content, question.text)
            answered = True
            return Answer(self, worker, content, until, gone)
        except TimedOut:
            raise TimedOut(
                f"No answer within the limit of {self.deadline:g} seconds. Narrow the query: "
                "name the data set, filter early, or add a LIMIT."
            ) from None
        finally:
            if not answered:
                self._give_back(worker, sound=sound)

    def processes(self) -> list[int]:
        """Return the process ids of the workers."""
        with self._lock:
            return [worker.process.pid for worker in self._workers]

    def close(self) -> None:
        """End all workers. Questions under way fail with WorkerLost."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.process.kill()
            idle, self._idle = self._idle, []
        for worker in idle:
            self._forget(worker)

    def __enter__(self) -> QueryPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        process = subprocess.Popen(  # noqa: S603 - our own program
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        worker = _Worker(process=process)
        with self._lock:
            self._workers.add(worker)
            self._idle.append(worker)

    def _forget(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._workers.discard(worker)

    def _take(self) -> _Worker:
        """Wait for a turn and return an idle worker that is alive. Raises Busy."""
        if not self._queue.acquire(blocking=False):
            raise Busy("Too many queries are waiting. Try again in a few seconds.")
        if not self._turn.acquire(timeout=self._patience):
            self._queue.release()
            raise Busy(f"All places stayed taken for {self._patience:g} seconds. Try again.")
        with self._lock:
            worker = self._idle.pop() if self._idle and not self._closed else None
        if worker is None:
            self._turn.release()
            self._queue.release()
            raise Busy("The server is stopping.")
        if worker.process.poll() is not None:  # it died while idle: nobody's query
            self._replace(worker)
            with self._lock:
                worker = self._idle.pop()
        return worker

    def _replace(self, worker: _Worker) -> None:
        self._forget(worker)
        if not self._closed:
            self._start()

    def _give_back(self, worker: _Worker, *, sound: bool) -> None:
        if sound and not self._closed:
            with self._lock:
                self._idle.append(worker)
        else:
            self._replace(worker)
        self._turn.release()
        self._queue.release()


def _failure(content: dict[str, Any], text: str) -> QueryFailed:
    """Return the error that a worker's ERROR frame describes."""
    if content["error"] == "not-acceptable":
        return NotAcceptable(graph=content["graph"])
    if content["error"] == "syntax":
        fault = explain_syntax(content["message"], text)
        return QuerySyntax(fault.sentence, line=fault.line, column=fault.column)
    return CannotEvaluate(f"The query could not be evaluated: {content['message']}")
