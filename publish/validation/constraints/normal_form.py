"""The normal form of RDF Data Cube: what a publisher may leave out is filled in.

Closure adds the types and component properties that follow from other properties; flattening gives
observations the values attached to their data set or slice. Subjects and values are numbers of
terms, and a property is two columns of them. RDF Data Cube, section 10:
https://www.w3.org/TR/vocab-data-cube/#normalize-algorithm
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray

from publish.rdf.statements import (
    Column,
    Integers,
    Statements,
    Terms,
    each_once,
    term_text,
    unique_integers,
)

QB = "http://purl.org/linked-data/cube#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
MEASURE_TYPE = f"{QB}measureType"

OBSERVATION = f"{QB}Observation"
DATA_SET = f"{QB}DataSet"
STRUCTURE = f"{QB}DataStructureDefinition"
SLICE = f"{QB}Slice"
SLICE_KEY = f"{QB}SliceKey"
DIMENSION = f"{QB}DimensionProperty"
MEASURE = f"{QB}MeasureProperty"
ATTRIBUTE = f"{QB}AttributeProperty"

Pairs = tuple[Integers, Integers]
"""Two columns of equal length, sorted by the first."""


@dataclass(frozen=True, kw_only=True)
class CubeGraph:
    """Statements about cubes after normalisation."""

    statements: Statements
    added: dict[str, Pairs] = field(default_factory=dict)
    """The pairs that normalisation adds, by property."""
    members: dict[str, Integers] = field(default_factory=dict)
    """The members of a class, sorted, by class."""
    _merged: dict[str, Pairs] = field(default_factory=dict)
    _inverse: dict[str, Pairs] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        """The terms of all statements."""
        return self.statements.terms

    def of(self, predicate: str) -> Pairs:
        """Return the subjects and objects of a property, sorted by subject, each pair once."""
        if predicate not in self.added:
            return self.statements.of(predicate)
        if predicate not in self._merged:
            stated, more = self.statements.of(predicate), self.added[predicate]
            self._merged[predicate] = unique_pairs(*joined([stated, more]))
        return self._merged[predicate]

    def inverse(self, predicate: str) -> Pairs:
        """Return the objects and subjects of a property, sorted by object."""
        if predicate not in self._inverse:
            subjects, objects = self.of(predicate)
            order = np.argsort(objects, kind="stable")
            self._inverse[predicate] = objects[order], subjects[order]
        return self._inverse[predicate]

    def values(self, predicate: str, thing: int) -> list[int]:
        """Return what one thing has of a property."""
        return list(map(int, matching(self.of(predicate), np.array([thing]))[1]))

    def subjects(self, predicate: str, value: int) -> list[int]:
        """Return the things that have one value of a property."""
        return list(map(int, matching(self.inverse(predicate), np.array([value]))[1]))

    def of_class(self, name: str) -> Integers:
        """Return the members of a class, sorted."""
        if name not in self.members:
            self.members[name] = self.statements.subjects(RDF_TYPE, name)
        return self.members[name]

    def is_a(self, thing: int, name: str) -> bool:
        """Return whether a thing is of a class."""
        known = self.of_class(name)
        place = int(np.searchsorted(known, thing))
        return place < len(known) and int(known[place]) == thing

    def name(self, number: int) -> str:
        """Return the IRI with a number, a blank node as ``_:x``, a literal as in Turtle."""
        return term_text(self.terms.found[number])

    def number(self, iri: str) -> int:
        """Return the number of an IRI, or -1, which no term has."""
        number = self.terms.iri(iri)
        return -1 if number is None else number

    def components(self, structure: int) -> Iterator[tuple[int, int]]:
        """Yield each component of a structure with each of its properties that is an IRI."""
        for component, name in self.stated_components(structure):
            if isinstance(self.terms.found[name], ox.NamedNode):
                yield component, name

    def stated_components(self, structure: int) -> Iterator[tuple[int, int]]:
        """Yield each component of a structure with each thing that is said to be its property."""
        for component in self.values(f"{QB}component", structure):
            for name in self.values(f"{QB}componentProperty", component):
                yield component, name


def joined(parts: Iterable[Pairs]) -> Pairs:
    """Return the pairs of all parts, one part after the other."""
    left, right = map(np.concatenate, zip(*parts, strict=True))
    return left, right


def unique_pairs(left: Integers, right: Integers) -> Pairs:
    """Return pairs sorted and each once."""
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    fresh = np.ones(len(left), dtype=np.bool_)
    fresh[1:] = (np.diff(left) != 0) | (np.diff(right) != 0)
    return left[fresh], right[fresh]


def matching(pairs: Pairs, keys: Integers) -> Pairs:
    """Return the values that sorted pairs have for each key, with the place of the key from 0."""
    low = np.searchsorted(pairs[0], keys, side="left")
    count = np.searchsorted(pairs[0], keys, side="right") - low
    place = np.repeat(np.arange(len(keys)), count)
    start = np.cumsum(count) - count
    return place, pairs[1][np.repeat(low - start, count) + np.arange(len(place))]


def count_matching(pairs: Pairs, keys: Integers) -> Integers:
    """Return how many values sorted pairs have for each key."""
    low = np.searchsorted(pairs[0], keys, side="left")
    return np.searchsorted(pairs[0], keys, side="right") - low


def marked(places: Integers, count: int) -> NDArray[np.bool_]:
    """Return which of so many places are among those given."""
    found = np.zeros(count, dtype=np.bool_)
    found[places] = True
    return found


def distinct(numbers: Integers) -> Pairs:
    """Return the distinct numbers, sorted, and the place of each number among them."""
    most = int(numbers.max(initial=0)) + 1
    if most > 8 * len(numbers):
        known, place = np.unique(numbers, return_inverse=True)
        return known, place
    known = np.flatnonzero(marked(numbers, most))
    rank = np.zeros(most, dtype=np.int64)
    rank[known] = np.arange(len(known))
    return known, rank[numbers]


def normalised(statements: Statements) -> CubeGraph:
    """Return the graph after closure and flattening; qb:measureType is a dimension with a range."""
    graph = CubeGraph(statements=statements)
    _close(graph)
    _flatten(graph)
    return graph


def _close(graph: CubeGraph) -> None:
    """Add the types and the component properties that follow from other properties."""
    found = graph.terms.found

    def objects(predicate: str) -> Integers:
        distinct = each_once(graph.of(predicate)[1])
        known = [not isinstance(found[number], ox.Literal) for number in distinct.tolist()]
        return distinct[np.array(known, dtype=np.bool_)]

    roles = {"dimension": DIMENSION, "measure": MEASURE, "attribute": ATTRIBUTE}
    parts = [graph.of(f"{QB}{role}") for role in roles]
    if any(len(part[0]) for part in parts):
        graph.added[f"{QB}componentProperty"] = joined(parts)
    follows = {
        OBSERVATION: [objects(f"{QB}observation"), each_once(graph.of(f"{QB}dataSet")[0])],
        DATA_SET: [objects(f"{QB}dataSet")],
        SLICE: [objects(f"{QB}slice")],
        SLICE_KEY: [objects(f"{QB}sliceStructure")],
        **{name: [objects(f"{QB}{role}")] for role, name in roles.items()},
    }
    # The vocabulary itself defines one dimension.
    measure_type = graph.terms.iri(MEASURE_TYPE)
    if measure_type is not None:
        follows[DIMENSION].append(np.array([measure_type]))
    for name, more in follows.items():
        graph.members[name] = unique_integers(np.concatenate([graph.of_class(name), *more]))


def _flatten(graph: CubeGraph) -> None:
    """Add to observations the values that are attached to their data set or to a slice of them."""
    added: dict[str, list[Pairs]] = {}
    attached = {
        to: set(graph.subjects(f"{QB}componentAttachment", graph.number(f"{QB}{to}")))
        for to in ("DataSet", "Slice")
    }
    for_sets: dict[int, set[int]] = {}
    for_slices: dict[int, set[int]] = {}
    data_sets, structures = graph.of(f"{QB}structure")
    for data_set, structure in zip(data_sets.tolist(), structures.tolist(), strict=True):
        for component, name in graph.components(structure):
            if component in attached["DataSet"]:
                for_sets.setdefault(name, set()).add(data_set)
            if component in attached["Slice"] or graph.is_a(name, DIMENSION):
                for_slices.setdefault(name, set()).add(data_set)

    def add(name: int, holders: Integers, observations: Pairs) -> None:
        """Give the observations of each holder what it has of a property."""
        holder, value = matching(graph.of(graph.name(name)), holders)
        if len(holder):
            place, observation = matching(observations, holders[holder])
            added.setdefault(graph.name(name), []).append((observation, value[place]))

    for name, holders in for_sets.items():
        add(name, np.array(sorted(holders)), graph.inverse(f"{QB}dataSet"))
    for name, holders in for_slices.items():
        slices = matching(graph.of(f"{QB}slice"), np.array(sorted(holders)))[1]
        add(name, each_once(slices), graph.of(f"{QB}observation"))
    for iri, parts in added.items():
        graph.added[iri] = joined(parts)


@dataclass(frozen=True, kw_only=True)
class GraphObservations:
    """Some observations of a graph, as Things; a column is made when it is asked for."""

    graph: CubeGraph
    numbers: Integers
    """Their numbers, sorted."""

    @property
    def count(self) -> int:
        """How many observations there are."""
        return len(self.numbers)

    @property
    def terms(self) -> Terms:
        """The terms that the values are numbers of."""
        return self.graph.terms

    def column(self, predicate: str) -> Column:
        """Return what the observations have of a property."""
        thing, value = matching(self.graph.of(predicate), self.numbers)
        return Column(thing=thing, value=value)

    def name(self, place: int) -> str:
        """Return the IRI of an observation, or the label of a blank node with ``_:``."""
        return self.graph.name(int(self.numbers[place]))
