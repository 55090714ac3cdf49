"""The catalogue in DCAT: by the official shapes, and what harvesters need of it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import Built
from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import SH
from shared_material import shared_folder
from small_catalogue import BASE, DATES, small_facts, small_manifest

from publish.exports.files import export_files
from publish.release.catalogue.dcat import describe_catalogue, describe_node, statements_of
from publish.release.catalogue.exported import EXPORTED
from publish.release.catalogue.facts import CatalogueFacts, facts_of
from publish.release.opened import read_names
from publish.release.stages.judge_catalogue import as_graph, some_of_each_kind

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

DESCRIBING = {name for name, kind in EXPORTED.items() if kind.describes}
"""The exports that describe others."""
ALLOWED = {
    "dcat-ap-3.0.1/shapes.ttl": set[tuple[str, str]](),
    "dcat-ap-3.0.1/range.ttl": set(),
    "dcat-ap-3.0.1/shapes_recommended.ttl": {
        # How far a record is edited is nothing that a release knows: all of it is published.
        ("Warning", "http://www.w3.org/ns/adms#status"),
        # One data set, followed after 3, 6 and 12 months, has no period in its source.
        ("Warning", f"{DCT}temporal"),
        # The place has its outline at GeoNames, whose IRI it is; we measured none.
        ("Warning", f"{DCAT}bbox"),
        ("Warning", f"{DCAT}centroid"),
    },
    "dcat-ap-3.0.1/mdr-vocabularies.shape.ttl": {
        # A defect of the file: it asks for https://spdx.org/, where the namespace is http:.
        ("Violation", "http://spdx.org/rdf/terms#algorithm"),
        # The EU list of corporate bodies has no publisher that is not of the EU or a government.
        ("Warning", f"{DCT}publisher"),
        # The Belgian themes stand beside the European ones, for the Flemish profile.
        ("Warning", f"{DCAT}theme"),
    },
    "dcat-ap-vl-2022/dcatapvl.jsonld": {
        # The European themes stand beside the Belgian ones, for DCAT-AP.
        ("Warning", f"{DCAT}theme"),
        # The Flemish list of protocols has no SPARQL; REST stands beside the W3C's protocol.
        ("Warning", f"{DCT}conformsTo"),
    },
}
"""What the official shapes say of our catalogue, by their file: severity and property."""


@pytest.fixture(scope="module")
def facts(answer: Built) -> CatalogueFacts:
    facts = facts_of(answer.manifest, DATES)
    assert facts is not None
    return facts


def said_of(graph: Graph, shapes: str) -> set[tuple[str, str]]:
    """Return severity and property of each result that official shapes give."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared material is not at hand: PUBLISH_CONFORMANCE names its folder")
    text = (folder / "conformance" / shapes).read_bytes()
    format_ = ox.RdfFormat.from_extension(shapes.rpartition(".")[2])
    official = as_graph([quad.triple for quad in ox.parse(text, format=format_, base_iri="x:s")])
    _, report, _ = validate(graph, shacl_graph=official)
    assert isinstance(report, Graph)
    return {
        (
            str(report.value(node, SH.resultSeverity)).removeprefix(str(SH)),
            str(report.value(node, SH.resultPath)),
        )
        for node in report.objects(None, SH.result)
    }


@pytest.mark.parametrize("shapes", ALLOWED)
def test_meet_official_shapes(facts: CatalogueFacts, shapes: str) -> None:
    """The catalogue of the answer meets the official shapes, but for what is said above.

    Of data sets and files that are alike one is judged.
    """
    some = as_graph(some_of_each_kind(list(describe_catalogue(facts))))
    assert said_of(some, shapes) <= ALLOWED[shapes]


@pytest.mark.slow
@pytest.mark.parametrize("shapes", ALLOWED)
def test_meet_official_shapes_as_a_whole(facts: CatalogueFacts, shapes: str) -> None:
    """The whole catalogue gives exactly what is said above."""
    assert said_of(as_graph(list(describe_catalogue(facts))), shapes) == ALLOWED[shapes]


# -- What harvesters need -------------------------------------------------------------------------


def test_use_addresses_only(facts: CatalogueFacts) -> None:
    """There are no blank nodes, and what is linked to is an absolute address."""
    for triple in describe_catalogue(facts):
        for node in (triple.subject, triple.object):
            assert not isinstance(node, ox.BlankNode)
            if isinstance(node, ox.NamedNode):
                assert node.value.startswith(("http://", "https://", "mailto:"))


def test_hold_no_cubes(facts: CatalogueFacts) -> None:
    """No term of RDF Data Cube is in it, and every concept is one that the catalogue names."""
    triples = list(describe_catalogue(facts))
    cube = "http://purl.org/linked-data/cube#"
    assert not [item for item in triples if cube in f"{item.predicate}{item.object}"]
    linked = {item.object for item in triples}
    concept = ox.NamedNode("http://www.w3.org/2004/02/skos/core#Concept")
    concepts = {
        item.subject for item in triples if (item.predicate, item.object) == (TYPE, concept)
    }
    assert concepts <= linked


def test_give_one_identifier_each(facts: CatalogueFacts) -> None:
    """Every resource has one identifier, its own address, which no other has."""
    identifier = ox.NamedNode(f"{DCT}identifier")
    found = [item for item in describe_catalogue(facts) if item.predicate == identifier]
    assert {Counter(map(key, found)).most_common(1)[0][1] for key in (_subject, _value)} == {1}
    assert all(_subject(item) == _value(item) for item in found)


def _subject(item: ox.Triple) -> str:
    assert isinstance(item.subject, ox.NamedNode)
    return item.subject.value


def _value(item: ox.Triple) -> str:
    assert isinstance(item.object, ox.Literal)
    return item.object.value


def test_tell_form_language_and_description_of_exports(facts: CatalogueFacts) -> None:
    """An export is in one language, conforms to its standards, and says what describes it."""
    iri = facts.iri("distribution", name="ama-uitstroom-nl-csv")
    said: dict[str, set[str]] = defaultdict(set)
    for item in describe_node(facts, iri) or ():
        if item.subject == ox.NamedNode(iri):
            name = re.split("[#/]", item.predicate.value)[-1]
            said[name].add(_text(item.object))
    assert said["title"] == {
        "Uitstroom na een advies arbeidsmatige activiteiten (AMA) (CSV, in het Nederlands)",
        "Outflow after an advice for work-like activities (AMA) (CSV, in Dutch)",
    }
    assert said["language"] == {"http://publications.europa.eu/resource/authority/language/NLD"}
    assert said["mediaType"] == {"http://www.iana.org/assignments/media-types/text/csv"}
    assert said["format"] == {"http://publications.europa.eu/resource/authority/file-type/CSV"}
    assert "https://www.rfc-editor.org/rfc/rfc4180" in said["conformsTo"]
    assert said["describedby"] == {f"{facts.public_url}/dumps/ama-uitstroom.nl.csv-metadata.json"}


def test_know_every_kind_of_export() -> None:
    """Whatever file a release has, the catalogue has a form and words for it."""
    kinds = {file.kind for file in export_files()}
    assert kinds <= EXPORTED.keys()
    for language in ("nl", "en"):
        assert kinds <= read_names()[language]["distributions"]["kinds"].keys()


def _text(node: object) -> str:
    assert isinstance(node, ox.NamedNode | ox.Literal)
    return node.value


def test_catalogue_every_file_of_every_data_set(facts: CatalogueFacts, answer: Built) -> None:
    """Each file of a data set is a distribution with its size and checksum, and no other is.

    What describes another file for programs has no figures, and is told with that file.
    """
    files = {
        f"{facts.public_url}/{entry['path']}": (str(entry["bytes"]), entry["sha256"])
        for entry in answer.manifest["files"]
        if "/id/dataset/" in entry.get("about", "") and entry.get("export") not in DESCRIBING
    }
    triples = list(describe_catalogue(facts))
    by = {(item.subject, item.predicate.value.rpartition("#")[2]): item.object for item in triples}
    found = {}
    for (node, name), url in by.items():
        if name == "accessURL":
            checksum = by[node, "checksum"]
            size, value = by[node, "byteSize"], by[checksum, "checksumValue"]
            assert isinstance(url, ox.NamedNode)
            assert isinstance(size, ox.Literal) and isinstance(value, ox.Literal)
            found[url.value] = (size.value, value.value)
    assert found == files
    assert len(found) > 100


def test_describe_each_node_by_itself(facts: CatalogueFacts) -> None:
    """Each node that is ours is described at its own address as in the whole."""
    whole = list(describe_catalogue(facts))
    head = f"{facts.uris.base}/id/"
    nodes = {
        item.subject.value
        for item in whole
        if isinstance(item.subject, ox.NamedNode) and item.subject.value.startswith(head)
    }
    assert len({node.removeprefix(head).partition("/")[0] for node in nodes}) == 8
    by_node = defaultdict(set)
    for item in whole:
        by_node[str(item.subject)[1:-1].partition("#")[0]].add(item)
    for iri in sorted({node.partition("#")[0] for node in nodes}):
        alone = describe_node(facts, iri)
        assert alone is not None, iri
        assert by_node[iri] <= set(alone), iri


def test_say_of_the_catalogue_alone_what_is_asked_often(facts: CatalogueFacts) -> None:
    """To know its types and title, as for a redirect, not all that it lists is described."""
    iri = facts.iri("catalogue")
    alone = list(statements_of(facts, iri) or ())
    assert {_subject(item) for item in alone} == {iri, f"{facts.public_url}/"}
    assert set(alone) >= {item for item in describe_catalogue(facts) if _subject(item) == iri}


def test_know_nothing_else(facts: CatalogueFacts) -> None:
    """An address that the catalogue does not have is none of its nodes."""
    for path in (
        "dataset/geen",
        "distributie/geen",
        "dataservice/geen",
        "catalogusrecord/x/sparql",
    ):
        assert describe_node(facts, f"{facts.uris.base}/id/{path}") is None
    assert describe_node(facts, "https://elders.example/id/catalogus") is None


def test_say_the_same_of_the_same(facts: CatalogueFacts, answer: Built) -> None:
    """Equal facts give equal triples in equal order, read from the file of the manifest anew."""
    text = (answer.folder / "manifest.json").read_text(encoding="utf-8")
    again = facts_of(json.loads(text), DATES)
    assert again is not None
    assert list(describe_catalogue(again)) == list(describe_catalogue(facts))


# -- One data set ---------------------------------------------------------------------------------


def objects(facts: CatalogueFacts, path: str, name: str) -> list[str]:
    """Return the values of a property of a node of the small catalogue."""
    node = ox.NamedNode(f"{BASE}/id/{path}")
    return [
        item.object.value
        for item in describe_catalogue(facts)
        if item.subject == node
        and item.predicate.value.endswith(name)
        and isinstance(item.object, (ox.NamedNode, ox.Literal))
    ]


def test_describe_data_set_by_statdcat() -> None:
    """A data set names its dimensions, measure, unit, structure and number of series."""
    facts = small_facts()
    path = "dataset/werknemers"
    names = ("dimension", "measure", "statUnitMeasure", "dataStructureDefinition", "numSeries")
    assert [objects(facts, path, f"s1n/{name}") for name in names] == [
        [f"{BASE}/ns/proef#kwartaal", f"{BASE}/ns/proef#leeftijd"],
        [f"{BASE}/ns/proef#werknemers"],
        [f"{BASE}/id/concept/eenheid/PERSON"],
        [f"{BASE}/id/structuur/werknemers"],
        ["2"],
    ]
    assert objects(facts, path, "temporalResolution") == ["P3M"]
    assert objects(facts, f"{path}#periode", "Date") == ["2022-01-01", "2022-12-31"]


def test_say_what_is_compressed_and_by_what() -> None:
    """A compressed file has the media type and format of its content, and that of gzip besides."""
    facts, media = small_facts(), "http://www.iana.org/assignments/media-types/"
    path = "distributie/werknemers-nt-gz"
    assert objects(facts, path, "mediaType") == [f"{media}application/n-triples"]
    assert objects(facts, path, "compressFormat") == [f"{media}application/gzip"]
    assert objects(facts, path, "format")[0].endswith("/RDF_N_TRIPLES")
    assert objects(facts, "distributie/werknemers-ttl", "compressFormat") == []
    assert all(title.endswith("(N-Triples, gzip)") for title in objects(facts, path, "title"))


def test_prefer_what_the_mapping_says() -> None:
    """Keywords, themes and frequency of a mapping go before those of all data sets."""
    manifest = small_manifest(2)
    manifest["data-sets"][1]["for-portals"] = {
        "keywords": {"nl": ["zorg"]},
        "themes": ["HEAL"],
        "frequency": "NEVER",
    }
    facts = facts_of(manifest, DATES)
    assert facts is not None
    assert objects(facts, "dataset/werknemers", "keyword") == ["werk", "work"]
    assert objects(facts, "dataset/werknemers-2", "keyword") == ["zorg"]
    themes = objects(facts, "dataset/werknemers-2", "theme")
    assert {theme.rpartition("/")[2] for theme in themes} == {"HEAL"}
    assert objects(facts, "dataset/werknemers-2", "accrualPeriodicity")[0].endswith("/NEVER")


def test_claim_nothing_that_is_not_so(facts: CatalogueFacts) -> None:
    """No data set is said to be of high value, and the minister's department does not publish."""
    text = "\n".join(map(str, describe_catalogue(facts)))
    assert "applicableLegislation" not in text
    assert "hvdCategory" not in text
    assert "OVO000076" not in text


@pytest.mark.slow
def test_describe_a_thousand_data_sets(tmp_path: Path) -> None:
    """A catalogue of a thousand data sets has each once, in one document without repetition."""
    facts = small_facts(1000)
    triples = list(describe_catalogue(facts))
    assert len(set(triples)) == len(triples)
    path = tmp_path / "catalog.ttl"
    ox.serialize(triples, path, ox.RdfFormat.TURTLE)
    data_set = ox.NamedNode(f"{DCAT}Dataset")
    read = [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
    assert sum((item.predicate, item.object) == (TYPE, data_set) for item in read) == 1000
