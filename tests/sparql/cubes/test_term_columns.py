"""An answer in columns of terms is written as the engine writes it."""

from __future__ import annotations

import json
import random

import pyoxigraph as ox
import pytest

from publish.sparql.cubes.catalogue import INTEGER
from publish.sparql.cubes.term_columns import Keyed, Numbers, TermTable, part_of, terms_of

TERMS = (
    ox.NamedNode("http://x/é?a=b&c='d'"),
    ox.BlankNode("b1"),
    ox.Literal('a "b" \\ c\nd\te\x01\U0001f600 </script>'),
    ox.Literal('1"^^<x>'),
    ox.Literal("één", language="nl-be"),
    ox.Literal(3),
    ox.Literal(""),
    None,
)


@pytest.mark.parametrize("count", [0, 1, 2500])
def test_write_rows_as_json_as_the_engine_does(count: int) -> None:
    """Every kind of term, unbound variables and empty rows come out in the engine's very bytes."""
    chance = random.Random(count)
    texts = [None if term is None else str(term) for term in TERMS]
    numbers = Numbers(digits=[str(number) for number in range(count)], datatype=INTEGER)
    some, bound = chance.choices(texts, k=count), chance.choices(texts[:-1], k=count)
    codes = chance.choices(range(len(TERMS) - 1), k=count)
    code = Keyed(keys=codes, terms=[text or "" for text in texts[:-1]])
    label = Keyed(keys=codes, terms=dict(enumerate(texts[1:])))
    name = Keyed(keys=codes, terms=dict(enumerate(texts[:-1])))
    for columns in (
        [some, [None] * count, bound, numbers],
        [bound, numbers],
        [numbers, bound],
        [code, name, numbers, name],
        [numbers, code, label],
        [],
    ):
        names = [f"?v{at}" for at in range(len(columns))]
        table = TermTable(variables=names, columns=columns, count=count)
        written = b"".join(table.json())
        if columns:
            assert written == table.solutions().serialize(format=ox.QueryResultsFormat.JSON)
        else:
            assert json.loads(written) == {
                "head": {"vars": []},
                "results": {"bindings": [{}] * count},
            }


def test_take_a_part_of_each_kind_of_column() -> None:
    """Rows that are ordered or cut keep their terms together."""
    for column in (
        ["<a>", None, "<c>"],
        Numbers(digits=["1", "2", "3"], datatype=INTEGER),
        Keyed(keys=(2, 0, 1), terms=("<a>", "<b>", "<c>")),
    ):
        whole = terms_of(column)
        assert list(terms_of(part_of(column, [2, 0]))) == [whole[2], whole[0]]
