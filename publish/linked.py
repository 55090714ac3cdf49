"""Linked data over HTTP: things, documents about them, vocabularies and dumps.

``/id/…`` names a thing and answers 303 with its document; ``/doc/…`` and ``/ns/…`` answer by
Accept or by extension; ``/dumps/…`` are the files of the manifest and nothing else. Every
Location and link is a path on this server; identifiers inside data keep the base.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, abort, redirect, request, send_file

from publish.descriptions import value_of
from publish.negotiate import CSV, GRAPHS, HTML, Form, form_of_extension, rank_forms
from publish.rendering import SAFE, reader_of, refuse_form, show
from publish.served import DESCRIPTIONS, DataSet, Served
from publish.thing_pages import page_about
from publish.triples_about import PER_PAGE, describe, incoming_page, write_triples
from publish.uris import PREFIXES

DOCUMENTS = (HTML, *GRAPHS)
SCHEME = PREFIXES["skos"] + "ConceptScheme"


def make_linked_data(served: Served) -> Blueprint:
    """Return the blueprint of everything but the SPARQL endpoint."""
    blueprint = Blueprint("linked", __name__)
    collections = {
        "conceptscheme/": ("code-lists", SCHEME),
        "document/": ("documents", served.generic("Document").value),
        "linkset/": ("linksets", PREFIXES["void"] + "Linkset"),
    }

    def home() -> Response:
        return _home(served)

    def thing(path: str) -> Response:
        iri = _node(f"{served.base}/id/{path}")
        if path in collections:
            return _see_other(f"/doc/{path}")
        if iri is None or not served.exists(iri):
            abort(404)
        target = f"/doc/{path}"
        if path.startswith("tabel/"):
            offers = rank_forms(request.headers.get("Accept"), (CSV, *DOCUMENTS))
            if offers and offers[0].form is not CSV:
                target += f".{offers[0].form.extension}"
        response = _see_other(target)
        response.vary.add("Accept")
        return response

    def document(path: str) -> Response:
        if path in collections:
            title, class_ = collections[path]
            return _collection(served, title, class_)
        if path.startswith("tabel/") and path.endswith(".csv"):
            table = _printed_table(served, path)
            if table is not None:
                return table
        return _document(served, "/id/", path)

    def vocabulary(path: str) -> Response:
        return _document(served, "/ns/", path)

    def dump_index() -> Response:
        return show(served, "dumps.html", files=served.files.values())

    def dump(path: str) -> Response:
        file = served.files.get(path)
        if file is None or not (served.folder / file.path).is_file():
            abort(404)
        return send_file(
            served.folder / file.path,
            mimetype=file.media_type,
            etag=file.sha256,
            conditional=True,
            last_modified=None,
            max_age=0,
        )

    blueprint.add_url_rule("/", "home", home)
    blueprint.add_url_rule("/id/<path:path>", "thing", thing)
    blueprint.add_url_rule("/doc/<path:path>", "document", document)
    blueprint.add_url_rule("/ns/<path:path>", "vocabulary", vocabulary)
    blueprint.add_url_rule("/dumps/", "dumps", dump_index, strict_slashes=False)
    blueprint.add_url_rule("/dumps/<path:path>", "dump", dump)
    return blueprint


def _node(iri: str) -> ox.NamedNode | None:
    """Return an IRI as a node, or None when it is none."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _see_other(path: str) -> Response:
    """Return a 303 to a path of this server."""
    response = redirect(reader_of(request).link(path), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    return response


def _document(served: Served, kind: str, path: str) -> Response:
    """Return the document about a thing, in the form of its extension or of Accept."""
    iri = _node(served.base + kind + path)
    form: Form | None = None
    if iri is None or not served.exists(iri):
        stem, form = form_of_extension(path, DOCUMENTS)
        iri = _node(served.base + kind + stem)
        if form is None or iri is None or not served.exists(iri):
            abort(404)
        path = stem
    content_type = form.content_type if form else ""
    if form is None:
        offers = rank_forms(request.headers.get("Accept"), DOCUMENTS)
        if not offers:
            return refuse_form(DOCUMENTS)
        form, content_type = offers[0].form, offers[0].content_type
    if form is HTML:
        response = page_about(served, iri, kind, path)
    else:
        format_ = ox.RdfFormat.from_media_type(form.media_type) or ox.RdfFormat.TURTLE
        page = request.args.get("page", default=1, type=int)
        body = write_triples(served, describe(served, iri, page), format_)
        response = Response(body, content_type=content_type)
        response.vary.add("Accept")
        if len(incoming_page(served, iri, page)) > PER_PAGE:
            query = urlencode({**request.args, "page": max(page, 1) + 1})
            root, here = request.script_root, quote(request.path, safe=SAFE)
            response.headers["Link"] = f'<{root}{here}?{query}>; rel="next"'
    _add_links(response, served, iri, kind, path, form)
    return response


def _add_links(
    response: Response, served: Served, iri: ox.NamedNode, kind: str, path: str, form: Form
) -> None:
    """Say what the document describes, and in which other forms there is one."""
    local = "/doc/" if kind == "/id/" else "/ns/"
    root = request.script_root
    links = [*response.headers.getlist("Link"), f'<{iri.value}>; rel="describes"']
    links += [
        f'<{root}{local}{path}.{other.extension}>; rel="alternate"; type="{other.media_type}"'
        for other in DOCUMENTS
        if other is not form
    ]
    if served.licence:
        links.append(f'<{served.licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)


def _home(served: Served) -> Response:
    language = reader_of(request).language
    entries = []
    for data_set in served.data_sets:
        found = _periods_of(served, data_set)
        ends = [found[0], found[-1]] if len(found) > 1 else found
        entries.append((data_set, [served.label(iri, language) for iri in ends]))
    return show(served, "home.html", entries=entries)


@lru_cache(maxsize=10_000)
def _periods_of(served: Served, data_set: DataSet) -> list[str]:
    """Return the periods of which a data set has a slice, in order."""
    return [
        row["period"].value
        for dimension in served.select("select_period_dimensions")
        for row in served.select(
            "select_slices", dataSet=ox.NamedNode(data_set.iri), property=dimension["property"]
        )
    ]


def _collection(served: Served, title: str, class_: str) -> Response:
    """Return the list of all things of a class."""
    rows = served.select("select_members", **{"class": ox.NamedNode(class_)})
    language = reader_of(request).language
    entries = [
        (
            value_of(served, row["member"], language),
            served.text(row["member"], DESCRIPTIONS, language),
        )
        for row in rows
    ]
    entries.sort(key=lambda entry: entry[0].text.casefold())
    return show(served, "collection.html", title=title, entries=entries)


def _printed_table(served: Served, path: str) -> Response | None:
    """Return a printed table itself, if it is one of the release."""
    iri = _node(f"{served.base}/id/{path}")
    file = served.folder / "tables" / path.removeprefix("tabel/")
    if iri is None or not served.exists(iri) or not file.is_file():
        return None
    response = send_file(file, mimetype="text/csv", conditional=True, last_modified=None, max_age=0)
    links = [f'<{iri.value}>; rel="describes"']
    links.append(f'<{request.script_root}/doc/{path}.html>; rel="describedby"; type="text/html"')
    response.headers["Link"] = ", ".join(links)
    return response
