"""A sheet of a workbook that is written from top to bottom: texts, and what is between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from publish.exports.figure_text import NOTHING_KNOWN
from publish.exports.forms.sheets.styles import (
    DEFAULT_WIDTH,
    LINE,
    LONGEST_LINK,
    LONGEST_TEXT,
    MOST_TEXT_WIDTH,
    TEXT_WIDTH,
    TITLE_LINE,
    Styles,
    lines_of,
)
from publish.exports.layouts.caption import FootLine

PAGE_HEIGHT = 800.0
"""What is printed on one page, in points; it is made smaller, but can be read."""


class SheetPage:
    """A sheet, and the row that is written next. All texts are written as such, never formulas."""

    def __init__(self, sheet: Any, styles: Styles, widths: Sequence[float]) -> None:
        self.sheet, self.styles, self.row, self.height = sheet, styles, 0, 0.0
        self.widths = list(widths)
        self.last, self.text_width = self._text_columns()
        for column, width in enumerate(self.widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&C&P / &N")

    def _text_columns(self) -> tuple[int, float]:
        """Return the last column of texts above and below a table, and their width together."""
        width = 0.0
        for column in range(1000):
            own = self.widths[column] if column < len(self.widths) else DEFAULT_WIDTH
            if width and width + own > MOST_TEXT_WIDTH:
                return column - 1, width
            width += own
            if width >= TEXT_WIDTH and column >= len(self.widths) - 1:
                return column, width
        return 0, width

    def text(self, text: str, look: str, link: str | None = None) -> None:
        """Write a text over the width of texts, and go on below it."""
        text = cut(text)
        style = self.styles.get("link" if is_link(link) else look)
        if self.last:
            self.sheet.merge_range(self.row, 0, self.row, self.last, "", style)
        if is_link(link):
            self.sheet.write_url(self.row, 0, link, style, text)
        else:
            self.sheet.write_string(self.row, 0, text, style)
        per_line = self.text_width * (0.72 if look == "title" else 1.05)
        height = TITLE_LINE if look == "title" else LINE
        self.next(height * lines_of(text, per_line))

    def next(self, height: float = LINE) -> None:
        """Go on with the next row; this one is as high as is said."""
        if height != LINE:
            self.sheet.set_row(self.row, height)
        self.height += height
        self.row += 1

    def foot(self, lines: Iterable[FootLine]) -> None:
        """Write the lines below a table."""
        self.next()
        listed = list(lines)
        for line, after in zip(listed, [*listed[1:], None], strict=True):
            sign = "" if line.label.startswith(("[", NOTHING_KNOWN)) else ":"
            if line.text == line.address:
                self.text(f"{line.label}{sign} {line.text}", "note", line.address)
                continue
            self.text(f"{line.label}{sign} {line.text}", "note")
            if line.address and (after is None or after.address != line.address):
                # Below the texts that lead to it, since links are not wrapped everywhere.
                self.text(line.address, "note", line.address)

    def fit(self) -> None:
        """Print it on one page if it is no longer than one, else as wide as one."""
        self.sheet.fit_to_pages(1, int(self.height <= PAGE_HEIGHT))


def is_link(address: str | None) -> bool:
    """Return whether an address may be a link of a workbook."""
    return (
        address is not None
        and address.startswith(("https://", "http://"))
        and len(address) <= LONGEST_LINK
    )


def cut(text: str) -> str:
    """Return a text that fits into a cell."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
