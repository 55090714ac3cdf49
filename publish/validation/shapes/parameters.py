"""What the properties of SHACL can have as values, and which of them are judged here.

SHACL, sections 2.3.1 (paths) and 4 (constraint components); what other documents add to it, and
SHACL 1.2, is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import phrase
from publish.rdf.namespaces import RDF, XSD
from publish.rdf.unknown_terms import SHACL


class NotWellFormed(Exception):
    """A value is none that SHACL allows; the argument says why, as a phrase."""


class NotJudged(Exception):
    """A value is right, but what it asks is not judged here; the argument says why."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def sh(name: str) -> URIRef:
    """Return a term of SHACL, also one of a later version."""
    return URIRef(SHACL + name)


OF_ONE_SHAPE = ("property", "node", "not", "qualifiedValueShape")
OF_SHAPES = ("and", "or", "xone")
"""Properties whose values are lists of shapes."""
TARGETS = tuple(
    sh(f"target{kind}") for kind in ("Class", "Node", "SubjectsOf", "ObjectsOf", "", "Where")
)
NOT_JUDGED = _names(
    "expression js maxListLength memberShape minListLength nodeByExpression reificationRequired "
    "reifierShape rootClass rule singleLine someValue subsetOf target targetWhere uniqueMembers "
    "uniqueValuesFor values"
)
"""Properties of Advanced Features, of JavaScript and of SHACL 1.2 that ask more."""
DASH = "http://datashapes.org/dash#"
OF_DASH = _names(
    "closedByTypes coExistsWith hasValueIn hasValueWithClass indexed nonRecursive reifiableBy "
    "rootClass singleLine stem subSetOf symmetric uniqueValueForClass uriStart"
)
"""Constraints of the extension DASH, which are declared elsewhere."""
SAYS_NOTHING = _names(
    "agentInstruction codeIdentifier declare defaultValue description group intent labelTemplate "
    "message name nodeValidator optional order parameter prefix prefixes namespace "
    "propertyValidator resultAnnotation shapesGraph suggestedShapesGraph validator"
)
"""Properties that constrain nothing, or belong to the declaration of something else."""

KINDS = frozenset(
    sh(name) for name in ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral")
) | {sh("IRIOrLiteral")}
MOST_DIGITS = 18
"""Digits of a count at most; a greater number is a slip or an attack."""
MOST_STEPS = 10
"""Paths within each other at most, as the validator has it."""
UNBOUNDED = ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "inversePath")


def members(shapes: Graph, items: Node) -> list[Node]:
    """Return the members of a list. Raises NotWellFormed, also for one that has no end."""
    found, seen = list[Node](), set[Node]()
    while items != RDF.nil:
        first, rest = (list(shapes.objects(items, term)) for term in (RDF.first, RDF.rest))
        if isinstance(items, Literal) or len(first) != 1 or len(rest) != 1 or items in seen:
            raise NotWellFormed(phrase("shape-bad-list"))
        seen.add(items)
        found.append(first[0])
        items = rest[0]
    return found


def check_path(shapes: Graph, path: Node, depth: int = 0) -> None:
    """Check a path. Raises NotWellFormed."""
    if isinstance(path, URIRef):
        if path == RDF.nil:
            raise NotWellFormed(phrase("shape-bad-path"))
        return
    if depth == MOST_STEPS:
        raise NotWellFormed(phrase("nested-too-deeply", most=MOST_STEPS))
    ways = [(name, value) for name in UNBOUNDED for value in shapes.objects(path, sh(name))]
    choices = list(shapes.objects(path, sh("alternativePath")))
    is_list = (path, RDF.first, None) in shapes or (path, RDF.rest, None) in shapes
    if isinstance(path, Literal) or len(ways) + len(choices) + is_list != 1:
        raise NotWellFormed(phrase("shape-bad-path"))
    if ways:
        check_path(shapes, ways[0][1], depth + 1)
        return
    steps = members(shapes, path if is_list else choices[0])
    if len(steps) < 2:
        raise NotWellFormed(phrase("shape-short-path"))
    for step in steps:
        check_path(shapes, step, depth + 1)


def check_value(shapes: Graph, name: str, value: Node) -> None:
    """Check a value of a property of SHACL. Raises NotWellFormed or NotJudged."""
    if name in NOT_JUDGED:
        raise NotJudged(phrase("shape-more-than-core", term=name))
    if name in CHECKS:
        CHECKS[name](shapes, name, value)


def _wrong(name: str, what: str) -> NotWellFormed:
    return NotWellFormed(phrase("shape-value", term=name, what=phrase(what)))


def _iri(shapes: Graph, name: str, value: Node) -> None:
    if isinstance(value, BNode):
        raise NotJudged(phrase("shape-more-than-core", term=name))
    if not isinstance(value, URIRef):
        raise _wrong(name, "an-iri")
    if name == "nodeKind" and value not in KINDS:
        raise _wrong(name, "a-node-kind")


def _term(shapes: Graph, name: str, value: Node) -> None:
    if isinstance(value, BNode):
        raise NotJudged(phrase("shape-more-than-core", term=name))


def _shape(shapes: Graph, name: str, value: Node) -> None:
    if isinstance(value, Literal):
        raise _wrong(name, "a-shape")


def _shapes(shapes: Graph, name: str, value: Node) -> None:
    items = members(shapes, value)
    if not items or any(isinstance(item, Literal) for item in items):
        raise _wrong(name, "list-of-shapes")


def _literal(shapes: Graph, name: str, value: Node) -> None:
    if not isinstance(value, Literal) or value.ill_typed:
        raise _wrong(name, "a-literal")


def _whole_number(shapes: Graph, name: str, value: Node) -> None:
    if not isinstance(value, Literal) or value.datatype != XSD.integer:
        raise _wrong(name, "a-whole-number")
    if not re.fullmatch(r"\+?[0-9]+", value):
        raise _wrong(name, "a-whole-number")
    if len(value) > MOST_DIGITS:
        raise NotWellFormed(phrase("shape-many-digits", term=name, most=MOST_DIGITS))


def _truth(shapes: Graph, name: str, value: Node) -> None:
    if value == sh("ByTypes"):
        raise NotJudged(phrase("shape-more-than-core", term=name))
    if not isinstance(value, Literal) or value.datatype != XSD.boolean or value.ill_typed:
        raise _wrong(name, "true-or-false")


def _list(shapes: Graph, name: str, value: Node) -> None:
    items = members(shapes, value)
    if name == "ignoredProperties" and not all(isinstance(item, URIRef) for item in items):
        raise _wrong(name, "list-of-iris")
    if name == "languageIn" and not all(isinstance(item, Literal) for item in items):
        raise _wrong(name, "list-of-languages")


def _pattern(shapes: Graph, name: str, value: Node) -> None:
    if not isinstance(value, Literal) or value.datatype not in (None, XSD.string):
        raise _wrong(name, "a-text")
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        # Classes of characters that regular expressions of XML Schema have and those of Python not.
        if re.search(r"\\[pPiIcC]|-\[", value):
            raise NotJudged(phrase("shape-pattern", problem=str(error))) from None
        raise NotWellFormed(phrase("shape-pattern", problem=str(error))) from None


def _flags(shapes: Graph, name: str, value: Node) -> None:
    if not isinstance(value, Literal) or set(value) - set("smixq"):
        raise _wrong(name, "flags")
    if set(value) - set("im"):
        raise NotJudged(phrase("shape-flags", flags=str(value)))


CHECKS: dict[str, Callable[[Graph, str, Node], None]] = {
    name: check
    for names, check in (
        ("class datatype disjoint equals lessThan lessThanOrEquals nodeKind", _iri),
        ("severity targetClass targetSubjectsOf targetObjectsOf", _iri),
        ("targetNode", _term),
        ("property node not qualifiedValueShape", _shape),
        ("and or xone", _shapes),
        ("maxExclusive maxInclusive minExclusive minInclusive", _literal),
        (
            "maxCount maxLength minCount minLength qualifiedMaxCount qualifiedMinCount",
            _whole_number,
        ),
        ("closed deactivated qualifiedValueShapesDisjoint uniqueLang", _truth),
        ("ignoredProperties in languageIn", _list),
        ("pattern", _pattern),
        ("flags", _flags),
    )
    for name in names.split()
} | {"path": lambda shapes, _, value: check_path(shapes, value)}
"""How the values of each property of SHACL Core are checked."""

JUDGED = CHECKS.keys() | {"hasValue", "sparql"}

CONSTRAINTS = tuple(
    sh(name)
    for name in sorted(JUDGED - {"deactivated", "flags", "path", "severity"})
    if not name.startswith("target") and name not in (*OF_ONE_SHAPE, *OF_SHAPES)
)
"""The properties that demand something by themselves."""

OF_PROPERTIES = _names(
    "lessThan lessThanOrEquals maxCount minCount qualifiedMaxCount qualifiedMinCount "
    "qualifiedValueShape uniqueLang"
)
"""Properties that only a shape with a path has."""

ONE_VALUE = _names(
    "closed datatype deactivated flags ignoredProperties in languageIn maxCount maxExclusive "
    "maxInclusive maxLength minCount minExclusive minInclusive minLength nodeKind path "
    "qualifiedMaxCount qualifiedMinCount severity uniqueLang"
)
"""Properties of which a shape has one value at most."""
