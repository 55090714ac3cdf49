"""Words of texts as the index has them: folded, stemmed, ages as one word."""

from __future__ import annotations

import pytest

from publish.exports.searching.words import folded, keys_of, stems, tokens


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("65+", "65plus"),
        ("65 jaar en ouder", "65plus"),
        ("ouder dan 65", "65plus"),
        ("65-plussers", "65plus"),
        ("65 years and over", "65plus"),
        ("2 jaar en +", "2plus"),
        ('"boven 60" jaar', "60plus"),
        ("18-19", "18tot19"),
        ("18 tot en met 19 jaar", "18tot19"),
        ("1 jaar -2 jaar", "1tot2"),
        ("-25 jaar", "25min"),
        ("jonger dan 20 jaar", "20min"),
        ("<20", "20min"),
    ],
)
def test_write_each_age_in_one_way(text: str, word: str) -> None:
    """An age or range of ages is one word, however a table or a reader writes it."""
    assert keys_of(text, None) == {word}


def test_leave_dates_and_amounts_as_they_are() -> None:
    """A date is no range of ages, and a number within a word stays there."""
    assert tokens("30-06-2023") == ["30", "06", "2023"]
    assert tokens("Y_GE65 12.250") == ["y_ge65", "12", "250"]


def test_fold_accents_capitals_and_apostrophes() -> None:
    """Accents, capitals, dashes and quotation marks make no difference."""
    assert folded("Één “Überblick” – LDE'er") == "een  uberblick  - ldeer"


def test_stem_in_each_language() -> None:
    """A word has its stem in each language, and one with a figure in it stays as it is."""
    assert {"werkplaatsen", "werkplaats"} <= set(stems("werkplaatsen"))
    assert "quota" in stems("quotas")
    assert stems("65plus") == ("65plus",)
