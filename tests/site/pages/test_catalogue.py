"""The catalogue over HTTP: one document in three forms, and every address in it answers."""

from __future__ import annotations

import gzip

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of, page
from small_release import make_release

FORMS = {
    "ttl": "text/turtle; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "jsonld": "application/ld+json",
}


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def triples_of(body: bytes, extension: str) -> set[ox.Triple]:
    """Return the triples of a document."""
    format_ = ox.RdfFormat.from_extension(extension)
    return {quad.triple for quad in ox.parse(body, format=format_)}


@pytest.fixture(scope="module")
def whole(client: FlaskClient) -> set[ox.Triple]:
    return triples_of(client.get("/catalog.ttl").data, "ttl")


@pytest.mark.parametrize("extension", FORMS)
def test_get_catalogue_in_each_form(
    client: FlaskClient, whole: set[ox.Triple], extension: str
) -> None:
    """Each form holds the same triples; HEAD says the same as GET, and a second GET is short."""
    response = client.get(f"/catalog.{extension}")
    assert (response.status_code, response.content_type) == (200, FORMS[extension])
    assert triples_of(response.data, extension) == whole
    head = client.head(f"/catalog.{extension}")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "ETag", "Last-Modified", "Content-Type"):
        assert head.headers[name] == response.headers[name]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(f"/catalog.{extension}", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = {"If-Modified-Since": response.headers["Last-Modified"]}
    assert client.get(f"/catalog.{extension}", headers=since).status_code == 304


def test_write_turtle_as_a_harvester_knows_it(client: FlaskClient) -> None:
    """The Turtle has @prefix and the namespace of DCAT in full, by which it is recognised."""
    text = client.get("/catalog.ttl").text
    assert "@prefix " in text
    assert "<http://www.w3.org/ns/dcat#>" in text


def test_get_catalogue_compressed(client: FlaskClient) -> None:
    """Who accepts gzip gets a tenth, whatever its size; the tag is weak, as both are the same."""
    plain = client.get("/catalog.ttl")
    accepting = {"Accept-Encoding": "gzip"}
    coded = client.get("/catalog.ttl", headers=accepting)
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(coded.data) == plain.data
    assert len(coded.data) * 10 < len(plain.data)
    assert coded.headers["ETag"] == f"W/{plain.headers['ETag']}"
    for response in (plain, coded):
        assert "Accept-Encoding" in response.headers["Vary"]
    unchanged = client.get(
        "/catalog.ttl", headers={**accepting, "If-None-Match": coded.headers["ETag"]}
    )
    assert (unchanged.status_code, "Content-Encoding" in unchanged.headers) == (304, False)


def test_find_catalogue_by_its_identifier(client: FlaskClient, whole: set[ox.Triple]) -> None:
    """/id/catalogus leads to a document that is a page, or the catalogue for programs."""
    response = client.get("/id/catalogus", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/catalogus")
    document = client.get("/doc/catalogus", headers={"Accept": "text/turtle"})
    assert "Accept" in document.headers["Vary"]
    assert triples_of(document.data, "ttl") == whole
    assert "Cijfers sociale economie" in page(client, "/doc/catalogus")
    assert "Social economy figures" in page(client, "/doc/catalogus", "en")


def test_answer_at_every_address_that_is_ours(
    client: FlaskClient, answer: Built, whole: set[ox.Triple]
) -> None:
    """Each node of ours has a document that says what the catalogue says of it, in RDF and HTML."""
    head = f"{answer.base}/id/"
    nodes: dict[str, set[ox.Triple]] = {}
    for item in whole:
        iri = str(item.subject)[1:-1]
        if iri.startswith(head):
            nodes.setdefault(iri.partition("#")[0], set()).add(item)
    kinds: dict[str, list[str]] = {}
    for iri in sorted(nodes):
        kinds.setdefault(iri.removeprefix(head).partition("/")[0], []).append(iri)
    assert len(kinds) == 8
    for iri in (iri for found in kinds.values() for iri in found[:3]):
        path = iri.removeprefix(answer.base)
        seen = client.get(path)
        assert seen.status_code == 303
        document = client.get(f"{seen.headers['Location']}.nt")
        assert document.status_code == 200
        assert nodes[iri] <= triples_of(document.data, "nt"), iri
        html = client.get(seen.headers["Location"], headers={"Accept": BROWSER})
        assert (html.status_code, html.content_type) == (200, "text/html; charset=utf-8")


def test_describe_data_set_with_its_entry(client: FlaskClient) -> None:
    """The document of a data set has its structure, from the store, and its entry for portals."""
    text = client.get("/doc/dataset/contingent.ttl").text
    assert "qb:structure" in text
    assert "a dcat:Dataset , dcat:Resource" in text
    assert "#periode> a dct:PeriodOfTime" in text


def test_call_publisher_and_contact_by_their_names(client: FlaskClient) -> None:
    """The page of the catalogue says who publishes it in words, in the language of its reader."""
    for language, name in (("en", "Questions about the figures"), ("nl", "Vragen over de cijfers")):
        assert f'/id/contact/helpdesk">{name}</a>' in page(
            client, f"/doc/catalogus?lang={language}"
        )


def test_lead_to_the_catalogue(client: FlaskClient) -> None:
    """Pages, VoID and the description of graphs lead to it."""
    assert 'href="/doc/catalogus"' in page(client, "/")
    assert 'href="/catalog.ttl"' in page(client, "/dumps/")
    void = client.get("/doc/graaf.nt").text
    assert "/id/catalogus>" in void


def test_have_no_catalogue_of_a_release_without_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A release whose project has no catalogue has none of its addresses, and no link to it."""
    client = client_of(make_release(tmp_path_factory.mktemp("release") / "current"))
    for path in ("/catalog.ttl", "/id/catalogus", "/doc/catalogus", "/doc/dataservice/sparql"):
        assert client.get(path).status_code == 404
    assert "catalogus" not in page(client, "/")
