"""What a stranger may try against a data address, tried against a real server on loopback.

After each attack a small view from elsewhere is answered, and all workers are free again.
"""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from built import Built
from large_columns import enlarge
from raw_http import Connection, NotHttp, request
from sparql_server import Server, health, project_over, serving, until

pytestmark = pytest.mark.slow

SLUG = "lde-werknemers-leeftijd"
HERE = f"/data/{SLUG}"
OBSERVATIONS = 120_000
WORKERS = 2
ELSEWHERE = "127.0.0.2"
FLAGS: dict[str, object] = {
    "workers": WORKERS,
    "deadline": 60,
    "patience": 60,
    "cache-bytes": 0,
    "memory": 512 << 20,
}
TIMEOUT = 120.0


@pytest.fixture(scope="module")
def release(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a release with a large data set."""
    return enlarge(answer.folder, tmp_path_factory.mktemp("large"), SLUG, OBSERVATIONS)


@pytest.fixture(scope="module")
def server(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve it, and look in the end whether it is as it was."""
    folder = project_over(release, tmp_path_factory.mktemp("served"))
    with serving(folder, FLAGS) as found:
        yield found


@pytest.fixture(autouse=True)
def _others_are_served(server: Server) -> Iterator[None]:
    """Ask a small view from elsewhere after each attack; nothing may still be under way."""
    yield
    reply = server.fetch(
        f"{HERE}?kwartaal=1000-Q1&format=csv&lang=nl", timeout=TIMEOUT, source=ELSEWHERE
    )
    assert (reply.status, reply.body.count(b"\n")) == (200, 13), reply
    until(lambda: (health(server)["busy"], health(server)["waiting"]) == (0, 0), TIMEOUT)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kwartaal=2022-Q4..2022-Q1", "ends before it begins"),
        ("kwartaal=..", "neither a first nor a last period"),
        ("&".join(f"p{number}=1" for number in range(1001)), "at most 1000 parameters"),
        ("leeftijdsgroep=" + ",".join(["x"] * 10_001), "at most 10000 values"),
        ("leeftijdsgroep=%FF%FE", "not UTF-8"),
        ("leeftijdsgroep=%00%0d%0aSet-Cookie:x", "no code or label"),
        ("leeftijdsgroep=' OR 1=1 --", "no code or label"),
        ("leeftijdsgroep=%2525", "no code or label"),
        ("layout=../../etc/passwd", "cannot be"),
    ],
)
def test_refuse_hostile_parameters_in_a_sentence(server: Server, query: str, sentence: str) -> None:
    """Lists, ranges and percents that stand for nothing are a 400 that says so."""
    target = f"{HERE}?{query.replace(' ', '%20')}"
    reply = server.fetch(target, timeout=TIMEOUT)
    if reply.status == 431 or reply.status == 414:
        return  # longer than any address that is read
    assert reply.status == 400, reply
    assert sentence in reply.text, reply.text[:300]
    assert reply.get("Set-Cookie") is None


def test_answer_a_list_of_every_code(server: Server) -> None:
    """Naming all codes of a dimension is the same as naming none."""
    ages = "Y18T19 Y20T24 Y25T29 Y30T34 Y35T39 Y40T44 Y45T49 Y50T54 Y55T59 Y60T64 Y_GE65 _T"
    target = f"{HERE}?leeftijdsgroep={ages.replace(' ', ',')}&kwartaal=1000-Q1&format=csv&lang=nl"
    one = server.fetch(target, timeout=TIMEOUT)
    other = server.fetch(f"{HERE}?kwartaal=1000-Q1&format=csv&lang=nl", timeout=TIMEOUT)
    assert (one.status, one["ETag"]) == (200, other["ETag"])


def test_refuse_a_view_that_is_too_large_for_its_form(server: Server) -> None:
    """A workbook of everything is a 413 that names the file and how to choose less."""
    reply = server.fetch(f"{HERE}?format=xlsx", timeout=TIMEOUT)
    assert reply.status == 413, reply
    assert f"/dumps/{SLUG}.nl.csv.gz" in reply.text
    assert "kwartaal=" in reply.text


def test_bound_tables_with_huge_axes(server: Server) -> None:
    """A table of very many columns is refused in a sentence, not made."""
    reply = server.fetch(f"{HERE}?rows=measure&columns=kwartaal,leeftijdsgroep", timeout=TIMEOUT)
    assert reply.status == 413, reply
    assert "cells" in reply.text


def test_free_a_worker_when_a_client_leaves(server: Server, release: Path) -> None:
    """A scan whose client has gone ends, and other views are answered."""
    for _ in range(2 * WORKERS):
        with Connection(server.port) as connection:
            connection.send(request(f"{HERE}?kwartaal=1000-Q2..&format=csv&lang=en"))
            time.sleep(0.2)
    until(lambda: health(server)["busy"] == 0, 20)
    until(lambda: len(server.workers(release)) >= WORKERS, 20)


def test_tell_when_a_worker_is_killed(server: Server, release: Path) -> None:
    """A view whose worker is killed again and again is 503, and the next is answered."""
    ended = threading.Event()

    def kill() -> None:
        while not ended.is_set():
            for pid in server.workers(release):
                if health(server)["busy"]:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        reply = server.fetch(f"{HERE}?kwartaal=1000-Q3..&format=csv&lang=en", timeout=TIMEOUT)
    finally:
        ended.set()
        killer.join()
    assert reply.status == 503, reply
    assert "was ended before it was whole" in reply.text


def test_serve_fifty_at_once(server: Server) -> None:
    """Fifty clients at once are all answered, or told to come again."""

    def ask(number: int) -> int:
        target = f"{HERE}?kwartaal={1100 + number}-Q1&format=csv&lang=nl"
        return server.fetch(target, timeout=TIMEOUT, source=f"127.0.1.{number + 1}").status

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(ask, range(50)))
    assert set(found) <= {200, 503}
    assert found.count(200) >= 30


def test_unpack_the_whole_while_it_is_sent(server: Server, release: Path) -> None:
    """The whole list is the content of its compressed file, for a slow reader too."""
    packed = (release / "dumps" / f"{SLUG}.nl.csv.gz").read_bytes()
    fields = [("Accept-Encoding", "gzip")]
    assert server.fetch(f"{HERE}?lang=nl", fields=fields, timeout=TIMEOUT).body == packed
    with Connection(server.port, TIMEOUT) as connection:
        connection.send(request(f"{HERE}?lang=nl"))
        time.sleep(1)
        assert server.fetch("/health").status == 200
        reply = connection.read()
    assert reply.body == gzip.decompress(packed)


def test_break_off_a_whole_that_is_changed_meanwhile(release: Path, tmp_path: Path) -> None:
    """When the file changes while it is sent, nobody takes what came for the whole; later views
    of the data set are refused, and other data sets are answered."""
    release = shutil.copytree(release, tmp_path / release.name)
    (tmp_path / "served").mkdir()
    with serving(project_over(release, tmp_path / "served"), FLAGS) as server:
        path = release / "dumps" / f"{SLUG}.nl.csv.gz"
        with Connection(server.port, TIMEOUT) as connection:
            connection.send(request(f"{HERE}?lang=nl"))
            time.sleep(1)
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
            with pytest.raises(NotHttp):
                connection.read()
        reply = server.fetch(f"{HERE}?lang=nl", timeout=TIMEOUT)
        assert reply.status == 503, reply
        assert "damaged" in reply.text
        columns = release / "dumps" / f"{SLUG}.parquet"
        columns.write_bytes(columns.read_bytes()[:-100])
        reply = server.fetch(f"{HERE}?kwartaal=1000-Q1&format=csv&lang=nl", timeout=TIMEOUT)
        assert reply.status == 503, reply
        assert "figures of this data set are damaged" in reply.text
        assert server.fetch("/data/ama-contingent", timeout=TIMEOUT).status == 200
