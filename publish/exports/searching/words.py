"""The words of a text as the index knows them: without accents, cut to their stems.

Ages are one word however they are written: ``65+``, "65 jaar en ouder" and "ouder dan 65" are all
``65plus``, and ``18-19`` is ``18tot19``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import snowballstemmer

from publish.exports.description import LANGUAGES

LONGEST_WORD = 64
"""Characters of a word that count."""

_TOKEN = re.compile(r"\w+")
_QUOTES = re.compile("[\"'`´‘’“”„«»\0]")
_APOSTROPHES = re.compile("(?<=\\w)['’](?=\\w)")
_DASHES = re.compile("[‐-―−]")


@cache
def words_of_languages() -> dict[str, dict[str, Any]]:
    """Return what is known of each language."""
    file = resources.files("publish.exports.searching").joinpath("languages.toml")
    known = tomllib.loads(file.read_text(encoding="utf-8"))
    return {language: known[language] for language in LANGUAGES if language in known}


def all_words(key: str) -> list[str]:
    """Return the words of a kind in all languages, the longest first."""
    found = {word for known in words_of_languages().values() for word in known[key]}
    return sorted(found, key=lambda word: (-len(word), word))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of one of several words or phrases."""
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words) + ")"


@cache
def little_words() -> frozenset[str]:
    """Return the words that tell nothing, in any language."""
    known = words_of_languages().values()
    little = {word for one in known for word in one["little"].split()}
    return frozenset(little.union(*(word.split() for word in all_words("of-years"))))


def folded(text: str) -> str:
    """Return a text without capitals, accents, quotation marks and unlike dashes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return _DASHES.sub("-", _QUOTES.sub(" ", _APOSTROPHES.sub("", plain)))


@cache
def _of_ages() -> tuple[tuple[re.Pattern[str], str], ...]:
    years = rf"(?:\s*{any_of(all_words('of-years'))}\b)?"
    number = r"(?<![\w.,-])(\d{1,3})"
    to, after = any_of(all_words("to")), any_of(all_words("and-over"))
    over, under = any_of(all_words("over")), any_of(all_words("under"))
    return (
        (re.compile(rf"{number}{years}\s*(?:-|{to})\s*(\d{{1,3}})\b(?![-/.]\d)"), r" \1tot\2 "),
        (
            re.compile(rf"{number}{years}\s*(?:(?:en|and)\s*)?(?:\+|-?\s?{after}\b|-?\s?plus\b)"),
            r" \1plus ",
        ),
        (re.compile(rf"(?:\b{over}|>=|>|≥)\s*(\d{{1,3}}){years}(?![\w.-])"), r" \1plus "),
        (re.compile(rf"(?:\b{under}|<=|<|≤|(?<!\S)-)\s*(\d{{1,3}}){years}(?![\w.-])"), r" \1min "),
    )


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded, each age or range of ages as one of them."""
    plain = folded(text)
    for pattern, word in _of_ages():
        plain = pattern.sub(word, plain)
    return [word[:LONGEST_WORD] for word in _TOKEN.findall(plain)]


def telling(words: Iterable[str]) -> list[str]:
    """Return the words that tell something, or all when none does."""
    words = list(words)
    return [word for word in words if word not in little_words()] or words


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(words_of_languages()[language]["stemmer"])


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word; of one with a figure in it the word itself."""
    if any(one.isdigit() for one in word) or language not in words_of_languages():
        return word
    return str(_stemmer(language).stemWord(word)) or word


def stems(word: str) -> tuple[str, ...]:
    """Return the stems of a word in all languages, with the word itself."""
    return tuple(dict.fromkeys((word, *(stem(word, one) for one in words_of_languages()))))


def stemmed(text: str, language: str | None) -> Iterator[str]:
    """Yield the stems of the words of a text; of one in no language those in all of them."""
    for word in tokens(text):
        yield from (word,) if language is None else ()
        for one in words_of_languages() if language is None else (language,):
            yield stem(word, one)


def keys_of(text: str, language: str | None) -> set[str]:
    """Return how a name is kept: the stems of its telling words; of no language, in each."""
    words = telling(tokens(text))
    languages = words_of_languages() if language is None else (language,)
    return {key for one in languages if (key := " ".join(stem(word, one) for word in words))}
