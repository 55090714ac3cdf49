"""Flask's own client over a release, and pages as a browser asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from publish.release.opened import Served
from publish.server.cache import AnswerCache
from publish.site.flask_app import create_app, open_endpoint, open_page_figures
from publish.sparql.workers.pool import QueryPool

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Client(FlaskClient):
    """A client that reads and closes every answer, as a server does."""

    def open(self, *args: Any, **options: Any) -> Any:
        """Send a request and read the whole answer."""
        return super().open(*args, **{"buffered": True, **options})


def app_of(served: Served, pool: QueryPool) -> Flask:
    """Return the application of a release, which caches no answers."""
    cache = AnswerCache(Path(), most_bytes=0, largest=0)
    figures = open_page_figures(served, pool, cache)
    return create_app(served, open_endpoint(served, pool, cache), figures)


def client_of(release: Path, pool: QueryPool | None = None) -> FlaskClient:
    """Return a client of a release; without a pool that runs the endpoint does not answer."""
    app = app_of(Served(release), pool or QueryPool(release / "store"))
    app.test_client_class = Client
    return app.test_client()


def page(client: FlaskClient, path: str, language: str = "nl", status: int = 200) -> str:
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": language})
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    return response.text
