"""The style of charts."""

from __future__ import annotations

import re

from built import REPOSITORY

from publish.exports.charts.sheet import DARK, LIGHT, chart_rules, sheet_style

STYLE = REPOSITORY / "publish/site/templates/styles/10-base.css"


def test_have_the_colours_of_the_pages() -> None:
    """A file of its own has the colours that pages have, light and dark."""
    light, dark, *_ = STYLE.read_text(encoding="utf-8").split("@media")
    for colours, text in ((LIGHT, light), (DARK, dark)):
        wanted = dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]+)", text))
        assert colours == {name: wanted[name] for name in colours}


def test_write_a_style_that_needs_no_other() -> None:
    """The style of a file has no variables, and holds a dark one only where it is asked for."""
    assert "var(" in chart_rules()
    plain, both = sheet_style(is_dark_too=False), sheet_style(is_dark_too=True)
    assert "var(" not in both
    assert "<" not in both
    assert LIGHT["s1"] in plain
    assert DARK["s1"] not in plain
    assert both.startswith(plain)
    assert DARK["s1"] in both
