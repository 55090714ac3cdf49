"""The formats in which RDF is read: which file has which, by its ending or by its content."""

from __future__ import annotations

import re

import pyoxigraph as ox

SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
CONTENTS = (
    (re.compile(rb"\s*[{\[]"), ox.RdfFormat.JSON_LD),
    (re.compile(rb"\s*<(?:\?xml|rdf:RDF|!DOCTYPE|!--)"), ox.RdfFormat.RDF_XML),
    (
        re.compile(rb"(?:\s|#[^\n]*\n)*(?:@prefix|@base|prefix\s|base\s|<[^>\s]+>\s)", re.I),
        ox.RdfFormat.TURTLE,
    ),
)
"""How the syntaxes begin, for files whose name does not tell."""
