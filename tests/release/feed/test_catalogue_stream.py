"""The catalogue as a stream: what each release creates, updates and deletes in it."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import Graph
from shared_material import shared_folder
from small_catalogue import BASE, MANIFEST

from publish.release.catalogue.dcat import describe_catalogue
from publish.release.catalogue.facts import facts_of
from publish.release.feed.catalogue_stream import add_catalogue_stream, entries_of
from publish.release.feed.pages import CATALOGUE_PAGE, FOLDER, GZIP
from publish.release.history.records import History, RecordedDataSet, ReleaseRecord
from publish.release.soundness import list_files

AS = "https://www.w3.org/ns/activitystreams#"
SPEC = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#"


def record_of(number: int, folder: Path, issued: int = 1) -> ReleaseRecord:
    """Return the draft of a record whose data set last changed with the release ``issued``."""
    folder.mkdir()
    data_set = RecordedDataSet(
        slug="werknemers",
        title={},
        digest="",
        observations=8,
        columns=None,
        issued="2026-01-01T09:00:00Z",
        modified=f"2026-0{issued}-01T09:00:00Z",
    )
    return ReleaseRecord(
        number=number,
        id="0" * 16,
        released=f"2026-0{number}-01T09:00:00Z",
        base=BASE,
        folder=folder,
        data_sets={"werknemers": data_set},
    )


def follow(folder: Path, manifests: Iterable[dict[str, Any]]) -> list[ReleaseRecord]:
    """Return the records of releases with these manifests, one after the other."""
    records: list[ReleaseRecord] = []
    for number, manifest in enumerate(manifests, start=1):
        record = record_of(number, folder / str(number))
        add_catalogue_stream(History(folder=folder, records=tuple(records)), record, manifest)
        records.append(replace(record, files=list_files(record.folder)))
    return records


def quads(record: ReleaseRecord) -> list[ox.Quad]:
    content = (record.folder / FOLDER / CATALOGUE_PAGE).read_bytes()
    return list(ox.parse(zlib.decompress(content, GZIP), format=ox.RdfFormat.N_QUADS))


def activities(record: ReleaseRecord) -> dict[str, str]:
    """Return what became of each entry: ``Create``, ``Update`` or ``Delete``."""
    own = [quad for quad in quads(record) if quad.graph_name == ox.DefaultGraph()]
    kinds = {q.subject: q.object.value for q in own if q.predicate.value.endswith("#type")}  # type: ignore[union-attr]
    objects = {q.subject: q.object.value for q in own if q.predicate.value == f"{AS}object"}  # type: ignore[union-attr]
    assert kinds.keys() == objects.keys()
    return {objects[iri].removeprefix(BASE): kinds[iri].removeprefix(AS) for iri in kinds}


def manifest_without(ending: str) -> dict[str, Any]:
    """Return the manifest without the file of an ending."""
    manifest = copy.deepcopy(MANIFEST)
    manifest["files"] = [item for item in manifest["files"] if not item["path"].endswith(ending)]
    assert len(manifest["files"]) < len(MANIFEST["files"])
    return manifest


def test_create_update_and_delete_entries(tmp_path: Path) -> None:
    """First all is created; then what changed is updated, what is gone deleted, the rest left."""
    ending = MANIFEST["files"][-1]["path"].rpartition("/")[2]
    first, second = follow(tmp_path, [MANIFEST, manifest_without(ending)])
    created = activities(first)
    assert set(created.values()) == {"Create"}
    assert {"/id/catalogus", "/id/dataset/werknemers", "/id/dataservice/sparql"} <= set(created)
    changed = activities(second)
    gone = f"/id/distributie/{ending.replace('.', '-')}"
    assert changed[gone] == "Delete"
    assert changed["/id/dataset/werknemers"] == changed["/id/catalogus"] == "Update"
    assert set(changed.values()) == {"Update", "Delete"}
    assert len(changed) < len(created)
    deleted = [quad.subject for quad in quads(second) if quad.object == ox.NamedNode(f"{AS}Delete")]
    assert not [quad for quad in quads(second) if quad.graph_name in deleted]


def test_tell_of_an_entry_what_the_catalogue_does(tmp_path: Path) -> None:
    """Together the named graphs of the first release are the catalogue, without blank nodes."""
    [record] = follow(tmp_path, [MANIFEST])
    facts = facts_of(
        MANIFEST,
        (record.released, record.released),
        {"werknemers": ("2026-01-01T09:00:00Z", "2026-01-01T09:00:00Z")},
    )
    assert facts
    told = {quad.triple for quad in quads(record) if quad.graph_name != ox.DefaultGraph()}
    entries = entries_of(describe_catalogue(facts))
    assert told == {triple for said in entries.values() for triple in said}
    names = {
        quad.graph_name.value for quad in quads(record) if quad.graph_name != ox.DefaultGraph()
    }  # type: ignore[union-attr]
    assert names == {f"{BASE}/id/stroom/catalogus/1/{at}" for at in range(1, len(entries) + 1)}
    assert not any(isinstance(triple.subject, ox.BlankNode) for triple in told)


def test_add_nothing_without_a_catalogue(tmp_path: Path) -> None:
    """A project without a catalogue has no stream of it."""
    [record] = follow(tmp_path, [{**MANIFEST, "publication": {}}])
    assert not record.files


@pytest.mark.slow
def test_conform_to_the_shape_of_activities(tmp_path: Path) -> None:
    """Each activity with its graph has the shape that DCAT-AP Feeds gives."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared material is not at hand: PUBLISH_CONFORMANCE names its folder")
    shapes = Graph().parse(folder / "conformance" / "dcat-ap-feeds-shape.ttl")
    ending = MANIFEST["files"][-1]["path"].rpartition("/")[2]
    for record in follow(tmp_path, [MANIFEST, manifest_without(ending)]):
        data = Graph()
        for quad in quads(record):
            data.parse(data=f"{quad.triple} .", format="nt")
        conforms, _, text = validate(data, shacl_graph=shapes, advanced=True)
        assert conforms, text
    data.parse(data=f"<{BASE}/x> a <{AS}Create> .", format="turtle")
    assert not validate(data, shacl_graph=shapes)[0], "an activity about nothing is found"
