"""How many files a server process may have open, and how many connections that leaves room for.

A connection takes two: itself, and the dump or the kept answer that is sent on it. Were there more
connections than that, readers who take their time would leave no file for anybody else.
"""

from __future__ import annotations

import resource

from publish.faults.fault import CannotRun, phrase

OF_PROCESS = 128
"""Files of a process without workers or connections, with room to spare: a store alone asks 96."""
OF_WORKER = 8
OF_CONNECTION = 2


def allow_files(connections: int, workers: int) -> None:
    """Let this process, and those that it starts, open as many files as they may need.

    Raises CannotRun when the system allows fewer than it takes to serve one client.
    """
    own = OF_PROCESS + OF_WORKER * workers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = own + OF_CONNECTION * connections
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if most_connections(connections, workers) < 1:
        raise CannotRun(phrase("too-few-files", most=hard, needed=own + OF_CONNECTION))


def most_connections(wanted: int, workers: int) -> int:
    """Return how many connections there can be, at most as many as wanted."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, (soft - OF_PROCESS - OF_WORKER * workers) // OF_CONNECTION)
