"""Filters on figures as conditions in SQL: comparisons of a value with numbers, and their sums.

A value of a star is always a number, so a comparison of it with a number never fails, and ``!``,
``&&`` and ``||`` are those of SQL. Numbers are compared as decimals of the column's scale, which
is exact.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from tree_sitter import Node

from publish.sparql.cubes.components import HangingPart
from publish.sparql.cubes.tree.syntax import LONGEST_NUMBER, Query

_NUMBERS = frozenset({"integer", "decimal"})
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_WORDS = {"&&": "AND", "||": "OR"}
_SIGNED = re.compile(r"[+-]?[0-9]*\.?[0-9]+")


def condition_on_value(query: Query, component: HangingPart, scale: int) -> str | None:
    """Return a component of filters on one value as SQL; None if it is more than that."""
    if not component.is_filters or component.own or len(component.hangs_on) != 1:
        return None
    [variable] = component.hangs_on
    found = []
    for item in component.items:
        if item.element is None:
            return None
        node = item.element.node
        if node.type == "filter":
            inner = [child for child in node.named_children if child.type != "comment"]
            if len(inner) != 1:
                return None
            [node] = inner
        text = _condition(query, node, variable, scale)
        if text is None:
            return None
        found.append(text)
    return " AND ".join(found)


def _condition(query: Query, node: Node, variable: str, scale: int) -> str | None:
    """Return an expression as a condition in SQL, in brackets."""
    parts = [child for child in node.children if child.type != "comment"]
    if node.type == "bracketted_expression" and len(parts) == 3:
        return _condition(query, parts[1], variable, scale)
    if node.type == "unary_expression" and len(parts) == 2 and parts[0].type == "!":
        inner = _condition(query, parts[1], variable, scale)
        return None if inner is None else f"(NOT {inner})"
    if node.type != "binary_expression" or len(parts) != 3:
        return None
    left, sign, right = parts
    if sign.type in _WORDS:
        sides = [_condition(query, side, variable, scale) for side in (left, right)]
        if None in sides:
            return None
        return f"({sides[0]} {_WORDS[sign.type]} {sides[1]})"
    if sign.type not in _MIRRORED:
        return None
    if left.type == "var" and right.type in _NUMBERS and _is(query, left, variable):
        return _comparison(sign.type, query.of(right), scale)
    if right.type == "var" and left.type in _NUMBERS and _is(query, right, variable):
        return _comparison(_MIRRORED[sign.type], query.of(left), scale)
    return None


def _is(query: Query, node: Node, variable: str) -> bool:
    return query.of(node)[1:] == variable[1:]


def _comparison(sign: str, text: str, scale: int) -> str | None:
    """Return the comparison of the value with a number."""
    if len(text) > LONGEST_NUMBER or _SIGNED.fullmatch(text) is None:
        return None
    number = Decimal(text)
    unit = Decimal(1).scaleb(-scale)
    below = number.quantize(unit, rounding=ROUND_FLOOR)
    if below != number:  # it stands between two values that there can be
        if sign in ("=", "!="):
            return "false" if sign == "=" else "true"
        above = number.quantize(unit, rounding=ROUND_CEILING)
        is_upper = sign in (">", ">=")
        return f"(value >= {above:f})" if is_upper else f"(value <= {below:f})"
    return f"(value {sign.replace('!=', '<>')} {below:f})"
