"""The description of an endpoint over files: what it counts, and what the store changed."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.faults.fault import FaultyInput
from publish.project.iris import PREFIXES
from publish.release.opened import Served
from publish.release.stores.of_rdf_files import make_release_of_files
from publish.site.service_description import describe_service, texts_of_changes
from publish.sparql.query.limits import Limits

ADDRESS = "http://127.0.0.1:8001"
VOID = PREFIXES["void"]
TEXT = """PREFIX : <http://x.example/ns#>
:a a :Thing ; :size 1, 01, 2.0 .
:b a :Thing, :Other .
GRAPH :g { :a :size 1 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.trig"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_describe_an_endpoint_over_files(file: Path, tmp_path: Path) -> None:
    """Classes and properties are counted, vocabularies named, limits told; nothing is local."""
    folder = tmp_path / "release"
    folder.mkdir()
    make_release_of_files([file], folder, public_url=ADDRESS)
    served = Served(folder)
    triples = set(describe_service(served, Limits(), per_client=3))
    assert not any("localhost" in str(triple) for triple in triples)
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in triples)

    def rows(pattern: str) -> set[tuple[str, ...]]:
        found = store.query(f"PREFIX void: <{VOID}> SELECT ?p ?n {{ {pattern} }}")
        assert isinstance(found, ox.QuerySolutions)
        return {tuple(term.value.rpartition("#")[2] for term in row) for row in found}

    graph = f"<{ADDRESS}/sparql#graph-0>"
    assert rows(f"{graph} void:propertyPartition [ void:property ?p ; void:triples ?n ]") == {
        ("type", "3"),
        ("size", "2"),
    }
    assert rows(f"{graph} void:classPartition [ void:class ?p ; void:entities ?n ]") == {
        ("Thing", "2"),
        ("Other", "1"),
    }
    vocabularies = {
        triple.object.value for triple in triples if triple.predicate.value == f"{VOID}vocabulary"
    }
    assert vocabularies == {"http://x.example/ns#", PREFIXES["rdf"]}
    limit = f"<{ADDRESS}/sparql#meesteRijen>"
    assert rows(f"?s {limit} ?n . {limit} rdfs:label ?x".replace("rdfs:label", "?p"))
    texts = texts_of_changes(served)
    assert "2 literals in 1 file" in texts["en"]
    assert "1 triple " in texts["en"]
    assert {term.value for term in (row.object for row in triples)} >= set(texts.values())


def test_refuse_files_that_change_when_strict(file: Path, tmp_path: Path) -> None:
    """With --strict, literals that the store changes are an error, and nothing is served."""
    folder = tmp_path / "release"
    folder.mkdir()
    with pytest.raises(FaultyInput) as refused:
        make_release_of_files([file], folder, public_url=ADDRESS, is_strict=True)
    assert [(item.code, item.severity, item.line) for item in refused.value.faults] == [
        ("literals-changed", "error", 2)
    ]
    file.write_text("<urn:a> <urn:b> 1 .", encoding="utf-8")
    (folder / "store").rename(folder / "old")
    assert make_release_of_files([file], folder, public_url=ADDRESS, is_strict=True) == []
    assert texts_of_changes(Served(folder)) == {}
