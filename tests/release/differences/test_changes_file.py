"""Tests of what releases of a project remove, on the releases themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

import pyoxigraph as ox
import pytest
from flask_client import client_of
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.release.differences import gone
from publish.release.differences.gone import find_gone
from publish.release.differences.gone_list import read_gone_index
from publish.release.history.records import read_history
from publish.release.opened import Served
from publish.release.releases import current_release, remove

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SECOND = "x,2022 - K1\njong,5\noud,6\n"
OF_SECOND = PLAIN.replace("bron/tabel", "bron/tweede")
GONE = "observatie/tweede/2022-Q1/jong/aantal"
"""An observation that the second release removed with its data set, and the third has again."""
REVISED = "observatie/proef/2022-Q1/jong/aantal"
TURTLE = {"Accept": "text/turtle"}


@dataclass(frozen=True, kw_only=True)
class Releases:
    """Three releases: with a second data set, without it, and with it again."""

    project: SmallProject
    folders: tuple[Path, ...]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    project = make_small_project(tmp_path_factory.mktemp("released") / "project")
    folders = []
    for number in (1, 2, 3):
        project.table(PLAIN_TABLE.replace("jong,1", f"jong,{number + 5}"))
        project.mapping(PLAIN)
        project.table(SECOND, "tweede")
        path = project.mapping(OF_SECOND, slug="tweede")
        if number == 2:
            path.unlink()
            (project.root / "mappings" / "bron" / "tweede.csv").unlink()
        result = project.run("release")
        assert result.exit_code == 0, result.output
        folders.append(current_release(project.root / "build" / "current"))
    return Releases(project=project, folders=tuple(folders))


def triples_of(folder: Path) -> set[ox.Triple]:
    store = ox.Store.read_only(str(folder / "store"))
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}


def lines_of(path: Path) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 1)])
def test_make_one_release_of_another_by_its_triples(
    releases: Releases, tmp_path: Path, old: int, new: int
) -> None:
    """What is to be removed is there, what is to be added is not, and the result is the other."""
    result = releases.project.run("diff", str(old), str(new), "--triples", str(tmp_path))
    assert result.exit_code == 0, result.output
    before, after = (triples_of(releases.folders[number - 1]) for number in (old, new))
    remove_, add = (lines_of(tmp_path / name) for name in ("remove.nt", "add.nt"))
    assert remove_ <= before
    assert not add & before
    assert remove_
    assert (before - remove_) | add == after
    assert {path.name for path in tmp_path.iterdir()} == {"remove.nt", "add.nt"}


def test_answer_410_for_what_a_release_removed(releases: Releases) -> None:
    """At the address of the thing and of its document, in every form and language."""
    with client_of(releases.folders[1]) as client:
        for path in (f"/id/{GONE}", f"/doc/{GONE}", f"/doc/{GONE}.ttl", "/id/dataset/tweede"):
            answer = client.get(path, headers=TURTLE)
            assert answer.status_code == 410, path
            assert answer.headers["Content-Type"].startswith("text/turtle")
            graph = list(ox.parse(answer.data, format=ox.RdfFormat.TURTLE))
            assert any(quad.object.value.endswith("#Tombstone") for quad in graph)
        answer = client.get(f"/doc/{GONE}", headers=TURTLE)
        assert f"/id/{GONE}/1>" in answer.text  # its last version
        assert "tweede.csv#cell=2,2>" in answer.text
        assert "Accept" in answer.headers["Vary"]
        head = client.head(f"/id/{GONE}", headers={"Accept": "text/html"})
        assert (head.status_code, head.data) == (410, b"")
        for language, words in (("nl", "Laatste waarde"), ("en", "Last value")):
            headers = {"Accept": "text/html", "Accept-Language": language}
            page = client.get(f"/doc/{GONE}", headers=headers)
            assert page.status_code == 410
            assert page.headers["Content-Language"] == language
            assert {"Accept", "Accept-Language"} <= set(page.vary)
            assert words in page.text
            assert "tweede.csv" in page.text
        data = json.loads(client.get(f"/doc/{GONE}.jsonld").text)
        assert data["@graph"]
        assert client.get("/id/observatie/tweede/2022-Q1/nooit/aantal").status_code == 404
        assert client.get("/id/slice/tweede/2022-Q1", headers=TURTLE).status_code == 410
        assert client.get("/id/slice/tweede/2029-Q1", headers=TURTLE).status_code == 404


def test_leave_threads_to_other_pages(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    """When too many ask for what is gone at once, one more is told to come back; a 404 is not."""
    places = BoundedSemaphore(1)
    monkeypatch.setattr(gone, "_PLACES", places)
    with client_of(releases.folders[1]) as client:
        with places:
            refused = client.get(f"/doc/{GONE}", headers=TURTLE)
            assert client.get("/doc/observatie/nooit/x", headers=TURTLE).status_code == 404
        assert refused.status_code == 503
        assert (refused.headers["Retry-After"], refused.headers["Cache-Control"]) == (
            "2",
            "no-store",
        )
        assert "Try again in 2 seconds" in refused.text
        assert client.get(f"/doc/{GONE}", headers=TURTLE).status_code == 410


def test_find_again_what_came_back(releases: Releases) -> None:
    """The third release has it: it is there, and what never was there is still unknown."""
    with client_of(releases.folders[2]) as client:
        for path in (f"/doc/{GONE}", "/doc/dataset/tweede", f"/doc/{REVISED}"):
            assert client.get(path, headers=TURTLE).status_code == 200
    with client_of(releases.folders[0]) as client:
        assert client.get(f"/doc/{GONE}", headers=TURTLE).status_code == 200


def test_keep_what_changed_with_each_record(releases: Releases) -> None:
    """The first release added all; each later one says what differs from the one before."""
    history = read_history(releases.project.root / "build")
    said = [
        json.loads((record.folder / "changes.json").read_text(encoding="utf-8"))
        for record in history.records
    ]
    assert [one["counts"] for one in said] == [dict(one.changes) for one in history.records]
    assert [tuple(one["counts"].values()) for one in said] == [(6, 0, 0), (0, 2, 1), (2, 0, 1)]
    assert said[0]["old"] is None
    assert said[1]["old"]["number"] == 1
    found = find_gone(read_gone_index(history), GONE)
    assert found is not None
    assert found.figure is not None
    assert (found.last.number, found.removed.number, found.figure.value) == (1, 2, 5)


def test_compare_releases_that_were_pruned(releases: Releases, tmp_path: Path) -> None:
    """Observations are compared as before; of triples, it is said which are not covered."""
    whole = releases.project.run("--format", "json", "diff", "1", "2").stdout
    first = Served(releases.folders[0])
    wanted = {triple for triple in triples_of(first.folder) if f"/id/{GONE}>" in str(triple)}
    first.close()
    remove([releases.folders[0]])
    again = releases.project.run("--format", "json", "diff", "1", "2", "--triples", str(tmp_path))
    assert again.exit_code == 0, again.output
    old, new = json.loads(whole), json.loads(again.stdout)
    for one in (*old["data-sets"], *new["data-sets"]):
        del one["title"]
    assert old == new
    removed = lines_of(tmp_path / "remove.nt")
    assert {triple for triple in wanted if str(triple.subject) == f"<{first.base}/id/{GONE}>"} <= (
        removed
    )
    assert "were pruned" in again.stderr
