"""Reading N-Triples and N-Quads many times faster than a parser does: each distinct term once.

Lines are split at their spaces, which is how programs write them, and pieces not seen before are
parsed; a graph makes one piece with the object before it. A block with any other line goes to the
parser as a whole, so nothing is accepted here that the parser would refuse.
https://www.w3.org/TR/n-quads/
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pyoxigraph as ox

from publish.rdf.statements import TermIds, Terms, term_ids

BLOCK = 8 << 20
"""Bytes of lines that are read at a time."""
LONGEST_LINE = 1 << 26
"""Bytes of a line at most; the parsers give up at a quarter of it in one term."""
BRACKET, UNDERSCORE = b"<_"


class Unusual(Exception):
    """A block has a line that is not three terms and a full stop with one space between them."""


@dataclass(kw_only=True)
class LineReader:
    """Reads the lines of one file."""

    terms: Terms
    syntax: ox.RdfFormat
    wrong: Callable[[SyntaxError, int], bool]
    """Called with each syntax error and the lines before its block; returns whether to go on."""
    _pieces: dict[bytes, int] = field(default_factory=dict)
    _numbers: array[int] = field(default_factory=lambda: array("i"))
    """The number of the term of each piece."""
    _ended: bool = False
    """Whether there were too many syntax errors to go on."""

    def blocks(self, content: BinaryIO) -> Iterator[TermIds]:
        """Yield the numbers of the terms of each block of lines."""
        before = 0
        for lines in blocks_of_lines(content):
            try:
                yield self._cut(lines)
            except Unusual:
                yield term_ids(self._parsed(b"".join(lines), before), self.terms)
                if self._ended:
                    return
            before += len(lines)

    def _cut(self, lines: list[bytes]) -> TermIds:
        """Return the numbers of the terms of lines. Raises Unusual."""
        if not lines[-1].endswith(b"\n"):
            lines = [*lines[:-1], lines[-1] + b"\n"]
        pieces, fresh, found = self._pieces, list[bytes](), array("i")
        known, add = pieces.get, found.extend
        # Triples of one subject mostly follow one another.
        last, about = b"", 0
        try:
            for line in lines:
                subject, predicate, rest = line.split(b" ", 2)
                if (
                    rest[-3:] != b" .\n"
                    or predicate[0] != BRACKET
                    or (subject[0] != BRACKET and subject[0] != UNDERSCORE)
                ):
                    raise Unusual
                if subject != last:
                    number = known(subject)
                    if number is None:
                        number = pieces[subject] = len(pieces)
                        fresh.append(subject)
                    last, about = subject, number
                says = known(predicate)
                if says is None:
                    says = pieces[predicate] = len(pieces)
                    fresh.append(predicate)
                value = rest[:-3]
                what = known(value)
                if what is None:
                    what = pieces[value] = len(pieces)
                    fresh.append(value)
                add((about, says, what))
            self._numbers.extend(self._parsed_pieces(fresh))
        except (ValueError, IndexError, Unusual, SyntaxError):
            for piece in fresh:
                del pieces[piece]
            raise Unusual from None
        return np.array(self._numbers, dtype=np.int32)[np.array(found, dtype=np.int32)]

    def _parsed_pieces(self, pieces: list[bytes]) -> list[int]:
        """Return the numbers of the terms that pieces of lines stand for."""
        text = b"".join(b"<x:s> <x:p> %b .\n" % piece for piece in pieces)
        found = [quad.object for quad in ox.parse(text, format=self.syntax)]
        if len(found) != len(pieces):
            raise Unusual
        return list(map(self.terms.number, found))

    def _parsed(self, text: bytes, before: int) -> Iterator[ox.Quad]:
        """Yield the statements of lines as the parser reads them, until it is not to go on."""
        found = ox.parse(text, format=self.syntax)
        while not self._ended:
            try:
                yield from found
                return
            except SyntaxError as error:
                self._ended = not self.wrong(error, before)


def blocks_of_lines(content: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines of a file, many at a time. Raises MemoryError at a line without an end."""
    rest = b""
    while block := content.read(BLOCK):
        lines, end, tail = (rest + block).rpartition(b"\n")
        rest = tail if end else rest + block
        if end:
            yield io.BytesIO(lines + end).readlines()
        elif len(rest) > LONGEST_LINE:
            raise MemoryError("a line is longer than any buffer")
    if rest:
        yield [rest]
