"""Reads the text of a document: a text file (UTF-8), or a PDF with a text layer.

Every place in it has a line and a column. The lines of a PDF are counted through all its pages,
as ``publish extract --show-text`` prints them.
"""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from publish.faults.fault import Fault, fault, phrase, reason_of
from publish.faults.places import place_of_byte
from publish.tables.unsound import UNSOUND, problem_of


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

    def words(self, offset: int) -> str:
        """Return the rest of the line, with single spaces."""
        return " ".join(self.text[offset : self.end_of_line(offset)].split())


def read_text(path: Path, faults: list[Fault]) -> PrintedText | None:
    """Read a text file (UTF-8) or the text layer of a PDF."""
    shown = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if b"%PDF-" in raw[:1024]:
        text = _text_of_pdf(shown, raw, faults)
        return printed_text(shown, text) if text else None
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


def _text_of_pdf(shown: str, raw: bytes, faults: list[Fault]) -> str | None:
    """Return the text layer of all pages, or None with the reason in ``faults``."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs every repair it makes
    try:
        pages = pypdf.PdfReader(io.BytesIO(raw)).pages
        text = "\n".join(page.extract_text().removesuffix("\n") for page in pages)
    except (FileNotDecryptedError, DependencyError):
        reason = phrase("pdf-encrypted")
    except (PyPdfError, *UNSOUND) as error:
        reason = phrase("pdf-broken", problem=problem_of(error))
    else:
        if text.strip():
            return text
        reason = phrase("pdf-without-text")
    faults.append(fault("cannot-read", shown, reason=reason))
    return None
