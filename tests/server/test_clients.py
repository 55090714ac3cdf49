"""How many queries each client has under way, over several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from built import REPOSITORY

from publish.server.clients import BUCKET_SIZE, BUCKETS, ClientTable, counted_as

CHILD = """
import sys
from pathlib import Path
from publish.server.clients import ClientTable
most = int(sys.argv[3])
table = ClientTable(Path(sys.argv[1]), int(sys.argv[2]), most)
print("ready", flush=True)
for line in sys.stdin:
    verb, client = line.split()
    if verb == "under_way":
        room = 0
        while table.enter(client):
            room += 1
        for _ in range(room):
            table.leave(client)
        print(most - room, flush=True)
    else:
        print(getattr(table, verb)(client), flush=True)
"""
RACE = """
import os, sys
from pathlib import Path
from publish.server.clients import ClientTable
path, slot, most, folder = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
table = ClientTable(path, slot, most)
print("ready", flush=True)
sys.stdin.readline()
entered = crowded = 0
while entered < 200:
    if table.enter("192.0.2.1"):
        entered += 1
        name = os.path.join(folder, f"{slot}-{entered}")
        os.close(os.open(name, os.O_CREAT | os.O_EXCL))
        crowded += len(os.listdir(folder)) > most
        os.unlink(name)
        table.leave("192.0.2.1")
print(entered, crowded, flush=True)
"""


class Child:
    """Another process with a table of its own on the same file."""

    def __init__(self, script: str, *arguments: object) -> None:
        command = [sys.executable, "-c", script, *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.read() == "ready"

    def read(self) -> str:
        """Return the next line that it says."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def ask(self, line: str) -> str:
        """Have it do something, and return what comes of it."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read()

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.communicate()


def under_way(table: ClientTable, client: str, most: int) -> int:
    """Return how many queries a client has under way: as many as may be, less those let in now."""
    room = 0
    while table.enter(client):
        room += 1
    for _ in range(room):
        table.leave(client)
    return most - room


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clients"


@pytest.fixture
def child(path: Path) -> Iterator[Callable[..., Child]]:
    """Start other processes; they end with the test."""
    children: list[Child] = []

    def start(slot: int, most: int, script: str = CHILD, *more: object) -> Child:
        children.append(Child(script, path, slot, most, *more))
        return children[-1]

    yield start
    for item in children:
        item.end()


def test_let_in_so_many_of_a_client(path: Path) -> None:
    """A client may have so many queries under way; one that leaves makes room for one."""
    table = ClientTable(path, 0, 2)
    assert [table.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert table.enter("192.0.2.2")
    table.leave("192.0.2.1")
    assert [table.enter("192.0.2.1") for _ in range(2)] == [True, False]
    table.close()


def test_refuse_to_count_who_has_not_entered(path: Path) -> None:
    """Leaving without having been let in is a mistake of the program, and counts nothing."""
    table = ClientTable(path, 0, 1)
    assert table.enter("192.0.2.1")
    assert not table.enter("192.0.2.1")
    table.leave("192.0.2.1")
    with pytest.raises(KeyError, match=r"192\.0\.2\.1"):
        table.leave("192.0.2.1")
    assert under_way(table, "192.0.2.1", 1) == 0
    table.close()


def test_count_over_all_processes(path: Path, child: Callable[..., Child]) -> None:
    """What one process let in counts in all others."""
    table = ClientTable(path, 0, 3)
    other = child(1, 3)
    assert other.ask("enter 192.0.2.1") == "True"
    assert [table.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert other.ask("enter 192.0.2.1") == "False"
    assert other.ask("leave 192.0.2.1") == "None"
    assert table.enter("192.0.2.1")
    assert other.ask("under_way 192.0.2.1") == "3"
    table.close()
    assert other.ask("under_way 192.0.2.1") == "0"


def test_count_exactly_when_processes_race(
    path: Path, tmp_path: Path, child: Callable[..., Child]
) -> None:
    """Never are more under way than may be, however many processes ask at once."""
    inside = tmp_path / "inside"
    inside.mkdir()
    racers = [child(slot, 2, RACE, inside) for slot in range(4)]
    for racer in racers:
        assert racer.process.stdin
        racer.process.stdin.write("go\n")
        racer.process.stdin.flush()
    results = [tuple(map(int, racer.read().split())) for racer in racers]
    assert results == [(200, 0)] * 4
    table = ClientTable(path, 4, 2)
    assert under_way(table, "192.0.2.1", 2) == 0
    table.close()


@pytest.mark.parametrize("is_awaited", [False, True])
def test_forget_what_dead_process_had(
    path: Path, child: Callable[..., Child], is_awaited: bool
) -> None:
    """What a process had under way when it was killed no longer counts, nor of one not buried."""
    table = ClientTable(path, 0, 2)
    other = child(1, 2)
    assert [other.ask("enter 192.0.2.1") for _ in range(2)] == ["True", "True"]
    assert not table.enter("192.0.2.1")
    os.kill(other.process.pid, signal.SIGKILL)
    if is_awaited:
        other.process.wait()
    else:
        stat = Path(f"/proc/{other.process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
    assert [table.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    table.close()


def test_take_column_of_dead_process_anew(path: Path, child: Callable[..., Child]) -> None:
    """A process that takes the slot of a dead one begins with nothing; others keep theirs."""
    table = ClientTable(path, 0, 3)
    assert table.enter("192.0.2.1")
    other = child(1, 3)
    assert [other.ask("enter 192.0.2.1") for _ in range(2)] == ["True", "True"]
    other.end()
    new = child(1, 3)
    assert new.ask("under_way 192.0.2.1") == "1"
    assert [new.ask("enter 192.0.2.1") for _ in range(3)] == ["True", "True", "False"]
    table.close()


def test_refuse_slot_of_living_process(path: Path, child: Callable[..., Child]) -> None:
    """Two living processes never count in one column."""
    other = child(1, 3)
    with pytest.raises(OSError, match="busy"):
        ClientTable(path, 1, 3)
    assert other.ask("enter 192.0.2.1") == "True"


def test_keep_counts_of_many_clients_apart(path: Path) -> None:
    """Thousands of clients at once each have their own count; one without a place is refused."""
    table = ClientTable(path, 0, 1)
    clients = [f"10.{number >> 8}.{number & 255}.1" for number in range(BUCKETS * BUCKET_SIZE)]
    inside = [client for client in clients if table.enter(client)]
    assert len(inside) > 2000
    assert not any(table.enter(client) for client in clients[:2000])
    for client in inside:
        table.leave(client)
    assert all(under_way(table, client, 1) == 0 for client in clients[:100])
    assert all(table.enter(client) for client in clients[:1000])
    table.close()


def test_count_ipv6_by_its_first_half(path: Path) -> None:
    """All addresses of one /64 are one client; IPv4 within IPv6 is IPv4."""
    table = ClientTable(path, 0, 1)
    assert table.enter("2001:db8:0:1::1")
    assert not table.enter("2001:db8:0:1:ffff:ffff:ffff:ffff")
    assert table.enter("2001:db8:0:2::1")
    table.leave("2001:db8:0:1::2")
    assert counted_as("2001:DB8:0:1::9") == "2001:db8:0:1::"
    assert counted_as("::ffff:192.0.2.1") == "192.0.2.1"
    assert counted_as("fe80::1%eth0") == "fe80::"
    assert counted_as("not:an:address") == "not:an:address"
    table.close()


def test_cost_little(path: Path) -> None:
    """To enter and leave takes some microseconds."""
    table = ClientTable(path, 0, 8)
    rounds = []
    for _ in range(20):
        begin = time.perf_counter()
        for _ in range(100):
            table.enter("2001:db8::1")
            table.leave("2001:db8::1")
        rounds.append((time.perf_counter() - begin) / 100)
    table.close()
    assert min(rounds) < 100e-6  # ten times what it takes on a quiet machine
