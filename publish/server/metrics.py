"""Counts for Prometheus, right across the processes of a server.

The multiprocess mode of prometheus_client does the counting and adding up: each process counts in
files of its own in a folder that all share. Its files are named by a slot here, not by the number
of the process: the successor of a process that died goes on with its counters, so the files stay
as many as the processes. What a dead process was doing no longer counts; who lives is looked up
when the metrics are asked for, since nobody may be left to note a death.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from publish.project.files import write_files
from publish.server.processes.liveness import is_alive, started

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ROUTES = (
    "sparql",
    "view",
    "page",
    "id",
    "doc",
    "ns",
    "dumps",
    "shapes",
    "static",
    "mcp",
    "health",
    "ready",
    "metrics",
    "other",
)
"""Kinds of address; a request to any other is counted under the last."""
OUTCOMES = (
    "answered",
    "cached",
    "described",
    "refused",
    "syntax",
    "bad-request",
    "too-many",
    "timed-out",
    "too-much",
    "busy",
    "lost",
    "gone",
    "other",
)
"""What can become of a query; any other is counted under the last."""
WAYS = ("columns", "columns-and-engine", "engine", "other")
"""Ways in which a query is evaluated; any other is counted under the last."""
TASKS = ("connections", "metrics", "releases", "readiness", "workers", "other")
"""Tasks that run beside the requests; any other is counted under the last."""
MISSES = frozenset({"answered", "timed-out", "too-much", "busy", "lost"})
"""Outcomes of queries whose answer was not in the cache."""
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper bounds of the buckets of time."""
ROOM = 2**16
"""Bytes of each file at first, as the library makes them."""
_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class WorkerPool(Protocol):
    """What is asked of a pool of workers."""

    @property
    def busy(self) -> int:
        """Workers that have a query."""

    @property
    def slow(self) -> int:
        """Workers that have a slow query."""

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker."""

    @property
    def replaced(self) -> int:
        """Workers that were ended or died and have a successor."""

    def processes(self) -> Iterable[int]:
        """Return the processes of the workers."""


class Metrics(Collector):
    """The metrics of one server process, in a folder that all of them share.

    ``slot`` is a number that no other living process has. It is made in the process that counts,
    after that was forked. Raises OSError when the folder cannot be used.
    """

    def __init__(self, folder: Path, slot: int) -> None:
        self._folder, self._slot = folder, slot
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(f"gauge_*_{slot}.db"):
            path.unlink()  # of the process that had the slot before
        self._about = {"pid": os.getpid(), "started": started(os.getpid()), "since": time.time()}
        self.release("")
        self._pool: WorkerPool | None = None
        self._replaced_before = 0
        _reserve(folder, slot)
        with _values_in(folder, slot):
            self._make()

    def _make(self) -> None:
        """Make every metric with all its labels, so that counting looks nothing up."""

        counter = partial(Counter, namespace="publish", registry=None)
        histogram = partial(Histogram, namespace="publish", registry=None, buckets=SECONDS)
        gauge = partial(Gauge, namespace="publish", registry=None)
        # Of living processes the sum, or what was set last.
        sum_of = partial(gauge, multiprocess_mode="livesum")
        latest = partial(gauge, multiprocess_mode="livemostrecent")
        requests = counter("requests", "Requests answered.", ["route", "status"])
        self._requests = {
            route: tuple(requests.labels(route, name) for name in CLASSES) for route in ROUTES
        }
        times = histogram(
            "request_seconds",
            "Seconds from the head of a request to the end of its answer.",
            ["route"],
        )
        self._request_seconds = {route: times.labels(route) for route in ROUTES}
        self._bytes = counter("sent_bytes", "Bytes of answers sent.")
        queries = counter("queries", "Queries and views by what became of them.", ["outcome"])
        self._queries = {outcome: queries.labels(outcome) for outcome in OUTCOMES}
        ways = counter("query_ways", "Queries that a worker answered, by which way.", ["way"])
        self._ways = {way: ways.labels(way) for way in WAYS}
        self._query_seconds = histogram(
            "query_seconds", "Seconds that a worker was busy with a query or a view."
        )
        workers = sum_of(
            "workers",
            "Workers: all, those that are busy, and those busy with a slow query.",
            ["state"],
        )
        self._workers = tuple(workers.labels(state) for state in ("all", "busy", "slow"))
        self._waiting = sum_of("waiting_queries", "Queries that wait for a worker.")
        self._replaced = counter(
            "workers_replaced", "Workers that were ended or died and have a successor."
        )
        lookups = counter("cache_lookups", "Answers looked for in the cache.", ["result"])
        self._hits, self._misses = lookups.labels("hit"), lookups.labels("miss")
        self._entries = latest("cache_entries", "Answers in the cache that the processes share.")
        failures = counter("task_failures", "Tasks beside the requests that failed.", ["task"])
        self._failures = {name: failures.labels(name) for name in TASKS}
        self._slow_readers = counter(
            "slow_readers", "Connections that were cut off because the client read too slowly."
        )
        held = sum_of("held_bytes", "Bytes held for clients until they have read them.", ["where"])
        self._held = held.labels("disk"), held.labels("memory")
        self._size = latest("cache_bytes", "Bytes of the cache that the processes share.")

    def request(self, *, route: str, status: int, seconds: float, sent: int) -> None:
        """Count a request that is done: its kind, status, seconds and the bytes of its answer."""
        if route not in self._requests:
            route = ROUTES[-1]
        self._requests[route][min(max(status // 100, 1), 5) - 1].inc()
        self._request_seconds[route].observe(seconds)
        self._bytes.inc(sent)

    def query(self, *, outcome: str, seconds: float = 0.0, way: str = "") -> None:
        """Count a query by what became of it, and the time and way of a worker, if one did it."""
        self._queries[outcome if outcome in self._queries else OUTCOMES[-1]].inc()
        if outcome == "cached":
            self._hits.inc()
        elif outcome in MISSES:
            self._misses.inc()
        if seconds:
            self._query_seconds.observe(seconds)
        if way:
            self._ways[way if way in self._ways else WAYS[-1]].inc()

    def pool(self, pool: WorkerPool) -> None:
        """Set how the workers of this process are doing; to be called every second or so."""
        before = self._replaced_before if pool is self._pool else 0
        self._replaced.inc(pool.replaced - before)
        self._pool, self._replaced_before = pool, pool.replaced
        numbers = (len(list(pool.processes())), pool.busy, pool.slow)
        for gauge, number in zip(self._workers, numbers, strict=True):
            gauge.set(number)
        self._waiting.set(pool.waiting)

    def cache(self, entries: int, size: int) -> None:
        """Set how much the shared cache holds; of all processes the latest value counts."""
        self._entries.set(entries)
        self._size.set(size)

    def task_failed(self, name: str) -> None:
        """Count a task that failed; one that has no name here counts under the last."""
        self._failures[name if name in self._failures else TASKS[-1]].inc()

    def held(self, *, disk: int, memory: int) -> None:
        """Set how many bytes are held for the clients of this process."""
        for gauge, size in zip(self._held, (disk, memory), strict=True):
            gauge.set(size)

    def cut_off(self) -> None:
        """Count a client that read too slowly."""
        self._slow_readers.inc()

    def release(self, id: str) -> None:
        """Set which release this process serves."""
        about = json.dumps(self._about | {"release": id})
        write_files({self._folder / f"{self._slot}.json": about.encode()})

    def render(self) -> bytes:
        """Return the metrics of all processes, as MEDIA_TYPE."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterable[Metric]:
        """Yield each metric of all processes, added up."""
        living: dict[str, dict[str, Any]] = {}  # by slot, what each process wrote about itself
        for path in sorted(self._folder.glob("*.json")):
            about = json.loads(path.read_text(encoding="utf-8"))
            if is_alive(about["pid"], about["started"]):
                living[path.stem] = about
        files = [
            str(path)
            for path in sorted(self._folder.glob("*.db"))
            if path.stat().st_size
            and (not path.name.startswith("gauge_") or path.stem.rpartition("_")[2] in living)
        ]
        yield from MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        release = GaugeMetricFamily(
            "publish_release_info", "The release that is served.", labels=["release"]
        )
        for name in sorted({about["release"] for about in living.values()} - {""}):
            release.add_metric([name], 1)
        yield release
        since = GaugeMetricFamily(
            "publish_process_start_time_seconds",
            "When each front process started, in seconds since 1970.",
            labels=["process"],
        )
        for slot, about in sorted(living.items()):
            since.add_metric([slot], about["since"])
        yield since


def _reserve(folder: Path, slot: int) -> None:
    """Take the room for the counts of a process now: a full disk would end it later."""
    for kind in ("counter", "histogram", "gauge_livesum", "gauge_livemostrecent"):
        file = os.open(folder / f"{kind}_{slot}.db", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(file, 0, ROOM)
        finally:
            os.close(file)


@contextmanager
def _values_in(folder: Path, slot: int) -> Iterator[None]:
    """Let the metrics that are made meanwhile keep their values in files of a slot in a folder.

    The library takes the folder from the environment, and its kind of value from whether the
    environment had one when it was first imported; both are set here, so neither has to be.
    """
    before, previous = os.environ.get(_FOLDER_VARIABLE), values.ValueClass
    os.environ[_FOLDER_VARIABLE] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        values.ValueClass = previous
        if before is None:
            del os.environ[_FOLDER_VARIABLE]
        else:
            os.environ[_FOLDER_VARIABLE] = before
