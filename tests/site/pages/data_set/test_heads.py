"""Tests of short texts for heads."""

from __future__ import annotations

import pytest

from publish.exports.description import CodeDescription
from publish.site.pages.data_set.heads import short_period


@pytest.mark.parametrize(
    ("code", "start", "nl", "en"),
    [
        ("2023-Q1", "2023-01-01", "K1 2023", "Q1 2023"),
        ("2023", "2023-01-01", "jaar 2023", "year 2023"),
        ("2023-Q1", None, "jaar 2023", "year 2023"),
    ],
)
def test_short_period(code: str, start: str | None, nl: str, en: str) -> None:
    """A quarter is short in the way of each language; other periods and codes have their labels."""
    label = {"nl": "jaar 2023", "en": "year 2023"}
    period = CodeDescription(code=code, iri="https://x.example", label=label, start=start)
    assert (short_period(period, "nl"), short_period(period, "en")) == (nl, en)
