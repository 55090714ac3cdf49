"""RDF of any kind that is damaged gives faults, and never a traceback."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import pyoxigraph as ox
import pytest
from mutations import mutate
from random_cubes import PREFIXES, sound_cube, turtle

from publish.faults.fault import Fault, FaultyInput
from publish.rdf.jsonld import json_ld
from publish.validation.rdf_files import validate_files

ANONYMOUS = (
    "[] a qb:Observation ; qb:dataSet eg:set ;\n"
    '  eg:p [ eg:q "20"^^xsd:gYear , "a"@en ] , ( 1 _:x ) .\n'
)
BY_ONE_RUN = 1_000


def forms_of(cube: str) -> dict[str, bytes]:
    """Return a cube in every format, by the ending of its file."""
    triples = [
        ox.Triple(quad.subject, quad.predicate, quad.object)
        for quad in ox.parse(cube.encode(), format=ox.RdfFormat.TURTLE)
    ]
    graph = ox.NamedNode("http://x.example/graph")
    quads = [ox.Quad(item.subject, item.predicate, item.object, graph) for item in triples]
    forms = {"ttl": cube.encode(), "jsonld": "".join(json_ld(triples, PREFIXES)).encode()}
    for statements, syntax in (
        (triples, ox.RdfFormat.N_TRIPLES),
        (quads, ox.RdfFormat.N_QUADS),
        (quads, ox.RdfFormat.TRIG),
        (triples, ox.RdfFormat.RDF_XML),
    ):
        prefixes = None if syntax.name.startswith("N-") else PREFIXES
        form = ox.serialize(statements, format=syntax, prefixes=prefixes)  # type: ignore[arg-type]
        assert form is not None
        forms[syntax.file_extension] = form
    return forms


def faults_of(path: Path) -> list[Fault]:
    try:
        return validate_files([path]).faults
    except FaultyInput as error:
        return error.faults


@pytest.mark.parametrize("size", [60, pytest.param(BY_ONE_RUN, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_end_in_faults_whatever_the_input(size: int, tmp_path: Path) -> None:
    """Files in all formats, changed at random, are judged or refused; each fault has its file."""
    cubes = [turtle(sound_cube(random.Random(seed))) + ANONYMOUS for seed in range(6)]
    forms = [forms_of(cube) for cube in cubes]
    endings = list(forms[0])
    refused = 0
    for number in range(size):
        chance = random.Random(f"rdf {number}")
        ending = endings[number % len(endings)]
        donors = [form[ending] for form in chance.sample(forms, 2)]
        what, content = mutate(chance.choice(forms)[ending], chance, donors)
        path = tmp_path / f"mutant.{ending}"
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Parsing weird boolean")
            found = faults_of(path)
        refused += any(item.kind.hides_content for item in found)
        assert not any("_:node0" in str(item) or "_:file0" in str(item) for item in found), what
    assert refused < size
