"""A pool of query workers whose event loop runs in a thread, for tests that have no loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import uvloop

from publish.sparql.workers.answers import Answer, Question
from publish.sparql.workers.pool import QueryPool


@contextlib.contextmanager
def pool_in_thread(store: Path, **settings: Any) -> Iterator[QueryPool]:
    """Yield a started pool; ask it with ``ask``, or through an application that runs in threads.

    It writes views too where the store is that of a release whose data sets have them.
    """
    if (store.parent / "descriptions").is_dir():
        settings.setdefault("views", store.parent)
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="query-pool", daemon=True)
    thread.start()

    def wait_for(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    pool = QueryPool(store, **settings)
    try:
        wait_for(pool.start())
        try:
            yield pool
        finally:
            wait_for(pool.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def ask(pool: QueryPool, question: Question) -> Answer:
    """Return the whole answer of a pool in a thread."""
    return pool.from_thread(pool.ask(question))
