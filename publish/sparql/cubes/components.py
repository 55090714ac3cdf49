"""What a group says besides a star, taken apart by the variables of the star that it hangs on.

What hangs on one variable of codes, such as a label, a filter on the code or a way through a
hierarchy, has the same solutions for each observation with the code. So the engine evaluates it
once over the codes, by its own rules; the star is joined with what it finds.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

import pyoxigraph as ox
from tree_sitter import Node

from publish.sparql.cubes.catalogue import Catalogue
from publish.sparql.cubes.stars import Star
from publish.sparql.cubes.tree.syntax import Group, PatternElement, Query, Triple, walk

MOST_CODES = 3000
"""Codes over which the rest of a group is evaluated; of longer lists only what it asks for."""
MOST_ROWS = 200_000
"""Solutions over codes that are worth joining with a star."""
MOST_KEPT, LARGEST_KEPT = 200, 10_000
"""How many evaluations over codes are kept for other queries, and of how many rows at most."""
NEED_CODES = frozenset({"optional_graph_pattern", "minus_graph_pattern", "bind"})
"""Parts whose meaning depends on what stands before them."""

_BRACKETS = frozenset("(){}")
_WHOLE_IRI = re.compile(r"<[^<>]*>")

Rows = dict[str, list[tuple[str | None, ...]]]
"""By code the values of the other variables, once per solution, as N-Triples has them."""


@dataclass(frozen=True, kw_only=True)
class GroupPart:
    """A triple or another part of a group that is not in its star."""

    place: int
    """Of its element in the group."""
    variables: frozenset[str]
    triple: Triple | None = None
    element: PatternElement | None = None


@dataclass(kw_only=True)
class HangingPart:
    """Items that share variables with each other and not with other items, but for the star's."""

    items: list[GroupPart]
    hangs_on: frozenset[str]
    """The variables of the star in it."""
    own: frozenset[str]
    """Its other variables."""

    @property
    def is_filters(self) -> bool:
        """Whether it is made of filters only."""
        return all(item.element and item.element.kind == "filter" for item in self.items)


def components_of(group: Group, star: Star) -> list[HangingPart]:
    """Return the components of a group without a star, in the order of their first items."""
    of_star = frozenset(star.variables) | {star.subject}
    components: list[HangingPart] = []
    for item in _items(group, star):
        own, hangs_on, items = item.variables - of_star, item.variables & of_star, [item]
        joined = [one for one in components if own & one.own]
        for one in joined:
            own, hangs_on, items = own | one.own, hangs_on | one.hangs_on, one.items + items
            components.remove(one)
        items.sort(key=lambda one: one.place)
        components.append(HangingPart(items=items, hangs_on=hangs_on, own=own))
    components.sort(key=lambda one: one.items[0].place)
    return components


def _items(group: Group, star: Star) -> Iterable[GroupPart]:
    for place, element in enumerate(group.elements):
        if element in star.optionals:
            continue
        if element.kind != "triples":
            yield GroupPart(place=place, variables=element.variables, element=element)
            continue
        for triple in element.triples:
            if not any(triple is one for one in star.triples):
                yield GroupPart(place=place, variables=triple.variables, triple=triple)


def has_observations(query: Query, catalogue: Catalogue, component: HangingPart) -> bool:
    """Return whether a component asks for properties of observations, which may be many."""
    for item in component.items:
        if item.triple is not None:
            predicate = item.triple.predicate
            if predicate.startswith("?") or predicate[1:-1] in catalogue.guarded:
                return True
            if not predicate.startswith("<") and _names(query, catalogue, predicate):
                return True
        elif item.element is not None and item.element.kind != "filter":
            for node in walk(item.element.node):
                if node.type in ("prefixed_name", "iri_reference", "a"):
                    iri = query.iri(node)
                    if iri in catalogue.guarded:
                        return True
                elif node.type == "property" and node.named_children[0].type == "var":
                    return True
        elif item.element is not None and any(
            node.type == "group_graph_pattern" for node in walk(item.element.node)
        ):
            return True
    return False


def _names(query: Query, catalogue: Catalogue, path: str) -> bool:
    """Return whether a path names a property of observations, or every one but some."""
    if "!" in path:
        return True
    return any(
        f"<{iri}>" in path
        or any(
            iri.startswith(whole) and f"{prefix}:{iri[len(whole) :]}" in path
            for prefix, whole in query.prefixes.items()
        )
        for iri in catalogue.guarded
    )


@dataclass(kw_only=True)
class CodeTables:
    """Evaluates components over codes in the engine, and keeps what it found."""

    store: ox.Store
    base: str | None
    _kept: OrderedDict[tuple[object, ...], Rows] = field(default_factory=OrderedDict)

    def evaluate(
        self, query: Query, star: Star, component: HangingPart, wanted: frozenset[str]
    ) -> tuple[tuple[str, ...], Rows] | None:
        """Return the solutions of a component by code; None if it cannot be told that way.

        What comes first are the ``wanted`` variables in the order of their values. What is kept
        goes by what is asked, however its variables and prefixes are called.
        """
        if len(component.hangs_on) != 1:
            return None
        [variable] = component.hangs_on
        if variable == star.subject:
            return None
        if (found := _constants(query, star, component, variable)) is not None:
            return (), found
        numbers = tuple(cube.number for cube in star.cubes)
        names = {variable: "?c"}
        body, has_prefixes = _plain(query, component, names)
        prologue = query.prologue() if has_prefixes else ""
        asked = tuple([name for name in names if name in wanted])
        is_listed = not _sets_codes(query, star, component, variable)
        if is_listed and not _stands_well(star, component, variable):
            return None
        shown = " ".join([names[name] for name in asked])
        key = (prologue, shown, body, is_listed, star.variables[variable], numbers)
        if key not in self._kept:
            codes = star.domain(variable)
            if codes is None:
                return None
            if is_listed and len(codes) <= MOST_CODES:
                listed = " ".join(f"<{code}>" for code in codes)
                body = f"VALUES ?c {{ {listed} }}\n{body}"
            elif is_listed and not _finds_codes(component, variable):
                return None
            text = f"{prologue} SELECT ?c {shown} {{ {body} }}"
            solutions = cast("ox.QuerySolutions", self.store.query(text, base_iri=self.base))
            rows = _rows(solutions, set(codes).__contains__)
            if rows is None:
                return None
            if sum(map(len, rows.values())) > LARGEST_KEPT:
                return asked, rows
            self._kept[key] = rows
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return asked, self._kept[key]


def _plain(query: Query, component: HangingPart, names: dict[str, str]) -> tuple[str, bool]:
    """Return a component with plain names and full IRIs, and whether prefixes are left in it.

    ``names`` gets the plain name of each variable.
    """
    parts, has_prefixes = [], False
    for item in component.items:
        if item.triple is not None:
            terms = (item.triple.subject, item.triple.predicate, item.triple.object)
            has_prefixes |= any(":" in _WHOLE_IRI.sub("", term) for term in terms)
            plain = [_plain_name(term, names) if term.startswith("?") else term for term in terms]
            parts.append(f"{' '.join(plain)} .")
        elif item.element is not None:
            node = item.element.node
            is_part = item.element.kind == "filter" and node.type != "filter"
            has_prefixes |= "\\" in query.of(node)
            text = "".join(_plain_parts(query, node, names))
            parts.append(f"FILTER({text})" if is_part else text)
    return "\n".join(parts), has_prefixes


def _plain_name(name: str, names: dict[str, str]) -> str:
    return names.setdefault(name, f"?c{len(names)}")


def _plain_parts(query: Query, node: Node, names: dict[str, str]) -> Iterator[str]:
    """Yield the text of a node with plain names and full IRIs."""
    at = node.start_byte
    for found in walk(node):
        if found.type == "var":
            text = _plain_name("?" + query.of(found)[1:], names)
        elif found.type == "prefixed_name":
            text = query.of(found)
            if "\\" not in text:
                text = f"<{query.iri(found)}>"
        else:
            continue
        yield query.text[at : found.start_byte].decode()
        yield text
        at = found.end_byte
    yield query.text[at : node.end_byte].decode()


def _constants(query: Query, star: Star, component: HangingPart, variable: str) -> Rows | None:
    """Return the codes that a component names, where it does no more, with FILTER or VALUES."""
    element = component.items[0].element
    if len(component.items) != 1 or element is None or component.own:
        return None
    node = element.node
    if element.kind == "filter":
        named = _compared(node)
    elif element.kind == "inline_data":
        [block] = node.named_children
        named = [child for child in block.children if child.type not in _BRACKETS]
    else:
        return None
    iris = [query.iri(one) for one in named if one.type in ("iri_reference", "prefixed_name")]
    if len(iris) != len(named) - 1 or not iris:  # the other one is the variable
        return None
    counts = Counter(iris) if element.kind == "inline_data" else dict.fromkeys(iris, 1)
    codes = star.domain(variable)
    if codes is None:
        return None
    known = set(codes)
    return {iri: [()] * count for iri, count in counts.items() if iri is not None and iri in known}


def _compared(node: Node) -> list[Node]:
    """Return what a filter says to be equal; nothing if it does anything else."""
    while node.type in ("filter", "bracketted_expression"):
        if len(node.named_children) != 1:
            return []
        [node] = node.named_children
    if node.type != "binary_expression" or len(node.children) != 3:
        return []
    left, sign, right = node.children
    if sign.type == "=":
        return [left, right]
    if sign.type.upper() == "IN" and right.type == "expression_list":
        return [left, *right.named_children]
    return []


def _stands_well(star: Star, component: HangingPart, variable: str) -> bool:
    """Return whether the codes are known before all parts whose meaning depends on that."""
    bound = star.places[variable]
    return not any(
        item.element and item.element.kind in NEED_CODES and item.place < bound
        for item in component.items
    )


def _sets_codes(query: Query, star: Star, component: HangingPart, variable: str) -> bool:
    """Return whether a component is a BIND of a constant that stands before the star."""
    element = component.items[0].element
    if len(component.items) != 1 or element is None or element.kind != "bind":
        return False
    names = [query.of(node)[1:] for node in walk(element.node) if node.type == "var"]
    return names == [variable[1:]] and component.items[0].place < star.places[variable]


def _finds_codes(component: HangingPart, variable: str) -> bool:
    """Return whether a component begins with a triple of known terms and the code."""
    first = component.items[0].triple
    return first is not None and first.variables == {variable} and len(component.items) == 1


def _rows(solutions: ox.QuerySolutions, is_code: Callable[[str], bool]) -> Rows | None:
    """Return solutions by code; None if there are too many."""
    rows: Rows = {}
    count = 0
    for solution in solutions:
        code, *others = solution
        if not isinstance(code, ox.NamedNode) or not is_code(code.value):
            continue
        count += 1
        if count > MOST_ROWS:
            return None
        texts = tuple(None if term is None else str(term) for term in others)
        rows.setdefault(code.value, []).append(texts)
    return rows
