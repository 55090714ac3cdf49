"""The VoID statistics of the graphs of a release, from one reading of their N-Triples.

Of a term or a line only a hash of 64 bits is kept, about twenty bytes a triple; lines with equal
hashes are compared themselves. https://www.w3.org/TR/void/#statistics
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from publish.rdf.namespaces import RDF

_TYPE = f"<{RDF.type}>".encode()
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""A multiplier that spreads the bits: 2^64 divided by the golden ratio."""

Blocks = Callable[[], Iterable[bytes]]
"""Reads lines of N-Triples, in blocks of many, as often as it is called."""
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
    repeated: dict[bytes, list[str]]
    """The lines that occur more than once, with the graph of each time in the order read."""


def count_graphs(sources: Mapping[str, Blocks]) -> GraphCounts:
    """Return the statistics of graphs, given the canonical N-Triples of each by its IRI."""
    graphs, lines = dict[str, int](), list[Hashes]()
    subjects, objects = list[Hashes](), list[Hashes]()
    properties, classes = Counter[bytes](), Counter[bytes]()
    for name, blocks in sources.items():
        of_graph = list[Hashes]()
        for block in blocks():
            split = [line.split(b" ", 2) for line in block.splitlines()]
            terms = _hashes_of_terms(split)
            of_graph.append(_hashes_of_lines(terms))
            properties.update([predicate for _, predicate, _ in split])
            classes.update([value for _, predicate, value in split if predicate == _TYPE])
            subjects.append(_distinct(terms[0])[0])
            objects.append(_distinct(terms[2])[0])
        once, often = _distinct(np.concatenate([_NONE, *of_graph]))
        graphs[name] = len(once)
        lines += [once, often]
    together, often = _distinct(np.concatenate([_NONE, *lines]))
    repeated = _repeated(sources, often)
    for line, places in repeated.items():
        more = len(places) - 1
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
        repeated=repeated,
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
    """Return the distinct hashes, and those of them that occur more than once; sorts in place.

    Much of a million observations is in memory here, so nothing is copied that need not be.
    """
    found.sort()
    again = found[1:] == found[:-1]
    first = np.concatenate([np.ones(min(len(found), 1), dtype=np.bool_), ~again])
    return found[first], found[1:][again]


def _by_iri(found: Counter[bytes]) -> dict[str, int]:
    """Return numbers by IRI, from those by terms of N-Triples with what follows them."""
    iris = ((re.match(rb"<([^>]*)>", text), number) for text, number in found.items() if number)
    return dict(sorted((iri[1].decode(), number) for iri, number in iris if iri))


def _repeated(sources: Mapping[str, Blocks], numbers: Hashes) -> dict[bytes, list[str]]:
    """Return the lines that occur more than once, among those with these hashes, and where."""
    found = dict[bytes, list[str]]()
    if not len(numbers):
        return found
    for name, blocks in sources.items():
        for block in blocks():
            lines = block.splitlines(keepends=True)
            hashes = _hashes_of_lines(
                _hashes_of_terms([line[:-1].split(b" ", 2) for line in lines])
            )
            for place in np.flatnonzero(np.isin(hashes, numbers)).tolist():
                found.setdefault(lines[place], []).append(name)
    return {line: places for line, places in found.items() if len(places) > 1}
