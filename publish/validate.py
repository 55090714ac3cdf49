"""SHACL validation of the published graph, with pySHACL.

In come the graph and the shapes: those of the package, which every cube must meet, and those
of the project's ``shapes/``. Out come faults, one per result, in plain words.
"""

from __future__ import annotations

import logging
from importlib import resources

import pyshacl
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults import Fault, FaultyInput, fault
from publish.project import Project
from publish.vocabulary import new_graph, read_turtle

MOST_OBSERVATIONS = 20_000
"""Observations of one cube that pySHACL judges; of a larger cube only the structure is judged
by it, its observations by the checks on columns. At some 4,000 a second this is five seconds."""

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
    for path in sorted((project.root / "shapes").glob("*.ttl")):
        read_turtle(path.read_bytes(), project.shown(path), project.base, shapes, faults)
    if faults:
        raise FaultyInput(faults)
    return shapes


def judge(graph: Graph, shapes: Graph, language: str = "en") -> list[Fault]:
    """Return a fault for every result of the shapes on the graph, warnings among them."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    if not isinstance(report, Graph):
        raise TypeError("pySHACL gave no report")
    found = []
    for result in report.objects(None, SH.result):
        path = report.value(result, SH.resultPath)
        value = report.value(result, SH.value)
        shape = report.value(result, SH.sourceShape)
        if not isinstance(shape, URIRef):
            shape = next(iter(_owners(shapes, shape)), shape)
        message = _in_language(list(report.objects(result, SH.resultMessage)), language)
        finding = fault(
            "shape-violation",
            str(report.value(result, SH.focusNode)),
            0,
            0,
            path=_short(path) if path is not None else "the resource",
            message=message,
            shape=_short(shape),
            value=_short(value) if value is not None else "none",
        )
        severity = SEVERITIES.get(URIRef(str(report.value(result, SH.resultSeverity))), "error")
        found.append(
            Fault(**{**finding.record(), "severity": severity})  # type: ignore[arg-type]
        )
    return sorted(set(found))


def _owners(shapes: Graph, inner: Node | None) -> list[Node]:
    """Return the named shapes that hold an inline property shape."""
    owners = [subject for subject, _ in shapes.subject_predicates(inner)]
    return [
        owner if isinstance(owner, URIRef) else next(iter(_owners(shapes, owner)), owner)
        for owner in owners
    ]


def _in_language(messages: list[Node], language: str) -> str:
    """Return the message in a language, or the first there is."""
    for message in messages:
        if isinstance(message, Literal) and message.language == language:
            return str(message)
    return str(min(messages, key=str)) if messages else "does not conform"


def _short(term: Node | None) -> str:
    text = str(term)
    return text if len(text) <= 120 else text[:117] + "..."
