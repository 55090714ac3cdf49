"""The rows of a printed table: labels as declared, each with as many numbers as there are columns.

Anything else that stands where the rows must be is a fault.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from publish.faults.fault import Fault, did_you_mean, fault, number_of, phrase, shortened
from publish.mappings.document import TableDeclaration
from publish.tables.document_text import PrintedText
from publish.tables.numbers import NumberFormat, format_number, read_numbers

_CELL = re.compile(r"\S+(?:[^\S\n]+%(?!\S))?")


@dataclass(frozen=True, kw_only=True)
class PrintedRow:
    """A row found: its label, its cells with their offsets, its first and last line."""

    label: str
    cells: tuple[tuple[str, int], ...]
    lines: str


def words_pattern(words: str) -> str:
    """Return a pattern for printed words: any white space where there is some."""
    return r"\s+".join(re.escape(word) for word in words.split())


@cache
def _label_pattern(label: str) -> re.Pattern[str]:
    """Return the pattern of a row's label: what follows must not make it another word."""
    if not label:
        return re.compile(r"[^\S\n]*")
    follows = r"(?![\w.,%])" if label[-1].isdigit() else r"(?=[\s\d-]|$)"
    return re.compile(r"[^\S\n]*" + words_pattern(label) + follows)


@dataclass(frozen=True, kw_only=True)
class RowReader:
    """Reads the rows below a header."""

    text: PrintedText
    declaration: TableDeclaration
    form: NumberFormat
    faults: list[Fault]

    @property
    def width(self) -> int:
        """The number of figures in a row."""
        return len(self.declaration.columns)

    def read(self, start: int, end: int) -> list[PrintedRow]:
        """Return the rows that are as declared; report the others and go on below them."""
        rows: list[PrintedRow] = []
        expected = list(self.declaration.rows)
        cursor = self.text.next_line(start, end)
        while expected:
            skipped, number, cursor = self._find_next_row(expected, cursor, end)
            self._report(skipped, expected, number, cursor, end)
            if number == len(expected):
                return rows
            label, expected = expected[number], expected[number + 1 :]
            row, cursor = self._read_row(label, cursor, end)
            if row:
                rows.append(row)
            cursor = self.text.next_line(cursor, end)
        last = self.declaration.rows[-1]
        while cursor < end and self._is_left_over(cursor, last):
            words = shortened(self.text.words(cursor))
            self._fault("extra-row", cursor, found=words, table=self.declaration.name)
            cursor = self.text.next_line(self.text.end_of_line(cursor) + 1, end)
        return rows

    def _fault(self, code: str, offset: int, **particulars: object) -> None:
        self.faults.append(fault(code, *self.text.place(offset), **particulars))

    def _find_next_row(
        self, expected: list[str], start: int, end: int
    ) -> tuple[list[int], int, int]:
        """Return the lines before the next expected row, which one that is, and where it is.

        When no row follows, what is skipped are only the lines that look like rows.
        """
        skipped: list[int] = []
        offset = start
        while offset < end:
            found = {
                number: self._numbers(match.end(), end)
                for number, label in enumerate(expected)
                if (match := _label_pattern(label).match(self.text.text, offset, end))
            }
            whole = [number for number, count in found.items() if count == self.width]
            named = [number for number in found if expected[number] and not skipped]
            likely = whole or named or [number for number, count in found.items() if count]
            if likely:
                return skipped, min(likely), offset
            skipped.append(offset)
            offset = self.text.next_line(self.text.end_of_line(offset) + 1, end)
        like_rows: list[int] = []
        for offset in skipped:
            if not self._looks_like_row(offset):
                return like_rows, len(expected), offset
            like_rows.append(offset)
        return like_rows, len(expected), end

    def _report(
        self, skipped: list[int], expected: list[str], number: int, cursor: int, end: int
    ) -> None:
        """Report skipped lines and the rows that were expected before the one that was found."""
        missing = expected[:number]
        in_text = False
        for offset in skipped:
            words = self.text.words(offset)
            like_row = self._looks_like_row(offset)
            label = " ".join(words.split()[: -self.width]) or words
            awaited = missing[0] if missing else expected[min(number, len(expected) - 1)]
            found = shortened(words)
            if like_row and missing:
                hint = did_you_mean(label, missing[:1]) or did_you_mean(label, expected)
                awaited = _shown(missing.pop(0))
                self._fault("unknown-row", offset, found=found, expected=awaited, hint=hint)
            elif like_row:
                self._fault("extra-row", offset, found=found, table=self.declaration.name)
            elif not in_text:
                hint, awaited = did_you_mean(label, expected), _shown(awaited)
                self._fault("unexpected-text", offset, found=found, expected=awaited, hint=hint)
            in_text = not like_row
        at_end = cursor >= len(self.text.text)
        here = f'"{shortened(self.text.words(cursor))}"'
        found = phrase("end-of-text") if at_end else here
        for label in missing:
            self._fault("row-missing", min(cursor, end), label=_shown(label), found=found)

    def _numbers(self, offset: int, end: int) -> int:
        """Return how many numbers the rest of a line holds, 0 if there is anything else."""
        last = min(self.text.end_of_line(offset), end)
        cells = self._cells(offset, last)
        return len(cells) if all(self.form.one.fullmatch(cell) for cell, _ in cells) else 0

    def _looks_like_row(self, offset: int) -> bool:
        """Return whether a line ends in as many numbers as the table has columns."""
        last = self._cells(offset, self.text.end_of_line(offset))[-self.width :]
        return len(last) == self.width and all(self.form.one.fullmatch(cell) for cell, _ in last)

    def _is_left_over(self, offset: int, last: str) -> bool:
        """Return whether a line below the last row may hold figures of the table."""
        if self.width > 1 and self._looks_like_row(offset):
            return True
        end = self.text.end_of_line(offset)
        alone = self._numbers(offset, end)
        labels = filter(None, self.declaration.rows)
        matches = (_label_pattern(label).match(self.text.text, offset, end) for label in labels)
        return (
            alone > 1
            or (alone == 1 and (not last or last in self.declaration.wrapped))
            or any(match and self._numbers(match.end(), end) == self.width for match in matches)
        )

    def _read_row(self, label: str, start: int, limit: int) -> tuple[PrintedRow | None, int]:
        """Read one row at its label; return it, if it has its cells, and where it ends."""
        match = _label_pattern(label).match(self.text.text, start)
        offset = match.end() if match else start
        end = self.text.end_of_line(offset)
        cells = self._cells(offset, end)
        sound = bool(label) or self.width > 1 or not self._is_lone_number(cells, label)
        while label in self.declaration.wrapped and len(cells) < self.width:
            following = self.text.next_line(end + 1, limit)
            count = self._numbers(following, limit)
            if not count:
                break
            end = self.text.end_of_line(following)
            continued = self._cells(following, end)
            sound = not self._is_lone_number(continued, label) and sound
            cells += continued
        if len(cells) != self.width:
            sound = False
            after_last = cells[-1][1] + len(cells[-1][0]) if cells else offset
            at = cells[self.width][1] if len(cells) > self.width else after_last
            found, wanted = number_of(len(cells), "figures"), number_of(self.width, "columns")
            self._fault("wrong-cell-count", at, label=_shown(label), found=found, wanted=wanted)
        lines = "-".join(map(str, dict.fromkeys((self.text.line(start), self.text.line(end)))))
        row = PrintedRow(label=label, cells=tuple(cells), lines=lines)
        # What is no number in a row with a wrong number of cells, unless all of it is text.
        if not sound and any(self.form.one.fullmatch(cell) for cell, _ in cells):
            self.check_numbers(row)
        return row if sound else None, end + 1

    def _is_lone_number(self, cells: list[tuple[str, int]], label: str) -> bool:
        """Report a line that holds one number only, which no fingerprint tells from a page's."""
        if len(cells) != 1 or self.declaration.fingerprint is not None:
            return False
        self._fault("lone-number", cells[0][1], text=cells[0][0], label=_shown(label))
        return True

    def read_sentence(self, match: re.Match[str]) -> list[PrintedRow]:
        """Return the figures of a sentence as rows of one cell."""
        rows = []
        for at, label in enumerate(self.declaration.rows, start=1):
            offset = match.start(at)
            line = str(self.text.line(offset))
            rows.append(PrintedRow(label=label, cells=((match[at], offset),), lines=line))
        return rows

    def check_numbers(self, row: PrintedRow) -> None:
        """Report every cell that is not a number."""
        faulty = read_numbers([cell for cell, _ in row.cells], self.form).faulty.tolist()
        example = format_number(123456, 2, self.form)
        for cell, offset in itertools.compress(row.cells, faulty):
            self._fault("not-a-number", offset, text=shortened(cell), example=example)

    def check_total(self, rows: list[PrintedRow]) -> None:
        """Report every printed total that is not the sum of the rows above it."""
        label = self.declaration.total
        if label is None:
            return
        at = [row.label for row in rows].index(label)
        for column, title in enumerate(self.declaration.columns):
            numbers = read_numbers([row.cells[column][0] for row in rows[: at + 1]], self.form)
            decimals = numbers.decimals.tolist()
            places = max(decimals)
            scaled = [
                number * 10 ** (places - own)
                for number, own in zip(numbers.mantissa.tolist(), decimals, strict=True)
            ]
            printed, offset = rows[at].cells[column]
            if scaled[-1] != sum(scaled[:-1]):
                total = format_number(sum(scaled[:-1]), places, self.form)
                particulars = {"column": title, "printed": printed, "total": total}
                self._fault("printed-total-differs", offset, label=label, **particulars)

    def _cells(self, start: int, end: int) -> list[tuple[str, int]]:
        """Return the cells of a line with their offsets; ``5,9 %`` is one."""
        cells = _CELL.finditer(self.text.text, start, end)
        return [(" ".join(cell[0].split()), cell.start()) for cell in cells]


def _shown(label: str) -> str:
    return label or phrase("without-label")
