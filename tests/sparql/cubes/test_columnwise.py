"""Terms that are made column by column are those that are made one by one."""

from __future__ import annotations

import random
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest

from publish.sparql.cubes.catalogue import INTEGER
from publish.sparql.cubes.columnwise import (
    NotOne,
    aggregate_column,
    columns_of,
    mean_digits,
    one_each,
)
from publish.sparql.cubes.fetching import (
    EXACT,
    LARGEST_DECIMAL,
    Selected,
    TooLarge,
    mean,
    number_text,
)
from publish.sparql.cubes.joining import OnCodes
from publish.sparql.cubes.term_columns import Keyed, terms_of
from publish.sparql.cubes.tree.selection import Aggregate

DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


def test_write_a_mean_as_the_number_that_it_is() -> None:
    """The quick way to write a mean gives the digits that the exact one does."""
    chance = random.Random(1)
    for _ in range(2000):
        total = Decimal(f"{chance.randrange(-(10**6), 10**6)}E-{chance.randrange(7)}")
        count = chance.choice((1, 2, 3, 7, 100, 10**9, 10**25))
        [found] = mean_digits([f"{total:f}"], [count])
        assert f'"{found}"^^<{DECIMAL}>' == number_text(mean(total, count), DECIMAL)


def test_refuse_a_mean_that_is_too_large() -> None:
    """The largest mean is that of the engine."""
    largest = EXACT.subtract(LARGEST_DECIMAL, Decimal("1e-18"))
    assert mean_digits([f"{largest:f}"], [1])[0].startswith("1701")
    with pytest.raises(TooLarge):
        mean_digits([f"{LARGEST_DECIMAL:f}"], [1])


def test_make_terms_of_rows_and_of_what_hangs_on_their_codes() -> None:
    """Codes, labels and aggregates of each row come in its order."""
    rows = [(1, 4, "10.00", 3), (0, 2, "-3.00", 1)]
    codes = ("<a>", "<b>")
    part = Selected(
        cube=cast("object", SimpleNamespace()),  # type: ignore[arg-type]
        readers={"?k": lambda columns: Keyed(keys=columns[0], terms=codes)},
        rows=rows,
        sums=1,
    )
    hanging = one_each(
        [OnCodes(variable="?k", names=("?l",), rows={"a": [('"A"',)], "b": [('"B"',)]})]
    )
    count = Aggregate(function="COUNT", is_distinct=False, variable=None)
    each = Aggregate(function="COUNT", is_distinct=True, variable="?z")
    total = Aggregate(function="SUM", is_distinct=False, variable="?v")
    average = Aggregate(function="AVG", is_distinct=False, variable="?v")
    places = {("?v", "SUM"): 1, ("?z", "DISTINCT"): 2}
    found = columns_of(part, ["?k"], hanging)
    assert {name: terms_of(column) for name, column in found.items()} == {
        "?k": ["<b>", "<a>"],
        "?l": ['"B"', '"A"'],
    }
    expected = {
        count: [f'"4"^^<{INTEGER}>', f'"2"^^<{INTEGER}>'],
        each: [f'"3"^^<{INTEGER}>', f'"1"^^<{INTEGER}>'],
        total: [f'"10"^^<{INTEGER}>', f'"-3"^^<{INTEGER}>'],
        average: [f'"2.5"^^<{DECIMAL}>', f'"-1.5"^^<{DECIMAL}>'],
    }
    for one, terms in expected.items():
        assert terms_of(aggregate_column(part, one, places, {"?v": INTEGER})) == terms


@pytest.mark.parametrize("rows", [[], [(None,), (None,)], [('"A"',), ('"B"',)]])
def test_leave_codes_with_other_than_one_solution(rows: list[tuple[str | None]]) -> None:
    """Two labels of a code make two rows of one, which is not for columns."""
    with pytest.raises(NotOne):
        one_each([OnCodes(variable="?k", names=("?l",), rows={"a": rows})])  # type: ignore[dict-item]


def test_join_what_hangs_on_one_variable() -> None:
    """Codes that one of the parts rules out have no rows in the other."""
    label = OnCodes(variable="?k", names=("?l",), rows={"a": [('"A"',)], "b": [('"B"',)]})
    level = OnCodes(variable="?k", names=(), rows={"b": [()]})
    notation = OnCodes(variable="?k", names=("?n",), rows={"b": [('"1"',)]})
    [(variable, found)] = one_each([label, level, notation]).items()
    assert (variable, found.names, found.rows) == ("?k", ("?l", "?n"), {"<b>": ('"B"', '"1"')})
