"""Bytes of a table that no reader should be given, found with little memory and time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from publish.faults.fault import Fault
from publish.project.files import BIDI
from publish.tables import scan
from publish.tables.scan import scan_table
from publish.tables.table import open_table

Places = list[tuple[str, int, int]]


def scanned(tmp_path: Path, content: bytes) -> tuple[scan.Scan | None, Places]:
    """Return what is known of a table, and the faults with their places."""
    path = tmp_path / "tabel.csv"
    path.write_bytes(content)
    faults: list[Fault] = []
    found = scan_table(path, "tabel.csv", faults)
    return found, [(item.code, item.line, item.column) for item in faults]


@pytest.mark.parametrize("content", [b"", b"x,a\nr,1\n", b"x" * 600_000 + b"\n" + b"y" * 600_000])
def test_scan_sound_table(tmp_path: Path, content: bytes) -> None:
    """A sound table of any size has its fingerprint and no faults."""
    found, faults = scanned(tmp_path, content)
    assert found
    assert found.digest == hashlib.sha256(content).hexdigest()[:16]
    assert not found.may_be_long
    assert faults == []


@pytest.mark.parametrize("piece", [3, 7, 2**18])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbfx,a\nr,1\n", ("byte-order-mark", 1, 1)),
        (b"x,a\nr,1\x00\n", ("nul-byte", 2, 4)),
        (b"x,a\r\nr,1\r\ns,\xc3\xa9\x00\n", ("nul-byte", 3, 4)),
        (b"x,a\rr,1\rs,\x00\r", ("nul-byte", 3, 3)),
        ("x,a\nr,1\u202e2\n".encode(), ("bidi-control", 2, 4)),
        ("x,a\nr,\u061c1\n".encode(), ("bidi-control", 2, 3)),
        ("x,a\nr,1\n".encode("utf-16"), ("wrong-encoding", 1, 1)),
        ("x,2022\nr,1\n".encode("utf-16-le"), ("wrong-encoding", 1, 1)),
        ("x,2022\nr,1\n".encode("utf-16-be"), ("wrong-encoding", 1, 1)),
        (b"x,a\n" + b"r,1" * 400_000 + b"\n", ("long-line", 2, 1)),
        (b"x,a\r" + b"r,1" * 400_000 + b"\r", ("long-line", 2, 1)),
    ],
)
def test_scan_report_bytes_that_do_not_belong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    piece: int,
    content: bytes,
    expected: tuple[str, int, int],
) -> None:
    """What does not belong in a table has its place, wherever the pieces are cut."""
    if len(content) < 1000:
        monkeypatch.setattr(scan, "PIECE", piece)
    assert scanned(tmp_path, content)[1] == [expected]


def test_scan_know_all_characters_that_turn_the_text() -> None:
    """The bytes that are looked for are those of the same characters as in other files."""
    for number in range(0x80, 0x3000):
        letter = chr(number)
        assert bool(scan._BIDI.search(letter.encode())) == bool(BIDI.search(letter)), hex(number)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'x,a\nr,"' + b"1,2\n" * 300_000, [("bad-csv", 2, 3)]),
        (b'x,"' + b"a\n" * 600_000, [("bad-csv", 1, 3)]),
        (b'x,a\nr 6",1\n' + b"s,1\n" * 300_000, []),
        (b'x,a\nr,"1\n2"\n' + b"s,1\n" * 300_000, []),
    ],
)
def test_open_table_with_quote_that_stays_open(
    tmp_path: Path, content: bytes, expected: Places
) -> None:
    """A quote that is open for very long is a fault where it opens; one in a cell is none."""
    path = tmp_path / "tabel.csv"
    path.write_bytes(content)
    faults: list[Fault] = []
    table = open_table(path, "tabel.csv", "bron", 1, faults)
    assert [(item.code, item.line, item.column) for item in faults] == expected
    assert (table is None) == bool(expected)


FEW = """
import resource, sys
from pathlib import Path
from publish.tables.scan import scan_table
faults = []
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
scan_table(Path(sys.argv[1]), "tabel.csv", faults)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(faults[0].code, after - before)
"""


@pytest.mark.parametrize("start", [b"x,a\n", b"x,a\nr," + b"1" * 3_000_000])
def test_scan_line_of_a_gigabyte_with_little_memory(tmp_path: Path, start: bytes) -> None:
    """A file of a gigabyte on one line is refused at once, with a few megabytes of memory."""
    path = tmp_path / "tabel.csv"
    path.write_bytes(start)
    os.truncate(path, 2**30)
    out = subprocess.run(
        [sys.executable, "-c", FEW, path], check=True, capture_output=True, text=True, timeout=20
    ).stdout.split()
    assert out[0] == ("nul-byte" if len(start) < 100 else "long-line")
    assert int(out[1]) < 20_000
