"""Reading RDF files of any usual syntax: Turtle, TriG, N-Triples, N-Quads, RDF/XML
and JSON-LD, compressed with gzip or not.

In come paths; out come the statements of all files together as one graph, or faults with line
and column. What reads files in a way of its own finds here how they are opened and judged.
Nothing but these files is read: no imports, no contexts or entities from elsewhere.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import Fault, fault, phrase
from publish.faults.places import line_and_column
from publish.project.progress import CountedReader, Progress
from publish.rdf.formats import BY_ENDING, BY_LINE, TRIG, TURTLE, format_of_content, format_of_name
from publish.rdf.ntriples import LineReader
from publish.rdf.statements import Statements, TermIds, Terms, statements_from, term_ids

GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
MOST_SYNTAX_FAULTS = 100
"""Syntax errors of one file that are told, where each line stands on its own."""
BLOCK = 1 << 20
LONGEST_TOKEN = 1 << 24
"""Bytes of a name or a text that the parsers of RDF keep; they give up at a longer one."""
MOST_SEARCHED = 100_000_000
"""Bytes of a file that are searched for a place."""
REMOTE_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[\s*)?(")')


@dataclass(frozen=True, kw_only=True)
class RdfFile:
    """A file of which the syntax is known."""

    path: Path
    shown: str
    syntax: ox.RdfFormat

    @property
    def base(self) -> str:
        """What relative IRIs in it are relative to: the address of the file itself."""
        return self.path.resolve().as_uri()


def looks_like_file(argument: str) -> bool:
    """Return whether an argument means a file rather than the slug of a mapping."""
    return bool(re.search(r"[./\\]", argument)) or Path(argument).is_file()


def read_files(paths: list[Path], faults: list[Fault]) -> tuple[list[RdfFile], Statements]:
    """Return the files that could be read, and all their statements as one graph."""
    terms, files = Terms(), list[RdfFile]()
    parts: list[TermIds] = []
    for number, path in enumerate(dict.fromkeys(paths)):
        label = f"f{number}-" if len(paths) > 1 else ""
        with readable(path, faults):
            file = recognised(path, faults)
            if file:
                files.append(file)
                parts.extend(_read(file, terms, faults, label))
    flat = np.concatenate([np.empty(0, dtype=np.int32), *parts])
    parts.clear()
    return files, statements_from(terms, flat)


@contextmanager
def readable(path: Path, faults: list[Fault]) -> Iterator[None]:
    """Note it as a fault when a file cannot be read, by what is done with it in here."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        faults.append(fault("cannot-read", path, reason=reason.rstrip(".")))


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


def recognised(path: Path, faults: list[Fault]) -> RdfFile | None:
    """Return a file with its syntax, by its name or else by how it begins."""
    with opened(path) as file:
        start = file.read(2000)
    if not start.strip():
        faults.append(fault("empty-file", path, 1, 1))
        return None
    known = format_of_name(path)
    if known is None:
        known = format_of_content(start)
        # Each file in Turtle is one in TriG.
        known = TRIG if known is TURTLE else known
    if known is None:
        faults.append(fault("unknown-syntax", path, known=", ".join(BY_ENDING)))
        return None
    return RdfFile(path=path, shown=str(path), syntax=known.syntax)


def check_syntax(file: RdfFile, faults: list[Fault]) -> None:
    """Note what is wrong with a file that could not be loaded, reading it once more."""
    problem = xml_fault(file)
    if problem:
        faults.append(problem)
        return
    noted = _Noted(file=file, faults=faults)
    with opened(file.path) as content, noted.too_long():
        for _ in _quads(file, content, noted, ""):
            pass


def _read(file: RdfFile, terms: Terms, faults: list[Fault], label: str) -> Iterator[TermIds]:
    """Yield the statements of a file as numbers; of one with faults those before the first.

    With a label, its blank nodes are kept apart from those of other files.
    """
    problem = xml_fault(file)
    if problem:
        faults.append(problem)
        return
    noted = _Noted(file=file, faults=faults)
    with (
        Progress(file.shown, "bytes", file.path.stat().st_size) as progress,
        opened(file.path, progress) as content,
        noted.too_long(),
    ):
        if file.syntax == ox.RdfFormat.N_TRIPLES:
            reader = LineReader(terms=terms, prefix=label, wrong=noted.add)
            yield from reader.blocks(content)
        else:
            yield term_ids(_quads(file, content, noted, label), terms)


@dataclass(kw_only=True)
class _Noted:
    """Notes the syntax errors of a file: of lines many, as each stands on its own, else one."""

    file: RdfFile
    faults: list[Fault]
    _lines: set[int] = field(default_factory=set)

    @contextmanager
    def too_long(self) -> Iterator[None]:
        """Note it when a parser gives up at a name or text that is longer than it reads."""
        try:
            yield
        except MemoryError as error:
            if "buffer" not in str(error):
                raise
            self._add_too_long()

    def _add_too_long(self) -> None:
        """Note a name or text that is longer than a parser reads, at its line if that is so too."""
        line, length = 1, 0
        with opened(self.file.path) as content:
            for block in iter(lambda: content.read(LONGEST_TOKEN), b""):
                start = block.find(b"\n")
                length += len(block) if start < 0 else start
                if length >= LONGEST_TOKEN:
                    break
                if start >= 0:
                    line, length = line + block.count(b"\n"), len(block) - block.rfind(b"\n") - 1
        place = (line, 1) if length >= LONGEST_TOKEN else (0, 0)
        problem = phrase("token-too-long", most=LONGEST_TOKEN >> 20)
        syntax = self.file.syntax.name
        self.faults.append(
            fault("rdf-syntax", self.file.shown, *place, syntax=syntax, problem=problem)
        )

    def add(self, error: SyntaxError, lines_before: int = 0) -> bool:
        """Note an error; return whether to go on."""
        found = _syntax_fault(self.file, error, lines_before)
        # Where a parser takes up a line again, what it says of the rest of it is not to be trusted.
        if found.line not in self._lines:
            self.faults.append(found)
        self._lines.add(found.line)
        return self.file.syntax in BY_LINE and len(self._lines) < MOST_SYNTAX_FAULTS


def _quads(
    file: RdfFile, content: io.BufferedReader, noted: _Noted, label: str
) -> Iterator[ox.Quad]:
    """Yield the statements of a file as a parser reads them."""
    found = ox.parse(
        content, format=file.syntax, base_iri=file.base, rename_blank_nodes=bool(label)
    )
    while True:
        try:
            yield from found
            return
        except SyntaxError as error:
            if not noted.add(error):
                return


def _syntax_fault(file: RdfFile, error: SyntaxError, lines_before: int) -> Fault:
    problem = re.sub(r"^Parser error .*?[0-9]: ", "", str(error.msg))
    problem = re.sub(r" \(line [0-9]+\)$", "", problem).rstrip(".")
    if "LoadDocumentCallback" in problem:
        return fault("remote-context", file.shown, *_place_of_context(file))
    place = (0, 0)
    if error.lineno and error.offset:
        place = (error.lineno + lines_before, error.offset)
    return fault("rdf-syntax", file.shown, *place, syntax=file.syntax.name, problem=problem)


def _place_of_context(file: RdfFile) -> tuple[int, int]:
    """Return where the first address of a context stands, as far as the text shows it."""
    with opened(file.path) as content:
        text = content.read(MOST_SEARCHED).decode("utf-8", "replace")
    found = REMOTE_CONTEXT.search(text)
    return line_and_column(text, found.start(1)) if found else (0, 0)


def xml_fault(file: RdfFile) -> Fault | None:
    """Return what is wrong with a file as XML, with its place; of other syntaxes nothing.

    It also refuses entities that grow beyond measure, which the parser of RDF would fill in.
    """
    if file.syntax != ox.RdfFormat.RDF_XML:
        return None
    parser = expat.ParserCreate()
    outside: list[Fault] = []

    def declared(
        name: str, _a: bool, _b: str | None, _c: str | None, system: str | None, *_: object
    ) -> None:
        """Note an entity that stands in another file, which is not read."""
        if system is not None:
            place = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
            problem, syntax = phrase("entity-elsewhere", name=name), file.syntax.name
            outside.append(fault("rdf-syntax", file.shown, *place, syntax=syntax, problem=problem))

    parser.EntityDeclHandler = declared
    with opened(file.path) as content:
        try:
            parser.ParseFile(content)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            syntax = file.syntax.name
            place = (error.lineno, error.offset + 1)
            return fault("rdf-syntax", file.shown, *place, syntax=syntax, problem=problem)
    return next(iter(outside), None)
