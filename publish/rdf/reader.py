"""Reading RDF files in any of the formats of ``formats.py``, compressed with gzip or not.

The statements of all files together become one graph; faults have line and column. Nothing but
these files is read: no imports, and no contexts or entities from elsewhere.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import Fault, fault, phrase
from publish.faults.places import line_and_column
from publish.project.progress import Progress
from publish.rdf.formats import (
    BY_LINE,
    parser_problem,
)
from publish.rdf.input.files import (
    BLOCK,
    RdfFile,
    open_decompressed,
    recognise_file,
    report_unreadable,
)
from publish.rdf.jsonld import MOST_NESTED, place_nested_too_deep
from publish.rdf.ntriples import LineReader
from publish.rdf.statements import Statements, TermIds, Terms, statements_from, term_ids
from publish.rdf.terms import label_in_file, label_of_unnamed

MADE_LABEL = re.compile(r"[a-f][0-9a-f]{15,31}")
"""The labels that the parser gives blank nodes which have none."""
STATED_LABEL = re.compile(rb"""(?:_:|nodeID\s*=\s*["'])([a-f][0-9a-f]{15,31})(?![0-9A-Za-z_.-])""")
LONGEST_LABEL = 100
"""Bytes that such a label in a file takes at most, with what stands before it."""
MOST_SYNTAX_FAULTS = 100
"""Syntax errors of one file that are reported, in formats where each line is parsed by itself."""
LONGEST_TOKEN = 1 << 24
"""Bytes of an IRI or a literal at most: the RDF parsers give up at a longer one."""
MOST_NESTED_XML = 1_000
"""Elements within each other at most; the parser takes time with the square of the depth. Lists
are nested for each of their members by some programs."""
MOST_ATTRIBUTES = 1_000
"""Attributes of an element at most; the parser takes time with the square of their number."""
MOST_SEARCHED = 100_000_000
"""Bytes of a file that are searched for a place."""
REMOTE_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[\s*)?(")')


def looks_like_file(argument: str) -> bool:
    """Return whether an argument means a file rather than the slug of a mapping."""
    return bool(re.search(r"[./\\]", argument)) or Path(argument).is_file()


def read_files(
    paths: list[Path], faults: list[Fault], *, first: int = 0
) -> tuple[list[RdfFile], Statements]:
    """Return the files that could be read, and all their statements as one graph.

    Blank nodes are those of one file each, labelled by ``label_in_file`` and ``label_of_unnamed``
    with its number, from ``first``.
    """
    terms, files, nodes = Terms(), list[RdfFile](), list[int]()
    parts: list[TermIds] = []
    for path in dict.fromkeys(paths):
        with report_unreadable(path, faults):
            file = recognise_file(path, faults)
            if file:
                file, known = replace(file, number=first + len(files)), len(terms.found)
                parts.extend(_read(file, terms, faults))
                nodes += terms.rename(known, Labels(file=file).of)
                files.append(file)
    terms.settle(nodes)
    flat = np.concatenate([np.empty(0, dtype=np.int32), *parts])
    parts.clear()
    return files, statements_from(terms, flat)


@dataclass(kw_only=True)
class Labels:
    """Tells blank nodes that a file labels from others, which the parser labels at random."""

    file: RdfFile
    _unnamed: int = 0

    @cached_property
    def _stated(self) -> set[bytes]:
        """The labels in the file that look as if the parser had made them."""
        found, rest = set[bytes](), b""
        with open_decompressed(self.file.path, syntax=self.file.syntax) as content:
            while block := content.read(BLOCK):
                found.update(STATED_LABEL.findall(rest + block))
                rest = block[-LONGEST_LABEL:]
        return found

    def is_unnamed(self, node: ox.BlankNode) -> bool:
        """Return whether a node has no label in the file."""
        label = node.value
        return (
            self.file.syntax not in BY_LINE
            and MADE_LABEL.fullmatch(label) is not None
            and label.encode() not in self._stated
        )

    def of(self, node: ox.BlankNode) -> ox.BlankNode:
        """Return a node under the label that it has among those of all files."""
        if not self.is_unnamed(node):
            return ox.BlankNode(label_in_file(self.file.number, node.value))
        self._unnamed += 1
        return ox.BlankNode(label_of_unnamed(self.file.number, self._unnamed - 1))


def check_syntax(file: RdfFile, faults: list[Fault]) -> None:
    """Report the syntax errors of a file, by reading it once more."""
    problem = fault_before_parsing(file)
    if problem:
        faults.append(problem)
        return
    errors = _SyntaxFaults(file=file, faults=faults)
    with open_decompressed(file.path, syntax=file.syntax) as content, errors.too_long():
        for _ in _quads(file, content, errors):
            pass


def _read(file: RdfFile, terms: Terms, faults: list[Fault]) -> Iterator[TermIds]:
    """Yield the statements of a file as numbers of terms, up to a fault in its syntax."""
    problem = fault_before_parsing(file)
    if problem:
        faults.append(problem)
        return
    errors = _SyntaxFaults(file=file, faults=faults)
    with (
        Progress(file.shown, "bytes", file.path.stat().st_size) as progress,
        open_decompressed(file.path, progress, file.syntax) as content,
        errors.too_long(),
    ):
        if file.syntax in BY_LINE:
            yield from LineReader(terms=terms, syntax=file.syntax, wrong=errors.add).blocks(content)
        else:
            yield term_ids(_quads(file, content, errors), terms)


@dataclass(kw_only=True)
class _SyntaxFaults:
    """Reports the syntax errors of a file: in formats by line up to a hundred, in others one."""

    file: RdfFile
    faults: list[Fault]
    _lines: set[int] = field(default_factory=set)

    @contextmanager
    def too_long(self) -> Iterator[None]:
        """Report a term that is longer than the parser in this context reads."""
        try:
            yield
        except MemoryError as error:
            if "buffer" not in str(error):
                raise
            problem = phrase("token-too-long", most=LONGEST_TOKEN >> 20)
            with open_decompressed(self.file.path, syntax=self.file.syntax) as content:
                place = place_of_long_line(content)
            self.faults.append(self.file.syntax_fault(problem, *place))

    def add(self, error: SyntaxError, lines_before: int = 0) -> bool:
        """Report an error; return whether to go on."""
        problem, (line, column) = parser_problem(error)
        if "LoadDocumentCallback" in problem:
            found = fault("remote-context", self.file.shown, *_place_of_context(self.file))
        elif not line:
            found = self.file.syntax_fault(problem, *_place_reached(self.file))
        else:
            found = self.file.syntax_fault(problem, line + lines_before if line else 0, column)
        # After an error the parser goes on within the line; what it finds there is not reliable.
        if found.line not in self._lines:
            self.faults.append(found)
        self._lines.add(found.line)
        if len(self._lines) == MOST_SYNTAX_FAULTS:
            rest = phrase("rest-not-read", most=MOST_SYNTAX_FAULTS)
            self.faults.append(self.file.syntax_fault(rest))
        return self.file.syntax in BY_LINE and len(self._lines) < MOST_SYNTAX_FAULTS


def _quads(file: RdfFile, content: io.BufferedReader, errors: _SyntaxFaults) -> Iterator[ox.Quad]:
    """Yield the statements of a file as the parser reads them."""
    found = ox.parse(content, format=file.syntax, base_iri=file.base)
    while True:
        try:
            yield from found
            return
        except SyntaxError as error:
            if not errors.add(error):
                return


def place_of_long_line(content: BinaryIO) -> tuple[int, int]:
    """Return line and column of the first line too long for a parser, 0 if there is none."""
    lines = iter(lambda: content.readline(LONGEST_TOKEN + 1), b"")
    for number, line in enumerate(lines, start=1):
        if len(line.removesuffix(b"\n")) >= LONGEST_TOKEN:
            return number, 1
    return 0, 0


class _LineByLine(io.RawIOBase):
    """A file of which a line at most is read at a time, to see how far a parser came."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.line = file, 1
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self.line += self._ended
        data = self._file.readline(len(buffer))
        buffer[: len(data)] = data
        self._ended = data.endswith(b"\n")
        return len(data)


def _place_reached(file: RdfFile) -> tuple[int, int]:
    """Return the line at which a parser stops that does not say where, and column 1."""
    with open_decompressed(file.path, syntax=file.syntax) as content:
        lines = _LineByLine(content)
        with contextlib.suppress(SyntaxError, MemoryError):
            for _ in ox.parse(cast(BinaryIO, lines), format=file.syntax, base_iri=file.base):
                pass
    return lines.line, 1


def _place_of_context(file: RdfFile) -> tuple[int, int]:
    """Return line and column of the first address of a context in JSON-LD, 0 if there is none."""
    with open_decompressed(file.path, syntax=file.syntax) as content:
        text = content.read(MOST_SEARCHED).decode("utf-8", "replace")
    found = REMOTE_CONTEXT.search(text)
    return line_and_column(text, found.start(1)) if found else (0, 0)


def fault_before_parsing(file: RdfFile) -> Fault | None:
    """Return what makes a file unsafe for its RDF parser, or is wrong with it as XML."""
    if file.syntax == ox.RdfFormat.RDF_XML:
        return _xml_fault(file)
    if file.syntax == ox.RdfFormat.JSON_LD:
        with open_decompressed(file.path, syntax=file.syntax) as content:
            place = place_nested_too_deep(content)
        if place:
            return file.syntax_fault(phrase("nested-too-deeply", most=MOST_NESTED), *place)
    return None


def _xml_fault(file: RdfFile) -> Fault | None:
    """Return what is wrong with RDF/XML as XML, with its place.

    Entities that expand beyond measure are refused here, as the RDF parser would expand them.
    """
    # With namespaces, as the RDF parser reads past a name such as xmlns:a:b.
    parser = expat.ParserCreate(namespace_separator=" ")
    outside: list[Fault] = []

    def declared(
        name: str, _a: bool, _b: str | None, _c: str | None, system: str | None, *_: object
    ) -> None:
        """Report an entity of another file, which is not read."""
        if system is not None:
            place = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
            outside.append(file.syntax_fault(phrase("entity-elsewhere", name=name), *place))

    depth = 0

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        problem = None
        if depth > MOST_NESTED_XML:
            problem = phrase("nested-too-deeply", most=MOST_NESTED_XML)
        elif len(attributes) > MOST_ATTRIBUTES:
            problem = phrase("too-many-attributes", most=MOST_ATTRIBUTES)
        if problem:
            raise OverflowError(problem, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = declared
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with open_decompressed(file.path, syntax=file.syntax) as content:
        try:
            parser.ParseFile(content)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            return file.syntax_fault(problem, error.lineno, error.offset + 1)
        except OverflowError as error:
            return file.syntax_fault(*error.args)
        except (LookupError, ValueError) as error:  # of the encoding that it declares
            return file.syntax_fault(str(error), 1, 1)
    return next(iter(outside), None)
