"""Colours of a workbook as red, green and blue: of its theme, of its palette, or as they are.

A theme gives ten colours, which a tint makes lighter or darker. ISO/IEC 29500-1, 18.8.3 and
18.8.19.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.workbook.workbook import Workbook
from openpyxl.xml.functions import fromstring

Rgb = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
SYSTEM = {64: BLACK, 65: WHITE}
"""What the system has for letters and for their ground."""
THEME_ORDER = (1, 0, 3, 2)
"""Themes list dark before light, cells number them the other way round."""
GRADIENTS = ("linear", "path")
NAMED = {
    "black": BLACK, "blue": (0, 0, 255), "cyan": (0, 255, 255), "green": (0, 255, 0),
    "magenta": (255, 0, 255), "red": (255, 0, 0), "yellow": (255, 255, 0),
}  # fmt: skip
"""The colours that number formats have names for."""
BEFORE_NUMBERED = 7
"""Colours of the palette before [Color1] of a number format."""
NEAR = 32
"""Two colours that differ less than this of 255, in each of red, green and blue, look alike."""


@dataclass(frozen=True)
class Palette:
    """The colours that cells of a workbook name by number."""

    theme: tuple[Rgb, ...]
    indexed: tuple[Rgb, ...]

    def colour(self, named: Any, automatic: Rgb) -> Rgb | None:
        """Return a colour, ``automatic`` where none is named, or None for one that is unknown."""
        if named is None or named.type == "auto":
            return automatic
        if named.type == "rgb":
            return _tinted(_rgb(str(named.rgb)), named.tint)
        if named.type == "indexed" and named.indexed in SYSTEM:
            return SYSTEM[named.indexed]
        known = self.theme if named.type == "theme" else self.indexed
        number = named.theme if named.type == "theme" else named.indexed
        return _tinted(known[number], named.tint) if 0 <= number < len(known) else None

    def of_format(self, name: str) -> Rgb | None:
        """Return the colour that a number format names, None for one that is unknown."""
        number = name.removeprefix("color")
        at = int(number) + BEFORE_NUMBERED if number.isdecimal() else -1
        return NAMED.get(name) or (self.indexed[at] if 0 <= at < len(self.indexed) else None)

    def grounds(self, fill: Any) -> list[Rgb | None]:
        """Return the colours that a fill gives a cell."""
        if fill.fill_type in GRADIENTS:
            return [self.colour(stop.color, WHITE) for stop in fill.stop] or [WHITE]
        if fill.fill_type in (None, "none"):
            return [WHITE]
        front = self.colour(fill.fgColor, BLACK)
        return [front] if fill.fill_type == "solid" else [front, self.colour(fill.bgColor, WHITE)]


def palette_of(book: Workbook) -> Palette:
    """Return the colours of a workbook."""
    theme: list[Rgb] = []
    if book.loaded_theme:
        for scheme in fromstring(book.loaded_theme).iter():
            if scheme.tag.rpartition("}")[2] == "clrScheme":
                theme = [_rgb(_code_of(entry)) for entry in scheme]
                break
    if len(theme) >= len(THEME_ORDER):
        theme = [theme[at] for at in THEME_ORDER] + theme[len(THEME_ORDER) :]
    indexed = getattr(book, "_colors", None) or COLOR_INDEX
    return Palette(theme=tuple(theme or (WHITE, BLACK)), indexed=tuple(map(_rgb, indexed)))


def are_alike(one: Rgb, other: Rgb) -> bool:
    """Return whether letters of one colour cannot be read on the other."""
    return all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))


def _code_of(entry: Any) -> str:
    """Return the hexadecimal code of a colour of a theme."""
    return next((c.get("lastClr") or c.get("val") or "" for c in entry), "")


def _rgb(code: str) -> Rgb:
    """Return the colour of a hexadecimal code, the alpha channel before it left out."""
    try:
        number = int(code[-6:], 16)
    except ValueError:
        return BLACK
    return number >> 16, number >> 8 & 255, number & 255


def _tinted(colour: Rgb, tint: float) -> Rgb:
    """Return a colour made lighter or, by a negative tint, darker."""
    if not tint:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    red, green, blue = colorsys.hls_to_rgb(hue, min(max(light, 0), 1), saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
