"""RDF statements as columns of whole numbers, in which each distinct term is kept once.

A property is two columns: which thing, and which term it has. Questions about millions of
statements become sorting and counting, and each distinct term is looked at once. The statements
come from RDF files, or from observations whose values are numbered already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray

from publish.rdf.terms import Term

Integers = NDArray[np.int64]

TermIds = NDArray[np.int32]
"""The numbers of terms of triples, subject, predicate and object in turn, in the order read."""

EMPTY = np.empty(0, dtype=np.int64)


@dataclass(kw_only=True)
class Terms:
    """Distinct terms, numbered from 0 in the order in which they were first read."""

    found: list[Term] = field(default_factory=list)
    numbers: dict[Term, int] = field(default_factory=dict)

    def number(self, term: Term) -> int:
        """Return the number of a term, a new one when the term is new."""
        number = self.numbers.setdefault(term, len(self.found))
        if number == len(self.found):
            self.found.append(term)
        return number

    def iri(self, iri: str) -> int | None:
        """Return the number of an IRI, or None when no statement has it or it is none."""
        try:
            return self.numbers.get(ox.NamedNode(iri))
        except ValueError:
            return None

    def rename(self, first: int, naming: Callable[[ox.BlankNode], ox.BlankNode]) -> list[int]:
        """Give the blank nodes from a number on other labels; return their numbers.

        They are not looked up any more, so that those of the next file are new ones, whatever
        their labels; ``settle`` ends this.
        """
        found = self.found
        nodes = []
        for at in range(first, len(found)):
            node = found[at]
            if isinstance(node, ox.BlankNode):
                nodes.append(at)
                del self.numbers[node]
                found[at] = naming(node)
        return nodes

    def settle(self, nodes: Iterable[int]) -> None:
        """Let blank nodes be looked up under the labels that they were given."""
        self.numbers.update((self.found[at], at) for at in nodes)


@dataclass(frozen=True, kw_only=True)
class Column:
    """The values of one property of some things, as pairs sorted by thing."""

    thing: Integers
    """Places of the things, from 0, in ascending order."""
    value: Integers
    """The number of the term that the thing at the same place has."""


NO_COLUMN = Column(thing=EMPTY, value=EMPTY)


class Things(Protocol):
    """Things in places from 0 whose properties can be asked for, column by column."""

    @property
    def count(self) -> int:
        """How many things there are."""

    @property
    def terms(self) -> Terms:
        """The terms that the values are numbers of."""

    def column(self, predicate: str) -> Column:
        """Return the values of a property of the things."""

    def name(self, place: int) -> str:
        """Return the IRI of a thing, or the label of a blank node with ``_:``."""


@dataclass(frozen=True, kw_only=True)
class StatementColumns:
    """Things whose columns are in memory, such as a batch of observations."""

    count: int
    terms: Terms
    columns: dict[str, Column]
    naming: Callable[[int], str]

    def column(self, predicate: str) -> Column:
        """Return the values of a property of the things."""
        return self.columns.get(predicate, NO_COLUMN)

    def name(self, place: int) -> str:
        """Return the IRI of a thing."""
        return self.naming(place)


@dataclass(frozen=True, kw_only=True)
class Statements:
    """All statements of some RDF, each once, sorted by property, subject and object."""

    terms: Terms
    subject: Integers
    predicate: Integers
    object: Integers

    def __len__(self) -> int:
        return len(self.subject)

    def of(self, predicate: str) -> tuple[Integers, Integers]:
        """Return the subjects and objects of a property, sorted by subject."""
        number = self.terms.iri(predicate)
        if number is None:
            return EMPTY, EMPTY
        low, high = np.searchsorted(self.predicate, [number, number + 1]).tolist()
        return self.subject[low:high], self.object[low:high]

    def subjects(self, predicate: str, value: str) -> Integers:
        """Return the subjects that have one IRI as value of a property."""
        subjects, objects = self.of(predicate)
        number = self.terms.iri(value)
        return subjects[objects == number] if number is not None else EMPTY

    def things(self, chosen: Integers) -> StatementColumns:
        """Return chosen subjects, as sorted numbers of terms, with all their properties."""
        place = np.searchsorted(chosen, self.subject)
        place[place == len(chosen)] = 0
        inside = chosen[place] == self.subject if len(chosen) else np.zeros(len(self), np.bool_)
        at, predicates, objects = place[inside], self.predicate[inside], self.object[inside]
        known, starts = np.unique(predicates, return_index=True)
        parts = pairwise([*starts.tolist(), len(predicates)])
        found = self.terms.found
        columns = {
            term_text(found[number]): Column(thing=at[start:end], value=objects[start:end])
            for number, (start, end) in zip(known.tolist(), parts, strict=True)
        }
        return StatementColumns(
            count=len(chosen),
            terms=self.terms,
            columns=columns,
            naming=lambda at: term_text(found[int(chosen[at])]),
        )


def term_text(term: Term) -> str:
    """Return an IRI as it is, a blank node as ``_:x``, a literal as in Turtle."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def collect(quads: Iterable[ox.Quad | ox.Triple]) -> Statements:
    """Return statements of any graphs as those of one, each once."""
    terms = Terms()
    return statements_from(terms, term_ids(quads, terms))


def term_ids(quads: Iterable[ox.Quad | ox.Triple], terms: Terms) -> TermIds:
    """Return the numbers of the terms of each statement, one statement after the other."""
    numbers, found = terms.numbers, terms.found

    def flow() -> Iterator[int]:
        number = numbers.setdefault
        for quad in quads:
            for term in (quad.subject, quad.predicate, quad.object):
                at = number(term, len(found))
                if at == len(found):
                    found.append(term)
                yield at

    return np.fromiter(flow(), dtype=np.int32)


def statements_from(terms: Terms, flat: TermIds) -> Statements:
    """Return the statements that numbers of terms stand for, each once."""
    subject, predicate, object_ = flat.reshape(-1, 3).T
    # One number for subject and object: a property at a time, sorting is then sorting of numbers.
    both = subject.astype(np.int64) << 32
    both |= object_
    counts = np.bincount(predicate)
    known = np.flatnonzero(counts)
    rank = np.zeros(len(counts), dtype=np.int32)
    rank[known] = np.arange(len(known), dtype=np.int32)
    # Small whole numbers are sorted by counting.
    narrow = np.uint16 if len(known) < 2**16 else np.int32
    order = np.argsort(rank[predicate].astype(narrow), kind="stable")
    both = both[order]
    del order
    ends = np.cumsum(counts[known])[:-1]
    parts = [unique_integers(part) for part in np.split(both, ends)] if len(known) else []
    both = np.concatenate([EMPTY, *parts])
    return Statements(
        terms=terms,
        subject=both >> 32,
        predicate=np.repeat(known, [len(part) for part in parts]),
        object=both & (2**32 - 1),
    )


def each_once(numbers: Integers) -> Integers:
    """Return numbers sorted and each once, those given left as they are."""
    return unique_integers(numbers.copy())


def unique_integers(numbers: Integers) -> Integers:
    """Return numbers sorted and each once; sorts in place.

    For many different numbers, ``np.unique`` takes fifty times as long (NumPy 2.4).
    """
    numbers.sort()
    fresh = np.ones(len(numbers), dtype=np.bool_)
    fresh[1:] = numbers[1:] != numbers[:-1]
    return numbers[fresh]
