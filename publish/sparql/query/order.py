"""ORDER BY rewritten so that the engine can sort values of different kinds.

The engine compares values of different kinds, such as a string and a number, by rules that
contradict each other, and its sorting ends the process when it notices. A query that ended so is
run again, ordered first by the kind of each value: SPARQL leaves the order between kinds of
literals open (SPARQL 1.1 Query, section 15.1). Clauses are found as they are usually written.
"""

from __future__ import annotations

import re

from publish.sparql.query.tokens import tokens

_DIRECTIONS = ("asc", "desc")
_END = frozenset({"limit", "offset", "values"})


def ordered_by_kind(text: str) -> str | None:
    """Return the query with its outer ORDER BY made safe; None when it has none that is plain."""
    found = list(tokens(text))
    depth, start = 0, None
    for at, token in enumerate(found):
        if token.lastgroup in ("open", "close"):
            depth += 1 if token.lastgroup == "open" else -1
        elif depth == 0 and token[0].casefold() == "order":
            start = at
    if start is None or start + 1 == len(found) or found[start + 1][0].casefold() != "by":
        return None
    conditions = []
    at = first = start + 2
    while at < len(found) and found[at][0].casefold() not in _END:
        condition = _condition(text, found, at)
        if condition is None:
            return None
        conditions.append(condition[0])
        at = condition[1]
    if at == first:
        return None
    return f"{text[: found[first].start()]}{' '.join(conditions)}{text[found[at - 1].end() :]}"


def _condition(text: str, found: list[re.Match[str]], at: int) -> tuple[str, int] | None:
    """Return one condition made safe and the index after it; None where it is not plain."""
    direction, begin = "ASC", at
    if found[at][0].casefold() in _DIRECTIONS:
        direction, begin = found[at][0].upper(), at + 1
    if begin < len(found) and found[begin].lastgroup == "variable":
        end = begin
    else:
        opens = begin + (begin < len(found) and found[begin].lastgroup == "name")
        closing = _closing(found, opens)
        if closing is None:
            return None
        end = closing
    written = text[found[begin].start() : found[end].end()]
    kind = f"IF(isIRI({written}), 1, IF(isBlank({written}), 0, IF(isNumeric({written}), 2, 3)))"
    datatype = f'IF(isNumeric({written}), "", STR(DATATYPE({written})))'
    keys = [f"{direction}({key})" for key in (kind, datatype, written)]
    return " ".join(keys), end + 1


def _closing(found: list[re.Match[str]], opens: int) -> int | None:
    """Return the index of the bracket that closes one."""
    if opens >= len(found) or found[opens][0] != "(":
        return None
    depth = 0
    for at in range(opens, len(found)):
        kind = found[at].lastgroup
        depth += (kind == "open") - (kind == "close")
        if depth == 0:
            return at
    return None
