"""Cells that are no number as declared: in another format, too long, a formula, or words."""

from __future__ import annotations

import pytest

from publish.project.formulas import is_formula
from publish.tables.misprints import no_number


@pytest.mark.parametrize(
    ("declared", "text", "code", "example"),
    [
        ("nl", "1,234.5", "wrong-number-mark", "1.234,5"),
        ("nl", "1234.56", "wrong-number-mark", "1.234,56"),
        ("nl", "1,234,567", "wrong-number-mark", "1.234.567"),
        ("nl", "-12.5 %", "wrong-number-mark", "-12,5 %"),
        ("nl", "12 345,6", "wrong-number-mark", "12.345,6"),
        ("nl", "12\u202f345", "wrong-number-mark", "12.345"),
        ("nl", "12'345", "wrong-number-mark", "12.345"),
        ("en", "1.234,5", "wrong-number-mark", "1,234.5"),
        ("plain", "1.234.567", "wrong-number-mark", "1234567"),
        ("plain", "1,234.5", "wrong-number-mark", "1234.5"),
        ("nl", "1234567890123456789", "number-too-long", None),
        ("nl", "0,1234567890", "number-too-long", None),
        ("nl", "=1+1", "formula-text", None),
        ("nl", "+cmd|' /C calc'!A0", "formula-text", None),
        ("nl", "-", "not-a-number", "1.234,56"),
        ("nl", "n.b.", "not-a-number", "1.234,56"),
        ("nl", " 5", "not-a-number", "1.234,56"),
        ("nl", "12 34", "not-a-number", "1.234,56"),
        ("en", "1 2", "not-a-number", "1,234.56"),
    ],
)
def test_say_what_is_wrong_with_number(
    declared: str, text: str, code: str, example: str | None
) -> None:
    """Each has its own fault; a number in another format comes as it should be written."""
    found, particulars = no_number(text, declared)
    assert (found, particulars.get("example")) == (code, example)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", True), ("=cmd|' /C calc'!A0", True), (" \t=A1", True), ("@SUM(A1)", True),
        ("+cmd|x", True), ("+SUM(1)", True), ("-2+3+cmd|' /C calc'!A0", True), ("-SUM(A1)", True),
        ("-", False), ("-12,5", False), ("+5", False), ("-18 jaar (minder)", False),
        ("65+", False), ("+65 jaar", False), ("=", False), ("@", False),
        ("jong", False), ("", False),
    ],
)  # fmt: skip
def test_know_formula(text: str, expected: bool) -> None:
    """What a spreadsheet would compute is a formula; numbers, ages and lone signs are none."""
    assert is_formula(text) is expected
