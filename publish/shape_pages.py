"""The shapes over HTTP: an index, and each document as a page or as the Turtle it was written in.

``/shapes/NAME`` answers by Accept, ``/shapes/NAME.ttl`` and ``.html`` by extension. Only documents
that the manifest names are served; the Turtle is never made anew, so there are no other forms.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Blueprint, Response, abort, request, send_file

from publish.negotiate import HTML, TURTLE, form_of_extension, rank_forms
from publish.rendering import reader_of, refuse_form, show
from publish.served import File, Served
from publish.shape_documents import ShapeDocument, read_shape_document

FORMS = (HTML, TURTLE)


def make_shape_pages(served: Served) -> Blueprint:
    """Return the blueprint of the shapes."""
    blueprint = Blueprint("shapes", __name__)

    @lru_cache(maxsize=200)
    def read(name: str) -> ShapeDocument:
        file = served.shapes[name]
        text = (served.folder / file.path).read_bytes()
        return read_shape_document(text, _iri(served, name), served.compact)

    def index() -> Response:
        documents = [(name, read(name)) for name in served.shapes]
        return show(served, "shapes.html", documents=documents, forms=())

    def document(name: str) -> Response:
        form, negotiated = None, False
        if name not in served.shapes:
            name, form = form_of_extension(name, FORMS)
            if form is None or name not in served.shapes:
                abort(404)
        if form is None:
            offers = rank_forms(request.headers.get("Accept"), FORMS)
            if not offers:
                return refuse_form(FORMS)
            form, negotiated = offers[0].form, True
        if form is TURTLE:
            response = _turtle(served, served.shapes[name])
            if negotiated:
                response.vary.add("Accept")
        else:
            response = _page(served, name, read(name))
        other = TURTLE if form is HTML else HTML
        path = f"{request.script_root}/shapes/{name}.{other.extension}"
        links = [f'<{_iri(served, name)}>; rel="describes"']
        links.append(f'<{path}>; rel="alternate"; type="{other.media_type}"')
        response.headers["Link"] = ", ".join(links)
        return response

    blueprint.add_url_rule("/shapes/", "index", index, strict_slashes=False)
    blueprint.add_url_rule("/shapes/<path:name>", "document", document)
    return blueprint


def _iri(served: Served, name: str) -> str:
    return f"{served.base}/shapes/{name}"


def _turtle(served: Served, file: File) -> Response:
    """Return the file itself."""
    return send_file(
        served.folder / file.path,
        mimetype=file.media_type,
        etag=file.sha256,
        conditional=True,
        last_modified=None,
        max_age=0,
    )


def _page(served: Served, name: str, document: ShapeDocument) -> Response:
    """Return the page about a document."""
    language = reader_of(request).language
    return show(
        served,
        "shape_document.html",
        iri=_iri(served, name),
        path=f"/shapes/{name}",
        forms=(TURTLE,),
        title=document.title.get(language) or name,
        name=name,
        document=document,
        constraint=name_of_constraint,
    )


def name_of_constraint(iri: str) -> str:
    """Return what a constraint is called: ``IC-1``, ``SKOS S13``, or its address."""
    found = re.fullmatch(r"https?://www\.w3\.org/TR/vocab-data-cube/#ic-(\d+)", iri)
    if found:
        return f"IC-{found[1]}"
    found = re.fullmatch(r"https?://www\.w3\.org/TR/skos-reference/#(S\d+|L\d+)", iri)
    if found:
        return f"SKOS {found[1]}"
    return iri.partition("://")[2]
