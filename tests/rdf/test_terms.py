"""RDF terms: between rdflib and pyoxigraph, and how IRIs are shortened."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from publish.rdf.namespaces import XSD
from publish.rdf.terms import Term, as_node, as_term, local_name, prefixed_name, short_name

NS = "http://a.example/ns#"


@pytest.mark.parametrize(
    "term",
    [
        ox.NamedNode(NS), ox.BlankNode("b"), ox.Literal("één"), ox.Literal("one", language="en"),
        ox.Literal("010", datatype=ox.NamedNode(str(XSD.integer))),
    ],
)  # fmt: skip
def test_convert_term_to_rdflib_and_back(term: Term) -> None:
    """A term comes back as it was, a number as it was written."""
    assert as_term(as_node(term)) == term


def test_convert_term_to_canonical_node() -> None:
    """Numbers are written in their canonical form where that is asked."""
    number = ox.Literal("010", datatype=ox.NamedNode(str(XSD.integer)))
    assert (str(as_node(number)), str(as_node(number, normalize=True))) == ("010", "10")


@pytest.mark.parametrize(
    ("name", "short", "shown"),
    [
        ("abc", "n:abc", "n:abc"), ("a.b-c", "n:a.b-c", "n:a.b-c"), ("a.", None, "n:a."),
        ("1", None, "n:1"), ("é", None, "n:é"), ("", None, None), ("a/b", None, None),
    ],
)  # fmt: skip
def test_shorten_iri(name: str, short: str | None, shown: str | None) -> None:
    """What programs read back has plain names only; people are shown any single segment."""
    assert short_name(NS + name, {NS: "n"}) == short
    assert prefixed_name(NS + name, {"n": NS}) == shown


@pytest.mark.parametrize(
    ("iri", "name"),
    [("http://x/ns/a#b", "b"), ("http://x/id/concept/a/b", "b"), ("http://x/a#b/c", "c")],
)
def test_local_name(iri: str, name: str) -> None:
    """The local name is what follows the last # or /."""
    assert local_name(iri) == name
