"""The query page in a real browser: by keyboard, with proposals, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE, chromium, complaints, next_page
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from conftest import Built
from sparql_server import project_over, serving

from publish.site.pages.query.page import editor_version

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(180)]

with_editor = pytest.mark.skipif(
    editor_version() is None, reason="the editor is not there: make assets"
)
COUNT = "SELECT (COUNT(*) AS ?aantal) { ?o a <http://purl.org/linked-data/cube#Observation> }"
IN_EDITOR = "return document.querySelector('.editor').shadowRoot.querySelector(arguments[0])"


@pytest.fixture(scope="module")
def address(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The query page of a server of its own process."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("served"))
    with serving(folder, {"access-log": "off"}) as server:
        yield f"http://127.0.0.1:{server.port}/sparql"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """A browser that speaks Dutch."""
    with chromium() as chrome:
        yield chrome


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def press_with_control(browser: Chrome, key: str) -> None:
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()


def focused(browser: Chrome) -> str:
    """The name, class or kind of what has the focus."""
    text = browser.execute_script(
        "const a = document.activeElement; return a.type || a.className || a.localName"
    )
    assert isinstance(text, str)
    return text


def go_to_editor(browser: Chrome, address: str) -> None:
    """Open the page, empty the editor, and leave the focus there, by keys alone."""
    browser.get(address)
    WebDriverWait(browser, PATIENCE).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, ".editor")
    )
    for _ in range(30):
        press(browser, Keys.TAB)
        if focused(browser) == "editor":
            break
    assert focused(browser) == "editor"
    press_with_control(browser, "a")
    press(browser, Keys.DELETE)


def choose(browser: Chrome, text: str) -> None:
    """Take the first proposal when it has a text."""
    script = IN_EDITOR.replace("(arguments[0])", "('[aria-selected] .cm-completionLabel')")
    script += "?.textContent"
    WebDriverWait(browser, PATIENCE).until(lambda page: page.execute_script(script) == text)
    # The list takes keys only when it has stood for a moment, so that nobody chooses unawares.
    ActionChains(browser).pause(0.2).send_keys(Keys.ENTER).perform()


def text_in_editor(browser: Chrome, selector: str) -> str:
    """The text of an element of the editor, which draws its lines when it comes to it."""
    script = IN_EDITOR + "?.textContent"
    text = WebDriverWait(browser, PATIENCE).until(
        lambda page: page.execute_script(script, selector)
    )
    assert isinstance(text, str)
    return text


def query_of(browser: Chrome) -> str:
    """The query that the form would send."""
    return browser.find_element(By.NAME, "query").get_property("value")  # type: ignore[return-value]


@with_editor
def test_write_and_run_a_query_by_keyboard(browser: Chrome, address: str) -> None:
    """Terms and codes are proposed by their labels, prefixes are added, the result is shown."""
    go_to_editor(browser, address)
    press(browser, "SELECT ?vte WHERE { ?o se:leeftijdsgr")
    choose(browser, "se:leeftijdsgroep")
    press(browser, " 65")
    choose(browser, "65 jaar en ouder")
    press(browser, " ; a qb:Observation ; se:werknemersVte ?vte }")
    assert query_of(browser) == (
        "PREFIX se: <https://data.sociale-economie.example/ns/sociale-economie#>\n"
        "SELECT ?vte WHERE { ?o se:leeftijdsgroep "
        "<https://data.sociale-economie.example/id/concept/leeftijdsgroep/Y_GE65> ;"
        " a qb:Observation ; se:werknemersVte ?vte }"
    )
    with next_page(browser):
        press_with_control(browser, Keys.ENTER)
    assert browser.find_elements(By.ID, "result")
    assert "query=PREFIX" in browser.current_url
    assert "PREFIX qb:" in query_of(browser)
    cell = browser.find_element(By.CSS_SELECTOR, ".result [title='10.09']")
    assert cell.text == "10,09"
    assert complaints(browser) == []


@with_editor
def test_leave_the_editor_by_tab(browser: Chrome, address: str) -> None:
    """The editor is no trap for who moves by keyboard, also when a list of proposals is open."""
    go_to_editor(browser, address)
    press(browser, "SEL")
    choose(browser, "SELECT")
    press(browser, Keys.TAB)
    assert focused(browser) == "submit"
    ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert focused(browser) == "editor"
    press(browser, " SEL", Keys.ESCAPE, Keys.TAB)
    assert focused(browser) == "submit"


@with_editor
def test_mark_the_wrong_line_in_the_editor(browser: Chrome, address: str) -> None:
    """A query that cannot be read is kept, and its wrong line is marked and explained there."""
    go_to_editor(browser, address)
    press(browser, "SELECT ?x WHERE {", Keys.ENTER, "FILTR(?x = '<script>')", Keys.ENTER)
    with next_page(browser):
        press_with_control(browser, Keys.ENTER)
    assert browser.find_elements(By.CSS_SELECTOR, "[role=alert]")
    assert "FILTR(?x = '<script>')" in query_of(browser)
    WebDriverWait(browser, PATIENCE).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, ".editor")
    )
    assert "FILTR" in text_in_editor(browser, ".cm-problem-line")
    assert text_in_editor(browser, ".cm-problem-text")
    assert [text for text in complaints(browser) if "400 (Bad Request)" not in text] == []


def test_ask_without_scripts(address: str) -> None:
    """Without scripts the form is plain and works: a result, or the query with its wrong line."""
    with chromium(scripts=False) as browser:
        browser.get(address)
        assert browser.find_elements(By.CSS_SELECTOR, ".editor") == []
        for text, found in ((COUNT, "469"), ("SELECT nonsense <script>", "nonsense <script>")):
            field = browser.find_element(By.NAME, "query")
            field.clear()
            field.send_keys(text)
            with next_page(browser):
                browser.find_element(By.CSS_SELECTOR, "button.run").click()
            main = browser.find_element(By.TAG_NAME, "main").text
            assert found in main
        assert browser.find_element(By.CSS_SELECTOR, ".wrong-line mark").text == "nonsense"
        with next_page(browser):
            browser.find_element(By.LINK_TEXT, "Welke datasets zijn er?").click()
        assert browser.find_elements(By.CSS_SELECTOR, "table.result tbody tr")
