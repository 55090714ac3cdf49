"""Reading RDF files of any usual syntax as one graph: Turtle, TriG, N-Triples, N-Quads, RDF/XML
and JSON-LD, compressed with gzip or not.

In come paths; out come the statements of all files together, or faults with line and column.
Nothing but these files is read: no imports, no contexts or entities from elsewhere.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

import numpy as np
import pyoxigraph as ox

from publish.faults import Fault, fault
from publish.foreign import CONTENTS
from publish.foreign import SYNTAXES as SYNTAXES_OF_LISTS
from publish.progress import CountedReader, Progress
from publish.statements import Numbered, Statements, Terms, assembled, numbered

SYNTAXES = {
    **SYNTAXES_OF_LISTS,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
}
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
BY_LINE = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
MOST_SYNTAX_FAULTS = 100
"""Syntax errors of one file that are told, where each line stands on its own."""
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class RdfFile:
    """A file of which the syntax is known."""

    path: Path
    shown: str
    syntax: ox.RdfFormat


def looks_like_file(argument: str) -> bool:
    """Return whether an argument means a file rather than the slug of a mapping."""
    return bool(re.search(r"[./\\]", argument)) or Path(argument).is_file()


def read_files(paths: list[Path], faults: list[Fault]) -> tuple[list[RdfFile], Statements]:
    """Return the files that could be read, and all their statements as one graph."""
    terms, files, parts = Terms(), [], []
    for path in dict.fromkeys(paths):
        try:
            file = _recognised(path, faults)
            if file:
                files.append(file)
                parts.append(_read(file, terms, faults, is_alone=len(paths) == 1))
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            faults.append(fault("cannot-read", path, reason=reason.rstrip(".")))
    flat = np.concatenate([np.empty(0, dtype=np.int32), *parts])
    parts.clear()
    return files, assembled(terms, flat)


@contextmanager
def opened(path: Path, progress: Progress | None = None) -> Iterator[io.BufferedReader]:
    """Open a file to read its text as bytes, unpacked and without byte order mark.

    What is counted is what is read from disk, so that its size is the end.
    """
    with path.open("rb") as disk:
        raw: io.BufferedReader = disk
        if progress:
            raw = cast(io.BufferedReader, io.BufferedReader(_Counted(disk, progress), BLOCK))
        file = raw
        if raw.peek(2)[:2] == GZIP:
            file = cast(io.BufferedReader, io.BufferedReader(gzip.GzipFile(fileobj=raw), BLOCK))
        if file.peek(3)[:3] == BOM:
            file.read(3)
        yield file


class _Counted(io.RawIOBase):
    """A file that tells how much of it has been read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._reader = CountedReader(file, progress)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._reader.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _recognised(path: Path, faults: list[Fault]) -> RdfFile | None:
    """Return a file with its syntax, by its name or else by how it begins."""
    with opened(path) as file:
        start = file.read(2000)
    if not start.strip():
        faults.append(fault("empty-file", path, 1, 1))
        return None
    ending = Path(path.name.removesuffix(".gz")).suffix.lower()
    syntax = SYNTAXES.get(ending)
    if syntax is None:
        syntax = next((found for pattern, found in CONTENTS if pattern.match(start)), None)
    if syntax is None:
        faults.append(fault("unknown-syntax", path, known=", ".join(SYNTAXES)))
        return None
    return RdfFile(path=path, shown=str(path), syntax=syntax)


def _read(file: RdfFile, terms: Terms, faults: list[Fault], *, is_alone: bool) -> Numbered:
    """Return the statements of a file as numbers; of one with faults those before the first."""
    if file.syntax == ox.RdfFormat.RDF_XML:
        problem = _xml_fault(file)
        if problem:
            faults.append(problem)
            return np.empty(0, dtype=np.int32)
    with (
        Progress(file.shown, "bytes", file.path.stat().st_size) as progress,
        opened(file.path, progress) as content,
    ):
        return numbered(_quads(file, content, faults, is_alone=is_alone), terms)


def _quads(
    file: RdfFile, content: io.BufferedReader, faults: list[Fault], *, is_alone: bool
) -> Iterator[ox.Quad]:
    """Yield the statements of a file; note its syntax errors, of lines all, else the first.

    Blank nodes of several files are kept apart by new labels.
    """
    found = ox.parse(
        content,
        format=file.syntax,
        base_iri=file.path.resolve().as_uri(),
        rename_blank_nodes=not is_alone,
    )
    wrong = 0
    while True:
        try:
            yield from found
            return
        except SyntaxError as error:
            faults.append(_syntax_fault(file, error))
            wrong += 1
            if file.syntax not in BY_LINE or wrong == MOST_SYNTAX_FAULTS:
                return


def _syntax_fault(file: RdfFile, error: SyntaxError) -> Fault:
    problem = re.sub(r"^Parser error .*?[0-9]: ", "", str(error.msg))
    problem = re.sub(r" \(line [0-9]+\)$", "", problem).rstrip(".")
    if "LoadDocumentCallback" in problem:
        return fault("remote-context", file.shown)
    place = (error.lineno, error.offset) if error.lineno and error.offset else (0, 0)
    return fault("rdf-syntax", file.shown, *place, syntax=file.syntax.name, problem=problem)


def _xml_fault(file: RdfFile) -> Fault | None:
    """Return what is wrong with a file as XML, with its place.

    It also refuses entities that grow beyond measure, which the parser of RDF would fill in.
    """
    parser = expat.ParserCreate()
    with opened(file.path) as content:
        try:
            parser.ParseFile(content)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            syntax = file.syntax.name
            place = (error.lineno, error.offset + 1)
            return fault("rdf-syntax", file.shown, *place, syntax=syntax, problem=problem)
    return None
