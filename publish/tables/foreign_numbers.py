"""Numbers as others print them, and how the numbers of one table are written.

In come cells on one line, in which white space of any kind is a space. Others put spaces or
apostrophes between thousands, which the formats of a mapping do not have: the figure stays, its
thousands mark becomes that of the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from publish.faults.fault import said

FIGURE = re.compile(
    r"[-−–+]?[0-9]{1,3}(?P<mark>[ '’])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:[.,][0-9]+)? ?%?"
    r"|[-−–+]?[0-9]+(?:[.,][0-9]+)* ?%?"
)
THOUSANDS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3})")
SIGNS = str.maketrans({"−": "-", "–": "-"})
UNCLEAR = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""A number of which the mark can be that of thousands as well as that of decimals."""
MARKS = {"nl": ".", "en": ",", "plain": ""}
"""The thousands mark of each format."""


@lru_cache(maxsize=1 << 16)
def is_figure(text: str) -> bool:
    """Return whether a cell is a number, however it is written."""
    return bool(text) and FIGURE.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True)
class Written:
    """How the numbers of a table are written."""

    numbers: str | None
    """A key of the formats of a mapping; None when every format reads them alike."""
    why: str
    doubtful: bool = False
    """Whether the marks can be those of thousands as well as those of decimals."""


def find_format(texts: Iterable[str], default: str) -> Written:
    """Return how figures are written, given the way of the project."""
    clear: dict[str, str] = {}
    count = {",": 0, ".": 0}
    unclear: dict[str, list[str]] = {",": [], ".": []}
    for text in texts:
        number = rewritten(text, "plain").rstrip("% ")
        marks = re.findall(r"[.,]", number)
        if not marks:
            continue
        if len(marks) == 1 and UNCLEAR.fullmatch(number) and number == text.rstrip("% "):
            unclear[marks[0]].append(text)
            continue
        # A mark that is repeated stands between thousands, else the last one is the decimal mark.
        repeated = len(marks) > 1 and len(set(marks)) == 1
        decimal = {",": ".", ".": ","}[marks[0]] if repeated else marks[-1]
        clear.setdefault(decimal, text)
        count[decimal] += 1
    if clear:
        decimal = "," if count[","] >= count["."] else "."
        kind = "decimal-comma" if decimal == "," else "decimal-point"
        why = said(kind, text=clear[decimal])
        if decimal == ",":
            return Written(numbers="nl", why=why)
        has_thousands = unclear[","] or "," in clear["."]
        return Written(numbers="en" if has_thousands else "plain", why=why)
    if not any(unclear.values()):
        return Written(numbers=None, why=said("no-marks-in-numbers"))
    mark = max(unclear, key=lambda item: len(unclear[item]))
    numbers = "nl" if mark == "." else "en"
    why = said("mark-of-thousands", text=unclear[mark][0])
    return Written(numbers=numbers, why=why, doubtful=numbers != default)


@lru_cache(maxsize=1 << 16)
def rewritten(text: str, numbers: str) -> str:
    """Return a figure in a format of a mapping: only other marks between thousands are replaced."""
    text = THOUSANDS.sub(MARKS[numbers], text)
    return text.translate(SIGNS).removeprefix("+")
