"""Queries whose order the engine cannot sort by: mixed values, SPARQL 1.1 Query, section 15.1."""

from __future__ import annotations

import itertools
import random
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
from query_pool import ask, pool_in_thread

from publish.sparql.query.errors import WorkerLost
from publish.sparql.query.limits import Limits
from publish.sparql.query.order import ordered_by_kind
from publish.sparql.workers.answers import Question

EX = "http://x.example/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def mixed_values() -> list[ox.NamedNode | ox.Literal]:
    """Return values of many kinds, in no order."""
    found: list[ox.NamedNode | ox.Literal] = []
    for n in range(400):
        found += [
            ox.NamedNode(f"{EX}{n}"),
            ox.Literal(n),
            ox.Literal(f"{n * 7 % 400}"),
            ox.Literal(f"{n * 3 % 400}", language="nl"),
            ox.Literal(f"{n}.5", datatype=ox.NamedNode(XSD + "decimal")),
            ox.Literal(f"{1900 + n}-01-01", datatype=ox.NamedNode(XSD + "date")),
            ox.Literal(f"{1900 + n}", datatype=ox.NamedNode(XSD + "gYear")),
            ox.Literal(f"{n * 5 % 400}", datatype=ox.NamedNode(EX + "kind")),
        ]
    random.Random(5).shuffle(found)
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("order") / "store"
    made = ox.Store(str(folder))
    subject = ox.NamedNode(EX)
    made.bulk_extend(
        ox.Quad(subject, ox.NamedNode(f"{EX}p{n}"), value) for n, value in enumerate(mixed_values())
    )
    made.flush()
    return folder


def test_order_mixed_values(store: Path) -> None:
    """All values come, those of a kind together and in order, where the engine gives up."""
    with pool_in_thread(store, limits=Limits(workers=1, deadline=20)) as pool:
        question = Question(
            text="SELECT ?o { ?s ?p ?o } ORDER BY ?o # all", result_type="text/tab-separated-values"
        )
        answer = ask(pool, question)
        assert pool.replaced == 1, (
            "the engine sorts this by itself now: is the module still needed?"
        )
    with closing(answer.spool) as spool:
        lines = (spool.body or b"").decode().splitlines()[1:]
    assert len(lines) == answer.rows == 3200
    kinds = ["IRI" if line[0] == "<" else line.rpartition('"')[2] for line in lines]
    numbers = [line for line in lines if line[0].isdigit()]
    assert len(numbers) == 800
    assert sorted(numbers, key=float) == numbers
    years = [line for line in lines if "gYear" in line]
    assert sorted(years) == years
    changes = sum(
        one != other and not (one[:1].isdigit() and other[:1].isdigit())
        for one, other in itertools.pairwise(kinds)
    )
    assert changes == 6


def test_tell_of_an_order_that_is_not_plain(store: Path) -> None:
    """An order inside of a group is not changed; the reason says what to do."""
    with pool_in_thread(store, limits=Limits(workers=1, deadline=20)) as pool:
        question = Question(
            text="SELECT ?o { { SELECT ?o { ?s ?p ?o } ORDER BY ?o } }", result_type="text/csv"
        )
        with pytest.raises(WorkerLost, match=r"order by STR\(\?x\) instead"):
            ask(pool, question)
        with closing(ask(pool, Question(text="ASK {}", result_type="text/csv")).spool) as spool:
            assert spool.body == b"true"


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("ORDER BY ?o", ["ASC(?o)"]),
        ("order  by DESC(?o) limit 5", ["DESC((?o))", "limit 5"]),
        ("ORDER BY ?a DESC ( ?b ) STR(?c)", ["ASC(?a)", "DESC(( ?b ))", "ASC(STR(?c))"]),
        ("ORDER#c\nBY(?a + ?b)OFFSET 1", ["ASC((?a + ?b))", "OFFSET 1"]),
        ("GROUP BY ?o ORDER BY COUNT(*) VALUES ?x { 1 }", ["ASC(COUNT(*))", "VALUES ?x { 1 }"]),
    ],
)
def test_order_by_kind(written: str, keys: list[str]) -> None:
    """Each condition is kept, in its direction, after the kind of its value; the rest stays."""
    text = f"SELECT * {{ ?s ?p ?o FILTER(?o > 1) }} {written}"
    ordered = ordered_by_kind(text)
    assert ordered is not None
    at = 0
    for key in keys:
        at = ordered.index(key, at) + 1
    assert ordered.count("isNumeric") == 2 * sum("SC(" in key for key in keys)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { { SELECT * { ?s ?p ?o } ORDER BY ?o } }",
        "SELECT ?order { ?order ?by ?o }",
        "SELECT * { ?s ?p ?o } ORDER BY <http://x.example/f>(?o)",
        "SELECT * { ?s ?p ?o } ORDER BY",
        "SELECT * { ?s ?p ?o } ORDER BY (",
        "SELECT * { ?s ?p ?o } ORDER",
        "SELECT * { ?s ?p ?o } ORDER BY DESC",
        "SELECT * { ?s ?p 'ORDER BY ?o' } # ORDER BY ?o",
    ],
)
def test_leave_other_queries_as_they_are(text: str) -> None:
    """Where there is no order, or one that is not plain, nothing is changed."""
    assert ordered_by_kind(text) is None
