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

from publish.faults.fault import Words, phrase
from publish.sparql.query.limits import Limits, size
from publish.sparql.query.query_from import probe_of

AT_MOST = 0.3
"""Seconds of computing for the reading of a query that has the word SERVICE somewhere."""


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
FEDERATED = phrase("query-federated")

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
_IRI_TEXT = r"""<[^<>"{}|^`\x00-\x20]*+>"""
_IRI = re.compile(_IRI_TEXT)
_PLAIN = re.compile(rf"(?P<iri>{_IRI_TEXT}) | {_TOKEN.pattern}", _TOKEN.flags)
_FOLLOWED = re.compile(rf"(?P<rest>[\s(){{}}\[\],;!+*|^=>&@~`]++) | {_TOKEN.pattern}", _TOKEN.flags)
_IN_NAME = re.compile(r"service|[.:]", re.IGNORECASE)
_TARGET = re.compile(rf"{_IRI_TEXT} | [?$]\w+ | (?:{_NAME})+", re.VERBOSE)
MOST_BEFORE_BLOCK = 3
"""SILENT and the name of the service stand before its block; one more may be a part of it."""
_SPACES = re.compile(r"\s*+")
_VOLATILE = re.compile(r"(?:now|rand|uuid|bnode)\s*+[(#]", re.IGNORECASE)
"""STRUUID ends in UUID. More is found than there is: letters of another word may stick to it."""
_FROM = re.compile(r"from", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SKIPPED = ("space", "comment", "iri")
_NESTING_WORDS = frozenset({"union", "optional", "minus", "bind", "values", "graph"})


def examine(text: str, limits: Limits = USUAL) -> Examined:
    """Return what the guard knows of a query, or raise Refused or TooLarge.

    Code point escapes are judged twice, as written and resolved: parsers differ in when they
    resolve them. Most queries do not have the letters of SERVICE in a row, in whatever case; as
    the parser takes a keyword only when it is written whole, these need no reading.
    """
    most = limits.query_bytes
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise TooLarge(phrase("query-too-long", most=size(most)))
    if "\x00" in text:
        raise Refused(phrase("query-with-nul"))
    resolved = _ESCAPE.sub(_resolve, text) if "\\" in text else text
    readings = (text,) if resolved == text else (text, resolved)
    for reading in readings:
        _bound(reading, limits)
        if "service" in reading.casefold():
            _follow(reading)
    return Examined(
        volatile=any(_VOLATILE.search(reading) for reading in readings),
        probe=probe_of(text) if len(_FROM.findall(text)) > 1 else None,
    )


def _resolve(escape: re.Match[str]) -> str:
    """Return the character of a code point escape, or the escape when there is none such."""
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else escape[0]


def _follow(text: str) -> None:
    """Follow every reading of the text. Raises Refused when one of them has the keyword."""
    lines = _Lines(text)
    seen: set[int] = set()
    starts = [0]
    until = time.thread_time() + AT_MOST
    while starts:
        at = starts.pop()
        while at < len(text) and at not in seen:
            seen.add(at)
            if text[at] == "<" and (iri := _IRI.match(text, at)):
                starts.append(iri.end())
            if text[at] == "#":
                at = lines.end(at)
                continue
            token = _FOLLOWED.match(text, at)
            if token is None or text.startswith("//", at):
                break  # no reading of SPARQL goes on here
            if token.lastgroup == "name" and _may_be_service(token, lines):
                raise Refused(FEDERATED)
            if len(seen) % 64 == 0 and time.thread_time() > until:
                raise TooLarge(phrase("query-takes-too-long-to-examine"))
            at = token.end()


class _Lines:
    """The lines of a text, and what follows on comments."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer(r"[\n\r]", text)]
        self._ends_of_space: dict[int, int] = {}

    def end(self, at: int) -> int:
        """Return where the line ends in which a place is."""
        line = bisect_left(self._ends, at)
        return self._ends[line] if line < len(self._ends) else len(self._text)

    def leads_to_block(self, at: int) -> bool:
        """Return whether ``{`` follows, after no more than SERVICE may have before its block."""
        for _ in range(MOST_BEFORE_BLOCK + 1):
            at = self._skip(at)
            if self._text.startswith("{", at):
                return True
            found = _TARGET.match(self._text, at)
            if found is None:
                return False
            at = found.end()
        return False

    def _skip(self, at: int) -> int:
        """Return where white space and comments end that begin at a place."""
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


def _may_be_service(token: re.Match[str], lines: _Lines) -> bool:
    """Return whether a run of name characters may hold the keyword SERVICE.

    Letters may stick to it on both sides. It needs a name or variable, and then a block.
    """
    name = token[0]
    first, prefix = 0, None  # of what stands since the last full stop
    for found in _IN_NAME.finditer(name):
        if found[0] == ".":
            first, prefix = found.end(), None
        elif found[0] == ":":
            prefix = prefix or name[first : found.start()]
        elif prefix is not None and prefix.casefold() != "service":
            continue  # it stands in a local name
        else:
            return lines.leads_to_block(token.end())
    return False


def plain_tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of the plain reading: strings, names, variables, brackets, operators.

    White space, comments and IRIs are left out.
    """
    for token in _PLAIN.finditer(text):
        if token.lastgroup not in _SKIPPED:
            yield token


def _bound(text: str, limits: Limits) -> None:
    """Raise TooLarge for a nesting or a number of parts that may exhaust a parser's stack.

    A short text with few brackets has neither. Of others only the plain reading is looked at:
    what slips through costs the one worker that evaluates it.
    """
    brackets = sum(map(text.count, ("(", "{", "[", "<<")))
    if len(text) <= limits.parts and brackets <= limits.nesting:
        return
    depth = braces = operators = 0
    for token in plain_tokens(text):
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
            raise TooLarge(phrase("query-too-deep", most=limits.nesting))
        if operators > limits.parts or braces > limits.parts:
            raise TooLarge(phrase("query-in-too-many-parts", most=limits.parts))


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
