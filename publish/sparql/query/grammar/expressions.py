"""Expressions of a query, and the terms in them (SPARQL 1.1 Query, section 19.8, rules 106-132)."""

from __future__ import annotations

from publish.sparql.query.grammar.cursor import Cursor
from publish.sparql.query.grammar.functions import AGGREGATES, ARGUMENTS
from publish.sparql.query.grammar.terminals import Terminal

OPERATORS = ("||", "&&", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "IN")
_MEANT = {"AND": "&&", "OR": "||", "&": "&&", "|": "||"}
_OF_SQL = {
    "LIKE": 'REGEX(?x, "...")',
    "ILIKE": 'REGEX(?x, "...", "i")',
    "BETWEEN": "?x >= 1 && ?x <= 2",
    "IS": "BOUND(?x), !BOUND(?x)",
}


def read_expression(cursor: Cursor) -> None:
    """Read an expression."""
    _read_operand(cursor)
    compared = False
    while True:
        found = cursor.now
        word = found.text.upper() if found.kind in ("word", "sign") else ""
        if word in _MEANT:
            cursor.fail("write-instead", instead=_MEANT[word])
        if word in _OF_SQL:
            cursor.fail("of-sql", instead=_OF_SQL[word])
        if found.text == "<>":
            cursor.fail("write-instead", instead="!=")
        if cursor.at_kind("iri"):
            cursor.take_less_than()
            found, word = cursor.now, "<"
        if cursor.take("NOT"):
            cursor.need("IN")
            _read_list(cursor)
        elif cursor.take("IN"):
            _read_list(cursor)
        elif cursor.at(*OPERATORS):
            is_comparison = word in ("=", "!=", "<", ">", "<=", ">=")
            if is_comparison and compared:
                cursor.fail("compared-twice")
            compared = (compared or is_comparison) and word not in ("||", "&&")
            cursor.advance()
            _judge_double_sign(cursor, found)
            _read_operand(cursor)
        else:
            return


def _judge_double_sign(cursor: Cursor, first: Terminal) -> None:
    """Raise Mistake for ``==``, ``=>`` and ``=<``, which are two signs to SPARQL."""
    pair = first.text + cursor.now.text
    instead = {"==": "=", "=>": ">=", "=<": "<=", "!==": "!=", "<>": "!="}.get(pair)
    if instead and cursor.now.at == first.at + len(first.text):
        cursor.fail("write-instead", first, word=repr(pair), instead=instead)


def _read_list(cursor: Cursor) -> None:
    cursor.need("(", hint="list-in-brackets")
    if not cursor.take(")"):
        read_expression(cursor)
        while cursor.take(","):
            read_expression(cursor)
        cursor.need(")", ",")


def _read_operand(cursor: Cursor) -> None:
    while cursor.take("!", "+", "-"):
        pass
    found = cursor.now
    if found.text.upper() == "NOT" and found.kind == "word":
        cursor.advance()
        if not cursor.at("EXISTS"):
            cursor.fail("write-instead", found, instead="!")
    if cursor.take("EXISTS"):
        outer, cursor.scope.variables = cursor.scope.variables, set()
        cursor.read_group(cursor)
        cursor.scope.variables = outer
    elif cursor.take("("):
        read_expression(cursor)
        cursor.need(")")
    elif cursor.at_kind("variable"):
        if not cursor.in_aggregate:
            cursor.used.append(found)
        cursor.advance()
    elif cursor.at_kind("iri", "prefixed"):
        cursor.advance()
        if cursor.at("("):
            read_arguments(cursor)
    elif not read_literal(cursor):
        if not cursor.at_kind("word"):
            cursor.fail()
        read_call(cursor)


def read_literal(cursor: Cursor) -> bool:
    """Read a literal if one stands here; return whether it did."""
    if cursor.at_kind("string"):
        cursor.advance()
        if cursor.at_kind("language"):
            cursor.advance()
        elif cursor.at("@"):
            cursor.fail("language-missing")
        elif cursor.take("^^"):
            cursor.need_kind("iri", "prefixed", hint="datatype-missing")
        elif cursor.at("^"):
            cursor.fail("write-instead", instead="^^")
    elif cursor.at_kind("number"):
        cursor.advance()
    elif cursor.at_kind("word") and cursor.now.text.lower() in ("true", "false"):
        if cursor.now.text.lower() != cursor.now.text:
            cursor.fail("write-instead", instead=cursor.now.text.lower())
        cursor.advance()
    else:
        return False
    return True


def read_call(cursor: Cursor) -> None:
    """Read the call of a function or an aggregate of SPARQL's own."""
    name = cursor.now
    known = ARGUMENTS.get(name.text.upper())
    if known is None:
        cursor.at(*ARGUMENTS)  # so that a message names one that is spelled nearly so
        cursor.fail()
    cursor.advance()
    is_aggregate = name.text.upper() in AGGREGATES
    if is_aggregate:
        if not cursor.may_aggregate:
            cursor.fail("aggregate-here", name)
        cursor.aggregates += 1
    if not cursor.at("("):
        cursor.fail("arguments-in-brackets", name=name.text.upper())
    before, cursor.in_aggregate = cursor.in_aggregate, cursor.in_aggregate or is_aggregate
    number = read_arguments(cursor, name.text.upper() if is_aggregate else "")
    cursor.in_aggregate = before
    least, most = known
    if not least <= number <= most:
        wanted = str(least) if least == most else f"{least}-{most}"
        cursor.fail("arguments-of", name, name=name.text.upper(), wanted=wanted, number=number)


def read_arguments(cursor: Cursor, aggregate: str = "") -> int:
    """Read arguments in brackets, those of an aggregate with what else it has; return how many."""
    cursor.need("(")
    if cursor.take(")"):
        return 0
    if aggregate or cursor.at("DISTINCT"):
        cursor.take("DISTINCT")
    if cursor.at("*"):
        if aggregate != "COUNT":
            cursor.fail("star-here")
        cursor.advance()
        cursor.need(")")
        return 1
    read_expression(cursor)
    number = 1
    while cursor.take(","):
        read_expression(cursor)
        number += 1
    if aggregate == "GROUP_CONCAT" and cursor.take(";"):
        cursor.need("SEPARATOR")
        cursor.need("=")
        cursor.need_kind("string")
    cursor.need(")", ",")
    return number
