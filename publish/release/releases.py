"""The folder of the releases, ``build/``: what is in it, which one is current, and which may go.

A release is written in a folder of another name, gets its own name when all of it is on the disk,
and is never changed after that: one that was damaged is made anew beside it, as ``<id>.2``.
``build/current`` is a link to the release to serve. Whoever serves a release holds a shared lock
on its folder; the system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from publish.faults.fault import CannotRun, Fault, Words, fault, phrase, reason_of
from publish.release.history.records import prepared_records, read_history, record_of
from publish.release.soundness import QUICK, check_release, size_of

CURRENT = "current"
"""The link to the current release."""
UNFINISHED = ".unfinished-"
"""How the name of a folder begins that is not, or no longer, a release."""
_LINK = ".current-"
"""How the name of a link begins that is about to be the current one."""
_NAME = re.compile(r"([0-9a-f]{16})(?:\.([0-9]{1,9}))?")
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""What a file system says that cannot bring a folder to the disk by itself."""

log = logging.getLogger("publish")


@contextlib.contextmanager
def locked(parent: Path) -> Iterator[None]:
    """Hold the lock of the releases, so that of two builds the second waits for the first.

    What a build that was killed has left is removed. The operating system releases the lock when
    the process ends, however it ends.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(parent / ".lock", flags, 0o666)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info(phrase("waiting-for-build"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in (*parent.glob(f"{UNFINISHED}*"), *parent.glob(f"{_LINK}*")):
            _remove(left)
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder beside the releases, which is deleted afterwards unless it was renamed."""
    folder = _unused(parent, UNFINISHED)
    folder.mkdir()  # with the rights that the user wants new folders to have
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def naming(folder: Path) -> Iterator[None]:
    """Let an error of the system that names no path, as that of a full disk, name a folder."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        number = error.errno
        if number is None and os.strerror(errno.ENOSPC) in str(error):
            number = errno.ENOSPC  # the store tells it in words only
        raise OSError(number or 0, error.strerror or str(error), str(folder)) from error


def _unused(parent: Path, start: str) -> Path:
    """Return a path that does not exist, its name unlike that of any other process."""
    return parent / f"{start}{os.getpid()}-{secrets.token_hex(4)}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


# -- On the disk ----------------------------------------------------------------------------------


def sync(*paths: Path) -> None:
    """Wait until files and folders are on the disk, so that a power cut cannot take them back."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_SYNC or not path.is_dir():
                error.filename = str(path)
                raise
        finally:
            os.close(descriptor)


def keep_release(folder: Path, identifier: str) -> Path:
    """Give a finished folder the name of a release, once all of it is on the disk; return it."""
    parent = folder.parent
    taken = {path.name for path in parent.iterdir()}
    names = (identifier, *(f"{identifier}.{number}" for number in range(2, len(taken) + 3)))
    release = parent / next(name for name in names if name not in taken)
    sync(*folder.rglob("*"), folder)
    folder.rename(release)
    sync(parent)
    return release


def make_current(release: Path) -> None:
    """Let ``build/current`` point to a release beside it, in one step."""
    parent, current = release.parent, release.parent / CURRENT
    os.utime(release)  # the order of the releases is that in which they became current
    if not current.is_symlink() or str(current.readlink()) != release.name:
        link = parent / f"{_LINK}{os.getpid()}"
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(release.name, target_is_directory=True)
            if current.is_dir() and not current.is_symlink():
                aside = _unused(parent, f"{CURRENT}-")
                current.rename(aside)
                log.warning(phrase("current-moved", name=aside.name))
            link.replace(current)
        except OSError as error:
            error.filename = str(current)  # and not what the link says
            raise
        finally:
            link.unlink(missing_ok=True)
    sync(parent)


# -- Which are there ------------------------------------------------------------------------------


def releases_in(parent: Path) -> list[Path]:
    """Return the folders of releases, the one that was current last first."""
    found = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(parent):
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                found.append((entry.stat().st_mtime_ns, entry.name))
    return [parent / name for _, name in sorted(found, reverse=True)]


def same_content(parent: Path, identifier: str) -> list[Path]:
    """Return the folders of the releases with an id, the latest first."""
    return [path for path in releases_in(parent) if path.name.partition(".")[0] == identifier]


def current_release(current: Path) -> Path:
    """Return the folder that the link to the current release leads to. Raises DanglingLink."""
    try:
        folder = current.resolve(strict=True)
    except FileNotFoundError:
        problem = phrase("link-missing")
        if current.is_symlink():
            problem = phrase("link-dangling", target=current.readlink())
    except RuntimeError:
        problem = phrase("link-loop")
    except OSError as error:
        is_loop = error.errno == errno.ELOOP
        problem = phrase("link-loop") if is_loop else Words("") + reason_of(error)
    else:
        if folder.is_dir():
            return folder
        problem = phrase("link-to-a-file", target=folder)
    raise DanglingLink(problem)


class DanglingLink(Exception):
    """The link to the current release leads to none. The argument is why."""

    def __init__(self, problem: Words) -> None:
        super().__init__(problem)
        self.problem = problem


def check_current(current: Path, shown: str) -> list[Fault]:
    """Return the fault of a link to the current release that leads nowhere, or is none."""
    try:
        current_release(current)
    except DanglingLink as error:
        return [fault("release-link", shown, problem=error.problem)]
    if not current.is_symlink():
        return [fault("release-link", shown, problem=phrase("link-no-link"))]
    return []


# -- Which one is served --------------------------------------------------------------------------


def check_quickly(folder: Path) -> list[Fault]:
    """Return what is wrong with a release before it is served.

    Checksums are compared too unless it is large. One of an older version, without a list of its
    files, passes: what it lacks is found when it is opened.
    """
    full = size_of(folder) <= QUICK
    found = check_release(folder, full=full, shown=folder.name)
    return [item for item in found if item.code != "release-without-list"]


def sound_releases(current: Path) -> Iterator[tuple[Path, Words | None]]:
    """Yield the releases that can be served, the current one first, then the latest first.

    With each but the current one comes what is to be told: that it is served instead. Who asks for
    another could not open the last. Raises CannotRun at the end. ``current`` may also be a release
    that has no others beside it, under any other name.
    """
    first, finding = None, None
    try:
        first = current_release(current)
    except DanglingLink as error:
        finding = error.problem + "."
    beside = releases_in(current.parent) if current.name == CURRENT else []
    never = {(item.number, item.id) for item in prepared_records(current.parent)}
    others = [path for path in beside if path != first and record_of(path) not in never]
    if first is None and not others:
        raise CannotRun(phrase("no-release"))
    for folder in (*([first] if first else ()), *others):
        found = check_quickly(folder)
        if found:
            finding = finding or Words(f"{found[0].path}: ") + found[0].finding
        elif folder == first:
            yield folder, None
            finding = phrase("release-not-opened")
        else:
            name = (first or current).name
            yield folder, phrase("release-instead", name=name, finding=finding, instead=folder.name)
    raise CannotRun(phrase("release-damaged", name=(first or current).name, finding=finding))


def hold(folder: Path) -> int:
    """Open a folder of a release and hold a shared lock on it, as long as it is open."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return descriptor


# -- Which may go ---------------------------------------------------------------------------------


def removable(parent: Path, keep: int) -> list[Path]:
    """Return the releases that may go: all but the current one and the latest, ``keep`` together.

    What a server uses is kept too, and the release of the last record.
    """
    try:
        current = current_release(parent / CURRENT)
    except DanglingLink:
        return []  # nothing is removed before it is known what is served
    others = [path for path in releases_in(parent) if path.resolve() != current]
    history, old = read_history(parent), others[keep - 1 :]
    if history.problems:  # it is not known which record is the last
        old = [path for path in old if record_of(path)[0] is None]
    elif history.last is not None:
        of_last = history.last.number, history.last.id
        old = [path for path in old if record_of(path) != of_last]
    return [path for path in old if not is_held(path)]


def is_held(folder: Path) -> bool:
    """Return whether anybody serves a release, or that cannot be told."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove(releases: Iterable[Path]) -> None:
    """Remove old releases; each is none any more before its first file goes. Raises OSError."""
    for path in releases:
        gone = _unused(path.parent, UNFINISHED)
        path.rename(gone)
        shutil.rmtree(gone)
