"""pySHACL in a process of its own, which is ended when it takes too long or too much memory.

Shapes can ask for work without end: a regular expression that backtracks, a query that joins
everything with everything. They are judged one after another, so that the one at fault is known
and the others are judged. Nothing is fetched, and nothing that a library prints gets out.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import rdflib.plugins.sparql
from rdflib import Graph
from rdflib.term import Node

from publish.faults.fault import Words, phrase
from publish.project.ended_process import process_of
from publish.validation.shapes.compile import ShapeResult
from publish.validation.shapes.soundness import ShapeProblem
from publish.validation.shapes.with_pyshacl import UnusableShapes, judge_each, with_targets

SECONDS, SECONDS_MORE, SECONDS_MORE_IN_FULL = 20, 1, 10
"""The time for all shapes, and what a thousand statements of data and shapes add to it."""
OF_ONE = 0.5
"""The part of that time after which a shape is ended that has handed over no results."""
MOST_MEMORY = 2
"""GiB of memory that judging can take."""


@dataclass(kw_only=True)
class Judged:
    """What came of judging a graph by shapes."""

    results: list[ShapeResult] = field(default_factory=list)
    bad: dict[Node, Words] = field(default_factory=dict)
    """Why some shapes cannot be judged."""
    ended: dict[Node, Words] = field(default_factory=dict)
    """Why some shapes were not judged to the end."""
    count: int = 0
    """The number of shapes that were judged."""
    things: int = 0
    """The number of things that they judged, each counted for each shape."""

    def problems(self) -> list[ShapeProblem]:
        """Return why some shapes were not judged."""
        return [
            ShapeProblem(code=code, shape=node, problem=problem)
            for code, shapes in (("bad-shape", self.bad), ("shape-ended", self.ended))
            for node, problem in shapes.items()
        ]


def time_for(graph: Graph, shapes: Graph, *, full: bool) -> float:
    """Return the seconds that judging a graph by shapes can take in all."""
    more = SECONDS_MORE_IN_FULL if full else SECONDS_MORE
    return SECONDS + more * (len(graph) + len(shapes)) / 1000


def judge(graph: Graph, shapes: Graph, seconds: float) -> Judged:
    """Judge a graph by shapes, in another process. Raises UnusableShapes."""
    found, left = Judged(), with_targets(shapes)
    end = time.monotonic() + seconds
    while left and time.monotonic() < end:
        _judge_some(graph, shapes, left, found, seconds, end)
    for node in left:
        found.ended[node] = phrase("shape-not-begun", seconds=f"{seconds:.0f}")
    found.results.sort()
    return found


def _judge_some(
    graph: Graph, shapes: Graph, left: list[Node], found: Judged, seconds: float, end: float
) -> None:
    """Judge by the shapes that are left, up to one that takes too long or breaks the validator."""
    work = _work, graph, shapes, tuple(left)
    with process_of(*work, seconds=seconds + 1, gib=MOST_MEMORY) as receiver:
        try:
            while left:
                wait = max(0.0, min(end - time.monotonic(), seconds * OF_ONE))
                if not receiver.poll(wait):
                    words = phrase("shape-took-too-long", seconds=f"{seconds:.0f}")
                    found.ended[left.pop(0)] = words
                    return
                answer = receiver.recv()
                if isinstance(answer, UnusableShapes):
                    raise answer
                if isinstance(answer, list):
                    found.results += answer
                elif isinstance(answer, str):
                    found.bad[left.pop(0)] = Words(answer)
                else:
                    left.pop(0)
                    found.count += 1
                    found.things += answer
        except EOFError:
            found.ended[left.pop(0)] = phrase("shape-broke-validator", most=MOST_MEMORY)


def _work(sender: Connection, graph: Graph, shapes: Graph, nodes: tuple[Node, ...]) -> None:
    """Judge by shapes, in the process that is ended from outside."""
    _keep_to_itself()
    try:
        for answer in judge_each(graph, shapes, nodes):
            sender.send(answer)
    except UnusableShapes as error:
        sender.send(error)


def _keep_to_itself() -> None:
    """Let this process print nothing and fetch nothing."""
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    sys.stdout = sys.stderr = os.fdopen(silent, "w", encoding="utf-8")
    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, _: tuple[object, ...]) -> None:
    """Refuse whatever would fetch something."""
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        raise PermissionError(event)
