"""What a query from outside must be before the store sees it.

The parser of the store skips white space between words (``1SERVICE<x>{}`` is a federated query),
takes ``<`` for an operator or for the start of an IRI by what it expects, and recurses without
bound. So the guard does not parse: it follows *every* way in which the text can be cut into
strings, IRIs, comments and names, and refuses the query when one of them shows a word that may be
``SERVICE``. It also bounds length, nesting and parts, and finds the FROM clauses. SPARQL 1.1 Query,
sections 4, 13.2 and 19; SPARQL 1.1 Federated Query.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice

from publish.faults.fault import phrase
from publish.faults.places import line_and_column
from publish.sparql.query.errors import QuerySyntax, QueryTooLarge, Refused
from publish.sparql.query.limits import Limits, size
from publish.sparql.query.tokens import FLAGS, IRI, NAME, TOKEN, tokens, tokens_by_depth

MOST_SECONDS = 0.3
"""Computing time for the readings of a query that has the letters of SERVICE somewhere."""
MOST_FROM_TOKENS = 4000
"""Tokens outside brackets in which FROM is looked for: some hundred prefixes and graphs."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the guard found out about a query that may be evaluated."""

    volatile: bool
    """Whether it may call a function with another value each time, as NOW."""
    probe: str | None = None
    """A query that finds the graphs of its FROM clauses, if two or more form the default graph."""


USUAL = Limits()

_TOKEN_OR_SIGNS = re.compile(rf"(?P<signs>[\s(){{}}\[\],;!+*|^=>&@~`]++) | {TOKEN}", FLAGS)
"""Without IRIs, which are followed apart; signs that mean nothing here are taken together."""
_IN_NAME = re.compile(r"service|[.:]", re.IGNORECASE)
_TARGET = re.compile(rf"{IRI.pattern} | [?$]\w+ | (?:{NAME})+", re.VERBOSE)
_PROLOGUE = re.compile(
    rf"(?:\s|\#[^\n\r]*+(?:[\n\r]|\Z)|base\s*+{IRI.pattern}|prefix\s*+[\w.-]*+:\s*+{IRI.pattern})*+",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"(?:#[^\n\r]*|<[^>]*>|prefix\s*+([\w.-]*+):)", re.IGNORECASE)
_BEGINS_FORM = re.compile(r"select|construct|describe|ask", re.IGNORECASE)
MOST_BEFORE_BLOCK = 3
"""SILENT and the name of the service stand before its block; one more may be a part of it."""
_SPACES = re.compile(r"\s*+")
_VOLATILE = re.compile(r"(?:now|rand|uuid|bnode)\s*+[(#]", re.IGNORECASE)
"""STRUUID ends in UUID. Too much is found: letters of another word may stand before it."""
_FROM = re.compile(r"from", re.IGNORECASE)
_GRAPHS = "{ { ?default ?default ?default } UNION { GRAPH ?named { ?named ?named ?named } } }"
"""The pattern of a probe: it runs on a store in which each graph holds its own name."""
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NESTING_WORDS = frozenset({"union", "optional", "minus", "bind", "values", "graph"})


def examine(text: str, limits: Limits = USUAL) -> Examined:
    """Return what the guard finds in a query. Raises Refused or QueryTooLarge.

    Parsers differ in when they resolve code point escapes, so the text is judged as written and
    with escapes resolved. The parser takes a keyword only when it is written whole: a text without
    the letters of SERVICE in a row, in whatever case, needs no further reading.
    """
    most = limits.query_bytes
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise QueryTooLarge(phrase("query-too-long", most=size(most)))
    if "\x00" in text:
        place = line_and_column(text, text.index("\x00"))
        raise QuerySyntax(phrase("query-with-nul"), place)
    resolved = _ESCAPE.sub(_resolve, text) if "\\" in text else text
    readings = (text,) if resolved == text else (text, resolved)
    for reading in readings:
        _bound(reading, limits)
        if "service" in reading.casefold():
            _follow(reading)
    return Examined(
        volatile=any(_VOLATILE.search(reading) for reading in readings),
        probe=_from_probe(text) if len(_FROM.findall(text)) > 1 else None,
    )


def _resolve(escape: re.Match[str]) -> str:
    """Return the character of a code point escape, or the escape itself when there is none."""
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else escape[0]


def _follow(text: str) -> None:
    """Follow every reading of a text. Raises Refused when one of them has the word SERVICE."""
    lines, prefixes = _Lines(text), _declared_prefixes(text)
    seen: set[int] = set()
    starts = [0]
    until = time.thread_time() + MOST_SECONDS
    while starts:
        at = starts.pop()
        while at < len(text) and at not in seen:
            seen.add(at)
            if text[at] == "<" and (iri := IRI.match(text, at)):
                starts.append(iri.end())
            if text[at] == "#":
                at = lines.end(at)
                continue
            token = _TOKEN_OR_SIGNS.match(text, at)
            if token is None or text.startswith("//", at):
                break  # no reading of SPARQL goes on here
            if token.lastgroup == "name" and _may_be_service(token, lines, prefixes):
                raise Refused(phrase("query-federated"))
            if len(seen) % 64 == 0 and time.thread_time() > until:
                raise QueryTooLarge(phrase("query-takes-too-long-to-examine"))
            at = token.end()


class _Lines:
    """The lines of a text, and what follows after white space and comments."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer(r"[\n\r]", text)]
        self._ends_of_space: dict[int, int] = {}

    def end(self, at: int) -> int:
        """Return the end of the line at an offset."""
        line = bisect_left(self._ends, at)
        return self._ends[line] if line < len(self._ends) else len(self._text)

    def leads_to_block(self, at: int, most: int = MOST_BEFORE_BLOCK) -> bool:
        """Return whether a block follows, with no more words before it than ``most``."""
        for _ in range(most + 1):
            at = self._skip(at)
            if self._text.startswith("{", at):
                return True
            found = _TARGET.match(self._text, at)
            if found is None:
                return False
            at = found.end()
        return False

    def _skip(self, at: int) -> int:
        """Return the end of the white space and comments that begin at an offset."""
        passed = []
        while at not in self._ends_of_space:
            passed.append(at)
            found = _SPACES.match(self._text, at)
            at = found.end() if found else at
            if not self._text.startswith("#", at):
                self._ends_of_space[at] = at
                break
            at = self.end(at)
        end = self._ends_of_space[at]
        for place in passed:
            self._ends_of_space[place] = end
        return end


def _declared_prefixes(text: str) -> frozenset[str]:
    """Return the prefixes that a query declares; none when the empty one is among them.

    Without an empty prefix, ``service:x`` cannot be SERVICE with the name ``:x``.
    """
    prologue = _PROLOGUE.match(text)
    if prologue is None or not _BEGINS_FORM.match(text, prologue.end()):
        return frozenset()
    names = (found[1] for found in _DECLARED.finditer(prologue[0]))
    found = frozenset(name for name in names if name is not None)
    return frozenset() if "" in found else found


def _may_be_service(token: re.Match[str], lines: _Lines, prefixes: frozenset[str]) -> bool:
    """Return whether a run of name characters may hold the keyword SERVICE.

    Other letters may touch it on both sides. A name or variable must follow, and then a block; a
    colon that touches it begins the name.
    """
    name = token[0]
    first, prefix = 0, None  # of the part after the last full stop
    for found in _IN_NAME.finditer(name):
        if found[0] == ".":
            first, prefix = found.end(), None
        elif found[0] == ":":
            prefix = prefix or name[first : found.start()]
        elif prefix is not None and (prefix in prefixes or prefix.casefold() != "service"):
            continue  # it is part of a local name
        elif name.startswith(":", found.end()):
            is_prefix = name[first : found.end()] in prefixes
            if not is_prefix and lines.leads_to_block(token.end(), most=0):
                return True
        else:
            return lines.leads_to_block(token.end())
    return False


def _bound(text: str, limits: Limits) -> None:
    """Raise QueryTooLarge for nesting or parts that may exhaust the stack of a parser.

    A short text with few brackets passes at once. Of others only the usual reading is judged: a
    query that slips through costs no more than the worker that evaluates it.
    """
    brackets = sum(map(text.count, ("(", "{", "[", "<<")))
    if len(text) <= limits.parts and brackets <= limits.nesting:
        return
    depth = braces = operators = 0
    for token in tokens(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            braces += token[0] == "{"
        elif kind == "close" or (token[0] == ">" and text.startswith(">", token.end())):
            depth = max(0, depth - 1)
        elif token[0] == "<" and text.startswith("<", token.end()):  # a triple in a triple
            depth += 1
        elif kind == "operator":
            operators += not _is_sign(text, token)
        elif kind == "name":
            operators += _operators_in(text, token)
        if depth > limits.nesting:
            raise QueryTooLarge(phrase("query-too-deep", most=limits.nesting))
        if operators > limits.parts or braces > limits.parts:
            raise QueryTooLarge(phrase("query-in-too-many-parts", most=limits.parts))


def _operators_in(text: str, token: re.Match[str]) -> int:
    """Count the minus signs in a run such as ``1-1-1``, or the word that makes a block."""
    name = token[0]
    if name[0] == "-":
        return name.count("-") - _is_sign(text, token)
    if name[0].isdigit():
        return name.count("-")
    return name.casefold() in _NESTING_WORDS


def _is_sign(text: str, token: re.Match[str]) -> bool:
    """Return whether an operator is the sign of a number in a list, as in ``(-1 -2)``."""
    number = token[0][1:] or text[token.end() : token.end() + 1]
    return token[0][0] in "+-" and number[:1].isdigit() and text[token.start() - 1] in " \n\t(,{"


def _from_probe(text: str) -> str | None:
    """Return a query that finds the graphs of FROM clauses; None when no two are merged.

    It has the prologue and the clauses of the query, so that the parser resolves prefixes and
    relative IRIs. Clauses are found as they are usually written; with others the graphs are not
    merged, and a triple of two of them counts twice (SPARQL 1.1 Query, section 13.2).
    """
    outside = (token for depth, token in tokens_by_depth(text) if depth == 0)
    names_and_iris = (token for token in outside if token.lastgroup in ("iri", "name"))
    words = list(islice(names_and_iris, MOST_FROM_TOKENS))
    at = 0
    while at < len(words) and (word := words[at][0].casefold()) in ("base", "prefix"):
        at += 2 if word == "base" else 3
    prologue = text[: words[at - 1].end()] if 0 < at <= len(words) else ""
    names = [word[0] for word in words[at:]]
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
    return f"{prologue}\nSELECT ?default ?named {' '.join(clauses)} {_GRAPHS}"
