"""ORDER BY rewritten so that the engine can sort values of different kinds.

The engine compares values of different kinds, such as a string and a number, by rules that
contradict each other, and its sorting ends the process when it notices. A query that ended so is
run again, ordered first by the kind of each value: SPARQL leaves the order between kinds of
literals open (SPARQL 1.1 Query, section 15.1). Clauses are found as they are usually written.
"""

from __future__ import annotations

import re

from publish.sparql.query.tokens import tokens_by_depth

_DIRECTIONS = ("asc", "desc")
_END = frozenset({"limit", "offset", "values"})


def ordered_by_kind(text: str) -> str | None:
    """Return the query with its outer ORDER BY made safe; None when it has none that is plain."""
    found = list(tokens_by_depth(text))
    words = [token[0].casefold() for _, token in found]
    outer = [at for at, (depth, _) in enumerate(found) if depth == 0 and words[at] == "order"]
    if not outer or words[outer[-1] + 1 : outer[-1] + 2] != ["by"]:
        return None
    conditions = []
    at = first = outer[-1] + 2
    while at < len(found) and words[at] not in _END:
        direction = "ASC"
        if words[at] in _DIRECTIONS:
            direction, at = words[at].upper(), at + 1
        end = _end_of_expression(found, at)
        if end is None:
            return None
        written = text[found[at][1].start() : found[end][1].end()]
        kind = f"IF(isIRI({written}), 1, IF(isBlank({written}), 0, IF(isNumeric({written}), 2, 3)))"
        datatype = f'IF(isNumeric({written}), "", STR(DATATYPE({written})))'
        conditions += [f"{direction}({key})" for key in (kind, datatype, written)]
        at = end + 1
    if not conditions:
        return None
    head, tail = text[: found[first][1].start()], text[found[at - 1][1].end() :]
    return f"{head}{' '.join(conditions)}{tail}"


def _end_of_expression(found: list[tuple[int, re.Match[str]]], at: int) -> int | None:
    """Return the index of the last token of a variable, a call or what stands in brackets."""
    if at < len(found) and found[at][1].lastgroup == "variable":
        return at
    at += at < len(found) and found[at][1].lastgroup == "name"
    if at >= len(found) or found[at][1][0] != "(":
        return None
    around = found[at][0]
    return next((end for end in range(at + 1, len(found)) if found[end][0] == around), None)
