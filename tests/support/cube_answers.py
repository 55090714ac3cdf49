"""Whether an endpoint's answer to a question is that of the engine, and that of DuckDB's rows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cube_questions import Cube, Question

Row = tuple[object, ...]


def differs_from_engine(question: Question, ours: Any, other: Any) -> str:
    """Say in what two answers of endpoints differ; nothing when they are the same."""
    if isinstance(ours, str):
        mine, theirs = (Counter(body.splitlines()) for body in (ours, other))
    elif question.is_limited:
        name = ours["head"]["vars"][question.order or 0]
        mine, theirs = (
            Counter((at, row[name]["value"]) for at, row in enumerate(_bindings(body)))
            for body in (ours, other)
        )
    else:
        mine, theirs = (
            Counter(
                (at if question.order is not None else 0, json.dumps(row, sort_keys=True))
                for at, row in enumerate(_bindings(body))
            )
            for body in (ours, other)
        )
    if mine == theirs:
        return ""
    return f"only ours {list(mine - theirs)[:3]}, only theirs {list(theirs - mine)[:3]}"


def differs_from_columns(cube: Cube, question: Question, ours: Any, rows: Sequence[Any]) -> str:
    """Say in what an answer differs from the rows of DuckDB; nothing when it is the same."""
    if isinstance(ours, str):
        return "" if ours.strip() and len(rows) == 1 else f"{len(rows)} rows, {ours[:100]!r}"
    found = _bindings(ours)
    if not question.columns:
        return "" if found and len(rows) == 1 else f"{len(rows)} rows, {len(found)} solutions"
    told = [at for at, column in enumerate(question.columns) if column]
    names = ours["head"]["vars"]
    mine = [
        tuple(_plain(question.columns[at], row[names[at]]["value"]) for at in told) for row in found
    ]
    theirs = [
        tuple(_from_column(cube, question.columns[at], row[at]) for at in told) for row in rows
    ]
    if question.is_limited:  # of equal figures at the end any may be there
        least = min((row[0] for row in mine), key=float, default=0)  # type: ignore[arg-type]
        mine = [row for row in mine if row[0] != least] + [(least,)]
        theirs = [row for row in theirs if row[0] != least] + [(least,)]
    if question.order is None or question.is_limited:
        mine, theirs = sorted(mine, key=str), sorted(theirs, key=str)
    if len(mine) == len(theirs) and all(map(_same, mine, theirs)):
        return ""
    pairs = [pair for pair in zip(mine, theirs, strict=False) if not _same(*pair)]
    return f"{len(mine)} rows for {len(theirs)} of DuckDB; {pairs[:2]}"


def _bindings(body: Any) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = body["results"]["bindings"]
    return found


def _plain(column: str | None, text: str) -> object:
    return Decimal(text) if column == "number" else text


def _from_column(cube: Cube, column: str | None, value: Any) -> object:
    assert column is not None
    return Decimal(str(value)) if column == "number" else cube.axes[column].codes[value]


def _same(one: Row, other: Row) -> bool:
    return len(one) == len(other) and all(
        math.isclose(mine, theirs, rel_tol=1e-12)
        if isinstance(mine, Decimal) and isinstance(theirs, Decimal)
        else mine == theirs
        for mine, theirs in zip(one, other, strict=True)
    )
