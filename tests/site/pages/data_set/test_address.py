"""Tests of addresses of the page of a data set."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qsl, urlsplit

import pytest
from built import Built
from flask import Flask

from publish.exports.description import DataSetDescription, read_description
from publish.exports.parse_view import parse_view
from publish.exports.view import DataView, cell_text, codes_of_cell
from publish.site.pages.data_set.address import (
    page_view_address,
)


@pytest.fixture(scope="module")
def description(answer: Built) -> DataSetDescription:
    path = answer.folder / "descriptions" / "lde-werknemers-leeftijd.json"
    return read_description(path.read_bytes())


def test_address_leads_back_to_the_view(description: DataSetDescription) -> None:
    """The parameters of an address stand for the same codes, totals, rows and columns."""
    view = DataView(
        codes={"kwartaal": ("2022-Q1", "2022-Q2", "2022-Q3"), "leeftijdsgroep": ("Y_GE65",)},
        rows=("kwartaal",),
        columns=("leeftijdsgroep",),
        layout="table",
    )
    with Flask("x").test_request_context("/?lang=en"):
        address = page_view_address(
            description, view, cell=("2022-Q1", "Y_GE65", "werknemersVte"), show="table", page=3
        )
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query)
    own = {"view": "table", "page": "3", "cell": "2022-Q1,Y_GE65,werknemersVte", "lang": "en"}
    assert (parts.path, parts.fragment) == ("/doc/dataset/lde-werknemers-leeftijd", "figure")
    assert own.items() <= dict(pairs).items()
    left = [pair for pair in pairs if pair[0] not in own]
    assert dict(left)["kwartaal"] == "2022-Q1..2022-Q3"
    assert parse_view(description, left).view == dataclasses.replace(view, language="nl")


def test_address_of_the_default_view_has_no_parameters(description: DataSetDescription) -> None:
    """What everybody gets needs nothing to be said, in the language of the reader."""
    with Flask("x").test_request_context("/", headers={"Accept-Language": "en"}):
        address = page_view_address(description, DataView(), show="chart")
    assert address == "/doc/dataset/lde-werknemers-leeftijd"


@pytest.mark.parametrize("codes", [("a",), ("2022-Q1", "a,b", "c%2Cd"), ("", "..", "é/&=#")])
def test_cell_is_read_back(codes: tuple[str, ...]) -> None:
    """Codes with commas and percent signs are told apart in the parameter of a figure."""
    assert codes_of_cell(cell_text(codes)) == codes
