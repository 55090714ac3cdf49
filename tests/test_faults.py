"""Faults as data: complete, on one line each, and in words."""

from __future__ import annotations

import json
import re
from string import Formatter

import pytest

from publish.faults import (
    KINDS,
    PHRASES,
    CannotRun,
    Fault,
    FaultyInput,
    did_you_mean,
    fault,
    place_of_byte,
    shortened,
)


class Particulars(dict[str, object]):
    """Has a value for every name."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def names_in(text: str) -> set[str]:
    """Return the names of the particulars that a text wants."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", KINDS)
def test_fault_of_every_kind_is_written_in_sentences(code: str) -> None:
    """Every kind has a title, a finding and a fix: what is wrong, and what to do."""
    kind = KINDS[code]
    assert kind.severity in ("error", "warning")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.fix.endswith((".", "}"))
    assert kind.fix[0].isupper() or kind.fix[0] == "{"
    for text in (kind.finding, kind.fix):
        assert "\n" not in text
        assert "  " not in text
        assert Formatter().vformat(text, (), Particulars())


@pytest.mark.parametrize("code", KINDS)
def test_fault_of_every_kind_uses_the_same_particulars_in_dutch(code: str) -> None:
    """What a message is filled in with stands in it in both languages."""
    kind = KINDS[code]
    for text in (kind.finding, kind.fix):
        assert names_in(text) == names_in(text.nl)
    assert not names_in(kind.title)


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrase_uses_the_same_particulars_in_dutch(phrase: str) -> None:
    """What a phrase is filled in with stands in it in both languages."""
    text = PHRASES[phrase]
    assert names_in(text) == names_in(text.nl)


def test_fault_fills_in_particulars() -> None:
    """A fault has its place and texts; braces in a particular are left alone."""
    item = fault("unknown-key", "a.yaml", 3, 5, key="{x}", hint="", known="a, b")
    assert item == Fault(
        path="a.yaml",
        line=3,
        column=5,
        code="unknown-key",
        finding='the key "{x}" is not known here.',
        fix="Known keys: a, b.",
    )


def test_fault_without_its_particulars_raises() -> None:
    """A slip in the program raises, whether in the code or in a particular."""
    with pytest.raises(KeyError, match="no-such-fault"):
        fault("no-such-fault", "a")
    with pytest.raises(KeyError, match="reason"):
        fault("cannot-read", "a")


def test_fault_is_printed_with_place_finding_and_fix() -> None:
    """A fault is two lines: path:line:column: code: finding, then indented what to do."""
    item = fault("unknown-key", "a.yaml", 3, 5, key="x", hint="", known="a")
    assert (
        str(item) == 'a.yaml:3:5: unknown-key: the key "x" is not known here.\n    Known keys: a.'
    )


def test_fault_without_line_is_printed_with_path_only() -> None:
    """A fault of a whole file has no line."""
    item = fault("cannot-read", "a.yaml", reason="weg")
    assert str(item).startswith("a.yaml: cannot-read: the file cannot be read: weg.\n    ")


def test_fault_as_record_is_json() -> None:
    """The record has the same particulars as the text, for programs."""
    item = fault("unknown-key", "a.yaml", 3, 5, key="x", hint="", known="a")
    record = json.loads(json.dumps(item.record()))
    assert list(record) == ["path", "line", "column", "code", "finding", "fix", "severity", "text"]
    assert (record["line"], record["severity"]) == (3, "error")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a b"),
        ("a\tb\r", "a b "),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\x00b", "a\\x00b"),
        ("a\ud800b", "a\\ud800b"),
        ("één – “x”", "één – “x”"),
    ],
)
def test_fault_cannot_break_its_line(text: str, shown: str) -> None:
    """What a document says can neither break the line of a fault nor command a terminal."""
    item = fault("cannot-read", text, reason=text)
    assert item.path == shown
    assert item.finding == f"the file cannot be read: {shown}."
    str(item).encode("utf-8")


def test_faulty_input_sorts_by_place_and_drops_repeats() -> None:
    """All faults of a run are told once, by file, line and column."""
    items = [
        fault("empty-file", "b", 1, 1),
        fault("empty-file", "a", 10, 1),
        fault("empty-file", "a", 9, 2),
        fault("empty-file", "a", 9, 1),
        fault("empty-file", "b", 1, 1),
    ]
    error = FaultyInput(items)
    assert [(item.path, item.line, item.column) for item in error.faults] == [
        ("a", 9, 1),
        ("a", 9, 2),
        ("a", 10, 1),
        ("b", 1, 1),
    ]
    assert not isinstance(error, CannotRun)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("colums", ["rows", "columns"], 'Did you mean "columns"? '),
        ("eindtotaal", ["Eindtotaal"], 'Did you mean "Eindtotaal"? '),
        ("65 +", ["65+", "60-64"], 'Did you mean "65+"? '),
        ("iets anders", ["rows"], ""),
        ("x", [], ""),
        ("", ["rows"], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str) -> None:
    """The known word nearest to a slip is suggested, whatever its capitals, or none."""
    assert did_you_mean(word, known) == hint


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff", (1, 1)),
        (b"a\nb\xff", (2, 2)),
        ("één\n".encode() + b"\xe9", (2, 1)),
        ("éé".encode() + b"\xe9", (1, 3)),
        (b"\xef\xbb\xbfab\xff", (1, 3)),
    ],
)
def test_place_of_byte_counts_characters(content: bytes, place: tuple[int, int]) -> None:
    """The column of a wrong byte counts characters, and not the byte order mark."""
    for encoding in ("utf-8", "utf-8-sig"):
        with pytest.raises(UnicodeDecodeError) as caught:
            content.decode(encoding)
        assert place_of_byte(caught.value) == place


def test_shortened_text() -> None:
    """A long text is cut for messages and says so."""
    assert shortened("a" * 60) == "a" * 60
    assert shortened("a" * 61) == "a" * 57 + "..."
