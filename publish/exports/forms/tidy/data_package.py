"""The Frictionless data package of a data set: its files, and what their columns hold.

Data Package 2.0. A figure that is not there is empty in every file, and why stands beside it; the
schema says so with the empty text. Codes have their labels, and whether they are in order.

Only files that are tables of data are its resources: workbooks and CSV files with a title above
the table are for people, and programs that read packages take their titles for names of columns.
A release without such files has a package too: its resource is the tidy CSV at the data address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import LANGUAGES, MEASURE, CodeDescription, DataSetDescription
from publish.exports.forms.tidy.list_columns import (
    CODE_OF,
    DECIMALS,
    HEADS_OF_LINKS,
    OBSERVATION,
    STATUS,
    TOTAL_OF,
    VALUE,
    VALUE_OF_TYPE,
    ListColumn,
    list_columns,
    missing_periods,
)
from publish.exports.view import DataView, view_address
from publish.exports.words import words

PROFILES = "https://datapackage.org/profiles/2.0/"
MOST_IN_ENUM = 200
"""The most codes of a column that are listed as the only ones it can have."""
LIST, LINKS, LABELLED = "list", "links", "labelled"
"""The kinds of file that are resources: tidy CSV, what observations link to, labelled Parquet."""

Entry = Mapping[str, Any]
"""What a manifest says of a file: path, bytes, sha256, media type, kind (export) and language."""


def data_package(
    description: DataSetDescription,
    files: Iterable[Entry],
    *,
    language: str = LANGUAGES[0],
    release: int | None = None,
    created: str | None = None,
) -> dict[str, Any]:
    """Return the package of a data set in a language.

    ``files`` are the entries of its files in the manifest, of which those that are tables of data
    become its resources. ``release`` is its number, and ``created`` the time of it by RFC 3339.
    """
    about = description
    notes = [*about.notes, *missing_periods(about)]
    paragraphs = [about.description, *notes]
    found: dict[str, Any] = {
        "$schema": f"{PROFILES}datapackage.json",
        "name": about.slug,
        "id": about.iri,
        "title": about.title[language],
        "description": "\n\n".join(text[language] for text in paragraphs),
        "homepage": about.page,
    }
    if release is not None:
        found["version"] = f"{release}.0.0"
    if created:
        found["created"] = created
    if about.licence:
        title = about.licence_label
        found["licenses"] = [
            {"path": about.licence, **({"title": title[language]} if title else {})}
        ]
    if sources := list(_sources(about, language)):
        found["sources"] = sources
    if about.publisher:
        found["contributors"] = [{"title": about.publisher[language], "roles": ["publisher"]}]
    found["resources"] = [
        _resource(about, entry, language)
        for entry in files
        if entry.get("export") in (LIST, LINKS, LABELLED)
    ] or [_answered(about, language)]
    return found


def _sources(about: DataSetDescription, language: str) -> Iterator[dict[str, str]]:
    """Yield the documents that print the figures."""
    found = {table.document: table for table in about.tables}
    for document, table in found.items():
        path = table.address or document
        yield {"title": table.document_title[language], "path": path}


def _resource(about: DataSetDescription, entry: Entry, language: str) -> dict[str, Any]:
    """Return a file of a data set."""
    name = entry["path"].rpartition("/")[2]
    own = entry.get("language", language)
    found: dict[str, Any] = {
        "$schema": f"{PROFILES}dataresource.json",
        "name": name.lower(),
        "path": f"{about.public_url}/dumps/{name}",
        "title": about.title[own],
        "format": name.removesuffix(".gz").rpartition(".")[2].lower(),
        "mediatype": entry.get("compresses", entry["media-type"]),
        "bytes": entry["bytes"],
        "hash": f"sha256:{entry['sha256']}",
    }
    if "compresses" in entry:
        found["compression"] = "gz"
    if entry["export"] == LABELLED:
        return found
    return found | _as_csv(table_schema(about, own) if entry["export"] == LIST else _links())


def _answered(about: DataSetDescription, language: str) -> dict[str, Any]:
    """Return the tidy CSV that the data address answers, which no file has."""
    return {
        "$schema": f"{PROFILES}dataresource.json",
        "name": f"{about.slug}.{language}.csv".lower(),
        "path": view_address(about, DataView(language=language), "csv"),
        "title": about.title[language],
        "format": "csv",
        "mediatype": "text/csv",
        **_as_csv(table_schema(about, language)),
    }


def _as_csv(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a resource has that is CSV with a schema."""
    return {
        "type": "table",
        "encoding": "utf-8",
        "dialect": {
            "$schema": f"{PROFILES}tabledialect.json",
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": schema,
    }


def table_schema(about: DataSetDescription, language: str) -> dict[str, Any]:
    """Return the schema of the tidy CSV of a data set in a language."""
    columns = list_columns(about)
    return {
        "$schema": f"{PROFILES}tableschema.json",
        "fields": [_field(about, column, language) for column in columns],
        "primaryKey": [column.name for column in columns if column.holds == CODE_OF],
        "missingValues": [{"value": "", "label": words(language)["list"]["missing"]}],
    }


def _field(about: DataSetDescription, column: ListColumn, language: str) -> dict[str, Any]:
    """Return the field of a column."""
    field: dict[str, Any] = {
        "name": column.name,
        "type": _type(column),
        "title": column.title[language],
        "description": column.meaning[language],
    }
    if column.holds == CODE_OF and column.dimension:
        codes = [code for code in column.dimension.codes if code.missing is None]
        is_ordered = column.dimension.kind != MEASURE
        return (
            field
            | _coded(codes, language, is_ordered=is_ordered)
            | {"rdfType": column.dimension.iri}
        )
    if column.holds == STATUS:
        labels: dict[str, str] = words(language)["list"]["statuses"]
        field["categories"] = [{"value": key, "label": text} for key, text in labels.items()]
        field["constraints"] = {"required": True, "enum": list(labels)}
    elif column.holds == OBSERVATION:
        field |= {"format": "uri", "constraints": {"required": True, "unique": True}}
    elif column.holds == TOTAL_OF:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
        field["constraints"] = {"required": True}
    return field


def _type(column: ListColumn) -> str:
    if column.holds == VALUE or column.holds in BOUND_COLUMNS.values():
        return "number"
    if column.holds == VALUE_OF_TYPE:
        return "integer" if column.datatype == "integer" else "number"
    if column.holds == DECIMALS:
        return "integer"
    return "boolean" if column.holds == TOTAL_OF else "string"


def _coded(codes: list[CodeDescription], language: str, *, is_ordered: bool) -> dict[str, Any]:
    """Return what is said of a field of codes: which there are, and what they are called."""
    if len(codes) > MOST_IN_ENUM or not codes:
        return {"constraints": {"required": True}}
    return {
        "categories": [{"value": code.code, "label": code.label[language]} for code in codes],
        "categoriesOrdered": is_ordered,
        "constraints": {"required": True, "enum": [code.code for code in codes]},
    }


def _links() -> dict[str, Any]:
    """Return the schema of the statements that have rows of their own."""
    fields = [
        {"name": name, "type": "string", "format": "uri", "constraints": {"required": True}}
        for name in HEADS_OF_LINKS
    ]
    return {"$schema": f"{PROFILES}tableschema.json", "fields": fields}
