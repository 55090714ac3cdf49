"""Where observations are not in the store, an answer is that of the whole store, or there is none.

A statement that is silently lacking would be a wrong answer, so whatever may need one is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyoxigraph as ox
import pytest
from built import Built
from hypothesis import HealthCheck, Phase, given, settings
from left_out_release import LeftOut, comparable, leave_out
from sameness.generating import Case, cases
from sameness.leaving_out import compare_left_out

from publish.sparql.cubes.left_out.judging import asks_for_nothing
from publish.sparql.cubes.plan import REASONS, NeedsTriples

QUERIES = tomllib.loads(Path(__file__).with_name("queries.toml").read_text(encoding="utf-8"))
SETS = {
    "two": ("vreemd", "opgeteld"),
    "all": ("een", "jaren", "opgeteld", "twee", "vreemd", "zonder-tijd"),
    "one": ("een",),
}
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in SETS if name != "two"]


@pytest.fixture(scope="module", params=["two", *SLOW])
def left_out(
    request: pytest.FixtureRequest, odd_exports: Built, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LeftOut]:
    """Data sets with suppressed figures, bounds, notes and sums, left out and not."""
    found = leave_out(odd_exports, SETS[request.param], tmp_path_factory.mktemp("left-out"))
    yield found
    found.answers.close()


def queries(listed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names of queries, and the queries themselves."""
    for name, text in listed.items():
        whole = re.sub("@([A-Z-]+)@", lambda found: str(QUERIES["iris"][found[1]]), text)
        yield name, QUERIES["prologue"] + whole


def test_answer_as_the_whole_store_does(left_out: LeftOut) -> None:
    """All that can be answered is, with the solutions that there are with all triples."""
    for name, text in queries(QUERIES["answered"]):
        assert comparable(left_out.ask(text)) == comparable(left_out.expected(text)), name


@pytest.mark.slow
def test_answer_queries_at_random_as_whole_worlds_do() -> None:
    """Whichever cubes are left out, most queries are answered, and none otherwise."""
    tally = Counter[str]()
    with duckdb.connect(":memory:", config={"threads": 1}) as writer:

        @settings(
            deadline=None,
            database=None,
            derandomize=True,
            max_examples=60,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(most=8))
        def ask(case: Case) -> None:
            compare_left_out(case, writer, tally)

        ask()
    refused = sum(count for way, count in tally.items() if way.startswith("refused"))
    assert tally.total() > 200
    assert refused < tally.total() / 4, tally
    assert min(tally[way] for way in ("columns", "columns-and-engine", "engine")) > 5, tally


def test_tell_queries_that_ask_for_nothing() -> None:
    """Without its columns nothing else is known not to need what is left out."""
    for text in ("SELECT (1 AS ?n) {}", "ASK {}", "SELECT * { VALUES ?x { 1 } }"):
        assert asks_for_nothing(text, None), text
    for text in ("ASK { ?s ?p ?o }", "DESCRIBE <x:a>", "CONSTRUCT WHERE { ?s ?p ?o }", "ASK {} }"):
        assert not asks_for_nothing(text, None), text
    assert not asks_for_nothing("SELECT * { GRAPH ?g {} }", None)


def test_answer_most_queries() -> None:
    """Of the queries that are asked here, at least two thirds are answered."""
    answered, some = len(QUERIES["answered"]), len(QUERIES["some"])
    refused = sum(map(len, QUERIES["refused"].values()))
    assert answered + some + refused >= 60
    assert answered + some >= 2 * refused


def test_refuse_what_needs_all_triples(left_out: LeftOut) -> None:
    """What is refused says why and of which data sets; where it is answered, it is right."""
    lacking = {cube.slug for cube in left_out.answers.left_out}
    answered = set()
    refused = ((why, listed) for why, listed in QUERIES["refused"].items())
    for why, name, text in ((why, *one) for why, listed in refused for one in queries(listed)):
        try:
            found = left_out.ask(text)
        except NeedsTriples as error:
            assert error.why == why, name
            assert why in REASONS
            assert {*error.slugs} <= lacking, name
            assert error.slugs, name
        else:
            answered.add(name)
            if name != "chance":
                assert comparable(found) == comparable(left_out.expected(text)), name
    assert not answered or lacking == {"een"}


def test_find_some_where_any_are_as_good(left_out: LeftOut) -> None:
    """A query with a limit and no order has so many solutions, each of them one of all."""
    for name, text in queries(QUERIES["some"]):
        found = left_out.ask(text)
        whole = left_out.expected(re.sub("LIMIT.*", "", text))
        assert isinstance(found, ox.QuerySolutions), name
        assert isinstance(whole, ox.QuerySolutions), name
        rows = Counter(tuple(map(str, row)) for row in found)
        assert rows.total() == int(re.findall(r"LIMIT (\d+)", text)[0]), name
        assert rows <= Counter(tuple(map(str, row)) for row in whole), name
