"""The cells of printed tables and what they become, as JSON objects and for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from publish.cube.preview.cells import (
    FAULTY,
    LABEL,
    LEFT_OUT,
    UNREAD,
    CellObservation,
    CellView,
    TableView,
)
from publish.faults.fault import number_of, phrase


def records(views: list[TableView], language: str = "en") -> list[dict[str, object]]:
    """Return tables as JSON objects."""
    return [
        {
            "table": view.name,
            "path": view.shown,
            "rows-not-shown": view.not_shown,
            "cells": [_record(cell, language) for row in view.rows for cell in row],
            "faults": [item.record(language) for item in view.faults],
        }
        for view in views
    ]


def _record(cell: CellView, language: str) -> dict[str, object]:
    return vars(cell) | {
        "why": cell.why.text_in(language),
        "observations": [vars(item) for item in cell.observations],
        "faults": [item.record(language) for item in cell.faults],
    }


def as_text(
    views: list[TableView], language: str = "en", width: int | None = None
) -> Iterator[str]:
    """Yield the lines of tables for a terminal: as printed, with numbered marks, then their notes.

    A table wider than ``width`` is shown in parts, each with the first column.
    """
    for view in views:
        yield from (view.shown, "")
        marks: dict[tuple[int, int], str] = {}
        notes: list[str] = []
        cells = [cell for row in view.rows for cell in row]
        for cell in cells:
            if sign := {LEFT_OUT: "-", UNREAD: "?"}.get(cell.kind):
                marks[cell.row, cell.column] = f"[{sign}]"
            elif cell.kind != LABEL:
                mark = f"[{'!' if cell.kind == FAULTY else ''}{len(notes) + 1}]"
                marks[cell.row, cell.column] = mark
                notes.append(f"{mark} {_note(cell, language)}")
        yield from _grid(view, marks, width)
        if view.not_shown:
            rows = number_of(view.not_shown, "rows")
            yield phrase("preview-not-shown", rows=rows).text_in(language)
        yield ""
        if notes:
            yield phrase("preview-marks").text_in(language)
        yield from notes
        for kind, sign in ((LEFT_OUT, "-"), (UNREAD, "?")):
            for why, count in Counter(cell.why for cell in cells if cell.kind == kind).items():
                many = number_of(count, "cells")
                yield f"[{sign}] " + phrase("preview-none", why=why, cells=many).text_in(language)
        yield from (item.text_in(language) for item in view.faults)
        yield ""


def _grid(view: TableView, marks: dict[tuple[int, int], str], width: int | None) -> Iterator[str]:
    """Yield the table as printed, each cell with its mark."""
    lines = [
        [_short(cell.text) + marks.get((cell.row, cell.column), "") for cell in row]
        for row in view.rows
    ]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    for number, part in enumerate(_parts(widths, width)):
        if number:
            yield ""
        for row, line in zip(view.rows, lines, strict=True):
            shown = [
                line[at].ljust(widths[at])
                if at == 0 and row[0].kind == LABEL
                else line[at].rjust(widths[at])
                for at in part
                if at < len(line)
            ]
            yield "  ".join(shown).rstrip()


def _parts(widths: list[int], width: int | None) -> list[list[int]]:
    """Return columns in groups that are no wider than a terminal, each with the first column."""
    if width is None or not widths:
        return [list(range(len(widths)))]
    parts, used = [[0]], widths[0]
    for at in range(1, len(widths)):
        if used + 2 + widths[at] > width and len(parts[-1]) > 1:
            parts.append([0])
            used = widths[0]
        parts[-1].append(at)
        used += 2 + widths[at]
    return parts


def _short(text: str) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 24 else text[:23] + "…"


def _note(cell: CellView, language: str) -> str:
    """Return what a cell becomes, in a line or more."""
    place = phrase(
        "preview-place", line=cell.line, row=cell.row, column=cell.column, text=_short(cell.text)
    ).text_in(language)
    parts = [_observation(item, language) for item in cell.observations]
    parts += [
        f"{item.code}: {item.finding.text_in(language)}\n      {item.fix.text_in(language)}"
        for item in cell.faults
    ]
    return f"{place}\n    " + "\n    ".join(parts)


def _observation(item: CellObservation, language: str) -> str:
    """Return an observation and its address."""
    codes = ", ".join(f"{name} {code}" for name, code in item.codes.items())
    if item.value is None:
        reason = f"{item.reason}, {item.bounds}" if item.bounds else item.reason
        value = phrase(
            "preview-no-value",
            codes=codes,
            measure=item.measure,
            reason=reason,
            status=item.status,
        ).text_in(language)
    else:
        value = f"{codes}: {item.measure} {item.value} {item.unit} (status {item.status})"
    if item.superseded:
        value = phrase("preview-superseded", told=value).text_in(language)
    return f"{value}\n      {item.iri or phrase('preview-no-address').text_in(language)}"
