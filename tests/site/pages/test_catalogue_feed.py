"""The stream of the catalogue over HTTP, and read by a client of others."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pyoxigraph as ox
import pytest
from event_stream_client import run_client
from flask_client import client_of
from small_project import PLAIN, PLAIN_TABLE, make_small_project
from sparql_server import serving

from publish.release.releasing import release
from publish.site.pages.catalogue_feed import FORMS

SETTINGS = """licence = "https://data.vlaanderen.be/id/licentie/creative-commons-zero-verklaring/v1.0"
[publisher]
name = { nl = "Uitgever", en = "Publisher" }
type = "NonGovernmentalOrganisation"
[contact]
email = "info@cijfers.example"
[catalogue]
themes = ["SOCI"]
frequency = "QUARTERLY"
spatial = "https://sws.geonames.org/3337388/"
availability = "STABLE"
[catalogue.keywords]
nl = ["werk"]
en = ["work"]
"""
AS = "https://www.w3.org/ns/activitystreams#"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_serve_the_stream_of_the_catalogue(tmp_path: Path) -> None:
    """Its pages are found from its root, in forms with named graphs, and a client reads them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    small = make_small_project(tmp_path / "project")
    small.table(PLAIN_TABLE)
    small.mapping(PLAIN)
    path = small.root / "publish.toml"
    head, table, rest = path.read_text(encoding="utf-8").partition("[title]")
    own, sections = SETTINGS.split("\n", 1)
    text = f'{head}public-url = "http://127.0.0.1:{port}"\n{own}\n{table}'
    path.write_text(text + rest + sections, encoding="utf-8")
    made = [release(small.read())]
    small.table("x,2022 - K1,2022 - K3\njong,1,9\noud,5,7\n")
    made.append(release(small.read()))
    client = client_of(made[-1].folder)
    root = client.get("/feed/catalogus")
    assert (root.status_code, root.mimetype) == (200, "application/trig")
    assert root.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    found = {str(quad.object) for quad in ox.parse(root.data, format=ox.RdfFormat.TRIG)}
    assert {f"<http://127.0.0.1:{port}/feed/catalogus/{number}>" for number in (1, 2)} <= found
    activities = set[str]()
    for number in (1, 2):
        texts = []
        for form in FORMS:
            response = client.get(f"/feed/catalogus/{number}", headers={"Accept": form.media_type})
            assert response.mimetype == form.media_type
            assert response.headers["Cache-Control"] == "public, max-age=604800, immutable"
            format_ = ox.RdfFormat.from_media_type(form.media_type)
            assert format_
            texts.append(set(ox.parse(response.data, format=format_)))
        assert texts[0] == texts[1] == texts[2]
        activities |= {
            quad.subject.value  # type: ignore[union-attr]
            for quad in texts[0]
            if quad.predicate.value == f"{AS}published"
        }
    assert client.get("/feed/catalogus/1", headers={"Accept": "text/turtle"}).status_code == 406
    assert client.get("/feed/catalogus/3").status_code == 404
    activity = client.get("/id/stroom/catalogus/2/1")
    assert (activity.status_code, activity.headers["Location"]) == (303, "/feed/catalogus/2")
    with serving(small.root, {"port": port}):
        address = f"http://127.0.0.1:{port}/feed/catalogus"
        text = run_client(address, "--no-shape", "--ordered", "ascending")
    read = set(re.findall(rf"(?m)^<([^>]+)> <{re.escape(AS)}published> ", text))
    assert read == activities
    page = made[0].record.folder / "feed" / "catalogue.nq.gz"
    page.write_bytes(page.read_bytes()[:-1])
    assert client.get("/feed/catalogus/1").status_code == 503
    assert client.get("/feed/1").status_code == 200
