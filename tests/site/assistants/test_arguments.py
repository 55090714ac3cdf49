"""What assistants give a tool: read, or refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from publish.site.assistants.arguments import ToolRefused, language_given, read_arguments
from publish.site.assistants.tools import GET


def read(**given: Any) -> dict[str, Any]:
    """Read arguments of the tool that has one of each kind."""
    return read_arguments(GET.arguments, given)


def test_read_arguments_with_their_defaults() -> None:
    """What is left out, or null, has its default; numbers may be codes."""
    found = read(data_set=" x ", filters={"jaar": [2022, "2023"], "a": "b,c"}, size=2.0, start=None)
    assert found == {
        "data_set": "x",
        "filters": [("jaar", "2022"), ("jaar", "2023"), ("a", "b,c")],
        "totals": True,
        "start": 0,
        "size": 2,
        "language": "nl",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "The argument data_set is lacking. The name of a data set, as find_data_sets gives"),
        ({"data_set": 1}, "data_set has to be a text."),
        ({"data_set": "x" * 501}, "data_set is longer than 500 characters."),
        ({"dataset": "x"}, '"dataset" is no argument of this tool. Did you mean "data_set"?'),
        ({"size": 0}, "size has to be a whole number from 1 to 200."),
        ({"size": True}, "size has to be a whole number from 1 to 200."),
        ({"start": 10**30}, "start has to be a whole number from 0 to 1000000000."),
        ({"totals": "no"}, "totals has to be true or false."),
        ({"language": "fr"}, "language has to be one of nl, en."),
        ({"language": ["nl"]}, "language has to be one of nl, en."),
        ({"filters": "jaar=2022"}, "filters has to be an object that gives codes for dimensions"),
        ({"filters": {"jaar": []}}, "The filter jaar in filters has no value."),
        ({"filters": {"jaar": [[2022]]}}, "The filter jaar in filters has to be a code or label"),
        ({"filters": {"jaar": ["x"] * 501}}, "filters has more than 500 values."),
        ({"filters": {"x" * 501: "y"}}, "filters is longer than 500 characters."),
    ],
)
def test_refuse_arguments_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    """An argument that is wrong is named, with what it can be."""
    with pytest.raises(ToolRefused) as caught:
        read(**given)
    assert str(caught.value.sentence).startswith(sentence)
    assert caught.value.sentence.nl != str(caught.value.sentence)


def test_refuse_in_the_language_that_was_asked_for() -> None:
    """The language holds for sentences too; what is no language is English."""
    assert [language_given(given) for given in ({"language": "nl"}, {"language": 5}, None)] == [
        "nl",
        "en",
        "en",
    ]
