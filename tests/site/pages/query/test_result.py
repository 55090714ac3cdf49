"""How a result of a query is shown to a reader."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from flask_client import page
from small_release import BASE


def cells(client: FlaskClient, values: str, language: str = "nl") -> list[str]:
    """The cells of the first row of a result, as HTML."""
    query = quote(f"SELECT * {{ {values} }}")
    body = page(client, f"/sparql?query={query}", language)
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", body, re.DOTALL)
    assert row
    return re.findall(r"<td.*?</td>", row[1], re.DOTALL)


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        ("1676.15", "nl", '<span title="1676.15">1.676,15</span>'),
        ("1676.15", "en", '<span title="1676.15">1,676.15</span>'),
        ("-12", "nl", '<span title="-12">−12</span>'),
        ("12", "nl", "<span>12</span>"),
        ("12.3333333333333", "nl", '<span title="12.3333333333333">12,333333</span>'),
        ("0.00000012", "nl", '<span title="0.00000012">0,00000012</span>'),
        ("1e300", "nl", ">1E+300</span>"),
        ("'INF'^^<http://www.w3.org/2001/XMLSchema#double>", "nl", "<span>INF</span>"),
        ("'12'", "nl", "<span>12</span>"),
        ("'<b>'@en", "nl", '<span lang="en">&lt;b&gt;</span>'),
    ],
)
def test_write_numbers_as_the_reader_does(
    client: FlaskClient, value: str, language: str, shown: str
) -> None:
    """A number has the marks of the language, and the number of the result in its title."""
    assert shown in cells(client, f"BIND({value} AS ?x)", language)[0]


def test_leave_years_as_they_are(client: FlaskClient) -> None:
    """A year that a query made a number has no mark for thousands."""
    year, number = cells(client, "VALUES (?jaar ?n) { (2023 2023) }")
    assert "2023" in year
    assert "2.023" in number


def test_name_what_stands_at_an_address(client: FlaskClient) -> None:
    """An address has the label of its thing, its short form and the whole of it."""
    [cell] = cells(client, f"BIND(<{BASE}/id/dataset/werknemers> AS ?x)")
    assert 'href="/doc/dataset/werknemers"' in cell
    assert "Werknemers naar leeftijd</a>" in cell
    assert '<code class="short">dataset/werknemers</code>' in cell
    assert f'title="{BASE}/id/dataset/werknemers"' in cell
    [cell] = cells(client, "BIND(<javascript:alert(1)> AS ?x)")
    assert "href" not in cell


def test_show_the_result_as_the_engine_wrote_it(client: FlaskClient) -> None:
    """The raw result is there too, and says so where it is cut short."""
    body = page(client, f"/sparql?query={quote('SELECT (1676.15 AS ?x) {}')}")
    assert re.search(r"<pre[^>]*>\?x\n&#34;1676\.15&#34;\^\^&lt;[^&]*#decimal&gt;\n</pre>", body)
    assert "Hier staat het begin" not in body
    long = quote("SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e ?f } LIMIT 900")
    assert "Hier staat het begin" in page(client, f"/sparql?query={long}")
