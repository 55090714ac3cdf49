"""Finds by a search what is in the index: entries by kind, and the words that were meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publish.exports.searching.entry import KINDS, LINE
from publish.exports.searching.named_periods import NamedPeriod, periods_named
from publish.exports.searching.opened_index import FoundEntry, OpenedIndex, OutOfTime
from publish.exports.searching.words import little_words, telling, tokens

LONGEST_QUERY = 200
"""Characters of a search that count."""
MOST_WORDS = 12
"""Words of a search that count."""
MOST_MEANT = 4
"""Unknown words for which a known one is looked for."""
MOST_OF_KIND = 100
"""Entries of a kind that are found."""


@dataclass(frozen=True, kw_only=True)
class AskedWords:
    """What a search asks for: its words that tell something, and the periods that it names."""

    text: str
    words: tuple[str, ...]
    periods: tuple[NamedPeriod, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundEntries:
    """What was found, by kind, the best first."""

    asked: AskedWords
    by_kind: Mapping[str, tuple[FoundEntry, ...]]
    unknown: tuple[str, ...] = ()
    """The words that are nowhere in the index."""
    meant: str | None = None
    """The search with words that are known instead of those that are not."""
    is_whole: bool = True
    """Whether there was time for all of it."""


def read_query(query: str) -> AskedWords:
    """Return what a search asks for. Whatever it holds, that is never a fault."""
    text = " ".join(query[:LONGEST_QUERY].replace("\0", " ").split())
    periods, rest = periods_named(text)
    left = [word for word in tokens(rest) if word not in little_words()]
    if not left and not periods:
        left = telling(tokens(text))
    return AskedWords(
        text=text,
        words=tuple(dict.fromkeys(left))[:MOST_WORDS],
        periods=tuple(periods),
    )


def find_entries(index: OpenedIndex, asked: AskedWords) -> FoundEntries:
    """Return what the words of a search are in, and the periods that it names."""
    by_word: dict[str, dict[int, float]] = {}
    unknown: list[str] = []
    by_kind: dict[str, list[FoundEntry]] = {kind: [] for kind in KINDS}
    is_whole, meant = True, None
    try:
        for word in asked.words:
            by_word[word] = index.by_word(word)
        unknown = [word for word in asked.words if not by_word[word]]
        if unknown:
            meant = _meant(index, asked.text, unknown[:MOST_MEANT])
    except OutOfTime:
        is_whole = False
    scores = _added(by_word.values())
    best = sorted(scores, key=lambda number: (-scores[number][0], -scores[number][1], number))
    try:
        chosen = _best_of_kinds(index, best[: 30 * MOST_OF_KIND], scores, len(asked.words))
        for period in asked.periods:
            for place, number in enumerate(index.periods(period.start, period.last)):
                scores[number] = len(asked.words) + 1, 1 / (1 + place)
                chosen[number] = None
        for entry in index.entries({number: scores[number] for number in chosen}):
            by_kind[entry.kind].append(entry)
    except OutOfTime:
        is_whole = False
    return FoundEntries(
        asked=asked,
        by_kind={
            kind: tuple(sorted(found, key=lambda item: (-item.words, -item.score, item.iri)))
            for kind, found in by_kind.items()
            if found
        },
        unknown=tuple(unknown),
        meant=meant,
        is_whole=is_whole,
    )


def _added(found: Iterable[Mapping[int, float]]) -> dict[int, tuple[int, float]]:
    """Return by how many words each entry was found, and how much these count together."""
    scores: dict[int, tuple[int, float]] = {}
    for of_word in found:
        for number, score in of_word.items():
            count, sum_ = scores.get(number, (0, 0.0))
            scores[number] = count + 1, sum_ + score
    return scores


def _best_of_kinds(
    index: OpenedIndex, best: list[int], scores: Mapping[int, tuple[int, float]], wanted: int
) -> dict[int, None]:
    """Return of each kind the entries with most of the words, at least half; lines with all."""
    kinds, most, counts = index.kinds(best), dict[str, int](), dict[str, int]()
    chosen = dict[int, None]()
    for number in best:
        kind, words = kinds[number], scores[number][0]
        least = wanted if kind == LINE else (wanted + 1) // 2
        if words == most.setdefault(kind, words) and words >= least:
            counts[kind] = counts.get(kind, 0) + 1
            if counts[kind] <= MOST_OF_KIND:
                chosen[number] = None
    return chosen


def _meant(index: OpenedIndex, text: str, unknown: list[str]) -> str | None:
    """Return a search with the words most like those that are unknown, None if none is alike."""
    alike = {word: found for word in unknown if (found := index.alike(word))}
    if not alike:
        return None
    written = []
    for part in text.split():
        words = tokens(part)
        found = next((alike[word] for word in words if word in alike), None)
        written.append(part if found is None else found)
    return " ".join(written)
