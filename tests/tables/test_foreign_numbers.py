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
        (["1.5", "1,234,567"], "en", False),
        (["1.234.567", "12.345"], "nl", False),
        (["1,234,567", "12,345"], "en", False),
        (["1.234", "20"], None, True),
        (["1,234", "20"], None, True),
        (["12.345", "1234"], None, True),
        (["−12.345", "+9.876"], None, True),
        (["1.234", "5678"], "plain", False),
        (["12.345", "54321"], "plain", False),
        (["12,345", "54321"], "nl", False),
        (["12.345", "1 234"], "plain", False),
        (["12.345%", "9.876%"], "plain", False),
        (["12.345", "0.123"], "plain", False),
        (["0.123"], "plain", False),
        (["1234.567"], "plain", False),
        (["1 234,5"], "nl", False),
        (["5,4%"], "nl", False),
        (["1.234,5", "1,234.5"], None, True),
        (["1,234", "1.234"], None, True),
    ],
)
def test_find_how_numbers_are_written(
    texts: list[str], numbers: str | None, doubtful: bool
) -> None:
    """The marks tell the format; what can be read in two ways is in doubt."""
    found = find_format([texts], "nl")
    assert (found.numbers, found.doubtful) == (numbers, doubtful)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1.234.567", "points between thousands"),
        ("1,234,567", "commas between thousands"),
        ("1.234,5", "decimal comma"),
        ("1,234.5", "decimal point"),
    ],
)
def test_say_which_mark_tells(text: str, why: str) -> None:
    """The reason names the mark that the number has."""
    assert why in find_format([[text]], "plain").why


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12.345", (("nl", "12345"), ("plain", "12.345"))),
        ("1,234", (("nl", "1.234"), ("en", "1234"))),
        ("-9.876", (("nl", "-9876"), ("plain", "-9.876"))),
    ],
)
def test_show_number_as_each_format_reads_it(
    text: str, readings: tuple[tuple[str, str], ...]
) -> None:
    """Both readings of a doubtful number are given with the format that reads it so."""
    assert find_format([[text]], "nl").readings == readings


def test_take_no_evidence_from_other_columns_without_marks() -> None:
    """Codes of five digits in a column of their own do not say how other columns print numbers."""
    assert find_format([["44021", "11002"], ["263.927", "12.345"]], "nl").doubtful


def test_replace_marks_that_no_format_has() -> None:
    """Spaces and apostrophes between thousands become the mark of the format; figures stay."""
    assert to_format("1 234,50", "nl") == "1.234,50"
    assert to_format("1'234.50", "en") == "1,234.50"
    assert to_format("1’234’567.5", "plain") == "1234567.5"
    assert to_format("−3,5 %", "nl") == "-3,5 %"
