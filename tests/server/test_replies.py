"""What every reply has: its headers, and a sentence in the language of the reader."""

from __future__ import annotations

import pytest

from publish.faults.fault import phrase
from publish.server.replies import header, options_reply, sentence_reply


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_header_stays_one(end: str) -> None:
    """What a value holds never begins another header."""
    assert header("Location", f"/a{end}Set-Cookie: b") == (b"location", b"/a Set-Cookie: b")


def test_header_in_latin_1() -> None:
    """A sign that a header cannot hold is replaced."""
    assert header("X", "é€") == (b"x", b"\xe9?")


def test_say_in_language_of_reader() -> None:
    """A sentence is English unless Dutch is asked for; the query that it is about follows."""
    sentence = phrase("no-query")
    english = sentence_reply(400, sentence, accept_language=None, query="ASK {")
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
    reply = options_reply(("GET", "POST"))
    told = dict(reply.headers)
    assert (reply.status, reply.body) == (204, b"")
    assert told[b"allow"] == told[b"access-control-allow-methods"] == b"GET, POST"
    assert told[b"access-control-allow-origin"] == b"*"
