"""The index of a vocabulary, and the page of each of its terms."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of

from publish.release.opened import Served, term
from publish.site.pages.things.terms import kind_of_term

INDEX = "/ns/sociale-economie"


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "nl"})
    assert response.status_code == status, path
    return response.text


def test_index_leads_to_a_page_of_each_term(client: FlaskClient, answer: Built) -> None:
    """An IRI with a hash leads to its entry in the index, and the entry to the page of the term."""
    served, body = Served(answer.folder), page(client, INDEX)
    entries = re.findall(
        r'<div id="([^"]+)"><dt><a href="(/ns/[^"]+)"[^>]*>([^<]+)</a>(.*?)</div>', body, re.DOTALL
    )
    defined = {
        item.subject.value
        for item in served.triples(
            None, term("rdfs:isDefinedBy"), ox.NamedNode(served.base + INDEX)
        )
        if isinstance(item.subject, ox.NamedNode)
    }
    assert {f"{served.base}{INDEX}#{anchor}" for anchor, *_ in entries} == defined
    assert len(entries) == len(defined) > 30
    for anchor, path, label, rest in entries[::6]:
        assert path == f"{INDEX}/{anchor}"
        about = page(client, path)
        assert f"<h1>{label[:1].upper()}{label[1:]}" in about
        assert "<dd>" in rest or anchor == "vdabContracttype"


def test_page_of_a_term_says_what_it_means_and_where_it_is_used(client: FlaskClient) -> None:
    """Its kind, definition, code list and data sets, all by their labels."""
    body = page(client, f"{INDEX}/leeftijdsgroep")
    for text in (
        "Dimensie",
        "De leeftijd van doelgroepwerknemers, in klassen van vijf jaar.",
        ">Leeftijdsgroepen van vijf jaar</a>",
        ">Doelgroepwerknemers in de lokale diensteneconomie (LDE) per leeftijdsgroep</a>",
    ):
        assert text in body


def test_document_of_a_term_is_about_its_iri(client: FlaskClient, answer: Built) -> None:
    """Headers and data of ``/ns/x/term`` describe ``/ns/x#term``, in every form."""
    iri = f"{Served(answer.folder).base}{INDEX}#leeftijdsgroep"
    response = client.get(f"{INDEX}/leeftijdsgroep", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    assert f'<{iri}>; rel="describes"' in response.headers["Link"]
    triples = client.get(f"{INDEX}/leeftijdsgroep.nt").text
    assert f"<{iri}> <http://purl.org/linked-data/cube#codeList>" in triples


def test_term_that_is_not_there_suggests_one_that_is(client: FlaskClient) -> None:
    """A name mistyped is a 404 with the address of the name that was meant."""
    assert f'href="{INDEX}/leeftijdsgroep"' in page(client, f"{INDEX}/leeftijdsgroepp", 404)
    page(client, f"{INDEX}/", 404)
    page(client, f"{INDEX}/a%23b", 404)


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        ("dimension", ["rdf:Property", "qb:DimensionProperty"]),
        ("attribute", ["qb:CodedProperty", "owl:ObjectProperty", "qb:AttributeProperty"]),
        ("class", ["owl:Class"]),
        ("property", ["owl:DatatypeProperty"]),
        ("individual", ["owl:NamedIndividual"]),
        ("individual", []),
    ],
)
def test_kind_of_a_term_is_the_most_telling_of_its_classes(kind: str, classes: list[str]) -> None:
    """A dimension is a property too, but is called a dimension."""
    assert kind_of_term({term(name).value for name in classes}) == kind
