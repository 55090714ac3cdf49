"""The stream of changes of the catalogue over HTTP, in the forms that have named graphs."""

from __future__ import annotations

from functools import partial

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import ServiceUnavailable

from publish.release.feed.addresses import CATALOGUE_STREAM, FEED
from publish.release.feed.describe import describe_catalogue_node
from publish.release.feed.pages import CATALOGUE_PAGE
from publish.release.feed.recorded import catalogue_feed_of, page_sum
from publish.release.feed.tree import FeedNode, find_node
from publish.release.opened import SERVICE, Served
from publish.server.cache import DocumentCache
from publish.server.negotiation import form_of_extension
from publish.server.replies import REVALIDATE
from publish.site.not_found import accepted_offers, not_acceptable, not_found
from publish.site.pages.feed import page_response, read_or_tell
from publish.site.rendering import current_reader
from publish.sparql.forms import JSON_LD, N_QUADS, TRIG

FORMS = (TRIG, N_QUADS, JSON_LD)
"""The forms of a page, the preferred first."""
ROOT = f"{FEED}/{CATALOGUE_STREAM}"


def make_catalogue_feed(served: Served) -> Blueprint:
    """Return the blueprint of the stream of the catalogue; empty without a catalogue."""
    blueprint = Blueprint("catalogue_feed", __name__)
    if served.manifest.get("publication"):
        show = partial(_show, served, DocumentCache())
        extensions = ",".join(f"'.{form.extension}'" for form in FORMS)
        blueprint.add_url_rule(ROOT, "root", show)
        blueprint.add_url_rule(f"{ROOT}<any({extensions}):extension>", "root_as", show)
        blueprint.add_url_rule(f"{ROOT}/<path:path>", "page", show)
        stream = f"stroom/{CATALOGUE_STREAM}"
        blueprint.add_url_rule(f"/id/{stream}", "stream", _to_page)
        blueprint.add_url_rule(f"/id/{stream}/<int:release>/<int:_>", "activity", _to_page)
    return blueprint


def _to_page(release: int | None = None, _: int | None = None) -> Response:
    """Return a 303 from the stream to its root, or from an activity to the page that holds it."""
    path = ROOT if release is None else f"{ROOT}/{release}"
    response = redirect(current_reader().link(path), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _show(served: Served, cache: DocumentCache, path: str = "", extension: str = "") -> Response:
    """Return a page of the stream, in the form of its extension or of Accept."""
    name, form = form_of_extension((path or "root") + extension, FORMS)
    name = name if path else ""
    node = find_node(name, catalogue_feed_of(served.history))
    if served.history.problems and (node is None or node.is_of_many):
        raise ServiceUnavailable  # what is damaged may lack in it
    if node is None:
        return not_found(served, request.path, [], f"{ROOT}/", FORMS)
    address = f"{request.script_root}{ROOT}/{name}".rstrip("/")
    offers = accepted_offers(form, FORMS)
    if not offers:
        return not_acceptable(FORMS, address)
    members, depends = _members_of(served, node)

    def written(format_: ox.RdfFormat) -> bytes:
        quads = [
            item if isinstance(item, ox.Quad) else ox.Quad(*item)
            for item in describe_catalogue_node(served, node, members)
        ]
        names = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
        known = (served.prefixes | SERVICE).items()
        used = {prefix: space for prefix, space in known if f"<{space}".encode() in names}
        return ox.serialize(quads, format=format_, prefixes=used) or b""

    return page_response(served, cache, node, offers[0], address, depends, written, FORMS)


def _members_of(served: Served, node: FeedNode) -> tuple[bytes, str]:
    """Return the N-Quads of a page, and what tells it from any other. Raises DamagedFile."""
    if node.file is None:
        return b"", ""
    release, _ = node.file
    record = next(item for item in served.history.records if item.number == release)
    return read_or_tell(record, CATALOGUE_PAGE), page_sum(record, CATALOGUE_PAGE)
