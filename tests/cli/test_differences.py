"""Tests of ``publish diff``, on records of releases without data sets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_project import SmallProject, make_small_project

from publish.release.history.records import checksum_of

IDS = ("0123456789abcdef", "fedcba9876543210")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Return a project with two recorded releases that hold nothing."""
    made = make_small_project(tmp_path_factory.mktemp("diff") / "project")
    previous = None
    for number, identifier in enumerate(IDS, start=1):
        said: dict[str, object] = {
            "record": 1,
            "number": number,
            "id": identifier,
            "released": f"2026-0{number}-02T03:04:05Z",
            "base": made.read().base,
            "previous": previous,
            "rollback-to": None,
            "note": {},
            "changes": {},
            "data-sets": [],
            "graphs": {},
            "files": {},
        }
        previous = checksum_of(said)
        folder = made.root / "build" / "history" / "records" / f"{number:04}"
        folder.mkdir(parents=True)
        text = json.dumps(said | {"sha256": previous})
        (folder / "record.json").write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize(("old", "new"), [("1", "2"), ("0123456", "fedc"), (IDS[0], IDS[1])])
def test_diff_names_releases_by_number_and_id(project: SmallProject, old: str, new: str) -> None:
    """In the language asked for; that nothing differs is said, and no failure."""
    result = project.run("--language", "nl", "diff", old, new)
    assert result.exit_code == 0, result.stdout
    assert result.stdout == (
        f"Van release 1 ({IDS[0]}, van 2026-01-02) naar release 2 ({IDS[1]}, van 2026-02-02):\n"
        "geen cijfer, code of term verschilt, "
        "alleen titels, beschrijvingen, koppelingen en dergelijke.\n"
    )
    same = project.run("diff", "2", IDS[1])
    assert same.stdout.endswith("nothing differs in observations, concepts and terms.\n")


def test_diff_prints_nothing_but_json_on_stdout(project: SmallProject) -> None:
    """Whoever reads it gets one object, also where triples are written beside it."""
    folder = project.root / "triples"
    result = project.run("--format", "json", "diff", "2", "1", "--triples", str(folder))
    said = json.loads(result.stdout)
    assert said["old"] == {"id": IDS[1], "number": 2, "released": "2026-02-02T03:04:05Z"}
    assert said["counts"] == {"added": 0, "removed": 0, "revised": 0}
    assert {path.name for path in folder.iterdir()} == {"remove.nt", "add.nt"}


def test_diff_tells_every_name_that_is_none(project: SmallProject) -> None:
    """Both at once, with what may be meant; nothing is written."""
    folder = project.root / "nothing"
    result = project.run("diff", "previus", "3", "--triples", str(folder))
    assert result.exit_code == 1
    assert result.stdout.count("unknown-release") == 2
    assert 'Did you mean "previous"?' in result.stdout
    assert not folder.exists()


def test_name_no_word_as_its_own_correction(project: SmallProject) -> None:
    """There is nothing before the first release, and who asks for it has misspelt nothing."""
    shutil.rmtree(project.root / "build" / "history" / "records" / "0002")
    result = project.run("rollback", "previous")
    assert "called previous: there is one record, 1, and none before it." in result.stdout
    assert "Did you mean" not in result.stdout


def test_say_that_a_run_was_interrupted(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the language asked for, with the exit code that shells have for it."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publish.release.history.listing.describe_releases", interrupt)
    result = project.run("--language", "nl", "releases")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "publish: onderbroken; voer het opnieuw uit.\n"


def test_diff_needs_releases(tmp_path: Path) -> None:
    """In a project that was never built there is nothing to compare."""
    result = make_small_project(tmp_path / "project").run("diff", "1", "2")
    assert result.exit_code == 2
    assert "publish build" in result.stderr
