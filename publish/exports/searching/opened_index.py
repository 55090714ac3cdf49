"""Finds entries in the index of a release, by words in any language that it knows.

A word counts by itself most, less within another one. Each search ends in time: what takes longer
than it may is left out, and that is said.
"""

from __future__ import annotations

import json
import sqlite3
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from rapidfuzz import fuzz, process

from publish.exports.searching.entry import NamedCode
from publish.exports.searching.index_file import INDEX_FORMAT, SHORTEST_PART
from publish.exports.searching.words import stems

SECONDS = 0.25
"""How long the processor works on one search at most."""
LONGEST = 2.0
"""Seconds after which a search ends, however busy the machine is."""
STEPS = 2000
"""Instructions of SQLite's machine between two looks at the clock."""
MOST_FOUND = 1000
"""Entries that are found by one word."""
MOST_WITHIN = 40
"""Words in which a word is found."""
SHORTEST_WITHIN = 4
"""Letters of a word that is found within others; a shorter one only at their beginning."""
LIKENESS = 74
"""How like a word must be, of 100, to be proposed."""
MOST_LIKENED = 300
"""Words among which the most alike is looked for."""
OWN, SAID = "title names", "body"
"""The columns of what things are called, and of what is said of them."""
COUNTS = {OWN: 1.0, SAID: 0.5}
"""What a word by itself counts in these."""
WITHIN = 0.4
"""What a word within another one counts."""
WEIGHTS = "10.0, 6.0, 1.0"
"""How much it counts to be found in the title, in other names, and in what is said."""


@dataclass(frozen=True, kw_only=True)
class FoundEntry:
    """An entry that was found."""

    kind: str
    iri: str
    anchor: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    about: Mapping[str, str]
    names: tuple[str, ...]
    slugs: tuple[str, ...]
    words: int
    """How many of the words it was found by."""
    score: float


class OutOfTime(Exception):
    """A search that took longer than it may."""


class _Clock:
    """Tells when the time of a search is over; between searches it never is."""

    def __init__(self) -> None:
        self.stop()

    def start(self) -> None:
        self._end, self._latest = time.thread_time() + SECONDS, time.monotonic() + LONGEST

    def stop(self) -> None:
        self._end = self._latest = float("inf")

    def is_late(self) -> bool:
        return time.thread_time() > self._end or time.monotonic() > self._latest


class OpenedIndex:
    """The index of a release, opened read-only; any thread may use it, one at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError or ValueError when it is no index of this program."""
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
        self.close = weakref.finalize(self, connection.close)
        """Closes the file; done at the end in any case."""
        try:
            (format_,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise ValueError(str(error)) from error
        if format_ != INDEX_FORMAT:
            self.close()
            raise ValueError("The index is of another format.")
        # The connection keeps the clock, not the index, which would then never be let go of.
        self._clock = _Clock()
        connection.set_progress_handler(self._clock.is_late, STEPS)
        self._connection, self._lock = connection, Lock()
        self._around: dict[str, list[str]] = {}

    def _ask(self, query: str, *values: object) -> list[Any]:
        """Return the rows of a query. Raises OutOfTime."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise OutOfTime from error
            raise

    def __enter__(self) -> OpenedIndex:
        """Begin a search: no other has the index until it ends, or its time is over."""
        self._lock.acquire()
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.stop()
        self._around.clear()
        self._lock.release()

    def by_word(self, word: str) -> dict[int, float]:
        """Return the entries that a word is in, each with how much it counts. Raises OutOfTime."""
        query = (
            "SELECT rowid FROM entry_text WHERE entry_text MATCH ? "
            f"ORDER BY bm25(entry_text, {WEIGHTS}), rowid LIMIT {MOST_FOUND}"
        )
        return self._ranked(word, query, (OWN, SAID))

    def data_sets_by_word(self, word: str) -> dict[str, float]:
        """Return the data sets that have a word in their title or names. Raises OutOfTime."""
        query = (
            "SELECT slug FROM entry_text JOIN entry ON entry.id = entry_text.rowid "
            "WHERE entry_text MATCH ? AND slug IS NOT NULL "
            f"ORDER BY bm25(entry_text, {WEIGHTS}), slug LIMIT {MOST_FOUND}"
        )
        return self._ranked(word, query, (OWN,))

    def _ranked(self, word: str, query: str, columns: Sequence[str]) -> dict[Any, float]:
        """Return what a word is found in, by itself in the first columns before in the others."""
        scores: dict[Any, float] = {}
        itself = _any_of(stems(word))
        for column in columns:
            rows = self._ask(query, f"{{{column}}} : ({itself})")
            for place, (one,) in enumerate(rows):
                scores.setdefault(one, COUNTS[column] / (1 + place / 100))
        around = self._words_around(word, is_known=bool(scores))
        if around:
            rows = self._ask(query, f"{{{' '.join(columns)}}} : ({_any_of(around)})")
            for place, (one,) in enumerate(rows):
                scores.setdefault(one, WITHIN / (1 + place / 100))
        return scores

    def _words_around(self, word: str, *, is_known: bool) -> list[str]:
        """Return the stems of the words in which a word, or its stem, is a part.

        A short word that is known stands for itself only.
        """
        if word in self._around:
            return self._around[word]
        parts = {part for part in stems(word) if len(part) >= SHORTEST_WITHIN}
        if not parts:
            return [] if is_known else self._words_from(word)
        rows = self._ask(
            f"SELECT stems FROM word WHERE word MATCH ? ORDER BY rowid LIMIT {MOST_WITHIN}",
            _any_of(sorted(parts)),
        )
        own = set(stems(word))
        found = [stem for (text,) in rows for stem in text.split() if stem not in own]
        self._around[word] = list(dict.fromkeys(found))
        return self._around[word]

    def _words_from(self, word: str) -> list[str]:
        if len(word) < SHORTEST_PART:
            return []
        rows = self._ask(
            f"SELECT stems FROM word WHERE folded GLOB ? ORDER BY rowid LIMIT {MOST_WITHIN}",
            f"{_plain(word)}*",
        )
        return [stem for (found,) in rows for stem in found.split()]

    def entries(self, words: Mapping[int, tuple[int, float]]) -> list[FoundEntry]:
        """Return entries by their numbers, each with its words and score. Raises OutOfTime."""
        marks = ",".join("?" * len(words))
        rows = self._ask(
            f"SELECT id, kind, iri, anchor, texts FROM entry WHERE id IN ({marks})", *words
        )
        found = []
        for number, kind, iri, anchor, text in rows:
            texts = json.loads(text)
            count, score = words[number]
            found.append(
                FoundEntry(
                    kind=kind,
                    iri=iri,
                    anchor=anchor,
                    title=texts["title"],
                    text=texts["text"],
                    about=texts["about"],
                    names=tuple(texts["names"]),
                    slugs=tuple(texts["slugs"]),
                    words=count,
                    score=score,
                )
            )
        return found

    def periods(self, first: str, last: str) -> list[int]:
        """Return the periods within two days, the longest first, else those that hold both.

        Raises OutOfTime.
        """
        for test in ("first >= ? AND last <= ?", "first <= ? AND last >= ?"):
            rows = self._ask(
                f"SELECT id FROM entry WHERE first IS NOT NULL AND {test} "
                f"ORDER BY ROUND((julianday(first) - julianday(last)) / 30), first, last "
                f"LIMIT {MOST_FOUND}",
                first,
                last,
            )
            if rows:
                return [number for (number,) in rows]
        return []

    def kinds(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the kinds of entries. Raises OutOfTime."""
        numbers = list(numbers)
        marks = ",".join("?" * len(numbers))
        return dict(self._ask(f"SELECT id, kind FROM entry WHERE id IN ({marks})", *numbers))

    def named(self, keys: Sequence[str]) -> dict[str, list[NamedCode]]:
        """Return the codes of data sets that have one of some names. Raises OutOfTime."""
        marks = ",".join("?" * len(keys))
        rows = self._ask(
            f"SELECT key, slug, column, code FROM name WHERE key IN ({marks}) "
            f"ORDER BY key, slug, column, code LIMIT {MOST_FOUND}",
            *keys,
        )
        found: dict[str, list[NamedCode]] = {}
        for key, *named in rows:
            found.setdefault(key, []).append(NamedCode(*named))
        return found

    def alike(self, word: str) -> str | None:
        """Return the word of the release that is most like one it does not have, if any is.

        Raises OutOfTime.
        """
        parts = {word[at : at + SHORTEST_PART] for at in range(len(word) - SHORTEST_PART + 1)}
        if not parts:
            return None
        rows = self._ask(
            "SELECT folded, shown FROM word WHERE word MATCH ? "
            f"ORDER BY rank, rowid LIMIT {MOST_LIKENED}",
            _any_of(sorted(parts)),
        )
        shown = dict(rows)
        best = process.extractOne(word, list(shown), scorer=fuzz.ratio, score_cutoff=LIKENESS)
        return None if best is None else str(shown[best[0]])


def _any_of(words: Iterable[str]) -> str:
    """Return the query of FTS5 for any of some words."""
    return " OR ".join(f'"{_plain(word)}"' for word in dict.fromkeys(words))


def _plain(text: str) -> str:
    """Return a word without what means something in a query; words have none of it anyway."""
    return "".join(one for one in text if one.isalnum() or one == "_")
