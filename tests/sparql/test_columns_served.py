"""Queries answered from columns by a real server: the same answers, in each form, that say so."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import REPOSITORY, Built, built
from raw_http import Reply
from small_project import PLAIN, PLAIN_TABLE, make_small_project
from sparql_results import READERS, read_csv
from sparql_server import JSON, Server, project_over, serving, until

from publish.exports.description import read_description
from publish.exports.sparql_of_view import sparql_of_view
from publish.exports.view import DataView
from publish.faults.fault import LANGUAGES
from publish.release.opened import Served
from publish.site.pages.query.examples import examples_of
from publish.sparql.cubes.plan import COLUMNS, COLUMNS_AND_ENGINE, ENGINE, plan_of

HTML = "text/html"
N_TRIPLES = "application/n-triples"
PLAN = "Query-Plan"
DATA_SET = "lde-werknemers-leeftijd"
PREFIXES = """PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX se: <https://data.sociale-economie.example/ns/sociale-economie#>
PREFIX set: <https://data.sociale-economie.example/id/dataset/>
"""
STAR = f"?o qb:dataSet set:{DATA_SET} ; se:kwartaal ?k ; se:leeftijdsgroep ?a ; se:werknemersVte ?v"
BY_QUARTER = f"{PREFIXES}SELECT ?k (SUM(?v) AS ?s) {{ {STAR} }} GROUP BY ?k ORDER BY ?k"
OF_OBSERVATIONS = {
    "group": f"SELECT ?a (SUM(?v) AS ?s) (COUNT(*) AS ?n) {{ {STAR} }} GROUP BY ?a",
    "label": f"SELECT ?n ?v {{ {STAR} . ?a skos:prefLabel ?n FILTER (LANG(?n) = 'nl') }}",
    "filter": f"SELECT ?k ?v {{ {STAR} FILTER (?v > 500) }} ORDER BY DESC(?v)",
    "optional": "SELECT ?o ?v { ?o qb:dataSet set:contingent OPTIONAL { ?o se:werknemersVte ?v } }",
    "ask": f"ASK {{ {STAR} FILTER (?v > 1000) }}",
    "none": f"ASK {{ {STAR} FILTER (?v > 1000000000) }}",
    "construct": f"CONSTRUCT {{ ?o se:werknemersVte ?v }} {{ {STAR} }}",
    "describe": f"DESCRIBE ?o {{ {STAR} FILTER (?v > 900) }}",
    "subquery": f"SELECT ?k {{ {{ SELECT ?k (MAX(?v) AS ?m) {{ {STAR} }} GROUP BY ?k }} "
    "FILTER (?m > 900) }",
    "union": f"SELECT ?o {{ {{ ?o qb:dataSet set:{DATA_SET} }} UNION "
    "{ ?o qb:dataSet set:contingent } }",
    "values": f"SELECT ?k ?v {{ {STAR} VALUES ?d {{ 1 }} }}",
    "any": f"SELECT ?p ?x {{ ?o qb:dataSet set:{DATA_SET} ; ?p ?x }}",
    "graph": f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?o qb:dataSet set:{DATA_SET} }} }}",
    "cmw": "SELECT ?d (COUNT(?o) AS ?n) (AVG(?v) AS ?m) { ?o qb:dataSet ?d ; se:werknemersVte ?v } "
    "GROUP BY ?d HAVING (?n > 3)",
}


@pytest.fixture(scope="module")
def columns(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks columns wherever it can."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("columns"))
    flags = {"workers": 2, "query-columns-from": 0, "metrics": "on"}
    with serving(folder, flags) as server:
        yield server


@pytest.fixture(scope="module")
def triples(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that never does."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("triples"))
    with serving(folder, {"workers": 2, "query-columns-from": "off"}) as server:
        yield server


def accepted(query: str) -> str:
    """Return the media type in which a query is asked for."""
    return N_TRIPLES if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", query) else JSON


def multiset(reply: Reply) -> Counter[object]:
    """Return the rows or triples of an answer, however often each is there."""
    assert reply.status == 200, reply
    if reply.media_type == N_TRIPLES:
        return Counter(reply.text.splitlines())
    found = READERS[reply.media_type](reply.body)
    if found.truth is not None:
        return Counter([found.truth])
    return Counter([found.names, *found.rows])


def queries_of_project(answer: Built) -> list[str]:
    """Return every query of the documentation, of the query page, and of the other pages."""
    served = Served(answer.folder)
    largest, other = (data_set.slug for data_set in (served.data_sets[0], served.data_sets[7]))
    found = {
        example.query
        for language in LANGUAGES
        for slug in (largest, other)
        for example in examples_of(served, language, slug)
    }
    served.close()
    for path in sorted((answer.folder / "descriptions").glob("*.json")):
        found.add(sparql_of_view(read_description(path.read_bytes()), DataView()))
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        found |= {one[1] for one in re.finditer(r"query='\s*(PREFIX.+?)'", text, re.DOTALL)}
        found |= {one[1] for one in re.finditer(r"```sparql\n(.+?)```", text, re.DOTALL)}
    return sorted(found)


@pytest.mark.parametrize("name", OF_OBSERVATIONS)
def test_answer_alike_on_both_ways(columns: Server, triples: Server, name: str) -> None:
    """Queries on observations have the same answers from columns and from triples."""
    query = PREFIXES + OF_OBSERVATIONS[name]
    one, other = (
        server.query(query, accept=accepted(query), timeout=60) for server in (columns, triples)
    )
    assert multiset(one) == multiset(other)
    assert other[PLAN] == 'engine;why="switched-off"'
    assert plan_of(one[PLAN]).way in (COLUMNS, COLUMNS_AND_ENGINE, ENGINE)


@pytest.mark.slow
def test_answer_each_query_of_the_project_alike(
    answer: Built, columns: Server, triples: Server
) -> None:
    """So have the queries of the documentation and of the pages, and some go by columns."""
    ways: Counter[str] = Counter()
    queries = queries_of_project(answer)
    assert len(queries) > 40
    for query in queries:
        one, other = (
            server.query(query, accept=accepted(query), timeout=60) for server in (columns, triples)
        )
        assert multiset(one) == multiset(other), query
        ways[plan_of(one[PLAN]).way] += 1
    assert ways[COLUMNS] + ways[COLUMNS_AND_ENGINE] >= 4, ways


def test_answer_in_each_form(columns: Server, triples: Server) -> None:
    """JSON, XML, CSV and TSV of columns are, byte for byte, those of triples, gzip too."""
    for media_type in READERS:
        one, other = (server.query(BY_QUARTER, accept=media_type) for server in (columns, triples))
        assert one[PLAN].startswith("columns;"), media_type
        assert (one.media_type, one.body) == (other.media_type, other.body)
        fields = [("Accept-Encoding", "gzip")]
        packed = columns.query(BY_QUARTER, accept=media_type, fields=fields)
        assert packed["Content-Encoding"] == "gzip"
        assert (gzip.decompress(packed.body), packed[PLAN]) == (one.body, one[PLAN])
    query = PREFIXES + OF_OBSERVATIONS["construct"]
    for accept in ("text/turtle", "application/ld+json", "application/rdf+xml", N_TRIPLES):
        reply = columns.query(query, accept=accept)
        form = ox.RdfFormat.from_media_type(accept)
        assert form is not None
        assert len(list(ox.parse(reply.body, format=form))) == 60, accept


def test_say_the_way_with_every_answer(columns: Server) -> None:
    """The header is the same of a new answer, a cached one, HEAD, 304, POST, and the page."""
    query = BY_QUARTER + " # once"
    first = columns.query(query)
    plan = first[PLAN]
    assert re.fullmatch(r"columns;scanned=60;fetched=5", plan)
    assert "Query-Plan" in first["Access-Control-Expose-Headers"]
    assert columns.query(query)[PLAN] == plan
    assert columns.query(query, method="HEAD")[PLAN] == plan
    assert columns.post(query)[PLAN] == plan
    known = columns.query(query, fields=[("If-None-Match", first["ETag"])])
    assert (known.status, known[PLAN], known.body) == (304, plan, b"")
    assert columns.query(query, accept=HTML)[PLAN] == plan
    assert columns.query("ASK {}")[PLAN] == "engine"
    assert columns.query("ASK {", accept=JSON).get(PLAN) is None


def test_tell_the_way_on_the_page(columns: Server, triples: Server) -> None:
    """Under a result stands which way its query went, why, and where that is explained."""
    page = columns.query(BY_QUARTER, ("lang", "en"), accept=HTML).text
    [way] = re.findall(r'<p [^>]*id="way">(.*?)</p>', page, re.DOTALL)
    assert "from columns: 60 observations searched, 5 rows taken." in way
    assert 'href="#ways"' in way
    assert 'id="ways"' in page
    page = triples.query(BY_QUARTER, ("lang", "nl"), accept=HTML).text
    assert "komt uit de triples. Kolommen worden op deze server niet gebruikt." in page


def test_show_the_first_rows_on_the_page(columns: Server, triples: Server) -> None:
    """A page shows from columns the rows that it shows from triples."""
    query = f"{PREFIXES}SELECT ?k ?a ?v {{ {STAR} }} ORDER BY ?k ?a"
    one, other = (server.query(query, accept=HTML).text for server in (columns, triples))
    rows = [re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL) for page in (one, other)]
    assert rows[0] == rows[1]
    assert rows[0][0].count("<tr>") == 60


def test_count_and_log_the_way(columns: Server, tmp_path: Path) -> None:
    """A line of the log names the way of a query that a worker answered, and metrics count it."""

    def count() -> int:
        text = columns.fetch("/metrics").text
        [found] = re.findall(r'^publish_query_ways_total\{way="columns"\} (\d+)', text, re.M)
        return int(found)

    before, query = count(), f"{BY_QUARTER} # {tmp_path.name}"
    for _ in range(2):
        assert columns.query(query).status == 200
    columns.query("ASK {}")
    assert count() == before + 1
    until(lambda: '"way":"engine"' in columns.log.read_text())
    lines = [json.loads(line) for line in columns.log.read_text().splitlines() if '"way"' in line]
    assert {line["way"] for line in lines} <= {COLUMNS, COLUMNS_AND_ENGINE, ENGINE}
    assert {line["outcome"] for line in lines} == {"answered"}


def test_ask_triples_where_graphs_are_named(columns: Server, answer: Built) -> None:
    """Graphs that the protocol names are asked of the store, which alone knows them."""
    graph = f"{answer.base}/id/graaf/{DATA_SET}"
    query = f"{PREFIXES}SELECT (COUNT(*) AS ?n) {{ ?o qb:dataSet set:{DATA_SET} }}"
    whole = columns.query(query, accept="text/csv")
    assert plan_of(whole[PLAN]).way == COLUMNS
    for parameter in ("default-graph-uri", "named-graph-uri"):
        reply = columns.query(query, (parameter, graph), accept="text/csv")
        assert reply[PLAN] == 'engine;why="graphs"'
        expected = "60" if parameter == "default-graph-uri" else "0"
        assert read_csv(reply.body) == (("n",), [[expected]])


@pytest.mark.slow
def test_say_what_needs_triples_that_are_not_there(tmp_path: Path) -> None:
    """Of observations that the store lacks queries go by columns, or say what to do, with 422."""
    project = make_small_project(tmp_path / "project")
    settings = project.root / "publish.toml"
    settings.write_text(
        re.sub(r"(?m)^#? *store-up-to.*$", "store-up-to = 0", settings.read_text(encoding="utf-8"))
    )
    assert project.read().store_up_to == 0
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    release = built(project.read())
    base = release.base
    query = (
        f"SELECT (SUM(?v) AS ?s) {{ ?o <http://purl.org/linked-data/cube#dataSet> "
        f"<{base}/id/dataset/proef> ; <{base}/ns/proef#aantal> ?v }}"
    )
    graph = f"{base}/id/graaf/proef"
    with serving(project.root, {"workers": 1, "query-columns-from": "off"}) as server:
        reply = server.query(query, accept="text/csv")
        assert (read_csv(reply.body), reply[PLAN]) == (
            (("s",), [["10"]]),
            "columns;scanned=4;fetched=1",
        )
        for language, words in (("en", "This query needs all triples"), ("nl", "Deze vraag heeft")):
            fields = [("Accept-Language", language)]
            reply = server.query(query, ("default-graph-uri", graph), fields=fields)
            assert (reply.status, reply["Content-Language"]) == (422, language)
            assert reply.text.startswith(words)
            assert '"proef"' in reply.text
            [dump] = re.findall(r"https?:\S+/dumps/proef\.nt", reply.text)
            assert (release.folder / "dumps" / dump.rpartition("/")[2]).is_file()
        page = server.query(query, ("default-graph-uri", graph), ("lang", "en"), accept=HTML)
        assert page.status == 422
        assert "This query needs all triples" in page.text
