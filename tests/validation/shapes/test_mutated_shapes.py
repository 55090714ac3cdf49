"""Shapes that are damaged at random: no exception, and an end in time, whatever the file is."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from mutations import mutate
from odd_shapes import BAD, NOT_JUDGED, PREFIXES, TARGET

from publish.rdf.unknown_terms import SHACL, known_namespaces
from publish.validation.rdf_files import validate_files
from publish.validation.shapes.files import package_shapes

MUTANTS = 1_000
SHAPES = [
    *(b"@base <http://x.example/> .\n" + text for text in package_shapes().values()),
    *((PREFIXES + TARGET + text).encode() for text in (*BAD.values(), *NOT_JUDGED.values())),
]
DATA = f"""{PREFIXES}
:set a qb:DataSet, :C ; qb:structure :dsd ; :p 1, "a"@nl, :set, [ :p :set ] .
:dsd a qb:DataStructureDefinition ; qb:component [ qb:dimension :d ], [ qb:measure :m ] .
:o1 a :C ; qb:dataSet :set ; :d 1 ; :m 2 .
:o2 a :C ; qb:dataSet :set ; :d 2 ; :p :o1, "{"a" * 40}!" .
"""


def with_other_terms(content: bytes, chance: random.Random) -> bytes:
    """Return shapes, as N-Triples, of which some terms are exchanged for others."""
    quads = list(ox.parse(content, format=ox.RdfFormat.TURTLE))
    triples = [[quad.subject, quad.predicate, quad.object] for quad in quads]
    terms = [term for triple in triples for term in triple]
    terms += [ox.NamedNode(SHACL + name) for name in sorted(known_namespaces()[SHACL].names)]
    terms += [ox.Literal(text) for text in ("", "(a+)+$", "SELECT $this { ?a ?b ?c . ?d ?e ?f }")]
    kinds = (ox.NamedNode | ox.BlankNode, ox.NamedNode, object)
    for _ in range(chance.randrange(1, 6)):
        triple, place = chance.choice(triples), chance.randrange(3)
        fitting = [term for term in terms if isinstance(term, kinds[place])]  # type: ignore[arg-type]
        triple[place] = chance.choice(fitting)
        if chance.random() < 0.5:
            triples.append([*triple[:2], chance.choice(terms)])
    made = [ox.Triple(*triple) for triple in triples]  # type: ignore[arg-type]
    return ox.serialize(made, format=ox.RdfFormat.N_TRIPLES) or b""


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_survive_mutants(tmp_path: Path) -> None:
    """Of a thousand mutants of shapes each is judged, or told to be at fault, and none raises."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    outcomes = set[str]()
    for number in range(MUTANTS):
        chance = random.Random(f"shapes {number}")
        content = chance.choice(SHAPES)
        if number % 4:
            content = with_other_terms(content, chance)
        else:
            _, content = mutate(content, chance, SHAPES)
        shapes.write_bytes(content)
        outcomes |= {item.code for item in validate_files([data], [shapes], seconds=2).faults}
    assert {"rdf-syntax", "bad-shape", "shape-not-judged", "shape-violation"} <= outcomes
