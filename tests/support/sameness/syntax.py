"""Queries as values, before they are spelled: SPARQL 1.1 Query, section 19.8.

An expression is a tuple of words of SPARQL and of terms, variables and groups between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from sameness.worlds import Iri, Text


@dataclass(frozen=True)
class Var:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Path:
    """A property path: words and properties."""

    parts: tuple[Any, ...]


Node = Var | Iri | Text
Pattern = tuple[Node, Any, Node]
Expression = tuple[Any, ...]


@dataclass(frozen=True)
class Triples:
    """Triple patterns that are written as one block."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Group:
    """What stands between braces."""

    elements: tuple[Any, ...]


@dataclass(frozen=True)
class Filter:
    """A filter."""

    condition: Expression


@dataclass(frozen=True)
class Bind:
    """A value given to a variable."""

    value: Expression
    variable: Var


@dataclass(frozen=True)
class Values:
    """Rows of values; None is UNDEF."""

    variables: tuple[Var, ...]
    rows: tuple[tuple[Iri | Text | None, ...], ...]


@dataclass(frozen=True)
class Worded:
    """A group after a word: OPTIONAL, MINUS, or GRAPH and its name."""

    words: tuple[Any, ...]
    group: Group


@dataclass(frozen=True)
class Union:
    """Groups of which each gives solutions."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Column:
    """What is selected: a variable, or the value of an expression under its name."""

    variable: Var
    value: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Select:
    """A SELECT query or subquery. No columns: all variables."""

    group: Group
    columns: tuple[Column, ...] = ()
    modifier: str = ""
    group_by: tuple[Column | Expression, ...] = ()
    having: tuple[Expression, ...] = ()
    order_by: tuple[tuple[str, Expression], ...] = ()
    limit: int | None = None
    offset: int | None = None
    values: Values | None = None
    dataset: tuple[str, Iri] | None = None
    """A word and a graph: FROM or FROM NAMED."""


@dataclass(frozen=True, kw_only=True)
class Other:
    """ASK, CONSTRUCT or DESCRIBE: what stands before the pattern, and its bounds."""

    form: str
    group: Group | None
    template: tuple[Pattern, ...] = ()
    described: tuple[Any, ...] = ()
    limit: int | None = None
    order_by: tuple[tuple[str, Expression], ...] = ()


Query = Select | Other


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query as it is asked, and what is known about its answer."""

    text: str
    base: str | None = None
    query: Query | None = None
    """None for a text that is wrong."""
    exposed: str | None = None
    """The same query with its order's keys as last columns, without LIMIT and OFFSET."""
    keys: int = 0
    """How many keys there are; with DISTINCT and * they are columns of the query itself."""
    key_names: tuple[str, ...] = ()
    ungrouped: str | None = None
    """The pattern with the values that SAMPLE may choose from, for membership."""
    loose: dict[str, str] = field(default_factory=dict)
    """Columns whose value is free: SAMPLE, GROUP_CONCAT, or a number of any datatype."""
    kinds: frozenset[str] = frozenset()
    """Names of what it is made of, for the report."""
    cost: int = 1
    """About how many rows a naive engine goes through."""


def walk(value: Any) -> Iterator[Any]:
    """Yield a value and all that is in it."""
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from walk(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from walk(getattr(value, part.name))


def written(template: str, *parts: Any) -> Expression:
    """Return an expression: a text of words in which each % is the next part."""
    left = iter(parts)
    found: list[Any] = []
    for word in template.split():
        if word == "%":
            part = next(left)
            found.extend(part if isinstance(part, tuple) else (part,))
        else:
            found.append(word)
    return tuple(found)
