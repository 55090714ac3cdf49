"""The terminals of a query, one after the other, and what is wrong where there is none.

SPARQL 1.1 Query, section 19.8, by longest match. A character that begins no terminal is told when
it is reached, so that the first mistake of a query is the one that is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from publish.faults.fault import Words, phrase

LONGEST_WORD = 60
"""Characters of a word that a message shows."""
_NAME = r"[\w\u00b7\u0300-\u036f\u200c\u200d\u203f\u2040]"
_LOCAL = rf"(?:{_NAME}|[:-]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
_TERMINAL = re.compile(
    rf"""
      (?P<skip>[ \t\r\n]++ | \#[^\n\r]*+)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\[tbnrf\\"'uU]))*+\"\"\"
        | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\[tbnrf\\"'uU]))*+'{{3}}
        | \"(?:[^\"\\\n\r]|\\[tbnrf\\"'uU])*+\" | '(?:[^'\\\n\r]|\\[tbnrf\\"'uU])*+')
    | (?P<iri><[^<>"{{}}|^`\x00-\x20]*+>)
    | (?P<variable>[?$]{_NAME}++)
    | (?P<blank>_:[\w.-]*\w)
    | (?P<prefixed>(?:[^\W\d_](?:[\w.\-\u00b7]*[\w\-\u00b7])?)?:
        (?:{_LOCAL}(?:(?:{_LOCAL}|\.)*{_LOCAL})?)?)
    | (?P<number>(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+ | [0-9]*\.[0-9]+ | [0-9]+)
    | (?P<word>[^\W\d]\w*)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
    | (?P<sign>\^\^ | && | \|\| | [!<>]= | [(){{}}\[\].;,|/^?*+!=<>$&~@-])
    | (?P<wrong>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_IRI = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^<>\n\r]*|[^<>?$\n\r()=!&|]*)>")
"""An IRI as it may be meant, with characters that it cannot have."""
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_IRI_BEGINS = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*")
_WRONG_ESCAPE = re.compile(r"""(["'])(?:(?!\1)[^\\\n\r]|\\[tbnrf\\"'uU])*+\\([^\n\r])""")
_SIGNS = {
    **dict.fromkeys("“”„‟«»", '"'),
    **dict.fromkeys("‘’‚‛´`", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("，､", ","),
    **dict.fromkeys("；;", ";"),
    **dict.fromkeys("（", "("),
    **dict.fromkeys("）", ")"),
    "？": "?",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "×": "*",
    "÷": "/",
    "¬": "!",
    "∧": "&&",
    "∨": "||",
    "…": "...",
}
"""Characters that word processors and keyboards put in the place of SPARQL's."""


class Mistake(Exception):
    """What is wrong in a query, and the offset where."""

    def __init__(self, at: int, reason: Words) -> None:
        self.at, self.reason = at, reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal: its kind, its text and its offset; the last one is ``end``, without text."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        """Its text as a message shows it."""
        return repr(self.text[:LONGEST_WORD] + "…" * (len(self.text) > LONGEST_WORD))


def terminals(text: str, start: int = 0) -> Iterator[Terminal]:
    """Yield the terminals of a query from an offset. Raises Mistake at what is none."""
    for found in _TERMINAL.finditer(text, start):
        kind = found.lastgroup or ""
        if kind == "skip":
            continue
        if kind == "wrong":
            raise Mistake(found.start(), _wrong_sign(found[0], text, found.start()))
        if found[0] == "<":
            _judge_iri(text, found.start())
        if kind == "iri" and _SCHEME.match(found[0]) and "\\" not in found[0]:
            try:
                ox.NamedNode(found[0][1:-1])
            except ValueError as error:
                problem = str(error).rstrip(".")
                raise Mistake(found.start(), phrase("no-iri-since", problem=problem)) from None
        yield Terminal(kind, found[0], found.start())
    yield Terminal("end", "", len(text))


def _wrong_sign(sign: str, text: str, at: int) -> Words:
    """Return what is wrong with a character that begins no terminal."""
    if sign in "\"'":
        escape = _WRONG_ESCAPE.match(text, at)
        if escape is not None:
            return phrase("string-escape", sign=repr("\\" + escape[2]))
        return phrase("quotation-mark-open")
    if sign in _SIGNS:
        return phrase("write-sign", sign=sign, code=f"U+{ord(sign):04X}", instead=_SIGNS[sign])
    name = unicodedata.name(sign, "").lower()
    name = f" ({name})" if name else ""
    if sign == "\ufeff":
        return phrase("byte-order-mark-within")
    key = "no-space" if sign.isspace() or unicodedata.category(sign) in ("Cf", "Zs") else "no-sign"
    shown = repr(sign) if sign.isprintable() else ""
    return phrase(key, sign=shown, code=f"U+{ord(sign):04X}{name}")


def _judge_iri(text: str, at: int) -> None:
    """Raise Mistake where ``<`` begins what is meant as an IRI and is none."""
    found = _IN_IRI.match(text, at)
    if found is None:
        if _IRI_BEGINS.match(text, at):
            raise Mistake(at, phrase("iri-open"))
        return
    wrong = re.search(r'[\x00-\x20"{}|^`\\]', found[1])
    if wrong is not None and (":" in found[1] or wrong[0] != " " or " " in found[1].strip()):
        key = "iri-with-space" if wrong[0].isspace() else "iri-with-sign"
        instead = f"%{ord(wrong[0]):02X}"
        reason = phrase(key, iri=found[0][:LONGEST_WORD], sign=repr(wrong[0]), instead=instead)
        raise Mistake(at + 1 + wrong.start(), reason)
