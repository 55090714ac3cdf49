"""The files of data sets as distributions: where each is, in which form, how large.

What is compressed has the media type of its content, and says besides by what it is compressed
(DCAT 3, 6.8.14).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.project.iris import CELLS
from publish.project.project import Text
from publish.release.catalogue.exported import EXPORTED
from publish.release.catalogue.facts import CatalogueFacts
from publish.release.catalogue.terms import MEDIA_TYPES, SHA_256, concept, text
from publish.release.catalogue.void import statements
from publish.release.manifest import PARQUET, File
from publish.release.opened import LANGUAGES, read_names, term

FORMATS = {
    "text/turtle": "RDF_TURTLE",
    "application/n-triples": "RDF_N_TRIPLES",
    "application/n-quads": "RDF_N_QUADS",
    "application/ld+json": "JSON_LD",
    "application/rdf+xml": "RDF_XML",
    "application/vnd.apache.parquet": "PARQUET",
}
"""The code in the EU list of file types of each media type."""
NAMES = {
    "RDF_TURTLE": "Turtle",
    "RDF_N_TRIPLES": "N-Triples",
    "RDF_N_QUADS": "N-Quads",
    "JSON_LD": "JSON-LD",
    "RDF_XML": "RDF/XML",
    "PARQUET": "Parquet",
}
"""What people call each of these, in every language."""
DATA_CUBE = "http://www.w3.org/TR/vocab-data-cube/"
LANGUAGE_CODES = {"nl": "NLD", "en": "ENG"}
"""The codes in the EU list of languages."""
DESCRIBED_BY = ox.NamedNode("http://www.w3.org/2007/05/powder-s#describedby")
"""Leads from data to what describes them for programs: metadata of CSV, a structure of SDMX."""


def describe_distribution(facts: CatalogueFacts, key: str) -> Iterator[ox.Triple]:
    """Yield what the catalogue says of a file, by the last part of the IRI of its distribution."""
    file = facts.files[key]
    slug = file.stem.removesuffix(CELLS)
    iri = facts.iri("distribution", name=key)
    node, url = ox.NamedNode(iri), ox.NamedNode(f"{facts.public_url}/dumps/{file.name}")
    checksum = ox.NamedNode(f"{iri}#sha256")
    # What is said of a data set is a part of its exports, and changes them too.
    issued, modified = facts.dates_of_record(slug) if file.export else facts.dates_of(slug)
    content, format_ = form_of(file)
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
    for standard in _standards(file):
        yield from statements(node, ("dct:conformsTo", ox.NamedNode(standard)))
    if key in facts.described_by:
        about = f"{facts.public_url}/dumps/{facts.described_by[key].name}"
        yield ox.Triple(node, DESCRIBED_BY, ox.NamedNode(about))
    availability = facts.publication.of("catalogue", "availability")
    if availability:
        yield from statements(
            node, ("dcatap:availability", concept("planned-availability", availability))
        )
    for language in [file.language] if file.language else LANGUAGES:
        code = LANGUAGE_CODES[language]
        yield from statements(node, ("dct:language", concept("language", code)))
    yield from _texts(facts, node, file, slug)
    yield from statements(
        checksum,
        ("rdf:type", term("spdx:Checksum")),
        ("spdx:algorithm", SHA_256),
        ("spdx:checksumValue", _typed(file.sha256, "hexBinary")),
    )


def form_of(file: File) -> tuple[str, str]:
    """Return the media type of the content of a file, and its code in the list of file types."""
    if file.export:
        kind = EXPORTED[file.export]
        return kind.media_type, kind.format
    content = file.compresses or file.media_type
    return content, FORMATS[content]


def _standards(file: File) -> tuple[str, ...]:
    """Return the standards that a file conforms to."""
    if file.export:
        return EXPORTED[file.export].standards
    is_cube = file.media_type != PARQUET and not file.stem.endswith(CELLS)
    return (DATA_CUBE,) if is_cube else ()


def _titles(facts: CatalogueFacts, file: File, slug: str) -> Text:
    """Return the title of a file by language."""
    title, found = facts.data_sets[slug].title, {}
    name = EXPORTED[file.export].name if file.export else NAMES[form_of(file)[1]]
    pattern = "cells-title" if file.stem.endswith(CELLS) else "title"
    for language in LANGUAGES:
        words = read_names()[language]["distributions"]
        form = name + ", gzip" * bool(file.compresses)
        if file.export:
            form = words["forms"].get(file.export, form)
        if file.language:
            form += ", " + words["languages"][file.language]
        found[language] = words[pattern].format(title=title[language], form=form)
    return found


def _texts(facts: CatalogueFacts, node: ox.NamedNode, file: File, slug: str) -> Iterator[ox.Triple]:
    """Yield the title and the description of a file."""
    kind = "cells" if file.stem.endswith(CELLS) else "figures"
    kind = file.export or ("columns" if file.media_type == PARQUET else kind)
    yield from text(node, "dct:title", _titles(facts, file, slug))
    about = {
        language: read_names()[language]["distributions"]["kinds"][kind] for language in LANGUAGES
    }
    yield from text(node, "dct:description", about)


def _typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=term(f"xsd:{datatype}"))
