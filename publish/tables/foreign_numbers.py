"""Numbers as any source prints them, and the format in which a foreign table prints its numbers.

Cells are texts on one line, with single spaces. Others print spaces or apostrophes between
thousands, which the formats of a mapping do not have: the figure stays, its thousands mark becomes
that of the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from publish.faults.fault import Words, phrase
from publish.tables.numbers import FORMATS

FIGURE = re.compile(
    r"[-−–+]?[0-9]{1,3}(?P<mark>[ '’])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:[.,][0-9]+)? ?%?"
    r"|[-−–+]?[0-9]+(?:[.,][0-9]+)* ?%?"
)
THOUSANDS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3})")
SIGNS = str.maketrans({"−": "-", "–": "-"})
REPLACED = re.compile(r"[ '’−–+]")
UNCLEAR = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""A number whose mark can be read as thousands or as decimals."""


@lru_cache(maxsize=1 << 16)
def is_figure(text: str) -> bool:
    """Return whether a cell is a number, however it is written."""
    return bool(text) and FIGURE.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """The format in which a table prints its numbers."""

    numbers: str | None
    """A key of the formats of a mapping; None when every format reads them alike."""
    why: Words
    doubtful: bool = False
    """Whether the marks can be read in two ways, and nothing in the table says in which."""
    readings: tuple[tuple[str, str], ...] = ()
    """Where it is doubtful, the formats that fit and a number as each reads it."""


@dataclass(kw_only=True)
class _Marks:
    """What the numbers of a table say about their marks: an example per decimal mark."""

    clear: dict[str, list[str]] = field(default_factory=lambda: {",": [], ".": []})
    """Numbers that can only be read with this decimal mark."""
    unclear: dict[str, list[str]] = field(default_factory=lambda: {",": [], ".": []})
    """Numbers in which this mark can be either."""
    likely: list[str] = field(default_factory=list)
    """Numbers beside which a mark with three digits behind it is hardly that of thousands."""


def find_format(columns: Iterable[Iterable[str]], default: str) -> NumberStyle:
    """Return how the figures of columns are printed; ``default`` is the format of the project."""
    marks = _Marks()
    for texts in columns:
        _note_marks(texts, marks)
    clear, unclear = marks.clear, marks.unclear
    if clear[","] and clear["."]:
        example = phrase("marks-mixed", one=clear[","][0], other=clear["."][0])
        return _doubtful(clear[","][0], clear["."][0], example, default)
    if clear[","]:
        text = clear[","][0]
        why = phrase("decimal-comma" if "," in text else "thousands-points", text=text)
        return NumberStyle(numbers="nl", why=why)
    if clear["."]:
        has_thousands = unclear[","] or any("," in text for text in clear["."])
        text = clear["."][0]
        why = phrase("decimal-point" if "." in text else "thousands-commas", text=text)
        return NumberStyle(numbers="en" if has_thousands else "plain", why=why)
    if not any(unclear.values()):
        return NumberStyle(numbers=None, why=phrase("no-marks-in-numbers"))
    one, other = unclear["."], unclear[","]
    if one and other:
        example = phrase("marks-mixed", one=other[0], other=one[0])
        return _doubtful(other[0], one[0], example, default)
    mark = "." if one else ","
    text = unclear[mark][0]
    if marks.likely:
        numbers = "plain" if mark == "." else "nl"
        why = phrase("mark-beside", text=text, other=marks.likely[0])
        return NumberStyle(numbers=numbers, why=why)
    return _doubtful(text, text, phrase("mark-of-either", text=text), default)


def _note_marks(texts: Iterable[str], marks: _Marks) -> None:
    """Note what the numbers of one column say about their marks."""
    unclear: list[str] = []
    unmarked: list[str] = []
    for text in texts:
        number = to_format(text, "plain").rstrip("% ")
        found = re.findall(r"[.,]", number)
        if not found:
            (marks.likely if THOUSANDS.search(text) else unmarked).append(text)
        elif len(found) == 1 and UNCLEAR.fullmatch(number) and not THOUSANDS.search(text):
            marks.unclear[found[0]].append(text)
            (marks.likely if text.endswith("%") else unclear).append(text)
        else:
            # A repeated mark stands between thousands; otherwise the last one is the decimal mark.
            repeated = len(found) > 1 and len(set(found)) == 1
            decimal = {",": ".", ".": ","}[found[0]] if repeated else found[-1]
            marks.clear[decimal].append(text)
    if unclear:
        # Many print no mark in 1234, but do so in 12.345; nobody prints 1.234 beside 5678.
        shortest = min(sum(map(str.isdigit, text)) for text in unclear)
        digits = max(4, min(shortest, 5))
        marks.likely += [text for text in unmarked if len(text.lstrip("+-−–")) >= digits]


def _doubtful(one: str, other: str, why: Words, default: str) -> NumberStyle:
    """Return that marks can be read in two ways, with a number as each way reads it."""
    readings: dict[str, str] = {}
    for numbers in dict.fromkeys([default, "plain", *FORMATS]):
        form = FORMATS[numbers]
        for text in (one, other):
            plain = to_format(text, numbers)
            if form.one.fullmatch(plain):
                bare = plain.replace(form.thousands, "") if form.thousands else plain
                readings.setdefault(bare.replace(form.decimal, "."), numbers)
    found = tuple((numbers, value) for value, numbers in readings.items())
    return NumberStyle(numbers=None, why=why, doubtful=True, readings=found)


def to_format(text: str, numbers: str) -> str:
    """Return a figure in a format of a mapping; only marks that no format has are replaced."""
    if REPLACED.search(text) is None:
        return text
    text = THOUSANDS.sub(FORMATS[numbers].thousands, text)
    return text.translate(SIGNS).removeprefix("+")
