"""Faults in the input, as data.

A fault in somebody's file is collected, never raised: every stage takes a list of faults,
adds to it what it finds and goes on, so that one run reports them all. What a fault says
stands in ``faults.toml``, one table per code; the program only fills in the particulars.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import resources


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One finding at one place: a file with line and column from 1, or an IRI with line 0."""

    path: str
    line: int
    column: int
    code: str
    finding: str
    fix: str
    severity: str = "error"

    def __str__(self) -> str:
        """Return the fault as two lines: the place with the finding, then what to do."""
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.code}: {self.finding}\n    {self.fix}"

    def record(self) -> dict[str, object]:
        """Return the fault as a JSON object."""
        return asdict(self)


class FaultyInput(Exception):
    """The input has faults; nothing was written. Ends the program with exit code 1."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__(f"{len(self.faults)} fault(s)")


class CannotRun(Exception):
    """The program was asked something it cannot do at all. Exit code 2."""


def _read_kinds() -> dict[str, dict[str, str]]:
    text = resources.files("publish").joinpath("faults.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


KINDS: dict[str, dict[str, str]] = _read_kinds()


def fault(
    code: str, path: object, line: int = 0, column: int = 0, /, **particulars: object
) -> Fault:
    """Return the fault ``code`` at a place, its texts filled in with the particulars.

    Raises KeyError for a code or a particular that ``faults.toml`` does not know.
    """
    kind = KINDS[code]
    texts = {name: _on_one_line(value) for name, value in particulars.items()}
    return Fault(
        path=_on_one_line(path),
        line=line,
        column=column,
        code=code,
        finding=kind["finding"].format_map(texts),
        fix=kind["fix"].format_map(texts),
        severity=kind.get("severity", "error"),
    )


def _on_one_line(value: object) -> str:
    """Return a value as text that can neither break a line nor command a terminal."""
    text = re.sub(r"[\t\n\r]", " ", str(value))
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]",
        lambda found: found[0].encode("unicode_escape").decode(),
        text,
    )


def shortened(text: str) -> str:
    """Return a text that is not too long for a message."""
    return text if len(text) <= 60 else text[:57] + "..."


def place_of_byte(error: UnicodeDecodeError) -> tuple[int, int]:
    """Return line and column, from 1, of the first byte that is not UTF-8; a BOM counts not."""
    before = error.object[: error.start].removeprefix(b"\xef\xbb\xbf")
    line = before[before.rfind(b"\n") + 1 :]
    return before.count(b"\n") + 1, len(line.decode("utf-8")) + 1


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known word that ``word`` may be a slip for, or None.

    The likeness is twice the letters in common over all letters, from 0 to 1.
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``Did you mean "x"? `` for the known word nearest to ``word``, else nothing."""
    near = nearest(word, known)
    return f'Did you mean "{near}"? ' if near else ""


def some_of(known: Iterable[str], most: int = 12) -> str:
    """Return known words for a message, at most so many of them."""
    words = list(known)
    more = ", …" if len(words) > most else ""
    return ", ".join(words[:most]) + more if words else "there are none yet"
