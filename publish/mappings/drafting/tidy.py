"""Tables put back into the project's form after a spreadsheet program has saved them.

They are written in UTF-8 without byte order mark, with commas and line feeds and without empty
rows and columns at the end. No cell is changed, so no figure is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from publish.faults.fault import CannotRun, Fault, FaultyInput, Words, fault, number_of, phrase
from publish.project.files import as_csv, write_files
from publish.project.project import Project
from publish.tables.foreign.delimited import delimit, read_bytes
from publish.tables.grid import trimmed
from publish.tables.records import SEPARATORS


@dataclass(frozen=True, kw_only=True)
class TidiedTable:
    """A table and what was changed of its form; nothing when it was in its form already."""

    path: Path
    changed: tuple[Words, ...]


def tidy_tables(
    project: Project, files: tuple[Path, ...], encoding: str | None = None
) -> list[TidiedTable]:
    """Write tables in the project's form. Raises FaultyInput, having written nothing."""
    faults: list[Fault] = []
    found: list[tuple[TidiedTable, bytes]] = []
    for file in files:
        path = file.resolve()
        if path.parent.parent != project.root / "mappings" or path.suffix != ".csv":
            raise CannotRun(phrase("not-a-table-here", file=file))
        shown = project.shown(path)
        raw = read_bytes(path, shown, faults)
        made = _tidied(path, raw, shown, faults, encoding) if raw is not None else None
        if made:
            found.append(made)
    if faults:
        raise FaultyInput(faults)
    write_files({tidied.path: content for tidied, content in found if tidied.changed})
    return [tidied for tidied, _ in found]


def _tidied(
    path: Path, raw: bytes, shown: str, faults: list[Fault], encoding: str | None
) -> tuple[TidiedTable, bytes] | None:
    """Return a table in the project's form, and what was changed."""
    delimited = delimit(raw, shown, faults, encoding)
    if delimited is None:
        return None
    if readings := delimited.decoded.readings:
        shown_words = "; ".join(f"{one.encoding}: {one.words}" for one in readings)
        particulars = {"readings": shown_words, "name": readings[0].encoding}
        faults.append(fault("guessed-encoding", shown, **particulars))
        return None
    records = delimited.rows
    rows = trimmed(records)
    width = max(map(len, rows), default=0)
    content = as_csv(rows)
    changed = []
    decoded = delimited.decoded
    if decoded.encoding != "UTF-8":
        changed.append(phrase("tidy-encoding", encoding=decoded.encoding))
    if raw.startswith(b"\xef\xbb\xbf"):
        changed.append(phrase("tidy-mark"))
    if delimited.separator != ",":
        changed.append(phrase("tidy-separator", separator=phrase(SEPARATORS[delimited.separator])))
    if b"\r" in raw:
        changed.append(phrase("tidy-returns"))
    if empty := len(records) - len(rows):
        changed.append(phrase("tidy-rows", rows=number_of(empty, "empty-rows")))
    if any(len(row) > width for row in records):
        changed.append(phrase("tidy-columns"))
    if content != raw and not changed:
        changed.append(phrase("tidy-other"))
    return TidiedTable(path=path, changed=tuple(changed)), content
