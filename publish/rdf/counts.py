"""How much there is in the graphs of a release, counted as their N-Triples are read once.

In come the files of the graphs; out come the numbers of VoID and the lines that stand in more
than one place. Of a line or a term only a number of 64 bits is kept, about twenty bytes a triple;
lines that seem equal are compared themselves.
https://www.w3.org/TR/void/#statistics
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from publish.rdf.namespaces import RDF

BLOCK = 1 << 20
"""Bytes of lines that are read at a time."""
_TYPE = f"<{RDF.type}>".encode()
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""A multiplier that spreads the bits, 2^64 by the golden ratio."""

Hashes = npt.NDArray[np.int64]
_NONE: Hashes = np.array([], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class GraphCounts:
    """What was counted: of each graph its triples, of all together what VoID asks."""

    graphs: dict[str, int]
    triples: int
    """Each counted once, in however many graphs it stands."""
    subjects: int
    objects: int
    properties: int
    classes: int
    repeated: frozenset[bytes]
    """The lines that stand in more than one place."""


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file in blocks of many."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block if block.endswith(b"\n") else block + file.readline()


def count_graphs(files: Mapping[str, Path]) -> GraphCounts:
    """Count what is in graphs, given the file in canonical N-Triples of each."""
    graphs, lines = dict[str, int](), list[Hashes]()
    subjects, objects = list[Hashes](), list[Hashes]()
    properties, classes = set[bytes](), set[bytes]()
    for name, path in files.items():
        blocks = list[Hashes]()
        for block in read_blocks(path):
            split = [line.split(b" ", 2) for line in block.splitlines()]
            blocks.append(_hashed(split))
            properties.update([predicate for _, predicate, _ in split])
            classes.update([value for _, predicate, value in split if predicate == _TYPE])
        terms = np.concatenate([np.zeros((3, 0), dtype=np.int64), *blocks], axis=1)
        of_lines = _mixed(terms)
        once, often = _distinct(of_lines)
        graphs[name] = len(once)
        lines += [once, often]
        subjects.append(_distinct(terms[0])[0])
        objects.append(_distinct(terms[2])[0])
    together, often = _distinct(np.concatenate([_NONE, *lines]))
    return GraphCounts(
        graphs=graphs,
        triples=len(together),
        subjects=len(_distinct(np.concatenate([_NONE, *subjects]))[0]),
        objects=len(_distinct(np.concatenate([_NONE, *objects]))[0]),
        properties=len(properties),
        classes=len(classes),
        repeated=_repeated(files, often),
    )


def _hashed(split: list[list[bytes]]) -> Hashes:
    """Return three rows: a number for the subject, predicate and rest of each line."""
    columns = zip(*split, strict=True)
    rows = [np.fromiter(map(hash, terms), dtype=np.int64, count=len(split)) for terms in columns]
    return np.array(rows).reshape(3, -1)


def _mixed(terms: Hashes) -> Hashes:
    """Return a number for each line, given those of its three terms."""
    found = np.zeros(terms.shape[1], dtype=np.uint64)
    for row in terms.view(np.uint64):
        found = (found ^ row) * _ODD
        found ^= found >> np.uint64(29)
    return found.view(np.int64)


def _distinct(found: Hashes) -> tuple[Hashes, Hashes]:
    """Return the numbers that occur, each once, and those of them that occur more than once."""
    values, times = np.unique(found, return_counts=True)
    return values, values[times > 1]


def _repeated(files: Mapping[str, Path], numbers: Hashes) -> frozenset[bytes]:
    """Return the lines that really stand in more than one place, among those that may."""
    if not len(numbers):
        return frozenset()
    seen, repeated = set[bytes](), set[bytes]()
    for path in files.values():
        for block in read_blocks(path):
            lines = block.splitlines(keepends=True)
            found = _mixed(_hashed([line[:-1].split(b" ", 2) for line in lines]))
            for place in np.flatnonzero(np.isin(found, numbers)).tolist():
                (repeated if lines[place] in seen else seen).add(lines[place])
    return frozenset(repeated)
