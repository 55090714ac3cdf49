"""The folder that the processes of one server share."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from publish.server.processes.run_folder import NAME_PREFIX, run_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files lie during a test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(path: Path) -> Path:
    """Make a folder look as if nothing was made in it for an hour."""
    os.utime(path, (1, 1))
    return path


def test_remove_folder_with_server(place: Path) -> None:
    """A folder is one's own, only for this user, and gone when the server is."""
    with run_folder() as one, run_folder() as two:
        assert one != two
        assert one.stat().st_mode & 0o777 == 0o700
        (one / "answers").mkdir()
        (one / "answers" / "data").write_bytes(b"x")
    assert list(place.iterdir()) == []


def test_remove_what_killed_server_left(place: Path) -> None:
    """The next server removes the folder of one that was killed; not of one that may be young."""
    left, young = place / f"{NAME_PREFIX}left", place / f"{NAME_PREFIX}young"
    for path in (left, young):
        path.mkdir()
        (path / "data").write_bytes(b"x")
    age(left)
    with run_folder():
        assert not left.exists()
        assert (young / "data").exists()


def test_leave_folder_of_living_server(place: Path) -> None:
    """A server that lives keeps its folder, however long nothing was made in it."""
    with run_folder() as one:
        (one / "data").write_bytes(b"x")
        age(one)
        with run_folder():
            assert (one / "data").exists()


def test_remove_nothing_else(place: Path) -> None:
    """What only has such a name is left: a file, a link, a folder of another name."""
    target = place / "elsewhere"
    target.mkdir()
    (target / "data").write_bytes(b"x")
    (place / f"{NAME_PREFIX}link").symlink_to(target)
    file = place / f"{NAME_PREFIX}file"
    file.write_bytes(b"x")
    age(file)
    age(target)
    os.utime(place / f"{NAME_PREFIX}link", (1, 1), follow_symlinks=False)
    with run_folder():
        assert (target / "data").exists()
        assert file.exists()
        assert (place / f"{NAME_PREFIX}link").is_symlink()
