"""One process that evaluates SPARQL queries on a store in memory, or one it opens read-only.

Jobs come in on a socket, and frames go out on it (``query_frames``). Another pipe, the life line,
only ever ends: when the parent does, however it died, and then this process stops at once, in the
middle of a query if need be, because pyoxigraph evaluates without holding Python's lock. Nothing
of the package is imported but what itself imports nothing of it.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import operator
import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn, cast

import pyoxigraph as ox

from publish.rdf.rdf_xml import NotInXml, as_elements
from publish.sparql.workers.frames import (
    ERROR,
    HEADER,
    READY,
    Frames,
    TooMuch,
    counter_of,
    frame_of,
    head_of,
    send,
)
from publish.sparql.workers.merged_graphs import DataSets, Results, TooManyTriples
from publish.sparql.workers.sandbox import (
    bound_memory,
    resident_bytes,
    return_memory,
    shut_off,
)

CSV = "text/csv"
CSV_ROWS = 1000
"""Rows that are written at a time."""
STACK = 256 << 20
"""Bytes of stack for the thread that evaluates: the parser and the evaluator recurse."""
GROWN = 150 << 20
"""Bytes by which a worker may stay larger than it was; then it asks to be replaced."""
TAKES_LONG, IS_LARGE = 0.1, 1 << 20
"""Seconds and bytes from which the memory of a query is given back after it."""


@dataclass(kw_only=True)
class Evaluator:
    """What evaluates jobs, one after the other, and answers on a socket."""

    store: ox.Store
    settings: dict[str, Any]
    socket: int
    shut_off: bool
    pending: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.data_sets = DataSets(self.store)
        self.at_first = resident_bytes()

    def run(self) -> None:
        """Say READY and evaluate, until this thread has been slowed down by the parent."""
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        grown = resident_bytes() - self.at_first > GROWN
        while True:
            content: dict[str, object] = {
                "thread": thread,
                "grown": grown,
                "shut-off": self.shut_off,
            }
            send(self.socket, frame_of(READY, content))
            while not self.evaluate(self.job()):
                pass
            return_memory()
            if os.getpriority(os.PRIO_PROCESS, thread) > usual:
                return  # a thread cannot take its priority back; the next one starts afresh
            grown = resident_bytes() - self.at_first > GROWN

    def job(self) -> dict[str, Any]:
        """Return the next job; ends the process when there will be none."""
        while True:
            if len(self.pending) >= HEADER.size:
                _, length = HEADER.unpack_from(self.pending)
                if len(self.pending) >= (end := HEADER.size + length):
                    body = bytes(self.pending[HEADER.size : end])
                    del self.pending[:end]
                    return cast("dict[str, Any]", json.loads(body))
            data = os.read(self.socket, 64 * 1024)
            if not data:
                os._exit(0)
            self.pending += data

    def evaluate(self, job: dict[str, Any]) -> bool:
        """Evaluate one job under a timer that the system enforces; return whether it was large.

        After a large one READY follows, when its memory has been given back. A fault of the query
        becomes an ERROR frame.
        """
        signal.setitimer(signal.ITIMER_REAL, self.settings["last-resort"])
        started = time.monotonic()
        error: dict[str, object] = {}
        frames = None
        try:
            frames = self.answer(job)
        except SyntaxError as found:
            error = {"error": "syntax", "message": str(found)}
        except TooMuch as found:
            error = {"error": str(found)}
        except NotInXml:
            error = {"error": "xml"}
        except TooManyTriples:
            error = {"error": "merge"}
        except MemoryError:
            error = {"error": "memory"}
        except _NoType as found:
            error = {"error": "not-acceptable", "graph": found.graph}
        except (ValueError, RuntimeError, OSError) as found:
            error = {"error": "evaluation", "message": str(found)}
        large = time.monotonic() - started > TAKES_LONG
        if frames is None:
            large = large or bool(error.get("error") in ("rows", "bytes", "memory"))
            send(self.socket, frame_of(ERROR, {**error, "then": large}))
        else:
            large = large or frames.length > IS_LARGE
            frames.end(then=large)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return large

    def answer(self, job: dict[str, Any]) -> Frames:
        """Write the answer but for its end."""
        data_set = self.data_sets.of(job["default"], job["named"], job["probe"])
        results = data_set.query(job["text"], self.settings.get("base"))
        graph = isinstance(results, ox.QueryTriples)
        wanted = job["graphs" if graph else "results"]
        if not wanted:
            raise _NoType(graph)
        media_type = wanted[0]
        select = isinstance(results, ox.QuerySolutions)
        frames = Frames(
            self.socket,
            head_of(media_type, "graph" if graph else "select" if select else "ask"),
            rows=self.settings["rows"],
            most=self.settings["bytes"],
            count=counter_of(media_type) if select and media_type != CSV else None,
            compress=job["coding"] == "gzip",
            xml="xml" in media_type,
        )
        first = job.get("first")
        if first is not None and not isinstance(results, ox.QueryBoolean):
            self.write_first(results, first, frames)
        else:
            self.write(results, media_type, frames)
        frames.finish()
        return frames

    def write(self, results: Results, media_type: str, frames: Frames) -> None:
        """Write results in a media type. Raises TooMuch."""
        target = cast("IO[bytes]", frames)
        if isinstance(results, ox.QueryTriples):
            counter = itertools.count()
            first = operator.itemgetter(0)
            triples: Iterator[ox.Triple] = map(first, zip(results, counter, strict=False))
            if "xml" in media_type:
                triples = as_elements(triples)
            most: int = self.settings["rows"]
            format_ = ox.RdfFormat.from_media_type(media_type)
            ox.serialize(
                itertools.islice(triples, most),
                target,
                format_,
                prefixes=self.settings["prefixes"],
            )
            frames.rows = next(counter)
            if frames.rows >= most and next(results, None) is not None:
                raise TooMuch("rows")
        elif media_type == CSV and isinstance(results, ox.QuerySolutions):
            self.write_csv(results, frames)
        else:
            results.serialize(target, _format_of(media_type))

    def write_csv(self, results: ox.QuerySolutions, frames: Frames) -> None:
        """Write a result as CSV: the store's own writer leaves IRIs with a comma unquoted."""
        most: int = self.settings["rows"]
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([variable.value for variable in results.variables])
        while rows := list(itertools.islice(results, CSV_ROWS)):
            frames.rows += len(rows)
            if frames.rows > most:
                raise TooMuch("rows")
            writer.writerows([_plain(term) for term in row] for row in rows)
            frames.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
        frames.write(text.getvalue().encode())

    def write_first(
        self, results: ox.QuerySolutions | ox.QueryTriples, first: int, frames: Frames
    ) -> None:
        """Write the first rows as TSV, or the first triples as N-Triples."""
        if isinstance(results, ox.QuerySolutions):
            names = [f"?{variable.value}" for variable in results.variables]
            frames.write("\t".join(names).encode() + b"\n")
            for row in itertools.islice(results, first):
                terms = ("" if term is None else str(term) for term in row)
                frames.write("\t".join(terms).encode() + b"\n")
        else:
            for triple in itertools.islice(results, first):
                frames.write(f"{triple} .\n".encode())
        frames.more = next(iter(results), None) is not None


@functools.lru_cache(maxsize=16)
def _format_of(media_type: str) -> ox.QueryResultsFormat | None:
    return ox.QueryResultsFormat.from_media_type(media_type)


def _plain(term: object) -> str:
    """Return what CSV has of a term: its value without its kind."""
    if term is None:
        return ""
    if isinstance(term, (ox.NamedNode, ox.Literal)):
        return term.value
    return str(term)


class _NoType(Exception):
    """No media type is wanted for the form of the query."""

    def __init__(self, graph: bool) -> None:
        self.graph = graph
        super().__init__(graph)


def work(
    store: ox.Store | None, path: str, settings: dict[str, Any], channel: int, life: int
) -> NoReturn:
    """Evaluate until the parent ends; without a store in memory, open the one on the disk.

    ``channel`` is the socket for jobs and frames, ``life`` the life line, as file descriptors.
    """
    is_shut_off = shut_off()
    if store is None:
        try:
            store = ox.Store.read_only(path)
        except OSError as error:
            send(channel, frame_of(ERROR, {"error": "store", "message": str(error)}))
            os._exit(1)
    bound_memory(settings["memory"] + STACK)
    evaluator = Evaluator(store=store, settings=settings, socket=channel, shut_off=is_shut_off)
    woken, wake = os.pipe()
    poll = select.poll()
    poll.register(life, 0)  # its end is always told
    poll.register(woken, select.POLLIN)

    def evaluate() -> None:
        ended_well = False
        try:
            evaluator.run()
            ended_well = True
        except BrokenPipeError:
            os._exit(0)  # nobody listens any more
        finally:
            if not ended_well:  # this thread is all there is to the process
                traceback.print_exc()
                os._exit(1)
        os.write(wake, b"n")

    threading.stack_size(STACK)
    while True:
        thread = threading.Thread(target=evaluate, daemon=True)
        thread.start()
        if any(descriptor == life for descriptor, _ in poll.poll()):
            os._exit(0)
        os.read(woken, 1)
        thread.join()
