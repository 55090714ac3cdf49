"""What points to a thing, by property: counts, first things, and pages that miss nothing."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of

from publish.release.opened import Served
from publish.site.pages.things import pointing_here

QUARTER = "/doc/kwartaal/2023-Q1"


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def pointing(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "nl"})
    assert response.status_code == 200, path
    return response.text.partition('id="incoming"')[2].partition("</section>")[0]


def things(part: str) -> list[str]:
    return re.findall(r'<li><a href="(/doc/[^"]+)"', part)


def test_properties_are_counted_and_paged(client: FlaskClient, answer: Built) -> None:
    """The count of a property is that of the store, and its pages have each thing once."""
    served = Served(answer.folder)
    iri = ox.NamedNode(f"{served.base}/id/kwartaal/2023-Q1")
    property_ = ox.NamedNode(f"{served.base}/ns/sociale-economie#kwartaal")
    subjects = {item.subject for item in served.triples(None, property_, iri)}
    first = pointing(client, QUARTER)
    assert f"({len(subjects)})" in first
    assert len(things(first)) < 20
    assert f'href="{QUARTER}?property=se%3Akwartaal#incoming"' in first
    found = things(pointing(client, f"{QUARTER}?property=se:kwartaal"))
    assert len(found) == pointing_here.PER_PAGE < len(subjects)
    found += things(pointing(client, f"{QUARTER}?property=se:kwartaal&page=2"))
    expected = {
        served.local_path(node.value) for node in subjects if isinstance(node, ox.NamedNode)
    }
    assert sorted(found) == sorted(path or "" for path in expected)


def test_pages_without_property_are_those_of_the_data(client: FlaskClient) -> None:
    """The link to the next page, which headers give too, leads to the rest of what there is."""
    second = pointing(client, f"{QUARTER}?page=2")
    assert len(things(second)) > 10
    assert "bladzijde 2" in second
    header = client.get(QUARTER, headers={"Accept": BROWSER}).headers["Link"]
    assert f'<{QUARTER}?page=2>; rel="next"' in header


def test_counting_stops(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a code that very many observations have, no more are counted than a bound."""
    monkeypatch.setattr(pointing_here, "MOST_COUNTED", 60)
    assert "meer dan 60" in pointing(client, f"{QUARTER}?lang=nl")


@pytest.mark.parametrize("name", ["se:leeftijdsgroep", "x", "<script>alert(1)</script>", "", "%00"])
def test_property_by_which_nothing_points_is_not_found(client: FlaskClient, name: str) -> None:
    """It is a page that says so, in which what was sent is escaped."""
    response = client.get(QUARTER, query_string={"property": name}, headers={"Accept": BROWSER})
    assert response.status_code == 404
    assert "<script>alert" not in response.text


def test_figures_are_named_by_value_and_codes(client: FlaskClient) -> None:
    """No observation is called by its path."""
    part = pointing(client, "/doc/concept/leeftijdsgroep/Y_GE65?property=se:leeftijdsgroep")
    assert ">10,09 VTE: 65 jaar en ouder, LDE, K1 2023</a>" in part
    assert not re.search(r">[^<]*observatie/", part)
