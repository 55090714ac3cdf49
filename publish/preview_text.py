"""The cells of printed tables and what became of them, for programs and for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from publish.cube import MEASURE
from publish.preview import FAULTY, LABEL, LEFT_OUT, UNREAD, CellView, TableView


def records(views: list[TableView]) -> list[dict[str, object]]:
    """Return tables as JSON objects."""
    return [
        {
            "table": view.name,
            "path": view.shown,
            "rows-not-shown": view.not_shown,
            "cells": [_record(cell) for row in view.rows for cell in row],
            "faults": [item.record() for item in view.faults],
        }
        for view in views
    ]


def _record(cell: CellView) -> dict[str, object]:
    return {
        "row": cell.row,
        "column": cell.column,
        "line": cell.line,
        "at": cell.at,
        "text": cell.text,
        "kind": cell.kind,
        "why": cell.why,
        "observations": [
            {
                "iri": item.iri,
                "codes": item.codes,
                MEASURE: item.measure,
                "value": item.value,
                "unit": item.unit,
                "status": item.status,
                "reason": item.reason,
                "bounds": item.bounds,
                "superseded": item.superseded,
            }
            for item in cell.observations
        ],
        "faults": [item.record() for item in cell.faults],
    }


def as_text(views: list[TableView]) -> Iterator[str]:
    """Yield the lines of tables for a terminal: as printed, with marks, then what each mark is."""
    for view in views:
        yield f"{view.shown}"
        yield ""
        marks: dict[tuple[int, int], str] = {}
        notes: list[str] = []
        for cell in (cell for row in view.rows for cell in row if cell.kind != LABEL):
            sign = {FAULTY: "!", LEFT_OUT: "-", UNREAD: "?"}.get(cell.kind, "")
            mark = sign if sign in ("-", "?") else f"{sign}{len(notes) + 1}"
            marks[cell.row, cell.column] = f"[{mark}]"
            if mark not in ("-", "?"):
                notes.append(f"[{mark}] {_note(cell)}")
        yield from _grid(view, marks)
        if view.not_shown:
            yield f"… and {view.not_shown} rows that are not shown (--rows shows more)"
        yield ""
        yield from notes
        for kind, sign in ((LEFT_OUT, "-"), (UNREAD, "?")):
            whys = [cell.why for row in view.rows for cell in row if cell.kind == kind]
            for why in dict.fromkeys(whys):
                yield f"[{sign}] no observation: {why} ({whys.count(why)} cells)"
        yield from (str(item) for item in view.faults)
        yield ""


def _grid(view: TableView, marks: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the table as printed, each cell with its mark."""
    lines = [
        [_short(cell.text) + marks.get((cell.row, cell.column), "") for cell in row]
        for row in view.rows
    ]
    width = max(map(len, lines), default=0)
    widths = [max((len(line[at]) for line in lines if at < len(line)), default=0)
              for at in range(width)]  # fmt: skip
    for row, line in zip(view.rows, lines, strict=True):
        shown = [
            text.ljust(widths[at]) if row[at].kind == LABEL and at == 0 else text.rjust(widths[at])
            for at, text in enumerate(line)
        ]
        yield "  ".join(shown).rstrip()


def _short(text: str) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 24 else text[:23] + "…"


def _note(cell: CellView) -> str:
    """Return what became of a cell, in a line or more."""
    place = f'line {cell.line}, row {cell.row}, column {cell.column}, "{_short(cell.text)}"'
    parts = []
    address = "no address as long as something of it is open"
    for item in cell.observations:
        codes = ", ".join(f"{name} {code}" for name, code in item.codes.items())
        if item.value is None:
            bounds = f", {item.bounds}" if item.bounds else ""
            value = f"no value ({item.reason}{bounds}; status {item.status})"
        else:
            value = f"{item.value} {item.unit} (status {item.status})"
        if item.superseded:
            value += ", from a later document than this cell"
        parts.append(f"{codes}: {item.measure} {value}\n      {item.iri or address}")
    parts += [f"{item.code}: {item.finding}\n      {item.fix}" for item in cell.faults]
    return f"{place}\n    " + "\n    ".join(parts)
