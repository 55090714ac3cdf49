"""Tests of codes that are no longer in use."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from flask_client import client_of
from rdflib import Graph, Literal, URIRef
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.ontology.deprecated import describe_deprecated
from publish.ontology.vocabulary import read_vocabulary
from publish.rdf.namespaces import DCTERMS, OWL, RDF, SKOS

REPLACED = "<id/concept/geslacht/V> <http://purl.org/dc/terms/isReplacedBy> {other} .\n"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    made = make_small_project(tmp_path / "project")
    made.table(PLAIN_TABLE)
    made.mapping(PLAIN)
    return made


def take_out(project: SmallProject, name: str, code: str, instead: str = "") -> Graph:
    """Take a code out of its list; return the lists as they were."""
    vocabulary = read_vocabulary(project.read(), [])
    path = project.root / "ontology" / "codelists" / f"{name}.ttl"
    head, *blocks = path.read_text(encoding="utf-8").split("\n\n")
    kept = [block for block in blocks if f'skos:notation "{code}"' not in block]
    assert len(kept) == len(blocks) - 1
    path.write_text("\n\n".join([head, *kept, instead]), encoding="utf-8")
    return vocabulary.concepts


def described(project: SmallProject, earlier: Graph) -> Graph:
    return describe_deprecated(read_vocabulary(project.read(), []), earlier)


def concept(project: SmallProject, path: str) -> URIRef:
    return URIRef(f"{project.read().base}/id/concept/{path}")


def test_keep_label_notation_and_list_of_a_code_that_is_gone(project: SmallProject) -> None:
    """A code that the last release had stays, marked, and with what tells what it was."""
    earlier = take_out(project, "geslacht", "V")
    code, graph = concept(project, "geslacht/V"), described(project, earlier)
    assert graph.value(code, OWL.deprecated) == Literal(True)
    assert (code, RDF.type, SKOS.Concept) in graph
    for predicate in (SKOS.notation, SKOS.prefLabel, SKOS.inScheme, SKOS.definition):
        assert set(graph[code:predicate]) == set(earlier[code:predicate]) != set()
    assert set(graph.subjects()) == {code}


def test_take_no_code_of_a_list_that_is_gone(project: SmallProject) -> None:
    """Only a list that is there keeps its codes."""
    earlier = read_vocabulary(project.read(), []).concepts
    (project.root / "ontology" / "codelists" / "statuut.ttl").unlink()
    assert not list(described(project, earlier))


def test_name_what_replaces_a_code_as_the_ontology_says(project: SmallProject) -> None:
    """One statement at the code is enough; it wins over what the last release said."""
    other = concept(project, "geslacht/M")
    instead = REPLACED.format(other="<id/concept/geslacht/M>")
    earlier = take_out(project, "geslacht", "V", instead)
    code = concept(project, "geslacht/V")
    earlier.add((code, DCTERMS.isReplacedBy, concept(project, "geslacht/X")))
    graph = described(project, earlier)
    assert graph.value(code, OWL.deprecated) == Literal(True)
    assert not list(graph[code : DCTERMS.isReplacedBy])
    vocabulary = read_vocabulary(project.read(), [])
    assert list(vocabulary.concepts[code : DCTERMS.isReplacedBy]) == [other]


def test_offer_no_deprecated_code_to_tables(project: SmallProject) -> None:
    """A code that says itself that it is deprecated is none of its list for tables and checks."""
    text = "<id/concept/geslacht/V> <http://www.w3.org/2002/07/owl#deprecated> true .\n"
    path = project.root / "ontology" / "codelists" / "geslacht.ttl"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    code_list = read_vocabulary(project.read(), []).lists["geslacht"]
    assert code_list.codes == ("M",)
    assert code_list.find("V") == ()
    assert not project.faults()


@pytest.mark.slow
def test_release_a_code_as_deprecated_until_it_comes_back(project: SmallProject) -> None:
    """Each release keeps the deprecated codes of the one before it; shapes hold for them."""
    path = project.root / "ontology" / "codelists" / "geslacht.ttl"
    whole = path.read_text(encoding="utf-8")
    assert project.run("release").exit_code == 0
    take_out(project, "geslacht", "V")
    states = []
    for number, text in enumerate((None, None, whole)):
        if text:
            path.write_text(text, encoding="utf-8")
        table = PLAIN_TABLE.replace("jong,1", f"jong,{number + 5}")
        project.table(table)
        result = project.run("release")
        assert result.exit_code == 0, result.output
        lists = (project.root / "build" / "current" / "dumps" / "codelijsten.nt").read_bytes()
        triples = {quad.triple for quad in ox.parse(lists, format=ox.RdfFormat.N_TRIPLES)}
        iri = ox.NamedNode(concept(project, "geslacht/V"))
        with client_of(project.root / "build" / "current") as client:
            page = client.get("/doc/concept/geslacht/V", headers={"Accept": "text/html"}).text
            listed = client.get("/doc/conceptscheme/geslacht", headers={"Accept": "text/html"})
        assert ("Verouderd" in page) is ("Verouderd" in listed.text) is (text is None)
        states.append(
            ox.Triple(iri, ox.NamedNode(OWL.deprecated), ox.Literal(True)) in triples,
        )
        assert any(triple.subject == iri for triple in triples)
    assert states == [True, True, False]
