"""Reads the text of a document: a text file (UTF-8), or a PDF with a text layer.

Every place in it has a line and a column. The lines of a PDF are counted through all its pages,
as ``publish extract --show-text`` prints them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from publish.faults.fault import Fault, Words, fault, reason_of
from publish.faults.places import place_of_byte
from publish.project.files import unusable_file

MOST_BYTES = 100 * 2**20
"""Bytes of a document at most."""
MOST_KEPT = 4 * 2**20
"""Bytes of a text at most that is published with its document: some 2,000 pages."""


@dataclass(frozen=True, kw_only=True)
class PrintedText:
    """The text of a document; places are offsets, lines and columns count from 1."""

    shown: str
    text: str
    starts: list[int] = field(repr=False)

    def place(self, offset: int) -> tuple[str, int, int]:
        """Return path, line and column of an offset."""
        line = self.line(offset)
        return self.shown, line, offset - self.starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """Return the line of an offset."""
        return bisect_right(self.starts, offset)

    def end_of_line(self, offset: int) -> int:
        """Return the offset of the line feed that ends the line, or of the end of the text."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def next_line(self, offset: int, end: int) -> int:
        """Return where the next line that is not blank begins, at most ``end``."""
        while offset < end and not self.text[offset : self.end_of_line(offset)].strip():
            offset = self.end_of_line(offset) + 1
        return min(offset, end)

    @property
    def lines(self) -> list[str]:
        """The lines, of which the first has number 1."""
        return self.text.removesuffix("\n").split("\n")

    def words(self, offset: int) -> str:
        """Return the rest of the line, with single spaces."""
        return " ".join(self.text[offset : self.end_of_line(offset)].split())


def read_text(path: Path, faults: list[Fault]) -> PrintedText | None:
    """Read a text file (UTF-8) or the text layer of a PDF."""
    shown = str(path)
    if problem := unusable_file(path, shown, None):
        faults.append(problem)
        return None
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if len(raw) > MOST_BYTES:
        faults.append(fault("file-too-large", shown, most=f"{MOST_BYTES >> 20} MiB"))
        return None
    if b"%PDF-" in raw[:1024]:
        from publish.tables.pdf import text_of_pdf  # a server, and who has no PDF, need no pypdf

        text = text_of_pdf(raw)
        if isinstance(text, Words):
            faults.append(fault("cannot-read", shown, reason=text))
            return None
        return printed_text(shown, text)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(fault("wrong-encoding", shown, *place_of_byte(error)))
        return None
    if not text.strip():
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    return printed_text(shown, text)


def printed_text(shown: str, text: str) -> PrintedText:
    """Return a text with the offsets at which its lines start."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return PrintedText(shown=shown, text=text, starts=starts)
