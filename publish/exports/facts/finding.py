"""Finds the data sets that words are about: in titles, measures, dimensions, codes and notes.

Words may be of either language. Dutch joins words, so a word is also found within another one. When
nothing is found, the words most like it are searched for.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Annotated, Literal, NotRequired, TypedDict

from publish.exports.description import MEASURE, DataSetDescription, TermDescription

MOST_WORDS = 12
"""Words of a search that count."""
MOST_PLACES = 5
"""Places that are told of each data set."""
MOST_LIKENED = 5000
"""Words of a data set among which the most alike are looked for."""
MOST_CODES = 5000
"""Codes of a dimension by which a data set is found."""
LIKENESS = 0.75
LONGEST_TEXT = 160
"""Characters of a text that are told."""
LEAST_WITHIN = 3
"""Letters of a word that is found within others."""
WHOLE, BEGINNING, WITHIN = 1.0, 0.8, 0.6
"""How much it counts to find a word by itself, at the beginning of another, or within one."""
WEIGHTS = {"title": 8, "measure": 6, "dimension": 5, "code": 4, "unit": 3, "text": 2}

_LITTLE = """
a an and are by did for from had has have how in is many much of on or per the there to was were
what which with aan als bij de die dat door een en er had hadden heeft hebben het hoe hoeveel in is
met naar of om op per te tot van voor waren was wat welke werd werden
"""
LITTLE = frozenset(_LITTLE.split())
"""Words that tell nothing; they count only when there are no others."""

Place = Literal["title", "measure", "dimension", "code", "unit", "text"]


class MatchedPlace(TypedDict):
    """Where a word was found."""

    where: Annotated[Place, "What the text is of; text is a description, a note or a remark."]
    text: Annotated[str, "The text in which it was found."]
    dimension: NotRequired[Annotated[str, "The dimension, as filters name it."]]
    code: NotRequired[Annotated[str, "The code, as filters take it."]]


@dataclass(frozen=True, kw_only=True)
class SearchedText:
    """A text of a data set, by which it is found."""

    where: Place
    words: frozenset[str]
    nl: str
    en: str
    dimension: str | None = None
    code: str | None = None

    def place(self, language: str) -> MatchedPlace:
        """Return the place for people."""
        text = self.nl if language == "nl" else self.en
        found = MatchedPlace(where=self.where, text=shorten(text, LONGEST_TEXT, placeholder=" …"))
        if self.dimension is not None:
            found["dimension"] = self.dimension
        if self.code is not None:
            found["code"] = self.code
        return found


@dataclass(frozen=True, kw_only=True)
class FoundDataSet:
    """A data set that was found, and where."""

    description: DataSetDescription
    score: float
    words: int
    """How many of the words were found."""
    places: tuple[SearchedText, ...]


@dataclass(frozen=True, kw_only=True)
class FoundDataSets:
    """What a search found, the best first."""

    found: tuple[FoundDataSet, ...]
    instead: tuple[str, ...] = ()
    """The words that were searched for instead, when nothing was found by those given."""


@dataclass(frozen=True)
class SearchIndex:
    """The texts of data sets."""

    descriptions: tuple[DataSetDescription, ...]
    _texts: dict[str, tuple[SearchedText, ...]] = field(init=False, default_factory=dict)

    def find(self, words: str) -> FoundDataSets:
        """Return the data sets that words are about, those with most of the words first."""
        given = dict.fromkeys(words_of(words))
        wanted = tuple([word for word in given if word not in LITTLE] or given)[:MOST_WORDS]
        if found := self._search(wanted):
            return FoundDataSets(found=found)
        alike = tuple(dict.fromkeys(self._alike(wanted)))
        return FoundDataSets(found=self._search(alike), instead=alike)

    def _search(self, wanted: Iterable[str]) -> tuple[FoundDataSet, ...]:
        wanted = tuple(wanted)
        found = [
            item
            for description in self.descriptions
            if (item := self._matched(description, wanted)) is not None
        ]
        return tuple(sorted(found, key=lambda item: (-item.words, -item.score)))

    def _matched(
        self, description: DataSetDescription, wanted: tuple[str, ...]
    ) -> FoundDataSet | None:
        scored = []
        for text in self._texts_of(description):
            scores = {
                word: score
                for word in wanted
                if (score := WEIGHTS[text.where] * _found_in(word, text.words))
            }
            if scores:
                scored.append((scores, text))
        if not scored:
            return None
        best = {word: max(scores.get(word, 0.0) for scores, _ in scored) for word in wanted}
        best = {word: score for word, score in best.items() if score}
        # A place tells something where a word is found best, or where most of them are together.
        most = max(len(scores) for scores, _ in scored)
        places = [
            (sum(scores.values()), text)
            for scores, text in scored
            if len(scores) == most or any(score == best[word] for word, score in scores.items())
        ]
        places.sort(key=lambda pair: -pair[0])
        return FoundDataSet(
            description=description,
            score=sum(best.values()),
            words=len(best),
            places=tuple(text for _, text in places[:MOST_PLACES]),
        )

    def _texts_of(self, description: DataSetDescription) -> tuple[SearchedText, ...]:
        if description.slug not in self._texts:
            self._texts[description.slug] = tuple(_searched(description))
        return self._texts[description.slug]

    def _alike(self, wanted: Iterable[str]) -> Iterator[str]:
        """Yield the words of the data sets that are most like those wanted."""
        known: dict[str, None] = {}
        for description in self.descriptions:
            for text in self._texts_of(description):
                known |= dict.fromkeys(text.words)
            if len(known) > MOST_LIKENED:
                break
        for word in wanted:
            yield from difflib.get_close_matches(word, known, n=1, cutoff=LIKENESS)


def words_of(text: str) -> list[str]:
    """Return the words of a text without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[0-9a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))


def _found_in(word: str, words: frozenset[str]) -> float:
    if word in words:
        return WHOLE
    if len(word) < LEAST_WITHIN:
        return 0.0
    if any(other.startswith(word) for other in words):
        return BEGINNING
    return WITHIN if any(word in other for other in words) else 0.0


def _searched(description: DataSetDescription) -> Iterator[SearchedText]:
    yield _text("title", description.title, description.slug)
    for measure in description.measures:
        definition = measure.definition or {}
        yield _text("measure", measure.label, measure.name, *definition.values(), code=measure.name)
        yield _text("unit", measure.unit_label, measure.unit_code)
    for dimension in description.dimensions:
        column = dimension.column
        if dimension.kind == MEASURE:
            continue
        yield _text("dimension", dimension.label, dimension.name, dimension=column)
        for code in dimension.codes[:MOST_CODES]:
            texts = (code.code, *code.printed)
            yield _text("code", code.label, *texts, dimension=column, code=code.code)
    terms: Iterable[TermDescription] = (*description.remarks, *description.reasons)
    for text in (description.description, *description.notes, *(item.label for item in terms)):
        yield _text("text", text)
    for table in description.tables:
        yield _text("text", table.title)
    for area in description.area:
        yield _text("text", area)


def _text(
    where: Place,
    shown: dict[str, str],
    *others: str,
    dimension: str | None = None,
    code: str | None = None,
) -> SearchedText:
    words = frozenset(word for text in (*shown.values(), *others) for word in words_of(text))
    return SearchedText(
        where=where,
        words=words,
        nl=shown["nl"],
        en=shown["en"],
        dimension=dimension,
        code=code,
    )
