"""Clients as they are, without a change: SPARQLWrapper and rdflib, on a real server."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from rdflib import RDF, Dataset, Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from sparql_server import Server, make_project, serving
from SPARQLWrapper import SPARQLWrapper, Wrapper

from publish.rdf.namespaces import QB

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FORMATS = ("CSV", "JSON", "JSONLD", "N3", "RDF", "RDFXML", "TSV", "TURTLE", "XML")
QUERIES = {
    "SELECT": "SELECT ?s { ?s a <http://purl.org/linked-data/cube#DataSet> }",
    "ASK": "ASK { ?s a <http://purl.org/linked-data/cube#DataSet> }",
    "CONSTRUCT": "CONSTRUCT WHERE { ?s a <http://purl.org/linked-data/cube#DataSet> }",
    "DESCRIBE": "DESCRIBE ?s { ?s a <http://purl.org/linked-data/cube#DataSet> }",
}
TYPES = {
    "CSV": ("text/csv", ""),
    "JSON": ("application/sparql-results+json", "application/ld+json"),
    "JSONLD": ("", "application/ld+json"),
    "N3": ("", "text/n3"),
    "RDF": ("", "application/rdf+xml"),
    "RDFXML": ("", "application/rdf+xml"),
    "TSV": ("text/tab-separated-values", ""),
    "TURTLE": ("", "text/turtle"),
    "XML": ("application/sparql-results+xml", "application/rdf+xml"),
}
"""By the constant of SPARQLWrapper, the media types of a result and of a graph; where there is none
the client asks for anything."""
WAYS = (("GET", "urlencoded"), ("POST", "urlencoded"), ("POST", "postdirectly"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("clients")
    make_project(folder)
    with serving(folder, {"workers": 2, "access-log": "off"}) as server:
        yield server


def ask(server: Server, query: str, name: str, way: tuple[str, str], only: bool) -> Any:
    """Ask by SPARQLWrapper; return its result."""
    client = SPARQLWrapper(f"http://127.0.0.1:{server.port}/sparql")
    client.setQuery(query)
    client.setReturnFormat(getattr(Wrapper, name))
    client.setMethod(way[0])
    client.setRequestMethod(way[1])
    client.setOnlyConneg(only)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a format does not suit a form of query
        return client.query()


@pytest.mark.parametrize("only", [False, True], ids=["parameters", "accept"])
@pytest.mark.parametrize("name", FORMATS)
def test_answer_sparqlwrapper(server: Server, name: str, only: bool) -> None:
    """Each format that SPARQLWrapper knows has an answer to each form of query in each way."""
    for form, way in itertools.product(QUERIES, WAYS):
        result = ask(server, QUERIES[form], name, way, only)
        kind = result.info()["content-type"].partition(";")[0]
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        wanted = TYPES[name][is_graph]
        assert only or kind == (wanted or kind), (form, way)
        if is_graph and name in ("JSONLD", "RDF", "RDFXML", "XML") and not only:
            assert (None, RDF.type, QB.DataSet) in result.convert()
        else:
            assert result.response.read()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_answer_store_of_rdflib(server: Server, method: str) -> None:
    """rdflib takes the endpoint for a store."""
    store = SPARQLStore(f"http://127.0.0.1:{server.port}/sparql", method=method)
    graph = Dataset(store=store, default_union=True)
    found = list(graph.query(QUERIES["SELECT"]))
    assert found
    assert graph.query(QUERIES["ASK"]).askAnswer
    assert len(graph.query(QUERIES["CONSTRUCT"]).graph or ()) == len(found)


@pytest.mark.parametrize("name", [None, "turtle", "n3", "nt", "xml", "json-ld", "trig"])
@pytest.mark.parametrize("path", ["/id/dataset/werknemers", "/ns/proef", "/sparql"])
def test_let_rdflib_parse_an_address(server: Server, path: str, name: str | None) -> None:
    """rdflib reads linked data and the description of the service in any format that it has."""
    graph = Graph() if name != "trig" else Dataset(default_union=True)
    graph.parse(f"http://127.0.0.1:{server.port}{path}", format=name)
    assert any(isinstance(subject, URIRef) for subject in graph.subjects())


@pytest.mark.parametrize(
    ("accept", "of_result", "of_graph"),
    [
        # Comunica
        (
            "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7,"
            "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
            "application/n-triples;q=0.8,text/turtle;q=0.6,text/n3;q=0.35,text/html;q=0.2",
            "application/sparql-results+json",
            "application/n-quads",
        ),
        # YASGUI
        (
            "application/sparql-results+json,*/*;q=0.9",
            "application/sparql-results+json",
            "text/turtle",
        ),
        ("text/turtle,*/*;q=0.9", "application/sparql-results+json", "text/turtle"),
        # Jena
        (
            "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
            "application/rdf+xml;q=0.7,*/*;q=0.3",
            "application/sparql-results+json",
            "text/turtle",
        ),
        # RDF4J
        (
            "application/x-binary-rdf;q=0.8, application/n-quads;q=0.9, text/x-nquads;q=0.9,"
            " application/trig;q=0.7, application/sparql-results+xml;q=0.8",
            "application/sparql-results+xml",
            "application/n-quads",
        ),
        # R, and whoever names nothing
        ("application/json, text/xml, application/xml, */*", "application/json", "application/xml"),
        ("*/*", "application/sparql-results+json", "text/turtle"),
        (None, "application/sparql-results+json", "text/turtle"),
    ],
)
def test_answer_lists_of_accept(
    server: Server, accept: str | None, of_result: str, of_graph: str
) -> None:
    """The lists that clients send get what they prefer, of what there is."""
    for form, wanted in (("SELECT", of_result), ("CONSTRUCT", of_graph)):
        reply = server.query(QUERIES[form], accept=accept)
        assert (reply.status, reply["Content-Type"].partition(";")[0]) == (200, wanted)
        assert "accept" in reply.words("Vary")


def test_answer_in_the_next_form_when_xml_cannot_hold_it(server: Server) -> None:
    """A graph or a result that XML cannot hold is in the next form that is accepted."""
    odd = 'CONSTRUCT { <urn:a> <http://x.example/123> "x" } {}'
    rows = "SELECT ?x { BIND('a\\u0001b' AS ?x) }"
    for query, accept, wanted in (
        (odd, "application/rdf+xml, text/turtle;q=0.5", "text/turtle"),
        (odd, "application/rdf+xml, */*;q=0.1", "text/turtle"),
        (
            rows,
            "application/sparql-results+xml, application/sparql-results+json;q=0.5",
            "application/sparql-results+json",
        ),
        (rows, "application/sparql-results+xml, text/csv;q=0.5", "text/csv"),
    ):
        for _ in range(2):  # the second time from the cache
            reply = server.query(query, accept=accept)
            assert (reply.status, reply["Content-Type"].partition(";")[0]) == (200, wanted)
    assert server.query(odd, accept="application/rdf+xml").status == 406
    assert server.query(rows, accept="application/sparql-results+xml").status == 406
    chosen = server.query(odd, ("format", "rdf"), accept="text/html,*/*;q=0.8")
    assert chosen.status == 406
