"""What several tests share: an empty project of a test's own, and the answer, built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built, built, copy_of_the_answer
from small_project import SmallProject, make_small_project

from publish.project.project import read_project


@pytest.fixture(scope="session")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The minister's answer, built once for all tests that only read it."""
    yield built(read_project(copy_of_the_answer(tmp_path_factory.mktemp("answer") / "project")))


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with three small code lists, no tables and no mappings yet."""
    return make_small_project(tmp_path / "project")
