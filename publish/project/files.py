"""Reading the files that people write (settings, mappings, documents, Turtle); writing files.

A file is read whole, and only when it is a regular file within the project and of a size that
people write; otherwise there is a fault. Tables, which may be of any size, are read by
``tables/scan.py``.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from publish.faults.fault import Fault, fault, phrase, reason_of
from publish.faults.places import line_and_column, place_of_byte

MOST_YAML = 2**20
"""Bytes of a file of YAML or SPARQL at most: ten times what a long mapping needs."""
MOST_TOML = 2**14
"""Bytes of the settings at most; a TOML parser may take the square of their length."""
MOST_TURTLE = 32 * 2**20
"""Bytes of a file of Turtle at most: some 100,000 codes with their labels."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that XML cannot hold or no page shows, for which an escape can stand."""
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that make the text around them appear in another order than programs read."""
MOST_BIDI = 50
"""Faults of this kind at most in one file."""

_FORMULA = re.compile(
    r"""\s*(?:
        [=@]\s*[^\s=@]             # =1+1, @SUM(A1)
        | [+]\s*[A-Za-z(@=]         # +cmd
        | [+-].*?(?:[|!]|[A-Za-z]\()  # -2+3+cmd|' /C calc'!A0, -SUM(A1); not -18 years
    )""",
    re.VERBOSE | re.DOTALL,
)


def unusable_file(path: Path, shown: str, root: Path | None) -> Fault | None:
    """Return why a file may not be opened: it is no regular file, or outside the project."""
    if root is not None and leads_outside(path, root):
        return fault("outside-project", shown, path=os.path.realpath(path))
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return fault("cannot-read", shown, reason=reason_of(error))
    if stat.S_ISREG(mode):
        return None
    return fault("cannot-read", shown, reason=phrase("folder" if stat.S_ISDIR(mode) else "no-file"))


def leads_outside(path: Path, root: Path) -> bool:
    """Return whether a path, its symbolic links followed, lies outside a folder."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def shown_path(path: Path, root: Path) -> str:
    """Return a path as faults name it: relative to the project folder, if it is in there."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def usable_folder(folder: Path, root: Path, faults: list[Fault]) -> bool:
    """Return whether a folder can be looked into; report one that leads elsewhere, or is none.

    It may be missing, and is reported once, whoever looks.
    """
    shown = shown_path(folder, root)
    if leads_outside(folder, root):
        problem = fault("outside-project", shown, path=os.path.realpath(folder))
    elif os.path.lexists(folder) and not folder.is_dir():
        problem = fault("cannot-read", shown, reason=phrase("no-folder"))
    else:
        return True
    if problem not in faults:
        faults.append(problem)
    return False


def files_below(folder: Path, root: Path, ending: str, faults: list[Fault]) -> list[Path]:
    """Return the files below a folder with an ending, in order; links to elsewhere are faults."""
    found: list[Path] = []
    if not usable_folder(folder, root, faults):
        return found
    for path in sorted(folder.rglob("*")):
        if path.suffix == ending:
            found.append(path)
        elif path.is_symlink() and leads_outside(path, root):
            shown = shown_path(path, root)
            faults.append(fault("outside-project", shown, path=os.path.realpath(path)))
    return found


def read_file(
    path: Path, shown: str, faults: list[Fault], *, most: int = MOST_YAML, root: Path | None = None
) -> str | None:
    """Return the text of a file without a byte order mark, or None when it cannot be used."""
    problem = unusable_file(path, shown, root)
    if problem:
        faults.append(problem)
        return None
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        faults.append(fault("cannot-read", shown, reason=reason_of(error)))
        return None
    if len(raw) > most:
        shown_most = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"
        faults.append(fault("file-too-large", shown, most=shown_most))
        return None
    return text_of(raw, shown, faults)


def text_of(raw: bytes, shown: str, faults: list[Fault]) -> str | None:
    """Return UTF-8 as text without a byte order mark, or None when it is none."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(encoding_fault(raw, shown, *place_of_byte(error)))
        return None
    if text.startswith("\ufeff"):
        text = text[1:]
        faults.append(fault("byte-order-mark", shown, 1, 1, file=shown))
    if "\0" in text:
        if is_utf_16(raw):
            faults.append(encoding_fault(raw, shown, 1, 1))
        else:
            faults.append(fault("nul-byte", shown, *line_and_column(text, text.index("\0"))))
        return None
    faults.extend(_bidi_faults(text, shown))
    return text


def _bidi_faults(text: str, shown: str) -> Iterator[Fault]:
    """Yield a fault for each line with a character of BIDI, for the first MOST_BIDI lines."""
    lines = set[int]()
    for found in BIDI.finditer(text):
        line, column = line_and_column(text, found.start())
        if line not in lines:
            lines.add(line)
            yield fault("bidi-control", shown, line, column, name=f"U+{ord(found[0]):04X}")
        if len(lines) == MOST_BIDI:
            return


def is_utf_16(raw: bytes) -> bool:
    """Return whether bytes begin like UTF-16: with its mark, or with a zero in every other byte."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    start = raw[:64]
    fewer, more = sorted((start[::2].count(0), start[1::2].count(0)))
    return len(start) > 7 and fewer == 0 and more * 4 > len(start)


def encoding_fault(raw: bytes, shown: str, line: int, column: int) -> Fault:
    """Return the fault of bytes that are not UTF-8; where they are UTF-16, it says so."""
    found = fault("wrong-encoding", shown, line, column)
    return replace(found, line=1, column=1, finding=phrase("utf-16")) if is_utf_16(raw) else found


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would run a text as a formula when it opens an export.

    A formula can start programs, so no such text is published. A signed number is none.
    """
    return _FORMULA.match(text) is not None


def as_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """Return rows as CSV in UTF-8 (RFC 4180, but with line feeds)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files under other names first, so that each is whole or as it was."""
    with contextlib.ExitStack() as stack:
        unfinished = {path: path.with_name(f".{path.name}.unfinished") for path in contents}
        for path, content in contents.items():
            stack.callback(unfinished[path].unlink, missing_ok=True)
            unfinished[path].write_bytes(content)
        for path in contents:
            unfinished[path].replace(path)
