"""SHACL validation of the published graph, with pySHACL.

In come the graph and the shapes: those of the package, which every cube must meet, and those
of the project's ``shapes/``. Out come faults, one per result, in plain words.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pyshacl
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults import Fault, FaultyInput, fault
from publish.project import Project
from publish.vocabulary import new_graph, read_turtle

MOST_OBSERVATIONS = 5_000
"""Observations of one cube that pySHACL judges; of a larger cube only the structure is judged
by it, its observations by the checks on columns. At some 1,000 a second this is five seconds."""

SEVERITIES = {SH.Violation: "error", SH.Warning: "warning", SH.Info: "info"}

log = logging.getLogger("publish")


def read_shapes(project: Project) -> Graph:
    """Return the shapes of the package and of the project. Raises FaultyInput."""
    shapes = new_graph(project.uris)
    faults: list[Fault] = []
    own = resources.files("publish").joinpath("shapes")
    for item in sorted(own.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".ttl"):
            read_turtle(item.read_bytes(), item.name, project.base, shapes, faults)
    for path in _own_files(project):
        text = path.read_bytes()
        read_turtle(text, project.shown(path), project.base, shapes, faults)
    if faults:
        raise FaultyInput(faults)
    return shapes


def _own_files(project: Project) -> list[Path]:
    return sorted((project.root / "shapes").glob("*.ttl"))


def find_unusable(project: Project, graph: Graph, problem: str) -> Fault:
    """Return the fault of shapes with which pySHACL fails, at the file that fails alone."""
    for path in _own_files(project):
        alone = new_graph(project.uris)
        read_turtle(path.read_bytes(), project.shown(path), project.base, alone, [])
        try:
            judge(graph, alone)
        except UnusableShapes as error:
            return fault("bad-shape", project.shown(path), problem=error)
    return fault("bad-shape", "shapes", problem=problem)


class UnusableShapes(Exception):
    """The shapes are no SHACL; the text says why."""


def judge(graph: Graph, shapes: Graph, language: str = "en") -> list[Fault]:
    """Return a fault for every result of the shapes on the graph, warnings among them.

    Raises UnusableShapes.
    """
    try:
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    except (ReportableRuntimeError, ParseBaseException, re.error) as error:
        raise UnusableShapes(_in_short(str(error))) from None
    if not isinstance(report, Graph):
        raise UnusableShapes(_in_short(str(report)))
    found = []
    for result in report.objects(None, SH.result):
        path = report.value(result, SH.resultPath)
        value, focus = report.value(result, SH.value), report.value(result, SH.focusNode)
        if (None, SH.targetNode, focus) in shapes and isinstance(value, URIRef):
            focus = value  # asked of all things of a class together
        # A SPARQL constraint says more than the node shape that holds it.
        shape = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        templates = list(shapes.objects(shape, SH.message))
        if not isinstance(shape, URIRef):
            shape = next(iter(_owners(shapes, shape)), shape)
        messages = list(report.objects(result, SH.resultMessage))
        message = _in_language(messages, templates, language)
        finding = fault(
            "shape-violation",
            str(focus),
            0,
            0,
            path=_short(path) if path is not None else "the resource",
            message=message,
            shape=_short(shape),
            value=_short(value) if value is not None else "none",
        )
        severity = SEVERITIES.get(URIRef(str(report.value(result, SH.resultSeverity))), "error")
        found.append(replace(finding, severity=severity))
    return sorted(set(found))


def _owners(shapes: Graph, inner: Node | None) -> list[Node]:
    """Return the named shapes that hold an inline property shape."""
    owners = [subject for subject, _ in shapes.subject_predicates(inner)]
    return [
        owner if isinstance(owner, URIRef) else next(iter(_owners(shapes, owner)), owner)
        for owner in owners
    ]


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
    return str(min(messages, key=str)) if messages else "does not conform"


def _in_short(problem: str) -> str:
    """Return the first line of what a library says; its names of blank nodes mean nothing."""
    return re.sub(r"'n[0-9a-f]{32}b[0-9]+'", "a blank node", problem.partition("\n")[0])


def _short(term: Node | None) -> str:
    text = str(term)
    return text if len(text) <= 120 else text[:117] + "..."
