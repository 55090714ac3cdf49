"""The index of the minister's answer, asked by anything that people may write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import Built
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publish.exports.searching import opened_index
from publish.exports.searching.entry import CODE, DATA_SET, LINE, MISSING, PERIOD_KIND
from publish.exports.searching.finding_entries import FoundEntries, find_entries, read_query
from publish.exports.searching.opened_index import OpenedIndex


@pytest.fixture(scope="module")
def index(answer: Built) -> Iterator[OpenedIndex]:
    index = OpenedIndex(answer.folder / "search.sqlite")
    yield index
    index.close()


def search(index: OpenedIndex, query: str) -> FoundEntries:
    with index:
        return find_entries(index, read_query(query))


def titles(found: FoundEntries, kind: str, language: str = "nl") -> list[str]:
    return [item.title[language] for item in found.by_kind.get(kind, ())]


def test_find_a_word_within_another(index: OpenedIndex) -> None:
    """ "werknemers" is found in "doelgroepwerknemers", after where it stands by itself."""
    found = titles(search(index, "werknemers"), CODE)
    assert found[0] == "werknemers"
    sets = titles(search(index, "diensten"), DATA_SET)
    assert "Doelgroepwerknemers in de lokale diensteneconomie (LDE) per leeftijdsgroep" in sets


def test_find_by_synonyms_and_both_languages(index: OpenedIndex) -> None:
    """What the ontology calls otherwise is found by that name, whatever the language."""
    for query in ("sociale werkplaatsen", "sheltered workshop", "CMW"):
        assert "collectief maatwerk (CMW)" in titles(search(index, query), CODE), query
    assert titles(search(index, "atelier protégé"), CODE, "en") == [
        "collective customised work (CMW)"
    ]


def test_find_what_was_asked_and_not_given(index: OpenedIndex) -> None:
    """Figures that were asked for are found where they are missing, with the reason."""
    found = search(index, "afkomst").by_kind[MISSING]
    assert any("VDAB" in item.text["nl"] for item in found)
    assert {item.anchor for item in found} >= {"L84", "L132"}


def test_find_lines_of_the_document_and_periods(index: OpenedIndex) -> None:
    """A line of the text is found by all of its words, a period by its days."""
    found = search(index, "zelfstandigen tewerkgesteld VOP").by_kind[LINE]
    assert found[0].anchor == "L185"
    assert titles(search(index, "eerste kwartaal 2023"), PERIOD_KIND) == ["1e kwartaal 2023"]


def test_propose_the_word_that_was_meant(index: OpenedIndex) -> None:
    """A word that is nowhere gets the one most like it; the others stay as they were written."""
    found = search(index, "Leefijd LDE")
    assert found.unknown == ("leefijd",)
    assert found.meant == "leeftijd LDE"
    assert search(index, "xqzzkw").meant is None


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.text(max_size=120),
        st.text(alphabet="\"'*():^-+<>{} \0\\ANDORNEAR_%0123465é", max_size=80),
    )
)
def test_never_fail_by_what_is_searched_for(index: OpenedIndex, query: str) -> None:
    """Operators, quotation marks, NUL and any length are words or nothing, never an error."""
    found = search(index, query)
    assert found.is_whole


def test_stop_a_search_that_takes_too_long(
    index: OpenedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search whose time is over says that it is not whole, and the next one works."""
    monkeypatch.setattr(opened_index, "SECONDS", -1.0)
    found = search(index, "werknemers personen leeftijd")
    assert not found.is_whole
    monkeypatch.undo()
    assert search(index, "werknemers").is_whole


def test_search_within_twenty_milliseconds(index: OpenedIndex) -> None:
    """A search takes less than 20 ms of the processor, once the program is warm."""
    spent = []
    for _ in range(5):
        before = time.thread_time()
        search(index, "65+ LDE 2023 werknemers")
        spent.append(time.thread_time() - before)
    assert min(spent) < 0.02


def test_refuse_what_is_no_index(tmp_path: Path) -> None:
    """A file that is absent or is something else is told apart from an index."""
    with pytest.raises(OSError, match="unable to open"):
        OpenedIndex(tmp_path / "absent.sqlite")
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"no database, but long enough to be read as one" * 30)
    with pytest.raises(ValueError, match="not a database"):
        OpenedIndex(other)
