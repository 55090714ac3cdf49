"""Validation of observations over columns, by compiled shapes, with the results of pySHACL.

Cardinalities are counted and each distinct value is tested once, so that the work per observation
is that of numpy. SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.rdf.namespaces import QB, RDF, RDFS, XSD
from publish.rdf.statements import Column, Integers, Terms, Things
from publish.rdf.terms import Term, as_node, as_term
from publish.validation.constraints.normal_form import unique_pairs
from publish.validation.shapes.compile import (
    OF_COUNTS,
    OF_PAIRS,
    OF_SHAPES,
    Constraint,
    ObservationShape,
    Shape,
    ShapeResult,
)

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
    constraint: str
    """The name of the parameter that is not met, like ``minCount``."""


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
            return _marked(things.column(target.having).thing, things.count)
        if target.data_set is None:
            column, wanted = things.column(str(RDF.type)), str(QB.Observation)
        elif data_set is not None:
            return None if target.data_set == data_set else np.zeros(things.count, np.bool_)
        else:
            column, wanted = things.column(str(QB.dataSet)), target.data_set
        number = things.terms.iri(wanted)
        return _marked(column.thing[column.value == number], things.count)

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


def shape_result(found: ColumnResult, things: Things) -> ShapeResult:
    """Return a result as a validation report has it."""
    focus, value = things.name(found.place), found.value
    return ShapeResult(
        focus=focus,
        path=found.shape.path,
        value=focus if found.of_itself else "" if value is None else _lexical(value),
        shape=found.shape.name,
        severity=found.shape.severity,
        message=found.shape.message,
    )


def _marked(places: Integers, count: int) -> Flags:
    found = np.zeros(count, dtype=np.bool_)
    found[places] = True
    return found


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
        for constraint in shape.constraints:
            if constraint.name == "property":
                yield from self.results(constraint.shapes[0], chosen)
                continue
            for places, values in self._broken(shape, constraint):
                if chosen is not None:
                    inside = chosen[places]
                    places, values = places[inside], None if values is None else values[inside]
                found = self.things.terms.found
                for at, place in enumerate(places.tolist()):
                    yield ColumnResult(
                        place=place,
                        value=None if values is None else found[int(values[at])],
                        of_itself=constraint.name in OF_SHAPES,
                        shape=shape,
                        constraint=constraint.name,
                    )

    def conforms(self, shape: Shape) -> Flags:
        """Return which observations conform to a shape."""
        right = np.ones(self.things.count, dtype=np.bool_)
        for constraint in shape.constraints:
            if constraint.name == "property":
                right &= self.conforms(constraint.shapes[0])
                continue
            for places, _ in self._broken(shape, constraint):
                right[places] = False
        return right

    def _broken(
        self, shape: Shape, constraint: Constraint
    ) -> Iterator[tuple[Integers, Integers | None]]:
        """Yield the places where a constraint is broken, with the values that break it."""
        if constraint.name in OF_SHAPES:
            yield np.flatnonzero(~self._combined(constraint)), None
        elif constraint.name in OF_COUNTS:
            counts = self._count(shape.paths)
            few = constraint.name == "minCount"
            wrong = counts < constraint.count if few else counts > constraint.count
            yield np.flatnonzero(wrong), None
        elif constraint.name == "hasValue":
            column, number = self._column(shape.paths), self._number(constraint.value)
            with_it = column.thing[column.value == number]
            yield np.flatnonzero(~_marked(with_it, self.things.count)), None
        elif constraint.name in OF_PAIRS:
            yield from self._unordered(shape, constraint)
        else:
            column = self._column(shape.paths)
            wrong = ~self._verdict(constraint, column.value)
            yield column.thing[wrong], column.value[wrong]

    def _combined(self, constraint: Constraint) -> Flags:
        """Return which observations conform to a logical combination of shapes."""
        each = [self.conforms(shape) for shape in constraint.shapes]
        if constraint.name == "not":
            return ~each[0]
        met = np.sum(each, axis=0)
        if constraint.name == "and":
            return np.asarray(met == len(each))
        return np.asarray(met == 1 if constraint.name == "xone" else met > 0)

    def _column(self, paths: tuple[str, ...]) -> Column:
        """Return the values of a path; a value of two alternatives counts once."""
        if len(paths) == 1:
            return self.things.column(paths[0])
        if paths not in self._columns:
            parts = [self.things.column(path) for path in paths]
            thing = np.concatenate([part.thing for part in parts])
            value = np.concatenate([part.value for part in parts])
            thing, value = unique_pairs(thing, value)
            self._columns[paths] = Column(thing=thing, value=value)
        return self._columns[paths]

    def _count(self, paths: tuple[str, ...]) -> Integers:
        if paths not in self._counts:
            column = self._column(paths)
            self._counts[paths] = np.bincount(column.thing, minlength=self.things.count)
        return self._counts[paths]

    def _number(self, node: Node | None) -> int:
        """Return the number of a term, -1 if no observation has it."""
        return self.things.terms.numbers.get(as_term(node), -1) if node is not None else -1

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
        if constraint.name == "nodeKind":
            return lambda term: _kind(term) in str(constraint.value)
        if constraint.name == "pattern":
            flags = sum((getattr(re, flag.upper()) for flag in constraint.flags), re.NOFLAG)
            pattern = re.compile(str(constraint.value), flags)
            return lambda term: (
                not isinstance(term, ox.BlankNode) and pattern.search(_lexical(term)) is not None
            )
        bound = constraint.number or Decimal(0)
        compare = COMPARISONS[constraint.name]

        def within(term: Term) -> bool:
            number = _number_of(term)
            return number is not None and compare(number, bound)

        return within

    def _unordered(
        self, shape: Shape, constraint: Constraint
    ) -> Iterator[tuple[Integers, Integers | None]]:
        """Yield where a value is not less than each value of another property."""
        column, other = self._column(shape.paths), self.things.column(str(constraint.value))
        low = np.searchsorted(other.thing, column.thing, side="left")
        high = np.searchsorted(other.thing, column.thing, side="right")
        found = self.things.terms.found
        places, values = [], []
        for at in np.flatnonzero(high > low).tolist():
            own = found[int(column.value[at])]
            for beside in range(int(low[at]), int(high[at])):
                if not _in_order(own, found[int(other.value[beside])], constraint.name):
                    places.append(int(column.thing[at]))
                    values.append(int(column.value[at]))
        yield np.array(places, dtype=np.int64), np.array(values, dtype=np.int64)


COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "minInclusive": lambda number, bound: number >= bound,
    "minExclusive": lambda number, bound: number > bound,
    "maxInclusive": lambda number, bound: number <= bound,
    "maxExclusive": lambda number, bound: number < bound,
    "lessThan": lambda number, bound: number < bound,
    "lessThanOrEquals": lambda number, bound: number <= bound,
}


def _in_order(one: Term, other: Term, name: str) -> bool:
    """Return whether two values can be compared and are in the order of a constraint."""
    numbers = _number_of(one), _number_of(other)
    if numbers[0] is not None and numbers[1] is not None:
        return COMPARISONS[name](numbers[0], numbers[1])
    if not (_is_text(one) and _is_text(other)):
        return False
    low, high = _lexical(one), _lexical(other)
    return low < high if name == "lessThan" else low <= high


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


def _kind(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return "IRI"
    return "BlankNode" if isinstance(term, ox.BlankNode) else "Literal"


def _lexical(term: Term) -> str:
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value
