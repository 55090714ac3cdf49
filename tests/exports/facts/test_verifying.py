"""Verdicts on stated figures, over the answer and over figures that are hard to tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asked import Ask, asking
from built import Built

LDE = "lde-werknemers-leeftijd"


@pytest.fixture(scope="module")
def ask(answer: Built) -> Iterator[Ask]:
    """Ask the answer."""
    with asking(answer.folder) as found:
        yield found


@pytest.fixture(scope="module")
def ask_odd(odd_exports: Built) -> Iterator[Ask]:
    """Ask the project of what is hard to export."""
    with asking(odd_exports.folder) as found:
        yield found


def verdict(ask: Ask, value: str, filters: dict[str, Any], slug: str = LDE, **more: Any) -> Any:
    """Return the answer of the tool."""
    return ask("verify_figure", data_set=slug, value=value, filters=filters, **more)


PLACE = {"kwartaal": "2023-Q1", "leeftijdsgroep": "65 jaar en ouder"}


@pytest.mark.parametrize(
    ("value", "wanted", "sentence"),
    [
        ("10,09", "equal", "Gelijk: gepubliceerd is 10,09, in voltijdsequivalenten (VTE)."),
        (
            "10,1 VTE",
            "equal-when-rounded",
            "Gelijk na afronding: gesteld is 10,1, gepubliceerd is 10,09, in "
            "voltijdsequivalenten (VTE).",
        ),
        (
            "11",
            "different",
            "Verschillend: gesteld is 11, gepubliceerd is 10,09, in voltijdsequivalenten (VTE).",
        ),
        (
            "10,091",
            "different",
            "Verschillend: gesteld is 10,091, met meer decimalen dan gepubliceerd zijn; "
            "gepubliceerd is 10,09, in voltijdsequivalenten (VTE).",
        ),
        (
            "10,09 %",
            "different",
            "Verschillend: 10,09 is als percentage gesteld, en het gepubliceerde cijfer is dat "
            "niet: 10,09, in voltijdsequivalenten (VTE).",
        ),
    ],
)
def test_compare_with_the_one_figure_that_is_meant(
    ask: Ask, value: str, wanted: str, sentence: str
) -> None:
    """The verdict is a word and a sentence, with the published figure and its address."""
    found = verdict(ask, value, PLACE)
    assert (found["verdict"], found["sentence"]) == (wanted, sentence)
    assert found["published"]["value"] == "10.09"
    assert found["published"]["observation"].endswith(f"/{LDE}/2023-Q1/Y_GE65/werknemersVte")
    query = "?kwartaal=2023-Q1&leeftijdsgroep=Y_GE65&lang=nl"
    assert found["address"].endswith(f"/data/{LDE}{query}")


def test_tell_which_dimensions_are_open(ask: Ask) -> None:
    """Where several figures are meant, none is compared as if it were the one."""
    found = verdict(ask, "10,09", {"age group": "Y_GE65"}, language="en")
    assert (found["verdict"], found["matching"]) == ("ambiguous", 5)
    assert [item["name"] for item in found["open_dimensions"]] == ["kwartaal"]
    assert [item["value"] for item in found["with_this_value"]] == ["10.09"]
    assert found["sentence"] == (
        "It is not clear which figure is meant: the filters leave 5. Give a filter for kwartaal "
        "that leaves one code. How many of them have this value, perhaps by chance: 1."
    )


def test_say_why_a_period_is_not_given(ask: Ask) -> None:
    """A period that the source does not give is told with the reason."""
    found = verdict(ask, "10,09", {**PLACE, "kwartaal": "2023-Q2"}, language="en")
    assert (found["verdict"], found["why_not"]) == ("not-published", "period-not-given")
    assert found["sentence"].startswith(
        "Not published: the source gives no figures for Q2 2023. The settlement of the second"
    )


def test_name_the_nearest_code(ask: Ask) -> None:
    """A code that there is none of is no verdict on the figure; the nearest is named."""
    found = verdict(ask, "10,09", {"leeftijdsgroep": "65 jaar en oudre"}, language="en")
    assert (found["verdict"], found["why_not"]) == ("not-published", "unknown-filter")
    assert 'Did you mean "65 jaar en ouder"?' in found["sentence"]


def test_say_what_is_known_of_a_suppressed_figure(ask_odd: Ask) -> None:
    """A figure that is hidden is neither zero nor equal to anything: its bounds are told."""
    place = {"kwartaal": "2021-Q2", "format": "komma", "groep": "Z_hoog", "measure": "aantal"}
    found = verdict(ask_odd, "3", place, "vreemd", language="en")
    assert (found["verdict"], found["why_not"]) == ("not-published", "no-value")
    assert found["published"]["value"] is None
    assert found["published"]["bounds"] == ["at least 0", "less than 5"]
    assert found["published"]["printed"] == "<5"
    assert found["sentence"].endswith(
        'What is known of it: at least 0, less than 5. The source prints "<5".'
    )


def test_tell_codes_that_do_not_occur_together(ask_odd: Ask) -> None:
    """Codes of which there is no observation together are no slip in one of them."""
    place = {"kwartaal": "2021-Q1", "format": "plus", "groep": "A_laag", "measure": "aantal"}
    found = verdict(ask_odd, "3", place, "vreemd", language="en")
    assert (found["verdict"], found["why_not"]) == ("not-published", "no-such-observation")
