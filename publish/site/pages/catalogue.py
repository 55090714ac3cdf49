"""The catalogue for portals over HTTP: one document at one address in each of three forms.

A harvester asks for ``/catalog.ttl``, ``/catalog.rdf`` or ``/catalog.jsonld``; ``/id/catalogus``
leads to the same by content negotiation. The entity tag is a hash of the document.
"""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from functools import partial

import pyoxigraph as ox
from flask import Blueprint, Response, request

from publish.release.catalogue.dcat import describe_catalogue
from publish.release.catalogue.facts import CatalogueFacts, catalogue_facts
from publish.release.opened import Served, once_per_release
from publish.server.negotiation import Form, choose_coding
from publish.server.replies import REVALIDATE
from publish.site.describe import write_triples
from publish.site.discovery.links import set_links
from publish.site.files import meet_preconditions
from publish.sparql.forms import JSON_LD, RDF_XML, TURTLE

FORMS = {
    "text/turtle; charset=utf-8": TURTLE,
    "application/rdf+xml; charset=utf-8": RDF_XML,
    "application/ld+json": JSON_LD,
}
"""The forms of the catalogue by their content type; JSON-LD has no charset (RFC 8259, 11)."""


def make_catalogue(served: Served) -> Blueprint:
    """Return the blueprint of the catalogue, without addresses when the release has none."""
    blueprint = Blueprint("catalogue", __name__)
    facts = catalogue_facts(served)
    if facts is None:
        return blueprint
    for content_type, form in FORMS.items():
        view = partial(_catalogue, served, facts, form, content_type)
        blueprint.add_url_rule(f"/catalog.{form.extension}", f"as_{form.extension}", view)
    return blueprint


def _catalogue(served: Served, facts: CatalogueFacts, form: Form, content_type: str) -> Response:
    """Return the catalogue in a form, or that it has not changed."""
    is_coded = choose_coding(request.headers.get("Accept-Encoding")) == "gzip"
    body, tag = _written(served, (form, is_coded))
    response = Response(content_type=content_type)
    response.headers["Cache-Control"] = REVALIDATE
    response.vary.add("Accept-Encoding")
    links = [f'<{facts.iri("catalogue")}>; rel="describes"']
    root = f"{request.script_root}/catalog"
    links += [
        f'<{root}.{other.extension}>; rel="alternate"; type="{other.media_type}"'
        for other in FORMS.values()
        if other is not form
    ]
    set_links(response, served, links)
    modified = datetime.fromisoformat(facts.released[1]).astimezone(UTC)
    if not meet_preconditions(response, tag, modified):
        response.set_data(body)
        if is_coded:
            response.headers["Content-Encoding"] = "gzip"
    return response


@once_per_release
def _written(served: Served, wanted: tuple[Form, bool]) -> tuple[bytes, str]:
    """Return the catalogue in a form, coded with gzip or not, with its entity tag.

    It is coded here, once, as it may be longer than what the server codes.
    """
    form, is_coded = wanted
    if is_coded:
        body, tag = _written(served, (form, False))
        return gzip.compress(body, mtime=0), f"W/{tag}"
    facts, format_ = catalogue_facts(served), ox.RdfFormat.from_media_type(form.media_type)
    assert facts is not None and format_ is not None  # noqa: S101 - else it has no address
    body = write_triples(served, describe_catalogue(facts), format_)
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
