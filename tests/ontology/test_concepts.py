"""The concept that each dimension, measure and attribute expresses."""

from __future__ import annotations

import pytest
from fault_fixtures import make_sound_project
from small_project import SmallProject

from publish.release.build import validate


@pytest.fixture
def sound(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A sound project of a test's own."""
    return make_sound_project(tmp_path_factory.mktemp("concepts") / "project")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("dimensions", "qb:concept <http://purl.org/linked-data/sdmx/2009/concept#age> ;", ""),
        ("measures", "qb:concept sdmx-concept:obsValue ;", ""),
        ("measures", "qb:concept sdmx-concept:obsValue", "qb:concept <id/concept/begrip/geen>"),
        ("measures", "qb:concept sdmx-concept:obsValue", 'qb:concept "obsValue"'),
    ],
)
def test_warn_of_component_without_its_concept(
    sound: SmallProject, file: str, old: str, new: str
) -> None:
    """A component without concept, or with one of ours that is not there, is warned of once."""
    path = sound.root / "ontology" / f"{file}.ttl"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, [warning] = validate(sound.read())
    assert (warning.path, warning.severity) == (f"ontology/{file}.ttl", "warning")
    assert warning.line > 1
    assert "qb:concept" in str(warning)
