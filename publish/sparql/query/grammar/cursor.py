"""A place in the terminals of a query, and what was found out about the query before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from rapidfuzz.distance import DamerauLevenshtein

from publish.faults.fault import Words, phrase
from publish.sparql.query.grammar.terminals import Mistake, Terminal, terminals

MOST_NAMED = 6
"""How many words or signs that could stand somewhere a message names."""
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(kw_only=True)
class Scope:
    """What a group of patterns, with those around it, has so far."""

    variables: set[str] = field(default_factory=set)
    """Variables that have a value where the next pattern of the group stands."""
    block: int = 0
    """The number of the basic graph pattern, in which labels of blank nodes hold."""


class Cursor:
    """Reads the terminals of a query one by one; everything that does not fit raises Mistake."""

    def __init__(self, text: str, read_group: Callable[[Cursor], None]) -> None:
        """``read_group`` reads a group in braces, which also stands within expressions."""
        self._text, self._terminals = text, terminals(text)
        self._open: list[Terminal] = []
        self._expected: dict[str, None] = {}
        self.previous = self.now = Terminal("start", "", 0)
        self.read_group = read_group
        self.prefixes = {"_"}
        self.scope = Scope()
        self.blocks = 0
        self.labels: dict[str, int] = {}
        """The basic graph patterns of the labels of blank nodes."""
        self.aggregates = 0
        """How many aggregates were read."""
        self.in_aggregate = False
        self.may_aggregate = False
        """Whether an aggregate can stand here."""
        self.used: list[Terminal] = []
        """Variables of the expressions read, but for those in aggregates."""
        self.advance()

    # -- Terminals ------------------------------------------------------------------------------

    def advance(self) -> Terminal:
        """Pass the terminal that stands here; return it."""
        passed = self.previous = self.now
        self._expected.clear()
        self.now = next(self._terminals)
        if passed.kind == "sign" and passed.text in _CLOSING:
            self._open.append(passed)
        elif passed.kind == "sign" and passed.text in _CLOSING.values() and self._open:
            self._open.pop()
        if self.now.kind == "prefixed":
            self._judge_prefix()
        return passed

    def _judge_prefix(self) -> None:
        prefix = self.now.text.partition(":")[0]
        if prefix not in self.prefixes and not self.is_word_before("PREFIX"):
            if self.now.text.startswith(("http:", "https:", "urn:", "mailto:", "file:")):
                raise Mistake(self.now.at, phrase("iri-without-brackets"))
            line = f"PREFIX {prefix}: <...>"
            self.fail("prefix-unknown", prefix=repr(prefix), line=line)

    def is_word_before(self, word: str) -> bool:
        """Return whether the last terminal is a word."""
        return self.previous.kind == "word" and self.previous.text.upper() == word

    def at(self, *texts: str) -> bool:
        """Return whether one of some words, in any case, or signs stands here."""
        self._expected |= dict.fromkeys(texts)
        return self.now.kind in ("word", "sign") and self.now.text.upper() in texts

    def at_kind(self, *kinds: str) -> bool:
        """Return whether a terminal of one of some kinds stands here."""
        return self.now.kind in kinds

    def take(self, *texts: str) -> bool:
        """Pass one of some words or signs if it stands here; return whether it did."""
        found = self.at(*texts)
        if found:
            self.advance()
        return found

    def need(self, *texts: str, hint: str = "") -> Terminal:
        """Pass one of some words or signs. Raises Mistake, with the phrase ``hint``, without."""
        if not self.at(*texts):
            self.fail(hint)
        return self.advance()

    def need_kind(self, *kinds: str, hint: str = "") -> Terminal:
        """Pass a terminal of one of some kinds. Raises Mistake without."""
        if not self.at_kind(*kinds):
            self.fail(hint)
        return self.advance()

    def take_less_than(self) -> None:
        """Read what looks like an IRI as a sign and what follows, as in ``?a<1&&?b>2``."""
        at = self.now.at
        self.now = Terminal("sign", "<", at)
        self._terminals = terminals(self._text, at + 1)

    # -- Mistakes -------------------------------------------------------------------------------

    def fail(
        self, hint: str = "", terminal: Terminal | None = None, /, **words: object
    ) -> NoReturn:
        """Raise Mistake at a terminal, the next one by default: for a phrase, or as unexpected."""
        found = terminal or self.now
        if found.kind == "end":
            hint = hint if hint == "where-missing" else ""
        if found.kind == "end" and self._open:
            bracket = self._open[-1]
            raise Mistake(bracket.at, phrase("bracket-open", sign=repr(bracket.text)))
        if found.text in _CLOSING.values() and not self._open and not terminal:
            raise Mistake(found.at, phrase("nothing-opened", sign=repr(found.text)))
        wanted = _CLOSING[self._open[-1].text] if self._open else found.text
        if found.text in _CLOSING.values() and found.text != wanted and not terminal:
            hint, words = "bracket-missing", {"sign": repr(wanted)}
        if hint:
            raise Mistake(found.at, phrase(hint, **{"word": found.shown} | words))
        raise Mistake(found.at, self._unexpected(found))

    def fail_at_word(self, word: Terminal, hint: str) -> NoReturn:
        """Raise Mistake at a word: that it is misspelt, if it may be, or else for a phrase."""
        self.fail("" if self._meant_by(word) else hint, word)

    def _meant_by(self, found: Terminal) -> str:
        """Return the word that could stand here and of which one may be a misspelling, if any."""
        word = found.text.upper()
        near = [name for name in self._expected if found.kind == "word" and _are_near(word, name)]
        return min(near, key=lambda name: DamerauLevenshtein.distance(word, name), default="")

    def _unexpected(self, found: Terminal) -> Words:
        """Return that a terminal does not fit, with what may be meant or could stand there."""
        if found.text in ("?", "$"):
            return phrase("variable-without-name")
        if meant := self._meant_by(found):
            meant += " BY" * (meant in ("GROUP", "ORDER"))
            return phrase("keyword-misspelt", word=found.shown, meant=meant)
        said = phrase("unexpected", word=found.shown)
        if found.kind == "end":
            said = phrase("query-ends-badly")
        names = [name for name in self._expected if name not in (";", ",", "|", "/", "^")]
        if 0 < len(names) <= MOST_NAMED:
            said += Words(": ") + phrase("could-stand-here", names=", ".join(names))
        return said


def _are_near(word: str, name: str) -> bool:
    """Return whether a word may be a misspelling of another."""
    if word == name or min(len(word), len(name)) < 3:
        return False
    most = 1 if len(name) < 5 else 2
    return DamerauLevenshtein.distance(word, name, score_cutoff=most) <= most
