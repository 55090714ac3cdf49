"""The dimensions of a cube and their codes."""

from __future__ import annotations

import pytest

from publish.cube.structure import CubeDimension


def test_add_period_as_printed() -> None:
    """Periods enter the dictionary as they are met; codes of a list are known beforehand."""
    period = CubeDimension(name="jaar", iri="x", codes=[], period="jaar")
    assert [period.index(code) for code in ("2022", "2021", "2022")] == [0, 1, 0]
    assert period.codes == ["2022", "2021"]
    listed = CubeDimension(name="d", iri="x", codes=["C0"], scheme="d")
    with pytest.raises(KeyError):
        listed.index("C9")
