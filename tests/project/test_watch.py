"""A check that is repeated on every save."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from built import PROGRAM, REPOSITORY
from small_project import SmallProject

from publish.project.watch import state_of, watch


def test_see_files_that_a_project_is_made_from(project: SmallProject) -> None:
    """Mappings, tables, ontology, shapes and settings count; hidden files and releases do not."""
    path = project.table("x,2022\njong,1\n")
    before = state_of(project.root)
    assert str(path) in before
    assert str(project.root / "publish.toml") in before
    (path.parent / ".tabel.csv.unfinished").write_text("half", encoding="utf-8")
    (project.root / "build").mkdir()
    (project.root / "build" / "x").write_text("x", encoding="utf-8")
    assert state_of(project.root) == before
    path.write_text("x,2022\njong,12\n", encoding="utf-8")
    assert state_of(project.root) != before


def test_repeat_on_every_save(project: SmallProject) -> None:
    """Saves that follow one another at once give one more run, which is told what changed."""
    path = project.table("x,2022\njong,1\n")
    runs: list[float] = []
    told: list[list[str]] = []

    def save() -> None:
        for number in range(3):
            path.write_text(f"x,2022\njong,1{number}\n", encoding="utf-8")
            time.sleep(0.01)

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) == 1:
            threading.Timer(0.1, save).start()
        else:
            raise KeyboardInterrupt

    watch(project.root, run, told.append, every=0.2)
    assert len(runs) == 2
    assert told == [["mappings/bron/tabel.csv"]]


def test_watch_until_interrupted(project: SmallProject) -> None:
    """The program goes on through faults, keeps runs apart, and ends quietly with 0."""
    path = project.table("x,2022 - K1\njong,een\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    log = project.root.parent / "uit.txt"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as out:
        started = subprocess.Popen(
            [PROGRAM, "--project", str(project.root), "check", "proef", "--watch"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            preexec_fn=_hear_interrupts,
        )
    try:
        _wait_for(log, "Waiting for the next save")
        assert "mappings/bron/tabel.csv:2:6: not-a-number" in log.read_text(encoding="utf-8")
        path.write_text("x,2022 - K1\njong,1\n", encoding="utf-8")
        _wait_for(log, "nothing is open, no faults")
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0
    finally:
        started.kill()
        started.wait()
    text = log.read_text(encoding="utf-8")
    assert "Saved: mappings/bron/tabel.csv" in text
    assert "Traceback" not in text
    assert "Aborted" not in text


@pytest.mark.sampled(2)
@pytest.mark.parametrize("of_file", [False, True])
def test_validate_again_in_dutch_until_interrupted(project: SmallProject, of_file: bool) -> None:
    """`validate --watch` repeats on every save, of a project or of files; all is told in Dutch."""
    path = project.table("x,2022 - K1\njong,een\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    sound, shown = "x,2022 - K1\njong,1\n", "mappings/bron/tabel.csv"
    before, after = ":2:6: not-a-number: ", "proef: 1 observaties, geen fouten"
    if of_file:
        path = project.root.parent / "los.ttl"
        path.write_text("<a> <b> .\n", encoding="utf-8")
        sound, shown = "<http://a/a> <http://a/b> 1 .\n", str(path)
        before, after = ":1:9: rdf-syntax: ", "1 uitspraak; geen fouten"
    log = project.root.parent / "uit.txt"
    options = ["--project", str(project.root), "--language", "nl"]
    with log.open("w", encoding="utf-8") as out:
        started = subprocess.Popen(
            [PROGRAM, *options, "validate", *([str(path)] if of_file else []), "--watch"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"},
            preexec_fn=_hear_interrupts,
        )
    try:
        _wait_for(log, "Wacht tot er weer iets bewaard wordt")
        assert f"{shown}{before}" in log.read_text(encoding="utf-8")
        path.write_text(sound, encoding="utf-8")
        _wait_for(log, after)
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0
    finally:
        started.kill()
        started.wait()
    text = log.read_text(encoding="utf-8")
    assert f"Bewaard: {shown}\n" in text
    assert ("op de server" in text) != of_file


def _hear_interrupts() -> None:
    """Undo what a shell says to programs that it runs in the background: to ignore interrupts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_for(log: Path, text: str) -> None:
    """Wait until a program has printed a text."""
    until = time.monotonic() + 40
    while text not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.1)
