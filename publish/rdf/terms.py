"""RDF terms: between rdflib and pyoxigraph, IRIs in two parts, and prefixed names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pyoxigraph as ox
from rdflib import BNode, IdentifiedNode, Literal, URIRef
from rdflib.term import Node

from publish.rdf.namespaces import XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""A term as pyoxigraph has it: an IRI, a blank node, a literal or (RDF 1.2) a triple."""

_STRING = str(XSD.string)
_PLAIN_NAME = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""Local names that need no escapes in any syntax."""


def as_node(term: Term, *, normalize: bool = False) -> IdentifiedNode | Literal:
    """Return a term as rdflib has it; a triple, which it cannot hold, as a new blank node.

    ``normalize`` writes numbers in their canonical form.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        return BNode()
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    return Literal(
        term.value, datatype=None if datatype == _STRING else URIRef(datatype), normalize=normalize
    )


@cache
def as_term(node: Node) -> Term:
    """Return a node of rdflib as pyoxigraph has it."""
    if isinstance(node, Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or _STRING)))
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


def label_in_file(file: int, label: str) -> str:
    """Return the label, among those of several files, of a blank node that a file labels."""
    return f"file{file}-{label}"


def label_of_unnamed(file: int, number: int) -> str:
    """Return the label of a blank node that its file does not label: the so-manieth, from 0."""
    return f"node{file}.{number}"


LABEL = re.compile(
    r"_:(?:file(?P<file>\d+)-(?P<label>\w(?:[\w.\-\u00b7]*[\w\-\u00b7])?)"
    r"|node(?P<of>\d+)\.(?P<number>\d+))"
)
"""The labels that these two functions make, as ``_:x``."""


def split_iri(iri: str) -> tuple[str, str]:
    """Return the namespace of an IRI, up to its last ``#`` or ``/``, and the name in it."""
    at = iri.rfind("#") + 1 or iri.rfind("/") + 1
    return iri[:at], iri[at:]


def local_name(iri: str) -> str:
    """Return the last segment of an IRI, after ``#`` or ``/``."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def short_name(iri: str, prefixes: Mapping[str, str]) -> str | None:
    """Return an IRI as a prefixed name that Turtle, SPARQL and JSON-LD read back, or None.

    ``prefixes`` are by namespace.
    """
    namespace, name = split_iri(iri)
    prefix = prefixes.get(namespace)
    return f"{prefix}:{name}" if prefix is not None and _PLAIN_NAME.fullmatch(name) else None


def prefixed_name(iri: str, prefixes: Mapping[str, str]) -> str | None:
    """Return an IRI as ``prefix:name`` for people; None when it lies in none of the namespaces."""
    for prefix, namespace in prefixes.items():
        name = iri.removeprefix(namespace)
        if name != iri and name and "/" not in name and "#" not in name:
            return f"{prefix}:{name}"
    return None
