"""Pages and data as Flask answers, by its own client."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, page
from small_release import BASE

from publish.release.opened import Served, read_names
from publish.site.rendering import read_texts

OBSERVATION = "/doc/observatie/werknemers/2022-Q3/_T/werknemers"


# -- Things and documents ----------------------------------------------------------------------

OTHER_SCRIPT = r'<script(?! src="/static/| type="application/ld\+json">)'
"""A script that is neither a file of the site nor a block of data."""


def test_get_id_redirects_to_document(client: FlaskClient) -> None:
    """A thing answers 303 with the path of its document on this server."""
    response = client.get("/id/dataset/werknemers")
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/dataset/werknemers")


def test_get_id_under_a_prefix(client: FlaskClient) -> None:
    """Behind a proxy that mounts the server elsewhere, the Location says so."""
    response = client.get("/id/dataset/werknemers", base_url="http://elsewhere.example/cijfers/")
    assert response.headers["Location"] == "/cijfers/doc/dataset/werknemers"


@pytest.mark.parametrize("path", ["/id/dataset/none", "/doc/dataset/none", "/ns/none", "/none"])
def test_get_unknown_helps(client: FlaskClient, path: str) -> None:
    """What does not exist is 404: a sentence for programs, ways in for people."""
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.content_type) == (404, "text/plain; charset=utf-8")
    assert path in response.text
    body = page(client, path, status=404)
    assert "Niet gevonden" in body
    assert 'href="/sparql"' in body


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("text/html;q=0.1, text/turtle", "text/turtle"),
        ("text/html;q=0, */*;q=0.1", "text/turtle"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/doc/dataset/werknemers", OBSERVATION, "/ns/proef", "/doc/kwartaal/2022-Q3"]
)
def test_get_document_by_accept(
    client: FlaskClient, path: str, accept: str, media_type: str
) -> None:
    """A document comes in the form that is asked for, and says that it varies."""
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert "Accept" in response.headers["Vary"]
    assert f'<{BASE}{path.replace("/doc/", "/id/")}>; rel="describes"' in response.headers["Link"]


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("html", "text/html"),
        ("ttl", "text/turtle"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_get_document_by_extension(client: FlaskClient, extension: str, media_type: str) -> None:
    """An extension wins over Accept."""
    response = client.get(f"{OBSERVATION}.{extension}", headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (200, media_type)


def test_get_document_not_acceptable(client: FlaskClient) -> None:
    """406 lists what there is."""
    response = client.get(OBSERVATION, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.text


@pytest.mark.parametrize("extension", ["ttl", "nt", "rdf", "jsonld"])
def test_data_keeps_the_base(client: FlaskClient, extension: str) -> None:
    """Data has the thing's own triples, under the base, with labels of what it links to."""
    body = client.get(f"{OBSERVATION}.{extension}").data
    format_ = ox.RdfFormat.from_extension(extension)
    triples = [quad.triple for quad in ox.parse(body, format=format_)]
    iri = ox.NamedNode(BASE + OBSERVATION.replace("/doc/", "/id/"))
    own = [triple for triple in triples if triple.subject == iri]
    assert len(own) == 11
    assert any(triple.object == ox.Literal("totaal", language="nl") for triple in triples)
    assert b"localhost" not in body


def test_description_of_data_set_is_small(client: FlaskClient) -> None:
    """A data set's description has its structure and never its observations."""
    body = client.get("/doc/dataset/werknemers.nt").text
    assert f"<{BASE}/id/structuur/werknemers>" in body
    assert "/id/observatie/" not in body


def test_vocabulary_is_whole(client: FlaskClient) -> None:
    """A vocabulary's document has all its terms."""
    assert client.get("/ns/proef.ttl").text.count("rdfs:isDefinedBy") == 6
    assert "bronregel" in client.get("/ns/publicatie.ttl").text
    assert 'id="leeftijd"' in page(client, "/ns/proef")


def test_code_list_has_its_codes(client: FlaskClient) -> None:
    """A code list's description and page hold its codes, the total last."""
    assert "20 tot 64" in client.get("/doc/conceptscheme/leeftijd.ttl").text
    body = page(client, "/doc/conceptscheme/leeftijd")
    assert body.index("jonger dan 20") < body.index("20 tot 64") < body.index("totaal</a>")


# -- Printed tables ----------------------------------------------------------------------------


def printed_table(release: Path, name: str) -> str:
    path = next((release / "tables").rglob(f"{name}.csv"))
    return path.relative_to(release / "tables").as_posix()


def test_get_printed_table(client: FlaskClient, release: Path) -> None:
    """A printed table's document is the CSV itself."""
    path = printed_table(release, "leeftijd")
    response = client.get(f"/doc/tabel/{path}")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data == (release / "tables" / path).read_bytes()


@pytest.mark.parametrize(
    ("accept", "extension"), [("*/*", ""), (BROWSER, ".html"), ("text/turtle", ".ttl")]
)
def test_get_id_of_printed_table(
    client: FlaskClient, release: Path, accept: str, extension: str
) -> None:
    """A printed table leads programs to the CSV and readers to its page."""
    path = printed_table(release, "leeftijd")
    response = client.get(f"/id/tabel/{path}", headers={"Accept": accept})
    assert response.headers["Location"] == f"/doc/tabel/{path}{extension}"


def test_page_of_printed_table(client: FlaskClient, release: Path) -> None:
    """Each printed cell has an anchor and links to the observation made from it."""
    body = page(client, f"/doc/tabel/{printed_table(release, 'leeftijd')}.html")
    assert f'id="cell=4,2"><a href="{OBSERVATION}">1.676,15</a>' in body


@pytest.mark.parametrize("path", ["../../manifest.json", "%2e%2e/%2e%2e/manifest.json", "x.csv"])
def test_get_printed_table_outside(client: FlaskClient, path: str) -> None:
    """Only printed tables are served."""
    assert client.get(f"/doc/tabel/{path}").status_code == 404


# -- Pages -------------------------------------------------------------------------------------


def test_home_lists_data_sets(client: FlaskClient) -> None:
    """Home names each data set with its periods and number of observations, and the ways in."""
    body = page(client, "/")
    assert '<a href="/doc/dataset/werknemers">Werknemers naar leeftijd</a>' in body
    assert "3e kwartaal 2022 – 1e kwartaal 2023" in body
    for link in ("/sparql", "/dumps/", "/ns/proef", "/doc/conceptscheme/", "/doc/document/"):
        assert f'href="{link}"' in body


def test_data_set_page_of_an_older_release(client: FlaskClient) -> None:
    """A data set without a description has no table: the page says where its figures are."""
    body = page(client, "/doc/dataset/werknemers")
    assert "oudere versie" in body
    assert '<table class="figures">' not in body
    assert "werknemers.nt" in body


def test_observation_page(client: FlaskClient) -> None:
    """An observation shows value, unit, dimensions, total, and its place in the source."""
    body = page(client, OBSERVATION)
    for words in ("1.676,15", "voltijdsequivalent", "3e kwartaal 2022", "normale waarde"):
        assert words in body
    assert "Dit is een totaal" in body
    assert "<q>1.676,15</q>" in body
    assert "regel 7" in body
    assert "rij 4, kolom 2" in body


def test_pages_escape_and_link_safely(client: FlaskClient) -> None:
    """Text is never markup, and only http and https become links."""
    assert not re.findall(OTHER_SCRIPT, page(client, "/doc/dataset/werknemers"))
    body = page(client, "/doc/document/antwoord")
    assert 'href="https://parlement.example/19"' in body
    assert 'href="javascript' not in body
    assert "javascript:alert(1)" in body
    assert not re.findall(OTHER_SCRIPT, page(client, "/doc/%3Cscript%3E", status=404))


def test_pages_link_locally(client: FlaskClient) -> None:
    """No page sends its reader to the base: that may be another server's address."""
    for path in ("/", "/doc/dataset/werknemers", OBSERVATION, "/ns/proef", "/doc/kwartaal/2022-Q3"):
        assert f'href="{BASE}' not in page(client, path).partition("</head>")[2]


@pytest.mark.parametrize("accept_language", ["nl", "en", "fr"])
def test_language_is_chosen_in_the_address(client: FlaskClient, accept_language: str) -> None:
    """?lang= wins over the browser and stays in the links."""
    body = page(client, "/?lang=en", accept_language)
    assert '<html lang="en">' in body
    assert 'href="/doc/dataset/werknemers?lang=en"' in body


def test_incoming_links_are_paged(client: FlaskClient) -> None:
    """What points to a thing comes by the page."""
    assert "Wat hiernaar verwijst" in page(client, "/doc/concept/leeftijd/_T")
    assert "bladzijde 3" in page(client, "/doc/concept/leeftijd/_T?page=3")
    assert page(client, "/doc/concept/leeftijd/_T?page=-7&page=x")


def test_texts_exist_in_both_languages() -> None:
    """Dutch and English say the same things."""
    texts, names = read_texts(), read_names()
    for part in (texts, names):
        assert part["nl"].keys() == part["en"].keys()
    assert texts["nl"]["examples"].keys() == texts["en"]["examples"].keys()
    for kind in ("terms", "graphs"):
        assert names["nl"][kind].keys() == names["en"][kind].keys()


def test_security_headers(client: FlaskClient) -> None:
    """Nothing inline, nothing from elsewhere, data open to all."""
    for path in ("/", OBSERVATION + ".ttl", "/none", "/sparql", "/static/style.css"):
        headers = client.get(path, headers={"Accept": BROWSER}).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/", "/sparql", "/doc/dataset/werknemers"):
        body = page(client, path)
        assert not re.search(rf"{OTHER_SCRIPT}|<style| style=| on[a-z]+=", body)
        assert all(found.startswith("/static/") for found in re.findall('src="([^"]*)"', body))


def test_keep_the_policy_of_a_page_that_has_not_changed(client: FlaskClient) -> None:
    """A 304 names no other policy: a browser would show what it kept without its style."""
    page = {"Accept": BROWSER}
    first = client.get("/doc/dataset/werknemers.html", headers=page)
    assert "style-src 'self'" in first.headers["Content-Security-Policy"]
    again = {**page, "If-None-Match": first.headers["ETag"]}
    second = client.get("/doc/dataset/werknemers.html", headers=again)
    assert second.status_code == 304
    assert "Content-Security-Policy" not in second.headers


def test_not_a_release(tmp_path: Path) -> None:
    """A folder without a manifest cannot be served."""
    with pytest.raises(FileNotFoundError):
        Served(tmp_path)


def test_options_of_any_path(client: FlaskClient) -> None:
    """Under another server too, a preflight has the methods of every path."""
    for path in ("/shapes", "/nothing", "/sparql", "/doc/dataset/werknemers"):
        reply = client.options(path)
        assert reply.headers["Allow"] == reply.headers["Access-Control-Allow-Methods"]
        assert "GET" in reply.headers["Allow"]
        assert "*" in reply.headers["Access-Control-Allow-Headers"]
