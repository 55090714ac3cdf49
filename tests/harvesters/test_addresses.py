"""Every address of the catalogue answers as it says, on a real server that is reached at them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import pytest
from harvester_rules import ADDRESSES, SPDX, Catalogue, read_catalogue
from raw_http import HOST
from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF
from small_project import run
from sparql_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(180)]

IANA = "http://www.iana.org/assignments/media-types/"
PAGES = (DCAT.landingPage, FOAF.homepage, FOAF.page)
BROWSER = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]


LISTED = {
    "application/vnd.sdmx.data+csv": "text/csv",
    "application/vnd.sdmx.data+json": "application/json",
}
"""What a catalogue says in the place of media types that IANA does not list."""


@pytest.fixture(scope="module")
def catalogue(server: Server) -> Catalogue:
    return read_catalogue(server.fetch("/catalog.ttl").text)


def path_of(server: Server, url: object) -> str:
    """Return the path of an address on the server; nothing else is asked."""
    head = f"http://{HOST}:{server.port}"
    assert str(url).startswith(f"{head}/"), url
    return str(url).removeprefix(head)


def test_fetch_every_distribution(server: Server, catalogue: Catalogue) -> None:
    """HEAD and GET give the size, checksum and media type that the catalogue says."""
    graph = catalogue.graph
    assert len(catalogue.distributions) > 100
    for node in catalogue.distributions:
        [url] = graph.objects(node, DCAT.downloadURL)
        path = path_of(server, url)
        size = int(str(graph.value(node, DCAT.byteSize)))
        kind = graph.value(node, DCAT.compressFormat) or graph.value(node, DCAT.mediaType)
        head, got = server.fetch(path, "HEAD"), server.fetch(path)
        for reply in (head, got):
            assert (reply.status, int(reply["Content-Length"])) == (200, size), path
            assert IANA + LISTED.get(reply.media_type, reply.media_type) == str(kind), path
            assert reply["Access-Control-Allow-Origin"] == "*"
        assert (len(head.body), len(got.body)) == (0, size), path
        checksum = graph.value(node, SPDX.checksum)
        wanted = str(graph.value(checksum, SPDX.checksumValue))
        assert hashlib.sha256(got.body).hexdigest() == wanted, path
        assert str(graph.value(checksum, SPDX.algorithm)).endswith("checksumAlgorithm_sha256")
        assert set(graph.objects(node, DCAT.accessURL)) == {url}


def test_fetch_every_service(server: Server, catalogue: Catalogue) -> None:
    """A service answers at its address, and where its description is."""
    assert catalogue.services
    for node in catalogue.services:
        for predicate in (DCAT.endpointURL, DCAT.endpointDescription):
            [url] = catalogue.graph.objects(node, predicate)
            for method in ("HEAD", "GET"):
                assert server.fetch(path_of(server, url), method).status == 200, url


def test_fetch_every_page(server: Server, catalogue: Catalogue) -> None:
    """Pages that the catalogue names are there, and everything else of its own can be read."""
    ours = f"http://{HOST}:{server.port}/"
    pages = {
        str(url)
        for predicate in {*PAGES, *ADDRESSES}
        for url in catalogue.graph.objects(None, predicate)
        if str(url).startswith(ours)
    }
    assert len(pages) > len(catalogue.data_sets)
    for url in sorted(pages):
        for method in ("HEAD", "GET"):
            reply = server.fetch(path_of(server, url), method, BROWSER)
            assert reply.status == 200, url


def test_look_up_every_thing(server: Server, catalogue: Catalogue) -> None:
    """What has an IRI of ours is described where that leads, in what says its title."""
    base = str(catalogue.catalogues[0]).partition("/id/")[0]
    for node in catalogue.entries[:40]:
        path = str(node).removeprefix(base)
        found = server.fetch(path, fields=[("Accept", "text/turtle")])
        assert found.status == 303, path
        document = server.fetch(found["Location"], fields=[("Accept", "text/turtle")])
        assert (document.status, document.media_type) == (200, "text/turtle"), path
        titles = set(catalogue.graph.objects(URIRef(str(node)), DCTERMS.title))
        assert titles <= set(read_catalogue(document.text).graph.objects(node, DCTERMS.title))
        page = server.fetch(found["Location"], fields=BROWSER)
        assert (page.status, page.media_type) == (200, "text/html"), path


def test_date_records_by_the_release(server: Server, catalogue: Catalogue) -> None:
    """Records and data sets have the time of the release that changed them, not of the harvest."""
    [record] = (server.log.parent / "build" / "history" / "records").glob("0*/record.json")
    released = json.loads(record.read_text(encoding="utf-8"))["released"]
    for node in [*catalogue.records, *catalogue.data_sets, *catalogue.distributions]:
        for predicate in (DCTERMS.issued, DCTERMS.modified):
            date = catalogue.graph.value(node, predicate)
            assert isinstance(date, Literal)
            assert date.toPython() == datetime.fromisoformat(released), node


def test_harvest_again_without_change(server: Server) -> None:
    """After a release that changes nothing a harvest gets the same bytes, or that it has them."""
    project, public = str(server.log.parent), f"http://{HOST}:{server.port}"
    before = {name: server.fetch(f"/catalog.{name}") for name in ("ttl", "rdf", "jsonld")}
    result = run("--project", project, "--public-url", public, "release")
    assert result.exit_code == 0, result.output
    for extension, first in before.items():
        path = f"/catalog.{extension}"
        second = server.fetch(path)
        assert (first.status, first.body, first["ETag"]) == (200, second.body, second["ETag"])
        again = server.fetch(path, fields=[("If-None-Match", first["ETag"])])
        assert (again.status, again.body) == (304, b"")
        head = server.fetch(path, "HEAD")
        assert head["Content-Type"] == first["Content-Type"]
        assert head["Content-Length"] == str(len(first.body))
