"""What is let through as RDF/XML is RDF/XML: another parser reads the same."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, URIRef

from publish.rdf.rdf_xml import RDF, NotInXml, as_elements

SUBJECT, VALUE = ox.NamedNode("http://e.example/s"), ox.Literal("x")


def write(predicate: str) -> bytes | None:
    """Return a triple with a predicate as RDF/XML, or None when it cannot be."""
    triple = ox.Triple(SUBJECT, ox.NamedNode(predicate), VALUE)
    try:
        return ox.serialize(as_elements([triple]), format=ox.RdfFormat.RDF_XML)
    except NotInXml:
        return None


@pytest.mark.parametrize(
    ("predicate", "is_element"),
    [
        ("http://e.example/name", True),
        ("http://e.example/p#a.b-c", True),
        ("http://e.example/1a", True),
        (RDF + "type", True),
        (RDF + "_1", True),
        ("http://e.example/", False),
        ("http://e.example/1a/", False),
        ("http://e.example/p?x=1", False),
        ("http://e.example/%20", False),
        ("urn:uuid:123", False),
        ("http://e.example/\U00010000", False),
        (RDF + "li", False),
        (RDF + "Description", False),
    ],
)
def test_tell_elements(predicate: str, is_element: bool) -> None:
    """A predicate is an element when it ends in a name, and is none of RDF's own syntax."""
    assert (write(predicate) is not None) is is_element


names = st.text(
    st.characters(codec="utf-8", exclude_characters='<>"{}|\\^` ', exclude_categories=["C", "Z"])
)


@given(names)
def test_write_what_others_read(name: str) -> None:
    """Whatever is let through, another parser finds the same predicate in it."""
    predicate = "http://e.example/" + name
    try:
        written = write(predicate)
    except ValueError:
        return  # it is no IRI
    if written is not None:
        graph = Graph().parse(data=written, format="xml")
        assert list(graph.predicates()) == [URIRef(predicate)]
