"""The shapes over HTTP: an index, and each document as a page or as the Turtle it was written in.

``/shapes/NAME`` answers by Accept, ``/shapes/NAME.ttl`` and ``.html`` by extension. Only documents
that the manifest names are served; the Turtle is never made anew, so there are no other forms.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from flask import Blueprint, Response, request

from publish.release.opened import Served
from publish.server.negotiation import HTML, form_of_extension, rank_forms
from publish.site.files import file_response
from publish.site.not_found import not_acceptable, not_found
from publish.site.pages.shape_documents import ShapeDocument, read_shape_document
from publish.site.rendering import SAFE, reader_of, show
from publish.sparql.forms import TURTLE

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
        response = show(served, "shapes.html", documents=documents, forms=())
        response.vary.discard("accept")
        return response

    def document(name: str) -> Response:
        form, negotiated = None, False
        if name not in served.shapes:
            name, form = form_of_extension(name, FORMS)
            if form is None or name not in served.shapes:
                return not_found(served, request.path, list(served.shapes), "/shapes/", FORMS)
        if form is None:
            offers = rank_forms(request.headers.get("Accept"), FORMS)
            if not offers:
                address = request.script_root + quote(f"/shapes/{name}", safe=SAFE)
                return not_acceptable(FORMS, address)
            form, negotiated = offers[0].form, True
        if form is TURTLE:
            file = served.shapes[name]
            response = file_response(
                served.folder / file.path,
                media_type=file.media_type,
                sha256=file.sha256,
                made=served.made,
            )
            if negotiated:
                response.vary.add("Accept")
        else:
            response = _page(served, name, read(name))
            if not negotiated:
                response.vary.discard("accept")
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
