"""Whether one answer to a query is permitted, given what the engine answers.

Solutions are compared as multisets of exact terms. Where SPARQL leaves something open, every
permitted answer passes: the order of ties, which rows LIMIT keeps of them, what SAMPLE chooses, in
which order GROUP_CONCAT joins, and which of two equal numbers of different datatypes MIN gives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from sameness.answers import Cells, Outcome, number_of
from sameness.generating import SEPARATOR
from sameness.syntax import Asked, Other, Select

Ask = Callable[[str], Outcome]
_OPEN = re.compile(r"\b(?:LIMIT|OFFSET|REDUCED|SAMPLE|GROUP_CONCAT|MIN|MAX)\b", re.IGNORECASE)
"""What leaves something open."""


def difference(asked: Asked, found: Outcome, expected: Outcome, ask: Ask) -> str | None:
    """Return what is not permitted in an answer; None if all is.

    ``expected`` is the engine's answer, and ``ask`` asks it more about the same pattern.
    """
    if found.form != expected.form:
        return f"{found.form} ({found.message}) instead of {expected.form} ({expected.message})"
    if found.form == "truth":
        return None if found.truth == expected.truth else f"{found.truth}"
    if found.form == "triples":
        return _of_triples(asked, found, expected, ask)
    if found.form != "rows":
        return None
    if found.names != expected.names:
        return f"the columns {found.names} instead of {expected.names}"
    query = asked.query
    if query is None:
        return _of_spoilt(asked.text, found, expected)
    assert isinstance(query, Select)
    loosen = _Loosened(asked, expected.names)
    rows = [loosen(row) for row in found.rows]
    if problem := _samples(asked, found, ask):
        return problem
    if query.modifier == "REDUCED":
        return _of_reduced(query, rows, expected, asked, ask, loosen)
    if asked.exposed is None:
        return _of_multisets(rows, [loosen(row) for row in expected.rows])
    whole = ask(asked.exposed)
    if whole.form != "rows":
        raise AssertionError(f"{asked.exposed} gives {whole}")
    return _of_order(query, rows, whole, asked, loosen, len(expected.names))


class _Loosened:
    """A row with what is free in it taken out."""

    def __init__(self, asked: Asked, names: Sequence[str]) -> None:
        self._how = [asked.loose.get(name) for name in names]

    def __call__(self, row: Cells) -> tuple[Any, ...]:
        return tuple(_loose(cell, how) for cell, how in zip(row, self._how, strict=False))


def _loose(cell: str | None, how: str | None) -> Any:
    if how == "sample":
        return None
    if how == "texts" and cell is not None:
        return tuple(sorted(cell.strip('"').split(SEPARATOR)))
    if how == "number":
        number = number_of(cell)
        return cell if number is None else number
    return cell


def _of_multisets(found: Sequence[Any], expected: Sequence[Any]) -> str | None:
    more = Counter(found) - Counter(expected)
    less = Counter(expected) - Counter(found)
    if more or less:
        return f"too much: {_few(more)}; missing: {_few(less)}"
    return None


def _few(rows: Counter[Any]) -> str:
    texts = [f"{count} x {row}" for row, count in list(rows.items())[:3]]
    return f"{len(rows)} rows, such as {texts}" if texts else "nothing"


def _of_spoilt(text: str, found: Outcome, expected: Outcome) -> str | None:
    """Return how the answer to a spoilt query differs that is right after all.

    Nothing is known of it: where it may leave something open, only the rows are counted.
    """
    if _OPEN.search(text):
        counts = len(found.rows), len(expected.rows)
        return None if counts[0] == counts[1] or "REDUCED" in text.upper() else f"{counts} rows"
    return _of_multisets(found.rows, expected.rows)


def _of_reduced(
    query: Select, rows: list[Any], expected: Outcome, asked: Asked, ask: Ask, loosen: _Loosened
) -> str | None:
    whole = ask(asked.exposed) if asked.exposed else expected
    known = {loosen(row) for row in whole.rows}
    if not set(rows) <= known:
        return f"rows that are none: {_few(Counter(set(rows) - known))}"
    if query.limit is None and query.offset is None and set(rows) != known:
        return f"missing: {_few(Counter(known - set(rows)))}"
    return None


def _of_order(
    query: Select,
    rows: list[Any],
    whole: Outcome,
    asked: Asked,
    loosen: _Loosened,
    width: int,
) -> str | None:
    """Compare rows with runs of equal keys, of which bounds may cut the first and the last."""
    start = min(query.offset or 0, len(whole.rows))
    end = len(whole.rows) if query.limit is None else min(start + query.limit, len(whole.rows))
    if len(rows) != end - start:
        return f"{len(rows)} rows instead of {end - start}"
    places = [whole.names.index(name) for name in asked.key_names if name in whole.names]

    def key(row: Cells) -> tuple[Any, ...]:
        return tuple(_loose(row[at], "number") for at in places)

    at = 0
    for _, run in groupby(whole.rows, key):
        of_run = [loosen(row[:width]) for row in run]
        low, high = max(at, start), min(at + len(of_run), end)
        at += len(of_run)
        if low >= high:
            continue
        part = rows[low - start : high - start]
        extra = Counter(part) - Counter(of_run)
        if extra:
            should, are = _few(Counter(of_run)), _few(Counter(part))
            return f"rows {low - start} to {high - start} should be of {should}, but are {are}"
    return None


def _samples(asked: Asked, found: Outcome, ask: Ask) -> str | None:
    """Return which value of SAMPLE none of its group has."""
    samples = [name for name, how in asked.loose.items() if how == "sample"]
    samples = [name for name in samples if name in found.names]
    if not samples or asked.ungrouped is None:
        return None
    whole = ask(asked.ungrouped)
    if whole.form != "rows":
        return None
    keys = [name for name in found.names if name not in asked.loose and name in whole.names]
    for name in samples:
        if name not in whole.names:
            continue
        columns = [*keys, name]
        there = [whole.names.index(column) for column in columns]
        known = {tuple(row[at] for at in there) for row in whole.rows}
        here = [found.names.index(column) for column in columns]
        for row in found.rows:
            cells = tuple(row[at] for at in here)
            if cells[-1] is not None and cells not in known:
                return f"SAMPLE chose {cells}"
    return None


def _of_triples(asked: Asked, found: Outcome, expected: Outcome, ask: Ask) -> str | None:
    query = asked.query
    if isinstance(query, Other) and query.limit is not None and asked.exposed is not None:
        extra = found.triples - ask(asked.exposed).triples
        return f"triples that are none: {sorted(extra)[:3]}" if extra else None
    more, less = found.triples - expected.triples, expected.triples - found.triples
    if more or less:
        return f"too much: {sorted(more)[:3]}; missing: {sorted(less)[:3]}"
    return None


def agrees_with_rdflib(asked: Asked, expected: Outcome, other: Outcome) -> str:
    """Return how rdflib answers: ``same``, or the kind of difference from the engine.

    Numbers are compared by value, texts without their language's case, and no order is.
    """
    if other.form == "error":
        word = other.message.partition(":")[0]
        return "both refuse" if expected.form in ("syntax", "error") else f"rdflib raises {word}"
    if expected.form != other.form:
        return f"{other.form} instead of {expected.form}"
    if expected.form == "truth":
        return "same" if expected.truth == other.truth else "another truth"
    if expected.form == "triples":
        return "same" if len(expected.triples) == len(other.triples) else "other triples"
    query = asked.query
    if isinstance(query, Select) and (query.limit is not None or query.offset is not None):
        return "same" if len(expected.rows) == len(other.rows) else "another number of rows"
    if isinstance(query, Select) and query.modifier == "REDUCED":
        return "same"
    if set(expected.names) != set(other.names):
        return "other columns"

    def normal(outcome: Outcome) -> Counter[Any]:
        places = [outcome.names.index(name) for name in expected.names]
        hows = [asked.loose.get(name) for name in expected.names]
        return Counter(
            tuple(
                None if how in ("sample", "texts") else _by_value(row[at])
                for at, how in zip(places, hows, strict=True)
            )
            for row in outcome.rows
        )

    if normal(expected) == normal(other):
        return "same"
    same_count = len(expected.rows) == len(other.rows)
    return "other values" if same_count else "another number of rows"


def _by_value(cell: str | None) -> Any:
    number = number_of(cell)
    return cell if number is None else round(number, 9)
