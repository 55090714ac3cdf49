"""One evaluation of a question in a worker, from its start to its outcome.

A question may need several: a slow query one too many is run again, and so is one whose worker
was dying already. The exceptions here say so; none of them reaches the one who asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from publish.sparql.query.errors import QueryFailed
from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.spool import Spool


@dataclass(kw_only=True, eq=False)
class Run:
    """One evaluation of a question in a worker."""

    question: Question
    volatile: bool
    done: asyncio.Future[Answer]
    started: float
    spool: Spool = field(default_factory=Spool)
    head: dict[str, Any] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None

    def fail(self, error: Exception) -> None:
        """Raise an error to the one who asked, unless there is an outcome already."""
        self.spool.close()
        if self.timer is not None:
            self.timer.cancel()
        if not self.done.done():
            self.done.set_exception(error)


class Told(Exception):
    """The worker has told why there is no answer."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        super().__init__(content["error"])


class NoSlowPlace(Exception):
    """The query is slow, and all places for slow queries are taken."""


class Died(Exception):
    """The worker died by itself; ``reason`` is what the one who asked is told."""

    def __init__(self, reason: QueryFailed, *, gave_up: bool = False) -> None:
        self.reason, self.gave_up = reason, gave_up
        super().__init__(str(reason))
