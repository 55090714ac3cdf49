"""Which of our codes the entries of another code list correspond to, as ranked candidates.

A label that states a range is compared by its bounds only, any other by its words. Then the list
as a whole counts for the order: where several of our lists have the same code, the one that most
entries fit comes first, even before a score that is a little higher.

A score of 1 is the same label or range; 0.9 and more the same but for spelling, word order,
inflection or a known synonym; below that, part of the words differs, or it is not certain which
bounds are included. Below ``THRESHOLD`` nothing is proposed. The score is no probability: a
person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from publish.faults.fault import phrase
from publish.ontology.suggest.candidates import Candidate, ForeignEntry, OwnCode, OwnList
from publish.ontology.suggest.label_similarity import SAME_BY_KIND, SAME_LABEL, LabelIndex
from publish.ontology.suggest.ranges import (
    AGE,
    ValueRange,
    exclude_shared_bounds,
    likeness,
    read_range,
)
from publish.ontology.suggest.words import GENERAL_WORDS

THRESHOLD = 0.72
MOST_CANDIDATES = 5
"""Candidates for one entry at most."""
UNUSED_LIST_THRESHOLD = 0.85
"""The score from which a code of a list that no dimension uses is proposed."""
CERTAIN_RANGE = 0.9
"""The likeness of ranges above which their bounds are certain."""
LIST_FIT_BONUS, LIST_TITLE_BONUS = 0.03, 0.035
"""What a list gains in order when all entries fit it, and when the title of theirs names it."""
OTHER_KIND_COST = 0.1
"""What a bare range like 5-10 loses when it is read as another kind than the usual one."""
TOTAL_MEANING = "=totaal"

BestByCode = dict[tuple[str, str], Candidate]
"""The best candidate for each of our codes."""


class Matcher:
    """Finds the candidates of entries among our codes."""

    def __init__(self, codes: Sequence[OwnCode], lists: Iterable[OwnList]) -> None:
        self._lists = {item.name: item for item in lists}
        self._labels = LabelIndex(codes, self._lists)
        self._ranges = [(code, code.range) for code in codes if code.range]

    def suggest(self, entries: Sequence[ForeignEntry], about: str = "") -> list[list[Candidate]]:
        """Return the candidates of each entry, best first.

        ``about`` is what is known of the foreign list itself, such as its title.
        """
        stated = [read_range(entry.labels[0]) for entry in entries]
        marked = iter(exclude_shared_bounds(item for item in stated if item))
        ranges = [next(marked) if item else None for item in stated]
        kinds = self._kinds_of(ranges)
        found = [
            self._best_by_code(entry, first, kinds)
            for entry, first in zip(entries, ranges, strict=True)
        ]
        bonus = self._list_bonus(found, about)
        return [
            self._rank(entry, candidates, bonus)
            for entry, candidates in zip(entries, found, strict=True)
        ]

    def _kinds_of(self, ranges: Sequence[ValueRange | None]) -> dict[str, float]:
        """Return what a bare range like 25-29 may be of, with what is taken off for it.

        It is of ages, unless our lists or the other entries say otherwise.
        """
        ours = {kind for _, own in self._ranges for kind in own.kinds}
        explicit = {kind for item in ranges if item and len(item.kinds) == 1 for kind in item.kinds}
        if len(ours) == 1:
            return dict.fromkeys(ours, 0.0)
        bare = [item for item in ranges if item and not item.kinds]
        fits = {
            kind: sum(bool(self._of_bounds(item, {kind: 0.0})) for item in bare) for kind in ours
        }
        allowed = {AGE: 0.0}
        for kind in sorted(ours - {AGE}):
            if explicit == {kind} or (fits[kind] >= 3 and fits[kind] > fits.get(AGE, 0)):
                allowed = {AGE: OTHER_KIND_COST, kind: 0.0}
            elif kind in explicit:
                allowed.setdefault(kind, OTHER_KIND_COST)
        return allowed

    def _of_bounds(self, stated: ValueRange, kinds: dict[str, float]) -> list[Candidate]:
        """Return the codes with the same bounds, unless the label says something else besides."""
        possible = {kind: kinds.get(kind, 0.0) for kind in stated.kinds} or kinds
        about = {name: self._is_about_ranges(stated.rest, name) for name in self._range_words}
        found = []
        for code, own in self._ranges:
            if not about[code.list_name]:
                continue
            of_both = possible.keys() & own.kinds
            scores = [likeness(stated, own, kind) - possible[kind] for kind in of_both]
            score = max(scores, default=0.0)
            if score > 0:
                same = "alike-range" if score > CERTAIN_RANGE else "alike-range-uncertain"
                found.append(Candidate(code=code, score=score, reason=phrase(same)))
        return found

    @cached_property
    def _range_words(self) -> dict[str, frozenset[str]]:
        """What our lists with ranges are about, and what else the ranges of each are called."""
        names = {code.list_name for code, _ in self._ranges}
        texts = (text for name in names for text in self._lists[name].about)
        about = {word for text in texts for word in self._labels.meanings(text)}
        called: dict[str, set[str]] = {name: set(about) for name in names}
        for code, _ in self._ranges:
            for label in code.labels:
                if label.kind != "code" and not read_range(label.text):
                    called[code.list_name].update(self._labels.meanings(label.text))
        return {name: frozenset(words) for name, words in called.items()}

    def _is_about_ranges(self, text: str, name: str) -> bool:
        """Return whether words beside a range narrow it down no further than a list does."""
        phrase = self._labels.thesaurus.read(text)
        known = self._range_words[name] | GENERAL_WORDS.light
        return not phrase.marks and all(meaning in known for meaning in phrase.meanings)

    def _best_by_code(
        self, entry: ForeignEntry, first: ValueRange | None, kinds: dict[str, float]
    ) -> BestByCode:
        """Return the best candidate per code, without regard to the rest of the list."""
        found: BestByCode = {}
        for number, text in enumerate(entry.labels):
            stated = first if number == 0 else read_range(text)
            candidates = self._of_bounds(stated, kinds) if stated else []
            if not stated or (not candidates and stated.rest):
                candidates = [
                    item
                    for item in self._labels.similar(text)
                    # Bounds that contradict what it is called count for more.
                    if not (stated and item.code.range and not _may_be(stated, item.code.range))
                ]
            for candidate in candidates:
                place = candidate.code.place
                if place not in found or found[place].score < candidate.score:
                    found[place] = candidate
        for place, candidate in found.items():
            if entry.code and entry.code == candidate.code.code:
                found[place] = replace(candidate, score=min(1.0, candidate.score + 0.05))
        return found

    def _list_bonus(self, found: Sequence[BestByCode], about: str) -> dict[str, float]:
        """Return by list what it gains in order because the foreign list as a whole fits it."""
        votes = defaultdict[str, float](float)
        count = 0
        for candidates in found:
            likely = [item for item in candidates.values() if not item.code.total]
            best = max((item.score for item in likely), default=0.0)
            if best >= THRESHOLD:
                count += 1
                names = {item.code.list_name for item in likely if item.score > best - 0.03}
                for name in names:
                    votes[name] += 1 / len(names)
        bonus = defaultdict[str, float](float)
        words = set(self._labels.meanings(about)) - GENERAL_WORDS.light
        for name, own in self._lists.items():
            value = votes[name]
            # A list that no dimension uses must fit the foreign list as a whole.
            least = 0.2 if own.used else 0.5
            if len(found) >= 3 and value >= count / 2 and value >= len(found) * least and value:
                bonus[name] = LIST_FIT_BONUS * value / count
            if any(words & set(self._labels.meanings(text)) for text in own.about):
                bonus[name] += LIST_TITLE_BONUS
        return bonus

    def _rank(
        self, entry: ForeignEntry, found: BestByCode, bonus: dict[str, float]
    ) -> list[Candidate]:
        """Return what is proposed, best first, the foreign list as a whole considered."""
        kept = []
        for candidate in found.values():
            name, score = candidate.code.list_name, candidate.score
            more = bonus.get(name, 0.0)
            if candidate.code.total:
                score = self._of_total(candidate, entry, preferred=bool(more))
            elif not self._lists[name].used and len(self._lists) > 1:
                if score < UNUSED_LIST_THRESHOLD or (
                    self._labels.is_general(entry.labels[0]) and not more
                ):
                    continue
                score -= LIST_FIT_BONUS
            if score >= THRESHOLD:
                kept.append(replace(candidate, score=round(score, 3)))
        kept.sort(
            key=lambda item: (
                -round(item.score + bonus.get(item.code.list_name, 0.0), 6),
                # Of "x" and "ticket x" the former is nearer to somebody's "x".
                self._labels.list_named(item.code.shown) == item.code.list_name,
                item.reason not in (SAME_LABEL, SAME_BY_KIND["hidden"]),
                item.code.place,
            )
        )
        return kept[:MOST_CANDIDATES]

    def _of_total(self, candidate: Candidate, entry: ForeignEntry, *, preferred: bool) -> float:
        """Return the score of a total: nearly every list has one, so the rest must tell which."""
        meanings = {word for text in entry.labels for word in self._labels.meanings(text)}
        if len(self._lists) == 1 or TOTAL_MEANING not in meanings:
            return candidate.score
        if preferred:
            return min(candidate.score, CERTAIN_RANGE)
        return 0.0 if meanings == {TOTAL_MEANING} else min(candidate.score, THRESHOLD)


def _may_be(stated: ValueRange, own: ValueRange) -> bool:
    """Return whether two ranges may be the same."""
    return any(likeness(stated, own, kind) for kind in own.kinds)
