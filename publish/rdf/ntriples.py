"""Reading N-Triples many times faster than a parser does, as each distinct term is parsed once.

Lines are split at their spaces, which is how programs write them, and pieces not seen before are
parsed. A block with any other line goes to the parser as a whole, so nothing is accepted here
that the parser would refuse. https://www.w3.org/TR/n-triples/
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyoxigraph as ox

from publish.rdf.statements import TermIds, Terms, term_ids
from publish.rdf.terms import Term

BLOCK = 8 << 20
"""Bytes of lines that are read at a time."""
BRACKET, UNDERSCORE = b"<_"


class Unusual(Exception):
    """A block has a line that is not three terms and a full stop with one space between them."""


@dataclass(kw_only=True)
class LineReader:
    """Reads the lines of one file."""

    terms: Terms
    prefix: str
    """Put before the labels of blank nodes, to keep those of several files apart."""
    wrong: Callable[[SyntaxError, int], bool]
    """Called with each syntax error and the lines before its block; returns whether to go on."""
    _pieces: dict[bytes, int] = field(default_factory=dict)
    _numbers: array[int] = field(default_factory=lambda: array("i"))
    """The number of the term of each piece."""
    _ended: bool = False
    """Whether there were too many syntax errors to go on."""

    def blocks(self, content: io.BufferedReader) -> Iterator[TermIds]:
        """Yield the numbers of the terms of each block of lines."""
        before = 0
        while lines := content.readlines(BLOCK):
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
        found = [quad.object for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
        if len(found) != len(pieces):
            raise Unusual
        return [self.terms.number(self._kept_apart(term)) for term in found]

    def _parsed(self, text: bytes, before: int) -> Iterator[ox.Triple]:
        """Yield the triples of lines as the parser reads them, until it is not to go on."""
        found = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        while not self._ended:
            try:
                for quad in found:
                    subject, value = map(self._kept_apart, (quad.subject, quad.object))
                    yield ox.Triple(subject, quad.predicate, value)  # type: ignore[arg-type]
                return
            except SyntaxError as error:
                self._ended = not self.wrong(error, before)

    def _kept_apart(self, term: Term) -> Term:
        """Return a term, its label with the prefix if it is a blank node."""
        if self.prefix and isinstance(term, ox.BlankNode):
            return ox.BlankNode(self.prefix + term.value)
        return term
