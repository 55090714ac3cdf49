"""An answer as columns of terms, and its rows as JSON.

They are written as the engine writes them, of the same form and content (SPARQL 1.1 Query Results
JSON Format); for other forms the engine reads and writes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import pyoxigraph as ox


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A column of numbers of one datatype, as their canonical literals have them."""

    digits: Sequence[str]
    datatype: str


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A column of terms that are known by a key, such as the number of a code."""

    keys: Sequence[Any]
    terms: Mapping[Any, str | None] | Sequence[str]
    """By key the text of the term."""


Column = Sequence[str | None] | Numbers | Keyed
"""A column of an answer: texts of terms as N-Triples has them, None where there is none."""


def terms_of(column: Column) -> Sequence[str | None]:
    """Return the texts of the terms of a column."""
    if isinstance(column, Numbers):
        return [f'"{one}"^^<{column.datatype}>' for one in column.digits]
    if isinstance(column, Keyed):
        return [column.terms[key] for key in column.keys]
    return column


def keyed(column: Column) -> Keyed:
    """Return a column by keys; where there are no others a term is its own."""
    if isinstance(column, Keyed):
        return column
    texts = terms_of(column)
    return Keyed(keys=texts, terms={text: text for text in set(texts)})


def part_of(column: Column, places: Sequence[int]) -> Column:
    """Return the part of a column that stands in some places, in their order."""
    if isinstance(column, Numbers):
        return replace(column, digits=[column.digits[at] for at in places])
    if isinstance(column, Keyed):
        return replace(column, keys=[column.keys[at] for at in places])
    return [column[at] for at in places]


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
        if self.count:
            write = _writer([f"{_json(name)}:" for name in names], self.columns)
            for start in range(0, self.count, _ROWS):
                stop = min(start + _ROWS, self.count)
                yield ("," * bool(start) + write(start, stop)).encode()
        yield b"]}}"


_ROWS = 1000
"""Rows that are written at a time."""
_SHORT = 200
"""Characters of a term from which it is not kept."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(kw_only=True)
class _Cells:
    """What stands in the rows of one column, or of several with the same keys."""

    before: str
    """What stands before it in each row."""
    keys: Sequence[Any]
    texts: dict[Any, str] | None
    """By key what is written; None for keys that are texts to be written."""


def _writer(heads: Sequence[str], columns: Sequence[Column]) -> Callable[[int, int], str]:
    """Return what writes the rows between two places as JSON has them, joined by commas.

    What is the same in each row, such as the name of a variable, is a piece of its own between the
    values, so that each character is copied once.
    """
    before, cells = "{", list[_Cells]()
    for head, column in zip(heads, columns, strict=True):
        if isinstance(column, Numbers):
            before += f'{head}{{"type":"literal","value":"'
            cells.append(_Cells(before=before, keys=column.digits, texts=None))
            before = f'","datatype":"{column.datatype}"}},'
            continue
        known = keyed(column)
        texts = _texts(known)
        if None in texts.values():
            return _sparse_writer(heads, columns)
        last = cells[-1] if cells else None
        if last and last.texts is not None and last.keys is known.keys:
            last.texts = {key: f"{last.texts[key]},{head}{text}" for key, text in texts.items()}
            continue
        whole = cast("dict[Any, str]", texts)
        cells.append(_Cells(before=before + head, keys=known.keys, texts=whole))
        before = ","
    end = before.removesuffix(",") + "}"

    def write(start: int, stop: int) -> str:
        count, width = stop - start, 2 * len(cells)
        if not cells:
            return ",".join(["{}"] * count)
        pieces = [""] * (width * count)
        for at, one in enumerate(cells):
            keys, texts = one.keys[start:stop], one.texts
            pieces[2 * at :: width] = [one.before if at else f"{end},{one.before}"] * count
            pieces[2 * at + 1 :: width] = keys if texts is None else [texts[key] for key in keys]
        pieces[0] = cells[0].before
        return "".join([*pieces, end])

    return write


def _sparse_writer(heads: Sequence[str], columns: Sequence[Column]) -> Callable[[int, int], str]:
    """Return what writes rows of which some lack a value."""
    known = [keyed(column) for column in columns]
    cells = [
        {key: "" if text is None else head + text for key, text in _texts(one).items()}
        for head, one in zip(heads, known, strict=True)
    ]

    def write(start: int, stop: int) -> str:
        written = [
            [texts[key] for key in one.keys[start:stop]]
            for one, texts in zip(known, cells, strict=True)
        ]
        rows = [",".join(filter(None, row)) for row in zip(*written, strict=True)]
        return "{" + "},{".join(rows) + "}"

    return write


def _texts(column: Keyed) -> dict[Hashable, str | None]:
    """Return by key how a term is written; None for no term."""
    texts = {key: column.terms[key] for key in set(column.keys)}
    return {key: None if text is None else _cell_of(text) for key, text in texts.items()}


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
