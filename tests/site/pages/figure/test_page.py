"""The page of an observation over the answer, as people read it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from built import Built
from exported import observations
from flask.testing import FlaskClient
from flask_client import client_of, page

HERE = "/doc/observatie/lde-werknemers-leeftijd/2023-Q1/Y_GE65/werknemersVte"


@pytest.fixture(scope="module")
def client(answer: Built) -> Iterator[FlaskClient]:
    yield client_of(answer.folder)


def words(body: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_name_the_figure_everywhere(client: FlaskClient) -> None:
    """Heading, title and preview have the same name."""
    body, name = page(client, HERE), "10,09 VTE: 65 jaar en ouder, LDE, K1 2023"
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", body) == [name]
    assert f"<title>{name} · " in body
    assert f'<meta property="og:title" content="{name}">' in body
    assert '<meta name="description" content="Doelgroepwerknemers in de lokale' in body


def test_show_the_lines_of_the_answer(client: FlaskClient) -> None:
    """Three lines are shown with the figure marked, and lead to the line of the document."""
    body = page(client, HERE)
    excerpt = body.partition('<ol class="excerpt">')[2].partition("</ol>")[0]
    assert re.findall(r'<li value="(\d+)"', excerpt) == ["80", "81", "82"]
    assert "65+ 6,98 5,77 4,93 5,49 <mark>10,09</mark>" in excerpt
    assert 'href="/doc/document/sv-2023-19#L81"' in body


def test_compute_share_and_change(client: FlaskClient) -> None:
    """A share of the total and changes are given, and said to be computed."""
    text = words(page(client, HERE))
    assert "Deel van het totaal (leeftijdsgroep) 0,59 % van 1.710,41 (berekend)" in text
    assert "4e kwartaal 2022 5,49 VTE sindsdien +4,60 VTE (+83,8 %) (berekend)" in text
    assert "2e kwartaal 2023 niet beschikbaar: De afrekening van het tweede kwartaal" in text
    english = words(page(client, HERE, "en"))
    assert "Share of the total (age group) 0.59 % of 1,710.41 (computed)" in english


def test_compute_nothing_of_percentages_but_points(client: FlaskClient) -> None:
    """Percentages have no share of a total; they change by percentage points."""
    path = "/doc/observatie/wzw-uitstroom/2021/CMW/uitstroomNaarWerkPercentage"
    text = words(page(client, path))
    assert "sindsdien +1,2 procentpunt (berekend)" in text
    assert "Deel van het totaal" not in text


def test_show_what_stands_beside_it(client: FlaskClient) -> None:
    """A small table has the periods and the codes next to it, and the total."""
    body = (
        page(client, HERE).partition('<table class="figures beside">')[2].partition("</table>")[0]
    )
    rows = [words(row).replace("(", " (") for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]
    assert rows == [
        "Leeftijdsgroep K4 2022 K1 2023 K2 2023",
        "60 tot en met 64 jaar 199,27 199,29 n.b.",
        "65 jaar en ouder 5,49 10,09 n.b.",
        "totaal, alle leeftijden 1.702,65 1.710,41 n.b.",
    ]
    assert '<strong aria-current="true">10,09</strong>' in body
    assert f'href="{HERE.replace("2023-Q1", "2022-Q4")}"' in body


def test_say_what_a_total_and_a_sum_are(client: FlaskClient) -> None:
    """A total warns; a sum leads to the figures that it is made of."""
    total = words(page(client, HERE.replace("Y_GE65", "_T")))
    assert "Dit is het totaal van leeftijdsgroep. Tel het niet op bij zijn delen." in total
    assert "Deel van het totaal" not in total
    path = "/doc/observatie/werknemers-leeftijd-vergelijkbaar/2022-Q1/Y25T59/CMW/werknemersVte"
    body = page(client, path)
    assert "Som van 7 cijfers (berekend, niet gedrukt)" in words(body)
    assert "Gedrukt in de bron" not in words(body)
    assert (
        '<a href="/doc/observatie/cmw-werknemers-leeftijd/2022-Q1/Y25T29/werknemersVte">'
        "1.932 VTE: 25 tot en met 29 jaar, CMW, K1 2022</a>"
    ) in body


def test_cite_and_take_it_along(client: FlaskClient, answer: Built) -> None:
    """There are a sentence with its source, the address, the query and Turtle."""
    body = page(client, HERE)
    text, iri = words(body), f"{answer.base}{HERE.replace('/doc/', '/id/')}"
    assert (
        "per leeftijdsgroep, 65 jaar en ouder, K1 2023: 10,09 VTE. Bron: Antwoord op schriftelijke "
        "vraag nr. 19 van 12 oktober 2023, Individueel maatwerk - Stand van zaken, regel 81; via "
    ) in text
    assert f'<code class="address" id="figure-address">{iri}</code>' in body
    assert 'href="/sparql?query=%23+Doelgroepwerknemers' in body
    assert f'href="{HERE}.ttl"' in body
    # The page of the data set with the panel of this figure open.
    cell = "cell=2023-Q1,Y_GE65,werknemersVte#figure"
    assert f'href="/doc/dataset/lde-werknemers-leeftijd?{cell}"' in body


def test_show_odd_figures(odd_exports: Built) -> None:
    """Codes and texts with all signs are escaped, and every figure has its page."""
    client = client_of(odd_exports.folder)
    for item in observations(odd_exports.folder, "vreemd"):
        body = page(client, f"/doc/observatie/vreemd/{'/'.join(item.codes)}", "en")
        assert len(re.findall(r"<h1", body)) == 1
        if item.value is None:
            assert "Why there is no figure" in body or not item.reasons
