"""Links of pages to data, metadata and languages, in header fields and in the head of pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, page
from small_release import BASE
from werkzeug.http import parse_options_header

PAGE = "/doc/dataset/werknemers"
OBSERVATION = "/doc/observatie/werknemers/2022-Q3/_T/werknemers"


def links_in_header(client: FlaskClient, path: str, accept: str = BROWSER) -> list[dict[str, str]]:
    """Return the links of the header fields of a document."""
    text = client.get(path, headers={"Accept": accept}).headers["Link"]
    found = []
    for part in re.split(r", (?=<)", text):
        href, _, rest = part[1:].partition(">")
        found.append({"href": href, **parse_options_header("link" + rest)[1]})
    return found


def links_in_head(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """Return the link elements of a page."""
    tags = re.findall(r"<link ([^>]*)>", page(client, path))
    return [
        {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        for tag in tags
    ]


def test_link_a_data_set_to_its_files_and_identifier(client: FlaskClient) -> None:
    """A data set names its identifier and its files, each with the type that it is sent with."""
    links = links_in_header(client, PAGE)
    assert {"href": f"{BASE}/id/dataset/werknemers", "rel": "cite-as"} in links
    items = [link for link in links if link["rel"] == "item"]
    assert "/dumps/werknemers.ttl" in [link["href"] for link in items]
    for item in items:
        assert client.head(item["href"]).mimetype == item["type"]
    assert sum(map(len, client.get(PAGE).headers["Link"])) < 3000, "proxies read a few kilobytes"


@pytest.mark.parametrize("accept", [BROWSER, "text/turtle", "application/ld+json"])
def test_link_every_form_of_a_data_set(client: FlaskClient, accept: str) -> None:
    """Programs find the same files from the data about a data set as from its page."""
    relations = {link["rel"] for link in links_in_header(client, PAGE, accept)}
    assert {"describes", "alternate", "type", "cite-as", "item"} <= relations
    assert ("canonical" in relations) == (accept == BROWSER)


def test_link_a_part_to_its_whole(client: FlaskClient) -> None:
    """An observation leads to its data set, a code to its list, a file to its data set."""
    for path, whole in (
        (OBSERVATION, "dataset/werknemers"),
        ("/doc/concept/leeftijd/_T", "conceptscheme/leeftijd"),
        ("/dumps/werknemers.nt", "dataset/werknemers"),
    ):
        assert {"href": f"/doc/{whole}", "rel": "collection"} in links_in_header(client, path)


@pytest.mark.parametrize("path", ["/", PAGE, OBSERVATION, "/dumps/", "/doc/graaf", "/ns/proef"])
def test_head_says_what_the_header_says(client: FlaskClient, path: str) -> None:
    """Address, languages, files and wholes are the same in the page and around it."""
    shared = ("canonical", "alternate", "item", "collection", "cite-as")
    in_head = [link for link in links_in_head(client, path) if link["rel"] in shared]
    in_header = links_in_header(client, path)
    assert [link for link in in_head if link not in in_header] == []
    assert sum(link["rel"] == "canonical" for link in in_head) == 1
    assert len([link for link in in_head if "hreflang" in link]) == 3


def test_name_one_address_for_all_ways_to_a_page(client: FlaskClient) -> None:
    """Whatever the extension, the language of the browser or the query, a page has one address."""
    address = f"{BASE}{PAGE}?lang=nl"
    for path in (PAGE, f"{PAGE}.html", f"{PAGE}?lang=nl", f"{PAGE}?lang=nl&utm_source=x"):
        assert {"href": address, "rel": "canonical"} in links_in_head(client, path)


def test_name_the_address_of_each_page_of_incoming_links(client: FlaskClient) -> None:
    """The second page of what points to a thing is not taken for the first."""
    path = "/doc/concept/leeftijd/_T?page=2"
    canonical = {"href": f"{BASE}{path}&lang=nl", "rel": "canonical"}
    assert canonical in links_in_head(client, path)


def test_give_no_address_to_what_is_not_there(client: FlaskClient) -> None:
    """A page that says that something is not found is nobody's address."""
    text = page(client, "/doc/dataset/none", status=404)
    assert 'rel="canonical"' not in text
    assert "hreflang" not in re.search(r"<head>.*</head>", text, re.S)[0]  # type: ignore[index]
