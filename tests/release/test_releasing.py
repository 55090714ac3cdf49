"""Releases with their records: one step, whatever fails, and back again."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import PROGRAM
from failing_calls import KILL, compile_failing_calls
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project
from sparql_server import Server, health, number, serving, until

from publish.faults.fault import CannotRun, FaultyInput
from publish.project.project import read_project
from publish.rdf.namespaces import DCTERMS
from publish.release.build import build, list_release
from publish.release.history.checking import check_history_files
from publish.release.history.names import find_record
from publish.release.history.records import (
    HISTORY,
    PREPARED,
    RECORD,
    ReleaseRecord,
    checksum_of,
    is_prepared,
    read_history,
    record_of,
)
from publish.release.history.writing import clock_is_behind, draft_record, settle
from publish.release.manifest import MANIFEST
from publish.release.opened import Served
from publish.release.releases import (
    CURRENT,
    locked,
    make_current,
    releases_in,
    removable,
    same_content,
    sound_releases,
    unfinished_folder,
)
from publish.release.releasing import record_release, release, rollback
from publish.release.soundness import check_release

A, B, C = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"


def small(build: Path, name: str) -> ReleaseRecord:
    """Make a release of no data sets with its record, as ``publish release`` does."""
    if not build.exists():
        build.mkdir()
    with locked(build):
        settle(build)
        history = read_history(build)
        with unfinished_folder(build) as folder:
            (folder / "dumps").mkdir()
            text = f'<https://x.example/{name}> <https://x.example/p> "x" .\n'
            (folder / "dumps" / "codelijsten.nt").write_text(text)
            sums = {"bytes": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}
            files = [{"path": "dumps/codelijsten.nt", **sums}]
            manifest = {"id": name, "base": "https://x.example", "data-sets": [], "files": files}
            manifest |= {"shapes": [], "graphs": [{"name": "x/codelijsten"}]}
            (folder / "manifest.json").write_text(json.dumps(manifest | {"manifest": MANIFEST}))
            record = draft_record(history, manifest, folder, note={"nl": name})
            return record_release(history, record, folder, manifest)[0]


def preview(build: Path, name: str) -> Path:
    """Make a release without a record current, as ``publish build`` does."""
    with locked(build):
        settle(build)
        folder = build / name
        (folder / "dumps").mkdir(parents=True)
        list_release(folder, {"id": name, "files": [], "shapes": []}, None)
        make_current(folder)
    return folder


def hidden(build: Path) -> set[str]:
    """Return what is unfinished in the folder of releases and in the history."""
    found = {path.relative_to(build).as_posix() for path in build.rglob(".*")}
    return found - {".lock"}


def shown(build: Path) -> list[str]:
    """Return the ids of the history as it holds for the release that is current."""
    current = (build / CURRENT).resolve()
    history = read_history(build, current)
    assert history.problems == ()
    assert check_history_files(history, full=True) == []
    return [record.id for record in history.records]


# -- Whatever fails -------------------------------------------------------------------------------

EACH_CALL = """
import ctypes, os, shutil, sys
sys.path[:0] = sys.argv[3].split(":")
from pathlib import Path
from test_releasing import A, B, small
failing, parent = ctypes.CDLL(sys.argv[1]), Path(sys.argv[2])
small(parent / "0", A)
for error in (0, 28):
    for number in range(1, 300, int(sys.argv[4])):
        build = parent / f"{error}-{number}"
        shutil.copytree(parent / "0", build, symlinks=True)
        if (child := os.fork()) == 0:
            failing.fail_at(number, error)
            try:
                small(build, B)
            except OSError as failed:
                os._exit(2 if failed.filename or failed.errno else 3)
            except BaseException:
                os._exit(4)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(error, number, code, flush=True)
        if code == 0:
            break
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_release_in_one_step_whatever_call_fails(tmp_path: Path, step: int) -> None:
    """Killed or refused at any call, the old release is served with its history, or the new one.

    The next release takes back or confirms what is there, and goes on.
    """
    library = compile_failing_calls(tmp_path)
    parent = tmp_path / "below"
    parent.mkdir()
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", EACH_CALL, str(library), str(parent), paths, str(step)],
        env=os.environ | {"LD_PRELOAD": str(library), "FAIL_BELOW": str(parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert {code for _, _, code in found} == {0, 2, -9}
    served = set()
    for error, at, code in found:
        build = parent / f"{error}-{at}"
        name = (build / CURRENT).readlink().name
        served.add((code, name))
        assert shown(build) == ([A] if name == A else [A, B]), (error, at)
        again = small(build, C)
        assert shown(build) == [A, C] if name == A else [A, B, C], (error, at)
        assert again.number == len(shown(build))
        assert hidden(build) == set()
        assert not any(is_prepared(record) for record in read_history(build).records)
        assert {record_of(path)[1] for path in releases_in(build)} == set(shown(build))
        assert len(list((build / HISTORY / "graphs").iterdir())) == len(shown(build))
    assert served >= {(0, B), (2, A), (-9, A)}
    assert step > 1 or served == {(0, B), (2, A), (2, B), (-9, A), (-9, B)}


def run_release(
    root: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``publish release`` in a process of its own."""
    with (root / "told").open("w") as told:
        return subprocess.Popen(
            [PROGRAM, "--project", str(root), "-q", "release", *arguments],
            env=os.environ | (environment or {}),
            stdout=told,
            stderr=told,
        )


def value_of(project: SmallProject, number: int) -> None:
    """Let the first figure of the table be a number."""
    project.table(PLAIN_TABLE.replace("jong,1", f"jong,{number}"))


def check_served(project: SmallProject, server: Server) -> int:
    """Return the first figure that a server serves: that of the last record of its release."""
    current = project.root / "build" / CURRENT
    assert check_release(current.resolve(), full=True) == []
    history = read_history(project.root / "build", current.resolve())
    assert history.last is not None
    assert history.problems == ()
    assert check_history_files(history, full=True) == []
    assert history.last.id == current.readlink().name.partition(".")[0]
    server.process.send_signal(signal.SIGHUP)
    served = Served(current)
    assert served.history.last == history.last
    until(lambda: health(server)["release"] == served.id)
    age, value = f"{served.base}/id/concept/leeftijd/jong", f"{served.base}/ns/proef#aantal"
    query = f"SELECT (max(?v) AS ?n) {{ ?o ?d <{age}> ; <{value}> ?v }}"
    found = number(server.query(query))
    assert history.last.note == {"nl": str(found)}
    feed = server.fetch("/feed", fields=[("Accept", "text/turtle")]).text
    at = history.last.number
    assert re.search(rf"/feed/{at}\b", feed)
    assert not re.search(rf"/feed/{at + 1}\b", feed)
    return found


def has_begun(process: subprocess.Popen[bytes], root: Path) -> bool:
    """Return whether a release writes anything, or has ended."""
    return process.poll() is not None or any((root / "build").glob(".unfinished-*"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_serve_no_mixture_when_killed_at_any_moment(sound: SmallProject) -> None:
    """Fifty releases are killed at random moments: the old one is served, or the new one."""
    root, chance = sound.root, random.Random(14)
    value_of(sound, 100)
    with run_release(root, "--note-nl", "100") as process:
        until(partial(has_begun, process, root))
        begun = time.monotonic()
        assert process.wait() == 0
        length = time.monotonic() - begun
    with serving(root, {"workers": 1}) as server:
        assert check_served(sound, server) == 100
        served, killed = [100], 0
        for at in range(101, 151):
            value_of(sound, at)
            with run_release(root, "--note-nl", str(at)) as process:
                until(partial(has_begun, process, root))
                time.sleep(chance.uniform(0, length))
                process.send_signal(signal.SIGKILL)
                code = process.wait()
            killed += code == -signal.SIGKILL
            found = check_served(sound, server)
            assert found in ((at,) if code == 0 else (served[-1], at))
            if found != served[-1]:
                served.append(found)
        assert killed > 10
        value_of(sound, 999)
        with run_release(root, "--note-nl", "999") as process:
            assert process.wait() == 0
        assert check_served(sound, server) == 999
    notes = [int(item.note["nl"]) for item in read_history(root / "build").records]
    assert notes == [*served, 999], "each release that was served has its record, and no other"
    assert hidden(root / "build") == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("error", [KILL, errno.ENOSPC])
def test_release_whatever_call_fails(sound: SmallProject, tmp_path: Path, error: int) -> None:
    """The same of whole releases at calls of the system, those of the last steps above all."""
    library, log = compile_failing_calls(tmp_path), tmp_path / "log"
    value_of(sound, 1)
    release(sound.read(), note={"nl": "1"})
    value_of(sound, 2)

    def run(root: Path, at: int, **more: str) -> tuple[int, str]:
        settings = {"FAIL_BELOW": f"{root}/build", "FAIL_AT": f"{at}", "FAIL_ERROR": f"{error}"}
        settings |= {"LD_PRELOAD": str(library)}
        with run_release(root, "--note-nl", "2", environment=settings | more) as process:
            return process.wait(), (root / "told").read_text()

    shutil.copytree(sound.root, tmp_path / "copy", symlinks=True)
    assert run(tmp_path / "copy", -1, FAIL_LOG=str(log))[0] == 0
    calls = len(log.read_text().splitlines())
    ways = set()
    for at in (calls // 3, calls - 12, calls - 5, calls):
        root = tmp_path / f"{at}"
        shutil.copytree(sound.root, root, symlinks=True)
        code, told = run(root, at)
        assert code in ((-9,) if error == KILL else (0, 2)), told
        assert error == KILL or code == 0 or f"publish: {root}/" in told
        current = (root / "build" / CURRENT).resolve()
        assert check_release(current, full=True) == []
        last = read_history(root / "build", current).last
        assert last is not None
        assert last.id == current.name
        ways.add(last.number)
        assert run(root, -1)[0] == 0
        current = (root / "build" / CURRENT).resolve()
        records = read_history(root / "build", current).records
        assert [item.note["nl"] for item in records] == ["1", "2"]
        assert not any(is_prepared(item) for item in records)
        assert check_history_files(read_history(root / "build"), full=True) == []
        assert hidden(root / "build") == set()
        shutil.rmtree(root)
    assert 1 in ways


@pytest.mark.slow
def test_put_all_of_a_record_on_the_disk_before_the_step(
    sound: SmallProject, tmp_path: Path
) -> None:
    """Each file of a record is synced, then the record and the release are named, then current."""
    library, log = compile_failing_calls(tmp_path), tmp_path / "log"
    settings = {"FAIL_BELOW": f"{sound.root}/build", "LD_PRELOAD": str(library)}
    with run_release(sound.root, environment=settings | {"FAIL_LOG": str(log)}) as process:
        assert process.wait() == 0
    calls = [line.partition(" ")[::2] for line in log.read_text().splitlines()]
    history = sound.root / "build" / HISTORY
    folder, link = history / "records" / "0001", sound.root / "build" / CURRENT
    release = link.resolve()
    named = calls.index(("rename", str(folder)))
    kept = [
        path
        for path in history.rglob("*.*")
        if path.suffix != ".json" and folder not in path.parents
    ]
    assert kept
    for path in kept:
        at = calls.index(("rename", str(path)))
        assert at < named
        assert ("fsync", str(path.parent)) in calls[at:named]
    draft = [what for what in calls[:named] if f"{history}/.unfinished-" in what[1]]
    for path in (item for item in folder.rglob("*") if item.is_file()):
        of_path = [what for what, name in draft if name.endswith(f"/{path.relative_to(folder)}")]
        assert of_path[-1] == "fsync", path
    after = [
        call
        for call in calls[named:]
        if call[0] in ("fsync", "rename") and "unfinished" not in call[1]
    ]
    assert after == [
        ("rename", str(folder)),
        ("fsync", str(folder.parent)),
        ("rename", str(release)),
        ("fsync", str(release.parent)),
        ("rename", str(link)),
        ("fsync", str(link.parent)),
        ("fsync", str(folder)),
    ]


@pytest.mark.slow
def test_release_once_of_two_at_once(sound: SmallProject) -> None:
    """Of two releases at once the second waits, and then finds nothing changed."""
    with run_release(sound.root) as one, run_release(sound.root) as other:
        assert [one.wait(), other.wait()] == [0, 0]
    assert len(read_history(sound.root / "build").records) == 1
    assert len(releases_in(sound.root / "build")) == 1


def test_let_a_preview_hide_nothing(tmp_path: Path) -> None:
    """A preview shows all confirmed records; a release killed before its step is not among them."""
    small(tmp_path, A)
    small(tmp_path, B)
    preview(tmp_path, C)
    assert shown(tmp_path) == [A, B]
    (tmp_path / HISTORY / "records" / "0002" / PREPARED).touch()
    assert shown(tmp_path) == [A]
    with locked(tmp_path):
        make_current(tmp_path / B)
    assert shown(tmp_path) == [A, B], "it is served, so it holds"
    (tmp_path / C / "made.json").unlink()
    shutil.rmtree(tmp_path / C)
    preview(tmp_path, C)
    assert shown(tmp_path) == [A, B], "it was confirmed before the preview"


def test_serve_no_release_that_never_was_current(tmp_path: Path) -> None:
    """Not even in the place of a damaged one: of a release that was killed before its step."""
    small(tmp_path, A)
    small(tmp_path, B)
    (tmp_path / HISTORY / "records" / "0002" / PREPARED).touch()
    with locked(tmp_path):
        make_current(tmp_path / A)
    assert [path.name for path, _ in islice(sound_releases(tmp_path / CURRENT), 1)] == [A]
    (tmp_path / A / "dumps" / "codelijsten.nt").unlink()
    with pytest.raises(CannotRun):
        next(sound_releases(tmp_path / CURRENT))


def test_keep_what_the_last_record_needs(tmp_path: Path) -> None:
    """However many previews are made, the release of the last record is not removed."""
    small(tmp_path, A)
    last = tmp_path / small(tmp_path, B).id
    preview(tmp_path, C)
    assert removable(tmp_path, 1) == [tmp_path / A]
    assert last.is_dir()
    shutil.rmtree(tmp_path / HISTORY / "records" / "0001")
    assert removable(tmp_path, 1) == [], "nobody knows what may go"


def rewrite(build: Path, number: int, /, **said: object) -> Path:
    """Change what a record says, its checksum too; return its file."""
    path = build / HISTORY / "records" / f"{number:04}" / RECORD
    record = json.loads(path.read_text()) | said
    path.write_text(json.dumps(record | {"sha256": checksum_of(record)}))
    return path


def test_let_time_go_forward_only(tmp_path: Path) -> None:
    """A release is later than the one before it, also when the clock was set back; that is told."""
    small(tmp_path, A)
    rewrite(tmp_path, 1, released="2999-01-01T00:00:00Z")
    last = read_history(tmp_path).last
    told = clock_is_behind(last)
    assert told is not None
    assert "before the last release (2999-01-01T00:00:00Z)" in told
    assert small(tmp_path, B).released == "2999-01-01T00:00:01Z"
    assert shown(tmp_path) == [A, B]


# -- What the history says ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project with three releases: one, another with a data set less, and the first again."""
    project = make_small_project(tmp_path_factory.mktemp("three") / "project")
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    project.mapping(PLAIN, slug="tweede")
    first = release(project.read(), note={"nl": "Begin", "en": "Start"})
    assert first.is_new
    (project.root / "mappings" / "tweede.yaml").unlink()
    assert release(project.read()).is_new
    assert project.run("rollback", "--note-en", "That was wrong").exit_code == 0
    return project


@pytest.fixture
def copy(three: SmallProject, tmp_path: Path) -> SmallProject:
    """A copy of that project, to do anything with."""
    return SmallProject(root=shutil.copytree(three.root, tmp_path / "copy", symlinks=True))


def test_record_what_was_released(three: SmallProject) -> None:
    """The served release knows the releases up to it; dates move only with what changed."""
    served = Served(three.root / "build" / CURRENT)
    history = served.history
    first, second, third = history.records
    assert [item.number for item in history.records] == [1, 2, 3]
    assert first.id == third.id == served.id != second.id
    assert first.released < second.released < third.released
    assert (third.rollback_to, third.previous) == (1, second.sha256)
    assert (first.note, third.note) == ({"nl": "Begin", "en": "Start"}, {"en": "That was wrong"})
    assert list(second.data_sets) == ["proef"]
    assert history.dates("proef") == (first.released, first.released)
    assert history.dates("tweede") == (first.released, third.released), "it was away"
    assert history.dates("niets") is None
    assert served.versions is not None
    versions = served.store.quads_for_pattern(
        None, ox.NamedNode(str(DCTERMS.isVersionOf)), None, ox.NamedNode(served.versions.iri)
    )
    numbers = [str(quad.subject).rstrip(">").rpartition("/")[2] for quad in versions]
    assert [numbers.count(at) for at in "123"] == [8, 4, 4], "added, removed, added again"
    before = Served(same_content(three.root / "build", second.id)[0]).history
    assert before.records == (first, second)
    assert before.last_with("tweede") == first
    graph = history.graph(second, "codelijsten")
    assert graph is not None
    dumped = (served.folder / "dumps" / "codelijsten.nt").read_bytes()
    assert gzip.decompress(graph.read_bytes()) == dumped


def test_list_releases(copy: SmallProject) -> None:
    """The list says what is served, what is kept, and what only the history has."""
    folder = same_content(copy.root / "build", read_history(copy.root / "build").records[1].id)[0]
    shutil.rmtree(folder)
    found = json.loads(copy.run("--format", "json", "releases").stdout)
    assert [(item["number"], item["state"]) for item in found] == [
        (1, "kept"),
        (2, "pruned"),
        (3, "current"),
    ]
    assert [item["observations"] for item in found] == [8, 4, 8]
    text = copy.run("releases").stdout
    assert re.search(rf"3  {found[2]['id']}  {found[2]['released']} +8 .* current\n", text)
    assert "That was wrong" in text


@pytest.mark.slow
def test_make_the_release_of_the_last_record_anew(copy: SmallProject) -> None:
    """After `make clean` the same input gives the same release, and no record."""
    build = copy.root / "build"
    copy.mapping(PLAIN, slug="tweede")
    before = read_history(build).records
    for folder in releases_in(build):
        shutil.rmtree(folder)
    (build / CURRENT).unlink()
    again = release(copy.read())
    assert not again.is_new
    assert read_history(build, build / CURRENT).records == before
    assert copy.run("verify", "--full").exit_code == 0
    same = release(copy.read())
    assert (same.is_new, same.record, same.folder) == (False, again.record, again.folder)
    (again.folder / "dumps" / "proef.nt").write_text("")
    mended = release(copy.read())
    assert not mended.is_new
    assert (mended.folder.name, record_of(mended.folder)) == (
        f"{again.record.id}.2",
        (3, again.record.id),
    )


@pytest.mark.slow
def test_serve_a_preview_beside_the_history(copy: SmallProject) -> None:
    """A preview of an older release does not hide the records after it; nor is it a release."""
    build_folder = copy.root / "build"
    folder, _ = build(copy.read())
    assert record_of(folder) == (None, read_history(build_folder).records[1].id)
    assert len(Served(folder).history.records) == 3
    states = [item["state"] for item in json.loads(copy.run("--format", "json", "releases").stdout)]
    assert "current" not in states
    assert release(copy.read()).record.number == 4


# -- Bad input ------------------------------------------------------------------------------------


def places(error: FaultyInput) -> list[tuple[str, str]]:
    return [(item.code, item.path) for item in error.faults]


@pytest.mark.parametrize("name", ["", "0", "4", "003x", "x", "Current", "-1", "²"])
def test_refuse_unknown_release(three: SmallProject, name: str) -> None:
    """A name of no release is a fault that says which there are."""
    with pytest.raises(FaultyInput) as raised:
        find_record(read_history(three.root / "build"), name, current=None)
    [found] = raised.value.faults
    assert (found.code, found.path) == ("unknown-release", "build/history/records")
    assert "the last record is 3" in found.finding


def test_find_release_by_any_of_its_names(three: SmallProject) -> None:
    """A release is found by number, id, a beginning of it, and by words; the latest of one id."""
    history = read_history(three.root / "build")
    first, second, third = history.records
    find = partial(find_record, history, current=third)
    assert [find("1"), find("002"), find(second.id[:6]), find(second.id.upper())] == [
        first,
        second,
        second,
        second,
    ]
    assert [find(first.id), find("current"), find("previous")] == [third, third, second]


@pytest.mark.parametrize("what", ["edited", "gone", "exchanged", "time", "number", "cut", "format"])
def test_refuse_damaged_history(tmp_path: Path, what: str) -> None:
    """Whatever happened to a record is found, at its file; nothing is removed."""
    for name in (A, B, C):
        small(tmp_path, name)
    path = tmp_path / HISTORY / "records" / "0002" / RECORD
    where = f"{tmp_path.name}/history/records/000{{}}/record.json"
    expected, problem = [2], "its content is not what was written"
    match what:
        case "edited":
            path.write_text(path.read_text().replace(B, A))
        case "cut":
            path.write_text(path.read_text()[:100])
        case "gone":
            shutil.rmtree(path.parent)
            problem = "it is missing"
        case "exchanged":
            rewrite(tmp_path, 2, note={"nl": "anders"})
            expected, problem = [3], "record 2, the one before it, is another"
        case "time":
            rewrite(tmp_path, 2, released="2020-01-01T00:00:00Z")
            problem = "its time is not after"
        case "number":
            rewrite(tmp_path, 2, number=7)
            problem = "it is the record with number 7"
        case "format":
            rewrite(tmp_path, 2, record=9)
            problem = "it has format 9"
    history = read_history(tmp_path, (tmp_path / CURRENT).resolve())
    assert [item.path for item in history.problems] == [where.format(at) for at in expected]
    assert problem in history.problems[0].finding
    files = sorted(tmp_path.rglob("*"))
    with locked(tmp_path):
        settle(tmp_path)
    assert sorted(tmp_path.rglob("*")) == files


def test_release_nothing_on_a_damaged_history(copy: SmallProject) -> None:
    """Records are judged before anything is released, all files by verify; what is served stays."""
    build_folder = copy.root / "build"
    history = read_history(build_folder)
    graph = history.graph(history.records[1], "codelijsten")
    assert graph is not None
    graph.write_bytes(graph.read_bytes()[:-9])
    assert copy.run("verify").exit_code == 0
    result = copy.run("verify", "--full")
    assert result.exit_code == 1
    where = f"build/history/graphs/{graph.name}: history-damaged: the history is damaged here: "
    assert where + "its content is not what was written." in result.stdout
    graph.unlink()
    assert f"{where}it is missing." in copy.run("verify").stdout
    columns = history.columns(history.records[0])["tweede"]
    columns.rename(columns.with_suffix(".weg"))
    shown_columns = f"build/history/columns/{columns.name}: history-damaged:"
    assert shown_columns in copy.run("verify").stdout
    page = history.records[0].folder / "feed" / "1.ttl.gz"
    page.rename(page.with_name("weg"))
    shown_page = "build/history/records/0001/feed/1.ttl.gz: history-damaged:"
    assert shown_page in copy.run("verify").stdout
    needed = history.graph(history.records[2], "codelijsten")
    assert needed is not None
    if needed != graph:
        needed.unlink()
    for verb in ("release", "validate"):
        told = copy.run(verb).stdout
        assert f"build/history/graphs/{needed.name}: history-damaged:" in told
    record = build_folder / HISTORY / "records" / "0001" / RECORD
    record.write_text("{}")
    before = (build_folder / CURRENT).readlink()
    for verb in ("release", "rollback", "releases"):
        result = copy.run(verb)
        assert result.exit_code == 1
        assert "build/history/records/0001/record.json: history-damaged:" in result.stdout
    assert (build_folder / CURRENT).readlink() == before
    assert [item.number for item in Served(build_folder / CURRENT).history.records] == [2, 3]


def test_refuse_rollback_to_what_is_gone_or_damaged(copy: SmallProject) -> None:
    """A pruned release cannot come back, a damaged one neither; an intact copy of it can."""
    build_folder = copy.root / "build"
    second = read_history(build_folder).records[1]
    folder = same_content(build_folder, second.id)[0]
    (folder / "dumps" / "proef.nt").write_text("")
    result = copy.run("rollback", "2")
    assert f"build/{folder.name}/dumps/proef.nt: release-file:" in result.stdout
    shutil.rmtree(folder)
    result = copy.run("rollback", "2")
    assert result.exit_code == 1
    assert "build/history/records/0002/record.json: release-pruned: release 2" in result.stdout
    first, _ = same_content(build_folder, read_history(build_folder).records[0].id)
    shutil.rmtree(first)
    again = rollback(copy.read(), "1")
    assert not again.is_new
    assert record_of(again.folder) == (3, again.record.id)


def test_find_release_without_its_record(copy: SmallProject) -> None:
    """A release whose record is not in the history, as after an older backup was put back."""
    shutil.rmtree(copy.root / "build" / HISTORY / "records" / "0003")
    for verb in ("verify", "release", "rollback"):
        result = copy.run(verb)
        assert result.exit_code == 1
        assert "build/history/records/0003/record.json: history-damaged:" in result.stdout
    assert len(Served(copy.root / "build" / CURRENT).history.records) == 2


def test_miss_a_history_that_is_gone(copy: SmallProject) -> None:
    """What is served says of which record it is: the rest of a history is not lost in silence."""
    build = copy.root / "build"
    (build / HISTORY).rename(copy.root / "elsewhere")
    for verb in ("verify", "releases"):
        result = copy.run(verb)
        assert result.exit_code == 1, verb
        assert "build/history/records/0003/record.json: history-damaged:" in result.stdout
    told = copy.run("release").stderr
    assert "is release 3 of a history that is not in build/history: a new history begins" in told


def test_refuse_another_base(three: SmallProject) -> None:
    """Identifiers are for ever: nothing is released under another address, and nothing written."""
    with pytest.raises(FaultyInput) as raised:
        release(read_project(three.root, base="https://elders.example"))
    assert places(raised.value) == [
        ("history-of-other-base", "build/history/records/0003/record.json")
    ]
