"""Where terms stand in the text of Turtle and TriG, found by its tokens.

Parsers do not tell the place of a term.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from urllib.parse import urljoin

import pyoxigraph as ox

from publish.faults.places import LineCounter
from publish.rdf.namespaces import XSD

TOKEN = re.compile(
    r'''
      (?P<text>"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*+\'\'\'
               |"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
    | (?P<iri><[^<>"\s]*>)
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[.;,\[\](){}])
    | (?P<name>(?:[^\s<>"'\#;,.^\[\](){}\\]|\\.|\.(?=[^\s<>"'\#;,.^\[\](){}]))+)
    | (?P<space>\s+|.)
    ''',
    re.VERBOSE | re.DOTALL,
)
"""The tokens of Turtle and TriG, as far as is needed to see which IRIs stand where."""

_BARE = re.compile(
    r"(?P<integer>[+-]?\d+)|(?P<decimal>[+-]?\d*\.\d+)|(?P<boolean>true|false)"
    r"|(?P<double>[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+)",
    re.ASCII,
)
"""Literals that are written without quotes, by their datatype."""
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_CHARACTERS = {
    **dict(zip("tbnrf", "\t\b\n\r\f", strict=True)),
    **{mark: mark for mark in "\"'\\"},
}

ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""How an absolute IRI begins: with its scheme."""


class _Prologue:
    """The base and the prefixes of Turtle or TriG, as its tokens are read."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.declared: list[tuple[str, str]] = []
        """Prefixes and namespaces in the order of their declarations."""
        self.prefixes = {"_:": "_:"}
        """Namespaces by prefix, each with its colon; labels of blank nodes stay as they are."""
        self._declaration: list[str] = []

    def takes(self, token: str) -> bool:
        """Read a token if it belongs to a declaration; return whether it does."""
        if not self._declaration and token.lower() not in ("@prefix", "@base", "prefix", "base"):
            return False
        self._declaration.append(token)
        is_base = self._declaration[0].lower().endswith("base")
        if len(self._declaration) == (2 if is_base else 3):
            iri = _resolved(self.base, token[1:-1])
            if is_base:
                self.base = iri
            else:
                prefix = self._declaration[1]
                self.prefixes[prefix] = iri
                self.declared.append((prefix.removesuffix(":"), iri))
            self._declaration = []
        return True


def turtle_tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of Turtle or TriG, up to a string that is not closed."""
    for token in TOKEN.finditer(text):
        if token.lastgroup == "space" and token[0] in "\"'":
            return
        if token.lastgroup not in ("space", "comment"):
            yield token


def turtle_prefixes(text: str, base: str) -> list[tuple[str, str]]:
    """Return the prefixes that Turtle or TriG declares, with their namespaces, in order."""
    prologue = _Prologue(base)
    for token in turtle_tokens(text):
        prologue.takes(token[0])
    return prologue.declared


def turtle_iris(text: str, base: str, *, subjects: bool = False) -> Iterator[tuple[str, int]]:
    """Yield the terms in Turtle or TriG, each with its offset, without those of declarations.

    They are IRIs, labels as ``_:x`` and literals with a datatype as N-Triples has them, be they
    written without quotes. Relative
    IRIs are resolved against ``base``. With ``subjects``, only subjects are given, and names of
    graphs. Text that is no Turtle raises nothing.
    """
    prologue = _Prologue(base)
    depth, begins = 0, True  # brackets that are open; whether a statement begins here
    typed: re.Match[str] | None = None  # a text with a datatype, which is the next token
    for token in turtle_tokens(text):
        kind, found = token.lastgroup, token[0]
        if prologue.takes(found):
            begins = True
        elif kind == "mark":
            depth += (found in "[(") - (found in "])")
            begins = depth == 0 and found in ".{}"
        elif kind == "text":
            begins = False
            typed = token if text.startswith("^^", token.end()) else None
        elif (begins or not subjects) and not (begins and found.lower() == "graph"):
            begins = False
            is_iri = kind == "iri"
            term = (
                _resolved(prologue.base, found[1:-1])
                if is_iri
                else expanded(found, prologue.prefixes)
            )
            if term and typed:
                yield literal_text(_unescaped(typed[0]), term), typed.start()
            if term:
                yield term, token.start()
            elif not is_iri and not subjects and (bare := _BARE.fullmatch(found)):
                yield literal_text(found, f"{XSD}{bare.lastgroup}"), token.start()
            typed = None


def literal_text(value: str, datatype: str) -> str:
    """Return a literal as N-Triples has it; without its datatype if that is no IRI."""
    try:
        return str(ox.Literal(value, datatype=ox.NamedNode(datatype)))
    except ValueError:
        return value


def _unescaped(token: str) -> str:
    """Return the text that a token in quotes stands for."""
    quotes = 3 if token[:3] in ('"""', "'''") and len(token) > 5 else 1
    return _ESCAPE.sub(_character, token[quotes:-quotes])


def _character(escape: re.Match[str]) -> str:
    """Return the character that an escape stands for; the escape itself if there is none."""
    code = escape[1]
    if code[0] not in "uU":
        return _CHARACTERS.get(code, escape[0])
    number = int(code[1:], 16)
    return chr(number) if number <= 0x10FFFF else escape[0]


def find_in_turtle(
    text: str, base: str, wanted: Set[str], *, subjects: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Yield where some terms stand in Turtle or TriG: the term with its line and column."""
    lines = LineCounter(text)
    for iri, offset in turtle_iris(text, base, subjects=subjects):
        if iri in wanted:
            yield iri, *lines.place(offset)


def _resolved(base: str, iri: str) -> str:
    """Return an IRI resolved against a base, the ``#`` at its end kept."""
    if ABSOLUTE.match(iri):
        return iri
    found = urljoin(base, iri)
    return f"{found}#" if iri.endswith("#") and not found.endswith("#") else found


def expanded(name: str, prefixes: dict[str, str]) -> str | None:
    """Return the IRI that a prefixed name stands for, or None when its prefix is not declared."""
    prefix, colon, local = name.partition(":")
    namespace = prefixes.get(prefix + colon) if colon else None
    return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)
