"""The server as whoever runs it sees it: reloads, stops, several processes, logs and counts."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from raw_http import Connection, query_string, request
from small_release import make_release
from sparql_server import (
    JSON,
    Server,
    health,
    is_alive,
    make_project,
    project_over,
    serving,
    until,
    values,
)

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HTML = [("Accept", "text/html")]


pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_project(tmp_path)
    return tmp_path


def counted(server: Server, name: str) -> float:
    """Return the sum of a metric over its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as reply:
        text = reply.read().decode()
    found = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
    assert found, f"no metric {name} in:\n{text}"
    return sum(map(float, found))


def add_release(folder: Path, name: str) -> None:
    """Make another release of a project, the same but for its id, and point to it."""
    build = folder / "build"
    shutil.copytree((build / "current").resolve(), build / name)
    manifest = json.loads((build / name / "manifest.json").read_text(encoding="utf-8"))
    manifest["id"] = name
    (build / name / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    point_to(folder, name)


def point_to(folder: Path, name: str) -> None:
    link = folder / "build" / "next"
    link.symlink_to(name)
    link.replace(folder / "build" / "current")


@contextmanager
def asking(server: Server, clients: int = 4) -> Iterator[list[int]]:
    """Let clients ask on connections that stay open; yield the statuses that they get."""
    statuses: list[int] = []
    done = threading.Event()

    def ask(client: int) -> None:
        with Connection(server.port) as connection:
            number = 0
            while not done.is_set():
                number += 1
                query = f"SELECT%20%28{client}{number:06}%20AS%20%3Fn%29%20%7B%7D"
                data = request(f"/sparql?query={query}", "GET", [("Accept", JSON)])
                statuses.append(connection.ask(data).status)

    with ThreadPoolExecutor(clients) as threads:
        running = [threads.submit(ask, client) for client in range(1, clients + 1)]
        yield statuses
        done.set()
        for run in running:
            run.result(20)


@pytest.mark.parametrize("way", ["auto", "signal"])
def test_reload_without_refused_request(folder: Path, way: str) -> None:
    """A new release takes over while queries go on; the old one's workers end."""
    with serving(folder, {"reload": way, "workers": 2, "access-log": "off"}) as server:
        workers = server.workers((folder / "build" / "current").resolve())
        before = health(server)["release"]
        with asking(server) as statuses:
            until(lambda: len(statuses) > 50)
            add_release(folder, "feedfeedfeedfeed")
            if way == "signal":
                server.process.send_signal(signal.SIGHUP)
            until(lambda: health(server)["release"] == "feedfeedfeedfeed")
            count = len(statuses)
            until(lambda: len(statuses) > count + 50)
        assert set(statuses) == {200}
        assert before != "feedfeedfeedfeed"
        assert len(workers) == 2
        until(lambda: not any(map(is_alive, workers)))


def test_damaged_release_is_not_taken_up(folder: Path) -> None:
    """When the new release cannot be opened, the old one goes on and the log says why."""
    with serving(folder, {"reload": "signal", "access-log": "off"}) as server:
        before = health(server)["release"]
        add_release(folder, "deaddeaddeaddead")
        shutil.rmtree(folder / "build" / "deaddeaddeaddead" / "store")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "deaddeaddeaddead" in server.tail())
        assert health(server)["release"] == before
        server.small(5)


def test_go_on_looking_after_damaged_releases(folder: Path) -> None:
    """However the new release is damaged, the old one goes on, and the next sound one is served."""
    damages = {
        "00000000deaddead": ("manifest.json", b"[]"),
        "11111111deaddead": ("manifest.json", b'{"manifest": 2, "data-sets": null}'),
        "22222222deaddead": ("made.json", b"[]"),
        "33333333deaddead": ("store/CURRENT", b"garbage\n"),
    }
    before = (folder / "build" / "current").readlink().name
    for name in (*damages, "feedfeedfeedfeed"):
        add_release(folder, name)
        point_to(folder, before)
    for name, (path, content) in damages.items():
        (folder / "build" / name / path).write_bytes(content)
    with serving(folder, {"reload": "auto", "workers": 2, "access-log": "off"}) as server:
        served = health(server)["release"]
        for name in damages:
            point_to(folder, name)
            until(lambda name=name: name in server.tail())
            assert health(server)["release"] == served
        point_to(folder, "current")  # a loop of links
        time.sleep(3)
        point_to(folder, "feedfeedfeedfeed")
        until(lambda: health(server)["release"] == "feedfeedfeedfeed")


def test_stop_lets_requests_end(folder: Path) -> None:
    """At SIGTERM a query under way is answered, its connection closed, and nothing is left."""
    with serving(folder, {"deadline": 3, "access-log": "off"}) as server:
        pids = server.pids()
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(server.query, RUNAWAY, timeout=20)
            until(lambda: health(server)["busy"] == 1)
            server.process.send_signal(signal.SIGTERM)
            assert answer.result(20).status == 503
        assert server.process.wait(20) == 0
        until(lambda: not any(map(is_alive, pids)))


def test_nothing_outlives_a_killed_server(folder: Path) -> None:
    """Workers and processes end with the first process, however it ended."""
    with serving(folder, {"processes": 2, "access-log": "off"}) as server:
        pids = server.pids()
        assert len(pids) >= 1 + 2 + 2
        server.process.kill()
        server.process.wait(10)
        until(lambda: not any(map(is_alive, pids)))


def fronts(server: Server) -> list[int]:
    """Return the processes that answer requests, when there are several."""
    found = []
    for pid in server.pids()[1:]:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"publish.site.process" in command:
            found.append(pid)
    return found


def test_several_processes_share_what_they_must(folder: Path) -> None:
    """With two processes the cache, the counts and the limit of a client are the same for both."""
    flags = {"processes": 2, "workers": 2, "per-client": 1, "deadline": 4, "access-log": "off"}
    with serving(folder, flags) as server:
        assert len(fronts(server)) == 2
        query = "SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 3"
        replies = [server.query(query) for _ in range(30)]  # each on a connection of its own
        assert {reply.status for reply in replies} == {200}
        assert len({reply.body for reply in replies}) == 1
        assert counted(server, 'publish_queries_total{outcome="cached"}') >= 27
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(server.query, RUNAWAY, timeout=20)
            time.sleep(0.7)
            refused = [server.query(f"{query} # {number}") for number in range(12)]
            assert {reply.status for reply in refused} == {429}
            assert {reply.get("Retry-After") is not None for reply in refused} == {True}
            assert server.query(f"{query} # other", source="127.0.0.2").status == 200
            assert server.query(query).status == 200, "what is cached costs nothing"
            assert answer.result(20).status == 503
        assert server.query(f"{query} # after").status == 200


def test_dead_process_is_replaced(folder: Path) -> None:
    """A server process that dies is started anew; the others answer meanwhile."""
    with serving(folder, {"processes": 2, "workers": 1, "access-log": "off"}) as server:
        time.sleep(2.1)  # one that dies young is started anew only after a while
        killed = fronts(server)[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in fronts(server) and len(fronts(server)) == 2, 20)
        for _ in range(10):
            server.small(5)


def test_path_prefix(folder: Path) -> None:
    """Below a path prefix every link leads there, whether the proxy keeps the prefix or not."""
    with serving(folder, {"path-prefix": "/cijfers", "access-log": "off"}) as server:
        for path in ("/", "/cijfers/"):
            page = server.fetch(path, "GET", HTML)
            links = re.findall(r'(?:href|action|src)="(/[^"]*)"', page.text)
            assert page.status == 200
            assert links
            assert all(link.startswith("/cijfers") for link in links), links
        moved = server.fetch("/cijfers/id/dataset/uitstroom")
        assert (moved.status, moved["Location"]) == (303, "/cijfers/doc/dataset/uitstroom")
        assert server.fetch("/cijfers/sparql?query=ASK%7B%7D").status == 200
        none = server.fetch("/cijfers/data/uitstroom")  # a release without data addresses
        assert (none.status, "at /cijfers/dumps/" in none.text) == (404, True)


def test_base_with_a_path(tmp_path: Path) -> None:
    """A base with a path is served under that path and under the root alike."""
    base = "https://cijfers.example/open/data"
    release = make_release(tmp_path / "release", base)
    with serving(project_over(release, tmp_path), {"access-log": "off"}) as server:
        moved = server.fetch("/open/data/id/dataset/werknemers")
        assert moved["Location"] == "/open/data/doc/dataset/werknemers"
        assert server.fetch("/id/dataset/werknemers")["Location"] == "/doc/dataset/werknemers"
        page = server.fetch("/open/data/doc/concept/leeftijd/_T", "GET", HTML).text
        assert 'href="/open/data/doc/conceptscheme/leeftijd"' in page
        data = server.fetch("/doc/dataset/werknemers.nt").text
        assert f"<{base}/id/dataset/werknemers>" in data


def test_base_with_a_path_below_a_prefix(tmp_path: Path) -> None:
    """The path of the base may come after the prefix of a proxy, kept by that or not."""
    release = make_release(tmp_path / "release", "https://cijfers.example/open/data")
    flags = {"path-prefix": "/stat", "access-log": "off"}
    with serving(project_over(release, tmp_path), flags) as server:
        for head in ("", "/stat"):
            moved = server.fetch(f"{head}/open/data/id/dataset/werknemers")
            assert moved["Location"] == "/stat/open/data/doc/dataset/werknemers"
            assert server.fetch(f"{head}/doc/dataset/werknemers").status == 200


def test_leave_no_workers_of_a_damaged_release(folder: Path) -> None:
    """A release that has a sound store and no sound manifest costs no worker, however often."""
    with serving(folder, {"reload": "auto", "workers": 2, "access-log": "off"}) as server:
        pids = server.pids()
        add_release(folder, "deaddeaddeaddead")
        manifest = folder / "build" / "deaddeaddeaddead" / "manifest.json"
        told = json.loads(manifest.read_text(encoding="utf-8"))
        told["base"] = "https://[cijfers.example"
        manifest.write_text(json.dumps(told), encoding="utf-8")
        until(lambda: "deaddeaddeaddead" in server.tail())
        for _ in range(3):
            server.process.send_signal(signal.SIGHUP)
        until(lambda: server.tail().count("deaddeaddeaddead") >= 2)
        server.small(5)
        until(lambda: sorted(server.pids()) == sorted(pids))


def test_count_who_left(folder: Path) -> None:
    """A query whose client leaves is counted as such, and a worker is free again."""
    with serving(folder, {"access-log": "off"}) as server:
        with Connection(server.port) as connection:
            query = "/sparql?" + query_string(("query", RUNAWAY))
            connection.send(request(query, "GET", [("Accept", JSON)]))
            until(lambda: health(server)["busy"] == 1)
        until(lambda: counted(server, 'publish_queries_total{outcome="gone"}') == 1)
        until(lambda: health(server)["busy"] == 0)


def test_close_after_a_body_that_was_not_let_in(folder: Path) -> None:
    """Who waits for leave to send a body that is too large may send none: then nothing follows."""
    fields = [("Content-Type", "application/sparql-query"), ("Content-Length", "99999999")]
    with serving(folder, {"access-log": "off"}) as server:
        with Connection(server.port) as connection:
            connection.send(request("/sparql", "POST", [*fields, ("Expect", "100-continue")]))
            reply = connection.read_one("POST")
            assert (reply.status, reply["Connection"]) == (413, "close")
            assert connection.is_closed()
        for method, status in (("HEAD", 200), ("GET", 206)):
            reply = server.fetch("/dumps/werknemers.nt", method, [("Range", "bytes=0-9")])
            assert reply.status == status, "a range is for GET (RFC 9110, 14.2)"


def test_forwarded_prefix_of_a_trusted_proxy_only(folder: Path) -> None:
    """X-Forwarded-Prefix counts when a proxy is trusted, and cannot carry anything but a path."""
    fields = [*HTML, ("X-Forwarded-Prefix", "/daar")]
    with serving(folder, {"trusted-proxies": 1, "access-log": "off"}) as server:
        assert 'href="/daar/' in server.fetch("/", "GET", fields).text
        for bad in ('/"><script>', "//evil.example", "https://evil.example", "/a\\b"):
            page = server.fetch("/", "GET", [*HTML, ("X-Forwarded-Prefix", bad)])
            assert page.status == 200
            assert "evil" not in page.text
            assert "<script>" not in page.text
    with serving(folder, {"access-log": "off"}) as server:
        assert "/daar/" not in server.fetch("/", "GET", fields).text


def test_access_log_tells_each_request(folder: Path) -> None:
    """Each request is a line of JSON with its id; the query is not in it unless asked for."""
    for log_queries in (False, True):
        target = folder / f"access-{log_queries}.log"
        settings = f"log-queries = {str(log_queries).lower()}\n"
        (folder / "serve.toml").write_text(settings, encoding="utf-8")
        with serving(folder, {"access-log": target}) as server:
            reply = server.query("SELECT (424242 AS ?n) {}")
            page = server.fetch("/", "GET", HTML)
            until(lambda path=target: len(path.read_text().splitlines()) >= 3)
        lines = [json.loads(line) for line in target.read_text().splitlines()]
        found = {line["id"]: line for line in lines}
        assert found[reply["X-Request-Id"]]["route"] == "sparql"
        assert found[reply["X-Request-Id"]]["bytes"] == len(reply.body)
        assert found[page["X-Request-Id"]]["status"] == 200
        assert ("424242" in target.read_text()) == log_queries


def test_graph_that_a_browser_could_run_is_sandboxed(folder: Path) -> None:
    """RDF/XML can be made to hold an element of XHTML; no browser may run it."""
    iri = "http://www.w3.org/1999/xhtmlscript"
    query = f'CONSTRUCT {{ <urn:s> <{iri}> "alert(1)" }} {{}}'
    with serving(folder, {"access-log": "off"}) as server:
        reply = server.query(query, accept="application/rdf+xml")
        assert reply.status == 200
        assert "sandbox" in reply["Content-Security-Policy"]
        assert "default-src 'none'" in reply["Content-Security-Policy"]
        assert reply["X-Content-Type-Options"] == "nosniff"


def test_repeated_query_is_evaluated_once(folder: Path) -> None:
    """The second time an answer comes from the cache, in every process."""
    flags = {"workers": 1, "processes": 2, "access-log": "off"}
    with serving(folder, flags) as server:
        before = counted(server, 'publish_queries_total{outcome="answered"}')
        for _ in range(10):
            assert values(server.query("SELECT (2 AS ?n) {}")) == ["2"]
        until(lambda: counted(server, 'publish_queries_total{outcome="cached"}') >= 9)
        assert counted(server, 'publish_queries_total{outcome="answered"}') == before + 1


def test_orphaned_worker_that_hangs_is_ended(folder: Path) -> None:
    """A stopped worker ends with the server, also when the process that it came from is gone."""
    with serving(folder, {"workers": 2, "access-log": "off"}) as server:
        release = (folder / "build" / "current").resolve()
        [fork_server] = server.fork_servers(release)
        worker, before = server.workers(release)[0], set(server.pids())
        os.kill(worker, signal.SIGSTOP)
        os.kill(fork_server, signal.SIGKILL)
        until(lambda: bool(set(server.pids()) - before))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        until(lambda: not is_alive(worker))


def test_health_and_metrics(folder: Path) -> None:
    """/health tells the release and the workers; /metrics counts what was asked."""
    with serving(folder, {"workers": 3, "access-log": "off", "metrics": "on"}) as server:
        told = health(server)
        assert (told["status"], told["workers"]) == ("ok", 3)
        assert values(server.query("SELECT (1 AS ?n) {}")) == ["1"]
        assert server.query("SELEKT").status == 400
        assert counted(server, 'publish_queries_total{outcome="syntax"}') == 1
        assert counted(server, 'publish_queries_total{outcome="answered"}') >= 1
        for path in ("/health", "/ready", "/metrics"):
            assert server.fetch(path, "POST", (), b"").status == 405
            assert server.fetch(path, "HEAD").body == b""
