"""How wide texts of a chart are, and how they are broken into lines.

No font is at hand where a chart is drawn, so widths are estimates: those of Open Sans by kind of
letter, a little larger, as other fonts of this kind are wider.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from html import escape

SIZE = 13
"""The size of all texts but titles, in the units of the drawing."""
LINE = 16
"""The distance of lines of that size."""
ELLIPSIS = "…"
_WIDTHS = {
    sign: width
    for signs, width in (
        ("'ijl !,.:;I`|", 0.29),
        ('()-[]f/\\t{}r"', 0.39),
        ("?_cszFLvxy*Jk", 0.53),
        ("TgEPSXYZaebdhnopqu$+0123456789<=>^~KV", 0.61),
        ("ABCDGHNOQRUw#&", 0.76),
        ("@MWm%", 0.94),
    )
    for sign in signs
}


def width_of(text: str, size: float = SIZE, *, is_bold: bool = False) -> float:
    """Return about how wide a text is."""
    return _width(text) * size * (1.1 if is_bold else 1.05)


@lru_cache(maxsize=4096)
def _width(text: str) -> float:
    return sum(_WIDTHS[sign] if sign in _WIDTHS else _other(sign) for sign in text)


def _other(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    plain = unicodedata.normalize("NFD", sign)[0]
    return _WIDTHS.get(plain, 0.75)


def wrapped(
    text: str, width: float, *, most: int, size: float = SIZE, is_bold: bool = False
) -> tuple[str, ...]:
    """Return a text as so many lines of a width at most; what does not fit is cut off."""
    lines: list[str] = []
    left = text.split()
    while left and len(lines) < most:
        line = left.pop(0)
        is_last = len(lines) == most - 1
        while left and (is_last or width_of(f"{line} {left[0]}", size, is_bold=is_bold) <= width):
            line = f"{line} {left.pop(0)}"
        lines.append(shortened(line, width, size=size, is_bold=is_bold))
    return tuple(lines)


def shortened(text: str, width: float, *, size: float = SIZE, is_bold: bool = False) -> str:
    """Return a text that is not wider than a width, with an ellipsis where it is cut off."""
    if width_of(text, size, is_bold=is_bold) <= width:
        return text
    while text and width_of(text + ELLIPSIS, size, is_bold=is_bold) > width:
        text = text[:-1]
    return text.rstrip(" ,;(·") + ELLIPSIS


def xml(text: str) -> str:
    """Return a text as it stands in XML, without signs that XML cannot have."""
    kept = text if text.isprintable() else "".join(map(_kept, text))
    return escape(kept)


def _kept(sign: str) -> str:
    if unicodedata.category(sign) in ("Cc", "Cs") or sign in "\ufffe\uffff":
        return " "
    return sign


def number(value: float) -> str:
    """Return a coordinate, as short as a tenth allows."""
    text = f"{value:.1f}"
    return text[:-2] if text[-1] == "0" else text
