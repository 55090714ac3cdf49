"""Marks in Turtle and TriG; where terms stand there is told by ``publish/rdf/positions.py``."""

from __future__ import annotations

from collections import deque

from publish.faults.places import LineCounter
from publish.rdf.places.marks import MARK, MARKS, marked_label
from publish.rdf.positions import turtle_tokens


def marked_turtle(text: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Return Turtle in which things without a name have marks, and the place of each mark."""
    offsets, recent = list[int](), deque[str](maxlen=2)
    for token in turtle_tokens(text):
        if token[0] == "{" and list(recent) == ["[", "]"]:
            offsets.pop()  # the name of a graph says nothing else
        if token[0] == "[":
            offsets.append(token.start())
        recent.append(token[0])
    parts, last, lines = list[str](), 0, LineCounter(text)
    for number, offset in enumerate(offsets):
        parts += [text[last : offset + 1], f' <{MARKS}{MARK}> "{marked_label(number)}" ; ']
        last = offset + 1
    parts.append(text[last:])
    return "".join(parts).encode("utf-8", "replace"), [*map(lines.place, offsets)]
