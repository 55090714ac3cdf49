"""A folder of its own for what the processes of one running server share.

It holds the table of clients and the metrics, lies in memory where the system has a place for
that, and is gone when the server is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def run_folder(environ: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Yield a new folder that only this user can read, and remove it afterwards.

    It lies in RUNTIME_DIRECTORY, which systemd gives, else in shared memory, else where temporary
    files are. Raises OSError when it cannot be made.
    """
    places = [environ.get("RUNTIME_DIRECTORY", "").partition(":")[0], "/dev/shm"]  # noqa: S108
    place = next((item for item in places if item and os.access(item, os.W_OK | os.X_OK)), None)
    folder = Path(tempfile.mkdtemp(prefix="publish-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
