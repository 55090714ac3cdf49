"""What a release must still be: every damage is found, with the file that it is in."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project
from small_release import make_release

from publish.release.build import build
from publish.release.soundness import MADE, check_release, list_files, write_made

NAME = "0123456789abcdef"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that lists its files."""
    release = make_release(tmp_path_factory.mktemp("whole") / NAME)
    (release / "queries").mkdir()
    write_made(release, {"id": NAME, "made": "2026-03-04T05:06:07Z"})
    return release


@pytest.fixture
def release(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(whole, tmp_path / NAME))


def largest_of_store(release: Path) -> Path:
    return max((release / "store").glob("*.sst"), key=lambda path: path.stat().st_size)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    """Turn one bit in the middle; the size stays, and the time of change is put back."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def change_made(release: Path, change: Callable[[dict[str, object]], object]) -> None:
    made = json.loads((release / MADE).read_text())
    change(made)
    (release / MADE).write_text(json.dumps(made))


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a dump cut off": ("dumps/uitstroom.nt", lambda r: cut(r / "dumps/uitstroom.nt")),
    "a dump empty": ("dumps/alles.nq", lambda r: (r / "dumps/alles.nq").write_bytes(b"")),
    "a dump longer": ("dumps/alles.nq", lambda r: append(r / "dumps/alles.nq")),
    "a dump gone": ("dumps/SHA256SUMS", lambda r: (r / "dumps/SHA256SUMS").unlink()),
    "a dump is a pipe": ("dumps/alles.nt", lambda r: pipe(r / "dumps/alles.nt")),
    "a dump is a link": ("dumps/alles.nt", lambda r: link(r / "dumps/alles.nt")),
    "a dump is a folder": ("dumps/alles.nt", lambda r: folder(r / "dumps/alles.nt")),
    "all dumps gone": ("dumps", lambda r: shutil.rmtree(r / "dumps")),
    "the store cut off": ("store", lambda r: cut(largest_of_store(r))),
    "the store without CURRENT": ("store/CURRENT", lambda r: (r / "store/CURRENT").unlink()),
    "the store gone": ("store", lambda r: shutil.rmtree(r / "store")),
    "the store is a file": ("store", lambda r: file(r / "store")),
    "the tables gone": ("tables", lambda r: shutil.rmtree(r / "tables")),
    "no manifest": ("manifest.json", lambda r: (r / "manifest.json").unlink()),
    "a space in the manifest": (
        "manifest.json",
        lambda r: append(r / "manifest.json"),
    ),
    "a file too many": ("dumps/x", lambda r: (r / "dumps/x").touch()),
    "a file with an odd name": ("tables/a b\\udcff", lambda r: (r / "tables/a\nb\udcff").touch()),
    "a folder too many": ("x", lambda r: (r / "x/y").mkdir(parents=True)),
    "a file unreadable": ("dumps/alles.nt", lambda r: (r / "dumps/alles.nt").chmod(0)),
    "a file for its owner only": ("dumps/alles.nt", lambda r: (r / "dumps/alles.nt").chmod(0o600)),
    "a folder closed": ("store", lambda r: (r / "store").chmod(0o644)),
    "made.json gone": (MADE, lambda r: (r / MADE).unlink()),
    "made.json empty": (MADE, lambda r: (r / MADE).write_bytes(b"")),
    "made.json a list": (MADE, lambda r: (r / MADE).write_bytes(b"[]")),
    "made.json deep": (MADE, lambda r: (r / MADE).write_bytes(b"[" * 100_000)),
    "made.json no text": (MADE, lambda r: (r / MADE).write_bytes(b"\xff\xfe")),
    "made.json a pipe": (MADE, lambda r: pipe(r / MADE)),
    "made.json of another time": (MADE, lambda r: change_made(r, lambda m: m.update(made="2001"))),
    "made.json with no time": (MADE, lambda r: (r / MADE).write_text('{"made": 3}')),
    "made.json with a wrong time": (
        MADE,
        lambda r: (r / MADE).write_text('{"made": "2026-13-01"}'),
    ),
    "made.json without a time": (MADE, lambda r: (r / MADE).write_text("{}")),
    "made.json without a file": (MADE, lambda r: change_made(r, lambda m: m["files"].popitem())),  # type: ignore[attr-defined]
}
"""By name, the path that is reported and what is done."""


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("\n")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path) -> None:
    path.rename(path.with_name("x.tmp"))
    path.symlink_to("x.tmp")
    path.with_name("x.tmp").rename(path.parents[2] / "elsewhere")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def file(path: Path) -> None:
    shutil.rmtree(path)
    path.touch()


@pytest.mark.parametrize("name", DAMAGES)
def test_find_damage(release: Path, name: str) -> None:
    """Each damage is found by size, and told once, with the path at which it is."""
    path, damage = DAMAGES[name]
    damage(release)
    found = check_release(release, full=False, shown=NAME)
    [place] = [item.path.removeprefix(f"{NAME}/") for item in found]
    assert place == path or (name == "the store cut off" and place.endswith(".sst"))
    assert {item.code for item in found} == {"release-file"}


def test_find_all_damages_at_once(release: Path) -> None:
    """One run reports every file that is wrong."""
    for name in ("a dump cut off", "a dump gone", "a file too many", "the store gone"):
        DAMAGES[name][1](release)
    assert len(check_release(release, full=False)) == 4


@pytest.mark.parametrize("path", ["dumps/alles.nt.gz", "manifest.json", "store"])
def test_find_a_flipped_bit_by_checksum(release: Path, path: str) -> None:
    """A bit that flipped leaves the size as it is, so only the checksum tells."""
    file = largest_of_store(release) if path == "store" else release / path
    flip(file)
    assert check_release(release, full=False) == []
    [found] = check_release(release, full=True, shown=NAME)
    assert found.path == f"{NAME}/{file.relative_to(release)}"
    assert "content is not what was written" in found.finding


def test_find_nothing_where_nothing_is_wrong(release: Path) -> None:
    """A whole release passes: also a copy, moved, with fewer rights or with more inside."""
    assert check_release(release, full=True) == []
    assert MADE not in list_files(release / "dumps")
    moved = release.rename(release.with_name("elders"))
    moved.chmod(0o700)
    (moved / "dumps" / "alles.nt").chmod(0o600)
    (moved / "dumps" / "alles.nq").chmod(0o664)
    assert check_release(moved, full=True) == []
    shutil.rmtree(moved / "queries")  # which holds nothing
    assert check_release(moved, full=True) == []


def test_say_what_is_no_release(tmp_path: Path) -> None:
    """A folder that is gone or that is a file is told as such."""
    (tmp_path / "x").touch()
    [gone] = check_release(tmp_path / "y", full=True, shown="y")
    [wrong] = check_release(tmp_path / "x", full=True, shown="x")
    assert (gone.path, wrong.path) == ("y", "x")
    assert "missing" in gone.finding


@pytest.fixture(scope="module")
def once_built(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project with a release, to be copied and damaged."""
    project = make_small_project(tmp_path_factory.mktemp("once") / "project")
    project.table(PLAIN_TABLE)
    for slug in ("proef", "uitstroom"):
        project.mapping(PLAIN, slug)
    build(project.read())
    return project


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [name for name in DAMAGES if not name.startswith("a dump is")])
def test_build_damaged_release_anew(once_built: SmallProject, tmp_path: Path, name: str) -> None:
    """Whatever became of the current release, a build ends with a whole one, and says so."""
    root = tmp_path / "project"
    project = SmallProject(root=Path(shutil.copytree(once_built.root, root, symlinks=True)))
    current = root / "build" / "current"
    folder = current.resolve()
    assert check_release(folder, full=True) == []
    DAMAGES[name][1](folder)
    result = project.run("build")
    assert result.exit_code == 0
    assert f"the release {folder.name} is damaged" in result.stderr
    made = current.resolve()
    assert made.name == f"{folder.name}.2"
    assert check_release(made, full=True) == []
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode)
    assert "nothing has changed" in project.run("build").stderr
