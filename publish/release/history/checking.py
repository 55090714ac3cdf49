"""Whether the files of a history are as they were written: those of records, columns and graphs."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from publish.faults.fault import Fault, Words, fault, phrase, reason_of
from publish.release.history.records import History, ReleaseRecord
from publish.release.soundness import DamagedFile, Listed, compare, open_regular


def check_history_files(
    history: History, *, full: bool, records: Sequence[ReleaseRecord] | None = None
) -> list[Fault]:
    """Return everything in which the files of a history are not as they were written, by file.

    With ``full`` checksums are compared too, by size those that records list. Of some records
    only, if they are given.
    """
    problems: dict[str, Words] = {}

    def compare_with(path: Path, listed: Listed | None, digest: Callable[[Path], str]) -> None:
        name = path.relative_to(history.folder.parent.parent).as_posix()
        try:
            with open_regular(path) as file:
                if listed is not None:
                    compare(file, listed, full=full)
            if listed is None and full and digest(path) != path.name.partition(".")[0]:
                raise DamagedFile(phrase("file-of-other-content"))
        except DamagedFile as damage:
            problems[name] = damage.problem
        except FileNotFoundError:
            problems[name] = phrase("file-missing")
        except OSError as error:
            problems[name] = phrase("file-not-read", reason=reason_of(error))

    for record in history.records if records is None else records:
        for name, listed in record.files.items():
            compare_with(record.folder / name, listed, _digest)
        for item in record.data_sets.values():
            if item.columns is not None:
                compare_with(history.columns_path(item.columns), None, _digest)
        for sha256 in record.graphs.values():
            compare_with(history.graph_path(sha256), None, _digest_unpacked)
    found = [fault("history-damaged", name, problem=what) for name, what in problems.items()]
    return sorted({*history.problems, *found})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_unpacked(path: Path) -> str:
    try:
        digest = hashlib.sha256()
        with gzip.open(path) as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DamagedFile(phrase("file-of-other-content")) from None
