"""Shapes that judge nothing: without target and not part of another, or with an unknown target.

A validator passes over them in silence; here each is a fault at its place in ``shapes/``.
SHACL, sections 2.1.3 (targets) and 2.2, 2.3 (node and property shapes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib.namespace import OWL, RDF, RDFS

from publish.faults.fault import Fault, did_you_mean, fault
from publish.ontology.files import OntologyFiles
from publish.project.project import Project
from publish.rdf.namespaces import INTERVALS
from publish.rdf.positions import find_in_turtle
from publish.rdf.terms import split_iri
from publish.rdf.turtle import TurtleFile
from publish.rdf.unknown_terms import SHACL, known_namespaces, own_vocabularies
from publish.validation.shapes.files import ShapeFiles

TARGETS = {
    SHACL + name
    for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
}
SHAPES = {SHACL + name for name in ("NodeShape", "PropertyShape", "SPARQLConstraint")}
PARTS = {
    SHACL + name for name in ("property", "path", "node", "sparql", "and", "or", "xone", "not")
}
"""Properties that make a thing a shape, whatever its type."""
CLASSES = {str(OWL.Class), str(RDFS.Class)}
TYPE, FIRST, TARGET_CLASS = str(RDF.type), str(RDF.first), SHACL + "targetClass"


def check_shapes(shapes: ShapeFiles, ontology: OntologyFiles, project: Project) -> list[Fault]:
    """Return a fault for each unused shape, and for each target that is no class."""
    used = _used([*shapes.sound, *shapes.package])
    found = []
    for file in shapes.sound:
        for iri in sorted(_named_shapes(file) - used):
            place = next(iter(_places(file, iri)), [0, 0])
            name = split_iri(iri)[1] or iri
            found.append(fault("unused-shape", file.shown, *place, name=name))
    return found + list(_unknown_targets(shapes.sound, ontology, project))


def _places(file: TurtleFile, iri: str) -> list[list[int]]:
    return [place for _, *place in find_in_turtle(file.text, file.base, {iri})]


def _triples(files: Iterable[TurtleFile]) -> Iterator[tuple[str | None, str, str | None]]:
    """Yield the triples of files as IRIs, None for a term that is none."""
    for file in files:
        for triple in file.triples:
            subject, value = (
                term.value if isinstance(term, ox.NamedNode) else None
                for term in (triple.subject, triple.object)
            )
            yield subject, triple.predicate.value, value


def _named_shapes(file: TurtleFile) -> set[str]:
    """Return the IRIs of shapes, but for those that are deactivated.

    A shape with a misspelt term of SHACL is left out too: that term may be its target.
    """
    found, off = set[str](), set[str]()
    known = known_namespaces()[SHACL]
    for subject, predicate, value in _triples([file]):
        if subject is None:
            continue
        namespace, name = split_iri(predicate)
        if name == "deactivated" or (namespace == SHACL and name not in known):
            off.add(subject)
        if predicate in PARTS or (predicate == TYPE and value in SHAPES):
            found.add(subject)
    return found - off


def _used(files: Iterable[TurtleFile]) -> set[str]:
    """Return the IRIs of shapes that have a target or are named by another shape."""
    found = set[str | None]()
    for subject, predicate, value in _triples(files):
        if predicate in TARGETS or (predicate == TYPE and value in CLASSES):
            found.add(subject)
        if value != subject and (predicate == FIRST or predicate.startswith(SHACL)):
            found.add(value)
    return {iri for iri in found if iri is not None}


def _unknown_targets(
    files: list[TurtleFile], ontology: OntologyFiles, project: Project
) -> Iterator[Fault]:
    """Yield a fault for each target class that nothing defines or uses as a class.

    Unknown terms of vocabularies whose terms are listed are reported as unknown terms.
    """
    listed = known_namespaces()
    targets = {file.shown: _targets(file) for file in files}
    others = {iri for found in targets.values() for iri in found if split_iri(iri)[0] not in listed}
    if not others:
        return
    intervals = (INTERVALS.CalendarDay, INTERVALS.CalendarQuarter, INTERVALS.CalendarYear)
    classes = set(map(str, intervals))
    for subject, predicate, value in _triples([*ontology.sound, *files]):
        if predicate == TYPE and value is not None:
            classes.add(value)
            if value in CLASSES and subject is not None:
                classes.add(subject)
    own = own_vocabularies(ontology.sound, project.uris)
    usual = {space + name for space in listed for name in listed[space].names if name[:1].isupper()}
    for file in files:
        for iri in sorted((targets[file.shown] & others) - classes):
            namespace, name = split_iri(iri)
            if namespace in own and name not in own[namespace]:
                continue
            hint = did_you_mean(iri, sorted(classes | usual))
            for place in _places(file, iri):
                yield fault("unknown-target-class", file.shown, *place, name=iri, hint=hint)


def _targets(file: TurtleFile) -> set[str]:
    """Return the target classes of the shapes of a file."""
    triples = _triples([file])
    return {value for _, predicate, value in triples if predicate == TARGET_CLASS and value}
