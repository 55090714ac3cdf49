"""Every fault has a fixture that gives it and nothing else, and the report is as approved."""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_fixtures import (
    LANGUAGES,
    Fixture,
    faults_of,
    files_in,
    fixtures,
    make_sound_project,
    report,
)

from publish.faults.fault import KINDS

WITHOUT_FIXTURE = {
    "more-faults": "it comes with ten thousand faults of other kinds (test_crosstab)",
    "more-breaches": "it comes with a thousand faults of another kind (test_constraints)",
}
"""Codes without a fixture, each with the reason."""


def test_give_no_fault_without_overlay(tmp_path: Path) -> None:
    """Nothing is wrong with the project on which the fixtures are overlays."""
    assert faults_of(make_sound_project(tmp_path / "project").root, []) == []


LONG = ("too-large-to-bring-in.merged",)
"""Fixtures that take seconds, each of a code that has others."""


@pytest.mark.parametrize(
    "fixture",
    [
        pytest.param(item, marks=[pytest.mark.slow] if item.path.stem in LONG else [])
        for item in fixtures()
    ],
    ids=lambda item: item.path.stem,
)
def test_give_report_as_approved(tmp_path: Path, fixture: Fixture) -> None:
    """A fixture gives faults of its code only, at the approved places, in the approved words.

    Nothing is written: `tests/support/renew_faults.py` renews a report after a change of wording.
    """
    project = make_sound_project(tmp_path.resolve() / "project")
    fixture.apply(project.root)
    before = list(files_in(project.root))
    faults = faults_of(project.root, fixture.command, fixture.environment)
    assert {item.code for item in faults} == {fixture.code}, [str(item) for item in faults]
    for language in LANGUAGES:
        assert report(faults, language, project.root) == fixture.expected[language]
    assert list(files_in(project.root)) == before


def test_have_fixture_for_every_fault() -> None:
    """A code has a fixture, or stands in the list of those without, with a reason; not both."""
    codes = {fixture.code for fixture in fixtures()}
    assert codes <= set(KINDS), f"no such codes: {codes - set(KINDS)}"
    assert codes | set(WITHOUT_FIXTURE) == set(KINDS), set(KINDS) - codes - set(WITHOUT_FIXTURE)
    assert not codes & set(WITHOUT_FIXTURE)


@pytest.mark.parametrize("fixture", fixtures(), ids=lambda item: item.path.stem)
def test_say_in_fixture_what_is_wrong(fixture: Fixture) -> None:
    """A fixture begins with one sentence for people."""
    assert fixture.sentence[0].isupper()
    assert fixture.sentence.endswith(".\n")
    assert fixture.sentence.count("\n") <= 3
