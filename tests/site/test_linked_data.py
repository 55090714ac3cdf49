"""Linked data over HTTP: things, their documents in every form, graphs, and what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import REPOSITORY
from flask.testing import FlaskClient
from flask_client import BROWSER, client_of
from small_release import BASE, make_release

from publish import __version__
from publish.project.iris import PREFIXES
from publish.release.opened import SERVICE, TYPE, Served
from publish.site.describe import describe
from publish.site.service_description import describe_service
from publish.sparql.forms import GRAPHS, RESULTS
from publish.sparql.query.limits import Limits

CLASS = ox.NamedNode("http://purl.org/linked-data/cube#Observation")
DATA_SET = "/doc/dataset/werknemers"
VOID = PREFIXES["void"]
SD = SERVICE["sd"]
TWICE = """
<id/dataset/werknemers> rdfs:label "Werknemers naar leeftijd"@nl ; dct:source <id/document/antwoord> .
<id/document/antwoord> rdfs:seeAlso <https://twee.example/> .
<id/observatie/werknemers/2022-Q3/_T/werknemers> a qb:Observation .
"""  # noqa: E501 - triples of data sets' graphs, and one that stands in none of the others
FORMS = {
    "html": "text/html",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "n3": "text/n3",
}


@pytest.fixture(scope="module", params=["union", "empty"])
def release(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path_factory.mktemp("release") / "current"
    return make_release(folder, extra=TWICE, default_graph=request.param)


@pytest.fixture(scope="module")
def served(release: Path) -> Served:
    return Served(release)


@pytest.fixture(scope="module")
def client(release: Path) -> FlaskClient:
    return client_of(release)


def parsed(body: bytes, extension: str = "nt") -> list[ox.Triple]:
    format_ = ox.RdfFormat.from_extension(extension)
    return [quad.triple for quad in ox.parse(body, format=format_)]


# -- The default graph -------------------------------------------------------------------------


def test_count_a_triple_of_two_graphs_once(release: Path, served: Served) -> None:
    """In the default graph a triple stands once; a project that wants it empty has it empty."""
    rows = served.store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert isinstance(rows, ox.QuerySolutions)
    lines = (release / "dumps" / "alles.nt").read_text(encoding="utf-8").splitlines()
    assert int(next(rows)["n"].value) == (len(lines) if served.is_union else 0)
    quads = (release / "dumps" / "alles.nq").read_text(encoding="utf-8").splitlines()
    assert len(quads) == len(lines) + 3


def test_look_up_a_triple_of_two_graphs_once(served: Served) -> None:
    """Look-ups, descriptions and queries of the package give it once, whatever is the default."""
    iri = ox.NamedNode(f"{BASE}/id/dataset/werknemers")
    for pattern in ((iri, None, None), (None, TYPE, None), (None, None, iri), (None, TYPE, CLASS)):
        found = list(served.triples(*pattern))
        assert len(found) == len(set(found)) > 5
    described = list(describe(served, iri))
    assert len(described) == len(set(described))
    labels = [node for node in served.objects(iri, ox.NamedNode(
        "http://www.w3.org/2000/01/rdf-schema#label")) if node.language == "nl"]  # fmt: skip
    assert len(labels) == 1


def test_show_a_triple_of_two_graphs_once(client: FlaskClient) -> None:
    """A page names a value once among facts and once among all properties, the data once."""
    body = client.get("/doc/dataset/werknemers.nt").text.splitlines()
    assert len(body) == len(set(body))
    page = client.get("/doc/document/antwoord.html").text
    for part in page.partition("<details")[::2]:
        assert part.count('href="https://twee.example/"') == 1
    assert page.count('href="/doc/dataset/werknemers"') == 1


# -- Things ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["dataset/werknemers", "graaf/werknemers", "graaf/", "document/"])
def test_redirect_thing_to_its_document(client: FlaskClient, path: str) -> None:
    """A thing answers 303, the same to everybody."""
    for method in ("GET", "HEAD"):
        response = client.open(f"/id/{path}", method=method, headers={"Accept": "text/turtle"})
        assert (response.status_code, response.headers["Location"]) == (303, f"/doc/{path}")
        assert "Vary" not in response.headers


def test_find_void_where_it_is_looked_for(client: FlaskClient) -> None:
    """`/.well-known/void` leads to the description of all graphs."""
    response = client.get("/.well-known/void", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/graaf/")
    response = client.get("/doc/graaf/", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.mimetype) == (200, "text/turtle")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/id/dataset/werknemers", DATA_SET, "/ns/proef", "/dumps/"])
def test_refuse_to_write(client: FlaskClient, path: str, method: str) -> None:
    """Nothing can be written; the answer says what can be done."""
    response = client.open(path, method=method, data=b"x")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    response = client.open(path, method="OPTIONS")
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


# -- Documents ---------------------------------------------------------------------------------

PATHS = [
    DATA_SET,
    "/ns/proef",
    "/ns/publicatie",
    "/doc/graaf/werknemers",
    "/doc/graaf",
    "/doc/conceptscheme",
    "/doc/conceptscheme/leeftijd",
]


@pytest.mark.parametrize("path", PATHS)
def test_give_every_form(client: FlaskClient, path: str) -> None:
    """Each form comes by its extension and by Accept, and all RDF forms say the same."""
    found = {}
    for extension, media_type in FORMS.items():
        by_name = client.get(f"{path}.{extension}", headers={"Accept": "image/png"})
        by_accept = client.get(path, headers={"Accept": media_type})
        assert (by_name.status_code, by_name.mimetype) == (200, media_type)
        assert (by_accept.status_code, by_accept.mimetype) == (200, media_type)
        assert by_accept.headers["Content-Location"] == f"{path}.{extension}"
        assert "Content-Location" not in by_name.headers
        assert by_accept.data == by_name.data or extension == "html"
        if extension != "html":
            found[extension] = {str(triple) for triple in parsed(by_name.data, extension)}
    assert found["nt"]
    assert all(item == found["nt"] for item in found.values())


@pytest.mark.parametrize("path", PATHS)
def test_link_to_every_form(client: FlaskClient, path: str) -> None:
    """The headers name each form with its address, and what is described."""
    link = client.get(path, headers={"Accept": "text/turtle"}).headers["Link"]
    for extension, media_type in FORMS.items():
        assert f'<{path}.{extension}>; rel="alternate"; type="{media_type}"' in link
    assert '; rel="describes"' in link
    assert ('; rel="type"' in link) == (path != "/doc/conceptscheme")


def test_link_under_a_prefix(client: FlaskClient) -> None:
    """Behind a proxy that mounts the server elsewhere, the headers say so."""
    response = client.get(f"{DATA_SET}.ttl", base_url="http://elsewhere.example/cijfers/")
    assert f"</cijfers{DATA_SET}.nt>" in response.headers["Link"]


def test_link_to_the_licence(tmp_path: Path) -> None:
    """Data, pages, files and tables name the licence."""
    release = make_release(tmp_path / "current")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    manifest["licence"] = "https://licentie.example/1"
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    client = client_of(release)
    table = next((release / "tables").rglob("*.csv")).relative_to(release / "tables").as_posix()
    paths = [f"{DATA_SET}.ttl", f"{DATA_SET}.html", "/dumps/alles.nt", f"/doc/tabel/{table}"]
    for path in [*paths, "/doc/graaf/werknemers.nt"]:
        link = client.get(path).headers["Link"]
        assert '<https://licentie.example/1>; rel="license"' in link, path


@pytest.mark.parametrize(
    ("path", "accept", "vary"),
    [
        (DATA_SET, "text/turtle", {"Accept"}),
        (DATA_SET, BROWSER, {"Accept", "Accept-Language"}),
        (f"{DATA_SET}?lang=en", BROWSER, {"Accept"}),
        (f"{DATA_SET}.html", BROWSER, {"Accept-Language"}),
        (f"{DATA_SET}.html?lang=en", BROWSER, set()),
        (f"{DATA_SET}.ttl", BROWSER, set()),
        ("/", BROWSER, {"Accept-Language"}),
    ],
)
def test_vary_with_what_was_looked_at(
    client: FlaskClient, path: str, accept: str, vary: set[str]
) -> None:
    """`Vary` names exactly the headers that the answer depends on."""
    response = client.get(path, headers={"Accept": accept})
    assert set(filter(None, response.headers.get("Vary", "").split(", "))) == vary


@pytest.mark.parametrize(
    ("header", "language"),
    [("en", "en"), ("fr, en;q=0.5, nl;q=0.4", "en"), ("nl;q=0, *;q=0.1", "en"), ("fr", "nl")],
)
def test_give_pages_in_the_language_of_the_reader(
    client: FlaskClient, header: str, language: str
) -> None:
    """The page is in the language that suits best, and says in which; data has no language."""
    headers = {"Accept": BROWSER, "Accept-Language": header}
    response = client.get(DATA_SET, headers=headers)
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in response.text
    response = client.get(f"{DATA_SET}.ttl", headers=headers)
    assert "Content-Language" not in response.headers


def test_tag_documents(client: FlaskClient) -> None:
    """Each form, language and page has a tag of its own, by which it is checked again."""
    tags = set()
    asked = [
        (f"{DATA_SET}.{extension}", language) for extension in FORMS for language in ("nl", "en")
    ]
    asked += [("/doc/concept/leeftijd/_T.ttl", "nl"), ("/doc/concept/leeftijd/_T.ttl?page=2", "nl")]
    for path, language in asked:
        headers = {"Accept-Language": language}
        response = client.get(path, headers=headers)
        tag = response.headers["ETag"]
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        again = client.get(path, headers={**headers, "If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert set(again.vary) == set(response.vary)
        tags.add(tag)
    assert len(tags) == len(FORMS) + 1 + 2


def test_tag_changes_with_the_release(tmp_path: Path, client: FlaskClient) -> None:
    """Another release, or another version of the software, has other tags."""
    release = make_release(tmp_path / "current")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    manifest["id"] = "fedcba9876543210"
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    before = client.head(f"{DATA_SET}.ttl").headers["ETag"]
    assert client_of(release).head(f"{DATA_SET}.ttl").headers["ETag"] != before
    assert __version__


def test_head_is_get_without_body(client: FlaskClient) -> None:
    """HEAD gives the headers of GET."""
    for path in (DATA_SET, f"{DATA_SET}.rdf", "/ns/proef.html", "/doc/graaf/"):
        one, other = client.get(path), client.head(path)
        assert (other.status_code, other.data) == (200, b"")
        assert dict(other.headers) == dict(one.headers)


def test_context_of_json_ld(client: FlaskClient) -> None:
    """JSON-LD has the prefixes of the release for its context, and short names."""
    content = json.loads(client.get(f"{DATA_SET}.jsonld").data)
    assert content["@context"]["qb"] == "http://purl.org/linked-data/cube#"
    assert any(node.get("@type") == "qb:DataSet" for node in content["@graph"])


# -- What is not there -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["id", "doc"])
def test_name_what_is_near(client: FlaskClient, kind: str) -> None:
    """A 404 names the things whose address looks like it, for programs and for people."""
    path = f"/{kind}/dataset/werknemer"
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.content_type) == (404, "text/plain; charset=utf-8")
    assert f"Nothing is known here about {path}." in response.text
    assert f"/{kind}/dataset/werknemers" in response.text
    fields = {"Accept": "text/turtle", "Accept-Language": "nl"}
    assert f"Over {path} is hier niets bekend." in client.get(path, headers=fields).text
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "nl"})
    assert response.status_code == 404
    assert f'<a href="/{kind}/dataset/werknemers">' in response.text


def test_answer_programs_that_ask_by_extension(client: FlaskClient) -> None:
    """Who asks for Turtle by its extension gets a sentence, whatever Accept says."""
    response = client.get("/doc/dataset/niets.ttl", headers={"Accept": BROWSER})
    assert (response.status_code, response.mimetype) == (404, "text/plain")


@pytest.mark.parametrize(
    "path",
    ["/doc/" + "x" * 5000, "/doc/dataset/%00", "/doc/<b>", "/ns/zzz", "/doc/graaf/zz", "/id/a%20b"],
)
def test_answer_odd_addresses(client: FlaskClient, path: str) -> None:
    """Whatever is asked for, what is not there is 404."""
    for accept in (BROWSER, "text/turtle"):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 404
        assert "<b>" not in response.text or accept != BROWSER


def test_describe_cells_with_their_table(client: FlaskClient, served: Served) -> None:
    """The address of a cell leads to the document of its table, which says what is in the cell."""
    printed = ox.NamedNode(f"{served.base}/ns/publicatie#inTabel")
    cell = next(served.store.quads_for_pattern(None, printed, None)).subject
    assert isinstance(cell, ox.NamedNode)
    table = cell.value.partition("#")[0].removeprefix(served.base)
    response = client.get(table, headers={"Accept": "application/n-triples"}, follow_redirects=True)
    found = {quad.triple for quad in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)}
    own = set(served.triples(cell, None, None))
    assert len(own) > 3
    assert own <= found


def test_list_forms_when_none_is_acceptable(client: FlaskClient) -> None:
    """406 lists the forms with their addresses."""
    response = client.get(DATA_SET, headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (406, "text/plain")
    for extension, media_type in FORMS.items():
        assert f"{media_type}  {DATA_SET}.{extension}" in response.text
    assert response.headers["Vary"] == "Accept, Accept-Language"


# -- Graphs and the service --------------------------------------------------------------------


def value(triples: list[ox.Triple], subject: str, predicate: str) -> list[str]:
    """Return the values of a property, sorted."""
    return sorted(
        triple.object.value
        for triple in triples
        if triple.subject.value == subject and triple.predicate.value == predicate
    )


def test_describe_graph(client: FlaskClient, served: Served) -> None:
    """A named graph is a data set of VoID, with its counted triples, files and subject."""
    iri = f"{BASE}/id/graaf/werknemers"
    found = parsed(client.get("/doc/graaf/werknemers.nt").data)
    counted = sum(1 for _ in served.store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
    assert value(found, iri, VOID + "triples") == [str(counted)]
    endings = ("jsonld", "nq", "nt", "nt.gz", "rdf", "ttl")
    assert value(found, iri, VOID + "dataDump") == [
        f"{BASE}/dumps/werknemers.{ending}" for ending in endings
    ]
    assert value(found, iri, "http://purl.org/dc/terms/subject") == [
        f"{BASE}/id/dataset/werknemers"
    ]
    page = client.get("/doc/graaf/werknemers.html", headers={"Accept-Language": "nl"}).text
    assert str(counted) in page
    assert 'href="/doc/dataset/werknemers"' in page


def test_describe_all_graphs(client: FlaskClient, served: Served) -> None:
    """All graphs together have their numbers, and each graph is a part of them."""
    iri = f"{BASE}/id/graaf/"
    found = parsed(client.get("/doc/graaf.nt").data)
    assert value(found, iri, VOID + "triples") == [str(served.counts["triples"])]
    assert value(found, iri, VOID + "subset") == sorted(graph.iri for graph in served.graphs)
    assert f"{BASE}/dumps/alles.nq.gz" in value(found, iri, VOID + "dataDump")
    assert "http://purl.org/linked-data/cube#" in value(found, iri, VOID + "vocabulary")
    for kind, counted in (("property", "triples"), ("class", "entities")):
        parts = value(found, iri, f"{VOID}{kind}Partition")
        numbers = {
            value(found, part, VOID + kind)[0]: int(value(found, part, VOID + counted)[0])
            for part in parts
        }
        assert numbers == served.partitions[f"{kind}-partitions"]
    assert "#property-0" not in client.get("/doc/graaf.html").text


def test_describe_service(served: Served) -> None:
    """The service says what it answers, of which graphs, and within which limits."""
    found = list(describe_service(served, Limits(deadline=2.5, rows=77), per_client=3))
    service, data_set = f"{BASE}/sparql#service", f"{BASE}/sparql#dataset"
    features = [SD + "UnionDefaultGraph"] if served.is_union else []
    assert value(found, service, SD + "feature") == features
    assert value(found, service, SD + "endpoint") == [f"{BASE}/sparql"]
    assert len(value(found, service, SD + "resultFormat")) == len((*RESULTS, *GRAPHS))
    assert value(found, data_set, VOID + "triples") == [str(served.counts["triples"])]
    [default] = value(found, data_set, SD + "defaultGraph")
    size = served.counts["triples"] if served.is_union else 0
    assert value(found, default, VOID + "triples") == [str(size)]
    names = [
        value(found, entry, SD + "name") for entry in value(found, data_set, SD + "namedGraph")
    ]
    assert sorted(names) == sorted([graph.iri] for graph in served.graphs)
    own = f"{BASE}/ns/publicatie#"
    assert value(found, service, own + "tijdslimiet") == ["2.5"]
    assert value(found, service, own + "meesteRijen") == ["77"]
    assert value(found, service, own + "vragenPerKlant") == ["3"]
    assert not any(isinstance(term, ox.BlankNode) for triple in found for term in triple)
    assert len(found) == len(set(found))


def test_describe_limits_by_terms_that_exist(served: Served) -> None:
    """Every term of the program's own that the description uses is in its vocabulary."""
    text = (REPOSITORY / "publish/ontology/vocabulary_data/publicatie.ttl").read_bytes()
    known = {
        quad.subject.value
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE + "/")
    }
    found = describe_service(served, Limits(), per_client=1)
    own = {t.predicate.value for t in found if t.predicate.value.startswith(f"{BASE}/ns/")}
    assert len(own) == 9
    assert own <= known


def test_refuse_release_of_an_older_format(tmp_path: Path) -> None:
    """A release without a default graph of its own is to be built anew."""
    release = make_release(tmp_path / "current")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    (release / "manifest.json").write_text(json.dumps({**manifest, "manifest": 1}))
    with pytest.raises(ValueError, match="build it anew"):
        Served(release)


# -- Forms that cannot hold a graph ----------------------------------------------------------------


@pytest.mark.parametrize("odd", ['<https://twee.example/123> "x"', 'rdfs:comment "a\\u0001b"'])
def test_document_in_the_next_form_when_xml_cannot_hold_it(tmp_path: Path, odd: str) -> None:
    """What RDF/XML cannot say comes in the next form that is accepted; 406 when there is none."""
    client = client_of(make_release(tmp_path / "current", extra=f"<id/document/antwoord> {odd} ."))
    address = "/doc/document/antwoord"
    for accept in ("application/rdf+xml, text/turtle;q=0.5", "application/rdf+xml, */*;q=0.1"):
        reply = client.get(address, headers={"Accept": accept})
        assert (reply.status_code, reply.mimetype) == (200, "text/turtle")
        assert reply.headers["Content-Location"] == f"{address}.ttl"
        assert "Accept" in reply.headers["Vary"]
    for target, accept in ((address, "application/rdf+xml"), (f"{address}.rdf", "*/*")):
        reply = client.get(target, headers={"Accept": accept})
        assert reply.status_code == 406
        assert f"{address}.nt" in reply.text


def test_document_for_programs_that_name_no_page(client: FlaskClient) -> None:
    """The lists of rdflib's parsers get what those read, in the type that they name first."""
    for accept, media_type in (
        ("text/n3, */*;q=0.1", "text/n3"),
        ("text/plain, */*;q=0.1", "text/plain"),
        ("application/trig, */*;q=0.1", "application/trig"),
        ("application/trix, */*;q=0.1", "text/turtle"),
        ("application/n-quads", "application/n-quads"),
    ):
        reply = client.get("/doc/dataset/werknemers", headers={"Accept": accept})
        assert (reply.status_code, reply.mimetype) == (200, media_type)
        known = ox.RdfFormat.from_media_type(media_type)
        assert list(ox.parse(reply.data, format=known)), accept
