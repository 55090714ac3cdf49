"""A client that asks as fast as it is answered, over connections that stay open.

``python request_rate.py PORT SECONDS CONNECTIONS FILE`` sends the requests of a file, a JSON list
of texts, in turn; ``{n}`` in a request becomes a number never used before. It prints a JSON
object: answers, seconds, statuses and the median milliseconds of an answer.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import selectors
import socket
import statistics
import sys
import time
from pathlib import Path


class Connection:
    """One connection and the answer that it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked = 0.0

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.received, self.asked = b"", time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Read what is there; return the status once the answer is whole."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("The server closed the connection.")
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            is_whole = body.endswith(b"0\r\n\r\n")
        else:
            length = lower.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            is_whole = len(body) >= int(length)
        return int(head[9:12]) if is_whole else None


def ask_for(port: int, seconds: float, connections: int, requests: list[str]) -> dict[str, object]:
    """Ask for a time and return what came of it."""
    numbers = itertools.count(os.getpid() * 10_000_000)
    turn = itertools.cycle(requests)

    def following() -> bytes:
        return next(turn).replace("{n}", str(next(numbers))).encode()

    statuses: collections.Counter[int] = collections.Counter()
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = Connection(port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(following())
        start = time.perf_counter()
        while (now := time.perf_counter()) - start < seconds:
            for key, _ in selector.select(1):
                status = key.data.read()
                if status is not None:
                    statuses[status] += 1
                    times.append(time.perf_counter() - key.data.asked)
                    key.data.ask(following())
    return {
        "answers": sum(statuses.values()),
        "seconds": now - start,
        "statuses": statuses,
        "median": statistics.median(times) * 1000,
    }


if __name__ == "__main__":
    port, seconds, connections, file = sys.argv[1:]
    asked = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps(ask_for(int(port), float(seconds), int(connections), asked)))
