"""Progress: plain lines where the output is no terminal, a bar where it is, silence when short."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from publish.project import progress
from publish.project.progress import Progress


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """Return what time it is."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress.time, "monotonic", clock)
    return clock


def test_say_nothing_of_short_task(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """A task of less than a second shows nothing."""
    caplog.set_level(logging.INFO)
    with Progress("lezen", "rows", 10) as shown:
        for _ in range(9):
            clock.now += 0.1
            shown.step()
    assert caplog.messages == []


def test_say_where_long_task_is(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """A longer task gets a plain line after a second and every five seconds then."""
    caplog.set_level(logging.INFO)
    with Progress("lezen", "rows", 12_000) as shown:
        for _ in range(12):
            clock.now += 1
            shown.step(1000)
    assert caplog.messages == [
        "lezen: 1,000 of 12,000 rows",
        "lezen: 6,000 of 12,000 rows",
        "lezen: 11,000 of 12,000 rows",
    ]


def test_draw_bar_on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal there is a bar, which is gone when the task is done."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress("lezen", "rows", 2) as shown:
        shown.step(2)
    assert "\n" not in terminal.getvalue().strip("\r ")
