"""Those who answer the questions of ``bench_cubes``: an endpoint over HTTP, and DuckDB alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_http import Connection, query_string
from sparql_server import memory_of

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"
IDLE = 5.0
"""Seconds after which a connection is opened anew."""
PLAN = "Query-Plan"
"""The header in which the server says which way a query went."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer: how long it took in seconds, and what it says."""

    seconds: float
    body: Any
    plan: str = ""


class Endpoint:
    """A SPARQL endpoint on loopback, over a connection that stays open."""

    def __init__(self, port: int, path: str, *, patience: float = 600.0) -> None:
        self.port, self.path, self.patience = port, path, patience
        self.connection, self.asked = Connection(port, timeout=patience), time.monotonic()

    def ask(self, text: str) -> Answer:
        """Ask a query; the time ends when the whole answer is there."""
        accept = TRIPLES if text.lstrip().upper().startswith("DESCRIBE") else JSON
        request = self._request(text, accept)
        if time.monotonic() - self.asked > IDLE:  # a server closes it when others take long
            self.connection.close()
            self.connection = Connection(self.port, timeout=self.patience)
            self.connection.ask(self._request("ASK {}", JSON))  # a new one is slower at first
        start = time.perf_counter()
        reply = self.connection.ask(request)
        seconds = time.perf_counter() - start
        self.asked = time.monotonic()
        if reply.status != 200:
            sys.exit(f"{reply.status} {reply.text[:600]}\n{text}")
        body = reply.text if accept == TRIPLES else json.loads(reply.body)
        return Answer(seconds=seconds, body=body, plan=reply.get(PLAN) or "")

    def _request(self, text: str, accept: str) -> bytes:
        target = f"{self.path}?{query_string(('query', text))}"
        return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode()


class DuckDB:
    """DuckDB on a file of columns, in a process of its own; see ``duckdb_alone``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._read()
        self.before = memory_of(process.pid)

    def ask(self, sql: str) -> Answer:
        """Run a statement; the time is that until its rows are in Python."""
        assert self.process.stdin is not None
        print(json.dumps(sql), file=self.process.stdin, flush=True)
        told = self._read()
        return Answer(seconds=told["seconds"], body=told["rows"])

    def growth(self) -> int:
        """Return the bytes by which the process grew since it had no connection (PSS)."""
        return memory_of(self.process.pid) - self.before

    def _read(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@contextmanager
def duckdb_alone(file: Path) -> Iterator[DuckDB]:
    """Run DuckDB on a file of columns."""
    program = str(Path(__file__).with_name("duckdb_alone.py"))
    process = subprocess.Popen(
        [sys.executable, program, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield DuckDB(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
