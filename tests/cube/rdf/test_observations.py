"""Observations as N-Triples: canonical, in the order of the table, the same in any blocks."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import Built, built
from cubes_as_columns import random_cube, triples_of
from small_project import SmallProject

from publish.cube.rdf import observations as triples
from publish.cube.rdf.observations import _escape
from publish.rdf.namespaces import QB, RDF
from publish.tables import table as tables

EVERYTHING = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x20000)]))
"""Every character of the first two planes: controls, quotes, spaces and non-characters."""


def test_write_observation_with_its_triples(project: SmallProject) -> None:
    """An observation is these triples and no others."""
    path = project.table('x,2022 - K1,bronregel\n_T,"12,50",79\n')
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: bedrag\n"
        "totals: {leeftijd: incomplete}\n"
    )
    answer = built(project.read())
    base = "https://data.example.org"
    [table] = (answer.folder / "tables" / "bron").iterdir()
    assert (table / "tabel.csv").read_bytes() == path.read_bytes()
    o = f"<{base}/id/observatie/proef/2022-Q1/_T/bedrag>"
    cell = f"<{base}/id/tabel/bron/{table.name}/tabel.csv#cell=2,2>"
    rdf = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    qb, sdmx = "http://purl.org/linked-data/cube#", "http://purl.org/linked-data/sdmx/2009/"
    assert [line for line in answer.lines("proef") if o in line] == [
        f"<{base}/id/slice/proef/2022-Q1> <{qb}observation> {o} .",
        f"{o} {rdf} <{qb}Observation> .",
        f"{o} <{qb}dataSet> <{base}/id/dataset/proef> .",
        f"{o} <{base}/ns/proef#kwartaal> <{base}/id/kwartaal/2022-Q1> .",
        f"{o} <{base}/ns/proef#leeftijd> <{base}/id/concept/leeftijd/_T> .",
        f"{o} <{base}/ns/publicatie#totaalOver> <{base}/ns/proef#leeftijd> .",
        f"{o} <{qb}measureType> <{base}/ns/proef#bedrag> .",
        f"{o} <{sdmx}attribute#unitMeasure> <{base}/id/concept/eenheid/NR> .",
        f'{o} <{base}/ns/proef#bedrag> "12.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
        f"{o} <{sdmx}attribute#decimals> <{sdmx}code#decimals-2> .",
        f"{o} <{sdmx}attribute#obsStatus> <{sdmx}code#obsStatus-A> .",
        f"{o} <http://www.w3.org/ns/prov#wasDerivedFrom> {cell} .",
    ]
    whole = "^^<http://www.w3.org/2001/XMLSchema#integer> ."
    assert sorted(answer.lines("proef-cellen")) == sorted(
        [
            f"{cell} {rdf} <{base}/ns/publicatie#Cel> .",
            f'{cell} <{base}/ns/publicatie#tekst> "12,50" .',
            f'{cell} <{base}/ns/publicatie#bronregel> "79" .',
            f'{cell} <{base}/ns/publicatie#rij> "2"{whole}',
            f'{cell} <{base}/ns/publicatie#kolom> "2"{whole}',
            f"{cell} <{base}/ns/publicatie#inTabel> {cell.partition('#')[0]}> .",
        ]
    )


def test_escape_text_as_canonical_triples_do() -> None:
    """Whatever a cell holds, its literal has the bytes that the store would write."""
    line = f'<http://x.example/s> <http://x.example/p> "{_escape(EVERYTHING)}" .\n'
    [quad] = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == EVERYTHING
    assert ox.serialize([quad.triple], format=ox.RdfFormat.N_TRIPLES) == line.encode()


def test_publish_any_source_line(project: SmallProject) -> None:
    """The source line is text like any other, with quotes and all."""
    project.table('x,2022 - K1,bronregel\njong,1,"p. ""3""\n\\4\té"\n')
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    [found] = built(project.read()).ask("SELECT ?l WHERE { ?c pub:bronregel ?l }")
    assert found["l"] == 'p. "3"\n\\4\té'


@pytest.mark.parametrize(
    ("block", "together"),
    [(7, 2), *(pytest.param(*sizes, marks=pytest.mark.slow) for sizes in ((3, 1), (10**6, 512)))],
)
def test_write_same_triples_in_any_blocks(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch, block: int, together: int
) -> None:
    """Reading and writing in smaller pieces gives the same bytes."""
    rows = "".join(f'{1900 + n},"{n},{n:02}",{n * 2},{n}\n' for n in range(1, 80))
    project.table(f"x,jong,oud,bronregel\n{rows}")
    project.mapping("tables: [bron/tabel]\nrows: jaar\ncolumns: leeftijd\nmeasure: bedrag\n")
    whole = built(project.read())
    monkeypatch.setattr(tables, "BLOCK", block)
    monkeypatch.setattr(triples, "OBSERVATIONS_AT_ONCE", together)
    again = built(project.read())
    assert again.manifest == whole.manifest
    assert len(whole.lines("proef-cellen")) == 158 * 6


@pytest.mark.slow
def test_write_same_triples_of_several_tables_in_any_blocks(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it does when observations have several cells and revisions."""
    project.document("een", "2022-01-01")
    project.document("twee", "2023-01-01")
    for name, step in (("een", 1), ("twee", 2)):
        rows = "".join(f"{1900 + n},{n},{n * step}\n" for n in range(1, 40))
        project.table(f"x,jong,oud\n{rows}", document=name)
    project.mapping(
        "tables: [een/tabel, twee/tabel]\nrows: jaar\ncolumns: leeftijd\nmeasure: aantal\n"
    )
    whole = built(project.read())
    assert sum("wasRevisionOf" in line for line in whole.lines("proef-cellen")) == 39
    monkeypatch.setattr(tables, "BLOCK", 5)
    monkeypatch.setattr("publish.cube.assemble.BLOCK", 5)
    again = built(project.read())
    assert again.lines("proef") == whole.lines("proef")
    assert sorted(again.lines("proef-cellen")) == sorted(whole.lines("proef-cellen"))


def dumps(folder: Path) -> list[Path]:
    return sorted((folder / "dumps").glob("*.nt"))


def test_write_canonical_triples(answer: Built) -> None:
    """Every line of every dump has the bytes that a canonical writer gives it, and stands once."""
    for path in dumps(answer.folder):
        text = path.read_bytes()
        quads = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        again = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        assert again == text, path.name
        lines = text.splitlines()
        assert len(lines) == len(set(lines)), path.name


def test_give_back_what_the_dump_says(answer: Built) -> None:
    """The store returns every triple of a dump in the same lexical form, and no others."""
    for path in dumps(answer.folder):
        named = ox.NamedNode(f"{answer.base}/id/graaf/{path.stem}")
        graph = ox.DefaultGraph() if path.stem == "alles" else named
        stored = answer.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
        assert stored is not None
        assert sorted(stored.splitlines()) == sorted(path.read_bytes().splitlines()), path.name


def test_write_turtle_with_the_same_triples(answer: Built) -> None:
    """The Turtle of a dump holds the triples of its N-Triples."""
    for path in dumps(answer.folder):
        turtle = path.with_suffix(".ttl")
        one = {quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)}
        other = {quad.triple for quad in ox.parse(path=turtle, format=ox.RdfFormat.TURTLE)}
        assert one == other, path.name


def test_publish_no_blank_node(answer: Built) -> None:
    """Everything published has an address."""
    for path in dumps(answer.folder):
        assert b"_:" not in path.read_bytes(), path.name


def test_leave_cells_out(project: SmallProject) -> None:
    """With `cells: false` the observations lead to their cells, which are not described."""
    project.table("x,2022 - K1\njong,1\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\ncells: false\n"
    )
    answer = built(project.read())
    assert not (answer.folder / "dumps" / "proef-cellen.nt").exists()
    assert answer.ask("SELECT ?c WHERE { ?o prov:wasDerivedFrom ?c }")
    assert not answer.ask("SELECT ?c WHERE { ?c a pub:Cel }")


def test_write_what_has_no_value_by_its_measure_alone() -> None:
    """An observation without value has its class and data set where it has no dimension either."""
    cubes = (random_cube(random.Random(seed)) for seed in range(200))
    alone = [cube for cube in cubes if len(cube.structure.dimensions) == 1]
    absent = [cube for cube in alone if cube.batch.absence.any()]
    assert absent
    for cube in absent:
        lines = triples_of(cube.structure, [(cube.batch, [])])
        for said in (f" <{RDF.type}> <{QB.Observation}> .", f" <{QB.dataSet}> "):
            assert len([line for line in lines if said in line.decode()]) == len(cube.batch)
