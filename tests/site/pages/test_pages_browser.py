"""The pages of the real release in a real browser, wide and narrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from browsing import check_html, chromium, complaints, set_scheme, set_width, violations
from raw_http import fetch
from selenium import webdriver
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from conftest import Built
from sparql_server import project_over, serving

from publish.release.opened import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(180)]

PAGES = (
    "/",
    "/doc/dataset/lde-werknemers-leeftijd",
    "/doc/dataset/wzw-uitstroom",
    "/doc/dataset/lde-werknemers-leeftijd?cell=2023-Q1,Y_GE65,werknemersVte",
    "/doc/dataset/lde-werknemers-leeftijd?view=printed",
    "/doc/dataset/lde-werknemers-leeftijd?beside=cmw-werknemers-leeftijd&totals=no&view=table",
    "/doc/dataset/lde-werknemers-leeftijd?leeftijdsgroep=oud",
    "/compare",
    "/compare?series=lde-werknemers-leeftijd:Y_GE65&series=cmw-werknemers-leeftijd:Y_GE65",
    "/compare?series=lde-werknemers-leeftijd:Y_GE65&series=lde-werknemers-leeftijd:_T",
    "/embed/lde-werknemers-leeftijd",
    "/search",
    "/search?q=65%2B+LDE+2023",
    "/search?q=maatwrek",
    "/missing",
    "/releases",
    "/lookup",
    "/doc/observatie/contingent/2022-Q1/LDE/contingentVte",
    "/doc/conceptscheme/leeftijdsgroep",
    "/doc/concept/leeftijdsgroep/Y18T19",
    "/doc/dataset/werknemers-leeftijd-vergelijkbaar",
    "/doc/observatie/werknemers-leeftijd-vergelijkbaar/2022-Q1/Y_GE60/CMW/werknemersVte",
    "/doc/concept/maatregel/CMW",
    "/doc/conceptscheme/vdab-arvastat",
    "/doc/linkset/",
    "/doc/linkset/vdab",
    "/doc/kwaliteit/wzw-uitstroom/uitstroom-werk-2021",
    "/doc/kwartaal/2022-Q1",
    "/doc/document/sv-2023-19",
    "/doc/slice/lde-werknemers-leeftijd/2023-Q2",
    "/ns/sociale-economie",
    "/dumps/",
    "/doc/catalogus",
    "/doc/distributie/contingent-ttl",
    "/feed",
    "/shapes/",
    "/shapes/codelist",
    "/doc/structuur/lde-werknemers-leeftijd",
    "/ns/sociale-economie/leeftijdsgroep",
    "/doc/kwartaal/2023-Q1?property=se:kwartaal",
    "/doc/document/",
    "/sparql",
    "/sparql?query=SELECT+nonsense",
    "/sparql?query=SELECT+*+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5",
    "/doc/nothing/here",
)
ODD = (
    "/doc/dataset/lde-werknemers-leeftijd?leeftijdsgroep=oud",
    "/sparql?query=SELECT+nonsense",
    "/doc/nothing/here",
)
"""The pages that say that something cannot be shown."""


@pytest.fixture(scope="module")
def address(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own process on a free port of the loopback address."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"access-log": "off"}) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def pages(answer: Built) -> tuple[str, ...]:
    """The paths of PAGES, and that of a printed table, which has its content in its name."""
    text = (answer.folder / "descriptions" / "contingent.json").read_text(encoding="utf-8")
    table = json.loads(text)["tables"][0]["iri"]
    return (*PAGES, f"{urlsplit(table).path.replace('/id/', '/doc/')}.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """A browser of somebody who reads Dutch."""
    with chromium() as found:
        yield found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", LANGUAGES)
def test_show_every_page_without_complaint(
    browser: webdriver.Chrome, address: str, pages: tuple[str, ...], language: str, width: int
) -> None:
    """No page makes the browser or axe-core complain or is wider than its window, light or dark."""
    set_width(browser, width)
    complaints(browser)
    wrong = []
    for page in pages:
        set_scheme(browser, "light")
        browser.get(f"{address}{page}{'&' if '?' in page else '?'}lang={language}")
        if not browser.find_element(By.TAG_NAME, "h1").text:
            wrong.append(f"{page}: no heading")
        if browser.find_element(By.TAG_NAME, "html").get_attribute("lang") != language:
            wrong.append(f"{page}: of another language")
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{page}: {wide} pixels wide")
        wrong += [f"{page}: {found}" for found in violations(browser)]
        set_scheme(browser, "dark")
        wrong += [f"{page} in the dark: {one}" for one in violations(browser, "color-contrast")]
        said = [
            text for text in complaints(browser) if page not in ODD or "status of 4" not in text
        ]
        wrong += [f"{page}: {text}" for text in said]
    assert not wrong, "\n".join(wrong)


def test_write_valid_html(address: str, pages: tuple[str, ...]) -> None:
    """Each kind of page is valid HTML in both languages, as html-validate judges it."""
    written = {}
    for page in pages:
        for language in LANGUAGES:
            fields = [("Accept", "text/html"), ("Accept-Language", language)]
            reply = fetch(int(address.rpartition(":")[2]), page, fields=fields)
            assert reply.status in ((404, 400) if page in ODD else (200,)), reply
            written[f"{page} ({language})"] = reply.text
    assert not check_html(written)
