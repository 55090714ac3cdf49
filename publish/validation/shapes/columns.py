"""Validation of observations over columns, by compiled shapes, with the results of pySHACL.

Cardinalities are counted and each distinct value is tested once, so that the work per observation
is that of numpy. SHACL, section 4.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray
from rdflib import Graph, Literal, URIRef

from publish.rdf.namespaces import QB, RDF, RDFS, XSD
from publish.rdf.statements import Column, Integers, Terms, Things
from publish.rdf.terms import Term, as_node, as_term
from publish.validation.constraints.normal_form import joined, marked, matching, unique_pairs
from publish.validation.shapes.compile import (
    OF_COUNTS,
    OF_PAIRS,
    OF_SHAPES,
    Constraint,
    ObservationShape,
    Shape,
    ShapeResult,
)
from publish.validation.shapes.value_spaces import lies_in

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ColumnResult:
    """One way in which an observation does not meet a shape."""

    place: int
    """The place of the observation in the batch."""
    value: Term | None
    """The wrong value, if a single value is wrong."""
    of_itself: bool
    """Whether the observation as a whole breaks a combination of shapes."""
    shape: Shape

    def reported(self, things: Things) -> ShapeResult:
        """Return the result as a validation report has it."""
        focus = things.name(self.place)
        value = "" if self.value is None else _lexical(self.value)
        return ShapeResult(
            focus=focus,
            path=self.shape.path,
            value=focus if self.of_itself else value,
            shape=self.shape.name,
            severity=self.shape.severity,
            message=self.shape.message,
        )


@dataclass(kw_only=True)
class ColumnJudge:
    """Judges observations by shapes, batch after batch."""

    shapes: list[ObservationShape]
    context: Graph
    """Structure, vocabulary and code lists, which give the classes of values."""
    _classes: dict[tuple[Term, str], bool] = field(default_factory=dict)
    _superclasses_of: dict[str, frozenset[str]] = field(default_factory=dict)

    def judge(self, things: Things, data_set: str | None = None) -> Iterator[ColumnResult]:
        """Yield the results of a batch of observations.

        All are of the given data set; without it, qb:dataSet tells the data set of each.
        """
        batch = _Batch(judge=self, things=things)
        for target in self.shapes:
            chosen = self._chosen(target, things, data_set)
            if chosen is None or chosen.any():
                yield from batch.results(target.shape, chosen)

    def _chosen(
        self, target: ObservationShape, things: Things, data_set: str | None
    ) -> Flags | None:
        """Return which observations are targets of a shape, None for all."""
        if target.having is not None:
            return marked(things.column(target.having).thing, things.count)
        if target.data_set is None:
            column, wanted = things.column(str(RDF.type)), str(QB.Observation)
        elif data_set is not None:
            return None if target.data_set == data_set else np.zeros(things.count, np.bool_)
        else:
            column, wanted = things.column(str(QB.dataSet)), target.data_set
        number = things.terms.iri(wanted)
        return marked(column.thing[column.value == number], things.count)

    def is_a(self, term: Term, wanted: str) -> bool:
        """Return whether a term is an instance of a class or of its subclasses in the context."""
        key = (term, wanted)
        if key not in self._classes:
            classes = map(str, self.context.objects(as_node(term), RDF.type))
            self._classes[key] = any(wanted in self._superclasses(name) for name in classes)
        return self._classes[key]

    def _superclasses(self, name: str) -> frozenset[str]:
        if name not in self._superclasses_of:
            wider = self.context.transitive_objects(URIRef(name), RDFS.subClassOf)
            self._superclasses_of[name] = frozenset({name, *map(str, wider)})
        return self._superclasses_of[name]


@dataclass(kw_only=True)
class _Batch:
    """A batch of observations with the columns, counts and verdicts that several shapes need."""

    judge: ColumnJudge
    things: Things
    _verdicts: dict[Constraint, NDArray[np.int8]] = field(default_factory=dict)
    _counts: dict[tuple[str, ...], Integers] = field(default_factory=dict)
    _columns: dict[tuple[str, ...], Column] = field(default_factory=dict)

    def results(self, shape: Shape, chosen: Flags | None) -> Iterator[ColumnResult]:
        """Yield the results of a shape on the chosen observations."""
        found = self.things.terms.found
        for broken, constraint in _constraints(shape):
            places, values = self._broken(broken, constraint)
            if chosen is not None:
                inside = chosen[places]
                places, values = places[inside], None if values is None else values[inside]
            for at, place in enumerate(places.tolist()):
                yield ColumnResult(
                    place=place,
                    value=None if values is None else found[int(values[at])],
                    of_itself=constraint.name in OF_SHAPES,
                    shape=broken,
                )

    def conforms(self, shape: Shape) -> Flags:
        """Return which observations conform to a shape."""
        right = np.ones(self.things.count, dtype=np.bool_)
        for inner, constraint in _constraints(shape):
            right[self._broken(inner, constraint)[0]] = False
        return right

    def _broken(self, shape: Shape, constraint: Constraint) -> tuple[Integers, Integers | None]:
        """Return the places where a constraint is broken, with the values that break it."""
        name = constraint.name
        if name in OF_SHAPES:
            every = len(constraint.shapes)
            ends = {"not": (0, 0), "xone": (1, 1), "or": (1, every), "and": (every, every)}
            least, most = ends[name]
            met = np.sum([self.conforms(inner) for inner in constraint.shapes], axis=0)
            return np.flatnonzero((met < least) | (met > most)), None
        if name in OF_COUNTS:
            counts, count = self._count(shape.paths), int(constraint.number)
            return np.flatnonzero(counts < count if name == "minCount" else counts > count), None
        column, terms = self._column(shape.paths), self.things.terms
        if name == "hasValue":
            number = terms.numbers.get(as_term(constraint.value), -1)
            has = marked(column.thing[column.value == number], self.things.count)
            return np.flatnonzero(~has), None
        if name in OF_PAIRS:
            others = self.things.column(str(constraint.value))
            at, other = matching((others.thing, others.value), column.thing)
            pairs = zip(column.value[at].tolist(), other.tolist(), strict=True)
            right = [_in_order(terms.found[own], terms.found[other], name) for own, other in pairs]
            wrong = at[~np.array(right, dtype=np.bool_)]
        else:
            wrong = np.flatnonzero(~self._verdict(constraint, column.value))
        return column.thing[wrong], column.value[wrong]

    def _column(self, paths: tuple[str, ...]) -> Column:
        """Return the values of a path; a value of two alternatives counts once."""
        if len(paths) == 1:
            return self.things.column(paths[0])
        if paths not in self._columns:
            parts = map(self.things.column, paths)
            thing, value = unique_pairs(*joined((part.thing, part.value) for part in parts))
            self._columns[paths] = Column(thing=thing, value=value)
        return self._columns[paths]

    def _count(self, paths: tuple[str, ...]) -> Integers:
        if paths not in self._counts:
            column = self._column(paths)
            self._counts[paths] = np.bincount(column.thing, minlength=self.things.count)
        return self._counts[paths]

    def _verdict(self, constraint: Constraint, values: Integers) -> Flags:
        """Return which values meet a constraint; each distinct one is tested once."""
        terms: Terms = self.things.terms
        known = self._verdicts.get(constraint)
        if known is None:
            known = self._verdicts[constraint] = np.full(len(terms.found), -1, dtype=np.int8)
        new = values[known[values] < 0]
        if len(new):
            test = self._test(constraint)
            for number in np.unique(new).tolist():
                known[number] = test(terms.found[number])
        return np.asarray(known[values] == 1)

    def _test(self, constraint: Constraint) -> Callable[[Term], bool]:
        """Return the test of a value that a constraint stands for."""
        if constraint.name == "class":
            return lambda term: self.judge.is_a(term, str(constraint.value))
        if constraint.name == "in":
            allowed = {as_term(node) for node in constraint.allowed}
            return lambda term: term in allowed
        if constraint.name == "datatype":
            return lambda term: _has_datatype(term, str(constraint.value))
        if constraint.name == "range":
            return lambda term: lies_in(term, str(constraint.value))
        if constraint.name == "nodeKind":
            return lambda term: KINDS.get(type(term), "Literal") in str(constraint.value)
        if constraint.name == "pattern":
            flags = sum((getattr(re, flag.upper()) for flag in constraint.flags), re.NOFLAG)
            pattern = re.compile(str(constraint.value), flags)
            return lambda term: (
                not isinstance(term, ox.BlankNode) and pattern.search(_lexical(term)) is not None
            )
        compare = COMPARISONS[constraint.name]

        def within(term: Term) -> bool:
            number = _number_of(term)
            return number is not None and compare(number, constraint.number)

        return within


def _constraints(shape: Shape) -> Iterator[tuple[Shape, Constraint]]:
    """Yield the constraints of a shape and of its property shapes, each with its own shape."""
    for constraint in shape.constraints:
        if constraint.name == "property":
            yield from _constraints(constraint.shapes[0])
        else:
            yield shape, constraint


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "minInclusive": operator.ge,
    "minExclusive": operator.gt,
    "maxInclusive": operator.le,
    "maxExclusive": operator.lt,
    "lessThan": operator.lt,
    "lessThanOrEquals": operator.le,
}
"""How the value of a constraint is compared with its bound."""


def _in_order(one: Term, other: Term, name: str) -> bool:
    """Return whether two values can be compared and are in the order of a constraint."""
    compare, numbers = COMPARISONS[name], (_number_of(one), _number_of(other))
    if None not in numbers:
        return compare(*numbers)
    return _is_text(one) and _is_text(other) and compare(_lexical(one), _lexical(other))


def _is_text(term: Term) -> bool:
    """Return whether a term is compared as text: a string or, as in pySHACL, an IRI."""
    return isinstance(term, ox.NamedNode) or (
        isinstance(term, ox.Literal)
        and term.datatype.value in (str(XSD.string), str(RDF.langString))
    )


_NUMBERS = {
    str(XSD.integer): re.compile(r"\s*[+-]?[0-9]+\s*"),
    str(XSD.decimal): re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*"),
}


def _number_of(term: Term) -> Decimal | None:
    """Return the value of a numeric literal, None for any other term."""
    if not isinstance(term, ox.Literal):
        return None
    pattern = _NUMBERS.get(term.datatype.value)
    if pattern is not None:
        return Decimal(term.value.strip()) if pattern.fullmatch(term.value) else None
    value = Literal(term.value, datatype=URIRef(term.datatype.value)).value
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None


def _has_datatype(term: Term, datatype: str) -> bool:
    """Return whether a term is a well-formed literal of a datatype."""
    if not isinstance(term, ox.Literal):
        return False
    if datatype == str(RDFS.Literal):
        return True
    if term.datatype.value != datatype:
        return False
    pattern = _NUMBERS.get(datatype)
    if pattern is not None:
        return pattern.fullmatch(term.value) is not None
    return Literal(term.value, datatype=URIRef(datatype)).ill_typed is not True


KINDS = {ox.NamedNode: "IRI", ox.BlankNode: "BlankNode"}


def _lexical(term: Term) -> str:
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value
