"""Graphs that are merged to one default graph, in stores in memory."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from publish.sparql.workers.frames import NoAnswer
from publish.sparql.workers.merged_graphs import QueryDatasets

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def store_of(**graphs: str) -> ox.Store:
    """Return a store with a triple for each letter of each graph."""
    store = ox.Store()
    node = ox.NamedNode
    store.extend(
        ox.Quad(node(f"x:{letter}"), node("x:p"), node("x:o"), node(f"x:{graph}"))
        for graph, letters in graphs.items()
        for letter in letters
    )
    return store


def count(datasets: QueryDatasets, *default: str) -> int:
    dataset = datasets.of([f"x:{name}" for name in default], [], None)
    [[found]] = dataset.store.query(  # type: ignore[union-attr]
        COUNT, default_graph=dataset.default, named_graphs=dataset.named
    )
    return int(found.value)  # type: ignore[union-attr]


def test_count_triples_of_several_graphs_once() -> None:
    """However the graphs overlap, each triple counts once."""
    datasets = QueryDatasets(store_of(a="klm", b="lmn", c="xyz", d="klmn"), most=100)
    for graphs, expected in (("ab", 4), ("ac", 6), ("abc", 7), ("ad", 4), ("abcd", 7), ("aa", 3)):
        for _ in range(2):
            assert count(datasets, *graphs) == expected


def test_copy_nothing_when_no_triple_is_shared() -> None:
    """Graphs that share nothing are asked where they are, whatever their size."""
    store = store_of(a="klm", b="xyz")
    dataset = QueryDatasets(store, most=2).of(["x:a", "x:b"], [], None)
    assert dataset.store is store


def test_copy_no_more_than_the_limit() -> None:
    """Graphs that share triples and are too large to copy are refused."""
    datasets = QueryDatasets(store_of(a="klm", b="lmn"), most=5)
    with pytest.raises(NoAnswer, match="merge"):
        count(datasets, "a", "b")
    assert count(datasets, "a") == 3


def test_leave_a_probe_that_is_not_sparql_to_the_query() -> None:
    """When the clauses cannot be read by themselves, the query is evaluated as it stands."""
    store = store_of(a="klm")
    assert QueryDatasets(store, most=100).of([], [], "SELECT FROM FROM").default is None
