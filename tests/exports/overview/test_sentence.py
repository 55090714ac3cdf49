"""The key sentence: right for every kind of data set, and never a sum that no source gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from built import Built
from exported import description_of, observations

from publish.exports.description import DataSetDescription
from publish.exports.observation import Observation
from publish.exports.overview.figures import Overview, overview_of, reading_from
from publish.exports.overview.sentence import key_sentence

Change = Callable[[Observation], Observation | None]


def overview(
    built: Built, slug: str, change: Change = lambda item: item
) -> tuple[Overview, DataSetDescription]:
    """Return the overview of a data set, some of whose observations are changed or left out."""
    description = description_of(built.folder, slug)
    found = filter(None, map(change, observations(built.folder, slug)))
    return overview_of(description, reading_from(description, list(found))), description


def said(built: Built, slug: str, language: str = "nl", change: Change = lambda item: item) -> str:
    return key_sentence(*overview(built, slug, change), language).text.replace("\xa0", " ")


def hide(*codes: str) -> Change:
    """Return what hides the value of observations with these codes."""

    def change(item: Observation) -> Observation:
        return item._replace(value=None) if {*codes} <= {*item.codes} else item

    return change


@pytest.mark.parametrize(
    ("slug", "language", "sentence"),
    [
        (
            "cmw-werknemers-leeftijd",
            "nl",
            "In het 2e kwartaal van 2023: 18.548 VTE, met het hoogste cijfer bij 55 tot en met 59 "
            "jaar (2.605).",
        ),
        (
            "lde-werknemers-leeftijd",
            "en",
            "In Q1 2023: 1,710.41 FTE, with the highest figure for 55 to 59 years (263.91). The "
            "source gives no figures for Q2 2023.",
        ),
        (
            "contingent",
            "nl",
            "In het 2e kwartaal van 2023: 2.152,14 VTE voor lokale diensteneconomie (LDE) en "
            "20.082 VTE voor collectief maatwerk (CMW).",
        ),
        (
            "wzw-advies-leeftijd",
            "en",
            "On 30 June 2023: 7,520 persons (advice for collective customised work), 939 persons "
            "(advice for the local services economy) and 3,404 persons (advice for work-like "
            "activities).",
        ),
        (
            "werknemers-leeftijd-vergelijkbaar",
            "nl",
            "In het 2e kwartaal van 2023: 18.548 VTE voor collectief maatwerk (CMW). Voor lokale "
            "diensteneconomie (LDE) is er in die periode geen totaal.",
        ),
        (
            "wzw-uitstroom",
            "nl",
            "In 2022, werkzoekenden zonder werk (jaargemiddelde): 7.550 personen (advies "
            "collectief maatwerk) en 1.070 personen (advies lokale diensteneconomie). De dataset "
            "heeft nog 4 maten.",
        ),
        (
            "ama-uitstroom",
            "en",
            "Screening advices: 6,194 advices (3 months after the advice), 5,756 advices (6 months "
            "after the advice) and 5,022 advices (12 months after the advice). The figures have "
            "no period. The data set has 4 other measures.",
        ),
    ],
)
def test_tell_what_a_data_set_says_first(
    answer: Built, slug: str, language: str, sentence: str
) -> None:
    """A total, else the figures by name; several measures, no period, a newest period without."""
    assert said(answer, slug, language) == sentence


def test_tell_of_the_newest_total_that_is_shown(answer: Built) -> None:
    """A hidden total makes way for the one before it, and it is said that it is hidden."""
    slug, later = "cmw-werknemers-leeftijd", "In het 1e kwartaal van 2023: 18.460 VTE"
    hidden = said(answer, slug, change=hide("2023-Q2", "_T"))
    assert hidden.startswith(later)
    assert hidden.endswith(" Het cijfer voor het 2e kwartaal van 2023 wordt niet getoond.")

    def drop(item: Observation) -> Observation | None:
        return None if {"2023-Q2", "_T"} <= {*item.codes} else item

    gone = said(answer, slug, change=drop)
    assert gone.startswith(later)
    assert gone.endswith(" Voor het 2e kwartaal van 2023 is geen totaal gegeven.")


def test_tell_no_sum_where_every_total_is_hidden(answer: Built) -> None:
    """Without any total the parts are told from the lowest to the highest."""
    found = said(answer, "cmw-werknemers-leeftijd", change=hide("_T"))
    assert found.startswith("Het totaal wordt niet getoond. In het 2e kwartaal van 2023: van ")
    assert "2.605 VTE (55 tot en met 59 jaar) over 11 cijfers." in found
    assert "18.548" not in found


def test_tell_no_highest_part_that_is_not_certain(answer: Built) -> None:
    """A hidden part may be the highest, so none is called so."""
    found = said(answer, "cmw-werknemers-leeftijd", change=hide("2023-Q2", "Y_GE65"))
    assert found == "In het 2e kwartaal van 2023: 18.548 VTE."


def test_tell_that_nothing_is_shown(answer: Built) -> None:
    """A data set without a figure says so."""
    assert said(answer, "contingent", change=hide()) == (
        "Van deze dataset wordt geen enkel cijfer getoond."
    )


def test_tell_how_many_are_hidden_or_lack(odd_exports: Built) -> None:
    """Of several figures it is said how many are not shown, and how many codes have none."""
    assert said(odd_exports, "zonder-tijd") == (
        "5 aantal (M). 1 van de 2 cijfers wordt niet getoond. De cijfers hebben geen periode."
    )
    assert " Voor 5 andere codes is er in die periode geen totaal. " in said(odd_exports, "vreemd")


def test_tell_only_figures_that_are_stated(answer: Built, odd_exports: Built) -> None:
    """Every figure of every overview is an observation, and every series has all of its totals."""
    for built in (answer, odd_exports):
        for path in (built.folder / "descriptions").glob("*.json"):
            found, _ = overview(built, path.stem)
            stated = {item.codes: item.value for item in observations(built.folder, path.stem)}
            told = [*found.figures, *found.series, *([found.highest] if found.highest else [])]
            assert all(stated[item.codes] == item.value for item in told)
            assert found.figures
