"""SHACL validation of a graph with pySHACL, by the shapes of the package and of the project."""

from __future__ import annotations

import re
from dataclasses import replace

import pyshacl
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults.fault import LANGUAGES, Fault, Words, fault, phrase
from publish.project.iris import Uris
from publish.rdf.turtle import add_file, new_graph
from publish.validation.shapes.compile import SEVERITY_OF, ShapeResult, nearest_name, path_text
from publish.validation.shapes.files import ShapeFiles

MOST_OBSERVATIONS = 2_000
"""The most observations of a cube that pySHACL judges, at some hundreds a second. Those of a
larger cube are judged over columns only."""


def find_unusable(shapes: ShapeFiles, uris: Uris, graph: Graph, problem: str) -> Fault:
    """Return the fault of unusable shapes, at the file that is unusable by itself."""
    for file in shapes.sound:
        alone = new_graph(uris)
        add_file(alone, file, [])
        try:
            run_pyshacl(graph, alone)
        except UnusableShapes as error:
            return fault("bad-shape", file.shown, problem=error)
    return fault("bad-shape", "shapes", problem=problem)


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


def run_pyshacl(graph: Graph, shapes: Graph) -> list[ShapeResult]:
    """Return every result that pySHACL finds. Raises UnusableShapes."""
    try:
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    except (ReportableRuntimeError, ParseBaseException, re.error) as error:
        raise UnusableShapes(_first_line(str(error))) from None
    if not isinstance(report, Graph):
        raise UnusableShapes(_first_line(str(report)))
    found = set()
    for result in report.objects(None, SH.result):
        path = report.value(result, SH.resultPath)
        value, focus = report.value(result, SH.value), report.value(result, SH.focusNode)
        if (None, SH.targetNode, focus) in shapes and isinstance(value, URIRef):
            focus = value  # the target stands for all things of a class or a data set
        # A SPARQL constraint has its own message, which says more than that of its node shape.
        shape = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        messages = list(report.objects(result, SH.resultMessage))
        templates = list(shapes.objects(shape, SH.message))
        severity = URIRef(str(report.value(result, SH.resultSeverity)))
        own = shapes.value(shape, SH.path)
        found.add(
            ShapeResult(
                focus=_name(focus),
                path=""
                if path is None
                else path_text(report, path)
                if own is None
                else path_text(shapes, own),
                value="" if value is None else _name(value),
                shape=str(nearest_name(shapes, shape)),
                severity=SEVERITY_OF.get(severity, "error"),
                message=Words(*(_in_language(messages, templates, name) for name in LANGUAGES)),
            )
        )
    return sorted(found)


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
    return re.sub(r"'n[0-9a-f]{32}b[0-9]+'", "a blank node", problem.partition("\n")[0])


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
