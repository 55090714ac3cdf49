"""How alike a label and the labels of our codes are, by their words.

In come our codes; out come, for a text, the codes with a label of the same words, whatever
their order, each with a score and a reason. A word that few of our codes have weighs more; a
label and its opposite are never alike, nor are labels that share one word of several.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from publish.ontology.suggest.candidates import Candidate, Code, Label, OwnList
from publish.ontology.suggest.range_labels import read_range
from publish.ontology.suggest.words import WORDS, Phrase, Thesaurus, Word, spelt

RECALL = 0.6
"""How much words of ours that are missing in theirs weigh against words of theirs too many."""
LIGHT = 0.25
"""The weight of a general word; alone it is no reason to propose anything."""
SUBJECT = 0.3
"""The weight of a word of theirs that is a label in a list which no dimension uses."""
COMMON = 0.83
"""The weight below which a word is one that many of our codes have."""
UNKNOWN = 0.8
"""The weight at most of a word of theirs that the label of ours does not have."""
FEW = 0.65
"""The score at most of labels that share one word of several, which is never proposed."""
TYPO = 0.04
"""What each mistyped letter costs."""
STRONGER = 0.03
"""What is taken off when they say "very" and we do not."""
OTHER_ACRONYM = 0.1
"""What is taken off when an acronym in brackets is that of other codes."""
REWORDED = 0.985
"""The score at most of a label that is not written exactly as ours."""
SAME_LABEL = "same label"
SAME = {"code": "same code", "hidden": "same as a search term"}
"""The reason for a text that is ours, by the kind of our label; a search term is no synonym."""
KINDS = {"pref": 0.0, "alt": 0.005, "printed": 0.01, "hidden": 0.015, "code": 0.02}
"""What is taken off for the kind of our label."""
BRACKETS = re.compile(r"\s*[(\[]([^)\]]*)[)\]]")
ACRONYM = re.compile(r"[(\[]([A-Z]{2,6})[)\]]")


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way in which one of our codes is written."""

    code: Code
    label: Label
    phrase: Phrase
    spelling: tuple[str, ...]
    bounds: bool = False
    """Whether it states a range, which is compared by its bounds, not by its words."""


class Labels:
    """The labels of our codes, prepared for comparing."""

    def __init__(self, codes: Sequence[Code], lists: dict[str, OwnList]) -> None:
        texts = [label.text for code in codes for label in code.labels]
        self.thesaurus = Thesaurus(texts)
        self._forms = [
            self._form(code, label.kind, text)
            for code in codes
            for label in (*code.labels, *_with_titles(code, lists[code.list_name]))
            for text in _variants(label.text)
        ]
        self._by_meaning: dict[str, list[int]] = {}
        places: dict[str, set[tuple[str, str]]] = {}
        for number, form in enumerate(self._forms):
            for meaning in form.phrase.meanings:
                self._by_meaning.setdefault(meaning, []).append(number)
                if not form.bounds:
                    places.setdefault(meaning, set()).add(form.code.place)
        self._weights = {
            meaning: _weight(meaning, len(found), len(codes)) for meaning, found in places.items()
        }
        self._joined = [form.phrase.joined for form in self._forms]
        self._acronyms: dict[str, set[str]] = {}
        for text in texts:
            explained = re.fullmatch(r"(.+?) \(([A-Z]{2,6})\)", text)
            if explained:
                self._acronyms.setdefault(explained[2].casefold(), set()).add(explained[1])
        self._subjects = self._named_alone(lists, used=False) - self._named_alone(lists, used=True)
        self._names = {name: self.meanings(item.about[0]) for name, item in lists.items()}
        self._lists_named = {
            found[0]: name for name, found in self._names.items() if len(found) == 1
        }

    def _form(self, code: Code, kind: str, text: str) -> Form:
        return Form(
            code=code,
            label=Label(text=text, kind=kind),
            phrase=self.thesaurus.read(text),
            spelling=tuple(spelt(text)),
            bounds=bool(code.range and read_range(text)),
        )

    def _named_alone(self, lists: dict[str, OwnList], *, used: bool) -> set[str]:
        """Return the words that are a label by themselves, in lists of a dimension or others."""
        return {
            form.phrase.meanings[0]
            for form in self._forms
            if lists[form.code.list_name].used == used
            and len(form.phrase.meanings) == 1
            and form.label.kind != "code"
        }

    def meanings(self, text: str) -> tuple[str, ...]:
        """Return the likeliest meanings of the words of a text."""
        return self.thesaurus.read(text).meanings

    def is_general(self, text: str) -> bool:
        """Return whether all words of a text are words that many of our codes have."""
        return all(self._weights.get(meaning, 1.0) < COMMON for meaning in self.meanings(text))

    def list_named(self, text: str) -> str | None:
        """Return the list whose name is the first word of a text, as in "ticket …" of tickets."""
        found = self.meanings(text)
        return self._lists_named.get(found[0]) if found else None

    def alike(self, text: str) -> list[Candidate]:
        """Return the codes that have a label like this one; those hardly alike are left out."""
        best: dict[tuple[str, str], Candidate] = {}
        acronyms = ACRONYM.findall(text)
        confirmed: set[tuple[str, str]] = set()
        for variant, cost in self._ways_to_read(text):
            phrase = self.thesaurus.read(variant)
            for form, score, reason in (
                *self._by_words(phrase, variant),
                *self._by_letters(phrase),
            ):
                likely = score - cost - KINDS[form.label.kind]
                known = best.get(form.code.place)
                if likely > 0.5 and (known is None or known.score < likely):
                    best[form.code.place] = Candidate(code=form.code, score=likely, reason=reason)
                if variant in acronyms and score == 1:
                    confirmed.add(form.code.place)
        if not confirmed:
            return list(best.values())
        return [
            item if place in confirmed else replace(item, score=item.score - OTHER_ACRONYM)
            for place, item in best.items()
        ]

    def _ways_to_read(self, text: str) -> Iterator[tuple[str, float]]:
        """Yield a label as it is and in other forms, each with what it costs."""
        yield text, 0.0
        # What stands in brackets says something, unless it is an acronym; that alone says less.
        acronyms = ACRONYM.findall(text)
        for variant in _variants(text)[1:]:
            yield variant, TYPO if variant in acronyms or not acronyms else 0.0
        tokens = spelt(text)
        for at, token in enumerate(tokens):
            for full in sorted(self._acronyms.get(token, ())):
                if len(tokens) > 1:
                    yield " ".join([*tokens[:at], full, *tokens[at + 1 :]]), 0.0

    def _by_words(self, phrase: Phrase, text: str) -> Iterator[tuple[Form, float, str]]:
        """Yield our forms that share words with a phrase."""
        spelling = tuple(spelt(text))
        numbers = {
            number
            for word in phrase.words
            for meaning in word.meanings
            for number in self._by_meaning.get(meaning, ())
        }
        for number in sorted(numbers):
            form = self._forms[number]
            if not phrase.may_equal(form.phrase):
                continue
            if spelling == form.spelling:
                yield form, 1.0, SAME.get(form.label.kind, SAME_LABEL)
            elif form.label.kind != "code" and not form.bounds:
                score, typo = self._score(phrase, form)
                yield form, REWORDED * score, _reason(phrase, form, score, typo=typo)

    def _by_letters(self, phrase: Phrase) -> Iterator[tuple[Form, float, str]]:
        """Yield our forms with nearly the same letters, wherever the spaces are."""
        length = len(phrase.joined)
        if length < 6:
            return
        for _, edits, number in process.extract(
            phrase.joined,
            self._joined,
            scorer=OSA.distance,
            score_cutoff=1 if length < 9 else 2,
            limit=20,
        ):
            form = self._forms[number]
            # Words that are all known are no misspelling of other words.
            if edits and all(word.known for word in phrase.words):
                continue
            if phrase.may_equal(form.phrase):
                yield form, 0.97 - TYPO * edits, "typo" if edits else "written otherwise"

    def _weight(self, word: Word) -> float:
        return min(UNKNOWN, self._weights.get(word.meaning, UNKNOWN))

    def _score(self, phrase: Phrase, form: Form) -> tuple[float, bool]:
        """Return which part of the words of both sides is the same, and whether with typos."""
        ours = {meaning: self._weights.get(meaning, 1.0) for meaning in form.phrase.meanings}
        left = dict(ours)
        matched = weight = 0.0
        shared = heavy = 0
        typo = elsewhere = False
        for word in phrase.words:
            meaning = _best_of(word, left)
            if meaning is None:
                # What figures are about, like "enterprises", narrows a label down no further.
                subject = word.meaning in self._subjects
                weight += LIGHT if word.is_light else SUBJECT if subject else self._weight(word)
                heavy += not subject and not word.is_light
                name = form.code.list_name
                elsewhere |= self._lists_named.get(word.meaning, name) != name
                continue
            own = self._weights.get(meaning, 1.0)
            weight += own
            heavy += own > LIGHT
            matched += own * word.meanings[meaning]
            shared += own > LIGHT
            typo |= not word.known
            del left[meaning]
        total = sum(ours.values())
        if not matched or not total:
            return 0.0, typo
        precision, recall = matched / weight, (total - sum(left.values())) / total
        score = (1 + RECALL) * precision * recall / (RECALL * precision + recall)
        most = max(heavy, sum(value > LIGHT for value in ours.values()))
        if not shared and most:
            return 0.0, typo
        if form.phrase.degrees > phrase.degrees:
            return 0.0, typo
        if phrase.degrees > form.phrase.degrees:
            score -= STRONGER
        if elsewhere or (shared <= 1 and most > 1) or self._is_vague(ours, left, form):
            score = min(score, FEW)
        return score, typo

    def _is_vague(self, ours: dict[str, float], left: dict[str, float], form: Form) -> bool:
        """Return whether only words are shared that are no more ours than anybody's.

        Where a word of ours is missing, besides those of the name of its list, one of the others
        must be particular to our codes: "local economy" is not yet our "local services economy".
        """
        name = self._names[form.code.list_name]
        if not any(weight > LIGHT and meaning not in name for meaning, weight in left.items()):
            return False
        return all(
            meaning.startswith("=") or weight < COMMON
            for meaning, weight in ours.items()
            if meaning not in left
        )


def _best_of(word: Word, left: dict[str, float]) -> str | None:
    """Return the meaning of a word that is among those left, the surest first."""
    possible = [meaning for meaning in word.meanings if meaning in left]
    return max(possible, key=lambda item: (word.meanings[item], item), default=None)


def _reason(phrase: Phrase, form: Form, score: float, *, typo: bool) -> str:
    """Return in words why two labels are alike."""
    whole = score > 0.9
    if typo:
        return "typo" if whole else "typo, and part of the words"
    if not whole:
        return "part of the words"
    if sorted(phrase.spelling) == sorted(form.spelling):
        return "word order"
    if {word.text for word in phrase.words} <= set(form.spelling):
        return "same words"
    return "synonym" if form.label.kind in ("alt", "hidden") else "written otherwise"


def _weight(meaning: str, places: int, codes: int) -> float:
    """Return how much a word tells: 1 for one that a single code has, little for a general one."""
    if meaning in WORDS.light:
        return LIGHT
    if meaning.startswith("#"):
        return 1.0
    return 0.5 + 0.5 * math.log((codes + 1) / places) / math.log(codes + 1)


def _with_titles(code: Code, own: OwnList) -> list[Label]:
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
