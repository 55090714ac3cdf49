"""A table of any size with five dimensions, and faults of twelve kinds planted at known places."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from big_project import CONCEPT, start_without_bounds
from small_project import DIMENSION, SCHEME

AGES, SEXES, STATUSES = 10, ("M", "V", "_T"), ("A", "B", "C", "D")
LISTS = {"leeftijd": AGES, "plaats": 0}
BEFORE = 3
"""Label columns besides that of the place: age, sex and status."""

Place = tuple[str, int, int]
"""A code of a fault with its line and column."""


@dataclass(frozen=True, kw_only=True)
class FaultyProject:
    """A project, and the faults that were planted in its table."""

    root: Path
    observations: int
    planted: list[Place]


def make_project(
    folder: Path, *, places: int, quarters: int, faults: int, seed: int = 1
) -> FaultyProject:
    """Make a project with places × 120 rows and a column a quarter, and so many faults in it.

    Every sex but the total is drawn; the total is their sum, so that each total can be checked.
    """
    chance = random.Random(seed)
    start_without_bounds(folder)
    _write_ontology(folder, places)
    labels = [f"{1900 + number // 4} - K{number % 4 + 1}" for number in range(quarters)]
    lines = list(_rows(chance, places, quarters))
    planted: list[Place] = []
    total = places * AGES * len(SEXES) * len(STATUSES)
    for number, at in enumerate(sorted(chance.sample(range(0, total, 3), faults))):
        planted += PLANT[number % len(PLANT)](lines, at, chance)
    table = folder / "mappings" / "bron" / "tabel.csv"
    table.parent.mkdir(parents=True)
    line, at_line = 2, {}
    with table.open("w", encoding="utf-8") as out:
        out.write(",".join(["plaats", "leeftijd", "geslacht", "statuut", *labels]) + "\n")
        for number, cells in enumerate(lines):
            at_line[number] = line
            out.write(",".join(cells) + "\n")
            line += 1
    (folder / "mappings" / "proef.yaml").write_text(
        """mapping: 1
title: {nl: Proef, en: Trial}
description: {nl: Een proef., en: A trial.}
tables: [bron/tabel]
rows: [plaats, leeftijd, geslacht, statuut]
columns: kwartaal
measure: aantal
totals: {geslacht: complete}
cells: false
""",
        encoding="utf-8",
    )
    return FaultyProject(
        root=folder,
        observations=total * quarters,
        planted=sorted((code, row + 2, column) for code, row, column in planted),
    )


def _write_ontology(folder: Path, places: int) -> None:
    dimensions = folder / "ontology" / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    lists = {
        "plaats": [f"P{number:03d}" for number in range(places)],
        "leeftijd": [f"L{number:02d}" for number in range(AGES)],
        "geslacht": list(SEXES),
        "statuut": list(STATUSES),
    }
    for name, codes in lists.items():
        text += DIMENSION.format(name=name)
        scheme = SCHEME.format(name=name)
        for order, code in enumerate(codes):
            concept = CONCEPT.format(code=code, name=name, order=order)
            if code == "_T":
                concept = concept.replace("skos:Concept ;", "skos:Concept, pub:Totaal ;")
            scheme += concept
        path = folder / "ontology" / "codelists" / f"{name}.ttl"
        path.write_text(scheme, encoding="utf-8")
    dimensions.write_text(text, encoding="utf-8")
    measures = folder / "ontology" / "measures.ttl"
    text = measures.read_text(encoding="utf-8")
    measures.write_text(
        text.replace("rdfs:range xsd:integer ;", "rdfs:range xsd:integer ; pub:kleinste 0 ;"),
        encoding="utf-8",
    )


def _rows(chance: random.Random, places: int, quarters: int) -> Iterator[list[str]]:
    """Yield the rows: for each place, age and status the sexes and then their total."""
    for place in range(places):
        for age in range(AGES):
            for status in STATUSES:
                men = [chance.randrange(1, 5000) for _ in range(quarters)]
                women = [chance.randrange(1, 5000) for _ in range(quarters)]
                both = [one + other for one, other in zip(men, women, strict=True)]
                for sex, figures in zip(SEXES, (men, women, both), strict=True):
                    yield [f"P{place:03d}", f"L{age:02d}", sex, status, *map(str, figures)]


def _column(cells: list[str], at: int) -> int:
    """Return the column, from 1, at which a cell of a row begins in its line."""
    return sum(len(cell) + 1 for cell in cells[:at]) + 1


def _cell(code: str, text: str):  # type: ignore[no-untyped-def]
    """Return a fault of one cell with a text."""

    def plant(lines: list[list[str]], at: int, chance: random.Random) -> list[Place]:
        place = chance.randrange(BEFORE + 1, len(lines[at]))
        lines[at][place] = text
        return [(code, at, _column(lines[at], place))]

    return plant


def _label(code: str, level: int, text: str):  # type: ignore[no-untyped-def]
    def plant(lines: list[list[str]], at: int, _: random.Random) -> list[Place]:
        lines[at][level] = text
        return [(code, at, _column(lines[at], level))]

    return plant


def _again(lines: list[list[str]], at: int, _: random.Random) -> list[Place]:
    """Let the row of one sex be that of the other, so that it is there twice."""
    lines[at + 1][2] = lines[at][2]
    return [("duplicate-observation", at + 1, 1)]


def _ragged(lines: list[list[str]], at: int, _: random.Random) -> list[Place]:
    lines[at] = lines[at][:-1]
    return [("ragged-row", at, 1)]


def _wrong_total(lines: list[list[str]], at: int, chance: random.Random) -> list[Place]:
    place = chance.randrange(BEFORE + 1, len(lines[at]))
    lines[at + 2][place] = str(int(lines[at + 2][place]) + 7)
    return [("total-differs", at + 2, _column(lines[at + 2], place))]


def _negative(lines: list[list[str]], at: int, chance: random.Random) -> list[Place]:
    """Let one part be less than nothing, and the total with it."""
    place = chance.randrange(BEFORE + 1, len(lines[at]))
    other = int(lines[at + 1][place])
    lines[at][place], lines[at + 2][place] = "-3", str(other - 3)
    return [("out-of-range", at, _column(lines[at], place))]


PLANT = [
    _cell("not-a-number", "onbekend"),
    _cell("empty-cell", ""),
    _cell("wrong-number-mark", "1'234"),
    _cell("number-too-long", "1" * 25),
    _cell("not-whole", '"3,5"'),
    _cell("percent-mismatch", "5 %"),
    _cell("formula-text", "=cmd|x"),
    _label("unknown-code", 1, "L0x"),
    _again,
    _ragged,
    _wrong_total,
    _negative,
]
"""How faults of twelve kinds are planted in the first of the three rows of a group."""
