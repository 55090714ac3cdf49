"""A whole query (SPARQL 1.1 Query, section 19.8, rules 1-29), and what holds of its variables.

The rules on variables are those that the grammar has in its notes and in section 18.2.4.
"""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from publish.sparql.query.grammar.cursor import Cursor
from publish.sparql.query.grammar.expressions import read_call, read_expression
from publish.sparql.query.grammar.functions import ARGUMENTS
from publish.sparql.query.grammar.patterns import (
    IRIS,
    read_constraint,
    read_group,
    read_triples,
    read_values,
)
from publish.sparql.query.grammar.terminals import Mistake, Terminal

FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
LONGEST_NUMBER = 19
"""Digits of a number of rows, as the engine counts with 64 bits."""
MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")


def first_mistake(text: str) -> Mistake | None:
    """Return the first thing in a query that departs from SPARQL 1.1, if there is one."""
    try:
        cursor = Cursor(text, partial(read_group, read_select=_read_select))
        _read_query(cursor)
    except Mistake as mistake:
        return mistake
    except RecursionError:  # where the settings allow deeper nesting than Python
        return None
    return None


def _read_query(cursor: Cursor) -> None:
    _read_prologue(cursor)
    if cursor.at("SELECT"):
        _read_select(cursor)
    elif cursor.take("CONSTRUCT"):
        _read_construct(cursor)
    elif cursor.take("DESCRIBE"):
        if not cursor.take("*"):
            cursor.need_kind("variable", *IRIS)
            while cursor.at_kind("variable", *IRIS):
                cursor.advance()
            if cursor.at(","):
                cursor.fail("comma-between")
        _read_data_set(cursor)
        if cursor.at("WHERE", "{"):
            _read_where(cursor)
        _read_modifiers(cursor)
    elif cursor.take("ASK"):
        _read_data_set(cursor)
        _read_where(cursor)
        _read_modifiers(cursor)
    else:
        cursor.at(*FORMS, "PREFIX", "BASE")
        cursor.fail()
    if not cursor.at_kind("end"):
        cursor.fail("after-the-end" if cursor.at(";", ".", ",") else "")


def _read_prologue(cursor: Cursor) -> None:
    while True:
        if cursor.at_kind("language") and cursor.now.text.lower() in ("@prefix", "@base"):
            cursor.fail("write-instead", instead=cursor.now.text[1:].upper())
        if cursor.take("BASE"):
            cursor.need_kind("iri", hint="iri-in-brackets")
        elif cursor.take("PREFIX"):
            name = cursor.need_kind("prefixed", hint="prefix-with-colon")
            if not name.text.endswith(":"):
                cursor.fail("prefix-with-colon", name)
            cursor.prefixes.add(name.text[:-1])
            cursor.need_kind("iri", hint="iri-in-brackets")
        else:
            return
        if cursor.at(".", ";", ","):
            cursor.fail("no-sign-after-prefix")


def _read_data_set(cursor: Cursor) -> None:
    while cursor.take("FROM"):
        cursor.take("NAMED")
        cursor.need_kind(*IRIS, hint="graph-of-from")
        if cursor.at(","):
            cursor.fail("from-again")


def _read_where(cursor: Cursor) -> None:
    cursor.take("WHERE")
    cursor.read_group(cursor)


def _read_construct(cursor: Cursor) -> None:
    if cursor.at("{"):
        cursor.advance()
        _read_template(cursor)
        cursor.labels.clear()  # those of the template are its own
        cursor.scope.variables.clear()
        _read_data_set(cursor)
        if not cursor.at("WHERE", "{", "FROM"):
            cursor.fail("where-missing" if cursor.at_kind("end") else "")
        _read_where(cursor)
    else:
        _read_data_set(cursor)
        cursor.need("WHERE", "{", "FROM")
        cursor.need("{")
        _read_template(cursor)
    _read_modifiers(cursor)


def _read_template(cursor: Cursor) -> None:
    while not cursor.take("}"):
        read_triples(cursor)
        if not cursor.at("}", "."):
            cursor.fail("full-stop-missing" if cursor.at_kind("variable", *IRIS) else "")
        cursor.take(".")


# -- SELECT ------------------------------------------------------------------------------------


def _read_select(cursor: Cursor) -> set[str]:
    """Read SELECT and what follows it; return the variables of its result."""
    cursor.need("SELECT")
    outer, cursor.scope.variables = cursor.scope.variables, set()
    aggregates, cursor.aggregates = cursor.aggregates, 0
    cursor.take("DISTINCT", "REDUCED")
    star = cursor.now if cursor.at("*") else None
    plain, named, used = list[Terminal](), list[Terminal](), list[Terminal]()
    if star:
        cursor.advance()
        if cursor.at_kind("variable"):
            cursor.fail("star-or-variables")
    else:
        while not cursor.at("WHERE", "FROM", "{"):
            _read_projected(cursor, plain, named, used)
        if not plain and not named:
            cursor.fail("nothing-selected")
    _read_data_set(cursor)
    _read_where(cursor)
    keys = _read_modifiers(cursor)
    _judge_names(cursor, plain, named, keys)
    if cursor.aggregates or keys is not None:
        if star:
            cursor.fail("star-of-groups", star)
        _judge_groups(cursor, [*plain, *used], keys or set(), {item.text[1:] for item in named})
    found = cursor.scope.variables if star else {item.text[1:] for item in (*plain, *named)}
    cursor.scope.variables, cursor.aggregates = outer, aggregates
    return found


def _read_projected(
    cursor: Cursor, plain: list[Terminal], named: list[Terminal], used: list[Terminal]
) -> None:
    """Read a variable of SELECT, or an expression with its name."""
    if cursor.at_kind("variable"):
        plain.append(cursor.advance())
        if cursor.at("AS"):
            cursor.fail("as-in-brackets")
    elif cursor.take("("):
        cursor.used, cursor.may_aggregate = [], True
        read_expression(cursor)
        cursor.may_aggregate = False
        used += cursor.used
        cursor.need("AS", hint="" if cursor.at(",") else "as-missing")
        named.append(cursor.need_kind("variable", hint="variable-after-as"))
        cursor.need(")")
    elif cursor.at(","):
        cursor.fail("comma-between")
    elif cursor.now.text.upper() == "TOP":
        cursor.fail("write-instead", instead="LIMIT")
    else:
        _fail_in_projection(cursor)


def _fail_in_projection(cursor: Cursor) -> NoReturn:
    """Raise Mistake at what is no variable: a call without brackets, a name, or anything else."""
    if not cursor.at_kind("word"):
        cursor.fail()
    word = cursor.advance()
    is_call = cursor.at("(") and word.text.upper() in ARGUMENTS
    cursor.at("WHERE", "FROM", "DISTINCT", "REDUCED")
    cursor.fail_at_word(word, "expression-in-brackets" if is_call else "name-without-mark")


def _judge_names(
    cursor: Cursor, plain: list[Terminal], named: list[Terminal], keys: set[str] | None
) -> None:
    """Raise Mistake at a variable that is selected twice, or a name that something else has."""
    seen: set[str] = set()
    for item in plain:
        if item.text in seen:
            cursor.fail("selected-twice", item)
        seen.add(item.text)
    in_scope = cursor.scope.variables if keys is None else keys
    known = in_scope | {item.text[1:] for item in plain}
    for item in named:
        if item.text[1:] in known:
            cursor.fail("variable-bound-twice", item)
        known.add(item.text[1:])


def _judge_groups(cursor: Cursor, used: list[Terminal], keys: set[str], named: set[str]) -> None:
    """Raise Mistake at the first variable that has no one value in a group."""
    wrong = [item for item in used if item.text[1:] not in keys | named]
    if wrong:
        cursor.fail("variable-not-grouped", min(wrong, key=lambda item: item.at))


def _read_modifiers(cursor: Cursor) -> set[str] | None:
    """Read GROUP BY and what follows; return the variables that it groups by, None without."""
    keys: set[str] | None = None
    place, last = 0, ""
    while cursor.at(*MODIFIERS):
        word = cursor.now.text.upper()
        rank = min(MODIFIERS.index(word), 3)
        if word == last:
            cursor.fail("clause-twice", clause=word)
        if rank < place:
            cursor.fail("clause-too-late", clause=word, before=last)
        place, last = rank, word
        cursor.advance()
        if word in ("GROUP", "ORDER"):
            cursor.need("BY", hint="by-missing")
        cursor.may_aggregate = word in ("HAVING", "ORDER")
        if word == "GROUP":
            keys = _read_keys(cursor)
        elif word == "HAVING":
            read_constraint(cursor)
            while cursor.at("("):
                read_constraint(cursor)
        elif word == "ORDER":
            _read_order(cursor)
        else:
            cursor.need_kind("number", hint="number-after")
            if not cursor.previous.text.isdigit():
                cursor.fail("number-after", cursor.previous)
            if len(cursor.previous.text) > LONGEST_NUMBER:
                cursor.fail("number-too-long", cursor.previous)
        cursor.may_aggregate = False
    if cursor.take("VALUES"):
        read_values(cursor)
    return keys


def _read_keys(cursor: Cursor) -> set[str]:
    keys = set()
    first = True
    while first or cursor.at_kind("variable", *IRIS) or cursor.at("("):
        if cursor.at_kind("variable"):
            keys.add(cursor.advance().text[1:])
        elif cursor.take("("):
            read_expression(cursor)
            if cursor.take("AS"):
                name = cursor.need_kind("variable", hint="variable-after-as").text[1:]
                keys.add(name)
                cursor.scope.variables.add(name)
            cursor.need(")")
        elif cursor.at_kind("word") and not cursor.at(*MODIFIERS):
            read_call(cursor)
        elif cursor.at_kind(*IRIS):
            read_constraint(cursor)
        else:
            cursor.fail()
        first = False
        if cursor.at(","):
            cursor.fail("comma-between")
    return keys


def _read_order(cursor: Cursor) -> None:
    first = True
    while first or not (cursor.at_kind("end") or cursor.at("}", "VALUES", *MODIFIERS)):
        if cursor.take("ASC", "DESC"):
            direction = cursor.previous
            is_last = cursor.at_kind("end") or cursor.at("}", ",", *MODIFIERS)
            if not cursor.take("("):
                cursor.fail("order-in-brackets", direction if is_last else None)
            read_expression(cursor)
            cursor.need(")")
        elif cursor.at_kind("variable"):
            cursor.advance()
        elif cursor.at(","):
            cursor.fail("comma-between")
        else:
            read_constraint(cursor)
        first = False
