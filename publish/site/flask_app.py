"""The Flask application of one release: pages, linked data and downloads.

It has no state that changes, so many threads can run it.
"""

from __future__ import annotations

import logging
from importlib import resources

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from publish.faults.fault import Words, in_language, phrase
from publish.release.opened import Served
from publish.release.soundness import DamagedFile
from publish.server.cache import AnswerCache
from publish.server.negotiation import HTML
from publish.server.replies import CONTENT_SECURITY_POLICY, EXPOSED_HEADERS, PREFLIGHT_HEADERS
from publish.site.data.describing import make_openapi
from publish.site.data.figures import PageFigures
from publish.site.data.service import DataService
from publish.site.describe import write_triples
from publish.site.discovery.metadata import make_metadata
from publish.site.discovery.sitemap import make_sitemap
from publish.site.left_out.observations import LeftOutObservations
from publish.site.linked_data import make_linked_data
from publish.site.pages.catalogue import make_catalogue
from publish.site.pages.catalogue_feed import make_catalogue_feed
from publish.site.pages.compare.page import make_compare_page
from publish.site.pages.dumps import make_dump_pages
from publish.site.pages.embed.page import make_embed_page
from publish.site.pages.feed import make_feed_pages
from publish.site.pages.home.home import make_home_page
from publish.site.pages.home.lookup import make_lookup
from publish.site.pages.home.releases import make_release_pages
from publish.site.pages.query.page import make_query_page
from publish.site.pages.shapes import make_shape_pages
from publish.site.pages.source.missing import make_missing_page
from publish.site.rendering import (
    COMPILED,
    current_reader,
    plain_response,
    read_style,
    render_page,
    wants_page,
)
from publish.site.search.page import make_search_page
from publish.site.service_description import describe_service
from publish.sparql.query.errors import QueryFailed, retry_headers
from publish.sparql.service import Endpoint
from publish.sparql.workers.pool import QueryPool

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
    return Endpoint(
        pool=pool,
        cache=cache,
        release=_name_in_cache(served),
        describe=lambda format_: write_triples(
            served, describe_service(served, pool.limits, per_client), format_
        ),
        per_client=per_client,
    )


def open_data_service(served: Served, pool: QueryPool, cache: AnswerCache) -> DataService:
    """Return what answers the data addresses of a release."""
    return DataService(served=served, pool=pool, cache=cache, release=_name_in_cache(served))


def open_page_figures(served: Served, pool: QueryPool, cache: AnswerCache) -> PageFigures:
    """Return what reads the figures that pages of a release show."""
    return PageFigures(served=served, pool=pool, cache=cache, release=_name_in_cache(served))


def _name_in_cache(served: Served) -> str:
    """Return what tells a release from others, for keys of answers."""
    last = served.history.last
    # A release that is current again after a rollback has more versions in its store.
    return f"{served.id} {last.number if last else 0}"


def create_app(served: Served, endpoint: Endpoint, figures: PageFigures) -> Flask:
    """Return the application that serves a release: its endpoint is given queries."""
    app = Flask(
        "publish",
        root_path=str(resources.files("publish.site")),
        static_folder="templates/static",
        static_url_path="/static",
    )
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.extensions["figures"] = figures
    if served.left_out:
        left_out = LeftOutObservations(served, figures)
        served.beside_store, served.read_ahead = left_out.triples, left_out.read_ahead
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = COMPILED
    if not served.is_of_files:
        for make in (
            make_catalogue,
            make_home_page,
            make_lookup,
            make_release_pages,
            make_missing_page,
            make_linked_data,
            make_metadata,
            make_dump_pages,
            make_shape_pages,
            make_feed_pages,
            make_catalogue_feed,
            make_openapi,
        ):
            app.register_blueprint(make(served))
        app.register_blueprint(make_search_page(served, figures))
        app.register_blueprint(make_compare_page(served, figures))
        app.register_blueprint(make_embed_page(served, figures))
    app.register_blueprint(make_sitemap(served))
    app.register_blueprint(make_query_page(served, endpoint))

    def style_sheet() -> Response:
        text, checksum = read_style()
        response = Response(text, content_type="text/css; charset=utf-8")
        response.set_etag(checksum)
        response.cache_control.max_age = app.config["SEND_FILE_MAX_AGE_DEFAULT"]
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/style.css", "style_sheet", style_sheet)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        is_framed = request.blueprint == "embed"
        if is_framed:
            response.headers.pop("X-Frame-Options", None)
        if response.status_code != 304:  # its headers would replace those in the cache of a browser
            if request.endpoint == "static":  # a browser reads it whole, so it can be coded
                response.headers.pop("Accept-Ranges", None)
            is_page = response.mimetype in (HTML.media_type, "text/css", "image/svg+xml")
            policy = POLICY if is_page else CONTENT_SECURITY_POLICY
            if is_framed:
                policy = policy.replace("frame-ancestors 'none'", "frame-ancestors *")
            response.headers.setdefault("Content-Security-Policy", policy)
        if request.method == "OPTIONS":
            methods = response.headers.setdefault("Allow", "GET, HEAD, OPTIONS")
            response.headers["Access-Control-Allow-Methods"] = methods
            response.headers.extend(PREFLIGHT_HEADERS)
        return response

    def say(status: int, sentence: Words) -> Response:
        if not wants_page():
            return plain_response(sentence, status)
        text = in_language(sentence, current_reader().language)
        return render_page(served, "message.html", status, code=status, sentence=text)

    @app.errorhandler(DamagedFile)
    def explain_damage(_: DamagedFile) -> Response:
        return explain(ServiceUnavailable())

    @app.errorhandler(QueryFailed)
    def explain_failure(error: QueryFailed) -> Response:
        """Say why the workers gave no figures for a page."""
        response = say(error.status, error.sentence)
        for name, value in retry_headers(error):
            response.headers[name.decode()] = value.decode()
        response.headers["Cache-Control"] = "no-store"
        return response

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
        response = say(status, sentence)
        if allowed:
            response.headers["Allow"] = allowed
        return response

    return app
