"""Progress of long work: a bar on a terminal, log lines elsewhere, nothing within a second."""

from __future__ import annotations

import logging
import sys
import time

from tqdm import tqdm

LINE_EVERY = 5.0
"""Seconds between two plain lines."""

log = logging.getLogger("publish")


class Progress:
    """Counts steps of a task; shows them once the task has taken a second."""

    def __init__(self, task: str, unit: str, total: int | None = None) -> None:
        self._task, self._unit, self._total = task, unit, total
        self._count, self._next_line = 0, time.monotonic() + 1
        self._bar = (
            tqdm(desc=task, unit=f" {unit}", total=total, delay=1, leave=False, unit_scale=True)
            if sys.stderr.isatty()
            else None
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, count: int = 1) -> None:
        """Count steps that were done."""
        self._count += count
        if self._bar is not None:
            self._bar.update(count)
            return
        now = time.monotonic()
        if now >= self._next_line:
            of = f" of {self._total:,}" if self._total else ""
            log.info("%s: %s%s %s", self._task, f"{self._count:,}", of, self._unit)
            self._next_line = now + LINE_EVERY
