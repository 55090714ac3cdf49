"""A data set in Croissant 1.1, which tools for machine learning read: its files and its columns.

It says what the schema.org description says, and how to read the observations from the file of
columns. https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publish.release.catalogue.facts import CatalogueFacts
from publish.release.manifest import PARQUET, File
from publish.release.opened import LANGUAGES, Served
from publish.site.discovery.schema_org import Node, data_set_node
from publish.site.rendering import read_texts

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
ALSO_PARQUET = "application/x-parquet"
"""What readers of Croissant call Parquet, which had no media type for long."""
CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "key": "cr:key",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "source": "cr:source",
    "fileObject": "cr:fileObject",
    "extract": "cr:extract",
    "column": "cr:column",
}
TYPES = {
    "value": "sc:Float",
    "decimals": "sc:Integer",
    "source_row": "sc:Integer",
    "source_column": "sc:Integer",
}
"""The datatypes of columns that are no texts."""
DESCRIBED = ("unit", "value", "decimals", "status", "source_table", "source_row", "source_column")
"""The columns beside those of the dimensions that are described, those with one value each."""


def croissant_of(served: Served, facts: CatalogueFacts, slug: str) -> Node:
    """Return the description of a data set with its files and the columns of its observations."""
    node = data_set_node(served, facts, slug)
    files = [facts.files[key] for key in facts.files_of[slug]]
    columns = facts.data_sets[slug].columns
    records = [
        _records(served, file, columns)
        for file in files
        if file.media_type == PARQUET and not file.export
    ]
    return {
        **_plain(node),
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "citeAs": _citation(facts, slug),
        # Readers take the first data set that they meet for the one described.
        "isBasedOn": [{"@id": item["@id"]} for item in node.get("isBasedOn", [])],
        "distribution": [_file(facts, file) for file in files],
        **({"recordSet": records} if records else {}),
    }


def _citation(facts: CatalogueFacts, slug: str) -> str:
    """Return how a data set is cited, in the first of the languages."""
    language, year = LANGUAGES[0], facts.dates_of(slug)[1][:4]
    publisher, title = facts.publication.publisher_name, facts.data_sets[slug].title
    iri = facts.iri("data-set", slug=slug)
    return f"{publisher[language]} ({year}). {title[language]}. {iri}"


def _plain(value: Any, name: str = "") -> Any:
    """Return a description with its texts by language, as the context here has them."""
    if isinstance(value, dict):
        return {key: _plain(item, key) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if value and isinstance(value[0], dict) and "@language" in value[0]:
        if name in ("name", "description"):
            return {item["@language"]: item["@value"] for item in value}
        return [item["@value"] for item in value]
    return [_plain(item, name) for item in value]


def _file(facts: CatalogueFacts, file: File) -> Node:
    is_parquet, plain = file.media_type == PARQUET, file.media_type.partition(";")[0]
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": f"{facts.public_url}/dumps/{file.name}",
        "contentSize": f"{file.size} B",
        "encodingFormat": [PARQUET, ALSO_PARQUET] if is_parquet else plain,
        "sha256": file.sha256,
    }


def _records(served: Served, file: File, columns: Mapping[str, str]) -> Node:
    """Return how to read the observations from the file of columns."""
    fields = [_field(served, file, name, iri) for name, iri in columns.items()]
    fields += [_field(served, file, name, None) for name in DESCRIBED]
    return {
        "@type": "cr:RecordSet",
        "@id": "observations",
        "name": _words("all"),
        "description": _words("all-about"),
        "key": [{"@id": f"observations/{name}"} for name in columns],
        "field": fields,
    }


def _field(served: Served, file: File, column: str, iri: str | None) -> Node:
    names = {language: served.label(iri, language) for language in LANGUAGES} if iri else None
    identifier = f"observations/{column}"
    return {
        "@type": "cr:Field",
        "@id": identifier,
        "name": column,
        "description": names or _words(column),
        "dataType": TYPES.get(column, "sc:Text") if iri is None else "sc:Text",
        **({"equivalentProperty": iri} if iri else {}),
        "source": {"fileObject": {"@id": file.name}, "extract": {"column": column}},
    }


def _words(name: str) -> dict[str, str]:
    """Return what a column is about, or the observations themselves, by language."""
    return {language: read_texts()[language]["columns"][name] for language in LANGUAGES}
