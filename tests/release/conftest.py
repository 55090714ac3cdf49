"""What the tests of releases share: a project that can be built."""

from __future__ import annotations

import pytest
from small_project import PLAIN, PLAIN_TABLE, SmallProject


@pytest.fixture
def sound(project: SmallProject) -> SmallProject:
    """A project without faults."""
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    return project
