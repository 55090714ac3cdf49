"""The shapes over HTTP: index, pages, and the Turtle as it was written."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of
from small_release import BASE, make_release

from publish.release.opened import Served
from publish.site.pages.shapes import ShapeDocument, name_of_constraint, read_shape_document
from publish.validation.shapes.files import package_shapes

DOCUMENT = f"""@base <{BASE}/> .
# Hoe het geschreven is, met een opmerking.
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

<shapes/NAME> a owl:Ontology ; dct:title "Trial <b>"@en, "Proef <b>"@nl ; owl:versionInfo "1.2.3" .

<shapes/NAME#DataSetShape> a sh:NodeShape ; rdfs:label "Data set"@en, "Dataset"@nl ;
    sh:targetClass qb:DataSet ; sh:property <shapes/NAME#structure> .

<shapes/NAME#structure> a sh:PropertyShape ; sh:path qb:structure ;
    rdfs:seeAlso <https://www.w3.org/TR/vocab-data-cube/#ic-2> ;
    sh:message "One structure."@en, "Eén structuur."@nl .
"""
NAMES = ("proef", "dataset/werknemers")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with two documents of shapes, and a file that is none."""
    folder = make_release(tmp_path_factory.mktemp("release") / "current")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["shapes"] = []
    for name in NAMES:
        path = folder / "shapes" / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DOCUMENT.replace("NAME", name), encoding="utf-8")
        manifest["shapes"].append(
            {
                "path": f"shapes/{name}.ttl",
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "media-type": "text/turtle",
                "about": f"{BASE}/shapes/{name}",
            }
        )
    (folder / "shapes" / "geheim.ttl").write_text("# niet in het manifest\n", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(release: Path) -> FlaskClient:
    return client_of(release)


@pytest.mark.parametrize("path", ["/shapes", "/shapes/"])
def test_list_shapes(client: FlaskClient, path: str) -> None:
    """The index has every document, with its version and its Turtle."""
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "nl"})
    assert (response.status_code, response.mimetype) == (200, "text/html")
    for name in NAMES:
        assert f'href="/shapes/{name}"' in response.text
        assert f'href="/shapes/{name}.ttl"' in response.text
    assert "Proef &lt;b&gt;" in response.text
    assert "versie 1.2.3" in response.text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/x-turtle", "text/turtle"),
        ("text/turtle;q=0.9, text/html;q=0.5", "text/turtle"),
        ("application/ld+json, text/turtle;q=0.1", "text/turtle"),
    ],
)
def test_get_shapes_by_accept(
    client: FlaskClient, name: str, accept: str | None, media_type: str
) -> None:
    """The address of a document answers as what the client wants most."""
    headers = {"Accept": accept} if accept else {}
    response = client.get(f"/shapes/{name}", headers=headers)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert "Accept" in response.headers["Vary"]
    assert f'<{BASE}/shapes/{name}>; rel="describes"' in response.headers["Link"]


@pytest.mark.parametrize("name", NAMES)
def test_get_shapes_as_written(client: FlaskClient, name: str) -> None:
    """The Turtle is the file, byte for byte; who has it already is told so."""
    response = client.get(f"/shapes/{name}.ttl")
    assert response.content_type == "text/turtle; charset=utf-8"
    assert response.text == DOCUMENT.replace("NAME", name)
    assert f'</shapes/{name}.html>; rel="alternate"; type="text/html"' in response.headers["Link"]
    again = client.get(f"/shapes/{name}.ttl", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_refuse_forms_that_would_be_made_anew(client: FlaskClient) -> None:
    """There is no form but the page and the Turtle."""
    response = client.get("/shapes/proef", headers={"Accept": "application/ld+json"})
    assert response.status_code == 406
    assert "text/html  /shapes/proef.html\ntext/turtle  /shapes/proef.ttl\n" in response.text
    assert client.get("/shapes/proef.jsonld").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/shapes/nergens",
        "/shapes/nergens.ttl",
        "/shapes/geheim",
        "/shapes/geheim.ttl",
        "/shapes/dataset",
        "/shapes/dataset/",
        "/shapes/proef.ttl.ttl",
        "/shapes/../manifest.json",
        "/shapes/%2e%2e/manifest.json",
        "/shapes/..%2fmanifest.json",
        "/shapes//proef.ttl",
        "/shapes/proef/",
        "/shapes/dataset/../proef.ttl",
    ],
)
def test_get_shapes_outside(client: FlaskClient, path: str) -> None:
    """Only documents that the manifest names are served, by their own names."""
    assert client.get(path).status_code == 404


def test_page_of_shapes(client: FlaskClient) -> None:
    """A page shows each shape with what it is for, and each rule in both languages."""
    response = client.get("/shapes/proef.html", headers={"Accept-Language": "nl"})
    text = response.text
    assert '<section class="shape" id="DataSetShape">' in text
    assert re.search(r"Dataset <code>DataSetShape</code>", text)
    assert "<code>qb:DataSet</code>" in text
    assert '<tr id="structure">' in text
    assert "Eén structuur." in text
    assert '<small class="quiet" lang="en">One structure.</small>' in text
    assert 'href="https://www.w3.org/TR/vocab-data-cube/#ic-2">IC-2</a>' in text
    assert "Proef &lt;b&gt;" in text
    assert "<b>" not in text
    english = client.get("/shapes/proef.html?lang=en").text
    assert '<small class="quiet" lang="nl">Eén structuur.</small>' in english


def test_link_shapes_from_home(client: FlaskClient) -> None:
    """The home page leads to the shapes."""
    assert 'href="/shapes/"' in client.get("/", headers={"Accept": BROWSER}).text


def test_find_path_of_shape(release: Path) -> None:
    """The IRI of a shape leads to its page on this server."""
    served = Served(release)
    assert served.local_path(f"{BASE}/shapes/proef#structure") == "/shapes/proef#structure"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://www.w3.org/TR/vocab-data-cube/#ic-13", "IC-13"),
        ("https://www.w3.org/TR/skos-reference/#S14", "SKOS S14"),
        ("https://www.w3.org/TR/void/#linkset", "www.w3.org/TR/void/#linkset"),
    ],
)
def test_name_constraint(iri: str, name: str) -> None:
    """A constraint is called as its specification numbers it."""
    assert name_of_constraint(iri) == name


TEXT = """
@base <https://data.example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://ex.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <shapes/proef#> .

<shapes/proef> a owl:Ontology ; dct:title "Trial"@en, "Proef"@nl ; owl:versionInfo "1.2.3" .

:OneShape a sh:NodeShape ; rdfs:label "One"@en ; sh:targetClass ex:A, ex:B ;
    sh:property :shared, [ sh:path PATH ; sh:message "Inline."@en ] ;
    sh:or ( [ sh:property :choice ] [ sh:path ex:p ; sh:minCount 1 ] ) ;
    sh:message "Either."@en .

:TwoShape a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property :shared ; sh:node :OneShape .

:shared a sh:PropertyShape ; sh:path ex:q ; sh:message "Shared."@en, "Gedeeld."@nl ;
    rdfs:seeAlso <https://www.w3.org/TR/vocab-data-cube/#ic-1> .

:choice a sh:PropertyShape ; sh:path ex:r .
"""


def read(path: str = "ex:p") -> ShapeDocument:
    text = TEXT.replace("PATH", path).encode()
    return read_shape_document(
        text,
        "https://data.example.org/shapes/proef",
        lambda iri: iri.replace("https://ex.example/", "ex:"),
    )


def test_read_header_and_shapes() -> None:
    """A document has its title and version, and its shapes in the order of the file."""
    document = read()
    assert (document.title, document.version) == ({"en": "Trial", "nl": "Proef"}, "1.2.3")
    assert document.description == {}
    assert [(shape.name, shape.label, shape.targets) for shape in document.shapes] == [
        ("OneShape", {"en": "One"}, ("ex:A", "ex:B")),
        ("TwoShape", {}, ("ex:p",)),
    ]


def test_read_rules_of_shape() -> None:
    """A shape's rules are its own message, and what it holds inline, in lists and by name."""
    one, two = read().shapes
    assert [(rule.name, rule.path, rule.messages.get("en")) for rule in one.rules] == [
        ("", "", "Either."),
        ("shared", "ex:q", "Shared."),
        ("", "ex:p", "Inline."),
        ("choice", "ex:r", None),
    ]
    assert one.rules[1].implements == ("https://www.w3.org/TR/vocab-data-cube/#ic-1",)
    assert [(rule.name, rule.is_first) for rule in one.rules] == [
        ("", False),
        ("shared", True),
        ("", False),
        ("choice", True),
    ]
    assert [(rule.name, rule.is_first) for rule in two.rules] == [("shared", False)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("ex:p", "ex:p"),
        ("[ sh:inversePath ex:p ]", "^ex:p"),
        ("( ex:p ex:q )", "ex:p/ex:q"),
        ("( [ sh:inversePath ex:p ] ex:q )", "^ex:p/ex:q"),
        ("[ sh:alternativePath ( ex:p ex:q ) ]", "ex:p|ex:q"),
        ("[ sh:zeroOrMorePath ex:p ]", "ex:p*"),
        ("[ sh:oneOrMorePath ex:p ]", "ex:p+"),
        ("[ sh:zeroOrOnePath ex:p ]", "ex:p?"),
    ],
)
def test_write_path_as_sparql_does(path: str, shown: str) -> None:
    """A property path is written as SPARQL writes it."""
    assert read(path).shapes[0].rules[2].path == shown


@pytest.mark.parametrize("name", package_shapes())
def test_tell_every_message_of_shapes(name: str) -> None:
    """The page of each document of the package has every message that stands in the file."""
    base = "https://data.example.org"
    text = f"@base <{base}/> .\n".encode() + package_shapes()[name]
    document = read_shape_document(text, f"{base}/shapes/{name}", str)
    rules = [rule for shape in document.shapes for rule in shape.rules]
    told = {rule.messages["nl"] for rule in rules if rule.messages}
    assert len(told) == text.count(b"sh:message")
    assert all(set(rule.messages) in ({"nl", "en"}, set()) for rule in rules)
