"""The listening socket of a server, and uvicorn's server, which leaves signals to its process."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn

MOST_UNSENT = 256 * 1024
"""Bytes that wait in the system for a client that reads slowly; else that takes megabytes."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises OSError, EADDRINUSE when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if unsent := getattr(socket, "TCP_NOTSENT_LOWAT", None):  # each connection inherits it
            listening.setsockopt(socket.IPPROTO_TCP, unsent, MOST_UNSENT)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the URL of a socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class StoppableServer(uvicorn.Server):
    """uvicorn's server, stopped by a call instead of by signals."""

    def stop(self) -> None:
        """Stop taking requests; a second time do not wait for those under way."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handlers of signals."""
        yield
