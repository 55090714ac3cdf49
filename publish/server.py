"""The web server: one release, opened once, behind a real WSGI server.

In comes a release folder; out comes a Flask application, or a process that listens until it is
told to stop. The application holds no state that changes, so it can run many times over.
"""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request
from waitress.server import create_server
from werkzeug.exceptions import HTTPException

from publish.dump_pages import make_dump_pages
from publish.endpoint import make_endpoint
from publish.linked import make_linked_data
from publish.queries import MOST_BYTES, QueryPool
from publish.rendering import say, show, wants_page
from publish.served import Served
from publish.shape_pages import make_shape_pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_BODY = 2 * 1024 * 1024
THREADS = 16
CONNECTIONS = 500
IDLE = 20
"""Seconds after which a connection that asks nothing is closed."""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After",
}
SENTENCES = {
    404: "Nothing is known here about {path}.",
    405: "{path} takes {allowed}, not {method}.",
    413: "The request is larger than this server reads.",
    416: "The file has no such range.",
    500: "Something went wrong on this server. It has been noted.",
}

log = logging.getLogger("publish")


def create_app(release: Path, evaluator: QueryPool) -> Flask:
    """Return the application that serves a release folder, with queries given to a pool.

    Raises OSError, KeyError or ValueError when the folder is no release.
    """
    served = Served(release)
    pages = resources.files("publish").joinpath("pages")
    app = Flask(
        "publish",
        root_path=str(Path(str(pages)).parent),
        template_folder="pages",
        static_folder="pages/static",
        static_url_path="/static",
    )
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(make_linked_data(served))
    app.register_blueprint(make_dump_pages(served))
    app.register_blueprint(make_shape_pages(served))
    app.register_blueprint(make_endpoint(served, evaluator))

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
            response.headers["Access-Control-Max-Age"] = "86400"
        return response

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:  # a redirect that the router raises
            moved = error.get_response()
            return Response(status=status, headers=list(moved.headers))
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        sentence = SENTENCES.get(status, error.description or "That did not work.").format(
            path=request.path, method=request.method, allowed=allowed
        )
        if wants_page(request):
            response = show(served, "message.html", status, code=status, sentence=sentence)
        else:
            response = say(sentence, status)
        if allowed:
            response.headers["Allow"] = allowed
        return response

    mount = urlsplit(served.base).path
    if mount:
        app.wsgi_app = _at_base(app.wsgi_app, mount)  # type: ignore[method-assign,assignment]
    return app


def _at_base(app: WSGIApplication, mount: str) -> WSGIApplication:
    """Let a base with a path be served under that path as well as under the root."""

    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == mount or path.startswith(mount + "/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + mount
            environ["PATH_INFO"] = path[len(mount) :] or "/"
        return app(environ, start_response)

    return mounted


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises OSError, EADDRINUSE when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    return listening


def serve(
    release: Path,
    *,
    host: str,
    port: int,
    workers: int = 2,
    deadline: float = 30.0,
    ready: Callable[[str], None] = log.info,
) -> None:
    """Serve a release until SIGTERM or Ctrl-C.

    The port is taken first: OSError with EADDRINUSE means that nothing was started. ``ready``
    is told the address once requests are answered.
    """
    listening = listen(host, port)
    try:
        served = Served(release)
        with QueryPool(
            release.resolve() / "store",
            workers=workers,
            deadline=deadline,
            prefixes=served.prefixes,
        ) as pool:
            server = create_server(
                create_app(release, pool),
                sockets=[listening],
                threads=THREADS,
                ident="publish",
                max_request_body_size=LARGEST_BODY,
                channel_request_lookahead=1,
                channel_timeout=IDLE,
                cleanup_interval=IDLE // 4,
                connection_limit=CONNECTIONS,
                # A client that does not read must not hold a thread, and with it a worker.
                outbuf_high_watermark=MOST_BYTES + (1 << 20),
            )

            def stop(number: int, frame: FrameType | None) -> None:
                pool.close()
                raise KeyboardInterrupt

            previous = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
            name = f"[{host}]" if ":" in host else host
            ready(f"http://{name}:{listening.getsockname()[1]}")
            try:
                server.run()
            except KeyboardInterrupt:
                pass
            finally:
                server.close()
                for number, handler in previous.items():
                    signal.signal(number, handler)
    finally:
        listening.close()
