"""Takes groups and subqueries apart that only bracket what they hold: stars come to light.

``{ SELECT ?a ?b { … } }`` that does nothing but hide variables becomes ``{ … }`` with other names
for those; ``{ … }`` of triples, VALUES and filters on what these bind becomes part of the group
that it stands in. Both leave the solutions what they are (SPARQL 1.1, 18.2.2): they are joined all
the same, a filter has the same values wherever in the group it stands, and an OPTIONAL before or
after finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from publish.sparql.cubes.tree.syntax import (
    NotRead,
    Query,
    parts_with_groups,
    read_query,
    variables_in,
    walk,
)

MOST_BRACKETS = 120
"""Brackets of a query that is taken apart: each costs a look at the rest of it."""
_DEEPEST = 8
"""Levels of brackets that are taken apart."""
_GROUP, _SELECT = "group_graph_pattern", "sub_select"
_JOINED = frozenset({"triples_block", "inline_data", "filter", "comment"})
"""What a group may hold that becomes part of another."""
_EXISTS = frozenset({"exists_func", "not_exists_func"})


def flattened(query: Query) -> Query:
    """Return a query with fewer brackets and the same solutions. Raises NotRead."""
    if query.text.count(b"{") > MOST_BRACKETS:
        raise NotRead("not-read")
    for _ in range(_DEEPEST):
        if query.text.count(b"{", query.body.start_byte, query.body.end_byte) == 1:
            return query
        groups = _groups_below(query, query.body)
        found = [new for node in groups if (new := _replaced(query, node)) is not None]
        if not found:
            return query
        parts, at = [], 0
        for start, end, text in found:
            if start >= at:  # one within another waits for the next turn
                parts += [query.text[at:start], text.encode()]
                at = end
        query = read_query(b"".join([*parts, query.text[at:]]).decode())
    return query


def _groups_below(query: Query, node: Node) -> Iterator[Node]:
    """Yield all groups below a node, in their order."""
    for part in parts_with_groups(query, node):
        if part.type == _GROUP:
            yield part
        yield from _groups_below(query, part)


def _replaced(query: Query, group: Node) -> tuple[int, int, str] | None:
    """Return where a group stands, to its end, and the text that may stand there instead."""
    parts = [child for child in group.named_children if child.type != "comment"]
    if len(parts) == 1 and parts[0].type == _SELECT:
        text = _without_select(query, group, parts[0])
        return None if text is None else (group.start_byte, group.end_byte, text)
    outer = group.parent
    if outer is None or outer.type != "group_or_union_graph_pattern":
        return None
    if len(outer.named_children) != 1 or not _is_joined(query, group):
        return None
    before, after = outer.prev_sibling, outer.next_sibling
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    while after is not None and after.type == "comment":
        after = after.next_sibling
    text = query.of(group)[1:-1]
    if before is not None and _is_open(before):
        text = f" . {text}"
    if parts and _is_open(parts[-1]):
        text = f"{text}\n . "
    end = after.end_byte if after is not None and after.type == "." else outer.end_byte
    return outer.start_byte, end, f"{text}\n"


def _is_open(node: Node) -> bool:
    """Return whether a node is of triples without a full stop at their end."""
    return node.type == "triples_block" and node.children[-1].type != "."


def _without_select(query: Query, group: Node, select: Node) -> str | None:
    """Return the pattern of a subquery that only hides variables, these with other names."""
    if [child.type for child in select.named_children] != ["select_clause", "where_clause"]:
        return None
    clause, where = select.named_children
    if any(child.type not in ("SELECT", "var") for child in clause.children):
        return None
    if any(_takes_all(node) for node in walk(query.body)):
        return None
    [inner] = [child for child in where.named_children if child.type == _GROUP]
    if _is_in_exists(group):
        return None
    if _is_optional(group) and any(child.type == "filter" for child in inner.named_children):
        return None  # it would see what stands before OPTIONAL, as one of a subquery does not
    hidden = variables_in(query, inner) - variables_in(query, clause)
    outside = {
        "?" + query.of(node)[1:]
        for node in walk(query.root)
        if node.type == "var" and not group.start_byte <= node.start_byte < group.end_byte
    }
    names = {name: query.new_variable() for name in sorted(hidden & outside)}
    return "".join(_renamed(query, inner, names))


def _is_in_exists(node: Node) -> bool:
    """Return whether a node is in EXISTS, in which the engine has its own way with variables."""
    outer = node.parent
    while outer is not None and outer.type not in _EXISTS:
        outer = outer.parent
    return outer is not None


def _is_optional(group: Node) -> bool:
    return group.parent is not None and group.parent.type == "optional_graph_pattern"


def _takes_all(node: Node) -> bool:
    """Return whether a node stands for all variables, so that none may come to light."""
    kinds = [child.type for child in node.children]
    if node.type == "aggregate":
        return "*" in kinds and "DISTINCT" in kinds
    return node.type in ("select_clause", "describe_query") and "*" in kinds


def _renamed(query: Query, node: Node, names: dict[str, str]) -> Iterator[str]:
    """Yield the text of a node with other names for variables."""
    at = node.start_byte
    for found in walk(node):
        name = names.get("?" + query.of(found)[1:]) if found.type == "var" else None
        if name is not None:
            yield query.text[at : found.start_byte].decode()
            yield name
            at = found.end_byte
    yield query.text[at : node.end_byte].decode()


def _is_joined(query: Query, group: Node) -> bool:
    """Return whether a group is joined with what is around it and binds what its filters ask."""
    if any(child.type not in _JOINED for child in group.named_children):
        return False
    bound: set[str] = set()
    for child in group.named_children:
        if child.type == "triples_block":
            bound |= variables_in(query, child)
    filters = [child for child in group.named_children if child.type == "filter"]
    return all(
        variables_in(query, one) <= bound and not any(node.type in _EXISTS for node in walk(one))
        for one in filters
    )
