"""Fetches the solutions of a star from the columns of its cubes, or sums over groups of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cached_property, partial
from typing import Any

from publish.cube.columns_file.engine import Connection
from publish.sparql.cubes.catalogue import (
    INTEGER,
    NO_INTEGER,
    NO_PARTS,
    PLACES,
    Coded,
    ColumnCube,
    Figures,
    Fixed,
)
from publish.sparql.cubes.stars import Star, conditions_of, is_one_of
from publish.sparql.cubes.term_columns import Column, Keyed, Numbers, terms_of

DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
EXACT = Context(prec=120)
"""Sums of numbers from columns are exact in it."""
LARGEST_DECIMAL: Decimal = EXACT.divide(Decimal(NO_PARTS), Decimal(PLACES))
LARGEST_INTEGER = Decimal(NO_INTEGER)
"""Numbers that the engine has no values for, nor for any larger one."""

_FIXED = re.compile(r"(\w+) = \d+")
_AGGREGATE = re.compile(r"count\(\*\)|(?:sum|min|max)\((value)\)", re.IGNORECASE)

Condition = Callable[[ColumnCube], str]
Reader = Callable[[Sequence[Sequence[Any]]], Column]
"""Makes terms of the columns of some rows."""


class TooMany(Exception):
    """More rows were found than are wanted this way."""


class TooLarge(Exception):
    """A sum is larger than the engine has values for."""


@dataclass(kw_only=True)
class Selected:
    """Rows of one cube as they come from the columns."""

    cube: ColumnCube
    readers: dict[str, Reader]
    """By variable what makes its terms."""
    rows: list[tuple[Any, ...]]
    sums: int = 0
    """The place in a row from which on sums stand."""

    @cached_property
    def _columns(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.rows, strict=True))

    def column(self, at: int) -> Sequence[Any]:
        """Return what stands in one place of each row."""
        return self._columns[at] if self.rows else ()

    def terms(self, variable: str) -> Column:
        """Return the terms of a variable, one of each row."""
        return self.readers[variable](self._columns) if self.rows else ()

    def texts_of_rows(self, variables: Sequence[str]) -> Iterable[tuple[str | None, ...]]:
        """Return the texts of the terms of some variables, row by row."""
        if not variables:
            return [()] * len(self.rows)
        return zip(*[terms_of(self.terms(name)) for name in variables], strict=True)


@dataclass(kw_only=True)
class StarRows:
    """The solutions of a star, without those that other parts of the query rule out."""

    connection: Connection
    star: Star
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    """By variable the IRIs that it may take."""
    conditions: list[Condition] = field(default_factory=list)
    """What holds of the values."""
    scanned: int = 0
    """How many observations the scanned cubes have."""

    def fetch(
        self,
        variables: Sequence[str],
        *,
        sums: Sequence[str] = (),
        is_distinct: bool = False,
        having: str = "",
        order: Sequence[tuple[str, bool]] = (),
        most: int | None = None,
        refuse: int | None = None,
    ) -> Iterator[Selected]:
        """Yield rows of variables by cube, or sums (in SQL) grouped by them.

        ``most`` rows are enough; more than ``refuse`` raise TooMany. Equal rows come in the order
        of the observations.
        """
        found = 0
        for cube in self.star.cubes:
            where = self._where(cube)
            if "false" in where:
                continue
            self.scanned += cube.observations
            columns: list[str] = []
            readers = {one: self._reader(cube, one, columns) for one in variables}
            text = _select(cube, columns, sums, where, having=having, is_distinct=is_distinct)
            if order:
                signs = [f"{self._ordered(cube, one)}{' DESC' * down}" for one, down in order]
                text += f" ORDER BY {', '.join([*signs, *cube.dimensions])}"
            limits = [limit for limit in (most, None if refuse is None else refuse + 1) if limit]
            if most == 0:
                limits = [0]
            if limits:
                text += f" LIMIT {min(limits)}"
            rows = self.connection.execute(text).fetchall()
            found += len(rows)
            if refuse is not None and found > refuse:
                raise TooMany
            yield Selected(cube=cube, readers=readers, rows=rows, sums=len(columns))

    def can_order(self, variable: str) -> bool:
        """Return whether the columns can be ordered by a variable as the engine orders it."""
        for cube in self.star.cubes:
            if variable not in self.star.variables or variable in self.star.optional:
                return False
            column = self.star.column(cube, variable)
            if isinstance(column, Coded) and column.sql not in cube.dimensions[:-1]:
                return False
        return True

    def _ordered(self, cube: ColumnCube, variable: str) -> str:
        column = self.star.column(cube, variable)
        if isinstance(column, Figures):
            return "value"
        return column.sql if isinstance(column, Coded) else "NULL"

    def _where(self, cube: ColumnCube) -> list[str]:
        """Return the conditions on the rows of a cube."""
        found = conditions_of(cube, self.star)
        found += [condition(cube) for condition in self.conditions]
        for variable, allowed in self.allowed.items():
            column = self.star.column(cube, variable)
            if isinstance(column, Fixed):
                found += [] if column.iri in allowed else ["false"]
            elif isinstance(column, Coded):
                numbers = [at for at, term in enumerate(column.terms) if term in allowed]
                if len(numbers) < len(column.terms):
                    found.append(is_one_of(column.sql, numbers))
        return found

    def _reader(self, cube: ColumnCube, variable: str, columns: list[str]) -> Reader:
        """Add the columns of a variable, and return what makes its terms of columns."""
        at = len(columns)
        if variable == self.star.subject:
            columns.extend(cube.dimensions)
            return partial(_subjects, cube, at)
        column = self.star.column(cube, variable)
        if isinstance(column, Fixed):
            text = f"<{column.iri}>"
            return lambda found: [text] * len(found[0])
        if isinstance(column, Figures):
            datatype = column.datatype
            if variable in self.star.optional:
                columns.append(
                    f"CASE WHEN {cube.measure} = {column.measure} THEN value END AS {_alias(at)}"
                )
                return lambda found: [
                    None if number is None else number_text(number, datatype)
                    for number in found[at]
                ]
            columns.append("value")
            return lambda found: Numbers(
                digits=[_digits(number, datatype) for number in found[at]], datatype=datatype
            )
        columns.append(column.sql)
        texts = column.texts
        if variable in self.star.optional:
            return lambda found: [None if one is None else texts[one] for one in found[at]]
        return lambda found: Keyed(keys=found[at], terms=texts)


def _select(
    cube: ColumnCube,
    columns: Sequence[str],
    sums: Sequence[str],
    where: Sequence[str],
    *,
    having: str,
    is_distinct: bool,
) -> str:
    """Return a SELECT of columns of a cube, or of sums grouped by them."""
    grouped = list(dict.fromkeys(one.rpartition(" AS ")[2] for one in columns))
    groups, conditions = grouped if sums else [], list(where)
    if grouped and _is_key(cube, grouped, where) and all(map(_of_one, sums)):
        # No two rows have the same codes, so each is a group by itself, and there once.
        sums, groups, is_distinct = list(map(_of_one, sums)), [], False
        conditions += [_of_one(having)] if having else []
        having = ""
    text = "SELECT " + ("DISTINCT " if is_distinct else "")
    text += ", ".join([*columns, *sums] or ["1"])
    text += f" FROM {cube.relation(where)}"
    if conditions:
        text += f" WHERE {' AND '.join(conditions)}"
    if groups:
        text += f" GROUP BY {', '.join(groups)}"
    return f"{text} HAVING {having}" if having else text


def _is_key(cube: ColumnCube, columns: Sequence[str], where: Sequence[str]) -> bool:
    """Return whether no two rows of a cube have the same values of columns.

    The codes of an observation are its IRI, so there is no other one with the same.
    """
    fixed = {found[1] for one in where if (found := _FIXED.fullmatch(one))}
    return all(
        len(codes) == 1 or column in columns or column in fixed
        for column, codes in zip(cube.dimensions, cube.codes, strict=True)
    )


def _of_one(sums: str) -> str:
    """Return SQL on groups as SQL on groups of one row; empty if that is not that simple."""
    found = _AGGREGATE.sub(lambda one: one[1] or "1", sums)
    return "" if "(" in found else found


def _subjects(cube: ColumnCube, at: int, columns: Sequence[Sequence[Any]]) -> list[str | None]:
    """Return the IRIs of observations, whose codes stand in columns from a place on."""
    parts = [
        [codes[one] for one in column]
        for codes, column in zip(cube.codes, columns[at : at + len(cube.codes)], strict=True)
    ]
    return [f"<{cube.head}{'/'.join(row)}>" for row in zip(*parts, strict=True)]


def _alias(at: int) -> str:
    return f"optional_{at}"


def number_text(number: Decimal, datatype: str) -> str:
    """Return a number as the canonical literal of its datatype. Raises TooLarge."""
    return f'"{_digits(number, datatype)}"^^<{datatype}>'


def _digits(number: Decimal, datatype: str) -> str:
    """Return a number as its canonical literal has it. Raises TooLarge."""
    check_size(number, datatype)
    if datatype == INTEGER:
        return str(int(number))
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text in ("-0", "") else text


def check_size(number: Decimal, datatype: str) -> None:
    """Raise TooLarge if a number is larger than the engine has values of a datatype for."""
    if abs(number) >= (LARGEST_INTEGER if datatype == INTEGER else LARGEST_DECIMAL):
        raise TooLarge


def mean(total: Decimal, count: int) -> Decimal:
    """Return a mean as the engine has it, with 18 decimals of which the rest is cut off."""
    scaled = int(EXACT.multiply(total, Decimal(PLACES)))
    cut = abs(scaled) // count
    return EXACT.scaleb(Decimal(cut if scaled >= 0 else -cut), Decimal(-18))


def datatypes_of(star: Star, variable: str) -> Mapping[int, str]:
    """Return the datatype of the values of a variable, by the number of the cube."""
    found = {}
    for cube in star.cubes:
        column = star.column(cube, variable)
        if isinstance(column, Figures):
            found[cube.number] = column.datatype
    return found
