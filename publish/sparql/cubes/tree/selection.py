"""What a SELECT asks for: what it projects, groups by, orders by, and how many rows.

SPARQL 1.1 Query, sections 11 (aggregates), 15 (modifiers) and 16 (forms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from tree_sitter import Node

from publish.sparql.cubes.tree.syntax import LONGEST_NUMBER, NotRead, Query, walk

_COMPARED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """An aggregate of a variable, or of whole solutions."""

    function: str
    is_distinct: bool
    variable: str | None
    """None for the solutions themselves, as in ``COUNT(*)``."""


Source = str | Aggregate
"""A variable, or an aggregate."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A comparison of an aggregate with a number, in HAVING."""

    aggregate: Aggregate
    sign: str
    number: Decimal


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A SELECT that is made of variables, aggregates and comparisons only."""

    where: Node
    columns: dict[str, Source]
    """What is projected, by its name; empty for ``*``."""
    all_columns: tuple[tuple[str, Source], ...] = ()
    """What ``*`` stands for, where it is not variables."""
    is_distinct: bool
    keys: tuple[str, ...]
    """The variables of GROUP BY."""
    is_grouped: bool
    having: tuple[Condition, ...]
    order: tuple[tuple[Source, bool], ...]
    """What it is ordered by, and whether downwards."""
    limit: int | None
    offset: int


def read_selection(query: Query) -> Selection:
    """Return what a SELECT asks for. Raises NotRead for what is not made of these."""
    if any(node.type == "values_clause" for node in query.root.children):
        raise NotRead("modifiers")
    selection = _selection(query, query.body)
    inner = _select_within(selection.where)
    return selection if inner is None else _merged(query, selection, inner)


def _selection(query: Query, select: Node) -> Selection:
    """Return what a SELECT asks for, be it the query or within it."""
    [clause] = [node for node in select.children if node.type == "select_clause"]
    [where] = [node for node in select.children if node.type == "where_clause"]
    if any(node.type == "values_clause" for node in select.children):
        raise NotRead("modifiers")
    columns, is_distinct = _columns(query, clause)
    modifiers = [
        child
        for node in select.children
        if node.type == "solution_modifier"
        for child in node.named_children
    ]
    parts = {node.type: node for node in modifiers if node.type != "comment"}
    keys = _keys(query, parts.pop("group_clause", None))
    having = _having(query, parts.pop("having_clause", None))
    order = _order(query, parts.pop("order_clause", None), columns)
    limit, offset = _limits(query, parts.pop("limit_offset_clauses", None))
    if parts:
        raise NotRead("modifiers")
    aggregates = [one for one in columns.values() if isinstance(one, Aggregate)]
    aggregates += [one.aggregate for one in having]
    aggregates += [one for one, _ in order if isinstance(one, Aggregate)]
    groups = [node for node in where.named_children if node.type == "group_graph_pattern"]
    return Selection(
        where=groups[0],
        columns=columns,
        is_distinct=is_distinct,
        keys=keys,
        is_grouped=bool(keys or aggregates),
        having=having,
        order=order,
        limit=limit,
        offset=offset,
    )


def _select_within(where: Node) -> tuple[Node, list[Node]] | None:
    """Return the SELECT that a group has besides filters, and these; None if it has others."""
    selects, filters = [], []
    for child in where.named_children:
        if child.type == "filter":
            filters.append(child)
        elif child.type in ("group_or_union_graph_pattern", "sub_select"):
            while child.type != "sub_select":
                inner = [node for node in child.named_children if node.type != "comment"]
                if len(inner) != 1 or inner[0].type not in ("group_graph_pattern", "sub_select"):
                    return None
                [child] = inner
            selects.append(child)
        elif child.type != "comment":
            return None
    return (selects[0], filters) if len(selects) == 1 else None


def _merged(query: Query, outer: Selection, inner: tuple[Node, list[Node]]) -> Selection:
    """Return a SELECT over the groups of another as one, its filters as conditions of groups."""
    select, filters = inner
    groups = _selection(query, select)
    is_plain = groups.is_grouped and not groups.is_distinct
    if outer.is_grouped or not is_plain or groups.limit is not None or groups.offset:
        raise NotRead("expressions")
    known = groups.columns

    def source(one: Source) -> Source:
        if not isinstance(one, str) or one not in known:
            raise NotRead("expressions")
        return known[one]

    having = list(groups.having)
    for node in filters:
        having += _comparisons(query, node, known)
    return replace(
        groups,
        columns={name: source(one) for name, one in outer.columns.items()},
        all_columns=() if outer.columns else tuple(known.items()),
        is_distinct=outer.is_distinct,
        having=tuple(having),
        order=tuple((source(one), down) for one, down in outer.order),
        limit=outer.limit,
        offset=outer.offset,
    )


def _columns(query: Query, clause: Node) -> tuple[dict[str, Source], bool]:
    """Return what is projected, and whether each row once."""
    columns: dict[str, Source] = {}
    is_distinct, inside = False, list[Node]()
    for node in clause.children:
        if node.type in ("SELECT", "*", "comment", "REDUCED"):
            continue
        if node.type == "DISTINCT":
            is_distinct = True
        elif node.type == "(":
            inside = [node]
        elif inside:
            inside.append(node)
            if node.type == ")":
                source, name = _source(query, inside[1]), "?" + query.of(inside[3])[1:]
                if len(inside) != 5 or source is None:
                    raise NotRead("expressions")
                columns[name] = source
                inside = []
        elif node.type == "var":
            name = "?" + query.of(node)[1:]
            columns[name] = name
        else:
            raise NotRead("expressions")
    return columns, is_distinct


def _source(query: Query, node: Node) -> Source | None:
    """Return the variable or aggregate that an expression is, in whatever brackets."""
    while node.type == "bracketted_expression" and len(node.named_children) == 1:
        [node] = node.named_children
    if node.type == "var":
        return "?" + query.of(node)[1:]
    return read_aggregate(query, node)


def read_aggregate(query: Query, node: Node) -> Aggregate | None:
    """Return an aggregate of a variable; None for anything else."""
    if node.type != "aggregate":
        return None
    kinds = [child.type for child in node.children if child.type != "comment"]
    function, is_distinct = kinds[0].upper(), "DISTINCT" in kinds
    arguments = [child for child in node.named_children if child.type != "comment"]
    if "*" in kinds and not arguments:
        return Aggregate(function=function, is_distinct=is_distinct, variable=None)
    if len(arguments) != 1 or ";" in kinds:
        return None
    argument = _source(query, arguments[0])
    if not isinstance(argument, str):
        return None
    return Aggregate(function=function, is_distinct=is_distinct, variable=argument)


def _keys(query: Query, clause: Node | None) -> tuple[str, ...]:
    """Return the variables of GROUP BY."""
    keys = []
    for condition in clause.named_children if clause else ():
        if condition.type == "comment":
            continue
        if [child.type for child in condition.children] != ["var"]:
            raise NotRead("expressions")
        keys.append("?" + query.of(condition)[1:])
    return tuple(dict.fromkeys(keys))


def _having(query: Query, clause: Node | None) -> tuple[Condition, ...]:
    """Return the comparisons of HAVING, all of which must hold."""
    found = []
    for condition in clause.named_children if clause else ():
        if condition.type != "comment":
            found += _comparisons(query, condition)
    return tuple(found)


def _comparisons(
    query: Query, node: Node, names: Mapping[str, Source] = MappingProxyType({})
) -> list[Condition]:
    """Return comparisons that must all hold; ``names`` are those of aggregates."""
    while node.type in ("bracketted_expression", "having_condition", "filter"):
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) != 1:
            raise NotRead("expressions")
        [node] = inner
    if node.type != "binary_expression" or len(node.children) != 3:
        raise NotRead("expressions")
    left, sign, right = node.children
    if sign.type == "&&":
        return _comparisons(query, left, names) + _comparisons(query, right, names)
    if sign.type not in _COMPARED:
        raise NotRead("expressions")
    written = sign.type
    if left.type in ("integer", "decimal"):
        left, right, written = right, left, _COMPARED[written]
    aggregate, number = _source(query, left), query.of(right)
    aggregate = names.get(aggregate) if isinstance(aggregate, str) else aggregate
    if (
        not isinstance(aggregate, Aggregate)
        or right.type not in ("integer", "decimal")
        or len(number) > LONGEST_NUMBER
    ):
        raise NotRead("expressions")
    return [Condition(aggregate=aggregate, sign=written, number=Decimal(number))]


def _order(
    query: Query, clause: Node | None, columns: dict[str, Source]
) -> tuple[tuple[Source, bool], ...]:
    """Return what the rows are ordered by; the name of an aggregate stands for it."""
    found: list[tuple[Source, bool]] = []
    for condition in clause.named_children if clause else ():
        if condition.type == "comment":
            continue
        down = any(child.type == "DESC" for child in condition.children)
        parts = [child for child in condition.named_children if child.type != "comment"]
        source = _source(query, parts[0]) if len(parts) == 1 else None
        if source is None:
            raise NotRead("expressions")
        found.append((columns.get(source, source) if isinstance(source, str) else source, down))
    return tuple(found)


def _limits(query: Query, clause: Node | None) -> tuple[int | None, int]:
    """Return LIMIT and OFFSET."""
    limit, offset = None, 0
    for node in clause.named_children if clause else ():
        if node.type == "comment":
            continue
        [number] = [child for child in node.named_children if child.type == "integer"]
        if node.type == "limit_clause":
            limit = int(query.of(number))
        else:
            offset = int(query.of(number))
    return limit, offset


def aggregates_in(node: Node) -> list[Node]:
    """Return the aggregates below a node."""
    return [found for found in walk(node) if found.type == "aggregate"]
