"""A real ``publish serve`` on loopback, as a stranger sees it, and what it costs the machine.

Nothing here imports the package: a server is a process with an address, the processes below
it, and their memory.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from raw_http import HOST, Fields, Reply, fetch, query_string
from small_release import BASE, make_release

PROGRAM = str(Path(sys.executable).with_name("publish"))
SETTINGS = f"""base = "{BASE}"
vocabulary = "proef"
[title]
nl = "Proefcijfers"
en = "Test figures"
[description]
nl = "Een proef."
en = "A test."
"""
PATIENCE = 45.0
"""Seconds within which a server must answer for the first time, on a busy machine too."""
JSON = "application/sparql-results+json"

_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server: its first process, its port, and the file that it writes its log to."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def fetch(
        self,
        target: str | bytes,
        method: str = "GET",
        fields: Fields = (),
        body: bytes | None = None,
        *,
        timeout: float = 15.0,
        source: str = HOST,
    ) -> Reply:
        """Ask one thing on a connection of its own."""
        return fetch(self.port, target, method, fields, body, timeout=timeout, source=source)

    def query(
        self,
        text: str,
        *more: tuple[str, str],
        accept: str | None = JSON,
        fields: Fields = (),
        method: str = "GET",
        timeout: float = 15.0,
        source: str = HOST,
    ) -> Reply:
        """Ask a query by GET, with more parameters of the protocol."""
        asked = [("Accept", accept)] if accept is not None else []
        target = "/sparql?" + query_string(("query", text), *more)
        return self.fetch(target, method, [*asked, *fields], timeout=timeout, source=source)

    def post(self, text: str, *more: tuple[str, str], accept: str = JSON) -> Reply:
        """Ask a query, which may be long, by a direct POST."""
        target = "/sparql" + ("?" + query_string(*more) if more else "")
        fields = [("Accept", accept), ("Content-Type", "application/sparql-query")]
        return self.fetch(target, "POST", fields, text.encode())

    def small(self, timeout: float = 1.0, source: str = HOST) -> float:
        """Ask a small query that was never asked before; return the seconds that it took."""
        number = next(_numbers)
        started = time.monotonic()
        text = f"SELECT ({number} AS ?n) {{}}"
        reply = self.query(text, accept="text/csv", timeout=timeout, source=source)
        taken = time.monotonic() - started
        assert (reply.status, reply.text.split()) == (200, ["n", str(number)]), reply
        return taken

    def pids(self) -> list[int]:
        """Return the processes of the server that are alive, the first one first."""
        return [self.process.pid, *children_of(self.process.pid)]

    def workers(self, release: Path) -> list[int]:
        """Return the processes that evaluate queries on the store of a release."""
        return [
            pid for fork_server in self.fork_servers(release) for pid in children_of(fork_server)
        ]

    def fork_servers(self, release: Path) -> list[int]:
        """Return the processes that workers on the store of a release come from."""
        store = str(release / "store").encode()
        children = [pid for pid in self.pids() if store in command_of(pid).split(b"\0")]
        return [pid for pid in children if any(below in children for below in children_of(pid))]

    def memory(self) -> int:
        """Return the bytes that the processes take: shared pages count once (PSS)."""
        return sum(memory_of(pid) for pid in self.pids())

    def tail(self) -> str:
        """Return the end of the log."""
        return self.log.read_text(errors="replace")[-4000:]


def make_project(folder: Path) -> Path:
    """Make a project whose only release is the small one; return the release."""
    release = make_release(folder / "build" / "0123456789abcdef")
    project_over(release, folder)
    return release


def project_over(release: Path, folder: Path) -> Path:
    """Make a project whose current release is one that was made elsewhere; return its folder."""
    (folder / "build").mkdir(exist_ok=True)
    (folder / "publish.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "build" / "current").symlink_to(release)
    return folder


@contextmanager
def serving(
    folder: Path,
    flags: dict[str, object],
    *,
    data: list[Path] | None = None,
    temporary: Path | None = None,
    most_of_a_file: int = 0,
) -> Iterator[Server]:
    """Serve a project, or files of RDF, and end every process afterwards.

    ``temporary`` is the folder for temporary files; no file grows beyond ``most_of_a_file`` bytes.
    """

    def bound() -> None:
        if most_of_a_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_of_a_file, most_of_a_file))

    command = [PROGRAM, "--project", str(folder), "serve", "--host", HOST, "--port", "0"]
    for path in data or ():
        command += ["--data", str(path)]
    for name, value in flags.items():
        command += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    log = folder / f"serve-{next(_numbers)}.log"
    with log.open("wb") as target:
        process = subprocess.Popen(
            command,
            stdout=target,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})},
            preexec_fn=bound,
        )
    try:
        server = Server(process=process, port=_port_of(process, log), log=log)
        _wait_answering(server)
        yield server
    finally:
        pids = [process.pid, *children_of(process.pid)]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid in pids[1:]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


def until(condition: object, seconds: float = 30.0) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def health(server: Server) -> dict[str, object]:
    """Return what a server says of itself."""
    found: dict[str, object] = json.loads(server.fetch("/health").body)
    return found


def _port_of(process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = log.read_text(errors="replace")
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", text):
            return int(found[1])
        assert process.poll() is None, f"the server ended: {text[-4000:]}"
        time.sleep(0.02)
    raise AssertionError(f"the server names no address: {log.read_text(errors='replace')[-4000:]}")


def _wait_answering(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            server.small(5)
            return
        except (OSError, AssertionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


# -- Processes ---------------------------------------------------------------------------------


def _stat(pid: int) -> list[str] | None:
    """Return the fields of a process from its state on; None when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    return _stat(pid) is not None


def children_of(pid: int) -> list[int]:
    """Return the processes below a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        below = parents.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def command_of(pid: int) -> bytes:
    """Return the program and arguments of a process, each ended by a zero byte."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def cpu_of(pid: int) -> float:
    """Return the seconds of processor that a process has taken; 0 when it is gone."""
    fields = _stat(pid)
    ticks = int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> int:
    """Return the proportional memory of a process in bytes; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def busiest(server: Server, seconds: float = 0.4) -> int:
    """Return the process below the first one that takes most of the processor for some time."""
    before = {pid: cpu_of(pid) for pid in server.pids()[1:]}
    time.sleep(seconds)
    return max(before, key=lambda pid: cpu_of(pid) - before[pid])


def values(reply: Reply, name: str = "n") -> list[str]:
    """Return the values of a variable in a JSON result."""
    assert reply.status == 200, reply
    return [row[name]["value"] for row in json.loads(reply.body)["results"]["bindings"]]


def number(reply: Reply, name: str = "n") -> int:
    """Return the one number in a JSON result."""
    [value] = values(reply, name)
    return int(value)
