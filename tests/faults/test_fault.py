"""Faults as data: complete, on one line each, and in words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from publish.faults.fault import (
    KINDS,
    LANGUAGES,
    PHRASES,
    TEXTS,
    CannotRun,
    Fault,
    FaultyInput,
    Kind,
    Words,
    did_you_mean,
    fault,
    in_language,
    phrase,
    reason_of,
    shortened,
    together,
)


class Particulars(dict[str, object]):
    """Has a value for every name."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def names_in(text: str) -> set[str]:
    """Return the names of the particulars that a text wants."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


IN_BOTH = list(KINDS.values())

SAME = {
    "lacks-datatype",
    "number-of-codes",
    "number-of-literals",
    "one-of-codes",
    "one-of-literals",
    "separated-by-tabs",
    "subject-mappings",
    "subject-yaml",
    "tabs",
}
"""Phrases that are loanwords in Dutch."""


@pytest.mark.parametrize("kind", IN_BOTH, ids=lambda kind: kind.code)
def test_kind_is_told_in_both_languages(kind: Kind) -> None:
    """Every kind has its title, finding, fix and page in English and in other words in Dutch."""
    for name in TEXTS:
        text = getattr(kind, name)
        for language in LANGUAGES:
            told = in_language(text, language)
            assert told.strip() == told != "", (name, language)
            assert "\t" not in told, (name, language)
        # The finding of a shape is the message of the shape, which is in both languages.
        assert text.nl != str(text) or str(text) == "{path}: {message}", name


@pytest.mark.parametrize("kind", IN_BOTH, ids=lambda kind: kind.code)
def test_kind_names_the_same_particulars_in_both_languages(kind: Kind) -> None:
    """What English tells of the case at hand, Dutch tells too."""
    for text in (kind.finding, kind.fix):
        assert names_in(text.nl) == names_in(text)
    assert names_in(kind.title.nl) == names_in(kind.title) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", IN_BOTH, ids=lambda kind: kind.code)
def test_kind_is_written_in_sentences_in_both_languages(kind: Kind, language: str) -> None:
    """Titles are headings, findings and fixes are sentences on one line."""
    title, finding, fix, _ = (in_language(getattr(kind, name), language) for name in TEXTS)
    assert title[0].isupper()
    assert not title.endswith(".")
    assert finding.endswith((".", "?", "}"))
    assert fix.endswith((".", "}"))
    assert fix[0].isupper() or fix.startswith(("{hint}", "{candidates}"))
    for text in (title, finding, fix):
        assert "\n" not in text
        assert "  " not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", IN_BOTH, ids=lambda kind: kind.code)
def test_page_of_kind_explains(kind: Kind, language: str) -> None:
    """A page has two to six sentences on when the fault occurs; examples are indented by four."""
    page = in_language(kind.when, language)
    assert len(page) >= 60
    paragraphs = page.split("\n\n")
    assert not paragraphs[0].startswith(" ")
    for paragraph in paragraphs:
        lines = paragraph.split("\n")
        is_example = all(line.startswith("    ") for line in lines)
        assert is_example or (len(lines) == 1 and not lines[0].startswith(" ")), paragraph
    told = " ".join(part for part in paragraphs if not part.startswith(" "))
    assert len(re.findall(r"[.:](?= |$)", told)) >= 2
    # Both pages are built alike: whoever changes one has to change the other.
    assert len(paragraphs) == len(kind.when.text_in("en").split("\n\n"))
    assert page.count("\n") == kind.when.text_in("en").count("\n")


@pytest.mark.parametrize("key", PHRASES)
def test_phrase_is_told_in_both_languages(key: str) -> None:
    """A phrase has a Dutch text with the same particulars; only what is a loanword is the same."""
    phrase = PHRASES[key]
    assert names_in(phrase.nl) == names_in(phrase)
    assert phrase.nl != str(phrase) or key in SAME
    assert Formatter().vformat(phrase.nl, (), Particulars())


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


def test_fault_tells_its_particulars_in_dutch() -> None:
    """A particular that is a phrase is told in the language of the fault, data as they are."""
    problem = phrase("pdf-broken", problem="EOF")
    item = fault("cannot-read", "a.pdf", reason=problem)
    assert item.finding == "the file cannot be read: the PDF is broken (EOF)."
    assert item.finding.nl == "het bestand kan niet gelezen worden: de pdf is stuk (EOF)."
    assert item.text_in("nl").startswith(f"a.pdf: cannot-read: {item.finding.nl}\n    Kijk")


def test_together_puts_and_between_texts() -> None:
    """Texts are joined by "and", in Dutch by "en", their own Dutch kept."""
    found = together([phrase("the-file"), '"x"'])
    assert (str(found), found.nl) == ('the file and "x"', 'het bestand en "x"')
    assert together(['"x"']) == '"x"'
    assert together([]) == ""


@pytest.mark.parametrize(
    ("name", "nl"),
    [("nothing", "er is geen bestand of map met die naam"), ("", "het is een map")],
)
def test_reason_of_error_is_told_in_both_languages(tmp_path: Path, name: str, nl: str) -> None:
    """Why a file cannot be read is told in Dutch where it is a usual reason."""
    with pytest.raises(OSError, match=r"Errno") as caught:
        (tmp_path / name).read_bytes()
    reason = reason_of(caught.value)
    assert isinstance(reason, Words)
    assert (str(reason), reason.nl) == (caught.value.strerror, nl)


@pytest.mark.parametrize("error", [OSError(12345, "odd"), OSError("odd")])
def test_reason_of_unusual_error_is_what_the_system_says(error: OSError) -> None:
    """An error that is not among the phrases keeps its own words."""
    assert reason_of(error) == "odd"


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


def test_shortened_text() -> None:
    """A long text is cut for messages and says so."""
    assert shortened("a" * 60) == "a" * 60
    assert shortened("a" * 61) == "a" * 57 + "..."
