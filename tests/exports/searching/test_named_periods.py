"""Periods that a search names."""

from __future__ import annotations

import pytest

from publish.exports.description import CodeDescription
from publish.exports.searching.named_periods import NamedPeriod, periods_named

FIRST_QUARTER = ("2023-01-01", "2023-03-31")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("K1 2023", FIRST_QUARTER),
        ("Q1 2023", FIRST_QUARTER),
        ("2023-Q1", FIRST_QUARTER),
        ("eerste kwartaal 2023", FIRST_QUARTER),
        ("1e kwartaal van 2023", FIRST_QUARTER),
        ("First quarter of 2023", FIRST_QUARTER),
        ("2023, eerste kwartaal", FIRST_QUARTER),
        ("first half of 2023", ("2023-01-01", "2023-06-30")),
        ("2023", ("2023-01-01", "2023-12-31")),
        ("2022-2023", ("2022-01-01", "2023-12-31")),
        ("juni 2023", ("2023-06-01", "2023-06-30")),
        ("30 juni 2023", ("2023-06-30", "2023-06-30")),
        ("June 30, 2023", ("2023-06-30", "2023-06-30")),
        ("30/06/2023", ("2023-06-30", "2023-06-30")),
    ],
)
def test_read_a_period_as_people_write_it(text: str, span: tuple[str, str]) -> None:
    """A period is found in either language, and taken out of the words around it."""
    found, rest = periods_named(f"65+ {text} lde")
    assert [(one.start, one.last) for one in found] == [span]
    assert rest.split() == ["65+", "lde"]


def test_leave_days_that_do_not_exist() -> None:
    """31 June is no day: its month is meant, and nothing fails."""
    found, rest = periods_named("31 juni 2023, 45/13/2023")
    assert NamedPeriod(start="2023-06-01", last="2023-06-30") in found
    assert "31" in rest


def test_choose_the_periods_within_else_those_around() -> None:
    """A year stands for its quarters, a day for the quarter that it lies in."""
    quarters = [
        CodeDescription(code=code, iri=code, label={}, start=start, last=last)
        for code, start, last in (
            ("2022-Q4", "2022-10-01", "2022-12-31"),
            ("2023-Q1", *FIRST_QUARTER),
        )
    ]
    year = NamedPeriod(start="2022-01-01", last="2022-12-31")
    day = NamedPeriod(start="2023-02-03", last="2023-02-03")
    assert [item.code for item in year.chosen(quarters)] == ["2022-Q4"]
    assert [item.code for item in day.chosen(quarters)] == ["2023-Q1"]
