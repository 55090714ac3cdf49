"""The folder of the releases: what stays when a build fails anywhere, and what may go."""

from __future__ import annotations

import errno
import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from failing_calls import KILL, build_with_failing_call, compile_failing_calls
from small_project import SmallProject
from small_release import make_release

from publish.faults.fault import CannotRun
from publish.release.build import build
from publish.release.opened import Served
from publish.release.releases import (
    CURRENT,
    check_current,
    keep_release,
    locked,
    make_current,
    releases_in,
    removable,
    remove,
    sound_releases,
    unfinished_folder,
)
from publish.release.soundness import MADE, check_release, write_made

A, B = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def small(parent: Path, name: str) -> Path:
    """Make a release of two files, as a build does, and make it current; return its folder."""
    if not parent.exists():
        parent.mkdir()
    with locked(parent), unfinished_folder(parent) as folder:
        (folder / "dumps").mkdir()
        (folder / "dumps" / "x.nt").write_text(name)
        write_made(folder, {"id": name, "made": "2026-01-02T03:04:05Z"})
        release = keep_release(folder, name)
        make_current(release)
    return release


def hidden(parent: Path) -> set[str]:
    return {path.name for path in parent.iterdir() if path.name.startswith(".")} - {".lock"}


# -- Whatever fails -------------------------------------------------------------------------------

EACH_CALL = """
import ctypes, os, shutil, sys
sys.path[:0] = sys.argv[3].split(":")
from pathlib import Path
from test_releases import A, B, small
failing, parent = ctypes.CDLL(sys.argv[1]), Path(sys.argv[2])
small(parent / "0", A)
for error in (0, 28):
    for number in range(1, 200):
        build = parent / f"{error}-{number}"
        shutil.copytree(parent / "0", build, symlinks=True)
        if (child := os.fork()) == 0:
            failing.fail_at(number, error)
            try:
                small(build, B)
            except OSError as failed:
                os._exit(2 if failed.filename or failed.errno else 3)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(error, number, code, flush=True)
        if code == 0:
            break
"""


def test_keep_a_whole_release_whatever_call_fails(tmp_path: Path) -> None:
    """Killed or refused at any call, a build leaves the old release current, or the new one."""
    library = compile_failing_calls(tmp_path)
    parent = tmp_path / "below"
    parent.mkdir()
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", EACH_CALL, str(library), str(parent), paths],
        env=os.environ | {"LD_PRELOAD": str(library), "FAIL_BELOW": str(parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert {code for _, _, code in found} == {0, 2, -9}
    for error, number, code in found:
        build = parent / f"{error}-{number}"
        name = (build / CURRENT).readlink().name
        assert check_release(build / name, full=True) == [], (error, number)
        assert code != 0 or name == B
        with locked(build):
            assert hidden(build) == set()
        assert all(check_release(path, full=True) == [] for path in releases_in(build))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", [KILL, errno.EIO, errno.ENOSPC])
def test_build_whatever_call_fails(sound: SmallProject, tmp_path: Path, error: int) -> None:
    """The same of a whole build with its store; what the system said names a path."""
    library, log = compile_failing_calls(tmp_path), tmp_path / "log"
    old, _ = build(sound.read())
    sound.table("x,2022 - K1,2022 - K2\njong,1,2\noud,3,5\n")
    shutil.copytree(sound.root, tmp_path / "copy", symlinks=True)
    assert build_with_failing_call(library, tmp_path / "copy", -1, 0, log).returncode == 0
    calls = len(log.read_text().splitlines())
    assert calls > 300
    for number in [*range(1, calls, 70), calls - 1, calls]:
        root = tmp_path / f"{number}"
        shutil.copytree(sound.root, root, symlinks=True)
        failed = build_with_failing_call(library, root, number, error)
        current = root / "build" / CURRENT
        assert check_release(current.resolve(), full=True) == [], number
        if failed.returncode != 0:
            assert failed.returncode == (-9 if error == KILL else 2), failed.stderr
            assert error == KILL or f"publish: {root}/" in failed.stderr
            assert error == KILL or len(failed.stderr.splitlines()) == 1
            assert error == KILL or hidden(root / "build") == set()
        else:
            assert current.readlink().name != old.name
        assert build_with_failing_call(library, root, -1, 0).returncode == 0
        assert hidden(root / "build") == set()
        assert check_release(current.resolve(), full=True) == []
        assert current.readlink().name != old.name
        shutil.rmtree(root)


@pytest.mark.slow
def test_put_all_on_the_disk_before_the_name(sound: SmallProject, tmp_path: Path) -> None:
    """Every file of a release, those of the store too, is written and then synced, then named."""
    library, log = compile_failing_calls(tmp_path), tmp_path / "log"
    result = build_with_failing_call(library, sound.root, -1, 0, log)
    folder = Path(result.stdout.strip())
    calls = [line.partition(" ")[::2] for line in log.read_text().splitlines()]
    named = next(at for at, call in enumerate(calls) if call == ("rename", str(folder)))
    written, synced = dict[str, int](), dict[str, int]()
    for at, (what, path) in enumerate(calls[:named]):
        (synced if what == "fsync" else written)[path] = at
    for path in folder.rglob("*"):
        unfinished = [name for name in synced if name.endswith(f"/{path.relative_to(folder)}")]
        assert len(unfinished) == 1, path
        assert synced[unfinished[0]] > written.get(unfinished[0], -1), path
    parent, link = str(folder.parent), str(folder.parent / CURRENT)
    after = [call for call in calls[named:] if call[0] in ("fsync", "rename")]
    assert after == [
        ("rename", str(folder)),
        ("fsync", parent),
        ("rename", link),
        ("fsync", parent),
    ]


# -- Damage ---------------------------------------------------------------------------------------


def test_never_touch_a_release_that_may_be_served(tmp_path: Path) -> None:
    """The same id with other bytes gets a folder of its own; the one before it stays as it is."""
    first = small(tmp_path, A)
    content = (first / "dumps" / "x.nt").stat()
    second, third = small(tmp_path, A), small(tmp_path, A)
    assert [first.name, second.name, third.name] == [A, f"{A}.2", f"{A}.3"]
    assert (first / "dumps" / "x.nt").stat() == content
    assert (tmp_path / CURRENT).readlink().name == third.name


@pytest.mark.parametrize(
    "target", [None, "nowhere", CURRENT, "/dev/null", ".", "absolute", "a folder", "a file"]
)
def test_mend_the_link(tmp_path: Path, target: str | None) -> None:
    """Whatever `build/current` became, a build makes a link of it, and throws no folder away."""
    release, current = small(tmp_path, A), tmp_path / CURRENT
    current.unlink()
    if target == "a folder":
        current.mkdir()
        (current / "own").touch()
    elif target == "a file":
        current.touch()
    elif target is not None:
        current.symlink_to(release if target == "absolute" else target)
    assert bool(check_current(current, "build/current")) == (target not in (".", "absolute"))
    with locked(tmp_path):
        make_current(release)
    assert str(current.readlink()) == A
    assert check_current(current, "build/current") == []
    moved = list(tmp_path.glob(f"{CURRENT}-*/own"))
    assert len(moved) == (target == "a folder")


def names(current: Path) -> list[str]:
    """Return the releases that can be served, in the order in which they are tried."""
    found = []
    with pytest.raises(CannotRun):
        for folder, told in sound_releases(current):
            assert (told is None) == (current.resolve() == folder)
            found.append(folder.name)
    return found


def test_serve_the_last_sound_release(tmp_path: Path) -> None:
    """A damaged current release is passed over for the latest that is sound, and that is told."""
    first, second = small(tmp_path, A), small(tmp_path, B)
    current = tmp_path / CURRENT
    assert names(current) == [B, A]
    (second / "dumps" / "x.nt").write_text("bbbbbbbbbbbbbbbc")
    folder, told = next(sound_releases(current))
    assert folder == first
    assert told is not None
    assert f"The release {B} is damaged: {B}/dumps/x.nt" in told
    assert f"The release {A} is served instead" in told
    current.unlink()
    current.symlink_to("nowhere")
    assert names(current) == [A]
    (first / MADE).write_bytes(b"")
    with pytest.raises(CannotRun, match=r"is damaged: publish build makes it anew.*nowhere"):
        next(sound_releases(current))
    shutil.rmtree(first)
    shutil.rmtree(second)
    with pytest.raises(CannotRun, match="no release to serve yet"):
        next(sound_releases(current))


# -- Old releases ---------------------------------------------------------------------------------


def test_remove_old_releases_only(tmp_path: Path) -> None:
    """The latest are kept, and whatever is current."""
    for number, name in enumerate((A, B, A, "cccccccccccccccc", "dddddddddddddddd")):
        os.utime(small(tmp_path, name), ns=(0, number))
    assert [path.name for path in releases_in(tmp_path)] == ["d" * 16, "c" * 16, f"{A}.2", B, A]
    assert removable(tmp_path, 5) == []
    assert [path.name for path in removable(tmp_path, 4)] == [A]
    assert [path.name for path in removable(tmp_path, 2)] == [f"{A}.2", B, A]
    assert [path.name for path in removable(tmp_path, 1)] == ["c" * 16, f"{A}.2", B, A]
    (tmp_path / CURRENT).unlink()
    (tmp_path / CURRENT).symlink_to(B)
    assert B not in [path.name for path in removable(tmp_path, 1)]
    remove(removable(tmp_path, 1))
    assert [path.name for path in releases_in(tmp_path)] == [B]
    (tmp_path / CURRENT).unlink()
    assert removable(tmp_path, 1) == [], "what is current is not known"


def test_keep_a_release_that_is_served(tmp_path: Path) -> None:
    """As long as a release is open it is not removed, by whomever it is served."""
    old = make_release(tmp_path / A)
    served = Served(old)
    small(tmp_path, B)
    assert removable(tmp_path, 1) == []
    del served
    gc.collect()
    assert removable(tmp_path, 1) == [old]


def test_keep_as_many_releases_as_the_project_says(sound: SmallProject) -> None:
    """A build removes what is older, and what a killed build left; `prune` does it by hand."""
    settings = sound.root / "publish.toml"
    settings.write_text("keep-releases = 2\n" + settings.read_text())
    made = []
    for number in (5, 6, 7):
        sound.table(f"x,2022 - K1,2022 - K2\njong,1,2\noud,3,{number}\n")
        made.append(build(sound.read())[0])
    parent = sound.root / "build"
    assert set(releases_in(parent)) == set(made[1:])
    (parent / ".current-1").symlink_to("nowhere")
    assert sound.run("prune", "--keep", "1", "--dry-run").stdout == f"build/{made[1].name}\n"
    assert set(releases_in(parent)) == set(made[1:])
    assert sound.run("prune", "--keep", "1").exit_code == 0
    assert releases_in(parent) == [made[2]]
    assert hidden(parent) == set()


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", '"5"'])
def test_refuse_impossible_number_of_releases(sound: SmallProject, value: str) -> None:
    """At least one release is kept."""
    settings = sound.root / "publish.toml"
    settings.write_text(f"keep-releases = {value}\n" + settings.read_text())
    result = sound.run("prune")
    assert result.exit_code == 1
    assert "publish.toml:1:1: wrong-type:" in result.stdout
    assert "a whole number from 1" in result.stdout


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o027])
def test_keep_to_the_rights_that_the_user_wants(tmp_path: Path, mask: int) -> None:
    """The folder of a release has no more rights than the user gives new folders."""
    before = os.umask(mask)
    try:
        release = small(tmp_path / "build", A)
    finally:
        os.umask(before)
    assert release.stat().st_mode & 0o777 == 0o777 & ~mask
    assert check_release(release, full=True) == []
    made = json.loads((release / MADE).read_text())
    assert set(made["files"]) == {"dumps/x.nt"}
