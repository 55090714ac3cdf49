"""The page of the SPARQL endpoint, and its answers where there is no other server than Flask."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of, page
from query_pool import pool_in_thread
from small_release import BASE

from publish.site.pages.query.page import editor_version
from publish.sparql.query.limits import Limits

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <http://purl.org/linked-data/cube#Observation> }"


@pytest.mark.parametrize(
    ("accept", "media_type", "start"),
    [
        (None, "application/sparql-results+json", b'{"head":{"vars":["n"]}'),
        ("*/*", "application/sparql-results+json", b'{"head":{"vars":["n"]}'),
        ("application/json", "application/json", b'{"head":{"vars":["n"]}'),
        ("application/sparql-results+xml", "application/sparql-results+xml", b"<?xml"),
        ("text/csv", "text/csv", b"n\r\n10"),
        ("text/tab-separated-values", "text/tab-separated-values", b"?n\n10"),
        ("text/csv;q=0.1, text/tab-separated-values", "text/tab-separated-values", b"?n\n"),
        ("text/csv;q=0, */*;q=0.5", "application/sparql-results+json", b"{"),
    ],
)
def test_query_select_by_accept(
    client: FlaskClient, accept: str | None, media_type: str, start: bytes
) -> None:
    """SELECT comes as JSON, XML, CSV or TSV."""
    headers = {"Accept": accept} if accept else {}
    response = client.get("/sparql", query_string={"query": COUNT}, headers=headers)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.data.startswith(start)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
@pytest.mark.parametrize(
    "query", [f"DESCRIBE <{BASE}/id/dataset/werknemers>", "CONSTRUCT { ?s a ?o } { ?s a ?o }"]
)
def test_query_graph_by_accept(client: FlaskClient, query: str, accept: str) -> None:
    """CONSTRUCT and DESCRIBE come as Turtle, N-Triples, RDF/XML or JSON-LD."""
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, accept)
    assert list(ox.parse(response.data, format=ox.RdfFormat.from_media_type(accept)))


def test_query_post_form(client: FlaskClient) -> None:
    """A query may be posted as a form, decoded once."""
    query = 'SELECT ("a+b%20c é" AS ?x) {}'
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert response.text == "x\r\na+b%20c é\r\n"


def test_query_post_direct(client: FlaskClient) -> None:
    """A query may be posted as itself, with the data set in the address."""
    response = client.post(
        f"/sparql?default-graph-uri={quote(BASE + '/id/graaf/uitstroom', safe='')}",
        data=COUNT,
        content_type="application/sparql-query",
        headers={"Accept": "text/csv"},
    )
    assert response.text == "n\r\n4\r\n"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"method": "POST", "data": {}}, 415),
        ({"method": "POST", "data": {"x": "y"}}, 400),
        ({"method": "POST", "data": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"method": "POST", "data": {"update": "CLEAR ALL"}}, 400),
        ({"method": "POST", "data": b"ASK {}", "content_type": "text/plain"}, 415),
        ({"method": "POST", "data": b"x", "content_type": "application/sparql-update"}, 415),
        ({"method": "POST", "data": b"\xff", "content_type": "application/sparql-query"}, 400),
        ({"method": "GET", "query_string": "query=%FF"}, 400),
        ({"method": "GET", "query_string": "query=ASK%20%7B%7D&query=ASK%20%7B%7D"}, 400),
        ({"method": "GET", "query_string": {"query": ""}}, 400),
        ({"method": "GET", "query_string": {"query": "CLEAR ALL"}}, 400),
        ({"method": "GET", "query_string": {"query": "ASK {}", "default-graph-uri": "x y"}}, 400),
        ({"method": "GET", "query_string": {"qeury": "ASK {}"}}, 400),
        ({"method": "GET", "query_string": {"query": "ASK { SERVICE <http://a/> {} }"}}, 403),
        ({"method": "GET", "query_string": {"query": "ASK " + "{" * 200 + "}" * 200}}, 413),
        ({"method": "POST", "data": b"x" * 3_000_000, "content_type": "text/csv"}, 415),
        ({"method": "PUT", "data": b"x"}, 405),
        ({"method": "DELETE"}, 405),
    ],
)
def test_query_refused(client: FlaskClient, how: dict[str, object], status: int) -> None:
    """What is not a query of the protocol gets its status and a plain sentence."""
    response = client.open("/sparql", **how)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text.strip()
    if status == 405:
        assert set(response.headers["Allow"].split(", ")) >= {"GET", "HEAD", "POST", "OPTIONS"}


def test_end_a_sentence_once(client: FlaskClient) -> None:
    """What is wrong with a query is one sentence on its page, also when that asks something."""
    response = client.get("/sparql?query=SELCT&lang=en", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "Did you mean SELECT?</p>" in response.text


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("ASK {}", "text/turtle"),
        ("ASK {}", "image/png"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "text/csv"),
    ],
)
def test_query_not_acceptable(client: FlaskClient, query: str, accept: str) -> None:
    """A form that cannot come in a type asked for is 406."""
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert response.status_code == 406


def test_query_syntax_error(client: FlaskClient) -> None:
    """A syntax error has line and column, and the query is kept."""
    query = "SELECT * {\n  ?s ex:p ?o }"
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 400
    assert response.text.startswith("Line 2, column 6: The prefix 'ex'")
    assert query in response.text
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": BROWSER})
    assert response.status_code == 400
    assert "Line 2, column 6" in response.text or "Regel 2, kolom 6" in response.text
    assert "?s ex:p ?o }</textarea>" in response.text


def test_query_timeout(release: Path) -> None:
    """A query past the deadline is 503, names the limit and when to come back."""
    with pool_in_thread(release / "store", limits=Limits(workers=2, deadline=1)) as pool:
        response = client_of(release, pool).get("/sparql", query_string={"query": RUNAWAY})
        while pool.free < 2:
            time.sleep(0.01)
    assert response.status_code == 503
    assert "limit of 1 second" in response.text
    assert response.headers["Retry-After"] == "5"


def test_query_options(client: FlaskClient) -> None:
    """A preflight is answered for any origin, without credentials."""
    response = client.options("/sparql", headers={"Origin": "https://elsewhere.example"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_service_description(client: FlaskClient) -> None:
    """Without a query, a program gets a description of the endpoint."""
    response = client.get("/sparql")
    assert response.content_type == "text/turtle; charset=utf-8"
    text = response.text
    assert f"<{BASE}/sparql>" in text
    assert "UnionDefaultGraph" in text
    assert f"<{BASE}/id/graaf/uitstroom>" in text


def test_query_page(client: FlaskClient) -> None:
    """Without a query, a browser gets an editor with an example and the prefixes."""
    body = page(client, "/sparql")
    assert "<textarea" in body
    assert f"PREFIX p: &lt;{BASE}/ns/proef#&gt;" in body


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("data_set", ["werknemers", "uitstroom"])
@pytest.mark.parametrize(
    "name", ["datasets", "table", "totals", "sources", "missing", "codes", "overview"]
)
def test_example_queries_run(client: FlaskClient, name: str, data_set: str, language: str) -> None:
    """Each example runs as it stands, and finds something where there is something."""
    body = page(client, f"/sparql?example={name}&dataset={data_set}", language)
    editor = re.search(r"<textarea.*?>(.*?)</textarea>", body, re.DOTALL)
    assert editor
    query = editor[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    query = query.replace("&amp;", "&").replace("&#39;", "'")
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert response.status_code == 200, response.text
    if (name, data_set) != ("totals", "uitstroom"):
        assert len(response.text.splitlines()) > 1


def test_table_example_gives_the_table(client: FlaskClient) -> None:
    """The query behind a data set gives its figures with their labels."""
    served_query = re.search(
        r"<textarea.*?>(.*?)</textarea>",
        page(client, "/sparql?example=table&dataset=werknemers"),
        re.DOTALL,
    )
    assert served_query
    text = served_query[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    rows = client.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"}).text
    assert f"3e kwartaal 2022,totaal,{BASE}/ns/proef#werknemers,1676.15" in rows


def test_query_page_shows_results(client: FlaskClient) -> None:
    """A browser gets a table: local things as local links, text as text."""
    query = "SELECT ?s ?l { ?s a ?c ; ?p ?l FILTER(ISLITERAL(?l)) } ORDER BY ?s"
    response = client.post("/sparql", data={"query": query}, headers={"Accept": BROWSER})
    assert response.status_code == 200
    assert '<a href="/doc/dataset/werknemers"' in response.text
    assert "&lt;script&gt;" in response.text
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ASK {}", "Ja"),
        ("ASK { <a:a> <a:b> <a:c> }", "Nee"),
        ("CONSTRUCT { ?s a ?o } { ?s a ?o }", "subject"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "de eerste 1000 rijen"),
        ("SELECT ?x { VALUES ?x { UNDEF 1 } }", "2 rijen"),
        ("SELECT ?x {}", "1 rij"),
    ],
)
def test_query_page_shows_any_form(client: FlaskClient, query: str, words: str) -> None:
    """Every form of query can be read on the page, and a long result is cut with a notice."""
    body = page(client, f"/sparql?query={quote(query)}")
    assert words in body


def test_query_download(client: FlaskClient) -> None:
    """The page's links fetch the same result as a file."""
    response = client.get("/sparql", query_string={"query": COUNT, "format": "csv"})
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="result.csv"'


def test_show_where_a_query_is_wrong(client: FlaskClient) -> None:
    """The wrong line stands on the page, and a known prefix that lacks is a click away."""
    query = "PREFIX a: <http://a/>\nSELECT * {\n  ?s p:gestart '<b>' }"
    response = client.get(f"/sparql?query={quote(query)}", headers={"Accept": BROWSER})
    assert "?s <mark>p:gestart</mark> &#39;&lt;b&gt;&#39; }" in response.text
    assert 'data-line="3" data-column="6"' in response.text
    [mended] = re.findall(r'<p><a href="(/sparql\?query=PREFIX[^"]*)"', response.text)
    assert client.get(mended, headers={"Accept": BROWSER}).status_code == 200


def test_run_an_example_by_its_link(client: FlaskClient) -> None:
    """Each example is a question whose link holds the query and gives its result."""
    body = page(client, "/sparql")
    links = re.findall(r'<li><a href="(/sparql\?query=[^"]*)">([^<]*\?)</a>', body)
    assert len(links) == 7
    for link, question in links:
        assert 'id="result"' in page(client, link.replace("&amp;", "&")), question


def test_load_the_editor_only_where_it_is(client: FlaskClient) -> None:
    """Whatever script the page names is there; without the editor the form is the plain one."""
    body = page(client, "/sparql")
    scripts = re.findall(r'<script src="([^"]*)"', body)
    for address in scripts:
        assert client.get(address).status_code == 200
    has_editor = any("/built/editor.js" in address for address in scripts)
    assert has_editor == ("data-completions" in body) == (editor_version() is not None)
    assert "/built/" not in page(client, "/")


def test_link_to_the_result(client: FlaskClient) -> None:
    """The address of a result is on its page, to be copied, unless the query is too long for it."""
    body = page(client, f"/sparql?query={quote(COUNT)}")
    [address] = re.findall(r'<input id="permalink" readonly value="([^"]*)"', body)
    assert address.startswith(f"{BASE}/sparql?query=SELECT")
    body = page(client, f"/sparql?query={quote(COUNT + ' #' + 'x' * 4000)}")
    assert "permalink" not in body
