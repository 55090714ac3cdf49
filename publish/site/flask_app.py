"""The Flask application of one release: pages, linked data and downloads.

It has no state that changes, so many threads can run it.
"""

from __future__ import annotations

import logging
from importlib import resources

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from publish.faults.fault import in_language, phrase
from publish.release.opened import Served
from publish.release.soundness import DamagedFile
from publish.server.cache import AnswerCache
from publish.server.negotiation import HTML
from publish.server.replies import CONTENT_SECURITY_POLICY, EXPOSED_HEADERS, PREFLIGHT_HEADERS
from publish.site.describe import write_triples
from publish.site.discovery.metadata import make_metadata
from publish.site.discovery.sitemap import make_sitemap
from publish.site.linked_data import make_linked_data
from publish.site.pages.catalogue import make_catalogue
from publish.site.pages.catalogue_feed import make_catalogue_feed
from publish.site.pages.dumps import make_dump_pages
from publish.site.pages.feed import make_feed_pages
from publish.site.pages.home import make_home_page
from publish.site.pages.query import make_query_page
from publish.site.pages.shapes import make_shape_pages
from publish.site.rendering import current_reader, plain_response, render_page, wants_page
from publish.site.service_description import describe_service
from publish.sparql.service import Endpoint
from publish.sparql.workers.pool import QueryPool

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED_HEADERS,
}
PHRASES = {
    404: "nothing-known",
    405: "method-not-allowed",
    413: "larger-than-read",
    500: "failed-and-noted",
    503: "file-damaged",
}
"""The sentences for errors that Flask raises, by their status."""

log = logging.getLogger("publish")


def open_endpoint(
    served: Served, pool: QueryPool, cache: AnswerCache, per_client: int | None = None
) -> Endpoint:
    """Return the endpoint of a release, for the ASGI application and for the query page."""
    last = served.history.last
    return Endpoint(
        pool=pool,
        cache=cache,
        # A release that is current again after a rollback has more versions in its store.
        release=f"{served.id} {last.number if last else 0}",
        describe=lambda format_: write_triples(
            served, describe_service(served, pool.limits, per_client), format_
        ),
        per_client=per_client,
    )


def create_app(served: Served, endpoint: Endpoint) -> Flask:
    """Return the application that serves a release, with queries given to its endpoint."""
    app = Flask(
        "publish",
        root_path=str(resources.files("publish.site")),
        static_folder="templates/static",
        static_url_path="/static",
    )
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if not served.is_of_files:
        for make in (
            make_catalogue,
            make_home_page,
            make_linked_data,
            make_metadata,
            make_dump_pages,
            make_shape_pages,
            make_feed_pages,
            make_catalogue_feed,
        ):
            app.register_blueprint(make(served))
    app.register_blueprint(make_sitemap(served))
    app.register_blueprint(make_query_page(served, endpoint))

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.status_code != 304:  # its headers would replace those in the cache of a browser
            is_page = response.mimetype in (HTML.media_type, "text/css", "image/svg+xml")
            policy = POLICY if is_page else CONTENT_SECURITY_POLICY
            response.headers.setdefault("Content-Security-Policy", policy)
        if request.method == "OPTIONS":
            methods = response.headers.setdefault("Allow", "GET, HEAD, OPTIONS")
            response.headers["Access-Control-Allow-Methods"] = methods
            response.headers.extend(PREFLIGHT_HEADERS)
        return response

    @app.errorhandler(DamagedFile)
    def explain_damage(_: DamagedFile) -> Response:
        return explain(ServiceUnavailable())

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:  # a redirect that the router raises
            return Response(status=status, headers=list(error.get_response().headers))
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        sentence = phrase(
            PHRASES.get(status, "did-not-work"),
            path=request.path,
            method=request.method,
            allowed=allowed,
        )
        if wants_page():
            text = in_language(sentence, current_reader().language)
            response = render_page(served, "message.html", status, code=status, sentence=text)
        else:
            response = plain_response(sentence, status)
        if allowed:
            response.headers["Allow"] = allowed
        return response

    return app
