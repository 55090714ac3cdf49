"""The words of exported files."""

from __future__ import annotations

from typing import Any

from publish.exports.description import LANGUAGES
from publish.exports.words import words


def test_words_are_the_same_in_each_language() -> None:
    """No file lacks a word in one of the languages, and none is empty."""

    def names(table: dict[str, Any], before: str = "") -> set[str]:
        found = set()
        for name, value in table.items():
            found |= (
                names(value, f"{before}{name}.") if isinstance(value, dict) else {before + name}
            )
            assert value
        return found

    first, *others = (names(words(language)) for language in LANGUAGES)
    assert all(first == other for other in others)
