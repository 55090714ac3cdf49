"""The tokens of a query, for whoever looks at its text without parsing it.

Terminals are those of SPARQL 1.1 Query, section 19.8, as far as they matter here: strings, IRIs and
comments hide what stands in them; keywords, prefixed names and numbers are all names. ``<`` begins
an IRI wherever one can be read, which is right for all queries but unusual ones such as ``?a<?b>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NAME = r"[\w\-.:%\u00b7\u200c\u200d\u203f\u2040]|\\[^\s\w]"
"""One character of a name, as a pattern."""
IRI = re.compile(r"""<[^<>"{}|^`\x00-\x20]*+>""")
TOKEN = rf"""
      (?P<space>\s++)
    | (?P<comment>\#[^\n\r]*+)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*+\"\"\"
        | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*+'{{3}}
        | \"(?:[^\"\\\n\r]|\\.)*+\" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<variable>[?$]\w[\w\u00b7\u200c\u200d\u203f\u2040]*)
    | (?P<name>(?:{NAME})+)
    | (?P<open>[({{\[])
    | (?P<close>[)}}\]])
    | (?P<operator>&&|\|\||[!<>]=|[!+*/|^=<>])
    | (?P<other>.)
    """
"""Any token but an IRI, as a verbose pattern with a group for each kind."""
FLAGS = re.VERBOSE | re.DOTALL
_TOKEN_OR_IRI = re.compile(rf"(?P<iri>{IRI.pattern}) | {TOKEN}", FLAGS)


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens but white space and comments; ``lastgroup`` of a match names its kind."""
    for token in _TOKEN_OR_IRI.finditer(text):
        if token.lastgroup not in ("space", "comment"):
            yield token


def tokens_by_depth(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the tokens with their depth in brackets; brackets have that of what is around them."""
    depth = 0
    for token in tokens(text):
        depth -= token.lastgroup == "close"
        yield depth, token
        depth += token.lastgroup == "open"
