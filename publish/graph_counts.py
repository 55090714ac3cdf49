"""How much there is in the graphs of a release, counted as their N-Triples are read once.

In come the files of the graphs; out come the numbers of VoID and the lines that stand in more
than one place. Of a line or a term only a number of 64 bits is kept, about twenty bytes a triple;
lines that seem equal are compared themselves.
https://www.w3.org/TR/void/#statistics
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from publish.namespaces import RDF

BLOCK = 1 << 20
"""Bytes of lines that are read at a time."""
_TYPE = f"<{RDF.type}>".encode()

Hashes = npt.NDArray[np.int64]


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
        of_lines, of_subjects, of_objects = array("q"), array("q"), array("q")
        for block in read_blocks(path):
            split = block.splitlines()
            of_lines.extend(map(hash, split))
            last = b""
            for line in split:
                subject, predicate, value = line.split(b" ", 2)
                if subject != last:
                    of_subjects.append(hash(subject))
                    last = subject
                of_objects.append(hash(value))
                properties.add(predicate)
                if predicate == _TYPE:
                    classes.add(value)
        lines.append(_distinct(of_lines))
        subjects.append(_distinct(of_subjects))
        objects.append(_distinct(of_objects))
        graphs[name] = len(lines[-1])
        if len(lines[-1]) != len(of_lines):
            lines.append(_more_than_once(np.frombuffer(of_lines, dtype=np.int64)))
    everything = np.concatenate(lines) if lines else np.array([], dtype=np.int64)
    repeated = _repeated(files, _more_than_once(everything))
    return GraphCounts(
        graphs=graphs,
        triples=len(np.unique(everything)),
        subjects=_together(subjects),
        objects=_together(objects),
        properties=len(properties),
        classes=len(classes),
        repeated=repeated,
    )


def _distinct(found: array[int]) -> Hashes:
    return np.unique(np.frombuffer(found, dtype=np.int64))


def _together(found: list[Hashes]) -> int:
    """Return how many there are in several lots, each counted once."""
    return len(np.unique(np.concatenate(found))) if found else 0


def _more_than_once(found: Hashes) -> Hashes:
    """Return the numbers that occur more than once."""
    values, times = np.unique(found, return_counts=True)
    return values[times > 1]


def _repeated(files: Mapping[str, Path], numbers: Hashes) -> frozenset[bytes]:
    """Return the lines that really stand in more than one place, among those that may."""
    if not len(numbers):
        return frozenset()
    suspect = set(numbers.tolist())
    seen, repeated = set[bytes](), set[bytes]()
    for path in files.values():
        for block in read_blocks(path):
            for line in block.splitlines(keepends=True):
                if hash(line[:-1]) in suspect:
                    (repeated if line in seen else seen).add(line)
    return frozenset(repeated)
