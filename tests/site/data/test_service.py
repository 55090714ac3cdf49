"""The data address of a data set over HTTP, on a real server with the answer."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator

import pytest
from built import Built
from raw_http import Reply
from sparql_server import Server, project_over, serving

SLUG = "lde-werknemers-leeftijd"
HERE = f"/data/{SLUG}"


@pytest.fixture(scope="module")
def server(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the answer."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"workers": 2, "trusted-proxies": 1}) as found:
        yield found


def rows_of(reply: Reply) -> list[dict[str, str]]:
    """Return the rows of a tidy CSV."""
    assert (reply.status, reply.media_type) == (200, "text/csv"), reply
    return list(csv.DictReader(io.StringIO(reply.text)))


def links_of(reply: Reply, rel: str) -> list[str]:
    """Return where the links of a relation lead."""
    return re.findall(rf'<([^>]*)>; rel="{rel}"', reply["Link"])


def test_answer_a_view_as_csv(server: Server) -> None:
    """The observations that the parameters choose come in the form that they name."""
    reply = server.fetch(f"{HERE}?kwartaal=2022-Q1..2022-Q4&lang=nl&format=csv")
    rows = rows_of(reply)
    assert len(rows) == 48
    assert {row["kwartaal"] for row in rows} == {f"2022-Q{number}" for number in (1, 2, 3, 4)}
    name = f'attachment; filename="{SLUG}_2022-Q1..2022-Q4_nl.csv"'
    assert reply["Content-Disposition"] == name
    assert reply["Access-Control-Allow-Origin"] == "*"
    assert reply.get("Content-Length") == str(len(reply.body))
    assert links_of(reply, "describedby") == [f"/doc/dataset/{SLUG}"]
    assert f"{HERE}/query?kwartaal=2022-Q1..2022-Q4&lang=nl" in links_of(reply, "alternate")


def test_send_the_file_of_a_whole_data_set(server: Server, answer: Built) -> None:
    """A view that leaves nothing out is the file of the release, also compressed."""
    written = (answer.folder / "dumps" / f"{SLUG}.en.csv").read_bytes()
    assert server.fetch(f"{HERE}?lang=en").body == written
    packed = server.fetch(f"{HERE}?lang=en", fields=[("Accept-Encoding", "gzip")])
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == written


def test_choose_form_and_language_by_header_fields(server: Server) -> None:
    """Accept and Accept-Language choose, where the address does not; Vary says so."""
    fields = [("Accept", "application/json"), ("Accept-Language", "en")]
    reply = server.fetch(f"{HERE}?kwartaal=2022-Q1", fields=fields)
    assert (reply.media_type, reply["Content-Language"]) == ("application/json", "en")
    assert {"accept", "accept-language", "accept-encoding"} <= reply.words("Vary")
    fixed = server.fetch(f"{HERE}?kwartaal=2022-Q1&format=csv&lang=nl", fields=fields)
    assert fixed.media_type == "text/csv"
    assert fixed.words("Vary") == {"accept-encoding"}


def test_refuse_media_types_that_no_form_has(server: Server) -> None:
    """A client that accepts no form is told those that there are."""
    reply = server.fetch(HERE, fields=[("Accept", "audio/mpeg")])
    assert reply.status == 406
    assert "text/csv" in reply.text
    assert reply.text.count("application/json") == 1


def test_give_an_equal_view_one_entity_tag(server: Server) -> None:
    """Codes in another order, or by their labels, are the same view; a client that has it waits
    for no worker."""
    one = server.fetch(f"{HERE}?kwartaal=2022-Q1,2022-Q2&format=csv&lang=nl")
    other = server.fetch(f"{HERE}?lang=nl&kwartaal=2022-Q2&kwartaal=2022-Q1&format=csv")
    assert one["ETag"] == other["ETag"]
    assert one.body == other.body
    target = f"{HERE}?kwartaal=2022-Q1,2022-Q2&format=csv&lang=nl"
    same = server.fetch(target, fields=[("If-None-Match", one["ETag"])])
    assert (same.status, same.body) == (304, b"")
    assert server.fetch(target, fields=[("If-Match", '"other"')]).status == 412
    assert server.fetch(target, fields=[("If-Match", one["ETag"])]).status == 200
    head = server.fetch(target, "HEAD")
    assert (head.status, head["Content-Length"]) == (200, one["Content-Length"])


def test_lead_from_page_to_page(server: Server) -> None:
    """JSON comes a page at a time, whose links lead to the pages beside it."""
    seen: list[str] = []
    target = f"{HERE}?size=25&format=json&lang=en"
    while target:
        reply = server.fetch(target)
        assert reply.status == 200, reply
        seen.append(target)
        following = links_of(reply, "next")
        assert bool(links_of(reply, "prev")) == (len(seen) > 1)
        target = following[0] if following else ""
    assert len(seen) == 3  # of 60 observations


def test_lead_from_a_page_to_other_forms(server: Server) -> None:
    """A form with pages has the same page, one without and the query have all of the view."""
    reply = server.fetch(f"{HERE}?size=25&start=25&format=json&lang=en&kwartaal=..2022-Q3")
    others = links_of(reply, "alternate")
    [turtle] = [other for other in others if "size=" in other]
    assert "format=ttl&start=25&size=25" in turtle
    assert len(rows_of(server.fetch(others[0]))) == 36


def test_tell_all_that_is_wrong_with_parameters(server: Server) -> None:
    """A 400 has a sentence for each fault, for programs as JSON."""
    target = f"{HERE}?kwartal=2022-Q1&leeftijdsgroep=Y_GE66"
    reply = server.fetch(target)
    assert (reply.status, reply.media_type) == (400, "text/plain")
    assert 'Did you mean "kwartaal"?' in reply.text
    assert 'Did you mean "Y_GE65"?' in reply.text
    told = server.fetch(target, fields=[("Accept", "application/json")])
    assert (told.status, told.media_type) == (400, "application/problem+json")
    faults = json.loads(told.body)["faults"]
    assert [item["parameter"] for item in faults] == ["kwartal", "leeftijdsgroep"]


def test_name_the_nearest_data_set(server: Server) -> None:
    """An unknown data set is a 404 that names the nearest one."""
    reply = server.fetch("/data/lde-werknemers-leeftyd")
    assert reply.status == 404
    assert f'Did you mean "{SLUG}"?' in reply.text
    assert server.fetch(f"{HERE}/nothing").status == 404


def test_name_addresses_below_the_path_of_a_proxy(server: Server) -> None:
    """Links and sentences have the prefix under which a proxy shows the server."""
    fields = [("X-Forwarded-Prefix", "/cijfers")]
    reply = server.fetch(f"{HERE}?format=json&size=25&lang=nl", fields=fields)
    relations = ("describedby", "alternate", "next")
    found = [address for rel in relations for address in links_of(reply, rel)]
    assert all(address.startswith("/cijfers/") for address in found), found
    for below in ("/data/none", f"{HERE}ss", f"{HERE}/nothing"):
        assert " /cijfers/data" in server.fetch(below, fields=fields).text


def test_list_data_sets(server: Server, answer: Built) -> None:
    """/data lists each data set with its address and dimensions."""
    reply = server.fetch("/data")
    assert reply.media_type == "application/json"
    found = {item["name"]: item for item in json.loads(reply.body)["data-sets"]}
    assert set(found) == {entry["slug"] for entry in answer.manifest["data-sets"]}
    assert found[SLUG]["address"].endswith(HERE)
    parameters = [item["parameter"] for item in found[SLUG]["dimensions"]]
    assert parameters == ["kwartaal", "leeftijdsgroep", "measure"]


def test_give_the_query_that_a_view_stands_for(server: Server) -> None:
    """The query has as many solutions as the view has observations; a browser gets its page."""
    reply = server.fetch(f"{HERE}/query?kwartaal=2022-Q1&lang=nl")
    assert (reply.status, reply.media_type) == (200, "application/sparql-query")
    answered = server.query(reply.text)
    assert len(json.loads(answered.body)["results"]["bindings"]) == 12
    page = server.fetch(f"{HERE}/query?kwartaal=2022-Q1", fields=[("Accept", "text/html")])
    assert page.status == 303
    assert page["Location"].startswith("/sparql?query=")


def test_allow_reading_only(server: Server) -> None:
    """OPTIONS names the methods; others are refused."""
    assert "GET" in server.fetch(HERE, "OPTIONS")["Allow"]
    assert server.fetch(HERE, "POST", body=b"x").status == 405


def test_lead_from_the_page_to_the_data(server: Server) -> None:
    """The page of a data set links to its data address, in its head and for people."""
    page = server.fetch(f"/doc/dataset/{SLUG}", fields=[("Accept", "text/html")])
    assert f'href="{HERE}"' in page.text
    assert f"{HERE}?format=csv" in links_of(page, "alternate")


def test_answer_a_view_as_a_chart(server: Server) -> None:
    """A chart comes where it is named, never to who accepts pictures; its own style is let
    through, and the figure of ``cell`` is drawn in colour."""
    chosen = "&cell=2023-Q1,Y_GE65,werknemersVte&lang=nl"
    reply = server.fetch(f"{HERE}?format=svg{chosen}")
    assert (reply.status, reply.media_type) == (200, "image/svg+xml")
    assert 'class="chosen"' in reply.text
    assert reply["Content-Disposition"] == f'inline; filename="{SLUG}_nl.svg"'
    style = re.search(r"<style>(.*)</style>", reply.text)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in reply["Content-Security-Policy"]
    picture = server.fetch(f"{HERE}?format=png{chosen}")
    assert picture.media_type == "image/png"
    assert picture.body[:4] == b"\x89PNG"
    assert "style-src" not in picture["Content-Security-Policy"]
    accepted = server.fetch(HERE, fields=[("Accept", "image/svg+xml,image/png,*/*;q=0.8")])
    assert accepted.media_type == "text/csv"
    single = server.fetch(f"{HERE}?format=svg&kwartaal=2022-Q1&leeftijdsgroep=_T")
    assert single.status == 413
    for wrong in ("format=csv&cell=2023-Q1,Y_GE65,werknemersVte", "format=svg&cell=x,y"):
        assert server.fetch(f"{HERE}?{wrong}").status == 400
