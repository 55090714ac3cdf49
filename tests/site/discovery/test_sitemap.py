"""What search engines are told: what they may crawl, and which pages there are."""

from __future__ import annotations

import urllib.robotparser
from itertools import pairwise
from xml.etree import ElementTree

from flask.testing import FlaskClient
from flask_client import BROWSER
from small_release import BASE

from publish.site.discovery.sitemap import write_sitemap

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ALTERNATE = "{http://www.w3.org/1999/xhtml}link"


def read(text: str) -> ElementTree.Element:
    """Return the root of an XML document."""
    return ElementTree.fromstring(text.encode())


def test_list_only_pages_that_exist(client: FlaskClient) -> None:
    """Each address is that of a page in its language, which names it as its own."""
    response = client.get("/sitemap.xml")
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    entries = list(read(response.text))
    assert f"{BASE}/doc/dataset/werknemers?lang=en" in [entry[0].text for entry in entries]
    for entry in entries:
        address = entry.findtext(f"{SITEMAP}loc")
        assert address and address.startswith(f"{BASE}/")
        page = client.get(address.removeprefix(BASE), headers={"Accept": BROWSER})
        assert (page.status_code, page.mimetype) == (200, "text/html"), address
        assert page.headers["Content-Language"] == address[-2:]
        assert f'<{address}>; rel="canonical"' in page.headers["Link"]
        others = {link.get("hreflang"): link.get("href") for link in entry.iter(ALTERNATE)}
        assert list(others) == ["nl", "en", "x-default"]
        assert others[address[-2:]] == address
        for language, other in others.items():
            assert f'<{other}>; rel="alternate"; hreflang="{language}"' in page.headers["Link"]


def test_list_each_data_set_and_code_once(client: FlaskClient) -> None:
    """Nothing is listed twice, and data sets, code lists and tables are there."""
    found = [entry.findtext(f"{SITEMAP}loc") for entry in read(client.get("/sitemap.xml").text)]
    assert len(set(found)) == len(found)
    paths = {address.removeprefix(BASE).partition("?")[0] for address in found if address}
    assert {"/", "/doc/dataset/uitstroom", "/doc/conceptscheme/leeftijd", "/ns/proef"} <= paths
    assert "/doc/concept/leeftijd/Y_LT20" in paths
    assert not any(path.startswith(("/sparql", "/doc/observatie")) for path in paths)


def test_split_a_long_list() -> None:
    """More pages than one document lists are in numbered ones, which an index names."""
    parts: list[list[tuple[str, str | None]]] = [
        [("/doc/a", "2026-03-04"), ("/doc/b&c", None)],
        [("/doc/d", None)],
    ]
    index = read(write_sitemap(BASE, parts, None))
    assert index.tag == f"{SITEMAP}sitemapindex"
    assert [item[0].text for item in index] == [f"{BASE}/sitemap-{at}.xml" for at in (1, 2)]
    first = read(write_sitemap(BASE, parts, 1))
    assert [item.findtext(f"{SITEMAP}loc") for item in first] == [
        f"{BASE}/doc/{name}?lang={language}" for name in ("a", "b&c") for language in ("nl", "en")
    ]
    dates = [item.findtext(f"{SITEMAP}lastmod") for item in first]
    assert dates == ["2026-03-04", "2026-03-04", None, None]
    assert len(read(write_sitemap(BASE, parts, 2))) == 2


def test_keep_the_order_and_the_tag(client: FlaskClient) -> None:
    """The same release gives the same text, which a client need not fetch again."""
    first, second = client.get("/sitemap.xml"), client.get("/sitemap.xml")
    assert first.data == second.data
    for path in ("/sitemap.xml", "/robots.txt"):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.head(path).headers["ETag"] == tag


def test_refuse_a_part_that_is_not_there(client: FlaskClient) -> None:
    """Numbers of parts that do not exist are not found."""
    numbers = [client.get(f"/sitemap-{number}.xml").status_code for number in (0, 1, 2, 10**30)]
    assert numbers == [404, 200, 404, 404]


def test_say_what_may_be_crawled(client: FlaskClient) -> None:
    """Pages and data may be crawled, the endpoint may not; the sitemap is named."""
    response = client.get("/robots.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(response.text.splitlines())
    for path in ("/", "/doc/dataset/werknemers", "/dumps/werknemers.ttl", "/sitemap.xml"):
        assert robots.can_fetch("Googlebot", BASE + path), path
    for path in ("/sparql", "/sparql?query=ASK{}", "/metrics"):
        assert not robots.can_fetch("Googlebot", BASE + path), path
    assert robots.site_maps() == [f"{BASE}/sitemap.xml"]


def test_say_what_may_be_crawled_under_a_prefix(client: FlaskClient) -> None:
    """Behind a proxy that mounts the server elsewhere, the paths are those that clients use."""
    response = client.get("/robots.txt", base_url="http://elsewhere.example/cijfers/")
    assert "Disallow: /cijfers/sparql\n" in response.text


def test_say_the_same_in_each_language(client: FlaskClient) -> None:
    """The two languages of a page stand one after the other, with the same alternates."""
    entries = list(read(client.get("/sitemap.xml").text))
    for first, second in list(pairwise(entries))[::2]:
        assert [dict(link.attrib) for link in first.iter(ALTERNATE)] == [
            dict(link.attrib) for link in second.iter(ALTERNATE)
        ]
