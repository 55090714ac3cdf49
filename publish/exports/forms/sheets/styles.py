"""How cells of a workbook look, and how wide and high they have to be for their texts.

Widths are in characters, as in Excel; heights in points. A program makes a row as high as its
texts need by itself, but for merged cells, so their height is set here.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from publish.exports.figure_text import one_line

LINE = 15.0
"""The height of a line of text."""
TITLE_LINE = 20.0
TEXT_WIDTH, MOST_TEXT_WIDTH = 90.0, 130.0
"""How wide texts above and below a table are: at least, and at most where the table is wider."""
DEFAULT_WIDTH = 8.43
"""The width of a column for which none is set."""
LONGEST_TEXT = 32_000
"""Characters of a cell: Excel takes 32,767."""
LONGEST_LINK = 2_000
"""Characters of a link: Excel takes 2,079."""
GREY, PALE, INK = "#5A6470", "#F1F3F5", "#DDE4EB"

LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"},
    "key": {"font_color": GREY, "text_wrap": True, "valign": "top"},
    "head": {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": INK,
        "border": 1,
        "border_color": "#FFFFFF",
    },
    "stub_head": {"bold": True, "text_wrap": True, "valign": "bottom", "bg_color": INK},
    "label": {"text_wrap": True, "valign": "top"},
    "number": {"align": "right", "valign": "top"},
    "absent": {"align": "right", "valign": "top", "font_color": GREY, "italic": True},
    "empty": {"bg_color": PALE},
    "note": {"text_wrap": True, "valign": "top"},
    "link": {"text_wrap": True, "valign": "top", "font_color": "#0563C1", "underline": 1},
    "plain": {"valign": "top"},
}
"""The properties of each look, by XlsxWriter's names."""
TOTAL = {"bold": True, "top": 1}
"""What a total has besides."""


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[object, ...], Any] = {}

    def get(self, look: str, *, is_total: bool = False, **more: object) -> Any:
        """Return the format of a look, that of a total if it is one, with more properties."""
        key = (look, is_total, *sorted(more.items()))
        if key not in self._made:
            properties = LOOKS[look] | (TOTAL if is_total else {}) | more
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]


def number_format(value: Decimal) -> str:
    """Return the format that shows a number with the decimals that it has."""
    places = max(0, -int(value.as_tuple().exponent))
    return "#,##0" + ("." + "0" * places if places else "")


def quoted(text: str) -> str:
    """Return a text as a part of the format of a number."""
    plain = one_line(text).replace('"', "")
    return f'"{" " * text.startswith(" ")}{plain}"' if plain else ""


def exact_float(value: Decimal) -> float | None:
    """Return a number as a workbook can hold it, with 15 digits; None where that is not exact."""
    number = float(value)
    return number if Decimal(f"{number:.15G}") == value else None


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a cell."""
    if len(text) <= width:
        return 1
    return max(1, len(textwrap.wrap(text, max(4, math.floor(width)))))


def column_width(heads: Sequence[str], longest_cell: int, *, least: float, most: float) -> float:
    """Return the width of a column: that of its cells, and of the longest words of its heads."""
    words = [word for head in heads for word in head.split()]
    head = max([len(text) for text in heads if len(text) <= 14] + [*map(len, words), 0])
    return max(least, min(most, max(longest_cell, head * 1.1) + 2))


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a valid name of a sheet that none has yet, and take it."""
    plain = "".join(" " if sign in "[]:*?/\\" or ord(sign) < 32 else sign for sign in name)
    plain = plain.strip("' ")[:31].strip("' ") or "-"
    found, number = plain, 1
    while found.lower() in taken or found.lower() == "history":
        number += 1
        found = f"{plain[: 30 - len(str(number))]} {number}"
    taken.add(found.lower())
    return found
