"""The results of pySHACL in this process, for tests of shapes."""

from __future__ import annotations

from rdflib import Graph

from publish.validation.shapes.compile import ShapeResult
from publish.validation.shapes.with_pyshacl import judge_each, with_targets


def run_pyshacl(graph: Graph, shapes: Graph) -> list[ShapeResult]:
    """Return every result that pySHACL finds; no shape may be unusable."""
    found = set[ShapeResult]()
    for answer in judge_each(graph, shapes, with_targets(shapes)):
        assert not isinstance(answer, str), answer
        found.update(answer if isinstance(answer, list) else ())
    return sorted(found)
