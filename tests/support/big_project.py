"""A project with a plain crosstab of any size, for measurements and for tests of streaming."""

from __future__ import annotations

import random
import re
from pathlib import Path

from publish.project.new_project import start_project

PLACES = 500
AGES = 20
PLACE_QUARTERS = PLACES * AGES
"""Rows of the crosstab; every ten columns (quarters) make 100,000 observations."""

DIMENSION = """
ns:{name}
    a rdf:Property, qb:DimensionProperty, qb:CodedProperty ;
    rdfs:label "{name}"@nl, "{name}"@en ;
    rdfs:range skos:Concept ; qb:concept <http://purl.org/linked-data/sdmx/2009/concept#age> ;
    qb:codeList <id/conceptscheme/{name}> .
"""

CONCEPT = """
code:{code} a skos:Concept ;
    skos:prefLabel "{code}"@nl, "{code}"@en ;
    skos:definition "{code}"@nl, "{code}"@en ;
    skos:notation "{code}" ;
    skos:inScheme <id/conceptscheme/{name}> ;
    pub:volgorde {order} .
"""


ALL_EXPORTS = '# exports = ["csv", "xlsx", "jsonstat", "sdmx", "parquet"]'
NO_EXPORTS = "exports = []"
"""A setting that saves near half a second for each data set of a build."""


def start_without_bounds(folder: Path) -> None:
    """Start a project whose measures can have any value, as tests use any."""
    start_project(folder, vocabulary="proef")
    measures = folder / "ontology" / "measures.ttl"
    text = measures.read_text(encoding="utf-8")
    bare = re.sub(r" ;\n    pub:(?:kleinste|grootste) [0-9]+", "", text)
    assert bare != text
    measures.write_text(bare, encoding="utf-8")
    settings = folder / "publish.toml"
    text = settings.read_text(encoding="utf-8")
    assert ALL_EXPORTS in text
    settings.write_text(text.replace(ALL_EXPORTS, NO_EXPORTS), encoding="utf-8")


def export_everything(folder: Path) -> None:
    """Let releases of such a project have the files of all exports again."""
    settings = folder / "publish.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(NO_EXPORTS, ALL_EXPORTS), encoding="utf-8")


def make_big_project(folder: Path, observations: int, *, cells: bool = False) -> Path:
    """Make a project with one crosstab of places and ages by quarter, and return its folder."""
    start_without_bounds(folder)
    dimensions = folder / "ontology" / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    for name, count in (("plaats", PLACES), ("leeftijd", AGES)):
        text += DIMENSION.format(name=name)
        scheme = f"""
@prefix code: <id/concept/{name}/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/conceptscheme/{name}> a skos:ConceptScheme ; pub:optelbaar true ;
    skos:prefLabel "{name}"@nl, "{name}"@en .
"""
        codes = [f"{name[0].upper()}{number:03d}" for number in range(count)]
        scheme += "".join(
            CONCEPT.format(code=code, name=name, order=order) for order, code in enumerate(codes)
        )
        path = folder / "ontology" / "codelists" / f"{name}.ttl"
        path.write_text(scheme, encoding="utf-8")
    dimensions.write_text(text, encoding="utf-8")
    quarters = observations // PLACE_QUARTERS
    labels = [f"{1950 + number // 4} - K{number % 4 + 1}" for number in range(quarters)]
    table = folder / "mappings" / "bron" / "groot.csv"
    table.parent.mkdir(parents=True)
    random.seed(quarters)
    with table.open("w", encoding="utf-8") as out:
        out.write(",".join(["plaats", "leeftijd", *labels]) + "\n")
        for place in range(PLACES):
            for age in range(AGES):
                figures = [
                    f'"{random.randrange(1, 99)}.{random.randrange(1000):03d},{cents:02d}"'
                    for cents in (random.randrange(100) for _ in range(quarters))
                ]
                out.write(f"P{place:03d},L{age:03d}," + ",".join(figures) + "\n")
    (folder / "mappings" / "groot.yaml").write_text(
        f"""mapping: 1
title: {{nl: Groot, en: Large}}
description: {{nl: Een grote tabel., en: A large table.}}
tables: [bron/groot]
rows: [plaats, leeftijd]
columns: kwartaal
measure: percentage
cells: {str(cells).lower()}
""",
        encoding="utf-8",
    )
    return folder
