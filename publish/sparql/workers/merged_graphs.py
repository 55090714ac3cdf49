"""The RDF dataset of a query, with several graphs merged to one default graph.

The default graph is the RDF merge of the graphs that the query or the protocol names (SPARQL 1.1
Query, section 13.1). The store walks one graph after the other, and would find a triple of two
graphs twice. So graphs that share a triple are copied into a store in memory; others are asked
where they are. Runs in a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pyoxigraph as ox

from publish.sparql.workers.frames import NoAnswer

_COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_SHARES = "ASK { GRAPH ?g { ?s ?p ?o } FILTER EXISTS { ?s ?p ?o } }"


@dataclass(frozen=True, kw_only=True)
class QueryDataset:
    """A store and the graphs in it that a query is asked of; None for those it names itself."""

    store: ox.Store
    default: list[ox.NamedNode] | ox.DefaultGraph | None = None
    named: list[ox.NamedNode] | None = None


class QueryDatasets:
    """The RDF datasets that queries name in one store; remembers which graphs share triples."""

    def __init__(self, store: ox.Store, most: int) -> None:
        self._store, self._most = store, most
        self._sizes: dict[ox.NamedNode, int] = {}
        self._shares: dict[frozenset[ox.NamedNode], bool] = {}

    def of(self, default: Sequence[str], named: Sequence[str], probe: str | None) -> QueryDataset:
        """Return the dataset for the graphs of the protocol, or else those of the query.

        ``probe`` is what the guard made of the FROM clauses. No more than ``most`` triples are
        merged: raises NoAnswer.
        """
        merge = [ox.NamedNode(iri) for iri in dict.fromkeys(default)]
        keep = [ox.NamedNode(iri) for iri in dict.fromkeys(named)]
        if probe is not None and not merge and not keep:
            try:
                merge, keep = self._named_by(probe)
            except SyntaxError:  # the query has it too, or is spelt in an unusual way
                return QueryDataset(store=self._store)
        if not self._share(merge):
            return QueryDataset(store=self._store, default=merge, named=keep)
        return QueryDataset(store=self._merged(merge, keep), default=ox.DefaultGraph(), named=keep)

    def _named_by(self, probe: str) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        """Return the graphs that FROM clauses name, as the parser resolves them.

        The probe is asked of a small store in which each graph holds its own name.
        """
        small = ox.Store()
        graphs = [graph for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode)]
        small.extend(ox.Quad(graph, graph, graph, graph) for graph in graphs)
        rows = list(cast("ox.QuerySolutions", small.query(probe)))

        def found(name: str) -> list[ox.NamedNode]:
            names = (row[name] for row in rows)
            return list(dict.fromkeys(name for name in names if isinstance(name, ox.NamedNode)))

        return found("default"), found("named")

    def _share(self, graphs: list[ox.NamedNode]) -> bool:
        """Return whether two of the graphs share a triple; the smallest is looked up first."""
        if len(graphs) < 2:
            return False
        key = frozenset(graphs)
        if key not in self._shares:
            by_size = sorted(graphs, key=self._size)
            self._shares[key] = any(
                bool(
                    self._store.query(
                        _SHARES, default_graph=[*by_size[at + 1 :]], named_graphs=[graph]
                    )
                )
                for at, graph in enumerate(by_size[:-1])
            )
        return self._shares[key]

    def _size(self, graph: ox.NamedNode) -> int:
        if graph not in self._sizes:
            rows = cast("ox.QuerySolutions", self._store.query(_COUNT, default_graph=graph))
            [[count]] = rows
            self._sizes[graph] = int(cast("ox.Literal", count).value)
        return self._sizes[graph]

    def _merged(self, merge: list[ox.NamedNode], keep: list[ox.NamedNode]) -> ox.Store:
        if sum(self._size(graph) for graph in merge + keep) > self._most:
            raise NoAnswer("merge")
        merged = ox.Store()
        for graph in merge:
            merged.extend(
                ox.Quad(quad.subject, quad.predicate, quad.object)
                for quad in self._store.quads_for_pattern(None, None, None, graph)
            )
        for graph in keep:
            merged.extend(self._store.quads_for_pattern(None, None, None, graph))
        return merged
