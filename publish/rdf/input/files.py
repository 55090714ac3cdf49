"""Opening RDF files, compressed with gzip or not, within bounds; knowing their formats.

Only regular files are opened, and no more of them is read than they had when they were opened.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox

from publish.faults.fault import Fault, fault, phrase, reason_of
from publish.project.files import unusable_file
from publish.project.progress import Progress
from publish.rdf.formats import BY_ENDING, recognised
from publish.rdf.rdf_xml import as_utf_8

GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
BLOCK = 1 << 20
MOST_UNPACKED = 1 << 28
MOST_RATIO = 300
"""Bytes that a file packed with gzip unpacks to at most, or times its size if that is more."""
HEAD = 1 << 16
"""Bytes at the beginning of a file by which its format is known."""


@dataclass(frozen=True, kw_only=True)
class RdfFile:
    """An RDF file whose format is known."""

    path: Path
    shown: str
    syntax: ox.RdfFormat
    number: int = 0
    """Its place among the files that are read together."""

    @property
    def base(self) -> str:
        """What relative IRIs in it are resolved against: the ``file:`` IRI of the file itself."""
        return self.path.resolve().as_uri()

    def syntax_fault(self, problem: str, line: int = 0, column: int = 0) -> Fault:
        """Return the fault of a file that does not follow its syntax."""
        syntax = self.syntax.name
        return fault("rdf-syntax", self.shown, line, column, syntax=syntax, problem=problem)


@contextmanager
def report_unreadable(path: Path, faults: list[Fault]) -> Iterator[None]:
    """Report a file when what is done with it in this context cannot read it."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        if isinstance(error, OSError) and error.errno:
            reason = reason_of(error)
        faults.append(fault("cannot-read", path, reason=reason))


@contextmanager
def open_decompressed(
    path: Path, progress: Progress | None = None, syntax: ox.RdfFormat | None = None
) -> Iterator[io.BufferedReader]:
    """Open a file as bytes, decompressed and without byte order mark; RDF/XML in UTF-8.

    It is read as long as it was when it was opened, should it grow. ``progress`` counts the bytes
    that are read from disk, so it ends at the size of the file.
    """
    with path.open("rb") as disk:
        size = os.fstat(disk.fileno()).st_size
        file = _buffered(disk, size, progress=progress)
        if file.peek(2)[:2] == GZIP:
            most = max(MOST_UNPACKED, size * MOST_RATIO)
            file = _buffered(gzip.GzipFile(fileobj=file), most, too_long="unpacks-too-large")
        if file.peek(3)[:3] == BOM:
            file.read(3)
        yield as_utf_8(file) if syntax == ox.RdfFormat.RDF_XML else file


def _buffered(file: Any, most: int, **more: Any) -> io.BufferedReader:
    """Return a file that is read up to a size, in large blocks."""
    return io.BufferedReader(cast(io.RawIOBase, _Bounded(file, most, **more)), BLOCK)


class _Bounded(io.RawIOBase):
    """A file that ends after so many bytes; they are counted as they are read.

    Raises OSError with the phrase ``too_long`` if it is given and there are more bytes.
    """

    def __init__(
        self,
        file: BinaryIO,
        most: int,
        *,
        progress: Progress | None = None,
        too_long: str = "",
    ) -> None:
        self._file, self._left, self._progress, self._too_long = file, most, progress, too_long

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        if not self._left and self._too_long and self._file.read(1):
            raise OSError(errno.EFBIG, phrase(self._too_long))
        buffer[: len(data)] = data
        self._left -= len(data)
        if self._progress:
            self._progress.step(len(data))
        return len(data)


def recognise_file(path: Path, faults: list[Fault]) -> RdfFile | None:
    """Return a file with its format, by its beginning and its name; report other files."""
    problem = unusable_file(path, str(path), None)
    if problem:
        faults.append(problem)
        return None
    with open_decompressed(path) as file:
        start = file.read(HEAD)
    known = recognised(path, start)
    if not start.strip() and (known is None or not known.may_be_empty):
        faults.append(fault("empty-file", path, 1, 1))
        return None
    if known is None:
        faults.append(fault("unknown-syntax", path, known=", ".join(BY_ENDING)))
        return None
    return RdfFile(path=path, shown=str(path), syntax=known.syntax)
