"""Faults in the input, as data.

A fault in somebody's file is collected, never raised: every stage takes a list of faults, adds
what it finds and goes on, so that one run reports them all. The texts of a kind of fault, in
English and in Dutch, stand in ``kinds/*.toml``, one table per code; the program fills in the
particulars.
"""

from __future__ import annotations

import difflib
import errno
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

LANGUAGES = ("en", "nl")
"""The languages of all texts for people; the first is used in output for programs."""


class Words(str):
    """A text in English that carries its Dutch translation."""

    __slots__ = ("nl",)
    nl: str

    def __new__(cls, en: str, nl: str = "") -> Words:
        """Make a text from its English and its Dutch; without Dutch, it is the same in both."""
        made = super().__new__(cls, en)
        made.nl = nl or en
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.nl

    def __add__(self, other: str) -> Words:
        return Words(str(self) + str(other), self.nl + in_language(other, "nl"))

    def text_in(self, language: str) -> str:
        """Return the text in a language."""
        return self.nl if language == "nl" else str(self)


def in_language(value: object, language: str) -> str:
    """Return a value as text, translated if it is one of ``Words``."""
    return value.text_in(language) if isinstance(value, Words) else str(value)


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One finding at one place: a file with line and column from 1, or an IRI with line 0."""

    path: str
    line: int
    column: int
    code: str
    finding: Words
    fix: Words
    severity: str = "error"
    text: str = ""
    """The text of the cell at the place, where it is one of a table."""

    @property
    def kind(self) -> Kind:
        """The kind of fault it is."""
        return KINDS[self.code]

    @property
    def place(self) -> str:
        """The place as one text: path:line:column, or the path alone."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def __str__(self) -> str:
        """Return the fault as two lines, in English."""
        return self.text_in("en")

    def text_in(self, language: str) -> str:
        """Return the fault as two lines: the place with the finding, then what to do."""
        finding, fix = self.finding.text_in(language), self.fix.text_in(language)
        return f"{self.place}: {self.code}: {finding}\n    {fix}"

    def record(self, language: str = "en") -> dict[str, object]:
        """Return the fault as a JSON object."""
        texts = {name: getattr(self, name).text_in(language) for name in ("finding", "fix")}
        return vars(self) | texts


class FaultyInput(Exception):
    """The input has faults; nothing was written. Ends the program with exit code 1."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__(f"{len(self.faults)} fault(s)")


class CannotRun(Exception):
    """The program was asked something it cannot do at all. Exit code 2."""


def _read_kinds() -> tuple[dict[str, Kind], dict[str, Words]]:
    """Return the kinds of fault by code, and the phrases by name, which have no help page."""
    kinds: dict[str, Kind] = {}
    phrases: dict[str, Words] = {}
    folder = resources.files("publish.faults").joinpath("kinds")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        subject, _, ending = file.name.rpartition(".")
        if ending != "toml":
            continue
        for code, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if "when" not in table:
                phrases[code] = Words(**table)
                continue
            table["when"] = {key: _unwrapped(text) for key, text in table["when"].items()}
            table |= {name: Words(**table[name]) for name in TEXTS}
            fields = {key.replace("-", "_"): value for key, value in table.items()}
            kinds[code] = Kind(code=code, subject=subject, **fields)
    return kinds, phrases


def _unwrapped(text: str) -> str:
    """Return a text with each paragraph on one line; indented lines, as examples, stay apart."""
    return re.sub(r"^(?! {4})(.+)\n(?! {4}|\n)", r"\1 ", text.strip("\n"), flags=re.MULTILINE)


TEXTS = ("title", "finding", "fix", "when")
"""The fields of a kind that are texts in both languages."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of fault: a table of ``kinds/*.toml``, its keys with ``-`` for ``_``."""

    code: str
    subject: str
    """The file of ``kinds/`` in which it stands, without ending."""
    title: Words
    finding: Words
    """The message; particulars stand in braces, here and in ``fix``."""
    fix: Words
    when: Words
    """When it occurs and how to set it right: the text of its help page."""
    severity: str = "error"
    constraint: str = ""
    """The integrity constraint of RDF Data Cube that it breaks, such as ``IC-12``."""
    can_be_acknowledged: bool = False
    """Whether a mapping can say that the source itself has it."""
    hides_content: bool = False
    """Whether nothing of the file, or not all of it, could be read."""
    leaves_rest_usable: bool = False
    """Whether the rest of a YAML file is judged all the same."""
    needs_whole_ontology: bool = False
    """Whether it may be untrue when a file of the ontology could not be read."""
    costs_known_cells: bool = False
    """Whether it is known which cells of a table are lost by it, so that totals of other cells
    can still be judged."""
    stops_comparison: bool = False
    """Whether, though the source has it, not all figures are compared."""


KINDS, PHRASES = _read_kinds()


def fault(
    code: str, path: object, line: int = 0, column: int = 0, /, **particulars: object
) -> Fault:
    """Return the fault ``code`` at a place, its texts filled in with the particulars.

    Raises KeyError for a code or a particular that ``kinds/`` does not know.
    """
    kind = KINDS[code]
    return Fault(
        path=_on_one_line(path),
        line=line,
        column=column,
        code=code,
        finding=_filled(kind.finding, particulars),
        fix=_filled(kind.fix, particulars),
        severity=kind.severity,
    )


def phrase(name: str, /, **particulars: object) -> Words:
    """Return a phrase of ``kinds/`` with its particulars filled in."""
    return _filled(PHRASES[name], particulars)


def number_of(number: int, noun: str) -> Words:
    """Return a number with what is counted, in the singular or the plural."""
    name = f"one-of-{noun}" if number == 1 else f"number-of-{noun}"
    return phrase(name, number=written_out(number))


def written_out(number: int) -> Words:
    """Return a number with marks between thousands."""
    return Words(f"{number:,}", f"{number:,}".replace(",", "."))


def together(items: Iterable[str]) -> Words:
    """Return texts with ``and`` between them; nothing when there are none."""
    texts = list(items)
    en, nl = ([in_language(item, language) for item in texts] for language in LANGUAGES)
    return Words(" and ".join(en), " en ".join(nl))


def reason_of(error: OSError) -> str:
    """Return why a file cannot be read, in both languages where that is usual."""
    name = f"error-{errno.errorcode.get(error.errno or 0, '').lower()}"
    return phrase(name) if name in PHRASES else error.strerror or str(error)


def _filled(text: Words, particulars: dict[str, object]) -> Words:
    """Return a text in both languages with its particulars."""
    en, nl = (
        {name: _on_one_line(in_language(value, language)) for name, value in particulars.items()}
        for language in LANGUAGES
    )
    return Words(str(text).format_map(en), text.nl.format_map(nl))


def _on_one_line(value: object) -> str:
    """Return a value as text that can neither break a line nor command a terminal."""
    text = re.sub(r"[\t\n\r]", " ", str(value))
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]",
        lambda found: found[0].encode("unicode_escape").decode(),
        text,
    )


def shortened(text: str) -> str:
    """Return a text that is not too long for a message."""
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known word that ``word`` may be a slip for, or None.

    The likeness is twice the letters in common over all letters, from 0 to 1.
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> Words:
    """Return ``Did you mean "x"? `` for the known word nearest to ``word``, else nothing."""
    near = nearest(word, known)
    return phrase("did-you-mean", word=near) if near else Words("")


def some_of(known: Iterable[str], most: int = 12) -> str:
    """Return known words for a message, at most so many of them."""
    words = list(known)
    more = ", …" if len(words) > most else ""
    return ", ".join(words[:most]) + more if words else phrase("none-yet")
