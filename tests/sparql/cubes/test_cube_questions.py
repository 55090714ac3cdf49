"""The questions of `make bench` are what they say: the SQL and every spelling answer the same."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import duckdb
import pyoxigraph as ox
import pytest
from cube_answers import differs_from_columns, differs_from_engine
from cube_questions import KINDS, MEASURE_TYPE, Asking, Cube, read_cube
from cube_spelling import QB, RDF, RDFS, SKOS, WAYS

NS = "https://x.example/ns#"
HEAD = "https://x.example/id/observatie/p/"
SIZES = {"kwartaal": 3, "geslacht": 2, "leeftijd": 3, "plaats": 2, "statuut": 2, "measure": 1}


@pytest.fixture(scope="module")
def cube_and_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cube, Path, ox.Store]:
    """A cube of a few observations, of which one key is there twice, as columns and triples."""
    path = tmp_path_factory.mktemp("columns") / "columns.duckdb"
    dimensions = [
        {"name": name, "column": f"d{at}", "property": NS + name, "size": size}
        for at, (name, size) in enumerate(SIZES.items())
    ]
    dimensions[-1]["property"] = MEASURE_TYPE
    about = {
        "data_set": "https://x.example/id/dataset/p",
        "table": "cube_0",
        "head": HEAD,
        "observations": 73,
        "dimensions": dimensions,
        "measures": [{"property": NS + "aantal"}],
    }
    keys = list(itertools.product(*map(range, SIZES.values())))
    rows = [(*key, 37 * at % 11 * 900) for at, key in enumerate(keys)]
    rows.append(rows[40])
    store = ox.Store()
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE about AS SELECT ? AS content", [json.dumps({"cubes": [about]})]
        )
        connection.execute(
            "CREATE TABLE codes(cube INT, dimension INT, number INT, code VARCHAR, iri VARCHAR)"
        )
        for at, (name, size) in enumerate(SIZES.items()):
            for number in range(size):
                code, iri = f"{name[0]}{number}", f"https://x.example/id/{name}/{name[0]}{number}"
                connection.execute(
                    "INSERT INTO codes VALUES (0, ?, ?, ?, ?)", [at, number, code, iri]
                )
                for tag in ("nl", "en"):
                    for label in (SKOS + "prefLabel", RDFS + "label"):
                        _add(store, iri, label, ox.Literal(code, language=tag))
        names = ", ".join(f"d{at} UTINYINT" for at in range(len(SIZES)))
        connection.execute(f"CREATE TABLE cube_0({names}, value DECIMAL(18, 0))")
        connection.executemany(f"INSERT INTO cube_0 VALUES ({', '.join('?' * 7)})", rows)
    cube = read_cube(path)
    for at, row in enumerate(rows):
        axes = list(cube.axes.values())
        iri = HEAD + "/".join(axis.texts[row[n]] for n, axis in enumerate(axes))
        iri += "/again" if at == len(keys) else ""
        _add(store, iri, RDF + "type", ox.NamedNode(QB + "Observation"))
        _add(store, iri, QB + "dataSet", ox.NamedNode(cube.data_set))
        _add(store, iri, cube.measure, ox.Literal(row[-1]))
        for n, axis in enumerate(axes):
            _add(store, iri, axis.property, ox.NamedNode(axis.codes[row[n]]))
    return cube, path, store


def _add(store: ox.Store, subject: str, property_: str, value: ox.NamedNode | ox.Literal) -> None:
    store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(property_), value))


@pytest.mark.parametrize("kind", KINDS)
def test_question_of_each_kind_has_the_answer_of_its_sql_in_every_spelling(
    kind: str, cube_and_store: tuple[Cube, Path, ox.Store]
) -> None:
    """A comparison of wrong questions would be worth nothing."""
    cube, path, store = cube_and_store
    chance, texts = random.Random(kind), set()
    with duckdb.connect(str(path), read_only=True) as connection:
        for way in WAYS * 2:
            question = KINDS[kind](Asking(cube, chance, way))
            texts.add(question.text)
            rows = connection.execute(question.sql).fetchall()
            found = store.query(question.text)
            body = (
                found.serialize(format=ox.RdfFormat.N_TRIPLES).decode()
                if isinstance(found, ox.QueryTriples)
                else json.loads(found.serialize(format=ox.QueryResultsFormat.JSON))
            )
            if not rows or kind in ("look-up by IRI", "description", "one look-up"):
                rows = rows[:1]  # of the key that is there twice the other observation is not asked
            if kind == "one look-up":
                body["results"]["bindings"] = body["results"]["bindings"][:1]
            assert not differs_from_columns(cube, question, body, rows), question.text
            assert not differs_from_engine(question, body, body)
    assert len(texts) > len(WAYS), "the spellings are the same text"


def test_answers_that_differ_are_told_apart(
    cube_and_store: tuple[Cube, Path, ox.Store],
) -> None:
    """Another figure, a row too many and another order of what is ordered are differences."""
    cube = cube_and_store[0]
    question = KINDS["one series, labels"](Asking(cube, random.Random(1), "list"))
    codes = cube.axes["kwartaal"].codes

    def body(*rows: tuple[int, int]) -> dict[str, object]:
        found = [{"q": {"value": codes[at]}, "v": {"value": str(n)}} for at, n in rows]
        return {"head": {"vars": ["q", "v", "l"]}, "results": {"bindings": found}}

    right = body((0, 5), (1, 7))
    for other in (body((0, 5), (1, 8)), body((0, 5)), body((1, 7), (0, 5))):
        assert differs_from_engine(question, other, right)
        assert differs_from_columns(cube, question, other, [(0, 5), (1, 7)])
    assert not differs_from_engine(question, right, right)
    assert not differs_from_columns(cube, question, right, [(0, 5), (1, 7)])
