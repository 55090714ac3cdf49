"""The pages of the real release in a real browser, wide and narrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from conftest import Built
from sparql_server import project_over, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAGES = (
    "/",
    "/doc/dataset/lde-werknemers-leeftijd",
    "/doc/dataset/wzw-uitstroom",
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
    "/sparql",
    "/doc/nothing/here",
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-quic"
)


@pytest.fixture(scope="module")
def address(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own process on a free port of the loopback address."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"access-log": "off"}) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Debian's Chromium without a window, speaking Dutch."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "nl"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    chrome = webdriver.Chrome(options=options, service=service)
    yield chrome
    chrome.quit()


@pytest.mark.parametrize("width", [1280, 360])
def test_show_every_page_without_complaint_and_within_the_window(
    browser: webdriver.Chrome, address: str, width: int
) -> None:
    """No page makes the browser complain or is wider than its window."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for page in PAGES:
        browser.get(address + page)
        assert browser.find_element(By.TAG_NAME, "h1").text
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "nl"
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{page} is {wide} wide in a window of {width}"
        log = [entry["message"] for entry in browser.get_log("browser")]
        if page == "/doc/nothing/here":
            log = [message for message in log if "404" not in message]
        assert log == [], page


def test_go_from_a_figure_to_its_line_in_the_answer(
    browser: webdriver.Chrome, address: str
) -> None:
    """From the home page three clicks lead to a figure, and its page names the printed line."""
    browser.get(address)
    browser.find_element(By.PARTIAL_LINK_TEXT, "Doelgroepwerknemers in de lokale").click()
    table = browser.find_element(By.CSS_SELECTOR, "table.figures")
    table.find_element(By.LINK_TEXT, "1.676,15").click()
    text = browser.find_element(By.TAG_NAME, "main").text
    assert "1.676,15" in text
    assert "regel 82" in text


def test_ask_a_query_in_the_browser(browser: webdriver.Chrome, address: str) -> None:
    """A query typed on the query page gives a table of results, and a wrong one is kept."""
    browser.get(address + "/sparql")
    field = browser.find_element(By.NAME, "query")
    field.clear()
    field.send_keys(
        "SELECT (COUNT(*) AS ?aantal) { ?o a <http://purl.org/linked-data/cube#Observation> }"
    )
    field.submit()
    WebDriverWait(browser, 10).until(
        lambda page: "469" in page.find_element(By.TAG_NAME, "main").text
    )
    field = browser.find_element(By.NAME, "query")
    field.clear()
    field.send_keys("SELECT nonsense <script>alert(1)</script>")
    field.submit()
    WebDriverWait(browser, 10).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, "[role=alert], .error, .problem")
    )
    assert "nonsense <script>" in browser.find_element(By.NAME, "query").get_attribute("value")
