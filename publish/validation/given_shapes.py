"""Shapes of somebody, from files, by which RDF files are judged.

What is wrong with the shapes says nothing of the data: it is told as a warning in the file of the
shapes, and never fails data. Only where nothing at all can be judged the shapes are unusable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib import BNode, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults.fault import Fault, Words, fault, some_of
from publish.rdf.input.files import RdfFile
from publish.rdf.reader import read_files
from publish.rdf.statements import Statements
from publish.rdf.terms import as_node
from publish.validation.constraints.breaches import MOST_OF_A_KIND
from publish.validation.constraints.normal_form import OBSERVATION, QB, CubeGraph
from publish.validation.placed import placed
from publish.validation.shapes.bounded import Judged, judge, time_for
from publish.validation.shapes.compile import (
    ObservationShape,
    ShapeResult,
    nearest_name,
    observation_shapes,
    only_of_observations,
    shape_name,
)
from publish.validation.shapes.parameters import CONSTRAINTS
from publish.validation.shapes.soundness import ShapeProblem, examine, without_observations
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS, UnusableShapes, shape_fault

NOT_JUDGED = frozenset(
    ("bad-shape", "shape-ended", "shape-not-judged", "shapes-not-judged", "unknown-shape-term")
)
"""The faults of shapes that leave something unjudged."""


@dataclass(kw_only=True)
class GivenShapes:
    """Shapes as they were read, and what is wrong with them."""

    files: list[RdfFile]
    statements: Statements
    whole: Graph
    graph: Graph
    """The part that can be judged."""
    problems: list[ShapeProblem]
    warnings: list[Fault] = field(default_factory=list)
    unusable: bool = False
    """Whether nothing could be judged by them."""

    def judge(
        self,
        graph: CubeGraph,
        around: Graph,
        columns: Callable[[list[ObservationShape]], list[ShapeResult]],
        *,
        full: bool,
        seconds: float | None,
    ) -> list[ShapeResult]:
        """Return what is wrong with a graph, and note what is not judged.

        pySHACL judges the observations of a graph above a stated size only if asked to be
        ``full``; else ``columns`` judges them, and pySHACL what is ``around`` them.
        """
        count = len(graph.of_class(OBSERVATION))
        shapes, found = self.graph, list[ShapeResult]()
        is_whole = count <= MOST_OBSERVATIONS or full
        if is_whole:
            around = as_graph(graph.statements)
        else:
            of_columns, names = observation_shapes(shapes)
            found += columns(of_columns)
            shapes, nodes = without_observations(shapes, *_around_observations(graph))
            nodes -= only_of_observations(self.graph)
            left = sorted({*names, *(shape_name(self.graph, node) for node in nodes)})
            if left:
                told = partial(
                    fault,
                    "shapes-not-judged",
                    most=MOST_OBSERVATIONS,
                    count=count,
                    names=some_of(left),
                )
                self.warnings += placed(self.files, [(left, told)])
        limit = time_for(around, shapes, full=full) if seconds is None else seconds
        try:
            judged = judge(around, shapes, limit)
        except UnusableShapes as error:
            judged = Judged(bad={self.whole: Words(str(error))})
        self.problems += judged.problems()
        if is_whole and judged.count and not judged.things:
            self.warnings.append(fault("shapes-without-things", self.files[0].shown))
        is_judged = judged.count and any((None, term, None) in self.graph for term in CONSTRAINTS)
        is_wrong = any(item.code in ("bad-shape", "shape-ended") for item in self.problems)
        self.unusable = is_wrong and not is_judged and not (found or judged.results)
        return sorted({*found, *judged.results})

    def faults(self) -> list[Fault]:
        """Return what is wrong with the shapes, as warnings at their places in the files."""
        found = []
        for item in self.problems[:MOST_OF_A_KIND]:
            name = nearest_name(self.whole, item.shape)
            about = [_label(item.shape), str(name), item.term]
            found.append((list(filter(None, about)), partial(_at_place, item, name)))
        if more := len(self.problems[MOST_OF_A_KIND:]):
            shown, kind = self.files[0].shown, self.problems[-1].code
            self.warnings.append(
                fault("more-breaches", shown, more=more, kept=MOST_OF_A_KIND, kind=kind)
            )
        least = {"error": "warning"}
        return [
            replace(item, severity=least.get(item.severity, item.severity))
            for item in (*self.warnings, *placed(self.files, found))
        ]


def _label(node: Node) -> str:
    return f"_:{node}" if isinstance(node, BNode) else ""


def _at_place(item: ShapeProblem, name: Node | None, *place: Any) -> Fault:
    return shape_fault(item, name, place)


FIRST_OF_SHAPES = 1_000_000
"""The number of the first file of shapes, so that their blank nodes are no others."""


def read_given_shapes(paths: list[Path], faults: list[Fault]) -> GivenShapes:
    """Return the shapes of files, examined; report files that cannot be read."""
    files, statements = read_files(paths, faults, first=FIRST_OF_SHAPES)
    whole = as_graph(statements)
    sound, problems = examine(whole)
    shapes = GivenShapes(
        files=files, statements=statements, whole=whole, graph=sound, problems=problems
    )
    if not any(str(term).startswith(str(SH)) for triple in whole for term in triple):
        shapes.warnings += [fault("no-shapes", file.shown) for file in files]
    return shapes


def as_graph(statements: Statements, chosen: slice | NDArray[np.bool_] = slice(None)) -> Graph:
    """Return all or chosen statements as a graph of rdflib; each term becomes one node."""
    graph, found = Graph(), statements.terms.found
    node = cache(lambda number: as_node(found[number]))
    columns = (statements.subject, statements.predicate, statements.object)
    for triple in zip(*(column[chosen].tolist() for column in columns), strict=True):
        graph.add(tuple(map(node, triple)))  # type: ignore[arg-type]
    return graph


def _around_observations(graph: CubeGraph) -> tuple[set[str], set[str]]:
    """Return the properties that lead to observations, and those of observations."""
    statements, observations = graph.statements, graph.of_class(OBSERVATION)
    leading = statements.predicate[np.isin(statements.object, observations)]
    own = statements.predicate[np.isin(statements.subject, observations)]
    links, properties = (
        {graph.name(number) for number in np.unique(numbers).tolist()} for numbers in (leading, own)
    )
    return {*links, f"{QB}observation"}, properties
