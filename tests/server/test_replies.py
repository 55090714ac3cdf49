"""What every reply has: its headers, its coding, whether the client has it already."""

from __future__ import annotations

import pytest

from publish.faults.fault import said
from publish.server.conditions import is_fresh
from publish.server.negotiation import choose_coding
from publish.server.replies import header, no_content, sentence_reply


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
    ("condition", "is_same"),
    [
        (None, False),
        ("", False),
        ('W/"a1"', True),
        ('"a1"', True),
        ('"b2" , W/"a1"', True),
        ("*", True),
        ('"a"', False),
        ("a1", False),
    ],
)
def test_compare_etags_weakly(condition: str | None, is_same: bool) -> None:
    """A tag is the same whether or not it is weak (RFC 9110, 8.8.3.2)."""
    assert is_fresh(condition, 'W/"a1"') is is_same
    assert is_fresh(condition, '"a1"') is is_same


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_header_stays_one(end: str) -> None:
    """What a value holds never begins another header."""
    assert header("Location", f"/a{end}Set-Cookie: b") == (b"location", b"/a Set-Cookie: b")


def test_header_in_latin_1() -> None:
    """A sign that a header cannot hold is replaced."""
    assert header("X", "é€") == (b"x", b"\xe9?")


def test_say_in_language_of_reader() -> None:
    """A sentence is English unless Dutch is asked for; the query that it is about follows."""
    sentence = said("no-query")
    english = sentence_reply(400, sentence, accept_language=None, kept="ASK {")
    dutch = sentence_reply(400, sentence, accept_language="nl-BE, en;q=0.5")
    told = dict(english.headers)
    assert told[b"content-language"] == b"en"
    assert told[b"content-length"] == b"%d" % len(english.body)
    assert told[b"cache-control"] == b"no-store"
    assert b"accept-language" in told[b"vary"].lower()
    assert english.body.endswith(b".\n\nASK {\n")
    assert dict(dutch.headers)[b"content-language"] == b"nl"
    assert dutch.body.rstrip() not in english.body


def test_answer_preflight() -> None:
    """A browser learns which methods another site's page may use (Fetch, 3.2)."""
    reply = no_content(("GET", "POST"))
    told = dict(reply.headers)
    assert (reply.status, reply.body) == (204, b"")
    assert told[b"allow"] == told[b"access-control-allow-methods"] == b"GET, POST"
    assert told[b"access-control-allow-origin"] == b"*"
