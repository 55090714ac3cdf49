"""The metadata of a data set as files of their own, beside its page, for programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from flask import Blueprint, Response, request

from publish.release.catalogue.facts import CatalogueFacts, catalogue_facts
from publish.release.opened import Served
from publish.server.replies import REVALIDATE
from publish.site.discovery.croissant import CONFORMS_TO, croissant_of
from publish.site.discovery.links import CROISSANT, SCHEMA_ORG, WebLink, set_links
from publish.site.discovery.schema_org import Node, data_set_node
from publish.site.files import meet_preconditions
from publish.site.not_found import not_found

WRITERS: dict[str, Callable[[Served, CatalogueFacts, str], Node]] = {
    SCHEMA_ORG: data_set_node,
    CROISSANT: croissant_of,
}
"""What makes each file, by the last part of its path."""


def make_metadata(served: Served) -> Blueprint:
    """Return the blueprint of these files; there are none when the release has no catalogue."""
    blueprint = Blueprint("metadata", __name__)

    def metadata(slug: str, name: str) -> Response:
        facts = catalogue_facts(served)
        if facts is None or slug not in facts.data_sets or name not in WRITERS:
            known = [f"{item.slug}/{file}" for item in served.data_sets for file in WRITERS]
            return not_found(served, request.path, known if facts else [], "/doc/dataset/")
        node = WRITERS[name](served, facts, slug)
        body = json.dumps(node, ensure_ascii=False, indent=1).encode() + b"\n"
        response = Response(content_type="application/ld+json")
        response.headers["Cache-Control"] = REVALIDATE
        thing = facts.iri("data-set", slug=slug)
        links = [WebLink(href=thing, rel="describes"), WebLink(href=CONFORMS_TO, rel="profile")]
        set_links(response, served, links[: 2 if name == CROISSANT else 1])
        if not meet_preconditions(response, f'"{hashlib.sha256(body).hexdigest()[:32]}"', None):
            response.set_data(body)
        return response

    for name in WRITERS:
        blueprint.add_url_rule(
            f"/doc/dataset/<slug>/{name}", name.partition(".")[0], metadata, defaults={"name": name}
        )
    return blueprint
