"""Starting a server that cannot start: one sentence, and never a traceback."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sparql_server import PROGRAM, project_over

from publish.faults.fault import CannotRun
from publish.server.processes.listening import listen
from publish.server.settings.table import Settings
from publish.site.process import serve

SETTINGS = Settings(access_log="off", workers=1, cache_bytes=0)


def rewrite(name: str, content: bytes) -> Callable[[Path], object]:
    """Return what gives a file of a release another content."""
    return lambda folder: (folder / name).write_bytes(content)


def change_manifest(old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces a part of the manifest."""

    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def cut_store(folder: Path) -> None:
    """Cut the largest file of the store in half."""
    largest = max((folder / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)


def empty_store_manifest(folder: Path) -> None:
    """Empty the list of files of the store."""
    for path in (folder / "store").glob("MANIFEST*"):
        path.write_bytes(b"")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "store cut off": cut_store,
    "store without its list": empty_store_manifest,
    "store with garbage": rewrite("store/CURRENT", b"\xff\xfe"),
    "no store": lambda folder: shutil.rmtree(folder / "store"),
    "made empty": rewrite("made.json", b""),
    "made a list": rewrite("made.json", b"[]"),
    "made not UTF-8": rewrite("made.json", b"\xff"),
    "manifest empty": rewrite("manifest.json", b""),
    "manifest a list": rewrite("manifest.json", b"[]"),
    "manifest not UTF-8": rewrite("manifest.json", b"\xff"),
    "manifest nested": rewrite("manifest.json", b'{"manifest": 2, "id": ' + b"[" * 100_000),
    "manifest a number": rewrite("manifest.json", b'{"manifest": 2}'),
    "data sets null": change_manifest('"data-sets": [', '"data-sets": null, "x": ['),
    "file null": change_manifest('"files": [', '"files": [null, '),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_refuse_a_damaged_release(name: str, release: Path, tmp_path: Path) -> None:
    """Whatever is wrong with a release, the server says in a sentence that it cannot serve it."""
    folder = tmp_path / "damaged"
    shutil.copytree(release, folder)
    DAMAGES[name](folder)
    with listen("127.0.0.1", 0) as listening, pytest.raises(CannotRun) as raised:
        serve(folder, SETTINGS, listening, lambda address: pytest.fail(address))
    [sentence] = raised.value.args
    assert sentence.startswith("the release damaged is damaged: publish build makes it anew.")
    assert sentence.nl.startswith("de release damaged is beschadigd: ")
    assert "\n" not in sentence


def test_refuse_a_loop_of_links(tmp_path: Path) -> None:
    """A link to itself is no release."""
    (tmp_path / "current").symlink_to("current")
    with listen("127.0.0.1", 0) as listening, pytest.raises(CannotRun, match="no release"):
        serve(tmp_path / "current", SETTINGS, listening)


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "::::", "2001:db8::1", "192.0.2.1"])
def test_refuse_an_address_that_is_not_here(host: str) -> None:
    """An address of another host, or none at all, is an error of the system."""
    with pytest.raises(OSError, match=r"."):
        listen(host, 0)


def start(folder: Path, *flags: str, most_of_a_file: int = 0, **variables: str) -> tuple[int, str]:
    """Start a server that is not to start; return its exit code and what it says."""

    def bound() -> None:
        if most_of_a_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_of_a_file, most_of_a_file))

    done = subprocess.run(
        [PROGRAM, "--project", str(folder), "serve", "--port", "0", *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **variables},
        preexec_fn=bound,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(release: Path, tmp_path: Path) -> Path:
    """A project over a copy of the small release."""
    shutil.copytree(release, tmp_path / "copy")
    (tmp_path / "project").mkdir()
    return project_over(tmp_path / "copy", tmp_path / "project")


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize(
    ("flags", "variables", "said"),
    [
        (["--access-log", "/nowhere/log"], {}, "/nowhere/log: No such file or directory."),
        (["--access-log", "/"], {}, "/: Is a directory."),
        ([], {"TMPDIR": "/nowhere"}, "/nowhere"),
        ([], {"TMPDIR": "/proc/self"}, "/proc/self"),
        (["--host", "192.0.2.1"], {}, "192.0.2.1 cannot be listened on"),
    ],
)
def test_one_sentence(
    folder: Path, flags: list[str], variables: dict[str, str], said: str, processes: str
) -> None:
    """What is wrong around the release is one sentence too, whatever the number of processes."""
    code, text = start(folder, "--processes", processes, *flags, **variables)
    assert code == 2
    [line] = text.splitlines()
    assert line.startswith("publish: ")
    assert said in line


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
def test_full_temporary_folder(folder: Path, processes: str) -> None:
    """Where no file can grow the folder for temporary files is named."""
    code, text = start(folder, "--processes", processes, most_of_a_file=1000)
    assert (code, text.count("\n")) == (2, 1)
    assert text.startswith("publish: the folder for temporary files, ")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl"])
def test_damage_told_by_several_processes(folder: Path, language: str) -> None:
    """Of several processes that cannot start the reason is told once, in the reader's language."""
    (folder / "build" / "current" / "made.json").write_bytes(b"")
    code, text = start(folder, "--processes", "3", PUBLISH_LANGUAGE=language)
    assert (code, text.count("Traceback")) == (2, 0)
    [sentence] = [line for line in text.splitlines() if line.startswith("publish: ")]
    assert {"en": "is damaged: ", "nl": "is beschadigd: "}[language] in sentence


@pytest.mark.slow
def test_port_taken(folder: Path) -> None:
    """A port that another program has is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = start(folder, "--port", str(port))
    assert (code, text.count("\n")) == (2, 1)
    assert f"port {port} on 127.0.0.1 is taken" in text
