"""The VoID statistics of the graphs of a release, from one reading of their N-Triples.

Of a term or a line only a hash of 64 bits is kept, about twenty bytes a triple; lines with equal
hashes are compared themselves. https://www.w3.org/TR/void/#statistics
"""

from __future__ import annotations

import re
from collections import Counter
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
"""A multiplier that spreads the bits: 2^64 divided by the golden ratio."""

Hashes = npt.NDArray[np.int64]
_NONE: Hashes = np.array([], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class GraphCounts:
    """The number of triples of each graph, and the statistics of all together."""

    graphs: dict[str, int]
    triples: int
    """Distinct triples, in however many graphs they are."""
    subjects: int
    objects: int
    properties: dict[str, int]
    """The number of triples of each property, in the order of IRIs."""
    classes: dict[str, int]
    """The number of things of each class, in the order of IRIs."""
    repeated: frozenset[bytes]
    """The lines that occur more than once, in one graph or several."""


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file in blocks of many."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block if block.endswith(b"\n") else block + file.readline()


def count_graphs(files: Mapping[str, Path]) -> GraphCounts:
    """Return the statistics of graphs, given the file in canonical N-Triples of each by its IRI."""
    graphs, lines = dict[str, int](), list[Hashes]()
    subjects, objects = list[Hashes](), list[Hashes]()
    properties, classes = Counter[bytes](), Counter[bytes]()
    for name, path in files.items():
        blocks = list[Hashes]()
        for block in read_blocks(path):
            split = [line.split(b" ", 2) for line in block.splitlines()]
            blocks.append(_hashes_of_terms(split))
            properties.update([predicate for _, predicate, _ in split])
            classes.update([value for _, predicate, value in split if predicate == _TYPE])
        terms = np.concatenate([np.zeros((3, 0), dtype=np.int64), *blocks], axis=1)
        of_lines = _hashes_of_lines(terms)
        once, often = _distinct(of_lines)
        graphs[name] = len(once)
        lines += [once, often]
        subjects.append(_distinct(terms[0])[0])
        objects.append(_distinct(terms[2])[0])
    together, often = _distinct(np.concatenate([_NONE, *lines]))
    repeated = _repeated(files, often)
    for line, more in repeated.items():
        _, predicate, value = line[:-1].split(b" ", 2)
        properties[predicate] -= more
        classes[value] -= more * (predicate == _TYPE)
    return GraphCounts(
        graphs=graphs,
        triples=len(together),
        subjects=len(_distinct(np.concatenate([_NONE, *subjects]))[0]),
        objects=len(_distinct(np.concatenate([_NONE, *objects]))[0]),
        properties=_by_iri(properties),
        classes=_by_iri(classes),
        repeated=frozenset(repeated),
    )


def _hashes_of_terms(split: list[list[bytes]]) -> Hashes:
    """Return three rows: the hashes of the subject, predicate and rest of each line."""
    columns = zip(*split, strict=True)
    rows = [np.fromiter(map(hash, terms), dtype=np.int64, count=len(split)) for terms in columns]
    return np.array(rows).reshape(3, -1)


def _hashes_of_lines(terms: Hashes) -> Hashes:
    """Return the hash of each line, given those of its three parts."""
    found = np.zeros(terms.shape[1], dtype=np.uint64)
    for row in terms.view(np.uint64):
        found = (found ^ row) * _ODD
        found ^= found >> np.uint64(29)
    return found.view(np.int64)


def _distinct(found: Hashes) -> tuple[Hashes, Hashes]:
    """Return the distinct hashes, and those of them that occur more than once."""
    values, times = np.unique(found, return_counts=True)
    return values, values[times > 1]


def _by_iri(found: Counter[bytes]) -> dict[str, int]:
    """Return numbers by IRI, from those by terms of N-Triples with what follows them."""
    iris = ((re.match(rb"<([^>]*)>", text), number) for text, number in found.items() if number)
    return dict(sorted((iri[1].decode(), number) for iri, number in iris if iri))


def _repeated(files: Mapping[str, Path], numbers: Hashes) -> Counter[bytes]:
    """Return the lines that occur more than once, among those with these hashes, and how often."""
    seen, repeated = set[bytes](), Counter[bytes]()
    if not len(numbers):
        return repeated
    for path in files.values():
        for block in read_blocks(path):
            lines = block.splitlines(keepends=True)
            found = _hashes_of_lines(_hashes_of_terms([line[:-1].split(b" ", 2) for line in lines]))
            for place in np.flatnonzero(np.isin(found, numbers)).tolist():
                repeated[lines[place]] += lines[place] in seen
                seen.add(lines[place])
    return +repeated
