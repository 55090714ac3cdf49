"""Data sets found by words."""

from __future__ import annotations

import pytest
from built import Built
from exported import descriptions

from publish.exports.facts.finding import SearchIndex, words_of


@pytest.fixture(scope="module")
def index(answer: Built) -> SearchIndex:
    """Index the data sets of the answer."""
    return SearchIndex(tuple(descriptions(answer.folder)))


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("lokale diensteneconomie leeftijd", "lde-werknemers-leeftijd"),
        ("Knowledge of Dutch", "wzw-advies-kennis-nederlands"),
        ("aanvragen 2023-Q3", "imw-aanvragen"),
        ("hoeveel ondernemingen hadden minder dan 5", "lde-ondernemingen-grootteklasse"),
        ("OUTFLOW of jobseekers to work", "wzw-uitstroom"),
    ],
)
def test_find_by_words_of_either_language(index: SearchIndex, words: str, slug: str) -> None:
    """The data set with most of the words comes first, whatever their language and case."""
    assert index.find(words).found[0].description.slug == slug


def test_tell_the_code_that_words_name(index: SearchIndex) -> None:
    """A label leads to its code and dimension, so that a filter can be made of it."""
    found = index.find("65 jaar en ouder").found[0]
    place = found.places[0].place("en")
    assert place["where"] == "code"
    assert (place["dimension"], place["code"]) == ("leeftijdsgroep", "Y_GE65")
    assert place["text"] == "65 years and over"


def test_find_the_nearest_when_nothing_is_found(index: SearchIndex) -> None:
    """A slip of the pen finds what is most like it, and says by which words."""
    result = index.find("werkzoekendn ouderdm")
    assert "werkzoekenden" in result.instead
    assert result.found


def test_find_nothing_by_nothing_like_it(index: SearchIndex) -> None:
    """Words that are like none find nothing."""
    assert index.find("xyzzy").found == ()
    assert index.find("").found == ()


def test_compare_words_without_capitals_and_accents() -> None:
    """Words are letters and digits of the Latin script, folded."""
    assert words_of("Één Café, 2023-Q1!") == ["een", "cafe", "2023", "q1"]
