"""Columns answer queries at random over cubes at random as the engine does, in all three ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from built import Built
from hypothesis import HealthCheck, given, settings
from sameness.answers import Outcome, of_engine
from sameness.comparing import difference
from sameness.differential import Different, Opened, Tally, compare, compare_case, open_world
from sameness.example import PREFIXES, example_world
from sameness.generating import Case, cases
from sameness.releases import open_release, queries
from sameness.syntax import Asked, Column, Group, Select, Triples, Var
from sameness.worlds import Iri

SETTINGS = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)
WAYS = {"columns": 0.05, "columns-and-engine": 0.25, "engine": 0.1}
"""The ways of queries, and the share of each that there is at least in many queries."""

MOST_COST = 100_000
"""Rows that the engine may go through in a query of a release."""


@pytest.fixture(scope="module")
def writer() -> Iterator[duckdb.DuckDBPyConnection]:
    """What the columns of worlds are written with."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        yield connection


@pytest.fixture(scope="module")
def opened(writer: duckdb.DuckDBPyConnection) -> Iterator[Opened]:
    """The fixed world with its columns opened."""
    with open_world(example_world(), writer) as found:
        yield found


def _run(count: int, most: int, writer: duckdb.DuckDBPyConnection, rdflib: int = 0) -> Tally:
    tally = Tally()

    @settings(SETTINGS, max_examples=count, derandomize=True)
    @given(cases(most=most))
    def ask(case: Case) -> None:
        asked_of_rdflib = rdflib > 0 and tally.queries % rdflib == 0
        compare_case(case, writer, tally, with_rdflib=asked_of_rdflib)

    ask()
    return tally


def test_answer_some_queries_as_the_engine_does(writer: duckdb.DuckDBPyConnection) -> None:
    """Whatever way a query goes, its answer is one that the engine may give."""
    tally = _run(20, 8, writer)
    assert tally.queries > 30
    assert set(WAYS) <= set(tally.ways), tally.ways


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_answer_many_queries_as_the_engine_does(writer: duckdb.DuckDBPyConnection) -> None:
    """All three ways are taken often, most answers are not empty, and rdflib agrees with most."""
    tally = _run(350, 12, writer, rdflib=10)
    assert tally.queries > 1200
    for way, share in WAYS.items():
        assert tally.share(way) > share, tally.ways
    assert tally.empty < tally.queries * 0.5
    agreed = sum(count for how, count in tally.rdflib.items() if ": " not in how)
    assert tally.rdflib["same"] > agreed * 0.8 > 0, tally.rdflib


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["answer", "odd_exports"])
def test_answer_queries_of_a_release_as_the_engine_does(
    name: str, request: pytest.FixtureRequest
) -> None:
    """What a build writes gives the answers of the store that it writes, in all three ways."""
    built: Built = request.getfixturevalue(name)
    tally = Tally()
    with open_release(built.folder, built.store) as release:

        @settings(SETTINGS, max_examples=300, derandomize=True)
        @given(queries(release.world))
        def ask(asked: Asked) -> None:
            if asked.cost < MOST_COST:
                compare(release, asked, tally)

        ask()
    assert tally.queries > 100
    assert set(WAYS) <= set(tally.ways), tally.ways


# -- The comparison itself -----------------------------------------------------------------------

CODE, VALUE = Var("c"), Var("v")
STAR = Group(
    (
        Triples(
            (
                (Var("o"), Iri("http://x.example/ns/leeftijd"), CODE),
                (Var("o"), Iri("http://x.example/ns/maat-aantal"), VALUE),
            )
        ),
    )
)
PATTERN = "{ ?o ns:leeftijd ?c ; ns:maat-aantal ?v }"


def _judged(opened: Opened, asked: Asked, change: dict[str, object]) -> str | None:
    """Return what the comparison says of the engine's own answer, changed."""
    expected = of_engine(opened.store, asked.text)
    assert len(expected.rows) > 2
    return difference(asked, replace(expected, **change), expected, opened.ask)  # type: ignore[arg-type]


def _rows(opened: Opened, text: str) -> tuple[tuple[str | None, ...], ...]:
    return of_engine(opened.store, text).rows


def test_notice_each_wrong_row(opened: Opened) -> None:
    """A row too few or too many, another value, datatype, name, error: all are differences."""
    text = PREFIXES + f"SELECT ?c ?v {PATTERN}"
    asked = Asked(text=text, query=Select(group=STAR, columns=(Column(CODE), Column(VALUE))))
    rows = _rows(opened, text)
    number = str(rows[0][1])
    assert _judged(opened, asked, {"rows": tuple(reversed(rows))}) is None
    for wrong in (
        rows[1:],
        (*rows, rows[0]),
        ((rows[0][0], number.replace("integer", "decimal")), *rows[1:]),
        ((rows[0][0], number.replace('"', '"0', 1)), *rows[1:]),
        ((rows[0][0], None), *rows[1:]),
    ):
        assert _judged(opened, asked, {"rows": wrong})
    assert _judged(opened, asked, {"names": ("v", "c")})
    assert _judged(opened, asked, {"form": "error"})
    assert _judged(opened, asked, {"form": "syntax"})


def test_notice_a_wrong_order(opened: Opened) -> None:
    """Rows with equal keys may stand in any order, others may not."""
    text = PREFIXES + f"SELECT ?c ?v {PATTERN} ORDER BY DESC(?v)"
    query = Select(
        group=STAR, columns=(Column(CODE), Column(VALUE)), order_by=(("DESC", (VALUE,)),), limit=5
    )
    asked = Asked(text=text + " LIMIT 5", query=query, exposed=text, keys=1, key_names=("v",))
    rows = _rows(opened, text)
    values = [row[1] for row in rows]
    first = values.count(values[0])
    assert 1 < first < 5, "the first rows are tied, and LIMIT keeps one that is not"
    swapped = (rows[1], rows[0], *rows[2:5])
    assert _judged(opened, asked, {"rows": swapped}) is None
    assert _judged(opened, asked, {"rows": tuple(reversed(rows[:5]))})
    assert _judged(opened, asked, {"rows": (*rows[:4], rows[-1])})
    assert _judged(opened, asked, {"rows": rows[:4]})
    assert _judged(opened, asked, {"rows": (rows[0],) * 5})


def test_take_what_sample_may_choose(opened: Opened) -> None:
    """SAMPLE gives a value of its group, and none of another."""
    text = PREFIXES + f"SELECT ?c (SAMPLE(?v) AS ?one) {PATTERN} GROUP BY ?c"
    query = Select(
        group=STAR,
        columns=(Column(CODE), Column(Var("one"), ("SAMPLE", "(", VALUE, ")"))),
        group_by=((CODE,),),
    )
    asked = Asked(
        text=text,
        query=query,
        loose={"one": "sample"},
        ungrouped=PREFIXES + f"SELECT ?c (?v AS ?one) {PATTERN}",
    )
    rows = _rows(opened, text)
    pairs = _rows(opened, PREFIXES + f"SELECT ?c ?v {PATTERN}")
    others = tuple((code, [two for one, two in pairs if one == code][-1]) for code, _ in rows)
    assert others != rows
    assert _judged(opened, asked, {"rows": others}) is None
    assert _judged(opened, asked, {"rows": ((rows[0][0], '"77"'), *rows[1:])})


def test_name_the_way_of_a_difference(opened: Opened) -> None:
    """A difference says which way the query went, and holds the query."""
    asked = Asked(text="SELECT ?x { }", kinds=frozenset({"rows"}))
    error = Different("columns", "12 rows instead of 3", asked)
    assert error.kind == "columns, rows: … rows instead of …"
    assert asked.text in str(error)
    outcome = Outcome(form="rows")
    assert outcome.rows == ()
