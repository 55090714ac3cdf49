"""SHACL validation of a graph with pySHACL, one shape after another, and its results."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from pyshacl.graph_abstraction import DataGraph
from pyshacl.validator import Validator
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults.fault import LANGUAGES, Fault, Words, fault, phrase
from publish.rdf.terms import split_iri
from publish.validation.shapes.compile import SEVERITY_OF, ShapeResult, path_text, shape_name
from publish.validation.shapes.soundness import MOST_NESTED, ShapeProblem, has_target, shape_nodes

MOST_OBSERVATIONS = 2_000
"""The most observations of a cube that pySHACL judges, at some hundreds a second. Those of a
larger cube are judged over columns only."""


class UnusableShapes(Exception):
    """The shapes are no SHACL; the text says why."""


def as_fault(result: ShapeResult, place: tuple[str, int, int] | None = None) -> Fault:
    """Return a result as a fault, at a place in a file or else at the IRI of the thing."""
    finding = fault(
        "shape-violation",
        *(place or (result.focus,)),
        path=_short(result.path) or phrase("the-resource"),
        message=result.message,
        shape=_short(result.shape),
        value=_short(result.value) or phrase("none"),
    )
    return replace(finding, severity=result.severity)


AT_ONCE = 25
"""Things that a shape judges before their results are handed over."""


def shape_fault(problem: ShapeProblem, name: Node | None, place: tuple[str, int, int]) -> Fault:
    """Return what is wrong with a shape as a fault; ``name`` is the nearest IRI of the shape."""
    if problem.code == "unused-shape":
        return fault("unused-shape", *place, name=split_iri(str(name))[1] or name)
    shape = phrase("the-shape", name=name) if isinstance(name, URIRef) else phrase("the-shapes")
    return fault(problem.code, *place, shape=shape, problem=problem.problem)


def with_targets(shapes: Graph) -> list[Node]:
    """Return the shapes that have a target, in a fixed order."""
    nodes = (node for node in shape_nodes(shapes) if has_target(shapes, node))
    return sorted(nodes, key=lambda node: (shape_name(shapes, node), str(node)))


def judge_each(
    graph: Graph, shapes: Graph, nodes: Iterable[Node]
) -> Iterator[list[ShapeResult] | int | str]:
    """Yield what each of some shapes finds: lists of results, then on how many things it judged.

    Instead of the number comes a text when the shape cannot be used. Raises UnusableShapes when
    none can.
    """
    silent = logging.Logger("pyshacl", level=logging.CRITICAL)
    options = {"inplace": True, "logger": silent, "max_validation_depth": MOST_NESTED + 5}
    try:
        # pySHACL adds statements of its own to the shapes.
        copy = Graph().__iadd__(shapes)
        validator = Validator(DataGraph.from_rdflib(graph), shacl_graph=copy, options=options)
        known = {shape.node: shape for shape in validator.shacl_graph.shapes}
    except ReportableRuntimeError as error:
        raise UnusableShapes(_first_line(str(error))) from None
    executor, data = validator.make_executor(), validator.data_graph
    results = partial(_results, shapes=shapes, source_of=cache(partial(_Source.of, shapes)))
    for node in nodes:
        try:
            things = sorted(known[node].focus_nodes(data), key=str)
            for start in range(0, len(things), AT_ONCE):
                some = things[start : start + AT_ONCE]
                yield results(known[node].validate(executor, data, focus=some)[1])
            yield len(things)
        except (ReportableRuntimeError, ParseBaseException, re.error) as error:
            yield _first_line(str(error))


@dataclass(frozen=True, kw_only=True)
class _Source:
    """What all results of a shape, or of a constraint in SPARQL, have in common."""

    name: str
    path: str | None
    templates: list[Node]

    @classmethod
    def of(cls, shapes: Graph, shape: Node) -> _Source:
        path = shapes.value(shape, SH.path)
        return cls(
            name=shape_name(shapes, shape),
            path=None if path is None else path_text(shapes, path),
            templates=list(shapes.objects(shape, SH.message)),
        )


def _results(
    found: list[Any], *, shapes: Graph, source_of: Callable[[Node], _Source]
) -> list[ShapeResult]:
    """Return results; pySHACL has each as a text, its node, and its statements."""
    results = set()
    for _, node, statements in found:
        facts = defaultdict[Node, list[Node]](list)
        for subject, predicate, value in statements:
            if subject == node:
                facts[predicate].append(value[1] if isinstance(value, tuple) else value)
        [focus], [severity] = facts[SH.focusNode], facts[SH.resultSeverity]
        value = next(iter(facts[SH.value]), None)
        if (None, SH.targetNode, focus) in shapes and isinstance(value, URIRef):
            focus = value  # the target stands for all things of a class or a data set
        # A SPARQL constraint has its own message, which says more than that of its node shape.
        source = source_of((facts[SH.sourceConstraint] or facts[SH.sourceShape])[0])
        path, messages = facts[SH.resultPath], facts[SH.resultMessage]
        results.add(
            ShapeResult(
                focus=_name(focus),
                path="" if not path else source.path or path_text(shapes, path[0]),
                value="" if value is None else _name(value),
                shape=source.name,
                severity=SEVERITY_OF.get(URIRef(str(severity)), "error"),
                message=Words(
                    *(_in_language(messages, source.templates, name) for name in LANGUAGES)
                ),
            )
        )
    return sorted(results)


def _name(node: Node | None) -> str:
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _in_language(messages: list[Node], templates: list[Node], language: str) -> str:
    """Return the message in a language, or else the first.

    A message that pySHACL has filled in has lost its language; its template still has it.
    """
    for message in messages:
        if isinstance(message, Literal) and message.language == language:
            return str(message)
    for template in templates:
        if isinstance(template, Literal) and template.language == language:
            fixed = map(re.escape, re.split(r"\{[?$]\w+\}", template))
            pattern = re.compile(".*".join(fixed), re.DOTALL)
            for message in messages:
                if pattern.fullmatch(str(message)):
                    return str(message)
    return str(min(messages, key=str)) if messages else phrase("does-not-conform").text_in(language)


def _first_line(problem: str) -> str:
    """Return the first line of a library's message, without its names of blank nodes."""
    first = problem.partition("\n")[0].rstrip(".!")
    return re.sub(r"'n[0-9a-f]{32}b[0-9]+'", "a blank node", first)


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
