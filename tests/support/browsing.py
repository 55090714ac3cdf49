"""A real browser for tests of pages: Debian's Chromium without a window, and axe-core in it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-quic --disable-dev-shm-usage"
)
MODULES = Path(__file__).with_name("node") / "node_modules"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The tags of the rules of axe-core that pages keep to."""
SCHEMES = ("light", "dark")
PATIENCE = 20
"""Seconds that a browser on a busy machine gets for what it does by itself."""
POLL = 0.1
"""Seconds between two looks at whether it has done it."""


@contextmanager
def chromium(language: str = "nl", *, scripts: bool = True) -> Iterator[webdriver.Chrome]:
    """Yield a browser whose reader has a language; without scripts none of a page runs."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in FLAGS.split():
        options.add_argument(flag)
    preferences: dict[str, Any] = {"intl.accept_languages": language}
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    browser = webdriver.Chrome(options=options, service=service)
    try:
        yield browser
    finally:
        browser.quit()


def set_width(browser: webdriver.Chrome, width: int, height: int = 900) -> None:
    """Give the window a width, a phone's below 500 pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    shown = "return Math.abs(innerWidth * visualViewport.scale - arguments[0]) < 2"
    WebDriverWait(browser, PATIENCE, POLL).until(lambda page: page.execute_script(shown, width))


@contextmanager
def next_page(browser: webdriver.Chrome) -> Iterator[None]:
    """Do what leads to another page, and go on only when that has been loaded.

    A click returns before the browser has left the page, so what is looked for right after it is
    found in the page before, or in none. Each document has its own root, also when it is loaded
    again, so another root is another page.
    """
    before = browser.find_element(By.TAG_NAME, "html")
    yield

    def loaded(page: webdriver.Chrome) -> bool:
        if page.find_element(By.TAG_NAME, "html") == before:
            return False
        complete = page.execute_script("return document.readyState") == "complete"
        return complete and bool(page.find_elements(By.TAG_NAME, "main"))

    # While a page is left, any question may fail: of a root that is gone, or of no page at all.
    waiting = WebDriverWait(browser, PATIENCE, POLL, ignored_exceptions=[WebDriverException])
    waiting.until(loaded, "the next page has not been loaded")


def set_scheme(browser: webdriver.Chrome, scheme: str) -> None:
    """Let the reader prefer light or dark pages."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})


def complaints(browser: webdriver.Chrome) -> list[str]:
    """Return what the browser has to say of the pages since the last time."""
    return [entry["message"] for entry in browser.get_log("browser")]


def violations(browser: webdriver.Chrome, *rules: str) -> list[str]:
    """Return what axe-core finds wrong on the page, by some of its rules or by all of RULES.

    A figure that a table on a phone has scrolled half below the heads of its rows is left out: its
    reader scrolls it into view, and axe-core does not.
    """
    program = MODULES / "axe-core" / "axe.min.js"
    if not program.is_file():
        pytest.skip("needs axe-core: npm ci --prefix tests/support/node")
    browser.execute_script(program.read_text(encoding="utf-8"))
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    found = browser.execute_async_script(
        "axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})"
        ".then(arguments[1], (error) => arguments[1]({error: String(error)}))",
        chosen,
    )
    assert "error" not in found, found
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not (rule["id"] == "target-size" and "partially obscured" in node["failureSummary"])
    ]


def check_html(pages: Mapping[str, str]) -> list[str]:
    """Return what html-validate finds wrong in pages, by their names."""
    if shutil.which("node") is None or not (MODULES / "html-validate").is_dir():
        pytest.skip("needs html-validate: npm ci --prefix tests/support/node")
    program = MODULES.with_name("check_html.mjs")
    done = subprocess.run(
        ["node", program],
        input=json.dumps(pages),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[str] = json.loads(done.stdout)
    return found
