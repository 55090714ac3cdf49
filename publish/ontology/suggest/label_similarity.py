"""How similar a text is to the labels of our codes, by its words.

Labels with the same words are found in whatever order they stand, each with a score and a reason.
A word that few of our codes have weighs more. A label and its opposite are never similar, nor
are labels that share one word of several.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from publish.faults.fault import Words
from publish.faults.fault import phrase as in_words
from publish.ontology.suggest.candidates import Candidate, Label, OwnCode, OwnList
from publish.ontology.suggest.ranges import read_range
from publish.ontology.suggest.words import GENERAL_WORDS, Phrase, Thesaurus, tokens_of

RECALL_WEIGHT = 0.6
"""How much words of ours that are missing in theirs weigh against words of theirs too many."""
LIGHT_WORD = 0.25
"""The weight of a general word; alone it is no reason to propose anything."""
SUBJECT_WORD = 0.3
"""The weight of a word of theirs that is a label in a list that no dimension uses."""
COMMON_WORD = 0.83
"""The weight below which a word is one that many of our codes have."""
UNKNOWN_WORD = 0.8
"""The weight at most of a word of theirs that the label of ours does not have."""
ONE_WORD_AT_MOST = 0.65
"""The score at most of labels that share one word of several, which is never proposed."""
TYPO_COST = 0.04
"""What each mistyped letter costs."""
DEGREE_COST = 0.03
"""What is taken off when they say "very" and we do not."""
OTHER_ACRONYM_COST = 0.1
"""What is taken off when an acronym in brackets is that of other codes."""
REWORDED_AT_MOST = 0.985
"""The score at most of a label that is not written exactly as ours."""
SAME_LABEL = in_words("alike-same-label")
SAME_BY_KIND = {"code": in_words("alike-same-code"), "hidden": in_words("alike-search-term")}
"""The reason for a text that is ours, by the kind of our label; a search term is no synonym."""
KIND_COSTS = {"pref": 0.0, "alt": 0.005, "printed": 0.01, "hidden": 0.015, "code": 0.02}
"""What is taken off for the kind of our label."""
BRACKETS = re.compile(r"\s*[(\[]([^)\]]*)[)\]]")
ACRONYM = re.compile(r"[(\[]([A-Z]{2,6})[)\]]")


@dataclass(frozen=True, kw_only=True)
class LabelVariant:
    """One spelling of one of our codes: a label, or a label shortened or with its list's title."""

    code: OwnCode
    label: Label
    phrase: Phrase
    bounds: bool = False
    """Whether it states a range, which is compared by its bounds, not by its words."""


class LabelIndex:
    """The labels of our codes by their words."""

    def __init__(self, codes: Sequence[OwnCode], lists: dict[str, OwnList]) -> None:
        texts = [label.text for code in codes for label in code.labels]
        self.thesaurus = Thesaurus(texts)
        self._all_variants = [
            LabelVariant(
                code=code,
                label=Label(text=text, kind=label.kind),
                phrase=self.thesaurus.read(text),
                bounds=bool(code.range and read_range(text)),
            )
            for code in codes
            for label in (*code.labels, *_with_titles(code, lists[code.list_name]))
            for text in _variants(label.text)
        ]
        self._by_meaning = defaultdict[str, list[int]](list)
        places = defaultdict[str, set[tuple[str, str]]](set)
        for number, variant in enumerate(self._all_variants):
            for meaning in variant.phrase.meanings:
                self._by_meaning[meaning].append(number)
                if not variant.bounds:
                    places[meaning].add(variant.code.place)
        self._weights = {
            meaning: _weight(meaning, len(found), len(codes)) for meaning, found in places.items()
        }
        self._joined = [variant.phrase.joined for variant in self._all_variants]
        self._acronyms = defaultdict[str, set[str]](set)
        for text in texts:
            if explained := re.fullmatch(r"(.+?) \(([A-Z]{2,6})\)", text):
                self._acronyms[explained[2].casefold()].add(explained[1])
        self._subjects = self._named_alone(lists, used=False) - self._named_alone(lists, used=True)
        self._names = {name: self.meanings(item.about[0]) for name, item in lists.items()}
        self._lists_named = {
            found[0]: name for name, found in self._names.items() if len(found) == 1
        }

    def _named_alone(self, lists: dict[str, OwnList], *, used: bool) -> set[str]:
        """Return the words that are a label by themselves, in lists of a dimension or others."""
        return {
            variant.phrase.meanings[0]
            for variant in self._all_variants
            if lists[variant.code.list_name].used == used
            and len(variant.phrase.meanings) == 1
            and variant.label.kind != "code"
        }

    def meanings(self, text: str) -> tuple[str, ...]:
        """Return the likeliest meanings of the words of a text."""
        return self.thesaurus.read(text).meanings

    def is_general(self, text: str) -> bool:
        """Return whether all words of a text are words that many of our codes have."""
        return all(self._weights.get(meaning, 1.0) < COMMON_WORD for meaning in self.meanings(text))

    def list_named(self, text: str) -> str | None:
        """Return the list whose name is the first word of a text, as in "ticket …" of tickets."""
        found = self.meanings(text)
        return self._lists_named.get(found[0]) if found else None

    def similar(self, text: str) -> list[Candidate]:
        """Return the codes with a label that is similar to a text, each with its best score."""
        best: dict[tuple[str, str], Candidate] = {}
        acronyms = ACRONYM.findall(text)
        confirmed: set[tuple[str, str]] = set()
        for reading, cost in self._ways_to_read(text):
            phrase = self.thesaurus.read(reading)
            for variant, score, reason in (*self._by_words(phrase), *self._by_letters(phrase)):
                likely = score - cost - KIND_COSTS[variant.label.kind]
                known = best.get(variant.code.place)
                if likely > 0.5 and (known is None or known.score < likely):
                    best[variant.code.place] = Candidate(
                        code=variant.code, score=likely, reason=reason
                    )
                if reading in acronyms and score == 1:
                    confirmed.add(variant.code.place)
        return [
            replace(item, score=item.score - OTHER_ACRONYM_COST)
            if confirmed and place not in confirmed
            else item
            for place, item in best.items()
        ]

    def _ways_to_read(self, text: str) -> Iterator[tuple[str, float]]:
        """Yield a label as it is and in other forms, each with what it costs."""
        yield text, 0.0
        # What stands in brackets says something, unless it is an acronym; that alone says less.
        acronyms = ACRONYM.findall(text)
        for reading in _variants(text)[1:]:
            yield reading, TYPO_COST if reading in acronyms or not acronyms else 0.0
        tokens = tokens_of(text)
        for at, token in enumerate(tokens):
            for full in sorted(self._acronyms.get(token, ())):
                if len(tokens) > 1:
                    yield " ".join([*tokens[:at], full, *tokens[at + 1 :]]), 0.0

    def _by_words(self, phrase: Phrase) -> Iterator[tuple[LabelVariant, float, Words]]:
        """Yield our forms that share words with a phrase."""
        numbers = {
            number
            for word in phrase.words
            for meaning in word.meanings
            for number in self._by_meaning.get(meaning, ())
        }
        for number in sorted(numbers):
            variant = self._all_variants[number]
            if not phrase.may_equal(variant.phrase):
                continue
            if phrase.spelling == variant.phrase.spelling:
                yield variant, 1.0, SAME_BY_KIND.get(variant.label.kind, SAME_LABEL)
            elif variant.label.kind != "code" and not variant.bounds:
                score, typo = self._score(phrase, variant)
                yield variant, REWORDED_AT_MOST * score, _reason(phrase, variant, score, typo=typo)

    def _by_letters(self, phrase: Phrase) -> Iterator[tuple[LabelVariant, float, Words]]:
        """Yield our forms with nearly the same letters, wherever the spaces are."""
        text = phrase.joined
        if len(text) < 6:
            return
        most = 1 if len(text) < 9 else 2
        for _, edits, number in process.extract(
            text, self._joined, scorer=OSA.distance, score_cutoff=most, limit=20
        ):
            variant = self._all_variants[number]
            # Words that are all known are no misspelling of other words.
            if edits and all(word.known for word in phrase.words):
                continue
            if phrase.may_equal(variant.phrase):
                reason = in_words("alike-typo" if edits else "alike-written-otherwise")
                yield variant, 0.97 - TYPO_COST * edits, reason

    def _score(self, phrase: Phrase, variant: LabelVariant) -> tuple[float, bool]:
        """Return which part of the words of both sides is the same, and whether with typos."""
        ours = {meaning: self._weights.get(meaning, 1.0) for meaning in variant.phrase.meanings}
        left = dict(ours)
        matched = weight = 0.0
        shared = heavy = 0
        typo = elsewhere = False
        for word in phrase.words:
            possible = [(sure, name) for name, sure in word.meanings.items() if name in left]
            if not possible:
                # What figures are about, like "enterprises", narrows a label down no further.
                subject = word.meaning in self._subjects
                known = self._weights.get(word.meaning, UNKNOWN_WORD)
                rest = SUBJECT_WORD if subject else min(UNKNOWN_WORD, known)
                weight += LIGHT_WORD if word.is_light else rest
                heavy += not subject and not word.is_light
                name = variant.code.list_name
                elsewhere |= self._lists_named.get(word.meaning, name) != name
                continue
            sure, meaning = max(possible)
            own = left.pop(meaning)
            weight += own
            heavy += own > LIGHT_WORD
            matched += own * sure
            shared += own > LIGHT_WORD
            typo |= not word.known
        total = sum(ours.values())
        if not matched or not total:
            return 0.0, typo
        precision, recall = matched / weight, (total - sum(left.values())) / total
        score = (1 + RECALL_WEIGHT) * precision * recall / (RECALL_WEIGHT * precision + recall)
        most = max(heavy, sum(value > LIGHT_WORD for value in ours.values()))
        if (not shared and most) or variant.phrase.degrees > phrase.degrees:
            return 0.0, typo
        if phrase.degrees > variant.phrase.degrees:
            score -= DEGREE_COST
        if elsewhere or (shared <= 1 and most > 1) or self._is_vague(ours, left, variant):
            score = min(score, ONE_WORD_AT_MOST)
        return score, typo

    def _is_vague(
        self, ours: dict[str, float], left: dict[str, float], variant: LabelVariant
    ) -> bool:
        """Return whether only words are shared that are no more ours than anybody's.

        Where a word of ours is missing, besides those of the name of its list, one of the others
        must be particular to our codes: "local economy" is not yet our "local services economy".
        """
        name = self._names[variant.code.list_name]
        if not any(weight > LIGHT_WORD and meaning not in name for meaning, weight in left.items()):
            return False
        return all(
            meaning.startswith("=") or weight < COMMON_WORD
            for meaning, weight in ours.items()
            if meaning not in left
        )


def _reason(phrase: Phrase, variant: LabelVariant, score: float, *, typo: bool) -> Words:
    """Return in words why two labels are alike."""
    whole = score > 0.9
    if typo:
        return in_words("alike-typo" if whole else "alike-typo-and-part")
    if not whole:
        return in_words("alike-part")
    if sorted(phrase.spelling) == sorted(variant.phrase.spelling):
        return in_words("alike-order")
    if {word.text for word in phrase.words} <= set(variant.phrase.spelling):
        return in_words("alike-words")
    is_synonym = variant.label.kind in ("alt", "hidden")
    return in_words("alike-synonym" if is_synonym else "alike-written-otherwise")


def _weight(meaning: str, places: int, codes: int) -> float:
    """Return how much a word tells: 1 for one that a single code has, little for a general one."""
    if meaning in GENERAL_WORDS.light:
        return LIGHT_WORD
    if meaning.startswith("#"):
        return 1.0
    return 0.5 + 0.5 * math.log((codes + 1) / places) / math.log(codes + 1)


def _with_titles(code: OwnCode, own: OwnList) -> list[Label]:
    """Return short labels together with the title of their list: "decision: refused"."""
    titles: Iterable[str] = dict.fromkeys(_bare(title) for title in own.about[1:])
    return [
        Label(text=f"{title} {_bare(label.text)}", kind="hidden")
        for label in code.labels
        if len(label.text.split()) <= 2 and label.kind != "code"
        if not (code.range and read_range(label.text))
        for title in titles
    ]


def _variants(text: str) -> list[str]:
    """Return a label as it is, without what stands in brackets, and an acronym from them."""
    bare = _bare(text)
    return [text, *([bare] if bare and bare != text else []), *ACRONYM.findall(text)]


def _bare(text: str) -> str:
    """Return a text without what stands in brackets."""
    return BRACKETS.sub("", text).strip()
