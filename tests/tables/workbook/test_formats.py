"""Numbers of worksheets as their format shows them."""

from __future__ import annotations

from datetime import datetime

import pytest

from publish.tables.workbook.dates import shown_date
from publish.tables.workbook.formats import is_rounded, shown_number, shown_text


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
        (1234.5, "0.00E+00", "1230"),
        (0.00012345, "0.0E+00", "0,00012"),
        (1 / 3, "General", "0,333333333"),
        (100 / 3, "General", "33,33333333"),
        (-12345678.987654, "General", "-12345678,99"),
        (0.00001234, "General", "0,00001234"),
        (12345678901.5, "General", "12345678902"),
    ],
)
def test_show_number(value: float, number_format: str, text: str) -> None:
    """A number is shown with the decimals, thousands and percent sign of its format."""
    assert shown_number(value, number_format, "nl") == text


SUPPRESSED = '[<5]"<5";0'
ACCOUNTING = '_-* #,##0.0_-;\\-* #,##0.0_-;_-* "-"??_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (2, SUPPRESSED, "<5"),
        (5, SUPPRESSED, "5"),
        (2, '[<5]"<5";[>=5]0', "<5"),
        (2, '[=0]"-";[<5]"x";#,##0', "x"),
        (1234, '[=0]"-";[<5]"x";#,##0', "1.234"),
        (-3, "[Red][<0]-0;0", "-3"),
        (-3, "[<=-1]-0;[<0]-0.0;0", "-3"),
        (2, ";;;", ""),
        (-2, ";;", ""),
        (0, "0;-0;", ""),
        (0, '0;-0;"nihil"', "nihil"),
        (0, "#,###", ""),
        (7, '"x"', "x"),
        (1234.5, ACCOUNTING, "1.234,5"),
        (-1234.5, ACCOUNTING, "-1.234,5"),
        (0, ACCOUNTING, "-"),
        (-1234, "#,##0_);(#,##0)", "-1.234"),
        (-1234, '#,##0;(#,##0" ha)"', "-1.234"),
        (-1234, '#,##0;(#,##0)" (p)"', "-1.234 (p)"),
        (-1234, "#,##0;[Red]- #,##0", "-1.234"),
        (-5, "0-;0-", "-5"),
        (5, "+0;-0;0", "5"),
        (1234567, '#,##0,,"M"', "1M"),
        (12345678, "#,##0.0,", "12.345,7"),
        (1234567, "0,", "1235"),
        (12, '0"*"', "12*"),
        (12, '0" (p)"', "12 (p)"),
        (5, '"<"0', "<5"),
        (1234.5, "[$€-813] #,##0.00", "1.234,50"),
        (0.166, '0.0"%"', "0,2%"),
        (1234567, "# ##0", "1234567"),
        (12, "General;-General", "12"),
        (12, "@", "12"),
        (0.5, "0.0;@", "0,5"),
        (1.5, "# ?/?", "1,5"),
    ],
)
def test_show_what_format_makes_of_number(value: float, number_format: str, text: str) -> None:
    """A section with a condition, a text or nothing is what a reader sees, not the number."""
    assert shown_number(value, number_format, "nl") == text


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (-5, "0;0"),
        (-5, "0;[Red]0"),
        (5, "-0"),
        (-5, "0;"),
        (-5, '0;(0" (p)"'),
        (-5, '0;"(p) "0)'),
        (-5, '"x"'),
        (-3, SUPPRESSED),
        (float("inf"), "General"),
        (1500, "##0.0E+0"),
        (0.8, '0.00E+00"M"'),
        (5, "@;0"),
        (5, '0;-0;[<9]"x"'),
        (5, "0;d"),
        (-5, '0;"ca. "0-'),
        (9, "[<5]0"),
        (9, "[<5]0;[<7]0"),
        (9, '[<5]"<5";0;0'),
        (9, '0;[<10]"x"'),
        (7, '"10"'),
        (5, '0"000"'),
        (5, '0" mensen"'),
        (1234, '00"-"00'),
        (1234, '0"."000'),
        (5, "[White]0"),
        (5, "[Color2]0"),
        (5, "[DBNum1]0"),
        (5, "*00"),
        (5, "[Red]"),
        (0.3, "# ?/?"),
        (0.3, "0%%"),
        (5, "0 d"),
        (5, "0;0;0;0;0"),
    ],
)
def test_show_nothing_where_format_leaves_doubt(value: float, number_format: str) -> None:
    """Nothing is shown where programs differ, or the figure can be taken for another one."""
    assert shown_number(value, number_format, "nl") is None
    assert not is_rounded(value, number_format)


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ("General", "jong"),
        ("0.00", "jong"),
        (";;;", ""),
        ('0;-0;0;@" (p)"', "jong (p)"),
        ('0;-0;0;"x"', "x"),
        ("0;0;0;0", None),
        ("0;[White]@", None),
    ],
)
def test_show_text(number_format: str, text: str | None) -> None:
    """A format can hide a text too, or add to it."""
    assert shown_text("jong", number_format) == text


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ("dd/mm/yyyy", "2023-03-05"),
        ("mm-dd-yy", "2023-03-05"),
        ("[$-413]dd/mm/yyyy;@", "2023-03-05"),
        ("[$-F800]dddd, mmmm dd, yyyy", "2023-03-05"),
        ("yyyy-mm-dd", "2023-03-05"),
        ("d mmmm yyyy", "2023-03-05"),
        ("yyyy\\-mm\\-dd hh:mm:ss", "2023-03-05 14:30"),
        ("m/d/yy h:mm AM/PM", "2023-03-05 14:30"),
        ("yyyy", "2023"),
        ("yy", "2023"),
        ("yyyy;@", "2023"),
        (";;;", ""),
        ("mm.yyyy", "2023-03"),
        ("mmm-yy", "Mar-23"),
        ("[$-413]mmm-yy;@", "mrt-23"),
        ("[$-813]mmmm yyyy", "maart 2023"),
        ("[$-40C]mmmm yyyy", "2023-03"),
        ("mm/yyyy", "03/2023"),
        ("yyyymm", "2023-03"),
        ("mmmm", "March"),
        ("d/m", "5/3"),
        ('"K1 "yyyy', "K1 2023"),
        ('yyyy"-Q1"', "2023-Q1"),
    ],
)
def test_show_date_as_period_of_format(number_format: str, text: str) -> None:
    """A date is the day, month or year that its format shows; a hidden day is not made up."""
    assert shown_date(datetime(2023, 3, 5, 14, 30), number_format) == text


@pytest.mark.parametrize(
    "number_format",
    [
        "General",
        "d",
        "mm",
        "ddd mmm yyyy",
        "dddd",
        "d yyyy",
        "mmmmm yy",
        "h:mm",
        "yyyy h:mm",
        "[$-40C]mmmm",
        "Q yyyy",
        "gge",
        "[White]yyyy",
        '[<45000]"oud";yyyy',
        "0 d",
        "d.m",
    ],
)
def test_show_no_date_where_format_leaves_doubt(number_format: str) -> None:
    """Nothing is shown where a format gives no day, month or year."""
    assert shown_date(datetime(2023, 3, 5, 14, 30), number_format) is None


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
