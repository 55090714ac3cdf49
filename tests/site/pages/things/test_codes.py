"""Pages of codes and of code lists, over the answer as it is built and over lists that are odd."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of
from small_release import BASE, make_release

from publish.release.opened import Served
from publish.site.pages.things import codes
from publish.site.pages.things.codes import codes_of_list

AGES = "/doc/conceptscheme/leeftijdsgroep"
ARVASTAT = "/doc/conceptscheme/vdab-arvastat"
CIRCLE = """
<id/concept/leeftijd/_T> skos:broader <id/concept/leeftijd/_T> .
<id/concept/rond/a> a skos:Concept ; skos:inScheme <id/conceptscheme/rond> ;
  skos:broader <id/concept/rond/b> ; skos:prefLabel "a"@nl .
<id/concept/rond/b> a skos:Concept ; skos:inScheme <id/conceptscheme/rond> ;
  skos:broader <id/concept/rond/a> ; skos:prefLabel "b"@nl .
<id/conceptscheme/rond> a skos:ConceptScheme ; skos:prefLabel "rond"@nl .
"""


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


@pytest.fixture(scope="module")
def served(answer: Built) -> Served:
    return Served(answer.folder)


def page(client: FlaskClient, path: str, status: int = 200, language: str = "nl") -> str:
    headers = {"Accept": BROWSER, "Accept-Language": language}
    response = client.get(path, headers=headers)
    assert response.status_code == status, path
    return response.text


def test_code_page_shows_its_newest_figures_links_and_place(client: FlaskClient) -> None:
    """What a code means, its newest figure in each data set that uses it, and why links hold."""
    body = page(client, "/doc/concept/leeftijdsgroep/Y_GE65")
    for text in ("65 jaar en ouder", "Y_GE65", "Personen die minstens 65 jaar oud zijn.", "65+"):
        assert text in body
    table = body.partition('id="figures"')[2].partition("</table>")[0]
    found = re.findall(r">([^<>]+ VTE)</a></td>\s*<td class=\"period\">([^<]+)<", table)
    assert found == [("53 VTE", "K2 2023"), ("10,09 VTE", "K1 2023")]
    assert "Zelfde grenzen in volle levensjaren" in body
    assert 'href="/doc/concept/leeftijdsgroep/_T"' in body.partition("Deel van")[2]
    assert "53 FTE" in page(client, "/doc/concept/leeftijdsgroep/Y_GE65", language="en")


@pytest.mark.parametrize("path", ["kwartaal/2022-Q3", "jaar/2021", "concept/advies/CMW"])
def test_figures_of_a_code_are_those_of_the_store(
    client: FlaskClient, served: Served, path: str
) -> None:
    """Each figure in the small table is the value of the observation that its link opens."""
    body = page(client, f"/doc/{path}", language="en")
    table = body.partition('id="figures"')[2].partition("</table>")[0]
    shown = re.findall(r'href="/doc/dataset/([^"?]+)\?([^"#]*cell=[^"#]*)#figure">([^<]+)<', table)
    assert len(shown) > 3
    for slug, query, text in shown:
        codes_ = parse_qs(html.unescape(query))["cell"][0].split(",")
        iri = ox.NamedNode(f"{served.base}/id/observatie/{slug}/{'/'.join(codes_)}")
        measure = served.object(iri, ox.NamedNode("http://purl.org/linked-data/cube#measureType"))
        assert isinstance(measure, ox.NamedNode)
        value = served.object(iri, measure)
        assert isinstance(value, ox.Literal)
        assert float(text.split(" ")[0].replace(",", "").rstrip("%")) == float(value.value)
        assert path.rpartition("/")[2] in codes_


@pytest.mark.parametrize("path", [AGES, ARVASTAT])
def test_code_list_shows_each_code_once_the_total_last(
    client: FlaskClient, served: Served, path: str
) -> None:
    """The tree has the codes of the list in its order, narrower ones within the broader."""
    body = page(client, path)
    tree = body.partition('<div class="tree">')[2].partition("</dl>")[0]
    shown = re.findall(r'<div class="code"><a href="/doc(/concept/[^"]+)"', tree)
    listed = codes_of_list(served, f"{served.base}/id{path.removeprefix('/doc')}")
    assert [f"{served.base}/id{item}" for item in shown] == [item.iri.value for item in listed]
    assert len(set(shown)) == len(shown) > 10
    if path == AGES:
        assert shown[-1].endswith("/_T")
        assert not any(item.depth for item in listed)
    else:
        inner = tree.partition('STUDIES">')[2].partition("<ul>")[2].partition("</ul>")[0]
        assert set(re.findall(r"vdab-arvastat/([A-Z_]+)", inner)) == {"KORTGESCHOOLD"}


def test_long_code_list_comes_in_pages(
    client: FlaskClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each code stands on one page; above it stand the codes that it is narrower than."""
    monkeypatch.setattr(codes, "CODES_ON_PAGE", 5)
    listed = codes_of_list(served, f"{served.base}/id/conceptscheme/vdab-arvastat")
    last = -(-len(listed) // 5)
    pages = [page(client, f"{ARVASTAT}?page={number}") for number in range(1, last + 1)]
    for place, item in enumerate(listed):
        name = item.iri.value.removeprefix(f"{served.base}/id/concept/")
        assert f'<div class="code"><a href="/doc/concept/{name}"' in pages[place // 5]
    first = listed[10]
    assert first.depth  # so it begins in the middle of a branch, whose head stands above it
    tree = pages[2].partition('<div class="tree">')[2].partition("<details")[0]
    assert tree.index("UITKERINGSSTATUS") < tree.index(first.iri.value.rpartition("/")[2])
    assert "GESLACHT" not in tree
    page(client, f"{ARVASTAT}?page={last + 1}", 404)
    assert page(client, f"{ARVASTAT}?page=x") == page(client, f"{ARVASTAT}?page=-3").replace(
        "page=-3", "page=x"
    )


def test_list_too_long_for_a_tree_is_flat(answer: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the same codes, in the order of their addresses."""
    served = Served(answer.folder)
    tree = codes_of_list(served, f"{served.base}/id/conceptscheme/vdab-arvastat")
    monkeypatch.setattr(codes, "LONGEST_TREE", 3)
    flat = codes_of_list(Served(answer.folder), f"{served.base}/id/conceptscheme/vdab-arvastat")
    assert [item.iri.value for item in flat] == sorted(item.iri.value for item in tree)


def test_codes_broader_than_each_other_are_each_shown_once(tmp_path: Path) -> None:
    """A circle has no top; nothing is lost and nothing goes on without end."""
    folder = make_release(tmp_path / "current", extra=CIRCLE)
    listed = codes_of_list(Served(folder), f"{BASE}/id/conceptscheme/rond")
    assert sorted(item.iri.value[-1] for item in listed) == ["a", "b"]
    assert page(client_of(folder), "/doc/conceptscheme/rond").count('class="code"') == 2


def test_address_of_figures_opens_the_page_of_the_data_set(client: FlaskClient) -> None:
    """The links of the small table are addresses that the page of the data set knows."""
    body = page(client, "/doc/concept/leeftijdsgroep/Y_GE65")
    table = body.partition('id="figures"')[2].partition("</table>")[0]
    for address in re.findall(r'href="([^"]+)"', table):
        parts = urlsplit(html.unescape(address))
        assert parts.path.startswith("/doc/dataset/")
        assert parse_qs(parts.query)["leeftijdsgroep"] == ["Y_GE65"]
