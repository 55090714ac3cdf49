"""YAML in which codes stay text, every key knows its line, and nothing can explode."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from shared_material import ROOT

from publish.faults.fault import Fault
from publish.mappings import document, mapping
from publish.project.yaml import YamlFile, read_yaml

SOUND = """\
mapping: 1
title: {nl: Titel, en: Title}
description: {nl: Wat, en: What}
tables: [a/b]
"""
NAMES = ("mapping", "document")
SCHEMAS = (mapping.SCHEMA, document.SCHEMA)
Places = list[tuple[str, int, int]]


def read(
    folder: Path, content: str | bytes, schema: str = SCHEMAS[0]
) -> tuple[YamlFile | None, list[Fault]]:
    """Read a file with this content."""
    path = folder / "x.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults: list[Fault] = []
    return read_yaml(path, "mappings/x.yaml", schema, faults), faults


def data_of(folder: Path, content: str | bytes) -> Any:
    """Return the content of a sound file."""
    file, faults = read(folder, content)
    assert not faults
    assert file
    return file.data


def places(faults: list[Fault]) -> Places:
    """Return code, line and column of every fault."""
    assert all(item.path == "mappings/x.yaml" for item in faults)
    found = [(item.code, item.line, item.column) for item in faults]
    return sorted(found, key=lambda place: place[1:])


# -- Text stays text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["NO", "010", "0x1F", "1e3", "1_000", "2023-06-30", "12:30", "~", "null", "yes", "1.50"]
)
def test_read_yaml_keeps_codes_as_typed(tmp_path: Path, code: str) -> None:
    """NO is not False, 010 is not 8, a date is a text: codes stay what was typed."""
    assert data_of(tmp_path, f"{SOUND}fixed: {{land: {code}}}\n")["fixed"] == {"land": code}


def test_read_yaml_keeps_keys_as_typed(tmp_path: Path) -> None:
    """Keys that YAML would make numbers, dates or truth values stay text too."""
    rows = data_of(tmp_path, f"{SOUND}rows:\n  2020: {{a: b}}\n  NO: {{a: c}}\n  -18: {{a: d}}\n")
    assert list(rows["rows"]) == ["2020", "NO", "-18"]


def test_read_yaml_reports_byte_order_mark_and_reads_on(tmp_path: Path) -> None:
    """A byte order mark is a fault, the rest is judged as without it, and places stay right."""
    content = b"\xef\xbb\xbf" + (SOUND + "unitt: PS\n").replace("\n", "\r\n").encode()
    file, faults = read(tmp_path, content)
    assert file
    assert places(faults) == [("byte-order-mark", 1, 1), ("unknown-key", 5, 1)]


def test_place_of_key_and_item(tmp_path: Path) -> None:
    """Every key and item knows its line and column; what is not there has that of its parent."""
    file, _ = read(tmp_path, f"{SOUND}notes:\n  - nl: een\n    en: one\n")
    assert file
    assert file.place() == ("mappings/x.yaml", 1, 1)
    assert file.place("title", "en") == ("mappings/x.yaml", 2, 20)
    assert file.place("tables", 0) == ("mappings/x.yaml", 4, 10)
    assert file.place("notes", 0, "en") == ("mappings/x.yaml", 7, 5)
    assert file.place("notes", 0, "fr", "x") == ("mappings/x.yaml", 6, 5)
    assert file.place("missing") == ("mappings/x.yaml", 1, 1)


# -- Files that cannot be used ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", [("empty-file", 1, 1)]),
        ("# niets\n", [("empty-file", 1, 1)]),
        ("mapping: 1\ntitle:\n\tnl: x\n", [("yaml-tab", 3, 1)]),
        ("title: a: b\n", [("yaml-syntax", 1, 9)]),
        ("rows: [a, b\n", [("yaml-syntax", 2, 1)]),
        ('title: "a\n', [("yaml-syntax", 2, 1)]),
        ("title: %uit\n", [("yaml-syntax", 1, 8)]),
        ("a: b\n---\nc: d\n", [("yaml-syntax", 2, 1)]),
        ("title: &a {nl: b}\n- c\n", [("yaml-syntax", 2, 1)]),
        ("a: b\nc: d\x00\n", [("nul-byte", 2, 5)]),
        ('a: b\nc: "\\UFFFFFFFF"\n', [("yaml-syntax", 2, 5)]),
        ('a: b\nc: "\\U00110000"\n', [("yaml-syntax", 2, 5)]),
        ("[" * 5000, [("yaml-syntax", 1, 51)]),
        ("a:\n" + "".join(" " * depth + "-\n" for depth in range(99)), [("yaml-syntax", 51, 50)]),
        (b"title:\n  nl: Ge\xefnd\n", [("wrong-encoding", 2, 9)]),
        ("nl: één".encode() + b"\xff", [("wrong-encoding", 1, 8)]),
        (SOUND.encode("utf-16"), [("wrong-encoding", 1, 1)]),
    ],
)
def test_read_yaml_reports_place_of_syntax_error(
    tmp_path: Path, content: str | bytes, expected: Places
) -> None:
    """A file that is no YAML, or not UTF-8, is one fault at the place where it goes wrong."""
    file, faults = read(tmp_path, content)
    assert file is None
    assert places(faults) == expected


def test_read_yaml_reports_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder or a missing file is a fault without a line, with the system's reason."""
    faults: list[Fault] = []
    assert read_yaml(tmp_path, "x", SCHEMAS[0], faults) is None
    assert read_yaml(tmp_path / "no", "y", SCHEMAS[0], faults) is None
    assert [(item.code, item.path, item.line) for item in faults] == [
        ("cannot-read", "x", 0),
        ("cannot-read", "y", 0),
    ]


def test_read_yaml_refuses_aliases_that_would_explode(tmp_path: Path) -> None:
    """A file whose aliases stand for gigabytes is refused at once, each alias at its place."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 30):
        names = ", ".join(f"*a{number - 1}" for _ in range(9))
        lines.append(f"a{number}: &a{number} [{names}]")
    start = time.process_time()
    file, faults = read(tmp_path, "\n".join(lines))
    assert time.process_time() - start < 2
    assert file is None
    aliases = [item for item in faults if item.code == "yaml-alias"]
    assert len(aliases) == 29 * 9
    assert ("yaml-alias", 2, 10) in places(aliases)


def test_read_yaml_refuses_alias_of_itself(tmp_path: Path) -> None:
    """An alias inside its own anchor ends, and is a fault."""
    _, faults = read(tmp_path, SOUND + "notes: &n\n  - *n\n")
    assert ("yaml-alias", 6, 5) in places(faults)


def test_read_yaml_refuses_alias_as_key(tmp_path: Path) -> None:
    """An alias is no key either."""
    _, faults = read(tmp_path, SOUND + "rows:\n  &k a: {b: c}\n  *k : {b: d}\n")
    assert places(faults) == [("yaml-alias", 7, 3)]


# -- Content that is not as the schema wants --------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SOUND + "unit: PS\nunit: FTE\n", [("duplicate-key", 6, 1)]),
        (SOUND.replace("en: Title", "nl: Weer"), [("missing-key", 2, 1), ("duplicate-key", 2, 20)]),
        (SOUND + "colums: kwartaal\n", [("unknown-key", 5, 1)]),
        (SOUND.replace("en: Title", "fr: Titre"), [("missing-key", 2, 1), ("unknown-key", 2, 20)]),
        (SOUND.replace("[a/b]", "a/b"), [("wrong-type", 4, 1)]),
        (SOUND.replace("[a/b]", "[]"), [("wrong-type", 4, 1)]),
        (SOUND.replace("[a/b]", "[a/b, b]"), [("wrong-type", 4, 15)]),
        (
            SOUND.replace("[a/b]", "[{tabel: a/b}]"),
            [("missing-key", 4, 10), ("unknown-key", 4, 11)],
        ),
        (SOUND.replace("nl: Titel", "nl:"), [("wrong-type", 2, 9)]),
        (SOUND.replace("mapping: 1", "mapping: 2"), [("wrong-value", 1, 1)]),
        (SOUND + "numbers: fr\n", [("wrong-value", 5, 1)]),
        (SOUND + "cells: maybe\n", [("wrong-type", 5, 1)]),
        (SOUND + "totals: {leeftijd: volledig}\n", [("wrong-value", 5, 10)]),
        (
            SOUND + "missing: [{kwartaal: 2023-Q2}]\n",
            [("missing-key", 5, 11), ("wrong-type", 5, 11)],
        ),
        (SOUND + "? [a, b]\n: c\n", [("yaml-syntax", 5, 3)]),
        (SOUND + '"a\\ud800": c\n', [("yaml-syntax", 5, 1)]),
        (SOUND + 'measure: "a\\ud800"\n', [("yaml-syntax", 5, 10)]),
        (SOUND + 'measure: "a\\x07"\n', [("control-character", 5, 10)]),
        ("[a, b]\n", [("wrong-type", 1, 1)]),
        ("tekst\n", [("wrong-type", 1, 1)]),
    ],
)
def test_read_yaml_reports_place_of_content(tmp_path: Path, content: str, expected: Places) -> None:
    """Content of another kind than the schema wants is a fault at its key or item."""
    _, faults = read(tmp_path, content)
    assert places(faults) == expected


def test_read_yaml_takes_a_slip_in_a_key_for_the_key_that_is_meant(tmp_path: Path) -> None:
    """A key that is misspelt or too many is a fault, but the rest can still be judged."""
    file, faults = read(tmp_path, SOUND + "colums: kwartaal\ncolour: red\n")
    assert places(faults) == [("unknown-key", 5, 1), ("unknown-key", 6, 1)]
    assert file is not None
    assert file.data["columns"] == "kwartaal"
    assert file.place("columns")[1:] == (5, 1)
    assert "colour" not in file.data


def test_read_yaml_reports_all_faults_at_once(tmp_path: Path) -> None:
    """Faults of different kinds are found in one run."""
    content = SOUND.replace("mapping: 1", "mapping: 3") + (
        "notes:\n  - {nl: een}\n  - &x {nl: a, en: b}\n  - *x\nunit: PS\nunit: PS\ntotal: x\n"
    )
    _, faults = read(tmp_path, content)
    assert places(faults) == [
        ("wrong-value", 1, 1),
        ("missing-key", 6, 5),
        ("yaml-alias", 8, 5),
        ("duplicate-key", 10, 1),
        ("unknown-key", 11, 1),
    ]


def test_read_yaml_suggests_key(tmp_path: Path) -> None:
    """An unknown key comes with the known one it resembles, and with all that are known."""
    _, [item] = read(tmp_path, SOUND + "colums: kwartaal\n")
    assert item.finding == 'the key "colums" is not known here.'
    assert item.fix.startswith('Did you mean "columns"? Known keys: mapping, title, description')


def test_read_yaml_says_what_a_missing_key_is_for(tmp_path: Path) -> None:
    """A missing key is told with what the schema says of it, definitions included."""
    _, faults = read(tmp_path, "mapping: 1\ntables: [a/b]\ntitle: {nl: a, en: b}\n")
    assert [item.finding for item in faults] == ['the key "description" is missing.']
    assert faults[0].fix == "Add it. It says: what is counted, in which unit, how."
    _, faults = read(tmp_path, SOUND + "missing: [{kwartaal: x, jaar: y}]\n")
    assert faults[0].fix == "Add it. It says: why, in Dutch and English."


def test_read_yaml_says_what_is_wanted(tmp_path: Path) -> None:
    """A value of the wrong kind is told with its keys, itself and what is wanted, in words."""
    _, [item] = read(tmp_path, SOUND + "columns: [kwartaal, [a]]\n")
    assert item.finding == 'columns cannot be ["a"].'
    assert item.fix == "Wanted: a dimension."


def test_read_yaml_reports_bad_table_name_at_the_name(tmp_path: Path) -> None:
    """A name that cannot be a file's is a fault where the name stands."""
    content = (
        "document: 1\ntitle: {nl: a, en: b}\ndate: 2024-01-01\n"
        "tables:\n  Mijn Tabel: {columns: [a], rows: [b]}\n"
    )
    _, [item] = read(tmp_path, content, SCHEMAS[1])
    assert (item.code, item.line, item.column) == ("wrong-type", 5, 3)
    assert item.fix == "Wanted: a table's name, of lower-case letters, digits and hyphens."


# -- The schemas ------------------------------------------------------------------------------


class PlainLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: numbers and true or false, but a date is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
            or first in "tTfF"
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@pytest.mark.parametrize("schema", SCHEMAS, ids=NAMES)
def test_schema_is_valid(schema: str) -> None:
    """The schemas are JSON Schema 2020-12 and say so."""
    assert json.loads(schema)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize("schema", SCHEMAS, ids=NAMES)
def test_schema_describes_every_key(schema: str) -> None:
    """An editor that completes from the schema explains every key and every item."""
    root = json.loads(schema)

    def undescribed(part: dict[str, Any], where: str) -> list[str]:
        found = [
            f"{where}.{key}"
            for key, value in part.get("properties", {}).items()
            if "description" not in value
        ]
        nested = {f".{key}": value for key, value in part.get("properties", {}).items()}
        for key in ("items", "additionalProperties", "propertyNames"):
            if isinstance(part.get(key), dict):
                nested[f".{key}"] = part[key]
                if "description" not in part[key]:
                    found.append(f"{where}.{key}")
        for key, value in nested.items():
            found += undescribed(value, where + key)
        return found

    assert undescribed(root, "") == []
    for key, value in root["$defs"].items():
        assert "description" in value
        assert undescribed(value, key) == []


@pytest.mark.parametrize(
    "path",
    sorted(
        path.relative_to(ROOT).as_posix()
        for pattern in (
            "mappings/*.yaml",
            "mappings/*/document.yaml",
            "tests/mappings/answer/**/*.yaml",
        )
        for path in ROOT.glob(pattern)
    ),
)
def test_schema_accepts_file_as_an_editor_reads_it(path: str) -> None:
    """Every mapping and document satisfies its schema with plain YAML types too.

    So an editor shows no error in a file that the program accepts.
    """
    is_document = path.endswith("document.yaml")
    schema = json.loads(SCHEMAS[is_document])
    text = (ROOT / path).read_text(encoding="utf-8")
    content = yaml.load(text, Loader=PlainLoader)
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(content)]
    assert errors == []
    first = text.split("\n")[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    schema_path = ROOT / f"publish/mappings/schema/{NAMES[is_document]}.schema.json"
    assert (ROOT / path).parent.joinpath(named).resolve() == schema_path
