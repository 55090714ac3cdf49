"""Rows made into terms column by column, many times as quick as one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from publish.sparql.cubes.catalogue import INTEGER, NO_PARTS, PLACES
from publish.sparql.cubes.fetching import DECIMAL, Selected, TooLarge, check_size
from publish.sparql.cubes.joining import OnCodes
from publish.sparql.cubes.term_columns import Column, Keyed, Numbers, keyed
from publish.sparql.cubes.tree.selection import Aggregate, Source
from publish.sparql.cubes.tree.syntax import NotRead

Columns = dict[Source, Column]


class NotOne(Exception):
    """A code has more solutions than one, or none."""


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """What hangs on the codes of a variable, each of which has one solution."""

    names: tuple[str, ...]
    rows: dict[str, tuple[str | None, ...]]
    """The values of other variables, in the order of their names, by the text of the code."""


def one_each(factors: Iterable[OnCodes]) -> dict[str, Hanging]:
    """Return by variable what hangs on its codes. Raises NotOne unless each has one solution."""
    found: dict[str, Hanging] = {}
    for one in factors:
        if any(len(rows) != 1 for rows in one.rows.values()):
            raise NotOne
        names, own = one.names, {f"<{code}>": row for code, [row] in one.rows.items()}
        if one.variable in found:  # several parts hang on one variable
            before = found[one.variable]
            names = before.names + names
            own = {code: before.rows[code] + own[code] for code in own if code in before.rows}
        found[one.variable] = Hanging(names=names, rows=own)
    return found


def columns_of(part: Selected, of_star: Sequence[str], hanging: Mapping[str, Hanging]) -> Columns:
    """Return the variables of the rows of a cube, and what hangs on them."""
    found: Columns = {name: part.terms(name) for name in of_star}
    for variable, table in hanging.items():
        codes = keyed(found[variable])
        rows = {key: table.rows[codes.terms[key] or ""] for key in set(codes.keys)}
        for at, name in enumerate(table.names):
            found[name] = Keyed(keys=codes.keys, terms={key: row[at] for key, row in rows.items()})
    return found


def aggregate_column(
    part: Selected,
    one: Aggregate,
    places: Mapping[tuple[str, str], int],
    datatypes: Mapping[str, str],
) -> Numbers:
    """Return an aggregate of the rows of a cube, each of which is a group.

    ``places`` tell where in the sums of a row each function of a variable stands, and ``datatypes``
    of what datatype its values are. Raises TooLarge.
    """
    name, counts = one.variable or "", part.column(part.sums)
    if one.function == "COUNT":
        if one.is_distinct:
            counts = part.column(part.sums + places[name, "DISTINCT"])
        return Numbers(digits=list(map(str, counts)), datatype=INTEGER)
    datatype = datatypes[name]
    at = part.sums + places[name, "SUM" if one.function == "AVG" else one.function]
    totals: Sequence[str] = part.column(at)
    if totals and max(map(len, totals)) >= _MAY_BE_LARGE:
        for total in totals:
            check_size(Decimal(total), datatype)
    if one.function == "AVG":
        return Numbers(digits=mean_digits(totals, counts), datatype=DECIMAL)
    if totals and "." in totals[0]:
        totals = [_trimmed(total) for total in totals]
    return Numbers(digits=totals, datatype=datatype)


def mean_digits(totals: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Return the means of numbers with sums, of equally many decimals, as the engine has them.

    They have 18 decimals, of which the rest is cut off. Raises TooLarge.
    """
    divisors = counts
    if totals and "." in totals[0]:
        scale = 10 ** (len(totals[0]) - 1 - totals[0].index("."))
        divisors = [count * scale for count in counts]
        totals = [total.replace(".", "") for total in totals]
    numbers = list(map(int, totals))
    sizes = list(map(abs, numbers)) if min(numbers, default=0) < 0 else numbers
    if max(sizes, default=0) >= _MAY_BE_TOO_LARGE and any(
        size * PLACES // divisor >= NO_PARTS for size, divisor in zip(sizes, divisors, strict=True)
    ):
        raise TooLarge
    after = _Decimals()
    found = [
        f"{size // divisor}{after[size % divisor, divisor]}"
        for size, divisor in zip(sizes, divisors, strict=True)
    ]
    if sizes is numbers:
        return found
    return [
        f"-{digits}" if number < 0 and digits != "0" else digits
        for number, digits in zip(numbers, found, strict=True)
    ]


class _Decimals(dict[tuple[int, int], str]):
    """What follows the whole part of quotients, by the rest and the divisor; few are different."""

    def __missing__(self, key: tuple[int, int]) -> str:
        rest, divisor = key
        found = self[key] = f".{rest * PLACES // divisor:018d}".rstrip("0").removesuffix(".")
        return found


def _trimmed(number: str) -> str:
    """Return a number with decimals as its canonical literal has it."""
    number = number.rstrip("0").removesuffix(".")
    return "0" if number == "-0" else number


def sort_key(text: str | None) -> tuple[str, Any]:
    """Return the kind of a term and what it is ordered by among its kind. Raises NotRead."""
    if text is None:
        raise NotRead("kinds")
    if text.startswith("<"):
        return "iri", text[1:-1]
    if text.startswith('"'):
        value, _, datatype = text.rpartition('"')
        if datatype in _NUMBERS:
            if not _NUMBERS[datatype].fullmatch(value, 1):
                raise NotRead("kinds")  # it is no number, whatever it says
            return "number", Decimal(value[1:])
        if not datatype or datatype.startswith("@"):
            if "\\" in value:
                raise NotRead("kinds")
            return "text", value[1:]
    raise NotRead("kinds")


_MAY_BE_LARGE = 19
"""Characters of a number from which it may be larger than the engine has values for."""
_MAY_BE_TOO_LARGE = NO_PARTS // PLACES
"""A number from which its quotients may be larger than the engine has values for."""
_NUMBERS = {
    f"^^<{INTEGER}>": re.compile(r"[+-]?[0-9]+"),
    f"^^<{DECIMAL}>": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"),
}
"""By datatype what a number is written as."""
