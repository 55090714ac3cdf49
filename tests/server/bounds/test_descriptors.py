"""The files that a process may have open, and the connections that they leave room for."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from publish.server.bounds.descriptors import OF_PROCESS, OF_WORKER, most_connections

TRY = """
import resource, sys
from publish.faults.fault import CannotRun
from publish.server.bounds.descriptors import allow_files, most_connections
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
try:
    allow_files(1000, 4)
    print(most_connections(1000, 4), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
except CannotRun as error:
    print(error.args[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "said"),
    [
        (256, 4096, "1000 2160"),
        (200, 1024, "432 1024"),
        (60, 60, "the system lets a process open 60 files, and a server with these settings needs"),
    ],
)
def test_take_what_the_system_allows(soft: int, hard: int, said: str) -> None:
    """The limit is raised as far as it is of use; connections are no more than it leaves room for.

    With fewer than one client needs nothing is started.
    """
    command = [sys.executable, "-c", TRY, str(soft), str(hard)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert told.startswith(said)


def test_leave_settings_below_the_limit() -> None:
    """Fewer connections than there could be are what was asked for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert most_connections(2, 1) == 2
    if soft != resource.RLIM_INFINITY:
        assert most_connections(soft, 1) == (soft - OF_PROCESS - OF_WORKER) // 2
