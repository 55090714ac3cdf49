"""Data sets and the catalogue for search engines: schema.org and Croissant, in pages and files."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from built import Built, built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of, page
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF
from small_project import HEAD, PLAIN, PLAIN_TABLE, SmallProject

SLUG = "lde-werknemers-leeftijd"
PAGE = f"/doc/dataset/{SLUG}"
LICENCE = "https://data.vlaanderen.be/id/licentie/creative-commons-zero-verklaring/v1.0"
CATALOGUE = """
[publisher]
name = { nl = "Uitgever", en = "Publisher" }
[contact]
email = "info@uitgever.example"
[catalogue]
themes = ["SOCI"]
keywords = { nl = ["proef"], en = ["trial"] }
"""
HOSTILE = "</script><script>alert(1)</script> <!-- & \u2028"


class Blocks(HTMLParser):
    """Finds the data blocks of a page, as a browser delimits them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block at a script."""
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.scripts.append(dict(attrs))
            self._inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        """End the block."""
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        """Take the text of a block."""
        if self._inside:
            self.found[-1] += data


def block(text: str) -> dict[str, Any]:
    """Return the only data block of a page; nothing else in it is a script."""
    blocks = Blocks()
    blocks.feed(text)
    assert blocks.scripts == [{"type": "application/ld+json"}]
    [found] = blocks.found
    node: dict[str, Any] = json.loads(found)
    return node


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_describe_a_data_set_in_its_page(client: FlaskClient, answer: Built, language: str) -> None:
    """The page says in its language what search engines ask for, with every file."""
    node = block(page(client, f"{PAGE}?lang={language}"))
    [entry] = [item for item in answer.manifest["data-sets"] if item["slug"] == SLUG]
    assert (node["@context"], node["@type"]) == ("https://schema.org/", "Dataset")
    assert node["@id"] == node["identifier"] == f"{answer.base}/id/dataset/{SLUG}"
    assert node["name"] == entry["title"][language]
    assert node["description"] == entry["description"][language]
    assert 50 <= len(node["description"]) <= 5000
    assert node["url"] == f"{answer.base}{PAGE}?lang={language}"
    assert node["license"] == answer.manifest["licence"]
    assert (
        node["publisher"]["name"] == answer.manifest["publication"]["publisher"]["name"][language]
    )
    assert node["temporalCoverage"] == "/".join(entry["temporal"])
    names = {"nl": "doelgroepwerknemers (VTE)", "en": "target-group workers (FTE)"}
    assert [item["name"] for item in node["variableMeasured"]] == [names[language]]
    assert node["isBasedOn"][0]["@id"] == f"{answer.base}/id/document/sv-2023-19"


def test_describe_every_file(client: FlaskClient, answer: Built) -> None:
    """Files have the address, type, size and checksum that they are sent with.

    What describes a file for programs is none of them.
    """
    found = {item["contentUrl"]: item for item in block(page(client, PAGE))["distribution"]}
    iri = f"{answer.base}/id/dataset/{SLUG}"
    files = [item for item in answer.manifest["files"] if item.get("about") == iri]
    files = [item for item in files if item.get("export") not in ("csvw", "sdmx-structure")]
    assert set(found) == {f"{answer.base}/{item['path']}" for item in files}
    for file in files:
        item = found[f"{answer.base}/{file['path']}"]
        assert (item["sha256"], item["contentSize"]) == (file["sha256"], f"{file['bytes']} B")
        assert client.head(f"/{file['path']}").mimetype == item["encodingFormat"]


def test_say_what_the_catalogue_says(client: FlaskClient) -> None:
    """The file beside a page, in both languages, agrees with the catalogue for portals."""
    node = client.get(f"{PAGE}/schema.jsonld").get_json(force=True)
    graph = Graph().parse(data=client.get("/catalog.ttl").data, format="turtle")
    iri = URIRef(node["@id"])

    def texts(predicate: URIRef) -> set[tuple[str, str]]:
        return {(str(item), str(item.language)) for item in graph.objects(iri, predicate)}

    def tagged(key: str) -> set[tuple[str, str]]:
        return {(item["@value"], item["@language"]) for item in node[key]}

    assert tagged("name") == texts(DCTERMS.title)
    assert tagged("description") == texts(DCTERMS.description)
    assert tagged("keywords") == texts(DCAT.keyword)
    for key, predicate in (("datePublished", DCTERMS.issued), ("dateModified", DCTERMS.modified)):
        date = graph.value(iri, predicate)
        assert isinstance(date, Literal)
        assert datetime.fromisoformat(node[key]) == date.toPython()
    assert node["publisher"]["@id"] == str(graph.value(iri, DCTERMS.publisher))
    places = {str(place) for place in graph.objects(iri, DCTERMS.spatial)}
    assert {item["sameAs"] for item in node["spatialCoverage"]} == places
    urls = {
        str(graph.value(item, DCAT.downloadURL)) for item in graph.objects(iri, DCAT.distribution)
    }
    assert {item["contentUrl"] for item in node["distribution"]} == urls


def test_list_every_data_set_on_the_home_page(client: FlaskClient, answer: Built) -> None:
    """The home page is the catalogue: it names each data set with its page."""
    node = block(page(client, "/", language="en"))
    assert (node["@type"], node["@id"]) == ("DataCatalog", f"{answer.base}/id/catalogus")
    slugs = [item["slug"] for item in answer.manifest["data-sets"]]
    assert [item["url"] for item in node["dataset"]] == [
        f"{answer.base}/doc/dataset/{slug}?lang=en" for slug in slugs
    ]
    assert block(page(client, PAGE))["includedInDataCatalog"]["@id"] == node["@id"]


def test_describe_each_file_in_croissant(client: FlaskClient, answer: Built) -> None:
    """Croissant has the files by their names, with what they are checked by."""
    response = client.get(f"{PAGE}/croissant.json")
    assert response.content_type == "application/ld+json"
    node = response.get_json(force=True)
    assert node["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert set(node["name"]) == {"nl", "en"}
    for item in node["distribution"]:
        assert item["@type"] == "cr:FileObject"
        assert client.head(item["contentUrl"].removeprefix(answer.base)).status_code == 200
        assert re.fullmatch(r"[0-9a-f]{64}", item["sha256"])


def test_link_to_these_files(client: FlaskClient) -> None:
    """A data set leads to its metadata and its catalogue, the home page to the catalogue."""
    links = client.get(PAGE, headers={"Accept": "text/turtle"}).headers["Link"]
    for name in ("schema.jsonld", "croissant.json"):
        assert f'<{PAGE}/{name}>; rel="describedby"; type="application/ld+json"' in links
        assert client.head(f"{PAGE}/{name}").status_code == 200
    assert '</doc/catalogus>; rel="collection"' in links
    home = client.get("/").headers["Link"]
    for path, type_ in (("/catalog.ttl", "text/turtle"), ("/catalog.rdf", "application/rdf+xml")):
        assert f'<{path}>; rel="describedby"; type="{type_}"' in home
        assert client.head(path).mimetype == type_
    assert '</sparql>; rel="service-desc"' in home


def test_keep_header_fields_short(client: FlaskClient, answer: Built) -> None:
    """The header fields of every data set fit in the four kilobytes that a proxy may read."""
    for item in answer.manifest["data-sets"]:
        response = client.head(f"/doc/dataset/{item['slug']}", headers={"Accept": "text/html"})
        assert len(str(response.headers)) < 4000, item["slug"]


def test_tag_the_files(client: FlaskClient) -> None:
    """What has not changed is not sent again, and nothing is there for what is no data set."""
    for name in ("schema.jsonld", "croissant.json"):
        got = client.get(f"{PAGE}/{name}")
        again = client.get(f"{PAGE}/{name}", headers={"If-None-Match": got.headers["ETag"]})
        assert (got.status_code, again.status_code) == (200, 304)
        assert client.get(f"/doc/dataset/none/{name}").status_code == 404
    assert client.get(f"{PAGE}/other.jsonld").status_code == 404


def test_escape_what_would_end_the_block(project: SmallProject) -> None:
    """A title that looks like markup stays a text, in a page that runs no script within it."""
    settings = project.root / "publish.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'licence = "{LICENCE}"\n{text}{CATALOGUE}', encoding="utf-8")
    project.table(PLAIN_TABLE)
    title = json.dumps(HOSTILE)
    project.mapping(PLAIN, head=HEAD.replace("nl: Proef, en: Trial", f"nl: {title}, en: {title}"))
    client = client_of(built(project.read()).folder)
    for path in ("/", "/doc/dataset/proef"):
        response = client.get(path, headers={"Accept": BROWSER})
        node = block(response.text)
        assert HOSTILE in (node["name"], node.get("dataset", [{}])[0].get("name"))
        policy = response.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy


def test_date_the_pages_of_data_sets(client: FlaskClient) -> None:
    """The sitemap says of a data set when its record last changed, and nothing of other pages."""
    graph = Graph().parse(data=client.get("/catalog.ttl").data, format="turtle")
    sitemap = client.get("/sitemap.xml").text
    records = list(graph.subject_objects(FOAF.primaryTopic))
    found = 0
    for line in sitemap.splitlines():
        [date] = re.findall(r"<lastmod>(.*?)</lastmod>", line) or [None]
        slug = re.search(r"<loc>[^<]*/doc/dataset/([^?]*)", line)
        if slug is None:
            assert date is None or "/doc/catalogus" in line
            continue
        [record] = [node for node, of in records if str(of).endswith(f"/id/dataset/{slug[1]}")]
        modified = graph.value(record, DCTERMS.modified)
        assert date and isinstance(modified, Literal)
        assert datetime.fromisoformat(date) == modified.toPython()
        found += 1
    assert found == 2 * len(list(graph.objects(None, DCAT.dataset)))
