"""The catalogue judged by our shapes: no single mistake passes, and size costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node
from small_catalogue import BASE, LICENCE, small_facts, small_manifest

from publish.faults.fault import FaultyInput
from publish.project.project import Project
from publish.release.catalogue.dcat import describe_catalogue
from publish.release.stages.judge_catalogue import as_graph, judge_catalogue, some_of_each_kind
from publish.validation.shapes.files import package_shapes

SPDX, VCARD = "http://spdx.org/rdf/terms#", "http://www.w3.org/2006/vcard/ns#"
MDCAT = "https://data.vlaanderen.be/ns/metadata-dcat#"
EU = "http://publications.europa.eu/resource/authority/"
CATALOGUE, DATA_SET = f"{BASE}/id/catalogus", f"{BASE}/id/dataset/werknemers"
FILE, SERVICE = f"{BASE}/id/distributie/werknemers-ttl", f"{BASE}/id/dataservice/sparql"
RECORD = f"{BASE}/id/catalogusrecord/dataset/werknemers"
AGENT, CONTACT = f"{BASE}/id/organisatie/uitgever", f"{BASE}/id/contact/helpdesk"
PERIOD, SUM = f"{DATA_SET}#periode", f"{FILE}#sha256"
THEME, SCHEME = f"{EU}data-theme/SOCI", f"{EU}data-theme"

GONE: list[tuple[str, Node]] = [
    (CATALOGUE, DCTERMS.identifier),
    (CATALOGUE, DCTERMS.title),
    (CATALOGUE, DCTERMS.description),
    (CATALOGUE, DCTERMS.publisher),
    (CATALOGUE, DCTERMS.license),
    (CATALOGUE, DCTERMS.modified),
    (CATALOGUE, DCAT.contactPoint),
    (CATALOGUE, DCAT.record),
    (CATALOGUE, DCAT.dataset),
    (CATALOGUE, FOAF.homepage),
    (RECORD, DCTERMS.identifier),
    (RECORD, DCTERMS.modified),
    (RECORD, DCTERMS.conformsTo),
    (RECORD, FOAF.primaryTopic),
    (DATA_SET, DCTERMS.identifier),
    (DATA_SET, DCTERMS.title),
    (DATA_SET, DCTERMS.description),
    (DATA_SET, DCTERMS.publisher),
    (DATA_SET, DCTERMS.accessRights),
    (DATA_SET, DCTERMS.modified),
    (DATA_SET, DCAT.contactPoint),
    (DATA_SET, DCAT.keyword),
    (DATA_SET, DCAT.theme),
    (DATA_SET, DCAT.distribution),
    (DATA_SET, URIRef(f"{MDCAT}statuut")),
    (FILE, DCTERMS.identifier),
    (FILE, DCTERMS.title),
    (FILE, DCTERMS.license),
    (FILE, DCTERMS["format"]),
    (FILE, DCAT.accessURL),
    (FILE, DCAT.mediaType),
    (FILE, DCAT.byteSize),
    (FILE, URIRef(f"{SPDX}checksum")),
    (SUM, URIRef(f"{SPDX}algorithm")),
    (SUM, URIRef(f"{SPDX}checksumValue")),
    (SERVICE, DCAT.endpointURL),
    (SERVICE, DCAT.endpointDescription),
    (SERVICE, DCAT.servesDataset),
    (SERVICE, DCTERMS.accessRights),
    (SERVICE, DCTERMS.license),
    (SERVICE, DCAT.keyword),
    (AGENT, FOAF.name),
    (CONTACT, URIRef(f"{VCARD}fn")),
    (THEME, SKOS.prefLabel),
    (THEME, SKOS.inScheme),
    (SCHEME, DCTERMS.title),
    (LICENCE, DCTERMS.type),
    (f"{BASE}/id/herkomst/antwoord", RDFS.label),
]
"""Statements that cannot be left out: a node and its property."""

OTHERWISE: list[tuple[str, Node, Node]] = [
    (THEME, SKOS.prefLabel, URIRef(f"{EU}x")),
    (SCHEME, DCTERMS.title, URIRef(f"{EU}x")),
    (DATA_SET, DCTERMS.title, Literal("", "nl")),
    (DATA_SET, DCTERMS.publisher, Literal("Uitgever", lang="nl")),
    (DATA_SET, DCTERMS.title, Literal("Werknemers")),
    (DATA_SET, DCAT.keyword, Literal("werk, zorg", lang="nl")),
    (DATA_SET, DCAT.theme, Literal("SOCI", lang="nl")),
    (DATA_SET, DCAT.theme, URIRef(f"{EU}data-theme/SOCI")),  # the Belgian one is gone
    (DATA_SET, DCTERMS.accessRights, URIRef(f"{EU}access-right/SECRET")),
    (DATA_SET, DCTERMS.accrualPeriodicity, Literal("quarterly")),
    (DATA_SET, DCTERMS.modified, Literal("2026-03-01", datatype=XSD.date)),
    (DATA_SET, DCAT.landingPage, Literal(f"{BASE}/doc/dataset/werknemers")),
    (DATA_SET, DCAT.temporalResolution, Literal("P3M")),
    (DATA_SET, DCTERMS.temporal, Literal("2022")),
    (DATA_SET, URIRef("http://data.europa.eu/s1n/numSeries"), Literal("-2", datatype=XSD.integer)),
    (RECORD, DCTERMS.modified, Literal("2026-03-01")),
    (RECORD, DCTERMS.conformsTo, Literal("DCAT-AP-VL")),
    (CATALOGUE, DCTERMS.license, URIRef(LICENCE)),
    (FILE, DCAT.accessURL, Literal(f"{BASE}/dumps/werknemers.ttl")),
    (FILE, DCAT.accessURL, URIRef("ftp://cijfers.example/werknemers.ttl")),
    (FILE, DCAT.byteSize, Literal("14")),
    (FILE, DCAT.mediaType, Literal("text/turtle")),
    (FILE, DCTERMS["format"], Literal("Turtle")),
    (FILE, DCTERMS.license, URIRef("https://creativecommons.org/publicdomain/zero/1.0/")),
    (SUM, URIRef(f"{SPDX}checksumValue"), Literal("ab12", datatype=XSD.hexBinary)),
    (SERVICE, DCAT.endpointURL, Literal(f"{BASE}/sparql")),
    (CONTACT, URIRef(f"{VCARD}hasEmail"), URIRef("https://cijfers.example/info")),
    (CONTACT, URIRef(f"{VCARD}hasEmail"), Literal("info@cijfers.example")),
    (AGENT, FOAF.name, Literal("Uitgever")),
    (PERIOD, DCAT.startDate, Literal("2023-01-01", datatype=XSD.date)),
    (PERIOD, DCAT.startDate, Literal("2022")),
]
"""Values that are wrong, in the place of the right ones."""

MORE: list[tuple[str, Node, Node]] = [
    (CATALOGUE, DCTERMS.identifier, Literal("catalogus")),
    (DATA_SET, DCTERMS.identifier, Literal("werknemers")),
    (DATA_SET, DCTERMS.title, Literal("Nog een titel", lang="nl")),
    (DATA_SET, DCTERMS.publisher, URIRef(f"{BASE}/id/organisatie/ander")),
    (DATA_SET, DCTERMS.accrualPeriodicity, URIRef(f"{EU}frequency/ANNUAL")),
    (DATA_SET, DCAT.distribution, URIRef(f"{BASE}/id/distributie/weg")),
    (RECORD, DCTERMS.conformsTo, URIRef("https://example.org/profile")),
    (FILE, DCAT.accessURL, URIRef(f"{BASE}/dumps/ander.ttl")),
    (FILE, DCTERMS.license, URIRef(f"{LICENCE}#2")),
    (SERVICE, DCAT.endpointURL, URIRef(f"{BASE}/query")),
    (CONTACT, FOAF.page, URIRef(f"{BASE}/vragen")),
]
"""Values that are one too many, or lead to nothing."""

NO_CLASS: list[tuple[str, str]] = [
    (AGENT, f"{DCTERMS}Agent"),
    (AGENT, f"{FOAF}Agent"),
    (CONTACT, f"{VCARD}Kind"),
    (DATA_SET, f"{DCAT}Resource"),
    (FILE, f"{DCAT}Distribution"),
    (THEME, f"{SKOS}Concept"),
    (SCHEME, f"{SKOS}ConceptScheme"),
    (f"{EU}frequency/QUARTERLY", f"{DCTERMS}Frequency"),
    (f"{EU}access-right/PUBLIC", f"{DCTERMS}RightsStatement"),
    (LICENCE, f"{DCTERMS}LicenseDocument"),
]
"""Classes that one of the profiles asks of a node."""


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(data=package_shapes()["catalogue"], format="turtle", publicID=f"{BASE}/")


@pytest.fixture
def catalogue() -> Graph:
    return as_graph(list(describe_catalogue(small_facts())))


def broken(catalogue: Graph, shapes: Graph) -> set[tuple[str, str]]:
    """Return the thing and the shape of each result."""
    _, report, _ = validate(catalogue, shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph)
    return {
        (str(report.value(node, SH.focusNode)), str(report.value(node, SH.sourceShape)))
        for node in report.objects(None, SH.result)
    }


def test_find_nothing_wrong(catalogue: Graph, shapes: Graph) -> None:
    """The catalogue without a mistake meets every shape, and every shape is of use to it."""
    assert broken(catalogue, shapes) == set()
    for shape, class_ in shapes.subject_objects(SH.targetClass):
        assert (None, RDF.type, class_) in catalogue, shape


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("node", "property_"), GONE)
def test_miss_what_is_left_out(catalogue: Graph, shapes: Graph, node: str, property_: Node) -> None:
    """A compulsory statement that is left out is missed."""
    assert (URIRef(node), property_, None) in catalogue
    catalogue.remove((URIRef(node), property_, None))
    assert broken(catalogue, shapes)


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("node", "property_", "value"), OTHERWISE)
def test_find_wrong_value(
    catalogue: Graph, shapes: Graph, node: str, property_: Node, value: Node
) -> None:
    """A value of the wrong kind is found, in the place of the right ones."""
    assert (URIRef(node), property_, None) in catalogue
    catalogue.set((URIRef(node), property_, value))
    assert broken(catalogue, shapes)


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("node", "property_", "value"), MORE)
def test_find_value_too_many(
    catalogue: Graph, shapes: Graph, node: str, property_: Node, value: Node
) -> None:
    """A second value where one is allowed is found, and one that leads nowhere."""
    catalogue.add((URIRef(node), property_, value))
    assert broken(catalogue, shapes)


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("node", "class_"), NO_CLASS)
def test_miss_class(catalogue: Graph, shapes: Graph, node: str, class_: str) -> None:
    """A class that either profile asks for is missed."""
    assert (URIRef(node), RDF.type, URIRef(class_)) in catalogue
    catalogue.remove((URIRef(node), RDF.type, URIRef(class_)))
    assert broken(catalogue, shapes)


NESTED = {"labelOfTerm", "scheme", "titleOfScheme"}
"""Constraints of terms and lists: the property that leads to the term is said to break them."""


@pytest.mark.slow
def test_fail_every_constraint_with_some_mistake(shapes: Graph) -> None:
    """There is no constraint that no mistake makes fail."""
    mail, page = URIRef(f"{VCARD}hasEmail"), FOAF.page
    mistakes = [
        *([(URIRef(node), property_, None)] for node, property_ in GONE),
        *([(URIRef(node), property_, value)] for node, property_, value in [*OTHERWISE, *MORE]),
        [(URIRef(CATALOGUE), DCAT.service, None)],
        [(URIRef(CONTACT), mail, None), (URIRef(CONTACT), page, None)],
    ]
    sound = as_graph(list(describe_catalogue(small_facts())))
    values = [Literal("x"), Literal(""), URIRef("urn:example:x"), None]
    for property_ in {path for path in shapes.objects(None, SH.path) if isinstance(path, URIRef)}:
        for value in values:
            mistakes.append([(node, property_, value) for node in set(sound.subjects(property_))])
    for name in (f"{DCTERMS}source", f"{DCAT}version", "http://data.europa.eu/s1n/measure"):
        mistakes.append([(URIRef(DATA_SET), URIRef(name), Literal(1))])
    failed = set[str]()
    for mistake in mistakes:
        catalogue = as_graph(list(describe_catalogue(small_facts())))
        for node, property_, value in mistake:
            catalogue.remove((node, property_, None))
            if value is not None:
                catalogue.add((node, property_, value))
        failed |= {shape.partition("#")[2] for _, shape in broken(catalogue, shapes)}
    constraints = {
        str(item).partition("#")[2] for item in shapes.subjects(RDF.type, SH.PropertyShape)
    }
    assert constraints - failed == NESTED


# -- One of each kind -----------------------------------------------------------------------------


def test_judge_one_of_each_kind() -> None:
    """Of a hundred data sets that are alike one is judged; nothing leads to what is left out."""
    whole = list(describe_catalogue(small_facts(100)))
    some = some_of_each_kind(whole)
    assert len(some) < 1.2 * len(list(describe_catalogue(small_facts())))
    subjects = {item.subject for item in some}
    left = {item.subject for item in whole} - subjects
    assert left
    assert not {item.object for item in some} & left


def test_judge_data_set_that_is_otherwise(tmp_path: Path) -> None:
    """A data set among many that lacks a keyword is found, and stops the build."""
    manifest = small_manifest(50)
    del manifest["publication"]["catalogue"]["keywords"]
    for entry in manifest["data-sets"]:
        entry["for-portals"] = {"keywords": {"nl": ["werk"]}}
    project = Project(
        root=tmp_path,
        base=BASE,
        public_url=BASE,
        vocabulary="proef",
        numbers="nl",
        licence=LICENCE,
        title={},
        description={},
    )
    judge_catalogue(project, manifest)
    manifest["data-sets"][37]["for-portals"] = {}
    with pytest.raises(FaultyInput) as raised:
        judge_catalogue(project, manifest)
    [found] = raised.value.faults
    assert (found.code, found.path) == ("shape-violation", f"{BASE}/id/dataset/werknemers-38")
    assert "keyword" in found.finding
