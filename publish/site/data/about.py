"""What else a data address has: the query that a view stands for, and the data package."""

from __future__ import annotations

import json
from urllib.parse import quote

from publish.exports.description import DataSetDescription
from publish.exports.sparql_of_view import sparql_of_view
from publish.exports.view import DataView
from publish.release.opened import Served
from publish.sparql.protocol import prefers_page

LONGEST_IN_ADDRESS = 6000
"""Characters of a query, encoded, with which a browser is led to the query page."""


def query_of_view(description: DataSetDescription, view: DataView) -> bytes:
    """Return the SPARQL query that a view stands for."""
    return sparql_of_view(description, view).encode()


def query_page(query: bytes, accept: str | None, root: str) -> str | None:
    """Return the address of the page on which a browser sees a query and its result, if any."""
    encoded = quote(query, safe="")
    if not prefers_page(accept) or len(encoded) > LONGEST_IN_ADDRESS:
        return None
    return f"{root}/sparql?query={encoded}"


def package_of(served: Served, description: DataSetDescription, language: str) -> bytes:
    """Return the Frictionless data package of a data set, as JSON."""
    from publish.exports.forms.tidy.data_package import data_package

    entries = [entry for entry in served.manifest["files"] if entry.get("about") == description.iri]
    last = served.history.last
    package = data_package(
        description,
        entries,
        language=language,
        release=last.number if last else None,
        created=served.made,
    )
    return json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"
