"""Terms of rdflib as terms of pyoxigraph, and back."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from publish.rdf.namespaces import XSD
from publish.rdf.statements import Term


def as_node(term: Term) -> Node:
    """Return a term as rdflib writes it."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        language = term.language
        datatype = None if language else URIRef(term.datatype.value)
        return Literal(term.value, lang=language, datatype=datatype, normalize=False)
    return BNode()


@cache
def as_term(node: Node) -> Term:
    """Return a node of rdflib as a term of a statement."""
    if isinstance(node, Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or XSD.string)))
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))
