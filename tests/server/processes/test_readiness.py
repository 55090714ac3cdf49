"""Whether a process is ready: what it names when it is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from publish.server.processes import readiness
from publish.server.processes.readiness import Readiness, can_write


def test_name_what_is_lacking() -> None:
    """Each condition that is not met is named; what takes a disk counts from the last look."""
    conditions = {"workers": True, "release": True}
    ready = Readiness(
        quick={"workers": lambda: conditions["workers"]},
        on_disk={"release": lambda: conditions["release"]},
    )

    async def look() -> None:
        looking = asyncio.create_task(ready.look())
        await asyncio.sleep(0.05)
        looking.cancel()

    assert ready.reasons() == []
    conditions["workers"] = conditions["release"] = False
    assert ready.reasons() == ["workers"]
    asyncio.run(look())
    assert ready.reasons() == ["workers", "release"]
    conditions["workers"] = conditions["release"] = True
    asyncio.run(look())
    assert ready.reasons() == []


def test_disk_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody has looked for long, that is a reason."""
    ready = Readiness(quick={}, on_disk={})
    monkeypatch.setattr(readiness, "STALE_AFTER", -1.0)
    assert ready.reasons() == ["disk"]


def test_write_in_a_folder(tmp_path: Path) -> None:
    """A folder that is not there cannot be written in."""
    assert can_write(tmp_path)
    assert not can_write(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []
