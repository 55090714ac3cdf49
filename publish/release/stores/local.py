"""The store of a release, loaded from its dumps: a named graph each, and the default graph.

The default graph is either the union of all named graphs, in which a triple of two graphs occurs
once, or empty. Each block of lines is loaded with its graph and then without, so that the store
still has the terms of the first time in memory at the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

import pyoxigraph as ox

from publish.project.progress import Progress
from publish.release.compressed import read_blocks, triples_file
from publish.release.graph_files import in_graph
from publish.release.manifest import Dump


class _Blocks:
    """A file to read from, made of blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block, self._at = b"", 0

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, and none at the end."""
        if self._at == len(self._block):
            self._block, self._at = next(self._blocks, b""), 0
        end = len(self._block) if size < 0 else self._at + size
        data = self._block[self._at : end]
        self._at += len(data)
        return data


def load_store(
    folder: Path,
    dumps: Sequence[Dump],
    default_graph: str,
    triples: int | None = None,
    *,
    instead: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Load the dumps into a new store; ``default_graph`` is "union" or "empty".

    ``triples`` is the number of their lines, if it is known. ``instead`` has lines that are loaded
    instead of the dump of a name, which is not read.
    """

    def blocks(name: str) -> Iterator[bytes]:
        if name in instead:
            return iter((instead[name],))
        return read_blocks(triples_file(folder / "dumps", name))

    store = ox.Store(str(folder / "store"))
    with Progress("loading the store", "triples", triples) as progress:

        def quads() -> Iterator[bytes]:
            for dump in dumps:
                for block in blocks(dump.name):
                    yield in_graph(block, dump.graph)
                    if default_graph == "union":
                        yield block
                    progress.step(block.count(b"\n"))

        file = cast("BinaryIO", _Blocks(quads()))
        store.bulk_load(file, format=ox.RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
