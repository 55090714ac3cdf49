"""Data sets and their catalogue in the words of schema.org, which search engines read.

What is said is what the catalogue says, and comes from the same facts. In a page it is in the
page's language; by itself in both, the texts with their language.
https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from publish.project.project import Text
from publish.release.catalogue.facts import CatalogueFacts
from publish.release.manifest import File
from publish.release.opened import LANGUAGES, Served
from publish.site.discovery.links import page_address

CONTEXT = "https://schema.org/"
LONGEST_DESCRIPTION = 5000
"""Characters of a description that search engines read."""

Node = dict[str, Any]
"""A thing as JSON-LD; what is None or empty is not known."""


def data_set_node(
    served: Served, facts: CatalogueFacts, slug: str, language: str | None = None
) -> Node:
    """Return a data set as a schema.org Dataset, in a language or in all."""
    data_set, iri = facts.data_sets[slug], facts.iri("data-set", slug=slug)
    issued, modified = facts.dates_of(slug)
    based_on = [_document(served, facts, key, language) for key in data_set.documents]
    based_on += [_named(facts.iri("data-set", slug=other)) for other in data_set.derived_from]
    return _known(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": iri,
            "identifier": iri,
            "name": words(data_set.title, language),
            "description": words(_shortened(data_set.description), language),
            "url": page_address(facts.public_url, f"/doc/dataset/{slug}", language),
            "inLanguage": language or list(LANGUAGES),
            "keywords": _keywords(data_set.keywords, language),
            "license": facts.licence,
            "isAccessibleForFree": True,
            "publisher": _publisher(facts, language),
            "datePublished": issued,
            "dateModified": modified,
            "temporalCoverage": "/".join(data_set.temporal) if data_set.temporal else None,
            "spatialCoverage": [
                {"@type": "Place", "sameAs": iri, **_name(facts.labels.get(iri, {}), language)}
                for iri in data_set.places
            ],
            "variableMeasured": [_variable(served, item, language) for item in data_set.measures],
            "isBasedOn": based_on,
            "includedInDataCatalog": _named(facts.iri("catalogue"), "DataCatalog"),
            "distribution": [_download(facts, facts.files[key]) for key in facts.files_of[slug]],
        }
    )


def catalogue_node(facts: CatalogueFacts, language: str | None = None) -> Node:
    """Return the catalogue as a schema.org DataCatalog with its data sets, described in short."""
    return _known(
        {
            "@context": CONTEXT,
            "@type": "DataCatalog",
            "@id": facts.iri("catalogue"),
            "name": words(facts.title, language),
            "description": words(facts.description, language),
            "url": page_address(facts.public_url, "/", language),
            "inLanguage": language or list(LANGUAGES),
            "license": facts.licence,
            "publisher": _publisher(facts, language),
            "datePublished": facts.released[0],
            "dateModified": facts.released[1],
            "dataset": [
                {
                    "@type": "Dataset",
                    "@id": facts.iri("data-set", slug=slug),
                    "name": words(data_set.title, language),
                    "description": words(_shortened(data_set.description), language),
                    "license": facts.licence,
                    "url": page_address(facts.public_url, f"/doc/dataset/{slug}", language),
                }
                for slug, data_set in facts.data_sets.items()
            ],
        }
    )


def words(text: Text, language: str | None) -> str | list[Node] | None:
    """Return a text in a language, or in all with the language of each."""
    if language:
        return text.get(language)
    return [{"@language": name, "@value": value} for name, value in text.items()]


def _known(node: Node) -> Node:
    """Return a node without what is not known."""
    return {name: value for name, value in node.items() if value not in (None, [], {})}


def _name(text: Text, language: str | None) -> Node:
    return _known({"name": words(text, language)})


def _named(iri: str, type_: str = "Dataset") -> Node:
    return {"@type": type_, "@id": iri}


def _shortened(description: Text) -> Text:
    return {name: text[:LONGEST_DESCRIPTION] for name, text in description.items()}


def _keywords(keywords: Mapping[str, list[str]], language: str | None) -> list[Any]:
    if language:
        return list(keywords.get(language, []))
    return [
        {"@language": name, "@value": word} for name, found in keywords.items() for word in found
    ]


def _publisher(facts: CatalogueFacts, language: str | None) -> Node:
    publication = facts.publication
    email = publication.email
    contact = {
        "@type": "ContactPoint",
        **_name(publication.contact_name, language),
        "email": email.removeprefix("mailto:") if email else None,
        "url": publication.of("contact", "page"),
    }
    return _known(
        {
            "@type": "Organization",
            "@id": facts.publisher,
            "name": words(publication.publisher_name, language),
            "url": publication.of("publisher", "homepage"),
            "contactPoint": _known(contact),
        }
    )


def _document(served: Served, facts: CatalogueFacts, key: str, language: str | None) -> Node:
    """Return the document that a data set was made from."""
    document = facts.documents[key]
    return _known(
        {
            "@type": "CreativeWork",
            "@id": facts.iri("document", document=key),
            "name": words(document["title"], language),
            "url": list(document["addresses"]),
        }
    )


def _variable(served: Served, measure: str, language: str | None) -> Node:
    """Return a measure with its unit."""
    node = ox.NamedNode(measure)
    unit = served.object(node, served.generic("eenheid"))
    unit_iri = unit.value if isinstance(unit, ox.NamedNode) else None
    return _known(
        {
            "@type": "PropertyValue",
            "@id": measure,
            "name": words(_labels(served, measure), language),
            "unitText": words(_labels(served, unit_iri), language) if unit_iri else None,
            "unitCode": unit_iri,
        }
    )


def _labels(served: Served, iri: str) -> Text:
    return {language: served.label(iri, language) for language in LANGUAGES}


def _download(facts: CatalogueFacts, file: File) -> Node:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "contentUrl": f"{facts.public_url}/dumps/{file.name}",
        "encodingFormat": file.media_type.partition(";")[0],
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
        "license": facts.licence,
    }
