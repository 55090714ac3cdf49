"""Tasks beside the requests: none ends in silence, and one that is to go on does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from publish.server.processes import tasks
from publish.server.processes.tasks import BackgroundTasks, every


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(tasks, "SOUND_AFTER", 0.05)


@pytest.mark.parametrize("error", [RuntimeError("a"), OSError(5, "b"), KeyError("c"), None])
def test_begin_again_what_failed(error: Exception | None, caplog: pytest.LogCaptureFixture) -> None:
    """A task that fails or ends is begun again; a failure is logged with its trace, and counted."""
    begun = 0
    failures: list[str] = []

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun > 2:
            await asyncio.Event().wait()
        if error is not None:
            raise error

    async def run() -> None:
        background = BackgroundTasks(failures.append)
        background.keep("sweep", work)
        while begun < 2:
            await asyncio.sleep(0.005)
        assert background.failing == ["sweep"]
        while background.failing:
            await asyncio.sleep(0.005)
        await background.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert begun == 3
    expected = [] if error is None else ["sweep", "sweep"]
    assert failures == expected
    told = [record for record in caplog.records if record.exc_info]
    assert [record.getMessage() for record in told] == [
        f"The task {name} failed" for name in failures
    ]


def test_tell_of_a_task_that_runs_once(caplog: pytest.LogCaptureFixture) -> None:
    """A failure of what runs once is logged too; being ended is none."""
    failures: list[str] = []

    async def fail() -> None:
        raise ValueError("x")

    async def run() -> None:
        background = BackgroundTasks(failures.append)
        background.run("reload", fail())
        background.run("wait", asyncio.sleep(60))
        await asyncio.sleep(0.02)
        await background.close()
        assert not background.failing

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert failures == ["reload"]


def test_do_from_time_to_time() -> None:
    """What fails once in a while is done again all the same."""
    done: list[int] = []

    def act() -> None:
        done.append(1)
        if len(done) == 2:
            raise RuntimeError

    async def run() -> None:
        background = BackgroundTasks()
        background.keep("measure", lambda: every(0.001, act))
        while len(done) < 5:
            await asyncio.sleep(0.005)
        await background.close()

    asyncio.run(run())
    assert len(done) >= 5
