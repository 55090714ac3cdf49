"""Pages of all other things: each by a name, with what a reader wants first on top."""

from __future__ import annotations

import html
import re

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of

from publish.release.opened import TYPE, Served


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def page(client: FlaskClient, path: str, language: str = "nl") -> str:
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": language})
    assert response.status_code == 200, path
    return response.text


def test_a_thing_of_each_class_has_a_page_with_a_name(client: FlaskClient, answer: Built) -> None:
    """No heading is a path or an address, and the properties are folded below."""
    served, seen = Served(answer.folder), set[str]()
    for class_ in served.partitions["class-partitions"]:
        for triple in served.triples(None, TYPE, ox.NamedNode(class_)):
            subject = triple.subject
            assert isinstance(subject, ox.NamedNode)
            path = served.local_path(subject.value)
            if path and "#" not in path and not path.startswith("/doc/tabel/"):
                seen.add(path)
                break
    assert len(seen) > 20
    for path in sorted(seen):
        body = page(client, path)
        found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
        assert found, path
        name = html.unescape(re.sub(r"<code.*?</code>|<[^>]+>", "", found[1])).strip()
        assert name, path
        assert not re.fullmatch(r"(\w+:)?[\w.-]+/\S*|https?:\S+", name), (path, name)


def test_slice_shows_its_figures(client: FlaskClient) -> None:
    """Its figures stand in the order of the code list, with the link to the whole table."""
    body = page(client, "/doc/slice/lde-werknemers-leeftijd/2023-Q1")
    found = re.findall(r">([^<>]+) VTE</a>", body)
    assert (found[0], found[-1], len(found)) == ("1,74", "1.710,41", 12)
    assert 'href="/doc/dataset/lde-werknemers-leeftijd?kwartaal=2023-Q1"' in body


def test_remark_begins_with_its_text(client: FlaskClient) -> None:
    """What it says stands on top, then what it concerns."""
    path = "/doc/kwaliteit/werknemers-leeftijd-vergelijkbaar/lde-2023-q2"
    body = page(client, path)
    assert body.index("Voor 2023-Q2 zijn er alleen cijfers") < body.index("Betreft")
    assert body.index("Betreft") < body.index("Alle eigenschappen")
    assert "For 2023-Q2 there are figures" in page(client, path, "en")


def test_graph_names_its_files(client: FlaskClient) -> None:
    """A graph is a node that the store does not hold; its dumps are called by their names."""
    body = page(client, "/doc/graaf/lde-werknemers-leeftijd")
    assert ">lde-werknemers-leeftijd.ttl</a>" in body.partition("<details")[0]


def test_structure_is_a_table_of_components(client: FlaskClient) -> None:
    """Dimensions in their order, then the measure, then attributes and where these stand."""
    body = page(client, "/doc/structuur/lde-werknemers-leeftijd", "en")
    rows = re.findall(r'<th scope="row">(.*?)</tr>', body.partition("</table>")[0], re.DOTALL)
    cells = [re.findall(r">([^<>\n]+)</?(?:a|td|br)", row) for row in rows]
    assert len(rows) == 10
    assert [row[0] for row in cells[:4]] == [
        "quarter",
        "age group",
        "measure",
        "target-group workers (FTE)",
    ]
    assert "Age groups of five years" in rows[1]
    assert "Dimension 2" in rows[1]
    assert "full-time equivalents" in rows[3]
    assert any("data set" in row for row in rows[4:])


def test_period_knows_those_beside_it(client: FlaskClient) -> None:
    """The periods before and after it are those of the release, of the same kind."""
    body = page(client, "/doc/kwartaal/2022-Q1")
    assert 'rel="next" href="/doc/kwartaal/2022-Q2"' in body
    assert 'rel="prev"' not in body.partition('class="facts"')[2].partition("<h2")[0]
    assert "1 januari 2022" in body
    assert 'rel="prev" href="/doc/jaar/2020"' in page(client, "/doc/jaar/2021")
