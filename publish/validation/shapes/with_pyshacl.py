"""SHACL validation of the published graph, with pySHACL.

In come the graph and the shapes: those of the package, which every cube must meet, and those
of the project's ``shapes/``. Out come faults, one per result, in plain words.
"""

from __future__ import annotations

import logging
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
from publish.validation.shapes.compile import SEVERITIES, Result, nearest_name, path_text
from publish.validation.shapes.files import ShapeFiles

MOST_OBSERVATIONS = 2_000
"""Observations of one cube that pySHACL judges; of a larger cube only the structure is judged
by it, its observations over columns. At some hundreds a second this is a few seconds."""

log = logging.getLogger("publish")


def find_unusable(shapes: ShapeFiles, uris: Uris, graph: Graph, problem: str) -> Fault:
    """Return the fault of shapes with which pySHACL fails, at the file that fails alone."""
    for file in shapes.sound:
        alone = new_graph(uris)
        add_file(alone, file, [])
        try:
            judge(graph, alone)
        except UnusableShapes as error:
            return fault("bad-shape", file.shown, problem=error)
    return fault("bad-shape", "shapes", problem=problem)


class UnusableShapes(Exception):
    """The shapes are no SHACL; the text says why."""


def judge(graph: Graph, shapes: Graph) -> list[Fault]:
    """Return a fault for every result of the shapes on the graph, warnings among them.

    Raises UnusableShapes.
    """
    return sorted({as_fault(result) for result in results(graph, shapes)})


def as_fault(result: Result, place: tuple[str, int, int] | None = None) -> Fault:
    """Return a result as a fault, at the place that it has in a file, or at its IRI."""
    finding = fault(
        "shape-violation",
        *(place or (result.focus,)),
        path=_short(result.path) or phrase("the-resource"),
        message=result.message,
        shape=_short(result.shape),
        value=_short(result.value) or phrase("none"),
    )
    return replace(finding, severity=result.severity)


def results(graph: Graph, shapes: Graph) -> list[Result]:
    """Return every result that pySHACL finds. Raises UnusableShapes."""
    try:
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    except (ReportableRuntimeError, ParseBaseException, re.error) as error:
        raise UnusableShapes(_in_short(str(error))) from None
    if not isinstance(report, Graph):
        raise UnusableShapes(_in_short(str(report)))
    found = set()
    for result in report.objects(None, SH.result):
        path = report.value(result, SH.resultPath)
        value, focus = report.value(result, SH.value), report.value(result, SH.focusNode)
        if (None, SH.targetNode, focus) in shapes and isinstance(value, URIRef):
            focus = value  # asked of all things of a class, or of a data set, together
        # A SPARQL constraint says more than the node shape that holds it.
        shape = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        messages = list(report.objects(result, SH.resultMessage))
        severity = URIRef(str(report.value(result, SH.resultSeverity)))
        own = shapes.value(shape, SH.path) if shape is not None else None
        path_from = shapes if own is not None and path is not None else report
        found.add(
            Result(
                focus=_name(focus),
                path=path_text(path_from, own if path_from is shapes and own else path)
                if path is not None
                else "",
                value=_name(value) if value is not None else "",
                shape=str(nearest_name(shapes, shape)),
                severity=SEVERITIES.get(severity, "error"),
                message=_message(messages, list(shapes.objects(shape, SH.message))),
            )
        )
    return sorted(found)


def _name(node: Node | None) -> str:
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _message(messages: list[Node], templates: list[Node]) -> Words:
    """Return what a shape says, in both languages."""
    return Words(*(_in_language(messages, templates, language) for language in LANGUAGES))


def _in_language(messages: list[Node], templates: list[Node], language: str) -> str:
    """Return the message in a language, or the first there is.

    Where pySHACL has filled in a message it loses the language, which its template still knows.
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


def _in_short(problem: str) -> str:
    """Return the first line of what a library says; its names of blank nodes mean nothing."""
    return re.sub(r"'n[0-9a-f]{32}b[0-9]+'", "a blank node", problem.partition("\n")[0])


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
