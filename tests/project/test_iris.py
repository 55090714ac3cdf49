"""The IRI patterns: in one place, printed by a command, safe as addresses."""

from __future__ import annotations

import re
from string import Formatter
from urllib.parse import quote, urljoin

import pytest
from click.testing import CliRunner
from shared_material import ROOT

from publish.cli.main import main
from publish.ontology.periods import KINDS
from publish.project.iris import CODE, GENERIC_VOCABULARY, PATTERNS, Uris

BASE = "https://data.example.org"
URIS = Uris(base=BASE, vocabulary="proef")


def parts_of(pattern: str) -> dict[str, str]:
    """Return a value for every part of a pattern."""
    names = {name for _, name, _, _ in Formatter().parse(PATTERNS[pattern][0]) if name}
    return {name: "1" for name in names if name != "vocabulary"}


def test_uris_command_prints_every_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints each pattern under the base, with its meaning on the next line."""
    monkeypatch.delenv("PUBLISH_BASE", raising=False)
    monkeypatch.delenv("PUBLISH_URL", raising=False)
    result = CliRunner().invoke(main, ["--project", str(ROOT), "--base", BASE, "uris"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for pattern, meaning in PATTERNS.values():
        at = lines.index(BASE + pattern.replace("{vocabulary}", "sociale-economie"))
        assert lines[at + 1] == f"    {meaning}"
    assert f"{BASE}/ns/{GENERIC_VOCABULARY}#{{term}}" in lines
    assert len(lines) == 2 * (len(PATTERNS) + 1)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_iri_of_every_pattern(pattern: str) -> None:
    """Every pattern gives an IRI under the base, by the Flemish URI standard."""
    iri = URIS.iri(pattern, **parts_of(pattern))
    assert re.fullmatch(rf"{BASE}/(id|ns|shapes)/[A-Za-z0-9._~#=,/-]+", iri)
    assert urljoin(f"{BASE}/x/y", iri) == iri


def test_patterns_differ() -> None:
    """No two patterns can give the same IRI to different kinds of thing."""
    given = [URIS.iri(pattern, **parts_of(pattern)) for pattern in PATTERNS]
    assert len(set(given)) == len(given)


def test_every_kind_of_period_has_its_pattern() -> None:
    """The kinds of period are the names of their patterns."""
    assert set(KINDS) <= set(PATTERNS)


def test_iri_of_unknown_pattern_or_missing_part() -> None:
    """A slip in the program raises and never becomes half an address."""
    with pytest.raises(KeyError, match="dataset"):
        URIS.iri("dataset", slug="x")
    with pytest.raises(KeyError, match="slug"):
        URIS.iri("data-set")


def test_iri_of_terms() -> None:
    """The project's terms and the package's stand in vocabularies of their own."""
    assert URIS.term("kwartaal") == f"{BASE}/ns/proef#kwartaal"
    assert URIS.generic("Totaal") == f"{BASE}/ns/publicatie#Totaal"


@pytest.mark.parametrize(
    "code", ["Y18T19", "_T", "Y_GE65", "2022-Q1", "a.b", "a~b", "...", "0", "-"]
)
def test_code_of_unreserved_characters(code: str) -> None:
    """A code is made of characters that no address has to encode."""
    assert CODE.fullmatch(code)
    assert quote(code, safe="") == code
    iri = URIS.iri("concept", scheme="x", code=code)
    assert urljoin(iri, iri) == iri


@pytest.mark.parametrize(
    "code", ["", ".", "..", "a b", "a/b", "a#b", "é", "a%20", "a\n", "\n", "a+b", "<20", "65+", "٣"]
)
def test_code_refuses_other_characters(code: str) -> None:
    """A code never has a character with a meaning in addresses, and is no step up or down."""
    assert not CODE.fullmatch(code)
