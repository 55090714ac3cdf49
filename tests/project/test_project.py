"""The settings of a project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shared_material import ROOT

from publish.faults.fault import CannotRun, Fault, FaultyInput
from publish.project.project import KEYS, read_project

SOUND = """\
base = "https://data.example.org"
vocabulary = "proef"
[title]
nl = "Proef"
en = "Trial"
[description]
nl = "Een proef."
en = "A trial."
"""


def folder_with(root: Path, content: str | bytes) -> Path:
    """Return a project folder whose settings have this content."""
    data = content if isinstance(content, bytes) else content.encode()
    (root / "publish.toml").write_bytes(data)
    return root


def faults_of(root: Path, content: str | bytes, **options: str) -> list[Fault]:
    """Return the faults of settings."""
    with pytest.raises(FaultyInput) as caught:
        read_project(folder_with(root, content), **options)
    return caught.value.faults


def places(faults: list[Fault]) -> list[tuple[str, int, int]]:
    """Return code, line and column of every fault; all are in the settings."""
    assert {item.path for item in faults} == {"publish.toml"}
    return [(item.code, item.line, item.column) for item in faults]


# -- What is read -----------------------------------------------------------------------------


def test_read_project_with_few_settings(tmp_path: Path) -> None:
    """Base, vocabulary, title and description are enough; the rest follows from them."""
    project = read_project(folder_with(tmp_path, SOUND))
    assert project.root == tmp_path.resolve()
    assert project.base == project.public_url == "https://data.example.org"
    assert project.numbers == "nl"
    assert project.store_up_to == 2_000_000
    assert project.licence is None
    assert project.title == {"nl": "Proef", "en": "Trial"}
    assert project.build == tmp_path.resolve() / "build"
    assert project.uris.term("x") == "https://data.example.org/ns/proef#x"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://data.example.org/", "https://data.example.org"),
        ("https://data.example.org/cijfers", "https://data.example.org/cijfers"),
        ("https://data.example.org/a/b//", "https://data.example.org/a/b"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_read_project_takes_base_without_slash(tmp_path: Path, given: str, base: str) -> None:
    """A base may have a port and a path; a slash at its end is dropped."""
    text = SOUND.replace("https://data.example.org", given)
    assert read_project(folder_with(tmp_path, text)).base == base
    assert read_project(folder_with(tmp_path, SOUND), base=given).base == base
    assert read_project(folder_with(tmp_path, SOUND), public_url=given).public_url == base


def test_read_project_with_options_over_settings(tmp_path: Path) -> None:
    """Options win over the file, and may mend what is wrong in it; the url follows the base."""
    text = SOUND.replace("https://data.example.org", "nergens")
    project = read_project(folder_with(tmp_path, text), base="http://a.example")
    assert project.base == project.public_url == "http://a.example"
    text = 'public-url = "https://b.example"\n' + SOUND
    project = read_project(folder_with(tmp_path, text), base="http://a.example")
    assert (project.base, project.public_url) == ("http://a.example", "https://b.example")


def test_read_project_of_windows_editor(tmp_path: Path) -> None:
    """Carriage returns do no harm, a byte order mark is a fault."""
    content = SOUND.replace("\n", "\r\n").encode()
    assert read_project(folder_with(tmp_path, content)).vocabulary == "proef"
    faults = faults_of(tmp_path, b"\xef\xbb\xbf" + content)
    assert places(faults) == [("byte-order-mark", 1, 1)]


def test_shown_path_is_relative_to_the_project(tmp_path: Path) -> None:
    """Faults name files as seen from the project's folder, others by their whole path."""
    project = read_project(folder_with(tmp_path, SOUND))
    assert project.shown(tmp_path / "mappings" / "a.yaml") == "mappings/a.yaml"
    assert project.shown(Path("/elders/a.yaml")) == "/elders/a.yaml"


def test_read_project_of_this_repository() -> None:
    """The project's own settings are sound."""
    assert read_project(ROOT).vocabulary == "sociale-economie"


# -- Faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base",
    [
        "javascript:alert(1)",
        "file:///etc",
        "ftp://data.example.org",
        "data.example.org",
        "//data.example.org",
        "https://",
        "https:///pad",
        "https://data.example.org?a=b",
        "https://data.example.org#a",
        "https://data.example.org/a b",
        "https://data.example.org/<a>",
        "https://data.example.org//a",
        "https://data.example.org\\\\a",
        "https://data.example.org/{a}",
        "https://data.example.org/\\n",
        "",
    ],
)
@pytest.mark.parametrize("key", ["base", "public-url", "licence"])
def test_read_project_refuses_other_addresses(tmp_path: Path, key: str, base: str) -> None:
    """An address is http(s), without query, fragment or characters that it may not hold."""
    lines = [line for line in SOUND.split("\n") if not line.startswith(key)]
    text = "\n".join(["# proef", f'{key} = "{base}"', *lines])
    faults = faults_of(tmp_path, text)
    if re.search(r"[ <{}\\]", base.replace("\\\\", "\\")):
        assert places(faults) == [("not-an-iri", 2, 1)]
    else:
        assert places(faults) == [("wrong-type", 2, 1)]
        assert faults[0].fix.startswith("Wanted: the http(s) address ")
    assert str(faults[0]).count("\n") == 1


def test_read_project_reports_option_that_is_wrong(tmp_path: Path) -> None:
    """What is wrong in an option is told of the option, not of the file."""
    [item] = faults_of(tmp_path, SOUND, base="javascript:alert(1)")
    assert (item.code, item.path, item.line) == ("wrong-type", "--base", 0)
    assert item.finding == 'base cannot be "javascript:alert(1)".'
    [item] = faults_of(tmp_path, SOUND, public_url="file:///x")
    assert item.path == "--public-url"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SOUND + "[x]\n", [("unknown-key", 9, 2)]),
        ("  bas = 1\n" + SOUND, [("unknown-key", 1, 3)]),
        (SOUND.replace("base = ", "bases = "), [("missing-key", 1, 1), ("unknown-key", 1, 1)]),
        ("", [("missing-key", 1, 1)] * 4),
        (SOUND.replace('"proef"', "1"), [("wrong-type", 2, 1)]),
        (SOUND.replace('"proef"', '"een proef"'), [("wrong-type", 2, 1)]),
        (SOUND.replace('"proef"', '".."'), [("wrong-type", 2, 1)]),
        (SOUND.replace('"proef"', '"publicatie"'), [("wrong-type", 2, 1)]),
        (SOUND.replace('en = "Trial"', ""), [("wrong-type", 3, 2)]),
        (SOUND.replace('"A trial."', '" "'), [("wrong-type", 6, 2)]),
        (SOUND.replace('"A trial."', "3"), [("wrong-type", 6, 2)]),
        (SOUND.replace('en = "Trial"', 'fr = "x"\nen = "y"'), [("wrong-type", 3, 2)]),
        ('numbers = "fr"\n' + SOUND, [("wrong-type", 1, 1)]),
        ("numbers = []\n" + SOUND, [("wrong-type", 1, 1)]),
        ('default-graph = "all"\n' + SOUND, [("wrong-type", 1, 1)]),
        ("default-graph = true\n" + SOUND, [("wrong-type", 1, 1)]),
        ('"base" = "x"\n' + SOUND[SOUND.index("vocab") :], [("wrong-type", 1, 2)]),
        (
            SOUND.replace("https:", "gopher:").replace("Trial", ""),
            [("wrong-type", 1, 1), ("wrong-type", 3, 2)],
        ),
    ],
)
def test_read_project_reports_place_of_setting(
    tmp_path: Path, content: str, expected: list[tuple[str, int, int]]
) -> None:
    """What is wrong in the settings is told at the line and column of its key, all at once."""
    assert places(faults_of(tmp_path, content)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('base = "a\n', ("toml-syntax", 1, 10)),
        ("base = a\n", ("toml-syntax", 1, 8)),
        ("# x\n\nbase\n", ("toml-syntax", 3, 5)),
        ('a = 1\na = "2"\n', ("toml-syntax", 2, 8)),
        ("base = ", ("toml-syntax", 1, 8)),
        ("a = 1\n[b", ("toml-syntax", 2, 3)),
        ("a = " + "[" * 5000, ("toml-syntax", 1, 1)),
        ("a = " + "9" * 5000, ("toml-syntax", 1, 1)),
        (b'a = "na\xefef"\n', ("wrong-encoding", 1, 8)),
        ("a = 1\n".encode("utf-16"), ("wrong-encoding", 1, 1)),
    ],
)
def test_read_project_reports_place_of_syntax_error(
    tmp_path: Path, content: str | bytes, expected: tuple[str, int, int]
) -> None:
    """Settings that cannot be read at all are one fault, where the reading stopped."""
    faults = faults_of(tmp_path, content)
    assert places(faults) == [expected]
    assert "(at " not in faults[0].finding


def test_read_project_says_what_a_setting_is_for(tmp_path: Path) -> None:
    """A missing setting is told with its meaning, an unknown one with what it resembles."""
    missing, unknown = faults_of(tmp_path, SOUND.replace("base =", "basis ="))
    assert missing.finding == 'the key "base" is missing.'
    assert missing.fix == f"Add it. It says: {KEYS['base']}."
    assert unknown.fix.startswith('Did you mean "base"? Known keys: base, public-url, ')


def test_read_project_of_folder_that_is_none(tmp_path: Path) -> None:
    """A folder without settings is no project: the message says what to do."""
    with pytest.raises(CannotRun, match=r"has no publish\.toml\. Go to the project's folder"):
        read_project(tmp_path)
    with pytest.raises(CannotRun, match="is no project"):
        read_project(tmp_path / "nergens")


def test_read_project_with_settings_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder in the place of the settings is told in a sentence."""
    (tmp_path / "publish.toml").mkdir()
    with pytest.raises(CannotRun, match=r"publish\.toml cannot be read: Is a directory\."):
        read_project(tmp_path)


@pytest.mark.parametrize(("value", "most"), [("0", 0), ("5000000", 5_000_000), ('"all"', None)])
def test_read_how_much_the_store_holds(tmp_path: Path, value: str, most: int | None) -> None:
    """A number of observations, or all."""
    project = read_project(folder_with(tmp_path, f"store-up-to = {value}\n{SOUND}"))
    assert project.store_up_to == most


@pytest.mark.parametrize("value", ["-1", "1.5", "true", '"5"', '"none"'])
def test_refuse_what_the_store_cannot_hold(tmp_path: Path, value: str) -> None:
    """A number below zero, or another word."""
    [found] = faults_of(tmp_path, f"store-up-to = {value}\n{SOUND}")
    assert (found.code, found.line, found.column) == ("wrong-type", 1, 1)
    assert "a whole number from 0, or all" in str(found.fix)
