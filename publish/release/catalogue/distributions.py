"""The files of data sets as distributions: where each is, in which form, how large.

What is compressed has the media type of its content, and says besides by what it is compressed
(DCAT 3, 6.8.14).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.project.iris import CELLS
from publish.release.catalogue.facts import CatalogueFacts
from publish.release.catalogue.terms import MEDIA_TYPES, SHA_256, concept, text
from publish.release.catalogue.void import statements
from publish.release.manifest import File
from publish.release.opened import LANGUAGES, read_names, term

FORMATS = {
    "text/turtle": "RDF_TURTLE",
    "application/n-triples": "RDF_N_TRIPLES",
    "application/n-quads": "RDF_N_QUADS",
    "application/ld+json": "JSON_LD",
    "application/rdf+xml": "RDF_XML",
    "application/vnd.apache.parquet": "PARQUET",
    "text/csv": "CSV",
}
"""The code in the EU list of file types of each media type."""
NAMES = {
    "RDF_TURTLE": "Turtle",
    "RDF_N_TRIPLES": "N-Triples",
    "RDF_N_QUADS": "N-Quads",
    "JSON_LD": "JSON-LD",
    "RDF_XML": "RDF/XML",
    "PARQUET": "Parquet",
    "CSV": "CSV",
}
"""What people call each of these, in every language."""
DATA_CUBE = "http://www.w3.org/TR/vocab-data-cube/"
NOT_RDF = ("PARQUET", "CSV")


def describe_distribution(facts: CatalogueFacts, key: str) -> Iterator[ox.Triple]:
    """Yield what the catalogue says of a file, by the last part of the IRI of its distribution."""
    file = facts.files[key]
    slug = file.stem.removesuffix(CELLS)
    iri = facts.iri("distribution", name=key)
    node, url = ox.NamedNode(iri), ox.NamedNode(f"{facts.public_url}/dumps/{file.name}")
    checksum = ox.NamedNode(f"{iri}#sha256")
    issued, modified = facts.dates_of(slug)
    content = file.compresses or file.media_type
    format_ = FORMATS[content]
    yield from statements(
        node,
        ("rdf:type", term("dcat:Distribution")),
        ("dct:identifier", ox.Literal(iri)),
        ("dcat:accessURL", url),
        ("dcat:downloadURL", url),
        ("dct:license", ox.NamedNode(facts.licence)),
        ("dct:format", concept("file-type", format_)),
        ("dcat:mediaType", ox.NamedNode(MEDIA_TYPES + content)),
        ("dcat:byteSize", _typed(str(file.size), "nonNegativeInteger")),
        ("spdx:checksum", checksum),
        ("dct:issued", _typed(issued, "dateTime")),
        ("dct:modified", _typed(modified, "dateTime")),
    )
    if file.compresses:
        yield from statements(
            node, ("dcat:compressFormat", ox.NamedNode(MEDIA_TYPES + file.media_type))
        )
    if format_ not in NOT_RDF and not file.stem.endswith(CELLS):
        yield from statements(node, ("dct:conformsTo", ox.NamedNode(DATA_CUBE)))
    availability = facts.publication.of("catalogue", "availability")
    if availability:
        yield from statements(
            node, ("dcatap:availability", concept("planned-availability", availability))
        )
    for code in ("NLD", "ENG"):
        yield from statements(node, ("dct:language", concept("language", code)))
    yield from _texts(facts, node, file, slug, format_)
    yield from statements(
        checksum,
        ("rdf:type", term("spdx:Checksum")),
        ("spdx:algorithm", SHA_256),
        ("spdx:checksumValue", _typed(file.sha256, "hexBinary")),
    )


def _texts(
    facts: CatalogueFacts, node: ox.NamedNode, file: File, slug: str, format_: str
) -> Iterator[ox.Triple]:
    """Yield the title and the description of a file."""
    title = facts.data_sets[slug].title
    kind = "cells" if file.stem.endswith(CELLS) else "columns" if format_ in NOT_RDF else "figures"
    for language in LANGUAGES:
        words = read_names()[language]["distributions"]
        form = NAMES[format_] + ", gzip" * bool(file.compresses)
        yield from text(
            node,
            "dct:title",
            {language: words[f"{kind}-title"].format(title=title[language], form=form)},
        )
        yield from text(node, "dct:description", {language: words[kind]})


def _typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=term(f"xsd:{datatype}"))
