"""Numbers as others print them."""

from __future__ import annotations

import pytest

from publish.tables.foreign_numbers import find_format, is_figure, to_format


@pytest.mark.parametrize(
    "text",
    ["1", "-1", "−1", "+1", "1.234,5", "1,234.5", "1 234,5", "1'234.5", "1’234", "5,4%", "5,4 %"],
)
def test_know_number(text: str) -> None:
    """A number is known with any usual marks and signs."""
    assert is_figure(text)


@pytest.mark.parametrize("text", ["", "x", "<5", "(12)", "1 2", "20-24", "65+", "2022 K1", "1'2"])
def test_know_what_is_no_number(text: str) -> None:
    """Signs, ranges and periods are no numbers."""
    assert not is_figure(text)


@pytest.mark.parametrize(
    ("texts", "numbers", "doubtful"),
    [
        (["1", "20"], None, False),
        (["1,5", "2"], "nl", False),
        (["1.234,5"], "nl", False),
        (["1.5", "2"], "plain", False),
        (["1,234.5"], "en", False),
        (["1.5", "1,234"], "en", False),
        (["1.234.567"], "nl", False),
        (["1,234,567"], "en", False),
        (["1.234", "20"], "nl", False),
        (["1,234", "20"], "en", True),
        (["0.123"], "plain", False),
        (["1234.567"], "plain", False),
        (["1 234,5"], "nl", False),
        (["5,4%"], "nl", False),
    ],
)
def test_find_how_numbers_are_written(
    texts: list[str], numbers: str | None, doubtful: bool
) -> None:
    """The marks tell the format; what can be read in two ways is told when it is not the usual."""
    found = find_format(texts, "nl")
    assert (found.numbers, found.doubtful) == (numbers, doubtful)


def test_replace_marks_that_no_format_has() -> None:
    """Spaces and apostrophes between thousands become the mark of the format; figures stay."""
    assert to_format("1 234,50", "nl") == "1.234,50"
    assert to_format("1'234.50", "en") == "1,234.50"
    assert to_format("1’234’567.5", "plain") == "1234567.5"
    assert to_format("−3,5 %", "nl") == "-3,5 %"
