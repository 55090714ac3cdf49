"""Reads delimited text in any usual form as a grid.

Comma, semicolon, tab or bar between the cells; any encoding; any line ends; cells quoted or not.
The separator is the one that makes most cells numbers in rows of one length. The decisions of the
grid name the form found, and why. RFC 4180.
"""

from __future__ import annotations

import io
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from publish.faults.fault import Fault, Words, fault, phrase, reason_of
from publish.project.progress import Progress
from publish.tables.foreign.encodings import Decoded, decode
from publish.tables.foreign_numbers import is_figure
from publish.tables.grid import (
    CERTAIN,
    DOUBTFUL,
    LIKELY,
    MOST_CELLS,
    Decision,
    Grid,
    cleaned,
    trimmed,
)
from publish.tables.records import MOST_COLUMNS, SEPARATORS, Record, read_records

MOST_BYTES = 64 * 1024 * 1024
"""The largest file that is read."""
SAMPLED_LINES = 500
"""Lines at the start by which the separator is chosen."""
CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b")
"""What stands beside an amount, which is a figure as far as separators go."""
DECLARED = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""A first line that tells spreadsheet programs the separator."""


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """The records of a file, and the form in which they are written."""

    decoded: Decoded
    separator: str
    why: Words
    """Why it is this separator."""
    sure: str
    rows: list[list[str]]
    """The cells of each record."""
    starts: array[int]
    """Where in the text each record begins, and at last the end."""
    lines: array[int]
    """The line on which each record begins."""

    def record(self, row: int) -> Record:
        """Return a record with its text; texts are not kept, as there may be a million."""
        text = self.decoded.text[self.starts[row] : self.starts[row + 1]]
        line, cells = self.lines[row], self.rows[row]
        return Record(line=line, text=text, cells=cells, separator=self.separator)

    def where(self, row: int, column: int) -> tuple[int, int, Words]:
        """Return line, column and the place in words of a cell."""
        words = phrase("cell-of-text", row=row + 1, column=column + 1)
        return *self.record(row).place(column), words


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


def _records(text: str, separator: str) -> Iterator[Record]:
    return read_records(io.StringIO(text, newline=""), separator)


def _usual_width(rows: Iterable[list[str]]) -> int:
    """Return the length that most rows of several cells have; 0 when there are none."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def find_separator(text: str) -> tuple[str, Words, str] | None:
    """Return the separator of a text, why, and how sure; None when none makes a table of it."""
    head = "".join(islice(io.StringIO(text[:2_000_000], newline=""), SAMPLED_LINES))
    found = {}
    for separator in SEPARATORS:
        rows = [record.cells for record in _records(head, separator)]
        if width := _usual_width(rows):
            usual = [row for row in rows if len(row) == width]
            cells = (cleaned(CURRENCY.sub("", cell)) for row in usual for cell in row)
            figures = sum(map(is_figure, cells))
            found[separator] = figures, len(usual)
    if not found:
        return None
    best = max(found, key=found.__getitem__)
    figures, rows_alike = found[best]
    rivals = [other for name, other in found.items() if name != best and other[1] >= rows_alike]
    why = phrase("separator-makes", figures=figures, rows=rows_alike)
    return best, why, LIKELY if any(figures for figures, _ in rivals) else CERTAIN


def delimit(
    raw: bytes, shown: str, faults: list[Fault], encoding: str | None = None
) -> Delimited | None:
    """Return the records of a file, unless it is no table or its quotes or separators are wrong."""
    decoded = decode(raw, shown, faults, encoding)
    if decoded is None:
        return None
    text = decoded.text
    declared = DECLARED.match(text)
    found = (declared[1], phrase("separator-declared"), CERTAIN) if declared else None
    separator, why, sure = found or find_separator(text) or ("", Words(""), "")
    if separator not in SEPARATORS:
        faults.append(fault("no-separator", shown, 1, 1))
        return None
    rows: list[list[str]] = []
    starts, lines, end = array("q"), array("q"), 0
    with Progress(f"reading {Path(shown).name}", "letters", len(text)) as progress:
        for record in _records(text, separator):
            if end or not declared:
                rows.append(record.cells)
                starts.append(end)
                lines.append(record.line)
            end += len(record.text)
            progress.step(len(record.text))
    starts.append(end)
    read = Delimited(
        decoded=decoded,
        separator=separator,
        why=why,
        sure=sure,
        rows=rows,
        starts=starts,
        lines=lines,
    )
    if rows and (last := read.record(len(rows) - 1)).is_open():
        line, at = last.place(len(last.cells) - 1)
        faults.append(fault("bad-csv", shown, line, at, problem=phrase("open-quote")))
        return None
    mixed = _mixed(read, shown)
    faults.extend(mixed)
    return None if mixed else read


def _mixed(read: Delimited, shown: str) -> list[Fault]:
    """Return a fault for each row that is a row of the table only under another separator."""
    width, separator = _usual_width(read.rows), read.separator
    found = []
    for number, cells in enumerate(read.rows):
        if len(cells) == width or not any(cells):
            continue
        row = read.record(number)
        for other, name in SEPARATORS.items():
            if other == separator or other not in row.text:
                continue
            again = next(_records(row.text, other)).cells
            if len(again) == width and any(is_figure(cleaned(cell)) for cell in again[1:]):
                at = row.line, row.text.index(other) + 1
                words = {"usual": phrase(SEPARATORS[separator]), "found": phrase(name)}
                found.append(fault("second-separator", shown, *at, **words))
                break
    return found


def read_delimited(
    raw: bytes, shown: str, faults: list[Fault], encoding: str | None = None
) -> Grid | None:
    """Return delimited text as a grid, or None with the reasons in ``faults``."""
    delimited = delimit(raw, shown, faults, encoding)
    if delimited is None:
        return None
    widths = [len(cells) for cells in delimited.rows]
    widest, cells = max(widths, default=0), sum(widths)
    if cells > MOST_CELLS or widest > MOST_COLUMNS:
        found = phrase("cells-in-columns", cells=cells, columns=widest)
        most = phrase("cells-in-columns", cells=MOST_CELLS, columns=MOST_COLUMNS)
        faults.append(fault("too-large-to-bring-in", shown, found=found, most=most))
        return None
    rows = trimmed([list(map(cleaned, cells)) for cells in delimited.rows])
    if not rows:
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    width = max(map(len, rows))
    return Grid(
        shown=shown,
        rows=[row + [""] * (width - len(row)) for row in rows],
        where=delimited.where,
        decisions=tuple(_decisions(delimited)),
        readings=delimited.decoded.readings,
    )


def _decisions(delimited: Delimited) -> Iterator[Decision]:
    """Yield what was decided about the form of a file."""
    decoded = delimited.decoded
    yield Decision(
        what=phrase("the-encoding"),
        decided=decoded.encoding,
        why=decoded.why,
        sure=DOUBTFUL if decoded.readings else CERTAIN,
    )
    yield Decision(
        what=phrase("the-separator"),
        decided=phrase(SEPARATORS[delimited.separator]),
        why=delimited.why,
        sure=delimited.sure,
    )
    if '"' in decoded.text:
        what, why = phrase("the-quotes"), phrase("quotes-are-usual")
        yield Decision(what=what, decided='"', why=why, sure=CERTAIN)
