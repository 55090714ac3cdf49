"""Queries whose answers from columns once differed from the engine's, each made small."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from sameness.answers import of_columns, of_engine
from sameness.differential import Opened, open_world
from sameness.example import PREFIXES, example_world
from sameness.syntax import Asked

FOUND = {
    "a comment between PREFIX and its name": """
        PREFIX # } UNION {
        own: <http://x.example/ns/>
        SELECT ?c ?v { ?o qb:dataSet ds:eerste ; own:leeftijd ?c ; ns:maat-aantal ?v }""",
    "a comment inside a comparison": """
        SELECT ?c (SUM(?v) AS ?sum) {
          ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v . FILTER ( ?v > # and
          1 && ?v # but
          < 9 ) } GROUP BY ?c""",
    "COUNT(DISTINCT *) counts solutions that differ in what is not named": """
        SELECT (COUNT(DISTINCT *) AS ?n) {
          ?o a qb:Observation ; ns:geslacht ?c .
          ?o2 qb:dataSet ds:eerste ; ns:geslacht ?c ; ns:maat-aantal ?v }
        GROUP BY (LANG(?c))""",
    "a filter of a subquery in OPTIONAL sees nothing of what stands before": """
        SELECT ?x ?v { ?x skos:notation ?n
          OPTIONAL { SELECT ?x ?v ?n { ?o qb:dataSet ds:tweede ; ns:leeftijd ?x ;
            ns:maat-aantal ?v FILTER(?n = "9") } } }""",
    "a filter of a subquery of codes in OPTIONAL": """
        SELECT ?c ?v ?l { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v
          OPTIONAL { SELECT ?c ?v ?l { ?c skos:prefLabel ?l FILTER(?v > 1) } } }""",
    "a subquery in EXISTS, where the engine has its own way with variables": """
        SELECT (SUM(?v) AS ?sum) { ?o ns:leeftijd ?c ; ns:maat-aantal ?v .
          FILTER EXISTS { SELECT ?c { ?c skos:prefLabel ?l FILTER(BOUND(?o)) } } }""",
    "two parts that hang on one code, each with a key of the groups": """
        SELECT ?name ?text (SUM(?v) AS ?sum) { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ;
          ns:maat-aantal ?v . ?c skos:prefLabel ?name . FILTER(LANG(?name) = "nl")
          BIND(REPLACE(STR(?c), "^.*/", "") AS ?text) } GROUP BY ?c ?name ?text""",
    "a path of an IRI in full and a name with a prefix": """
        SELECT ?c ?label { ?o qb:dataSet ds:tweede ; ns:leeftijd ?c ; ns:maat-aantal ?v .
          ?c ( <http://www.w3.org/2004/02/skos/core#prefLabel> | skos:notation ) ?label }""",
    "groups of nothing by a data set": """
        SELECT ?d (COUNT(*) AS ?n) { ?o a qb:Observation ; qb:dataSet ?d ; ns:geslacht ?c ;
          ns:maat-aantal ?v . FILTER(?v > 100) } GROUP BY ?d""",
    "a branch without solutions, of codes with several labels": """
        SELECT ?c ?l ?v {
          { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v . ?c skos:prefLabel ?l
            FILTER(?v > 10000) } UNION
          { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v . ?c skos:prefLabel ?l } }
        """,
    "a subquery of codes that need the prefixes of the query": r"""
        SELECT ?d { { SELECT ?d (COUNT(?o) AS ?n) { ?o qb:dataSet ?d ; ns:leeftijd ?c ;
          ns:maat-aantal ?v OPTIONAL { ?c skos:prefLabel ?l FILTER(?l = "a\\tb"@en) } }
          GROUP BY ?d } } ORDER BY DESC(STR(?n))""",
    "a comment between a comparison and a bracket, which looks like an IRI": """
        SELECT ?c ?v { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v .
          FILTER(1<2&&#>
          ?v>3) }""",
    "a comment in VALUES after a comparison": """
        SELECT ?c ?v { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v .
          FILTER(1<2)VALUES#>
          ?c{age:9 age:10} }""",
    "a comment in a path after a comparison": """
        SELECT ?c ?x { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v .
          FILTER(1<2)?c(skos:broader/#>
          skos:notation)?x }""",
    "an order of literals that are no numbers": """
        SELECT ?c ?t { ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:maat-aantal ?v .
          BIND(STRDT(IF(STRENDS(STR(?c), "9"), "1_0", IF(STRENDS(STR(?c), "10"), "5", "1E1")),
            xsd:integer) AS ?t) } ORDER BY ?t""",
    "SELECT DISTINCT * of a subquery": """
        SELECT ?c { { SELECT DISTINCT * {
          ?o qb:dataSet ds:eerste ; ns:leeftijd ?c ; ns:geslacht ?s ; ns:maat-aantal ?v } } }""",
}

EMPTY = {"groups of nothing by a data set"}
"""Those whose answer has no rows."""


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    """A world with its columns opened."""
    with duckdb.connect(":memory:") as writer, open_world(example_world(), writer) as found:
        yield found


@pytest.mark.parametrize("name", FOUND)
def test_answer_as_the_engine_does(name: str, opened: Opened) -> None:
    """The answer from columns is the engine's, whichever way the query goes."""
    asked = Asked(text=PREFIXES + FOUND[name])
    expected = of_engine(opened.store, asked.text)
    assert bool(expected.rows) == (name not in EMPTY)
    found = of_columns(opened.answers, asked) or expected
    assert (found.form, found.names) == (expected.form, expected.names)
    assert sorted(map(repr, found.rows)) == sorted(map(repr, expected.rows))
