"""Triples that RDF/XML cannot hold, because a predicate can be no name of an element.

Nothing of the package is imported here, so that a worker starts quickly.
https://www.w3.org/TR/rdf-syntax-grammar/#section-Namespace
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pyoxigraph as ox

Statement = TypeVar("Statement", ox.Triple, ox.Quad)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NO_PROPERTY = re.compile(
    "RDF|ID|about(?:Each(?:Prefix)?)?|bagID|datatype|Description|li|nodeID|parseType|resource"
)
"""Names of RDF's own that are no properties in RDF/XML (section 5.1)."""
LETTERS = r"A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
LOCAL_NAME = re.compile(rf"[{LETTERS}][{LETTERS}0-9.\-\u00b7]*$")
"""What an element can be called, at the end of an IRI (Namespaces in XML, section 4)."""
NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML 1.0 cannot hold, however they are written (section 2.2), as UTF-8."""
FAR = re.compile(r"[^\x00-\xff]")
"""Other characters: what is a letter among them depends on the edition of XML."""


class NotInXml(Exception):
    """A graph has a character that XML cannot hold, or a predicate that can be no element."""


def as_elements(triples: Iterable[Statement]) -> Iterator[Statement]:
    """Yield triples whose predicates can be elements of XML. Raises NotInXml for others."""
    known = set()
    for triple in triples:
        if triple.predicate not in known:
            iri = triple.predicate.value
            is_syntax = iri.startswith(RDF) and NO_PROPERTY.fullmatch(iri, len(RDF))
            if is_syntax or FAR.search(iri) or not LOCAL_NAME.search(iri):
                raise NotInXml
            known.add(triple.predicate)
        yield triple
