"""How many small queries a second the server answers, against oxigraph's own server.

Both serve the same store, in turns within one run, to 8 clients on connections that stay open. The
queries are small ones as people send them: the figures of a quarter, the codes of a list with
their labels, what data sets there are. ``new`` ones differ in a comment, so that no cache knows
them; ``repeated`` ones are the same. The figures of a data set with their labels, as the query page
asks for them, are a query of the usual size.
"""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from request_rate import ask_for

from publish.project.project import read_project
from publish.release.build import build
from publish.release.opened import Served
from publish.site.pages.query.examples import example_query
from publish.sparql.workers.sandbox import resident_bytes, return_memory

ROUNDS = 5
SECONDS = 4.0
CLIENTS = 8
PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
SLICE = """SELECT ?slice { ?slice a qb:Slice ; qb:observation ?observation }
GROUP BY ?slice ORDER BY DESC(COUNT(*)) ?slice LIMIT 1"""
LIST = """SELECT ?list { ?code skos:inScheme ?list }
GROUP BY ?list ORDER BY DESC(COUNT(*)) ?list LIMIT 1"""
ACCEPT = "application/sparql-results+json"
BIN = Path(sys.executable).parent


def requests_for(path: str, queries: list[str], *, new: bool) -> list[str]:
    """Return requests for queries as they go over the wire."""
    requests = []
    for query in queries:
        text = quote(query, safe="") + (quote("\n# ", safe="") + "{n}" if new else "")
        requests.append(
            f"GET {path}?query={text} HTTP/1.1\r\nHost: localhost\r\nAccept: {ACCEPT}\r\n\r\n"
        )
    return requests


def small_queries(store: ox.Store) -> list[str]:
    """Return the queries, about the largest slice and the longest list that there are."""

    def first(query: str) -> ox.NamedNode:
        solutions = store.query(PREFIXES + query)
        assert isinstance(solutions, ox.QuerySolutions)
        [solution] = solutions
        node = solution[0]
        assert isinstance(node, ox.NamedNode)
        return node

    slice_, list_ = first(SLICE), first(LIST)
    return [
        PREFIXES + text
        for text in (
            f"SELECT ?observation ?measure ?value {{ {slice_} qb:observation ?observation . "
            "?observation qb:measureType ?measure ; ?measure ?value }",
            f"SELECT ?code ?label {{ ?code skos:inScheme {list_} ; skos:prefLabel ?label "
            'FILTER(LANG(?label) = "nl") }',
            "SELECT ?dataSet ?title { ?dataSet a qb:DataSet ; dct:title ?title "
            'FILTER(LANG(?title) = "nl") } ORDER BY ?title',
        )
    ]


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a server once it answers on its port, and end it afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=20)
                with contextlib.closing(connection):
                    connection.request("GET", "/")
                    connection.getresponse().read()
                break
            except (OSError, HTTPException):
                assert process.poll() is None, f"it ended: {' '.join(command)}"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def rate(port: int, requests: list[str], folder: Path) -> float:
    """Return the answers a second of one server; the clients are a process of their own."""
    file = folder / "requests.json"
    file.write_text(json.dumps(requests), encoding="utf-8")
    program = Path(__file__).with_name("request_rate.py")
    command = [sys.executable, str(program), str(port), str(SECONDS), str(CLIENTS), str(file)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    told = json.loads(out)
    assert set(told["statuses"]) == {"200"}, told
    found: float = told["answers"] / told["seconds"]
    return found


def bench_serving(folder: Path) -> None:
    """Print the rates as ratios, and what a query costs over pyoxigraph in the process itself."""
    root = Path(__file__).resolve().parents[2]
    project = read_project(root)
    release, _ = build(project)
    served = Served(release)
    queries = small_queries(served.store)
    ours, theirs = free_port(), free_port()
    publish = [str(BIN / "publish"), "--project", str(root), "serve", "--port", str(ours)]
    publish += ["--access-log", "off", "--per-client", "100"]
    oxigraph = [str(BIN / "oxigraph"), "serve-read-only", "--location", str(release / "store")]
    oxigraph += ["--bind", f"127.0.0.1:{theirs}"]
    usual = [example_query(served, "table", None, "nl")]
    asked_alone = [*queries, *usual]
    kinds = {
        "new small queries": (queries, True),
        "repeated small queries": (queries, False),
        "new queries for a table": (usual, True),
    }
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    with running(publish, ours), running(oxigraph, theirs):
        for _ in range(ROUNDS):
            for kind, (asked, new) in kinds.items():
                mine = rate(ours, requests_for("/sparql", asked, new=new), folder)
                other = rate(theirs, requests_for("/query", asked, new=new), folder)
                rates[kind].append(mine / other)
                print(f"  {kind}: ours {mine:,.0f} a second, oxigraph {other:,.0f}", flush=True)
        copy, room = _in_memory(served.store)
        quicker = [_seconds(served.store, query) / _seconds(copy, query) for query in asked_alone]
        over = _cost_over_process(copy, ours, queries)
    for kind, found in rates.items():
        middle, least, most = statistics.median(found), min(found), max(found)
        print(
            f"serving, {kind}, {CLIENTS} clients: {middle:.2f} times oxigraph "
            f"({least:.2f} to {most:.2f})"
        )
    size = sum(path.stat().st_size for path in (release / "store").iterdir())
    print(
        f"pyoxigraph itself, in memory: {min(quicker):.1f} to {max(quicker):.1f} times as quick as "
        f"on the disk, in {room / size:.1f} times the room"
    )
    print(f"serving, a new small query alone: {over:.2f} ms over pyoxigraph itself, in memory")


def _in_memory(store: ox.Store) -> tuple[ox.Store, int]:
    """Return a copy in memory, where pyoxigraph answers quickest, and the bytes that it takes."""
    copy, before = ox.Store(), resident_bytes()
    copy.bulk_extend(store)
    return_memory()
    return copy, resident_bytes() - before


def _seconds(store: ox.Store, query: str) -> float:
    """Return the median of what a query takes in the process itself, each time a new one."""
    times = []
    for number in range(100):
        start = time.perf_counter()
        results = store.query(f"{query}\n# {number}")
        assert isinstance(results, ox.QuerySolutions)
        results.serialize(format=ox.QueryResultsFormat.JSON)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _cost_over_process(store: ox.Store, port: int, queries: list[str]) -> float:
    """Return by how many milliseconds the median of one client is longer than in the process."""
    extra = []
    for query in queries:
        alone = _seconds(store, query)
        told = ask_for(port, 1.5, 1, requests_for("/sparql", [query], new=True))
        extra.append(float(str(told["median"])) - alone * 1000)
    return statistics.median(extra)
