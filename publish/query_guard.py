"""What a stranger's query must be before the store sees it.

In comes the text; out comes whether it names its own data set (``FROM``), or Refused with a
plain sentence. The parser behind it skips white space between words (``1SERVICE<x>{}`` is a
federated query), takes ``<`` for an operator or for the start of an IRI by what it expects,
and recurses without bound. So this guard does not parse: it follows *every* way in which the
text can be cut into strings, IRIs, comments and names, and refuses when one of them shows a
word that may be ``SERVICE``. SPARQL 1.1 Query, sections 4 and 19; SPARQL 1.1 Federated Query.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from publish.faults import Words, said
from publish.query_limits import Limits, size

AT_MOST = 1.0
"""Seconds for the reading of a query that has the word SERVICE somewhere."""


class Refused(Exception):
    """The query may be good SPARQL, but this endpoint does not answer it."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason)


class TooLarge(Refused):
    """The query is longer, deeper or has more parts than this endpoint reads."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the guard learnt of a query that may be evaluated."""

    volatile: bool
    """Whether it may call a function that answers otherwise each time, as NOW."""
    probe: str | None = None
    """A query that tells which graphs its FROM clauses name, when they name two or more."""


USUAL = Limits()
FEDERATED = said("query-federated")

_NAME = r"[\w\-.:%\u00b7\u200c\u200d\u203f\u2040]|\\[^\s\w]"
_TOKEN = re.compile(
    rf"""
      (?P<space>\s++)
    | (?P<comment>\#[^\n\r]*+)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*+\"\"\"
        | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*+'{{3}}
        | \"(?:[^\"\\\n\r]|\\.)*+\" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<variable>[?$]\w[\w\u00b7\u200c\u200d\u203f\u2040]*)
    | (?P<name>(?:{_NAME})+)
    | (?P<open>[({{\[])
    | (?P<close>[)}}\]])
    | (?P<operator>&&|\|\||[!<>]=|[!+*/|^=<>])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IRI = re.compile(r'<[^<>"{}|^`\x00-\x20]*>')
_SERVICE = re.compile("service", re.IGNORECASE)
_VOLATILE = re.compile(r"(?:now|rand|uuid|bnode)(?:\s|#[^\n\r]*+(?:[\n\r]|\Z))*+\(", re.IGNORECASE)
"""STRUUID ends in UUID; letters of another word may stick to it, so more is found than there is."""
_FROM = re.compile(r"from", re.IGNORECASE)
_BLOCK_NEXT = re.compile(r"(?:\s|#[^\n\r]*+)*+\{")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NESTING_WORDS = frozenset({"union", "optional", "minus", "bind", "values", "graph"})


def examine(text: str, limits: Limits = USUAL) -> Examined:
    """Return what the guard knows of a query, or raise Refused or TooLarge.

    Code point escapes are judged twice, as written and resolved: parsers differ in when they
    resolve them. Most queries do not have the letters of SERVICE in a row, in whatever case; as
    the parser takes a keyword only when it is written whole, these need no reading.
    """
    most = limits.query_bytes
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise TooLarge(said("query-too-long", most=size(most)))
    if "\x00" in text:
        raise Refused(said("query-with-nul"))
    resolved = _ESCAPE.sub(_resolve, text) if "\\" in text else text
    readings = (text,) if resolved == text else (text, resolved)
    for reading in readings:
        _bound(reading, limits)
        if "service" in reading.casefold():
            _follow(reading)
    return Examined(
        volatile=any(_VOLATILE.search(reading) for reading in readings),
        probe=_probe(text) if len(_FROM.findall(text)) > 1 else None,
    )


def _resolve(escape: re.Match[str]) -> str:
    """Return the character of a code point escape, or the escape when there is none such."""
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else escape[0]


def _follow(text: str) -> None:
    """Follow every reading of the text. Raises Refused when one of them has the keyword."""
    line_ends = [found.start() for found in re.finditer(r"[\n\r]", text)]
    seen: set[int] = set()
    starts = [0]
    until = time.monotonic() + AT_MOST
    while starts:
        at = starts.pop()
        while at < len(text) and at not in seen:
            seen.add(at)
            if text[at] == "<" and (iri := _IRI.match(text, at)):
                starts.append(iri.end())
            if text[at] == "#":
                line = bisect_left(line_ends, at)
                at = line_ends[line] if line < len(line_ends) else len(text)
                continue
            token = _TOKEN.match(text, at)
            if token is None or text.startswith("//", at):
                break  # no reading of SPARQL goes on here
            if token.lastgroup == "name" and _may_be_service(text, token):
                raise Refused(FEDERATED)
            if time.monotonic() > until:
                raise TooLarge(said("query-takes-too-long-to-examine"))
            at = token.end()


def _may_be_service(text: str, token: re.Match[str]) -> bool:
    """Return whether a run of name characters may hold the keyword SERVICE.

    Letters may stick to it on both sides. In ``prefix:local`` it can only be the keyword when
    a block follows, since SERVICE needs one.
    """
    name = token[0]
    for found in _SERVICE.finditer(name):
        prefix, colon, _ = name[: found.start()].rpartition(".")[2].partition(":")
        if colon and prefix.casefold() != "service":
            continue  # it stands in a local name
        if ":" not in name[found.end() :] or _BLOCK_NEXT.match(text, token.end()):
            return True
    return False


def plain_tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of the plain reading: strings, names, variables, brackets, operators.

    White space, comments and IRIs are left out.
    """
    at = 0
    while at < len(text):
        iri = _IRI.match(text, at) if text[at] == "<" else None
        token = iri or _TOKEN.match(text, at)
        if token is None:
            return
        at = token.end()
        if iri is None and token.lastgroup not in ("space", "comment"):
            yield token


def _bound(text: str, limits: Limits) -> None:
    """Raise TooLarge for a nesting or a number of parts that may exhaust a parser's stack.

    A short text with few brackets has neither. Of others only the plain reading is looked at:
    what slips through costs the one worker that evaluates it.
    """
    brackets = sum(map(text.count, "({["))
    if len(text) <= limits.parts and brackets <= limits.nesting:
        return
    depth = deepest = braces = operators = 0
    for token in plain_tokens(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            deepest = max(deepest, depth)
            braces += token[0] == "{"
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "operator" or (kind == "name" and token[0].startswith("-")):
            operators += not _is_sign(text, token)
        elif kind == "name" and token[0].casefold() in _NESTING_WORDS:
            operators += 1
    if deepest > limits.nesting:
        raise TooLarge(said("query-too-deep", most=limits.nesting))
    if max(braces, operators) > limits.parts:
        raise TooLarge(said("query-in-too-many-parts", most=limits.parts))


def _is_sign(text: str, token: re.Match[str]) -> bool:
    """Return whether an operator is the sign of a number in a list, as in ``(-1 -2)``."""
    number = token[0][1:] or text[token.end() : token.end() + 1]
    return token[0][0] in "+-" and number[:1].isdigit() and text[token.start() - 1] in " \n\t(,{"


def _probe(text: str) -> str | None:
    """Return the FROM clauses of a query with a pattern that finds the graphs they name.

    They are read as they are usually written; None when there are not two of them.
    """
    words = list(_outer_words(text))
    at = 0
    while at + 1 < len(words):
        if words[at][0].casefold() == "base" and words[at + 1][0][0] == "<":
            at += 2
        elif words[at][0].casefold() == "prefix" and at + 2 < len(words):
            at += 3
        else:
            break
    prologue = text[: words[at - 1][1]] if at else ""
    clauses, merged = [], 0
    for (word, _), (second, _), (third, _) in zip(
        words[at:], words[at + 1 :], [*words[at + 2 :], ("", 0)], strict=False
    ):
        if word.casefold() in ("from", "askfrom", "constructfrom"):
            if second.casefold() == "named":
                clauses.append(f"FROM NAMED {third}")
            else:
                clauses.append(f"FROM {second}")
                merged += 1
    if merged < 2:
        return None
    return (
        f"{prologue}\nSELECT ?default ?named {' '.join(clauses)} "
        "{ { ?default ?default ?default } UNION { GRAPH ?named { ?named ?named ?named } } }"
    )


def _outer_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the names and IRIs outside all brackets, each with its end."""
    at = depth = 0
    while at < len(text):
        iri = _IRI.match(text, at) if text[at] == "<" else None
        token = iri or _TOKEN.match(text, at)
        if token is None:
            return
        at = token.end()
        if iri is None and token.lastgroup == "open":
            depth += 1
        elif iri is None and token.lastgroup == "close":
            depth -= 1
        elif depth == 0 and (iri is not None or token.lastgroup == "name"):
            yield token[0], at
