"""The feed over HTTP: its root, the pages below it, and what it is for people.

What a page holds is written at the release; what leads to it and from it is made here, so its IRI
is always the address that leads to it. A closed page may be kept by anybody for ever; the root is
checked again after a minute, by its entity tag.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import partial

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import ServiceUnavailable

from publish import __version__
from publish.release.feed.addresses import FEED, STREAM, stream_iri
from publish.release.feed.describe import describe_node
from publish.release.feed.pages import FOLDER, page_name
from publish.release.feed.recorded import feed_of, page_sum, read_recorded_file
from publish.release.feed.tree import FeedNode, find_node
from publish.release.history.records import ReleaseRecord
from publish.release.opened import Served
from publish.release.soundness import DamagedFile
from publish.server.cache import DocumentCache
from publish.server.negotiation import HTML, Form, Offer, form_of_extension
from publish.server.replies import REVALIDATE
from publish.site.describe import write_triples
from publish.site.discovery.links import set_links
from publish.site.files import meet_preconditions
from publish.site.not_found import accepted_offers, links_to_forms, not_acceptable, not_found
from publish.site.rendering import current_reader, render_page
from publish.sparql.forms import JSON_LD, N_QUADS, N_TRIPLES, TRIG, TURTLE

FORMS = (TURTLE, TRIG, N_TRIPLES, N_QUADS, JSON_LD)
"""The forms of a page, the preferred first."""
CLOSED = "public, max-age=604800, immutable"
OPEN = "public, max-age=60, must-revalidate"
"""Cache-Control of pages that never change, and of the root."""
MOST_SHOWN = 20
"""How many releases the page for people lists."""

log = logging.getLogger("publish")


def make_feed_pages(served: Served) -> Blueprint:
    """Return the blueprint of the feed."""
    blueprint = Blueprint("feed", __name__)
    show = partial(_show, served, DocumentCache())
    blueprint.add_url_rule(FEED, "root", show)
    blueprint.add_url_rule(f"{FEED}<any({_extensions()}):extension>", "root_as", show)
    blueprint.add_url_rule(f"{FEED}/<path:path>", "page", show)
    blueprint.add_url_rule(f"/id/stroom/{STREAM}", "stream", _to_root)
    blueprint.add_url_rule(f"/doc/stroom/{STREAM}", "stream_document", _to_root)
    return blueprint


def _extensions() -> str:
    return ",".join(f"'.{form.extension}'" for form in (*FORMS, HTML))


def _to_root() -> Response:
    """Return a 303 from the stream, which is no document, to the root of its pages."""
    response = redirect(current_reader().link(FEED), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _show(served: Served, cache: DocumentCache, path: str = "", extension: str = "") -> Response:
    """Return a page of the feed, in the form of its extension or of Accept."""
    forms = (*FORMS, HTML) if not path else FORMS
    name, form = (
        form_of_extension(path, FORMS) if path else form_of_extension(f"x{extension}", forms)
    )
    name = name if path else ""
    feed = feed_of(served.history)
    node = find_node(name, feed)
    if served.history.problems and (node is None or node.is_of_many):
        raise ServiceUnavailable  # what is damaged may lack in it
    if node is None:
        return not_found(
            served, request.path, [str(item.release) for item in feed], f"{FEED}/", FORMS
        )
    address = request.script_root + FEED + (f"/{name}" if name else "")
    offers = accepted_offers(form, forms)
    if not offers:
        return not_acceptable(FORMS, address)
    return _as(offers[0], served, cache, node, address)


def _as(
    offer: Offer, served: Served, cache: DocumentCache, node: FeedNode, address: str
) -> Response:
    """Return a page in a form. Raises DamagedFile."""
    form = offer.form
    if form is HTML:
        return _page_for_people(served, address, offer)
    members, depends = _members_of(served, node)

    def written(format_: ox.RdfFormat) -> bytes:
        return write_triples(served, describe_node(served, node, members), format_)

    return page_response(served, cache, node, offer, address, depends, written, FORMS)


def page_response(
    served: Served,
    cache: DocumentCache,
    node: FeedNode,
    offer: Offer,
    address: str,
    depends: str,
    written: Callable[[ox.RdfFormat], bytes],
    forms: Sequence[Form],
) -> Response:
    """Return a page of a stream in one of its forms, or that it has not changed.

    ``depends`` tells what it holds from anything else.
    """
    form = offer.form
    response = Response(content_type=offer.content_type)
    headers = response.headers
    if not offer.is_chosen:
        response.vary.add("Accept")
        headers["Content-Location"] = f"{address}.{form.extension}"
    headers["Cache-Control"] = CLOSED if node.is_closed else OPEN
    set_links(response, served, links_to_forms(forms, address))
    parts = (served.public_url, __version__, address, depends, repr(node.branches), form.media_type)
    tag = f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'
    if meet_preconditions(response, tag, None):
        return response
    body = cache.get(tag)
    if body is None:
        body = written(ox.RdfFormat.from_media_type(form.media_type) or ox.RdfFormat.TURTLE)
        cache.put(tag, body)
    response.set_data(body)
    return response


def _members_of(served: Served, node: FeedNode) -> tuple[bytes, str]:
    """Return the Turtle of the members of a page, and what tells it from any other.

    Raises DamagedFile, which is then in the log.
    """
    if node.file is None:
        return b"", "" if node.is_closed else f"{served.title}{served.licence}"
    release, number = node.file
    record = next(item for item in served.history.records if item.number == release)
    return read_or_tell(record, page_name(number)), page_sum(record, page_name(number))


def read_or_tell(record: ReleaseRecord, file: str) -> bytes:
    """Return the content of the file of a page. Raises DamagedFile, which is then in the log."""
    try:
        return read_recorded_file(record, file)
    except DamagedFile as damage:
        name = f"{record.folder.name}/{FOLDER}/{file}"
        log.error("The page %s of the feed is damaged: %s", name, damage.problem)
        raise


def _page_for_people(served: Served, address: str, offer: Offer) -> Response:
    """Return the page that explains the feed."""
    latest = feed_of(served.history)[: -MOST_SHOWN - 1 : -1]
    response = render_page(
        served,
        "feed.html",
        path=FEED,
        forms=FORMS,
        stream=stream_iri(served.base),
        address=served.public_url + FEED,
        latest=latest,
    )
    if offer.is_chosen:
        response.vary.discard("accept")
    return response
