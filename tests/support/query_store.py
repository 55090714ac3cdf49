"""A store for tests of queries: 3,000 triples in two graphs, and graphs that share triples."""

from __future__ import annotations

import time
from pathlib import Path

import pyoxigraph as ox

EX = "http://x.example/"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def make_store(path: Path) -> Path:
    """Make the store: graphs g0 and g1 in halves, their union as the default graph.

    The triple of 0 also stands in the graph ``twice``.
    """
    store = ox.Store(str(path))
    node = ox.NamedNode
    triples = [
        (node(f"{EX}{n}"), node(f"{EX}p"), ox.Literal(n), node(f"{EX}g{n % 2}"))
        for n in range(3000)
    ]
    store.extend(ox.Quad(*parts) for parts in triples)
    store.extend(ox.Quad(*parts[:3]) for parts in triples)
    store.add(ox.Quad(*triples[0][:3], node(f"{EX}twice")))
    store.flush()
    return path


def is_alive(pid: int) -> bool:
    """Return whether a process is there; a zombie is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_gone(pids: list[int], seconds: float = 20) -> None:
    """Wait until no process of the list is alive."""
    until = time.monotonic() + seconds
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < until, f"still alive: {alive}"
        time.sleep(0.02)
