"""The page that compares series of the answer: what it shows, and what it refuses."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page

LDE = "lde-werknemers-leeftijd"
CMW = "cmw-werknemers-leeftijd"


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    """A client of the answer."""
    return client_of(answer.folder)


def address(*series: str, **more: str) -> str:
    """Return the address of a comparison."""
    parts = [f"series={quote(item, safe=':,')}" for item in series]
    return "/compare?" + "&".join(parts + [f"{name}={value}" for name, value in more.items()])


def cells(html: str) -> list[list[str]]:
    """Return the texts of the rows of the table, heads included."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    plain = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in plain]


def test_show_series_of_two_data_sets(client: FlaskClient) -> None:
    """Each figure is the printed one, and a period without figures says so, never a zero."""
    html = page(client, address(f"{LDE}:Y_GE65", f"{CMW}:Y_GE65"))
    rows = {row[0]: row[1:] for row in cells(html)[1:]}
    assert rows["K1 2023"][0] == "10,09"
    assert rows["K2 2023"][0] == "n.b."
    assert rows["K2 2023"][1].isdecimal()
    assert "<svg" in html
    assert f"/doc/dataset/{LDE}?leeftijdsgroep=Y_GE65" in html
    english = cells(page(client, address(f"{LDE}:Y_GE65"), "en"))
    assert ["Q1 2023", "10.09"] in english


def test_take_the_totals_of_a_data_set_where_no_codes_are_named(client: FlaskClient) -> None:
    """A slug alone is the series of its total."""
    assert "1.710,41" in page(client, address(LDE))


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ((f"{LDE}:Y_GE65", f"{LDE}:_T"), "overlappen"),
        ((f"{LDE}:Y60T64", "werknemers-leeftijd-vergelijkbaar:Y_GE60,LDE"), "overlappen"),
        (("wzw-advies", "imw-aanvragen"), "stand tegenover stroom"),
        (("wzw-advies", "wzw-uitstroom"), "anders gemeten"),
    ],
)
def test_refuse_what_misleads(client: FlaskClient, series: tuple[str, ...], said: str) -> None:
    """Classes that overlap, and a stock beside a follow-up, are refused with the reason."""
    html = page(client, address(*series))
    assert "niet te vergelijken" in html
    assert said in html
    assert "<svg" not in html


def test_allow_classes_side_by_side(client: FlaskClient) -> None:
    """Classes that touch do not overlap."""
    html = page(client, address(f"{LDE}:Y60T64", f"{LDE}:Y_GE65"))
    assert "niet te vergelijken" not in html


def test_choose_a_series_by_a_form(client: FlaskClient) -> None:
    """The form gives a data set, then its codes, and leads to the address of the comparison."""
    html = page(client, address(f"{LDE}:Y_GE65", add=CMW))
    assert '<select name="code">' in html
    reply = client.get(address(f"{LDE}:Y_GE65", add=CMW, code="Y_GE65"))
    assert reply.status_code == 303
    assert reply.headers["Location"] == (f"/compare?series={LDE}%3AY_GE65&series={CMW}%3AY_GE65")
    assert page(client, reply.headers["Location"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("series=geen", "geen dataset"),
        (f"series={LDE}:niets", "geen code van"),
        (f"series={LDE}:Y_GE65,x", "codes nodig"),
        ("series=ama-uitstroom", "geen periodes"),
        ("&".join(f"series={LDE}:Y{n}" for n in range(7)), "Hoogstens 6"),
        ("series=%00<script>", "geen dataset"),
    ],
)
def test_say_what_is_no_series(client: FlaskClient, query: str, said: str) -> None:
    """What an address names wrongly is said in a sentence, with status 400."""
    html = page(client, f"/compare?{query}", status=400)
    assert said in html
    assert "<script>" not in html
