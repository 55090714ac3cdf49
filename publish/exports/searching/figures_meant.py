"""Finds the figures that a search means: a data set, and its codes and periods that it names.

Every word has to be explained: by a code of a dimension, by a period, or by being a word of the
data set. What is not said is the total, and the newest period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publish.exports.description import (
    CODE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.searching.entry import NamedCode
from publish.exports.searching.finding_entries import AskedWords
from publish.exports.searching.opened_index import OpenedIndex, OutOfTime
from publish.exports.searching.words import stem, words_of_languages
from publish.exports.view import DataView

MOST_DATA_SETS = 4
"""Data sets of which figures are told."""
MOST_PERIODS_TOLD = 4
"""Periods of which figures are told, the newest ones."""
OF_CODE = 0.8
"""How much a word counts that names a code, where one in the title counts up to 1."""
LONGEST_NAME = 8
"""Words of a name of a code."""


@dataclass(frozen=True, kw_only=True)
class MeantFigures:
    """Figures of a data set that a search means."""

    slug: str
    view: DataView
    """Which observations they are: few periods, and all codes that were named."""
    all_periods: DataView
    """The same of every period that was named."""
    other_periods: int
    """How many periods were named that are not in the view."""
    missing: tuple[CodeDescription, ...]
    """The periods among those named for which the source gives no figures."""
    has_period: bool
    """Whether there are figures of the period that was named, or none was."""
    left_out: tuple[str, ...]
    """Words that nothing in the data set explains."""


@dataclass(frozen=True, kw_only=True)
class _Explained:
    codes: Mapping[str, tuple[str, ...]]
    of_codes: int
    """How many words name a code."""
    of_data_set: int
    """How many others are words of the data set."""
    score: float
    """How much all words count, as code or as word of the data set."""
    left_out: tuple[str, ...]


def find_figures(
    index: OpenedIndex, asked: AskedWords, describe: Callable[[str], DataSetDescription]
) -> list[MeantFigures]:
    """Return the figures that a search means, the likeliest first; none if it names too little."""
    words = asked.words
    if not words:
        return []
    try:
        by_data_set = _named_codes(index, words)
        in_data_set = _words_of_data_sets(index, words)
    except OutOfTime:
        return []
    found = []
    for slug in sorted({*by_data_set, *in_data_set}):
        explained = _explain(words, by_data_set.get(slug, {}), in_data_set.get(slug, {}))
        is_said = explained.of_codes or (explained.of_data_set and asked.periods)
        if is_said and 3 * len(explained.left_out) < len(words) + len(asked.periods):
            found.append((slug, explained))
    fewest = min((len(explained.left_out) for _, explained in found), default=0)
    found = [item for item in found if len(item[1].left_out) == fewest]
    found.sort(key=lambda item: (-item[1].score, item[0]))
    likely = [(describe(slug), explained) for slug, explained in found[: 3 * MOST_DATA_SETS]]
    likely.sort(key=_order)
    meant = [_figures(description, explained, asked) for description, explained in likely]
    if any(item.has_period for item in meant):
        meant = [item for item in meant if item.has_period]
    return meant[:MOST_DATA_SETS]


def _order(item: tuple[DataSetDescription, _Explained]) -> tuple[object, ...]:
    """Return the place of a data set: printed before computed, few dimensions before many."""
    description, explained = item
    unsaid = [one for one in description.dimensions if one.column not in explained.codes]
    is_computed = bool(description.derived_from)
    return -round(explained.score, 1), is_computed, len(unsaid), description.slug


def _named_codes(
    index: OpenedIndex, words: Sequence[str]
) -> dict[str, dict[tuple[int, int], list[NamedCode]]]:
    """Return of each data set the codes that words name, by the first and after the last word."""
    keys: dict[str, tuple[int, int]] = {}
    for first in range(len(words)):
        for after in range(first + 1, min(first + LONGEST_NAME, len(words)) + 1):
            for language in words_of_languages():
                key = " ".join(stem(word, language) for word in words[first:after])
                keys.setdefault(key, (first, after))
    found: dict[str, dict[tuple[int, int], list[NamedCode]]] = {}
    for key, codes in index.named(list(keys)).items():
        for named in codes:
            found.setdefault(named.slug, {}).setdefault(keys[key], []).append(named)
    return found


def _words_of_data_sets(index: OpenedIndex, words: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return of each data set the words that it is found by, each with how much it counts."""
    found: dict[str, dict[str, float]] = {}
    for word in words:
        for slug, score in index.data_sets_by_word(word).items():
            found.setdefault(slug, {})[word] = score
    return found


def _explain(
    words: Sequence[str],
    named: Mapping[tuple[int, int], list[NamedCode]],
    known: Mapping[str, float],
) -> _Explained:
    codes: dict[str, dict[str, None]] = {}
    at, of_codes, of_data_set, left = 0, 0, 0, list[str]()
    score = 0.0
    while at < len(words):
        after = max((after for first, after in named if first == at), default=at)
        if after > at:
            chosen = named[at, after]
            column = chosen[0].column
            codes.setdefault(column, {}).update(
                (item.code, None) for item in chosen if item.column == column
            )
            score += sum(max(OF_CODE, known.get(word, 0.0)) for word in words[at:after])
            of_codes, at = of_codes + after - at, after
            continue
        if words[at] in known:
            score += known[words[at]]
            of_data_set += 1
        else:
            left.append(words[at])
        at += 1
    return _Explained(
        codes={column: tuple(chosen) for column, chosen in codes.items()},
        of_codes=of_codes,
        of_data_set=of_data_set,
        score=score,
        left_out=tuple(left),
    )


def _figures(
    description: DataSetDescription, explained: _Explained, asked: AskedWords
) -> MeantFigures:
    """Return the view of a data set that shows what was explained."""
    codes = dict(explained.codes)
    for dimension in description.dimensions:
        total = dimension.total
        if dimension.kind == CODE and dimension.column not in codes and total is not None:
            codes[dimension.column] = (total,)
    told, whole, missing = dict(codes), dict(codes), list[CodeDescription]()
    others, has_period = 0, True
    for dimension in description.dimensions:
        if dimension.kind == PERIOD:
            named = list(_periods(dimension, asked))
            has_period = bool(named) or not asked.periods
            missing = [item for item in named if item.missing]
            given = [item for item in named if not item.missing]
            if not named:
                given = [item for item in dimension.codes if not item.missing]
                others = 0
            newest = given[-MOST_PERIODS_TOLD:] if named else given[-1:]
            others = len(given) - len(newest)
            told[dimension.column] = tuple(item.code for item in newest)
            if named:
                whole[dimension.column] = tuple(item.code for item in named)
            break
    else:
        has_period = not asked.periods
    return MeantFigures(
        slug=description.slug,
        view=DataView(codes=told),
        all_periods=DataView(codes=whole),
        other_periods=others,
        missing=tuple(missing),
        has_period=has_period,
        left_out=explained.left_out,
    )


def _periods(dimension: DimensionDescription, asked: AskedWords) -> Iterator[CodeDescription]:
    """Yield the periods of a dimension that a search names, in their order."""
    chosen = {item.code for period in asked.periods for item in period.chosen(dimension.codes)}
    yield from (item for item in dimension.codes if item.code in chosen)
