"""What is wrong with a query, in a sentence and with a place.

In comes the parser's message and the text; out comes a line, a column and a sentence. The
parser says how far it came, which is often not where the mistake is: prefixes that nobody
declared and brackets that do not match are therefore looked for first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from publish.faults.fault import Words, phrase
from publish.faults.places import line_and_column
from publish.sparql.query.guard import plain_tokens

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
LONGEST_WORD = 60
"""How many characters of a word are told."""
_UPDATES = frozenset(
    ["insert", "delete", "with", "load", "clear", "create", "drop", "copy", "move", "add"]
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, kw_only=True)
class SyntaxFault:
    """One mistake in a query; line and column count from 1."""

    line: int
    column: int
    sentence: Words


def explain_syntax(message: str, text: str) -> SyntaxFault:
    """Return the likeliest mistake in a query that the parser refused."""
    own = next(_updates(text), None) or next(_prefixes(text), None) or next(_brackets(text), None)
    if own is not None:
        at, sentence = own
        line, column = line_and_column(text, at)
        return SyntaxFault(line=line, column=column, sentence=sentence)
    found = _PLACE.search(message)
    if not found:
        return SyntaxFault(line=1, column=1, sentence=phrase("not-sparql", problem=message))
    line, column = int(found[1]), int(found[2])
    return SyntaxFault(line=line, column=column, sentence=_sentence(text, line, column, found[3]))


def _sentence(text: str, line: int, column: int, expected: str) -> Words:
    """Say what stands where the parser stopped, unless it gave a reason in words."""
    for reason in (phrase("unbound-variable"), phrase("no-iri")):
        if reason in expected:
            return reason
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    words = (word for word in re.finditer(r"[\w:?$-]+|\S", here) if word.end() >= column)
    word = next(words, None)
    if word is None:
        return phrase("query-ends-badly")
    shown = word[0] if len(word[0]) <= LONGEST_WORD else word[0][:LONGEST_WORD] + "…"
    return phrase("unexpected", word=repr(shown))


def _updates(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the place of the word that makes the text an update (SPARQL 1.1 Update, 3)."""
    for token in plain_tokens(text):
        word = token[0].casefold()
        if word in _UPDATES:
            yield token.start(), phrase("query-updates")
        if word not in ("base", "prefix") and ":" not in word:
            return


def _prefixes(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the place of each name whose prefix is not declared before it."""
    declared = {"_"}
    previous = ""
    for token in plain_tokens(text):
        if token.lastgroup == "name" and ":" in token[0]:
            prefix = token[0].partition(":")[0]
            if previous.casefold() == "prefix":
                declared.add(prefix)
            elif prefix not in declared:
                line = f"PREFIX {prefix}: <...>"
                yield token.start(), phrase("prefix-unknown", prefix=repr(prefix), line=line)
        previous = token[0]


def _brackets(text: str) -> Iterator[tuple[int, Words]]:
    """Yield the place of each bracket without its counterpart."""
    open_: list[tuple[int, str]] = []
    for token in plain_tokens(text):
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
