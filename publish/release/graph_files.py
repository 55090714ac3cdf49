"""The files of one graph while they are written: plain up to a size, compressed above it.

How large a graph becomes is known only at its end. Up to LARGEST bytes of N-Triples it is written
as it is; when it passes that, what was written is compressed, the plain files go, and the rest is
compressed as it comes, as N-Triples, N-Quads and Turtle. So there is never more on the disk than
LARGEST of what does not stay. In Turtle the description of the graph comes first, where people
look, though it is known last: it is a member of its own before the others.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from publish.release import manifest
from publish.release.compressed import GzipWriter, compress, read_blocks

LINES, QUADS, TURTLE = ".nt", ".nq", ".ttl"


def in_graph(block: bytes, graph: str) -> bytes:
    """Return lines of canonical N-Triples as N-Quads of a graph.

    No literal holds a line feed that is not escaped, so only ends of lines look like one.
    """
    return block.replace(b" .\n", f" <{graph}> .\n".encode())


@dataclass(kw_only=True)
class GraphFiles:
    """The files of a graph that is being written, by the endings of their names."""

    folder: Path
    name: str
    graph: str
    """The IRI of the graph."""
    endings: tuple[str, ...]
    """``.nt``, and ``.ttl`` unless there is only to be a check."""
    is_compressed: bool = False
    _files: dict[str, BinaryIO | GzipWriter] = field(default_factory=dict)
    _size: int = 0
    """Bytes of N-Triples."""

    def __post_init__(self) -> None:
        self._files = {ending: self._path(ending).open("wb") for ending in self.endings}

    def _path(self, ending: str) -> Path:
        """Return the path of a file. Of Turtle it is a part, which lacks its beginning."""
        ending += ".gz" if self.is_compressed else ""
        return self.folder / f"{self.name}{ending}{'.part' if TURTLE in ending else ''}"

    def file(self, ending: str) -> _File:
        """Return what an observation writer writes one of the files to."""
        return _File(files=self, ending=ending)

    def write(self, ending: str, content: bytes) -> None:
        """Add whole lines of N-Triples, or Turtle without prefixes."""
        self._files[ending].write(content)
        if ending == LINES:
            self._size += len(content)
            if self.is_compressed and QUADS in self._files:
                self._files[QUADS].write(in_graph(content, self.graph))
            elif not self.is_compressed and self._size > manifest.LARGEST:
                self._compress()

    def _compress(self) -> None:
        """Compress what was written, and from now on what comes."""
        self.close()
        plain = {ending: self._path(ending) for ending in self.endings}
        self.is_compressed = True
        quads = (QUADS,) if TURTLE in self.endings else ()
        self._files = {ending: GzipWriter(self._path(ending)) for ending in (*self.endings, *quads)}
        for ending, path in plain.items():
            for block in read_blocks(path):
                self._files[ending].write(block)
                if ending == LINES and quads:
                    self._files[QUADS].write(in_graph(block, self.graph))
            path.unlink()

    def finish(self, beginning: bytes) -> None:
        """End the files; Turtle has a beginning, with its prefixes."""
        self.close()
        if TURTLE not in self.endings:
            return
        part = self._path(TURTLE)
        with part.with_suffix("").open("wb") as whole, part.open("rb") as rest:
            whole.write(compress(beginning) if self.is_compressed else beginning)
            shutil.copyfileobj(rest, whole, 1 << 20)
        part.unlink()

    def discard(self) -> None:
        """Delete the files."""
        self.close()
        for ending in self._files:
            self._path(ending).unlink()

    def close(self) -> None:
        """Close the files, also more than once."""
        for file in self._files.values():
            file.close()


@dataclass(frozen=True, kw_only=True)
class _File:
    """One of the files of a graph."""

    files: GraphFiles
    ending: str

    def write(self, content: bytes) -> None:
        """Add whole lines."""
        self.files.write(self.ending, content)
