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
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, Union, cast

import pyoxigraph as ox

from publish.rdf.rdf_xml import NotInXml, as_elements
from publish.sparql.cubes.plan import ENGINE, Plan, header_of
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
    keep_memory,
    resident_bytes,
    return_memory,
    shut_off,
)

if TYPE_CHECKING:
    from publish.cube.columns_file.release_columns import ReleaseColumns
    from publish.sparql.cubes.term_columns import TermTable
    from publish.sparql.workers.column_queries import ColumnQueries
    from publish.sparql.workers.views import ViewWriter

Results = Union[ox.QuerySolutions, ox.QueryBoolean, ox.QueryTriples, "TermTable"]
"""What queries find; rows of columns are those of a SELECT."""
FORMS = {ox.QuerySolutions: "select", ox.QueryBoolean: "ask", ox.QueryTriples: "graph"}

CSV, JSON = "text/csv", "application/sparql-results+json"
CSV_ROWS = 1000
"""Rows that are written at a time."""
STACK = 256 << 20
"""Bytes of stack for the thread that evaluates: the parser and the evaluator recurse."""
COLUMNS_ENGINE = 128 << 20
"""Bytes that the engine of columns maps when it is opened, the stacks of its threads among them."""
STORE_DAMAGED = ("Corruption: ", "IO error: ")
"""How the messages of the store begin when its files cannot be read; the type is the same."""
MOST_GROWTH = 150 << 20
"""Bytes by which a worker may stay larger than at its start; then it asks to be replaced."""
IDLE_SECONDS = 0.25
"""How long a new worker waits for a job before it opens the engine for views."""
HINTS = ("Observation", "dataSet")
"""What stands in nearly every query about observations."""
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
        self.is_warm = False
        # The engine keeps what it read of the columns, up to half of what the worker may take.
        held = min(self.settings["columns"]["bytes"], self.settings["memory"] // 2)
        self.most_growth = MOST_GROWTH + held
        self.jobs = open(self.socket, "rb", closefd=False)  # noqa: SIM115 - for good

    @cached_property
    def release_columns(self) -> ReleaseColumns:
        """The columns of the release, which views and queries share."""
        from publish.cube.columns_file.release_columns import ReleaseColumns

        folder = Path(self.settings["views"] or self.settings["columns"]["release"])
        # Half of what the worker may take: the rest is for what becomes of the rows.
        return ReleaseColumns(folder, memory=self.settings["memory"] // 2)

    @cached_property
    def views(self) -> ViewWriter:
        """What answers views; a worker on a release without any needs no engine for them."""
        from publish.sparql.workers.views import ViewWriter

        return ViewWriter(self.socket, self.settings, self.release_columns)

    @cached_property
    def columns(self) -> ColumnQueries | None:
        """What answers queries from columns, if the release has any that are to be asked."""
        if self.settings["columns"]["release"] is None:
            return None
        from publish.sparql.workers.column_queries import ColumnQueries

        return ColumnQueries(self.store, self.settings, self.release_columns)

    def run(self) -> None:
        """Say READY and evaluate, until the parent has lowered the priority of this thread."""
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        while True:
            grown = resident_bytes() - self.at_first > self.most_growth
            state: dict[str, object] = {"thread": thread, "grown": grown, "shut-off": self.shut_off}
            send(self.socket, json_frame(READY, state))
            if not self.is_warm:
                self.warm_up()
            while not self.evaluate(self.job()):
                pass
            return_memory()
            if os.getpriority(os.PRIO_PROCESS, thread) > usual:
                # A thread cannot raise its priority again, nor those of the engine that it asked:
                # the next one has the usual one.
                self.close_columns()
                return

    def warm_up(self) -> None:
        """Open the engines of columns while there is nothing to do, for the first job on them."""
        views, columns = self.settings["views"], self.settings["columns"]["release"]
        if views or columns:
            if select.select([self.socket], [], [], IDLE_SECONDS)[0]:
                return
            if views:
                self.views.warm_up()
            if self.columns is not None:
                self.columns.warm_up()
        self.is_warm = True

    def close_columns(self) -> None:
        """Close the engine of columns; it is opened anew when there is something for it."""
        if "release_columns" in self.__dict__:
            self.release_columns.close()
            self.is_warm = False

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
            error = {"error": str(found), "message": found.message}
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
        if "view" in job:
            return self.views.answer(job["view"])
        results, plan = self.results(job)
        is_table = type(results) not in FORMS
        form = "select" if is_table else FORMS[type(results)]
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
            counts_rows=not is_table,
        )
        frames.plan = header_of(plan)
        first = job["first"]
        if first is not None and isinstance(results, (ox.QuerySolutions, ox.QueryTriples)):
            self.write_first(results, first, frames)
        else:
            self.write(results, media_type, frames)
        frames.finish()
        return frames

    def results(self, job: dict[str, Any]) -> tuple[Results, Plan]:
        """Return the results of a query, and which way it went."""
        plan = Plan(ENGINE, self.settings["columns"]["why-none"])
        if not self.may_need_columns(job["text"]):
            plan = Plan(ENGINE, None)
        elif self.columns is not None:
            in_table = job["result_type"] == JSON and job["first"] is None
            found = self.columns.answer(job, in_table=in_table)
            plan = self.columns.plan
            if found is not None:
                return found, plan
        dataset = self.whole
        if job["default_graphs"] or job["named_graphs"] or job["probe"]:
            dataset = self.datasets.of(job["default_graphs"], job["named_graphs"], job["probe"])
        results = dataset.store.query(
            job["text"],
            base_iri=self.settings["base"],
            default_graph=dataset.default,  # type: ignore[arg-type]
            named_graphs=dataset.named,  # type: ignore[arg-type]
        )
        return results, plan

    def may_need_columns(self, text: str) -> bool:
        """Return False for a query that need not wait until the columns are opened."""
        of_columns = self.settings["columns"]
        is_closed = of_columns["release"] is not None and not self.is_warm
        return not is_closed or bool(of_columns["left-out"]) or any(map(text.__contains__, HINTS))

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
        elif isinstance(results, (ox.QuerySolutions, ox.QueryBoolean)):
            results.serialize(target, ox.QueryResultsFormat.from_media_type(media_type))
        else:
            frames.rows = len(results)
            if frames.rows > self.settings["rows"]:
                raise NoAnswer("rows")
            for part in results.json():
                frames.write(part)

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
    has_columns = settings["views"] or settings["columns"]["release"]
    keep_memory()
    bound_memory(settings["memory"] + STACK + (COLUMNS_ENGINE if has_columns else 0))
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
