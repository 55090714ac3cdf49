"""The server under load: small queries of eight clients while somebody's runaways go on.

Medians are compared within one run, on the same server: quiet first, then under load. The
clients are a process of their own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from built import TESTS
from sparql_server import Server, busiest, is_alive, make_project, serving

SECONDS = 60
"""Seconds under load."""
QUIET = 8
"""Seconds of the quiet run that the loaded one is compared with."""
CLIENTS = 8
DEADLINE = 5.0
WORKERS = 4
RATIO = 3.0
"""How much longer a small query may take under load, at the median."""
MARGIN = 64 << 20
"""Bytes by which the memory may be larger at the end than after the quiet run."""
SETTLE = 20.0
"""Seconds after the load within which the memory must be back."""
FLAGS: dict[str, object] = {
    "workers": WORKERS,
    "deadline": DEADLINE,
    "per-client": 100,
    "waiting": 64,
    "cache-bytes": 16 << 20,
}
CLIENT = TESTS / "support" / "load_clients.py"

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("load")
    make_project(folder)
    return folder


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder, FLAGS) as server:
        yield server


def start_clients(
    server: Server, seconds: float, *, pause: float = 0.0, runaways: float = 0.0
) -> subprocess.Popen[str]:
    """Start the clients in a process of their own."""
    told = (server.port, seconds, CLIENTS, pause, runaways)
    command = [sys.executable, str(CLIENT), *(str(value) for value in told)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result_of(clients: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    """Wait for the clients and return what they saw."""
    output, _ = clients.communicate(timeout=seconds)
    assert clients.returncode == 0
    found: dict[str, Any] = json.loads(output)
    print(found)
    return found


def settled_memory(server: Server, most: int) -> int:
    """Return the memory of the server when it is below a bound, or after SETTLE seconds."""
    until = time.monotonic() + SETTLE
    while (memory := server.memory()) > most and time.monotonic() < until:
        time.sleep(0.5)
    return memory


@pytest.mark.timeout(SECONDS + QUIET + 90)
@pytest.mark.parametrize("pause", [0.0, 0.02], ids=["as-fast-as-can-be", "fifty-a-second"])
def test_runaways_do_not_stop_small_queries(server: Server, pause: float) -> None:
    """A runaway each second: no small query fails, and their median stays within three times.

    Runaways are 503 soon after the deadline, and the memory returns to where it began.
    """
    result_of(start_clients(server, 2, pause=pause), 30)
    quiet = result_of(start_clients(server, QUIET, pause=pause), QUIET + 30)
    assert quiet["failures"] == 0, quiet
    before, processes = server.memory(), len(server.pids())
    loaded = result_of(start_clients(server, SECONDS, pause=pause, runaways=1), SECONDS + 60)
    assert loaded["failures"] == 0, loaded
    assert loaded["median"] <= RATIO * quiet["median"], (quiet, loaded)
    assert set(loaded["runaways"]) <= {"503", "429"}, loaded
    assert sum(loaded["runaways"].values()) >= SECONDS * 0.9
    after = settled_memory(server, before + MARGIN)
    print({"memory before": before >> 20, "after": after >> 20})
    assert after <= before + MARGIN
    assert len(server.pids()) <= processes + 1


@pytest.mark.timeout(120)
def test_worker_killed_under_load_loses_one_answer(server: Server) -> None:
    """Each worker that is killed in the middle of small queries loses one answer at most."""
    clients = start_clients(server, 12)
    kills = 0
    for _ in range(4):
        time.sleep(2)
        victim = busiest(server)
        os.kill(victim, signal.SIGKILL)
        kills += 1
        time.sleep(0.1)
        assert not is_alive(victim)
    found = result_of(clients, 60)
    assert found["failures"] <= kills, found
    assert found["asked"] > 500
    assert server.small(2) < 2


@pytest.mark.timeout(120)
def test_worker_killed_with_a_runaway_loses_that_one(server: Server) -> None:
    """A worker killed in the middle of a runaway loses the runaway's answer and no other."""
    clients = start_clients(server, 10, pause=0.02, runaways=0.5)
    time.sleep(3.2)
    victim = busiest(server)
    os.kill(victim, signal.SIGKILL)
    found = result_of(clients, 60)
    assert found["failures"] == 0, found
    assert set(found["runaways"]) <= {"503", "500"}, found
