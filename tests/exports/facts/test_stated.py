"""Figures as people state them, and how they compare with published ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from publish.exports.facts.stated import best_reading, read_stated


@pytest.mark.parametrize(
    ("text", "nl", "en"),
    [
        ("10,09", ["10.09"], ["10.09"]),
        ("1.234,5", ["1234.5"], ["1234.5"]),
        ("1,234.5", ["1234.5"], ["1234.5"]),
        ("1.234", ["1234", "1.234"], ["1.234", "1234"]),
        ("1 234 567", ["1234567"], ["1234567"]),
        ("1.234.567", ["1234567"], ["1234567"]),
        ("−3,20 %", ["-3.20"], ["-3.20"]),
        ("€ 1200", ["1200"], ["1200"]),
        ("ongeveer 12,5 procent", ["12.5"], ["12.5"]),
        ("1,2 miljoen", ["1.2E+6"], ["1.2E+6"]),
        ("0", ["0"], ["0"]),
    ],
)
def test_read_what_people_write(text: str, nl: list[str], en: list[str]) -> None:
    """A figure is read as its language writes it first, and in the other way if it can be."""
    for language, wanted in (("nl", nl), ("en", en)):
        assert [str(item.value) for item in read_stated(text, language)] == wanted


@pytest.mark.parametrize(
    "text", ["", "abc", "<5", "1.23.4", "10 of 12", "1e5", "٣", "1" * 31, "1" * 200, "12,,3"]
)
def test_read_nothing_else(text: str) -> None:
    """What is no single figure, or an endless one, has no reading."""
    assert read_stated(text, "nl") == ()


@pytest.mark.parametrize(
    ("text", "published", "outcome"),
    [
        ("10,09", "10.09", "equal"),
        ("10,090", "10.09", "equal"),
        ("10,1", "10.09", "equal-when-rounded"),
        ("10", "10.09", "equal-when-rounded"),
        ("10,2", "10.09", "different"),
        ("10,091", "10.09", "different"),
        ("1,2 miljoen", "1234567", "equal-when-rounded"),
        ("1,3 miljoen", "1234567", "different"),
        ("1.234", "1234", "equal"),
        ("1.234", "1.234", "equal"),
        ("0", "-0.4", "equal-when-rounded"),
        ("-3", "3", "different"),
        ("10,085", "10.0850", "equal"),
    ],
)
def test_compare_by_the_decimals_that_are_stated(text: str, published: str, outcome: str) -> None:
    """A figure is rounded as far as it is stated, and no further."""
    assert best_reading(read_stated(text, "nl"), Decimal(published))[1] == outcome
