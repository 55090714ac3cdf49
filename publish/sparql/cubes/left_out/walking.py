"""Goes through the groups of a query with what is known of their variables.

What a group says of a variable holds in groups that are joined with it. In an OPTIONAL, a MINUS and
an EXISTS it holds of the variables that are bound before: other solutions find no partner there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import pyoxigraph as ox
from tree_sitter import Node

from publish.sparql.cubes.catalogue import Catalogue, ColumnCube
from publish.sparql.cubes.left_out.knowing import (
    Known,
    Slugs,
    anything,
    known_in,
    may_be_about,
    may_lead,
    of_term,
)
from publish.sparql.cubes.tree.syntax import (
    Group,
    NotRead,
    PatternElement,
    Query,
    Triple,
    read_group,
    walk,
    without_brackets,
)

_GROUP = "group_graph_pattern"
_EXISTS = ("exists_func", "not_exists_func")
_OWN_BINDING = ("optional_graph_pattern", "minus_graph_pattern")


@dataclass(frozen=True, kw_only=True)
class Searched:
    """Where a group looks for statements."""

    cubes: tuple[ColumnCube, ...]
    """The data sets of which it lacks statements."""
    graph: ox.NamedNode | ox.DefaultGraph | None
    """None for any named graph."""
    is_exists: bool = False
    """Whether it is evaluated for each solution of what is around it."""
    is_set: bool = False
    """Whether a solution may be there once or several times."""


class Visitor(Protocol):
    """Is shown each group, before those in it."""

    def visit(self, group: Group, known: dict[str, Known], searched: Searched) -> None:
        """See a group; what is known of its variables may be added to."""


def walk_groups(query: Query, catalogue: Catalogue, visitor: Visitor) -> None:
    """Show all groups of a query. Raises NotRead."""
    searched = Searched(cubes=catalogue.left_out, graph=ox.DefaultGraph(), is_set=_is_set(query))
    for group, is_exists in _groups_below(query.body):
        inner = replace(searched, is_exists=True, is_set=True) if is_exists else searched
        _walk(query, group, {}, inner, visitor)


def _is_set(query: Query) -> bool:
    """Return whether the answer to a query is the same when solutions are there twice."""
    nodes = list(walk(query.body))
    if any(node.type in ("aggregate", "group_clause") for node in nodes):
        return False
    if query.form == "select":
        [clause] = [node for node in query.body.children if node.type == "select_clause"]
        return any(node.type in ("DISTINCT", "REDUCED") for node in clause.children)
    is_cut = any(node.type == "limit_offset_clauses" for node in query.body.named_children)
    return query.form == "ask" or (query.form == "construct" and not is_cut)


def _groups_below(node: Node, *, is_exists: bool = False) -> Iterator[tuple[Node, bool]]:
    """Yield the groups below a node, not those within them, and whether it is an EXISTS."""
    if node.type == "service":
        raise NotRead("not-read")
    is_exists = is_exists or node.type in _EXISTS
    for child in node.children:
        if child.type == _GROUP:
            yield child, is_exists
        else:
            yield from _groups_below(child, is_exists=is_exists)


def _walk(
    query: Query, node: Node, inherited: Mapping[str, Known], searched: Searched, visitor: Visitor
) -> None:
    group = read_group(query, node)
    known = known_in(query, searched.cubes, group, inherited)
    visitor.visit(group, known, searched)
    bound: set[str] = set()
    everywhere = frozenset(name for element in group.elements for name in _bound_by(query, element))
    for element in group.elements:
        bound |= _bound_by(query, element)
        if element.kind == "triples":
            continue
        inner = _scope_of(query, element, searched)
        if element.kind in ("sub_select", "service"):
            names: frozenset[str] = frozenset()
        elif element.kind == "filter":
            names = everywhere
        elif element.kind in _OWN_BINDING or element.kind == "bind":
            names = frozenset(bound)
        else:
            names = frozenset(known)
        passed = {name: known[name] for name in names & frozenset(known)}
        for below, is_exists in _groups_below(element.node):
            own = replace(inner, is_exists=True, is_set=True) if is_exists else inner
            _walk(query, below, passed, own, visitor)


def _bound_by(query: Query, element: PatternElement) -> frozenset[str]:
    """Return the variables that have a value after an element, whatever is found."""
    if element.kind == "triples":
        return element.variables
    if element.kind == "inline_data" and "UNDEF" not in query.of(element.node).upper():
        return element.variables
    return frozenset()


def _scope_of(query: Query, element: PatternElement, searched: Searched) -> Searched:
    """Return where the groups of an element look for statements."""
    if element.kind != "graph_graph_pattern":
        return replace(searched, is_set=searched.is_set and element.kind != "sub_select")
    [name] = [node for node in element.node.named_children if node.type not in (_GROUP, "comment")]
    iri = query.iri(name)
    if iri is None:
        return replace(searched, graph=None)
    cubes = tuple(cube for cube in searched.cubes if cube.graph == iri)
    return replace(searched, cubes=cubes, graph=ox.NamedNode(iri))


Step = tuple[str | None, bool]
"""A property, None for any, and whether it is taken backwards."""


def steps_of(query: Query, triple: Triple) -> list[Step] | None:
    """Return the properties of which a triple pattern asks one; None for other paths."""
    if triple.path is None:
        return [(None if triple.predicate.startswith("?") else triple.predicate[1:-1], False)]
    return _alternatives(query, triple.path)


def _alternatives(query: Query, path: Node) -> list[Step] | None:
    path, is_inverse = without_brackets(path)
    if path.type == "binary_path" and path.children[1].type == "|":
        found: list[Step] = []
        for side in (path.children[0], path.children[2]):
            steps = _alternatives(query, side)
            if steps is None:
                return None
            found += steps
    elif path.type == "a":
        found = [("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", False)]
    else:
        iri = query.iri(path)
        if iri is None:
            return None
        found = [(iri, False)]
    return [(iri, inverse != is_inverse) for iri, inverse in found]


def matched(query: Query, triple: Triple, known: Mapping[str, Known], searched: Searched) -> Slugs:
    """Return the data sets of whose statements a triple pattern may need one."""
    cubes = searched.cubes
    subject, object_ = (of_term(cubes, term, known) for term in (triple.subject, triple.object))
    steps = steps_of(query, triple)
    if steps is not None:
        found: Slugs = frozenset()
        for property_, is_inverse in steps:
            ends, value = (subject, object_), triple.object
            if is_inverse:
                ends, value = (object_, subject), triple.subject
            found |= may_be_about(cubes, property_, *ends, value)
            found |= may_lead(cubes, property_, *ends)
        return found
    nodes = list(walk(triple.path)) if triple.path is not None else []
    if any(node.type == "path_negated_property_set" for node in nodes):
        return anything(cubes).observation
    is_empty = any(node.type == "path_mod" and query.of(node) in ("*", "?") for node in nodes)
    if is_empty and not _holds_an_end(triple, known):
        return anything(cubes).observation  # it leads from each term to itself
    return _named(query, cubes, nodes)


def _holds_an_end(triple: Triple, known: Mapping[str, Known]) -> bool:
    """Return whether an end of a path is a term that is not just anything."""
    return any(
        not end.startswith("?") or (end in known and not known[end].observation)
        for end in (triple.subject, triple.object)
    )


def _named(query: Query, cubes: tuple[ColumnCube, ...], nodes: list[Node]) -> Slugs:
    """Return the data sets of which a path names a property."""
    found = set()
    for node in nodes:
        iri = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" if node.type == "a" else None
        if node.type in ("iri_reference", "prefixed_name"):
            iri = query.iri(node)
        if iri is not None:
            found |= {
                cube.slug
                for cube in cubes
                if iri in cube.properties or iri in cube.others or iri in cube.pointing
            }
    return frozenset(found)


class Judge:
    """Collects the data sets of whose statements the triple patterns of a query may need one."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.slugs: Slugs = frozenset()

    def visit(self, group: Group, known: dict[str, Known], searched: Searched) -> None:
        """See the triples of a group."""
        for triple in group.triples:
            self.slugs |= matched(self.query, triple, known, searched)
