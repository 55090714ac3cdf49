"""Shapes of observations compiled to plain values, for the part of SHACL Core judged over columns.

Shapes with a term of SHACL that is not among ``KNOWN`` are left to pySHACL.
SHACL, sections 2 (shapes) and 4 (constraint components).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults.fault import Words, phrase
from publish.faults.shacl_report import SEVERITIES
from publish.rdf.namespaces import QB, RDF

SEVERITY_OF = {SH[name]: severity for severity, name in SEVERITIES.items()}
SEVERITY_OF |= {URIRef(f"{SH}{name}"): "info" for name in ("Debug", "Trace")}  # of SHACL 1.2

OF_VALUES = (
    "class",
    "datatype",
    "in",
    "maxExclusive",
    "maxInclusive",
    "minExclusive",
    "minInclusive",
    "nodeKind",
    "pattern",
)
"""Constraints on single values, so judged once for each distinct term."""
OF_PAIRS = ("lessThan", "lessThanOrEquals")
OF_COUNTS = ("maxCount", "minCount")
OF_SHAPES = ("and", "not", "or", "xone")

SLOW_PATTERN = re.compile(r"[+*}?]\)[+*{]|\|[^()]*\)[+*{]|(?:[+*].*){4}")
"""Patterns that may take without end: a repetition or a choice is repeated, or there are many."""

KNOWN = {
    *(SH[name] for name in (*OF_VALUES, *OF_PAIRS, *OF_COUNTS, *OF_SHAPES)),
    *(SH[name] for name in ("flags", "hasValue", "message", "name", "description", "order")),
    *(SH[name] for name in ("path", "property", "severity", "targetClass", "targetNode")),
    SH.targetSubjectsOf,
}
"""The terms of SHACL that are understood here."""


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One constraint of a shape: the name of its parameter, like ``minCount``, and its value."""

    name: str
    value: Node | None = None
    number: Decimal = Decimal(0)
    """The value of a count or a bound."""
    allowed: frozenset[Node] = frozenset()
    """The values of `sh:in`."""
    shapes: tuple[Shape, ...] = ()
    """The shapes that are combined, or that hold for a property."""
    flags: str = ""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A node shape, or a property shape with a path of one property or of alternatives."""

    name: str
    """Its IRI, or that of the nearest shape with an IRI that holds it."""
    paths: tuple[str, ...]
    """The properties whose values it concerns; none for a node shape."""
    path: str
    """The path as text, for reports."""
    constraints: tuple[Constraint, ...]
    severity: str
    message: Words


@dataclass(frozen=True, kw_only=True)
class ObservationShape:
    """A shape with its target: all observations, unless a data set or a property is given."""

    shape: Shape
    data_set: str | None = None
    """Only observations of this data set."""
    having: str | None = None
    """Only observations that have this property."""


@dataclass(frozen=True, kw_only=True, order=True)
class ShapeResult:
    """One result of a validation report: a way in which a thing does not conform to a shape."""

    focus: str
    """The IRI of the thing, or the label of a blank node with ``_:``."""
    path: str
    """The path as text, empty for the thing as a whole."""
    value: str
    """The wrong value, or nothing."""
    shape: str
    severity: str
    message: Words


class NotInColumns(Exception):
    """A shape cannot be judged over columns; the text says which term is in the way."""


def observation_shapes(shapes: Graph) -> tuple[list[ObservationShape], list[str]]:
    """Return the compiled shapes of observations, and the IRIs of those left to pySHACL.

    These are the shapes with as target the class qb:Observation, the subjects of a property, or
    the observations of one data set (``sh:targetNode <data set>`` with the path ``^qb:dataSet``).
    """
    found: list[ObservationShape] = []
    left: list[str] = []
    targets: list[tuple[Node, str | None, str | None]] = [
        (shape, None, None) for shape in shapes.subjects(SH.targetClass, QB.Observation)
    ]
    targets += [
        (shape, None, str(predicate))
        for shape, predicate in shapes.subject_objects(SH.targetSubjectsOf)
    ]
    for shape, data_set in shapes.subject_objects(SH.targetNode):
        targets += [(inner, str(data_set), None) for inner in _of_observations(shapes, shape)]
    for node, data_set_, having in sorted(targets, key=str):
        if shapes.value(node, SH.deactivated) == Literal(True):
            continue
        try:
            compiled = _compiled(shapes, node, as_node=data_set_ is not None)
        except NotInColumns:
            left.append(shape_name(shapes, node))
            continue
        found.append(ObservationShape(shape=compiled, data_set=data_set_, having=having))
    return found, left


def only_of_observations(shapes: Graph) -> set[Node]:
    """Return the property shapes that are judged for the observations of data sets alone."""
    others = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    return {
        inner
        for shape in shapes.subjects(SH.targetNode)
        if not any((shape, target, None) in shapes for target in others)
        for inner in _of_observations(shapes, shape)
    }


def _of_observations(shapes: Graph, shape: Node) -> Iterator[Node]:
    """Yield the property shapes with the path ``^qb:dataSet`` of a data set's shape."""
    for inner in shapes.objects(shape, SH.property):
        path = shapes.value(inner, SH.path)
        if path is not None and shapes.value(path, SH.inversePath) == QB.dataSet:
            yield inner


def _compiled(shapes: Graph, node: Node, *, as_node: bool = False) -> Shape:
    """Return a compiled shape. Raises NotInColumns.

    With ``as_node`` a property shape becomes a node shape for the values of its path.
    """
    path = shapes.value(node, SH.path)
    for predicate in shapes.predicates(node):
        if str(predicate).startswith(str(SH)) and predicate not in KNOWN:
            raise NotInColumns(predicate)
    paths = () if path is None or as_node else tuple(_alternatives(shapes, path))
    severity = shapes.value(node, SH.severity)
    return Shape(
        name=shape_name(shapes, node),
        paths=paths,
        path=path_text(shapes, path) if path is not None else "",
        constraints=tuple(sorted(_constraints(shapes, node, paths), key=lambda item: item.name)),
        severity=SEVERITY_OF.get(URIRef(str(severity)), "error"),
        message=_message(shapes, node),
    )


def _constraints(shapes: Graph, node: Node, paths: tuple[str, ...]) -> Iterator[Constraint]:
    """Yield the constraints of a shape. Raises NotInColumns, also for what is no valid SHACL."""
    for predicate, value in shapes.predicate_objects(node):
        name = str(predicate).removeprefix(str(SH))
        is_of_shapes = name in OF_SHAPES or name == "property"
        if not is_of_shapes and name not in (*OF_VALUES, *OF_PAIRS, *OF_COUNTS, "hasValue"):
            continue
        if is_of_shapes == bool(paths) or (not paths and name in (*OF_COUNTS, *OF_PAIRS)):
            raise NotInColumns(name)
        if is_of_shapes:
            inner = [value] if name in ("not", "property") else list(Collection(shapes, value))
            yield Constraint(name=name, shapes=tuple(_compiled(shapes, item) for item in inner))
        elif name == "in":
            yield Constraint(name=name, allowed=frozenset(Collection(shapes, value)))
        elif name in OF_COUNTS or name.endswith("clusive"):
            try:
                yield Constraint(name=name, number=Decimal(str(value)))
            except InvalidOperation:
                raise NotInColumns(name) from None
        else:
            flags = str(shapes.value(node, SH.flags) or "") if name == "pattern" else ""
            if name == "pattern" and SLOW_PATTERN.search(str(value)):
                raise NotInColumns(name)
            yield Constraint(name=name, value=value, flags=flags)


def _alternatives(shapes: Graph, path: Node) -> Iterator[str]:
    """Yield the properties of a path. Raises NotInColumns for sequences and inverse paths."""
    if isinstance(path, URIRef):
        yield str(path)
        return
    items = shapes.value(path, SH.alternativePath)
    if items is None:
        raise NotInColumns("path")
    for item in Collection(shapes, items):
        yield from _alternatives(shapes, item)


def path_text(shapes: Graph, path: Node) -> str:
    """Return a path as SPARQL writes it, with full IRIs."""
    if isinstance(path, URIRef):
        return str(path)
    inverse, items = shapes.value(path, SH.inversePath), shapes.value(path, SH.alternativePath)
    if inverse is not None:
        return f"^{path_text(shapes, inverse)}"
    if items is not None:
        return "|".join(path_text(shapes, item) for item in Collection(shapes, items))
    for name, mark in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")):
        inner = shapes.value(path, SH[name])
        if inner is not None:
            return path_text(shapes, inner) + mark
    if shapes.value(path, RDF.first) is not None:
        return "/".join(path_text(shapes, item) for item in Collection(shapes, path))
    return str(path)


def nearest_name(shapes: Graph, node: Node | None) -> Node | None:
    """Return a shape's IRI, or that of the nearest shape around it that has one."""
    around, seen = [node], {node}
    for inner in around:
        if isinstance(inner, URIRef):
            return inner
        new = set(shapes.subjects(None, inner)) - seen
        seen |= new
        around.extend(sorted(new, key=str))
    return node


def shape_name(shapes: Graph, node: Node | None) -> str:
    """Return the IRI by which a shape is told, or the label of a blank node with ``_:``."""
    name = nearest_name(shapes, node)
    return f"_:{name}" if isinstance(name, BNode) else str(name)


def by_language(graph: Graph, thing: Node, predicate: Node) -> dict[str, str]:
    """Return what a thing has of a property as text, by its language; ``""`` is without one."""
    texts = graph.objects(thing, predicate)
    return {text.language or "": str(text) for text in texts if isinstance(text, Literal)}


def _message(shapes: Graph, node: Node) -> Words:
    """Return the message of a shape in both languages, else in the language it has."""
    texts = by_language(shapes, node, SH.message)
    if not texts:
        return phrase("does-not-conform")
    return Words(texts.get("en") or min(texts.items())[1], nl=texts.get("nl", ""))
