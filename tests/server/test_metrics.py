"""Metrics for Prometheus, right across processes that come and go."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from built import REPOSITORY
from prometheus_client.parser import text_string_to_metric_families

from publish.server.metrics import OUTCOMES, ROUTES, Metrics

CHILD = """
import sys
from pathlib import Path
from publish.server.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]), int(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    metrics.request(route="sparql", status=200, seconds=0.002, sent=10)
    metrics.query(outcome="answered", seconds=0.002)
metrics.release(f"release-of-{sys.argv[2]}")
class Pool:
    busy, slow, waiting, replaced = 2, 1, 3, 0
    def processes(self):
        return [1, 2, 3, 4]
metrics.pool(Pool())
metrics.cache(int(sys.argv[2]), 100)
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass
class Pool:
    """A pool as far as it is asked."""

    workers: list[int]
    busy: int = 0
    slow: int = 0
    waiting: int = 0
    replaced: int = 0

    def processes(self) -> list[int]:
        """Return the processes of the workers."""
        return self.workers


def start(folder: Path, slot: int, requests: int) -> subprocess.Popen[str]:
    """Start another process that counts."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(slot), str(requests)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample that Prometheus would read."""
    found = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        assert family.documentation.endswith("."), family.name
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found
            found[key] = sample.value
    return found


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return one sample, None when there is none."""
    return samples(metrics).get((f"publish_{name}", frozenset(labels.items())))


def test_count_requests_by_route_and_status(tmp_path: Path) -> None:
    """A request counts under its kind of address and the class of its status, with its bytes."""
    metrics = Metrics(tmp_path, 0)
    metrics.request(route="sparql", status=200, seconds=0.002, sent=100)
    metrics.request(route="sparql", status=503, seconds=40, sent=50)
    metrics.request(route="page", status=404, seconds=0.2, sent=7)
    assert value(metrics, "requests_total", route="sparql", status="2xx") == 1
    assert value(metrics, "requests_total", route="sparql", status="5xx") == 1
    assert value(metrics, "requests_total", route="page", status="4xx") == 1
    assert value(metrics, "sent_bytes_total") == 157
    assert value(metrics, "request_seconds_bucket", route="sparql", le="0.0025") == 1
    assert value(metrics, "request_seconds_bucket", route="sparql", le="30.0") == 1
    assert value(metrics, "request_seconds_bucket", route="sparql", le="+Inf") == 2
    assert value(metrics, "request_seconds_sum", route="sparql") == pytest.approx(40.002)


def test_bound_labels(tmp_path: Path) -> None:
    """No request and no outcome can add a label: what is not known counts under the last."""
    metrics = Metrics(tmp_path, 0)
    before = set(samples(metrics))
    for number in range(100):
        metrics.request(route=f"/id/{number}", status=number * 10, seconds=1, sent=1)
        metrics.query(outcome=f"odd-{number}", seconds=1)
    assert set(samples(metrics)) == before
    counts = [value(metrics, "requests_total", route="other", status=f"{n}xx") for n in range(1, 6)]
    assert sum(number or 0 for number in counts) == 100
    assert value(metrics, "queries_total", outcome="other") == 100
    assert (ROUTES[-1], OUTCOMES[-1]) == ("other", "other")


def test_count_queries_by_outcome(tmp_path: Path) -> None:
    """A query counts under what became of it; its seconds count when a worker had it."""
    metrics = Metrics(tmp_path, 0)
    for outcome, seconds in (("answered", 0.5), ("cached", 0.0), ("cached", 0.0), ("syntax", 0.0)):
        metrics.query(outcome=outcome, seconds=seconds)
    metrics.query(outcome="timed-out")
    assert value(metrics, "queries_total", outcome="cached") == 2
    assert value(metrics, "query_seconds_count") == 1
    assert value(metrics, "query_seconds_sum") == 0.5
    assert value(metrics, "cache_lookups_total", result="hit") == 2
    assert value(metrics, "cache_lookups_total", result="miss") == 2


def test_tell_how_workers_do(tmp_path: Path) -> None:
    """Workers are counted by state; those that were replaced since the last time are added."""
    metrics = Metrics(tmp_path, 0)
    pool = Pool(workers=[10, 11], busy=1, slow=1, waiting=5)
    metrics.pool(pool)
    assert value(metrics, "workers", state="all") == 2
    assert value(metrics, "workers", state="busy") == 1
    assert value(metrics, "workers", state="slow") == 1
    assert value(metrics, "waiting_queries") == 5
    assert value(metrics, "workers_replaced_total") == 0
    pool.replaced = 3
    metrics.pool(pool)
    metrics.pool(pool)
    assert value(metrics, "workers_replaced_total") == 3
    metrics.pool(Pool(workers=[20, 21], replaced=1))  # of a new release
    assert value(metrics, "workers_replaced_total") == 4


def test_add_up_over_processes(tmp_path: Path) -> None:
    """Any process tells the counts of all: added up, or what was said last."""
    metrics = Metrics(tmp_path, 0)
    metrics.request(route="sparql", status=200, seconds=0.002, sent=10)
    metrics.cache(1, 50)
    metrics.release("release-of-0")
    children = [start(tmp_path, slot, slot * 10) for slot in (1, 2)]
    try:
        assert value(metrics, "requests_total", route="sparql", status="2xx") == 31
        assert value(metrics, "request_seconds_count", route="sparql") == 31
        assert value(metrics, "sent_bytes_total") == 310
        assert value(metrics, "queries_total", outcome="answered") == 30
        assert value(metrics, "workers", state="all") == 8
        assert value(metrics, "waiting_queries") == 6
        assert value(metrics, "cache_entries") == 2
        assert value(metrics, "cache_bytes") == 100
        for slot in range(3):
            assert value(metrics, "release_info", release=f"release-of-{slot}") == 1
            began = value(metrics, "process_start_time_seconds", process=str(slot))
            assert began
            assert abs(began - time.time()) < 60
    finally:
        for child in children:
            end(child)


def test_keep_counters_of_dead_process_and_drop_its_gauges(tmp_path: Path) -> None:
    """What a dead process counted stays, what it was doing does not; its successor goes on."""
    metrics = Metrics(tmp_path, 0)
    child = start(tmp_path, 1, 10)
    assert value(metrics, "workers", state="all") == 4
    end(child)
    assert value(metrics, "workers", state="all") == 0
    assert value(metrics, "cache_entries") is None
    assert value(metrics, "release_info", release="release-of-1") is None
    assert value(metrics, "process_start_time_seconds", process="1") is None
    assert value(metrics, "queries_total", outcome="answered") == 10
    child = start(tmp_path, 1, 5)
    assert value(metrics, "queries_total", outcome="answered") == 15
    assert value(metrics, "query_seconds_count") == 15
    assert value(metrics, "workers", state="all") == 4
    end(child)
    assert len(list(tmp_path.iterdir())) == 10  # two slots, however many processes


def test_tell_new_release_only(tmp_path: Path) -> None:
    """After a new release was taken up, the old one is not told any more."""
    metrics = Metrics(tmp_path, 0)
    metrics.release("old")
    metrics.release("new")
    assert value(metrics, "release_info", release="old") is None
    assert value(metrics, "release_info", release="new") == 1


def test_leave_environment_as_it_was(tmp_path: Path) -> None:
    """Metrics need no variable set before the program starts, and leave none behind."""
    before = dict(os.environ)
    Metrics(tmp_path, 0)
    assert dict(os.environ) == before


def test_keep_metrics_of_two_folders_apart(tmp_path: Path) -> None:
    """Two servers in one process, as in tests, count on their own."""
    one, two = Metrics(tmp_path / "one", 0), Metrics(tmp_path / "two", 0)
    one.query(outcome="answered", seconds=1)
    assert value(one, "queries_total", outcome="answered") == 1
    assert value(two, "queries_total", outcome="answered") == 0


def test_cost_little(tmp_path: Path) -> None:
    """To count a request takes some microseconds."""
    metrics = Metrics(tmp_path, 0)
    rounds = []
    for _ in range(20):
        begin = time.perf_counter()
        for _ in range(100):
            metrics.request(route="sparql", status=200, seconds=0.01, sent=1234)
        rounds.append((time.perf_counter() - begin) / 100)
    assert min(rounds) < 100e-6  # ten times what it takes on a quiet machine
