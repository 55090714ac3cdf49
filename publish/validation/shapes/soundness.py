"""What is wrong with shapes themselves, and what of them cannot be judged here.

A shape that is no SHACL, or that uses more than SHACL Core and SPARQL, is told and left out; all
else is judged. A part that is left out makes a shape weaker, so what is still found is true; where
it would make one stronger, as below ``sh:not``, the whole constraint is left out.
SHACL, appendix A (syntax rules); SHACL Advanced Features; SHACL JavaScript Extensions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.faults.fault import Words, phrase
from publish.rdf.namespaces import OWL, RDF, RDFS
from publish.rdf.terms import local_name
from publish.rdf.unknown_terms import SHACL, known_namespaces
from publish.validation.shapes.parameters import (
    DASH,
    JUDGED,
    NOT_JUDGED,
    OF_DASH,
    OF_ONE_SHAPE,
    OF_PROPERTIES,
    OF_SHAPES,
    ONE_VALUE,
    SAYS_NOTHING,
    TARGETS,
    UNBOUNDED,
    NotJudged,
    NotWellFormed,
    check_value,
    members,
    sh,
)

PROLOGUE = r"(?:\s+|#.*\n|prefix\s*[\w.-]*:\s*<[^<>]*>|base\s*<[^<>]*>)*"
"""What stands before the form of a query."""
MOST_NESTED = 50
"""Shapes within each other at most; the validator, and other programs, give up at some depth."""

QUERIES = (SH.select, SH.ask)

Triple = tuple[Node, Node, Node]


@dataclass(frozen=True, kw_only=True)
class ShapeProblem:
    """What is wrong with a shape, or is not judged of it."""

    code: str
    """``bad-shape``, ``shape-ended``, ``shape-not-judged`` or ``unused-shape``."""
    shape: Node
    problem: Words
    term: str = ""
    """The IRI of the property concerned, if it is one."""


@dataclass(kw_only=True)
class _Examination:
    """Examines the shapes of a graph and notes what is to be left out."""

    shapes: Graph
    found: list[ShapeProblem] = field(default_factory=list)
    left_out: set[Triple] = field(default_factory=set)
    incomplete: set[Node] = field(default_factory=set)
    """Shapes of which something is left out, or not judged."""

    @cached_property
    def _lists_with(self) -> dict[Node, list[Triple]]:
        """The constraints on lists of shapes, by each of their members."""
        found = defaultdict[Node, list[Triple]](list)
        for name in map(sh, OF_SHAPES):
            for owner, items in self.shapes.subject_objects(name):
                for member in _members(self.shapes, items):
                    found[member].append((owner, name, items))
        return found

    def note(
        self, code: str, shape: Node, problem: Words, *triples: Triple, term: str = ""
    ) -> None:
        """Note a problem of a shape, and the triples that are left out for it."""
        term = str(triples[0][1]) if triples else term
        self.found.append(ShapeProblem(code=code, shape=shape, problem=problem, term=term))
        self.left_out.update(triples)
        self.incomplete.add(shape)

    def leave_out(self, node: Node) -> None:
        """Leave out a shape, and the constraints that refer to it."""
        self.incomplete.add(node)
        self.left_out.update(self.shapes.triples((node, None, None)))
        for name in OF_ONE_SHAPE:
            self.left_out.update(self.shapes.triples((None, sh(name), node)))
        self.left_out.update(self._lists_with.get(node, ()))

    def sound_part(self) -> Graph:
        """Return the shapes without what is left out."""
        _leave_out_what_grows_stronger(self)
        if not self.left_out:
            return self.shapes
        sound = Graph()
        for triple in self.shapes:
            if triple not in self.left_out:
                sound.add(triple)
        return sound


def examine(shapes: Graph) -> tuple[Graph, list[ShapeProblem]]:
    """Return the part of shapes that can be judged, and what is wrong with the rest."""
    work = _Examination(shapes=shapes)
    nodes = {node for node in shape_nodes(shapes) if not _is_off(shapes, node)}
    not_here = _parameters_not_judged(shapes)
    for node in sorted(nodes, key=str):
        _examine_shape(work, node, not_here)
    _examine_documents(work)
    _examine_nesting(work, nodes)
    used = {value for node in nodes for value in _parts(shapes, node)}
    for node in sorted(nodes - used - work.incomplete, key=str):
        if isinstance(node, URIRef) and not has_target(shapes, node):
            work.found.append(ShapeProblem(code="unused-shape", shape=node, problem=Words("")))
    return work.sound_part(), work.found


def without_observations(
    shapes: Graph, links: Set[str], properties: Set[str], trusted: Set[Node] = frozenset()
) -> tuple[Graph, set[Node]]:
    """Return the shapes that can be judged without observations, and those that cannot.

    ``links`` are the properties that lead to observations, ``properties`` those of observations;
    the constraints in SPARQL of ``trusted`` shapes ask for neither.
    """
    work = _Examination(shapes=shapes)
    unseen = {(iri, False) for iri in links} | {(iri, True) for iri in properties}
    names = "|".join({"observation", *map(re.escape, map(local_name, links | properties))})
    # A property that is a variable may be any.
    asks = re.compile(rf"\b(?:{names})\b|\{{.*[?$]\w+\s+[?$]\w+\s", re.IGNORECASE | re.DOTALL)
    for node, path in sorted(shapes.subject_objects(SH.path)):
        if unseen & set(_steps(shapes, path)):
            work.leave_out(node)
    for triple in sorted(shapes.triples((None, SH.targetObjectsOf, None))):
        if str(triple[2]) in properties:
            work.note("", triple[0], Words(""), triple)
    for triple in sorted(shapes.triples((None, SH.sparql, None))):
        texts = " ".join(map(str, shapes.objects(triple[2], SH.select)))
        if triple[0] not in trusted and asks.search(texts):
            work.note("", triple[0], Words(""), triple)
    left = set(work.incomplete)
    return work.sound_part(), left


def _steps(shapes: Graph, path: Node, inverse: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the properties of a path, each with whether it is followed backwards."""
    if isinstance(path, URIRef):
        yield str(path), inverse
        return
    for term in UNBOUNDED:
        for inner in shapes.objects(path, sh(term)):
            yield from _steps(shapes, inner, inverse ^ (term == "inversePath"))
    for items in (path, *shapes.objects(path, SH.alternativePath)):
        for inner in _members(shapes, items):
            yield from _steps(shapes, inner, inverse)


def _is_off(shapes: Graph, node: Node) -> bool:
    return Literal(True) in shapes.objects(node, SH.deactivated)


def has_target(shapes: Graph, node: Node) -> bool:
    """Return whether a shape has a target, be it one that is not judged."""
    kinds = set(shapes.objects(node, RDF.type))
    return any((node, term, None) in shapes for term in TARGETS) or any(
        kind in (RDFS.Class, OWL.Class, sh("ShapeClass"))
        or (kind, RDFS.subClassOf, RDFS.Class) in shapes
        for kind in kinds
    )


def shape_nodes(shapes: Graph) -> set[Node]:
    """Return every shape: by its type, its target, its constraints, or by what refers to it."""
    found = {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}
    for term in (*TARGETS, *map(sh, JUDGED | NOT_JUDGED)):
        found.update(shapes.subjects(term))
    for node in list(found):
        found.update(_parts(shapes, node))
    declared = set(shapes.objects(None, SH.parameter))
    return {node for node in found - declared if not isinstance(node, Literal)}


def _parts(shapes: Graph, node: Node) -> Iterator[Node]:
    """Yield the shapes that a shape refers to, as far as its lists are well-formed."""
    for name in OF_ONE_SHAPE:
        yield from shapes.objects(node, SH[name])
    for name in OF_SHAPES:
        for items in shapes.objects(node, SH[name]):
            yield from _members(shapes, items)


def _members(shapes: Graph, items: Node) -> list[Node]:
    """Return the members of a list, none of one that is not well-formed."""
    try:
        return members(shapes, items)
    except NotWellFormed:
        return []


def _examine_shape(work: _Examination, node: Node, not_here: dict[Node, Words]) -> None:
    """Note what is wrong with the constraints and the targets of one shape."""
    shapes, values = work.shapes, defaultdict[str, list[Node]](list)
    wrong = _wrong_kind(shapes, node)
    if wrong:
        work.note(wrong[0], node, wrong[1])
        work.leave_out(node)
        return
    has_path = (node, SH.path, None) in shapes
    known = known_namespaces()[SHACL]
    for predicate, value in sorted(shapes.predicate_objects(node)):
        triple, name = (node, predicate, value), str(predicate).removeprefix(SHACL)
        if predicate in not_here:
            work.note("shape-not-judged", node, not_here[predicate], triple)
        if not str(predicate).startswith(SHACL):
            continue
        values[name].append(value)
        try:
            check_value(shapes, name, value)
            if name == "sparql":
                _check_query(shapes, value)
            if name in OF_PROPERTIES and not has_path:
                raise NotWellFormed(phrase("shape-needs-path", term=name))
            if name not in JUDGED | SAYS_NOTHING and name in known:
                raise NotJudged(phrase("shape-more-than-core", term=name))
        except NotWellFormed as error:
            work.note("bad-shape", node, error.args[0], triple)
        except NotJudged as error:
            work.note("shape-not-judged", node, error.args[0], triple)
    for name in sorted(ONE_VALUE & values.keys()):
        if len(values[name]) > 1:
            problem = phrase("shape-several-values", term=name)
            work.note("bad-shape", node, problem, *shapes.triples((node, sh(name), None)))
    if work.left_out.intersection(shapes.triples((node, SH.path, None))):
        work.leave_out(node)


def _wrong_kind(shapes: Graph, node: Node) -> tuple[str, Words] | None:
    """Return what is wrong with a shape that is not described, or whose kind and path differ."""
    kinds, has_path = set(shapes.objects(node, RDF.type)), (node, SH.path, None) in shapes
    if (node, None, None) not in shapes:
        return "shape-not-judged", phrase("shape-not-described")
    if SH.NodeShape in kinds and (has_path or SH.PropertyShape in kinds):
        return "bad-shape", phrase("shape-with-path")
    if not has_path and (SH.PropertyShape in kinds or (None, SH.property, node) in shapes):
        return "bad-shape", phrase("shape-without-path")
    return None


def _check_query(shapes: Graph, constraint: Node) -> None:
    """Check a constraint in SPARQL. Raises NotWellFormed or NotJudged."""
    texts = list(shapes.objects(constraint, SH.select))
    if len(texts) != 1 or not isinstance(texts[0], Literal):
        raise NotWellFormed(phrase("shape-one-select"))
    text = str(texts[0])
    if re.match(PROLOGUE + r"(?:ask|construct|describe)\b", text, re.IGNORECASE):
        raise NotWellFormed(phrase("shape-one-select"))
    for kind in (SH.SPARQLFunction, SH.JSFunction, SH.Function):
        for function in map(str, shapes.subjects(RDF.type, kind)):
            if function in text or re.search(rf":{re.escape(local_name(function))}\b", text):
                raise NotJudged(phrase("shape-function", name=function))


def _parameters_not_judged(shapes: Graph) -> dict[Node, Words]:
    """Return the parameters of components without a validator in SPARQL, with what to say."""
    component_of = dict[Node, str]((URIRef(DASH + name), DASH + name) for name in OF_DASH)
    ways = (SH.validator, SH.nodeValidator, SH.propertyValidator)
    for component in shapes.subjects(RDF.type, SH.ConstraintComponent):
        validators = [item for way in ways for item in shapes.objects(component, way)]
        is_judged = any((item, text, None) in shapes for item in validators for text in QUERIES)
        for parameter in shapes.objects(component, SH.parameter):
            for path in shapes.objects(parameter, SH.path):
                component_of[path] = "" if is_judged else str(component)
    return {
        path: phrase("shape-component", name=name) for path, name in component_of.items() if name
    }


def _examine_documents(work: _Examination) -> None:
    """Note what a document of shapes asks and is not done: imports and entailment."""
    subjects = set(work.shapes.subjects())
    for term, words in ((OWL.imports, "shape-imports"), (SH.entailment, "shape-entailment")):
        for document, other in sorted(work.shapes.subject_objects(term)):
            if other not in subjects:
                work.note("shape-not-judged", document, phrase(words, name=str(other)), term=term)


def _examine_nesting(work: _Examination, nodes: Set[Node]) -> None:
    """Note shapes that refer to themselves, which SHACL leaves undefined, and too deep ones."""
    parts = {node: set(_parts(work.shapes, node)) & nodes for node in nodes}
    owners = _turned(parts)
    level = [node for node in nodes if not parts[node]]
    for depth in count(1):
        if not level:
            break
        for node in level if depth > MOST_NESTED else ():
            problem = phrase("nested-too-deeply", most=MOST_NESTED)
            references = _references(work.shapes, node)
            if depth == MOST_NESTED + 1:
                work.note("bad-shape", node, problem, *references)
            work.left_out.update(references)
        level = _peeled(level, parts, owners)
    # What is left refers to itself, or leads to what does.
    owners = _turned(parts)
    level = [node for node in parts if not owners[node]]
    while level:
        level = _peeled(level, owners, parts)
    for node in sorted(parts.keys() & owners.keys(), key=str):
        work.note("shape-not-judged", node, phrase("shape-recursive"))
        work.left_out.update(
            triple
            for triple in _references(work.shapes, node)
            if {triple[2], *_members(work.shapes, triple[2])} & owners.keys()
        )


def _references(shapes: Graph, node: Node) -> list[Triple]:
    """Return the statements by which a shape refers to others."""
    names = map(sh, (*OF_ONE_SHAPE, *OF_SHAPES))
    return [triple for name in names for triple in shapes.triples((node, name, None))]


def _turned(parts: dict[Node, set[Node]]) -> dict[Node, set[Node]]:
    """Return the owners of each part."""
    owners: dict[Node, set[Node]] = {node: set() for node in parts}
    for node, within in parts.items():
        for part in within & owners.keys():
            owners[part].add(node)
    return owners


def _peeled(
    level: list[Node], parts: dict[Node, set[Node]], owners: dict[Node, set[Node]]
) -> list[Node]:
    """Take shapes away; return those that then have no parts."""
    found = []
    for node in level:
        del parts[node]
        for owner in owners.pop(node, ()):
            if owner in parts:
                parts[owner].discard(node)
                if not parts[owner]:
                    found.append(owner)
    return found


def _leave_out_what_grows_stronger(work: _Examination) -> None:
    """Leave out constraints that would find too much when a part of them is missing."""
    shapes, owners = work.shapes, defaultdict[Node, set[Node]](set)
    for node in shape_nodes(shapes):
        for part in _parts(shapes, node):
            owners[part].add(node)
    todo = list(work.incomplete)
    while todo:
        for owner in owners[todo.pop()] - work.incomplete:
            work.incomplete.add(owner)
            todo.append(owner)
    for owner in work.incomplete:
        for name in (SH["not"], SH.xone, SH.qualifiedValueShape):
            for value in shapes.objects(owner, name):
                if {value, *_members(shapes, value)} & work.incomplete:
                    work.left_out.add((owner, name, value))
    for owner, term, _ in list(work.left_out):
        if term == SH.qualifiedValueShape:
            for number in (SH.qualifiedMinCount, SH.qualifiedMaxCount):
                work.left_out.update(shapes.triples((owner, number, None)))
