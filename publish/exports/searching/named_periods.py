"""Finds the periods that a search names: "K1 2023", "eerste kwartaal 2023", "June 2023", "2023"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from publish.exports.description import CodeDescription
from publish.exports.searching.words import all_words, any_of, folded, words_of_languages
from publish.ontology.periods import MONTHS

MOST_PERIODS = 6
"""Periods that one search may name."""


@dataclass(frozen=True, kw_only=True)
class NamedPeriod:
    """A stretch of time that words name, from its first to its last day as ISO dates."""

    start: str
    last: str

    def chosen(self, codes: Sequence[CodeDescription]) -> list[CodeDescription]:
        """Return the periods within it, else those that it lies within."""
        within = [
            item
            for item in codes
            if item.start and item.last and item.start >= self.start and item.last <= self.last
        ]
        return within or [
            item
            for item in codes
            if item.start and item.last and item.start <= self.start and item.last >= self.last
        ]


def periods_named(text: str) -> tuple[list[NamedPeriod], str]:
    """Return the periods that a text names, in order, and the text without them."""
    rest, found = folded(text), dict[NamedPeriod, None]()
    for pattern, read in _patterns():

        def take(
            match: re.Match[str],
            read: Callable[[dict[str, str]], Iterator[NamedPeriod]] = read,
        ) -> str:
            parts = {name: part for name, part in match.groupdict().items() if part}
            try:
                periods = list(read(parts))
            except ValueError:  # 31 June
                return match[0]
            found.update(dict.fromkeys(periods))
            return " "

        rest = pattern.sub(take, rest)
    return list(found)[:MOST_PERIODS], rest


def _months(year: str, first: int, count: int) -> Iterator[NamedPeriod]:
    last = first + count - 1
    start = date(int(year), first, 1)
    end = date(int(year), last, monthrange(int(year), last)[1])
    yield NamedPeriod(start=start.isoformat(), last=end.isoformat())


@cache
def _numbers() -> dict[str, int]:
    """Return the number of each ordinal and each month by its name in any language."""
    found: dict[str, int] = {}
    for known in words_of_languages().values():
        found |= {word: at for at, word in enumerate(known["ordinals"], start=1)}
    for names in MONTHS.values():
        found |= {word.casefold(): at for at, word in enumerate(names.split(), start=1)}
    return found


def _number(text: str) -> int:
    return _numbers().get(text) or int(re.sub(r"\D", "", text))


def _quarter(parts: dict[str, str]) -> Iterator[NamedPeriod]:
    return _months(parts["year"], 3 * _number(parts["number"]) - 2, 3)


def _half(parts: dict[str, str]) -> Iterator[NamedPeriod]:
    return _months(parts["year"], 6 * _number(parts["number"]) - 5, 6)


def _month(parts: dict[str, str]) -> Iterator[NamedPeriod]:
    return _months(parts["year"], _number(parts["month"]), 1)


def _year(parts: dict[str, str]) -> Iterator[NamedPeriod]:
    first, last = parts["year"], parts.get("until", parts["year"])
    if first <= last:
        yield NamedPeriod(start=f"{first}-01-01", last=f"{last}-12-31")


def _day(parts: dict[str, str]) -> Iterator[NamedPeriod]:
    day = date(int(parts["year"]), _number(parts["month"]), int(parts["day"])).isoformat()
    yield NamedPeriod(start=day, last=day)


@cache
def _patterns() -> tuple[
    tuple[re.Pattern[str], Callable[[dict[str, str]], Iterator[NamedPeriod]]], ...
]:
    """Return the ways of writing periods, the longest first, each with what reads it."""
    year = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)"
    of = rf"[\s,/-]*(?:{any_of(all_words('of'))}\s+)?"
    months = any_of(word.casefold() for names in MONTHS.values() for word in names.split())
    nth = rf"(?P<number>{any_of(all_words('ordinals'))}|[1-4](?:e|ste|de|st|nd|rd|th)?)"
    quarter, half = any_of(all_words("quarter")), any_of(all_words("half"))
    to = any_of(all_words("to"))
    month = rf"(?P<month>{months})"
    ways = [
        (r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)", _day),
        (r"(?<!\d)(?P<day>\d{1,2})[/-](?P<month>\d{1,2})[/-](?P<year>(?:19|20)\d\d)(?!\d)", _day),
        (rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{month}\s+{year}", _day),
        (rf"\b{month}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{year}", _day),
    ]
    for word, read in ((quarter, _quarter), (half, _half)):
        ways += [
            (rf"\b{nth}\s*{word}\b\.?{of}{year}", read),
            (rf"\b{word}\s*(?P<number>[1-4])\b{of}{year}", read),
            (rf"{year}[\s,]+{nth}\s*{word}\b", read),
        ]
    ways += [
        (rf"{year}\s*[-/ ]?\s*[kqt](?P<number>[1-4])\b", _quarter),
        (rf"\b[kqt](?P<number>[1-4])\b{of}{year}", _quarter),
        (rf"\b{month}{of}{year}", _month),
        (rf"{year}\s*(?:-|{to})\s*(?P<until>(?:19|20)\d\d)(?!\d)", _year),
        (year, _year),
    ]
    return tuple((re.compile(pattern), read) for pattern, read in ways)
