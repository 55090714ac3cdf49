"""A process that evaluates SPARQL queries, one after the other, for a pool.

Jobs come in on a socket, and frames go out on it (``frames``). The store is in memory, or is opened
read-only. A second pipe, the lifeline, is never written to: it closes when the parent ends, however
that died, and then this process ends at once. That works in the middle of a query too, because
pyoxigraph evaluates without holding Python's lock. Only what itself imports nothing of the package
is imported here, so that a worker starts quickly.
"""

from __future__ import annotations

import csv
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
from dataclasses import dataclass
from typing import IO, Any, NoReturn, cast

import pyoxigraph as ox

from publish.rdf.rdf_xml import NotInXml, as_elements
from publish.sparql.workers.frames import (
    ERROR,
    HEADER,
    READY,
    FrameWriter,
    NoAnswer,
    json_frame,
    send,
)
from publish.sparql.workers.merged_graphs import QueryDataset, QueryDatasets
from publish.sparql.workers.sandbox import (
    bound_memory,
    resident_bytes,
    return_memory,
    shut_off,
)

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
FORMS = {ox.QuerySolutions: "select", ox.QueryBoolean: "ask", ox.QueryTriples: "graph"}

CSV = "text/csv"
CSV_ROWS = 1000
"""Rows that are written at a time."""
STACK = 256 << 20
"""Bytes of stack for the thread that evaluates: the parser and the evaluator recurse."""
STORE_DAMAGED = ("Corruption: ", "IO error: ")
"""How the messages of the store begin when its files cannot be read; the type is the same."""
MOST_GROWTH = 150 << 20
"""Bytes by which a worker may stay larger than at its start; then it asks to be replaced."""
LONG_SECONDS, LARGE_BYTES = 0.1, 1 << 20
"""Seconds and bytes of an answer from which unused memory is given back after it."""


@dataclass(kw_only=True)
class Evaluator:
    """Evaluates the jobs that come in on a socket, and answers on it."""

    store: ox.Store
    settings: dict[str, Any]
    socket: int
    shut_off: bool

    def __post_init__(self) -> None:
        self.whole = QueryDataset(store=self.store)
        self.datasets = QueryDatasets(self.store, self.settings["merged-triples"])
        self.at_first = resident_bytes()
        self.jobs = open(self.socket, "rb", closefd=False)  # noqa: SIM115 - for good

    def run(self) -> None:
        """Say READY and evaluate, until the parent has lowered the priority of this thread."""
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        while True:
            grown = resident_bytes() - self.at_first > MOST_GROWTH
            state: dict[str, object] = {"thread": thread, "grown": grown, "shut-off": self.shut_off}
            send(self.socket, json_frame(READY, state))
            while not self.evaluate(self.job()):
                pass
            return_memory()
            if os.getpriority(os.PRIO_PROCESS, thread) > usual:
                return  # a thread cannot raise its priority again; the next one has the usual one

    def job(self) -> dict[str, Any]:
        """Return the next job; ends the process when the socket is closed."""
        header = self.jobs.read(HEADER.size)
        length = HEADER.unpack(header)[1] if len(header) == HEADER.size else 1
        body = self.jobs.read(length)
        if len(body) < length:
            os._exit(0)
        return cast("dict[str, Any]", json.loads(body))

    def evaluate(self, job: dict[str, Any]) -> bool:
        """Evaluate a job under a timer that the system enforces; return whether it was large.

        After a large one its memory is given back, and READY follows. What is wrong with the query
        becomes an ERROR frame.
        """
        signal.setitimer(signal.ITIMER_REAL, self.settings["alarm"])
        started = time.monotonic()
        error: dict[str, str] = {}
        frames = None
        try:
            frames = self.answer(job)
        except NoAnswer as found:
            error = {"error": str(found)}
        except SyntaxError as found:
            error = {"error": "syntax", "message": str(found)}
        except NotInXml:
            error = {"error": "xml"}
        except MemoryError:
            error = {"error": "memory"}
        except (ValueError, RuntimeError, OSError) as found:
            of_store = str(found).startswith(STORE_DAMAGED)
            error = {"error": "store" if of_store else "evaluation", "message": str(found)}
        large = time.monotonic() - started > LONG_SECONDS
        if frames is None:
            large |= error["error"] in ("rows", "bytes", "memory")
            send(self.socket, json_frame(ERROR, {**error, "then": large}))
        else:
            large |= frames.length > LARGE_BYTES
            frames.end(then=large)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return large

    def answer(self, job: dict[str, Any]) -> FrameWriter:
        """Write an answer but for its last block and its end."""
        dataset = self.whole
        if job["default_graphs"] or job["named_graphs"] or job["probe"]:
            dataset = self.datasets.of(job["default_graphs"], job["named_graphs"], job["probe"])
        results = dataset.store.query(
            job["text"],
            base_iri=self.settings["base"],
            default_graph=dataset.default,  # type: ignore[arg-type]
            named_graphs=dataset.named,  # type: ignore[arg-type]
        )
        form = FORMS[type(results)]
        media_type = job["graph_type" if form == "graph" else "result_type"]
        if media_type is None:
            raise NoAnswer("no-type-for-graphs" if form == "graph" else "no-type-for-results")
        frames = FrameWriter(
            self.socket,
            form,
            media_type,
            most_rows=self.settings["rows"],
            most_bytes=self.settings["bytes"],
            compress=job["coding"] == "gzip",
        )
        first = job["first"]
        if first is not None and not isinstance(results, ox.QueryBoolean):
            self.write_first(results, first, frames)
        else:
            self.write(results, media_type, frames)
        frames.finish()
        return frames

    def write(self, results: Results, media_type: str, frames: FrameWriter) -> None:
        """Write results in a media type. Raises NoAnswer."""
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
                raise NoAnswer("rows")
        elif media_type == CSV and isinstance(results, ox.QuerySolutions):
            self.write_csv(results, frames)
        else:
            results.serialize(target, ox.QueryResultsFormat.from_media_type(media_type))

    def write_csv(self, results: ox.QuerySolutions, frames: FrameWriter) -> None:
        """Write a result as CSV; the writer of the store leaves IRIs with a comma unquoted."""
        most: int = self.settings["rows"]
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([variable.value for variable in results.variables])
        while rows := list(itertools.islice(results, CSV_ROWS)):
            frames.rows += len(rows)
            if frames.rows > most:
                raise NoAnswer("rows")
            writer.writerows([_plain(term) for term in row] for row in rows)
            frames.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
        frames.write(text.getvalue().encode())

    def write_first(
        self, results: ox.QuerySolutions | ox.QueryTriples, first: int, frames: FrameWriter
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


def _plain(term: object) -> str:
    """Return a term as CSV has it, its value without its kind (CSV and TSV formats, section 3)."""
    if term is None:
        return ""
    if isinstance(term, (ox.NamedNode, ox.Literal)):
        return term.value
    return str(term)


def work(
    store: ox.Store | None, path: str, settings: dict[str, Any], channel: int, lifeline: int
) -> NoReturn:
    """Evaluate until the parent ends; without a store in memory, open the one on the disk.

    ``channel`` is the socket for jobs and frames; both are file descriptors.
    """
    is_shut_off = shut_off()
    if store is None:
        try:
            store = ox.Store.read_only(path)
        except OSError as error:
            send(channel, json_frame(ERROR, {"error": "store", "message": str(error)}))
            os._exit(1)
    bound_memory(settings["memory"] + STACK)
    evaluator = Evaluator(store=store, settings=settings, socket=channel, shut_off=is_shut_off)
    woken, wake = os.pipe()
    poll = select.poll()
    poll.register(lifeline, 0)  # poll reports a closed pipe always
    poll.register(woken, select.POLLIN)

    def evaluate() -> None:
        ended_well = False
        try:
            evaluator.run()
            ended_well = True
        except BrokenPipeError:
            os._exit(0)  # nobody listens any more
        finally:
            if not ended_well:  # without this thread the process has nothing to do
                traceback.print_exc()
                os._exit(1)
        os.write(wake, b"n")

    threading.stack_size(STACK)
    while True:
        thread = threading.Thread(target=evaluate, daemon=True)
        thread.start()
        if any(descriptor == lifeline for descriptor, _ in poll.poll()):
            os._exit(0)
        os.read(woken, 1)
        thread.join()
