"""Pages and data of observations are the same when the triple store lacks them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from built import Built, built
from flask.testing import FlaskClient
from flask_client import client_of, page
from odd_exports import SLUGS, make_odd_exports
from query_pool import pool_in_thread

from publish.release.opened import Served
from publish.site.left_out.observations import LeftOutObservations
from publish.sparql.query.limits import Limits

LEFT_OUT = ("vreemd", "jaren", "opgeteld")


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The odd data sets with the observations of none in the store."""
    project = make_odd_exports(tmp_path_factory.mktemp("without"))
    path = project.root / "publish.toml"
    path.write_text("store-up-to = 0\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return built(project.read())


@pytest.fixture(scope="module")
def client(without: Built) -> Iterator[FlaskClient]:
    """A client whose pages ask a worker."""
    limits = Limits(workers=1, deadline=20)
    prefixes = Served(without.folder).prefixes
    with pool_in_thread(without.folder / "store", limits=limits, prefixes=prefixes) as pool:
        yield client_of(without.folder, pool)


@pytest.fixture(scope="module")
def whole(odd_exports: Built) -> FlaskClient:
    """A client of the same with all of it in the store."""
    return client_of(odd_exports.folder)


def observations(built_: Built) -> list[str]:
    """Return the paths of all observations below ``/id/``."""
    head = f"<{built_.base}/id/"
    lines = (line.partition(">")[0] for slug in SLUGS for line in built_.lines(slug))
    return sorted({line.removeprefix(head) for line in lines if "/id/observatie/" in line})


def triples(client: FlaskClient, path: str) -> set[str]:
    """Return what is said at an address, as lines of N-Triples."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return set(answer.text.splitlines())


def test_say_the_same_of_every_observation(
    client: FlaskClient, whole: FlaskClient, odd_exports: Built
) -> None:
    """The data of each observation, and of its slice, have the same triples as with the store."""
    paths = observations(odd_exports)
    assert len(paths) > 100
    for path in paths[::7]:
        assert client.get(f"/id/{path}").status_code == 303
        assert triples(client, f"/doc/{path}.nt") == triples(whole, f"/doc/{path}.nt"), path
    table = next(name for name in Served(odd_exports.folder).tables if name.endswith("vreemd.csv"))
    others = ("slice/vreemd/2021-Q1", "kwartaal/2021-Q2", "concept/groep/M_midden")
    for path in (*others, "kwaliteit/vreemd/grens", f"tabel/{table.removesuffix('.csv')}.csv"):
        assert triples(client, f"/doc/{path}.nt") == triples(whole, f"/doc/{path}.nt"), path
    assert client.get("/id/observatie/vreemd/2021-Q1/A/M_midden/geen").status_code == 404
    assert client.get("/id/observatie/vreemd/2021-Q3/A/M_midden/aantal").status_code == 404


def test_read_several_at_once(
    client: FlaskClient, without: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read ahead of observations, in one go, is what is read of each by itself."""
    served, figures = Served(without.folder), client.application.extensions["figures"]
    codes = [tuple(path.split("/")[2:]) for path in observations(without) if "/vreemd/" in path]
    head = f"{without.base}/id/observatie/vreemd/"
    nodes = [ox.NamedNode(head + "/".join(item)) for item in codes[:40]]
    patterns = [*((node, None, None) for node in nodes), *((None, None, node) for node in nodes)]
    alone, ahead = LeftOutObservations(served, figures), LeftOutObservations(served, figures)
    wanted = [set(alone.triples(pattern)) for pattern in patterns]
    asked: list[str] = []
    lines = figures.lines
    monkeypatch.setattr(
        figures, "lines", lambda slug, view: asked.append(slug) or lines(slug, view)
    )
    ahead.read_ahead("vreemd", codes[:40])
    ahead.read_ahead("elders", [("x",)])
    assert [set(ahead.triples(pattern)) for pattern in patterns] == wanted
    assert (asked, len(nodes)) == (["vreemd"], 40)


@pytest.mark.parametrize("form", ["ttl", "trig", "rdf", "jsonld"])
def test_give_it_in_every_form(client: FlaskClient, whole: FlaskClient, form: str) -> None:
    """An observation by its IRI in the forms of RDF."""
    path = "/doc/observatie/vreemd/2021-Q1/A/M_midden/aantal"
    found, wanted = client.get(f"{path}.{form}"), whole.get(f"{path}.{form}")
    assert (found.status_code, found.content_type) == (200, wanted.content_type)
    if form in ("ttl", "trig"):
        syntax = ox.RdfFormat.from_extension(form)
        assert set(ox.parse(found.data, syntax)) == set(ox.parse(wanted.data, syntax))


@pytest.mark.parametrize(
    "path",
    [
        "/doc/observatie/vreemd/2021-Q1/komma/Z_hoog/aantal",
        "/doc/observatie/vreemd/2021-Q2/komma/Z_hoog/aantal",
        "/doc/observatie/opgeteld/2022-Q1/M/_T/bedrag",
        "/doc/slice/vreemd/2021-Q1",
        "/doc/dataset/vreemd",
    ],
)
def test_show_the_same_pages(client: FlaskClient, whole: FlaskClient, path: str) -> None:
    """The page of a figure with its cell, of sums, of a slice, of a code, for people."""
    assert visible(page(client, path)) == visible(page(whole, path))


def visible(text: str) -> str:
    """Return a page without what names the release."""
    return re.sub(r"[0-9a-f]{16,}|T[0-9:]{8}Z", "…", text)
