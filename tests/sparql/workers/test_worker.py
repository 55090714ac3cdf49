"""One worker process, spoken to without the guard and the pool before it."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from query_store import RUNAWAY, make_store, wait_gone

from publish.sparql.cubes.asked import AskedColumns
from publish.sparql.workers.forkserver import (
    COMMAND,
    EVENT,
    EXITED,
    FORK,
    FORK_FAILED,
    FORKED,
    KILL,
    LOADED,
)
from publish.sparql.workers.forkserver_client import command
from publish.sparql.workers.frames import DATA, END, ERROR, HEADER, READY, frame, row_counter


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("worker") / "store")


class ForkServer:
    """A fork server, and its socket."""

    def __init__(self, store: Path, **settings: Any) -> None:
        found = {
            "alarm": 20,
            "memory": 1 << 30,
            "rows": 10_000,
            "bytes": 1 << 20,
            "merged-triples": 1000,
            "prefixes": {},
            "base": None,
            "in-memory": 1 << 30,
            "views": None,
            "columns": AskedColumns().for_worker(),
            **settings,
        }
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(20)
        self.process = subprocess.Popen(
            command(store, found), stdin=theirs.fileno(), env={"LC_ALL": "C.UTF-8"}
        )
        theirs.close()
        assert self.event() == (LOADED, 0, 0)

    def event(self) -> tuple[bytes, int, int]:
        """Return the next event."""
        event: tuple[bytes, int, int] = EVENT.unpack(
            self.socket.recv(EVENT.size, socket.MSG_WAITALL)
        )
        return event

    def end(self) -> None:
        """End the process; its workers end with their lifelines."""
        self.socket.close()
        assert self.process.wait(5) == 0


class Worker:
    """A worker process, its socket and its lifeline."""

    thread = 0

    def __init__(self, fork_server: ForkServer) -> None:
        self.fork_server = fork_server
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(20)
        lifeline, self.lifeline = os.pipe()
        with theirs:
            socket.send_fds(
                fork_server.socket, [COMMAND.pack(FORK, 0)], [theirs.fileno(), lifeline]
            )
            kind, self.pid, _ = fork_server.event()
        assert kind == FORKED
        os.close(lifeline)

    def frame(self) -> tuple[bytes, bytes]:
        """Return the next frame."""
        kind, length = HEADER.unpack(self.read(HEADER.size))
        return kind, self.read(length)

    def read(self, length: int) -> bytes:
        """Return so many bytes."""
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            assert more, "the worker is gone"
            data += more
        return data

    def send(self, text: str, **more: Any) -> None:
        """Hand a job over."""
        job = {
            "text": text,
            "result_type": "text/csv",
            "graph_type": "text/turtle",
            "default_graphs": [],
            "named_graphs": [],
            "probe": None,
            "coding": "identity",
            "first": None,
            **more,
        }
        self.socket.sendall(frame(DATA, json.dumps(job).encode()))

    def answer(self) -> tuple[bytes, bytes, dict[str, Any]]:
        """Return the body with the kind and content of the last frame."""
        body = b""
        while True:
            kind, content = self.frame()
            if kind == DATA:
                body += content
            elif kind in (END, ERROR):
                return body, kind, json.loads(content)

    def end(self) -> None:
        """End the process."""
        self.socket.close()
        if self.lifeline >= 0:
            os.close(self.lifeline)


@pytest.fixture(params=["memory", "disk"])
def fork_server(store: Path, request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    fork_server = ForkServer(store, **{"in-memory": 1 << 30 if request.param == "memory" else 0})
    yield fork_server
    fork_server.end()


@pytest.fixture
def worker(fork_server: ForkServer) -> Iterator[Worker]:
    worker = Worker(fork_server)
    kind, content = worker.frame()
    assert kind == READY
    assert json.loads(content)["shut-off"] is True
    worker.thread = json.loads(content)["thread"]
    yield worker
    worker.end()


def test_small_answer_is_one_piece(worker: Worker) -> None:
    """Data and end of a small answer come in one piece."""
    worker.send("ASK {}")
    piece = worker.socket.recv(65536)
    kinds, at = [], 0
    while at < len(piece):
        kind, length = HEADER.unpack_from(piece, at)
        kinds.append(kind)
        at += HEADER.size + length
    assert kinds == [DATA, END]


def test_worker_reaches_no_network(worker: Worker) -> None:
    """A federated query that slipped past the guard reaches nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        worker.send(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
        _, kind, content = worker.answer()
        assert (kind, content["error"]) == (ERROR, "evaluation")
        with pytest.raises(TimeoutError):
            listening.accept()


def test_worker_may_do_little(worker: Worker) -> None:
    """A worker gains no privileges, makes no sockets, and leaves no core file."""
    process = Path(f"/proc/{worker.pid}")
    status = (process / "status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert re.search(r"Max core file size +0 +0 ", (process / "limits").read_text())
    assert re.search(r"Max data size +\d+ +\d+ ", (process / "limits").read_text())


def test_worker_ends_with_its_lifeline(worker: Worker) -> None:
    """When the lifeline ends, so does the worker, in the middle of a query."""
    worker.send(RUNAWAY)
    time.sleep(0.2)
    os.close(worker.lifeline)
    worker.lifeline = -1
    wait_gone([worker.pid])


def test_timer_ends_worker(store: Path) -> None:
    """A worker that nobody ends in time is ended by the system, and its end is reported."""
    fork_server = ForkServer(store, **{"alarm": 0.3})
    worker = Worker(fork_server)
    assert worker.frame()[0] == READY
    worker.send(RUNAWAY)
    assert fork_server.event() == (EXITED, worker.pid, -signal.SIGALRM)
    worker.end()
    fork_server.end()


def test_fork_server_ends_its_own_workers_only(fork_server: ForkServer) -> None:
    """A worker is ended at once, in the middle of a query; a number of another process is not."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        first, second = Worker(fork_server), Worker(fork_server)
        assert first.frame()[0] == second.frame()[0] == READY
        first.send(RUNAWAY)
        for pid in (other.pid, first.pid):
            fork_server.socket.sendall(COMMAND.pack(KILL, pid))
        assert fork_server.event() == (EXITED, first.pid, -signal.SIGKILL)
        second.send("ASK {}")
        assert second.answer()[:2] == (b"true", END)
        assert other.poll() is None
        other.communicate(b"\n")
    first.end()
    second.end()


def test_fork_server_goes_on_after_nonsense(fork_server: ForkServer) -> None:
    """A command without the two file descriptors of a worker forks none, and harms nobody."""
    fork_server.socket.sendall(COMMAND.pack(FORK, 0))
    assert fork_server.event() == (FORK_FAILED, 0, errno.EMFILE)
    worker = Worker(fork_server)
    assert worker.frame()[0] == READY
    worker.end()


def test_fork_server_imports_little() -> None:
    """A worker starts quickly: its process imports what evaluates queries, and no other library."""
    code = "import sys, publish.sparql.workers.forkserver; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = found.stdout.split()
    rooms = {name.split(".")[1] for name in modules if name.startswith("publish.")}
    assert rooms == {"rdf", "sparql"}
    assert not {"rdflib", "flask", "pandas", "publish.sparql.query.limits"} & set(modules)


def test_fork_server_has_one_thread(fork_server: ForkServer) -> None:
    """A fork takes one thread along, so there must be no other that may hold a lock."""
    assert len(list(Path(f"/proc/{fork_server.process.pid}/task").iterdir())) == 1


def test_workers_draw_their_own_random_numbers(fork_server: ForkServer) -> None:
    """Forks of one process do not make the same identifiers."""
    made = set()
    for _ in range(5):
        worker = Worker(fork_server)
        assert worker.frame()[0] == READY
        worker.send("SELECT (STRUUID() AS ?a) (RAND() AS ?b) (BNODE() AS ?c) {}")
        made |= set(worker.answer()[0].decode().split("\r\n")[1].split(","))
        worker.end()
        assert fork_server.event()[0] == EXITED
    assert len(made) == 15


def test_slowed_thread_is_replaced(worker: Worker) -> None:
    """A thread that was made to give way evaluates no other query; its successor does."""
    os.setpriority(os.PRIO_PROCESS, worker.thread, 10)
    worker.send("SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c FILTER(?c < 500) }")
    _, kind, content = worker.answer()
    assert (kind, content["then"]) == (END, True)
    kind, body = worker.frame()
    assert kind == READY
    other = json.loads(body)["thread"]
    assert other != worker.thread
    assert os.getpriority(os.PRIO_PROCESS, other) == 0
    worker.send("ASK {}")
    assert worker.answer()[:2] == (b"true", END)


@pytest.mark.parametrize(
    ("media_type", "whole", "rows"),
    [
        ("text/tab-separated-values", b'?a\n"x\\n"\n\n', 2),
        ("application/sparql-results+xml", b"<results><result></result><result><b/></result>", 2),
        (
            "application/sparql-results+json",
            b'{"head":{"vars":["a"]},"results":{"bindings":[]}}',
            0,
        ),
        (
            "application/sparql-results+json",
            b'{"head":{"vars":["a"]},"results":{"bindings":['
            b'{"a":{"type":"literal","value":"},{\\"a\\":"}},{},{"a":{"type":"bnode","value":"x"}}]}}',
            3,
        ),
        (
            "application/sparql-results+json",
            b'{"head":{"vars":["a"]},"results":{"bindings":['
            b'{"a":{"type":"literal","value":",{}"}},{},{},{},{},{}]}}',
            6,
        ),
    ],
)
def test_rows_are_counted(media_type: str, whole: bytes, rows: int) -> None:
    """Rows are counted in what is written, wherever it is cut, and not in what texts hold."""
    for size in range(1, len(whole) + 1):
        count = row_counter(media_type)
        assert count is not None
        found = sum(count(whole[at : at + size]) for at in range(0, len(whole), size))
        assert found == rows, size


def test_results_are_counted(worker: Worker) -> None:
    """The end of an answer has the number of its rows, in each media type."""
    for media_type in ("csv", "tab-separated-values", "sparql-results+xml", "sparql-results+json"):
        group = "text" if media_type[0] in "ct" else "application"
        worker.send(
            "SELECT * { ?s ?p ?o FILTER(?o < 123) OPTIONAL { ?o ?p ?none } }",
            result_type=f"{group}/{media_type}",
        )
        _, kind, content = worker.answer()
        assert (kind, content["rows"]) == (END, 123)
