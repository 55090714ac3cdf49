"""The store has the observations of data sets up to a size, and all the rest."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from built import Built, built
from functional_triples import about_query_columns
from small_project import PLAIN, PLAIN_TABLE, SmallProject

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.release.build import build
from publish.release.opened import Served

GRAPHS = ("groot", "groot-cellen", "klein", "klein-cellen", "bronnen", "codelijsten")


@pytest.fixture
def two(project: SmallProject) -> SmallProject:
    """A project with a data set of four observations and one of two."""
    project.table(PLAIN_TABLE)
    project.table("x,2022 - K1\njong,1\noud,3\n", "ander")
    project.mapping(PLAIN, "groot")
    project.mapping(PLAIN.replace("bron/tabel", "bron/ander"), "klein")
    return project


def with_setting(project: SmallProject, line: str) -> SmallProject:
    """Add a setting to a project."""
    path = project.root / "publish.toml"
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    return project


def in_store(built_: Built, graph: str | None) -> set[str]:
    """Return the triples of a graph of the store, of the default one for None."""
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(f"{built_.base}/id/graaf/{graph}")
    quads = built_.store.quads_for_pattern(None, None, None, name)
    return {f"{quad.triple} ." for quad in quads}


def observation_lines(built_: Built, graph: str) -> set[str]:
    """Return the lines of a dump that mention observations."""
    return {line for line in built_.lines(graph) if "/id/observatie/" in line}


def test_leave_out_observations_of_large_data_sets(two: SmallProject) -> None:
    """Of a data set above the size no observation is in any graph, its description is; dumps and
    counts are those of all."""
    found = built(with_setting(two, "store-up-to = 3").read())
    assert found.manifest["left-out-of-store"] == ["groot"]
    for graph in GRAPHS:
        lines = set(found.lines(graph))
        left_out = observation_lines(found, graph) if graph == "groot" else set()
        assert in_store(found, graph) == lines - left_out, graph
        assert in_store(found, None) >= lines - left_out
        assert not in_store(found, None) & left_out
    assert len(observation_lines(found, "groot")) > 40
    assert len(observation_lines(found, "klein")) > 20
    cubes = about_query_columns(found.folder / QUERY_COLUMNS)["cubes"]
    assert [(cube["slug"], cube["in_store"]) for cube in cubes] == [
        ("groot", False),
        ("klein", True),
    ]
    counts = {entry["slug"]: entry["observations"] for entry in found.manifest["data-sets"]}
    assert counts == {"groot": 4, "klein": 2}
    triples = {entry["name"].rpartition("/")[2]: entry for entry in found.manifest["graphs"]}
    assert triples["groot"]["triples"] == len(found.lines("groot"))
    assert Served(found.folder).left_out == {"groot"}


def test_leave_out_nothing_of_which_the_ontology_says_more(
    two: SmallProject, caplog: pytest.LogCaptureFixture
) -> None:
    """Else no query could be answered on it: neither from columns, nor from the store."""
    path = two.root / "ontology" / "codelists" / "leeftijd.ttl"
    more = "\n<id/concept/leeftijd/jong> <ns/proef#aantal> 12 .\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = built(with_setting(two, "store-up-to = 3").read())
    assert found.manifest["left-out-of-store"] == []
    assert set(found.lines("groot")) == in_store(found, "groot")
    about = about_query_columns(found.folder / QUERY_COLUMNS)
    assert (about["elsewhere"], [cube["in_store"] for cube in about["cubes"]]) == (True, [True] * 2)
    assert "Of groot the triple store has all observations" in caplog.text


def test_leave_out_nothing_where_the_default_graph_is_empty(two: SmallProject) -> None:
    """There queries name graphs, of which columns know nothing."""
    project = with_setting(two, 'store-up-to = 3\ndefault-graph = "empty"').read()
    found = built(project)
    assert found.manifest["left-out-of-store"] == []
    assert in_store(found, "groot") == set(found.lines("groot"))
    cubes = about_query_columns(found.folder / QUERY_COLUMNS)["cubes"]
    assert all(cube["in_store"] for cube in cubes)


def test_leave_out_no_observations(two: SmallProject) -> None:
    """Those of a data set of just the size are there, and all of a project that says so."""
    whole = built(with_setting(two, 'store-up-to = "all"').read())
    for graph in GRAPHS:
        assert in_store(whole, graph) == set(whole.lines(graph))
    assert whole.manifest["left-out-of-store"] == []
    path = two.root / "publish.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"all"', "4", 1), encoding="utf-8")
    assert build(two.read())[0] == whole.folder
    path.write_text(text.replace('"all"', "3", 1), encoding="utf-8")
    assert build(two.read())[0] != whole.folder
