"""Turtle files of a project: what stops them from being read."""

from __future__ import annotations

from publish.faults.fault import Fault
from publish.project.iris import Uris
from publish.rdf.reader import LONGEST_TOKEN
from publish.rdf.turtle import new_graph, read_turtle


def test_report_a_text_without_end() -> None:
    """A literal that is longer than the parser reads is a fault at its line."""
    text = b'<a:a> <a:b> 1 .\n<a:a> <a:b> "' + b"x" * LONGEST_TOKEN + b'" .\n'
    faults: list[Fault] = []
    uris = Uris(base="http://x.example", vocabulary="voorbeeld")
    read_turtle(text, "a.ttl", "http://x.example", new_graph(uris), faults)
    assert [(item.code, item.line, item.column) for item in faults] == [("turtle-syntax", 2, 1)]
    assert "longer than 16 MiB" in faults[0].finding
    assert "16 MiB" in faults[0].finding.nl
