"""The shapes in a release: every file as it stands, with the base of its addresses."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import REPOSITORY, Built
from small_project import SmallProject

from publish.release.build import build
from publish.validation.shapes.files import list_shapes, package_shapes

OWN = """@prefix sh: <http://www.w3.org/ns/shacl#> .

<shapes/eigen#S> a sh:NodeShape ; sh:targetNode <x> .
"""
MAPPING = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"


def test_publish_shapes_as_they_stand(answer: Built) -> None:
    """A release holds each file of shapes: one line with the base, then the same bytes."""
    package = resources.files("publish.validation.shapes").joinpath("turtle")
    sources = [item for item in package.iterdir() if item.name.endswith(".ttl")]
    texts = {item.name: item.read_bytes() for item in sources}
    texts |= {path.name: path.read_bytes() for path in (REPOSITORY / "shapes").glob("*.ttl")}
    for name, text in texts.items():
        found = (answer.folder / "shapes" / name).read_bytes()
        assert found == f"@base <{answer.base}/> .\n".encode() + text


def test_list_shapes_in_manifest(answer: Built) -> None:
    """The manifest names every document of shapes with its size, checksum and IRI."""
    entries = {entry["path"]: entry for entry in answer.manifest["shapes"]}
    files = {path.relative_to(answer.folder) for path in (answer.folder / "shapes").rglob("*.ttl")}
    assert set(entries) == {path.as_posix() for path in files}
    for path, entry in entries.items():
        text = (answer.folder / path).read_bytes()
        assert entry["bytes"] == len(text)
        assert entry["sha256"] == hashlib.sha256(text).hexdigest()
        assert entry["about"] == f"{answer.base}/{path.removesuffix('.ttl')}"


def test_resolve_shapes_on_their_own(answer: Built) -> None:
    """Without any other base, everything that a document describes is under its own IRI."""
    for entry in answer.manifest["shapes"]:
        text = (answer.folder / entry["path"]).read_bytes()
        subjects = [
            quad.subject.value
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)
            if isinstance(quad.subject, ox.NamedNode)
        ]
        assert entry["about"] in subjects
        assert {iri.partition("#")[0] for iri in subjects} == {entry["about"]}


def test_list_shapes_that_a_build_generates(answer: Built, tmp_path: Path) -> None:
    """What else stands in the folder, nested too, is listed; other files are not."""
    (tmp_path / "shapes" / "dataset").mkdir(parents=True)
    (tmp_path / "shapes" / "dataset" / "proef.ttl").write_bytes(b"# leeg\n")
    (tmp_path / "shapes" / "README.md").write_bytes(b"tekst\n")
    [entry] = list_shapes(answer.project, tmp_path)
    assert (entry["path"], entry["bytes"]) == ("shapes/dataset/proef.ttl", 7)
    assert entry["about"] == f"{answer.base}/shapes/dataset/proef"


def test_give_release_another_id_for_other_shapes(project: SmallProject) -> None:
    """Shapes are content of a release: with another comment in them it is another release."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(MAPPING)
    path = project.root / "shapes" / "eigen.ttl"
    path.write_text(OWN, encoding="utf-8")
    first, _ = build(project.read())
    assert build(project.read())[0] == first
    path.write_text("# Anders.\n" + OWN, encoding="utf-8")
    second, _ = build(project.read())
    assert second != first
    assert b"# Anders." in (second / "shapes" / "eigen.ttl").read_bytes()


@pytest.mark.parametrize("name", ["codelist", "a b", "a#b"])
def test_refuse_name_of_shapes(project: SmallProject, name: str) -> None:
    """A file of shapes has a name of its own that an address can have."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(MAPPING)
    (project.root / "shapes" / f"{name}.ttl").write_text(OWN, encoding="utf-8")
    assert project.places() == [("shapes-name", f"{name}.ttl", 0, 0)]
    [found] = project.faults()
    assert (f'"{name}"' in found.finding.text_in("nl")) and f'"{name}"' in found.finding
    assert ("codelist" in package_shapes()) and "a b" not in package_shapes()
