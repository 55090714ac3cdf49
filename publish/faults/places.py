"""Places of faults in a text: lines and columns, both counted from 1."""

from __future__ import annotations


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of the character at an offset; lines end in a line feed."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def place_of_byte(error: UnicodeDecodeError) -> tuple[int, int]:
    """Return line and column of the first byte that is not UTF-8, a BOM not counted."""
    before = error.object[: error.start].removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    return line_and_column(before, len(before))


class LineCounter:
    """Lines and columns of offsets in a text that never decrease, so that it is counted once."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._offset = text, 1, 0

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of the character at an offset."""
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line, offset - self._text.rfind("\n", 0, offset)
