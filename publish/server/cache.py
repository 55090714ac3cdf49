"""Two caches: of answers, shared by the processes of a server, and of documents, in one of them.

Both are bounded in bytes, and their keys cover all that the content depends on, the release too,
so nothing in them is ever out of date. They stay two because their bounds differ: answers come
from workers, are small, and one file of them serves all processes; documents may be several times
as large, and are written by threads, which would hold the file's one write lock while the event
loop, that writes answers, waits for it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import lmdb

PAGE = 4096
"""Bytes of a page of the file."""
DOCUMENT_BYTES = 32 << 20
"""Bytes of documents that a process keeps."""

log = logging.getLogger("publish")
_YOUNG = b"young"
_STORED = b"stored"


@dataclass(frozen=True, kw_only=True)
class CachedAnswer:
    """A whole answer: its form (select, ask, graph or view) and its bytes."""

    form: str
    body: bytes
    more: bool = False
    """Whether there are more rows than these."""
    rows: int = 0
    """Of a view how many observations it has, on all pages."""
    plan: str = ""
    """Of a query which way it went, as its header says it."""


def key_of(*parts: str) -> bytes:
    """Return a key for texts, different for different ones."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class AnswerCache:
    """A cache of answers in a memory-mapped file (LMDB), which readers share without waiting.

    The file holds two generations: when the younger has half the bytes, the older is dropped and
    a new one begun, so what is asked now and then outlives what was asked once.
    """

    def __init__(self, folder: Path, *, most_bytes: int, largest: int) -> None:
        """Open or make the cache; with ``most_bytes`` 0 nothing is ever kept.

        No answer larger than ``largest`` bytes is kept. Raises OSError when no file can be made.
        """
        self._half = most_bytes // 2
        self.largest = min(largest, self._half // 2)
        self._env: lmdb.Environment | None = None
        self._is_failing = False
        if most_bytes == 0:
            return
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._open(folder, max(2 * most_bytes, 16 << 20))
        except lmdb.Error as error:
            raise OSError(str(error).rpartition(": ")[2]) from error

    def _open(self, folder: Path, map_size: int) -> None:
        self._env = lmdb.open(
            str(folder),
            map_size=map_size,
            max_dbs=3,
            max_readers=512,
            sync=False,
            metasync=False,
            readahead=False,
        )
        self._env.reader_check()  # a process that was killed may have left the mark of a reader
        self._about = self._env.open_db(b"about")
        self._generations = [self._env.open_db(b"generation-0"), self._env.open_db(b"generation-1")]

    def get(self, key: bytes) -> CachedAnswer | None:
        """Return the answer that is kept under a key."""
        if self._env is None:
            return None
        try:
            with self._env.begin() as reading:
                one, other = self._generations
                entry = reading.get(key, db=one) or reading.get(key, db=other)
        except lmdb.Error as error:
            self._warn_once(error)
            return None
        if entry is None:
            return None
        form, more, rows, plan, body = entry.split(b"\n", 4)
        return CachedAnswer(
            form=form.decode(), body=body, more=bool(more), rows=int(rows), plan=plan.decode()
        )

    def put(self, key: bytes, answer: CachedAnswer) -> None:
        """Keep an answer, unless it is too large."""
        if self._env is None or len(answer.body) > self.largest:
            return
        more = b"more" if answer.more else b""
        rows, plan = b"%d" % answer.rows, answer.plan.encode()
        entry = b"\n".join((answer.form.encode(), more, rows, plan, answer.body))
        size = _bytes_in_file(entry)
        try:
            with self._env.begin(write=True) as writing:
                young = int(writing.get(_YOUNG, b"0", db=self._about))
                stored = int(writing.get(_STORED, b"0", db=self._about))
                if stored + size > self._half:
                    young, stored = 1 - young, 0
                    writing.drop(self._generations[young], delete=False)
                    writing.put(_YOUNG, str(young).encode(), db=self._about)
                writing.put(key, entry, db=self._generations[young])
                writing.put(_STORED, str(stored + size).encode(), db=self._about)
        except lmdb.Error as error:  # a full disk costs the cache, not the answer
            self._warn_once(error)

    def _warn_once(self, error: lmdb.Error) -> None:
        if not self._is_failing:
            log.warning("Answers cannot be kept: %s", error)
        self._is_failing = True

    def counts(self) -> tuple[int, int]:
        """Return how many answers are kept, and the bytes of the file that are in use."""
        if self._env is None:
            return 0, 0
        entries = pages = page_size = 0
        try:
            with self._env.begin() as reading:
                for generation in self._generations:
                    found = reading.stat(generation)
                    entries, page_size = entries + found["entries"], found["psize"]
                    pages += found["leaf_pages"] + found["branch_pages"] + found["overflow_pages"]
        except lmdb.Error as error:  # after an I/O error nothing of the file can be used any more
            self._warn_once(error)
        return entries, pages * page_size

    def close(self) -> None:
        """Close the file; nothing is kept any more."""
        if self._env is not None:
            self._env.close()
            self._env = None


def _bytes_in_file(entry: bytes) -> int:
    """Return the bytes that an entry takes in the file at most.

    Larger ones have pages of their own; smaller ones share pages, which may be half empty.
    """
    size = len(entry) + 64
    return 2 * size if size < PAGE // 2 else -(-size // PAGE) * PAGE + 64


class DocumentCache:
    """A cache of documents by entity tag, in memory; the least recently used go first.

    Any thread may use it. No document larger than a tenth of all is kept.
    """

    def __init__(self, most_bytes: int = DOCUMENT_BYTES) -> None:
        self._most, self._size = most_bytes, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Return the document that is kept under a key."""
        with self._lock:
            body = self._bodies.get(key)
            if body is not None:
                self._bodies.move_to_end(key)
            return body

    def put(self, key: str, body: bytes) -> None:
        """Keep a document, unless it is too large."""
        if len(body) > self._most // 10:
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while self._size > self._most:
                _, old = self._bodies.popitem(last=False)
                self._size -= len(old)
