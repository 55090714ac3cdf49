"""Looks through the bytes of a table before it is read, in the pass that computes its digest.

What no reader should be given (a line without end, zero bytes, characters that change the
direction of text) becomes a fault with its place. Only a piece of the file is in memory, and
nothing is done per line.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from publish.faults.fault import Fault, fault
from publish.project.files import encoding_fault, is_utf_16

PIECE = 2**18
"""Bytes looked at in one go: few enough for the cache of a processor."""
LONGEST_LINE = 2**20
"""Bytes of a line at most, and characters of a row that has line feeds in its cells."""
MOST_STEPS = 64
"""Line ends of a piece that are tested for being the end of a row."""

_BIDI = re.compile(rb"\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
"""The bytes of the characters that ``files.BIDI`` matches."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a scan finds out about a table."""

    digest: str
    """The first 16 hexadecimal digits of the SHA-256 of the file."""
    may_be_long: bool
    """Whether a quote may stay open for so long that its row is too long to be read."""


def scan_table(path: Path, shown: str, faults: list[Fault]) -> Scan | None:
    """Look through a file; returns None when no reader should be given it. Raises OSError."""
    digest = hashlib.sha256()
    piece = bytearray(PIECE)
    view = memoryview(piece)
    offset = line_start = row_start = 0
    is_open = may_be_long = False
    tail = b""
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(piece):
            digest.update(view[:size])
            if offset == 0:
                if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    faults.append(encoding_fault(bytes(piece[:64]), shown, 1, 1))
                    return None
                if piece.startswith(codecs.BOM_UTF8):
                    faults.append(fault("byte-order-mark", shown, 1, 1, file=shown))
            zero = piece.find(0, 0, size)
            if zero >= 0:
                faults.append(_zero_fault(path, shown, offset + zero))
                return None
            first = _line_end(piece, size)
            if offset + (size if first < 0 else first) - line_start > LONGEST_LINE:
                most = f"{LONGEST_LINE // 2**20} MiB"
                faults.append(fault("long-line", shown, *_place(path, line_start), most=most))
                return None
            bidi = _find_bidi(piece, size, tail)
            if bidi is not None:
                faults.append(_bidi_fault(path, shown, offset + bidi))
                return None
            tail = bytes(piece[max(size - 2, 0) : size])
            if first >= 0:
                last = max(piece.rfind(b"\n", 0, size), piece.rfind(b"\r", 0, size))
                line_start = offset + last + 1
            ends, is_open = _row_ends(piece, size, is_open)
            may_be_long |= offset + (ends[0] if ends else size) - row_start > LONGEST_LINE
            if ends:
                row_start = offset + ends[1] + 1
            offset += size
    return Scan(digest=digest.hexdigest()[:16], may_be_long=may_be_long)


def _line_end(piece: bytearray, size: int) -> int:
    """Return the first line end of a piece, or -1; carriage returns count only by themselves."""
    found = piece.find(b"\n", 0, size)
    return found if found >= 0 else piece.find(b"\r", 0, size)


def _row_ends(piece: bytearray, size: int, is_open: bool) -> tuple[tuple[int, int] | None, bool]:
    """Return the first and the last line end outside quotes, and whether a quote is open after.

    Quotes inside a cell, as in 6", make it miss some: the result only shows where a closer look
    is needed.
    """
    after = is_open ^ bool(piece.count(b'"', 0, size) & 1)
    mark = b"\n" if piece.find(b"\n", 0, size) >= 0 else b"\r"
    at, inside = 0, is_open
    for _ in range(MOST_STEPS):
        first = piece.find(mark, at, size)
        if first < 0:
            return None, after
        inside ^= bool(piece.count(b'"', at, first) & 1)
        if not inside:
            break
        at = first + 1
    else:
        return None, after
    end, inside = size, after
    for _ in range(MOST_STEPS):
        last = piece.rfind(mark, first, end)
        inside ^= bool(piece.count(b'"', last, end) & 1)
        if not inside:
            return (first, last), after
        end = last
    return (first, first), after


def _find_bidi(piece: bytearray, size: int, tail: bytes) -> int | None:
    """Return the offset in a piece of the first bidirectional control character.

    A character may have begun in ``tail``, the end of the piece before; its offset is negative.
    """
    if tail:
        cut = _BIDI.search(tail + piece[: min(2, size)])
        if cut:
            return cut.start() - len(tail)
    if piece.find(0xE2, 0, size) < 0 and piece.find(0xD8, 0, size) < 0:
        return None
    found = _BIDI.search(piece, 0, size)
    return found.start() if found else None


def _zero_fault(path: Path, shown: str, offset: int) -> Fault:
    """Return the fault of a zero byte, which may be half a character of UTF-16."""
    with path.open("rb") as file:
        start = file.read(64)
    if is_utf_16(start):
        return encoding_fault(start, shown, 1, 1)
    return fault("nul-byte", shown, *_place(path, offset))


def _bidi_fault(path: Path, shown: str, offset: int) -> Fault:
    """Return the fault of a bidirectional control character."""
    with path.open("rb") as file:
        file.seek(offset)
        letter = file.read(3).decode("utf-8", "ignore")[0]
    place = _place(path, offset)
    return fault("bidi-control", shown, *place, name=f"U+{ord(letter):04X}")


def _place(path: Path, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of a byte of a file, without a byte order mark."""
    line, rest, left, after = 1, b"", offset, b""
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            both = (after + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            line += both.count(b"\n") - bool(after)
            rest = both[both.rfind(b"\n") + 1 :] if b"\n" in both else rest + both
            after = b"\r" if piece.endswith(b"\r") else b""
    return line, len(rest.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")) + 1
