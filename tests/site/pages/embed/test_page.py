"""Views of the answer that the pages of others may frame."""

from __future__ import annotations

import html
import re

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page

SLUG = "lde-werknemers-leeftijd"
HERE = f"/embed/{SLUG}"


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    """A client of the answer."""
    return client_of(answer.folder)


def test_may_be_framed_as_nothing_else_may(client: FlaskClient) -> None:
    """Only what is made for it may stand in the page of another, and runs no script there."""
    headers = client.get(HERE).headers
    assert "X-Frame-Options" not in headers
    assert "frame-ancestors *" in headers["Content-Security-Policy"]
    assert "<script" not in page(client, HERE)
    for path in ("/", f"/doc/dataset/{SLUG}", "/dumps/"):
        headers = client.get(path, headers={"Accept": "text/html"}).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_show_the_view_that_the_parameters_choose(client: FlaskClient) -> None:
    """A chart or a table with the source, whose links lead out of the frame to the whole page."""
    text = page(client, f"{HERE}?leeftijdsgroep=Y_GE65&view=table", "en")
    assert "10.09" in text
    assert "1,710.41" not in text
    assert '<base target="_blank">' in text
    assert f"/doc/dataset/{SLUG}?leeftijdsgroep=Y_GE65" in text
    assert "<svg" not in text
    assert "<svg" in page(client, HERE)


def test_say_what_cannot_be_shown(client: FlaskClient) -> None:
    """An unknown code or data set is a plain sentence."""
    assert "leeftijdsgroep" in page(client, f"{HERE}?leeftijdsgroep=oud", status=400)
    assert client.get("/embed/none").status_code == 404


def test_offer_the_line_that_frames_a_view(client: FlaskClient) -> None:
    """The page of a data set has the code of its view, and what it frames can be framed."""
    text = page(client, f"/doc/dataset/{SLUG}?leeftijdsgroep=Y_GE65&lang=en")
    code = html.unescape(re.findall(r'id="embed-code"[^>]*>([^<]*)<', text)[0])
    address = html.unescape(re.findall(r'<iframe src="https://[^/]*([^"]*)"', code)[0])
    assert address == f"{HERE}?leeftijdsgroep=Y_GE65&lang=en"
    assert "10.09" in page(client, address)
