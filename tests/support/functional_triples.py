"""What the columns for queries say of observations, and the same of their RDF."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
QB = "http://purl.org/linked-data/cube#"
ATTRIBUTE = "http://purl.org/linked-data/sdmx/2009/attribute#"


def about_query_columns(path: Path) -> dict[str, Any]:
    """Return what a file of columns for queries says of itself."""
    with duckdb.connect(str(path), read_only=True) as connection:
        [(text,)] = connection.execute("SELECT content FROM about").fetchall()
    found: dict[str, Any] = json.loads(text)
    return found


def functional_triples(path: Path) -> dict[str, list[str]]:
    """Return by data set all that a file of columns says, as sorted lines of N-Triples."""
    about = about_query_columns(path)
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            cube["slug"]: sorted(_triples(connection, number, about, cube))
            for number, cube in enumerate(about["cubes"])
        }


def _triples(
    connection: duckdb.DuckDBPyConnection, number: int, about: dict[str, Any], cube: dict[str, Any]
) -> list[str]:
    known: dict[tuple[int, int], tuple[str, str]] = {
        (dimension, code): (text, iri)
        for dimension, code, text, iri in connection.execute(
            "SELECT dimension, number, code, iri FROM codes WHERE cube = ?", [number]
        ).fetchall()
    }
    measures = {item["number"]: item for item in cube["measures"]}
    columns = [item["column"] for item in cube["dimensions"]]
    rows = connection.execute(
        f"SELECT {', '.join(columns)}, value::VARCHAR, decimals, status FROM {cube['table']}"
    ).fetchall()
    lines = []
    for *keys, value, decimals, status in rows:
        codes = [known[pair] for pair in enumerate(keys)]
        subject = f"<{cube['head']}{'/'.join(text for text, _ in codes)}>"
        measure = measures[keys[-1]]
        said = [
            (TYPE, f"<{QB}Observation>"),
            (f"{QB}dataSet", f"<{cube['data_set']}>"),
            (f"{ATTRIBUTE}unitMeasure", f"<{measure['unit']}>"),
            (f"{ATTRIBUTE}obsStatus", f"<{about['statuses'][status]}>"),
        ]
        said += [
            (item["property"], f"<{iri}>")
            for item, (_, iri) in zip(cube["dimensions"], codes, strict=True)
        ]
        if value is not None:
            front, _, back = value.partition(".")
            text = f"{front}.{back}".rstrip("0").rstrip(".") if back else front
            said.append((measure["property"], f'"{text}"^^<{measure["datatype"]}>'))
            said.append((f"{ATTRIBUTE}decimals", f"<{about['decimals']}{decimals}>"))
        lines += [f"{subject} <{predicate}> {value} ." for predicate, value in said]
    return lines


def functional_properties(cube: dict[str, Any]) -> set[str]:
    """Return the properties of a data set that are columns."""
    properties = {TYPE, f"{QB}dataSet"}
    properties |= {f"{ATTRIBUTE}{name}" for name in ("unitMeasure", "obsStatus", "decimals")}
    return properties | {item["property"] for item in (*cube["dimensions"], *cube["measures"])}


def of_these_properties(lines: Iterable[str], cube: dict[str, Any]) -> list[str]:
    """Return the lines about observations of a data set that the columns should say, sorted."""
    named = {f"<{iri}>" for iri in functional_properties(cube)}
    return sorted(
        line
        for line in lines
        if line.startswith(f"<{cube['head']}") and line.split(" ", 2)[1] in named
    )
