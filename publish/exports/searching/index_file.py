"""Writes the index of a release: a file of SQLite with tables for full-text search.

``entry`` holds what is shown, ``entry_text`` its words (FTS5, columns by weight), ``name`` the
names of the codes of data sets, and ``word`` all words by their parts of three letters, so that a
word is found within another one and the words most like it are. Equal content gives equal bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from publish.exports.searching.entry import DATA_SET, IndexEntry, NamedCode
from publish.exports.searching.words import folded, keys_of, stemmed, stems, tokens

INDEX_FORMAT = 1
"""The number of the layout of the file."""
SHORTEST_PART = 3
"""Letters of the shortest part by which a word is found within another one."""

_TABLES = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, iri TEXT NOT NULL, anchor TEXT NOT NULL,
    texts TEXT NOT NULL, slug TEXT, first TEXT, last TEXT
);
CREATE INDEX entry_of_data_set ON entry (slug) WHERE slug IS NOT NULL;
CREATE INDEX entry_by_time ON entry (first, last) WHERE first IS NOT NULL;
CREATE VIRTUAL TABLE entry_text USING fts5 (
    title, names, body, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
);
CREATE TABLE name (
    key TEXT NOT NULL, slug TEXT NOT NULL, column TEXT NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY (key, slug, column, code)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (
    folded, shown UNINDEXED, stems UNINDEXED, tokenize='trigram'
);
"""


def write_index(
    path: Path, entries: Iterable[IndexEntry], names: Iterable[tuple[NamedCode, str, str | None]]
) -> None:
    """Write the index of entries and of names of codes, each with its language if it is of one.

    It is made in memory and written at once: a full disk is then an OSError, as of all other files.
    """
    words: dict[str, str] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        for number, entry in enumerate(entries, start=1):
            texts = {
                "title": dict(entry.title),
                "text": dict(entry.text),
                "about": dict(entry.about),
                "names": list(entry.names),
                "slugs": list(entry.slugs),
            }
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    entry.kind,
                    entry.iri,
                    entry.anchor,
                    json.dumps(texts, ensure_ascii=False, separators=(",", ":")),
                    entry.slugs[0] if entry.kind == DATA_SET else None,
                    *(entry.span or (None, None)),
                ),
            )
            connection.execute(
                "INSERT INTO entry_text (rowid, title, names, body) VALUES (?, ?, ?, ?)",
                (number, *_columns(entry)),
            )
            for text in (*entry.title.values(), *entry.names, *entry.text.values()):
                _note_words(text, words)
        rows = {(key, *named) for named, text, language in names for key in keys_of(text, language)}
        connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?)", sorted(rows))
        connection.executemany(
            "INSERT INTO word VALUES (?, ?, ?)",
            ((word, words[word], " ".join(stems(word))) for word in sorted(words)),
        )
        for table in ("entry_text", "word"):
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        connection.execute(f"PRAGMA user_version = {INDEX_FORMAT}")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        path.write_bytes(connection.serialize())


def _columns(entry: IndexEntry) -> Iterator[str]:
    """Yield the stems of an entry's title, of its other names, and of what is said of it."""
    for texts in (entry.title, None, entry.text):
        if texts is None:
            found = [word for name in entry.names for word in stemmed(name, None)]
        else:
            found = [word for of, text in texts.items() for word in stemmed(text, of)]
        if texts is entry.text:
            found += [word for of, name in entry.about.items() for word in stemmed(name, of)]
        yield " ".join(found)


def _note_words(text: str, words: dict[str, str]) -> None:
    """Note the words of a text by how they are folded, each with its form that is shown."""
    plain = {folded(word): word for word in text.replace("-", " ").split()}
    for word in tokens(text):
        if len(word) >= SHORTEST_PART and not any(one.isdigit() for one in word):
            shown = plain.get(word, word).casefold()
            words[word] = min(words.get(word, shown), shown)
