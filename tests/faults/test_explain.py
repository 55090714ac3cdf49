"""Help pages of faults: each whole, in both languages, and FAULTS.md as the program makes it."""

from __future__ import annotations

import json
import re

import pytest
from built import REPOSITORY
from small_project import run

from publish.faults.explain import kind_record, kinds_as_markdown, kinds_as_text, page_of, shown
from publish.faults.fault import KINDS, Kind, Words


def made_up(**changed: object) -> Kind:
    """Return a kind of fault for tests."""
    given: dict[str, object] = {
        "code": "odd-cell",
        "subject": "tables",
        "severity": "error",
        "can_be_acknowledged": False,
        "title": Words("An odd cell", "Een vreemde cel"),
        "finding": Words('"{text}" is odd.', '"{text}" is vreemd.'),
        "fix": Words("{hint}Correct {file}.", "{hint}Verbeter {file}."),
        "when": Words("A cell is odd.\n    a,b\nSo it is.", "Een cel is vreemd."),
    }
    return Kind(**(given | changed))  # type: ignore[arg-type]


def test_explain_fault_in_english() -> None:
    """A page has title, weight, when it occurs, what it says with names, and what to do."""
    assert page_of(made_up()) == (
        "odd-cell: An odd cell\n"
        "Error. It stops the release.\n"
        "\n"
        "When it occurs\n"
        "    A cell is odd.\n"
        "        a,b\n"
        "    So it is.\n"
        "\n"
        "What it says\n"
        '    "<text>" is odd.\n'
        "\n"
        "What to do\n"
        "    Correct <file>.\n"
    )


def test_explain_fault_in_dutch() -> None:
    """The same page is there in Dutch, headings included."""
    assert page_of(made_up(severity="warning", can_be_acknowledged=True), "nl") == (
        "odd-cell: Een vreemde cel\n"
        "Waarschuwing. Ze houdt de release niet tegen. "
        "Als de bron ze zelf bevat, kan de mapping ze\nerkennen.\n"
        "\n"
        "Wanneer ze voorkomt\n"
        "    Een cel is vreemd.\n"
        "\n"
        "Wat ze zegt\n"
        '    "<text>" is vreemd.\n'
        "\n"
        "Wat u doet\n"
        "    Verbeter <file>.\n"
    )


def test_explain_fault_without_text_of_its_own() -> None:
    """What a kind does not say has no heading."""
    page = page_of(made_up(when=Words(""), fix=Words("{hint}")))
    assert "When it occurs" not in page
    assert "What to do" not in page
    assert "What it says" in page


def test_wrap_long_lines_of_a_page() -> None:
    """Long sentences are broken for a terminal, between words."""
    page = page_of(made_up(when=Words("woord " * 60)))
    lines = page.splitlines()
    assert max(map(len, lines)) <= 96
    assert sum(line.count("woord") for line in lines) == 60


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("code", KINDS)
def test_explain_every_fault(code: str, language: str) -> None:
    """Every code has a page, in which no particular is left open."""
    result = run("--language", language, "explain", code)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{code}: {KINDS[code].title.text_in(language)}\n")
    assert shown(KINDS[code].finding, language).split()[0] in result.stdout
    assert "\x1b" not in result.stdout


def test_name_the_integrity_constraint() -> None:
    """The page of a fault that breaks a constraint of RDF Data Cube names it; others name none."""
    assert "RDF Data Cube: IC-19." in page_of(KINDS["code-outside-list"], "nl")
    assert "IC-" not in page_of(KINDS["unknown-code"])


def test_refuse_to_explain_unknown_code() -> None:
    """A code that is none ends with 2, with the code that may have been meant."""
    result = run("explain", "unknwon-code")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        'publish: there is no fault "unknwon-code". Did you mean "unknown-code"? '
        "publish explain lists them all.\n"
    )
    dutch = run("explain", "zzz", "--language", "nl")
    assert dutch.stderr == 'publish: er is geen fout "zzz". publish explain geeft ze allemaal.\n'


@pytest.mark.parametrize("language", ["en", "nl"])
def test_list_every_fault(language: str) -> None:
    """Without a code every fault is listed with its title, under what it is about."""
    result = run("--language", language, "explain")
    assert (result.exit_code, result.stdout) == (0, kinds_as_text(language))
    found = dict(re.findall(r"^    ([a-z0-9-]+) +(.+)$", result.stdout, re.MULTILINE))
    assert found == {code: kind.title.text_in(language) for code, kind in KINDS.items()}
    headings = re.findall(r"^\S.*$", result.stdout, re.MULTILINE)
    assert len(headings) == len({kind.subject for kind in KINDS.values()})


def test_explain_as_json() -> None:
    """With `--format json` a fault, or all of them, are records."""
    one = json.loads(run("--format", "json", "explain", "unknown-code").stdout)
    assert one == [kind_record(KINDS["unknown-code"])]
    assert list(one[0]) == [
        "code",
        "subject",
        "severity",
        "can-be-acknowledged",
        "constraint",
        "title",
        "finding",
        "fix",
        "when",
    ]
    every = json.loads(run("--format", "json", "--language", "nl", "explain").stdout)
    assert {item["code"]: item["title"] for item in every} == {
        code: kind.title.nl for code, kind in KINDS.items()
    }


def test_keep_table_of_faults_up_to_date() -> None:
    """FAULTS.md is what the program generates now."""
    found = (REPOSITORY / "FAULTS.md").read_text(encoding="utf-8")
    assert found == kinds_as_markdown(), "FAULTS.md is out of date: `make faults` renews it"
    assert run("explain", "--markdown").stdout == found
    for code in KINDS:
        assert found.count(f"| `{code}` |") == 1
