"""The description of a data set says all that its exports need besides figures."""

from __future__ import annotations

import hashlib

import pytest
from built import Built
from exported import description_of, descriptions, observations

from publish.exports.description import LANGUAGES, read_description
from publish.exports.files import files_of

LEAFLET = "https://data.sociale-economie.example/id/document/sv-2023-19"


def test_describe_every_data_set_in_both_languages(answer: Built) -> None:
    """Each data set has a description that the manifest knows, each text in both languages."""
    found = {item.slug: item for item in descriptions(answer.folder)}
    assert found.keys() == {item["slug"] for item in answer.manifest["data-sets"]}
    for slug, item in found.items():
        text = (answer.folder / "descriptions" / f"{slug}.json").read_bytes()
        assert hashlib.sha256(text).hexdigest() == answer.manifest["descriptions"][slug]
        assert read_description(text) == read_description(item.to_json())
        texts = [item.title, item.description, *item.notes, *item.area]
        texts += [term.label for term in (*item.reasons, *item.remarks)]
        texts += [code.label for one in item.dimensions for code in one.codes]
        assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts)


def test_describe_source_licence_and_what_was_assumed(answer: Built) -> None:
    """The licence has its name, the table its document, address and lines; remarks are told."""
    item = description_of(answer.folder, "cmw-werknemers-leeftijd")
    assert item.licence_label and item.licence_label["nl"] == "Modellicentie voor gratis hergebruik"
    [table] = item.tables
    assert (table.document, table.lines, table.date) == (LEAFLET, "115-127", "2023-10-12")
    assert table.address and table.address.startswith("https://www.vlaamsparlement.be/")
    assert {"gebied", "datum"} <= {remark.code for remark in item.remarks}
    assert [note["en"][:26] for note in item.notes] == [
        "The fourth quarter is high",
        "The answer does not say wh",
    ]
    assert item.address == f"{answer.project.public_url}/data/cmw-werknemers-leeftijd"


def test_describe_figures_that_were_asked_for_and_not_given(answer: Built) -> None:
    """What the document does not give is told at the data sets in which one would look for it."""
    item = description_of(answer.folder, "cmw-werknemers-leeftijd")
    asked = {one.question: one for one in item.not_given}
    assert asked["2"].document == LEAFLET
    assert any("by origin" in one.what["en"] and one.lines == "132-137" for one in item.not_given)
    assert not description_of(answer.folder, "wzw-advies").not_given


@pytest.mark.slow
def test_tell_codes_that_occur_in_the_order_of_their_list(answer: Built) -> None:
    """The codes are those of the observations, the total last; units and decimals are known."""
    for item in descriptions(answer.folder):
        found = observations(answer.folder, item.slug)
        assert len(found) == item.observations
        for at, dimension in enumerate(item.dimensions):
            given = {code.code for code in dimension.codes if code.missing is None}
            assert given == {one.codes[at] for one in found}
            totals = [code.is_total for code in dimension.codes]
            assert totals == sorted(totals)
        assert {reason for one in found for reason in one.reasons} == {
            reason.code for reason in item.reasons
        }
        assert {note for one in found for note in one.notes} <= {
            remark.code for remark in item.remarks
        }
        for one in found:
            assert (one.source is None) == bool(item.derived_from)
            measure = item.measure_by_name[one.codes[-1]]
            if one.value is not None:
                places = -int(one.value.as_tuple().exponent)
                assert places <= measure.decimals


def test_list_the_files_of_a_data_set_by_its_settings(answer: Built) -> None:
    """A release has the files that its registry says, and none where a project wants none."""
    item = description_of(answer.folder, "cmw-werknemers-leeftijd")
    names = {f"dumps/{item.slug}{file.ending}" for file in files_of(item)}
    entries = {one["path"] for one in answer.manifest["files"] if one.get("export")}
    own = {path for path in entries if path.startswith(f"dumps/{item.slug}.")}
    assert own == names - {f"dumps/{item.slug}.links.csv"}  # there is nothing to tell in it
    assert list(files_of(item, ())) == []
    assert {file.setting for file in files_of(item, ("sdmx",))} == {"sdmx"}
