"""Pages and data as Flask answers, by its own client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of, page
from query_pool import pool_in_thread
from small_release import BASE, make_release

from publish.release.opened import Served, read_names
from publish.site.rendering import read_texts
from publish.sparql.query.limits import Limits
from publish.sparql.workers.pool import QueryPool

QUARTER = "2022-Q3"
OBSERVATION = "/doc/observatie/werknemers/2022-Q3/_T/werknemers"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <http://purl.org/linked-data/cube#Observation> }"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("release") / "current")


@pytest.fixture(scope="module")
def pool(release: Path) -> Iterator[QueryPool]:
    prefixes = Served(release).prefixes
    limits = Limits(workers=2, deadline=1)
    with pool_in_thread(release / "store", limits=limits, prefixes=prefixes) as pool:
        yield pool


@pytest.fixture(scope="module")
def client(release: Path, pool: QueryPool) -> FlaskClient:
    return client_of(release, pool)


# -- Things and documents ----------------------------------------------------------------------


def test_get_id_redirects_to_document(client: FlaskClient) -> None:
    """A thing answers 303 with the path of its document on this server."""
    response = client.get("/id/dataset/werknemers")
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/dataset/werknemers")


def test_get_id_under_a_prefix(client: FlaskClient) -> None:
    """Behind a proxy that mounts the server elsewhere, the Location says so."""
    response = client.get("/id/dataset/werknemers", base_url="http://elsewhere.example/cijfers/")
    assert response.headers["Location"] == "/cijfers/doc/dataset/werknemers"


@pytest.mark.parametrize("path", ["/id/dataset/none", "/doc/dataset/none", "/ns/none", "/none"])
def test_get_unknown_helps(client: FlaskClient, path: str) -> None:
    """What does not exist is 404: a sentence for programs, ways in for people."""
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.content_type) == (404, "text/plain; charset=utf-8")
    assert path in response.text
    body = page(client, path, status=404)
    assert "Niet gevonden" in body
    assert 'href="/sparql"' in body


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("text/html;q=0.1, text/turtle", "text/turtle"),
        ("text/html;q=0, */*;q=0.1", "text/turtle"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/doc/dataset/werknemers", OBSERVATION, "/ns/proef", "/doc/kwartaal/2022-Q3"]
)
def test_get_document_by_accept(
    client: FlaskClient, path: str, accept: str, media_type: str
) -> None:
    """A document comes in the form that is asked for, and says that it varies."""
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert "Accept" in response.headers["Vary"]
    assert f'<{BASE}{path.replace("/doc/", "/id/")}>; rel="describes"' in response.headers["Link"]


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("html", "text/html"),
        ("ttl", "text/turtle"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_get_document_by_extension(client: FlaskClient, extension: str, media_type: str) -> None:
    """An extension wins over Accept."""
    response = client.get(f"{OBSERVATION}.{extension}", headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (200, media_type)


def test_get_document_not_acceptable(client: FlaskClient) -> None:
    """406 lists what there is."""
    response = client.get(OBSERVATION, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.text


@pytest.mark.parametrize("extension", ["ttl", "nt", "rdf", "jsonld"])
def test_data_keeps_the_base(client: FlaskClient, extension: str) -> None:
    """Data has the thing's own triples, under the base, with labels of what it links to."""
    body = client.get(f"{OBSERVATION}.{extension}").data
    format_ = ox.RdfFormat.from_extension(extension)
    triples = [quad.triple for quad in ox.parse(body, format=format_)]
    iri = ox.NamedNode(BASE + OBSERVATION.replace("/doc/", "/id/"))
    own = [triple for triple in triples if triple.subject == iri]
    assert len(own) == 11
    assert any(triple.object == ox.Literal("totaal", language="nl") for triple in triples)
    assert b"localhost" not in body


def test_description_of_data_set_is_small(client: FlaskClient) -> None:
    """A data set's description has its structure and never its observations."""
    body = client.get("/doc/dataset/werknemers.nt").text
    assert f"<{BASE}/id/structuur/werknemers>" in body
    assert "/id/observatie/" not in body


def test_vocabulary_is_whole(client: FlaskClient) -> None:
    """A vocabulary's document has all its terms."""
    assert client.get("/ns/proef.ttl").text.count("rdfs:isDefinedBy") == 6
    assert "bronregel" in client.get("/ns/publicatie.ttl").text
    assert 'id="leeftijd"' in page(client, "/ns/proef")


def test_code_list_has_its_codes(client: FlaskClient) -> None:
    """A code list's description and page hold its codes, the total last."""
    assert "20 tot 64" in client.get("/doc/conceptscheme/leeftijd.ttl").text
    body = page(client, "/doc/conceptscheme/leeftijd")
    assert body.index("jonger dan 20") < body.index("20 tot 64") < body.index("totaal</a>")


# -- Printed tables ----------------------------------------------------------------------------


def printed_table(release: Path, name: str) -> str:
    path = next((release / "tables").rglob(f"{name}.csv"))
    return path.relative_to(release / "tables").as_posix()


def test_get_printed_table(client: FlaskClient, release: Path) -> None:
    """A printed table's document is the CSV itself."""
    path = printed_table(release, "leeftijd")
    response = client.get(f"/doc/tabel/{path}")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data == (release / "tables" / path).read_bytes()


@pytest.mark.parametrize(
    ("accept", "extension"), [("*/*", ""), (BROWSER, ".html"), ("text/turtle", ".ttl")]
)
def test_get_id_of_printed_table(
    client: FlaskClient, release: Path, accept: str, extension: str
) -> None:
    """A printed table leads programs to the CSV and readers to its page."""
    path = printed_table(release, "leeftijd")
    response = client.get(f"/id/tabel/{path}", headers={"Accept": accept})
    assert response.headers["Location"] == f"/doc/tabel/{path}{extension}"


def test_page_of_printed_table(client: FlaskClient, release: Path) -> None:
    """Each printed cell has an anchor and links to the observation made from it."""
    body = page(client, f"/doc/tabel/{printed_table(release, 'leeftijd')}.html")
    assert f'id="cell=4,2"><a href="{OBSERVATION}">1.676,15</a>' in body


@pytest.mark.parametrize("path", ["../../manifest.json", "%2e%2e/%2e%2e/manifest.json", "x.csv"])
def test_get_printed_table_outside(client: FlaskClient, path: str) -> None:
    """Only printed tables are served."""
    assert client.get(f"/doc/tabel/{path}").status_code == 404


# -- Pages -------------------------------------------------------------------------------------


def test_home_lists_data_sets(client: FlaskClient) -> None:
    """Home names each data set with its periods and number of observations, and the ways in."""
    body = page(client, "/")
    assert '<a href="/doc/dataset/werknemers">Werknemers naar leeftijd</a>' in body
    assert "3e kwartaal 2022 – 1e kwartaal 2023" in body
    for link in ("/sparql", "/dumps/", "/ns/proef", "/doc/conceptscheme/", "/doc/document/"):
        assert f'href="{link}"' in body


def rows_of(body: str) -> list[list[str]]:
    """Return the cells of the first table of figures, as text."""
    table = re.search(r'<table class="figures">(.*?)</table>', body, re.DOTALL)
    assert table
    rows = re.findall(r"<tr.*?>(.*?)</tr>", table[1], re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in cells]


def test_data_set_page_shows_crosstab(client: FlaskClient) -> None:
    """Periods go across; a missing one is a column that says so; totals come last, marked."""
    body = page(client, "/doc/dataset/werknemers")
    assert rows_of(body) == [
        ["leeftijd", "3e kwartaal 2022", "4e kwartaal 2022", "1e kwartaal 2023"],
        ["jonger dan 20", "2,05", "niet beschikbaar", "3,50"],
        ["20 tot 64", "1.674,10", "1.700,00"],
        ["totaal", "1.676,15", "1.703,50"],
    ]
    assert '<tr class="total">' in body
    assert "Niet in het antwoord." in body
    assert f'<a href="{OBSERVATION}">1.676,15</a>' in body


def test_data_set_page_in_english(client: FlaskClient) -> None:
    """Labels and numbers follow the reader's language."""
    body = page(client, "/doc/dataset/werknemers", "en")
    assert rows_of(body)[3] == ["total", "1,676.15", "1,703.50"]
    assert "Not in the answer." in body


def test_data_set_page_with_several_measures(client: FlaskClient) -> None:
    """Without periods, measures and codes make the table."""
    body = page(client, "/doc/dataset/uitstroom")
    assert rows_of(body) == [
        ["termijn", "gestart", "uitgestroomd"],
        ["na zes maanden", "12", "3"],
        ["na een jaar", "20", "9"],
    ]


def test_observation_page(client: FlaskClient) -> None:
    """An observation shows value, unit, dimensions, total, and its place in the source."""
    body = page(client, OBSERVATION)
    for words in ("1.676,15", "voltijdsequivalent", "3e kwartaal 2022", "normale waarde"):
        assert words in body
    assert "Dit is een totaal" in body
    assert "<q>1.676,15</q>" in body
    assert "regel 7" in body
    assert "rij 4, kolom 2" in body


def test_pages_escape_and_link_safely(client: FlaskClient) -> None:
    """Text is never markup, and only http and https become links."""
    assert "<script" not in page(client, "/doc/dataset/werknemers")
    body = page(client, "/doc/document/antwoord")
    assert 'href="https://parlement.example/19"' in body
    assert 'href="javascript' not in body
    assert "javascript:alert(1)" in body
    assert "<script" not in page(client, "/doc/%3Cscript%3E", status=404)


def test_pages_link_locally(client: FlaskClient) -> None:
    """No page links to the base: that is another server's address."""
    for path in ("/", "/doc/dataset/werknemers", OBSERVATION, "/ns/proef", "/doc/kwartaal/2022-Q3"):
        assert f'href="{BASE}' not in page(client, path)


@pytest.mark.parametrize("accept_language", ["nl", "en", "fr"])
def test_language_is_chosen_in_the_address(client: FlaskClient, accept_language: str) -> None:
    """?lang= wins over the browser and stays in the links."""
    body = page(client, "/?lang=en", accept_language)
    assert '<html lang="en">' in body
    assert 'href="/doc/dataset/werknemers?lang=en"' in body


def test_incoming_links_are_paged(client: FlaskClient) -> None:
    """What points to a thing comes by the page."""
    assert "Wat hiernaar verwijst" in page(client, "/doc/concept/leeftijd/_T")
    assert "bladzijde 3" in page(client, "/doc/concept/leeftijd/_T?page=3")
    assert page(client, "/doc/concept/leeftijd/_T?page=-7&page=x")


def test_texts_exist_in_both_languages() -> None:
    """Dutch and English say the same things."""
    texts, names = read_texts(), read_names()
    for part in (texts, names):
        assert part["nl"].keys() == part["en"].keys()
    assert texts["nl"]["examples"].keys() == texts["en"]["examples"].keys()
    for kind in ("terms", "graphs"):
        assert names["nl"][kind].keys() == names["en"][kind].keys()


def test_security_headers(client: FlaskClient) -> None:
    """Nothing inline, nothing from elsewhere, data open to all."""
    for path in ("/", OBSERVATION + ".ttl", "/none", "/sparql", "/static/style.css"):
        headers = client.get(path, headers={"Accept": BROWSER}).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/", "/sparql", "/doc/dataset/werknemers"):
        assert not re.search(r"<script|<style| style=| on[a-z]+=|src=", page(client, path))


def test_keep_the_policy_of_a_page_that_has_not_changed(client: FlaskClient) -> None:
    """A 304 names no other policy: a browser would show what it kept without its style."""
    page = {"Accept": BROWSER}
    first = client.get("/doc/dataset/werknemers.html", headers=page)
    assert "style-src 'self'" in first.headers["Content-Security-Policy"]
    again = {**page, "If-None-Match": first.headers["ETag"]}
    second = client.get("/doc/dataset/werknemers.html", headers=again)
    assert second.status_code == 304
    assert "Content-Security-Policy" not in second.headers


# -- Dumps -------------------------------------------------------------------------------------


def test_get_dump(client: FlaskClient, release: Path) -> None:
    """A dump has its media type, length and a strong ETag from its checksum."""
    response = client.get("/dumps/werknemers.nt")
    assert response.data == (release / "dumps" / "werknemers.nt").read_bytes()
    assert response.mimetype == "application/n-triples"
    manifest = json.loads((release / "manifest.json").read_text())
    entry = next(file for file in manifest["files"] if file["path"] == "dumps/werknemers.nt")
    assert response.headers["ETag"] == f'"{entry["sha256"]}"'
    again = client.get("/dumps/werknemers.nt", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_get_dump_range(client: FlaskClient) -> None:
    """A part of a dump can be fetched; a part beyond its end is 416."""
    response = client.get("/dumps/werknemers.nt", headers={"Range": "bytes=0-9"})
    assert (response.status_code, len(response.data)) == (206, 10)
    response = client.get("/dumps/werknemers.nt", headers={"Range": "bytes=99999999-"})
    assert response.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["../manifest.json", "%2e%2e/manifest.json", "none.nt", "../store/CURRENT", "/etc/passwd"],
)
def test_get_dump_outside(client: FlaskClient, path: str) -> None:
    """Only files of the manifest are served."""
    assert client.get(f"/dumps/{path}").status_code == 404


def test_dump_index(client: FlaskClient) -> None:
    """The downloads page lists the files with size and checksum."""
    assert 'href="/dumps/uitstroom.nt"' in page(client, "/dumps/")


# -- SPARQL ------------------------------------------------------------------------------------


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
        ({"method": "GET", "query_string": {"query": "ASK {}", "format": "exe"}}, 400),
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


def test_query_timeout(client: FlaskClient) -> None:
    """A query past the deadline is 503, names the limit and when to come back."""
    response = client.get("/sparql", query_string={"query": RUNAWAY})
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
    assert "<script" not in response.text


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


def test_not_a_release(tmp_path: Path) -> None:
    """A folder without a manifest cannot be served."""
    with pytest.raises(FileNotFoundError):
        Served(tmp_path)
