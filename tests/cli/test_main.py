"""The command line: verbs, exit codes, and what goes to stdout and what to stderr."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from built import PROGRAM
from small_project import SmallProject, run

from publish import __version__
from publish.cli.main import main
from publish.faults.fault import KINDS


def test_print_version() -> None:
    """`publish --version` prints the one version."""
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"publish, version {__version__}\n")


@pytest.mark.parametrize("verb", [None, *sorted(main.commands)])
def test_help_with_every_verb(verb: str | None) -> None:
    """Every verb says what it does, and so does every option."""
    result = run(*([verb] if verb else []), "--help")
    assert result.exit_code == 0
    command = main.commands[verb] if verb else main
    assert command.help
    assert command.help.split(".")[0].split()[0] in result.stdout
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize("verb", ["build", "validate", "serve", "uris", "extract"])
def test_refuse_folder_that_is_no_project(tmp_path: Path, verb: str) -> None:
    """Outside a project every verb says so in a sentence and ends with 2."""
    arguments = [verb, "x.txt"] if verb == "extract" else [verb]
    result = run("--project", str(tmp_path / "nergens"), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(
        r"publish: \S+ is no project: it has no publish\.toml\. Go to .+\n", result.stderr
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["onzin"],
        ["--onzin"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "http"],
        ["serve", "--workers", "0"],
        ["serve", "--deadline", "0"],
        ["extract"],
        ["init"],
        ["--format", "xml", "uris"],
        ["--language", "fr", "uris"],
        ["explain", "unknown-code", "--markdown"],
        ["--project", __file__, "uris"],
    ],
)
def test_refuse_wrong_arguments(sound: SmallProject, arguments: list[str]) -> None:
    """What the program cannot understand ends with 2 and a sentence on stderr."""
    result = sound.run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_print_results_on_stdout_only(sound: SmallProject) -> None:
    """The result of a build is its folder on stdout; what it does goes to stderr."""
    result = subprocess.run(
        [PROGRAM, "--project", str(sound.root), "build"], capture_output=True, text=True, check=True
    )
    assert Path(result.stdout.strip()).parent == sound.root / "build"
    assert "validating" in result.stderr
    quiet = sound.run("--quiet", "build")
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")


def test_print_counts_of_validation(sound: SmallProject) -> None:
    """The result of a validation is a line per data set."""
    result = sound.run("-q", "validate")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "proef: 2 observations, no faults\n",
        "",
    )


@pytest.mark.parametrize("verb", ["build", "validate"])
def test_print_faults_as_text(sound: SmallProject, verb: str) -> None:
    """A fault is its place with what is wrong, then what to do; their number goes to stderr."""
    sound.table("x,2022 - K1\njong,een\noudd,2\n")
    result = sound.run("-q", verb)
    assert result.exit_code == 1
    assert result.stdout == (
        'mappings/bron/tabel.csv:2:6: not-a-number: "een" is not a number.\n'
        "    Write it as printed, like 123.456. What a sign for a figure that is not shown means "
        "is declared under `marks:`.\n"
        'mappings/bron/tabel.csv:3:1: unknown-code: "oudd" is not a label or notation in code '
        "list leeftijd.\n"
        '    Did you mean "oud"? Correct it, or add the label to '
        "ontology/codelists/leeftijd.ttl.\n"
    )
    assert result.stderr == (
        "2 faults. Nothing was written; what is being served has not changed.\n"
    )


def test_print_faults_as_json(sound: SmallProject) -> None:
    """With `--format json` the same faults are records."""
    sound.table("x,2022 - K1\njong,één\n")
    result = sound.run("-q", "--format", "json", "build")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "path": "mappings/bron/tabel.csv",
            "line": 2,
            "column": 6,
            "code": "not-a-number",
            "finding": '"één" is not a number.',
            "fix": "Write it as printed, like 123.456. What a sign for a figure that is "
            "not shown means is declared under `marks:`.",
            "severity": "error",
            "text": "één",
            "title": KINDS["not-a-number"].title,
        }
    ]


def test_report_faulty_settings(sound: SmallProject) -> None:
    """Settings that cannot be read are a fault of publish.toml."""
    path = sound.root / "publish.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\nx = \n", encoding="utf-8")
    result = sound.run("build")
    assert result.exit_code == 1
    assert re.match(r"publish\.toml:\d+:\d+: toml-syntax: ", result.stdout)


def test_name_project_folder_by_default(
    sound: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --project the program works on the folder it is run in."""
    monkeypatch.chdir(sound.root)
    assert run("-q", "validate").stdout == "proef: 2 observations, no faults\n"


def test_print_patterns_under_base(sound: SmallProject) -> None:
    """`uris` prints every pattern under the base, which a flag or the environment may give."""
    result = sound.run("--base", "https://elders.example", "uris")
    assert result.exit_code == 0
    assert "https://elders.example/id/observatie/{slug}/{codes}\n" in result.stdout
    assert "https://elders.example/ns/proef#{term}\n" in result.stdout
    assert "https://elders.example/ns/publicatie#{term}\n" in result.stdout
    command = [PROGRAM, "--project", str(sound.root), "uris"]
    environment = os.environ | {"PUBLISH_BASE": "https://ginds.example"}
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert found.stdout == result.stdout.replace("elders", "ginds")


def test_refuse_to_start_project_in_full_folder(sound: SmallProject) -> None:
    """`init` writes into an empty folder only."""
    result = run("init", str(sound.root))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not an empty folder" in result.stderr


def test_start_project(tmp_path: Path) -> None:
    """`init` writes a project, prints its files, and it can be validated at once."""
    result = run("init", str(tmp_path / "nieuw"), "--vocabulary", "proef")
    assert result.exit_code == 0
    written = {Path(line) for line in result.stdout.splitlines()}
    assert written == {path for path in (tmp_path / "nieuw").rglob("*") if path.is_file()}
    assert run("--project", str(tmp_path / "nieuw"), "-q", "validate").exit_code == 0
