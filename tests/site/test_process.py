"""Releases that are damaged, or made again, while a server runs or before it starts."""

from __future__ import annotations

import http.client
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small_project import PLAIN, PLAIN_TABLE, SmallProject
from sparql_server import health, serving, until

from publish.release.build import build
from publish.release.releases import CURRENT, releases_in
from publish.release.soundness import check_release

pytestmark = [pytest.mark.slow, pytest.mark.alone]

FLAGS = {"workers": 1, "access-log": "off"}


@pytest.fixture
def sound(project: SmallProject) -> SmallProject:
    """A project with two releases, the second of which is current."""
    project.mapping(PLAIN)
    for number in (5, 4):
        project.table(PLAIN_TABLE.replace("4", str(number)))
        build(project.read())
    return project


def damage(release: Path, name: str = "store") -> None:
    shutil.rmtree(release / name)


@pytest.mark.parametrize("processes", [1, 2])
def test_serve_the_last_sound_release_until_it_is_mended(
    sound: SmallProject, processes: int
) -> None:
    """A damaged current release is not served, that is told, and the next build is taken up."""
    current, [second, first] = sound.root / "build" / CURRENT, releases_in(sound.root / "build")
    damage(second)
    with serving(sound.root, FLAGS | {"processes": processes}) as server:
        assert health(server)["release"] == first.name
        assert f"The release {second.name} is damaged: {second.name}/store" in server.tail()
        assert f"The release {first.name} is served instead" in server.tail()
        assert server.fetch("/ready").status == 200
        mended, _ = build(sound.read())
        assert mended.name == f"{second.name}.2"
        until(lambda: health(server)["release"] == second.name)
        assert current.resolve() == mended


@pytest.mark.parametrize("name", ["made.json", "dumps", "loop"])
def test_serve_nothing_when_no_release_is_sound(sound: SmallProject, name: str) -> None:
    """It is said in one sentence, with exit code 2."""
    current = sound.root / "build" / CURRENT
    for release in releases_in(sound.root / "build"):
        damage(release, "store" if name == "made.json" else "dumps")
        (release / "made.json").write_bytes(b"")
    if name == "loop":
        current.unlink()
        current.symlink_to(CURRENT)
    result = sound.run("serve", "--port", "0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "is damaged: publish build makes it anew" in result.stderr


def test_rebuild_the_same_release_under_a_server(sound: SmallProject) -> None:
    """However often the served release is damaged and made again, each request is answered."""
    paths = ("/dumps/proef.nt", "/shapes/codelist.ttl", "/dumps/alles.nq", "/sparql?query=ASK{}")
    with serving(sound.root, FLAGS) as server:
        statuses: list[int] = []
        stop = threading.Event()

        def poll(path: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            while not stop.is_set():
                connection.request("GET", path)
                reply = connection.getresponse()
                reply.read()
                statuses.append(reply.status)
                time.sleep(0.005)
            connection.close()

        threads = [threading.Thread(target=poll, args=(path,)) for path in paths]
        for thread in threads:
            thread.start()
        parent = sound.root / "build"
        for _ in range(3):
            served = (parent / CURRENT).resolve()
            with (served / "manifest.json").open("a") as manifest:
                manifest.write(" ")
            made, _ = build(sound.read())
            assert made.name.partition(".")[0] == served.name.partition(".")[0]
            assert made != served
            assert served.exists(), "it is served still"
            until(lambda made=made: str(made) in held(server.process.pid))
            until(lambda served=served: str(served) not in held(server.process.pid))
        stop.set()
        for thread in threads:
            thread.join()
        assert len(statuses) > 100
        assert set(statuses) == {200}
        assert sound.run("prune", "--keep", "1").exit_code == 0
        assert releases_in(parent) == [(parent / CURRENT).resolve()]
        assert check_release(parent / CURRENT, full=True) == []
        assert not [name for name in held(server.process.pid) if name.endswith("(deleted)")]


def held(pid: int) -> set[str]:
    """Return the files and folders that a process has open."""
    found = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(path.readlink()))
    return found


def test_say_that_a_file_is_damaged(sound: SmallProject) -> None:
    """A damaged dump is an error, is in the log, and the server is not ready; others are sent."""
    release = (sound.root / "build" / CURRENT).resolve()
    with serving(sound.root, FLAGS) as server:
        assert server.fetch("/dumps/proef.nt").status == 200
        content = bytearray((release / "dumps" / "proef.nt").read_bytes())
        content[9] ^= 1
        (release / "dumps" / "proef.nt").write_bytes(content)
        (release / "shapes" / "codelist.ttl").unlink()
        assert server.fetch("/dumps/proef.nt").status == 503
        assert server.fetch("/shapes/codelist").status == 503
        assert server.fetch("/dumps/alles.nt").status == 200
        assert "dumps/proef.nt" in server.tail()
        assert server.fetch("/health").status == 200
        until(lambda: server.fetch("/ready").status == 503)
        build(sound.read())
        until(lambda: server.fetch("/ready").status == 200, 20)
        assert server.fetch("/dumps/proef.nt").status == 200
