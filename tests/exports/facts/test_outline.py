"""What is in a data set, told in part where it is long."""

from __future__ import annotations

from built import Built
from exported import description_of

from publish.exports.facts.outline import outline


def test_tell_dimensions_units_notes_and_what_is_missing(answer: Built) -> None:
    """All that is needed to ask for figures and to tell them is there, in one language."""
    found = outline(description_of(answer.folder, "lde-werknemers-leeftijd"), "en")
    assert [item["name"] for item in found["dimensions"]] == ["kwartaal", "leeftijdsgroep"]
    assert found["dimensions"][1]["total"] == "_T"
    assert found["measures"][0]["unit"]["code"] == "FTE"
    assert [item["code"] for item in found["missing_periods"]] == ["2023-Q2"]
    assert found["notes"] == [
        "The answer does not say whether the figures are an average of the quarter or the state at "
        "its end."
    ]
    assert found["page"].endswith("/id/dataset/lde-werknemers-leeftijd")


def test_tell_some_codes_by_words(answer: Built) -> None:
    """With words only the codes that have one of them are told, and how many there are."""
    description = description_of(answer.folder, "lde-werknemers-leeftijd")
    chosen = description.dimension_by_column["leeftijdsgroep"]
    found = outline(description, "nl", dimension=chosen, words="65")
    assert [item["code"] for item in found["dimensions"][0]["codes"]] == ["Y_GE65"]
    assert found["dimensions"][0]["number_of_codes"] == 1


def test_tell_measures_as_a_dimension_where_there_are_several(odd_exports: Built) -> None:
    """What is measured is chosen as the codes of a dimension are."""
    found = outline(description_of(odd_exports.folder, "vreemd"), "nl")
    measures = next(item for item in found["dimensions"] if item["kind"] == "measure")
    assert [item["code"] for item in measures["codes"]] == ["aantal", "bedrag", "percentage"]
