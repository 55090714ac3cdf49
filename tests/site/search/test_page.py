"""The search page of the minister's answer."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page

HIDDEN = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def found(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def test_answer_with_the_figure_itself(found: FlaskClient) -> None:
    """A code with a period shows value, unit, its panel and its line, and why a quarter lacks."""
    text = page(found, "/search?q=65%2B+LDE+2023")
    assert "<strong>10,09 VTE</strong> <span>65 jaar en ouder, LDE, K1 2023</span>" in text
    assert "&amp;cell=2023-Q1,Y_GE65,werknemersVte#figure" in text
    assert "/doc/document/sv-2023-19#L81" in text
    assert "K2 2023: geen cijfers." in text
    english = page(found, "/search?q=over+65+LDE+Q1+2023", "en")
    assert "<strong>10.09 FTE</strong> <span>65 years and over, LDE, Q1 2023</span>" in english


def test_group_what_is_found_and_mark_words(found: FlaskClient) -> None:
    """Results stand by kind with the words marked; all of one kind are one link further."""
    text = page(found, "/search?q=maatwerk")
    assert "<mark>maatwerk</mark>" in text
    assert 'id="found-data-set"' in text
    assert "kind=line" in text
    lines = page(found, "/search?q=maatwerk&kind=line")
    assert 'id="found-line"' in lines
    assert 'id="found-data-set"' not in lines
    assert lines.count("/doc/document/sv-2023-19#L") > text.count("/doc/document/sv-2023-19#L")


def test_propose_and_show_what_was_meant(found: FlaskClient) -> None:
    """A misspelt word proposes another, whose results are shown where there are no others."""
    assert "<strong>afkomst</strong>" in page(found, "/search?q=afkomts")
    text = page(found, "/search?q=leefijd+LDE")
    assert ">leeftijd LDE</a>?" in text


@pytest.mark.parametrize("query", ["", "%00", "%22+OR+*%28", "x" * 5000, "%FF%FE", "a+" * 900])
def test_answer_whatever_is_searched_for(found: FlaskClient, query: str) -> None:
    """Nothing, operators, NUL or far too much is answered as any search."""
    assert 'value="' in page(found, f"/search?q={query}")


def test_lead_from_an_example_to_its_figure(found: FlaskClient) -> None:
    """An empty search has examples of this release, each of which finds a figure."""
    example = re.search(r'<li><a href="(/search[^"]+)"', page(found, "/search"))
    assert example
    assert 'id="found-figures"' in page(found, unescape(example[1]))


def test_show_a_search_as_text_only(found: FlaskClient) -> None:
    """What a visitor wrote is never markup, and nobody indexes searches."""
    assert HIDDEN not in page(found, f"/search?q={HIDDEN}")
    assert found.get("/search?q=LDE").headers["X-Robots-Tag"] == "noindex"


def test_refuse_an_unknown_kind(found: FlaskClient) -> None:
    """A kind that is none is a bad request."""
    page(found, "/search?q=LDE&kind=other", status=400)


def test_give_programs_the_same(found: FlaskClient) -> None:
    """``format=json`` has the figures and the addresses of all else."""
    content = found.get("/search?q=65%2B+LDE+2023&format=json&lang=en").json
    assert content is not None
    assert content["figures"][0]["figures"][0]["value"] == "10.09 FTE"
    assert content["found"]["data-set"]["things"][0]["address"].endswith("?lang=en")


def test_describe_the_search_for_browsers(found: FlaskClient, answer: Built) -> None:
    """OpenSearch has the address with its terms, and short texts."""
    response = found.get("/opensearch.xml")
    assert response.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.data)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    url = root.find(f"{space}Url")
    assert url is not None
    assert url.get("template") == f"{answer.manifest['public-url']}/search?q={{searchTerms}}"
    assert len(root.findtext(f"{space}ShortName") or "") <= 16


def test_say_that_an_older_release_has_no_index(client: FlaskClient) -> None:
    """A release without index has the page, which says so and leads on."""
    text = page(client, "/search?q=LDE")
    assert "kan niet gezocht worden" in text
