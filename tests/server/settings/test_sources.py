"""Settings of the server: from a file, the environment and flags, or refused all at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from built import PROGRAM, REPOSITORY
from small_project import SmallProject, make_small_project

from publish.faults.fault import Fault
from publish.server.settings.output import as_json, as_markdown, as_toml
from publish.server.settings.setting import OFF, parse_bytes
from publish.server.settings.sources import (
    OTHER_VARIABLES,
    SettingValue,
    gather_values,
    settings_of,
    variable_of,
)
from publish.server.settings.table import TABLE, Settings
from publish.site.running.release import limits_of
from publish.sparql.query.limits import Limits
from publish.sparql.workers.pool import LARGEST_STORE_IN_MEMORY


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a project has its settings of the server."""
    return tmp_path / "serve.toml"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project to run the verb in."""
    return make_small_project(tmp_path_factory.mktemp("settings") / "project")


def read_settings(
    file: Path | None, environ: dict[str, str], flags: dict[str, object], faults: list[Fault]
) -> Settings:
    """Return the settings that the program would use."""
    return settings_of(gather_values(file, environ, flags, faults))


def places(faults: list[Fault]) -> list[tuple[str, str, int, int]]:
    """Return code and place of faults, in order."""
    return [(item.code, item.path, item.line, item.column) for item in sorted(faults)]


def test_take_defaults_where_nothing_is_given(file: Path) -> None:
    """Without a file, variables and flags every setting has its default."""
    faults: list[Fault] = []
    assert read_settings(file, {}, {}, faults) == Settings() == read_settings(None, {}, {}, faults)
    assert faults == []


def test_take_later_source_over_earlier(file: Path) -> None:
    """A flag wins over a variable, a variable over the file, the file over the default."""
    file.write_text("port = 1\nthreads = 1\nprocesses = 1\nrows = 1\n", encoding="utf-8")
    environ = {"PUBLISH_PORT": "2", "PUBLISH_THREADS": "2", "HOME": "x"}
    faults: list[Fault] = []
    given = gather_values(file, environ, {"port": 3, "workers": 3, "host": None}, faults)
    assert faults == []
    assert given["port"] == SettingValue(value=3, origin="--port")
    assert given["workers"] == SettingValue(value=3, origin="--workers")
    assert given["threads"] == SettingValue(value=2, origin="PUBLISH_THREADS")
    assert given["rows"] == SettingValue(value=1, origin="serve.toml", line=4, column=1)
    assert given["host"] == SettingValue(value="127.0.0.1", origin="")


def test_report_all_faults_of_all_sources_at_once(file: Path) -> None:
    """Each fault is told with its file, line and column, or with its variable."""
    file.write_text(
        'prot = 1\n\n  deadline = 0\nmemory = "1GB"\nreload = "never"\nthreads = 2.0\n',
        encoding="utf-8",
    )
    environ = {"PUBLISH_ROWS": "", "PUBLISH_SLOW": "1", "PUBLISH_CONFORMANCE": "x"}
    faults: list[Fault] = []
    settings = read_settings(file, environ, {"slow-after": 31.0}, faults)
    assert places(faults) == [
        ("settings-disagree", "--slow-after", 0, 0),
        ("wrong-type", "PUBLISH_ROWS", 0, 0),
        ("unknown-variable", "PUBLISH_SLOW", 0, 0),
        ("unknown-key", "serve.toml", 1, 1),
        ("wrong-type", "serve.toml", 3, 3),
        ("wrong-type", "serve.toml", 4, 1),
        ("wrong-value", "serve.toml", 5, 1),
        ("wrong-type", "serve.toml", 6, 1),
    ]
    assert 'Did you mean "port"?' in sorted(faults)[3].fix
    assert settings.deadline == 30


def test_refuse_file_that_is_asked_for_and_not_there(tmp_path: Path) -> None:
    """serve.toml may be absent; another file that is named may not."""
    faults: list[Fault] = []
    other = tmp_path / "other.toml"
    read_settings(other, {}, {}, faults)
    assert places(faults) == [("cannot-read", str(other), 0, 0)]


def test_report_syntax_of_file(file: Path) -> None:
    """A file that is no TOML is a fault where its reader stopped."""
    file.write_text("port = 1\nport = 2\n", encoding="utf-8")
    faults: list[Fault] = []
    read_settings(file, {}, {}, faults)
    assert places(faults) == [("toml-syntax", "serve.toml", 2, 9)]


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("4096", 4096), ("64KiB", 65536), ("512 mib", 2**29), ("1GiB", 2**30), ("7B", 7)],
)
def test_read_number_of_bytes(text: str, number: int) -> None:
    """A number of bytes may have a unit of powers of two."""
    assert parse_bytes(text) == number


@pytest.mark.parametrize("text", ["", "GiB", "1GB", "1.5GiB", "-1", "1e3", "1 G i B", "9" * 19])
def test_refuse_what_is_no_number_of_bytes(text: str) -> None:
    """Units of powers of ten, fractions and signs are not guessed at."""
    with pytest.raises(ValueError, match=f"^{text}$"):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", True),
        ("port", "80"),
        ("port", 80.0),
        ("port", -1),
        ("deadline", float("nan")),
        ("deadline", float("inf")),
        ("deadline", True),
        ("log-queries", 1),
        ("memory", 1),
        ("memory", "1MiB"),
        ("host", ""),
        ("host", "a b"),
        ("path-prefix", "/"),
        ("path-prefix", "/a/"),
        ("path-prefix", "/a/../b"),
        ("path-prefix", "//a"),
        ("path-prefix", '/"><script>'),
        ("access-log", ""),
        ("access-log", "a\nb"),
        ("reload", "AUTO"),
        ("reload", ["auto"]),
    ],
)
def test_refuse_value_of_file(name: str, value: object) -> None:
    """A value of another type, out of bounds or of another form is none."""
    with pytest.raises(ValueError):
        TABLE[name].check(value)


@pytest.mark.parametrize("name", TABLE)
def test_read_default_back_from_every_source(name: str) -> None:
    """A default as it is written is read as the default, from every source; so are bounds."""
    setting = TABLE[name]
    assert setting.check(setting.default) == setting.default
    assert setting.parse(setting.format(setting.default)) == setting.default
    if setting.kind in ("whole", "seconds", "bytes"):
        for bound in (setting.least, setting.most):
            assert setting.parse(setting.format(bound)) == bound
            assert setting.check(bound) == bound
        beyond = setting.most + 1
        with pytest.raises(ValueError, match=str(setting.most)[:1]):
            setting.check(beyond)


def test_switch_off_what_has_a_number(file: Path) -> None:
    """Where a number can be switched off, ``off`` stands for it in every source, else nowhere."""
    faults: list[Fault] = []
    file.write_text(f'query-columns-from = "{OFF}"\n', encoding="utf-8")
    for environ in ({}, {"PUBLISH_QUERY_COLUMNS_FROM": OFF}):
        assert read_settings(file, environ, {}, faults).query_columns_from == OFF
    assert TABLE["query-columns-from"].parse("0") == 0
    assert as_toml(gather_values(file, {}, {}, faults)).count(f'= "{OFF}"') == 1
    assert faults == []
    file.write_text(f'rows = "{OFF}"\nquery-columns-from = "of"\n', encoding="utf-8")
    read_settings(file, {}, {}, faults)
    assert places(faults) == [
        ("wrong-type", "serve.toml", 1, 1),
        ("wrong-type", "serve.toml", 2, 1),
    ]
    assert ", or off" in str(faults[1])
    assert ", or off" not in str(faults[0])


def test_show_settings_as_file_that_gives_them(file: Path) -> None:
    """What --show-settings prints is a file that gives the same settings."""
    faults: list[Fault] = []
    flags = {"memory": 2**31, "log-queries": True, "access-log": 'a "b" \\ c', "slow-after": 0.25}
    given = gather_values(None, {}, flags, faults)
    text = as_toml(given)
    file.write_text(text, encoding="utf-8")
    assert read_settings(file, {}, {}, faults) == read_settings(None, {}, flags, faults)
    assert faults == []
    assert list(tomllib.loads(text)) == list(TABLE)
    assert 'memory = "2GiB"' in text
    assert [item["from"] for item in json.loads(as_json(given)) if item["setting"] in flags] == [
        "--slow-after",
        "--memory",
        "--access-log",
        "--log-queries",
    ]


def test_name_every_setting_alike() -> None:
    """A setting has one name in Python, in files, in the environment and as a flag."""
    assert [item.name for item in fields(Settings)] == [name.replace("-", "_") for name in TABLE]
    assert variable_of("slow-after") == "PUBLISH_SLOW_AFTER"


@pytest.mark.parametrize("name", TABLE)
def test_tell_every_setting_in_both_languages(name: str) -> None:
    """A setting is one sentence in English and another in Dutch."""
    meaning = TABLE[name].meaning
    assert str(meaning) != meaning.nl
    for text in (str(meaning), meaning.nl):
        assert text[0].isupper()
        assert text.endswith(".")
        assert ". " not in text


def test_hold_table_of_settings_in_operations() -> None:
    """docs/operations.md holds exactly the table that `publish serve --markdown` prints."""
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    head, rest = page.split("| setting | default | what it is |\n")
    table = "| setting | default | what it is |\n" + rest.partition("\n\n")[0] + "\n"
    assert table == as_markdown()
    assert "publish serve --markdown" in head


def test_name_only_variables_that_exist() -> None:
    """Every variable that README.md or docs/ names is read by the program or its tests."""
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    texts = "".join(page.read_text(encoding="utf-8") for page in pages)
    found = set(re.findall(r"PUBLISH_[A-Z_]+", texts))
    assert found <= {variable_of(name) for name in TABLE} | set(OTHER_VARIABLES)
    assert "PUBLISH_TRUSTED_PROXIES" in found


def test_show_where_values_come_from(project: SmallProject) -> None:
    """`publish serve --show-settings` needs no release, and tells the source of each value."""
    config = project.root / "other.toml"
    config.write_text("\nrows = 5\n", encoding="utf-8")
    arguments = ["--port", "0", "--no-log-queries", "--config", str(config)]
    result = subprocess.run(
        [PROGRAM, "--project", str(project.root), "serve", "--show-settings", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PUBLISH_DEADLINE": "5", "PUBLISH_LANGUAGE": "nl"},
    )
    lines = {line.split(" = ")[0]: line.partition("# ")[2] for line in result.stdout.splitlines()}
    assert lines["port"] == "--port"
    assert lines["log-queries"] == "--log-queries"
    assert lines["deadline"] == "PUBLISH_DEADLINE"
    assert lines["rows"] == f"{config}:2:1"
    assert lines["host"] == "de standaardwaarde"
    assert list(lines) == list(TABLE)


def test_refuse_to_serve_with_faulty_settings(project: SmallProject) -> None:
    """Faulty settings end the verb with 1 before anything is started."""
    (project.root / "serve.toml").write_text("port = 0\nworkers = 0\n", encoding="utf-8")
    result = project.run("serve")
    (project.root / "serve.toml").unlink()
    assert result.exit_code == 1
    assert result.stdout == (
        "serve.toml:2:1: wrong-type: workers cannot be 0.\n"
        "    Wanted: a whole number from 1 to 256.\n"
    )
    assert result.stderr.startswith("1 fault. The server was not started.\n")


@pytest.mark.parametrize(
    ("flag", "value", "told"),
    [
        ("--port", "70000", "a whole number from 0 to 65535"),
        ("--deadline", "0", "a number of seconds from 0.01 to 3600"),
        ("--memory", "1GB", "a number of bytes from 64MiB to 1TiB"),
        ("--path-prefix", "data", "a path that begins with a slash"),
        ("--reload", "never", "'auto', 'signal'"),
    ],
)
def test_refuse_flag_that_cannot_be(
    project: SmallProject, flag: str, value: str, told: str
) -> None:
    """A flag that cannot be is an error of usage, which says what can."""
    result = project.run("serve", flag, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Invalid value for '{flag}'" in result.stderr
    assert told in result.stderr


def test_share_defaults_with_the_pool() -> None:
    """A pool that is given no settings has the limits that a server has without any."""
    assert limits_of(Settings()) == Limits()
    assert Settings().in_memory == LARGEST_STORE_IN_MEMORY
