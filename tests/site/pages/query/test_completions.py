"""What the editor of the query page is given to propose."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from small_release import BASE

COMPLETIONS = "/sparql/completions.json"


def test_give_terms_and_codes_in_the_language(client: FlaskClient) -> None:
    """Terms come with prefix, label and kind, codes and periods by label, list by list."""
    response = client.get(COMPLETIONS, query_string={"lang": "en"})
    assert response.mimetype == "application/json"
    content = response.get_json()
    assert content["prefixes"]["p"] == f"{BASE}/ns/proef#"
    assert ["p:leeftijd", "age", "property"] in content["terms"]
    assert ["pub:Totaal", "total", "class"] in content["terms"]
    ages = [code[1] for code in content["codes"] if "/leeftijd/" in code[0]]
    assert ages == ["younger than 20", "20 to 64", "total"]
    assert content["more"] is False
    dutch = client.get(COMPLETIONS, headers={"Accept-Language": "nl"}).get_json()
    assert ["p:leeftijd", "leeftijd", "property"] in dutch["terms"]


def test_find_codes_that_hold_all_words(client: FlaskClient) -> None:
    """A search finds codes by words of label, list and notation, whatever their case."""
    for text, found in (
        ("JONGER 20", {"Y_LT20"}),
        ("y_lt", {"Y_LT20"}),
        ("leeftijd", {"Y_LT20", "Y20T64", "_T"}),
        ("nergens", set()),
    ):
        codes = client.get(COMPLETIONS, query_string={"q": text, "lang": "nl"}).get_json()["codes"]
        assert {code[0].rpartition("/")[2] for code in codes} == found, text


@pytest.mark.parametrize(("name", "value"), [("q", "x" * 101), ("lagn", "nl"), ("<b>", "1")])
def test_refuse_what_is_not_asked_for_here(client: FlaskClient, name: str, value: str) -> None:
    """A long text and a parameter that is not known are refused in a sentence."""
    response = client.get(COMPLETIONS, query_string={name: value})
    assert (response.status_code, response.mimetype) == (400, "text/plain")
    assert response.text.strip()


def test_keep_the_answer_in_the_cache_of_the_browser(client: FlaskClient) -> None:
    """The answer may be kept, and is not sent again while it is the same."""
    first = client.get(COMPLETIONS, query_string={"lang": "nl"})
    assert "max-age=" in first.headers["Cache-Control"]
    again = client.get(
        COMPLETIONS,
        query_string={"lang": "nl"},
        headers={"If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")
