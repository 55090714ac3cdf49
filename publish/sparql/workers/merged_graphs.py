"""Several graphs as one default graph, in which a triple that stands in two of them counts once.

The store walks one graph after the other, so a triple in two of them would be found twice. In
comes the data set of a query, from the protocol or from its own FROM clauses; out comes the store
with the graphs to evaluate on: the store itself when no triple is in two of the graphs, else a
copy in memory in which they are merged. SPARQL 1.1 Query, section 13.1: the default graph is the
RDF merge of the graphs. Runs in a worker; nothing of the package is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pyoxigraph as ox

from publish.sparql.query.limits import MOST_TRIPLES

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

_COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_SHARES = "ASK { GRAPH ?g { ?s ?p ?o } FILTER EXISTS { ?s ?p ?o } }"


class TooManyTriples(Exception):
    """The graphs share triples, and hold too many to merge them."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A store, and the graphs of it that a query is asked of; None for those it names itself."""

    store: ox.Store
    default: list[ox.NamedNode] | ox.DefaultGraph | None = None
    named: list[ox.NamedNode] | None = None

    def query(self, text: str, base: str | None = None) -> Results:
        """Evaluate a query on the data set; relative IRIs in it are relative to a base."""
        if self.default is None:
            return self.store.query(text, base_iri=base)
        return self.store.query(
            text,
            base_iri=base,
            default_graph=self.default,  # type: ignore[arg-type]
            named_graphs=self.named,  # type: ignore[arg-type]
        )


class DataSets:
    """The data sets that queries name in one store; remembers which graphs share triples."""

    def __init__(self, store: ox.Store, most: int = MOST_TRIPLES) -> None:
        self._store, self._most = store, most
        self._whole = DataSet(store=store)
        self._sizes: dict[ox.NamedNode, int] = {}
        self._shares: dict[frozenset[ox.NamedNode], bool] = {}

    def of(self, default: Sequence[str], named: Sequence[str], probe: str | None) -> DataSet:
        """Return the data set for the graphs of the protocol, or else those of the query.

        ``probe`` has the FROM clauses of the query with the pattern of ``_named_by``; it is None
        when they name no two graphs. Raises TooManyTriples.
        """
        if probe is None and not default and not named:
            return self._whole
        merge = [ox.NamedNode(iri) for iri in dict.fromkeys(default)]
        keep = [ox.NamedNode(iri) for iri in dict.fromkeys(named)]
        if probe is not None and not merge and not keep:
            try:
                merge, keep = self._named_by(probe)
            except SyntaxError:  # so is the query itself, or it is spelt in no usual way
                return self._whole
        if not self._share(merge):
            return DataSet(store=self._store, default=merge, named=keep)
        return DataSet(store=self._merged(merge, keep), default=ox.DefaultGraph(), named=keep)

    def _named_by(self, probe: str) -> tuple[list[ox.NamedNode], list[ox.NamedNode]]:
        """Let the parser say which graphs a query names: in a small store each holds its name."""
        small = ox.Store()
        graphs = [graph for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode)]
        small.extend(ox.Quad(graph, graph, graph, graph) for graph in graphs)
        merge: dict[ox.NamedNode, None] = {}
        keep: dict[ox.NamedNode, None] = {}
        for row in cast("ox.QuerySolutions", small.query(probe)):
            for name, found in (("default", merge), ("named", keep)):
                if isinstance(graph := row[name], ox.NamedNode):
                    found[graph] = None
        return list(merge), list(keep)

    def _share(self, graphs: list[ox.NamedNode]) -> bool:
        """Return whether a triple stands in two of the graphs. The smallest is looked up first."""
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
            raise TooManyTriples
        merged = ox.Store()
        for graph in merge:
            merged.extend(
                ox.Quad(quad.subject, quad.predicate, quad.object)
                for quad in self._store.quads_for_pattern(None, None, None, graph)
            )
        for graph in keep:
            merged.extend(self._store.quads_for_pattern(None, None, None, graph))
        return merged
