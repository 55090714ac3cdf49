"""The groups that a group with UNION stands for, one for each way to choose its branches.

A join with a union is the union of the joins, and so it is for what OPTIONAL adds to it (SPARQL 1.1
Query, section 18.4). So each branch may be read together with what stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from publish.sparql.cubes.tree.syntax import (
    Group,
    NotRead,
    PatternElement,
    Query,
    read_group,
)

MOST = 8
"""Groups that are read instead of one."""
_JOINED = frozenset({"triples", "inline_data", "filter"})
"""What may stand before a union: its order makes no difference."""


def alternatives(query: Query, node: Node) -> list[Group]:
    """Return the groups whose solutions together are those of a group. Raises NotRead."""
    pending, found = [read_group(query, node)], list[Group]()
    while pending:
        group = pending.pop(0)
        places = [at for at, one in enumerate(group.elements) if _branches(one)]
        if not places:
            found.append(group)
            continue
        at = places[0]
        before, union, after = group.elements[:at], group.elements[at], group.elements[at + 1 :]
        if any(one.kind not in _JOINED for one in before):
            raise NotRead("rest")
        for branch in _branches(union):
            inner = read_group(query, branch)
            if not _stands_alone(inner.elements, (*before, *after)):
                raise NotRead("rest")
            pending.append(Group(node=node, elements=(*before, *inner.elements, *after)))
        if len(pending) + len(found) > MOST:
            raise NotRead("rest")
    return found


def _branches(element: PatternElement) -> list[Node]:
    """Return the branches of a union; none for anything else."""
    if element.kind != "group_or_union_graph_pattern":
        return []
    groups = [child for child in element.node.named_children if child.type != "comment"]
    is_union = len(groups) > 1 and all(one.type == "group_graph_pattern" for one in groups)
    return groups if is_union else []


def _stands_alone(inner: Sequence[PatternElement], outer: Sequence[PatternElement]) -> bool:
    """Return whether the parts of a branch mean the same among what stands around the union."""
    bound = frozenset(name for one in inner if one.kind == "triples" for name in one.variables)
    around = frozenset(name for one in outer for name in one.variables)
    return all(
        one.kind == "triples"
        or one.variables <= bound
        or (one.kind != "filter" and not (one.variables - bound) & around)
        for one in inner
    )
