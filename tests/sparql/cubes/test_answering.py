"""Queries about the answer's observations: each goes its way, and answers as the engine does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyoxigraph as ox
import pytest
from sameness.differential import open_world
from sameness.example import PREFIXES as EXAMPLE
from sameness.example import example_world

from publish.sparql.cubes import components
from publish.sparql.cubes.answering import CubeAnswers, Found
from publish.sparql.cubes.plan import COLUMNS, COLUMNS_AND_ENGINE, ENGINE, Mistranslated
from publish.sparql.workers.column_queries import FAULTS

if TYPE_CHECKING:
    from conftest import Built

PREFIXES = """
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX se: <https://data.sociale-economie.example/ns/sociale-economie#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX kwartaal: <https://data.sociale-economie.example/id/kwartaal/>
PREFIX ds: <https://data.sociale-economie.example/id/dataset/>
PREFIX attr: <http://purl.org/linked-data/sdmx/2009/attribute#>
"""
QUERIES = {
    COLUMNS: (
        "SELECT DISTINCT ?list { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:leeftijdsgroep/skos:inScheme ?list }",
        "SELECT ?q (SUM(?v) AS ?s) { ?o a qb:Observation ; se:kwartaal ?q ; se:werknemersVte "
        "?v } GROUP BY ?q ORDER BY ?q",
        "SELECT * { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?l ; se:werknemersVte ?v } ORDER BY DESC(?v) LIMIT 10",
        "SELECT ?q ?naam (AVG(?v) AS ?s) (COUNT(*) AS ?n) { [] qb:dataSet "
        "ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; se:leeftijdsgroep ?l ; "
        'se:werknemersVte ?v . ?l skos:prefLabel ?naam FILTER(lang(?naam)="nl") } GROUP BY ?q'
        " ?naam ORDER BY ?q ?naam",
        "SELECT (COUNT(*) AS ?n) { ?o a qb:Observation }",
        "SELECT ?d (COUNT(?o) AS ?n) { ?o a qb:Observation ; qb:dataSet ?d } GROUP BY ?d "
        "ORDER BY DESC(?n)",
        "ASK { ?o a qb:Observation ; se:kwartaal ?q ; se:werknemersVte ?v FILTER(?v > 1000) }",
        "SELECT ?o ?v { ?o se:werknemersVte ?v FILTER(?v > 1000.55 && ?v < 5000) }",
        "SELECT ?q ?v { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal/skos:notation "
        '?q ; se:leeftijdsgroep [ skos:notation "Y_GE65" ] ; se:werknemersVte ?v } ORDER BY '
        "?q",
        "SELECT ?q ?k (COUNT(*) AS ?n) { ?o a qb:Observation ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?k } GROUP BY ?q ?k HAVING(COUNT(*) > 1)",
        "SELECT ?q ?k (COUNT(*) AS ?n) (SUM(?v) AS ?s) { ?o qb:dataSet ds:lde-werknemers-leeftijd "
        "; se:kwartaal ?q ; se:leeftijdsgroep ?k ; se:werknemersVte ?v } GROUP BY ?q ?k",
        "SELECT ?q ?k { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?k } GROUP BY ?q ?k HAVING(COUNT(*) > 1)",
        "SELECT ?q ?k { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?k } GROUP BY ?k ?q HAVING(COUNT(?o) = 1) ORDER BY ?k ?q",
        "SELECT DISTINCT ?q ?k { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?k } ORDER BY ?q ?k",
        "SELECT ?k (MIN(?v) AS ?least) (AVG(?v) AS ?mean) (MAX(?v) AS ?most) { ?o qb:dataSet "
        "ds:lde-werknemers-leeftijd ; se:kwartaal kwartaal:2022-Q3 ; se:leeftijdsgroep ?k ; "
        "se:werknemersVte ?v } GROUP BY ?k",
        "SELECT ?q ?v { ?o qb:dataSet ds:wzw-uitstroom ; se:jaar ?q . OPTIONAL { ?o "
        "se:werkzoekendenJaargemiddelde ?v } }",
        "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a qb:Observation ; qb:dataSet "
        "ds:lde-werknemers-leeftijd . }",
        "SELECT * { { SELECT ?q ?l (COUNT(*) AS ?n) (SUM(?v) AS ?s) { ?o a qb:Observation ; "
        "se:kwartaal ?q ; se:leeftijdsgroep ?l ; se:werknemersVte ?v } GROUP BY ?q ?l } "
        "FILTER(?n > 1 && ?s >= 3) } ORDER BY DESC(?s)",
        "SELECT ?l ?n { { SELECT ?q ?l (COUNT(*) AS ?n) { ?o a qb:Observation ; se:kwartaal "
        "?q ; se:leeftijdsgroep ?l } GROUP BY ?q ?l } FILTER(1 < ?n) }",
        "SELECT ?l ?n { { SELECT ?q ?l (COUNT(*) AS ?n) { ?o a qb:Observation ; se:kwartaal "
        "?q ; se:leeftijdsgroep ?l } GROUP BY ?q ?l HAVING (COUNT(*) > 2) } }",
        "SELECT DISTINCT ?l { ?o a qb:Observation ; se:kwartaal ?q ; se:leeftijdsgroep ?l }",
        "SELECT ?q (SUM(?v) AS ?s) (COUNT(*) AS ?n) { { ?o qb:dataSet "
        "ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; se:werknemersVte ?v } UNION { ?x "
        "qb:dataSet ds:cmw-werknemers-leeftijd ; se:kwartaal ?q ; se:werknemersVte ?v } } "
        "GROUP BY ?q ORDER BY ?q",
        "SELECT ?q ?v { ?o a qb:Observation . { ?o qb:dataSet ds:lde-werknemers-leeftijd } "
        "UNION { ?o qb:dataSet ds:cmw-werknemers-leeftijd } ?o se:kwartaal ?q ; "
        'se:werknemersVte ?v . ?q skos:notation ?n FILTER(?n >= "2022-Q3") } ORDER BY ?q ?v',
        "SELECT (COUNT(?o) AS ?n) (COUNT(DISTINCT ?o) AS ?m) { ?o qb:dataSet "
        'ds:lde-werknemers-leeftijd ; se:leeftijdsgroep/skos:notation "Y_GE65" }',
        "SELECT (COUNT(DISTINCT ?v) AS ?m) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:werknemersVte ?v }",
        "SELECT ?o ?v { ?o a qb:Observation ; se:werknemersVte ?v ; se:kwartaal/rdfs:label ?x"
        ' FILTER(?v > 1000 || ?v < -3) FILTER(contains(?x, "2022")) } ORDER BY ?v',
    ),
    COLUMNS_AND_ENGINE: (
        "SELECT (COUNT(*) AS ?n) (SUM(?s) AS ?t) { { SELECT ?q ?k (SUM(?v) AS ?s) { ?o qb:dataSet "
        "ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; se:leeftijdsgroep ?k ; se:werknemersVte "
        "?v } GROUP BY ?q ?k HAVING(COUNT(*) >= 1) } }",
        "ASK { { SELECT ?q ?k { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?k } GROUP BY ?q ?k HAVING(COUNT(?o) > 1) } }",
        "SELECT ?naam ?s { { SELECT ?q (SUM(?v) AS ?s) { ?o qb:dataSet ds:lde-werknemers-leeftijd ;"
        " se:kwartaal ?q ; se:werknemersVte ?v } GROUP BY ?q ORDER BY DESC(?s) LIMIT 3 } "
        "OPTIONAL { ?q rdfs:label ?naam } }",
        "SELECT (SUM(?v + 0) AS ?s) (GROUP_CONCAT(DISTINCT ?k) AS ?g) { ?o a qb:Observation ; "
        "se:kwartaal ?q ; qb:measureType ?k ; se:werknemersVte ?v }",
        "SELECT (SUM(IF(?l = ?l, 1, 2)) AS ?s) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:leeftijdsgroep ?l }",
        "SELECT ?list (AVG(?v) + 0 AS ?m) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:kwartaal ?q ; se:leeftijdsgroep ?l ; se:werknemersVte ?v . ?l skos:inScheme ?list } "
        "GROUP BY ?list",
        'SELECT ?a ?v { ?a skos:notation "Y_GE65" OPTIONAL { ?o qb:dataSet '
        "ds:lde-werknemers-leeftijd ; se:leeftijdsgroep ?l ; se:werknemersVte ?v "
        "FILTER(?l = ?a) } }",
        "SELECT (COUNT(DISTINCT ?q) AS ?n) { ?o a qb:Observation ; se:kwartaal ?q }",
        "CONSTRUCT { ?o se:werknemersVte ?v } { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:werknemersVte ?v }",
        "SELECT ?o ?p ?x { ?o qb:dataSet ds:lde-werknemers-leeftijd ; ?p ?x }",
        "SELECT ?q (SUM(?v)/COUNT(?v) AS ?m) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:kwartaal ?q ; se:werknemersVte ?v . OPTIONAL { ?o attr:obsStatus ?st } } GROUP BY"
        " ?q HAVING (SUM(?v) > 20)",
        "SELECT ?q (SUM(?v)/COUNT(?v) AS ?m) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; "
        "se:kwartaal ?q ; se:werknemersVte ?v . } GROUP BY ?q HAVING (SUM(?v) > 20)",
        "SELECT ?d ?x { { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:werknemersVte ?x } "
        "UNION { ?o qb:dataSet ds:cmw-werknemers-leeftijd ; ?m ?x . ?m a qb:MeasureProperty }"
        " ?o qb:dataSet ?d }",
        "SELECT ?a ?b { ?o1 qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; "
        "se:leeftijdsgroep ?l ; se:werknemersVte ?a . ?o2 qb:dataSet "
        "ds:cmw-werknemers-leeftijd ; se:kwartaal ?q ; se:leeftijdsgroep ?l ; "
        "se:werknemersVte ?b }",
        "SELECT ?l (SUM(?s) AS ?t) { ?l skos:prefLabel ?n . { SELECT ?l (SUM(?v) AS ?s) { ?o "
        'se:leeftijdsgroep ?l ; se:werknemersVte ?v } GROUP BY ?l } FILTER(lang(?n) = "nl") }'
        " GROUP BY ?l",
        "SELECT ?q (COUNT(?v) AS ?n) (COUNT(*) AS ?k) { ?o qb:dataSet ds:wzw-uitstroom ; "
        "se:jaar ?q . OPTIONAL { ?o se:werkzoekendenJaargemiddelde ?v } } GROUP BY ?q",
        "SELECT ?q ?v ?st { BIND(<https://data.sociale-economie.example/id/kwartaal/2022-Q1> "
        "AS ?q) { ?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q . FILTER(?q != "
        "?o) } ?o se:werknemersVte ?v OPTIONAL { ?o attr:obsStatus ?st } }",
        "SELECT ?x (SUM(?v) AS ?s) { ?o qb:dataSet ds:wzw-uitstroom ; se:jaar ?q . OPTIONAL {"
        " ?o se:werkzoekendenJaargemiddelde ?v } ?o qb:measureType ?x } GROUP BY ?x",
    ),
    ENGINE: (
        "SELECT ?x { ?x a qb:Slice, qb:Observation ; se:kwartaal ?q }",
        "SELECT ?l ?n { ?o qb:dataSet ds:lde-werknemers-leeftijd OPTIONAL { ?l skos:notation ?n "
        'FILTER(?n = "Y_GE65") } ?o se:leeftijdsgroep ?l ; se:kwartaal/skos:notation "2022-Q1" }',
        "SELECT ?q ?n { ?o qb:dataSet ds:lde-werknemers-leeftijd OPTIONAL { ?q skos:notation ?n "
        'FILTER(?n = "2022-Q1") } ?o se:kwartaal ?q }',
        "SELECT ?x { ?x a qb:Slice ; se:kwartaal ?q }",
        "SELECT ?v { GRAPH ?g { ?o a qb:Observation ; se:werknemersVte ?v } }",
        "SELECT ?o (RAND() AS ?r) { ?o a qb:Observation }",
        "SELECT ?a { ?o a qb:Observation ; se:kwartaal _:q . _:q rdfs:label ?a }",
        "DESCRIBE ?o { ?o a qb:Observation }",
    ),
}
MEMORY = 256 << 20


@pytest.fixture(scope="module")
def store(answer: Built) -> ox.Store:
    """The triples of the answer."""
    return ox.Store.read_only(str(answer.folder / "store"))


@pytest.fixture(scope="module")
def answers(answer: Built, store: ox.Store) -> CubeAnswers:
    """What answers from its columns, however few observations there are."""
    return CubeAnswers(answer.folder, store, memory=MEMORY, fewest=0)


def content(found: object) -> tuple[object, ...]:
    """Return what an answer says, without its order."""
    if isinstance(found, ox.QueryBoolean):
        return (bool(found),)
    if isinstance(found, ox.QuerySolutions):
        names = tuple(variable.value for variable in found.variables)
        return names, Counter(tuple(map(str, row)) for row in found)
    assert isinstance(found, ox.QueryTriples)
    return (Counter(map(str, found)),)


@pytest.mark.parametrize(
    ("way", "query"), [(way, query) for way, queries in QUERIES.items() for query in queries]
)
def test_answer_as_the_engine_does(
    answers: CubeAnswers, store: ox.Store, way: str, query: str
) -> None:
    """A query goes the way that is expected, and has the solutions that the triples give."""
    found: Found | None = answers.answer(PREFIXES + query, None)
    assert answers.plan.way == way, answers.plan
    assert (found is None) == (way == ENGINE)
    if found is not None:
        assert content(found) == content(store.query(PREFIXES + query))


def test_leave_small_cubes_to_the_engine(answer: Built, store: ox.Store) -> None:
    """Where few observations are asked, the engine is as quick."""
    answers = CubeAnswers(answer.folder, store, memory=MEMORY, fewest=1000)
    assert answers.answer(PREFIXES + QUERIES[COLUMNS][0], None) is None
    assert answers.plan.why == "small"


def test_raise_what_is_wrong_with_a_query(answers: CubeAnswers) -> None:
    """A mistake that the tree does not show is the engine's to tell."""
    with pytest.raises(SyntaxError, match="variable that is unbound"):
        answers.answer(
            PREFIXES + "SELECT ?q (COUNT(*) AS ?n) { ?o a qb:Observation ; se:kwartaal ?q }", None
        )
    assert answers.answer("SELECT ?o { ?o a unknown:Observation }", None) is None
    assert answers.plan.way == ENGINE


def test_leave_sums_to_the_engine_whose_order_matters() -> None:
    """Where a sum in between may be larger than any value, the engine alone knows its answer."""
    with duckdb.connect(":memory:") as writer:
        world = example_world()
        for value, why in ((10**16, None), (10**18, "large")):
            [cube, *others] = world.cubes
            rows = (replace(cube.rows[0], value=Decimal(value)), *cube.rows[1:])
            larger = replace(world, cubes=(replace(cube, rows=rows), *others))
            where = "{ ?o qb:dataSet ds:eerste ; ns:maat-aantal ?v }"
            with open_world(larger, writer) as found:
                for asked in ("(SUM(?v) AS ?s)", "?v", "(MAX(?v) AS ?s)"):
                    found.answers.answer(f"{EXAMPLE} SELECT {asked} {where}", None)
                    assert found.answers.plan.why == (why if "SUM" in asked else None)


def test_leave_what_multiplies_and_what_nests_to_the_engine(answers: CubeAnswers) -> None:
    """Rows that multiply are counted before they are made, and brackets before they are read."""
    star = "?o qb:dataSet ds:lde-werknemers-leeftijd ; se:kwartaal ?q ; se:werknemersVte ?v ."
    same = "(kwartaal:2022-Q3 1)" * 30
    values = " ".join(f"VALUES (?q ?z{at}) {{ {same} }}" for at in range(6))
    answers.answer(f"{PREFIXES} SELECT ?q {{ {star} {values} }} LIMIT 10", None)
    assert answers.plan.way == COLUMNS_AND_ENGINE
    many = "{ SELECT ?q { ?q a skos:Concept } }" * 700
    assert answers.answer(f"{PREFIXES} SELECT ?q {{ {star} {many} }}", None) is None
    assert answers.plan.why == "not-read"


def test_tell_faults_of_ours_from_those_of_a_query(
    answer: Built, store: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that was made wrongly is no reason to refuse a right query: the store is asked."""
    monkeypatch.setattr(components, "_plain", lambda *given: ("FILTER(", False))
    answers = CubeAnswers(answer.folder, store, memory=MEMORY, fewest=0)
    with pytest.raises(Mistranslated):
        answers.answer(
            PREFIXES + "SELECT ?n { ?o se:kwartaal/skos:notation ?n ; qb:dataSet ?d }", None
        )
    assert Mistranslated in FAULTS


def test_read_only_queries_that_name_what_observations_have(answers: CubeAnswers) -> None:
    """A variable called as a property costs nothing; names with prefixes and whole IRIs count."""
    qb = "http://purl.org/linked-data/cube#"
    for text in (
        "SELECT * { ?dataSet a qb:DataSet ; qb:structure ?Observation }",
        'SELECT * { ?s skos:prefLabel "dataSet" }',
    ):
        assert answers.answer(PREFIXES + text, None) is None
        assert answers.plan.why is None
    for text in (
        f"SELECT * {{ ?o <{qb}dataSet> ?d }}",
        f"PREFIX v: <{qb}dataSet> SELECT * {{ ?o v: ?d }}",
        f"PREFIX q: <{qb}> SELECT * {{ ?d ^q:dataSet ?o }}",
        f"BASE <{qb}> SELECT * {{ ?o <#dataSet> ?d }}",
    ):
        found = answers.answer(text, None)
        assert found is not None or answers.plan.why is not None, text
