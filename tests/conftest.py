"""What several tests share: an empty project of a test's own, and the answer, built once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built, built, copy_of_the_answer
from small_project import SmallProject, make_small_project

from publish.project.project import read_project


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the slow tests what a test of many cases marked ``sampled`` need not show each time.

    Of its cases the first runs always, and then one of every so many.
    """
    seen: Counter[str] = Counter()
    for item in items:
        if sampled := item.get_closest_marker("sampled"):
            name = item.nodeid.partition("[")[0]
            if seen[name] % sampled.args[0]:
                item.add_marker(pytest.mark.slow)
            seen[name] += 1


@pytest.fixture(scope="session")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The minister's answer, built once for all tests that only read it."""
    yield built(read_project(copy_of_the_answer(tmp_path_factory.mktemp("answer") / "project")))


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with three small code lists, no tables and no mappings yet."""
    return make_small_project(tmp_path / "project")
