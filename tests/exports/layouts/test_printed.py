"""Tables as their source prints them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from built import Built
from exported import chosen, descriptions, observations
from odd_exports import OPGETELD, VREEMD

from publish.exports.layouts.pivot import TooManyCells
from publish.exports.layouts.printed import TableAsPrinted, printed_number, printed_tables


def tables(built: Built, slug: str) -> list[TableAsPrinted]:
    """Return the printed tables of a data set."""
    with chosen(built.folder, slug) as found:
        return printed_tables(found)


@pytest.mark.parametrize("release", [pytest.param("answer", marks=pytest.mark.slow), "odd_exports"])
def test_printed_tables_hold_each_figure_where_it_is_printed(
    release: str, request: pytest.FixtureRequest
) -> None:
    """Each observation that a cell prints is a number there, with the same value."""
    built: Built = request.getfixturevalue(release)
    for description in descriptions(built.folder):
        if description.derived_from:
            continue
        found = {table.source.name: table for table in tables(built, description.slug)}
        assert found.keys() == description.table_by_name.keys()
        for item in observations(built.folder, description.slug):
            assert item.source
            name, row, column = item.source
            table = found[name]
            cell = table.rows[row - 1 - len(table.header)][column - 1]
            assert cell.is_figure
            assert cell.value == item.value
            assert cell.reasons == item.reasons


def test_printed_tables_keep_what_is_no_figure_as_it_is_printed(answer: Built) -> None:
    """A row that the data set leaves out stays text; a second cell of a figure is a number."""
    [table] = tables(answer, "lde-werknemers-leeftijd")
    last = table.rows[-1]
    assert (last[0].text, last[1].text, last[1].value) == ("Contingent", "2.152,54", None)
    assert table.has_unpublished
    assert table.source_lines
    assert table.source_lines[-1] == "83"
    found = tables(answer, "contingent")
    assert [table.rows[-1][1].value for table in found[:2]] == [Decimal("2152.54")] * 2


def test_printed_tables_keep_marks_and_heads(odd_exports: Built) -> None:
    """Marks of notes stay behind their number, and rows of heads stay apart."""
    [table] = tables(odd_exports, VREEMD)
    assert len(table.header) == 2
    assert (table.rows[5][2].value, table.rows[5][2].after) == (Decimal(1), "¹")
    assert (table.rows[3][2].text, table.rows[3][2].value) == ("(12)", None)
    assert table.stub == 2


def test_printed_tables_of_sums_are_none(odd_exports: Built) -> None:
    """No source prints a sum."""
    assert tables(odd_exports, OPGETELD) == []


def test_printed_tables_refuse_more_cells_than_they_may_have(answer: Built) -> None:
    """Beyond the limit of cells, the error says so."""
    with chosen(answer.folder, "lde-werknemers-leeftijd") as found, pytest.raises(TooManyCells):
        printed_tables(found, 70)


@pytest.mark.parametrize(
    ("text", "value", "number"),
    [
        ("1.676,15", "1676.15", "1676.15"),
        ("1,676.15", "1676.15", "1676.15"),
        ("1 676,15", "1676.15", "1676.15"),
        ("12.345", "12345", "12345"),
        ("12.345", "12.345", "12.345"),
        ("−5", "-5", "-5"),
        ("1,5", "1500", "1.5"),
        ("7", "8", None),
        ("", "8", None),
    ],
)
def test_printed_number_is_the_figure_that_is_published(
    text: str, value: str, number: str | None
) -> None:
    """A text is read in the way that gives the figure, or not at all."""
    found = printed_number(text, Decimal(value))
    assert found == (Decimal(number) if number else None)
