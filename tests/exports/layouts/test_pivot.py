"""Views laid out as tables."""

from __future__ import annotations

import pytest
from built import Built
from exported import chosen, description_of, descriptions, observations
from odd_exports import JAREN, OPGETELD, VREEMD

from publish.exports.layouts.pivot import CrossTable, TooManyCells, cross_table
from publish.exports.view import TABLE, DataView


def table(built: Built, slug: str, view: DataView | None = None) -> CrossTable:
    """Return the table of a view of a data set."""
    with chosen(built.folder, slug, view) as found:
        return cross_table(found)


def axes(found: CrossTable) -> tuple[list[str], list[str], list[str]]:
    """Return the columns of the dimensions down, across and in the caption."""
    return (
        [item.column for item in found.down],
        [item.column for item in found.across],
        [item.column for item, _ in found.fixed],
    )


@pytest.mark.parametrize("release", [pytest.param("answer", marks=pytest.mark.slow), "odd_exports"])
def test_cross_table_holds_each_observation_once(
    release: str, request: pytest.FixtureRequest
) -> None:
    """Every observation of a data set has one cell, at its codes."""
    built: Built = request.getfixturevalue(release)
    for description in descriptions(built.folder):
        found = table(built, description.slug)
        codes = dict[tuple[str, ...], object]()
        for (row, column), item in found.cells.items():
            own = {one.column: code for one, code in zip(found.down, row, strict=True)}
            own |= {one.column: code for one, code in zip(found.across, column, strict=True)}
            own |= {one.column: code.code for one, code in found.fixed}
            codes[tuple(own[one.column] for one in description.dimensions)] = item
            assert row in found.rows
            assert column in found.columns
        expected = {item.codes: item for item in observations(built.folder, description.slug)}
        assert codes == expected


@pytest.mark.parametrize(
    ("slug", "down", "across", "fixed"),
    [
        ("lde-werknemers-leeftijd", ["leeftijdsgroep"], ["kwartaal"], ["measure"]),
        ("ama-contingent", ["aard"], ["measure"], ["dag"]),
        ("wzw-ticket", ["ticket"], ["measure"], ["dag"]),
        ("wzw-advies-leeftijd", ["leeftijdsklasse"], ["advies"], ["dag", "measure"]),
        ("ama-uitstroom", ["measure"], ["opvolgtermijn"], []),
        ("wzw-uitstroom", ["advies", "measure"], ["jaar"], []),
        (
            "werknemers-leeftijd-vergelijkbaar",
            ["maatregel", "leeftijdsklasse"],
            ["kwartaal"],
            ["measure"],
        ),
    ],
)
def test_cross_table_chooses_axes_as_readers_know_them(
    answer: Built, slug: str, down: list[str], across: list[str], fixed: list[str]
) -> None:
    """Periods go across, the longest list down, and what has one code into the caption."""
    assert axes(table(answer, slug)) == (down, across, fixed)


def test_cross_table_puts_dimensions_where_the_view_says(answer: Built) -> None:
    """Several dimensions may go across; those that are not named go down."""
    view = DataView(layout=TABLE, columns=("maatregel", "leeftijdsklasse"))
    found = table(answer, "werknemers-leeftijd-vergelijkbaar", view)
    assert axes(found) == (["kwartaal"], ["maatregel", "leeftijdsklasse"], ["measure"])
    assert [len(found.rows), len(found.columns)] == [6, 8]
    view = DataView(layout=TABLE, rows=("kwartaal",))
    found = table(answer, "lde-werknemers-leeftijd", view)
    assert axes(found) == (["kwartaal"], ["leeftijdsgroep"], ["measure"])


def test_cross_table_shows_totals_last(answer: Built) -> None:
    """A total is the last of its rows, and known as one."""
    found = table(answer, "lde-werknemers-leeftijd")
    assert [found.is_total(row, across=False) for row in found.rows] == [False] * 11 + [True]


def test_cross_table_has_a_column_for_a_period_that_is_not_given(answer: Built) -> None:
    """A quarter that the source lacks is a column without observations that says why."""
    found = table(answer, "lde-werknemers-leeftijd")
    assert found.columns[-1] == ("2023-Q2",)
    missing = found.missing_period(found.rows[0], ("2023-Q2",))
    assert missing
    assert missing.missing
    assert missing.missing["en"].startswith("The settlement of the second quarter")
    assert not any(column == ("2023-Q2",) for _, column in found.cells)
    view = DataView(codes={"kwartaal": ("2023-Q1",)})
    assert table(answer, "lde-werknemers-leeftijd", view).missing == ()


def test_cross_table_tells_no_cell_from_no_figure(odd_exports: Built) -> None:
    """A combination without observation has no cell, one whose figure is not shown has."""
    found = table(odd_exports, OPGETELD)
    places = {(row, column) for row in found.rows for column in found.columns}
    assert len(places) == 8
    assert places - found.cells.keys() == {
        (("ALLE", "V"), ("2022-Q1",)),
        (("_T", "V"), ("2022-Q1",)),
    }
    found = table(odd_exports, VREEMD)
    assert len([item for item in found.cells.values() if item.value is None]) == 7


def test_cross_table_of_one_dimension_is_one_row(odd_exports: Built) -> None:
    """Figures of years alone are a row, whose head is what is measured."""
    found = table(odd_exports, JAREN)
    assert axes(found) == (["measure"], ["jaar"], [])
    assert found.rows == (("aantal",),)


def test_cross_table_of_nothing_has_no_rows(answer: Built) -> None:
    """A view without observations is a table without rows."""
    found = table(answer, "wzw-ticket", DataView(codes={"ticket": ()}))
    assert (found.rows, found.cells) == ((), {})


def test_cross_table_refuses_more_cells_than_it_may_have(answer: Built) -> None:
    """Beyond the limit, the error says how many cells there would be and what to do."""
    with (
        chosen(answer.folder, "lde-werknemers-leeftijd") as found,
        pytest.raises(TooManyCells) as caught,
    ):
        cross_table(found, 65)
    assert str(caught.value).startswith("The table would have 72 cells, and 65 is the most.")
    assert caught.value.finding.nl.startswith("De tabel zou 72 cellen hebben")
    assert description_of(answer.folder, "lde-werknemers-leeftijd").observations == 60
