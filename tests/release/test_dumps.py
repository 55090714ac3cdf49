"""The dumps of single code lists."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from small_release import BASE, LISTS, make_release

from publish.project.iris import Uris
from publish.release.dumps import parts_by_list

TWICE = '<id/dataset/werknemers> rdfs:label "Werknemers naar leeftijd"@nl .\n'
"""A triple of a data set's graph that is put into another graph as well."""
FORMATS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("release") / "current", extra=TWICE)


def triples_of(path: Path) -> set[ox.Triple]:
    format_ = FORMATS[path.suffix]
    return {quad.triple for quad in ox.parse(path.read_bytes(), format=format_)}


def test_write_each_code_list_by_itself(release: Path) -> None:
    """A list comes with its codes and no other's; together the lists are the graph of lists."""
    folder = release / "dumps" / "codelijst"
    lists = {path.stem: triples_of(path) for path in folder.glob("*.nt")}
    assert set(lists) == set(LISTS)
    for name, triples in lists.items():
        own = f"{BASE}/id/conceptscheme/{name}", f"{BASE}/id/concept/{name}/"
        assert triples
        assert all(str(triple.subject).strip("<>").startswith(own) for triple in triples)
        for ending in (".ttl", ".jsonld", ".rdf"):
            assert triples_of(folder / f"{name}{ending}") == triples
        quads = ox.parse((folder / f"{name}.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
        assert {str(quad.graph_name) for quad in quads} == {f"<{BASE}/id/graaf/codelijsten>"}
    assert set().union(*lists.values()) == triples_of(release / "dumps" / "codelijsten.nt")


def test_count_lists_by_themselves_once(release: Path) -> None:
    """What is a part of a graph is no graph of its own."""
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    names = {graph["name"].rpartition("/")[2] for graph in manifest["graphs"]}
    assert names == {path.stem for path in (release / "dumps").glob("*.nt")} - {"alles"}


def test_split_what_hangs_on_lists() -> None:
    """Levels and remarks go with the list that they are of, what is of two lists with both."""
    graph = Graph().parse(
        format="turtle",
        data="""
        @prefix : <http://x.example/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://x.example/id/conceptscheme/a> a skos:ConceptScheme ; :levels :list-a .
        <http://x.example/id/conceptscheme/b> a skos:ConceptScheme .
        <http://other.example/list> a skos:ConceptScheme .
        :a1 skos:inScheme <http://x.example/id/conceptscheme/a> ; skos:exactMatch :b1 .
        :b1 skos:inScheme <http://x.example/id/conceptscheme/b> .
        :o1 skos:inScheme <http://other.example/list> .
        :list-a :first :level-a . :level-a :depth 1 .
        :remark-b :about :b1 . :remark-both :about :a1 , :b1 . :alone :is :alone .
        """,
    )
    parts = parts_by_list(graph, Uris(base="http://x.example", vocabulary="v"))
    subjects = {
        name: {str(subject).rpartition("/")[2] for subject in part.subjects()}
        for name, part in parts.items()
    }
    assert subjects == {
        "a": {"a", "a1", "list-a", "level-a", "remark-both"},
        "b": {"b", "b1", "remark-b", "remark-both"},
    }
