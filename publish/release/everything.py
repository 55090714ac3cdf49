"""All graphs of a release together, ``alles.*``: their content, and the parts of what is large.

When all graphs together are large, nothing of a large one is written twice: the file of everything
is its parts one after the other, which makes one gzip stream. Parts are the files of large graphs,
and one of all the rest, which lies beside the dumps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from publish.cube.rdf.syntax import turtle
from publish.project.iris import EVERYTHING
from publish.rdf.counts import Blocks
from publish.release import manifest
from publish.release.compressed import read_blocks, triples_file
from publish.release.graph_files import in_graph
from publish.release.manifest import Dump

PARTS = "parts"
"""The folder of the release with what is served only as a part of everything."""


@dataclass(frozen=True, kw_only=True)
class Everything:
    """All graphs together, of which the dumps are in a folder."""

    folder: Path
    dumps: Sequence[Dump]
    prefixes: Mapping[str, str]
    repeated: Mapping[bytes, Sequence[str]]
    """The lines that occur more than once, with the graph of each time."""

    @property
    def is_large(self) -> bool:
        """Whether there are only compressed forms, of parts if a graph is large by itself."""
        sizes = (triples_file(self.folder, dump.name).stat().st_size for dump in self.dumps)
        return bool(self.joined(".nq")) or sum(sizes) > manifest.LARGEST

    def joined(self, ending: str) -> list[Dump]:
        """Return the dumps whose compressed file is a part as it is: the large ones.

        In N-Triples each line stands once, so a dump that repeats one, or has one of a dump before
        it, belongs to the rest.
        """
        found, graphs = list[Dump](), set[str]()
        for dump in self.dumps:
            if triples_file(self.folder, dump.name).suffix != ".gz":
                continue
            places = [graphs_of for graphs_of in self.repeated.values() if dump.graph in graphs_of]
            if ending == ".nt" and any(
                graphs_of.count(dump.graph) > 1 or graphs.intersection(graphs_of)
                for graphs_of in places
            ):
                continue
            found.append(dump)
            graphs.add(dump.graph)
        return found

    def rest_file(self, ending: str) -> Path:
        """Return the path of the compressed file of all that is not joined."""
        folder = self.folder.parent / PARTS if self.joined(ending) else self.folder
        return folder / f"{EVERYTHING}{ending}.gz"

    def rest(self, ending: str) -> Blocks:
        """Return how all is read, in a form, that is not joined; of small graphs all is."""
        joined = self.joined(ending) if self.is_large else []
        dumps = [dump for dump in self.dumps if dump not in joined]
        if ending == ".ttl":
            return lambda: _turtle(self.folder, dumps, self.prefixes)
        if ending == ".nq":
            return lambda: quads(self.folder, dumps)
        graphs = {dump.graph for dump in joined}
        left = {line for line, places in self.repeated.items() if not graphs.intersection(places)}
        return lambda: _union(self.folder, dumps, self.repeated, left)


def quads(folder: Path, dumps: Sequence[Dump]) -> Iterator[bytes]:
    """Yield dumps as N-Quads."""
    for dump in dumps:
        for block in read_blocks(triples_file(folder, dump.name)):
            yield in_graph(block, dump.graph)


def _union(
    folder: Path, dumps: Sequence[Dump], repeated: Mapping[bytes, object], left: set[bytes]
) -> Iterator[bytes]:
    """Yield the lines of several dumps; of repeated ones only those left, each once."""
    left = set(left)
    for dump in dumps:
        for block in read_blocks(triples_file(folder, dump.name)):
            if not repeated:
                yield block
                continue
            lines = []
            for line in block.splitlines(keepends=True):
                if line not in repeated or line in left:
                    lines.append(line)
                    left.discard(line)
            yield b"".join(lines)


def _turtle(folder: Path, dumps: Sequence[Dump], prefixes: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the Turtle of dumps after one header, which all have; none has blank nodes."""
    header = turtle(dict(prefixes)).header()
    yield header
    for dump in dumps:
        with (folder / f"{dump.name}.ttl").open("rb") as file:
            if file.read(len(header)) != header:
                raise ValueError(f"{dump.name}.ttl does not begin with the prefixes.")
            while block := file.read(1 << 20):
                yield block
