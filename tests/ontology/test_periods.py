"""Quarters, years and days: from label to code, from code to interval."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from publish.ontology.periods import EXAMPLES, KINDS, period, read_period


@pytest.mark.parametrize(
    ("kind", "label", "code"),
    [
        ("kwartaal", "2022-Q1", "2022-Q1"),
        ("kwartaal", "2022 - K1", "2022-Q1"),
        ("kwartaal", "2022 K4", "2022-Q4"),
        ("kwartaal", "2022K2", "2022-Q2"),
        ("kwartaal", "2022-K3", "2022-Q3"),
        ("kwartaal", "2022/Q3", "2022-Q3"),
        ("kwartaal", "2022 T3", "2022-Q3"),
        ("kwartaal", "K2 2022", "2022-Q2"),
        ("kwartaal", "Q2/2022", "2022-Q2"),
        ("kwartaal", "k2-2022", "2022-Q2"),
        ("kwartaal", "1e kwartaal 2022", "2022-Q1"),
        ("kwartaal", "1e kw. 2022", "2022-Q1"),
        ("kwartaal", "4e Kwartaal van 2022", "2022-Q4"),
        ("kwartaal", " 2022 - K1 ", "2022-Q1"),
        ("jaar", "2022", "2022"),
        ("jaar", " 2022", "2022"),
        ("jaar", "0001", "0001"),
        ("dag", "2023-06-30", "2023-06-30"),
        ("dag", "30/06/2023", "2023-06-30"),
        ("dag", "1/7/2023", "2023-07-01"),
        ("dag", "01-07-2023", "2023-07-01"),
        ("dag", "30 juni 2023", "2023-06-30"),
        ("dag", "1 Maart 2023", "2023-03-01"),
        ("dag", "1 March 2023", "2023-03-01"),
        ("dag", "29/02/2024", "2024-02-29"),
        ("dag", "29 februari 2000", "2000-02-29"),
    ],
)
def test_read_period_of_printed_label(kind: str, label: str, code: str) -> None:
    """Every form in which sources print a period gives its code."""
    assert read_period(kind, label) == code


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("kwartaal", ""),
        ("kwartaal", "2022"),
        ("kwartaal", "2022-Q5"),
        ("kwartaal", "2022-Q0"),
        ("kwartaal", "22-Q1"),
        ("kwartaal", "2022-Q11"),
        ("kwartaal", "0000-Q1"),
        ("kwartaal", "9999-Q4"),
        ("kwartaal", "2022 - K1 2"),
        ("kwartaal", "5e kwartaal 2022"),
        ("kwartaal", "eerste kwartaal"),
        ("kwartaal", "2022-Q1\u0663"),
        ("jaar", "0000"),
        ("jaar", "9999"),
        ("jaar", "22"),
        ("jaar", "20222"),
        ("jaar", "2022-Q1"),
        ("jaar", "\u0662\u0660\u0662\u0662"),
        ("dag", "2022"),
        ("dag", "30/02/2023"),
        ("dag", "29/02/2023"),
        ("dag", "29/02/1900"),
        ("dag", "31/04/2023"),
        ("dag", "0/1/2023"),
        ("dag", "1/13/2023"),
        ("dag", "12/31/2023"),
        ("dag", "2023-6-30"),
        ("dag", "30 Juin 2023"),
        ("dag", "30/06/23"),
        ("dag", "9999-12-31"),
        ("dag", "0000-01-01"),
    ],
)
def test_read_period_refuses_what_is_none(kind: str, label: str) -> None:
    """What is no period of that kind, or no date at all, has no code."""
    assert read_period(kind, label) is None


@pytest.mark.parametrize("kind", KINDS)
def test_read_period_of_examples(kind: str) -> None:
    """The examples in messages are themselves read."""
    for example in EXAMPLES[kind]:
        assert read_period(kind, example)


@pytest.mark.parametrize(
    ("kind", "code", "start", "end"),
    [
        ("kwartaal", "2022-Q1", date(2022, 1, 1), date(2022, 4, 1)),
        ("kwartaal", "2022-Q2", date(2022, 4, 1), date(2022, 7, 1)),
        ("kwartaal", "2022-Q4", date(2022, 10, 1), date(2023, 1, 1)),
        ("jaar", "2024", date(2024, 1, 1), date(2025, 1, 1)),
        ("jaar", "9998", date(9998, 1, 1), date(9999, 1, 1)),
        ("dag", "2024-02-28", date(2024, 2, 28), date(2024, 2, 29)),
        ("dag", "2023-02-28", date(2023, 2, 28), date(2023, 3, 1)),
        ("dag", "2023-12-31", date(2023, 12, 31), date(2024, 1, 1)),
    ],
)
def test_period_ends_before_the_next_begins(kind: str, code: str, start: date, end: date) -> None:
    """A period begins at its first day and ends where the next begins."""
    found = period(kind, code)
    assert (found.kind, found.code, found.start, found.end) == (kind, code, start, end)
    assert found.last == end - timedelta(days=1)


def test_period_of_quarters_follows_without_gap() -> None:
    """Quarters, leap years among them, follow one another without a gap and fill the years."""
    quarters = [
        period("kwartaal", f"{year}-Q{number}") for year in range(1996, 2005) for number in "1234"
    ]
    for one, following in pairwise(quarters):
        assert one.end == following.start
    assert sum((one.end - one.start).days for one in quarters[:4]) == 366
    assert sum((one.end - one.start).days for one in quarters[4:8]) == 365


@pytest.mark.parametrize(
    ("kind", "code", "dutch", "english"),
    [
        ("kwartaal", "2022-Q1", "1e kwartaal 2022", "Q1 2022"),
        ("kwartaal", "2022-Q4", "4e kwartaal 2022", "Q4 2022"),
        ("jaar", "2022", "2022", "2022"),
        ("jaar", "0987", "0987", "0987"),
        ("dag", "2023-06-30", "30 juni 2023", "30 June 2023"),
        ("dag", "2023-03-01", "1 maart 2023", "1 March 2023"),
    ],
)
def test_label_of_period(kind: str, code: str, dutch: str, english: str) -> None:
    """A period has a label in Dutch and English."""
    assert period(kind, code).label("nl") == dutch
    assert period(kind, code).label("en") == english


def test_read_period_reads_its_own_labels() -> None:
    """The label of any period, in both languages, gives its code again."""
    day = date(2023, 1, 1)
    codes = [("dag", (day + timedelta(days=number)).isoformat()) for number in range(0, 800, 3)]
    codes += [("jaar", str(year)) for year in range(1990, 2030)]
    codes += [("kwartaal", f"{year}-Q{number}") for year in range(1990, 2030) for number in "1234"]
    for kind, code in codes:
        assert read_period(kind, code) == code
        for language in ("nl", "en"):
            assert read_period(kind, period(kind, code).label(language)) == code


def test_period_of_every_code_that_is_read() -> None:
    """Every code that reading a label can give has an interval, at the edges of time too."""
    for kind, label in (
        ("jaar", "0001"),
        ("jaar", "9998"),
        ("kwartaal", "9998-Q4"),
        ("kwartaal", "0001-Q1"),
        ("dag", "9998-12-31"),
        ("dag", "0001-01-01"),
    ):
        code = read_period(kind, label)
        assert code == label
        assert period(kind, code).start < period(kind, code).end


@pytest.mark.parametrize(
    ("kind", "code", "longer"),
    [
        ("dag", "2023-06-30", ["2023-Q2"]),
        ("dag", "2022-12-31", ["2022-Q4", "2022"]),
        ("dag", "2023-06-29", []),
        ("dag", "2024-02-29", []),
        ("dag", "2023-09-30", ["2023-Q3"]),
        ("kwartaal", "2022-Q4", ["2022"]),
        ("kwartaal", "2022-Q3", []),
        ("jaar", "2022", []),
    ],
)
def test_finish_longer_periods(kind: str, code: str, longer: list[str]) -> None:
    """A period knows the longer calendar periods that end when it ends."""
    assert [item.code for item in period(kind, code).finished()] == longer
