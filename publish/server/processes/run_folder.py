"""A folder of its own for what the processes of one running server share.

It holds the answers that are kept, the table of clients and the counts, and is gone when the server
is. Of a server that was killed the next one takes it away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HEAD = "publish-serve-"
"""How its name begins."""
YOUNG = 60.0
"""Seconds in which nobody takes a folder for one that was left: its server may be starting."""


@contextmanager
def run_folder() -> Iterator[Path]:
    """Yield a new folder that only this user can read, and remove it afterwards.

    It lies where temporary files do (TMPDIR), on a disk if that is one: kept answers may be many.
    As long as the server lives it has the folder locked. Raises OSError when it cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=HEAD))
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_left(folder.parent)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(place: Path) -> None:
    """Remove the folders of servers of this user that live no more."""
    for path in place.glob(f"{HEAD}*"):
        try:
            about = path.lstat()
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < YOUNG:
                continue
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # gone meanwhile, or no folder
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            pass  # its server lives
        finally:
            os.close(lock)
