"""The tables of a document as printed, found in its text by the declarations of ``document.yaml``.

A table keeps its labels, order and Dutch numbers, with the source line as its last column. Only
white space may differ from the declaration: in the text of a PDF headers run over several lines
and figures stick to words. Everything else must stand as declared, in that order; what does not
is a fault, so that a changed text gives faults and never other figures. Where no label can tell
(figures of two rows with equal labels changed places), the fingerprint does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from publish.faults.fault import Fault, fault, phrase
from publish.mappings.document import PLACEHOLDER, Document, TableDeclaration
from publish.mappings.extract_rows import RowReader, words_pattern
from publish.project.files import as_csv
from publish.tables.document_text import PrintedText
from publish.tables.numbers import FORMATS
from publish.tables.records import SOURCE_LINE


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """A table as printed: a header row and rows of label, cells and source line."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_csv(self) -> bytes:
        """Return the table as CSV."""
        return as_csv([self.header, *self.rows])

    def fingerprint(self) -> str:
        """Return what changes when a label or figure does: wherever in the source it stands."""
        rows = [self.header, *self.rows]
        return hashlib.sha256(as_csv([row[:-1] for row in rows])).hexdigest()[:12]


def extract_tables(
    text: PrintedText, document: Document, faults: list[Fault]
) -> list[PrintedTable]:
    """Find every declared table; what is not exactly as declared is among ``faults``."""
    form = FORMATS[document.numbers]
    tables = []
    for declaration, match, end in _table_starts(text, list(document.tables.values()), faults):
        before = len(faults)
        reader = RowReader(text=text, declaration=declaration, form=form, faults=faults)
        sentence = declaration.sentence is not None
        rows = reader.read_sentence(match) if sentence else reader.read(match.end(), end)
        for row in rows:
            reader.check_numbers(row)
        if len(faults) > before:
            continue
        reader.check_total(rows)
        table = PrintedTable(
            name=declaration.name,
            header=(declaration.corner, *declaration.columns, SOURCE_LINE),
            rows=tuple((row.label, *(cell for cell, _ in row.cells), row.lines) for row in rows),
        )
        found = table.fingerprint()
        if len(faults) == before and declaration.fingerprint not in (None, found):
            particulars = {"found": found, "declared": declaration.fingerprint}
            place = text.place(match.start())
            faults.append(
                fault("fingerprint-differs", *place, table=declaration.name, **particulars)
            )
        tables.append(table)
    return tables


# -- Where the tables stand -------------------------------------------------------------------


def _table_starts(
    text: PrintedText, declarations: list[TableDeclaration], faults: list[Fault]
) -> Iterator[tuple[TableDeclaration, re.Match[str], int]]:
    """Yield the header or sentence of each table, and where its rows must have ended."""
    for group, start, end in _text_parts(text, declarations, faults):
        found: list[tuple[TableDeclaration, re.Match[str]]] = []
        cursor = start
        for declaration in group:
            words = declaration.sentence or " ".join((declaration.corner, *declaration.columns))
            pattern = _sentence_pattern(words) if declaration.sentence else _header(declaration)
            what = phrase("sentence-of-table" if declaration.sentence else "header-of-table")
            match = pattern.search(text.text, cursor, end)
            if match:
                cursor = match.end()
                found.append((declaration, match))
            elif earlier := pattern.search(text.text, start, end):
                place = text.place(_first_word(earlier))
                particulars = {"table": declaration.name, "text": words.strip(), "what": what}
                faults.append(fault("out-of-order", *place, **particulars))
            else:
                code = "sentence-missing" if declaration.sentence else "header-missing"
                place = text.place(cursor)
                faults.append(fault(code, *place, table=declaration.name, text=words.strip()))
        ends = [*(match.start() for _, match in found[1:]), end]
        for (declaration, match), its_end in zip(found, ends, strict=False):
            yield declaration, match, its_end


def _text_parts(
    text: PrintedText, declarations: list[TableDeclaration], faults: list[Fault]
) -> Iterator[tuple[list[TableDeclaration], int, int]]:
    """Yield the parts of the text with the tables that must stand in them.

    A part begins at the text that is declared to come before a table and ends where the next
    such text begins. Tables without one share the part of the table before them.
    """
    parts: list[tuple[list[TableDeclaration], int, int]] = [([], 0, 0)]
    cursor = 0
    for declaration in declarations:
        if declaration.after is None:
            parts[-1][0].append(declaration)
            continue
        anchor = _at_line_start(words_pattern(declaration.after))
        match = anchor.search(text.text, cursor)
        if match:
            cursor = match.end()
            parts.append(([declaration], match.start(), match.end()))
            continue
        particulars = {"table": declaration.name, "text": declaration.after}
        earlier = anchor.search(text.text)
        if earlier:
            place = text.place(_first_word(earlier))
            what = phrase("text-before-table")
            faults.append(fault("out-of-order", *place, what=what, **particulars))
        else:
            faults.append(fault("text-missing", *text.place(cursor), **particulars))
    after_last: tuple[list[TableDeclaration], int, int] = ([], len(text.text), len(text.text))
    for (group, _, start), (_, end, _) in pairwise([*parts, after_last]):
        yield group, start, end


def _at_line_start(pattern: str) -> re.Pattern[str]:
    return re.compile(r"^[^\S\n]*" + pattern, re.MULTILINE)


def _first_word(match: re.Match[str]) -> int:
    return match.end() - len(match[0].lstrip())


def _header(declaration: TableDeclaration) -> re.Pattern[str]:
    """Return the pattern of a table's header, whose titles may stick together."""
    titles = [title for title in (declaration.corner, *declaration.columns) if title]
    return _at_line_start(r"\s*".join(map(words_pattern, titles)) + r"(?=[^\S\n]*$)")


def _sentence_pattern(sentence: str) -> re.Pattern[str]:
    """Return the pattern of a sentence in which each ``{row label}`` stands for a figure."""
    literal, pattern = 0, r"(?<!\S)"
    sentence = sentence.strip()
    for place in re.finditer(rf"{PLACEHOLDER.pattern}|\s+", sentence):
        pattern += re.escape(sentence[literal : place.start()])
        pattern += r"\s+" if place[0].isspace() else r"(\S+)"
        literal = place.end()
    return re.compile(pattern + re.escape(sentence[literal:]) + r"(?!\S)")
