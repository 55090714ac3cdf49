"""One process that evaluates SPARQL queries on a store it opens read-only.

Started by ``publish.queries`` as ``python query_worker.py STORE SETTINGS``; it imports nothing of
the package. Requests come in on standard input and frames go out on standard output, both as a
length, a kind and a body: first HEAD with the media type, then DATA as it is written, then END,
or ERROR with a JSON object. The end of standard input is the end of the parent, however it
died: the process then stops at once, in the middle of a query if need be, because pyoxigraph
evaluates without holding Python's lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import resource
import signal
import struct
import sys
import threading
from typing import IO, Any, cast

import pyoxigraph as ox

HEADER = struct.Struct(">cI")
READY, HEAD, DATA, END, ERROR = b"R", b"H", b"D", b"E", b"X"
FRAME = 64 * 1024
STACK = 256 * 1024 * 1024
MEMORY = 4 * 1024 * 1024 * 1024
"""Bytes a query may take; one that takes more ends its own worker."""


class _Frames:
    """A binary file that sends what is written to it as DATA frames, after one HEAD."""

    def __init__(self, output: IO[bytes], head: dict[str, str]) -> None:
        self._output = output
        self._head: dict[str, str] | None = head
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        self._pending += data
        if len(self._pending) >= FRAME:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Keep what is pending: a frame goes out when it is full."""

    def finish(self) -> None:
        self._send()
        send(self._output, END)

    def _send(self) -> None:
        if self._head is not None:
            send(self._output, HEAD, json.dumps(self._head).encode())
            self._head = None
        if self._pending:
            send(self._output, DATA, bytes(self._pending))
            self._pending.clear()


def send(output: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    """Write one frame."""
    output.write(HEADER.pack(kind, len(body)) + body)
    output.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next frame's kind and body, or None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    return kind, stream.read(length)


def evaluate(
    store: ox.Store, job: dict[str, Any], prefixes: dict[str, str], out: IO[bytes]
) -> None:
    """Evaluate one job and send its frames; a fault of the query becomes an ERROR frame."""
    try:
        results = _query(store, job)
        graph = isinstance(results, ox.QueryTriples)
        wanted = job["graphs" if graph else "results"]
        if not wanted:
            send(out, ERROR, json.dumps({"error": "not-acceptable", "graph": graph}).encode())
            return
        form = "graph" if graph else "ask" if isinstance(results, ox.QueryBoolean) else "select"
        frames = _Frames(out, {"media-type": wanted[0], "form": form})
        target = cast("IO[bytes]", frames)
        if isinstance(results, ox.QueryTriples):
            format_ = ox.RdfFormat.from_media_type(wanted[0])
            ox.serialize(results, target, format_, prefixes=prefixes)
        else:
            results.serialize(target, ox.QueryResultsFormat.from_media_type(wanted[0]))
        frames.finish()
    except SyntaxError as error:
        send(out, ERROR, json.dumps({"error": "syntax", "message": str(error)}).encode())
    except (ValueError, RuntimeError, OSError) as error:
        send(out, ERROR, json.dumps({"error": "evaluation", "message": str(error)}).encode())


def _query(
    store: ox.Store, job: dict[str, Any]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Start the evaluation on the data set that the job, or else the query itself, names."""
    default, named = job["default-graphs"], job["named-graphs"]
    if not default and not named:
        return store.query(job["text"], use_default_graph_as_union=job["union"])
    return store.query(
        job["text"],
        default_graph=[ox.NamedNode(iri) for iri in default],
        named_graphs=[ox.NamedNode(iri) for iri in named],
    )


def _work(
    store: ox.Store, settings: dict[str, Any], jobs: queue.SimpleQueue[bytes], out: IO[bytes]
) -> None:
    """Evaluate jobs one after the other, each under a timer that the system enforces."""
    try:
        while True:
            job = json.loads(jobs.get())
            signal.setitimer(signal.ITIMER_REAL, settings["last-resort"])
            evaluate(store, job, settings["prefixes"], out)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        os._exit(1)  # this thread is all there is to the process


def main() -> None:
    """Open the store, say READY, and evaluate until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):  # not every system bounds memory
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = json.loads(sys.argv[2])
    try:
        store = ox.Store.read_only(sys.argv[1])
    except OSError as error:
        send(out, ERROR, json.dumps({"error": "store", "message": str(error)}).encode())
        os._exit(1)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.stack_size(STACK)
    threading.Thread(target=_work, args=(store, settings, jobs, out), daemon=True).start()
    send(out, READY)
    while (frame := receive(sys.stdin.buffer)) is not None:
        jobs.put(frame[1])
    os._exit(0)


if __name__ == "__main__":
    main()
