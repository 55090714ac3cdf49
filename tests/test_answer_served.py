"""The answer on the server: every term resolves, and other engines join its data over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of
from query_pool import pool_in_thread
from rdflib import Graph
from sparql_server import project_over, serving

from publish.sparql.query.limits import Limits

SHARED = ("vocabularium", "codelijsten", "koppelingen", "bronnen")
"""The graphs that the data sets share."""

JOBSEEKERS = """@prefix x: <https://vdab.example/> .
@prefix term: <{base}/id/concept/vdab-arvastat/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:r1 x:status term:IN_BEMIDDELING ; x:residents 81000 .
x:r2 x:status term:IN_OPLEIDING_OF_VOORTRAJECT ; x:residents 32000 .
x:r3 x:status term:NIET_INZETBAAR_OP_LANGE_TERMIJN ; x:residents 21000 .
"""
"""Figures as VDAB might publish them, by its own terms; they are made up."""

JOIN = """PREFIX x: <https://vdab.example/>
PREFIX se: <{base}/ns/sociale-economie#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?term ?residents ?label ?advised WHERE {{
    ?row x:status ?term ; x:residents ?residents .
    SERVICE <{endpoint}> {{
        ?code skos:exactMatch ?term ; skos:prefLabel ?label .
        ?observation se:bemiddelingsstatus ?code ;
            se:advies <{base}/id/concept/advies/CMW> ; se:werkzoekenden ?advised .
        FILTER(LANG(?label) = "nl")
    }}
}}"""


@pytest.fixture(scope="module")
def client(answer: Built) -> Iterator[FlaskClient]:
    """A client of the application, with one process for queries."""
    with pool_in_thread(answer.folder / "store", limits=Limits(workers=1)) as pool:
        yield client_of(answer.folder, pool)


def shared_things(answer: Built) -> list[str]:
    """Return the paths of everything that the shared graphs describe, fragments left out."""
    paths = set()
    for name in SHARED:
        graph = ox.NamedNode(f"{answer.base}/id/graaf/{name}")
        for quad in answer.store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, ox.NamedNode):
                iri = quad.subject.value.partition("#")[0]
                if iri.startswith((f"{answer.base}/id/", f"{answer.base}/ns/")):
                    paths.add(iri.removeprefix(answer.base))
    return sorted(paths)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_resolve_every_term_and_code(answer: Built, client: FlaskClient) -> None:
    """Whatever the shared graphs describe answers as a page and as RDF about itself."""
    paths = shared_things(answer)
    assert len(paths) > 400
    for path in paths:
        document = re.sub(r"^/id/", "/doc/", path)
        table = document.endswith(".csv")
        page = client.get(document + (".html" if table else ""), headers={"Accept": "text/html"})
        assert page.status_code == 200, path
        assert "<h1" in page.text, path
        data = client.get(f"{document}.nt")
        assert data.status_code == 200, path
        assert f"<{answer.base}{path}" in data.text, path


def test_give_incoming_links_of_every_code(answer: Built, client: FlaskClient) -> None:
    """The RDF of a code holds the first of what points to it."""
    for path in shared_things(answer):
        if not path.startswith("/id/concept/"):
            continue
        graph = Graph()
        graph.parse(data=client.get(path.replace("/id/", "/doc/") + ".nt").data, format="nt")
        subjects = {str(s) for s, _, o in graph if str(o) == answer.base + path}
        assert subjects, path


def test_give_incoming_links_by_the_page_in_the_data_too(
    answer: Built, client: FlaskClient
) -> None:
    """Where more points to a thing than one page holds, the data say where the next page is."""
    path, seen, pages = "/doc/concept/eenheid/PERSON.nt", set(), 0
    while path:
        response = client.get(path)
        lines = response.text.splitlines()
        seen |= {line for line in lines if line.endswith("/id/concept/eenheid/PERSON> .")}
        found = re.search(r'<([^>]*)>; rel="next"', response.headers["Link"])
        path, pages = found[1] if found else "", pages + 1
    assert pages > 3
    units = [line for line in seen if "attribute#unitMeasure" in line]
    person = f"<{answer.base}/id/concept/eenheid/PERSON>"
    rows = answer.ask(f"SELECT ?o WHERE {{ ?o a qb:Observation ; attribute:unitMeasure {person} }}")
    assert len(units) == len(rows) == 165


def test_give_no_observations_with_a_data_set(answer: Built, client: FlaskClient) -> None:
    """What points to a data set is given but for its observations, which may be very many."""
    response = client.get("/doc/dataset/cmw-werknemers-leeftijd.nt")
    assert 'rel="next"' not in response.headers["Link"]
    assert "/id/observatie/" not in response.text
    derived = f"<{answer.base}/id/dataset/werknemers-leeftijd-vergelijkbaar> "
    assert f"{derived}<http://www.w3.org/ns/prov#wasDerivedFrom>" in response.text
    assert f"<{answer.base}/id/kwaliteit/sv-2023-19/gebied>" in response.text


def test_give_the_uses_of_every_term(answer: Built, client: FlaskClient) -> None:
    """The RDF of the vocabulary holds what points to each term, as the structures that use it."""
    graph = Graph()
    graph.parse(data=client.get("/ns/sociale-economie.nt").data, format="nt")
    terms = {str(s) for s in graph.subjects() if "/ns/sociale-economie#" in str(s)}
    used = {str(o) for s, _, o in graph if "/id/component/" in str(s)}
    assert len(terms) > 30
    unused = {term.partition("#")[2] for term in terms - used}
    assert unused == {"vdabContracttype"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/doc/concept/leeftijdsgroep/Y20T24", ["Y20-24", "hetzelfde als", "Leeftijdsklassen"]),
        ("/doc/concept/leeftijdsklasse/Y_LT25", ["18 tot en met 19 jaar", "enger in andere lijst"]),
        ("/doc/concept/maatregel/CMW", ["travail adapté", "sheltered employment"]),
        (
            "/doc/dataset/ama-deelnemers-leeftijd",
            ["werknemers-leeftijd-vergelijkbaar", "Gevraagd,"],
        ),
        ("/doc/dataset/werknemers-leeftijd-vergelijkbaar", ["vanaf 18 jaar", "Afgeleid van"]),
        ("/doc/dataset/imw-aanvragen", ["afgeleid, niet gedrukt", "stroom"]),
        ("/doc/document/sv-2023-19", ["deelvraag 9b", "Vlaams Parlement"]),
        ("/doc/dag/2023-06-30", ["is het einde van", "2e kwartaal 2023"]),
        ("/doc/conceptscheme/vdab-arvastat", ["IN_BEMIDDELING"]),
        ("/doc/linkset/vdab", ["VDAB"]),
        ("/doc/linkset/", ["Eurostat", "EuroVoc"]),
        ("/ns/sociale-economie", ["Dimensies", "vdabContracttype"]),
        ("/ns/sociale-economie/leeftijdsgroep", ["Gebruikt in", "Codelijst"]),
        (
            "/doc/observatie/werknemers-leeftijd-vergelijkbaar/2022-Q1/Y_GE60/CMW/werknemersVte",
            ["Som van", "1.123 VTE", "49 VTE"],
        ),
        (
            "/doc/observatie/wzw-uitstroom/2020/LDE/uitstroomUitWerkloosheidPercentage",
            ["75 op 1126", "6,6"],
        ),
        (
            "/doc/observatie/wzw-uitstroom/2021/LDE/uitstroomNaarWerkPercentage",
            ["6,9", "Gedrukt is 6,9 %, terwijl 80 op 1147 6,97 % is", "Afronding"],
        ),
        ("/doc/dataset/wzw-uitstroom", ["Gedrukt is 6,6 %, terwijl 75 op 1126 6,66 % is"]),
        ("/doc/kwaliteit/wzw-uitstroom/uitstroom-werk-2021", ["share-differs", "erkende fout"]),
    ],
)
def test_tell_readers_what_the_data_tell(client: FlaskClient, path: str, words: list[str]) -> None:
    """Pages show links with their kind, quality, what is missing and what sums are made of."""
    page = client.get(path, headers={"Accept": "text/html", "Accept-Language": "nl"})
    assert page.status_code == 200
    for word in words:
        assert word in page.text, word


def test_offer_the_queries_of_the_project(client: FlaskClient) -> None:
    """The query page offers the project's own queries first, ready to run."""
    page = client.get("/sparql", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.text.index("Share of the quota in use") < page.text.index("Which data sets")
    chosen = client.get("/sparql?example=vdab", headers={"Accept": "text/html"})
    assert "plaatsvervangerVoor" in chosen.text


@pytest.fixture(scope="module")
def address(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own process on a free port of the loopback address."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"access-log": "off"}) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_join_data_of_others_from_another_engine(answer: Built, address: str) -> None:
    """Another engine joins data by VDAB's terms with the cube, over HTTP, through the links."""
    theirs = Graph()
    theirs.parse(data=JOBSEEKERS.format(base=answer.base), format="turtle")
    found = theirs.query(JOIN.format(base=answer.base, endpoint=f"{address}/sparql"))
    rows = {str(row.label): (int(row.residents), int(row.advised)) for row in found}  # type: ignore[union-attr,arg-type]
    assert rows == {
        "in bemiddeling": (81000, 3943),
        "in opleiding of voortraject": (32000, 1678),
        "niet inzetbaar op lange termijn": (21000, 1899),
    }


def test_lead_from_a_printed_cell_to_the_figure_as_printed(client: FlaskClient) -> None:
    """A printed table leads to the observations of its figures, not to sums of several."""
    pages = client.get("/doc/document/sv-2023-19.nt").text
    [path] = set(re.findall(r"/id(/tabel/sv-2023-19/[0-9a-f]+/lde-leeftijd\.csv)>", pages))
    page = client.get(f"/doc{path}.html", headers={"Accept": "text/html"}).text
    assert "/doc/observatie/lde-werknemers-leeftijd/2022-Q1/_T/werknemersVte" in page
    assert "/doc/observatie/werknemers-leeftijd-vergelijkbaar/" not in page
