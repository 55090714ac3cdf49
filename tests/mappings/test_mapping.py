"""Mappings: printed tables that become one data set."""

from __future__ import annotations

from pathlib import Path

import pytest
from shared_material import ROOT

from publish.faults.fault import Fault
from publish.mappings.mapping import Axis, Mapping, read_mapping, read_mappings
from publish.project.project import Project, read_project

HEAD = """\
mapping: 1
title: {nl: Titel, en: Title}
description: {nl: Wat, en: What}
"""


def project(folder: Path) -> Project:
    """Return a project in a folder."""
    return Project(
        root=folder,
        base="https://data.example.org",
        public_url="https://data.example.org",
        vocabulary="proef",
        numbers="en",
        licence=None,
        title={},
        description={},
    )


def read(
    folder: Path, content: str, name: str = "fietsen.yaml"
) -> tuple[Mapping | None, list[Fault]]:
    """Read a mapping with this content."""
    path = folder / "mappings" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    faults: list[Fault] = []
    return read_mapping(path, project(folder), faults), faults


def mapping_of(folder: Path, content: str) -> Mapping:
    """Return a mapping that has no faults."""
    mapping, faults = read(folder, HEAD + content)
    assert not faults
    assert mapping
    return mapping


def test_read_mapping_of_plain_crosstab(tmp_path: Path) -> None:
    """A plain crosstab names its table, rows, columns and measure; the rest is convention."""
    mapping = mapping_of(
        tmp_path, "tables: [av-1/verhuur]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: fietsen\n"
    )
    assert (mapping.slug, mapping.measure, mapping.numbers) == ("fietsen", "fietsen", "en")
    [use] = mapping.uses
    assert (use.document, use.table) == ("av-1", "verhuur")
    assert use.rows == Axis(dimensions=("leeftijd",), labels=None, steps=("rows",))
    assert use.columns.dimensions == ("kwartaal",)
    assert (use.fixed, use.take, use.leave) == ({}, (), ())
    assert (mapping.totals, mapping.missing, mapping.notes, mapping.unit) == ({}, (), (), None)
    assert mapping.most_cells is None


def test_read_mapping_puts_what_stands_at_a_table_over_the_rest(tmp_path: Path) -> None:
    """What stands at a table goes before what stands at the top; fixed codes are put together."""
    mapping = mapping_of(
        tmp_path,
        "rows: leeftijd\ncolumns: kwartaal\nfixed: {land: NO, aard: x}\nleave: [Totaal]\n"
        "tables:\n  - av-1/a\n  - table: av-1/b\n    rows: [land, stad]\n    fixed: {aard: y}\n"
        "    take: [ja]\n    leave: [nee]\n",
    )
    first, second = mapping.uses
    assert first.rows.dimensions == ("leeftijd",)
    assert first.fixed == {"land": "NO", "aard": "x"}
    assert first.leave == ("Totaal",)
    assert first.rows.steps == ("rows",)
    assert second.rows.dimensions == ("land", "stad")
    assert second.rows.depth == 2
    assert second.rows.steps == ("tables", 1, "rows")
    assert second.fixed == {"land": "NO", "aard": "y"}
    assert (second.take, second.leave) == (("ja",), ("nee",))


def test_read_mapping_with_label_map(tmp_path: Path) -> None:
    """A label map says what each printed label means, whatever dimensions that takes."""
    [use] = mapping_of(
        tmp_path,
        'tables: [av-1/a]\nrows: []\ncolumns:\n  WZW: {measure: m}\n  "%uit": {jaar: "2020"}\n',
    ).uses
    assert use.rows == Axis(dimensions=(), labels=None, steps=("rows",))
    assert use.columns.dimensions == ("measure", "jaar")
    assert use.columns.labels == {"WZW": {"measure": "m"}, "%uit": {"jaar": "2020"}}
    assert use.columns.depth == 1


def test_read_mapping_with_missing_period(tmp_path: Path) -> None:
    """A period that the source cannot give is read with its reason, in any order of keys."""
    mapping = mapping_of(
        tmp_path,
        "tables: [av-1/a]\nmissing:\n  - {reason: {nl: a, en: b}, kwartaal: 2023-Q2}\n"
        "cells: false\ntotals: {leeftijd: incomplete}\n",
    )
    [missing] = mapping.missing
    assert (missing.dimension, missing.code) == ("kwartaal", "2023-Q2")
    assert missing.reason == {"nl": "a", "en": "b"}
    assert missing.steps == ("missing", 0)
    assert mapping.most_cells == 0
    assert mapping.totals == {"leeftijd": "incomplete"}


@pytest.mark.parametrize("name", ["Fietsen.yaml", "a--b.yaml", "a_b.yaml", "-a.yaml", "é.yaml"])
def test_read_mapping_reports_name_that_cannot_be_an_address(tmp_path: Path, name: str) -> None:
    """The stem of the file becomes part of addresses, so it has to be fit for that."""
    mapping, [item] = read(tmp_path, HEAD + "tables: [a/b]\n", name)
    assert mapping is None
    assert (item.code, item.path, item.line) == ("wrong-file-name", f"mappings/{name}", 0)


def test_read_mappings_reports_other_extension_and_reads_the_others(tmp_path: Path) -> None:
    """A .yml file is a fault, not silently left out; faulty files do not hide sound ones."""
    for name in ("b.yml", "c.yaml", "a.yaml"):
        read(tmp_path, HEAD + "tables: [a/b]\n", name)
    read(tmp_path, HEAD, "d.yaml")
    faults: list[Fault] = []
    mappings = read_mappings(project(tmp_path), faults)
    assert [mapping.slug for mapping in mappings] == ["a", "c"]
    assert [(item.code, item.path, item.line, item.column) for item in faults] == [
        ("wrong-file-name", "mappings/b.yml", 0, 0),
        ("tables-or-derived", "mappings/d.yaml", 1, 1),
    ]


def test_read_mappings_only_those_asked_for(tmp_path: Path) -> None:
    """With slugs, only those mappings are read, and faults of others are left alone."""
    read(tmp_path, HEAD + "tables: [a/b]\n", "a.yaml")
    read(tmp_path, HEAD, "b.yaml")
    faults: list[Fault] = []
    assert [item.slug for item in read_mappings(project(tmp_path), faults, ["a"])] == ["a"]
    assert not faults


def test_read_mappings_of_the_project() -> None:
    """Every mapping of the project is read without faults and uses a table that is there."""
    faults: list[Fault] = []
    mappings = read_mappings(read_project(ROOT), faults)
    assert not faults
    assert len(mappings) == len(list((ROOT / "mappings").glob("*.yaml")))
    for mapping in mappings:
        for use in mapping.uses:
            assert (ROOT / f"mappings/{use.document}/{use.table}.csv").is_file()
