"""What people do on the pages of the answer, in a real browser: find, turn, check, take, cite."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from browsing import PATIENCE, chromium, complaints, next_page, set_width
from raw_http import fetch
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait
from sparql_server import project_over, serving

if TYPE_CHECKING:
    from conftest import Built

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(180)]

SLUG = "lde-werknemers-leeftijd"
HERE = f"/doc/dataset/{SLUG}"
FIGURE = "10,09"
"""What the answer prints of LDE, 65 and over, in the first quarter of 2023."""
MOST_TABS = 60


@pytest.fixture(scope="module")
def address(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own process, at whose address everything is published."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"access-log": "off"}) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """A browser of somebody who reads Dutch."""
    with chromium() as found:
        set_width(found, 1440)
        yield found


def main_text(browser: webdriver.Chrome) -> str:
    """Return the text of the page."""
    return browser.find_element(By.TAG_NAME, "main").text


def wait_for(browser: webdriver.Chrome, selector: str, text: str = "") -> WebElement:
    """Return the element of a selector, once it is shown with a text."""

    def found(page: webdriver.Chrome) -> WebElement | None:
        for element in page.find_elements(By.CSS_SELECTOR, selector):
            if element.is_displayed() and text in element.text:
                return element
        return None

    return WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException]).until(found)


def link(browser: webdriver.Chrome, text: str) -> WebElement:
    """Return the link with a text within the page."""
    return browser.find_element(By.TAG_NAME, "main").find_element(By.LINK_TEXT, text)


def find_the_figure(browser: webdriver.Chrome, address: str) -> None:
    """Go from the home page to a figure by search, in two steps."""
    browser.get(address)
    box = browser.find_element(By.CSS_SELECTOR, "main [name=q]")
    with next_page(browser):
        box.send_keys("65+ LDE K1 2023", Keys.ENTER)
    answer = wait_for(browser, ".answers a strong", FIGURE)
    with next_page(browser):
        answer.find_element(By.XPATH, "..").click()
    panel = wait_for(browser, "#figure", FIGURE)
    assert "65 jaar en ouder" in panel.text
    assert "regel 81" in panel.text


def test_find_a_figure_by_search_in_two_steps(browser: webdriver.Chrome, address: str) -> None:
    """A code and a period lead to the figure itself, with its line marked."""
    find_the_figure(browser, address)
    assert browser.find_element(By.CSS_SELECTOR, "#figure mark").text == FIGURE


def test_open_the_line_of_the_source(browser: webdriver.Chrome, address: str) -> None:
    """From the panel of a figure one click leads to its line in the text of the answer."""
    browser.get(f"{address}{HERE}?cell=2023-Q1,Y_GE65,werknemersVte")
    panel = wait_for(browser, "#figure", FIGURE)
    with next_page(browser):
        panel.find_element(By.CSS_SELECTOR, "a[href*='#L81']").click()
    line = wait_for(browser, "#L81", FIGURE)
    assert "65+" in line.text


def test_open_a_figure_without_loading_the_page(browser: webdriver.Chrome, address: str) -> None:
    """A click on a figure opens its panel, and going back closes it."""
    browser.get(address + HERE)
    browser.execute_script("window.stays = true")
    link(browser, FIGURE).click()
    wait_for(browser, "#figure", FIGURE)
    assert browser.execute_script("return window.stays")
    assert "cell=" in browser.current_url
    with next_page(browser):  # which loads the page again
        browser.back()
    assert "cell=" not in browser.current_url
    assert not browser.find_elements(By.CSS_SELECTOR, "aside.panel")


def test_turn_the_table_and_take_it_to_a_spreadsheet(
    browser: webdriver.Chrome, address: str
) -> None:
    """Rows and columns change places, totals are hidden, and the workbook has what is seen."""
    browser.get(address + HERE)
    assert browser.find_elements(By.CSS_SELECTOR, ".chart-figure svg")
    set_width(browser, 800)  # in wider windows the form is open, and has nothing to click
    browser.find_element(By.CSS_SELECTOR, "form.choose summary").click()
    Select(browser.find_element(By.ID, "choose-rows")).select_by_value("kwartaal")
    Select(browser.find_element(By.ID, "choose-columns")).select_by_value("leeftijdsgroep")
    Select(browser.find_element(By.ID, "choose-totals")).select_by_value("no")
    with next_page(browser):
        browser.find_element(By.CSS_SELECTOR, "form.choose button").click()
    assert "totals=no" in browser.current_url
    set_width(browser, 1440)
    table = browser.find_element(By.CSS_SELECTOR, "table.figures")
    assert "1.710,41" not in table.text
    seen = {
        Decimal(cell.text.replace(".", "").replace(",", "."))
        for cell in table.find_elements(By.CSS_SELECTOR, "td a[data-panel]")
        if cell.text[:1].isdigit()
    }
    assert len(seen) == 55
    href = link(browser, "Excel (.xlsx)").get_attribute("href")
    assert href is not None
    reply = fetch(int(address.rpartition(":")[2]), href.removeprefix(address))
    sheet = openpyxl.load_workbook(io.BytesIO(reply.body)).worksheets[0]
    values = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    numbers = {round(Decimal(value), 2) for value in values if isinstance(value, (int, float))}
    assert seen == numbers


def test_open_the_query_of_a_view_with_its_result(browser: webdriver.Chrome, address: str) -> None:
    """The query behind a table is already run, with the figures of the table."""
    browser.get(f"{address}{HERE}?leeftijdsgroep=Y_GE65")
    with next_page(browser):
        browser.find_element(By.CSS_SELECTOR, ".takeaways a[href*='/query?']").click()
    result = wait_for(browser, "#result table", FIGURE)
    assert "Y_GE65" in result.get_attribute("innerHTML")
    assert "niet" in result.text, "the quarter that is not given has a row"


def test_copy_how_a_figure_is_cited(browser: webdriver.Chrome, address: str) -> None:
    """A button copies the sentence with the source."""
    for name in ("clipboard-read", "clipboard-write"):
        browser.execute_cdp_cmd(
            "Browser.setPermission", {"permission": {"name": name}, "setting": "granted"}
        )
    browser.get(f"{address}{HERE}?cell=2023-Q1,Y_GE65,werknemersVte")
    wait_for(browser, "button[data-copy='#figure-sentence']").click()
    read = "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0]('! ' + e))"
    copied = WebDriverWait(browser, PATIENCE).until(lambda page: page.execute_async_script(read))
    assert FIGURE in copied
    assert "regel 81" in copied
    assert "/id/observatie/" in copied


def test_compare_two_data_sets(browser: webdriver.Chrome, address: str) -> None:
    """Two series are chosen by forms, and stand in one table and chart."""
    browser.get(f"{address}/compare")
    for slug in (SLUG, "cmw-werknemers-leeftijd"):
        Select(browser.find_element(By.NAME, "add")).select_by_value(slug)
        with next_page(browser):
            browser.find_element(By.CSS_SELECTOR, "main form button").click()
        Select(wait_for(browser, "[name=code]")).select_by_value("Y_GE65")
        with next_page(browser):
            browser.find_element(By.CSS_SELECTOR, "main form button").click()
        wait_for(browser, ".compared")
    row = next(
        row.text
        for row in browser.find_elements(By.CSS_SELECTOR, "tbody tr")
        if row.text.startswith("K1 2023")
    )
    assert row == f"K1 2023 {FIGURE} 55"
    assert browser.find_elements(By.CSS_SELECTOR, "main svg")


def test_embed_a_chart_in_a_page_of_another_origin(
    browser: webdriver.Chrome, address: str, tmp_path: Path
) -> None:
    """The chart shows within the page of another, as wide as that lets it; other pages do not."""
    frames = {"fits": f"/embed/{SLUG}?leeftijdsgroep=Y_GE65", "refused": HERE}
    page = "".join(
        f'<iframe id="{name}" src="{address}{path}" width="600" height="500"></iframe>'
        for name, path in frames.items()
    )
    (tmp_path / "page.html").write_text(f"<!doctype html><title>Another</title>{page}")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        try:
            browser.get(f"http://127.0.0.1:{other.server_port}/page.html")
            browser.switch_to.frame("fits")
            chart = wait_for(browser, "svg")
            assert chart.size["width"] <= 600
            assert browser.execute_script("return document.documentElement.scrollWidth") <= 600
            browser.switch_to.default_content()
            browser.switch_to.frame("refused")
            assert SLUG not in browser.page_source
        finally:
            browser.switch_to.default_content()
            other.shutdown()
    complaints(browser)


def test_switch_the_language(browser: webdriver.Chrome, address: str) -> None:
    """The same view in the other language, with its numbers and periods."""
    browser.get(f"{address}{HERE}?leeftijdsgroep=Y_GE65")
    with next_page(browser):
        browser.find_element(By.CSS_SELECTOR, "a.language[lang=en]").click()
    assert "lang=en" in browser.current_url
    assert "leeftijdsgroep=Y_GE65" in browser.current_url
    text = main_text(browser)
    assert "Q1 2023" in text
    assert "10.09" in text


def press_until(browser: webdriver.Chrome, wanted: str) -> WebElement:
    """Go with the tabulator until the element of a selector has the focus."""
    for _ in range(MOST_TABS):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.execute_script("return document.activeElement.matches(arguments[0])", wanted):
            return browser.switch_to.active_element
    raise AssertionError(f"{wanted} is not reached")


def test_do_it_all_by_keyboard(browser: webdriver.Chrome, address: str) -> None:
    """Search, open the figure, and reach its line, without a pointer."""
    browser.get(address)
    with next_page(browser):
        press_until(browser, "main [name=q]").send_keys("65+ LDE K1 2023", Keys.ENTER)
    wait_for(browser, ".answers a strong", FIGURE)
    with next_page(browser):
        press_until(browser, ".answers li a").send_keys(Keys.ENTER)
    wait_for(browser, "#figure", FIGURE)
    browser.execute_script("document.querySelector('#figure').focus()")
    with next_page(browser):
        press_until(browser, "#figure a[href*='#L81']").send_keys(Keys.ENTER)
    assert FIGURE in wait_for(browser, "#L81").text


def test_go_the_whole_way_without_scripts(address: str) -> None:
    """Search, a figure, its line, a filter: all of it is there where no script runs."""
    with chromium(scripts=False) as browser:
        set_width(browser, 1440)
        find_the_figure(browser, address)
        panel = browser.find_element(By.ID, "figure")
        assert not panel.find_element(By.CSS_SELECTOR, "button.copy").is_displayed()
        with next_page(browser):
            panel.find_element(By.CSS_SELECTOR, "a[href*='#L81']").click()
        assert FIGURE in wait_for(browser, "#L81").text
        browser.get(address + HERE)
        with next_page(browser):
            link(browser, FIGURE).click()
        assert FIGURE in wait_for(browser, "#figure").text
        browser.get(f"{address}/sparql")
        assert browser.find_element(By.NAME, "query").is_displayed()
