"""Reading N-Triples many times faster than by a parser: each distinct term is parsed once.

In come the lines of a file; out come blocks of the numbers of their terms. Lines are cut at their
spaces, as all usual programs write them, and the pieces that were not met before are parsed.
A block of lines in which anything is otherwise is left to the parser, so that nothing passes here
that it would not let pass. https://www.w3.org/TR/n-triples/
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
    """A block of lines has something that only a parser understands."""


@dataclass(kw_only=True)
class LineReader:
    """Reads the lines of one file."""

    terms: Terms
    prefix: str
    """What is put before the labels of blank nodes, to keep those of several files apart."""
    wrong: Callable[[SyntaxError, int], bool]
    """Told of each syntax error with the lines before its block; returns whether to go on."""
    _pieces: dict[bytes, int] = field(default_factory=dict)
    _numbers: array[int] = field(default_factory=lambda: array("i"))
    """Per piece the number of its term."""

    def blocks(self, content: io.BufferedReader) -> Iterator[TermIds]:
        """Yield the numbers of the terms of each block of lines."""
        before = 0
        while lines := content.readlines(BLOCK):
            try:
                yield self._cut(lines)
            except Unusual:
                going = True

                def told(error: SyntaxError, before: int = before) -> bool:
                    nonlocal going
                    going = self.wrong(error, before)
                    return going

                yield term_ids(self._parsed(b"".join(lines), told), self.terms)
                if not going:
                    return
            before += len(lines)

    def _cut(self, lines: list[bytes]) -> TermIds:
        """Return the numbers of the terms of lines that are as usual. Raises Unusual."""
        if not lines[-1].endswith(b"\n"):
            lines = [*lines[:-1], lines[-1] + b"\n"]
        pieces, fresh, found = self._pieces, list[bytes](), array("i")
        known, add = pieces.get, found.extend
        # Statements about one thing mostly stand together.
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

    def _parsed(self, text: bytes, wrong: Callable[[SyntaxError], bool]) -> Iterator[ox.Triple]:
        """Yield the statements of lines as the parser reads them."""
        found = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        while True:
            try:
                for quad in found:
                    subject, value = map(self._kept_apart, (quad.subject, quad.object))
                    yield ox.Triple(subject, quad.predicate, value)  # type: ignore[arg-type]
                return
            except SyntaxError as error:
                if not wrong(error):
                    return

    def _kept_apart(self, term: Term) -> Term:
        """Return a term, a blank node with a label that no other file has."""
        if self.prefix and isinstance(term, ox.BlankNode):
            return ox.BlankNode(self.prefix + term.value)
        return term
