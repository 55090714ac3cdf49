"""Terms that no vocabulary defines: found by name, and placed where they stand."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import renew_terms
from built import REPOSITORY, built
from small_project import SmallProject

from publish.ontology.files import read_ontology
from publish.rdf.statements import collect
from publish.rdf.terms import split_iri
from publish.rdf.turtle import TurtleFile
from publish.rdf.unknown_terms import (
    MOST_HINTS,
    iris_of,
    known_namespaces,
    no_slips,
    own_vocabularies,
    term_faults,
    unknown_terms,
)

TERMS = REPOSITORY / "publish" / "rdf" / "terms.toml"
BASE = "https://data.example.org/"


@pytest.mark.parametrize(
    "iri",
    [
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#_12",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://www.w3.org/2002/07/owl#Class",
        "http://www.w3.org/2001/XMLSchema#dateTimeStamp",
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://purl.org/dc/terms/title",
        "http://www.w3.org/ns/dcat#DatasetSeries",
        "http://www.w3.org/ns/prov#wasDerivedFrom",
        "http://xmlns.com/foaf/0.1/homepage",
        "http://rdfs.org/ns/void#triples",
        "http://www.w3.org/2006/time#inXSDDate",
        "http://purl.org/linked-data/cube#Observation",
        "http://purl.org/linked-data/cube#subSlice",
        "http://www.w3.org/ns/shacl#or",
        "http://www.w3.org/ns/org#Organization",
        "http://rdf-vocabulary.ddialliance.org/xkos#numberOfLevels",
        "http://www.w3.org/ns/dqv#inDimension",
        "http://www.w3.org/ns/oa#hasTarget",
        "http://www.w3.org/ns/adms#status",
        "http://schema.org/name",
        "https://schema.org/name",
        "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure",
        "http://purl.org/linked-data/sdmx/2009/concept#educationLev",
        "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod",
        "http://purl.org/linked-data/sdmx/2009/measure#obsValue",
        "http://purl.org/linked-data/sdmx/2009/code#obsStatus-M",
        "http://purl.org/linked-data/sdmx/2009/code#freq",
        "http://purl.org/linked-data/sdmx/2009/code#decimals-9",
        "http://www.w3.org/ns/dqv#",
        "http://www.w3.org/ns/dqv",
        "https://elders.example/ns#watDanOok",
        "http://www.w3.org/ns/dcat#isDistributionOf",
        "http://www.w3.org/ns/dcat#inCatalog",
        "http://www.w3.org/ns/dcat#nextVersion",
        "http://purl.org/linked-data/sdmx/2009/concept#cog",
        "http://www.w3.org/2001/XMLSchema#anyAtomicType",
        "https://schema.org/True",
        "https://schema.org/hasCertification",
        "http://schema.org/Certification",
        "http://www.w3.org/ns/shacl#reifierShape",
        "http://www.w3.org/2006/vcard/ns#hasEmail",
        "http://www.w3.org/ns/csvw#Table",
        "http://purl.org/linked-data/sdmx/2009/code#obsStatus-H",
        "http://purl.org/linked-data/sdmx/2009/code#obsStatus-Q",
        "http://purl.org/linked-data/sdmx/2009/code#sex-_T",
    ],
)
def test_know_term(iri: str) -> None:
    """Terms of the usual vocabularies are known, and of others nothing is said."""
    assert unknown_terms([iri]) == {}


@pytest.mark.parametrize(
    ("iri", "meant"),
    [
        ("http://www.w3.org/2004/02/skos/core#prefLable", "prefLabel"),
        ("http://purl.org/dc/terms/titel", "title"),
        ("http://www.w3.org/ns/dcat#Dataseet", "Dataset"),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#Type", "type"),
        ("http://www.w3.org/2001/XMLSchema#int eger", "integer"),
        ("http://www.w3.org/ns/dqv#hasQualityAnotation", "hasQualityAnnotation"),
        ("http://purl.org/linked-data/sdmx/2009/attribute#unitMeasures", "unitMeasure"),
        ("http://purl.org/linked-data/cube#Observatoin", "Observation"),
    ],
)
def test_find_unknown_term_with_the_one_that_is_meant(iri: str, meant: str) -> None:
    """A slip in a term is found, and the term that may be meant is named."""
    assert unknown_terms([iri]) == {iri: f'Did you mean "{meant}"? '}


@pytest.mark.parametrize("code", ["obsStatus-X", "freq-", "sex-W", "decimals-10"])
def test_find_unknown_code_of_sdmx(code: str) -> None:
    """A code of a list that SDMX does not have is no term."""
    iri = f"http://purl.org/linked-data/sdmx/2009/code#{code}"
    assert list(unknown_terms([iri])) == [iri]


def test_find_unknown_term_of_given_vocabulary() -> None:
    """Terms of a vocabulary that is given are known by what it defines."""
    own = {"https://data.example.org/ns/eigen#": {"kleur", "vorm"}}
    iris = [f"https://data.example.org/ns/eigen#{name}" for name in ("kleur", "vrom", "")]
    assert unknown_terms(iris, own) == {iris[1]: 'Did you mean "vorm"? '}


def test_list_no_vocabulary_without_terms() -> None:
    """Every vocabulary that is listed has terms."""
    for namespace, terms in known_namespaces().items():
        assert terms.names or terms.patterns, namespace
        assert namespace.endswith(("#", "/"))


OWN_WORDS = (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix time: <http://www.w3.org/2006/time#> .\n"
)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("<x:a> owl:versionIRI time:2016 .", []),
        ("<x:a> rdfs:isDefinedBy time:2016 .", []),
        ("time:2016 a owl:Ontology .", []),
        ("<x:a> a time:2016 .", ["2016"]),
        ('time:Century a owl:Class ; rdfs:label "century"@en . <x:a> a time:Century .', []),
        ("time:Century a owl:Class . <x:a> a time:Century .", ["Century"]),
        ('time:Century rdfs:label "century"@en . <x:a> a time:Century .', ["Century"]),
    ],
)
def test_know_documents_and_what_is_defined(text: str, unknown: list[str]) -> None:
    """A version of a vocabulary is no term, and a term that the data define with words is one."""
    statements = collect(ox.parse(OWN_WORDS + text, format=ox.RdfFormat.TURTLE))
    iris = {term.value for term in statements.terms.found if isinstance(term, ox.NamedNode)}
    found = unknown_terms(iris).keys() - no_slips(statements)
    assert [split_iri(iri)[1] for iri in found] == unknown


def test_date_every_vocabulary() -> None:
    """Each vocabulary says from when its terms are, and where they come from."""
    for namespace, table in tomllib.loads(TERMS.read_text(encoding="utf-8")).items():
        if "same-as" not in table:
            assert isinstance(table["date"], date), namespace
            assert table.get("source") or (table["package"] and table["version"]), namespace


def test_renew_terms_of_a_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewed table has the terms of the package; those that it lost are kept by hand."""
    namespace = "http://x.example/ns#"
    iris = {namespace, *(namespace + name for name in ("b", "c", "d/e")), "http://y.example/z"}
    monkeypatch.setattr(renew_terms, "fetch", lambda _: ("2.0.0", iris))
    old = {"package": "x", "version": "1.0.0", "terms": "a b"}
    table = renew_terms.renewed(namespace, old)
    assert (table["version"], set(table["terms"].split())) == ("2.0.0", {"b", "c"})
    assert table["more"] == "a"
    read = tomllib.loads(renew_terms.written({namespace: table}))[namespace]
    assert {key: str(value).split() for key, value in read.items()} == {
        key: sorted(str(value).split()) for key, value in table.items()
    }


def test_hint_at_few_of_many_slips() -> None:
    """Where nearly all terms are wrong, a near term is sought for the first hundred only."""
    found = unknown_terms(f"http://purl.org/dc/terms/titel{number}" for number in range(300))
    assert len(found) == 300
    assert sum(bool(hint) for hint in found.values()) == MOST_HINTS


def test_find_iris_of_a_graph() -> None:
    """Subjects, predicates, objects and datatypes count, literals and blank nodes do not."""
    triples = ox.parse(
        "<http://a.example/s> <http://a.example/p> [ a <http://a.example/o> ] , "
        '"http://a.example/nee" , "1"^^<http://a.example/d> .',
        format=ox.RdfFormat.TURTLE,
    )
    assert {iri for iri in iris_of(triples) if "a.example" in iri} == {
        f"http://a.example/{name}" for name in "spod"
    }


def test_report_unknown_terms_of_any_graph() -> None:
    """A graph without project is judged too; what is not found in its text has no line."""
    text = "<http://a.example/s> <http://purl.org/dc/terms/titel> 1 ."
    triples = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    file = TurtleFile(shown="x.ttl", text=text, base=BASE, triples=triples)
    [found] = term_faults(file)
    assert (found.code, found.place) == ("unknown-term", "x.ttl:1:22")
    [found] = term_faults(TurtleFile(shown="x.rdf", text="", base=BASE, triples=triples))
    assert (found.code, found.place) == ("unknown-term", "x.rdf")


# -- In a project -----------------------------------------------------------------------------


def write(project: SmallProject, text: str, name: str = "ontology/eigen.ttl") -> None:
    """Write a Turtle file whose own lines begin at line 4, beside a sound data set."""
    head = (
        "@prefix ns: <ns/proef#> . @prefix pub: <ns/publicatie#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    )
    (project.root / name).write_text(head + text, encoding="utf-8")
    project.table("x,2022-Q1\njong,1\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('<x> skos:prefLable "x"@nl .', 4, 5),
        ("<x>\n    skos:broader <y> ;\n    skos:note '1'^^xsd:integre .", 6, 20),
        ("<x> pub:volgorder 1 .", 4, 5),
        ("<x> skos:broader ns:antal .", 4, 18),
        ("<x> <http://www.w3.org/2004/02/skos/core#prefLable> 1 .", 4, 5),
    ],
)
def test_report_unknown_term_of_ontology(
    project: SmallProject, text: str, line: int, column: int
) -> None:
    """A term of the ontology that its vocabulary does not define is a fault at its place."""
    write(project, text)
    assert project.places() == [("unknown-term", "eigen.ttl", line, column)]


def test_report_unknown_term_of_shapes(project: SmallProject) -> None:
    """Shapes may use no unknown term either; those of SHACL have a fault of their own."""
    write(
        project,
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "<s> a sh:NodeShape ; sh:targetClass skos:Concpt ; sh:clossed true .\n",
        "shapes/eigen.ttl",
    )
    assert project.places() == [
        ("unknown-term", "eigen.ttl", 5, 37),
        ("unknown-shape-term", "eigen.ttl", 5, 51),
    ]


def test_report_every_use_of_unknown_term(project: SmallProject) -> None:
    """A term that is wrong in many places is reported in all of them."""
    write(project, "\n".join(f"<x{number}> skos:nota '1' ." for number in range(50)))
    places = project.places()
    assert [place[2] for place in places] == list(range(4, 54))


def test_accept_terms_that_project_defines(project: SmallProject) -> None:
    """What a file of the ontology defines another may use."""
    write(project, 'ns:nieuw skos:note "x"@nl ; skos:related pub:Totaal .')
    write(project, "<x> ns:nieuw 1 .", "ontology/ander.ttl")
    assert project.places() == []


def test_say_nothing_of_terms_when_a_file_cannot_be_read(project: SmallProject) -> None:
    """What a file with a syntax error defines is not known, so its terms are not missed."""
    write(project, "ns:nieuw skos:note 'x' ; ;; ] .")
    write(project, "<x> ns:nieuw 1 .", "ontology/ander.ttl")
    assert [place[0] for place in project.places()] == ["turtle-syntax"]


def test_publish_known_terms_only(project: SmallProject) -> None:
    """Whatever the program writes itself is in its vocabulary."""
    write(project, "")
    release, found = built(project.read()), set[str]()
    for path in sorted(Path(release.folder / "dumps").glob("*.nt")):
        found |= iris_of(ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES))
    assert len(found) > 100
    read = project.read()
    own = own_vocabularies(read_ontology(read, []).sound, read.uris)
    assert unknown_terms(found, own) == {}
