"""JSON of a view has its observations and all that explains them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from built import Built
from exported import ANSWER, chosen, description_of, observations, written
from odd_exports import SLUGS, VREEMD

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.forms.rows.rows_json import rows_of
from publish.exports.observation import Observation
from publish.exports.parse_view import parse_view
from publish.exports.view import DataView


def read(release: Built, slug: str, view: DataView | None = None) -> dict[str, Any]:
    """Return a view as JSON, numbers exactly."""
    content: dict[str, Any] = json.loads(
        written(release.folder, slug, "json", view), parse_float=Decimal, parse_int=Decimal
    )
    return content


def assert_same(release: Built, slug: str) -> None:
    """Assert that JSON holds the observations of a data set, one by one."""
    found = read(release, slug)
    expected = observations(release.folder, slug)
    description = description_of(release.folder, slug)
    head = release.project.uris.iri("observation", slug=slug, codes="")
    assert found["count"] == len(expected) == len(found["observations"])
    for row, one in zip(found["observations"], expected, strict=True):
        assert tuple(row[item.column] for item in description.dimensions) == one.codes
        assert same_figure(row, one)
        assert row["unit"] == description.measure_by_name[one.codes[-1]].unit_code
        assert row["observation"] == head + "/".join(one.codes)
        assert row.get("source_line") == one.source_line
        assert tuple(row.get("notes", ())) == one.notes
        assert ("source" in row) == (one.source is not None)


def same_figure(row: dict[str, Any], one: Observation) -> bool:
    """Return whether a row says of its figure what an observation says."""
    bounds = tuple((key, row[column]) for key, column in BOUND_COLUMNS.items() if column in row)
    return (
        (row["value"], row["status"], tuple(row.get("reasons", ())), bounds, row.get("printed"))
        == (one.value, one.status, one.reasons, one.bounds, one.printed)
        and (one.value is None or str(row["value"]) == str(one.value))
        and (one.value is not None or bool(row["reasons"]))
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_write_every_observation(odd_exports: Built, slug: str) -> None:
    """Figures, statuses, reasons, bounds, notes and sources are those of the observations."""
    assert_same(odd_exports, slug)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("slug", ANSWER)
def test_write_the_answer(answer: Built, slug: str) -> None:
    """So it is with every data set of the answer."""
    assert_same(answer, slug)


def test_explain_codes_reasons_and_units(odd_exports: Built) -> None:
    """Labels are in one language; a period that the source does not give says why."""
    found = read(odd_exports, VREEMD, DataView(language="en", size=3))
    assert found["title"] == '=Odd, "so" <b>'
    [period, form, *_] = found["dimensions"]
    assert [(item["code"], item.get("missing")) for item in period["codes"]] == [
        ("2021-Q1", None),
        ("2021-Q3", "Not measured, says the source."),
    ]
    assert form["column"] == "format_"
    assert [item["label"] for item in form["codes"]] == ['small, large and "other"']
    assert {item["code"]: item["label"] for item in found["reasons"]}["ONDERDRUKT"] == "suppressed"
    assert [item["unit"]["label"] for item in found["measures"]] == ["number", "number", "percent"]


def test_lead_to_the_pages_around(odd_exports: Built) -> None:
    """The addresses of the next and the previous page ask for just these."""
    description = description_of(odd_exports.folder, VREEMD)
    whole = read(odd_exports, VREEMD)["observations"]
    rows: list[Any] = []
    view: DataView | None = DataView(size=30)
    while view:
        found = read(odd_exports, VREEMD, view)
        rows += found["observations"]
        view = view_at(description, found["next"]) if "next" in found else None
        if view and view.start == 60:
            assert view_at(description, found["prev"]).start == 0
    assert rows == whole


def view_at(description: Any, address: str) -> DataView:
    """Return the view that an address asks for."""
    return parse_view(description, parse_qsl(address.partition("?")[2])).view


def test_write_a_page_behind_the_end(odd_exports: Built) -> None:
    """There are no observations and no codes, and it still says how many there are."""
    found = read(odd_exports, VREEMD, DataView(start=900, size=10))
    assert found["observations"] == []
    assert found["count"] == 81
    assert found["dimensions"][1]["codes"] == []


def test_name_keys_apart_from_dimensions(odd_exports: Built) -> None:
    """A dimension that is called as a key of rows keeps its name, and the key gets another."""
    with chosen(odd_exports.folder, VREEMD) as found:
        [*others, measure] = found.description.dimensions
        named = replace(others[1], column="Observation")
        description = replace(
            found.description, dimensions=(others[0], named, *others[2:], measure)
        )
        [row, *_] = rows_of(description, found)
    keys = json.loads(row)
    assert keys["Observation"] == "komma"
    assert keys["observation_"].startswith("https://")
    assert keys["source"].startswith("https://")
