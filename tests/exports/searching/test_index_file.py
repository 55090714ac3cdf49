"""The file of the index."""

from __future__ import annotations

import gc
from pathlib import Path

from publish.exports.searching.entry import DATA_SET, IndexEntry, NamedCode
from publish.exports.searching.index_file import write_index
from publish.exports.searching.opened_index import OpenedIndex

ENTRIES = [
    IndexEntry(
        kind=DATA_SET,
        iri=f"https://example.org/{number}",
        title={"nl": f"Cafés nummer {number}", "en": f"Cafés number {number}"},
        names=("Kroegen", "Pubs"),
        slugs=(f"cafes-{number}",),
    )
    for number in range(30)
]
NAMES = [(NamedCode("cafes-1", "soort", "A"), text, None) for text in ("Bruin café", "A", "65+")]


def test_write_equal_bytes_for_equal_content(tmp_path: Path) -> None:
    """Two builds of the same input write the same file, so that it is as it was written."""
    write_index(tmp_path / "one", ENTRIES, NAMES)
    write_index(tmp_path / "other", ENTRIES, reversed(NAMES))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_find_codes_by_each_of_their_names(tmp_path: Path) -> None:
    """A code is found by the stems of its names, without accents."""
    write_index(tmp_path / "index", ENTRIES, NAMES)
    with OpenedIndex(tmp_path / "index") as index:
        found = index.named(["bruin cafe", "65plus", "other"])
        assert set(found) == {"bruin cafe", "65plus"}
        assert len(index.data_sets_by_word("kroeg")) == len(ENTRIES)


def test_let_go_of_a_file_that_nobody_searches(tmp_path: Path) -> None:
    """An index that is no longer used is closed by itself, as releases come and go."""
    write_index(tmp_path / "index", ENTRIES, NAMES)
    opened = OpenedIndex(tmp_path / "index")
    close = opened.close
    with opened as index:
        assert index.by_word("cafes")
    del opened, index
    gc.collect()
    assert not close.alive
