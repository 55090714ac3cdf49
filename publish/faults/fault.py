"""Faults in the input, as data.

A fault in somebody's file is collected, never raised: every stage takes a list of faults,
adds to it what it finds and goes on, so that one run reports them all. What a fault says, in
English and in Dutch, stands in ``fault_kinds/``, one table per code; the program only fills in
the particulars.
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
"""The languages in which faults are told; the first is that of programs."""


class Words(str):
    """A text in English that knows the same in Dutch."""

    __slots__ = ("nl",)
    nl: str

    def __new__(cls, en: str, nl: str = "") -> Words:
        """Make a text from its English and its Dutch; without Dutch it is the same in both."""
        made = super().__new__(cls, en)
        made.nl = nl or en
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.nl

    def __add__(self, other: str) -> Words:
        return Words(str(self) + str(other), self.nl + in_language(other, "nl"))

    def told(self, language: str) -> str:
        """Return the text in a language."""
        return self.nl if language == "nl" else str(self)


def in_language(value: object, language: str) -> str:
    """Return a value as text, in a language where it knows more than one."""
    return value.told(language) if isinstance(value, Words) else str(value)


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
    def place(self) -> str:
        """The place as one text: path:line:column, or the path alone."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def __str__(self) -> str:
        """Return the fault as two lines, in English."""
        return self.told("en")

    def told(self, language: str) -> str:
        """Return the fault as two lines: the place with the finding, then what to do."""
        finding, fix = self.finding.told(language), self.fix.told(language)
        return f"{self.place}: {self.code}: {finding}\n    {fix}"

    def record(self, language: str = "en") -> dict[str, object]:
        """Return the fault as a JSON object."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "finding": self.finding.told(language),
            "fix": self.fix.told(language),
            "severity": self.severity,
            "text": self.text,
        }


class FaultyInput(Exception):
    """The input has faults; nothing was written. Ends the program with exit code 1."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__(f"{len(self.faults)} fault(s)")


class CannotRun(Exception):
    """The program was asked something it cannot do at all. Exit code 2."""


def _read_kinds() -> tuple[dict[str, Kind], dict[str, Words]]:
    kinds: dict[str, Kind] = {}
    phrases: dict[str, Words] = {}
    folder = resources.files("publish.faults").joinpath("kinds")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".toml"):
            continue
        for code, told in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if file.name == "phrases.toml":
                phrases[code] = Words(**told)
            else:
                told["when"] = {key: _unwrapped(text) for key, text in told["when"].items()}
                texts = {name: Words(**told[name]) for name in TEXTS}
                kinds[code] = Kind(
                    code=code,
                    subject=file.name.removesuffix(".toml"),
                    severity=told.get("severity", "error"),
                    can_be_acknowledged=told.get("can-be-acknowledged", False),
                    constraint=told.get("constraint", ""),
                    **texts,
                )
    return kinds, phrases


def _unwrapped(text: str) -> str:
    """Return a text with each paragraph on one line; lines that are indented stay as they are."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        is_text = all(part and not part.startswith("    ") for part in (line, *lines[-1:]))
        if lines and is_text:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


TEXTS = ("title", "finding", "fix", "when")
"""What each kind of fault says of itself."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of fault. In ``finding`` and ``fix`` particulars stand in braces."""

    code: str
    subject: str
    """The file of ``fault_kinds/`` in which it stands."""
    title: Words
    finding: Words
    fix: Words
    when: Words
    """When it occurs and how to set it right: the text of its help page."""
    severity: str
    can_be_acknowledged: bool
    """Whether a mapping can say that the source itself has it."""
    constraint: str = ""
    """The integrity constraint of RDF Data Cube that it breaks, such as ``IC-12``."""


KINDS, PHRASES = _read_kinds()


def fault(
    code: str, path: object, line: int = 0, column: int = 0, /, **particulars: object
) -> Fault:
    """Return the fault ``code`` at a place, its texts filled in with the particulars.

    Raises KeyError for a code or a particular that ``fault_kinds/`` does not know.
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


def said(phrase: str, /, **particulars: object) -> Words:
    """Return a phrase of ``fault_kinds/phrases.toml``, to fill in as a particular."""
    return _filled(PHRASES[phrase], particulars)


def number_of(number: int, noun: str) -> Words:
    """Return a number with what is counted, in the singular or the plural."""
    phrase = f"one-of-{noun}" if number == 1 else f"number-of-{noun}"
    return said(phrase, number=written_out(number))


def written_out(number: int) -> Words:
    """Return a number with marks between thousands."""
    return Words(f"{number:,}", f"{number:,}".replace(",", "."))


def together(items: Iterable[str]) -> Words:
    """Return texts with ``and`` between them; nothing when there are none."""
    told = list(items)
    en, nl = ([in_language(item, language) for item in told] for language in LANGUAGES)
    return Words(" and ".join(en), " en ".join(nl))


def reason_of(error: OSError) -> str:
    """Return why a file cannot be read, in both languages where that is usual."""
    name = f"error-{errno.errorcode.get(error.errno or 0, '').lower()}"
    return said(name) if name in PHRASES else error.strerror or str(error)


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


def place_of_byte(error: UnicodeDecodeError) -> tuple[int, int]:
    """Return line and column, from 1, of the first byte that is not UTF-8; a BOM counts not."""
    before = error.object[: error.start].removeprefix(b"\xef\xbb\xbf")
    before = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before[before.rfind(b"\n") + 1 :]
    return before.count(b"\n") + 1, len(line.decode("utf-8")) + 1


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
    return said("did-you-mean", word=near) if near else Words("")


def some_of(known: Iterable[str], most: int = 12) -> str:
    """Return known words for a message, at most so many of them."""
    words = list(known)
    more = ", …" if len(words) > most else ""
    return ", ".join(words[:most]) + more if words else said("none-yet")
