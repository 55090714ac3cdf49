"""The log of a server: a line of JSON for each request, and the formats of its error log.

A thread writes the lines of requests, so a disk that is slow or full holds up no request. Lines
for which there is no room are dropped, and their number is written once lines can be written
again. The standard library's QueueHandler and QueueListener are not used: they took six times the
processor time for each request (19 microseconds instead of 3), and count no dropped lines.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import sys
import time
from contextvars import ContextVar
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import quote

from publish.server.processes.run_folder import FileLock

STANDARD_OUTPUT = "-"
CACHE_RESULTS = {"cached": "hit", "answered": "miss"}
"""What the cache did, by the outcome of a query; of other outcomes it was not asked."""
FLUSH_AFTER = 0.25
"""Seconds that a line waits at most before it is written."""
FLUSH_AT = 64 * 1024
"""Characters of waiting lines at which they are written at once."""
MOST_WAITING = 8 * 1024 * 1024
"""Characters of lines that wait at most, when the disk does not keep up."""
LINES_PER_WRITE = 2000
MOST_PATH, MOST_QUERY, MOST_WORD = 1024, 64 * 1024, 200
"""Characters of what a client sent that are written at most."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered, as it stands in both logs and in its response."""

log = logging.getLogger("publish")
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class AccessLog:
    """Writes a line for each request: to a file, or to the standard output with ``-``.

    It is made in the process that writes, after that was forked. Processes that write to the same
    output name one file as ``lock``, so that their lines do not mix. Raises OSError when a file
    cannot be opened.
    """

    def __init__(self, target: str, *, lock: Path, log_queries: bool = False) -> None:
        self._path = None if target == STANDARD_OUTPUT else Path(target)
        self._log_queries = log_queries
        self._file = self._open()
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._lock_file = os.open(lock, flags, 0o600)
        self._file_lock = FileLock(self._lock_file)
        self._lines: list[str] = []  # an empty one: open the file anew here
        self._waiting = 0
        self._dropped = 0
        self._is_failing = False
        self._ends_within_line = False
        self._lock = Lock()
        self._wake = Event()
        self._is_closed = False
        self._second, self._time = 0, ""
        self._writer = Thread(target=self._write_until_closed, name="access-log", daemon=True)
        self._writer.start()

    def write(
        self,
        *,
        id: str,
        client: str,
        method: str,
        path: bytes,
        query: bytes = b"",
        status: int,
        sent: int,
        seconds: float,
        route: str,
        outcome: str = "",
        worker_seconds: float | None = None,
        way: str = "",
        agent: str = "",
    ) -> None:
        """Write the line of a request that is done; ``path`` and ``query`` as they were sent.

        The query is only written when queries are to be logged. The time is that of this call.
        """
        now = time.time()
        second = int(now)
        if second != self._second:
            self._time = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        cache = CACHE_RESULTS.get(outcome, "none")
        # Put together by hand: this is done for every request, and half as fast by an encoder.
        parts = [
            f'{{"time":"{self._time}.{int((now - second) * 1000):03d}Z","id":{_quoted(id)}',
            f'"client":{_quoted(client)},"method":{_quoted(_shortened(method, MOST_WORD))}',
            f'"path":{_quoted(_percent_encoded(path, MOST_PATH))},"status":{status},"bytes":{sent}',
            f'"ms":{seconds * 1000:.2f},"route":{_quoted(route)},"cache":"{cache}"',
        ]
        if outcome:
            parts.append(f'"outcome":{_quoted(outcome)}')
        if worker_seconds is not None:
            parts.append(f'"worker-ms":{worker_seconds * 1000:.2f}')
        if way:
            parts.append(f'"way":{_quoted(way)}')
        if agent:
            parts.append(f'"agent":{_quoted(_shortened(agent, MOST_WORD))}')
        if query and self._log_queries:
            parts.append(f'"query":{_quoted(_percent_encoded(query, MOST_QUERY))}')
        line = _printable(",".join(parts) + "}\n")
        with self._lock:
            if self._waiting > MOST_WAITING:
                self._dropped += 1
                return
            self._lines.append(line)
            self._waiting += len(line)
            if self._waiting >= FLUSH_AT:
                self._wake.set()

    def reopen(self) -> None:
        """Write what comes after this to the file that then has the name, as after a rotation."""
        with self._lock:
            self._lines.append("")
        self._wake.set()

    def close(self) -> None:
        """Write what waits, for two seconds at most, and close the file."""
        self._is_closed = True
        self._wake.set()
        self._writer.join(timeout=2)
        if not self._writer.is_alive():
            self._close_file()
            os.close(self._lock_file)

    def _write_until_closed(self) -> None:
        """Write waiting lines, from time to time and when they are many."""
        is_last = False
        while not is_last:
            self._wake.wait(FLUSH_AFTER)
            self._wake.clear()
            is_last = self._is_closed
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            lines, self._lines, self._waiting = self._lines, [], 0
            dropped, self._dropped = self._dropped, 0
        if dropped and self._write_or_drop(_line({"time": _now(), "lost": dropped})):
            with self._lock:
                self._dropped += dropped
        for are_lines, group in itertools.groupby(lines, bool):
            if not are_lines:
                self._open_anew()
                continue
            while piece := list(itertools.islice(group, LINES_PER_WRITE)):
                lost = self._write_or_drop("".join(piece))
                with self._lock:
                    self._dropped += lost

    def _write_or_drop(self, text: str) -> int:
        """Write lines at once; return how many are not in the file to their end."""
        data = text.encode("ascii")
        data = b"\n" + data if self._ends_within_line else data
        done = 0
        try:
            with self._file_lock:  # no other process writes meanwhile
                while done < len(data):
                    done += os.write(self._file, data[done:])
        except OSError as error:
            self._report_once(error)
        else:
            self._is_failing = False
        if done:  # the next line begins a new one where this one was cut off
            self._ends_within_line = data[done - 1 : done] != b"\n"
        return data.count(b"\n", max(done, len(data) - len(text)))

    def _report_once(self, error: OSError) -> None:
        """Report that the log cannot be written, not again until it could be."""
        if not self._is_failing:
            self._is_failing = True
            log.error("The access log cannot be written: %s", error.strerror or error)

    def _open(self) -> int:
        if self._path is None:
            return sys.stdout.fileno()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.open(self._path, flags, 0o640)

    def _open_anew(self) -> None:
        try:
            file = self._open()
        except OSError as error:
            self._report_once(error)
        else:
            self._close_file()
            self._file = file

    def _close_file(self) -> None:
        """Close the file; the standard output stays open, as it is not ours."""
        if self._path is not None:
            os.close(self._file)


class JsonLines(logging.Formatter):
    """Formats what is logged as lines of JSON: time, level, the request, the message, the trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        fields: dict[str, object] = {
            "time": _now(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if request := request_id.get():
            fields["id"] = request
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return _line(fields).rstrip("\n")


class TextLines(logging.Formatter):
    """Formats what is logged as text, with the request at the end."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text."""
        text = super().format(record)
        request = request_id.get()
        return f"{text} [{request}]" if request else text


def use_format(name: str) -> None:
    """Let errors be written as ``json``, ``text``, or ``auto``: text on a terminal only."""
    for handler in logging.getLogger().handlers:
        is_text = name == "text" or (name == "auto" and sys.stderr.isatty())
        handler.setFormatter(TextLines("%(message)s") if is_text else JsonLines())


def _line(fields: dict[str, object]) -> str:
    """Return a line of printable ASCII."""
    return _printable(_encode(fields) + "\n")


def _printable(line: str) -> str:
    """Return a line of JSON without the one control character that encoders let through."""
    return line.replace("\x7f", "\\u007f") if "\x7f" in line else line


def _now(moment: float | None = None) -> str:
    """Return a moment as RFC 3339 writes it, in UTC with milliseconds."""
    moment = time.time() if moment is None else moment
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1000):03d}Z"


_KEPT = "".join(chr(code) for code in range(0x21, 0x7F))
"""What stands in a URL as it was sent, also where it should not."""


def _percent_encoded(sent: bytes, most: int) -> str:
    """Return a part of a URL, percent-encoded where it was not, shortened when too long."""
    text = sent.decode("latin-1")
    if not (text.isascii() and text.isprintable()):
        text = quote(sent[:most], _KEPT)
    return _shortened(text, most)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
