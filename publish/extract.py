"""From the text of a document to its tables as printed.

In come the text and the declarations of ``document.yaml``; out comes one table of strings per
declaration: same labels, same order, same Dutch numbers, the source line last. White space is
the only thing a declaration need not know: in the text of a PDF headers run over several lines
and figures stick to words. Everything else must stand where it is declared, in that order;
what does not is a fault, so that a changed text gives faults and never other figures.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pypdf
from pypdf.errors import PyPdfError

from publish.document import Document, TableDeclaration
from publish.faults import Fault, did_you_mean, fault
from publish.numerals import FORMATS, NumberFormat, read_numbers, written

SOURCE_LINE = "bronregel"
"""The header of the last column of a printed table: where in the source the row stands."""


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

    def words(self, offset: int) -> str:
        """Return the rest of the line, for messages."""
        words = " ".join(self.text[offset : self.end_of_line(offset)].split())
        return words if len(words) <= 60 else words[:57] + "..."


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """A table as printed: a header row and rows of label, cells and source line."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_csv(self) -> bytes:
        """Return the table as CSV (RFC 4180, but with line feeds)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return out.getvalue().encode()


def read_text(path: Path, faults: list[Fault]) -> PrintedText | None:
    """Read a text file (UTF-8) or the text layer of a PDF."""
    shown = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=error.strerror))
        return None
    if raw.startswith(b"%PDF-"):
        try:
            pages = pypdf.PdfReader(io.BytesIO(raw)).pages
            text = "\n".join(page.extract_text() for page in pages)
        except PyPdfError as error:
            faults.append(fault("cannot-read", shown, reason=f"the PDF is broken: {error}"))
            return None
        if not text.strip():
            reason = "the PDF has no text layer (a scan?)"
            faults.append(fault("cannot-read", shown, reason=reason))
            return None
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - raw.rfind(b"\n", 0, error.start)
            faults.append(fault("wrong-encoding", shown, line, column))
            return None
    return printed_text(shown, text)


def printed_text(shown: str, text: str) -> PrintedText:
    """Return a text with its lines found."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return PrintedText(shown=shown, text=text, starts=starts)


def extract_tables(
    text: PrintedText, document: Document, faults: list[Fault]
) -> list[PrintedTable]:
    """Find every declared table; what is not exactly as declared is among ``faults``."""
    form = FORMATS[document.numbers]
    tables = []
    cursor = 0
    for declaration, start, end in _regions(text, list(document.tables.values()), faults):
        find = _find_sentence if declaration.sentence else _find_table
        table, cursor = find(text, declaration, max(start, cursor), end, form, faults)
        if table:
            _check_total(text, declaration, table, form, faults)
            tables.append(table)
    return tables


def _loose(words: str) -> str:
    """Return a pattern for printed words: any white space where there is some."""
    return r"\s+".join(re.escape(word) for word in words.split())


def _regions(
    text: PrintedText, declarations: list[TableDeclaration], faults: list[Fault]
) -> Iterator[tuple[TableDeclaration, int, int]]:
    """Yield each table with the part of the text it must stand in.

    A part begins at the text that is declared to come before the table and ends where the
    next such text begins. Tables without one share the part of the table before them.
    """
    found: list[tuple[TableDeclaration, int | None]] = []
    cursor = 0
    for declaration in declarations:
        if declaration.after is None:
            found.append((declaration, None))
            continue
        anchor = re.compile(r"^[ \t]*" + _loose(declaration.after), re.MULTILINE)
        match = anchor.search(text.text, cursor)
        if match:
            cursor = match.end()
            found.append((declaration, cursor))
            continue
        earlier = anchor.search(text.text)
        words = {"table": declaration.name, "text": declaration.after}
        if earlier:
            faults.append(fault("out-of-order", *text.place(earlier.start()), **words))
        else:
            faults.append(fault("text-missing", *text.place(cursor), **words))
    starts = [start for _, start in found if start is not None]
    start = 0
    for declaration, own in found:
        start = own if own is not None else start
        end = next((other for other in starts if other > start), len(text.text))
        yield declaration, start, end


def _find_table(
    text: PrintedText,
    declaration: TableDeclaration,
    start: int,
    end: int,
    form: NumberFormat,
    faults: list[Fault],
) -> tuple[PrintedTable | None, int]:
    """Find the header and every row below it; return the table and where it ends."""
    titles = [title for title in (declaration.corner, *declaration.columns) if title]
    header = re.compile(r"^[ \t]*" + r"\s*".join(map(_loose, titles)) + r"[ \t]*$", re.MULTILINE)
    match = header.search(text.text, start, end)
    if not match:
        faults.append(
            fault(
                "header-missing",
                *text.place(start),
                table=declaration.name,
                header=" ".join(titles),
            )
        )
        return None, start
    before = len(faults)
    rows, below = _rows(text, declaration, match.end() + 1, end, form, faults)
    if len(faults) > before:
        return None, below
    table_header = (declaration.corner, *declaration.columns, SOURCE_LINE)
    return PrintedTable(name=declaration.name, header=table_header, rows=tuple(rows)), below


def _row_pattern(label: str) -> re.Pattern[str]:
    """Return the pattern of a row's label: what follows must not make it another word."""
    if not label:
        return re.compile(r"[ \t]*")
    follows = r"(?![\w.,%])" if label[-1].isdigit() else r"(?=[\s\d<-]|$)"
    return re.compile(r"\s*" + _loose(label) + follows)


def _rows(
    text: PrintedText,
    declaration: TableDeclaration,
    start: int,
    end: int,
    form: NumberFormat,
    faults: list[Fault],
) -> tuple[list[tuple[str, ...]], int]:
    """Return the rows that are as declared; report the others and go on below them."""
    rows: list[tuple[str, ...]] = []
    cursor, expected = start, list(declaration.rows)
    width = len(declaration.columns)
    while expected:
        cursor = _skip_blank_lines(text, cursor)
        if cursor >= end:
            faults.extend(
                fault("row-missing", *text.place(min(cursor, end)), label=label, found="nothing")
                for label in expected
            )
            return rows, end
        number = next(
            (
                index
                for index, label in enumerate(expected)
                if (match := _row_pattern(label).match(text.text, cursor, end))
                and text.line(match.start()) == text.line(cursor)
            ),
            None,
        )
        words = text.words(cursor)
        if number is None:
            kind = "unknown-row" if _looks_like_row(words, width, form) else "unexpected-text"
            hint = did_you_mean(_label_of(words, width), expected)
            faults.append(
                fault(kind, *text.place(cursor), found=words, expected=expected[0], hint=hint)
            )
            cursor = text.end_of_line(cursor) + 1
            if kind == "unknown-row":
                expected.pop(0)
            continue
        faults.extend(
            fault("row-missing", *text.place(cursor), label=label, found=words)
            for label in expected[:number]
        )
        label, expected = expected[number], expected[number + 1 :]
        row, cursor = _row(text, label, cursor, declaration, form, faults)
        if row:
            rows.append(row)
    cursor = _skip_blank_lines(text, cursor)
    words = text.words(cursor)
    if cursor < end and width > 1 and _looks_like_row(words, width, form):
        faults.append(fault("extra-row", *text.place(cursor), found=words))
    return rows, cursor


def _skip_blank_lines(text: PrintedText, offset: int) -> int:
    blank = re.compile(r"(?:[ \t\f]*\n)*").match(text.text, offset)
    return blank.end() if blank else offset


def _looks_like_row(words: str, width: int, form: NumberFormat) -> bool:
    """Return whether a line ends in as many numbers as the table has columns."""
    last = words.split()[-width:]
    return len(last) == width and all(map(form.one.fullmatch, last))


def _label_of(words: str, width: int) -> str:
    return " ".join(words.split()[:-width]) or words


def _row(
    text: PrintedText,
    label: str,
    start: int,
    declaration: TableDeclaration,
    form: NumberFormat,
    faults: list[Fault],
) -> tuple[tuple[str, ...] | None, int]:
    """Read one row at its label; return it, or None if faulty, and where the next line starts."""
    match = _row_pattern(label).match(text.text, start)
    offset = match.end() if match else start
    width = len(declaration.columns)
    end = text.end_of_line(offset)
    cells = list(re.finditer(r"\S+", text.text[offset:end]))
    places = [offset + cell.start() for cell in cells]
    while label in declaration.wrapped and len(cells) < width and end < len(text.text):
        offset, end = end + 1, text.end_of_line(end + 1)
        more = list(re.finditer(r"\S+", text.text[offset:end]))
        cells += more
        places += [offset + cell.start() for cell in more]
    sound = True
    if len(cells) != width:
        sound = False
        at = places[width] if len(cells) > width else end
        faults.append(
            fault("wrong-cell-count", *text.place(at), label=label, found=len(cells), wanted=width)
        )
    for cell, place in zip(cells, places, strict=True):
        if not form.one.fullmatch(cell[0]):
            sound = False
            faults.append(
                fault("not-a-number", *text.place(place), text=cell[0], example=_example(form))
            )
    first, last = text.line(start), text.line(max(end - 1, start))
    lines = str(first) if first == last else f"{first}-{last}"
    return ((label, *(cell[0] for cell in cells), lines) if sound else None), end + 1


def _example(form: NumberFormat) -> str:
    return written(123456, 2, form)


def _find_sentence(
    text: PrintedText,
    declaration: TableDeclaration,
    start: int,
    end: int,
    form: NumberFormat,
    faults: list[Fault],
) -> tuple[PrintedTable | None, int]:
    """Find the declared sentence, in which each ``{row label}`` stands for a figure."""
    parts = re.split(r"\{[^{}]+\}", declaration.sentence or "")
    gap = r"\s+(\S+)\s+"
    match = re.compile(gap.join(map(_loose, parts))).search(text.text, start, end)
    if not match:
        faults.append(
            fault(
                "sentence-missing",
                *text.place(start),
                table=declaration.name,
                sentence=declaration.sentence,
            )
        )
        return None, start
    rows, sound = [], True
    for number, label in enumerate(declaration.rows, start=1):
        if not form.one.fullmatch(match[number]):
            sound = False
            place = text.place(match.start(number))
            faults.append(fault("not-a-number", *place, text=match[number], example=_example(form)))
        rows.append((label, match[number], str(text.line(match.start(number)))))
    header = (declaration.corner, *declaration.columns, SOURCE_LINE)
    table = PrintedTable(name=declaration.name, header=header, rows=tuple(rows))
    return (table if sound else None), match.end()


def _check_total(
    text: PrintedText,
    declaration: TableDeclaration,
    table: PrintedTable,
    form: NumberFormat,
    faults: list[Fault],
) -> None:
    """Report every printed total that is not the sum of the rows above it."""
    if declaration.total is None:
        return
    labels = [row[0] for row in table.rows]
    at = labels.index(declaration.total)
    for column, title in enumerate(declaration.columns, start=1):
        numbers = read_numbers([row[column] for row in table.rows[: at + 1]], form)
        places = int(numbers.decimals.max())
        scaled = numbers.mantissa * 10 ** (places - numbers.decimals.astype(np.int64))
        total, parts = int(scaled[-1]), int(scaled[:-1].sum())
        if total != parts:
            line = int(table.rows[at][-1].split("-")[-1])
            line_text = text.text[text.starts[line - 1] : text.end_of_line(text.starts[line - 1])]
            faults.append(
                fault(
                    "printed-total-differs",
                    text.shown,
                    line,
                    max(line_text.find(table.rows[at][column]), 0) + 1,
                    label=declaration.total,
                    column=title,
                    printed=table.rows[at][column],
                    total=written(parts, places, form),
                )
            )
