"""Linked data over HTTP: things, and documents about them and about vocabularies.

``/id/…`` names a thing and redirects with 303 to its document; ``/doc/…`` and ``/ns/…`` answer by
Accept or by extension. Every Location and link is a path on this server; IRIs inside data keep
the base. https://www.w3.org/TR/cooluris/
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from functools import partial
from http import HTTPStatus
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from publish import __version__
from publish.rdf.rdf_xml import NotInXml
from publish.release.catalogue.facts import catalogue_facts
from publish.release.differences.gone_list import OBSERVATION, GoneIndex, read_gone_index
from publish.release.opened import Served, once_per_release
from publish.release.soundness import DamagedFile
from publish.server.cache import DocumentCache
from publish.server.negotiation import HTML, Form, Offer, form_of_extension, rank_forms
from publish.server.replies import REVALIDATE
from publish.site.describe import PER_PAGE, incoming_page, types_of, write_triples
from publish.site.discovery.links import (
    SAFE,
    WebLink,
    language_links,
    links_of_thing,
    set_links,
)
from publish.site.documents import DOCUMENTS, Thing, find_thing
from publish.site.files import file_response, meet_preconditions
from publish.site.not_found import (
    accepted_offers,
    known_names,
    links_to_forms,
    not_acceptable,
    not_found,
)
from publish.site.rendering import current_reader, page_path
from publish.sparql.forms import CSV

log = logging.getLogger("publish")

MOST_TYPES = 5
"""How many classes of a thing its headers name."""


def make_linked_data(served: Served) -> Blueprint:
    """Return the blueprint of things, documents and vocabularies."""
    blueprint = Blueprint("linked", __name__)
    cache = DocumentCache()

    def thing(path: str) -> Response:
        if find_thing(served, "/id/", path) is None:
            if (gone := _gone(served, path)) is not None:
                return gone
            return not_found(served, request.path, known_names(served, "/id/"), "/id/")
        target = f"/doc/{path}"
        is_table = path.startswith("tabel/")
        if is_table:
            offers = rank_forms(request.headers.get("Accept"), (CSV, *DOCUMENTS))
            if offers and offers[0].form is not CSV:
                target += f".{offers[0].form.extension}"
        response = _see_other(target)
        if is_table:
            response.vary.add("Accept")
        return response

    def document(path: str) -> Response:
        if path.startswith("tabel/") and path.endswith(".csv"):
            table = _printed_table(served, path)
            if table is not None:
                return table
        return _document(served, cache, "/id/", path)

    blueprint.add_url_rule("/id/<path:path>", "thing", thing)
    blueprint.add_url_rule("/doc/<path:path>", "document", document)
    blueprint.add_url_rule(
        "/ns/<path:path>", "vocabulary", partial(_document, served, cache, "/ns/")
    )
    blueprint.add_url_rule("/.well-known/void", "void", partial(_see_other, "/doc/graaf/"))
    return blueprint


def _see_other(path: str) -> Response:
    """Return a 303 to a path of this server."""
    response = redirect(current_reader().link(path), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _document(served: Served, cache: DocumentCache, kind: str, path: str) -> Response:
    """Return the document about a thing, in the form of its extension or of Accept.

    When the best form cannot hold it, it is in the next one that is accepted.
    """
    thing, extension = find_thing(served, kind, path), None
    if thing is None:
        stem, extension = form_of_extension(path, DOCUMENTS)
        thing = find_thing(served, kind, stem) if extension else None
    if thing is None:
        if kind == "/id/" and (gone := _gone(served, path)) is not None:
            return gone
        head = "/doc/" if kind == "/id/" else "/ns/"
        return not_found(served, request.path, known_names(served, kind), head, DOCUMENTS)
    address = request.script_root + quote(thing.path, safe=SAFE)
    offers = accepted_offers(extension, DOCUMENTS)
    for offer in offers:
        with contextlib.suppress(NotInXml):
            return _document_as(offer, served, cache, thing, address)
    return not_acceptable(
        DOCUMENTS, address, "graph-not-in-xml" if offers else "not-acceptable-here"
    )


def _gone(served: Served, path: str) -> Response | None:
    """Return that a thing is gone, or where a version is that only the feed has.

    It is in the form of an extension of its path or of Accept.
    """
    index = _gone_index(served, "")
    names = (form_of_extension(path, DOCUMENTS), (path, None))
    last = names[0][0].rpartition("/")[2]
    if last.isdecimal() and path.startswith(OBSERVATION):
        from publish.site.pages.gone import version_response

        if (response := version_response(served, *names[0])) is not None:
            return response
    for name, extension in names:
        if index.may_have(name):
            # It reads columns, for which a server that is never asked for them needs no memory.
            from publish.site.pages.gone import gone_response

            if (response := gone_response(served, index, name, extension)) is not None:
                return response
    return None


@once_per_release
def _gone_index(served: Served, _: str) -> GoneIndex:
    """Return what earlier releases had; nothing, with a line in the log, if it cannot be read."""
    try:
        return read_gone_index(served.history)
    except (DamagedFile, OSError, ValueError, LookupError, TypeError) as error:
        log.error("What releases removed cannot be read: %s", error)
        return GoneIndex(history=served.history, things={}, removed={})


def _document_as(
    offer: Offer, served: Served, cache: DocumentCache, thing: Thing, address: str
) -> Response:
    """Return the document about a thing in a form. Raises NotInXml."""
    response = Response(content_type=offer.content_type)
    headers, form, reader = response.headers, offer.form, current_reader()
    query = request.query_string.decode("latin-1")
    if not offer.is_chosen:
        response.vary.add("Accept")
        headers["Content-Location"] = f"{address}.{form.extension}{query and f'?{query}'}"
    if form is HTML and not reader.chosen:
        response.vary.add("Accept-Language")
    headers["Cache-Control"] = REVALIDATE
    links = _links(served, thing, address)
    if form is HTML:
        links += language_links(served, page_path(thing.path), reader.language)
    set_links(response, served, links)
    language = reader.language if form is HTML else ""
    # The entity tag is a hash of all that the text depends on.
    facts = catalogue_facts(served)
    release = (served.id, str(served.made), __version__, str(facts and facts.released))
    place = (request.script_root, request.path, thing.path)
    parts = "\n".join((*release, *place, offer.content_type, language, query))
    tag = f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'
    if meet_preconditions(response, tag, None):
        return response
    if form is HTML:
        headers["Content-Language"] = language
    body = cache.get(tag)
    if body is None:
        if form is HTML:
            shown = thing.show()
            if shown.status_code != HTTPStatus.OK:  # what is asked of it cannot be shown
                return shown
            body = shown.get_data()
        else:
            body = _written(served, thing, form)
        cache.put(tag, body)
    response.set_data(body)
    return response


def _written(served: Served, thing: Thing, form: Form) -> bytes:
    format_ = ox.RdfFormat.from_media_type(form.media_type) or ox.RdfFormat.TURTLE
    page = request.args.get("page", default=1, type=int)
    return write_triples(served, thing.describe(page), format_)


def _links(served: Served, thing: Thing, address: str) -> list[WebLink | str]:
    """Return the links of a document: to its thing, other forms and other pages."""
    links: list[WebLink | str] = [f'<{thing.iri.value}>; rel="describes"']
    links += [*links_to_forms(DOCUMENTS, address), *links_of_thing(served, thing.iri)]
    types = sorted(types_of(served, thing.iri) | thing.types)
    links += [f'<{iri}>; rel="type"' for iri in types[:MOST_TYPES]]
    if "property" in request.args:  # a page of one property, which links to the next one itself
        return links
    page = max(request.args.get("page", default=1, type=int), 1)
    here = request.script_root + quote(request.path, safe=SAFE)
    has_more = thing.has_incoming and len(incoming_page(served, thing.iri, page)) > PER_PAGE
    pages = [("next", page + 1)] if has_more else []
    pages += [("prev", page - 1)] if page > 1 else []
    for rel, number in pages:
        links.append(f'<{here}?{urlencode({**request.args, "page": number})}>; rel="{rel}"')
    return links


def _printed_table(served: Served, path: str) -> Response | None:
    """Return the file of a printed table, if the release has it."""
    thing = find_thing(served, "/id/", path)
    file = served.table(path) if thing else None
    if thing is None or file is None:
        return None
    response = file_response(served, file)
    address = request.script_root + quote(thing.path, safe=SAFE)
    links = [f'<{thing.iri.value}>; rel="describes"']
    set_links(response, served, links + links_to_forms(DOCUMENTS, address, "describedby"))
    return response
