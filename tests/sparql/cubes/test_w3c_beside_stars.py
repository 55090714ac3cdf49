"""The queries of W3C's suites with a star of observations beside their patterns: the same answers.

By themselves they are about no cube and go to the engine. With a star in their outermost group the
recogniser has to read, keep or refuse each construction of SPARQL around it.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb
import pyoxigraph as ox
import pytest
from sameness.answers import of_columns, of_engine
from sameness.example import example_world
from sameness.syntax import Asked
from sameness.writing import as_store, write_columns
from shared_material import shared_folder
from w3c_suite import EVALUATION, Case, Suites

from publish.sparql.cubes.answering import CubeAnswers
from publish.sparql.cubes.tree.parsing import parsed

STAR = """
  ?cubeObservation <http://purl.org/linked-data/cube#dataSet> <http://x.example/id/dataset/eerste> ;
    <http://x.example/ns/leeftijd> <http://x.example/id/concept/leeftijd/10> ;
    <http://x.example/ns/geslacht> ?cubeCode .
"""
OPEN = re.compile(
    r"\b(?:LIMIT|OFFSET|SAMPLE|REDUCED|GROUP_CONCAT|BNODE|UUID|STRUUID|NOW|RAND)\b", re.I
)
"""What leaves open which of several answers is given."""
MEMORY = 256 << 20


def with_star(text: str) -> str | None:
    """Return a query with a star in its outermost group; None for one that has no such group."""
    coded, root = parsed(text)
    groups = [
        group
        for body in root.children
        for where in body.children
        if where.type == "where_clause"
        for group in where.children
        if group.type == "group_graph_pattern"
    ]
    if len(groups) != 1 or any(child.type == "sub_select" for child in groups[0].children):
        return None
    at = groups[0].start_byte + 1
    return (coded[:at] + STAR.encode() + coded[at:]).decode()


def differs(
    answers: CubeAnswers, store: ox.Store, case: Case, text: str, ways: Counter[str]
) -> str | None:
    """Return what columns answer otherwise than the engine."""
    asked = Asked(text=text, base=case.address)
    found = of_columns(answers, asked)
    ways[answers.plan.way if found else "engine"] += 1
    if found is None:
        return None
    expected = of_engine(store, text, case.address)
    same = (found.form, found.names, found.truth) == (expected.form, expected.names, expected.truth)
    if OPEN.search(text):
        same = same and len(found.rows) == len(expected.rows)
    else:
        same = same and sorted(map(str, found.rows)) == sorted(map(str, expected.rows))
        same = same and len(found.triples) == len(expected.triples)
    return None if same else f"{case.name}: {answers.plan}\n{text}\n{found}\n{expected}"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_answer_as_the_engine_does(tmp_path: Path) -> None:
    """Whatever stands beside a star, its query has the answer that the engine gives."""
    folder = shared_folder()
    root = folder / "conformance" / "rdf-tests" / "sparql" if folder else None
    if root is None or not root.is_dir():
        pytest.skip("needs the shared material: the tests of W3C")
    suites, world = Suites(root), example_world()
    with duckdb.connect(":memory:") as connection:
        write_columns(world, tmp_path / "columns.duckdb", connection)
    wrong: list[str] = []
    ways: Counter[str] = Counter()
    for name in suites.folders():
        for data, cases in suites.by_data(name).items():
            store = as_store(world)
            store.load(suites.as_quads(data), format=ox.RdfFormat.N_QUADS)
            answers = CubeAnswers(tmp_path, store, memory=MEMORY, fewest=0)
            answers.warm_up()
            for case in cases:
                if case.kind == EVALUATION:
                    text = with_star(case.query.read_text(encoding="utf-8"))
                    if text is not None:
                        wrong += filter(None, [differs(answers, store, case, text, ways)])
            answers.close()
    assert not wrong, "\n\n".join(wrong[:5])
    assert ways["columns-and-engine"] > 100, ways
