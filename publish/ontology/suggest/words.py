"""The words of labels, so that typos, synonyms, inflections and compounds can be compared.

Each word of a Dutch, English or French label has the meanings it may have and how surely, and a
label has marks for what turns it into its opposite. General words stand in ``words.toml``; those
of a project are the words of its own labels. Nothing is guessed beyond that: a word that is
neither known nor near a known word has a meaning of its own.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+\.?|%")
SHORTEST_PART = 4
"""Letters that a part of a compound has at least."""
WORD_LISTS: dict[str, Any] = tomllib.loads(
    resources.files("publish.ontology.suggest").joinpath("words.toml").read_text(encoding="utf-8")
)
ONES = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")
TENS = (
    "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig",
)  # fmt: skip
NUMBERS: dict[str, int] = WORD_LISTS["numbers"] | {
    f"{one}en{ten}": WORD_LISTS["numbers"][one] + WORD_LISTS["numbers"][ten]
    for one in ONES
    for ten in TENS
}
"""Words for numbers; Dutch says the units before the tens."""
STOP = frozenset(WORD_LISTS["stop"].split())
NEGATION = frozenset(WORD_LISTS["negation"].split())
DEGREE = frozenset(WORD_LISTS["degree"].split())
WITH = frozenset({"met", "with", "avec"})


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a label: its meanings with how surely it has them, from 0 to 1."""

    text: str
    meanings: dict[str, float]
    known: bool = True
    """Whether the word itself is known, without a typo."""

    @cached_property
    def meaning(self) -> str:
        """The likeliest meaning."""
        return max(self.meanings, key=self.meanings.__getitem__)

    @property
    def is_light(self) -> bool:
        """Whether it is a general word."""
        return self.meaning in GENERAL_WORDS.light


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A label in words."""

    words: tuple[Word, ...]
    marks: frozenset[str]
    """What turns it into its opposite."""
    numbers: frozenset[str]
    spelling: tuple[str, ...]
    degrees: int = 0
    """Words it has with a word of degree only: 1 in "very high", 0 in "high to very high"."""

    @cached_property
    def joined(self) -> str:
        """Its letters and digits without anything between."""
        return "".join(token.rstrip(".") for token in self.spelling)

    @cached_property
    def meanings(self) -> tuple[str, ...]:
        """The likeliest meaning of each word, in order."""
        return tuple(word.meaning for word in self.words)

    def may_equal(self, other: Phrase) -> bool:
        """Return whether neither is the opposite of the other, nor has other numbers."""
        return self.marks == other.marks and self.numbers == other.numbers


def simplified(text: str) -> str:
    """Return a text in lower case without accents, with simple marks and single spaces."""
    text = unicodedata.normalize(
        "NFKD", text.replace("’", "'").replace("≥", ">=").replace("≤", "<=")
    )
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return " ".join(text.casefold().split())


def tokens_of(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, without accents and elisions."""
    flat = re.sub(r"\b(?:l|d|qu|s|n)'(?=\w)", " ", simplified(text))
    return WORD.findall(flat.replace("'", ""))


def stem(word: str) -> str:
    """Return a word without its usual Dutch, English or French ending."""
    found = word
    if len(found) > 5:
        for ending in ("eren", "ees", "ies", "ee", "en", "es", "e", "s", "n"):
            if found.endswith(ending) and len(found) - len(ending) >= 4:
                found = found[: -len(ending)] + ("i" if ending == "ies" else "")
                break
    elif len(found) == 5 and found[-1] in "es":
        found = found[:-1]
    found = re.sub(r"([aeou])\1(?=[^aeiou]+$)", r"\1", found)
    found = re.sub(r"([^aeiou])\1$", r"\1", found)
    found = re.sub(r"(?<=[^aeiou])y$", "i", found)
    return found[:-1] + {"v": "f", "z": "s"}.get(found[-1:], found[-1:])


def _degrees(tokens: list[str]) -> int:
    """Return how many words follow a word of degree wherever they stand."""
    after = {True: set[str](), False: set[str]()}
    for before, token in zip(["", *tokens], tokens, strict=False):
        after[before in DEGREE].add(stem(token))
    return len(after[True] - after[False])


def _initial(word: str) -> str:
    """Return the first letter; letters that sound alike are one."""
    return {"k": "c", "v": "f", "z": "s"}.get(word[0], word[0])


class _GeneralWords:
    """The general words: their meanings by spelling and by phrase."""

    def __init__(self) -> None:
        self.spelt: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self.words: set[str] = set()
        self.phrases: dict[tuple[str, ...], str] = {}
        for line in WORD_LISTS["alike"]:
            names = [name.strip() for name in line.split(";")]
            meaning = f"={names[0]}"
            for name in names:
                parts = tokens_of(name)
                if len(parts) > 1:
                    self.phrases[tuple(stem(part) for part in parts)] = meaning
                    self.words.update(parts)
                    continue
                self.words.add(name)
                self.spelt.setdefault(name, meaning)
                self._stems.setdefault(stem(name), meaning)
        self.light = {self.meaning(word) or stem(word) for word in WORD_LISTS["light"].split()}
        self.words |= set(WORD_LISTS["light"].split())
        self.marks = {
            tuple(stem(part) for part in pair.split()) for pair in WORD_LISTS["comparison"]
        }

    def meaning(self, word: str) -> str | None:
        """Return the meaning of a word, as it is written or else in another inflection."""
        return self.spelt.get(word) or self._stems.get(stem(word))


GENERAL_WORDS = _GeneralWords()


class Thesaurus:
    """Reads labels, knowing the general words and those of the labels of a project."""

    def __init__(self, labels: Iterable[str]) -> None:
        spellings = {
            word.rstrip(".")
            for label in labels
            for word in tokens_of(label)
            if word[0].isalpha() and word not in STOP and word not in NEGATION
        }
        self._own = {stem(word) for word in spellings if len(word) > 1}
        self._known = sorted(
            word
            for word in spellings | GENERAL_WORDS.words
            if len(word) >= SHORTEST_PART and word not in STOP
        )
        self._cache: dict[str, tuple[Word, ...]] = {}

    def read(self, text: str) -> Phrase:
        """Return a label in words."""
        tokens = tokens_of(text)
        words: list[Word] = []
        marks: set[str] = set()
        numbers: set[str] = set()
        at = 0
        stems = [stem(token.rstrip(".")) for token in tokens]
        while at < len(tokens):
            token = tokens[at]
            if phrase := _phrase(stems, at):
                meaning, length = phrase
                words += _words(" ".join(tokens[at : at + length]), [meaning])
                at += length
                continue
            if tuple(stems[at : at + 2]) in GENERAL_WORDS.marks:
                marks.add("compared")
                at += 2
                continue
            bare = token.rstrip(".")
            if token[0].isdigit() or (bare in NUMBERS and NUMBERS[bare] > 1):
                digits = str(NUMBERS.get(bare, bare))
                numbers.add(digits)
                words += _words(token, [f"#{digits}"])
            elif bare in NEGATION:
                marks.add("negated")
            elif bare in WITH:
                marks.add("with")
            elif not bare.isalnum():
                words += self._word("procent")
            elif bare not in STOP and (len(bare) > 1 or len(tokens) == 1):
                joint = self._joint(tokens, at)
                words += self._word(joint or token)
                at += bool(joint)
            at += 1
        if "negated" not in marks:
            marks.discard("with")
        if any("=nee" in word.meanings for word in words):
            marks.add("no")
        seen: dict[str, Word] = {}
        for word in words:
            seen.setdefault(word.meaning, word)
        return Phrase(
            words=tuple(seen.values()),
            marks=frozenset(marks),
            numbers=frozenset(numbers),
            spelling=tuple(tokens),
            degrees=_degrees(tokens),
        )

    def _joint(self, tokens: list[str], at: int) -> str | None:
        """Return two words as one where only together they are known."""
        if at + 1 >= len(tokens) or not tokens[at + 1][0].isalpha() or tokens[at].endswith("."):
            return None
        both = (tokens[at] + tokens[at + 1]).rstrip(".")
        apart = [self._exact(token.rstrip(".")) for token in tokens[at : at + 2]]
        return both if None in apart and self._exact(both) else None

    def _exact(self, word: str) -> tuple[str, ...] | None:
        """Return the meanings of a known word, those of its parts if it is a compound."""
        if general := GENERAL_WORDS.meaning(word):
            return (general,)
        root = stem(word)
        is_known = root in self._own or word in GENERAL_WORDS.words
        return self._parts(word) or ((root,) if is_known else None)

    def _meanings(self, known: str) -> tuple[str, ...]:
        """Return the meanings of a word that is among the known spellings."""
        return self._exact(known) or (stem(known),)

    def _parts(self, word: str) -> tuple[str, ...] | None:
        """Return the meanings of the two known parts of a compound."""
        for cut in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            head, tail = word[:cut], word[cut:]
            second = self._part(tail)
            if second is None:
                continue
            for ending in ("", "s", "en", "n", "e"):
                bare = head.removesuffix(ending)
                is_long = head.endswith(ending) and len(bare) >= SHORTEST_PART
                if is_long and (first := self._part(bare)):
                    return first, second
        return None

    def _part(self, word: str) -> str | None:
        if general := GENERAL_WORDS.meaning(word):
            return general
        root = stem(word)
        return root if root in self._own and len(root) >= SHORTEST_PART else None

    def _word(self, token: str) -> tuple[Word, ...]:
        """Return a token as one word, or as two if it is a compound."""
        if token not in self._cache:
            word, exact = token.rstrip("."), self._exact(token.rstrip("."))
            self._cache[token] = (
                _words(word, exact)
                if exact
                else self._shortened(word, dotted=token.endswith("."))
                or self._misspelt(word)
                or self._nearly_compound(word)
                or _words(word, [f"?{stem(word)}"], known=False)
            )
        return self._cache[token]

    def _shortened(self, word: str, *, dotted: bool) -> tuple[Word, ...]:
        """Return an abbreviation as the words, or the compound, that begin so."""
        if len(word) < (2 if dotted else 5):
            return ()
        rest = 1 if dotted else 2
        found = {
            self._meanings(known)
            for known in self._known
            if known.startswith(word) and len(known) > len(word) + rest
        }
        sure = 0.88 if dotted else 0.8
        if len(found) == 1:
            return _words(word, found.pop(), sure, known=False)
        if not dotted or not found:
            return ()
        possible = dict.fromkeys(sorted(meanings[0] for meanings in found), sure)
        return (Word(text=word, meanings=possible, known=False),)

    def _misspelt(self, word: str) -> tuple[Word, ...]:
        """Return a word as the known one of which it may be a misspelling, or nothing."""
        if len(word) < SHORTEST_PART:
            return ()
        most = 1 if len(word) < 8 else 2
        near = process.extract(word, self._known, scorer=OSA.distance, score_cutoff=most, limit=6)
        sounds = _initial(word) + word[1:]
        found = []
        for known, edits, _ in near:
            similar = JaroWinkler.similarity(sounds, _initial(known) + known[1:])
            # Another first letter makes another word, unless letters are swapped or missing.
            same_start = _initial(known) == sounds[0] or (
                edits == 1
                and (sorted(known[:2]) == sorted(word[:2]) or len(known) != len(word) > 6)
            )
            if same_start and (edits == 1 or similar >= 0.88) and len(known) + len(word) > 8:
                found.append((edits, -similar, known))
        if not found:
            return ()
        edits, _, known = min(found)
        return _words(word, self._meanings(known), 0.97 - 0.04 * edits, known=False)

    def _nearly_compound(self, word: str) -> tuple[Word, ...]:
        """Return the parts of a compound of which one is misspelt."""
        for cut in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            for known, other in ((word[:cut], word[cut:]), (word[cut:], word[:cut])):
                part = self._part(known)
                rest = self._misspelt(other) if part and len(other) >= 6 else ()
                if part and rest:
                    return (*_words(known, [part], known=False), *rest)
        return ()


def _words(
    text: str, meanings: Iterable[str], sure: float = 1, *, known: bool = True
) -> tuple[Word, ...]:
    """Return a word for each of the meanings that a text has together."""
    return tuple(Word(text=text, meanings={name: sure}, known=known) for name in meanings)


def _phrase(stems: list[str], at: int) -> tuple[str, int] | None:
    """Return the meaning of the longest known phrase that begins here, and its length."""
    for length in (4, 3, 2):
        meaning = GENERAL_WORDS.phrases.get(tuple(stems[at : at + length]))
        if meaning and at + length <= len(stems):
            return meaning, length
    return None
