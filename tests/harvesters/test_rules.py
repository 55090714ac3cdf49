"""The catalogue keeps the rules of the harvesters, and each rule finds what breaks it."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from harvester_rules import RULES, Catalogue
from rdflib import Graph
from rdflib.namespace import DCAT, DCTERMS, FOAF

PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
FORMS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
BREAKS = {
    "one_catalogue": "INSERT DATA { <http://x.example/> a dcat:Catalog }",
    "no_blank_nodes": "INSERT { ?s dcat:contactPoint [] } WHERE { ?s a dcat:Catalog }",
    "one_record_each": "DELETE { ?r foaf:primaryTopic ?s } WHERE { ?r foaf:primaryTopic ?s }",
    "dates_of_records": """DELETE { ?r dct:modified ?d } INSERT { ?r dct:modified ?day }
        WHERE { ?r a dcat:CatalogRecord ; dct:modified ?d BIND (STR(?d) AS ?day) }""",
    "one_identifier_each": "INSERT { ?s dct:identifier '2' } WHERE { ?s a dcat:Dataset }",
    "identifiers_differ": """DELETE { ?s dct:identifier ?i } INSERT { ?s dct:identifier '1' }
        WHERE { ?s a dcat:Distribution ; dct:identifier ?i }""",
    "addresses_are_iris": """DELETE { ?s dct:license ?l } INSERT { ?s dct:license 'CC0' }
        WHERE { ?s a dcat:Distribution ; dct:license ?l }""",
    "licence_of_the_catalogue": """DELETE { ?s dct:license ?l }
        WHERE { ?s a dcat:Catalog ; dct:license ?l }""",
    "keywords": "DELETE { ?s dcat:keyword ?w } WHERE { ?s a dcat:DataService ; dcat:keyword ?w }",
    "contact": """DELETE { ?c vcard:hasEmail ?m } INSERT { ?c vcard:hasEmail 'a@b.example' }
        WHERE { ?c vcard:hasEmail ?m }""",
    "no_cubes": "INSERT DATA { <http://x.example/o> a qb:Observation }",
    "titles_and_descriptions": """DELETE { ?s dct:title ?t }
        WHERE { ?s a dcat:Dataset ; dct:title ?t }""",
    "addresses_of_distributions": """INSERT { ?s dcat:accessURL <http://x.example/> }
        WHERE { ?s a dcat:Distribution }""",
    "addresses_of_services": """DELETE { ?s dcat:servesDataset ?d }
        WHERE { ?s dcat:servesDataset ?d }""",
    "dates_are_typed": """DELETE { ?s dct:issued ?d } INSERT { ?s dct:issued '2026' }
        WHERE { ?s dct:issued ?d }""",
    "said_once": "INSERT { ?s dct:publisher <http://x.example/> } WHERE { ?s a dcat:Dataset }",
    "concepts_have_labels_and_lists": """DELETE { ?c skos:inScheme ?l }
        WHERE { ?c skos:inScheme ?l }""",
    "places": "DELETE { ?s dct:spatial ?p } WHERE { ?s a dcat:Dataset ; dct:spatial ?p }",
    "about_the_catalogue": """DELETE { ?s foaf:homepage ?h }
        WHERE { ?s a dcat:Catalog ; foaf:homepage ?h }""",
    "quality_of_data_sets": """DELETE { ?s dcat:theme ?t }
        WHERE { ?s a dcat:Dataset ; dcat:theme ?t }""",
    "quality_of_distributions": "DELETE { ?s dcat:byteSize ?b } WHERE { ?s dcat:byteSize ?b }",
    "keywords_are_tags": "INSERT { ?s dcat:keyword 'a, b'@en } WHERE { ?s a dcat:Dataset }",
    "no_pages": """INSERT { ?s <http://www.w3.org/ns/hydra/core#next> <http://x.example/> }
        WHERE { ?s a dcat:Catalog }""",
    "periods_stand_in_the_document": """DELETE { ?p dcat:startDate ?d }
        WHERE { ?p dcat:startDate ?d }""",
    "distributions_belong_to_data_sets": """DELETE { ?s dcat:distribution ?d }
        WHERE { ?s dcat:distribution ?d }""",
    "everything_is_in_the_catalogue": "DELETE { ?s dcat:dataset ?d } WHERE { ?s dcat:dataset ?d }",
}
"""A change of the catalogue that breaks each rule about its triples."""
NOTES = ", ".join(f'"{number}"' for number in range(3000))
LARGE = f"<http://x.example/> a skos:Concept ; skos:note {NOTES} ."
"""A concept with much to say, as each record gets a copy of all of them."""
OF_TEXTS = {"turtle_is_recognised", "no_larger_than_is_read"}


@pytest.mark.parametrize("name", RULES)
def test_keep_the_rule(catalogue: Catalogue, name: str) -> None:
    """The catalogue of the real project breaks no rule of a harvester."""
    assert list(RULES[name](catalogue)) == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", RULES)
def test_find_what_breaks_the_rule(name: str, few: Catalogue) -> None:
    """Each rule finds the mistake that it is about, and nothing where there is none."""
    check = RULES[name]
    assert list(check(few)) == []
    if name in OF_TEXTS:
        text = re.sub("@prefix ", "PREFIX ", few.text) + "#" * 50_000_000
        assert list(check(Catalogue(text=text, graph=few.graph)))
        return
    graph = Graph() + few.graph
    if name == "little_around_each_record":
        graph.parse(data=PREFIXES + LARGE, format="turtle")
    else:
        graph.update(PREFIXES + BREAKS[name])
    assert list(check(Catalogue(text=few.text, graph=graph)))


@pytest.fixture(scope="module")
def few(catalogue: Catalogue) -> Catalogue:
    """The catalogue with one data set and one service of all."""
    graph = Graph() + catalogue.graph
    gone = {*catalogue.data_sets[1:], *catalogue.services[1:]}
    gone |= {item for node in gone for item in graph.objects(node, DCAT.distribution)}
    gone |= {item for node in gone for item in graph.subjects(FOAF.primaryTopic, node)}
    for node in gone:
        graph.remove((node, None, None))
        graph.remove((None, None, node))
    return Catalogue(text=catalogue.text, graph=graph)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("extension", FORMS)
def test_give_the_same_in_every_form(
    client: FlaskClient, catalogue: Catalogue, extension: str
) -> None:
    """Turtle, RDF/XML and JSON-LD are the same catalogue, each with its media type and charset."""
    response = client.get(f"/catalog.{extension}")
    assert response.status_code == 200
    types = {
        "ttl": "text/turtle; charset=utf-8",
        "rdf": "application/rdf+xml; charset=utf-8",
        "jsonld": "application/ld+json",
    }
    assert response.content_type == types[extension]
    found = Graph().parse(data=response.data, format=FORMS[extension])
    assert set(found) == set(catalogue.graph)


def test_tag_of_rdf_xml_is_recognised(client: FlaskClient) -> None:
    """The Flemish portal takes XML for RDF by its first tag."""
    text = client.get("/catalog.rdf").text
    assert re.match(r"\s*(<\?xml[^>]*\?>)?\s*<\w+:RDF[\s>]", text)


@pytest.mark.parametrize("extension", FORMS)
def test_answer_head_and_conditions(client: FlaskClient, extension: str) -> None:
    """HEAD, which CKAN sends first, says what GET does; what has not changed is not sent again."""
    path = f"/catalog.{extension}"
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "ETag", "Last-Modified", "Access-Control-Allow-Origin"):
        assert head.headers[name] == got.headers[name]
    again = client.get(path, headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path).data == got.data


def test_fetch_the_period_of_a_data_set(client: FlaskClient, catalogue: Catalogue) -> None:
    """udata fetches a period that has an address, and finds its ends there."""
    periods = sorted(set(catalogue.graph.objects(None, DCTERMS.temporal)))
    assert periods
    for period in periods[:3]:
        path = str(period).partition("#")[0].split("/", 3)[3]
        response = client.get(
            f"/{path}", headers={"Accept": "application/rdf+xml"}, follow_redirects=True
        )
        graph = Graph().parse(data=response.data, format="xml")
        for end in (DCAT.startDate, DCAT.endDate):
            assert graph.value(period, end) == catalogue.graph.value(period, end) is not None
