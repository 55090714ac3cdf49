"""The log of a server: a line of JSON for each request, that no disk and no client can spoil."""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from built import REPOSITORY

from publish.server.access_log import FLUSH_AFTER, AccessLog, JsonLines, TextLines, request_id

WRITER = """
import sys
from pathlib import Path
from publish.server.access_log import AccessLog
log = AccessLog(sys.argv[1], lock=Path(sys.argv[2]))
for number in range(3000):
    log.write(id=f"{sys.argv[3]}-{number}", client="192.0.2.1", method="GET", path=b"/x" * 100,
              status=200, sent=1, seconds=0.001, route="page")
log.close()
"""


def write(log: AccessLog, **more: Any) -> None:
    """Write a line in which only some things matter."""
    request: dict[str, Any] = {
        "id": "1-a",
        "client": "192.0.2.1",
        "method": "GET",
        "path": b"/sparql",
        "status": 200,
        "sent": 42,
        "seconds": 0.0123,
        "route": "sparql",
    }
    log.write(**(request | more))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def written(tmp_path: Path, *, log_queries: bool = False, **more: Any) -> dict[str, Any]:
    """Return the one line that a request gives."""
    log = AccessLog(str(tmp_path / "log"), lock=tmp_path / "lock", log_queries=log_queries)
    write(log, **more)
    log.close()
    [line] = lines_of(tmp_path / "log")
    (tmp_path / "log").rename(tmp_path / "log.1")
    return line


def await_lines(path: Path, number: int) -> list[dict[str, Any]]:
    """Return the lines of a log once there are so many."""
    until = time.monotonic() + 30
    while not path.exists() or path.read_bytes().count(b"\n") < number:
        assert time.monotonic() < until
        time.sleep(0.01)
    return lines_of(path)


def test_write_what_is_known_of_a_request(tmp_path: Path) -> None:
    """A line tells when, who, what, how it ended and what it cost; nothing that is not known."""
    line = written(
        tmp_path, outcome="answered", worker_seconds=0.01, agent="curl/8", query=b"query=x"
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "id": "1-a",
        "client": "192.0.2.1",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": 42,
        "ms": 12.3,
        "route": "sparql",
        "cache": "miss",
        "outcome": "answered",
        "worker-ms": 10.0,
        "agent": "curl/8",
    }
    bare = written(tmp_path, outcome="")
    assert bare["cache"] == "none"
    assert not {"outcome", "worker-ms", "agent", "query"} & set(bare)


@pytest.mark.parametrize(
    ("outcome", "cache"), [("cached", "hit"), ("answered", "miss"), ("refused", "none")]
)
def test_tell_what_the_cache_did(tmp_path: Path, outcome: str, cache: str) -> None:
    """Whether an answer came from the cache follows from what became of the query."""
    assert written(tmp_path, outcome=outcome)["cache"] == cache


def test_write_query_only_when_asked_to(tmp_path: Path) -> None:
    """The text of a query is personal: it is written only when that was set, as it was sent."""
    line = written(tmp_path, log_queries=True, query=b"query=SELECT%20*\xff")
    assert line["query"] == "query=SELECT%20*%FF"
    line = written(tmp_path, query=b"query=SELECT%20*")
    assert "SELECT" not in json.dumps(line)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"/id/x%0Ay", "/id/x%0Ay"),
        (b'/"\\', '/"\\'),
        (b"/a\nb", "/a%0Ab"),
        (b"/\xc3\xa9\x7f\x1b[31m", "/%C3%A9%7F%1B[31m"),
        ("/é".encode(), "/%C3%A9"),
        (b"/" + b"x" * 5000, "/" + "x" * 1020 + "..."),
        (b"/" + b"\xff" * 5000, "/" + "%FF" * 340 + "..."),
    ],
)
def test_write_path_percent_encoded(tmp_path: Path, path: bytes, shown: str) -> None:
    """A path is written as it was sent; what is not printable is percent-encoded, all bounded."""
    assert written(tmp_path, path=path)["path"] == shown


def test_write_no_control_character(tmp_path: Path) -> None:
    """Whatever a client sends, a line is printable ASCII, and it stays one line."""
    every = bytes(range(256)) * 50
    text = every.decode("latin-1")
    written(tmp_path, method=text, path=every, agent=text, query=every)
    raw = (tmp_path / "log.1").read_bytes()
    assert raw.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in raw[:-1])
    assert len(raw) < 6000
    assert written(tmp_path, agent="\u202e\u2028\ud800 é")["agent"] == "\u202e\u2028\ud800 é"


def test_write_soon_without_being_closed(tmp_path: Path) -> None:
    """A line is in the file within a moment, without the log being closed."""
    log = AccessLog(str(tmp_path / "log"), lock=tmp_path / "lock")
    taken = []
    for number in range(3):
        begin = time.monotonic()
        write(log, id=str(number))
        await_lines(tmp_path / "log", number + 1)
        taken.append(time.monotonic() - begin)
    assert min(taken) < FLUSH_AFTER + 2
    log.close()


def test_go_on_in_new_file_after_rotation(tmp_path: Path) -> None:
    """After a rotation what was written before is in the old file, what comes after in the new."""
    path = tmp_path / "log"
    log = AccessLog(str(path), lock=tmp_path / "lock")
    write(log, id="before")
    path.rename(tmp_path / "log.1")
    log.reopen()
    write(log, id="after")
    log.close()
    assert [line["id"] for line in lines_of(tmp_path / "log.1")] == ["before"]
    assert [line["id"] for line in lines_of(path)] == ["after"]


def test_keep_old_file_when_new_cannot_be_opened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A rotation that fails is told, and lines still go to the file that is open."""
    folder = tmp_path / "logs"
    folder.mkdir()
    log = AccessLog(str(folder / "log"), lock=tmp_path / "lock")
    folder.rename(tmp_path / "elsewhere")
    log.reopen()
    write(log, id="after")
    log.close()
    assert [line["id"] for line in lines_of(tmp_path / "elsewhere" / "log")] == ["after"]
    assert [record.getMessage() for record in caplog.records] == [
        "The access log cannot be written: No such file or directory"
    ]


def test_refuse_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A log that cannot be written is told at the start."""
    with pytest.raises(OSError, match="No such file or directory"):
        AccessLog(str(tmp_path / "nergens" / "log"), lock=tmp_path / "lock")


def test_survive_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk is told once; when there is room again the log says how many lines it lacks."""
    path = tmp_path / "log"
    path.symlink_to("/dev/full")
    log = AccessLog(str(path), lock=tmp_path / "lock")
    until = time.monotonic() + 30
    for number in range(3):
        write(log, id=str(number))
        while not caplog.records and time.monotonic() < until:
            time.sleep(0.01)
    time.sleep(2 * FLUSH_AFTER)
    assert [record.getMessage() for record in caplog.records] == [
        "The access log cannot be written: No space left on device"
    ]
    path.unlink()
    log.reopen()
    write(log, id="after")
    await_lines(path, 1)
    write(log, id="later")
    log.close()
    lines = lines_of(path)
    assert [line["id"] for line in lines if "id" in line] == ["after", "later"]
    assert sum(line.get("lost", 0) for line in lines) == 3


def test_count_what_is_lost_when_a_disk_fills_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of lines that are written at once those count as lost that are not whole in the file."""
    path = tmp_path / "log"
    log = AccessLog(str(path), lock=tmp_path / "lock")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        for number in range(20):
            write(log, id=str(number))
        until = time.monotonic() + 30
        while not caplog.records and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    write(log, id="after")
    log.close()
    whole, cut = [], 0
    for line in path.read_text().splitlines():
        try:
            whole.append(json.loads(line))
        except ValueError:
            cut += 1
    written = [line["id"] for line in whole if "id" in line]
    lost = sum(line.get("lost", 0) for line in whole)
    assert written[-1] == "after"
    assert cut == 1 and 1 < len(written) < 20
    assert len(written) + lost == 21


def test_hold_up_no_request_when_nobody_reads(tmp_path: Path) -> None:
    """Lines for which a pipe has no room wait, then are left out; writing takes no longer."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log = AccessLog(str(path), lock=tmp_path / "lock")
    begin = time.process_time()
    for number in range(60_000):
        write(log, id=str(number))
    assert time.process_time() - begin < 10
    found = bytearray()
    os.set_blocking(reader, True)
    write(log, id="last")
    while b'"lost"' not in found:
        found += os.read(reader, 1 << 20)
        write(log, id="more")
    for line in found.splitlines()[:100]:
        json.loads(line)
    os.set_blocking(reader, False)
    log.close()
    os.close(reader)


def test_keep_lines_of_several_processes_whole(tmp_path: Path) -> None:
    """Processes that write into one pipe mix no lines."""
    command = [sys.executable, "-c", WRITER, "/dev/stdout", str(tmp_path / "lock")]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    reading, writing = os.pipe()
    writers = [
        subprocess.Popen([*command, str(number)], stdout=writing, env=environment)
        for number in range(3)
    ]
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = [json.loads(line)["id"] for line in pipe.read().splitlines()]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert sorted(found) == sorted(f"{one}-{number}" for one in range(3) for number in range(3000))


def test_cost_little(tmp_path: Path) -> None:
    """A line takes some microseconds."""
    log = AccessLog(str(tmp_path / "log"), lock=tmp_path / "lock")
    rounds = []
    for _ in range(20):
        begin = time.perf_counter()
        for _ in range(100):
            write(log)
        rounds.append((time.perf_counter() - begin) / 100)
    log.close()
    assert min(rounds) < 100e-6  # ten times what it takes on a quiet machine


def test_log_errors_as_lines_of_json() -> None:
    """An error is one line with its time, its level, the request it belongs to and the trace."""
    token = request_id.set("1-b")
    try:
        raise ValueError("a\nb\x7f")
    except ValueError:
        record = logging.LogRecord(
            "publish", logging.ERROR, __file__, 1, "no %s", ("luck\n",), sys.exc_info()
        )
        line = JsonLines().format(record)
        text = TextLines("%(message)s").format(record)
    finally:
        request_id.reset(token)
    assert "\n" not in line
    assert line.isascii()
    assert line.isprintable()
    told = json.loads(line)
    assert (told["level"], told["message"], told["id"]) == ("error", "no luck\n", "1-b")
    assert told["trace"].endswith("ValueError: a\nb\x7f")
    assert text.endswith("[1-b]")
    assert "id" not in json.loads(JsonLines().format(record))
