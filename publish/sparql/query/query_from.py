"""The FROM clauses of a query, as a query that tells which graphs they name.

In comes the text of a query, out comes its prologue and FROM clauses with a pattern that finds
the graphs: so it is the parser that resolves prefixes and relative addresses. The clauses are
found as they are usually written; in another spelling the graphs are not merged, but asked one
after the other. SPARQL 1.1 Query, section 13.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MOST_WORDS = 4000
"""Words outside brackets that are looked at: some hundred prefixes and some hundred graphs."""

_PATTERN = "{ { ?default ?default ?default } UNION { GRAPH ?named { ?named ?named ?named } } }"
_WORD = re.compile(
    r"""
      (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
    | (?P<word>[\w\-.:%\u00b7]++)
    | (?P<string>\"(?:[^\"\\\n\r]|\\.)*+\" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<comment>\#[^\n\r]*+)
    | (?P<open>[({\[]) | (?P<close>[)}\]])
    | (?P<variable>[?$]\w*+)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def probe_of(text: str) -> str | None:
    """Return the query that finds the graphs, or None when not two are merged."""
    words = list(islice(_outer_words(text), MOST_WORDS))
    at = 0
    while at < len(words) and (word := words[at][0].casefold()) in ("base", "prefix"):
        at += 2 if word == "base" else 3
    prologue = text[: words[at - 1][1]] if 0 < at <= len(words) else ""
    names = [name for name, _ in words[at:]]
    clauses, merged = [], 0
    for place, name in enumerate(names):
        if name.casefold() in ("from", "askfrom", "constructfrom"):
            graph = names[place + 1 : place + 3]
            if graph and graph[0].casefold() == "named":
                clauses.append(f"FROM NAMED {graph[-1]}")
            elif graph:
                clauses.append(f"FROM {graph[0]}")
                merged += 1
    if merged < 2:
        return None
    return f"{prologue}\nSELECT ?default ?named {' '.join(clauses)} {_PATTERN}"


def _outer_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the names and IRIs outside all brackets, each with its end."""
    depth = 0
    for found in _WORD.finditer(text):
        if found.lastgroup == "open":
            depth += 1
        elif found.lastgroup == "close":
            depth -= 1
        elif depth == 0 and found.lastgroup in ("iri", "word"):
            yield found[0], found.end()
