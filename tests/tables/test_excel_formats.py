"""Numbers of worksheets as their format shows them."""

from __future__ import annotations

import pytest

from publish.tables.excel_formats import is_rounded, shown_number


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.1 + 0.2, "General", "0,3"),
        (1924, "General", "1924"),
        (1.0, "General", "1"),
        (1e20, "General", "100000000000000000000"),
        (-0.0, "General", "0"),
        (1234.5, "#,##0.00", "1.234,50"),
        (1234567, "#,##0", "1.234.567"),
        (1234.5, "0", "1235"),
        (2.5, "0", "3"),
        (0.166, "0.0%", "16,6%"),
        (0.166, "0.0 %", "16,6 %"),
        (1.5, "0.0##", "1,5"),
        (-3.5, "0.0;[Red]-0.0", "-3,5"),
        (1234.5, '#,##0.0" ha"', "1.234,5"),
        (1234567, "#,##0,", "1.235"),
        (5, "000", "005"),
        (0.25, "# ?/?", "0,25"),
        (1234.5, "0.00E+00", "1234,5"),
    ],
)
def test_show_number(value: float, number_format: str, text: str) -> None:
    """A number is shown with the decimals, thousands and percent sign of its format."""
    assert shown_number(value, number_format, "nl") == text


def test_show_number_in_the_way_of_the_project() -> None:
    """The marks are those of the project; the plain way has none between thousands."""
    assert shown_number(1234.5, "#,##0.00", "en") == "1,234.50"
    assert shown_number(1234.5, "#,##0.00", "plain") == "1234.50"


def test_tell_what_is_not_shown() -> None:
    """Decimals that are not shown are told, those of binary fractions are none."""
    assert is_rounded(1.26, "0.0")
    assert not is_rounded(1.2, "0.0")
    assert not is_rounded(0.1 + 0.2, "General")
    assert not is_rounded(0.125, "0.0%")
