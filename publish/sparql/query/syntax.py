"""What is wrong with a query that the parser refused, in a sentence and with a place.

The parser says how far it came, which is often not where the mistake is. The query is therefore
read once more, by the grammar of SPARQL 1.1 (``grammar``); what the parser says is for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.faults.fault import Words, phrase
from publish.faults.places import line_and_column
from publish.sparql.query.errors import QuerySyntax
from publish.sparql.query.grammar.queries import first_mistake
from publish.sparql.query.grammar.terminals import LONGEST_WORD, Mistake
from publish.sparql.query.tokens import tokens

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_UPDATES = frozenset(
    ["insert", "delete", "with", "load", "clear", "create", "drop", "copy", "move", "add"]
)
LONGEST_READ = 32_000
"""Characters of a query that is read again to explain what is wrong with it."""
_NOT_OF_1_1 = re.compile(r"<<|\{\||~|\b(?:LATERAL|VERSION)\b", re.IGNORECASE)
"""What the engine reads and our grammar does not."""


def explain_syntax(message: str, text: str) -> QuerySyntax:
    """Return the likeliest mistake in a query; ``message`` is that of the parser."""
    own = next(_updates(text), None)
    if own is None and len(text) <= LONGEST_READ and not _NOT_OF_1_1.search(text):
        own = first_mistake(text)
    if own is not None and text[own.at : own.at + 1] != "\\":  # a code point escape, perhaps
        return QuerySyntax(own.reason, line_and_column(text, own.at))
    found = _PLACE.search(message)
    if not found:
        return QuerySyntax(phrase("not-sparql", problem=message), (1, 1))
    line, column = int(found[1]), int(found[2])
    return QuerySyntax(_sentence(text, line, column, found[3]), (line, column))


def _sentence(text: str, line: int, column: int, expected: str) -> Words:
    """Return the reason that the parser gave in words, or else the word at which it stopped."""
    for reason in (phrase("unbound-variable"), phrase("no-iri")):
        if reason in expected:
            return reason
    here = "".join(text.split("\n")[line - 1 : line])
    words = (word for word in re.finditer(r"[\w:?$-]+|\S", here) if word.end() >= column)
    word = next(words, None)
    if word is None:
        return phrase("query-ends-badly")
    shown = word[0][:LONGEST_WORD] + "…" * (len(word[0]) > LONGEST_WORD)
    return phrase("unexpected", word=repr(shown))


def _updates(text: str) -> Iterator[Mistake]:
    """Yield the word that makes the text an update (SPARQL 1.1 Update, section 3)."""
    for token in tokens(text):
        word = token[0].casefold()
        if token.lastgroup == "iri":
            continue
        if word in _UPDATES:
            yield Mistake(token.start(), phrase("query-updates"))
        if word not in ("base", "prefix") and ":" not in word:
            return
