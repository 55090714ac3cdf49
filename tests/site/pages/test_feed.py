"""The feed over HTTP: forms, caching, what leads where, and what is damaged."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pyoxigraph as ox
import pytest
from event_stream_client import Member, Said, read_stream, state_after, state_of_release
from feeds import add_record, cube_of, make_feed
from flask.testing import FlaskClient
from flask_client import client_of, page
from small_project import PLAIN, make_small_project
from sparql_server import health, serving, until

from publish.project.project import read_project
from publish.release.build import build
from publish.release.feed import tree, writer
from publish.release.releasing import release as release_project
from publish.release.releasing import rollback
from publish.site.pages.feed import FORMS

BASE = "https://data.example.org"
FEED = f"{BASE}/feed"
STREAM = f"{BASE}/id/stroom/observaties"
LDES, TREE = "https://w3id.org/ldes#", "https://w3id.org/tree#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
TIME = "http://www.w3.org/ns/prov#generatedAtTime"
VERSION_OF = "http://purl.org/dc/terms/isVersionOf"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_feed(tmp_path_factory.mktemp("feed") / "project")[1]


@pytest.fixture
def copied(release: Path, tmp_path: Path) -> Path:
    """Return the same release in a project that the test may change."""
    project = release.parent.parent
    shutil.copytree(project, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy" / release.relative_to(project)


@pytest.fixture(scope="module")
def client(release: Path) -> FlaskClient:
    return client_of(release)


def quads(client: FlaskClient, path: str, accept: str = "application/n-quads") -> list[ox.Quad]:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 200, response.text
    format_ = ox.RdfFormat.from_media_type(response.mimetype)
    assert format_
    return list(ox.parse(response.data, format=format_))


def values(found: list[ox.Quad], subject: str, predicate: str) -> list[str]:
    return [
        quad.object.value  # type: ignore[union-attr]
        for quad in found
        if quad.subject == ox.NamedNode(subject) and quad.predicate.value == predicate
    ]


def test_describe_the_stream_at_its_root(client: FlaskClient) -> None:
    """The root names the one view, the paths of time and version, and how deletions are told."""
    found = quads(client, "/feed")
    said = {
        name: values(found, STREAM, f"{LDES}{name}")
        for name in ("timestampPath", "versionOfPath", "versionDeletePath", "versionDeleteObject")
    }
    assert said == {
        "timestampPath": [TIME],
        "versionOfPath": [VERSION_OF],
        "versionDeletePath": [RDF_TYPE],
        "versionDeleteObject": ["https://www.w3.org/ns/activitystreams#Delete"],
    }
    assert [quad.object for quad in found if quad.predicate.value == f"{TREE}view"] == [
        ox.NamedNode(FEED)
    ]
    assert int(*values(found, STREAM, f"{LDES}pollingInterval")) > 60
    [shape] = values(found, STREAM, f"{TREE}shape")
    assert values(found, shape, RDF_TYPE) == ["http://www.w3.org/ns/shacl#NodeShape"]
    assert not values(found, FEED, f"{LDES}immutable")


def test_lead_to_each_page_by_two_bounds(client: FlaskClient) -> None:
    """Each relation has one node, one path and one value; a page is found at the node's IRI."""
    found = quads(client, "/feed")
    bounds: dict[str, dict[str, str]] = {}
    for relation in values(found, FEED, f"{TREE}relation"):
        assert values(found, relation, f"{TREE}path") == [TIME]
        [node] = values(found, relation, f"{TREE}node")
        [kind] = values(found, relation, RDF_TYPE)
        [value] = values(found, relation, f"{TREE}value")
        assert bounds.setdefault(node, {}).setdefault(kind.removeprefix(TREE), value) == value
    assert list(bounds) == [f"{FEED}/1", f"{FEED}/2"]
    for node, of_node in bounds.items():
        since = of_node["GreaterThanOrEqualToRelation"]
        until = of_node["LessThanRelation"]
        on_page = quads(client, node.removeprefix(BASE))
        assert values(on_page, node, f"{LDES}immutable") == ["true"]
        members = values(on_page, STREAM, f"{TREE}member")
        assert members
        for member in members:
            assert [since <= time < until for time in values(on_page, member, TIME)] == [True]


def test_give_versions_addresses_after_their_observation(client: FlaskClient) -> None:
    """A version is its observation with the number of the release; what is gone is a Delete."""
    found = quads(client, "/feed/2")
    members = values(found, STREAM, f"{TREE}member")
    entities = {member: values(found, member, VERSION_OF) for member in members}
    assert entities == {member: [member.removesuffix("/2")] for member in members}
    types = {member: values(found, member, RDF_TYPE) for member in members}
    assert sorted(types.values()) == [
        ["http://purl.org/linked-data/cube#Observation"],
        ["https://www.w3.org/ns/activitystreams#Delete"],
    ]
    subjects = {quad.subject.value for quad in found}  # type: ignore[union-attr]
    assert subjects == {STREAM, f"{FEED}/2", *members}


def test_repeat_what_the_observation_says(client: FlaskClient, release: Path) -> None:
    """A version says all that its observation says in the dump, and nothing else but its time."""
    dump = (release / "dumps" / "proef.nt").read_bytes()
    observations: dict[str, set[tuple[str, str]]] = {}
    for quad in ox.parse(dump, format=ox.RdfFormat.N_TRIPLES):
        name = quad.subject.value  # type: ignore[union-attr]
        if "/id/observatie/" in name:
            observations.setdefault(name, set()).add((quad.predicate.value, str(quad.object)))
    versions: dict[str, set[tuple[str, str]]] = {}
    for quad in quads(client, "/feed/1"):
        name = quad.subject.value  # type: ignore[union-attr]
        if "/id/observatie/" in name and quad.predicate.value not in (TIME, VERSION_OF):
            about = name.removesuffix("/1")
            versions.setdefault(about, set()).add((quad.predicate.value, str(quad.object)))
    assert len(versions) == 4
    assert versions == observations


@pytest.mark.parametrize("path", ["/feed", "/feed/1"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_offer_each_page_in_every_form(client: FlaskClient, path: str, form: object) -> None:
    """Accept and the extension give the same bytes in each form, and Accept is told to caches."""
    chosen = client.get(f"{path}.{form.extension}")  # type: ignore[attr-defined]
    accepted = client.get(path, headers={"Accept": form.media_type})  # type: ignore[attr-defined]
    assert chosen.mimetype == accepted.mimetype == form.media_type  # type: ignore[attr-defined]
    assert chosen.data == accepted.data
    assert accepted.headers["Vary"] == "Accept"
    assert accepted.headers["Content-Location"] == f"{path}.{form.extension}"  # type: ignore[attr-defined]
    assert accepted.headers["Access-Control-Allow-Origin"] == "*"
    assert set(quads(client, path, form.media_type)) == set(quads(client, path))  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/feed", "/feed/1"])
def test_answer_head_and_conditions(client: FlaskClient, path: str) -> None:
    """HEAD says what GET does, and who has the page is told so in a few bytes."""
    whole = client.get(path)
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    again = client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == whole.headers["Cache-Control"]
    other = client.get(f"{path}.jsonld")
    assert other.headers["ETag"] != whole.headers["ETag"]
    failed = client.get(path, headers={"If-Match": other.headers["ETag"]})
    assert (failed.status_code, failed.data) == (412, b"")
    assert failed.headers["Cache-Control"] == "no-store", "a cache would give it to everybody"


def test_let_caches_keep_closed_pages(client: FlaskClient) -> None:
    """A closed page may be kept for a week and need not be checked; the root is soon checked."""
    closed = "public, max-age=604800, immutable"
    assert client.get("/feed/1").headers["Cache-Control"] == closed
    assert client.get("/feed").headers["Cache-Control"] == "public, max-age=60, must-revalidate"


def test_keep_closed_pages_as_they_were(copied: Path) -> None:
    """When a release follows, closed pages keep their bytes and their tag; the root does not."""
    before = {path: client_of(copied).get(path) for path in ("/feed/1", "/feed/2", "/feed")}
    project = read_project(copied.parent.parent)
    cube = cube_of(project)
    add_record(project, cube, copied, [])
    changed = add_record(project, cube, copied, None)
    client = client_of(copied)
    for path in ("/feed/1", "/feed/2"):
        after = client.get(path)
        assert (after.data, after.headers["ETag"]) == (
            before[path].data,
            before[path].headers["ETag"],
        )
    assert client.get("/feed").headers["ETag"] != before["/feed"].headers["ETag"]
    assert changed.number == 4
    assert client.get("/feed/3").status_code == 404, "nothing changed in it"
    assert len(values(quads(client, "/feed"), FEED, f"{TREE}relation")) == 6


@pytest.mark.parametrize("path", ["/feed/3", "/feed/1/1", "/feed/1-100", "/feed/1.rdf", "/feed/"])
def test_find_no_other_pages(client: FlaskClient, path: str) -> None:
    """What is no page of the feed is 404."""
    assert client.get(path).status_code == 404


def test_refuse_forms_that_are_not_offered(client: FlaskClient) -> None:
    """Who accepts none of the forms is told which there are."""
    response = client.get("/feed/1", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "/feed/1.trig" in response.text


@pytest.mark.parametrize("damage", ["edited", "cut", "missing"])
def test_serve_no_damaged_page(copied: Path, damage: str) -> None:
    """A page that is not what was written is 503, in every form; the others are served."""
    client = client_of(copied)
    assert client.get("/feed/1").status_code == 200
    path = copied.parent / "history" / "records" / "0001" / "feed" / "1.ttl.gz"
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if damage == "cut" else content[:-1] + b"\1")
    for ending in ("", ".jsonld"):
        response = client.get(f"/feed/1{ending}")
        assert response.status_code == 503
        assert "Cache-Control" not in response.headers
    assert client.get("/feed/2").status_code == client.get("/feed").status_code == 200
    path.write_bytes(content)
    assert client.get("/feed/1").status_code == 200


def test_serve_no_page_that_may_lack_a_release(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a record is damaged the pages of many releases are 503: they would not lead to it."""
    monkeypatch.setattr(tree, "FAN", 2)
    assert len(values(quads(client_of(copied), "/feed/1-2"), f"{FEED}/1-2", f"{TREE}relation")) == 4
    record = copied.parent / "history" / "records" / "0001" / "record.json"
    record.write_text(
        record.read_text(encoding="utf-8").replace("proef", "proev"), encoding="utf-8"
    )
    client = client_of(copied)
    for path in ("/feed", "/feed/1", "/feed/1-2"):
        assert client.get(path).status_code == 503
    assert client.get("/feed/2").status_code == 200


def test_explain_the_feed_to_people(client: FlaskClient) -> None:
    """A browser gets a page in its language, with the address to give to a client."""
    dutch, english = page(client, "/feed", "nl"), page(client, "/feed", "en")
    for text in (dutch, english):
        assert f"<code>{FEED}</code>" in text
        assert f"<code>{STREAM}</code>" in text
        assert 'href="/feed/2"' in text
    assert "Wijzigingen" in dutch
    assert "Changes" in english


def test_lead_from_the_stream_to_its_root(client: FlaskClient) -> None:
    """The identifier of the stream redirects to its view."""
    response = client.get("/id/stroom/observaties")
    assert (response.status_code, response.headers["Location"]) == (303, "/feed")


# -- A client of others ---------------------------------------------------------------------------


QUARTERS = 60


def table(quarters: int, *, revised: int = 1, women: bool = True) -> str:
    """Return a table of two rows, of which one may be left out, with one figure to revise."""
    labels = [f"{1980 + at // 4} - K{at % 4 + 1}" for at in range(quarters)]
    rows = [["M", revised, *range(2, quarters + 1)], ["V", *range(quarters)]]
    lines = [["x", *labels], *(rows if women else rows[:1])]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_let_a_client_follow_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From zero, and again after each release, a client comes to the state of the dumps.

    The second release has a new quarter and a revision, in the third a row is withdrawn, and the
    fourth is the second again. The client applies no deletions, so the test does.
    """
    monkeypatch.setattr(writer, "MEMBERS", 1)  # so that the first release has more than FAN pages
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/feed"
    small = make_small_project(tmp_path / "project")
    small.mapping(PLAIN.replace("leeftijd", "geslacht"))
    settings = small.root / "publish.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'public-url = "http://127.0.0.1:{port}"\n{text}', encoding="utf-8")
    saved = ("--save", str(tmp_path / "saved"), "--ordered", "ascending")
    state: dict[str, Said] = {}
    everything: list[Member] = []
    small.table(table(QUARTERS, women=False))
    build(small.read())
    with serving(small.root, {"port": port}) as server:
        assert read_stream(address) == [], "a preview adds nothing"
        for number, make in enumerate(
            (
                lambda: small.table(table(QUARTERS)),
                lambda: small.table(table(QUARTERS + 1, revised=100)),
                lambda: small.table(table(QUARTERS + 1, revised=100, women=False)),
                None,
            ),
            start=1,
        ):
            if make is None:
                made = rollback(small.read(), "2")
            else:
                make()
                made = release_project(small.read())
            assert made.record.number == number
            until(lambda found=made: health(server)["release"] == found.record.id)
            members = read_stream(address, *saved)
            assert {member.time for member in members} == {made.record.released}
            state = state_after(members, state)
            assert state == state_of_release(made.folder)
            everything += members
    assert [member.is_deletion for member in everything].count(True) == QUARTERS + 1
    with serving(small.root, {"port": port}):
        assert read_stream(address, *saved) == [], "nothing is new"
        ordered = read_stream(address, "--ordered", "ascending")
        assert [member.time for member in ordered] == sorted(member.time for member in ordered)
        assert state_after(ordered) == state
        assert len(ordered) == len(set(ordered)) == len(everything)
        assert set(ordered) == set(everything)
        times = sorted({member.time for member in everything})
        later = read_stream(address, "--after", times[1])
        assert {member.time for member in later} == set(times[2:])
        earlier = read_stream(address, "--before", times[1])
        assert {member.time for member in earlier} == {times[0]}
