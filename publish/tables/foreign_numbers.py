"""Numbers as any source prints them, and the format in which a foreign table prints its numbers.

Cells are texts on one line, with single spaces. Others print spaces or apostrophes between
thousands, which the formats of a mapping do not have: the figure stays, its thousands mark becomes
that of the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from publish.faults.fault import phrase
from publish.tables.numbers import FORMATS

FIGURE = re.compile(
    r"[-−–+]?[0-9]{1,3}(?P<mark>[ '’])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:[.,][0-9]+)? ?%?"
    r"|[-−–+]?[0-9]+(?:[.,][0-9]+)* ?%?"
)
THOUSANDS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3})")
SIGNS = str.maketrans({"−": "-", "–": "-"})
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
    why: str
    doubtful: bool = False
    """Whether its marks can be read as thousands or as decimals, and not as in ``default``."""


def find_format(texts: Iterable[str], default: str) -> NumberStyle:
    """Return how figures are printed; ``default`` is the format of the project."""
    clear: dict[str, list[str]] = {",": [], ".": []}
    unclear: dict[str, list[str]] = {",": [], ".": []}
    for text in texts:
        number = to_format(text, "plain").rstrip("% ")
        marks = re.findall(r"[.,]", number)
        if not marks:
            continue
        if len(marks) == 1 and UNCLEAR.fullmatch(number) and number == text.rstrip("% "):
            unclear[marks[0]].append(text)
            continue
        # A repeated mark stands between thousands; otherwise the last one is the decimal mark.
        repeated = len(marks) > 1 and len(set(marks)) == 1
        decimal = {",": ".", ".": ","}[marks[0]] if repeated else marks[-1]
        clear[decimal].append(text)
    if any(clear.values()):
        if len(clear[","]) >= len(clear["."]):
            return NumberStyle(numbers="nl", why=phrase("decimal-comma", text=clear[","][0]))
        has_thousands = unclear[","] or "," in clear["."][0]
        why = phrase("decimal-point", text=clear["."][0])
        return NumberStyle(numbers="en" if has_thousands else "plain", why=why)
    if not any(unclear.values()):
        return NumberStyle(numbers=None, why=phrase("no-marks-in-numbers"))
    mark = max(unclear, key=lambda item: len(unclear[item]))
    numbers = "nl" if mark == "." else "en"
    why = phrase("mark-of-thousands", text=unclear[mark][0])
    return NumberStyle(numbers=numbers, why=why, doubtful=numbers != default)


@lru_cache(maxsize=1 << 16)
def to_format(text: str, numbers: str) -> str:
    """Return a figure in a format of a mapping; only marks that no format has are replaced."""
    text = THOUSANDS.sub(FORMATS[numbers].thousands, text)
    return text.translate(SIGNS).removeprefix("+")
