"""SPARQL 1.1 Protocol and HTTP, over the wire, against a real server: every MUST of a query.

Written from the specifications, not from the program: SPARQL 1.1 Protocol (P), the results
formats, SPARQL 1.1 Service Description (SD), HTTP Semantics (RFC 9110), HTTP/1.1 (RFC 9112),
Fetch for CORS. A docstring is the requirement and where it stands.
"""

from __future__ import annotations

import email.utils
import gzip
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from raw_http import Connection, Fields, Reply, chunks, query_string, request
from small_release import BASE
from sparql_results import (
    READERS,
    XSD,
    Result,
    csv_rows,
    literal,
    read_csv,
    read_json,
    read_tsv,
    read_xml,
)
from sparql_server import JSON, Server, make_project, number, serving, values

XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"
TURTLE = "text/turtle"
N_TRIPLES = "application/n-triples"
RDF_XML = "application/rdf+xml"
JSON_LD = "application/ld+json"
HTML = "text/html"
RESULTS = (JSON, XML, CSV, TSV)
GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
BROWSERS = {
    "firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "firefox-92": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "*/*;q=0.8",
    "chrome": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "safari": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "edge-legacy": "text/html, application/xhtml+xml, image/jxr, */*",
}
BROWSER = BROWSERS["firefox"]
FLAGS: dict[str, object] = {
    "workers": 2,
    "deadline": 2.5,
    "rows": 4321,
    "answer-bytes": 7654321,
    "query-bytes": 65432,
    "nesting": 77,
    "parts": 1234,
    "per-client": 64,
}
"""Limits with odd numbers, so that where they are told they can be found."""
GRAPH = f"{BASE}/id/graaf/"
FLOW, WORKERS, LISTS = GRAPH + "uitstroom", GRAPH + "werknemers", GRAPH + "codelijsten"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
COUNT_BOTH = "SELECT ?n ?m { { " + COUNT + " } { " + COUNT_NAMED.replace("?n", "?m") + " } }"
MANY = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 200"
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{FLOW}> {{ ?s ?p ?o }} }}"
DESCRIBE = f"DESCRIBE <{BASE}/id/dataset/uitstroom>"
RDF_SYNTAX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
ASK = "ASK {}"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A server over the small release, and the triples that it must have."""

    server: Server
    graphs: dict[str, set[ox.Triple]]
    release: Path

    @property
    def union(self) -> int:
        """The triples of all graphs together; one in two graphs counts once."""
        return len(set().union(*self.graphs.values()))

    @property
    def quads(self) -> int:
        """The triples of all graphs, each with its graph."""
        return sum(len(triples) for triples in self.graphs.values())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("protocol")
    release = make_project(folder)
    store = ox.Store.read_only(str(release / "store"))
    graphs: dict[str, set[ox.Triple]] = {}
    for quad in store:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name.value, set()).add(quad.triple)
    del store
    with serving(folder, FLAGS) as server:
        yield Served(server=server, graphs=graphs, release=release)


@pytest.fixture
def server(served: Served) -> Server:
    return served.server


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    with Connection(server.port) as connection:
        yield connection


def post_form(server: Server, *pairs: tuple[str, str], fields: Fields = ()) -> Reply:
    sent = [("Content-Type", FORM), *fields]
    return server.fetch("/sparql", "POST", sent, query_string(*pairs).encode())


def post_direct(
    server: Server, body: str | bytes, *pairs: tuple[str, str], fields: Fields = ()
) -> Reply:
    target = "/sparql" + ("?" + query_string(*pairs) if pairs else "")
    data = body.encode() if isinstance(body, str) else body
    return server.fetch(target, "POST", [("Content-Type", DIRECT), *fields], data)


def refused(reply: Reply, status: int) -> Reply:
    """Assert that a request is refused with a status, and a sentence in plain text."""
    assert reply.status == status, reply
    assert reply.media_type == "text/plain", reply.fields
    assert re.search(r"[A-Z].*\.", reply.text), reply.text
    assert reply.get("ETag") is None
    return reply


def allowed(reply: Reply) -> set[str]:
    return {method.upper() for method in reply.words("Allow")}


# -- A query by GET and by POST (P 2.1.1 to 2.1.3) -----------------------------------------------


def test_get_query(served: Served) -> None:
    """A query may be sent by GET, percent-encoded (P 2.1.1)."""
    reply = served.server.query(COUNT)
    assert reply.media_type == JSON
    assert number(reply) == served.union


def test_post_query_form(served: Served) -> None:
    """A query may be posted as a form (P 2.1.2)."""
    assert number(post_form(served.server, ("query", COUNT))) == served.union


def test_post_query_form_charset(served: Served) -> None:
    """The form may say that it is UTF-8, in any case (RFC 9110, 8.3.1)."""
    sent = [("Content-Type", "Application/X-WWW-Form-Urlencoded; CharSet=UTF-8")]
    body = query_string(("query", 'SELECT ("é" AS ?n) {}')).encode()
    assert values(served.server.fetch("/sparql", "POST", sent, body)) == ["é"]


@pytest.mark.parametrize("kind", [DIRECT, DIRECT + "; charset=utf-8", DIRECT + ';charset="UTF-8"'])
def test_post_query_direct(server: Server, kind: str) -> None:
    """A query may be posted as itself, not encoded (P 2.1.3)."""
    body = 'SELECT ("é+%20&x=1" AS ?n) {}'.encode()
    reply = server.fetch("/sparql", "POST", [("Content-Type", kind)], body)
    assert values(reply) == ["é+%20&x=1"]


def test_post_query_direct_in_other_charset(server: Server) -> None:
    """UTF-8 is the only character set of a direct POST (P 2.1.3)."""
    sent = [("Content-Type", DIRECT + "; charset=iso-8859-1")]
    refused(server.fetch("/sparql", "POST", sent, b'SELECT ("\xe9" AS ?n) {}'), 415)


def test_all_ways_give_the_same_answer(server: Server) -> None:
    """The three ways to ask are ways to ask one thing (P 2.1)."""
    replies = [
        server.query(MANY, accept=XML),
        post_form(server, ("query", MANY), fields=[("Accept", XML)]),
        post_direct(server, MANY, fields=[("Accept", XML)]),
    ]
    assert len({reply.body for reply in replies}) == 1
    assert {reply.media_type for reply in replies} == {XML}


def test_get_query_repeated_parameter(server: Server) -> None:
    """There is exactly one query (P 2.1)."""
    refused(server.query(ASK, ("query", ASK)), 400)


def test_post_form_repeated_query(server: Server) -> None:
    """There is exactly one query, in a form as well (P 2.1)."""
    refused(post_form(server, ("query", ASK), ("query", ASK)), 400)


def test_post_direct_query_in_address_as_well(server: Server) -> None:
    """A query in the body and one in the address are two queries (P 2.1)."""
    refused(post_direct(server, ASK, ("query", ASK)), 400)


@pytest.mark.parametrize("body", ["", "x=y", "default-graph-uri=urn%3Ax"])
def test_post_form_without_query(server: Server, body: str) -> None:
    """A form without a query is malformed (P 2.1)."""
    sent = [("Content-Type", FORM)]
    refused(server.fetch("/sparql", "POST", sent, body.encode()), 400)


@pytest.mark.parametrize("query", ["", " ", "# nothing"])
def test_get_query_empty(server: Server, query: str) -> None:
    """An empty query is no query of the grammar (P 2.1.7)."""
    refused(server.query(query), 400)


def test_post_direct_empty(server: Server) -> None:
    """An empty body is no query of the grammar (P 2.1.7)."""
    refused(post_direct(server, ""), 400)


@pytest.mark.parametrize(
    "update", ["CLEAR ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <http://127.0.0.1/>"]
)
def test_update_in_every_way(server: Server, update: str) -> None:
    """An endpoint that only reads takes no updates, however they come (P 2.2, 2.1.7)."""
    before = number(server.query(COUNT))
    refused(server.query(update), 400)
    refused(post_form(server, ("query", update)), 400)
    refused(post_form(server, ("update", update)), 400)
    refused(server.fetch("/sparql?" + query_string(("update", update))), 400)
    refused(server.query(ASK, ("update", update)), 400)
    sent = [("Content-Type", "application/sparql-update")]
    refused(server.fetch("/sparql", "POST", sent, update.encode()), 415)
    assert number(server.query(COUNT + " # after " + update)) == before


def test_using_graph_parameters_are_for_updates(server: Server) -> None:
    """The data set of an update is no data set of a query (P 2.2.3)."""
    reply = server.query(COUNT, ("using-graph-uri", FLOW))
    assert reply.status == 400 or number(reply) == number(server.query(COUNT))


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/json",
        "application/sparql-update",
        "multipart/form-data; boundary=x",
        "application/sparql-query-x",
        "*/*",
        "nothing",
    ],
)
def test_post_unsupported_media_type(server: Server, kind: str | None) -> None:
    """A POST is a form or a query; anything else is 415 (P 2.1, RFC 9110, 15.5.16)."""
    sent = [("Content-Type", kind)] if kind else []
    reply = refused(server.fetch("/sparql", "POST", sent, ASK.encode()), 415)
    assert FORM in reply.text
    assert DIRECT in reply.text


def test_post_form_with_encoding_is_not_read_as_plain(server: Server) -> None:
    """A body in a content coding is decoded or refused, not read as it is (RFC 9110, 8.4)."""
    body = gzip.compress(query_string(("query", ASK)).encode())
    sent = [("Content-Type", FORM), ("Content-Encoding", "gzip")]
    reply = server.fetch("/sparql", "POST", sent, body)
    assert reply.status in (400, 415) or read_json(reply.body).truth is True


# -- The data set (P 2.1.4) ----------------------------------------------------------------------


def ask_in_three_ways(server: Server, query: str, *pairs: tuple[str, str]) -> list[int]:
    """Return the counts that GET, a form and a direct POST give, which must be the same."""
    replies = [
        server.query(query, *pairs),
        post_form(server, *pairs, ("query", query)),
        post_direct(server, query, *pairs),
    ]
    found = {(values(reply, "n")[0], values(reply, "m")[0]) for reply in replies}
    assert len(found) == 1, found
    [(default, named)] = found
    return [int(default), int(named)]


def test_default_data_set(served: Served) -> None:
    """Without parameters the data set is the union and every named graph (P 2.1.4)."""
    assert ask_in_three_ways(served.server, COUNT_BOTH) == [served.union, served.quads]


def test_triple_in_two_graphs_counts_once_in_the_union(served: Served) -> None:
    """The default graph is a set of triples (RDF 1.1 Concepts, 4)."""
    found = number(served.server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } # counts once"))
    distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"
    assert found == number(served.server.query(distinct))


def test_default_graph(served: Served) -> None:
    """default-graph-uri names the default graph; there are no named graphs then (P 2.1.4)."""
    found = ask_in_three_ways(served.server, COUNT_BOTH, ("default-graph-uri", FLOW))
    assert found == [len(served.graphs[FLOW]), 0]


def test_default_graphs(served: Served) -> None:
    """Several default graphs are merged (P 2.1.4; SPARQL 1.1, 13.2.1)."""
    pairs = [("default-graph-uri", FLOW), ("default-graph-uri", LISTS)]
    found = ask_in_three_ways(served.server, COUNT_BOTH, *pairs)
    assert found == [len(served.graphs[FLOW] | served.graphs[LISTS]), 0]


def test_default_graph_named_twice(served: Served) -> None:
    """A graph merged with itself is itself (SPARQL 1.1, 13.2.1)."""
    pairs = [("default-graph-uri", FLOW), ("default-graph-uri", FLOW)]
    found = ask_in_three_ways(served.server, COUNT_BOTH, *pairs)
    assert found == [len(served.graphs[FLOW]), 0]


def test_named_graph(served: Served) -> None:
    """named-graph-uri names a named graph; the default graph is empty then (P 2.1.4)."""
    found = ask_in_three_ways(served.server, COUNT_BOTH, ("named-graph-uri", FLOW))
    assert found == [0, len(served.graphs[FLOW])]


def test_named_graphs(served: Served) -> None:
    """Several named graphs stay apart (P 2.1.4)."""
    pairs = [("named-graph-uri", FLOW), ("named-graph-uri", LISTS)]
    assert ask_in_three_ways(served.server, COUNT_BOTH, *pairs) == [
        0,
        len(served.graphs[FLOW]) + len(served.graphs[LISTS]),
    ]
    found = served.server.query("SELECT DISTINCT ?n { GRAPH ?n { ?s ?p ?o } }", *pairs)
    assert sorted(values(found)) == sorted([FLOW, LISTS])


def test_default_and_named_graphs(served: Served) -> None:
    """Both parameters together name the whole data set (P 2.1.4)."""
    pairs = [("default-graph-uri", FLOW), ("named-graph-uri", LISTS)]
    assert ask_in_three_ways(served.server, COUNT_BOTH, *pairs) == [
        len(served.graphs[FLOW]),
        len(served.graphs[LISTS]),
    ]


def with_dataset(clauses: str) -> str:
    return COUNT_BOTH.replace("{", clauses + " {", 1)


@pytest.mark.parametrize(
    ("clauses", "default", "named"),
    [
        (f"FROM <{FLOW}>", (FLOW,), ()),
        (f"FROM <{FLOW}> FROM <{LISTS}>", (FLOW, LISTS), ()),
        (f"FROM NAMED <{FLOW}>", (), (FLOW,)),
        (f"FROM <{FLOW}> FROM NAMED <{LISTS}> FROM NAMED <{WORKERS}>", (FLOW,), (LISTS, WORKERS)),
    ],
)
def test_from(served: Served, clauses: str, default: list[str], named: list[str]) -> None:
    """FROM and FROM NAMED say the data set when the protocol does not (SPARQL 1.1, 13.2)."""
    assert ask_in_three_ways(served.server, with_dataset(clauses)) == [
        len(set().union(*(served.graphs[name] for name in default))),
        sum(len(served.graphs[name]) for name in named),
    ]


@pytest.mark.parametrize(
    ("pair", "expected"),
    [(("default-graph-uri", FLOW), (1, 0)), (("named-graph-uri", FLOW), (0, 1))],
)
@pytest.mark.parametrize("clauses", [f"FROM <{LISTS}>", f"FROM NAMED <{LISTS}>"])
def test_protocol_overrides_from(
    served: Served, clauses: str, pair: tuple[str, str], expected: tuple[int, int]
) -> None:
    """When both say a data set, that of the protocol counts (P 2.1.4)."""
    size = len(served.graphs[FLOW])
    found = ask_in_three_ways(served.server, with_dataset(clauses), pair)
    assert found == [size * expected[0], size * expected[1]]


def test_unknown_graph_is_empty(served: Served) -> None:
    """A graph that is not there is empty, and is never fetched (P 2.1.4, 2.1.7)."""
    for pair in (("default-graph-uri", "http://x.example/none"), ("named-graph-uri", "urn:x:y")):
        assert ask_in_three_ways(served.server, COUNT_BOTH, pair) == [0, 0]
    assert ask_in_three_ways(served.server, with_dataset("FROM <urn:x:y>")) == [0, 0]


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["no iri", "relative", "<urn:x>", "http://x/{y}", "a:\n"])
def test_graph_that_is_no_iri(server: Server, name: str, value: str) -> None:
    """A graph is named by an IRI (P 2.1.4; RFC 3987)."""
    refused(server.query(ASK, (name, value)), 400)
    refused(post_form(server, ("query", ASK), (name, value)), 400)
    refused(post_direct(server, ASK, (name, value)), 400)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_graph_field_left_empty(served: Served, name: str) -> None:
    """A field of a form that was left empty names no graph, or is refused; it is no graph."""
    reply = served.server.query(COUNT, (name, ""))
    assert reply.status == 400 or number(reply) == served.union


def test_graph_name_is_decoded_once(server: Server) -> None:
    """The name of a graph is percent-decoded exactly once (P 2.1.1)."""
    for pair in (("named-graph-uri", "urn:x:a%20b"), ("default-graph-uri", "urn:x:é%C3%A9")):
        assert number(server.query(COUNT, pair)) == 0


# -- The formats of an answer (P 2.1.5, 2.1.6) ----------------------------------------------------

EVERY_TERM = r"""
SELECT ?iri ?plain ?tagged ?integer ?decimal ?double ?boolean ?date ?unbound ?odd ?astral ?empty
WHERE { VALUES (?iri ?plain ?tagged ?integer ?decimal ?double ?boolean ?date ?unbound ?odd ?astral
?empty) { (<http://x.example/é/a%20b?c=d&e#f> "een" "twee"@nl 42 1.5 1.5e3 true
"2022-01-31"^^<http://www.w3.org/2001/XMLSchema#date> UNDEF "a, \"b\"\t'c'\n\\ <&> ]]>" "😀 é"
"") (UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF) } }
"""
TERMS = (
    ("uri", "http://x.example/é/a%20b?c=d&e#f"),
    literal("een"),
    literal("twee", "nl"),
    literal("42", None, XSD + "integer"),
    literal("1.5", None, XSD + "decimal"),
    literal("1500", None, XSD + "double"),
    literal("true", None, XSD + "boolean"),
    literal("2022-01-31", None, XSD + "date"),
    None,
    literal("a, \"b\"\t'c'\n\\ <&> ]]>"),
    literal("😀 é"),
    literal(""),
)


@pytest.mark.parametrize("media_type", [JSON, XML, TSV])
def test_select_every_term(server: Server, media_type: str) -> None:
    """Every kind of term and an unbound variable come as the format says."""
    reply = server.query(EVERY_TERM, accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    found = READERS[media_type](reply.body)
    assert len(found.names) == len(TERMS)
    assert found.rows == (TERMS, (None,) * len(TERMS))


def test_select_every_term_as_csv(server: Server) -> None:
    """CSV has the text of the terms, by RFC 4180 with CR LF (CSV and TSV, 3)."""
    reply = server.query(EVERY_TERM, accept=CSV)
    names, rows = read_csv(reply.body)
    assert names[:2] == ("iri", "plain")
    assert rows == [[term[1] if term else "" for term in TERMS], [""] * len(TERMS)]


@pytest.mark.parametrize("media_type", [JSON, XML, TSV])
def test_select_blank_nodes(server: Server, media_type: str) -> None:
    """Blank nodes are told as such, the same one by the same name in an answer."""
    query = "SELECT ?a ?b { BIND(BNODE() AS ?a) BIND(?a AS ?b) }"
    reply = server.query(query, accept=media_type)
    assert READERS[media_type](reply.body).rows == ((("blank",), ("blank",)),)
    labels = re.findall(r'(?:_:|"value":"|<bnode>)(\w+)', reply.text)
    assert len(labels) == 2
    assert len(set(labels)) == 1


@pytest.mark.parametrize("media_type", [JSON, XML, TSV])
def test_select_keeps_carriage_returns(server: Server, media_type: str) -> None:
    """A carriage return in a literal arrives as one: in XML as a reference (XML 1.0, 2.11)."""
    reply = server.query(r'SELECT ("a\r\nb\rc" AS ?n) {}', accept=media_type)
    assert READERS[media_type](reply.body).rows == ((literal("a\r\nb\rc"),),)


def test_select_what_xml_cannot_say(server: Server) -> None:
    """A character that XML cannot hold makes no broken document (XML 1.0, 2.2)."""
    reply = server.query(r'SELECT ("a\u0001b" AS ?n) {}', accept=XML)
    assert reply.status in (200, 406, 500)
    if reply.status == 200:
        assert len(read_xml(reply.body).rows) == 1


@pytest.mark.parametrize("media_type", RESULTS)
def test_select_without_solutions(server: Server, media_type: str) -> None:
    """No solutions are a header and no rows."""
    query = "SELECT ?a ?b { ?a <urn:none> ?b }"
    reply = server.query(query, accept=media_type)
    if media_type == CSV:
        assert reply.body == b"a,b\r\n"
    else:
        assert READERS[media_type](reply.body) == Result(names=("a", "b"))


@pytest.mark.parametrize("media_type", RESULTS)
def test_select_many_rows(server: Server, media_type: str) -> None:
    """The formats agree on a real answer."""
    reply = server.query(MANY, accept=media_type)
    json = read_json(server.query(MANY).body)
    json_rows = json.rows
    if media_type == CSV:
        expected = [[term[1] if term else "" for term in row] for row in json_rows]
        assert read_csv(reply.body) == (json.names, expected)
    else:
        assert READERS[media_type](reply.body).rows == json_rows


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("media_type", RESULTS)
def test_ask(server: Server, media_type: str, truth: bool) -> None:
    """ASK answers with a boolean in the format asked for."""
    query = ASK if truth else "ASK { <urn:none> <urn:none> <urn:none> }"
    reply = server.query(query, accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    if media_type in (CSV, TSV):
        assert reply.text.strip() == ("true" if truth else "false")
    else:
        assert READERS[media_type](reply.body).truth is truth


@pytest.mark.parametrize("media_type", GRAPHS)
def test_construct(served: Served, media_type: str) -> None:
    """CONSTRUCT answers with a graph in the format asked for (P 2.1.6)."""
    reply = served.server.query(CONSTRUCT, accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    format_ = ox.RdfFormat.from_media_type(media_type)
    quads = list(ox.parse(reply.body, format=format_))
    assert all(quad.graph_name == ox.DefaultGraph() for quad in quads)
    assert {quad.triple for quad in quads} == served.graphs[FLOW]


@pytest.mark.parametrize("media_type", GRAPHS)
def test_describe(server: Server, media_type: str) -> None:
    """DESCRIBE answers with a graph about the resource (P 2.1.6; SPARQL 1.1, 16.4)."""
    reply = server.query(DESCRIBE, accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    format_ = ox.RdfFormat.from_media_type(media_type)
    subject = ox.NamedNode(f"{BASE}/id/dataset/uitstroom")
    found = {quad.triple for quad in ox.parse(reply.body, format=format_)}
    assert any(triple.subject == subject for triple in found)
    query = f"SELECT (COUNT(*) AS ?n) {{ <{subject.value}> ?p ?o }}"
    own = [triple for triple in found if triple.subject == subject]
    assert len(own) == number(server.query(query))


@pytest.mark.parametrize("media_type", GRAPHS)
def test_construct_nothing(server: Server, media_type: str) -> None:
    """An empty graph is a well-formed document of its format."""
    reply = server.query("CONSTRUCT WHERE { ?s <urn:none> ?o }", accept=media_type)
    assert reply.status == 200
    assert not list(ox.parse(reply.body, format=ox.RdfFormat.from_media_type(media_type)))


def test_text_says_its_charset(server: Server) -> None:
    """Text says that it is UTF-8 (CSV and TSV, 2; Turtle's media type)."""
    for accept, query in ((CSV, MANY), (TSV, MANY), (TURTLE, CONSTRUCT), (BROWSER, MANY)):
        kind = server.query(query, accept=accept)["Content-Type"]
        assert "charset=utf-8" in kind.lower(), kind


# -- What the client accepts (P 2.1.5; RFC 9110, 12.5.1) -------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        (JSON, JSON),
        ("application/json", "application/json"),
        ("TEXT/CSV", CSV),
        (f"{XML};q=0.3, {CSV};q=0.7", CSV),
        (f"{CSV};q=0.7, {XML};q=0.3", CSV),
        (f"{CSV} ; q=0.5 , {XML}\t;\tq=0.6", XML),
        (f"{CSV};Q=0.5, {XML};Q=0.6", XML),
        (f"{CSV};q=0.123, {XML};q=0.124", XML),
        (f"{CSV};q=1.000, {XML};q=0.999", CSV),
        (f"{CSV};q=0.001", CSV),
        (f"{CSV};q=1., {XML};q=0.", CSV),
        (f"image/png, {TSV}", TSV),
        (f"{TURTLE}, {TSV};q=0.1", TSV),
        (f"*/*;q=0.1, {TSV};q=0.2", TSV),
        (f"{TSV};q=0.2, */*;q=0.1", TSV),
        (f",, {TSV} ,,", TSV),
        (f"{CSV};header=present", CSV),
        (f"{CSV};charset=utf-8;q=0.9, {XML};q=0.8", CSV),
        (f'{JSON};profile="a,b;q=0.1\\"", {XML};q=0.5', JSON),
        (f'image/png;x="{CSV}, */*", {XML};q=0.1', XML),
    ],
)
def test_accept(server: Server, accept: str | None, media_type: str) -> None:
    """The form with the highest quality is sent (RFC 9110, 12.5.1)."""
    reply = server.query(MANY, accept=accept)
    assert (reply.status, reply.media_type) == (200, media_type)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (f"*/*;q=0, {CSV}", CSV),
        (f"{CSV}, */*;q=0", CSV),
        (f"text/*;q=0, {CSV};q=0.5", CSV),
        (f"text/*;q=0.9, {CSV};q=0.1, {HTML};q=0", TSV),
        (f"application/*;q=0.9, {JSON};q=0.1, {TSV};q=0.5, application/json;q=0", XML),
        (f"text/*, {XML};q=0.1, text/csv;q=0, {HTML};q=0", TSV),
        (f"{JSON};q=0, {XML}", XML),
        (f"*/*;q=0.8, application/*;q=0, {XML};q=0.1, text/*;q=0", XML),
        (f"*/*;q=0.000, {TSV};q=0.001", TSV),
    ],
)
def test_accept_specificity_beats_order(server: Server, accept: str, media_type: str) -> None:
    """The most specific range that fits a form says its quality (RFC 9110, 12.5.1)."""
    reply = server.query(MANY, accept=accept)
    assert (reply.status, reply.media_type) == (200, media_type)


@pytest.mark.parametrize(
    "accept",
    ["*/*, {};q=0", "{};q=0, */*", "{};q=0.0, application/*;q=0.5", "*/*;q=0.5, {}; q=0.000"],
)
def test_accept_wildcard_exclusion(server: Server, accept: str) -> None:
    """q=0 means not acceptable, whatever a wildcard says (RFC 9110, 12.4.2)."""
    reply = server.query(MANY, accept=accept.format(JSON))
    assert reply.status == 200
    assert reply.media_type in {*RESULTS, HTML, "application/json"} - {JSON}


@pytest.mark.parametrize("accept", ["*/*;q=0", "image/png", "text/turtle;q=0", "text/html;q=0"])
def test_accept_nothing(server: Server, accept: str) -> None:
    """When nothing is acceptable it is 406, with a list of what there is (RFC 9110, 15.5.7)."""
    reply = refused(server.query(MANY, accept=accept), 406)
    assert set(RESULTS) <= set(re.findall(r"[a-z]+/[a-z+-]+", reply.text))
    assert "accept" in reply.words("Vary")


@pytest.mark.parametrize("accept", GRAPHS)
def test_accept_graph_for_select(server: Server, accept: str) -> None:
    """A form for graphs does not suit a SELECT (P 2.1.6)."""
    refused(server.query(MANY, accept=accept), 406)
    refused(server.query(ASK, accept=accept), 406)


@pytest.mark.parametrize("accept", RESULTS)
def test_accept_result_for_construct(server: Server, accept: str) -> None:
    """A form for results does not suit a graph (P 2.1.6)."""
    reply = refused(server.query(CONSTRUCT, accept=accept), 406)
    assert set(GRAPHS) <= set(re.findall(r"[a-z]+/[a-z+-]+", reply.text))
    refused(server.query(DESCRIBE, accept=accept), 406)


@pytest.mark.parametrize("accept", [None, "*/*", "text/*"])
def test_accept_anything_for_construct(server: Server, accept: str | None) -> None:
    """A graph comes as Turtle to whom it is all the same (P 2.1.6)."""
    assert server.query(CONSTRUCT, accept=accept).media_type == TURTLE


@pytest.mark.parametrize(
    ("accept", "media_types"),
    [
        ("application/xml", {"application/xml", XML}),
        ("text/xml", {"text/xml", XML}),
        ("application/json", {"application/json", JSON}),
    ],
)
def test_accept_general_names(server: Server, accept: str, media_types: set[str]) -> None:
    """General names of a format are understood, for results and graphs."""
    reply = server.query(MANY, accept=accept)
    assert reply.media_type in media_types
    assert (read_json if "json" in accept else read_xml)(reply.body).rows
    reply = server.query(CONSTRUCT, accept=accept)
    assert reply.status == 200
    format_ = ox.RdfFormat.JSON_LD if "json" in accept else ox.RdfFormat.RDF_XML
    assert list(ox.parse(reply.body, format=format_))


def test_accept_several_headers(server: Server) -> None:
    """Several Accept headers are one list (RFC 9110, 5.3)."""
    target = "/sparql?" + query_string(("query", MANY))
    for first, second in ((f"{CSV};q=0.1", XML), (XML, f"{CSV};q=0.1"), ("image/png", XML)):
        reply = server.fetch(target, "GET", [("Accept", first), ("Accept", second)])
        assert reply.media_type == XML


@pytest.mark.parametrize(
    "accept",
    [
        f"{CSV};q=abc",
        f"{CSV};q=",
        f"{CSV};q=2",
        f"{CSV};q=-1",
        f"{CSV};q=nan",
        f"{CSV};q=1e400",
        f"{CSV};q",
        f"{CSV};;",
        "text",
        "/",
        "*/csv",
        ";q=1",
        "text/csv text/html",
        'text/csv;x="open',
        "\xe9/\xe9",
        ",",
        "",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    ],
)
def test_accept_malformed(server: Server, accept: str) -> None:
    """A malformed Accept is read as far as it goes, or refused; it is no fault of the server."""
    assert server.query(MANY, accept=accept).status in (200, 400, 406)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", JSON),  # curl, wget, fetch()
        (f"{JSON},*/*;q=0.9", JSON),  # YASGUI
        (f"{JSON},application/json,text/javascript,application/javascript", JSON),  # SPARQLWrapper
        (
            f"{JSON}, {XML};q=0.9, {TSV};q=0.7, {CSV};q=0.5, application/json;q=0.2, "
            "application/xml;q=0.2, */*;q=0.1",
            JSON,
        ),  # Jena
        (f"{XML};q=0.8, application/xml;q=0.8, {JSON}, application/json;q=0.8", JSON),  # RDF4J
        (XML, XML),  # rdflib
    ],
)
def test_accept_of_real_clients(server: Server, accept: str, media_type: str) -> None:
    """What the known clients send gets what they read."""
    assert server.query(MANY, accept=accept).media_type == media_type


@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize("query", [MANY, ASK, CONSTRUCT, DESCRIBE, None])
def test_browser_gets_a_page(server: Server, browser: str, query: str | None) -> None:
    """A browser gets a page, whatever the form of the query."""
    target = "/sparql" + ("?" + query_string(("query", query)) if query else "")
    reply = server.fetch(target, "GET", [("Accept", BROWSERS[browser])])
    assert (reply.status, reply.media_type) == (200, HTML)
    assert reply.text.lstrip().lower().startswith("<!doctype html>")
    assert reply["Content-Language"].lower() in ("nl", "en")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("csv", CSV), ("tsv", TSV), ("json", JSON), ("xml", XML)],
)
def test_format_parameter(server: Server, name: str, media_type: str) -> None:
    """A link can ask for a format, whatever the browser accepts."""
    reply = server.query(MANY, ("format", name), accept=BROWSER)
    assert (reply.status, reply.media_type) == (200, media_type)


# -- What fails (P 2.1.7; RFC 9110, 15.5) ---------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * {\n  ?s ex:p ?o }", 2, 6),
        ("SELECT * {\r\n  ?s ex:p ?o }", 2, 6),
        ("SELECT * { ?s ?p ?o }}", 1, 22),
        ("# é 😀\n\nSELECT * { ?s ex:p ?o }", 3, 15),
        ("ASK { ?s ?p 'é😀' ; ex:p 1 }", 1, 20),
    ],
)
def test_syntax_error(server: Server, query: str, line: int, column: int) -> None:
    """A query that is no SPARQL is 400 (P 2.1.7), and is told where, and is kept."""
    for reply in (
        server.query(query),
        post_form(server, ("query", query)),
        post_direct(server, query),
        server.query(query, accept="*/*"),
    ):
        refused(reply, 400)
        assert re.search(rf"\b[Ll]ine {line}, column {column}\b", reply.text), reply.text
        assert query.replace("\r\n", "\n") in reply.text.replace("\r\n", "\n")


def test_syntax_error_on_the_page(server: Server) -> None:
    """In a browser a syntax error is 400 too, with its place and the query in the editor."""
    query = "SELECT * {\n  ?s ex:p ?o }"
    reply = server.query(query, accept=BROWSER, fields=[("Accept-Language", "en")])
    assert (reply.status, reply.media_type) == (400, HTML)
    assert re.search(r"[Ll]ine 2, column 6", reply.text)
    assert f"{query}</textarea>" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { ?s ?p ?x } GROUP BY ?s",
        "SELECT * { ?s ?p ?o BIND(1 AS ?o) }",
        "SELECT ?x WHERE",
        "SELEKT * {}",
        "ASK { ?s <http://x y> ?o }",
        "ASK { 'a' ?p }",
        "ASK {} ASK {}",
    ],
)
def test_malformed_query(server: Server, query: str) -> None:
    """What breaks the grammar or its notes is 400 (P 2.1.7)."""
    refused(server.query(query), 400)


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "PROPFIND", "FOO", "LOCK", "MKCOL", "SEARCH"]
)
def test_method_not_allowed(server: Server, method: str) -> None:
    """A method that the endpoint does not have is 405 with those it has (RFC 9110, 15.5.6)."""
    reply = server.fetch("/sparql?" + query_string(("query", ASK)), method, [], b"")
    assert reply.status in ((405, 501) if method == "FOO" else (405,))
    if reply.status == 405:
        assert allowed(reply) == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("path", ["/", "/doc/dataset/uitstroom", "/id/dataset/uitstroom"])
def test_method_not_allowed_on_documents(server: Server, path: str) -> None:
    """Documents are read and no more (RFC 9110, 15.5.6)."""
    for method in ("POST", "PUT", "DELETE"):
        reply = server.fetch(path, method, [], b"")
        assert reply.status == 405
        assert {"GET", "HEAD"} <= allowed(reply) <= {"GET", "HEAD", "OPTIONS"}


def test_query_too_long(server: Server) -> None:
    """A query past the limit is 413, and the limit is told (RFC 9110, 15.5.14)."""
    query = ASK + " #" + "x" * 70_000
    assert refused(server.post(query), 413).text
    refused(post_form(server, ("query", query)), 413)
    assert server.query(query[:60_000], accept=CSV).status in (200, 413, 414, 431)
    assert server.post(query[:65_000]).status == 200


def test_query_too_deep(server: Server) -> None:
    """A query nested past the limit is 413 (the limit is 77 here)."""
    assert server.query("ASK " + "{" * 60 + "}" * 60).status == 200
    refused(server.query("ASK " + "{" * 90 + "}" * 90), 413)


def test_too_many_rows(served: Served) -> None:
    """An answer past the row limit is no answer: 503 that names the limit (here 4321)."""
    everything = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT "
    assert len(read_csv(served.server.query(everything + "4321", accept=CSV).body)[1]) == 4321
    reply = refused(served.server.query(everything + "4322", accept=CSV), 503)
    assert re.search("4[.,\u202f ]?321", reply.text)
    triples = "CONSTRUCT { ?s ?p ?o . [] <urn:p> ?a } { ?s ?p ?o . ?a ?b ?c } LIMIT 9000"
    refused(served.server.query(triples, accept=N_TRIPLES), 503)


def test_too_many_bytes(server: Server) -> None:
    """An answer past the byte limit is no answer: 503 that names the limit (here 7.3 MiB)."""
    row = '(REPLACE("' + "x" * 5000 + '", "x", "yy") AS ?x)'
    query = f"SELECT ?s {row} {{ ?s ?p ?o . ?a ?b ?c }} LIMIT 1000"
    reply = refused(server.query(query, accept=CSV), 503)
    assert re.search("7[.,\u202f ]?654[.,\u202f ]?321|7[.,]3|7[.,]474|7[.,]7", reply.text), (
        reply.text
    )
    assert server.query(query.replace("1000", "500"), accept=CSV).status == 200


def test_out_of_time(server: Server) -> None:
    """A query past the deadline is 503 and names the limit."""
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    reply = refused(server.query(query), 503)
    assert re.search("2[.,]5", reply.text)


def test_unknown_function(server: Server) -> None:
    """A function that does not exist is the asker's fault or an error in the solution."""
    reply = server.query("SELECT * { ?s ?p ?o FILTER(<urn:none>(?o)) }")
    assert reply.status in (200, 400)


def test_not_found_is_no_endpoint(server: Server) -> None:
    """The endpoint has one address, to which that with a slash leads, whatever is sent."""
    target = "?" + query_string(("query", ASK))
    for method in ("GET", "HEAD", "POST"):
        reply = server.fetch("/sparql/" + target, method, body=b"x" if method == "POST" else None)
        assert (reply.status, reply["Location"]) == (308, "/sparql" + target)
    assert server.fetch("/sparql/")["Location"] == "/sparql"
    for path in ("/sparql/x", "/SPARQL", "/sparqlx", "/sparql;x"):
        assert server.fetch(path + "?" + query_string(("query", ASK))).status == 404, path


# -- HEAD and OPTIONS, CORS ------------------------------------------------------------------------


def told(reply: Reply) -> dict[str, str]:
    """Return the header fields that do not differ from one request to the next."""
    own = ("date", "x-request-id", "server-timing", "age")
    return {name.lower(): value for name, value in reply.fields if name.lower() not in own}


@pytest.mark.parametrize(
    ("target", "accept"),
    [
        ("/sparql?" + query_string(("query", MANY)), JSON),
        ("/sparql?" + query_string(("query", MANY)), BROWSER),
        ("/sparql?" + query_string(("query", CONSTRUCT)), TURTLE),
        ("/sparql?" + query_string(("query", "SELECT *")), JSON),
        ("/sparql?" + query_string(("query", MANY)), "image/png"),
        ("/sparql", TURTLE),
        ("/sparql", BROWSER),
        ("/", BROWSER),
        ("/doc/dataset/uitstroom", TURTLE),
        ("/dumps/uitstroom.nt", "*/*"),
        ("/none", "*/*"),
    ],
)
def test_head(server: Server, target: str, accept: str) -> None:
    """HEAD is GET without the body, with the same fields (RFC 9110, 9.3.2)."""
    asked = [("Accept", accept)]
    with Connection(server.port) as connection:
        get = connection.ask(request(target, "GET", asked))
        head = connection.ask(request(target, "HEAD", asked))
        again = connection.ask(request(target, "GET", asked))
    assert head.status == get.status
    assert told(head) == told(get)
    assert int(head["Content-Length"]) == len(get.body) == len(again.body)


def test_head_of_runaway(server: Server) -> None:
    """HEAD tells what GET would tell, a failure as well (RFC 9110, 9.3.2)."""
    query = "SELECT * { ?s ex:p ?o }"
    assert server.query(query, method="HEAD").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/sparql",
        "/sparql?query=ASK%20%7B%7D",
        "/",
        "/shapes",
        "/shapes/",
        "/nothing",
        "/dumps/none.ttl",
        "/id/dataset/werknemers",
        "/doc/dataset/werknemers.ttl",
        "/ns/proef",
        "/health",
        "/static/none",
    ],
)
def test_options(server: Server, path: str) -> None:
    """OPTIONS says which methods there are, also to a preflight (RFC 9110, 9.3.7; Fetch, 4.8)."""
    reply = server.fetch(path, "OPTIONS", [("Access-Control-Request-Headers", "x-own")])
    assert reply["Access-Control-Allow-Methods"] == reply["Allow"]
    assert "*" in reply.words("Access-Control-Allow-Headers")
    assert reply["Access-Control-Allow-Origin"] == "*"
    assert reply.status in (200, 204)
    expected = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if "sparql" in path else set())
    assert allowed(reply) == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_preflight(server: Server, method: str) -> None:
    """A preflight lets any origin ask by GET and POST, without credentials (Fetch, 4.8)."""
    reply = server.fetch(
        "/sparql",
        "OPTIONS",
        [
            ("Origin", "https://elsewhere.example"),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", "accept,content-type,queryid"),
        ],
    )
    assert reply.status in (200, 204)
    assert reply["Access-Control-Allow-Origin"] == "*"
    assert method.lower() in reply.words("Access-Control-Allow-Methods")
    fields = reply.words("Access-Control-Allow-Headers")
    assert {"*", "authorization", "accept", "content-type"} <= fields
    assert reply.get("Access-Control-Allow-Credentials") is None
    assert int(reply["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        (MANY, JSON, 200),
        (CONSTRUCT, TURTLE, 200),
        ("SELECT *", JSON, 400),
        (MANY, "image/png", 406),
        ("ASK " + "{" * 90 + "}" * 90, JSON, 413),
        ("ASK { SERVICE <http://x.example/> {} }", JSON, 403),
    ],
)
def test_any_origin_may_read(server: Server, query: str, accept: str, status: int) -> None:
    """Answers and errors alike may be read from any origin, without credentials (Fetch, 4.9)."""
    origin = [("Origin", "https://elsewhere.example"), ("Cookie", "a=b")]
    reply = server.query(query, accept=accept, fields=origin)
    assert reply.status == status
    assert reply["Access-Control-Allow-Origin"] == "*"
    assert reply.get("Access-Control-Allow-Credentials") is None
    assert reply.get("Set-Cookie") is None
    assert "origin" not in reply.words("Vary")


def test_any_origin_may_read_every_refusal(server: Server) -> None:
    """Errors outside of a query may be read from any origin too (Fetch, 4.9)."""
    for reply in (
        server.fetch("/sparql", "PUT", [], b""),
        server.fetch("/sparql", "POST", [("Content-Type", "text/plain")], b"x"),
        server.fetch("/none"),
        server.fetch("/sparql", "GET", [("Accept", "image/png")]),
    ):
        assert reply.status >= 400
        assert reply["Access-Control-Allow-Origin"] == "*"


def test_origin_may_read_the_fields_that_matter(server: Server) -> None:
    """A script may read the ETag, the links and the request's id (Fetch, 3.2.3)."""
    exposed = server.query(MANY).words("Access-Control-Expose-Headers")
    assert exposed == {"*"} or {"etag", "link", "retry-after"} <= exposed


# -- The service description (SD) ------------------------------------------------------------------


def description(server: Server, accept: str | None = None) -> ox.Store:
    """Return the service description as a store."""
    reply = server.fetch("/sparql", "GET", [("Accept", accept)] if accept else [])
    assert reply.status == 200, reply
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.from_media_type(reply.media_type))
    return store


def told_by(store: ox.Store, pattern: str, name: str = "x") -> list[str]:
    found = store.query(
        f"PREFIX sd: <{SD}> PREFIX void: <{VOID}> SELECT ?{name} {{ {pattern} }} ORDER BY ?{name}"
    )
    assert isinstance(found, ox.QuerySolutions)
    return [row[name].value for row in found]


@pytest.mark.parametrize("accept", [None, "*/*", TURTLE, "text/*;q=0.5, text/turtle"])
def test_service_description(server: Server, accept: str | None) -> None:
    """GET without a query is answered with a service description, by default Turtle (SD 2)."""
    reply = server.fetch("/sparql", "GET", [("Accept", accept)] if accept else [])
    assert (reply.status, reply.media_type) == (200, TURTLE)
    assert {"accept"} <= reply.words("Vary")


@pytest.mark.parametrize("accept", GRAPHS)
def test_service_description_by_accept(server: Server, accept: str) -> None:
    """The service description comes in every form of a graph, with the same triples (SD 2)."""
    reply = server.fetch("/sparql", "GET", [("Accept", accept)])
    assert (reply.status, reply.media_type) == (200, accept)
    found = {
        quad.triple for quad in ox.parse(reply.body, format=ox.RdfFormat.from_media_type(accept))
    }
    assert found == {quad.triple for quad in description(server)}


def test_service_description_not_acceptable(server: Server) -> None:
    """A service description in a form that there is not is 406 (RFC 9110, 15.5.7)."""
    reply = refused(server.fetch("/sparql", "GET", [("Accept", "image/png, text/csv")]), 406)
    assert TURTLE in reply.text


def test_service_description_of_the_service(server: Server) -> None:
    """There is one service, with its endpoint, language, formats and default data set (SD 3)."""
    store = description(server)
    assert len(told_by(store, "?x a sd:Service")) == 1
    [endpoint] = told_by(store, "?s a sd:Service ; sd:endpoint ?x")
    assert endpoint == f"{BASE}/sparql"
    languages = told_by(store, "?s a sd:Service ; sd:supportedLanguage ?x")
    assert SD + "SPARQL11Query" in languages
    assert SD + "SPARQL11Update" not in languages
    features = told_by(store, "?s a sd:Service ; sd:feature ?x")
    assert SD + "UnionDefaultGraph" in features
    assert not {SD + "BasicFederatedQuery", SD + "DereferencesURIs"} & set(features)
    formats = {iri.rpartition("/")[2] for iri in told_by(store, "?s sd:resultFormat ?x")}
    assert formats == {
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "RDF_XML",
        "JSON-LD",
        "TriG",
        "N-Quads",
        "N3",
    }
    iris = told_by(store, "?s sd:resultFormat ?x")
    assert all(iri.startswith("http://www.w3.org/ns/formats/") for iri in iris)
    assert len(told_by(store, "?s sd:defaultDataset ?x . ?x a sd:Dataset")) == 1


def test_service_description_counts_the_default_graph(served: Served) -> None:
    """The triples that the default graph is said to have are those that a query counts (SD 3)."""
    store = description(served.server)
    pattern = "?s sd:defaultDataset/sd:defaultGraph/void:triples ?x"
    assert told_by(store, pattern) == [str(served.union)]
    assert number(served.server.query(COUNT)) == served.union


def test_service_description_counts_every_named_graph(served: Served) -> None:
    """Every named graph is named, with as many triples as a query counts (SD 3)."""
    store = description(served.server)
    assert told_by(store, "?d sd:namedGraph/sd:name ?x") == sorted(served.graphs)
    for name, triples in served.graphs.items():
        pattern = f"?g a sd:NamedGraph ; sd:name <{name}> ; sd:graph?/void:triples ?x"
        assert told_by(store, pattern) == [str(len(triples))], name
        query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
        assert number(served.server.query(query)) == len(triples)


@pytest.mark.parametrize(
    ("figure", "query"),
    [
        ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        ("properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("classes", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }"),
    ],
)
def test_service_description_counts_what_it_tells(server: Server, figure: str, query: str) -> None:
    """Whatever VoID figure the default graph has is the one that a query counts (VoID, 4.6)."""
    pattern = f"?s sd:defaultDataset/sd:defaultGraph/void:{figure} ?x"
    assert set(told_by(description(server), pattern)) <= {str(number(server.query(query)))}


def test_service_description_tells_the_limits(server: Server) -> None:
    """Every limit of this server stands in the service description."""
    literals = {
        quad.object.value for quad in description(server) if isinstance(quad.object, ox.Literal)
    }
    words = set(re.findall(r"\d+(?:\.\d+)?", " ".join(literals)))
    for name in ("deadline", "rows", "answer-bytes", "query-bytes", "nesting", "parts"):
        assert str(FLAGS[name]) in words, name


def test_query_page_tells_the_limits(server: Server) -> None:
    """The limits stand on the query page too."""
    text = server.fetch("/sparql", "GET", [("Accept", BROWSER), ("Accept-Language", "nl")]).text
    shown = re.sub(r"<[^>]*>", " ", text)
    for pattern in (r"2,5", r"4[.\u202f\u00a0 ]?321", r"\b77\b", r"1[.\u202f\u00a0 ]?234"):
        assert re.search(pattern, shown), pattern


# -- Characters and encoding ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("a%20b", "a b"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a%2520b", "a%20b"),
        ("a%252520b", "a%2520b"),
        ("%C3%A9", "é"),
        ("%c3%a9", "é"),
        ("e%CC%81", "e\u0301"),
        ("%F0%9F%98%80", "😀"),
        ("%F4%8F%BF%BD", "\U0010fffd"),
        ("%EF%BF%BD", "\ufffd"),
        ("%26%3D%3B%23%3F", "&=;#?"),
        ("a%3Bb", "a;b"),
        ("%7Bx%7D", "{x}"),
    ],
)
def test_decode_once(server: Server, encoded: str, text: str) -> None:
    """Parameters are percent-decoded exactly once, plus is a space (P 2.1.1; URL, 5)."""
    query = f"SELECT%20(%22{encoded}%22%20AS%20%3Fn)%20%7B%7D"
    for reply in (
        server.fetch(f"/sparql?query={query}", "GET", [("Accept", JSON)]),
        server.fetch("/sparql", "POST", [("Content-Type", FORM)], f"query={query}".encode()),
    ):
        assert values(reply) == [text]


def test_decode_once_in_iri(server: Server) -> None:
    """%20 in an IRI of a query stays %20 (P 2.1.1; RFC 3987, 3.1)."""
    query = "SELECT (STR(<http://x.example/a%20b%C3%A9>) AS ?n) {}"
    for reply in (
        server.query(query),
        post_form(server, ("query", query)),
        post_direct(server, query),
    ):
        assert values(reply) == ["http://x.example/a%20b%C3%A9"]


@pytest.mark.parametrize("text", ["a+b", "a%20b", "a&b=c", "😀é", "a\tb"])
def test_post_direct_is_not_decoded(server: Server, text: str) -> None:
    """A direct POST is not percent-encoded, so it is not decoded (P 2.1.3)."""
    assert values(post_direct(server, f"SELECT ('{text}' AS ?n) {{}}")) == [text]


@pytest.mark.parametrize(
    "encoded", ["%FF", "%C3", "%C0%AF", "%ED%A0%80", "%F5%80%80%80", "%E2%82", "%80"]
)
def test_invalid_utf8(server: Server, encoded: str) -> None:
    """What is not UTF-8 is refused, not repaired (P 2.1.1, 2.1.3; RFC 3629)."""
    query = f"query=SELECT%20(%22{encoded}%22%20AS%20%3Fn)%20%7B%7D"
    refused(server.fetch(f"/sparql?{query}"), 400)
    refused(server.fetch("/sparql", "POST", [("Content-Type", FORM)], query.encode()), 400)
    raw = bytes.fromhex(encoded.replace("%", ""))
    refused(post_direct(server, b"SELECT ('" + raw + b"' AS ?n) {}"), 400)
    refused(server.fetch(f"/sparql?query=ASK%20%7B%7D&default-graph-uri=urn:x:{encoded}"), 400)


@pytest.mark.parametrize("encoded", ["%zz", "%", "%4", "%%41", "%u0041", "% 41"])
def test_invalid_percent(server: Server, encoded: str) -> None:
    """A percent sign that encodes nothing is refused or stays; it is no fault of the server."""
    target = f"/sparql?query=SELECT%20(%22{encoded}%22%20AS%20%3Fn)%20%7B%7D".replace(" ", "%20")
    reply = server.fetch(target, "GET", [("Accept", JSON)])
    assert reply.status in (200, 400)
    if reply.status == 200:
        assert "%" in values(reply)[0]


@pytest.mark.parametrize("raw", [b"\xc3\xa9", b"\xff", b"\xf0\x9f\x98\x80"])
def test_raw_bytes_in_target(server: Server, raw: bytes) -> None:
    """A request target is ASCII; other bytes are refused, or read as UTF-8 (RFC 9112, 3.2)."""
    target = b"/sparql?query=SELECT%20(%22" + raw + b"%22%20AS%20%3Fn)%20%7B%7D"
    reply = server.fetch(target, "GET", [("Accept", JSON)])
    assert reply.status in (200, 400)
    if reply.status == 200:
        assert values(reply) == [raw.decode("utf-8")]


def test_nul(server: Server) -> None:
    """A query with a NUL is refused in every way of asking."""
    for reply in (
        server.query("ASK { ?s ?p 'a\0b' }"),
        post_form(server, ("query", "ASK {}\0")),
        post_direct(server, "ASK {}\0"),
    ):
        assert reply.status in (400, 403)
        assert reply.media_type == "text/plain"


def test_line_endings(server: Server) -> None:
    """Every end of a line is white space, and is kept inside of a text (SPARQL 1.1, 19.8)."""
    for end in ("\n", "\r\n", "\r"):
        query = f"SELECT{end}('''a{end}b''' AS ?n) # a comment{end}{{}}"
        for reply in (
            server.query(query),
            post_form(server, ("query", query)),
            post_direct(server, query),
        ):
            assert values(reply) == [f"a{end}b"]


def test_non_ascii_variables_and_names(server: Server) -> None:
    """Variables and prefixes may be outside of ASCII (SPARQL 1.1, 19.8)."""
    query = "PREFIX é: <http://x.example/é#> SELECT (STR(é:ü) AS ?größe) {}"
    reply = server.query(query)
    assert values(reply, "größe") == ["http://x.example/é#ü"]


def test_byte_order_mark(server: Server) -> None:
    """A byte order mark before a direct query is no fault of the server."""
    assert post_direct(server, b"\xef\xbb\xbfASK {}").status in (200, 400)


def test_control_characters_in_csv(server: Server) -> None:
    """A text that looks like a formula stays what it is: CSV has the text (CSV and TSV, 3)."""
    reply = server.query("SELECT ('=1+1' AS ?n) ('@x' AS ?m) {}", accept=CSV)
    assert csv_rows(reply.body) == [["n", "m"], ["=1+1", "@x"]]


# -- Caching (RFC 9110, 8.8 and 13; RFC 9111) ------------------------------------------------------


def test_vary_of_data(server: Server) -> None:
    """An answer differs by Accept and Accept-Encoding, and by nothing else (RFC 9110, 12.5.5)."""
    for query in (MANY, ASK, CONSTRUCT):
        assert server.query(query, accept="*/*").words("Vary") == {"accept", "accept-encoding"}


def test_vary_of_service_description(server: Server) -> None:
    """The service description differs by Accept, and by coding if it has one (RFC 9110, 12.5.5)."""
    asked = [("Accept", TURTLE)]
    plain = server.fetch("/sparql", "GET", asked)
    packed = server.fetch("/sparql", "GET", [*asked, ("Accept-Encoding", "gzip")])
    coded = {"accept-encoding"} if packed.get("Content-Encoding") else set()
    assert plain.words("Vary") == packed.words("Vary") == {"accept"} | coded


def test_vary_of_pages(server: Server) -> None:
    """A page differs by language as well (RFC 9110, 12.5.5)."""
    for target in ("/sparql", "/sparql?" + query_string(("query", MANY))):
        words = server.fetch(target, "GET", [("Accept", BROWSER)]).words("Vary")
        assert {"accept", "accept-language"} <= words
        assert words <= {"accept", "accept-language", "accept-encoding"}


def test_vary_of_errors(server: Server) -> None:
    """An error that is a page for browsers and a sentence for programs says so."""
    for query, accept in (("SELECT *", JSON), ("SELECT *", BROWSER), (MANY, "image/png")):
        assert "accept" in server.query(query, accept=accept).words("Vary")


@pytest.mark.parametrize("accept", RESULTS)
def test_etag(server: Server, accept: str) -> None:
    """An answer has an entity tag, and the same one each time (RFC 9110, 8.8.3)."""
    first, second = (server.query(MANY, accept=accept) for _ in range(2))
    assert re.fullmatch(r'(?:W/)?"[\x21\x23-\x7e]+"', first["ETag"])
    assert second["ETag"] == first["ETag"]
    assert second.body == first.body
    assert told(second) == told(first)


def test_etag_differs(server: Server) -> None:
    """The tag differs by query, data set, format, coding and kind of page (RFC 9110, 8.8.3)."""
    replies = [
        *(server.query(MANY, accept=accept) for accept in RESULTS),
        server.query(MANY + " # else"),
        server.query(MANY, ("default-graph-uri", FLOW)),
        server.query(MANY, ("default-graph-uri", LISTS)),
        server.query(MANY, ("named-graph-uri", FLOW)),
        server.query(MANY, ("default-graph-uri", FLOW), ("default-graph-uri", LISTS)),
        server.query(MANY, ("default-graph-uri", FLOW), ("named-graph-uri", LISTS)),
        server.query(MANY, fields=[("Accept-Encoding", "gzip")]),
        *(server.query(CONSTRUCT, accept=accept) for accept in GRAPHS),
    ]
    assert [reply.status for reply in replies] == [200] * len(replies)
    tags = [reply["ETag"] for reply in replies]
    assert len(set(tags)) == len(tags)


def test_etag_is_the_same_by_post(server: Server) -> None:
    """A POST is answered with the same bytes; a tag that it has is the same one."""
    tag = server.query(MANY)["ETag"]
    assert post_direct(server, MANY, fields=[("Accept", JSON)]).get("ETag") in (tag, None)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"a,b" , {} , "c"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified(server: Server, form: str, method: str) -> None:
    """If-None-Match with the tag is 304 with the fields of the answer (RFC 9110, 15.4.5)."""
    whole = server.query(MANY)
    sent = [("If-None-Match", form.format(whole["ETag"].removeprefix("W/")))]
    reply = server.query(MANY, fields=sent, method=method)
    assert (reply.status, reply.body) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Access-Control-Allow-Origin"):
        assert reply[name] == whole[name]
    assert reply.get("Date")


@pytest.mark.parametrize("sent", ['"x"', '"x", "y"', "x", '""', "W/"])
def test_modified(server: Server, sent: str) -> None:
    """Another tag is answered in full (RFC 9110, 13.1.2)."""
    assert server.query(MANY, fields=[("If-None-Match", sent)]).status == 200


def test_not_modified_in_its_own_form_only(server: Server) -> None:
    """A tag of one form is not that of another (RFC 9110, 8.8.3)."""
    tag = server.query(MANY, accept=CSV)["ETag"]
    assert server.query(MANY, accept=XML, fields=[("If-None-Match", tag)]).status == 200
    assert server.query(MANY, ("format", "csv"), fields=[("If-None-Match", '"x"')]).status == 200


def test_not_modified_on_one_connection(connection: Connection) -> None:
    """After a 304 and a HEAD the connection goes on (RFC 9112, 6.3)."""
    target = "/sparql?" + query_string(("query", MANY))
    tag = connection.ask(request(target))["ETag"]
    for _ in range(2):
        assert connection.ask(request(target, fields=[("If-None-Match", tag)])).status == 304
        assert connection.ask(request(target, "HEAD")).status == 200
        assert connection.ask(request(target)).status == 200


@pytest.mark.parametrize(
    "expression",
    [
        "NOW()",
        "now()",
        "RAND()",
        "rand ( )",
        "UUID()",
        "STRUUID()",
        "BNODE()",
        'BNODE("x")',
        "RAND#\n()",
        "STR(NOW())",
        "IF(true, UUID(), 1)",
    ],
)
def test_volatile_has_no_etag(server: Server, expression: str) -> None:
    """An answer that differs each time has no tag and is not kept (RFC 9110, 8.8.3)."""
    first, second = (server.query(f"SELECT ({expression} AS ?n) {{}}") for _ in range(2))
    for reply in (first, second):
        assert reply.status == 200
        assert reply.get("ETag") is None
        assert {"no-store", "no-cache"} & reply.words("Cache-Control")
        assert reply.get("Last-Modified") is None
    if "UUID" in expression.upper() or "RAND" in expression.upper():
        assert first.body != second.body


@pytest.mark.parametrize("query", ["SELECT *", "ASK { SERVICE <http://x.example/> {} }"])
def test_error_has_no_etag(server: Server, query: str) -> None:
    """Errors have no tag, match none, and are not kept (RFC 9110, 13.2.1)."""
    for _ in range(2):
        reply = server.query(query, fields=[("If-None-Match", "*")])
        assert reply.status in (400, 403)
        assert reply.get("ETag") is None
        assert not any(word.startswith("max-age") for word in reply.words("Cache-Control"))


def test_repeated_query_is_answered_equal(server: Server) -> None:
    """A repeated query gets the same bytes and fields in every form and way of asking."""
    for query, forms in ((MANY, RESULTS), (ASK, RESULTS), (CONSTRUCT, GRAPHS)):
        for accept in forms:
            replies = [server.query(query, accept=accept) for _ in range(3)]
            replies.append(post_direct(server, query, fields=[("Accept", accept)]))
            assert len({reply.body for reply in replies}) == 1
            assert len({reply["Content-Type"] for reply in replies}) == 1
            assert told(replies[0]) == told(replies[1]) == told(replies[2])


@pytest.mark.parametrize("form", ["", "application/rdf+xml"])
def test_if_match_is_judged(server: Server, form: str) -> None:
    """A condition that fails is 412; tags of answers are weak and never match (9110, 13.1.1)."""
    target = "/sparql" if form else "/sparql?" + query_string(("query", ASK))
    accept = ("Accept", form or RESULTS[0])
    first = server.fetch(target, "GET", [accept])
    tag = first["ETag"]
    for wanted, status in (("*", 200), ('"x"', 412), (tag, 200 if form else 412)):
        reply = server.fetch(target, "GET", [accept, ("If-Match", wanted)])
        assert reply.status == status, wanted
        assert reply.status == 200 or "If-None-Match" in reply.text
    assert tag.startswith("W/") != bool(form)


def test_cache_tells_data_sets_apart(served: Served) -> None:
    """An answer of one data set is never given for another."""
    for name in [*served.graphs, *served.graphs]:
        found = number(served.server.query(COUNT, ("default-graph-uri", name)))
        assert found == len(served.graphs[name])
    assert number(served.server.query(COUNT)) == served.union


# -- Content codings (RFC 9110, 12.5.3) ------------------------------------------------------------


@pytest.mark.parametrize("accept", RESULTS)
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "deflate;q=0.5, gzip", "br, gzip"])
def test_gzip(server: Server, coding: str, accept: str) -> None:
    """An answer comes as gzip to whom asks for it, and is the same inside."""
    plain = server.query(MANY, accept=accept)
    packed = server.query(MANY, accept=accept, fields=[("Accept-Encoding", coding)])
    assert plain.get("Content-Encoding") is None
    assert packed["Content-Encoding"] in ("gzip", "x-gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    assert "accept-encoding" in packed.words("Vary") & plain.words("Vary")


@pytest.mark.parametrize(
    "coding", [None, "", "identity", "gzip;q=0", "gzip;q=0.0, *;q=0.5", "br", "*;q=0, identity"]
)
def test_no_gzip(server: Server, coding: str | None) -> None:
    """Who does not ask for a coding gets none (RFC 9110, 12.5.3)."""
    sent = [("Accept-Encoding", coding)] if coding is not None else []
    reply = server.query(MANY, fields=sent)
    assert (reply.status, reply.get("Content-Encoding")) == (200, None)
    assert read_json(reply.body).rows


@pytest.mark.parametrize("coding", ["gzip, identity;q=0", "gzip;q=0.1, *;q=0"])
@pytest.mark.parametrize("query", [ASK, MANY])
def test_gzip_when_identity_is_refused(server: Server, coding: str, query: str) -> None:
    """Without identity even a short answer comes as gzip (RFC 9110, 12.5.3)."""
    reply = server.query(query, fields=[("Accept-Encoding", coding)])
    assert (reply.status, reply["Content-Encoding"]) == (200, "gzip")
    read_json(gzip.decompress(reply.body))


@pytest.mark.parametrize("coding", ["identity;q=0", "*;q=0", "br, identity;q=0"])
def test_no_coding_left(server: Server, coding: str) -> None:
    """When no coding is acceptable, the plain one is not sent as if it were (RFC 9110, 12.5.3)."""
    reply = server.query(MANY, fields=[("Accept-Encoding", coding)])
    assert reply.status in (406, 415)


def test_gzip_of_head_and_not_modified(server: Server) -> None:
    """HEAD and 304 are those of the coded answer (RFC 9110, 9.3.2)."""
    coded = [("Accept-Encoding", "gzip")]
    whole = server.query(MANY, fields=coded)
    head = server.query(MANY, fields=coded, method="HEAD")
    assert head["Content-Length"] == str(len(whole.body))
    assert head["ETag"] == whole["ETag"]
    sent = [*coded, ("If-None-Match", whole["ETag"])]
    assert server.query(MANY, fields=sent).status == 304


# -- HTTP/1.1 (RFC 9112) ---------------------------------------------------------------------------

COUNTED = "/sparql?" + query_string(("query", "SELECT (7 AS ?n) {}"))


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        (COUNTED, "GET", 200),
        ("/sparql", "GET", 200),
        ("/", "GET", 200),
        ("/id/dataset/uitstroom", "GET", 303),
        ("/sparql?query=x", "GET", 400),
        ("/none", "GET", 404),
        ("/sparql", "PUT", 405),
        ("/sparql", "OPTIONS", None),
        ("/dumps/uitstroom.nt", "GET", 200),
        ("/static/none", "GET", 404),
        ("/health", "GET", 200),
    ],
)
def test_every_answer_is_whole(
    server: Server, target: str, method: str, status: int | None
) -> None:
    """Every answer has a length or chunks, a date, and an id (RFC 9112, 6.3; RFC 9110, 6.6.1)."""
    first, second = (server.fetch(target, method) for _ in range(2))
    assert status is None or first.status == status
    assert first.chunked or first.get("Content-Length") or first.status == 204
    date = email.utils.parsedate_to_datetime(first["Date"])
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", first["Date"])
    assert date.year >= 2025
    assert re.fullmatch(r"[\w.-]{8,64}", first["X-Request-Id"])
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert not re.search(r"\d", first.get("Server") or ""), "no version is told"
    assert first["X-Content-Type-Options"] == "nosniff"


def test_request_id_of_the_client_is_not_trusted(server: Server) -> None:
    """A stranger does not choose what stands in the log."""
    reply = server.fetch(COUNTED, "GET", [("X-Request-Id", "a b\"<c>'" + "d" * 300)])
    assert re.fullmatch(r"[\w.-]{8,64}", reply["X-Request-Id"])


def test_keep_alive(connection: Connection) -> None:
    """A connection is kept for the next request (RFC 9112, 9.3)."""
    for target in (COUNTED, "/sparql?query=x", "/sparql", "/none", COUNTED):
        reply = connection.ask(request(target))
        assert reply.status in (200, 400, 404)
        assert "close" not in reply.words("Connection")


def test_keep_alive_after_post(connection: Connection) -> None:
    """A body that is not looked at does not become the next request (RFC 9112, 6)."""
    bodies = [
        request("/sparql", "POST", [("Content-Type", "text/plain")], b"GET / HTTP/1.1\r\n\r\n"),
        request("/none", "POST", [("Content-Type", FORM)], b"GET /x HTTP/1.1\r\n\r\n"),
        request("/sparql", "PUT", [("Content-Type", FORM)], b"x" * 1000),
        request(COUNTED, "GET", [], b"x" * 100),
    ]
    for data in bodies:
        connection.ask(data)
        assert values(connection.ask(request(COUNTED))) == ["7"]


def test_connection_close(connection: Connection) -> None:
    """A client may say that the connection ends after the answer (RFC 9112, 9.6)."""
    reply = connection.ask(request(COUNTED, fields=[("Connection", "close")]))
    assert values(reply) == ["7"]
    assert "close" in reply.words("Connection")
    assert connection.is_closed()


def test_pipelining(connection: Connection) -> None:
    """Requests sent at once are answered in their order (RFC 9112, 9.3.2)."""
    numbers = [str(n) for n in range(12)]
    targets = ["/sparql?" + query_string(("query", f"SELECT ({n} AS ?n) {{}}")) for n in numbers]
    connection.send(b"".join(request(target) for target in targets))
    assert [values(connection.read())[0] for _ in numbers] == numbers


def test_pipelining_of_different_things(connection: Connection) -> None:
    """Pages, errors, bodies and answers keep their order (RFC 9112, 9.3.2)."""
    connection.send(
        request("/", fields=[("Accept", BROWSER)])
        + request("/sparql", "POST", [("Content-Type", DIRECT)], b"SELECT (8 AS ?n) {}")
        + request("/sparql?query=x")
        + request(COUNTED, "HEAD")
        + request("/none")
        + request(COUNTED)
    )
    assert connection.read().media_type == HTML
    assert values(connection.read()) == ["8"]
    assert connection.read().status == 400
    assert connection.read("HEAD").status == 200
    assert connection.read().status == 404
    assert values(connection.read()) == ["7"]


def test_request_in_pieces(connection: Connection) -> None:
    """A request may arrive byte by byte (RFC 9112, 2.2)."""
    for byte in request(COUNTED):
        connection.send(bytes([byte]))
    assert values(connection.read()) == ["7"]


def test_empty_line_before_request(connection: Connection) -> None:
    """An empty line before a request is passed over (RFC 9112, 2.2)."""
    assert values(connection.ask(b"\r\n" + request(COUNTED), "GET")) == ["7"]


def test_http_1_0(server: Server) -> None:
    """HTTP/1.0 needs no Host, gets no chunks, and is closed (RFC 9112, 6.1 and 9.3)."""
    for target in (COUNTED, "/", "/sparql?" + query_string(("query", MANY))):
        with Connection(server.port) as connection:
            reply = connection.ask(request(target, version="1.0", host=None))
            assert (reply.status, reply.chunked) == (200, False)
            assert connection.is_closed()


def test_http_1_0_keep_alive(server: Server) -> None:
    """HTTP/1.0 with keep-alive is kept only where the answer says so (RFC 9112, 9.3)."""
    with Connection(server.port) as connection:
        sent = [("Connection", "keep-alive")]
        reply = connection.ask(request(COUNTED, fields=sent, version="1.0"))
        assert values(reply) == ["7"]
        if "keep-alive" in reply.words("Connection"):
            assert values(connection.ask(request(COUNTED, version="1.0"))) == ["7"]
        else:
            assert connection.is_closed()


@pytest.mark.parametrize("kind", [FORM, DIRECT])
def test_expect_continue(connection: Connection, kind: str) -> None:
    """A body that waits for leave gets it: 100, then the answer (RFC 9110, 10.1.1)."""
    body = b"query=ASK%20%7B%7D" if kind == FORM else b"ASK {}"
    fields = [
        ("Content-Type", kind),
        ("Expect", "100-continue"),
        ("Content-Length", str(len(body))),
    ]
    connection.send(request("/sparql", "POST", fields))
    assert connection.read_one().status == 100
    connection.send(body)
    assert read_json(connection.read_one().body).truth is True


def test_expect_continue_without_body(connection: Connection) -> None:
    """Who expects leave and has no body is answered at once (RFC 9110, 10.1.1)."""
    reply = connection.ask(request(COUNTED, fields=[("Expect", "100-continue")]))
    assert values(reply) == ["7"]


@pytest.mark.parametrize(
    "trailer", [b"0\r\n\r\n", b"0\r\nX-Trailer: 1\r\n\r\n", b"000;a=b\r\n\r\n"]
)
def test_chunked_request(connection: Connection, trailer: bytes) -> None:
    """A request body may come in chunks, with extensions and trailers (RFC 9112, 7.1)."""
    body = b"7;x=y\r\nSELECT \r\n00c\r\n(9 AS ?n) {}\r\n" + trailer
    fields = [("Content-Type", DIRECT), ("Transfer-Encoding", "Chunked")]
    for _ in range(2):
        reply = connection.ask(request("/sparql", "POST", fields, body))
        assert values(reply) == ["9"]


def test_chunked_form(connection: Connection) -> None:
    """A form may come in chunks, cut in the middle of a character (RFC 9112, 7.1)."""
    body = query_string(("query", "SELECT ('é' AS ?n) {}")).encode()
    fields = [("Content-Type", FORM), ("Transfer-Encoding", "chunked")]
    parts = chunks(bytes([byte]) for byte in body)
    assert values(connection.ask(request("/sparql", "POST", fields, parts))) == ["é"]
    direct = [("Content-Type", DIRECT), ("Transfer-Encoding", "chunked")]
    parts = chunks(bytes([byte]) for byte in "SELECT ('é' AS ?n) {}".encode())
    assert values(connection.ask(request("/sparql", "POST", direct, parts))) == ["é"]


@pytest.mark.parametrize(
    "start", ["http://cijfers.example", "HTTP://cijfers.example:80", "https://other.example"]
)
def test_absolute_form(server: Server, start: str) -> None:
    """A server takes the absolute form of a target (RFC 9112, 3.2.2)."""
    assert values(server.fetch(start + COUNTED, "GET", [("Accept", JSON)])) == ["7"]


def test_asterisk_form(server: Server) -> None:
    """OPTIONS * asks about the server as a whole (RFC 9112, 3.2.4)."""
    assert server.fetch("*", "OPTIONS").status in (200, 204, 400, 404)


@pytest.mark.parametrize(
    "data",
    [
        request(COUNTED, host=None),
        request(COUNTED, fields=[("Host", "second.example")]),
        request(COUNTED, host="a b"),
        request(COUNTED, host="x/y@z"),
    ],
)
def test_host_must_stand_once(server: Server, data: bytes) -> None:
    """HTTP/1.1 without Host, with two, or with a bad one is 400 (RFC 9112, 3.2)."""
    with Connection(server.port) as connection:
        assert connection.ask(data).status == 400


@pytest.mark.parametrize(
    "data",
    [
        b"GET " + COUNTED.encode() + b" HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET " + COUNTED.encode() + b" HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n",
        b"GET " + COUNTED.encode() + b" HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"GET " + COUNTED.encode() + b" HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n",
        b"GET  " + COUNTED.encode() + b" HTTP/1.1 x\r\nHost: x\r\n\r\n",
        b"GET " + COUNTED.encode() + b" HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET " + COUNTED.encode() + b" HTTQ/1.1\r\nHost: x\r\n\r\n",
        b"GET\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_malformed_request(server: Server, data: bytes) -> None:
    """What is no HTTP/1.1 is refused, and the connection ends (RFC 9112, 2.2, 5.1)."""
    with Connection(server.port) as connection:
        reply = connection.ask(data, "GET")
        assert reply.status in (400, 501, 505), reply
        assert connection.is_closed()


def test_obsolete_line_folding(server: Server) -> None:
    """A folded header field is 400, or its fold is a space (RFC 9112, 5.2)."""
    data = f"GET {COUNTED} HTTP/1.1\r\nHost: x\r\nAccept: image/png,\r\n {CSV}\r\n\r\n".encode()
    with Connection(server.port) as connection:
        reply = connection.ask(data)
        assert reply.status == 400 or reply.media_type == CSV


# -- Any files of RDF ----------------------------------------------------------------------------

TRIG = """@prefix : <http://x.example/> .
:a :p :b . :b :p "c"@nl , 1.5 .
GRAPH :g { :a :p :b . :d :p :e . }
GRAPH :h { :d :p :e . }
"""
TURTLE_FILE = '<http://x.example/a> <http://x.example/p> "é" , <http://x.example/b> .'
N_TRIPLES_FILE = TURTLE_FILE.replace(" , ", " .\n<http://x.example/a> <http://x.example/p> ")
RDF_XML_FILE = """<?xml version="1.0"?><rdf:RDF xmlns="http://x.example/"
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
rdf:about="http://x.example/a"><p>é</p><p rdf:resource="http://x.example/b"/></rdf:Description>
</rdf:RDF>"""
N_QUADS_FILE = (
    "<http://x.example/d> <http://x.example/p> <http://x.example/e> <http://x.example/g> .\n"
    "<http://x.example/f> <http://x.example/p> <http://x.example/e> .\n"
)


@pytest.fixture(scope="module")
def trig_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "data.trig").write_text(TRIG, encoding="utf-8")
    with serving(folder, {"workers": 1}, data=[folder / "data.trig"]) as server:
        yield server


def test_data_has_its_own_default_graph(trig_server: Server) -> None:
    """Files keep their default graph: there is no union of the named ones."""
    assert ask_in_three_ways(trig_server, COUNT_BOTH) == [3, 3]
    pair = ("default-graph-uri", "http://x.example/g")
    assert ask_in_three_ways(trig_server, COUNT_BOTH, pair) == [2, 0]
    pair = ("named-graph-uri", "http://x.example/g")
    assert ask_in_three_ways(trig_server, COUNT_BOTH, pair) == [0, 2]
    pairs = [("default-graph-uri", f"http://x.example/{name}") for name in "gh"]
    assert ask_in_three_ways(trig_server, COUNT_BOTH, *pairs) == [2, 0]


def test_data_is_described(trig_server: Server) -> None:
    """The service description tells the graphs of the files, and promises no union (SD 3)."""
    store = description(trig_server)
    assert SD + "UnionDefaultGraph" not in told_by(store, "?s sd:feature ?x")
    assert told_by(store, "?d sd:namedGraph/sd:name ?x") == [
        "http://x.example/g",
        "http://x.example/h",
    ]
    assert told_by(store, "?s sd:defaultDataset/sd:defaultGraph/void:triples ?x") == ["3"]


def test_data_has_no_other_pages(trig_server: Server) -> None:
    """A server over files leads to its query page, and offers nothing that it does not have."""
    page = [("Accept", HTML), ("Accept-Language", "en")]
    for path in ("/", "/.well-known/void"):
        reply = trig_server.fetch(path, "GET", page)
        assert (reply.status, reply.get("location")) == (303, "/sparql")
    own = {"/sparql", "/static/style.css", "/static/icon.svg"}
    for path in ("/dumps/", "/shapes", "/doc/conceptscheme/", "/doc/document/", "/ns/data"):
        reply = trig_server.fetch(path, "GET", page)
        assert reply.status == 404
        assert set(re.findall(r'href="(/[^"?]*)', reply.text)) == own | {path}
    reply = trig_server.fetch("/sparql", "GET", page)
    assert set(re.findall(r'href="(/[^"?]*)', reply.text)) == own
    assert "only the default graph is searched" in reply.text
    assert "ownloads" not in reply.text


def test_data_has_examples_that_hold_for_any(trig_server: Server) -> None:
    """The examples over files ask for nothing of ours, and find something."""
    page = trig_server.fetch("/sparql", "GET", [("Accept", HTML)]).text
    examples = re.findall(r'href="(/sparql\?query=[^"]+)', page)
    assert len(examples) == 4
    found = []
    for example in map(html.unescape, examples):
        text = trig_server.fetch(example, "GET", [("Accept", HTML)]).text
        query = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)
        assert query
        reply = trig_server.query(html.unescape(query[1]), accept=CSV)
        assert reply.status == 200
        found.append(len(reply.text.splitlines()) - 1)
    assert found == [3, 0, 1, 2]


@pytest.mark.parametrize("media_type", RESULTS)
def test_data_is_answered_alike(trig_server: Server, media_type: str) -> None:
    """The endpoint over files is the same endpoint."""
    reply = trig_server.query("SELECT ?s { ?s ?p 1.5 }", accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    assert "http://x.example/b" in reply.text
    refused(trig_server.query("SELECT *"), 400)
    refused(trig_server.query("ASK { SERVICE <http://x.example/> {} }"), 403)


def test_data_of_every_syntax(tmp_path: Path) -> None:
    """Turtle, N-Triples, RDF/XML, N-Quads and TriG are read, by their extension."""
    files = {
        "a.ttl": TURTLE_FILE,
        "a.nt": N_TRIPLES_FILE,
        "a.rdf": RDF_XML_FILE,
        "a.nq": N_QUADS_FILE,
        "a.trig": TRIG,
    }
    paths = []
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(tmp_path / name)
    with serving(tmp_path, {"workers": 1}, data=paths) as server:
        # :a has "é" and :b from three files, :b two texts, :f one; :g has two and :h one.
        assert ask_in_three_ways(server, COUNT_BOTH) == [5, 3]


def test_json_of_no_rows_is_json(server: Server) -> None:
    """A query without variables has one empty solution, told as such."""
    reply = server.query("SELECT * {}")
    assert json.loads(reply.body)["results"] == {"bindings": [{}]}
    assert read_xml(server.query("SELECT * {}", accept=XML).body).rows == ((),)
    assert read_tsv(server.query("SELECT * {}", accept=TSV).body).rows == ((),)


@pytest.mark.parametrize("name", ["http://e/1a/", "urn:123", "http://e/p#", RDF_SYNTAX + "li"])
def test_graph_that_rdf_xml_cannot_say(server: Server, name: str) -> None:
    """A predicate that can be no element is no broken RDF/XML (Namespaces in XML, 4)."""
    query = f'CONSTRUCT {{ <urn:s> <{name}> "x" }} {{}}'
    refused(server.query(query, accept="application/rdf+xml"), 406)
    assert server.query(query, accept=N_TRIPLES).status == 200


def test_post_form_with_query_in_the_address(server: Server) -> None:
    """A form has its query in the body, and only one (P 2.1.2)."""
    body = query_string(("query", "ASK {}")).encode()
    fields = [("Content-Type", FORM)]
    refused(server.fetch("/sparql?query=ASK%20%7B%7D", "POST", fields, body), 400)


def test_malformed_query_in_no_format(server: Server) -> None:
    """What is wrong with the query comes before in what form it cannot be answered (P 2.1.6)."""
    reply = refused(server.query("SELECT * {", accept="image/png"), 400)
    assert "Line 1" in reply.text
    refused(server.query("SELECT * {}", accept="image/png"), 406)


def test_head_has_no_ranges(served: Served) -> None:
    """Range counts for GET alone (RFC 9110, 14.2)."""
    path = "/dumps/uitstroom.nt"
    assert served.server.fetch(path, "GET", [("Range", "bytes=0-9")]).status == 206
    assert served.server.fetch(path, "HEAD", [("Range", "bytes=0-9")]).status == 200


def test_options_of_the_server(server: Server) -> None:
    """OPTIONS * asks about the server as a whole (RFC 9110, 9.3.7)."""
    assert server.fetch("*", "OPTIONS").status in (200, 204)
