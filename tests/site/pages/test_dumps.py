"""The downloads over HTTP: files with conditions and ranges, and the page that lists them."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_client import BROWSER, Client, app_of, client_of, page
from small_release import LISTS, make_release

from publish.release import manifest
from publish.release.opened import Served
from publish.site.files import BLOCK, FileBody, JoinedBody
from publish.site.running.release import is_whole
from publish.sparql.workers.pool import QueryPool

MADE = "Wed, 04 Mar 2026 05:06:07 GMT"
TWICE = '<id/dataset/werknemers> rdfs:label "Werknemers naar leeftijd"@nl .\n'
"""A triple of a data set's graph that is put into another graph as well."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("release") / "current", extra=TWICE)


@pytest.fixture(scope="module")
def client(release: Path) -> FlaskClient:
    return client_of(release)


def entries(release: Path) -> dict[str, dict[str, object]]:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"].removeprefix("dumps/"): entry for entry in manifest["files"]}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("werknemers.nt", "application/n-triples"),
        ("werknemers.nt.gz", "application/gzip"),
        ("werknemers.ttl", "text/turtle; charset=utf-8"),
        ("werknemers.nq", "application/n-quads"),
        ("werknemers.jsonld", "application/ld+json"),
        ("werknemers.rdf", "application/rdf+xml"),
        ("alles.nq.gz", "application/gzip"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_get_dump(client: FlaskClient, release: Path, name: str, kind: str) -> None:
    """A file comes as it is, with its type, name and checksum, and varies with nothing."""
    response = client.get(f"/dumps/{name}", headers={"Accept-Encoding": "gzip"})
    content = (release / "dumps" / name).read_bytes()
    assert (response.status_code, response.data) == (200, content)
    headers = response.headers
    assert headers["Content-Type"] == kind
    assert headers["Content-Length"] == str(len(content))
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert headers["Last-Modified"] == MADE
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "public, max-age=600, must-revalidate"
    assert "Content-Encoding" not in headers
    assert "Vary" not in headers


def test_head_dump(client: FlaskClient) -> None:
    """HEAD answers with the headers of GET and no body."""
    one, other = client.get("/dumps/uitstroom.nt"), client.head("/dumps/uitstroom.nt")
    assert (other.status_code, other.data) == (200, b"")
    assert dict(one.headers) == dict(other.headers)


TAG, TIME = "{tag}", MADE
BEFORE, AFTER = "Wed, 04 Mar 2026 05:06:06 GMT", "Wed, 04 Mar 2026 05:06:08 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": TAG}, 304),
        ({"If-None-Match": f"W/{TAG}"}, 304),
        ({"If-None-Match": f'"x", {TAG}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": TIME}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "gisteren"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": TIME}, 200),
        ({"If-Match": TAG}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": f"W/{TAG}"}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Unmodified-Since": TIME}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-None-Match": TAG, "Range": "bytes=0-1"}, 304),
    ],
)
def test_get_dump_on_condition(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    """Conditions are judged in the order of RFC 9110, section 13.2.2."""
    tag = client.head("/dumps/werknemers.nt").headers["ETag"]
    given = {name: value.replace(TAG, tag) for name, value in headers.items()}
    response = client.get("/dumps/werknemers.nt", headers=given)
    assert response.status_code == status
    assert response.headers["ETag"] == tag
    assert bool(response.data) == (status == 200)
    assert ("Content-Type" in response.headers) == (status == 200)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None),
        ("Bytes=3-3", 3, 4),
        ("bytes= 3-3", 3, 4),
    ],
)
def test_get_range(
    client: FlaskClient, release: Path, asked: str, start: int, end: int | None
) -> None:
    """One range of bytes is 206, with the place it has in the whole."""
    content = (release / "dumps" / "werknemers.nt").read_bytes()
    response = client.get("/dumps/werknemers.nt", headers={"Range": asked})
    part = content[start:end]
    first = start if start >= 0 else len(content) + start
    assert (response.status_code, response.data) == (206, part)
    assert response.headers["Content-Length"] == str(len(part))
    place = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
    assert response.headers["Content-Range"] == place


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,4-5", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "rows=0-1", "0-1", "bytes=٣-"],
)
def test_ignore_range(client: FlaskClient, release: Path, asked: str) -> None:
    """Several ranges, other units and what is no range are ignored: the whole comes."""
    header = {"Range": asked.encode().decode("latin-1")}
    response = client.get("/dumps/werknemers.nt", headers=header)
    assert response.status_code == 200
    assert len(response.data) == (release / "dumps" / "werknemers.nt").stat().st_size


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", f"bytes={'9' * 40}-"])
def test_refuse_range_beyond_the_end(client: FlaskClient, release: Path, asked: str) -> None:
    """A range that is not there is 416, and the answer says how long the file is."""
    response = client.get("/dumps/werknemers.nt", headers={"Range": asked})
    size = (release / "dumps" / "werknemers.nt").stat().st_size
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{size}"
    assert response.content_type == "text/plain; charset=utf-8"
    assert str(size) in response.text


@pytest.mark.parametrize(
    ("condition", "status"),
    [(TAG, 206), (TIME, 206), (f"W/{TAG}", 200), ('"x"', 200), (BEFORE, 200), (AFTER, 200)],
)
def test_continue_only_the_same_file(client: FlaskClient, condition: str, status: int) -> None:
    """If-Range gives the part only of exactly the file that it was begun of."""
    tag = client.head("/dumps/werknemers.nt").headers["ETag"]
    headers = {"Range": "bytes=0-4", "If-Range": condition.replace(TAG, tag)}
    assert client.get("/dumps/werknemers.nt", headers=headers).status_code == status


def test_ignore_range_of_head(client: FlaskClient) -> None:
    """A range means something with GET only."""
    response = client.head("/dumps/werknemers.nt", headers={"Range": "bytes=0-4"})
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "../manifest.json",
        "%2e%2e/manifest.json",
        "none.nt",
        "../store/CURRENT",
        "/etc/passwd",
        "x/",
    ],
)
def test_get_dump_outside(client: FlaskClient, path: str) -> None:
    """Only files of the manifest are served."""
    assert client.get(f"/dumps/{path}").status_code == 404


def test_suggest_dump(client: FlaskClient) -> None:
    """A name that is nearly right leads to the file."""
    assert "/dumps/werknemers.nt" in client.get("/dumps/werknemer.nt").text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_refuse_other_methods(client: FlaskClient, method: str) -> None:
    """A file can only be got."""
    response = client.open("/dumps/werknemers.nt", method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_serve_a_code_list_by_itself(client: FlaskClient) -> None:
    """It is kept under its own name, and leads to the page about the list, which leads to it."""
    name = next(iter(LISTS))
    response = client.get(f"/dumps/codelijst/{name}.ttl")
    assert response.status_code == 200
    assert response.content_type == "text/turtle; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}.ttl"'
    assert f'</doc/conceptscheme/{name}>; rel="describedby"' in response.headers["Link"]
    page = client.get(f"/doc/conceptscheme/{name}.html").text
    assert f'href="/dumps/codelijst/{name}.ttl"' in page
    assert f"dumps/codelijst/{list(LISTS)[1]}" not in page


def test_list_dumps_on_a_page(client: FlaskClient, release: Path) -> None:
    """The page names every file, the size up to which there are all forms, and the sums."""
    response = client.get("/dumps/", headers={"Accept": "text/html", "Accept-Language": "nl"})
    for name in entries(release):
        assert f'href="/dumps/{name}"' in response.text
    assert "tot 20 MB" in response.text
    assert "Werknemers naar leeftijd: de cellen van de bron" in response.text
    assert response.headers["Vary"] == "Accept-Language"


def test_get_dump_by_tag(client: FlaskClient, release: Path) -> None:
    """A dump has its media type, length and a strong ETag from its checksum."""
    response = client.get("/dumps/werknemers.nt")
    assert response.data == (release / "dumps" / "werknemers.nt").read_bytes()
    assert response.mimetype == "application/n-triples"
    manifest = json.loads((release / "manifest.json").read_text())
    entry = next(file for file in manifest["files"] if file["path"] == "dumps/werknemers.nt")
    assert response.headers["ETag"] == f'"{entry["sha256"]}"'
    again = client.get("/dumps/werknemers.nt", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_get_dump_range(client: FlaskClient) -> None:
    """A part of a dump can be fetched; a part beyond its end is 416."""
    response = client.get("/dumps/werknemers.nt", headers={"Range": "bytes=0-9"})
    assert (response.status_code, len(response.data)) == (206, 10)
    response = client.get("/dumps/werknemers.nt", headers={"Range": "bytes=99999999-"})
    assert response.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["../manifest.json", "%2e%2e/manifest.json", "none.nt", "../store/CURRENT", "/etc/passwd"],
)
def test_get_only_files_of_manifest(client: FlaskClient, path: str) -> None:
    """Only files of the manifest are served."""
    assert client.get(f"/dumps/{path}").status_code == 404


def test_dump_index(client: FlaskClient) -> None:
    """The downloads page lists the files with size and checksum."""
    assert 'href="/dumps/uitstroom.nt"' in page(client, "/dumps/")


# -- Damage ---------------------------------------------------------------------------------------


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("was_asked_for", [False, True])
@pytest.mark.parametrize("damage", [cut, empty, flip, pipe, Path.unlink])
def test_send_no_damaged_file(
    release: Path, tmp_path: Path, damage: Callable[[Path], None], was_asked_for: bool
) -> None:
    """A file that is not what was written is an error in plain words, and no part of it is sent."""
    copy = Path(shutil.copytree(release, tmp_path / "current"))
    served = Served(copy)
    app = app_of(served, QueryPool(copy / "store"))
    app.test_client_class = Client
    client = app.test_client()
    file = next(copy.glob("tables/*/*/*.csv"))
    paths = {
        "/dumps/werknemers.nt": copy / "dumps" / "werknemers.nt",
        f"/doc/tabel/{file.relative_to(copy / 'tables')}": file,
    }
    for path in paths if was_asked_for else ():
        assert client.get(path, headers={"Accept": "text/csv"}).status_code == 200
    for path, place in paths.items():
        damage(place)
        for headers in ({}, {"Range": "bytes=0-9"}, {"Accept": BROWSER}):
            response = client.get(path, headers={"Accept": "text/csv", **headers})
            assert response.status_code == 503
            assert "ETag" not in response.headers
            assert "Repr-Digest" not in response.headers
            assert re.search("damaged on the server|beschadigd op de server", response.text)
        assert client.head(path, headers={"Accept": "text/csv"}).status_code == 503
    assert {file.path for file in served.damaged} == {
        place.relative_to(copy).as_posix() for place in paths.values()
    }
    assert served.is_damaged()
    for place in paths.values():
        place.unlink(missing_ok=True)
        shutil.copyfile(release / place.relative_to(copy), place)
    assert not served.is_damaged()
    assert client.get("/dumps/werknemers.nt").status_code == 200


def test_break_off_a_file_that_changes_while_it_is_sent(tmp_path: Path) -> None:
    """What is sent may not end as if it were whole."""
    path = tmp_path / "x"
    for change in (cut, flip):
        path.write_bytes(bytes(3 * BLOCK))
        body = FileBody(path.open("rb"), range(3 * BLOCK))
        parts = iter(body)
        assert next(parts) == bytes(BLOCK)
        change(path)
        with pytest.raises(OSError, match="changed while it was sent"):
            list(parts)
        body.close()


# -- What is made up of parts ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which two graphs are large, so that everything is its parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "LARGEST", 9000)
        return make_release(tmp_path_factory.mktemp("large") / "current", extra=TWICE)


@pytest.fixture(scope="module")
def served(large: Path) -> FlaskClient:
    return client_of(large)


def parts_of(release: Path, name: str) -> list[bytes]:
    """Return the content of the parts that the manifest names."""
    parts: Any = entries(release)[name]["parts"]
    return [(release / part["path"]).read_bytes() for part in parts]


@pytest.mark.parametrize("name", ["alles.nt.gz", "alles.nq.gz", "alles.ttl.gz"])
def test_get_parts_as_one_file(served: FlaskClient, large: Path, name: str) -> None:
    """Parts come one after the other, with the length, tag and digest of the whole."""
    content = b"".join(parts_of(large, name))
    response, head = served.get(f"/dumps/{name}"), served.head(f"/dumps/{name}")
    assert (response.status_code, response.data) == (200, content)
    assert (head.status_code, head.data) == (200, b"")
    assert dict(response.headers) == dict(head.headers)
    digest = hashlib.sha256(content)
    assert response.headers["Content-Length"] == str(len(content))
    assert response.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert response.headers["Content-Type"] == "application/gzip"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    same = served.get(f"/dumps/{name}", headers={"If-None-Match": response.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


def test_get_ranges_over_parts(served: FlaskClient, large: Path) -> None:
    """A range begins and ends in any part, or where one ends."""
    parts = parts_of(large, "alles.nt.gz")
    content = b"".join(parts)
    ends = [0, *itertools.accumulate(map(len, parts))]
    places = sorted({place + by for place in ends for by in (-1, 0, 1)} & set(range(ends[-1] + 1)))
    for start, end in itertools.combinations(places, 2):
        asked = {"Range": f"bytes={start}-{end - 1}"}
        response = served.get("/dumps/alles.nt.gz", headers=asked)
        assert (response.status_code, response.data) == (206, content[start:end])
        assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(content)}"
        assert response.headers["Content-Length"] == str(end - start)
    beyond = served.get("/dumps/alles.nt.gz", headers={"Range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416


def test_list_parts_nowhere(served: FlaskClient, large: Path) -> None:
    """The rest of everything is no download, and the page lists everything in three forms."""
    assert served.get("/parts/alles.nt.gz").status_code == 404
    assert served.get("/dumps/parts/alles.nt.gz").status_code == 404
    text = page(served, "/dumps/")
    for name in ("alles", "werknemers"):
        found = set(re.findall(rf'href="/dumps/({name}\.[a-z.]+)"', text))
        assert found == {f"{name}.nt.gz", f"{name}.nq.gz", f"{name}.ttl.gz"}
    void = served.get("/.well-known/void", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert re.search(r"dataDump.*alles\.nt\.gz", void.text, re.DOTALL)
    assert not re.search(r"alles\.nt>", void.text)


@pytest.mark.parametrize("was_asked_for", [False, True])
@pytest.mark.parametrize("path", ["parts/alles.nt.gz", "dumps/werknemers.nt.gz"])
def test_send_nothing_with_a_damaged_part(
    large: Path, tmp_path: Path, path: str, was_asked_for: bool
) -> None:
    """Everything is 503 while any part is damaged, also for a range that lies in another."""
    copy = tmp_path / "copy"
    shutil.copytree(large, copy)
    served = Served(copy)
    app = app_of(served, QueryPool(copy / "store"))
    app.test_client_class = Client
    client = app.test_client()
    if was_asked_for:
        assert client.get("/dumps/alles.nt.gz").status_code == 200
    assert is_whole(served)
    flip(copy / path)
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=-9"}):
        response = client.get("/dumps/alles.nt.gz", headers=headers)
        assert response.status_code == 503
        assert "ETag" not in response.headers
    assert client.head("/dumps/alles.nt.gz").status_code == 503
    assert client.get("/dumps/alles.nq.gz").status_code == 200
    assert {file.path for file in served.damaged} == {path}
    shutil.copyfile(large / path, copy / path)
    assert client.get("/dumps/alles.nt.gz").status_code == 200
    assert not served.is_damaged()


def test_break_off_when_a_part_changes_before_it_is_sent(large: Path, tmp_path: Path) -> None:
    """A part that changes after the first was sent breaks the answer off."""
    copy = tmp_path / "copy"
    shutil.copytree(large, copy)
    served = Served(copy)
    file = served.files["alles.nt.gz"]
    body = JoinedBody(served, file, range(file.size))
    sent = iter(body)
    assert next(sent) == (copy / file.parts[0].path).read_bytes()
    flip(copy / file.parts[-1].path)
    with pytest.raises(OSError, match="changed while it was"):
        list(sent)
    body.close()
