"""What is wrong with a query that the parser refused, in a sentence and with a place.

The parser says how far it came, which is often not where the mistake is. Updates, prefixes that
are not declared and brackets that do not match are therefore looked for first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from publish.faults.fault import Words, phrase
from publish.faults.places import line_and_column
from publish.sparql.query.errors import QuerySyntax
from publish.sparql.query.tokens import tokens

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
LONGEST_WORD = 60
"""Characters of a word that a message shows."""
_UPDATES = frozenset(
    ["insert", "delete", "with", "load", "clear", "create", "drop", "copy", "move", "add"]
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def explain_syntax(message: str, text: str) -> QuerySyntax:
    """Return the likeliest mistake in a query; ``message`` is that of the parser."""
    own = next(chain(_updates(text), _prefixes(text), _brackets(text)), None)
    if own is not None:
        at, sentence = own
        return QuerySyntax(sentence, line_and_column(text, at))
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


def _updates(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the offset of the word that makes the text an update (SPARQL 1.1 Update, section 3)."""
    for token in tokens(text):
        word = token[0].casefold()
        if token.lastgroup == "iri":
            continue
        if word in _UPDATES:
            yield token.start(), phrase("query-updates")
        if word not in ("base", "prefix") and ":" not in word:
            return


def _prefixes(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the offset of each name whose prefix is not declared before it."""
    declared = {"_"}
    previous = ""
    for token in tokens(text):
        if token.lastgroup == "name" and ":" in token[0]:
            prefix = token[0].partition(":")[0]
            if previous.casefold() == "prefix":
                declared.add(prefix)
            elif prefix not in declared:
                line = f"PREFIX {prefix}: <...>"
                yield token.start(), phrase("prefix-unknown", prefix=repr(prefix), line=line)
        previous = token[0]


def _brackets(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the offset of each bracket without its counterpart."""
    open_: list[tuple[int, str]] = []
    for token in tokens(text):
        if token.lastgroup == "open":
            open_.append((token.start(), token[0]))
        elif token.lastgroup == "close":
            if not open_ or _PAIRS[open_[-1][1]] != token[0]:
                yield token.start(), phrase("nothing-opened", sign=repr(token[0]))
                return
            open_.pop()
        elif token.lastgroup == "other" and token[0] in "\"'":
            yield token.start(), phrase("quotation-mark-open")
            return
    for at, bracket in reversed(open_):
        yield at, phrase("bracket-open", sign=repr(bracket))
