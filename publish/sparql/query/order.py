"""An order of mixed values that the engine can sort by.

The engine compares values of different kinds, as a text and a number, by rules that contradict each
other, and its sorting ends the process when it notices. In comes a query that died of that; out
comes the same query, ordered first by the kind of each value. SPARQL leaves the order between kinds
of literals open (SPARQL 1.1 Query, section 15.1). Clauses are found as they are usually written.
"""

from __future__ import annotations

import re

from publish.sparql.query.guard import plain_tokens

_DIRECTIONS = ("asc", "desc")
_END = frozenset({"limit", "offset", "values"})


def ordered_by_kind(text: str) -> str | None:
    """Return the query with its last ORDER BY made safe to sort by; None when it has none."""
    tokens = list(plain_tokens(text))
    depth, start = 0, None
    for at, token in enumerate(tokens):
        if token.lastgroup in ("open", "close"):
            depth += 1 if token.lastgroup == "open" else -1
        elif depth == 0 and token[0].casefold() == "order":
            start = at
    if start is None or start + 1 == len(tokens) or tokens[start + 1][0].casefold() != "by":
        return None
    conditions = []
    at = first = start + 2
    while at < len(tokens) and tokens[at][0].casefold() not in _END:
        found = _condition(text, tokens, at)
        if found is None:
            return None
        condition, at = found
        conditions.append(condition)
    if at == first:
        return None
    end = tokens[at - 1].end()
    return f"{text[: tokens[first].start()]}{' '.join(conditions)}{text[end:]}"


def _condition(text: str, tokens: list[re.Match[str]], at: int) -> tuple[str, int] | None:
    """Return one condition made safe, and the place of the next; None where it is not plain."""
    direction, begin = "ASC", at
    if tokens[at][0].casefold() in _DIRECTIONS:
        direction, begin = tokens[at][0].upper(), at + 1
    if begin < len(tokens) and tokens[begin].lastgroup == "variable":
        end = begin
    else:
        opens = begin + (begin < len(tokens) and tokens[begin].lastgroup == "name")
        closing = _closing(tokens, opens)
        if closing is None or "<" in text[tokens[at - 1].end() : tokens[opens].start()]:
            return None
        end = closing
    written = text[tokens[begin].start() : tokens[end].end()]
    kind = f"IF(isIRI({written}), 1, IF(isBlank({written}), 0, IF(isNumeric({written}), 2, 3)))"
    datatype = f'IF(isNumeric({written}), "", STR(DATATYPE({written})))'
    keys = [f"{direction}({key})" for key in (kind, datatype, written)]
    return " ".join(keys), end + 1


def _closing(tokens: list[re.Match[str]], opens: int) -> int | None:
    """Return the place of the bracket that closes one."""
    if opens >= len(tokens) or tokens[opens][0] != "(":
        return None
    depth = 0
    for at in range(opens, len(tokens)):
        kind = tokens[at].lastgroup
        depth += (kind == "open") - (kind == "close")
        if depth == 0:
            return at
    return None
