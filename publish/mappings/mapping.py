"""Mappings: which printed tables become one data set, and how (format 1).

``mappings/<slug>.yaml`` becomes a Mapping, in which what stands at a table has been merged with
what stands at the top. The stem of the file is the data set's slug everywhere. Whether the names
exist is judged where the tables are read, with the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from publish.faults.fault import Fault, fault
from publish.mappings.declarations import Declarations, parts_of, read_declarations
from publish.project.files import usable_folder
from publish.project.iris import SLUG
from publish.project.project import Project, Text
from publish.project.publication import judge_value
from publish.project.yaml import Steps, YamlFile, read_yaml

OPEN = "OPEN"
"""What stands in a mapping where a person must choose."""

MEASURE = "measure"
"""The name of the measure dimension (qb:measureType), the last of every cube."""


SCHEMA = (resources.files("publish.mappings") / "schema/mapping.schema.json").read_text("utf-8")
"""The JSON Schema of the file, which editors complete from too."""


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

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The rows and the columns."""
        return self.rows, self.columns


@dataclass(frozen=True, kw_only=True)
class MissingPeriod:
    """A period for which the source says that it gives no figures, and why."""

    dimension: str
    code: str
    reason: Text
    question: str | None
    """The number of the sub-question in which its figures were asked for."""
    lines: str | None
    """The lines of the source that say that there are none."""
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class Method:
    """Whether the figures are a stock, a flow or an average, and what the source says of it."""

    code: str
    """A code of the list meetwijze."""
    text: Text


@dataclass(frozen=True, kw_only=True)
class CellReference:
    """A cell of a printed table, row and column counted from 1, the header included."""

    table: str | None
    """As ``<document>/<table>``; None for the only table of a mapping."""
    row: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A remark on the quality of figures: of all, or of those with the codes of ``at``."""

    name: str
    about: str
    """A code of the list kwaliteit."""
    at: dict[str, str]
    text: Text
    steps: Steps
    acknowledges: str | None = None
    """The kind of fault that the source has there, where the remark acknowledges one."""
    cell: CellReference | None = None
    """The cell of the one figure that is meant, instead of its codes."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """A data set that is added up in a derived one."""

    slug: str
    fixed: dict[str, str]
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How a data set is made from others: added up to wider classes."""

    inputs: tuple[Input, ...]
    classes: dict[str, str]
    """Per dimension of the inputs the dimension with the wider classes."""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How printed tables become one data set."""

    slug: str
    file: YamlFile
    title: Text
    description: Text
    topic: Text | None
    """The subject under which pages list it."""
    notes: tuple[Text, ...]
    uses: tuple[TableUse, ...]
    measure: str | None
    unit: str | None
    numbers: str
    totals: dict[str, str]
    """Per dimension with a total whether its parts are complete or incomplete."""
    declarations: Declarations
    """What is declared of the figures besides, so that it can be checked."""
    missing: tuple[MissingPeriod, ...]
    marks: dict[str, dict[str, str]]
    """Signs for figures that are not shown, as declared."""
    note_marks: tuple[str, ...]
    """Marks beside figures that are shown; their notes are among ``notes``."""
    method: Method | None
    area: str | None
    """The area the figures are about, as ``<code list>/<code>``."""
    remarks: tuple[Remark, ...]
    derivation: Derivation | None
    """How the data set is made from others; it then has no tables."""
    most_cells: int | None
    """Up to how many observations the source cells are published; None for any number."""
    for_portals: dict[str, Any]
    """Keywords, themes and frequency, where they are not those of all data sets."""


FOR_PORTALS = ("keywords", "themes", "frequency")
"""Keys that say something for catalogues only, each also one of ``[catalogue]``."""
NOT_DERIVED = (
    "take", "leave", "rows", "columns", "fixed", "measure", "unit", "numbers", "encoding",
    "missing", "marks", "note-marks", "shares", "cells", "hidden",
)  # fmt: skip
"""Keys that say how tables are read, which a derived data set has none of."""


def read_mappings(project: Project, faults: list[Fault], only: Iterable[str] = ()) -> list[Mapping]:
    """Read the mappings of a project in the order of their slugs, or only those asked for."""
    folder = project.root / "mappings"
    if not usable_folder(folder, project.root, faults):
        return []
    paths = sorted(
        path
        for path in folder.glob("*.*")
        if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".")
    )
    sound = (path for path in paths if path.suffix == ".yaml" and SLUG.fullmatch(path.stem))
    named = {path.stem: path for path in sound}
    usable: dict[str, Path] = {}
    for path in paths:
        other, shown = named.setdefault(path.stem.lower(), path), project.shown(path)
        if other != path:
            faults.append(fault("same-slug", shown, other=project.shown(other)))
        elif path.suffix != ".yaml":
            faults.append(fault("wrong-file-name", shown, name=path.name))
        else:
            usable[path.stem] = path
    wanted = set(only) or usable.keys()
    found = [read_mapping(path, project, faults) for slug, path in usable.items() if slug in wanted]
    # What a derived data set is made from has to be read with it.
    derivations = [mapping.derivation for mapping in found if mapping and mapping.derivation]
    needed = {item.slug for derivation in derivations for item in derivation.inputs} - wanted
    found += [read_mapping(usable[slug], project, faults) for slug in needed & usable.keys()]
    return sorted(filter(None, found), key=lambda mapping: mapping.slug)


def read_mapping(path: Path, project: Project, faults: list[Fault]) -> Mapping | None:
    """Read one mapping; returns None when it cannot be used, with the reasons in ``faults``."""
    shown = project.shown(path)
    if not SLUG.fullmatch(path.stem):
        faults.append(fault("wrong-file-name", shown, name=path.name))
        return None
    file = read_yaml(path, shown, SCHEMA, faults, project.root)
    if file is None:
        return None
    data = file.data
    if ("tables" in data) == ("derived" in data):
        faults.append(fault("tables-or-derived", *file.place()))
        return None
    if "derived" in data and (extra := [key for key in NOT_DERIVED if key in data]):
        faults.extend(fault("not-for-derived", *file.place(key), key=key) for key in extra)
        return None
    for_portals = {key: data[key] for key in FOR_PORTALS if key in data}
    for key, value in for_portals.items():
        faults.extend(judge_value(key, key, value, partial(file.place, key)))
    numbers, method = data.get("numbers", OPEN), data.get("method")
    numbers = project.numbers if numbers == OPEN else numbers
    return Mapping(
        slug=path.stem,
        file=file,
        title=data["title"],
        description=data["description"],
        topic=data.get("topic"),
        notes=(*data.get("notes", ()), *_notes_of_marks(data)),
        uses=tuple(
            _read_use(data, entry, ("tables", index))
            for index, entry in enumerate(data.get("tables", ()))
        ),
        measure=data.get("measure"),
        unit=data.get("unit"),
        numbers=numbers,
        totals={name: parts_of(entry) for name, entry in data.get("totals", {}).items()},
        declarations=read_declarations(file, numbers, faults),
        missing=tuple(
            _read_missing(entry, ("missing", index))
            for index, entry in enumerate(data.get("missing", ()))
        ),
        marks=data.get("marks", {}),
        note_marks=tuple(data.get("note-marks", ())),
        method=Method(code=method["code"], text=_text(method)) if method else None,
        area=data.get("area"),
        remarks=(*read_remarks(data), *_read_acknowledged(file, faults)),
        derivation=_read_derivation(data["derived"]) if "derived" in data else None,
        most_cells=_read_most_cells(data.get("cells", "true")),
        for_portals=for_portals,
    )


def _read_missing(entry: dict[str, Any], steps: Steps) -> MissingPeriod:
    """Return a period that is missing: its dimension is the key that is none of the others."""
    known = ("reason", "question", "lines")
    [(dimension, code)] = ((key, value) for key, value in entry.items() if key not in known)
    return MissingPeriod(
        dimension=dimension,
        code=code,
        reason=entry["reason"],
        question=entry.get("question"),
        lines=entry.get("lines"),
        steps=steps,
    )


def _notes_of_marks(data: dict[str, Any]) -> Iterator[Text]:
    """Yield the note of each mark beside figures, the mark before it."""
    for sign, note in data.get("note-marks", {}).items():
        mark = sign.replace("#", "").strip()
        yield {language: f"{mark}: {text}" for language, text in note.items()}


def read_remarks(data: dict[str, Any]) -> tuple[Remark, ...]:
    """Return the remarks on quality of a mapping or a document."""
    return tuple(
        Remark(
            name=name,
            about=entry["about"],
            at=entry.get("at", {}),
            text=_text(entry),
            steps=("quality", name),
        )
        for name, entry in data.get("quality", {}).items()
    )


SOURCE_FAULT = "BRONFOUT"
"""The aspect of quality of what is acknowledged, unless another is named."""


def _read_acknowledged(file: YamlFile, faults: list[Fault]) -> Iterator[Remark]:
    """Yield the remarks that acknowledge a fault of the source; their names are theirs alone."""
    for name, entry in file.data.get("acknowledged", {}).items():
        steps = ("acknowledged", name)
        if name in file.data.get("quality", {}):
            _, first, _ = file.place("quality", name)
            faults.append(fault("duplicate-key", *file.place(*steps), key=name, first=first))
            continue
        cell = None
        if "cell" in entry:
            row, _, column = entry["cell"].partition(",")
            cell = CellReference(table=entry.get("table"), row=int(row), column=int(column))
        yield Remark(
            name=name,
            about=entry.get("about", SOURCE_FAULT),
            at=entry.get("at", {}),
            text=_text(entry),
            steps=steps,
            acknowledges=entry["code"],
            cell=cell,
        )


def _read_derivation(entry: dict[str, Any]) -> Derivation:
    inputs = tuple(
        Input(slug=item["data-set"], fixed=item.get("fixed", {}), steps=("derived", "from", at))
        for at, item in enumerate(entry["from"])
    )
    return Derivation(inputs=inputs, classes=entry["classes"])


def _text(entry: dict[str, Any]) -> Text:
    return {"nl": entry["nl"], "en": entry["en"]}


def _read_most_cells(text: str) -> int | None:
    return {"true": None, "false": 0}[text] if text in ("true", "false") else int(text)


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
