"""Groups that are found one to a row, made into terms column by column: many times as quick.

So are rows of terms written as JSON, of the form and content that the engine gives them (SPARQL 1.1
Query Results JSON Format); for other forms the engine reads and writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import pyoxigraph as ox

from publish.sparql.cubes.catalogue import INTEGER
from publish.sparql.cubes.fetching import DECIMAL, Selected, TooLarge, check_size
from publish.sparql.cubes.joining import Combination
from publish.sparql.cubes.tree.selection import Aggregate, Source

Columns = dict[Source, list[str | None]]
"""The texts of terms, in the order of the rows, by what they are."""


class NotOne(Exception):
    """A code has more solutions than one, or none."""


Hanging = dict[str, dict[str, str | None]]
"""By the text of a code the values of other variables."""


def one_each(tables: Iterable[tuple[str, dict[str, list[Combination]]]]) -> dict[str, Hanging]:
    """Return by variable what hangs on its codes. Raises NotOne unless each has one solution."""
    found: dict[str, Hanging] = {}
    for variable, table in tables:
        if any(len(items) != 1 or items[0][1] != 1 for items in table.values()):
            raise NotOne
        own = {f"<{code}>": items[0][0] for code, items in table.items()}
        if variable in found:  # several parts hang on one variable
            before = found[variable]
            own = {code: {**before[code], **own[code]} for code in own if code in before}
        found[variable] = own
    return found


def columns_of(
    part: Selected,
    of_star: Sequence[str],
    hanging: Mapping[str, Hanging],
    aggregates: Sequence[Aggregate],
    places: Mapping[tuple[str, str], int],
    datatypes: Mapping[str, str],
) -> Columns:
    """Return variables and aggregates of the rows of a cube, each of which is a group.

    ``places`` tell where in the sums of a row each function of a variable stands, and ``datatypes``
    of what datatype its values are. Raises TooLarge.
    """
    found: Columns = {}
    for name in of_star:
        read = part.readers[name]
        found[name] = [read(row) for row in part.rows]
    for variable, table in hanging.items():
        values = [table[text or ""] for text in found[variable]]
        for name in next(iter(table.values()), {}):
            found[name] = [item[name] for item in values]
    for one in aggregates:
        found[one] = _aggregated(part, one, places, datatypes)
    return found


def _aggregated(
    part: Selected,
    one: Aggregate,
    places: Mapping[tuple[str, str], int],
    datatypes: Mapping[str, str],
) -> list[str | None]:
    """Return the terms of an aggregate."""
    rows, name = part.rows, one.variable or ""
    if one.function == "COUNT":
        at = part.sums + (places[name, "DISTINCT"] if one.is_distinct else 0)
        return [f'"{row[at]}"^^<{INTEGER}>' for row in rows]
    datatype = datatypes[name]
    at = part.sums + places[name, "SUM" if one.function == "AVG" else one.function]
    for row in rows:
        if len(row[at]) >= _MAY_BE_LARGE:
            check_size(Decimal(row[at]), datatype)
    if one.function == "AVG":
        return list(mean_texts([row[at] for row in rows], [row[part.sums] for row in rows]))
    return [f'"{_trimmed(row[at])}"^^<{datatype}>' for row in rows]


def mean_texts(totals: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Return the means of numbers with sums as literals, as the engine has them.

    They have 18 decimals, of which the rest is cut off. Raises TooLarge.
    """
    found, known = [], dict[tuple[int, int], str]()
    for total, count in zip(totals, counts, strict=True):
        divisor, number = count, total
        if "." in total:
            number = total.replace(".", "")
            divisor *= 10 ** (len(total) - 1 - total.index("."))
        quotient, rest = divmod(abs(int(number)), divisor)
        decimals = known.get((rest, divisor))
        if decimals is None:
            cut = rest * _PLACES // divisor
            decimals = known[rest, divisor] = f".{cut:018d}".rstrip("0").removesuffix(".")
        if quotient >= _LARGEST_WHOLE and quotient * _PLACES + rest * _PLACES // divisor >= 2**127:
            raise TooLarge
        sign = "-" if total[0] == "-" and (quotient or decimals) else ""
        found.append(f'"{sign}{quotient}{decimals}"^^<{DECIMAL}>')
    return found


def _trimmed(number: str) -> str:
    """Return a number as its canonical literal has it."""
    if "." in number:
        number = number.rstrip("0").removesuffix(".")
    return "0" if number == "-0" else number


@dataclass(frozen=True, kw_only=True)
class TermRows:
    """The rows of a SELECT: its variables, written ``?name``, and texts of terms as in TSV."""

    variables: Sequence[str]
    rows: Sequence[tuple[str | None, ...]]

    def solutions(self) -> ox.QuerySolutions:
        """Return the rows as the engine gives them."""
        lines = ["\t".join(self.variables)]
        lines += ["\t".join([text or "" for text in row]) for row in self.rows]
        text = "\n".join([*lines, ""]).encode()
        found = ox.parse_query_results(text, format=ox.QueryResultsFormat.TSV)
        return cast("ox.QuerySolutions", found)

    def json(self) -> Iterator[bytes]:
        """Yield the rows as the engine writes them, in parts."""
        names = [name[1:] for name in self.variables]
        yield f'{{"head":{{"vars":{_json(names)}}},"results":{{"bindings":['.encode()
        heads = [f"{_json(name)}:" for name in names]
        cells: list[dict[str | None, str]] = [{None: ""} for _ in names]
        for start in range(0, len(self.rows), _ROWS):
            part = self.rows[start : start + _ROWS]
            written = []
            for column, head, known in zip(zip(*part, strict=True), heads, cells, strict=True):
                numbers = _numbers(column, head)
                if numbers is None:
                    for text in set(column) - known.keys():
                        known[text] = head + _cell(text or "")
                    numbers = [known[text] for text in column]
                written.append(numbers)
            if any(None in column for column in zip(*part, strict=True)):
                rows = [",".join(filter(None, row)) for row in zip(*written, strict=True)]
            else:
                rows = list(map(",".join, zip(*written, strict=True)))
            yield ("," * bool(start) + "{" + "},{".join(rows) + "}").encode()
        yield b"]}}"


_NUMBERS = (f'"^^<{INTEGER}>', f'"^^<{DECIMAL}>')
_MAY_BE_LARGE = 19
"""Characters of a number from which it may be larger than the engine has values for."""
_PLACES = 10**18
_LARGEST_WHOLE = 2**127 // _PLACES
_ROWS = 1000
"""Rows that are written at a time."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _numbers(column: Sequence[str | None], head: str) -> list[str] | None:
    """Return a column as JSON has it if it is one of numbers of one datatype."""
    first = column[0] or ""
    kind = first[first.rfind('"') :]
    if kind not in _NUMBERS or not all(text and text.endswith(kind) for text in column):
        return None
    start, end = f'{head}{{"type":"literal","value":"', f'","datatype":"{kind[4:-1]}"}}'
    size = len(kind)
    return [f"{start}{text[1:-size]}{end}" for text in column if text]


def _cell(text: str) -> str:
    """Return a term as JSON has it."""
    if text.startswith("<"):
        return f'{{"type":"uri","value":"{text[1:-1]}"}}'
    if text.startswith("_:"):
        return f'{{"type":"bnode","value":"{text[2:]}"}}'
    value, _, kind = text.rpartition('"')
    quoted = f'{value}"'
    if "\\" in value:
        [[term]] = TermRows(variables=["?v"], rows=[(text,)]).solutions()
        quoted = _json(cast("ox.Literal", term).value)
    if kind.startswith("@"):
        return f'{{"type":"literal","value":{quoted},"xml:lang":"{kind[1:]}"}}'
    datatype = f',"datatype":"{kind[3:-1]}"' if kind else ""
    return f'{{"type":"literal","value":{quoted}{datatype}}}'
