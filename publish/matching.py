"""Which of our codes a label of somebody else's list corresponds to, as ranked candidates.

In come our codes with their labels, and the labels of a foreign list; out come candidates with
a score and a reason. Labels that state a range are compared by their bounds only, others by
their words, whatever their order: a word that few of our labels have weighs more. A label and
its opposite are never alike, nor are labels that share one word of several.

A score of 1 is the same label, 0.9 and more the same but for spelling, order, inflection or a
known synonym, below that a part of the words differs. Below ``THRESHOLD`` nothing is proposed.
It is no probability: a person decides.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from publish.ranges import AGE, SIZE, Range, likeness, mark_touching, read_range
from publish.words import NUMBERS, WORDS, Phrase, Thesaurus, spelt

THRESHOLD = 0.72
MOST = 5
"""Candidates for one label at most."""
SURE = 0.85
"""The score that a code of a list which no dimension uses needs at least."""
RECALL = 0.6
"""How much words of ours that are missing in theirs weigh against words of theirs too many."""
KINDS = {"pref": 0.0, "alt": 0.005, "printed": 0.01, "hidden": 0.015, "code": 0.02}
"""What is taken off for the kind of our label."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label of a code, and what kind of label it is."""

    text: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code of one of our lists."""

    list_name: str
    code: str
    iri: str
    shown: str
    labels: tuple[Label, ...]
    range: Range | None = None
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeListInfo:
    """What is to be known of one of our lists: words about it, and whether a dimension uses it."""

    name: str
    about: tuple[str, ...]
    used: bool = True


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """An entry of somebody else's list: its code, its labels, and its address if it has one."""

    code: str
    labels: tuple[str, ...]
    iri: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One of our codes that an entry may correspond to."""

    code: Code
    score: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Form:
    """One way in which one of our codes is written."""

    code: Code
    label: Label
    phrase: Phrase


class Matcher:
    """Our codes, prepared for comparing."""

    def __init__(self, codes: Sequence[Code], lists: Iterable[CodeListInfo]) -> None:
        self._codes = codes
        self._lists = {item.name: item for item in lists}
        texts = [label.text for code in codes for label in code.labels]
        self._thesaurus = Thesaurus(texts)
        self._forms = [
            _Form(code=code, label=replace(label, text=text), phrase=self._thesaurus.read(text))
            for code in codes
            for label in (*code.labels, *self._with_titles(code))
            for text in _variants(label.text)
        ]
        self._acronyms: dict[str, set[str]] = {}
        for text in texts:
            explained = re.fullmatch(r"(.+?) \(([A-Z]{2,6})\)", text)
            if explained:
                self._acronyms.setdefault(explained[2].casefold(), set()).add(explained[1])
        self._by_meaning: dict[str, list[int]] = {}
        found_in: dict[str, set[tuple[str, str]]] = {}
        for number, form in enumerate(self._forms):
            for meaning in form.phrase.meanings:
                self._by_meaning.setdefault(meaning, []).append(number)
                if not form.code.range:
                    place = form.code.list_name, form.code.code
                    found_in.setdefault(meaning, set()).add(place)
        self._rarity = {
            meaning: self._weight(meaning, len(places), len(codes))
            for meaning, places in found_in.items()
        }
        named = {item.name: self._thesaurus.read(item.about[0]).meanings for item in self._lists.values()}
        self._named = {found[0]: name for name, found in named.items() if len(found) == 1}
        """The lists that one word names, by that word."""
        self._joined = [form.phrase.joined for form in self._forms]
        self._ranges = [code for code in codes if code.range]

    def _with_titles(self, code: Code) -> list[Label]:
        """Return short labels together with the title of their list: "decision: refused"."""
        titles = {_bare(title) for title in self._lists[code.list_name].about[1:]}
        return [
            Label(text=f"{title} {_bare(label.text)}", kind="hidden")
            for label in code.labels
            if len(label.text.split()) <= 2 and label.kind != "code" and not code.range
            for title in sorted(titles)
        ]

    @staticmethod
    def _weight(meaning: str, places: int, codes: int) -> float:
        """Return how much a word tells: 1 for one that a single code has, 0.25 for a general one."""
        if meaning in WORDS.light:
            return 0.25
        if meaning.startswith("#"):
            return 1.0
        return max(0.3, math.log((codes + 1) / places) / math.log(codes + 1))

    def suggest(self, entries: Sequence[Foreign], about: str = "") -> list[list[Candidate]]:
        """Return the candidates of each entry, best first.

        ``about`` is what is known of the foreign list itself, such as its title.
        """
        stated = [read_range(entry.labels[0], NUMBERS) for entry in entries]
        marked = iter(mark_touching(item for item in stated if item))
        ranges = [next(marked) if item else None for item in stated]
        kinds = self._kinds_of(ranges)
        found = [
            self._raw(entry, first, kinds) for entry, first in zip(entries, ranges, strict=True)
        ]
        favour = self._favour(found, about)
        return [
            self._ranked(entry, candidates, favour)
            for entry, candidates in zip(entries, found, strict=True)
        ]

    def _kinds_of(self, ranges: Sequence[Range | None]) -> dict[str, float]:
        """Return what a bare range like ``25-29`` may be of, with what is taken off for it."""
        ours = {kind for code in self._ranges for kind in (code.range.kinds if code.range else ())}
        explicit = {
            kind for item in ranges if item and len(item.kinds) == 1 for kind in item.kinds
        }
        if len(ours) == 1:
            return dict.fromkeys(ours, 0.0)
        bare = [item for item in ranges if item and not item.kinds]
        fits = {
            kind: sum(1 for item in bare if self._of_ranges(item, {kind: 0.0})) for kind in ours
        }
        allowed = {AGE: 0.0}
        for kind in sorted(ours - {AGE}):
            if explicit == {kind} or (fits[kind] >= 3 and fits[kind] > fits.get(AGE, 0)):
                allowed = {AGE: 0.1, kind: 0.0}
            elif kind in explicit:
                allowed.setdefault(kind, 0.12)
        return allowed

    def _of_ranges(self, item: Range, kinds: dict[str, float]) -> list[Candidate]:
        """Return the codes with the same bounds."""
        possible = {kind: kinds.get(kind, 0.0) for kind in item.kinds} or kinds
        known = self._range_words
        extra = [word for word in spelt(item.rest) if not self._is_about(word, known)]
        found = []
        for code in self._ranges:
            assert code.range
            scores = [
                likeness(item, code.range, kind) - off
                for kind, off in possible.items()
                if kind in code.range.kinds
            ]
            score = max(scores, default=0.0)
            if score > 0 and not extra:
                reason = "same range" if score > 0.9 else "range, limits not certain"
                found.append(Candidate(code=code, score=score, reason=reason))
        return found

    @cached_property
    def _range_words(self) -> frozenset[str]:
        """What the lists with ranges are about, and general words."""
        names = {code.list_name for code in self._ranges}
        texts = [text for name in names for text in self._lists[name].about]
        return frozenset(
            meaning for text in texts for meaning in self._thesaurus.read(text).meanings
        )

    def _is_about(self, word: str, known: frozenset[str]) -> bool:
        meanings = self._thesaurus.read(word).meanings
        return all(meaning in known or meaning in WORDS.light for meaning in meanings)

    def _raw(
        self, entry: Foreign, first: Range | None, kinds: dict[str, float]
    ) -> dict[tuple[str, str], Candidate]:
        """Return the best candidate per code, without regard to the rest of the list."""
        found: dict[tuple[str, str], Candidate] = {}
        for number, text in enumerate(entry.labels):
            stated = first if number == 0 else read_range(text, NUMBERS)
            candidates = self._of_ranges(stated, kinds) if stated else []
            if not stated or (not candidates and stated.rest):
                candidates = self._of_words(text)
            for candidate in candidates:
                key = candidate.code.list_name, candidate.code.code
                if key not in found or found[key].score < candidate.score:
                    found[key] = candidate
        for key, candidate in found.items():
            if entry.code == candidate.code.code and entry.code and candidate.score >= 0.5:
                found[key] = replace(candidate, score=min(1.0, candidate.score + 0.05))
        return found

    def _of_words(self, text: str) -> list[Candidate]:
        """Return the codes whose labels have the same words."""
        best: dict[int, Candidate] = {}

        def keep(form: _Form, score: float, reason: str) -> None:
            known = best.get(id(form.code))
            score -= KINDS[form.label.kind]
            if score > 0.5 and (known is None or known.score < score):
                best[id(form.code)] = Candidate(code=form.code, score=score, reason=reason)

        for variant in [*_variants(text), *self._written_out(text)]:
            # What stands in brackets says something, unless it is an acronym.
            less = 0.0 if variant == text or re.search(r"[(\[][A-Z]{2,6}[)\]]", text) else 0.04
            phrase = self._thesaurus.read(variant)
            numbers = {
                number
                for word in phrase.words
                for meaning in word.meanings
                for number in self._by_meaning.get(meaning, ())
            }
            for number in sorted(numbers):
                form = self._forms[number]
                score, reason = self._compare(phrase, form, variant)
                keep(form, score - less, reason)
            if len(phrase.joined) >= 6:
                most = 1 if len(phrase.joined) < 9 else 2
                for _, edits, number in process.extract(
                    phrase.joined, self._joined, scorer=OSA.distance, score_cutoff=most, limit=20
                ):
                    form = self._forms[number]
                    strange = all(word.known for word in phrase.words) and edits
                    if not strange and _may_be_alike(phrase, form.phrase):
                        keep(form, 0.97 - 0.04 * edits - less, "typo" if edits else "written otherwise")
        return list(best.values())

    def _written_out(self, text: str) -> list[str]:
        """Return a label of several words with its acronyms written out, in each known way."""
        tokens = spelt(text)
        return [
            " ".join([*tokens[:at], full, *tokens[at + 1 :]])
            for at, token in enumerate(tokens)
            if len(tokens) > 1
            for full in sorted(self._acronyms.get(token, ()))
        ]

    def _compare(self, phrase: Phrase, form: _Form, text: str) -> tuple[float, str]:
        """Return how alike a label and one of ours are, and why."""
        ours = form.phrase
        if not _may_be_alike(phrase, ours):
            return 0.0, ""
        if spelt(text) == spelt(form.label.text):
            return 1.0, "same code" if form.label.kind == "code" else "same label"
        if form.label.kind == "code" or form.code.range:
            return 0.0, ""
        wanted = {meaning: self._rarity.get(meaning, 1.0) for meaning in ours.meanings}
        left = dict(wanted)
        matched = weight = shared = theirs = 0.0
        typo = foreign_list = False
        for word in phrase.words:
            likely = max(word.meanings, key=word.meanings.__getitem__)
            meaning = max(
                (item for item in word.meanings if item in left),
                key=lambda item: (word.meanings[item], item),
                default=None,
            )
            own = self._rarity.get(meaning or likely, 0.25 if likely in WORDS.light else 1.0)
            weight += own
            heavy = own > 0.25
            theirs += heavy
            if meaning is None and self._named.get(likely, form.code.list_name) != form.code.list_name:
                foreign_list = True
            if meaning is not None:
                matched += own * word.meanings[meaning]
                shared += heavy
                typo = typo or not word.known
                del left[meaning]
        total = sum(wanted.values())
        if not matched or not total:
            return 0.0, ""
        covered = sum(value for meaning, value in wanted.items() if meaning not in left)
        precision, recall = matched / weight, covered / total
        heavy_ours = sum(1 for value in wanted.values() if value > 0.25)
        score = (1 + RECALL) * precision * recall / (RECALL * precision + recall)
        if foreign_list or (shared <= 1 and max(theirs, heavy_ours) > 1):
            score = min(score, 0.65)
        if not shared and max(theirs, heavy_ours) > 0:
            score = 0.0
        return 0.985 * score, self._reason(phrase, form, typo=typo, whole=score > 0.9)

    @staticmethod
    def _reason(phrase: Phrase, form: _Form, *, typo: bool, whole: bool) -> str:
        if typo:
            return "typo" if whole else "typo, and part of the words"
        if not whole:
            return "part of the words"
        own = spelt(form.label.text)
        theirs = {word.text for word in phrase.words}
        if theirs <= set(own):
            return "synonym" if form.label.kind in ("alt", "hidden") else "word order"
        if phrase.meanings == form.phrase.meanings and form.label.kind == "pref":
            return "written otherwise"
        return "synonym"

    def _favour(self, found: list[dict[tuple[str, str], Candidate]], about: str) -> dict[str, float]:
        """Return by list what is added because the foreign list as a whole speaks for it."""
        votes: Counter[str] = Counter()
        count = 0
        for candidates in found:
            likely = [item for item in candidates.values() if not item.code.total]
            best = max((item.score for item in likely), default=0.0)
            if best < THRESHOLD:
                continue
            names = {item.code.list_name for item in likely if item.score > best - 0.03}
            count += 1
            for name in names:
                votes[name] += 1 / len(names)  # type: ignore[assignment]
        shares = {
            name: value / count
            for name, value in votes.items()
            if value / count >= 0.5 and (self._lists[name].used or value >= 3)
        }
        favour = {name: 0.03 * share for name, share in shares.items()}
        words = set(self._thesaurus.read(about).meanings) - WORDS.light
        for name, item in self._lists.items():
            own = {word for text in item.about for word in self._thesaurus.read(text).meanings}
            if words & own - WORDS.light:
                favour[name] = favour.get(name, 0.0) + 0.035
        return favour

    def _ranked(
        self,
        entry: Foreign,
        found: dict[tuple[str, str], Candidate],
        favour: dict[str, float],
    ) -> list[Candidate]:
        """Return what is proposed, best first, the foreign list as a whole considered."""
        kept = []
        for candidate in found.values():
            name, score = candidate.code.list_name, candidate.score
            more = favour.get(name, 0.0)
            if candidate.code.total:
                score = self._of_total(candidate, entry, favoured=bool(more))
            elif not self._lists[name].used and len(self._lists) > 1:
                if score < SURE or (self._is_general(entry) and not more):
                    continue
                score -= 0.03
            if score >= THRESHOLD:
                kept.append(replace(candidate, score=score + more))
        order = {name: number for number, name in enumerate(self._lists)}
        kept.sort(
            key=lambda item: (
                -item.score,
                not self._lists[item.code.list_name].used,
                KINDS_OF.get(item.reason, 9),
                self._is_special(item.code),
                order[item.code.list_name],
                item.code.code,
            )
        )
        return [replace(item, score=round(min(1.0, item.score), 3)) for item in kept[:MOST]]

    def _of_total(self, candidate: Candidate, entry: Foreign, *, favoured: bool) -> float:
        """Return the score of a total: nearly every list has one, so the rest must tell which."""
        if len(self._lists) == 1:
            return candidate.score
        if favoured:
            return min(candidate.score, 0.9)
        meanings = {word for text in entry.labels for word in self._thesaurus.read(text).meanings}
        return 0.0 if meanings == {"=totaal"} else min(candidate.score, THRESHOLD)

    def _is_special(self, code: Code) -> bool:
        """Return whether a code's label begins with what its list is: "ticket …" in tickets."""
        first = self._thesaurus.read(code.shown).meanings[:1]
        return bool(first) and self._named.get(first[0]) == code.list_name

    def _is_general(self, entry: Foreign) -> bool:
        """Return whether a label consists of words that many of our codes have."""
        meanings = self._thesaurus.read(entry.labels[0]).meanings
        return all(self._rarity.get(meaning, 1.0) < 0.65 for meaning in meanings)


KINDS_OF = {"same label": 0, "same range": 0, "same code": 1, "word order": 2, "written otherwise": 3}


def _variants(text: str) -> list[str]:
    """Return a label as it is, without what stands in brackets, and an acronym from them."""
    found, bare = [text], _bare(text)
    if bare and bare != text:
        found.append(bare)
        found += [item for item in re.findall(r"[(\[]([A-Z]{2,6})[)\]]", text)]
    return found


def _bare(text: str) -> str:
    """Return a text without what stands in brackets."""
    return re.sub(r"\s*[(\[][^)\]]*[)\]]", "", text).strip()


def _may_be_alike(one: Phrase, other: Phrase) -> bool:
    return one.marks == other.marks and one.numbers == other.numbers


__all__ = ["MOST", "SIZE", "THRESHOLD", "Candidate", "Code", "CodeListInfo", "Foreign", "Label", "Matcher"]
