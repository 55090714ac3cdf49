"""Figures on pages: numbers in the reader's language, and what is known of those not shown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest
from built import Built, built
from derived_project import FINE, WIDE, prepare
from flask.testing import FlaskClient
from flask_client import client_of, page
from query_pool import pool_in_thread
from small_project import SmallProject, make_small_project

from publish.release.opened import Served
from publish.site.pages.figure_text import decimals_of, format_number
from publish.sparql.query.limits import Limits

TABLE = """x,2022,2023,bronregel
jong,<5,12,7
oud,-,(12),8
_T,x,"1.234",9
"""
MAPPING = """tables: [bron/tabel]
rows: leeftijd
columns: jaar
measure: aantal
totals: {leeftijd: incomplete}
marks:
  "<#": {reason: ONDERDRUKT, below: "#"}
  "-": {reason: ONDERDRUKT, at-least: 1, at-most: 3}
  "(#)": {reason: ONBETROUWBAAR}
  x: {reason: NIET_BESCHIKBAAR}
"""

LIMITS = Limits(workers=1, deadline=30)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A data set with a figure of every kind."""
    project = make_small_project(tmp_path_factory.mktemp("figures") / "project")
    prepare(project)
    for slug, row in (("een", "jong,<5\noud,x"), ("twee", "jong,1\noud,2")):
        project.table(f"x,2022 - K1\n{row}\n", slug)
        rows = FINE.format(table=slug, rows="leeftijd", measure="bedrag")
        project.mapping(rows + MAPPING[MAPPING.index("marks:") :], slug)
    project.mapping(WIDE, "som")
    project.table(TABLE)
    project.mapping(MAPPING)
    return built(project.read())


@pytest.fixture(scope="module")
def client(release: Built) -> Iterator[FlaskClient]:
    prefixes = Served(release.folder).prefixes
    with pool_in_thread(release.folder / "store", limits=LIMITS, prefixes=prefixes) as pool:
        yield client_of(release.folder, pool)


def words(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def cells(html: str) -> list[str]:
    """Return the words of the figures of the first table of a page."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", body, re.DOTALL)]


@pytest.mark.parametrize(
    ("language", "figures"),
    [
        (
            "nl",
            [
                "&lt; 5 3",
                "12",
                "1–3 3",
                "(12) 2",
                "x 1",
                "1.234",
            ],
        ),
        (
            "en",
            [
                "&lt; 5 3",
                "12",
                "1–3 3",
                "(12) 2",
                "x 1",
                "1,234",
            ],
        ),
    ],
)
def test_show_figures_of_data_set(client: FlaskClient, language: str, figures: list[str]) -> None:
    """A figure that is not shown is its bounds or what is printed, with the mark of its reason."""
    body = page(client, "/doc/dataset/proef", language)
    assert cells(body) == figures
    place = re.escape("?cell=2022,oud,aantal#figure")
    assert re.search(rf'<a href="{place}" data-panel="#figure">1–3</a>', body)


def test_show_every_reason_of_a_sum(client: FlaskClient) -> None:
    """A sum of which several parts are not shown has the reasons of all, and so has its page."""
    body = page(client, "/doc/dataset/som", "en")
    assert "n.a. 1 2" in cells(body)
    text = words(page(client, "/doc/observatie/som/2022-Q1/M/ALLE/bedrag", "en"))
    assert "suppressed : The" in text
    assert "not available : The" in text


def test_explain_reasons_under_the_table(client: FlaskClient) -> None:
    """Every reason that occurs is explained once below the figures, in the order of the marks."""
    body = page(client, "/doc/dataset/proef")
    legend = body.partition('<ol class="table-notes"')[2].partition("</ol>")[0]
    notes = [words(note) for note in re.findall(r"<li[^>]*>(.*?)</li>", legend)]
    assert [note.partition(":")[0] for note in notes] == [
        "niet beschikbaar",
        "onvoldoende betrouwbaar",
        "onderdrukt",
    ]
    assert notes[2].startswith("onderdrukt: De waarde bestaat maar is niet getoond")


@pytest.mark.parametrize(
    ("path", "language", "heading", "reason", "printed"),
    [
        ("2022/jong", "nl", "&lt; 5 aantal: aantal, jong, 2022", "onderdrukt : De", "&lt;5"),
        ("2022/oud", "en", "1–3 number: number, oud, 2022", "suppressed : The", "-"),
        (
            "2023/oud",
            "nl",
            "Geen waarde getoond: aantal, oud, 2023",
            "onvoldoende betrouwbaar : Het",
            "(12)",
        ),
        ("2022/_T", "en", "No value shown: number, _T, 2022", "not available : The", "x"),
    ],
)
def test_show_observation_without_value(
    client: FlaskClient, path: str, language: str, heading: str, reason: str, printed: str
) -> None:
    """The page of an observation says its bounds or that there is no value, why, and the print."""
    body = page(client, f"/doc/observatie/proef/{path}/aantal", language)
    [title] = re.findall(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    assert words(title) == heading
    assert f"{reason} " in words(body)
    assert f"<q>{printed}</q>" in body
    assert heading in words(body.partition("</title>")[0])


def test_show_observation_with_value(client: FlaskClient) -> None:
    """The page of an observation with a value is headed by it, and gives no reason."""
    body = page(client, "/doc/observatie/proef/2023/_T/aantal")
    [title] = re.findall(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    assert words(title).startswith("1.234 ")
    assert "Geen waarde" not in body


def test_answer_queries_without_binding(client: FlaskClient, release: Built) -> None:
    """In results a figure that is not shown has no binding: never null, never zero."""
    query = (
        "SELECT ?o ?v { ?o <http://purl.org/linked-data/cube#dataSet> "
        f"<{release.base}/id/dataset/proef> "
        f"OPTIONAL {{ ?o <{release.base}/ns/proef#aantal> ?v }} }} ORDER BY ?o"
    )
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "application/json"})
    bindings = json.loads(answer.text)["results"]["bindings"]
    assert [row.get("v", {}).get("value") for row in bindings] == [
        None, None, None, "1234", "12", None
    ]  # fmt: skip
    assert all(set(row) in ({"o"}, {"o", "v"}) for row in bindings)
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))[1:]
    assert [row[1] for row in rows] == ["", "", "", "1234", "12", ""]


@pytest.mark.parametrize("example", ["table", "sources"])
def test_keep_figures_without_value_in_examples(client: FlaskClient, example: str) -> None:
    """The example queries give every figure of a data set, also those that are not shown."""
    body = page(client, f"/sparql?example={example}&dataset=proef")
    found = re.search(r"<textarea.*?>(.*?)</textarea>", body, re.DOTALL)
    assert found
    query = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert len(answer.text.splitlines()) == 1 + 6


def test_show_what_is_printed_without_source_cells(project: SmallProject) -> None:
    """Without bounds a figure that is not shown is what is printed, its cells published or not."""
    project.table(TABLE)
    project.mapping(MAPPING + "cells: false\n")
    answer = built(project.read())
    prefixes = Served(answer.folder).prefixes
    with pool_in_thread(answer.folder / "store", limits=LIMITS, prefixes=prefixes) as pool:
        body = page(client_of(answer.folder, pool), "/doc/dataset/proef")
    assert cells(body)[3:5] == ["(12) 2", "x 1"]


def test_show_what_the_later_document_prints(project: SmallProject) -> None:
    """Of two cells the one that holds is shown."""
    for name, text, day in (("een", "x", "2023-01-01"), ("twee", "(12)", "2024-01-01")):
        project.document(name, day)
        project.table(f"x,2022\njong,{text}\n", document=name)
    project.mapping(MAPPING.replace("bron/tabel", "een/tabel, twee/tabel"))
    answer = built(project.read())
    prefixes = Served(answer.folder).prefixes
    with pool_in_thread(answer.folder / "store", limits=LIMITS, prefixes=prefixes) as pool:
        body = page(client_of(answer.folder, pool), "/doc/dataset/proef")
    assert cells(body) == ["(12) 1"]


@pytest.mark.parametrize(
    ("text", "decimals", "language", "shown"),
    [
        ("1234.5", 2, "nl", "1.234,50"),
        ("1234.5", None, "en", "1,234.5"),
        ("-3", 0, "nl", "−3"),
        ("NaN", 0, "nl", "NaN"),
        ("tekst", 0, "nl", "tekst"),
    ],
)
def test_format_number(text: str, decimals: int | None, language: str, shown: str) -> None:
    """A number is written as in its language, with the decimals as printed; no number as it is."""
    assert format_number(text, decimals, language) == shown


def test_read_decimals_of_code() -> None:
    """The SDMX code of decimals gives their number, anything else none."""
    head = "http://purl.org/linked-data/sdmx/2009/code#decimals-"
    assert [decimals_of(code) for code in (f"{head}2", f"{head}x", None)] == [2, None, None]
