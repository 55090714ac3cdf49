"""Marks in a text the words that were searched for, and cuts a long text around the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from publish.exports.searching.opened_index import SHORTEST_WITHIN
from publish.exports.searching.words import folded, stems

LONGEST = 240
"""Characters of a text that are shown."""
BEFORE = 60
"""Characters of a long text that are shown before the first word that was found."""
_WORD = re.compile(r"\w+")


class TextPart(NamedTuple):
    """A part of a text, and whether it is a word that was searched for."""

    text: str
    is_marked: bool


def marked(text: str, words: Sequence[str]) -> list[TextPart]:
    """Return a text in parts, those that were searched for marked."""
    wanted = {stem for word in words for stem in stems(word)}
    within = [word for word in wanted if len(word) >= SHORTEST_WITHIN]
    places = [
        match.span()
        for match in _WORD.finditer(text)
        if _is_wanted(folded(match[0]), wanted, within)
    ]
    first = places[0][0] if places else 0
    start = max(0, first - BEFORE) if len(text) > LONGEST else 0
    start = 0 if not start else text.find(" ", start, first) + 1 or start
    end = min(len(text), start + LONGEST)
    parts, at = [TextPart("… ", False)] if start else [], start
    for begin, after in places:
        if at <= begin and after <= end:
            parts += [TextPart(text[at:begin], False), TextPart(text[begin:after], True)]
            at = after
    parts.append(TextPart(text[at:end] + (" …" if end < len(text) else ""), False))
    return [part for part in parts if part.text]


def _is_wanted(word: str, wanted: set[str], within: Sequence[str]) -> bool:
    return not wanted.isdisjoint(stems(word)) or any(part in word for part in within)
