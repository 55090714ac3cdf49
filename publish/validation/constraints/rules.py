"""The rules that the structure of a data set sets for its observations, gathered once.

They come from the data structure definition (RDF Data Cube, section 6) and, for the values of
dimensions, from its code lists (IC-19 to IC-21, https://www.w3.org/TR/vocab-data-cube/#ic-19).
A code list is a scheme, a collection or a hierarchy; one that has none of these types allows any
value. ``observations.py`` judges by these rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyoxigraph as ox

from publish.rdf.statements import EMPTY, Integers, Terms, each_once, unique_integers
from publish.rdf.terms import Term
from publish.validation.constraints.literals import value_of
from publish.validation.constraints.normal_form import (
    DATA_SET,
    DIMENSION,
    MEASURE,
    MEASURE_TYPE,
    QB,
    SKOS,
    CubeGraph,
    Pairs,
    matching,
)

TRUE = ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
INVERSE_OF = "http://www.w3.org/2002/07/owl#inverseOf"


@dataclass(frozen=True, kw_only=True)
class CodeListRule:
    """The codes that one code list allows."""

    code: str
    """The code of the fault of a value that is not among them."""
    name: str
    """The IRI of the list."""
    terms: Terms
    members: frozenset[int]

    def has(self, term: Term) -> bool:
        """Return whether a term is among the codes."""
        return self.terms.numbers.get(term, -1) in self.members


@dataclass(frozen=True, kw_only=True)
class StructureRules:
    """The dimensions and measures of one data structure definition."""

    measures: tuple[str, ...]
    """One entry for each component, so a measure may occur twice."""
    has_measure_type: bool
    dimensions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CubeRules:
    """The rules for the observations of one data set."""

    data_set: str
    structures: tuple[StructureRules, ...]
    """Exactly one in a sound graph (IC-2)."""
    required: tuple[str, ...]
    """Properties of components with ``qb:componentRequired true``."""
    lists: dict[str, tuple[CodeListRule, ...]]
    """The code lists of each dimension that has one; its values must be in all of them."""
    of_data_set: frozenset[str]
    """Properties attached to the data set, whose value there holds for all observations."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All dimensions, each once."""
        names = (name for structure in self.structures for name in structure.dimensions)
        return tuple(dict.fromkeys(names))

    @property
    def measures(self) -> tuple[str, ...]:
        """All measures, each once."""
        names = (name for structure in self.structures for name in structure.measures)
        return tuple(dict.fromkeys(names))


ListRules = dict[int, tuple[CodeListRule, ...]]
"""The rules of the code lists of each dimension."""


def rules_of(graph: CubeGraph, data_set: int, known: ListRules) -> CubeRules:
    """Return the rules for the observations of a data set.

    ``known`` is filled with the rules of code lists, so that those which data sets share are
    gathered once.
    """
    structures, required, of_data_set = [], set[str](), set[str]()
    to_data_set, measure_type = graph.number(DATA_SET), graph.number(MEASURE_TYPE)
    lists: dict[str, tuple[CodeListRule, ...]] = {}
    for structure in graph.values(f"{QB}structure", data_set):
        components = list(graph.components(structure))
        names = [name for _, name in components]
        dimensions = {name for name in names if graph.is_a(name, DIMENSION)}
        measures = [graph.name(name) for name in names if graph.is_a(name, MEASURE)]
        for dimension in dimensions:
            if dimension not in known:
                known[dimension] = _list_rules(graph, dimension)
            lists[graph.name(dimension)] = known[dimension]
        structures.append(
            StructureRules(
                measures=tuple(sorted(measures)),
                has_measure_type=measure_type in names,
                dimensions=tuple(sorted(map(graph.name, dimensions))),
            )
        )
        for component, name in components:
            attached = to_data_set in graph.values(f"{QB}componentAttachment", component)
            if attached and graph.values(graph.name(name), data_set):
                of_data_set.add(graph.name(name))
            for value in graph.values(f"{QB}componentRequired", component):
                term = graph.terms.found[value]
                if value_of(term) == value_of(TRUE):
                    required.add(graph.name(name))
    return CubeRules(
        data_set=graph.name(data_set),
        structures=tuple(structures),
        required=tuple(sorted(required)),
        lists=lists,
        of_data_set=frozenset(of_data_set),
    )


def _list_rules(graph: CubeGraph, dimension: int) -> tuple[CodeListRule, ...]:
    """Return a rule for each code list of a dimension, and for each type that it has."""
    return tuple(
        CodeListRule(
            code=code,
            name=graph.name(list_),
            terms=graph.terms,
            members=frozenset(members.tolist()),
        )
        for list_ in graph.values(f"{QB}codeList", dimension)
        for code, members in _members(graph, list_)
    )


def _members(graph: CubeGraph, list_: int) -> Iterator[tuple[str, Integers]]:
    """Yield what a list allows by each of its types, with the fault code of a breach."""
    one = np.array([list_])
    if graph.is_a(list_, f"{SKOS}ConceptScheme"):
        yield "code-outside-list", matching(graph.inverse(f"{SKOS}inScheme"), one)[1]
    if graph.is_a(list_, f"{SKOS}Collection"):
        pairs = graph.of(f"{SKOS}member")
        yield "code-outside-list", _reached(pairs, matching(pairs, one)[1])
    if graph.is_a(list_, f"{QB}HierarchicalCodeList"):
        roots = matching(graph.of(f"{QB}hierarchyRoot"), one)[1]
        for link in graph.values(f"{QB}parentChildProperty", list_):
            term = graph.terms.found[link]
            if isinstance(term, ox.NamedNode):
                yield "code-outside-hierarchy", _reached(graph.of(term.value), roots)
            for inverse in graph.values(INVERSE_OF, link):
                parent = graph.terms.found[inverse]
                if isinstance(term, ox.BlankNode) and isinstance(parent, ox.NamedNode):
                    up = graph.inverse(parent.value)
                    yield "code-outside-inverse-hierarchy", _reached(up, roots)


def _reached(pairs: Pairs, start: Integers) -> Integers:
    """Return the things that pairs lead to from ``start``, sorted, ``start`` included."""
    seen, fresh = EMPTY, each_once(start)
    while len(fresh):
        seen = unique_integers(np.concatenate([seen, fresh]))
        fresh = np.setdiff1d(matching(pairs, fresh)[1], seen)
    return seen
