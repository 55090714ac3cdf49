"""Mappings: which printed tables become one data set, and how (format 1).

In comes ``mappings/<slug>.yaml``; out comes a Mapping in which what stands at a table has been
merged with what stands at the top. The stem of the file is the data set's slug everywhere.
Whether the names exist is judged where the tables are read, with the vocabulary at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.faults import Fault, fault
from publish.project import Project
from publish.yamlfile import Steps, YamlFile, read_yaml

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Text = dict[str, str]
"""A text by language, ``nl`` and ``en``."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What row labels or column headers mean.

    Either one dimension per label column (or header row), or the codes of each printed label.
    """

    dimensions: tuple[str, ...]
    labels: dict[str, dict[str, str]] | None
    steps: Steps
    """Where in the mapping this stands."""

    @property
    def depth(self) -> int:
        """How many label columns (or header rows) the axis takes."""
        return 1 if self.labels is not None else len(self.dimensions)


@dataclass(frozen=True, kw_only=True)
class TableUse:
    """One printed table as a mapping uses it."""

    document: str
    table: str
    rows: Axis
    columns: Axis
    fixed: dict[str, str]
    take: tuple[str, ...]
    leave: tuple[str, ...]
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class MissingPeriod:
    """A period for which the source says that it gives no figures, and why."""

    dimension: str
    code: str
    reason: Text
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How printed tables become one data set."""

    slug: str
    file: YamlFile
    title: Text
    description: Text
    notes: tuple[Text, ...]
    uses: tuple[TableUse, ...]
    measure: str | None
    unit: str | None
    numbers: str
    totals: dict[str, str]
    missing: tuple[MissingPeriod, ...]
    cells: bool


def read_mappings(project: Project, faults: list[Fault], only: Iterable[str] = ()) -> list[Mapping]:
    """Read the mappings of a project in the order of their slugs, or only those asked for."""
    wanted = set(only)
    found = []
    for path in sorted((project.root / "mappings").glob("*.y*ml")):
        if path.suffix == ".yml":
            faults.append(fault("wrong-file-name", project.shown(path), name=path.name))
        elif not wanted or path.stem in wanted:
            mapping = read_mapping(path, project, faults)
            if mapping:
                found.append(mapping)
    return found


def read_mapping(path: Path, project: Project, faults: list[Fault]) -> Mapping | None:
    """Read one mapping; returns None when it cannot be used, with the reasons in ``faults``."""
    shown = project.shown(path)
    if not SLUG.fullmatch(path.stem):
        faults.append(fault("wrong-file-name", shown, name=path.name))
        return None
    file = read_yaml(path, shown, "mapping.schema.json", faults)
    if file is None:
        return None
    data = file.data
    return Mapping(
        slug=path.stem,
        file=file,
        title=data["title"],
        description=data["description"],
        notes=tuple(data.get("notes", ())),
        uses=tuple(
            _read_use(data, entry, ("tables", index)) for index, entry in enumerate(data["tables"])
        ),
        measure=data.get("measure"),
        unit=data.get("unit"),
        numbers=data.get("numbers", project.numbers),
        totals=data.get("totals", {}),
        missing=tuple(
            MissingPeriod(
                dimension=next(key for key in entry if key != "reason"),
                code=next(value for key, value in entry.items() if key != "reason"),
                reason=entry["reason"],
                steps=("missing", index),
            )
            for index, entry in enumerate(data.get("missing", ()))
        ),
        cells=data.get("cells", "true") == "true",
    )


def _read_use(data: dict[str, Any], entry: str | dict[str, Any], steps: Steps) -> TableUse:
    """Return a table with what stands at it put over what stands at the top level."""
    own = {"table": entry} if isinstance(entry, str) else entry
    document, table = own["table"].split("/")

    def steps_of(key: str) -> Steps:
        return (*steps, key) if key in own else (key,)

    def of(key: str, default: Any) -> Any:
        return own.get(key, data.get(key, default))

    return TableUse(
        document=document,
        table=table,
        rows=_read_axis(of("rows", []), steps_of("rows")),
        columns=_read_axis(of("columns", []), steps_of("columns")),
        fixed=data.get("fixed", {}) | own.get("fixed", {}),
        take=tuple(of("take", ())),
        leave=tuple(of("leave", ())),
        steps=steps,
    )


def _read_axis(value: str | list[str] | dict[str, dict[str, str]], steps: Steps) -> Axis:
    if isinstance(value, dict):
        names = tuple(dict.fromkeys(name for codes in value.values() for name in codes))
        return Axis(dimensions=names, labels=value, steps=steps)
    names = (value,) if isinstance(value, str) else tuple(value)
    return Axis(dimensions=names, labels=None, steps=steps)
