"""Files of a project: what is outside of it, is no file, or is too large is not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_project import SmallProject

from publish.faults.fault import Fault
from publish.project import files
from publish.project.files import (
    as_csv,
    files_below,
    is_formula,
    is_utf_16,
    read_file,
    write_files,
)


def read(path: Path, **options: object) -> tuple[str | None, list[tuple[str, int, int]]]:
    """Return the text of a file and the faults with their places."""
    faults: list[Fault] = []
    text = read_file(path, "x", faults, **options)  # type: ignore[arg-type]
    return text, [(item.code, item.line, item.column) for item in faults]


@pytest.mark.parametrize(
    ("content", "text", "expected"),
    [
        (b"een\n", "een\n", []),
        (b"\xef\xbb\xbfeen\n", "een\n", [("byte-order-mark", 1, 1)]),
        (b"een\ntw\x00ee\n", None, [("nul-byte", 2, 3)]),
        (b"e\xe9n\n", None, [("wrong-encoding", 1, 2)]),
        ("één\n".encode("utf-16"), None, [("wrong-encoding", 1, 1)]),
        ("een twee\n".encode("utf-16-be"), None, [("wrong-encoding", 1, 1)]),
        ("a\u202eb\u202e\nc\u2066".encode(), "a\u202eb\u202e\nc\u2066",
         [("bidi-control", 1, 2), ("bidi-control", 2, 2)]),
        (b"x" * 100, "x" * 100, []),
        (b"x" * 101, None, [("file-too-large", 0, 0)]),
    ],
)  # fmt: skip
def test_read_file(
    tmp_path: Path, content: bytes, text: str | None, expected: list[tuple[str, int, int]]
) -> None:
    """A file is text in UTF-8 of a bounded size; what is not has its place."""
    path = tmp_path / "x"
    path.write_bytes(content)
    assert read(path, most=100) == (text, expected)


def test_read_file_inside_the_project_only(tmp_path: Path) -> None:
    """A link may lead to another file of the project, and the project may itself be a link."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "een").write_text("1")
    (tmp_path / "buiten").write_text("2")
    (root / "twee").symlink_to("een")
    (root / "drie").symlink_to(tmp_path / "buiten")
    (tmp_path / "link").symlink_to(root)
    assert read(root / "twee", root=root) == ("1", [])
    assert read(tmp_path / "link" / "twee", root=tmp_path / "link") == ("1", [])
    assert read(root / "drie", root=root) == (None, [("outside-project", 0, 0)])
    assert read(root / ".." / "buiten", root=root) == (None, [("outside-project", 0, 0)])


def test_find_files_below_and_links_that_lead_out(tmp_path: Path) -> None:
    """Files are found in order; a folder that is a link to elsewhere is a fault."""
    root = tmp_path / "project"
    (root / "a" / "b").mkdir(parents=True)
    for name in ("a/z.ttl", "a/b/y.ttl", "a/x.txt"):
        (root / name).touch()
    (root / "a" / "elders").symlink_to(tmp_path)
    faults: list[Fault] = []
    found = files_below(root / "a", root, ".ttl", faults)
    assert [path.name for path in found] == ["y.ttl", "z.ttl"]
    assert [(item.code, item.path) for item in faults] == [("outside-project", "a/elders")]


def test_report_some_of_very_many_characters_that_turn_the_text(tmp_path: Path) -> None:
    """A file full of them gives a bounded number of faults."""
    (tmp_path / "x").write_text("\u202e\n" * 1000, encoding="utf-8")
    assert len(read(tmp_path / "x")[1]) == files.MOST_BIDI


@pytest.mark.parametrize("text", ["", "a", "één en twee", "x\0y", "\0" * 20])
def test_take_no_other_text_for_utf_16(text: str) -> None:
    """Neither text in UTF-8 nor a damaged file passes for UTF-16."""
    assert not is_utf_16(text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", True), ("=cmd|' /C calc'!A0", True), (" \t=A1", True), ("@SUM(A1)", True),
        ("+cmd|x", True), ("+SUM(1)", True), ("-2+3+cmd|' /C calc'!A0", True), ("-SUM(A1)", True),
        ("-", False), ("-12,5", False), ("+5", False), ("-18 jaar (minder)", False),
        ("65+", False), ("+65 jaar", False), ("=", False), ("@", False),
        ("jong", False), ("", False),
    ],
)  # fmt: skip
def test_know_formula(text: str, expected: bool) -> None:
    """What a spreadsheet would compute is a formula; numbers, ages and lone signs are none."""
    assert is_formula(text) is expected


def test_write_files_whole_or_not_at_all(tmp_path: Path) -> None:
    """When one of the files cannot be written, the others stay as they were."""
    first, second = tmp_path / "een.csv", tmp_path / "geen-map" / "twee.csv"
    first.write_bytes(b"oud")
    with pytest.raises(OSError, match="geen-map"):
        write_files({first: b"nieuw", second: b"nieuw"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("een.csv", b"oud")]
    write_files({first: as_csv([["a", "b,c"], [1, None]])})
    assert first.read_bytes() == b'a,"b,c"\n1,\n'


@pytest.mark.parametrize("target", ["/", "/usr", "..", "a file", "a pipe", "nowhere", "ontology"])
def test_look_into_no_folder_that_is_elsewhere(tmp_path: Path, target: str) -> None:
    """A folder that leads out of its project is refused at once, and so is what is no folder.

    A link to nowhere or to itself is none either, so that a project is not taken for an empty one.
    """
    folder, faults = tmp_path / "project" / "ontology", list[Fault]()
    folder.parent.mkdir()
    if target == "a file":
        folder.touch()
    elif target == "a pipe":
        os.mkfifo(folder)
    else:
        folder.symlink_to(target)
    for _ in range(2):
        assert files_below(folder, folder.parent, ".ttl", faults) == []
    [found] = faults
    is_outside = target in ("/", "/usr", "..")
    assert found.code == ("outside-project" if is_outside else "cannot-read")
    assert found.path == "ontology"
    assert ("geen map" in found.text_in("nl")) != is_outside


@pytest.mark.parametrize("name", ["ontology", "mappings", "shapes"])
def test_refuse_project_with_a_folder_elsewhere(project: SmallProject, name: str) -> None:
    """Each of the folders of a project lies in it."""
    (project.root / name).rename(project.root.parent / name)
    (project.root / name).symlink_to(project.root.parent / name)
    assert ("outside-project", name, 0, 0) in project.places()
