"""The page of a document: the answer that is published, whole."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser

import pytest
from built import Built
from flask.testing import FlaskClient
from flask_client import client_of, page
from shared_material import minister_answer

PATH = "/doc/document/sv-2023-19"


class TextLines(HTMLParser):
    """Reads the lines of a page: their text, and each link in it with its text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, str] = {}
        self.links: list[tuple[int, str, str]] = []
        self._line = 0
        self._href: str | None = None
        self._is_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, its text or a link in it."""
        given = dict(attrs)
        if tag == "li":
            found = re.fullmatch(r"L(\d+)", given.get("id") or "")
            self._line = int(found[1]) if found else 0
        elif tag == "span" and self._line:
            self._is_text = True
            self.lines[self._line] = ""
        elif tag == "a" and self._is_text:
            self._href = given["href"] or ""
            self.links.append((self._line, self._href, ""))

    def handle_endtag(self, tag: str) -> None:
        """End a link, or the text of a line."""
        if tag == "a":
            self._href = None
        if tag == "span":
            self._is_text = False

    def handle_data(self, data: str) -> None:
        """Add text to a line, and to the link that it is in."""
        if self._is_text:
            self.lines[self._line] += data
            if self._href is not None:
                line, href, text = self.links.pop()
                self.links.append((line, href, text + data))


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


@pytest.fixture(scope="module")
def shown(client: FlaskClient) -> TextLines:
    """The lines of the page in Dutch."""
    parser = TextLines()
    parser.feed(page(client, PATH))
    return parser


def test_show_every_line_of_the_text(shown: TextLines) -> None:
    """The whole text stands on the page, each line under its number."""
    lines = minister_answer().read_text(encoding="utf-8").splitlines()
    assert [shown.lines[number].rstrip() for number in range(1, len(lines) + 1)] == [
        line.rstrip() for line in lines
    ]


def test_link_every_printed_figure_to_its_value(answer: Built, shown: TextLines) -> None:
    """All 436 figures of the tables are linked, and each link leads to the value it prints."""
    rows = answer.ask(
        "SELECT ?figure ?value WHERE { ?figure qb:measureType ?measure ; ?measure ?value }"
    )
    values = {row["figure"].replace(f"{answer.base}/id/", "/doc/"): row["value"] for row in rows}
    assert len(shown.links) == 436
    for line, href, text in shown.links:
        number = text.removesuffix("%").replace(".", "").replace(",", ".")
        assert float(values[href]) == float(number), (line, href, text)


def test_link_figures_in_the_line_of_their_source(answer: Built, shown: TextLines) -> None:
    """Each observation is linked in a line that its own source line names."""
    rows = answer.ask(
        "SELECT ?figure ?line WHERE { ?figure prov:wasDerivedFrom ?cell . ?cell pub:bronregel ?line"
        " FILTER NOT EXISTS { ?figure pub:somVan ?part } }"
    )
    printed: dict[str, set[int]] = {}
    for row in rows:
        first, _, last = row["line"].partition("-")
        path = row["figure"].replace(f"{answer.base}/id/", "/doc/")
        printed.setdefault(path, set()).update(range(int(first), int(last or first) + 1))
    assert {href for _, href, _ in shown.links} == set(printed)
    assert all(line in printed[href] for line, href, _ in shown.links)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_tell_who_asked_and_what_is_given(client: FlaskClient, language: str) -> None:
    """Who asked and answered, the PDF, each table with its data set, and what is not given."""
    body = page(client, PATH, language)
    said = {
        "nl": (
            "Thijs Verbeurgt",
            "12 oktober 2023",
            "Vraag 9. Individueel maatwerk",
            "regels 71-83",
        ),
        "en": ("Thijs Verbeurgt", "12 October 2023", "Question 9. Individual", "lines 71-83"),
    }
    assert all(words in body for words in said[language])
    assert 'href="https://docs.vlaamsparlement.be/pfile?id=2006203"' in body
    assert 'href="/doc/document/sv-2023-19#L71"' in body
    assert 'href="/doc/dataset/lde-werknemers-leeftijd"' in body
    assert len(re.findall(r'href="/doc/tabel/[^"]+"', body)) == 19
    assert len(body.encode()) < 300_000
    assert len(gzip.compress(body.encode())) < 60_000


def test_list_documents_and_what_is_missing(client: FlaskClient) -> None:
    """The index leads to the document; what is missing stands by question, with its line."""
    assert f'href="{PATH}"' in page(client, "/doc/document/")
    body = page(client, "/missing", "en")
    assert body.count('id="sv-2023-19-') == 15 + 6  # what is missing, and the questions
    assert "by age group: Q2 2023" in body
    assert f'href="{PATH}#L84"' in body


def test_show_printed_table_with_its_head(client: FlaskClient) -> None:
    """A printed table has its header rows as head, figures as links, and lines of the document."""
    path = re.findall(r'href="(/doc/tabel/[^"]+lde-leeftijd.csv.html)"', page(client, PATH))[0]
    body = page(client, path)
    head, _, rest = body.partition("</thead>")
    assert '<th scope="col" id="cell=1,2">2022 - K1</th>' in head.partition("<thead>")[2]
    assert rest.count('class="number" id=') == 13 * 5
    assert '<th scope="row" id="cell=2,1">18-19</th>' in rest
    assert f'<a href="{PATH}#L71">71</a>' in rest
