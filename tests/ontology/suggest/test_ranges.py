"""Whether two ranges are the same."""

from __future__ import annotations

import pytest

from publish.ontology.suggest.range_labels import read_range
from publish.ontology.suggest.ranges import AGE, DURATION, SIZE, exclude_shared_bounds, likeness


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
