"""A reader of CSV on the Web, the npm package rdf-parser-csvw, and what it makes of a data set."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

NODE = Path(__file__).with_name("node")
READER = NODE / "csvw_triples.mjs"
NUMBERS = ("http://www.w3.org/2001/XMLSchema#decimal", "http://www.w3.org/2001/XMLSchema#integer")

Statement = tuple[str, str, str]
"""Subject, property and value; a number without zeros at its end, with its datatype."""


def statements_of_csvw(dumps: Path, metadata: Iterable[str]) -> set[Statement]:
    """Return what the reader makes of CSV files by their metadata; skips the test without it.

    What it says of rows and tables, which are blank nodes of the standard mode, is left out.
    """
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "rdf-parser-csvw").is_dir():
        pytest.skip("rdf-parser-csvw is not installed (npm ci --prefix tests/support/node)")
    tables = []
    for name in metadata:
        content = json.loads((dumps / name).read_text(encoding="utf-8"))
        # The reader knows no groups, so each table is handed to it alone.
        for table in content.get("tables", [content]):
            path = str(dumps / table["url"])
            tables.append({"path": path, "table": {"@context": content["@context"], **table}})
    done = subprocess.run(
        [node, str(READER)],
        input=json.dumps(tables),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = statements(done.stdout.encode())
    return {item for item in found if not item[0].startswith("_:")}


def statements(n_triples: bytes) -> set[Statement]:
    """Return the statements of N-Triples, numbers in one way of writing."""
    return {
        (str(triple.subject), triple.predicate.value, _canonical(triple.object))
        for triple in ox.parse(n_triples, format=ox.RdfFormat.N_TRIPLES)
    }


def about_observations(found: Iterable[Statement]) -> set[Statement]:
    """Return the statements with an observation as subject or object."""
    return {item for item in found if any("/id/observatie/" in part for part in item[::2])}


def _canonical(term: ox.Term) -> str:
    if isinstance(term, ox.Literal) and term.datatype.value in NUMBERS:
        return f"{Decimal(term.value).normalize() + 0:f} {term.datatype.value}"
    return str(term)
