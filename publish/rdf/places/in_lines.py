"""Where terms stand in N-Triples and N-Quads, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import chain
from typing import BinaryIO

from publish.rdf.ntriples import blocks_of_lines
from publish.rdf.positions import turtle_iris

_NAME = re.compile(rb"<[^<>\s]*>|_:[^\s<>\"]+")


def find_in_lines(
    content: BinaryIO, wanted: Set[str], *, subjects: bool
) -> Iterator[tuple[str, int, int]]:
    """Yield where terms stand: the term with its line and column; only ``subjects`` if asked."""
    asked = {(term if term[:2] == "_:" else f"<{term}>").encode(): term for term in wanted}
    # What is in quotes can be written in several ways; the datatype after it cannot.
    marks = {term.rpartition("^^")[2].encode() for term in wanted if term[0] == '"'} | asked.keys()
    lines = chain.from_iterable(blocks_of_lines(content))
    for number, line in enumerate(lines, start=1):
        if subjects:
            found = line.split(None, 1)[:1]
            if found and found[0] in asked:
                yield asked[found[0]], number, line.index(found[0]) + 1
        elif not marks.isdisjoint(_NAME.findall(line)):
            for term, offset in turtle_iris(line.decode("utf-8", "replace"), ""):
                if term in wanted:
                    yield term, number, offset + 1
