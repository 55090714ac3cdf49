"""Ranges as people write them, and whether two of them are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from publish.ontology.suggest.ranges import (
    AGE,
    DURATION,
    SIZE,
    exclude_shared_bounds,
    likeness,
    read_range,
)


@pytest.mark.parametrize(
    ("text", "lower", "upper", "included"),
    [
        ("25-29", 25, 29, None),
        ("25 – 29 jaar", 25, 29, None),
        ("29 - 25", 25, 29, None),
        ("25 tot en met 29 jaar", 25, 29, True),
        ("van 25 t.e.m. 29", 25, 29, True),
        ("25 t/m 29", 25, 29, True),
        ("tussen 25 en 29", 25, 29, None),
        ("25 to 29 years", 25, 29, None),
        ("entre 25 et 29 ans", 25, 29, None),
        ("de 25 à 29 ans", 25, 29, None),
        ("25 tot 30 jaar", 25, 30, None),
        ("25 jaar tot minder dan 30 jaar", 25, 30, False),
        (">= 25 en < 30", 25, 30, False),
        ("18 en 19 jaar", 18, 19, True),
        ("20- tot 30-jarigen", 20, 30, None),
        ("Y25T29", 25, 29, True),
        ("Y25-29", 25, 29, True),
        ("501 tot en met 1.000 VTE", 501, 1000, True),
        ("van één tot en met vier", 1, 4, True),
        ("vijfentwintig tot dertig jaar", 25, 30, None),
        ("[25, 30) jaar", 25, 30, False),
        ("[25;30[", 25, 30, False),
        ("[25, 29]", 25, 29, True),
    ],
)
def test_read_two_bounds(text: str, lower: int, upper: int, included: bool | None) -> None:
    """Two bounds are read however they are joined, with whether the upper one is included."""
    found = read_range(text)
    assert found
    assert (found.lower, found.upper, found.upper_included) == (lower, upper, included)


@pytest.mark.parametrize(
    ("text", "bound", "included"),
    [
        ("65+", 65, True),
        ("65 plus", 65, True),
        ("65-plussers", 65, True),
        ("zestigplussers", 60, True),
        ("65 jaar en ouder", 65, True),
        ("65 jaar of meer", 65, True),
        ("60 jaar en +", 60, True),
        ("vanaf 65", 65, True),
        (">= 65", 65, True),
        ("≥65", 65, True),
        ("au moins 65 ans", 65, True),
        ("65 ans et plus", 65, True),
        ("Y_GE65", 65, True),
        ("over 60", 60, False),
        ("boven de 60", 60, False),
        ("ouder dan 60 jaar", 60, False),
        ("plus de 60 ans", 60, False),
        ("meer dan 1.000 werknemers", 1000, False),
    ],
)
def test_read_lower_bound(text: str, bound: int, included: bool) -> None:
    """A range that is open above says whether its bound is included."""
    found = read_range(text)
    assert found
    assert (found.lower, found.upper, found.lower_included) == (bound, None, included)


@pytest.mark.parametrize(
    ("text", "bound", "included"),
    [
        ("<25", 25, False),
        ("jonger dan 25", 25, False),
        ("-25 jaar", 25, False),
        ("onder de 25", 25, False),
        ("under 25", 25, False),
        ("moins de 25 ans", 25, False),
        ("Y_LT25", 25, False),
        ("minder dan een jaar", 1, False),
        ("moins d'un an", 1, False),
        ("<= 24", 24, True),
        ("24 jaar of jonger", 24, True),
        ("hoogstens 24 jaar", 24, True),
        ("tot 25 jaar", 25, None),
    ],
)
def test_read_upper_bound(text: str, bound: int, included: bool | None) -> None:
    """A range that is open below begins at nought and says whether its bound is included."""
    found = read_range(text)
    assert found
    assert (found.lower, found.upper, found.upper_included) == (0, bound, included)


@pytest.mark.parametrize(
    ("text", "kinds", "months"),
    [
        ("25-29", set(), False),
        ("25-29 jaar", {AGE, DURATION}, False),
        ("65 jaar en ouder", {AGE}, False),
        ("2 jaar en langer", {DURATION}, False),
        ("12 tot 24 maanden", {DURATION}, True),
        ("24m+", {DURATION}, True),
        ("5-10 FTE", {SIZE}, False),
        ("meer dan 100 werknemers", {SIZE}, False),
        ("Y25T29", {AGE}, False),
        ("M12T23", {DURATION}, True),
    ],
)
def test_tell_what_a_range_is_of(text: str, kinds: set[str], months: bool) -> None:
    """Units and words tell ages, durations and sizes apart; without them it can be anything."""
    found = read_range(text)
    assert found
    assert (found.kinds, found.months) == (kinds, months)


def test_read_bounds_in_two_units() -> None:
    """Years and months in one range become months."""
    found = read_range("6 maanden tot 1 jaar")
    assert found
    assert (found.lower, found.upper, found.months) == (Decimal(6), Decimal(12), True)


def test_keep_words_beside_range() -> None:
    """What a label says besides its range is kept: it may narrow it down."""
    found = read_range("vrouwen van 25 tot 29 jaar")
    assert found
    assert found.rest == "vrouwen"


@pytest.mark.parametrize(
    "text",
    ["", "werknemers", "meer dan weinig", "3 maanden na het advies", "18 jaar", "een of andere"],
)
def test_read_no_range(text: str) -> None:
    """A text without bounds, or with one number that bounds nothing, is no range."""
    assert read_range(text) is None


def compared(theirs: str, ours: str, kind: str) -> float:
    one, other = read_range(theirs), read_range(ours)
    assert one
    assert other
    return likeness(one, other, kind)


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        ("25-29", "25 tot en met 29 jaar", AGE),
        ("25 tot 30 jaar", "25 tot en met 29 jaar", AGE),
        ("ouder dan 64", "65 jaar en ouder", AGE),
        ("24 jaar of jonger", "jonger dan 25 jaar", AGE),
        ("0-24", "jonger dan 25 jaar", AGE),
        ("12 tot 24 maanden", "1 jaar tot minder dan 2 jaar", DURATION),
        ("12-23 maanden", "1 jaar tot minder dan 2 jaar", DURATION),
        ("minder dan 12 maanden", "minder dan 1 jaar", DURATION),
        ("5 tot 10 VTE", "5 tot en met 10 VTE", SIZE),
    ],
)
def test_find_same_range(theirs: str, ours: str, kind: str) -> None:
    """Ranges of the same numbers are the same, whatever their bounds are called."""
    assert compared(theirs, ours, kind) >= 0.9


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        ("25-34", "25 tot en met 29 jaar", AGE),
        ("25-30", "25 tot en met 29 jaar", AGE),
        ("over 65", "65 jaar en ouder", AGE),
        ("25 jaar of jonger", "jonger dan 25 jaar", AGE),
        ("65+", "65-69", AGE),
        ("1 tot 3 jaar", "1 jaar tot minder dan 2 jaar", DURATION),
        ("25 maanden en meer", "2 jaar en langer", DURATION),
        ("5,5 tot 10 VTE", "5 tot en met 10 VTE", SIZE),
    ],
)
def test_tell_other_range(theirs: str, ours: str, kind: str) -> None:
    """A range with other bounds is another range, however near it is."""
    assert compared(theirs, ours, kind) == 0


def test_take_shared_bounds_as_excluded() -> None:
    """In a list of 20-25 and 25-30 and so on the upper bounds are not included."""
    ranges = [item for text in ("20-25", "25-30", "30-35") if (item := read_range(text))]
    ours = read_range("25 tot en met 29 jaar")
    assert ours
    assert likeness(exclude_shared_bounds(ranges)[1], ours, AGE) > 0.9
    assert likeness(exclude_shared_bounds(ranges[1:2])[0], ours, AGE) == 0
