"""Whole answers from columns: rows, groups and their sums, ordered and cut, as the engine has them.

What comes out are rows of terms. What is not made of one star and of what hangs on its codes, or
asks for more than variables, aggregates and comparisons, is left to the engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from publish.sparql.cubes.catalogue import INTEGER, Coded, Figures
from publish.sparql.cubes.columnwise import NotOne, columns_of, one_each
from publish.sparql.cubes.fetching import (
    DECIMAL,
    EXACT,
    Selected,
    TooMany,
    datatypes_of,
    mean,
    number_text,
)
from publish.sparql.cubes.joining import Combination, StarJoin, by_code, combined
from publish.sparql.cubes.stars import Star
from publish.sparql.cubes.tree.selection import Aggregate, Selection, Source
from publish.sparql.cubes.tree.syntax import NotRead

MOST_ROWS = 200_000
"""Rows that are put together; more are left to the engine, which need not hold them all."""
Row = tuple[str | None, ...]
_SIGNS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
}


def rows_of(joins: Sequence[StarJoin], selection: Selection) -> list[Row]:
    """Return the rows of a SELECT over some stars together. Raises NotRead, TooMany or TooLarge."""
    if selection.is_grouped:
        return _grouped(joins, selection)
    found: list[tuple[Row, Row]] = []
    for join in joins:
        found += _plain(join, selection)
        if len(found) > MOST_ROWS:
            raise TooMany
    return _finish(found, selection)


def _plain(join: StarJoin, selection: Selection) -> list[tuple[Row, Row]]:
    """Return the rows of a SELECT without groups, each with what it is ordered by."""
    names = [_as_variable(source) for source in selection.columns.values()]
    order = [(_as_variable(source), down) for source, down in selection.order]
    wanted = list(dict.fromkeys([*names, *(name for name, _ in order)]))
    factors = join.factors(wanted)
    of_star = _of_star(join, wanted, [one.variable for one in factors])
    is_ordered = all(join.rows.can_order(name) for name, _ in order)
    # With only ASC, DESC of equal kinds the first rows of the star are enough: each has a solution.
    enough = None
    if selection.limit is not None and is_ordered and not selection.is_distinct:
        enough = selection.offset + selection.limit
    tables = [(one.variable, by_code(one, wanted)) for one in factors]
    found: list[tuple[Row, Row]] = []
    for part in join.rows.fetch(
        of_star,
        is_distinct=selection.is_distinct and all(one.only_rules_out for one in factors),
        order=order if enough is not None else (),
        most=enough,
        refuse=MOST_ROWS,
    ):
        for _, values, number in _joined(part, of_star, tables):
            row = tuple(values.get(name) for name in names)
            keys = tuple(values.get(name) for name, _ in order)
            found += [(row, keys)] * number
        if len(found) > MOST_ROWS:
            raise TooMany
    return found


def _as_variable(source: Source) -> str:
    if isinstance(source, Aggregate):
        raise NotRead("expressions")
    return source


def _of_star(join: StarJoin, wanted: Sequence[str], needed: Sequence[str]) -> list[str]:
    """Return the variables of the star that are wanted, or on which wanted things hang."""
    known = {*join.star.variables, join.star.subject}
    return [name for name in dict.fromkeys([*wanted, *needed]) if name in known]


def _joined(
    part: Selected,
    of_star: Sequence[str],
    tables: Sequence[tuple[str, dict[str, list[Combination]]]],
) -> Iterator[tuple[tuple[Any, ...], dict[str, str | None], int]]:
    """Yield each row of a cube, its values with what hangs on its codes, and their number."""
    readers = [(name, part.readers[name]) for name in of_star]
    for row in part.rows:
        values = {name: read(row) for name, read in readers}
        if not tables:
            yield row, values, 1
            continue
        parts = [table.get((values[name] or "")[1:-1], []) for name, table in tables]
        for others, number in combined(parts):
            yield row, {**values, **others}, number


@dataclass(kw_only=True)
class _Sums:
    """What the aggregates of a group are made of."""

    count: int = 0
    numbers: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """Of each variable its SUM, MIN or MAX, where that is asked for."""
    distinct: dict[str, int] = field(default_factory=dict)


def _grouped(joins: Sequence[StarJoin], selection: Selection) -> list[Row]:
    """Return a row for each group."""
    keys = list(selection.keys)
    asked = [*selection.columns.values(), *(one for one, _ in selection.order)]
    if any(isinstance(one, str) and one not in keys for one in asked):
        raise NotRead("expressions")
    if len(joins) == 1 and (quick := _groups_apart(joins[0], selection)) is not None:
        return quick
    aggregates = _aggregates(selection)
    groups: dict[Row, _Sums] = {} if keys else {(): _Sums()}
    datatypes: dict[str, set[str]] = {}
    for join in joins:
        _add_groups(join, selection, groups, is_alone=len(joins) == 1)
        for one in aggregates:
            if one.variable in join.star.variables:
                kinds = datatypes.setdefault(one.variable, set())
                kinds |= set(datatypes_of(join.star, one.variable).values())
    found = []
    for key, group in groups.items():
        if all(_holds(group, one) for one in selection.having):
            texts = dict(zip(keys, key, strict=True))
            made = {one: _result(group, one, datatypes) for one in aggregates}
            row = tuple(
                texts[one] if isinstance(one, str) else made[one]
                for one in selection.columns.values()
            )
            order = tuple(
                texts.get(one) if isinstance(one, str) else made[one] for one, _ in selection.order
            )
            found.append((row, order))
    return _finish(found, selection)


def _groups_apart(join: StarJoin, selection: Selection) -> list[Row] | None:
    """Return a row for each group where the columns find each at once; None where they do not."""
    star, keys = join.star, selection.keys
    factors = join.factors(keys)
    of_star = _of_star(join, keys, [one.variable for one in factors])
    hanging = {name for one in factors for name in one.names}
    if len(star.cubes) != 1 or star.optional or selection.having or not keys:
        return None
    if set(keys) != {*of_star, *hanging} or not all(_is_told_apart(star, one) for one in of_star):
        return None
    aggregates = _aggregates(selection)
    figures, distinct = _check(join, aggregates)
    try:
        tables = one_each((one.variable, by_code(one, keys)) for one in factors)
    except NotOne:
        return None
    sums = ["count(*)", *(f"{function}(value)::VARCHAR" for _, function in figures)]
    sums += [_count_of_each(star, name) for name in distinct]
    places = {one: at for at, one in enumerate([*figures, *((x, "DISTINCT") for x in distinct)], 1)}
    datatypes = {name: datatypes_of(star, name)[star.cubes[0].number] for name, _ in figures}
    for part in join.rows.fetch(of_star, sums=sums, refuse=MOST_ROWS):
        if len(part.rows) == 1 and not part.rows[0][part.sums]:
            return []  # a sum over nothing, where no key is a column of the cube
        texts = columns_of(part, of_star, tables, aggregates, places, datatypes)
        rows = zip(*[texts[source] for source in selection.columns.values()], strict=True)
        order = [texts[source] for source, _ in selection.order]
        ordered_by = zip(*order, strict=True) if order else itertools.repeat(())
        return _finish(list(zip(rows, ordered_by, strict=False)), selection)
    return []


def _is_told_apart(star: Star, name: str) -> bool:
    """Return whether each term that a variable takes has a number of its own in the only cube."""
    if name == star.subject:
        return True
    column = star.column(star.cubes[0], name)
    return not isinstance(column, Coded) or len(set(column.terms)) == len(column.terms)


def _add_groups(
    join: StarJoin, selection: Selection, groups: dict[Row, _Sums], *, is_alone: bool
) -> None:
    """Add up the rows of a star in their groups; ``is_alone`` says that no other is added."""
    star, keys = join.star, selection.keys
    if any(name not in star.variables and not _hangs(join, name) for name in keys):
        raise NotRead("rest")
    factors = join.factors(keys)
    of_star = _of_star(join, keys, [one.variable for one in factors])
    figures, distinct = _check(join, _aggregates(selection))
    is_direct = is_alone and not factors and len(star.cubes) == 1 and set(of_star) == set(keys)
    if distinct and not is_direct:
        raise NotRead("expressions")
    tables = [(one.variable, by_code(one, keys)) for one in factors]
    sums = ["count(*)", *(f"{function}(value)" for _, function in figures)]
    sums += [_count_of_each(star, name) for name in distinct]
    having = _having(selection) if is_direct else ""
    for part in join.rows.fetch(of_star, sums=sums, having=having, refuse=MOST_ROWS):
        for row, values, number in _joined(part, of_star, tables):
            if row[part.sums]:
                key = tuple([values.get(name) for name in keys])
                _add(groups.setdefault(key, _Sums()), row[part.sums :], number, figures, distinct)


def _count_of_each(star: Star, name: str) -> str:
    """Return as SQL how many values a variable has in the only cube of a star."""
    if name == star.subject:
        return "count(*)"
    column = star.column(star.cubes[0], name)
    if isinstance(column, Figures):
        return "count(DISTINCT value)"
    if not isinstance(column, Coded) or not _is_told_apart(star, name):
        raise NotRead("expressions")
    return f"count(DISTINCT {column.sql})"


def _hangs(join: StarJoin, name: str) -> bool:
    return any(name in one.names for one in join.on_codes)


def _aggregates(selection: Selection) -> list[Aggregate]:
    """Return the aggregates that are asked for, each once."""
    found = [one for one in selection.columns.values() if isinstance(one, Aggregate)]
    found += [one.aggregate for one in selection.having]
    found += [one for one, _ in selection.order if isinstance(one, Aggregate)]
    return list(dict.fromkeys(found))


def _check(
    join: StarJoin, aggregates: Sequence[Aggregate]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return figures with SUM, MIN or MAX, and the variables of which each value counts once.

    Raises NotRead for an aggregate that the columns cannot make.
    """
    star = join.star
    figures: dict[tuple[str, str], None] = {}
    distinct: dict[str, None] = {}
    for one in aggregates:
        if one.function == "COUNT" and not one.is_distinct:
            if one.variable is None or join.always_bound(one.variable):
                continue
            raise NotRead("expressions")
        name = one.variable or ""
        if one.function == "COUNT" and (
            name == star.subject or (name in star.variables and name not in star.optional)
        ):
            distinct[name] = None
        elif (
            one.function in ("SUM", "AVG", "MIN", "MAX")
            and not one.is_distinct
            and name in star.variables
            and (star.is_figure(name) or not star.cubes)
        ):
            figures[name, "SUM" if one.function == "AVG" else one.function] = None
        else:
            raise NotRead("expressions")
    return list(figures), list(distinct)


def _having(selection: Selection) -> str:
    """Return the comparisons that SQL can make of the groups of one cube."""
    found = []
    for one in selection.having:
        if one.aggregate.function == "COUNT" and not one.aggregate.is_distinct:
            found.append(f"count(*) {one.sign} {one.number:f}")
    return " AND ".join(found)


def _add(
    group: _Sums,
    sums: Sequence[Any],
    number: int,
    figures: Sequence[tuple[str, str]],
    distinct: Sequence[str],
) -> None:
    """Add the sums of one row, so many times."""
    group.count += sums[0] * number
    numbers = group.numbers
    for at, one in enumerate(figures, start=1):
        found, before = sums[at], numbers.get(one)
        if one[1] == "SUM":
            found = found if number == 1 else EXACT.multiply(found, Decimal(number))
            numbers[one] = found if before is None else EXACT.add(before, found)
        elif before is None or (found < before) == (one[1] == "MIN"):
            numbers[one] = found
    for at, name in enumerate(distinct, start=1 + len(figures)):
        group.distinct[name] = sums[at]


def _number(group: _Sums, one: Aggregate) -> Decimal | None:
    """Return the number that an aggregate is; None where the engine has no value."""
    name = one.variable or ""
    match one.function:
        case "COUNT":
            return Decimal(group.distinct.get(name, 0) if one.is_distinct else group.count)
        case "SUM":
            return group.numbers.get((name, "SUM"), Decimal(0))
        case "AVG":
            return mean(group.numbers[name, "SUM"], group.count) if group.count else Decimal(0)
        case _:
            return group.numbers.get((name, one.function))


def _result(group: _Sums, one: Aggregate, datatypes: dict[str, set[str]]) -> str | None:
    """Return the term that an aggregate is."""
    number = _number(group, one)
    if number is None:
        return None
    datatype = INTEGER
    if group.count and one.function != "COUNT":
        kinds = datatypes[one.variable or ""]
        if len(kinds) > 1:
            raise NotRead("expressions")
        datatype = DECIMAL if one.function == "AVG" else next(iter(kinds))
        if one.function == "AVG":
            number_text(group.numbers[one.variable or "", "SUM"], next(iter(kinds)))
    return number_text(number, datatype)


def _holds(group: _Sums, condition: Any) -> bool:
    number = _number(group, condition.aggregate)
    return number is not None and _SIGNS[condition.sign](number, condition.number)


def _finish(found: list[tuple[Row, Row]], selection: Selection) -> list[Row]:
    """Order rows, leave out those that are there already, and cut. Raises NotRead."""
    for at in reversed(range(len(selection.order))):
        kinds, keys = set(), []
        for _, order in found:
            kind, key = sort_key(order[at])
            kinds.add(kind)
            keys.append(key)
        if len(kinds) > 1:
            raise NotRead("kinds")
        down = selection.order[at][1]
        places = sorted(range(len(found)), key=keys.__getitem__, reverse=down)
        found = [found[place] for place in places]
    rows = [row for row, _ in found]
    if selection.is_distinct:
        rows = list(dict.fromkeys(rows))
    end = None if selection.limit is None else selection.offset + selection.limit
    return rows[selection.offset : end]


def sort_key(text: str | None) -> tuple[str, Any]:
    """Return the kind of a term and what it is ordered by among its kind. Raises NotRead."""
    if text is None:
        raise NotRead("kinds")
    if text.startswith("<"):
        return "iri", text[1:-1]
    if text.startswith('"'):
        value, _, datatype = text.rpartition('"')
        if datatype in (f"^^<{INTEGER}>", f"^^<{DECIMAL}>"):
            return "number", Decimal(value[1:])
        if not datatype or datatype.startswith("@"):
            if "\\" in value:
                raise NotRead("kinds")
            return "text", value[1:]
    raise NotRead("kinds")
