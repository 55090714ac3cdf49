"""Groups of patterns and the triples in them (SPARQL 1.1 Query, section 19.8, rules 52-105)."""

from __future__ import annotations

from collections.abc import Callable

from publish.sparql.query.grammar.cursor import Cursor
from publish.sparql.query.grammar.expressions import (
    OPERATORS,
    read_arguments,
    read_call,
    read_expression,
    read_literal,
)

IRIS = ("iri", "prefixed")
TERMS = (*IRIS, "variable", "blank", "string", "number")
"""Terminals that a triple can begin with, besides brackets, signs and ``true``."""
PATTERNS = ("{", "FILTER", "OPTIONAL", "LATERAL", "MINUS", "GRAPH", "BIND", "VALUES", "UNION")
"""What other patterns begin with, and UNION, which stands between two."""


def read_group(cursor: Cursor, read_select: Callable[[Cursor], set[str]]) -> None:
    """Read a group in braces; ``read_select`` reads a query in it, and returns its variables."""
    cursor.need("{")
    outer, cursor.scope.variables = cursor.scope.variables, set()
    _begin_block(cursor)
    if cursor.at("SELECT"):
        cursor.scope.variables |= read_select(cursor)
        cursor.need("}")
    else:
        while not cursor.take("}"):
            _read_pattern(cursor)
    cursor.scope.variables |= outer
    _begin_block(cursor)


def _begin_block(cursor: Cursor) -> None:
    cursor.blocks += 1
    cursor.scope.block = cursor.blocks


def _begins_triple(cursor: Cursor) -> bool:
    begins = cursor.at_kind(*TERMS) or cursor.now.text in ("(", "[", "+", "-", "?", "$")
    return begins or cursor.now.text.lower() in ("true", "false")


def _read_pattern(cursor: Cursor) -> None:
    """Read one pattern of a group, and the full stop behind it."""
    if cursor.take("FILTER"):
        read_constraint(cursor)
    elif cursor.at("{"):
        cursor.read_group(cursor)
        while cursor.take("UNION"):
            cursor.read_group(cursor)
    elif cursor.take("OPTIONAL", "LATERAL"):
        cursor.read_group(cursor)
    elif cursor.take("MINUS"):
        before = set(cursor.scope.variables)
        cursor.read_group(cursor)
        cursor.scope.variables = before
    elif cursor.take("GRAPH"):
        if cursor.at_kind("variable"):
            cursor.scope.variables.add(cursor.now.text[1:])
        cursor.need_kind("variable", *IRIS)
        cursor.read_group(cursor)
    elif cursor.take("BIND"):
        _read_bind(cursor)
    elif cursor.take("VALUES"):
        read_values(cursor)
        _begin_block(cursor)
    elif cursor.at("UNION"):
        cursor.fail("union-of-groups")
    elif _begins_triple(cursor):
        read_triples(cursor)
        if not cursor.at("}", ".") and _begins_triple(cursor):
            cursor.fail("full-stop-missing")
        if not cursor.at("}", ".", *PATTERNS):
            cursor.fail()
    else:
        cursor.fail()
    cursor.take(".")


def _read_bind(cursor: Cursor) -> None:
    cursor.need("(", hint="bind-in-brackets")
    read_expression(cursor)
    cursor.need("AS", hint="as-missing")
    found = cursor.need_kind("variable", hint="variable-after-as")
    if found.text[1:] in cursor.scope.variables:
        cursor.fail("variable-bound-twice", found)
    cursor.scope.variables.add(found.text[1:])
    cursor.need(")")
    _begin_block(cursor)


def read_constraint(cursor: Cursor) -> None:
    """Read what FILTER and HAVING take: an expression in brackets, or a call."""
    if cursor.take("NOT"):
        if not cursor.take("EXISTS"):
            cursor.fail_at_word(cursor.now, "constraint-in-brackets")
        _read_exists(cursor)
    elif cursor.take("EXISTS"):
        _read_exists(cursor)
    elif cursor.take("("):
        read_expression(cursor)
        cursor.need(")")
    elif cursor.at_kind(*IRIS):
        cursor.advance()
        read_arguments(cursor)
    elif cursor.at_kind("word") and cursor.now.text.lower() not in ("true", "false"):
        read_call(cursor)
    else:
        cursor.fail("" if cursor.at("{", "}") else "constraint-in-brackets")
    if cursor.at(*OPERATORS):
        cursor.fail("constraint-in-brackets")


def _read_exists(cursor: Cursor) -> None:
    before = set(cursor.scope.variables)
    cursor.read_group(cursor)
    cursor.scope.variables = before


def read_values(cursor: Cursor) -> None:
    """Read the variables of VALUES and its rows."""
    if cursor.at_kind("variable"):
        cursor.scope.variables.add(cursor.advance().text[1:])
        cursor.need("{", hint="values-in-braces")
        while not cursor.take("}"):
            if cursor.at("("):
                cursor.fail("values-of-one")
            _read_value(cursor)
        return
    cursor.need("(")
    number = 0
    while cursor.at_kind("variable"):
        cursor.scope.variables.add(cursor.advance().text[1:])
        number += 1
    cursor.need(")", hint="comma-between" if cursor.now.text == "," else "")
    cursor.need("{", hint="values-in-braces")
    while not cursor.take("}"):
        row = cursor.need("(", hint="values-of-several")
        values = 0
        while not cursor.take(")"):
            _read_value(cursor)
            values += 1
        if values != number:
            cursor.fail("values-differ", row, number=number, values=values)


def _read_value(cursor: Cursor) -> None:
    if cursor.at(","):
        cursor.fail("comma-between")
    if cursor.at_kind("variable", "blank"):
        cursor.fail("value-is-no-term")
    cursor.take("+", "-")
    if cursor.take("UNDEF"):
        return
    if cursor.at_kind(*IRIS):
        cursor.advance()
    elif not read_literal(cursor):
        cursor.fail()


# -- Triples -----------------------------------------------------------------------------------


def read_triples(cursor: Cursor) -> None:
    """Read the triples of one subject."""
    is_whole = _read_node(cursor)
    if is_whole and (cursor.at(".", "}", "]") or cursor.now.kind == "end"):
        return
    _read_properties(cursor)


def _read_properties(cursor: Cursor) -> None:
    """Read predicates with their objects."""
    _read_verb(cursor)
    while True:
        _read_node(cursor)
        while cursor.take(","):
            _read_node(cursor)
        if not cursor.at(";"):
            return
        while cursor.take(";"):
            pass
        if not (cursor.at_kind("variable", *IRIS) or cursor.at("A", "^", "!", "(")):
            return
        _read_verb(cursor)


def _read_verb(cursor: Cursor) -> None:
    if cursor.at_kind("variable"):
        cursor.scope.variables.add(cursor.advance().text[1:])
        return
    if cursor.at_kind("string", "number", "blank") or cursor.at("["):
        cursor.fail("no-predicate")
    if cursor.at(".", ";", ",", "}", "]"):
        cursor.fail("predicate-missing")
    _read_path(cursor)


def _read_path(cursor: Cursor) -> None:
    """Read a path of predicates (rule 89)."""
    while True:
        cursor.take("^")
        negated = cursor.take("!")
        if cursor.take("("):
            if not cursor.at(")") or not negated:
                _read_path(cursor)
            cursor.need(")")
        else:
            if negated:
                cursor.take("^")
            if not cursor.at_kind(*IRIS) and cursor.now.text != "a":
                cursor.fail()
            cursor.advance()
        cursor.take("?", "*", "+")
        if not cursor.take("/", "|"):
            return


def _read_node(cursor: Cursor) -> bool:
    """Read a subject or an object; return whether it says something by itself."""
    found = cursor.now
    if cursor.take("("):
        if cursor.take(")"):
            return False
        while not cursor.take(")"):
            _read_node(cursor)
        return True
    if cursor.take("["):
        if cursor.take("]"):
            return False
        _read_properties(cursor)
        cursor.need("]")
        return True
    if cursor.at_kind("variable"):
        cursor.scope.variables.add(cursor.advance().text[1:])
    elif cursor.at_kind("blank"):
        if cursor.labels.setdefault(found.text, cursor.scope.block) != cursor.scope.block:
            cursor.fail("blank-node-elsewhere")
        cursor.advance()
    elif cursor.at_kind(*IRIS):
        cursor.advance()
    else:
        cursor.take("+", "-")
        if cursor.at(".", ";", ",", "}", "]"):
            cursor.fail("object-missing")
        if not read_literal(cursor):
            cursor.fail()
    return False
