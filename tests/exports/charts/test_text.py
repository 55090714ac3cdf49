"""Texts of charts: their lines, and what XML can hold of them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from publish.exports.charts.text import width_of, wrapped, xml


@given(st.text(max_size=80), st.integers(40, 300), st.integers(1, 3))
@settings(max_examples=50)
def test_wrap_texts_in_their_width(text: str, width: int, most: int) -> None:
    """Lines fit, there are no more than wanted, and only what does not fit is left out."""
    lines = wrapped(text, width, most=most)
    assert len(lines) <= most
    assert all(width_of(line) <= width for line in lines)
    if not any("…" in line for line in lines):
        assert " ".join(lines).split() == text.split()


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_write_any_text_as_xml(text: str) -> None:
    """Whatever a label holds, the drawing is XML, and holds it."""
    found = ET.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    if text.isprintable():
        assert (found.text or "") == text
        assert found.get("b") == text
