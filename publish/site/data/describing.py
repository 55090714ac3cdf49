"""Serves the description of the data addresses: ``/openapi.json``."""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Response

from publish import __version__
from publish.release.opened import Served
from publish.server.cache import DocumentCache
from publish.server.replies import REVALIDATE
from publish.site.data.data_sets import ViewedDataSets
from publish.site.data.openapi import openapi_document
from publish.site.discovery.links import OPENAPI, OPENAPI_TYPE
from publish.site.files import meet_preconditions


def make_openapi(served: Served) -> Blueprint:
    """Return the blueprint of the description; a release without views has one without them."""
    blueprint, cache = Blueprint("openapi", __name__), DocumentCache()
    data_sets = ViewedDataSets(served)

    def openapi() -> Response:
        """Return the description, which is made once. Raises DamagedFile."""
        response = Response(content_type=OPENAPI_TYPE)
        response.headers["Cache-Control"] = REVALIDATE
        checksums = [data_sets.checksum(slug) for slug in data_sets.slugs]
        parts = (served.id, served.public_url, __version__, *checksums)
        tag = f'"{hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]}"'
        if not meet_preconditions(response, tag, None):
            body = cache.get(tag)
            if body is None:
                described = map(data_sets.description, data_sets.slugs)
                title = served.manifest["title"]
                document = openapi_document(title, served.public_url, list(described))
                body = json.dumps(document, ensure_ascii=False).encode()
                cache.put(tag, body)
            response.set_data(body)
        return response

    blueprint.add_url_rule(OPENAPI, "openapi", openapi)
    return blueprint
