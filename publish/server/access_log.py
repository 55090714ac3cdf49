"""The log of a server: a line of JSON for each request, and one for each error.

In comes what is known when a request is done; out goes a line to a file or the output. A thread
writes: a disk that is slow or full holds up no request. Lines that then find no room are left out,
and their number is written as soon as lines can be written again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextvars import ContextVar
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import quote

OUTPUT = "-"
CACHE = {"cached": "hit", "answered": "miss"}
"""What the cache did, by what became of a query; else it was not asked."""
FLUSH_AFTER = 0.25
"""Seconds that a line waits at most before it is written."""
FLUSH_AT = 64 * 1024
MOST_HELD = 8 * 1024 * 1024
"""Characters that wait to be written at most, when the disk does not keep up."""
PIECE = 2000
"""Lines that are written at once."""
MOST_PATH, MOST_QUERY, MOST_WORD = 1024, 64 * 1024, 200

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered, as it stands in both logs and in its answer."""

log = logging.getLogger("publish")
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class AccessLog:
    """Writes a line for each request: to a file, or to the output with ``-``.

    It is made in the process that writes, after that was forked. Processes that write to the same
    output name one file as ``lock``, so that their lines do not mix. Raises OSError when a file
    cannot be opened.
    """

    def __init__(self, target: str, *, log_queries: bool = False, lock: Path | None = None) -> None:
        self._path = None if target == OUTPUT else Path(target)
        self._log_queries = log_queries
        self._file = self._open()
        self._turn = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if lock else None
        self._lines: list[str | None] = []  # None: open the file anew here
        self._size = 0
        self._lost = 0
        self._is_failing = False
        self._is_cut = False
        self._lock = Lock()
        self._some, self._full = Event(), Event()
        self._is_closed = False
        self._second, self._time = 0, ""
        self._writer = Thread(target=self._write_all, name="access-log", daemon=True)
        self._writer.start()

    def write(
        self,
        *,
        id: str,
        client: str,
        method: str,
        path: str | bytes,
        query: str | bytes = b"",
        status: int,
        sent: int,
        seconds: float,
        route: str,
        outcome: str = "",
        worker_seconds: float | None = None,
        agent: str | bytes = b"",
    ) -> None:
        """Write the line of a request that is done; ``path`` and ``query`` as they were sent.

        The query is only written when queries are to be logged. The time is that of this call.
        """
        now = time.time()
        second = int(now)
        if second != self._second:
            self._time = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        cache = CACHE.get(outcome, "none")
        # Put together by hand: this is done for every request, and half as fast by an encoder.
        parts = [
            f'{{"time":"{self._time}.{int((now - second) * 1000):03d}Z","id":{_quoted(id)}',
            f'"client":{_quoted(client)},"method":{_quoted(_words(method))}',
            f'"path":{_quoted(_address(path, MOST_PATH))},"status":{status},"bytes":{sent}',
            f'"ms":{seconds * 1000:.2f},"route":{_quoted(route)},"cache":"{cache}"',
        ]
        if outcome:
            parts.append(f'"outcome":{_quoted(outcome)}')
        if worker_seconds is not None:
            parts.append(f'"worker-ms":{worker_seconds * 1000:.2f}')
        if agent:
            parts.append(f'"agent":{_quoted(_words(agent))}')
        if query and self._log_queries:
            parts.append(f'"query":{_quoted(_address(query, MOST_QUERY))}')
        self._add(_printable(",".join(parts) + "}\n"))

    def reopen(self) -> None:
        """Write what comes after this to the file that then has the name, as after a rotation."""
        with self._lock:
            self._lines.append(None)
            self._some.set()
            self._full.set()

    def close(self) -> None:
        """Write what is left, for two seconds at most, and let go of the file."""
        self._is_closed = True
        self._some.set()
        self._full.set()
        self._writer.join(timeout=2)
        if not self._writer.is_alive():
            self._let_go()
            if self._turn is not None:
                os.close(self._turn)

    def _add(self, line: str) -> None:
        with self._lock:
            if self._size > MOST_HELD:
                self._lost += 1
                return
            if not self._lines:
                self._some.set()
            self._lines.append(line)
            self._size += len(line)
            if self._size >= FLUSH_AT:
                self._full.set()

    def _write_all(self) -> None:
        """Write lines until the log is closed; the thread does nothing else."""
        while not self._is_closed:
            self._some.wait()
            self._full.wait(FLUSH_AFTER)
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            lines, self._lines, self._size = self._lines, [], 0
            self._some.clear()
            self._full.clear()
            lost, self._lost = self._lost, 0
        if lost:
            self._put([_line({"time": _now(), "lost": lost})], lost)
        batch: list[str] = []
        for line in lines:
            if line is not None:
                batch.append(line)
                continue
            self._put(batch)
            batch = []
            try:
                file = self._open()
            except OSError as error:
                self._tell(error)
            else:
                self._let_go()
                self._file = file
        self._put(batch)

    def _put(self, lines: list[str], worth: int | None = None) -> None:
        """Write lines; those that find no room are counted, and told when others do."""
        for piece, count in _pieces(lines):
            try:
                self._put_whole(piece)
            except OSError as error:
                with self._lock:
                    self._lost += count if worth is None else worth
                self._tell(error)
            else:
                self._is_failing = False

    def _put_whole(self, piece: bytes) -> None:
        """Write lines while no other process does; after a line that was cut off, on a new one."""
        data = b"\n" + piece if self._is_cut else piece
        done = 0
        if self._turn is not None:
            fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
                self._is_cut = done < len(data)
        finally:
            if self._turn is not None:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _tell(self, error: OSError) -> None:
        """Say once that the log cannot be written, until it can be again."""
        if not self._is_failing:
            self._is_failing = True
            log.error("The access log cannot be written: %s", error.strerror or error)

    def _open(self) -> int:
        if self._path is None:
            return sys.stdout.fileno()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.open(self._path, flags, 0o640)

    def _let_go(self) -> None:
        """Close the file; the output stays open, as it is not ours."""
        if self._path is not None:
            os.close(self._file)


class JsonLines(logging.Formatter):
    """Formats what is logged as lines of JSON: time, level, the request, the message, the trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        told: dict[str, object] = {
            "time": _now(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if found := request_id.get():
            told["id"] = found
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return _line(told).rstrip("\n")


class TextLines(logging.Formatter):
    """Formats what is logged as text, with the request at the end."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text."""
        text = super().format(record)
        found = request_id.get()
        return f"{text} [{found}]" if found else text


def use_format(name: str) -> None:
    """Let errors be written as ``json``, ``text``, or ``auto``: text on a terminal only."""
    for handler in logging.getLogger().handlers:
        is_text = name == "text" or (name == "auto" and sys.stderr.isatty())
        handler.setFormatter(TextLines("%(message)s") if is_text else JsonLines())


def _line(record: dict[str, object]) -> str:
    """Return a record as a line of printable ASCII."""
    return _printable(_encode(record) + "\n")


def _printable(line: str) -> str:
    """Return a line of JSON without the one control character that encoders let through."""
    return line.replace("\x7f", "\\u007f") if "\x7f" in line else line


def _now(moment: float | None = None) -> str:
    """Return a moment as RFC 3339 writes it, in UTC with milliseconds."""
    moment = time.time() if moment is None else moment
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1000):03d}Z"


def _address(sent: str | bytes, most: int) -> str:
    """Return a part of an address, percent-encoded where it was not, shortened when too long."""
    text = sent.decode("latin-1") if isinstance(sent, bytes) else sent
    if not (text.isascii() and text.isprintable()):
        text = quote(text[:most].encode("latin-1" if isinstance(sent, bytes) else "utf-8"), _KEPT)
    return text if len(text) <= most else text[: most - 3] + "..."


_KEPT = "".join(chr(code) for code in range(0x21, 0x7F))
"""What stands in an address as it was sent, also where it should not."""


def _words(sent: str | bytes) -> str:
    """Return what a client says of itself, shortened when too long."""
    text = sent.decode("latin-1") if isinstance(sent, bytes) else sent
    return text if len(text) <= MOST_WORD else text[: MOST_WORD - 3] + "..."


def _pieces(lines: list[str]) -> Iterator[tuple[bytes, int]]:
    """Yield lines in pieces that are written at once, with how many they are."""
    for first in range(0, len(lines), PIECE):
        piece = lines[first : first + PIECE]
        yield "".join(piece).encode("ascii"), len(piece)
