"""Reads a query as a tree with places in its text, so that parts of it can be replaced.

The tree comes from tree-sitter, which takes some wrong queries for right ones: whether a query is
right is for the engine to say, before this is asked. What is read here is only what the recogniser
knows; whatever else stands in a query is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from publish.sparql.cubes.tree.parsing import parsed

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LONGEST_NUMBER = 15
"""Characters of a number up to which the comparison with a column is exact."""
MOST_CONJUNCTS = 40
"""Conditions of a filter that are read each by itself."""
QUERIES = frozenset({"select_query", "ask_query", "construct_query"})
"""The kinds of node that are queries whose parts may be replaced."""
_UNREADABLE = frozenset({"blank_node_label", "base_declaration", "dataset_clause"})
"""What may stand in no query that is read: it would need a care that it does not pay for."""
_VOLATILE = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE"})
_RARE = re.compile(rf"_:|\b(?:BASE|FROM|{'|'.join(sorted(_VOLATILE))})\b", re.IGNORECASE)
"""What is in the text of every query that has one of these, and of few others."""


class NotRead(Exception):
    """A query is not read, for a reason that is a key of the ways of queries."""


@dataclass(frozen=True, kw_only=True)
class Triple:
    """A triple pattern; subject, predicate and object are texts of terms or paths.

    Variables are written ``?name``, and IRIs that are known in full ``<IRI>``.
    """

    subject: str
    predicate: str
    object: str
    path: Node | None = None
    """What the predicate is written as, where it is no variable and no IRI."""

    @property
    def variables(self) -> frozenset[str]:
        """The variables in it."""
        terms = (self.subject, self.predicate, self.object)
        return frozenset(term for term in terms if term.startswith("?"))

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object} ."


@dataclass(frozen=True, kw_only=True)
class PatternElement:
    """A part of a group graph pattern, in its order."""

    kind: str
    """``triples``, or the name of the node otherwise: ``filter``, ``optional_graph_pattern``…"""
    node: Node
    triples: tuple[Triple, ...] = ()
    """Those of a block, or of an OPTIONAL part that is one block."""
    variables: frozenset[str]
    """All variables that are written in it, also inside."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group graph pattern with its parts."""

    node: Node
    elements: tuple[PatternElement, ...]

    @property
    def triples(self) -> list[Triple]:
        """The triples that stand in it, not those of its parts."""
        blocks = (element for element in self.elements if element.kind == "triples")
        return [triple for element in blocks for triple in element.triples]


@dataclass(kw_only=True)
class Query:
    """A query and its tree."""

    text: bytes
    root: Node
    body: Node
    """The query without its prologue and without VALUES at its end."""
    prefixes: dict[str, str]
    base: str | None = None
    """What relative IRIs are of, in a query that is read whatever its spelling."""
    fresh: int = 0
    groups: dict[tuple[int, int], Group] = field(default_factory=dict)
    """Those that were read, by where they stand."""
    _stem: str = field(default="")

    @property
    def form(self) -> str:
        """``select``, ``ask`` or ``construct``."""
        return self.body.type.partition("_")[0]

    def within(self, select: Node) -> Query:
        """Return a subquery as a query by itself."""
        return replace(self, body=select)

    def of(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[node.start_byte : node.end_byte].decode()

    def prologue(self) -> str:
        """Return what stands before the query itself."""
        first = self.root.children[0]
        return self.text[: first.end_byte].decode() if first.type == "prologue" else ""

    def new_variable(self) -> str:
        """Return a variable that is written nowhere."""
        if not self._stem:
            stem = "cell"
            while f"{stem}_".encode() in self.text:
                stem += "l"
            self._stem = stem
        self.fresh += 1
        return f"?{self._stem}_{self.fresh}"

    def iri(self, node: Node) -> str | None:
        """Return the IRI that a node stands for, in full; None if it is no IRI.

        Raises NotRead for one that is relative or has escapes.
        """
        if node.type == "iri_reference":
            iri = self.of(node)[1:-1]
            scheme, colon, _ = iri.partition(":")
            if self.base is not None and not colon:
                return absolute(iri, self.base)
            if not colon or "\\" in iri or not scheme.isascii() or "/" in scheme or "#" in scheme:
                raise NotRead("relative")
            return iri
        if node.type == "prefixed_name":
            prefix, _, local = self.of(node).partition(":")
            if self.base is not None:
                local = local.replace("\\", "")
            if "\\" in local or prefix not in self.prefixes:
                raise NotRead("escapes")
            return self.prefixes[prefix] + local
        return None


def read_query(text: str) -> Query:
    """Return a query as a tree. Raises NotRead."""
    if "\\u" in text or "\\U" in text:
        raise NotRead("escapes")
    coded, root = parsed(text)
    if root.has_error:
        raise NotRead("not-read")
    bodies = [child for child in root.children if child.type in QUERIES]
    if len(bodies) != 1:
        raise NotRead("form")
    for node in walk(root) if _RARE.search(text) else ():
        if node.type in _UNREADABLE:
            raise NotRead("graphs" if node.type == "dataset_clause" else "blank-nodes")
        if not node.is_named and node.type.upper() in _VOLATILE:
            raise NotRead("volatile")
    query = Query(text=coded, root=root, body=bodies[0], prefixes={})
    for node in root.children[0].children if root.children[0].type == "prologue" else ():
        if node.type == "prefix_declaration":
            name, iri = node.named_children
            query.prefixes[query.of(name).removesuffix(":")] = query.iri(iri) or ""
    return query


def absolute(iri: str, base: str) -> str:
    """Return an IRI in full."""
    from urllib.parse import urljoin

    return urljoin(base, iri)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in their order."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children))


def groups_of(query: Query, node: Node) -> Iterator[Node]:
    """Yield the group graph patterns below a node in which a star may be replaced.

    Those of GRAPH mean another graph, and those of EXISTS are evaluated once per solution.
    """
    if node.type in ("graph_graph_pattern", "exists_func", "not_exists_func", "service"):
        return
    if node.type == "group_graph_pattern":
        yield node
    for child in parts_with_groups(query, node):
        yield from groups_of(query, child)


def parts_with_groups(query: Query, node: Node) -> list[Node]:
    """Return the parts of a node that are groups or may have some below them.

    They have a bracket, which is found in their text many times as quick as in the tree.
    """
    find = query.text.find
    return [one for one in node.children if find(b"{", one.start_byte, one.end_byte) >= 0]


def variables_in(query: Query, node: Node) -> frozenset[str]:
    """Return the variables that are written in a node, as ``?name``."""
    return frozenset("?" + query.of(found)[1:] for found in walk(node) if found.type == "var")


def read_group(query: Query, node: Node) -> Group:
    """Return a group with its parts, the same each time. Raises NotRead."""
    place = node.start_byte, node.end_byte
    if place not in query.groups:
        query.groups[place] = _read_group(query, node)
    return query.groups[place]


def _read_group(query: Query, node: Node) -> Group:
    elements: list[PatternElement] = []
    for child in node.named_children:
        if child.type == "triples_block":
            triples = tuple(_triples_of(query, child))
            variables = frozenset(term for triple in triples for term in triple.variables)
            elements.append(
                PatternElement(kind="triples", node=child, triples=triples, variables=variables)
            )
        elif child.type == "filter":
            for part in _conjuncts(child):
                elements.append(
                    PatternElement(kind="filter", node=part, variables=variables_in(query, part))
                )
        elif child.type != "comment":
            elements.append(
                PatternElement(
                    kind=child.type,
                    node=child,
                    triples=_triples_of_optional(query, child),
                    variables=variables_in(query, child),
                )
            )
    return Group(node=node, elements=tuple(elements))


def _triples_of_optional(query: Query, node: Node) -> tuple[Triple, ...]:
    """Return the triples of an OPTIONAL part that is made of triples only."""
    if node.type != "optional_graph_pattern":
        return ()
    parts = [
        child
        for group in node.named_children
        if group.type == "group_graph_pattern"
        for child in group.named_children
        if child.type != "comment"
    ]
    if len(parts) != 1 or parts[0].type != "triples_block":
        return ()
    return tuple(_triples_of(query, parts[0]))


def _conjuncts(node: Node) -> list[Node]:
    """Return the conditions of a filter that must all hold, or the filter itself.

    A solution passes ``a && b`` when it passes both, also where one of them is an error.
    """
    parts = [child for child in node.named_children if child.type != "comment"]
    found = _joined_by_and(parts[-1]) if len(parts) == 1 else []
    return found if 1 < len(found) <= MOST_CONJUNCTS else [node]


def _joined_by_and(node: Node) -> list[Node]:
    inner = node
    while inner.type == "bracketted_expression" and len(inner.named_children) == 1:
        [inner] = inner.named_children
    if inner.type == "binary_expression" and inner.children[1].type == "&&":
        left, _, right = inner.children
        return _joined_by_and(left) + _joined_by_and(right)
    return [node]


def _triples_of(query: Query, block: Node) -> Iterator[Triple]:
    """Yield the triple patterns of a block, each by itself; blank nodes become variables."""
    for node in block.named_children:
        if node.type != "triples_same_subject":
            if node.type == "comment":
                continue
            raise NotRead("not-read")
        parts = [child for child in node.named_children if child.type != "comment"]
        subject, *lists = parts
        found: list[Triple] = []
        name = _term(query, subject, found)
        for properties in lists:
            _add_properties(query, name, properties, found)
        yield from found


def _add_properties(query: Query, subject: str, properties: Node, found: list[Triple]) -> None:
    """Add the triples of a list of properties with one subject."""
    if properties.type != "property_list":
        raise NotRead("not-read")
    for item in properties.named_children:
        if item.type == "comment":
            continue
        if item.type != "property":
            raise NotRead("not-read")
        predicate, *lists = (child for child in item.named_children if child.type != "comment")
        for objects in lists:
            if objects.type != "object_list":
                raise NotRead("not-read")
            for child in objects.named_children:
                if child.type == "comment":
                    continue
                own: list[Triple] = []
                object_ = _term(query, child, own)
                _add_path(query, subject, predicate, object_, found)
                found.extend(own)


def _add_path(query: Query, subject: str, path: Node, object_: str, found: list[Triple]) -> None:
    """Add a triple, a path that begins with steps in a row step by step (SPARQL 1.1, 18.2.2.4).

    A step that is taken backwards is a triple the other way round.
    """
    path, is_inverse = without_brackets(path)
    if is_inverse:
        subject, object_ = object_, subject
    if path.type == "binary_path" and path.children[1].type == "/":
        left, _, right = path.children
        middle = query.new_variable()
        _add_path(query, subject, left, middle, found)
        _add_path(query, middle, right, object_, found)
        return
    written = None
    if path.type == "var":
        predicate = "?" + query.of(path)[1:]
    elif path.type == "a":
        predicate = f"<{TYPE}>"
    else:
        iri = query.iri(path)
        predicate = query.of(path) if iri is None else f"<{iri}>"
        written = path if iri is None else None
    found.append(Triple(subject=subject, predicate=predicate, object=object_, path=written))


def without_brackets(path: Node) -> tuple[Node, bool]:
    """Return a path without brackets around it, and whether it is taken backwards."""
    is_inverse = False
    while path.type == "path_element":
        parts = [child for child in path.children if child.type not in ("(", ")", "comment")]
        if parts[0].type == "path_inverse" and len(parts) == 2:
            is_inverse = not is_inverse
            parts = parts[1:]
        if len(parts) != 1:
            break
        [path] = parts
    return path, is_inverse


def _term(query: Query, node: Node, found: list[Triple]) -> str:
    """Return the text of a term; the triples of a blank node are added."""
    if node.type == "var":
        return "?" + query.of(node)[1:]
    if node.type == "anon":
        return query.new_variable()
    if node.type == "blank_node_property_list":
        name = query.new_variable()
        for child in node.named_children:
            if child.type != "comment":
                _add_properties(query, name, child, found)
        return name
    if node.type in ("collection", "nil"):
        if query.base is None:
            raise NotRead("blank-nodes")
        for child in node.named_children:
            if child.type != "comment":
                _term(query, child, found)
        return query.new_variable()
    if node.type == "blank_node_label":
        return "?" + query.of(node)
    iri = query.iri(node)
    return query.of(node) if iri is None else f"<{iri}>"
