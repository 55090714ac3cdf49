"""Whole answers from columns: rows, groups and their sums, ordered and cut, as the engine has them.

What comes out are rows of terms. What is not made of one star and of what hangs on its codes, or
asks for more than variables, aggregates and comparisons, is left to the engine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from publish.sparql.cubes.catalogue import INTEGER, Coded, Figures
from publish.sparql.cubes.columnwise import (
    Columns,
    NotOne,
    aggregate_column,
    columns_of,
    one_each,
    sort_key,
)
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
from publish.sparql.cubes.term_columns import TermTable, part_of, terms_of
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


def table_of(joins: Sequence[StarJoin], selection: Selection) -> TermTable:
    """Return what a SELECT over some stars together finds. Raises NotRead, TooMany or TooLarge."""
    if selection.is_grouped:
        return _grouped(joins, selection)
    names = [_as_variable(source) for source in selection.columns.values()]
    wanted = list(dict.fromkeys([*names, *(_as_variable(source) for source, _ in selection.order)]))
    found: list[Columns] = []
    count = 0
    for join in joins:
        for columns, rows in _plain(join, selection, wanted):
            found += [columns] if rows else []
            count += rows
            if count > MOST_ROWS:
                raise TooMany
    whole = found[0] if len(found) == 1 else _below_each_other(found, wanted)
    return _finish(whole, count, selection)


def _plain(
    join: StarJoin, selection: Selection, wanted: Sequence[str]
) -> Iterator[tuple[Columns, int]]:
    """Yield the wanted variables of a SELECT without groups, cube by cube, with their rows."""
    order = [(_as_variable(source), down) for source, down in selection.order]
    factors = join.factors(wanted)
    of_star = _of_star(join, wanted, [one.variable for one in factors])
    is_ordered = all(join.rows.can_order(name) for name, _ in order)
    # With only ASC, DESC of equal kinds the first rows of the star are enough: each has a solution.
    enough = None
    if selection.limit is not None and is_ordered and not selection.is_distinct:
        enough = selection.offset + selection.limit
    hanging = None
    with contextlib.suppress(NotOne):
        hanging = None if join.star.optional and factors else one_each(factors)
    for part in join.rows.fetch(
        of_star,
        is_distinct=selection.is_distinct and all(one.only_rules_out for one in factors),
        order=order if enough is not None else (),
        most=enough,
        refuse=MOST_ROWS,
    ):
        if hanging is not None:
            columns = columns_of(part, of_star, hanging)
            for name in set(wanted) - columns.keys():
                columns[name] = [None] * len(part.rows)
            yield columns, len(part.rows)
            continue
        tables = [(one.variable, by_code(one, wanted)) for one in factors]
        rows: list[Row] = []
        for _, values, number in _joined(part, of_star, tables):
            if len(rows) + number > MOST_ROWS:
                raise TooMany
            rows += [tuple([values.get(name) for name in wanted])] * number
        yield dict(zip(wanted, zip(*rows, strict=True), strict=False)), len(rows)


def _below_each_other(parts: Sequence[Columns], names: Sequence[str]) -> Columns:
    """Return the columns of several cubes or stars as one; what one of them lacks is unbound."""
    found: Columns = {}
    for name in names:
        found[name] = [text for part in parts for text in terms_of(part[name])]
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
    for row, texts in zip(part.rows, part.texts_of_rows(of_star), strict=True):
        values = dict(zip(of_star, texts, strict=True))
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


def _grouped(joins: Sequence[StarJoin], selection: Selection) -> TermTable:
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
    sources = list(dict.fromkeys(asked))
    found: list[Row] = []
    for key, group in groups.items():
        if all(_holds(group, one) for one in selection.having):
            texts: dict[Source, str | None] = dict(zip(keys, key, strict=True))
            texts |= {one: _result(group, one, datatypes) for one in aggregates}
            found.append(tuple([texts[one] for one in sources]))
    return _finish(
        dict(zip(sources, zip(*found, strict=True), strict=False)), len(found), selection
    )


def _groups_apart(join: StarJoin, selection: Selection) -> TermTable | None:
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
        tables = one_each(factors)
    except NotOne:
        return None
    sums = ["count(*)", *(f"{function}(value)::VARCHAR" for _, function in figures)]
    sums += [_count_of_each(star, name) for name in distinct]
    places = {one: at for at, one in enumerate([*figures, *((x, "DISTINCT") for x in distinct)], 1)}
    datatypes = {name: datatypes_of(star, name)[star.cubes[0].number] for name, _ in figures}
    for part in join.rows.fetch(of_star, sums=sums, refuse=MOST_ROWS):
        if len(part.rows) == 1 and not part.rows[0][part.sums]:
            break  # a sum over nothing, where no key is a column of the cube
        columns = columns_of(part, of_star, tables)
        columns |= {one: aggregate_column(part, one, places, datatypes) for one in aggregates}
        return _finish(columns, len(part.rows), selection)
    return _finish({}, 0, selection)


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


def _finish(columns: Columns, count: int, selection: Selection) -> TermTable:
    """Order rows, leave out those that are there already, and cut. Raises NotRead."""
    places: Sequence[int] = range(count)
    shown = [columns[source] if count else () for source in selection.columns.values()]
    for source, down in reversed(selection.order if count else ()):
        kinds, keys = zip(*map(sort_key, terms_of(columns[source])), strict=True)
        if len(set(kinds)) > 1:
            raise NotRead("kinds")
        places = sorted(places, key=keys.__getitem__, reverse=down)
    if selection.is_distinct:
        rows = list(zip(*map(terms_of, shown), strict=True)) if shown else [()] * count
        first: dict[Row, int] = {}
        for place in places:
            first.setdefault(rows[place], place)
        places = list(first.values())
    end = None if selection.limit is None else selection.offset + selection.limit
    places = places[selection.offset : end]
    if places != range(count):
        shown = [part_of(column, places) for column in shown]
    return TermTable(variables=list(selection.columns), columns=shown, count=len(places))
