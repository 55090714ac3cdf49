"""What releases add to the feed and to the graph of versions, by ``publish release`` itself."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask_client import client_of, page
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.faults.fault import FaultyInput
from publish.project.project import read_project
from publish.release.differences.gone import find_version
from publish.release.feed import versions_graph
from publish.release.feed.recorded import read_recorded_page, summary_of
from publish.release.feed.versions_graph import load_versions, versions_held
from publish.release.history.checking import check_history_files
from publish.release.history.records import ReleaseRecord, read_history
from publish.release.opened import Served
from publish.release.releasing import Released, release, rollback
from publish.site.service_description import describe_service

OBSERVATION = "https://data.example.org/id/observatie/proef"
GRAPH = ox.NamedNode("https://data.example.org/id/graaf/versies")
VERSION_OF = ox.NamedNode("http://purl.org/dc/terms/isVersionOf")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TABLES = (
    PLAIN_TABLE,
    "x,2022 - K1,2022 - K2,2022 - K3\njong,1,2,9\noud,5,4,9\n",
    "x,2022 - K1,2022 - K3\njong,1,9\noud,5,9\n",
)
"""A table, then with a new quarter and a revision, then without a quarter."""


@dataclass(frozen=True, kw_only=True)
class Releases:
    """A project and what came of its releases."""

    small: SmallProject
    made: tuple[Released, ...]

    @property
    def records(self) -> tuple[ReleaseRecord, ...]:
        """The records of the releases."""
        return tuple(item.record for item in self.made)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """Return four releases, of which the last is the first again."""
    small = make_small_project(tmp_path_factory.mktemp("releases") / "project")
    small.mapping(PLAIN)
    made = []
    for table in TABLES:
        small.table(table)
        made.append(release(small.read()))
    made.append(rollback(small.read(), "1"))
    return Releases(small=small, made=tuple(made))


def members(record: ReleaseRecord) -> dict[str, str]:
    """Return the members that a record added, each with what it is a version of."""
    summary = summary_of(record)
    assert summary
    found = {}
    for number in range(1, summary.pages + 1):
        content = read_recorded_page(record, number)
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            if quad.predicate == VERSION_OF:
                found[quad.subject.value] = quad.object.value  # type: ignore[union-attr]
    assert len(found) == summary.members
    return found


def kinds(record: ReleaseRecord) -> Counter[str]:
    """Return how many versions and deletions a record added."""
    content = read_recorded_page(record, 1)
    types = (
        quad.object.value.rpartition("#")[2]  # type: ignore[union-attr]
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)
        if quad.predicate == TYPE
    )
    return Counter(types)


def test_begin_with_all_and_go_on_with_changes(releases: Releases) -> None:
    """The first release adds all observations; later ones what was added, revised and removed."""
    first, second, third, last = releases.records
    assert kinds(first) == {"Observation": 4}
    assert kinds(second) == {"Observation": 3}
    assert set(members(second).values()) == {
        f"{OBSERVATION}/2022-Q3/jong/aantal",
        f"{OBSERVATION}/2022-Q3/oud/aantal",
        f"{OBSERVATION}/2022-Q1/oud/aantal",
    }
    assert kinds(third) == {"Delete": 2}
    assert members(third) == {
        f"{OBSERVATION}/2022-Q2/{age}/aantal/3": f"{OBSERVATION}/2022-Q2/{age}/aantal"
        for age in ("jong", "oud")
    }
    assert kinds(last) == {"Observation": 3, "Delete": 2}, "a rollback takes changes back"


@pytest.mark.slow
def test_add_nothing_without_a_change(releases: Releases) -> None:
    """A release of other content, but with the same observations, adds no page."""
    copy = releases.small.root.parent / "copy"
    shutil.copytree(releases.small.root, copy, symlinks=True)
    path = copy / "mappings" / "proef.yaml"
    SmallProject(root=copy).table(PLAIN_TABLE)
    path.write_text(path.read_text(encoding="utf-8").replace("Trial", "Test"), encoding="utf-8")
    made = release(read_project(copy))
    assert made.is_new
    summary = summary_of(made.record)
    assert summary
    assert (summary.pages, summary.members, summary.triples) == (0, 0, 0)
    assert client_of(made.folder).get("/feed/5").status_code == 404


def test_keep_versions_out_of_the_default_graph(releases: Releases) -> None:
    """The store has every version in a graph of its own, and none in the default graph."""
    for at, made in enumerate(releases.made):
        store = ox.Store.read_only(str(made.folder / "store"))
        wanted: dict[str, str] = {}
        for record in releases.records[: at + 1]:
            wanted |= members(record)
        found = store.quads_for_pattern(None, VERSION_OF, None, GRAPH)
        assert {quad.subject.value: quad.object.value for quad in found} == wanted  # type: ignore[union-attr]
        default = ox.DefaultGraph()
        assert not list(store.quads_for_pattern(None, VERSION_OF, None, default))
        triples = len(list(store.quads_for_pattern(None, None, None, GRAPH)))
        served = Served(made.folder)
        assert served.versions
        assert (served.versions.iri, served.versions.triples) == (GRAPH.value, triples)


def test_ask_what_a_figure_was(releases: Releases) -> None:
    """A query over the graph of versions finds the values of an observation through time."""
    store = ox.Store.read_only(str(releases.made[-1].folder / "store"))
    found = store.query(
        f"""PREFIX ns: <https://data.example.org/ns/proef#>
        SELECT ?value {{ GRAPH <{GRAPH.value}> {{
            ?version <{VERSION_OF.value}> <{OBSERVATION}/2022-Q1/oud/aantal> ; ns:aantal ?value ;
                <http://www.w3.org/ns/prov#generatedAtTime> ?time }} }} ORDER BY ?time"""
    )
    assert [row["value"].value for row in found] == ["3", "5", "3"]  # type: ignore[union-attr]


def test_describe_the_graph_as_no_part_of_the_whole(releases: Releases) -> None:
    """The endpoint names the graph, and no longer says that the default graph is all of them."""
    served = Served(releases.made[-1].folder)
    found = list(describe_service(served))
    assert any(triple.object == GRAPH and "sd" not in str(triple.subject) for triple in found)
    said = {(triple.predicate.value.rpartition("#")[2], str(triple.object)) for triple in found}
    assert ("name", str(GRAPH)) in said
    assert not any("UnionDefaultGraph" in value for _, value in said)
    assert ("subset", str(GRAPH)) not in said
    assert "subset" in {name for name, _ in said}


def test_give_each_version_an_address(releases: Releases) -> None:
    """A version, also of what is gone, redirects to its document; its observation lists it."""
    client = client_of(releases.made[2].folder)
    for path, told in (("2022-Q1/oud/aantal/1", "aantal> 3 "), ("2022-Q2/oud/aantal/3", "Delete")):
        response = client.get(f"/id/observatie/proef/{path}")
        assert response.status_code == 303
        document = client.get(response.headers["Location"], headers={"Accept": "text/turtle"})
        assert document.status_code == 200
        assert told.split()[-1] in document.text
    listed = client.get("/doc/observatie/proef/2022-Q1/oud/aantal.nt").text
    assert f"<{OBSERVATION}/2022-Q1/oud/aantal/2> <{VERSION_OF.value}>" in listed
    assert "versie van" in page(client, "/doc/observatie/proef/2022-Q1/oud/aantal/1")
    for end, is_old in (("", False), ("/1", True)):  # else an old figure passes for that of now
        shown = page(client, f"/doc/observatie/proef/2022-Q1/oud/aantal{end}")
        assert ("Wat nu geldt, staat bij" in shown) is is_old
    assert client.get("/id/observatie/proef/2022-Q1/oud/aantal/4").status_code == 404


def test_hold_the_latest_versions_only(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more versions than the store is to hold it has those of the latest releases, whole."""
    counts = [len(members(record)) for record in releases.records]
    assert counts == [4, 3, 2, 5]
    for most, first in ((14, 1), (13, 2), (10, 2), (9, 3), (5, 4), (4, None)):
        monkeypatch.setattr(versions_graph, "MOST_VERSIONS", most)
        held = [record.number for record, _ in versions_held(releases.records)]
        assert held == ([] if first is None else list(range(first, 5)))


def test_lead_to_versions_that_the_store_has_not(releases: Releases, tmp_path: Path) -> None:
    """One of an older release redirects to the feed, for people to its observation; no other does.

    As in the store of a release with more versions than it holds.
    """
    history = read_history(releases.made[3].folder.parent)
    asked = {member for record in releases.records for member in members(record)}
    asked |= {f"{OBSERVATION}/2022-Q1/{age}/aantal/{at}" for age in ("jong", "x") for at in "1259"}
    for iri in asked:
        found = find_version(history, iri.partition("/id/")[2])
        is_one = found is not None and iri in members(found)
        assert is_one == any(iri in members(record) for record in releases.records), iri
    copy = tmp_path / "copy"
    shutil.copytree(releases.small.root, copy, symlinks=True)
    folder = copy / "build" / releases.made[2].folder.name
    load_versions(folder / "store", history.records[0].base, [])
    client = client_of(folder)
    for name, accept, target in (
        ("2022-Q1/oud/aantal/1", "*/*", "/feed/1"),
        ("2022-Q1/oud/aantal/2.ttl", "*/*", "/feed/2.ttl"),
        ("2022-Q2/oud/aantal/3", "text/html", "/doc/observatie/proef/2022-Q2/oud/aantal"),
    ):
        for kind in ("id", "doc"):
            response = client.get(f"/{kind}/observatie/proef/{name}", headers={"Accept": accept})
            assert (response.status_code, response.headers["Location"]) == (303, target)
    assert client.get("/id/observatie/proef/2022-Q1/jong/aantal/2").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["edited", "missing"])
def test_release_nothing_on_damaged_pages(releases: Releases, tmp_path: Path, damage: str) -> None:
    """A page that is not what was written is named, nothing is released, and the last is served."""
    copy = tmp_path / "copy"
    shutil.copytree(releases.small.root, copy, symlinks=True)
    path = copy / "build" / "history" / "records" / "0002" / "feed" / "1.ttl.gz"
    if damage == "edited":
        path.write_bytes(path.read_bytes()[:-1] + b"\1")
    else:
        path.unlink()
    name = "build/history/records/0002/feed/1.ttl.gz"
    history = read_history(copy / "build")
    [found] = check_history_files(history, full=True)
    assert (found.code, found.path) == ("history-damaged", name)
    before = (copy / "build" / "current").readlink()
    with pytest.raises(FaultyInput) as raised:
        SmallProject(root=copy).table(TABLES[1].replace("5", "6"))
        release(read_project(copy))
    assert [(item.code, item.path) for item in raised.value.faults] == [("history-damaged", name)]
    assert (copy / "build" / "current").readlink() == before
    assert len(read_history(copy / "build").records) == 4
