"""Supervises several server processes on one socket: starts, restarts and stops them.

It answers no requests itself. SIGHUP, SIGTERM and SIGINT are passed on to the processes.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from publish.faults.fault import CannotRun, Words, phrase
from publish.server.settings.table import Settings

LAST_MOMENT = 10.0
"""Seconds past ``stop-timeout`` after which a process that has not ended is killed."""
RESTART_AFTER = 2.0
"""Seconds after its start at which a process that has ended is restarted at the earliest."""

READY = b"ready\n"
"""What a process tells when it answers."""

log = logging.getLogger("publish")


def supervise(
    current: Path,
    settings: Settings,
    shared: Path,
    listening: socket.socket,
    ready: Callable[[], None],
    *,
    module: str,
) -> None:
    """Run the processes until SIGTERM or SIGINT. Raises CannotRun when one cannot start at first.

    ``module`` is the program of one process; its only argument is a JSON object. Into the pipe
    ``ready`` it writes a line: READY, or as a JSON list why it cannot start, in two languages.
    """
    life, _open_end = os.pipe()  # closed when this process ends, however it does
    running: dict[int, subprocess.Popen[bytes]] = {}
    started: dict[int, float] = {}
    stopping = False
    ending = math.inf

    def start(slot: int, ready_pipe: int | None = None) -> None:
        arguments = {
            "current": str(current),
            "shared": str(shared),
            "slot": slot,
            "socket": listening.fileno(),
            "ready": ready_pipe,
            "life": life,
            "settings": asdict(settings),
        }
        fds = [listening.fileno(), life, *([ready_pipe] if ready_pipe is not None else [])]
        command = [sys.executable, "-P", "-m", module, json.dumps(arguments)]
        # Until it has a handler of its own, SIGHUP would end the new process.
        previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        running[slot] = subprocess.Popen(command, pass_fds=fds)  # noqa: S603 - our own program
        signal.signal(signal.SIGHUP, previous)
        started[slot] = time.monotonic()
        if stopping:  # it was not there when the others got the signal
            running[slot].send_signal(signal.SIGTERM)

    def pass_on(number: int, frame: FrameType | None) -> None:
        nonlocal stopping, ending
        if number != signal.SIGHUP and not stopping:
            stopping, ending = True, time.monotonic() + settings.stop_timeout + LAST_MOMENT
            listening.close()  # else new clients would wait for the last of the old ones
        for process in running.values():
            if process.poll() is None:
                process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, pass_on)
    is_ready, ready_pipe = os.pipe()
    for slot in range(settings.processes):
        start(slot, ready_pipe)
    os.close(ready_pipe)
    with os.fdopen(is_ready, "rb") as waiting:
        lines = [waiting.readline() for _ in range(settings.processes)]
    problem = next((Words(*json.loads(line)) for line in lines if line not in (READY, b"")), None)
    if not all(lines):
        problem = problem or phrase("process-not-started")
    if stopping:
        problem = None
    elif problem is None:
        ready()
    else:
        pass_on(signal.SIGTERM, None)
    while not stopping or any(process.poll() is None for process in running.values()):
        time.sleep(0.2)
        for slot, process in list(running.items()):
            young = time.monotonic() - started[slot] < RESTART_AFTER
            if not stopping and process.poll() is not None and not young:
                log.error("Server process %d ended with %d", process.pid, process.returncode)
                start(slot)
            if process.poll() is None and time.monotonic() > ending:
                process.kill()
    if problem is not None:
        raise CannotRun(problem)
