"""Whether a release is as it was written: the list of its files, and the comparison with it.

``made.json`` is written last and lists every other file of the release with its size and checksum,
those of the store among them, whose bytes no other build repeats; it holds a checksum of itself.
Sizes take a few milliseconds to compare, checksums as long as the files take to read.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from publish.faults.fault import Fault, Words, fault, phrase, reason_of

MADE = "made.json"
"""When and with which version a release was made, and of which files: the only one with a clock
time, and the only one that lists what the manifest does not."""
MOST_MADE = 2**28
"""Bytes of ``made.json`` at most."""
QUICK = 2**28
"""Bytes of a release up to which its checksums are compared whenever it is opened to be served."""

Stamp = tuple[int, int, int, int, int]
"""What tells whether a file was touched: device, inode, size, and the times of its change."""


class DamagedFile(ValueError):
    """A file of a release is not what was written. The argument is what is wrong with it."""

    def __init__(self, problem: Words) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What a file of a release was when it was written."""

    size: int
    sha256: str


def list_files(
    folder: Path, below: str = "", known: Mapping[str, Listed] = MappingProxyType({})
) -> dict[str, Listed]:
    """Return the files in a folder of a release, or in all of it, by their path in the release.

    Those that are ``known`` are not read again.
    """
    found = {}
    for path in sorted((folder / below).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in known:
            found[name] = known[name]
        elif path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = os.fstat(file.fileno()).st_size
            found[name] = Listed(size=size, sha256=digest)
    return found


def write_made(
    folder: Path, about: Mapping[str, object], entries: Iterable[Mapping[str, Any]] = ()
) -> None:
    """Write ``made.json``: what is said about the release, and the list of its files.

    ``entries`` are files in the form of the manifest, whose checksums are known already.
    """
    known = {
        entry["path"]: Listed(size=entry["bytes"], sha256=entry["sha256"]) for entry in entries
    }
    files = {
        name: {"bytes": listed.size, "sha256": listed.sha256}
        for name, listed in list_files(folder, known=known).items()
        if name != MADE
    }
    made: dict[str, Any] = {**about, "files": files}
    made["sha256"] = _checksum(made)
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    (folder / MADE).write_text(text, encoding="utf-8")


def read_list(folder: Path) -> dict[str, Listed] | None:
    """Return the files of a release by its list; None for one of a version that made no list.

    Raises DamagedFile or OSError.
    """
    with open_regular(folder / MADE) as file:
        size = os.fstat(file.fileno()).st_size
        text = file.read(min(size, MOST_MADE))  # which takes room for as much as it is told
    try:
        made = json.loads(text)
        if made["made"] is not None:
            datetime.fromisoformat(made["made"]).astimezone(UTC)
        if made.get("files") is None:
            return None
        if made.pop("sha256", None) != _checksum(made):
            raise DamagedFile(phrase("file-of-other-content"))
        return {
            name: Listed(size=entry["bytes"], sha256=entry["sha256"])
            for name, entry in made["files"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise DamagedFile(phrase("file-of-other-content")) from None


def _checksum(made: Mapping[str, Any]) -> str:
    """Return the checksum of what ``made.json`` says besides it."""
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def open_regular(path: Path, folder: int | None = None) -> BufferedReader:
    """Open a file to read it; its path may be one below a folder that is open.

    Raises DamagedFile for a pipe, a device or a link, and OSError.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe may not be awaited
    try:
        descriptor = os.open(path, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a socket
            raise DamagedFile(phrase("file-not-regular")) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DamagedFile(phrase("file-not-regular"))
    return os.fdopen(descriptor, "rb")


def stamp_of(file: BufferedReader) -> Stamp:
    """Return what changes when an open file is touched."""
    status = os.fstat(file.fileno())
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def compare(file: BufferedReader, listed: Listed, *, full: bool) -> None:
    """Compare an open file with what it was, by its size and, with ``full``, its checksum.

    Raises DamagedFile.
    """
    size = os.fstat(file.fileno()).st_size
    if size != listed.size:
        raise DamagedFile(phrase("file-of-other-size", found=size, bytes=listed.size))
    if full:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        if digest != listed.sha256:
            raise DamagedFile(phrase("file-of-other-content"))


# -- A whole release ------------------------------------------------------------------------------


def size_of(folder: Path) -> int:
    """Return the bytes that the list of a release adds up to; 0 when it has none."""
    try:
        return sum(listed.size for listed in (read_list(folder) or {}).values())
    except (OSError, DamagedFile):
        return 0


def check_release(folder: Path, *, full: bool, shown: str | None = None) -> list[Fault]:
    """Return everything in which a release is not as it was written, by file.

    ``shown`` is what the folder is called. Of a release of an older version, without list,
    only that is said.
    """
    name = shown or str(folder)
    try:
        listed = read_list(folder)
    except DamagedFile as damage:
        return [fault("release-file", f"{name}/{MADE}", problem=damage.problem)]
    except OSError as error:
        where = f"{name}/{MADE}" if folder.is_dir() else name
        return [fault("release-file", where, problem=_problem_of(error))]
    if listed is None:
        return [fault("release-without-list", f"{name}/{MADE}")]
    problems = dict(_problems(folder, listed, full=full))
    return [
        fault("release-file", f"{name}/{path}".rstrip("/"), problem=problem)
        for path, problem in sorted(problems.items())
    ]


def _problems(
    folder: Path, listed: Mapping[str, Listed], *, full: bool
) -> Iterator[tuple[str, Words]]:
    """Yield the path of everything that is wrong in a release, with what is."""
    files = {*listed, MADE}
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents} - {"."}
    found = set[str]()
    for path, problem in _walk(folder, "", folders, folder.stat().st_mode):
        found.add(path)
        if problem is not None:
            yield path, problem
        elif path not in files and path not in folders:
            if not _is_empty_folder(folder / path):
                yield path, phrase("file-not-of-release")
        elif path in listed:
            try:
                with open_regular(folder / path) as file:
                    compare(file, listed[path], full=full)
            except DamagedFile as damage:
                yield path, damage.problem
            except OSError as error:
                yield path, _problem_of(error)
    for name in files - found:
        gone = [str(parent) for parent in PurePosixPath(name).parents if str(parent) in folders]
        path = next((parent for parent in reversed(gone) if parent not in found), name)
        if not any(parent in found and not (folder / parent).is_dir() for parent in gone):
            yield path, phrase("file-missing")


def _walk(
    root: Path, below: str, folders: set[str], mode: int
) -> Iterator[tuple[str, Words | None]]:
    """Yield each path in a release, with what is wrong with it by itself.

    Whoever may read the folder of the release, whose mode is given, must be able to read all in it.
    """
    try:
        entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
    except OSError as error:
        yield below, _problem_of(error)
        return
    readable = mode & 0o444 | 0o400
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        try:
            own = entry.stat(follow_symlinks=False).st_mode
        except OSError as error:
            yield path, _problem_of(error)
            continue
        is_folder = stat.S_ISDIR(own)
        needed = readable | readable >> 2 if is_folder else readable
        if is_folder != (path in folders) and path in folders:
            yield path, phrase("file-not-regular")
        elif stat.S_ISREG(own) or is_folder:
            yield path, None if own & needed == needed else phrase("file-not-for-all")
        else:
            yield path, phrase("file-not-regular")
        if is_folder and path in folders:
            yield from _walk(root, path, folders, mode)


def _is_empty_folder(path: Path) -> bool:
    """Return whether a path is a folder with nothing in it, which does no harm."""
    try:
        return path.is_dir() and not list(path.iterdir())
    except OSError:
        return False


def _problem_of(error: OSError) -> Words:
    """Return why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return phrase("file-missing")
    return phrase("file-not-read", reason=reason_of(error))
