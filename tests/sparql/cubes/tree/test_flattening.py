"""Taking brackets of queries apart: what is gone, what stays, and the same solutions."""

from __future__ import annotations

from collections import Counter
from typing import cast

import pyoxigraph as ox
import pytest

from publish.sparql.cubes.tree.flattening import flattened
from publish.sparql.cubes.tree.syntax import read_query

TURTLE = """@prefix : <http://x/> .
:o1 :p :a ; :v 1 . :o2 :p :a ; :v 5 . :o3 :p :b ; :v 5 . :o4 :p :b .
:a :l "a" , "A" . :o1 :l :z . :b :l "b" ; :v 9 ."""
SUBQUERY = "{ SELECT ?q ?v { ?o :p ?q ; :v ?v } }"

FLAT = [
    f"SELECT ?q ?v {{ {SUBQUERY} }}",
    f"SELECT ?q ?v ?o {{ {SUBQUERY} . ?q :l ?o }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?q :l ?o {SUBQUERY} # ?o\n }}",
    "SELECT ?q { SELECT ?q { SELECT ?q ?v { ?o :p ?q ; :v ?v FILTER(?v > 2) } } }",
    "SELECT * { { ?o :p ?q . } . ?q :l ?l }",
    "SELECT * { ?o :p ?q { ?o :v ?v FILTER(?v > 2) . } ?q :l ?l { ?x :v ?v } }",
    "SELECT * { { VALUES ?q { :a :b :b } # VALUES\n } # .\n . ?o :p ?q OPTIONAL { ?q :v ?w } }",
    "SELECT * { ?o :p ?q OPTIONAL { ?o :v ?v } { ?q :l ?l FILTER(?l > 'B') } }",
    "SELECT * { ?o :p ?q MINUS { { ?o :v ?v FILTER(?v = 5) } } }",
]
KEPT = [
    "SELECT * { ?o :v ?v { ?o :p ?q FILTER(?v > 2) } }",
    "SELECT * { ?o :v ?v { ?o :p ?q FILTER NOT EXISTS { ?q :v ?v } } }",
    "SELECT * { ?o :v ?v { SELECT DISTINCT ?q { ?z :p ?q } } }",
    "SELECT * { ?o :v ?v { SELECT ?q { ?z :p ?q } LIMIT 1 } }",
    "SELECT * { ?o :v ?v { SELECT (COUNT(*) AS ?n) { ?z :p ?q } } }",
    "SELECT * { ?o :v ?v { SELECT ?q { ?z :p ?q } } }",
    "SELECT (COUNT(DISTINCT *) AS ?n) { ?o :v ?v { SELECT ?q { ?z :p ?q } } }",
    "SELECT * { ?o :v ?v { ?o :p ?q OPTIONAL { ?q :v ?v } } }",
    "SELECT * { { ?o :p ?q } UNION { ?o :v ?q } }",
]


def _solutions(text: str) -> Counter[str]:
    store = ox.Store()
    store.load(TURTLE.encode(), format=ox.RdfFormat.TURTLE)
    found = cast("ox.QuerySolutions", store.query(text))
    names = sorted(one.value for one in found.variables)
    return Counter(str([(name, row[name]) for name in names]) for row in found)


@pytest.mark.parametrize("text", FLAT)
def test_take_brackets_apart_and_keep_the_solutions(text: str) -> None:
    """What only brackets is gone, and the engine finds as many of the same solutions."""
    query = "PREFIX : <http://x/> " + text
    flat = flattened(read_query(query)).text.decode()
    assert flat.upper().count("SELECT") == 1
    assert flat.count("{") <= 1 + flat.count("VALUES") + flat.count("OPTIONAL") + flat.count(
        "MINUS"
    )
    assert _solutions(flat) == _solutions(query)


@pytest.mark.parametrize("text", KEPT)
def test_keep_brackets_that_mean_something(text: str) -> None:
    """A filter that asks for what is outside, a modifier or hidden variables of ``*`` stay."""
    query = "PREFIX : <http://x/> " + text
    assert flattened(read_query(query)).text.decode() == query
