"""Codes that are no longer in use: they stay in their list as deprecated, so that old links lead.

A code is deprecated when an earlier release had it and the ontology has it no more, or when the
ontology says so itself, by ``owl:deprecated true`` or by what replaces it: ``dct:isReplacedBy`` a
code, in the file of its list. That statement is enough, as what else is known of the code is taken
from the last release. SKOS keeps no such codes itself; ``owl:deprecated`` is of OWL 2, section 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import Fault, did_you_mean, fault
from publish.ontology.vocabulary import Vocabulary, declared_deprecated
from publish.rdf.namespaces import DCTERMS, OWL, RDF, SKOS
from publish.rdf.turtle import new_graph


def describe_deprecated(vocabulary: Vocabulary, earlier: Graph) -> Graph:
    """Return what is published of deprecated codes beside what the ontology says of them.

    ``earlier`` holds the code lists of the last release. Codes of a list that is gone are gone.
    """
    graph = new_graph(vocabulary.uris)
    concepts = vocabulary.concepts
    kept = {
        SKOS.notation,
        SKOS.prefLabel,
        SKOS.altLabel,
        SKOS.hiddenLabel,
        SKOS.definition,
        SKOS.scopeNote,
        SKOS.inScheme,
        DCTERMS.isReplacedBy,
        vocabulary.generic("volgorde"),
    }
    lists = {URIRef(item.iri) for item in vocabulary.lists.values()}
    for code in declared_deprecated(concepts):
        graph.add((code, OWL.deprecated, Literal(True)))
    for code, scheme in earlier.subject_objects(SKOS.inScheme):
        if scheme not in lists or (code, SKOS.inScheme, None) in concepts:
            continue
        graph.add((code, RDF.type, SKOS.Concept))
        graph.add((code, OWL.deprecated, Literal(True)))
        is_declared = (code, DCTERMS.isReplacedBy, None) in concepts
        for predicate, value in earlier.predicate_objects(code):
            if predicate in kept and not (is_declared and predicate == DCTERMS.isReplacedBy):
                graph.add((code, predicate, value))
    return graph


def check_replacements(vocabulary: Vocabulary, earlier: Graph) -> Iterator[Fault]:
    """Yield what is wrong with the codes that replace others.

    A code of ours must be in use; a term of somebody else is not looked up.
    """
    concepts, definitions = vocabulary.concepts, vocabulary.definitions
    in_use = {
        vocabulary.concept(item.name, code)
        for item in vocabulary.lists.values()
        for code in item.codes
    }
    for code in sorted(set(concepts.subjects(DCTERMS.isReplacedBy)), key=str):
        known = (code, SKOS.inScheme, None)
        if known not in concepts and known not in earlier:
            place = definitions.place(code)
            yield fault("replaced-code-unknown", *place, name=vocabulary.short(code))
        for target in sorted(concepts.objects(code, DCTERMS.isReplacedBy), key=str):
            if _is_of_others(vocabulary, target) or target in in_use:
                continue
            known_codes = map(vocabulary.short, in_use)
            yield fault(
                "no-such-replacement",
                *definitions.place(code),
                name=vocabulary.short(code),
                other=vocabulary.short(target),
                hint=did_you_mean(vocabulary.short(target), known_codes),
            )


def _is_of_others(vocabulary: Vocabulary, target: Node) -> bool:
    """Return whether a term is one of somebody else."""
    return isinstance(target, URIRef) and not target.startswith(f"{vocabulary.uris.base}/")
