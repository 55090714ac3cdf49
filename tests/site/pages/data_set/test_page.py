"""Tests of the page of a data set over the release of the answer."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page

LDE = "/doc/dataset/lde-werknemers-leeftijd"


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


def table_of(body: str, number: int = 0) -> list[list[str]]:
    """Return the words of the cells of a table of figures, row by row."""
    found = re.findall(r'<table class="figures[^"]*">(.*?)</table>', body, re.DOTALL)[number]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[words(cell) for cell in row] for row in cells]


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_table_has_short_heads_totals_last_and_says_what_is_not_given(client: FlaskClient) -> None:
    """Periods go across, a missing one has a note mark in each cell and no number."""
    rows = table_of(page(client, LDE))
    periods = ["K1 2022", "K2 2022", "K3 2022", "K4 2022", "K1 2023", "K2 2023 1"]
    assert rows[0] == ["Leeftijdsgroep", *periods]
    assert rows[-1][1:] == ["1.676,15", "1.660,97", "1.660,84", "1.702,65", "1.710,41", "n.b. 1"]
    assert all(row[-1] == "n.b. 1" for row in rows[1:])
    body = page(client, LDE, "en")
    assert table_of(body)[-1][5:] == ["1,710.41", "n.a. 1"]
    assert '<li id="note-1" value="1">Q2 2023: ' in body


def test_page_turns_filters_and_hides_totals_by_its_address(client: FlaskClient) -> None:
    """Rows, columns, codes and totals are those of the parameters, several of one name too."""
    address = f"{LDE}?rows=kwartaal&kwartaal=2022-Q1&kwartaal=2023-Q1&leeftijdsgroep=&totals=no"
    rows = table_of(page(client, address))
    assert [row[0] for row in rows] == ["Kwartaal", "K1 2022", "K1 2023"]
    assert (rows[0][1], rows[0][-1]) == ("18 tot en met 19 jaar", "65 jaar en ouder")
    assert rows[2][-1] == "10,09"


def test_form_sends_what_the_page_shows(client: FlaskClient) -> None:
    """Sent as it stands, the form gives the same table; turned in one field, the turned one."""
    body = page(client, f"{LDE}?rows=kwartaal&leeftijdsgroep=Y_GE65")
    form = body.partition('<form class="choose"')[2].partition("</form>")[0]
    sent: list[tuple[str, str]] = []
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', form):
        found = re.search(r'<option value="([^"]*)" selected', options)
        sent.append((name, found[1] if found else ""))
    boxes = r'<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>'
    sent += re.findall(boxes, form)
    assert ("leeftijdsgroep", "Y_GE65") in sent
    assert dict(sent)["rows"] == "kwartaal"
    again = client.get(LDE, query_string=sent, headers={"Accept": "text/html"}).text
    assert table_of(again) == table_of(body)
    turned = [("rows", "leeftijdsgroep") if name == "rows" else (name, v) for name, v in sent]
    rows = table_of(client.get(LDE, query_string=turned, headers={"Accept": "text/html"}).text)
    assert rows[1][:2] == ["65 jaar en ouder", "6,98"]


def test_every_figure_leads_to_its_panel(client: FlaskClient) -> None:
    """The address of a cell opens that figure beside the same view, which marks it."""
    body = page(client, f"{LDE}?totals=no&view=table")
    [address] = re.findall(r'<a href="([^"]*)" data-panel="#figure">10,09</a>', body)
    address = html.unescape(address)
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "totals": "no",
        "view": "table",
        "cell": "2023-Q1,Y_GE65,werknemersVte",
    }
    opened = page(client, LDE + address)
    assert re.search(r"<td[^>]* data-chosen><a[^>]*>10,09</a>", opened)
    panel = opened.partition('id="figure"')[2].partition("</aside>")[0]
    assert "10,09" in panel
    assert "65 jaar en ouder" in panel
    assert table_of(opened) == table_of(body)


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("periode=1", 400, "De parameters zijn kwartaal, leeftijdsgroep, measure, rows, columns,"),
        ("leeftijdsgroep=Y_GE56", 400, 'Bedoelde u "Y_GE65"?'),
        ("view=grafiek", 400, "Het is één van chart, table, printed."),
        ("page=0", 400, "page is een geheel getal van 1 tot"),
        ("cell=2023-Q1", 400, "cell heeft 3 codes met een komma ertussen"),
        ("cell=2023-Q1,Y_GE99,werknemersVte", 400, "is geen code van leeftijdsgroep"),
        ("cell=2023-Q2,Y_GE65,werknemersVte", 404, "is er geen cijfer"),
        ("beside=wzw-ticket", 400, "beside kan niet"),
        ("rows=%3Cscript%3E", 400, "&#34;&lt;script&gt;&#34;"),
    ],
)
def test_wrong_parameter_is_explained_and_the_form_stays(
    client: FlaskClient, query: str, status: int, sentence: str
) -> None:
    """What is wrong and what is valid stands above the form."""
    body = page(client, f"{LDE}?{query}", status=status)
    assert sentence in html.unescape(body) or sentence in body
    assert '<select id="choose-rows"' in body
    assert "<script>" not in body


def test_what_others_add_to_an_address_is_no_fault(client: FlaskClient) -> None:
    """Parameters by which other sites follow readers are passed over."""
    assert table_of(page(client, f"{LDE}?utm_source=x&fbclid=y")) == table_of(page(client, LDE))


def test_measures_of_several_units_stand_in_one_table(client: FlaskClient) -> None:
    """A column tells the unit of each row; heads of several rows are merged."""
    body = page(client, "/doc/dataset/wzw-uitstroom")
    rows = table_of(body)
    assert rows[0][:3] == ["Advies", "Maat", "Eenheid"]
    assert "procent" in {cell for row in rows for cell in row}
    assert re.search(r'<th scope="rowgroup" rowspan="5"', body)
    assert len(rows[1]) == len(rows[2]) + 1


def test_sums_say_why_a_source_gives_no_figure(client: FlaskClient) -> None:
    """Where a source of a data set of sums has no period, its places say so, with the reason."""
    body = page(client, "/doc/dataset/werknemers-leeftijd-vergelijkbaar")
    rows = table_of(body)
    assert sum(row[-1].startswith("n.b.") for row in rows) == 4
    note = re.search(r'<ol class="table-notes".*?</ol>', body, re.DOTALL)
    assert note
    assert "2e kwartaal 2023, Doelgroepwerknemers in de lokale diensteneconomie" in note[0]


def test_printed_view_is_the_table_of_the_source(client: FlaskClient) -> None:
    """Every row is there as it is printed, also one of other figures, each with its line."""
    body = page(client, f"{LDE}?view=printed&leeftijdsgroep=Y_GE65")
    rows = table_of(body)
    assert rows[-1][0].startswith("Contingent")
    line = next(row for row in rows if row[0] == "65+")
    assert line[-2:] == ["10,09", "81"]
    assert re.search(r'href="\?[^"]*cell=2023-Q1,Y_GE65,werknemersVte#figure"[^>]*>10,09<', body)
    assert "geen bron drukt" in page(
        client, "/doc/dataset/werknemers-leeftijd-vergelijkbaar?view=printed"
    )


def test_set_another_data_set_beside(client: FlaskClient) -> None:
    """The table of a data set that shares a dimension follows, with the same codes chosen."""
    body = page(client, f"{LDE}?beside=cmw-werknemers-leeftijd&leeftijdsgroep=Y_GE65,_T")
    assert [row[0] for row in table_of(body, 1)[1:]] == [
        "65 jaar en ouder",
        "totaal, alle leeftijden",
    ]
    assert "/doc/dataset/cmw-werknemers-leeftijd?leeftijdsgroep=Y_GE65,_T" in html.unescape(body)
    assert len(re.findall(r' id="beside-cell-0-0"', body)) == 1


def test_offer_the_view_in_other_forms(client: FlaskClient) -> None:
    """The links of a view have its codes; its query page is led to by the data address."""
    body = html.unescape(page(client, f"{LDE}?leeftijdsgroep=Y_GE65&rows=kwartaal"))
    body = body.partition('<p class="takeaways">')[2].partition("</p>")[0]
    forms = dict(
        re.findall(r'href="(/data/lde-werknemers-leeftijd\?[^"]*format=(\w+)[^"]*)"', body)
    )
    assert {"xlsx", "csv", "jsonstat", "ttl"} <= set(forms.values())
    assert all("leeftijdsgroep=Y_GE65" in address for address in forms)
    assert "/data/lde-werknemers-leeftijd/query?leeftijdsgroep=Y_GE65&lang=nl" in body


def test_assumption_of_all_data_sets_is_apart(client: FlaskClient) -> None:
    """What all data sets share stands once, behind the notes of this one."""
    body = page(client, LDE)
    own, _, shared = body.partition('<details class="shared-notes">')
    assert "Het antwoord noemt geen gebied" in shared
    assert "Het antwoord noemt geen gebied" not in own
    assert "een gemiddelde van het kwartaal" in own
