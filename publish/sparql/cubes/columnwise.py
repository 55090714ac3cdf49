"""Rows made into terms column by column, many times as quick as one by one.

So they are written as JSON, of the form and content that the engine gives them (SPARQL 1.1 Query
Results JSON Format); for other forms the engine reads and writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

import pyoxigraph as ox

from publish.sparql.cubes.catalogue import INTEGER
from publish.sparql.cubes.fetching import DECIMAL, Selected, TooLarge, check_size
from publish.sparql.cubes.joining import OnCodes
from publish.sparql.cubes.tree.selection import Aggregate, Source


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A column of numbers of one datatype, as their canonical literals have them."""

    digits: Sequence[str]
    datatype: str

    def terms(self) -> list[str]:
        """Return the numbers as texts of terms."""
        return [f'"{one}"^^<{self.datatype}>' for one in self.digits]


Column = Sequence[str | None] | Numbers
"""A column of an answer: texts of terms as N-Triples has them, None where there is none."""
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


def columns_of(
    part: Selected, of_star: Sequence[str], hanging: Mapping[str, Hanging]
) -> dict[Source, Column]:
    """Return the variables of the rows of a cube, and what hangs on them."""
    found: Columns = {name: part.texts(name) for name in of_star}
    for variable, table in hanging.items():
        if table.names:
            values = [table.rows[text or ""] for text in part.texts(variable)]
            found |= zip(table.names, zip(*values, strict=True), strict=False)
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
        size * _PLACES // divisor >= 2**127 for size, divisor in zip(sizes, divisors, strict=True)
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
        found = self[key] = f".{rest * _PLACES // divisor:018d}".rstrip("0").removesuffix(".")
        return found


def _trimmed(number: str) -> str:
    """Return a number with decimals as its canonical literal has it."""
    number = number.rstrip("0").removesuffix(".")
    return "0" if number == "-0" else number


@dataclass(frozen=True, kw_only=True)
class TermTable:
    """The rows of a SELECT, column by column: its variables, written ``?name``, and their terms."""

    variables: Sequence[str]
    columns: Sequence[Column]
    count: int
    """How many rows there are, of which each may be empty."""

    def __len__(self) -> int:
        return self.count

    def solutions(self) -> ox.QuerySolutions:
        """Return the rows as the engine gives them."""
        texts = [[text or "" for text in terms_of(column)] for column in self.columns]
        rows = zip(*texts, strict=True) if texts else [()] * self.count
        lines = ["\t".join(self.variables), *map("\t".join, rows), ""]
        text = "\n".join(lines).encode()
        found = ox.parse_query_results(text, format=ox.QueryResultsFormat.TSV)
        return cast("ox.QuerySolutions", found)

    def json(self) -> Iterator[bytes]:
        """Yield the rows as the engine writes them, in parts."""
        names = [name[1:] for name in self.variables]
        yield f'{{"head":{{"vars":{_json(names)}}},"results":{{"bindings":['.encode()
        heads = [f"{_json(name)}:" for name in names]
        for start in range(0, self.count, _ROWS):
            stop = min(start + _ROWS, self.count)
            part = [part_of(column, slice(start, stop)) for column in self.columns]
            yield ("," * bool(start) + _rows_as_json(heads, part, stop - start)).encode()
        yield b"]}}"


def terms_of(column: Column) -> Sequence[str | None]:
    """Return the texts of the terms of a column."""
    return column.terms() if isinstance(column, Numbers) else column


def part_of(column: Column, places: slice | Sequence[int]) -> Column:
    """Return the part of a column that stands in some places, in their order."""
    values = column.digits if isinstance(column, Numbers) else column
    found = values[places] if isinstance(places, slice) else [values[at] for at in places]
    if isinstance(column, Numbers):
        return Numbers(digits=cast("list[str]", found), datatype=column.datatype)
    return found


_MAY_BE_LARGE = 19
"""Characters of a number from which it may be larger than the engine has values for."""
_PLACES = 10**18
_MAY_BE_TOO_LARGE = 2**127 // _PLACES
"""A number from which its quotients may be larger than the engine has values for."""
_ROWS = 1000
"""Rows that are written at a time."""
_SHORT = 200
"""Characters of a term from which it is not kept."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rows_as_json(heads: Sequence[str], columns: Sequence[Column], count: int) -> str:
    """Return rows as JSON has them, joined by commas.

    What is the same in each row, such as the name of a variable, is a piece of its own between the
    values, so that each character is copied once.
    """
    before, same, values = "{", list[str](), list[Sequence[str]]()
    for head, column in zip(heads, columns, strict=True):
        if isinstance(column, Numbers):
            same.append(f'{before}{head}{{"type":"literal","value":"')
            values.append(column.digits)
            before = f'","datatype":"{column.datatype}"}},'
            continue
        if None in column:
            return _sparse_rows_as_json(heads, columns, count)
        cells = {text: _cell_of(text or "") for text in set(column)}
        same.append(before + head)
        values.append([cells[text] for text in column])
        before = ","
    if not values:
        return ",".join(["{}"] * count)
    end = before.removesuffix(",") + "}"
    width = 2 * len(values)
    pieces = [""] * (width * count)
    for at, (text, column) in enumerate(zip(same, values, strict=True)):
        pieces[2 * at :: width] = [text if at else f"{end},{text}"] * count
        pieces[2 * at + 1 :: width] = column
    pieces[0] = same[0]
    return "".join([*pieces, end])


def _sparse_rows_as_json(heads: Sequence[str], columns: Sequence[Column], count: int) -> str:
    """Return rows of which some lack a value."""
    written = []
    for head, column in zip(heads, columns, strict=True):
        terms = terms_of(column)
        cells = {text: "" if text is None else head + _cell_of(text) for text in set(terms)}
        written.append([cells[text] for text in terms])
    rows = [",".join(filter(None, row)) for row in zip(*written, strict=True)]
    return "{" + "},{".join(rows) + "}"


def _cell_of(text: str) -> str:
    """Return a term as JSON has it; those of codes are in one answer after the other."""
    return _known_cell(text) if len(text) < _SHORT else _cell(text)


@lru_cache(maxsize=5000)
def _known_cell(text: str) -> str:
    return _cell(text)


def _cell(text: str) -> str:
    """Return a term as JSON has it."""
    if text.startswith("<"):
        return f'{{"type":"uri","value":"{text[1:-1]}"}}'
    if text.startswith("_:"):
        return f'{{"type":"bnode","value":"{text[2:]}"}}'
    value, _, kind = text.rpartition('"')
    quoted = f'{value}"'
    if "\\" in value:
        [[term]] = TermTable(variables=["?v"], columns=[[text]], count=1).solutions()
        quoted = _json(cast("ox.Literal", term).value)
    if kind.startswith("@"):
        return f'{{"type":"literal","value":{quoted},"xml:lang":"{kind[1:]}"}}'
    datatype = f',"datatype":"{kind[3:-1]}"' if kind else ""
    return f'{{"type":"literal","value":{quoted}{datatype}}}'
