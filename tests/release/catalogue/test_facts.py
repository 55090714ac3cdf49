"""The dates that a catalogue tells: those of releases, whatever the clock says."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from small_project import PLAIN, PLAIN_TABLE, SmallProject, make_small_project

from publish.release.build import build
from publish.release.catalogue.facts import CatalogueFacts, catalogue_facts
from publish.release.opened import Served
from publish.release.releasing import release

SETTINGS = """
[publisher]
name = { nl = "Uitgever", en = "Publisher" }

[contact]
email = "info@example.org"

[catalogue]
themes = ["SOCI"]
keywords = { nl = ["werk"] }
"""
LICENCE = 'licence = "https://data.vlaanderen.be/id/licentie/onvoorwaardelijk-hergebruik/v1.0"\n'


def add_catalogue(project: SmallProject) -> None:
    """Give a project a publisher, a contact and a licence."""
    path = project.root / "publish.toml"
    path.write_text(LICENCE + path.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    project = make_small_project(tmp_path_factory.mktemp("facts") / "project")
    add_catalogue(project)
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    project.mapping(PLAIN.replace("bron/tabel", "bron/ander"), "ander")
    project.table(PLAIN_TABLE, "ander")
    return project


def facts_now(project: SmallProject) -> CatalogueFacts:
    """Return what the catalogue of the current release says."""
    served = Served(project.root / "build" / "current")
    facts = catalogue_facts(served)
    served.close()
    assert facts is not None
    return facts


@pytest.mark.slow
def test_tell_dates_of_releases(project: SmallProject) -> None:
    """A date changes when what it is about does: figures, or what is said of them, or anything."""
    first = released(project)
    assert first.dates_of("proef") == first.dates_of_record("proef") == first.released
    assert first.released[0] == first.released[1]

    project.table(PLAIN_TABLE.replace("jong,1,2", "jong,1,5"), "ander")
    second = released(project)
    assert second.released[0] == first.released[0]
    assert second.released[1] > first.released[1]
    assert second.dates_of("ander") == second.released == second.dates_of_record("ander")
    assert second.dates_of("proef") == first.released == second.dates_of_record("proef")

    project.mapping(PLAIN + "keywords: {nl: [leeftijd]}\n")
    third = released(project)
    assert third.dates_of("proef") == first.released
    assert third.dates_of_record("proef") == (first.released[0], third.released[1])
    assert third.dates_of_record("ander") == second.released

    # What is built and not yet released is new today; the rest stays as it was released.
    project.mapping(PLAIN + "keywords: {nl: [werkgelegenheid]}\n")
    build(project.read())
    preview = facts_now(project)
    assert preview.dates_of("proef") == first.released
    assert preview.dates_of_record("proef")[1] == preview.released[1] > third.released[0]
    assert preview.dates_of_record("ander") == second.released


def released(project: SmallProject) -> CatalogueFacts:
    """Release a project and return what its catalogue says."""
    release(project.read())
    return facts_now(project)


def test_have_no_catalogue_without_publisher(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A project that does not say who publishes has no catalogue, and is told what to add."""
    caplog.set_level(logging.INFO, "publish")
    project = make_small_project(tmp_path / "project")
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    folder, warnings = build(project.read())
    assert catalogue_facts(Served(folder)) is None
    assert warnings == []
    [told] = [item for item in caplog.messages if "publish.toml" in item]
    assert "[publisher], [contact] and [catalogue]" in told
