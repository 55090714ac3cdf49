"""The server among slow readers, on full and failing disks, and when it stops."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from raw_http import HOST, Reply, query_string, request
from sparql_server import JSON, Server, is_alive, make_project, serving, until, values

from publish.release.soundness import write_made

pytestmark = [pytest.mark.slow, pytest.mark.alone]

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOG = "SELECT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
SLOW = "127.0.0.3"
"""The address of clients that read slowly."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project over the small release."""
    make_project(tmp_path)
    return tmp_path


def large(number: int, rows: int = 7000) -> str:
    """Return a query whose answer has about three megabytes, and that was not asked before."""
    return f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {rows} #{number}"


def ask_slowly(server: Server, text: str, source: str = SLOW) -> tuple[socket.socket, bytes]:
    """Ask a query and read no more than the status line; return the connection and that."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    asking.bind((source, 0))
    asking.settimeout(20)
    asking.connect((HOST, server.port))
    asking.sendall(request("/sparql?query=" + quote(text), "GET", [("Accept", JSON)]))
    return asking, asking.recv(12)


def lines_of(server: Server) -> list[dict[str, object]]:
    """Return the lines of the log but those that name the address, each of which is JSON."""
    lines = server.log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if not line.startswith("http://")]


def readiness(server: Server) -> tuple[int, list[str]]:
    """Return the status of /ready and its reasons."""
    reply = server.fetch("/ready")
    return reply.status, json.loads(reply.body).get("reasons", [])


# -- Slow readers ------------------------------------------------------------------------------


def test_bound_what_slow_readers_hold(folder: Path) -> None:
    """One client that reads nothing holds its share and gets 503; others are answered meanwhile."""
    flags: dict[str, object] = {"access-log": "off", "answer-bytes": "5MiB"}
    flags |= {"spool-bytes-per-client": "5MiB", "spool-bytes": "40MiB", "per-client": 3}
    with serving(folder, flags) as server:
        first, status = ask_slowly(server, large(1))
        assert status.endswith(b"200")
        second, status = ask_slowly(server, large(2))
        assert status.endswith(b"503")
        assert b"\r\nretry-after: 30\r\n" in second.recv(65_536).lower()
        for number in range(3, 6):
            assert server.query(large(number)).status == 200
        assert server.query("ASK {}", source=SLOW).status == 200
        first.close()
        until(lambda: server.query(large(6), source=SLOW).status == 200)
        second.close()


def test_count_a_query_until_its_answer_is_sent(folder: Path) -> None:
    """Who has not read ``per-client`` answers gets no other, however small, until one is read."""
    with serving(folder, {"access-log": "off", "per-client": 2}) as server:
        slow = [ask_slowly(server, large(number))[0] for number in range(2)]
        assert server.query("SELECT (1 AS ?n) {}", source=SLOW).status == 429
        assert server.query("SELECT (2 AS ?n) {}").status == 200
        head = slow[0].recv(4000)
        left = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        left -= len(head.partition(b"\r\n\r\n")[2])
        while left:
            left -= len(slow[0].recv(1 << 20))
        until(lambda: server.query("SELECT (3 AS ?n) {}", source=SLOW).status == 200)
        for asking in slow:
            asking.close()


def test_bound_bodies_that_come_in(folder: Path) -> None:
    """Bodies that trickle in are bounded in sum: one client cannot fill the memory with them."""
    flags: dict[str, object] = {"access-log": "off", "buffer-bytes": "4MiB"}
    with serving(folder, flags) as server:
        begun = []
        for _ in range(6):
            asking = socket.create_connection((HOST, server.port), 20, (SLOW, 0))
            fields = [("Content-Type", "application/sparql-query"), ("Content-Length", "1000000")]
            asking.sendall(request("/sparql", "POST", fields) + b"#" * 700_000)
            begun.append(asking)
        until(lambda: sum(map(is_refused, begun)) == 4)  # one has half of what there is
        time.sleep(0.5)
        assert sum(map(is_refused, begun)) == 4
        assert server.post("ASK {}" + "#" * 100_000).status == 200
        for asking in begun:
            asking.close()


def is_refused(asking: socket.socket) -> bool:
    """Return whether a connection has got a 503."""
    try:
        return asking.recv(12, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"HTTP/1.1 503"
    except BlockingIOError:
        return False


# -- Disks that are full or fail ----------------------------------------------------------------


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """Mount a disk of a size, where that is allowed."""
    place.mkdir()
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root mounts a disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def free(place: Path) -> int:
    """Return the free bytes of a disk."""
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize


def test_full_disk_cuts_no_answer_short(folder: Path) -> None:
    """With any room left an answer is whole or an error, and the log counts what it lost."""
    with small_disk(folder / "disk", "24M") as disk:
        log = disk / "access.log"
        flags: dict[str, object] = {"access-log": log, "cache-bytes": 0}
        with serving(folder, flags, temporary=disk) as server:
            truth = server.query(large(0)).body
            filler = disk / "filler"
            asked, statuses = 2, set()  # with the one of serving()
            for short in (-8192, 1, 4096, 20_000, 65_536, 1_000_000, 2_900_000, 3_500_000):
                filler.unlink(missing_ok=True)
                room = len(truth) - short
                with filler.open("wb") as file:
                    file.truncate(0)
                    os.posix_fallocate(file.fileno(), 0, max(free(disk) - max(room, 0), 4096))
                reply = server.query(large(0) + str(short))
                statuses.add(reply.status)
                assert reply.status == 503 or reply.body == truth, short
                assert server.query(f"SELECT ({asked} AS ?n) {{}}").status == 200
                asked += 2
            assert 503 in statuses
            with filler.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, filler.stat().st_size + free(disk))
            for number in range(300):
                assert server.fetch(f"/health?{number}").status == 200
                asked += 1
            time.sleep(1)
            filler.unlink()
            assert readiness(server)[0] in (200, 503)
            asked += 1
            time.sleep(1)
            assert server.query("ASK {}").status == 200
            asked += 1
            until(lambda: readiness(server)[0] == 200)
        written = [line for line in log.read_text().splitlines() if is_json(line)]
        lines = [json.loads(line) for line in written]
        lost = sum(line.get("lost", 0) for line in lines)
        requests = [line for line in lines if "id" in line and line["route"] != "ready"]
        ready = [line for line in lines if line.get("route") == "ready"]
        assert lost + len(requests) + min(len(ready), 1) >= asked - 1
        assert lost + len(requests) <= asked


def is_json(line: str) -> bool:
    """Return whether a line is whole."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_go_on_where_no_file_can_grow(folder: Path) -> None:
    """What fails to be written costs large answers and the cache, and nothing else."""
    with serving(folder, {"access-log": "off"}, most_of_a_file=1_500_000) as server:
        for number in range(10):
            reply = server.query(large(number))
            assert (reply.status, reply.get("Retry-After")) == (503, "60")
            assert len(values(server.query(large(number, 1000), accept=JSON), "a")) == 1000
        assert readiness(server) == (200, [])


@contextmanager
def failing_writes(pid: int, what: str) -> Iterator[None]:
    """Let the writes of the cache by a process fail as strace is told."""
    if shutil.which("strace") is None:
        pytest.skip("there is no strace")
    calls = "pwrite64,pwritev,fdatasync"
    command = ["strace", "-f", "-p", str(pid), "-e", f"trace={calls}", "-o", "/dev/null"]
    tracing = subprocess.Popen(
        [*command, "-e", f"inject={calls}:{what}"], stderr=subprocess.DEVNULL
    )
    until(lambda: tracing.poll() is not None or is_traced(pid))
    if tracing.poll() is not None:
        pytest.skip("no process can be traced here")
    try:
        yield
    finally:
        tracing.terminate()
        try:
            tracing.wait(5)
        except subprocess.TimeoutExpired:  # it may wait for a thread that died with its process
            tracing.kill()
            tracing.wait(5)


def is_traced(pid: int) -> bool:
    """Return whether another process traces a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return "TracerPid:\t0\n" not in status


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("when", ["1", "2", "3", "4+3", "1+"])
def test_cache_that_cannot_be_written(folder: Path, error: str, when: str) -> None:
    """A write of the cache that fails costs the cache: answers come, and idle clients are cut."""
    flags = {"access-log": "off", "idle-timeout": 1}
    with serving(folder, flags) as server:
        with failing_writes(server.process.pid, f"error={error}:when={when}"):
            for number in range(8):
                assert values(server.query(f"SELECT ({number} AS ?n) {{}}")) == [str(number)]
        for _ in range(2):
            for number in range(12):
                assert values(server.query(f"SELECT ({number} AS ?n) {{}}")) == [str(number)]
        with socket.create_connection((HOST, server.port), 8) as idle:
            assert idle.recv(10) == b""
        assert readiness(server) == (200, [])


@pytest.mark.parametrize("when", ["1", "2", "3", "5"])
def test_process_killed_while_it_writes_the_cache(folder: Path, when: str) -> None:
    """One of two processes is killed at a write of the file that they share: the other goes on."""
    flags = {"access-log": "off", "processes": 2, "workers": 1}
    with serving(folder, flags) as server:
        children = [pid for pid in server.pids()[1:] if b"publish.site.process" in cmdline(pid)]
        assert len(children) == 2
        with failing_writes(children[0], f"signal=SIGKILL:when={when}"):
            until(lambda: bool(ask_all(server)) and not is_alive(children[0]))
        until(lambda: set(ask_all(server)) == {200})
        until(lambda: readiness(server) == (200, []))


def cmdline(pid: int) -> bytes:
    """Return the command line of a process, empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ask_all(server: Server) -> list[int]:
    """Ask some small queries that were not asked before; return their statuses, 0 for none."""
    found = []
    for _ in range(10):
        try:
            found.append(server.query(f"SELECT ({time.monotonic_ns()} AS ?n) {{}}").status)
        except (OSError, AssertionError):
            found.append(0)
    return found


# -- What is told -------------------------------------------------------------------------------


def test_tell_ready_from_alive(folder: Path) -> None:
    """A server without the files of its release, or without workers, is alive and not ready."""
    with serving(folder, {"access-log": "off", "reload": "signal"}) as server:
        assert readiness(server) == (200, [])
        dump = folder / "build" / "current" / "dumps" / "werknemers.nt"
        kept = dump.read_bytes()
        dump.unlink()
        until(lambda: readiness(server) == (503, ["files"]))
        assert server.fetch("/health").status == 200
        dump.write_bytes(kept)
        until(lambda: readiness(server) == (200, []))
        assert str(folder).encode() not in server.fetch("/ready").body


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c }",
        "SELECT * { ?a ?b ?c } ORDER BY ?c",
        "SELECT (COUNT(*) AS ?n) { ?a a ?c }",
    ],
    ids=["at once", "by an engine without memory", "by an engine without end"],
)
def test_blame_no_query_for_the_store(folder: Path, text: str) -> None:
    """A store that was damaged while it is served is an error of ours, told without its path."""
    release = (folder / "build" / "current").resolve()
    write_made(release, {"id": release.name, "made": "2026-03-04T05:06:07Z"})
    flags = {"access-log": "off", "in-memory": 0, "deadline": 3, "memory": "200MiB"}
    with serving(folder, flags) as server:
        for table in (release / "store").glob("*.sst"):
            content = bytearray(table.read_bytes())
            for place in range(0, len(content) // 2, 100):
                content[place] ^= 1
            table.write_bytes(content)
        reply = server.query(text)
        assert (reply.status, reply.get("Retry-After")) == (500, None), reply
        assert "cannot be read on the server" in reply.text and str(folder) not in reply.text
        assert [line for line in lines_of(server) if "The store cannot be read" in str(line)]
        assert "release" in readiness(server)[1]


def test_log_aborts_as_json_with_the_request(folder: Path) -> None:
    """A query that ends its process by its memory is told in JSON, with the id of its answer."""
    with serving(folder, {"access-log": "off", "memory": "64MiB", "log-format": "json"}) as server:
        reply = server.query(HOG, timeout=40)
        assert (reply.status, reply.get("Retry-After")) == (503, None), reply
        assert "memory" in reply.text
        lines = lines_of(server)
        assert [line["message"] for line in lines if line.get("id") == reply["X-Request-Id"]]


# -- Stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("again", [False, True])
def test_refuse_new_clients_at_once(folder: Path, processes: int, *, again: bool) -> None:
    """At SIGTERM no connection is taken any more; a query under way ends, or is cut at a second."""
    flags = {"deadline": 4, "access-log": "off", "processes": processes, "cache-bytes": 0}
    with serving(folder, flags) as server, ThreadPoolExecutor(1) as thread:
        pids = server.pids()
        answer = thread.submit(ask_once, server)
        time.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, server.port), 2)
        started = time.monotonic()
        if again:
            server.process.send_signal(signal.SIGTERM)
        reply = answer.result(20)
        if not again:
            assert reply is not None and reply.status == 503 and "4 seconds" in reply.text
        assert server.process.wait(20) == 0
        assert not again or time.monotonic() - started < 3
        until(lambda: not any(map(is_alive, pids)))


def test_say_that_it_stops(folder: Path) -> None:
    """A query that outlasts the time for stopping is told to come back, and is no error of ours."""
    flags = {"stop-timeout": 1, "access-log": "off"}
    with serving(folder, flags) as server, ThreadPoolExecutor(1) as thread:
        answer = thread.submit(ask_once, server)
        time.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        reply = answer.result(20)
        assert reply is not None and (reply.status, reply["Retry-After"]) == (503, "30")
        assert "stopping" in reply.text
        assert server.process.wait(20) == 0
        assert not [line for line in lines_of(server) if "ASGI" in str(line)]


def ask_once(server: Server) -> Reply | None:
    """Ask a query that takes long; return its reply, or None when the connection breaks."""
    try:
        return server.fetch("/sparql?" + query_string(("query", RUNAWAY)), timeout=20)
    except (OSError, AssertionError):
        return None


@pytest.mark.parametrize("processes", [1, 2])
def test_stop_while_it_starts(folder: Path, processes: int) -> None:
    """A server that is told to stop before it answers ends, and leaves nothing behind."""
    temporary = folder / "temporary"
    temporary.mkdir()
    flags = {"access-log": "off", "processes": processes, "reload": "auto"}
    with serving(folder, flags, temporary=temporary) as server:
        server.process.send_signal(signal.SIGHUP)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
    assert list(temporary.iterdir()) == []


def test_replace_the_workers_of_a_killed_process(folder: Path) -> None:
    """When the process that workers come from is killed, others take the place of its workers."""
    release = (folder / "build" / "current").resolve()
    with serving(folder, {"access-log": "off", "workers": 2}) as server:
        [before] = server.fork_servers(release)
        workers = server.workers(release)
        os.kill(before, signal.SIGKILL)
        until(lambda: not any(map(is_alive, workers)))
        assert server.query("ASK {}").status == 200
        until(lambda: len(server.workers(release)) == 2)
