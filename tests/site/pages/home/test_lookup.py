"""The look-up: from any way to write an address of this site to its page, and nowhere else."""

from __future__ import annotations

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


BASE = "https://data.sociale-economie.example"
CODE = "/doc/concept/leeftijdsgroep/Y_GE65"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (f"{BASE}/id/concept/leeftijdsgroep/Y_GE65", CODE),
        (f" <{BASE}/id/concept/leeftijdsgroep/Y_GE65> ", CODE),
        ("http://localhost/doc/concept/leeftijdsgroep/Y_GE65", CODE),
        ("/id/concept/leeftijdsgroep/Y_GE65", CODE),
        ("concept/leeftijdsgroep/Y_GE65", CODE),
        ("/doc/dataset/contingent?kwartaal=2022-Q1", "/doc/dataset/contingent"),
        (BASE, "/"),
        ("/sparql", "/sparql"),
        ("/dumps/contingent.ttl", "/dumps/contingent.ttl"),
    ],
)
def test_lead_to_the_page_of_an_address(client: FlaskClient, address: str, target: str) -> None:
    """An identifier, the address of a page and their paths all lead to the page."""
    response = client.get("/lookup", query_string={"address": address})
    assert (response.status_code, response.headers.get("Location")) == (303, target)


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("", 200, "Plak een adres"),
        ("https://example.org/id/dataset/contingent", 404, "geen adres van deze website"),
        ("//example.org/", 404, "geen adres van deze website"),
        ("javascript:alert(1)", 404, "geen adres van deze website"),
        ("/\\example.org", 404, "geen adres van deze website"),
        (f"{BASE}.evil.example/", 404, "geen adres van deze website"),
        ('/id/dataset/"><script>', 404, "heeft niets dit adres"),
        ("/id/dataset/contingentt", 404, 'href="/doc/dataset/contingent"'),
        ("/id/" + "x" * 3000, 400, "te lang"),
        ("http://[", 404, "geen adres van deze website"),
        ("/id/a\r\nSet-Cookie: b", 404, "heeft niets dit adres"),
    ],
)
def test_lead_nowhere_else(client: FlaskClient, address: str, status: int, said: str) -> None:
    """What is no address of this site gets a page that says so, with what it may have been."""
    headers = {"Accept": BROWSER, "Accept-Language": "nl"}
    response = client.get("/lookup", query_string={"address": address}, headers=headers)
    assert response.status_code == status
    assert said in response.text
    assert "<script>" not in response.text
