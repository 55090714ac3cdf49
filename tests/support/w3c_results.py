"""Results of SPARQL queries, read from any format and compared as the test suites mean it.

Solutions are a multiset, or a sequence where an order is asked for; graphs are sets. Blank nodes
stand for each other one to one over the whole result. Numbers, booleans and dates are compared in
the form that a store gives them: the engine under test keeps values and not their spelling, and so
the suite's expectation ``"01"^^xsd:integer`` is met by ``"1"^^xsd:integer``. Everything else is
compared as it stands: language tags, data types, variables without a value.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
TSV, CSV = "text/tab-separated-values", "text/csv"
TURTLE, N_TRIPLES, RDF_XML = "text/turtle", "application/n-triples", "application/rdf+xml"

ACCEPTED = {
    ".srx": (XML,),
    ".srj": (JSON,),
    ".tsv": (TSV,),
    ".csv": (CSV,),
    ".ttl": (JSON, TURTLE),
    ".rdf": (XML, RDF_XML),
    ".nt": (JSON, N_TRIPLES),
}
"""The media types in which a result is asked for, by the ending of the expected one."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = tuple[Term | None, ...]


@dataclass(frozen=True, kw_only=True)
class Solutions:
    """The answer to a SELECT: one value per variable in each row."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]
    ordered: bool = False
    """Whether the rows are numbered."""


@dataclass(frozen=True, kw_only=True)
class Triples:
    """The answer to a CONSTRUCT or DESCRIBE."""

    triples: frozenset[ox.Triple]


Results = Solutions | Triples | bool


def read_results(body: bytes, media_type: str) -> Results:
    """Return a result as a server sends it. Raises SyntaxError when it is malformed."""
    media_type = media_type.partition(";")[0]
    if media_type == CSV:
        header, *lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
        rows = tuple(tuple(map(_cell, line)) for line in lines)
        return Solutions(variables=tuple(header), rows=rows)
    form = ox.QueryResultsFormat.from_media_type(media_type)
    if form is None:
        graph = ox.RdfFormat.from_media_type(media_type)
        assert graph is not None, media_type
        return Triples(triples=frozenset(map(_triple, ox.parse(body, graph))))
    found = ox.parse_query_results(body, form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    variables = tuple(variable.value for variable in found.variables)
    return Solutions(variables=variables, rows=tuple(tuple(row) for row in found))


def read_expected(path: Path, base: str) -> Results:
    """Return a result as the suite has it in a file, in a format for results or as a graph."""
    if path.suffix in (".srx", ".srj", ".tsv", ".csv"):
        return read_results(path.read_bytes(), ACCEPTED[path.suffix][0])
    triples = frozenset(map(_triple, ox.parse(path=path, base_iri=base)))
    graph = _Graph(triples)
    sets = [item.subject for item in triples if item.object == ox.NamedNode(RS + "ResultSet")]
    if not sets:
        return Triples(triples=triples)
    [result] = sets
    if truth := graph.values(result, "boolean"):
        return _text(truth[0]) == "true"
    variables = tuple(sorted(map(_text, graph.values(result, "resultVariable"))))
    rows: list[tuple[int, Row]] = []
    numbered = True
    for solution in graph.values(result, "solution"):
        row = dict.fromkeys(variables, None) | {
            _text(graph.values(binding, "variable")[0]): graph.values(binding, "value")[0]
            for binding in graph.values(solution, "binding")
        }
        index = graph.values(solution, "index")
        numbered = numbered and bool(index)
        rows.append((int(_text(index[0])) if index else 0, tuple(row[name] for name in variables)))
    rows.sort(key=lambda item: item[0])
    return Solutions(variables=variables, rows=tuple(row for _, row in rows), ordered=numbered)


def difference(expected: Results, actual: Results, *, ordered: bool, lax: bool) -> str | None:
    """Return how a result differs from the expected one, None when it does not.

    ``lax`` allows an expected solution to come more often or less often, but once.
    """
    if isinstance(expected, bool) or isinstance(actual, bool):
        return None if expected is actual else f"expected {expected}, found {actual}"
    if isinstance(expected, Triples) or isinstance(actual, Triples):
        if not isinstance(expected, Triples) or not isinstance(actual, Triples):
            return f"expected {type(expected).__name__}, found {type(actual).__name__}"
        same = _canonical(expected.triples) == _canonical(actual.triples)
        return None if same else _told(map(str, expected.triples), map(str, actual.triples))
    if set(expected.variables) != set(actual.variables):
        return f"expected the variables {expected.variables}, found {actual.variables}"
    variables = sorted(expected.variables)
    wanted, found = (_in_order_of(variables, item) for item in (expected, actual))
    if lax:
        wanted, found = (list(dict.fromkeys(rows)) for rows in (wanted, found))
    if len(wanted) == len(found) and (
        _same_sequence(wanted, found, {}, {}) if ordered else _same_multiset(wanted, found)
    ):
        return None
    return _told(map(_shown, wanted), map(_shown, found), keep_order=ordered)


def _cell(text: str) -> Term:
    """Return what a cell of CSV says: a blank node, or else only a text."""
    return ox.BlankNode(text[2:]) if text.startswith("_:") else ox.Literal(text)


def _in_order_of(variables: list[str], solutions: Solutions) -> list[Row]:
    places = [solutions.variables.index(name) for name in variables]
    return [tuple(_plain(row[place]) for place in places) for row in solutions.rows]


@lru_cache(maxsize=100_000)
def _plain(term: Term | None) -> Term | None:
    """Return a term in the spelling that a store gives it."""
    if not isinstance(term, ox.Literal | ox.Triple):
        return term
    store = ox.Store()
    store.add(ox.Quad(TYPE, TYPE, term))
    return next(iter(store)).object


def _canonical(triples: Iterable[ox.Triple]) -> set[ox.Quad]:
    graph = ox.Dataset(
        ox.Quad(item.subject, item.predicate, _plain(item.object)) for item in triples
    )
    graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(graph)


Named = dict[ox.BlankNode, ox.BlankNode]


def _same_multiset(wanted: list[Row], found: list[Row]) -> bool:
    """Return whether rows are the same in any order, for some naming of blank nodes."""
    left, right = Counter(wanted), Counter(found)
    common = {row for row in left if not _has_blank_node(row) and left[row] == right.get(row)}
    rest = [(row, count) for row, count in left.items() if row not in common]
    others = [(row, count) for row, count in right.items() if row not in common]
    rest.sort(key=lambda item: _shown(item[0]))
    return len(rest) == len(others) and _matched(rest, others, {}, {})


def _matched(
    wanted: Sequence[tuple[Row, int]], found: Sequence[tuple[Row, int]], to: Named, back: Named
) -> bool:
    """Return whether each row has one that stands for it, trying all of those that may."""
    if not wanted:
        return True
    (row, count), rest = wanted[0], wanted[1:]
    for place, (other, times) in enumerate(found):
        there, here = dict(to), dict(back)
        if (
            count == times
            and _same_row(row, other, there, here)
            and _matched(rest, [*found[:place], *found[place + 1 :]], there, here)
        ):
            return True
    return False


def _same_sequence(wanted: list[Row], found: list[Row], to: Named, back: Named) -> bool:
    return all(_same_row(row, other, to, back) for row, other in zip(wanted, found, strict=True))


def _same_row(wanted: Row, found: Row, to: Named, back: Named) -> bool:
    """Return whether two rows are the same, and note which blank nodes then stand for which."""
    return all(_same(one, other, to, back) for one, other in zip(wanted, found, strict=True))


def _same(wanted: Term | None, found: Term | None, to: Named, back: Named) -> bool:
    if isinstance(wanted, ox.BlankNode) and isinstance(found, ox.BlankNode):
        return to.setdefault(wanted, found) == found and back.setdefault(found, wanted) == wanted
    if isinstance(wanted, ox.Triple) and isinstance(found, ox.Triple):
        return all(_same(one, other, to, back) for one, other in zip(wanted, found, strict=True))
    return wanted == found


def _has_blank_node(row: Iterable[Term | None]) -> bool:
    """Return whether a row has a blank node, on its own or in a triple term."""
    return any(
        isinstance(term, ox.BlankNode) or (isinstance(term, ox.Triple) and _has_blank_node(term))
        for term in row
    )


def _triple(quad: ox.Quad) -> ox.Triple:
    return ox.Triple(quad.subject, quad.predicate, quad.object)


def _text(term: Term) -> str:
    assert isinstance(term, ox.Literal)
    return term.value


@dataclass(frozen=True)
class _Graph:
    triples: frozenset[ox.Triple]

    def values(self, subject: Term, name: str) -> list[Term]:
        wanted = ox.NamedNode(RS + name)
        return [
            item.object
            for item in self.triples
            if item.subject == subject and item.predicate == wanted
        ]


def _shown(row: Row) -> str:
    return " | ".join("-" if term is None else str(term) for term in row)


def _told(wanted: Iterable[str], found: Iterable[str], *, keep_order: bool = False) -> str:
    """Return two lists of lines as a text, without what they have in common."""
    left, right = list(wanted), list(found)
    if not keep_order:
        more, less = Counter(left) - Counter(right), Counter(right) - Counter(left)
        left, right = sorted(more.elements()), sorted(less.elements())
    return f"expected {left[:10]}, found {right[:10]}"
