"""One worker process, spoken to without the guard and the pool before it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from query_store import RUNAWAY, make_store, wait_gone

from publish.query_frames import DATA, END, ERROR, HEAD, HEADER, READY, counter_of, frame
from publish.query_process import command


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("worker") / "store")


class Worker:
    """A worker process, its socket and its life line."""

    thread = 0

    def __init__(self, store: Path, **settings: Any) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(20)
        life, self.life = os.pipe()
        told = {
            "last-resort": 20,
            "memory": 1 << 30,
            "rows": 10_000,
            "bytes": 1 << 20,
            "prefixes": {},
            "life": life,
            **settings,
        }
        self.process = subprocess.Popen(
            command(store, told),
            stdin=theirs.fileno(),
            pass_fds=(life,),
            env={"LC_ALL": "C.UTF-8"},
        )
        theirs.close()
        os.close(life)

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
            "results": ["text/csv"],
            "graphs": ["text/turtle"],
            "default": [],
            "named": [],
            "probe": None,
            "coding": "identity",
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
        self.process.kill()
        self.process.wait()
        self.socket.close()
        if self.life >= 0:
            os.close(self.life)


@pytest.fixture
def worker(store: Path) -> Iterator[Worker]:
    worker = Worker(store)
    kind, content = worker.frame()
    assert kind == READY
    assert json.loads(content)["shut-off"] is True
    worker.thread = json.loads(content)["thread"]
    yield worker
    worker.end()


def test_small_answer_is_one_piece(worker: Worker) -> None:
    """Head, data and end of a small answer come in one piece."""
    worker.send("ASK {}")
    piece = worker.socket.recv(65536)
    kinds, at = [], 0
    while at < len(piece):
        kind, length = HEADER.unpack_from(piece, at)
        kinds.append(kind)
        at += HEADER.size + length
    assert kinds == [HEAD, DATA, END]


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
    process = Path(f"/proc/{worker.process.pid}")
    status = (process / "status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert re.search(r"Max core file size +0 +0 ", (process / "limits").read_text())
    assert re.search(r"Max data size +\d+ +\d+ ", (process / "limits").read_text())


def test_worker_ends_with_its_life_line(worker: Worker) -> None:
    """When the life line ends, so does the worker, in the middle of a query."""
    worker.send(RUNAWAY)
    time.sleep(0.2)
    os.close(worker.life)
    worker.life = -1
    wait_gone([worker.process.pid], 2)


def test_timer_ends_worker(store: Path) -> None:
    """A worker that nobody ends in time is ended by the system."""
    worker = Worker(store, **{"last-resort": 0.3})
    try:
        assert worker.frame()[0] == READY
        worker.send(RUNAWAY)
        assert worker.process.wait(5) == -14
    finally:
        worker.end()


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
        ("text/csv", b'a,b\r\n1,2\r\n"x\r\ny","z""\r\n"\r\n,\r\n', 3),
        ("text/csv", b"\r\n\r\n", 1),
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
    ],
)
def test_rows_are_counted(media_type: str, whole: bytes, rows: int) -> None:
    """Rows are counted in what is written, wherever it is cut, and not in what texts hold."""
    for size in range(1, len(whole) + 1):
        count = counter_of(media_type)
        found = sum(count(whole[at : at + size]) for at in range(0, len(whole), size))
        assert found == rows, size


def test_results_are_counted(worker: Worker) -> None:
    """The rows that the end of an answer tells are those of the answer, in each media type."""
    for media_type in ("csv", "tab-separated-values", "sparql-results+xml", "sparql-results+json"):
        group = "text" if media_type[0] in "ct" else "application"
        worker.send(
            "SELECT * { ?s ?p ?o FILTER(?o < 123) OPTIONAL { ?o ?p ?none } }",
            results=[f"{group}/{media_type}"],
        )
        _, kind, content = worker.answer()
        assert (kind, content["rows"]) == (END, 123)
