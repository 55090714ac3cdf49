"""Figures that a search means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from built import Built

from publish.exports.description import DataSetDescription, read_description
from publish.exports.searching.figures_meant import MeantFigures, find_figures
from publish.exports.searching.finding_entries import read_query
from publish.exports.searching.opened_index import OpenedIndex


class Asked:
    """The index and the descriptions of a release."""

    def __init__(self, folder: Built) -> None:
        self.folder = folder.folder
        self.index = OpenedIndex(self.folder / "search.sqlite")

    def describe(self, slug: str) -> DataSetDescription:
        """Return the description of a data set."""
        return read_description((self.folder / f"descriptions/{slug}.json").read_bytes())

    def find(self, query: str) -> list[MeantFigures]:
        """Return the figures that a search means."""
        with self.index:
            return find_figures(self.index, read_query(query), self.describe)


@pytest.fixture(scope="module")
def asked(answer: Built) -> Iterator[Asked]:
    asked = Asked(answer)
    yield asked
    asked.index.close()


@pytest.mark.parametrize(
    "query",
    [
        "65+ LDE 2023",
        "LDE 65 jaar en ouder 2023",
        "how many over 65 in the local services economy in 2023",
        "hoeveel 65-plussers werken er in LDE in 2023",
        "Y_GE65 lde 2023",
    ],
)
def test_answer_a_code_with_a_period(asked: Asked, query: str) -> None:
    """65+ in LDE in 2023 is one data set, one code, and the quarter that has figures."""
    (found,) = asked.find(query)
    assert found.slug == "lde-werknemers-leeftijd"
    assert found.view.codes == {"leeftijdsgroep": ("Y_GE65",), "kwartaal": ("2023-Q1",)}
    assert [item.code for item in found.missing] == ["2023-Q2"]
    assert found.has_period
    assert not found.left_out


def test_take_totals_and_the_newest_period_for_what_is_not_said(asked: Asked) -> None:
    """A data set with a period means its total; a code alone means the newest period of it."""
    found = {item.slug: item for item in asked.find("LDE K1 2022")}
    assert found["lde-ondernemingen-grootteklasse"].view.codes == {
        "grootteklasseLde": ("_T",),
        "kwartaal": ("2022-Q1",),
    }
    (alone,) = asked.find("zelfstandigen VOP")
    assert alone.view.codes == {"statuut": ("ZELFSTANDIGE",), "kwartaal": ("2023-Q2",)}
    assert alone.other_periods == 5


def test_say_when_there_is_no_such_period(asked: Asked) -> None:
    """Where no figure is of the period, the newest ones are told as such."""
    (found,) = asked.find("65+ LDE 2031")
    assert not found.has_period
    assert found.view.codes["kwartaal"] == ("2023-Q1",)


def test_tell_nothing_by_words_alone(asked: Asked) -> None:
    """Without a code or a period no figure is meant, and a period alone means none."""
    assert not asked.find("advies")
    assert not asked.find("2023")
    assert not asked.find("")
