"""The data addresses described for programs: OpenAPI 3.1, an address for each data set.

A client that is generated from it has a function for each data set, whose parameters are the
dimensions of that data set with their codes. https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from publish import __version__
from publish.exports.answer import FORMS, ExportForm
from publish.exports.description import (
    LANGUAGES,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.parse_view import CELL, LARGEST_PAGE, LAYOUTS, PAGE
from publish.exports.view import RANGE, TABLE, cell_text
from publish.project.project import Text

MOST_LISTED = 100
"""The most codes of a dimension that are listed one by one; of more there is an example."""
Json = dict[str, Any]

PARAMETERS: Mapping[str, Json] = {
    "format": {
        "description": "The form of the answer; without it `Accept` chooses, else CSV.",
        "schema": {"type": "string", "enum": list(FORMS)},
        "example": "csv",
    },
    "lang": {
        "description": "The language of texts; without it `Accept-Language` chooses, else Dutch.",
        "schema": {"type": "string", "enum": list(LANGUAGES)},
        "example": "en",
    },
    "totals": {
        "description": "`no` leaves out what has the total of a dimension that has other codes.",
        "schema": {"type": "string", "enum": ["yes", "no"], "default": "yes"},
    },
    "layout": {
        "description": "An observation a row, a table with `rows` and `columns`, or the tables "
        "as the source prints them. Not every form has every layout.",
        "schema": {"type": "string", "enum": list(LAYOUTS)},
    },
    "decimal": {
        "description": "The decimal sign of figures in text, for spreadsheets of countries with "
        "a comma.",
        "schema": {"type": "string", "enum": ["point", "comma"], "default": "point"},
    },
    "start": {
        "description": "The first observation of a page, counted from 0; for forms with pages.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 10**12, "default": 0},
    },
    "size": {
        "description": "The observations of a page; for forms with pages.",
        "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
    },
}
"""The parameters that all data sets have, but for rows and columns."""


def openapi_document(title: Text, public_url: str, data_sets: Sequence[DataSetDescription]) -> Json:
    """Return the description of the data addresses of a release, in English.

    A release of an older version has none: no data sets, and no list of them.
    """
    paths: Json = {"/data": {"get": _list_operation()}} if data_sets else {}
    for item in data_sets:
        paths[f"/data/{item.slug}"] = {"get": _data_operation(item)}
        paths[f"/data/{item.slug}/query"] = {"get": _query_operation(item)}
        paths[f"/data/{item.slug}/datapackage.json"] = {"get": _package_operation(item)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title.get("en") or next(iter(title.values())),
            "version": __version__,
            "summary": "Figures of each data set, chosen by parameters, in the form asked for.",
            "description": "Each data set has an address that answers a view of it. `HEAD` "
            "answers as `GET` does, without a body. An unknown parameter or value is an error "
            "that names those that there are.",
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "parameters": {
                name: {"name": name, "in": "query", **about} for name, about in PARAMETERS.items()
            },
            "responses": _responses(),
            "schemas": _schemas(),
        },
    }


def example_parameters(item: DataSetDescription) -> dict[str, str]:
    """Return parameters that a data set answers with figures: those of its last period."""
    return {
        dimension.column: dimension.codes[-1].code
        for dimension in item.dimensions
        if dimension.kind == PERIOD and dimension.codes
    }


def _data_operation(item: DataSetDescription) -> Json:
    example = "&".join(f"{name}={value}" for name, value in example_parameters(item).items())
    address = f"/data/{item.slug}?{example}{'&' if example else ''}format=csv&lang=en"
    return {
        "operationId": _identifier(item.slug),
        "summary": _english(item.title),
        "description": f"{_english(item.description)}\n\nExample: `{address}`",
        "tags": [item.slug],
        "externalDocs": {"url": item.page, "description": "The page of the data set"},
        "parameters": [*_selecting(item), *_showing(item)],
        "responses": {
            "200": _figures(),
            "400": _ref("responses", "BadParameters"),
            "413": _ref("responses", "TooLarge"),
            **_common_responses(),
        },
    }


def _query_operation(item: DataSetDescription) -> Json:
    return {
        "operationId": _identifier(item.slug) + "Query",
        "summary": f"The SPARQL query of a view of: {_english(item.title)}",
        "tags": [item.slug],
        "parameters": _selecting(item),
        "responses": {
            "200": {
                "description": "A query that `/sparql` answers with the same observations.",
                "content": {"application/sparql-query": {"schema": {"type": "string"}}},
            },
            "303": {"description": "To who asks for a page: the query on the query page."},
            "400": _ref("responses", "BadParameters"),
            **_common_responses(),
        },
    }


def _package_operation(item: DataSetDescription) -> Json:
    return {
        "operationId": _identifier(item.slug) + "DataPackage",
        "summary": f"The data package (Frictionless, version 2) of: {_english(item.title)}",
        "tags": [item.slug],
        "parameters": [_ref("parameters", "lang")],
        "responses": {
            "200": {
                "description": "Its files, their columns and their sources.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "400": _ref("responses", "BadParameters"),
            **_common_responses(),
        },
    }


def _list_operation() -> Json:
    return {
        "operationId": "listDataSets",
        "summary": "All data sets, with their data addresses.",
        "responses": {
            "200": {
                "description": "The data sets of the release.",
                "content": {"application/json": {"schema": _ref("schemas", "DataSets")}},
            },
            **_common_responses(),
        },
    }


# -- Parameters -----------------------------------------------------------------------------------


def _selecting(item: DataSetDescription) -> list[Json]:
    """Return the parameters that choose observations."""
    return [
        *(_dimension_parameter(dimension) for dimension in item.dimensions),
        _ref("parameters", "totals"),
    ]


def _showing(item: DataSetDescription) -> list[Json]:
    """Return the parameters that say how observations are shown."""
    columns = [dimension.column for dimension in item.dimensions]
    axes = [
        {
            "name": name,
            "in": "query",
            "description": f"The dimensions that go {direction}, for `layout={TABLE}`.",
            "style": "form",
            "explode": False,
            "schema": {"type": "array", "minItems": 1, "items": {"enum": columns}},
        }
        for name, direction in (("rows", "down"), ("columns", "across"))
    ]
    common = [_ref("parameters", name) for name in PARAMETERS if name != "totals"]
    return [*common, *axes, _cell(item)]


def _cell(item: DataSetDescription) -> Json:
    """Return the parameter that chooses a figure of a chart."""
    parts = []
    for dimension in item.dimensions:
        codes = [cell_text([code.code]) for code in dimension.codes[:MOST_LISTED]]
        parts.append(f"({'|'.join(map(re.escape, codes))})")
    example = cell_text(item.codes[-1].code for item in item.dimensions if item.codes)
    return {
        "name": CELL,
        "in": "query",
        "description": "The figure that a chart shows among the others: its codes in the order of "
        "the dimensions, the measure last, with commas between them. For `svg` and `png`.",
        "schema": {"type": "string", "pattern": f"^{','.join(parts)}$"},
        "example": example,
    }


def _dimension_parameter(dimension: DimensionDescription) -> Json:
    codes = [item.code for item in dimension.codes]
    values: list[Json] = []
    if len(codes) <= MOST_LISTED:
        values.append({"type": "string", "enum": codes})
    if dimension.kind == PERIOD:
        values.append({"type": "string", "pattern": _open_range(codes)})
    elif len(codes) > MOST_LISTED:
        values.append({"type": "string", "minLength": 1, "pattern": "^[^,]*[^, ][^,]*$"})
    parameter: Json = {
        "name": dimension.column,
        "in": "query",
        "description": _about_dimension(dimension),
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "minItems": 1,
            "items": values[0] if len(values) == 1 else {"anyOf": values},
        },
    }
    if codes:
        parameter["examples"] = {"code": {"value": [codes[-1]]}}
        if dimension.kind == PERIOD:
            parameter["examples"]["range"] = {"value": [f"{codes[0]}{RANGE}"]}
    return parameter


def _open_range(codes: Sequence[str]) -> str:
    """Return the pattern of ranges that begin or end with a code, and always have periods."""
    first, last = (codes, codes) if len(codes) <= MOST_LISTED else (codes[:1], codes[-1:])
    return rf"^({'|'.join(first)})\.\.$|^\.\.({'|'.join(last)})$"


def _about_dimension(dimension: DimensionDescription) -> str:
    """Return what people read of a dimension: its codes with their labels, or how many."""
    parts = [f"{_english(dimension.label)}."]
    if dimension.definition:
        parts.append(_english(dimension.definition))
    parts.append("Codes, or their labels in either language; several with commas between them.")
    if dimension.kind == PERIOD:
        parts.append(f"Also ranges, as `{_example_range(dimension.codes)}`, open at either end.")
    if len(dimension.codes) <= MOST_LISTED:
        listed = (f"`{code.code}` {_english(code.label)}" for code in dimension.codes)
        parts.append("\n\n" + "\n".join(f"- {line}" for line in listed))
    else:
        parts.append(f"It has {len(dimension.codes)} codes.")
    return " ".join(parts)


def _example_range(codes: Sequence[CodeDescription]) -> str:
    return f"{codes[0].code}{RANGE}{codes[-1].code}" if codes else RANGE


# -- Answers --------------------------------------------------------------------------------------


def _figures() -> Json:
    """Return the answer of a data address in each form."""
    content: dict[str, list[Json]] = {}
    for form in FORMS.values():
        content.setdefault(form.media_type, []).append(_schema_of(form))
    return {
        "description": "The figures. `Link` leads to the next and the previous page, and to the "
        "query that the address stands for.",
        "headers": {
            "ETag": {"schema": {"type": "string"}},
            "Link": {"schema": {"type": "string"}},
            "Content-Disposition": {"schema": {"type": "string"}},
        },
        "content": {
            media_type: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
            for media_type, schemas in content.items()
        },
    }


def _schema_of(form: ExportForm) -> Json:
    if form.name == "json":
        return _ref("schemas", "Figures")
    if "json" in form.media_type:
        return {"type": "object"}
    if form.media_type.startswith("text/") or form.media_type.endswith("+csv"):
        return {"type": "string"}
    return {"type": "string", "format": "binary"}


def _common_responses() -> Json:
    """Return what any address may answer instead."""
    return {
        "304": _ref("responses", "NotModified"),
        "404": _ref("responses", "NothingThere"),
        "406": _ref("responses", "NotAcceptable"),
        "412": _ref("responses", "NotAsWanted"),
        "429": _ref("responses", "TooMany"),
        "503": _ref("responses", "Busy"),
    }


def _responses() -> Json:
    def told(description: str, *headers: str) -> Json:
        response: Json = {
            "description": description,
            "content": {
                "text/plain": {"schema": {"type": "string"}},
                "application/problem+json": {"schema": _ref("schemas", "Problem")},
            },
        }
        if headers:
            response["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
        return response

    return {
        "NotModified": {"description": "The copy that the client has is still good."},
        "NothingThere": told("There is no such data set in this release any more."),
        "BadParameters": told("Parameters that stand for nothing; those that there are."),
        "NotAcceptable": told("None of the forms that `Accept` names; those that there are."),
        "NotAsWanted": told("`If-Match` names another answer than there is."),
        "TooLarge": told("More observations than the form has; where the whole file is."),
        "TooMany": told("The client has as many answers under way as it may have.", "Retry-After"),
        "Busy": told("There is no time or room for this now.", "Retry-After"),
    }


def _schemas() -> Json:
    schemas: Json = json.loads(
        resources.files("publish.site.data").joinpath("answers.schema.json").read_bytes()
    )
    return schemas


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _english(text: Text) -> str:
    return text.get("en") or next(iter(text.values()), "")


def _identifier(slug: str) -> str:
    """Return a name that programming languages allow: ``wzw-advies`` is ``wzwAdvies``."""
    first, *others = re.split(r"[^0-9A-Za-z]+", slug)
    return first + "".join(word[:1].upper() + word[1:] for word in others)
