"""Content negotiation, RFC 9110 section 12.5."""

from __future__ import annotations

import time

import pytest

from publish.server.negotiation import (
    HTML,
    choose_coding,
    choose_language,
    form_of_extension,
    rank_forms,
)
from publish.sparql.forms import GRAPHS, RESULTS, TURTLE, USUAL_GRAPHS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, ["HTML", "Turtle", "N-Triples", "RDF/XML", "JSON-LD"]),
        ("", ["HTML", "Turtle", "N-Triples", "RDF/XML", "JSON-LD"]),
        ("*/*", ["HTML", "Turtle", "N-Triples", "RDF/XML", "JSON-LD"]),
        ("text/turtle", ["Turtle"]),
        ("TEXT/Turtle", ["Turtle"]),
        ("application/rdf+xml;q=0.5, text/turtle;q=0.4", ["RDF/XML", "Turtle"]),
        ("text/*", ["HTML", "Turtle"]),
        ("text/*;q=0.5, text/turtle", ["Turtle", "HTML"]),
        ("*/*, text/turtle;q=0", ["HTML", "N-Triples", "RDF/XML", "JSON-LD"]),
        ("text/turtle;q=0", []),
        ("image/png", []),
        ("application/n-triples;q=oops", ["N-Triples"]),
        ("application/n-triples;q=nan, text/turtle;q=-1", ["Turtle", "N-Triples"]),
        ("application/n-triples;q=0.000, text/turtle;q=0.001", ["Turtle"]),
        ("application/n-triples;q=7", ["N-Triples"]),
        ("text/turtle;level=1;q=0.2, application/n-triples;q=0.3", ["N-Triples", "Turtle"]),
        (",;, text/turtle", ["Turtle"]),
        ('text/turtle;x="a,application/n-triples;q=1";q=0.5', ["Turtle"]),
        ('application/rdf+xml;x="\\",text/turtle', ["RDF/XML"]),
        (BROWSER, ["HTML", "RDF/XML", "Turtle", "N-Triples", "JSON-LD"]),
    ],
)
def test_rank_forms(accept: str | None, expected: list[str]) -> None:
    """The most specific range decides, q=0 excludes, equals keep our order."""
    assert [offer.form.name for offer in rank_forms(accept, (HTML, *USUAL_GRAPHS))] == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/n3, */*;q=0.1", ("N3", "text/n3")),
        ("text/plain, */*;q=0.1", ("N-Triples", "text/plain")),
        ("application/trig, */*;q=0.1", ("TriG", "application/trig")),
        ("application/trix, */*;q=0.1", ("Turtle", "text/turtle")),
        ("application/n-quads", ("N-Quads", "application/n-quads")),
        ("text/rdf+n3;q=0.9, application/xhtml+xml;q=0.5, */*;q=0.1", ("N3", "text/rdf+n3")),
        ("text/*, application/rdf+xml;q=0.5", ("Turtle", "text/turtle")),
        ("text/html;q=0.2, */*;q=0.1", ("HTML", "text/html")),
        (
            "text/html;q=0, text/turtle;q=0, */*",
            ("N-Triples", "application/n-triples"),
        ),
        ("text/*;q=0, */*", ("N-Triples", "application/n-triples")),
    ],
)
def test_rank_forms_of_programs(accept: str, expected: tuple[str, str]) -> None:
    """Who names types that are no page gets no page for its wildcard."""
    best = rank_forms(accept, (HTML, *GRAPHS))[0]
    assert (best.form.name, best.media_type) == expected


def test_rank_forms_of_many_quotation_marks_in_time() -> None:
    """Quotation marks that do not match are read in one go."""
    started = time.process_time()
    rank_forms('\\"' * 32_000, GRAPHS)
    rank_forms('"\\' * 32_001, GRAPHS)
    assert time.process_time() - started < 1


def test_rank_forms_under_another_name() -> None:
    """A form asked for by another of its names is answered under that name."""
    offers = rank_forms("application/json", RESULTS)
    assert [(offer.form.name, offer.media_type) for offer in offers] == [
        ("JSON", "application/json")
    ]


def test_content_type_of_text() -> None:
    """Text says its character set, other types do not."""
    assert TURTLE.content_type == "text/turtle; charset=utf-8"
    assert RESULTS[0].content_type == "application/sparql-results+json"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "nl"),
        ("", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("nl-BE, en;q=0.9", "nl"),
        ("en;q=0.8, nl;q=0.9", "nl"),
        ("fr", "nl"),
        ("fr, *;q=0.1, en;q=0.5", "en"),
        ("nl;q=0, en;q=0.1", "en"),
        ("nl;q=0, *;q=0.5", "en"),
        ("de, *;q=0.5", "nl"),
    ],
)
def test_choose_language(header: str | None, expected: str) -> None:
    """The reader's best language of ours, Dutch when none is asked for."""
    assert choose_language(header, ("nl", "en")) == expected


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "gzip"),
        ("br", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=much", "identity"),
        ("*;q=0", None),
        ("identity;q=0, br", None),
        ("gzip;q=0, identity;q=0", None),
        ("identity, *;q=0", "identity"),
    ],
)
def test_choose_coding(accepted: str | None, coding: str | None) -> None:
    """gzip when it is as welcome as no coding; nothing when neither is (RFC 9110, 12.5.3)."""
    assert choose_coding(accepted) == coding


@pytest.mark.parametrize(
    ("path", "stem", "extension"),
    [
        ("a/b.ttl", "a/b", "ttl"),
        ("a/b.csv.html", "a/b.csv", "html"),
        ("a/b.exe", "a/b.exe", None),
        (".ttl", ".ttl", None),
        ("a.b/c", "a.b/c", None),
    ],
)
def test_form_of_extension(path: str, stem: str, extension: str | None) -> None:
    """Only extensions of our forms are taken off."""
    found, form = form_of_extension(path, (HTML, *GRAPHS))
    assert (found, form and form.extension) == (stem, extension)
