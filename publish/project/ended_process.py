"""Work of others' making in a process of its own, which is ended when it takes too much.

A PDF or a shape of some bytes can ask for work and memory without end.
"""

from __future__ import annotations

import math
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

FORK = multiprocessing.get_context("fork")
"""A fork has all that it needs already, and is there in some milliseconds."""


@contextmanager
def process_of(
    work: Callable[..., None], *arguments: Any, seconds: float, gib: int
) -> Iterator[Connection]:
    """Yield what ``work(sender, *arguments)`` sends from another process, ended with the context.

    The process may take ``seconds`` of processor time, and so many GiB of memory besides what this
    one has. When it has taken too much, receiving raises EOFError.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    bounds = math.ceil(seconds), gib
    process = FORK.Process(target=_bounded, args=(bounds, work, sender, *arguments), daemon=True)
    process.start()
    sender.close()
    try:
        yield receiver
    finally:
        receiver.close()
        process.kill()
        process.join()
        process.close()


def _bounded(bounds: tuple[int, int], work: Callable[..., None], *arguments: Any) -> None:
    """Work within bounds of this process, which hold without its parent too."""
    seconds, gib = bounds
    with suppress(OSError, ValueError):  # not every system bounds memory
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
        most = pages * resource.getpagesize() + (gib << 30)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    work(*arguments)
