"""Figures as text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from publish.exports.figure_text import absence_text, figure_text, number_text, one_line
from publish.exports.observation import Observation

ABSENT = Observation(
    codes=("2022", "aantal"),
    value=None,
    status="M",
    reasons=("ONDERDRUKT",),
    bounds=(),
    notes=(),
    source=None,
    source_line=None,
    printed=None,
)


@pytest.mark.parametrize(
    ("bounds", "printed", "text"),
    [
        ([("below", "5")], "<5", "< 5"),
        ([("more-than", "2.5")], None, "> 2,5"),
        ([("at-least", "1"), ("at-most", "3")], "-", "1–3"),
        ([("at-least", "0"), ("below", "5")], "<5", "≥ 0, < 5"),
        ([("at-most", "1E+3")], None, "≤ 1000"),
        ([], " x\n", "x"),
        ([], "", ":"),
        ([], None, ":"),
    ],
)
def test_absence_text_says_what_is_known(
    bounds: list[tuple[str, str]], printed: str | None, text: str
) -> None:
    """Bounds come first, then what is printed, then a colon; it is never blank and never zero."""
    found = ABSENT._replace(
        bounds=tuple((name, Decimal(number)) for name, number in bounds), printed=printed
    )
    assert absence_text(found, ",") == text
    assert figure_text(found, ",") == text


def test_figure_text_keeps_the_printed_decimals() -> None:
    """A figure has the decimals it is printed with, and no marks between thousands."""
    found = ABSENT._replace(value=Decimal("-12345.50"))
    assert figure_text(found, ",") == "-12345,50"
    assert number_text(Decimal("1E+3")) == "1000"


def test_one_line_has_no_signs_that_no_cell_can_show() -> None:
    """Ends of lines and control characters become spaces."""
    assert one_line(" a\r\n\x00b\tc  d ") == "a b c d"
