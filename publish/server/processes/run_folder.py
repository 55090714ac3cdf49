"""The folder for what the processes of one running server share: cache, clients and metrics.

It is removed when the server ends; that of a server that was killed is removed by the next one.
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
from threading import Lock

NAME_PREFIX = "publish-serve-"
STARTING = 60.0
"""Seconds in which a folder without a lock is left alone: its server may be starting."""


class FileLock:
    """A lock among the threads and processes that have a file open: ``with`` holds it.

    A class, since a generator would take three times as long, and each query takes it twice.
    """

    def __init__(self, file: int) -> None:
        self._file, self._threads = file, Lock()

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *raised: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def temporary_folder() -> Path:
    """Return where temporary files go, from now on also those of the library.

    That of TMPDIR is taken as it is: the library would take another in silence when it is full.
    """
    tempfile.tempdir = os.environ.get("TMPDIR") or tempfile.gettempdir()
    return Path(tempfile.tempdir)


@contextmanager
def run_folder() -> Iterator[Path]:
    """Yield a new folder that only this user can read, and remove it afterwards.

    It lies where temporary files do (TMPDIR), which should be on a disk: cached answers may be
    many. The server holds a lock on it. Raises OSError when it cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=NAME_PREFIX, dir=temporary_folder()))
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_abandoned(folder.parent)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(place: Path) -> None:
    """Remove the folders of dead servers of this user."""
    for path in place.glob(f"{NAME_PREFIX}*"):
        try:
            about = path.lstat()
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < STARTING:
                continue
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # removed meanwhile, or no folder
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            pass  # its server lives
        finally:
            os.close(lock)
