"""What the tests of several verbs share: a project that can be built."""

from __future__ import annotations

import pytest
from small_project import SmallProject

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""


@pytest.fixture
def sound(project: SmallProject) -> SmallProject:
    """A project without faults."""
    project.table("x,2022 - K1\njong,1\noud,2\n")
    project.mapping(PLAIN)
    return project
