"""A new, empty project."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import OWL, RDF, URIRef

from publish.faults.fault import CannotRun, Fault
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.ontology.vocabulary import read_vocabulary
from publish.project.new_project import EXAMPLE_BASE, start_project
from publish.project.project import read_project


def test_start_project_that_is_sound(tmp_path: Path) -> None:
    """A new project can be read without faults, and has a place for everything."""
    folder = tmp_path / "Mijn cijfers"
    written = start_project(folder)
    assert all(path.is_file() for path in written)
    assert {path.name for path in folder.iterdir()} == {
        ".gitignore",
        "README.md",
        "mappings",
        "ontology",
        "publish.toml",
        "shapes",
    }
    project = read_project(folder)
    assert (project.base, project.vocabulary) == (EXAMPLE_BASE, "mijn-cijfers")
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    assert read_mappings(project, faults) == []
    assert read_documents(project, faults) == {}
    assert not faults
    assert "eenheid" in vocabulary.lists
    name = URIRef(project.uris.iri("vocabulary"))
    assert (name, RDF.type, OWL.Ontology) in vocabulary.terms


def test_start_project_leaves_no_mark_unfilled(tmp_path: Path) -> None:
    """Every mark in the templates is filled in, with the name and base that were given."""
    written = start_project(tmp_path, vocabulary="Haven_1", base="https://x.example/y/")
    for path in written:
        text = path.read_text(encoding="utf-8")
        for mark in ("{vocabulary}", "{base}", "{open}", "{close}"):
            assert mark not in text
    project = read_project(tmp_path)
    assert (project.base, project.vocabulary) == ("https://x.example/y", "Haven_1")


def test_start_project_in_empty_folder(tmp_path: Path) -> None:
    """An empty folder may exist already; one with anything in it is left alone."""
    start_project(tmp_path, vocabulary="proef")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(CannotRun, match="is not an empty folder"):
        start_project(tmp_path, vocabulary="anders")
    assert {path: path.read_bytes() for path in before} == before


def test_start_project_over_a_file(tmp_path: Path) -> None:
    """A file is no folder, nor is what would lie inside it."""
    file = tmp_path / "bestand"
    file.write_text("x")
    with pytest.raises(CannotRun, match="is not an empty folder"):
        start_project(file)
    with pytest.raises(CannotRun, match="cannot be written: Not a directory"):
        start_project(file / "binnen", vocabulary="proef")


@pytest.mark.parametrize("name", ["a b", "é", "..", "a/b", "publicatie"])
def test_start_project_refuses_name_of_vocabulary(tmp_path: Path, name: str) -> None:
    """A name that cannot be in an address, or is the program's own, is refused in a sentence."""
    with pytest.raises(CannotRun, match="cannot be the name of a vocabulary"):
        start_project(tmp_path / "x", vocabulary=name)
    assert not (tmp_path / "x").exists()


def test_start_project_in_folder_without_a_usable_name(tmp_path: Path) -> None:
    """A folder whose name has no letters asks for the name of the vocabulary."""
    with pytest.raises(CannotRun, match="with --vocabulary"):
        start_project(tmp_path / "???")


@pytest.mark.parametrize("base", ["javascript:x", "nergens", "https://x.example/?a"])
def test_start_project_refuses_base(tmp_path: Path, base: str) -> None:
    """A base that is no http(s) address is refused in a sentence, and nothing is written."""
    with pytest.raises(CannotRun, match=r"is not an http\(s\) address"):
        start_project(tmp_path / "x", base=base)
    assert not (tmp_path / "x").exists()


def test_start_project_with_bounds(tmp_path: Path) -> None:
    """A new project has counts that are not negative, and percentages of at most a hundred."""
    start_project(tmp_path / "nieuw")
    vocabulary = read_vocabulary(read_project(tmp_path / "nieuw"), [])
    bounds = {name: (item.least, item.most) for name, item in vocabulary.measures.items()}
    assert bounds == {"aantal": (0, None), "percentage": (0, 100)}
