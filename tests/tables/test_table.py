"""Printed tables as files: what is sound comes in blocks, what is odd becomes a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.faults.fault import Fault
from publish.tables import table as tables
from publish.tables.table import open_table, places, read_blocks

Place = tuple[str, int, int]


def read(
    tmp_path: Path, content: str | bytes, header_rows: int = 1
) -> tuple[dict[int, list[str]], list[str], list[Place]]:
    """Return the sound rows by number, their source lines, and the faults with their places."""
    path = tmp_path / "tabel.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults: list[Fault] = []
    rows, lines = {}, []
    table = open_table(path, "tabel.csv", "bron", header_rows, faults)
    for block in read_blocks(table, faults) if table else ():
        rows |= dict(zip(block.rows.tolist(), block.cells.to_numpy().tolist(), strict=True))
        lines += block.source_lines
    return rows, lines, [(item.code, item.line, item.column) for item in faults]


def test_read_table_with_source_lines(tmp_path: Path) -> None:
    """The last column is the source line when its header says so; it is no cell of the table."""
    rows, lines, faults = read(tmp_path, "x,a,b,bronregel\nr,1,2,79\ns,3,4,80-81\n")
    assert rows == {2: ["r", "1", "2"], 3: ["s", "3", "4"]}
    assert lines == ["79", "80-81"]
    assert faults == []


def test_read_table_as_text(tmp_path: Path) -> None:
    """Nothing is taken for a number, a date or a missing value."""
    rows, _, faults = read(tmp_path, 'x,a,b,c\nNA,"1.676,15",007,nan\nnull,1e5,-,TRUE\n')
    assert rows == {2: ["NA", "1.676,15", "007", "nan"], 3: ["null", "1e5", "-", "TRUE"]}
    assert faults == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_read_table_of_any_system(tmp_path: Path, ending: str, mark: bytes) -> None:
    """Line ends of any system change nothing; a byte order mark is a fault, and no cell's text."""
    content = mark + "x,a\nr,1\ns,é".replace("\n", ending).encode()
    rows, _, faults = read(tmp_path, content)
    assert rows == {2: ["r", "1"], 3: ["s", "é"]}
    assert faults == [("byte-order-mark", 1, 1)] * bool(mark)


def test_read_cell_with_line_feed(tmp_path: Path) -> None:
    """A quoted cell may hold line feeds, commas and quotes, in the header too."""
    rows, _, faults = read(tmp_path, 'x,"a\nb"\n"r\n1, ""2""",1\ns,2\n')
    assert rows == {2: ['r\n1, "2"', "1"], 3: ["s", "2"]}
    assert faults == []


@pytest.mark.parametrize(
    ("content", "sound", "expected"),
    [
        ("x,a,b\nr,1,2,3\ns,4,5\n", [3], [("ragged-row", 2, 1)]),
        ("x,a,b\nr,1,2,3\ns,4,5,6\n", [], [("ragged-row", 2, 1), ("ragged-row", 3, 1)]),
        ("x,a,b\nr,1,2\ns,4,5,6\nt,7,8\n", [2, 4], [("ragged-row", 3, 1)]),
        ('x,a,b\n"r\nr",1,2,3\ns,4,5\n', [3], [("ragged-row", 2, 1)]),
        ('x,a,b\nr,"1,2\ns,"4",5,6\nt,7,8\n', [3], [("bad-csv", 2, 3)]),
        ("x,a,b\nr,1,2\ns,4,5,\nt,7,8\n", [2, 4], [("ragged-row", 3, 1)]),
        ("x,a,b\nr,1\ns,4,5\n", [3], [("ragged-row", 2, 1)]),
        ("x,a,b\nr\ns,4,5\n", [3], [("ragged-row", 2, 1)]),
        ("x,a,b\n\nr,1,2\n,,\ns,4,5\n\n", [3, 5], [("empty-row", n, 1) for n in (2, 4, 6)]),
        ('x,a,b\nr,1,2\ns,"4,5\nt,7,8\n', [2], [("bad-csv", 3, 3)]),
        ('x,a,b\nr,1,"2\n', [], [("bad-csv", 2, 5)]),
        ('x,a,b\n"', [], [("bad-csv", 2, 1)]),
        ('x,a,b\n"r\n1",1,2\ns,"4\n4","5\n', [2], [("bad-csv", 5, 4)]),
        ("x,a,b\n", [], [("no-rows", 1, 1)]),
        ("x,a,b", [], [("no-rows", 1, 1)]),
        ("", [], [("empty-file", 1, 1)]),
        ("\nx,a,b\nr,1,2\n", [], [("empty-row", 1, 1)]),
        ('x,"a,b\nr,1,2\n', [], [("bad-csv", 1, 3)]),
        ("x,a,b\nr,1,2\n".encode("utf-16"), [], [("wrong-encoding", 1, 1)]),
        ("x,a\nr,1\né,2\n".encode("latin-1"), [], [("wrong-encoding", 3, 1)]),
        (b"x,a\nr,1\ns\xc3", [], [("wrong-encoding", 3, 2)]),
    ],
)
def test_report_odd_row(
    tmp_path: Path, content: str | bytes, sound: list[int], expected: list[Place]
) -> None:
    """Each row of a wrong shape is one fault at its line; the sound rows are read all the same."""
    rows, _, faults = read(tmp_path, content)
    assert list(rows) == sound
    assert faults == expected


def test_report_every_odd_row_of_long_table(tmp_path: Path) -> None:
    """All odd rows are reported, also those far behind the first."""
    lines = ["x,a", *(f"r{number},{number}" for number in range(2, 50_001))]
    lines[10] = lines[30_000] = "r,1,2"
    lines[49_999] = "r"
    rows, _, faults = read(tmp_path, "\n".join(lines))
    assert faults == [("ragged-row", line, 1) for line in (11, 30_001, 50_000)]
    assert len(rows) == 49_999 - 3
    assert rows[30_000] == ["r30000", "30000"]


def test_report_wrong_encoding_far_down(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is found wherever it stands."""
    content = b"x,a\n" + b"r,1\n" * 100_000 + b"s,2\xff\n"
    assert read(tmp_path, content)[2] == [("wrong-encoding", 100_002, 4)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("x,a\n", [("too-few-columns", 1, 1)]),
        (",m,m\nx,a\nr,1\n", [("ragged-row", 2, 1)]),
        (",m\n\nr,1\n", [("empty-row", 2, 1)]),
    ],
)
def test_report_odd_header(tmp_path: Path, content: str, expected: list[Place]) -> None:
    """Two header rows must be there, and of one length."""
    assert read(tmp_path, content, header_rows=2)[2] == expected


def test_report_table_that_cannot_be_read(tmp_path: Path) -> None:
    """A table that the system does not let us read is a fault, not a traceback."""
    (tmp_path / "tabel.csv").mkdir()
    faults: list[Fault] = []
    assert open_table(tmp_path / "tabel.csv", "tabel.csv", "bron", 1, faults) is None
    assert [item.code for item in faults] == ["cannot-read"]


def test_read_table_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the blocks, rows keep their numbers and none is lost."""
    content = "x,a,b\n" + "".join(f"r{n},{n},{n * 2}\n" for n in range(2, 103))
    whole = read(tmp_path, content)
    monkeypatch.setattr(tables, "BLOCK", 9)
    assert read(tmp_path, content) == whole
    assert whole[0][102] == ["r102", "102", "204"]


def test_read_long_cell(tmp_path: Path) -> None:
    """A cell may be longer than the csv module likes; what it says is judged elsewhere."""
    rows, _, faults = read(tmp_path, f"x,a\nr,{'9' * 200_000}\n")
    assert len(rows[2][1]) == 200_000
    assert faults == []


def test_find_places_of_cells(tmp_path: Path) -> None:
    """A cell's line and column are those an editor shows, also after cells with line feeds."""
    path = tmp_path / "tabel.csv"
    path.write_text('x,a,b\n"r\n1",2,"3,0"\ns,"4\n5",6"7,8\n', encoding="utf-8")
    faults: list[Fault] = []
    table = open_table(path, "tabel.csv", "bron", 1, faults)
    assert table is not None
    found = places(table, {(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4)})
    assert {cell: place[:2] for cell, place in found.items()} == {
        (1, 1): (1, 1),
        (1, 3): (1, 5),
        (2, 1): (2, 1),
        (2, 2): (3, 4),
        (2, 3): (3, 6),
        (3, 2): (4, 3),
        (3, 3): (5, 4),
        (3, 4): (5, 8),
    }
    assert found[2, 3][2] == "3,0"


def test_give_table_the_hash_of_its_bytes(tmp_path: Path) -> None:
    """The fingerprint in a table's address changes with every byte of it."""
    digests = set()
    for content in (b"x,a\nr,1\n", b"x,a\r\nr,1\r\n", b"x,a\nr,2\n"):
        path = tmp_path / "tabel.csv"
        path.write_bytes(content)
        table = open_table(path, "tabel.csv", "bron", 1, [])
        assert table is not None
        digests.add(table.digest)
    assert len(digests) == 3
