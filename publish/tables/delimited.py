"""Delimited text of somebody else, in any usual form, as a grid.

In comes a file: comma, semicolon, tab or bar between the cells; UTF-8 with or without a byte
order mark, UTF-16 with one, Windows-1252; lines that end in any way; cells quoted or not. Out
comes a grid, with in plain words what form it had. The separator is the one that gives most
cells that are numbers in rows of one length. RFC 4180.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from publish.faults.fault import Fault, fault, reason_of, said
from publish.tables.foreign_numbers import is_figure
from publish.tables.grid import MOST_CELLS, MOST_COLUMNS, Grid, cleaned, place_in_lines, trimmed

MOST_BYTES = 64 * 1024 * 1024
"""The largest file that is brought in."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
"""Separators in the order in which they are preferred when nothing else decides."""
LOOKED_AT = 500
"""Rows by which the separator is chosen."""
DECLARED = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""A first line that tells spreadsheet programs the separator."""
TWO_BYTES = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
"""A letter of several bytes in UTF-8; in Windows-1252 hardly ever two signs of a text."""

csv.field_size_limit(MOST_BYTES)


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A text and the name of its encoding."""

    text: str
    encoding: str


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """The records of a text: cells as they stand, the first line and the text of each."""

    separator: str
    records: list[list[str]]
    starts: list[int]
    texts: list[str]


def read_bytes(path: Path, shown: str, faults: list[Fault]) -> bytes | None:
    """Return what a file holds, unless it cannot be read, is empty or too large."""
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            raw = path.read_bytes()
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if size > MOST_BYTES:
        most = f"{MOST_BYTES >> 20} MiB"
        faults.append(fault("too-large-to-bring-in", shown, found=f"{size >> 20} MiB", most=most))
        return None
    if not raw.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    return raw


def decode(raw: bytes, shown: str, faults: list[Fault]) -> Decoded | None:
    """Return the text of a file, or None when it is in no encoding that is known."""
    encoding, name = "utf-8-sig", "UTF-8"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, name = "utf-16", "UTF-16"
    elif b"\0" in raw:
        before = raw[: raw.index(b"\0")]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        faults.append(fault("nul-byte", shown, line, column))
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16" or TWO_BYTES.search(raw):
            faults.append(_undecodable(raw, error.start, encoding, shown))
            return None
        try:
            text, name = raw.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError as second:
            faults.append(_undecodable(raw, second.start, "cp1252", shown))
            return None
    if "\0" in text:
        before_it = text[: text.index("\0")]
        line, column = before_it.count("\n") + 1, len(before_it) - before_it.rfind("\n")
        faults.append(fault("nul-byte", shown, line, column))
        return None
    return Decoded(text=text, encoding=name)


def _undecodable(raw: bytes, offset: int, encoding: str, shown: str) -> Fault:
    """Return the fault of the first byte that is no text in any encoding."""
    before = raw[:offset].decode(encoding, "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return fault("undecodable", shown, line, column, byte=f"0x{raw[offset]:02X}")


def split(text: str, separator: str) -> Delimited:
    """Return the records of a text under a separator."""
    taken: list[str] = []
    records, starts, texts = [], [], []
    number = 1

    def kept() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for cells in csv.reader(kept(), delimiter=separator):
        records.append(cells)
        starts.append(number)
        texts.append("".join(taken))
        number += len(taken)
        taken.clear()
    return Delimited(separator=separator, records=records, starts=starts, texts=texts)


def find_separator(text: str) -> str | None:
    """Return the separator of a text, or None when no separator makes a table of it."""
    head = "".join(islice(io.StringIO(text[:2_000_000], newline=""), LOOKED_AT))
    best: tuple[int, int] = (0, 0)
    found = None
    for separator in SEPARATORS:
        if separator not in head:
            continue
        rows = split(head, separator).records
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width = max(widths, key=lambda item: (widths[item], item))
        usual = [row for row in rows if len(row) == width]
        figures = sum(is_figure(cleaned(cell)) for row in usual for cell in row)
        if (figures, len(usual)) > best:
            best, found = (figures, len(usual)), separator
    return found


def delimit(decoded: Decoded, shown: str, faults: list[Fault]) -> Delimited | None:
    """Return the records of a text, unless it is no table or its quotes or separators are wrong."""
    text, declared = decoded.text, DECLARED.match(decoded.text)
    separator = declared[1] if declared else find_separator(text)
    if separator is None or (declared and separator not in SEPARATORS):
        faults.append(fault("no-separator", shown, 1, 1))
        return None
    delimited = split(text, separator)
    if declared:
        delimited = Delimited(
            separator=separator,
            records=delimited.records[1:],
            starts=delimited.starts[1:],
            texts=delimited.texts[1:],
        )
    if len(delimited.records) and _is_open(delimited):
        row = len(delimited.records) - 1
        column = len(delimited.records[row]) - 1
        line, at, _ = place_in_lines(delimited.starts, delimited.texts, separator)(row, column)
        problem = said("open-quote")
        faults.append(fault("bad-csv", shown, line, at, problem=problem))
        return None
    before = len(faults)
    faults.extend(_mixed(delimited, shown))
    return delimited if len(faults) == before else None


def _is_open(delimited: Delimited) -> bool:
    """Return whether the last quote is never closed."""
    try:
        list(csv.reader([delimited.texts[-1]], delimiter=delimited.separator, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _mixed(delimited: Delimited, shown: str) -> list[Fault]:
    """Return a fault for each row that is a row of the table only under another separator."""
    widths = Counter(len(row) for row in delimited.records if len(row) > 1)
    width = max(widths, key=lambda item: (widths[item], item), default=0)
    found = []
    for row, cells in enumerate(delimited.records):
        if len(cells) == width or not any(cells):
            continue
        for other, name in SEPARATORS.items():
            if other == delimited.separator or other not in delimited.texts[row]:
                continue
            [again, *_] = split(delimited.texts[row], other).records
            if len(again) == width and any(is_figure(cleaned(cell)) for cell in again[1:]):
                line = delimited.texts[row]
                at = delimited.starts[row], line.index(other) + 1
                words = {"usual": said(SEPARATORS[delimited.separator]), "found": said(name)}
                found.append(fault("second-separator", shown, *at, **words))
                break
    return found


def read_delimited(raw: bytes, shown: str, faults: list[Fault]) -> Grid | None:
    """Return delimited text as a grid, or None with the reasons in ``faults``."""
    decoded = decode(raw, shown, faults)
    delimited = delimit(decoded, shown, faults) if decoded else None
    if decoded is None or delimited is None:
        return None
    widest = max(map(len, delimited.records), default=0)
    cells = sum(map(len, delimited.records))
    if cells > MOST_CELLS or widest > MOST_COLUMNS:
        found = said("cells-in-columns", cells=cells, columns=widest)
        most = said("cells-in-columns", cells=MOST_CELLS, columns=MOST_COLUMNS)
        faults.append(fault("too-large-to-bring-in", shown, found=found, most=most))
        return None
    rows = trimmed([[cleaned(cell) for cell in record] for record in delimited.records])
    if not rows:
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    separator = delimited.separator
    return Grid(
        shown=shown,
        rows=rows,
        where=place_in_lines(delimited.starts, delimited.texts, separator),
        remarks=(
            said(
                "delimited-file",
                encoding=decoded.encoding,
                separator=said(SEPARATORS[separator]),
            ),
        ),
    )
