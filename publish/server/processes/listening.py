"""The listening socket of a server, and uvicorn's server, which leaves signals to its process."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator

import uvicorn

MOST_UNSENT = 256 * 1024
"""Bytes that wait in the system for a client that reads slowly; else that takes megabytes."""

LAST_MOMENT = 1.0
"""Seconds for what was cancelled to end."""


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
    except UnicodeError as error:  # a part of the name is empty or too long
        listening.close()
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL)) from error
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

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self.servers: list[asyncio.Server] = []
        self._listening = listening

    async def run_until_stopped(self) -> None:
        """Answer until ``stop``; requests that outlast the time for it are cancelled."""
        await self.serve(sockets=[self._listening])
        left = set(self.server_state.tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=LAST_MOMENT)

    def stop(self) -> None:
        """Take no more connections, from now on; a second time do not wait for requests."""
        self.force_exit = self.should_exit
        self.should_exit = True
        for server in self.servers:  # none before it has begun
            server.close()
            self._listening.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handlers of signals."""
        yield
