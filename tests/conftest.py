"""What several tests share: an empty project of a test's own, and the answer, built once."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from built import Built, built, copy_of_the_answer, opened
from odd_exports import make_odd_exports
from small_project import SmallProject, make_small_project

from publish.project.project import Project, read_project


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


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of the collections of garbage from here on.

    Ten thousand tests are millions of objects, which all collections would go through again.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one test more at a time than there are processors, as tests wait for the disk too."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The minister's answer, built once for all tests that only read it, in all processes."""
    return _built_once(
        tmp_path_factory, "answer", lambda folder: read_project(copy_of_the_answer(folder))
    )


@pytest.fixture(scope="session")
def odd_exports(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The data sets that are hard to export, built once for all tests, in all processes."""
    return _built_once(
        tmp_path_factory, "odd-exports", lambda folder: make_odd_exports(folder).read()
    )


def _built_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Project]
) -> Built:
    """Return a release that one of the processes builds and the others wait for."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "build" / "current").exists():
            return opened(read_project(folder))
        shutil.rmtree(folder, ignore_errors=True)
        return built(make(folder))


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with three small code lists, no tables and no mappings yet."""
    return make_small_project(tmp_path / "project")
