"""Terms that their vocabulary does not define: slips in IRIs that nothing else would notice.

Only namespaces of which all terms are known are judged: those of the project, and the well-known
vocabularies of ``terms.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import Fault, Words, did_you_mean, fault
from publish.project.iris import Uris
from publish.rdf.positions import find_in_turtle
from publish.rdf.statements import Statements, term_text
from publish.rdf.terms import split_iri
from publish.rdf.turtle import TurtleFile

SHACL = "http://www.w3.org/ns/shacl#"


MOST_HINTS = 100
"""Unknown terms for which a near one is sought."""
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
TO_DOCUMENTS = (
    *(f"{OWL}{name}" for name in ("versionIRI", "priorVersion", "imports")),
    *(f"{OWL}{name}" for name in ("backwardCompatibleWith", "incompatibleWith")),
    *(f"{DCTERMS}{name}" for name in ("conformsTo", "hasVersion", "isVersionOf", "replaces")),
    f"{RDFS}isDefinedBy",
)
"""Properties whose values are documents, such as a version of a vocabulary."""
DEFINING = (
    *(f"{RDFS}{name}" for name in ("Class", "Datatype")),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property",
    *(f"{OWL}{kind}Property" for kind in ("Annotation", "Datatype", "Object", "Ontology")),
    *(f"{OWL}{name}" for name in ("Class", "NamedIndividual")),
    *(f"{SKOS}{name}" for name in ("Concept", "ConceptScheme")),
)
"""Classes of terms."""
DESCRIBING = (
    *(f"{RDFS}{name}" for name in ("comment", "label")),
    *(f"{SKOS}{name}" for name in ("definition", "prefLabel")),
)


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """The terms of one vocabulary: their names, and patterns where there are very many."""

    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.names or any(pattern.fullmatch(name) for pattern in self.patterns)


@cache
def known_namespaces() -> dict[str, Namespace]:
    """Return the well-known vocabularies by namespace."""
    text = resources.files("publish.rdf").joinpath("terms.toml").read_text("utf-8")
    entries = tomllib.loads(text)
    found = {}
    for namespace, entry in entries.items():
        parts = [entry, entries.get(entry.get("same-as"), {})]
        names, patterns = (
            [word for part in parts for key in keys for word in part.get(key, "").split()]
            for keys in (("terms", "more"), ("patterns",))
        )
        found[namespace] = Namespace(
            names=frozenset(names), patterns=tuple(map(re.compile, patterns))
        )
    return found


def unknown_terms(iris: Iterable[str], own: Mapping[str, Set[str]] = {}) -> dict[str, str]:
    """Return the IRIs that their vocabulary does not define, each with a hint at a near term.

    ``own`` are further vocabularies: the names of their terms by namespace. IRIs of namespaces
    that nobody lists are never unknown.
    """
    listed = {space: Namespace(names=frozenset(names)) for space, names in own.items()}
    listed = known_namespaces() | listed
    found: dict[str, str] = {}
    for iri in sorted(iris):
        namespace, name = split_iri(iri)
        if name and namespace in listed and name not in listed[namespace]:
            # The search for a near term is slow, and so many slips have one cause.
            is_few = len(found) < MOST_HINTS
            found[iri] = _hint(name, listed[namespace].names) if is_few else Words("")
    return found


def no_slips(statements: Statements) -> set[str]:
    """Return IRIs in statements that are documents, or terms that the statements define.

    A term is defined by its type with a label, a comment or a definition.
    """
    documents = [statements.of(predicate)[1] for predicate in TO_DOCUMENTS]
    documents.append(statements.subjects(RDF_TYPE, f"{OWL}Ontology"))
    described = np.concatenate([statements.of(predicate)[0] for predicate in DESCRIBING])
    defined = [np.intersect1d(statements.subjects(RDF_TYPE, kind), described) for kind in DEFINING]
    found = statements.terms.found
    return {term_text(found[number]) for number in np.concatenate([*documents, *defined]).tolist()}


def _hint(name: str, names: Set[str]) -> str:
    """Return a hint at the nearest term: a class for a class, a property for a property."""
    alike = sorted(term for term in names if term[:1].isupper() == name[:1].isupper())
    return did_you_mean(name, alike) or did_you_mean(name, sorted(names))


def iris_of(triples: Iterable[ox.Quad | ox.Triple]) -> set[str]:
    """Return every IRI in triples, those of datatypes among them."""
    found = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                found.add(term.value)
            elif isinstance(term, ox.Literal):
                found.add(term.datatype.value)
    return found


def own_vocabularies(files: Iterable[TurtleFile], uris: Uris) -> dict[str, set[str]]:
    """Return the terms that the files of an ontology define, by the two namespaces of a project."""
    found: dict[str, set[str]] = {uris.term(""): set(), uris.generic(""): set()}
    for file in files:
        for triple in file.triples:
            if isinstance(triple.subject, ox.NamedNode):
                namespace, name = split_iri(triple.subject.value)
                if namespace in found:
                    found[namespace].add(name)
    return found


def term_faults(
    file: TurtleFile,
    own: Mapping[str, Set[str]] = {},
    *,
    code: str = "unknown-term",
) -> Iterator[Fault]:
    """Yield a fault for every use of an unknown term in a file, or one without a place.

    In files of shapes, terms of SHACL itself get a ``code`` of their own, as a validator ignores
    unknown ones silently.
    """
    unknown = unknown_terms(iris_of(file.triples), own)
    if not unknown:
        return
    uses = list(find_in_turtle(file.text, file.base, unknown.keys()))
    uses += [(iri, 0, 0) for iri in sorted(unknown.keys() - {use[0] for use in uses})]
    for iri, line, column in uses:
        namespace, name = split_iri(iri)
        kind, hint = code if namespace == SHACL else "unknown-term", unknown[iri]
        yield fault(kind, file.shown, line, column, name=name, namespace=namespace, hint=hint)
