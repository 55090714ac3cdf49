"""Which values the code lists of a dimension allow: IC-19 to IC-21 of RDF Data Cube.

A code list is a scheme, a collection or a hierarchy; what is not said to be one allows all.
https://www.w3.org/TR/vocab-data-cube/#ic-19.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyoxigraph as ox

from publish.rdf.statements import EMPTY, Integers, Term, Terms
from publish.validation.constraints.normal_form import QB, CubeGraph, Pairs, matching

SKOS = "http://www.w3.org/2004/02/skos/core#"
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


def list_rules(graph: CubeGraph, dimension: int) -> tuple[CodeListRule, ...]:
    """Return a rule for each code list of a dimension, and each way in which it is one."""
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
    """Yield what a list allows in each of its roles, with the code of a breach."""
    one = np.array([list_])
    if graph.is_a(list_, f"{SKOS}ConceptScheme"):
        yield "code-outside-list", matching(graph.inverse(f"{SKOS}inScheme"), one)[1]
    if graph.is_a(list_, f"{SKOS}Collection"):
        pairs = graph.of(f"{SKOS}member")
        yield "code-outside-list", reached(pairs, matching(pairs, one)[1])
    if graph.is_a(list_, f"{QB}HierarchicalCodeList"):
        roots = matching(graph.of(f"{QB}hierarchyRoot"), one)[1]
        for link in graph.values(f"{QB}parentChildProperty", list_):
            term = graph.terms.found[link]
            if isinstance(term, ox.NamedNode):
                yield "code-outside-hierarchy", reached(graph.of(term.value), roots)
            for inverse in graph.values(INVERSE_OF, link):
                parent = graph.terms.found[inverse]
                if isinstance(term, ox.BlankNode) and isinstance(parent, ox.NamedNode):
                    up = graph.inverse(parent.value)
                    yield "code-outside-inverse-hierarchy", reached(up, roots)


def reached(pairs: Pairs, start: Integers) -> Integers:
    """Return what is reached from some things along pairs, sorted, with these themselves."""
    seen, fresh = EMPTY, np.unique(start)
    while len(fresh):
        seen = np.union1d(seen, fresh)
        fresh = np.setdiff1d(matching(pairs, fresh)[1], seen)
    return seen
