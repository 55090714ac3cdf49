"""Clients for a load test, in a process of their own, so that the measuring one waits for nobody.

``python load_clients.py PORT SECONDS CLIENTS PAUSE RUNAWAYS`` asks small queries on kept
connections, each client one after the other with a pause between, and starts RUNAWAYS queries a
second that never end. It prints one JSON object: the seconds of every small query, what
failed, and the statuses of the runaways.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from statistics import median
from typing import Any

from raw_http import Connection, NotHttp, Reply, query_string, request
from small_release import BASE

SMALL = (
    "SELECT (%d AS ?n) {}",
    f"SELECT ?l {{ <{BASE}/id/dataset/uitstroom> <http://www.w3.org/2000/01/rdf-schema#label> ?l"
    " FILTER(%d > 0) }",
    "SELECT ?s { ?s a <http://purl.org/linked-data/cube#Observation> FILTER(%d > 0) } LIMIT 5",
    "ASK { ?s <http://www.w3.org/2004/02/skos/core#notation> '%d' }",
)
"""Small queries, none of which is asked twice: the number differs each time."""
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l%d }"
ACCEPT = [("Accept", "application/sparql-results+json")]


def ask(connection: Connection, query: str) -> Reply:
    """Ask a query on a connection that is kept."""
    return connection.ask(request("/sparql?" + query_string(("query", query)), fields=ACCEPT))


class Clients:
    """What all clients of a run share."""

    def __init__(self, port: int, seconds: float, pause: float) -> None:
        self.port, self.pause = port, pause
        self.until = time.monotonic() + seconds
        self.taken: list[float] = []
        self.failed: list[str] = []
        self.runaways: Counter[str] = Counter()
        self.slowest_runaway = 0.0

    def small(self, client: int) -> None:
        """Ask small queries until the time is over."""
        connection: Connection | None = None
        number = client * 10_000_000
        while time.monotonic() < self.until:
            number += 1
            started = time.monotonic()
            try:
                connection = connection or Connection(self.port)
                reply = ask(connection, SMALL[number % len(SMALL)] % number)
                self.taken.append(time.monotonic() - started)
                if reply.status != 200:
                    self.failed.append(f"{reply!r}")
                if "close" in reply.words("Connection"):
                    connection.close()
                    connection = None
            except (OSError, NotHttp) as error:
                self.failed.append(f"{type(error).__name__}: {error}")
                if connection:
                    connection.close()
                connection = None
            if self.pause:
                time.sleep(self.pause)
        if connection:
            connection.close()

    def runaway(self, number: int) -> None:
        """Ask a query that never ends and note what comes of it."""
        started = time.monotonic()
        try:
            with Connection(self.port, timeout=60) as connection:
                self.runaways[str(ask(connection, RUNAWAY % number).status)] += 1
        except (OSError, NotHttp) as error:
            self.runaways[f"{type(error).__name__}: {error}"] += 1
        self.slowest_runaway = max(self.slowest_runaway, time.monotonic() - started)


def run(port: int, seconds: float, clients: int, pause: float, runaways: float) -> dict[str, Any]:
    """Run the clients for a time and return what they saw."""
    shared = Clients(port, seconds, pause)
    threads = [threading.Thread(target=shared.small, args=(n + 1,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    begun, number = time.monotonic(), 0
    while runaways and time.monotonic() < shared.until:
        number += 1
        threads.append(threading.Thread(target=shared.runaway, args=(number,)))
        threads[-1].start()
        time.sleep(max(0.0, begun + number / runaways - time.monotonic()))
    for thread in threads:
        thread.join()
    taken = sorted(shared.taken)
    return {
        "asked": len(taken),
        "per-second": len(taken) / seconds,
        "median": median(taken),
        "p99": taken[int(len(taken) * 0.99)],
        "slowest": taken[-1],
        "failed": shared.failed[:20],
        "failures": len(shared.failed),
        "runaways": dict(shared.runaways),
        "slowest-runaway": shared.slowest_runaway,
    }


if __name__ == "__main__":
    port_, seconds_, clients_, pause_, runaways_ = sys.argv[1:]
    found = run(int(port_), float(seconds_), int(clients_), float(pause_), float(runaways_))
    json.dump(found, sys.stdout)
