"""Shapes over columns: the same results as pySHACL, on hundreds of small cubes with faults."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pyoxigraph as ox
import pytest
from rdflib import Graph
from shape_results import run_pyshacl

from publish.rdf.statements import collect
from publish.validation.shapes.columns import ColumnJudge
from publish.validation.shapes.compile import ShapeResult, observation_shapes
from publish.validation.shapes.from_structure import StructureShape
from publish.validation.shapes.graph_structure import GraphStructure

PREFIXES = """
@prefix : <http://cube.example/> .
@prefix code: <http://cube.example/code/> .
@prefix interval: <http://reference.data.gov.uk/def/intervals/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix pub: <http://cube.example/ns/publicatie#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-code: <http://purl.org/linked-data/sdmx/2009/code#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CONTEXT = (
    PREFIXES
    + """
:set a qb:DataSet ; qb:structure :dsd ; dct:title "Set"@en, "Set"@nl .
:other a qb:DataSet ; qb:structure :dsd .
:dsd a qb:DataStructureDefinition ;
    qb:component :c1, :c2, :c3, :c4, :c5, :c6, :c7, :c8 .
:c1 qb:dimension :period . :c2 qb:dimension :age . :c3 qb:dimension qb:measureType .
:c4 qb:measure :count . :c5 qb:measure :share .
:c6 qb:attribute sdmx-attribute:unitMeasure ; qb:componentRequired true .
:c7 qb:attribute sdmx-attribute:obsStatus ; qb:componentRequired true .
:c8 qb:attribute pub:afwezigheid .
:period a qb:DimensionProperty ; rdfs:range interval:CalendarYear ;
    rdfs:label "year"@en, "jaar"@nl .
:age a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList :ages .
:sex a qb:DimensionProperty ; rdfs:range skos:Concept .
:count a qb:MeasureProperty ; rdfs:range xsd:integer ; pub:eenheid code:NR ; pub:kleinste 0 .
:share a qb:MeasureProperty ; rdfs:range xsd:decimal ; pub:eenheid code:PC ;
    pub:kleinste 0 ; pub:grootste 100.0 .
:ages a skos:ConceptScheme .
code:young a skos:Concept ; skos:inScheme :ages .
code:old a skos:Concept ; skos:inScheme :ages .
code:M a skos:Concept . code:NR a skos:Concept . code:PC a :Unit .
:Unit rdfs:subClassOf skos:Concept .
:y1 a interval:CalendarYear . :y2 a interval:CalendarYear .
"""
)

SHAPES = (
    PREFIXES
    + """
:ObservationShape a sh:NodeShape ; sh:targetClass qb:Observation ;
    sh:property :dataSet, :unit, :status, :source .
:dataSet sh:path qb:dataSet ; sh:minCount 1 ; sh:maxCount 1 ; sh:class qb:DataSet ;
    sh:message "One data set."@en, "Een dataset."@nl .
:unit sh:path sdmx-attribute:unitMeasure ; sh:class skos:Concept ; sh:message "Unit."@en .
:status sh:path sdmx-attribute:obsStatus ; sh:nodeKind sh:IRI ;
    sh:pattern "obsstatus-[AM]$" ; sh:flags "i" ; sh:message "Status."@en, "Status."@nl .
:source sh:path :from ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Source."@en .
:AbsenceShape a sh:NodeShape ; sh:targetSubjectsOf pub:afwezigheid, pub:minstens ;
    sh:property :missing, :low, :bounds ; sh:not [ sh:property [ sh:path :sex ; sh:minCount 1 ] ] ;
    sh:message "Absence."@en, "Afwezigheid."@nl .
:missing sh:path sdmx-attribute:obsStatus ; sh:hasValue sdmx-code:obsStatus-M ;
    sh:message "Missing."@en .
:low sh:path pub:minstens ; sh:lessThan pub:minderDan ; sh:lessThanOrEquals pub:hoogstens ;
    sh:message "Low."@en .
:bounds sh:path [ sh:alternativePath ( pub:minstens pub:meerDan ) ] ; sh:maxCount 1 ;
    sh:datatype xsd:decimal ; sh:minExclusive -1 ; sh:maxExclusive 1000 ; sh:message "Bounds."@en .
"""
)


def sound(number: int) -> dict[str, list[str]]:
    """Return an observation as property and values, in Turtle."""
    year, age = f":y{number % 2 + 1}", ("code:young", "code:old")[number // 2 % 2]
    facts = {
        "a": ["qb:Observation"],
        "qb:dataSet": [":set"],
        ":period": [year],
        ":age": [age],
        ":from": [":cell"],
        "sdmx-attribute:obsStatus": ["sdmx-code:obsStatus-A"],
    }
    if number // 4 % 2:
        facts |= {
            "qb:measureType": [":share"],
            "sdmx-attribute:unitMeasure": ["code:PC"],
            ":share": [f"{number}.5"],
        }
    else:
        facts |= {
            "qb:measureType": [":count"],
            "sdmx-attribute:unitMeasure": ["code:NR"],
            ":count": [str(number)],
        }
    return facts


VALUES = [
    ":set", ":other", ":y1", ":nothing", "code:young", "code:M", "code:NR", "code:PC", ":count",
    ":share", "_:blank", "qb:Observation", "sdmx-code:obsStatus-A", "sdmx-code:obsStatus-M",
    "5", "-5", "5.25", "-0.5", "100.0", "100.5", '"1000.0"^^xsd:double', '"five"', '"vijf"@nl',
    '"7"^^xsd:int',
    '"x"^^xsd:integer', '"2020-01-01"^^xsd:date',
    "true",
]  # fmt: skip
BOUNDS = [value for value in VALUES if value != "_:blank"]
PROPERTIES = [
    "a", "qb:dataSet", ":period", ":age", ":sex", ":from", "qb:measureType", ":count", ":share",
    "sdmx-attribute:unitMeasure", "sdmx-attribute:obsStatus", "pub:afwezigheid", "pub:minstens",
    "pub:meerDan", "pub:hoogstens", "pub:minderDan",
]  # fmt: skip


def spoil(facts: dict[str, list[str]], chance: random.Random) -> None:
    """Put one fault into an observation; some changes leave it sound."""
    name = chance.choice(PROPERTIES)
    # Where bounds are blank nodes pySHACL gives up, and judges nothing.
    values = VALUES if ":m" not in name and ":h" not in name else BOUNDS
    way = chance.randrange(4)
    if way == 0:
        facts.pop(name, None)
    elif way == 1:
        facts[name] = [chance.choice(values)]
    elif way == 2:
        facts[name] = [*facts.get(name, []), chance.choice(values)]
    else:
        facts["sdmx-attribute:obsStatus"] = ["sdmx-code:obsStatus-M"]
        for measure in (":count", ":share"):
            facts.pop(measure, None)
        if chance.random() < 0.7:
            facts["pub:afwezigheid"] = ["code:M"]
        for bound in ("pub:minstens", "pub:hoogstens", "pub:minderDan"):
            if chance.random() < 0.4:
                facts[bound] = [chance.choice(["1.0", "2.5", "3.0", '"3"', ":nothing"])]


def cube(seed: int) -> str:
    """Return a cube of up to twelve observations with up to four faults."""
    chance = random.Random(seed)
    observations = [sound(number) for number in range(chance.randrange(1, 13))]
    for _ in range(chance.randrange(5)):
        spoil(chance.choice(observations), chance)
    return "".join(
        f":o{number} "
        + " ;\n    ".join(f"{name} {', '.join(values)}" for name, values in facts.items())
        + " .\n"
        for number, facts in enumerate(observations)
        if facts
    )


@cache
def shapes() -> Graph:
    """Return the generic shapes of this test and the one made from the structure."""
    context = Graph().parse(data=CONTEXT, format="turtle")
    structure = GraphStructure(
        graph=context,
        data_set="http://cube.example/set",
        own="http://cube.example/ns/publicatie#",
    )
    made = StructureShape(structure=structure, document="http://cube.example/shapes/set").text()
    return Graph().parse(data=SHAPES, format="turtle").parse(data=made, format="turtle")


def by_columns(observations: str) -> set[ShapeResult]:
    """Return the results over columns."""
    context = Graph().parse(data=CONTEXT, format="turtle")
    found = collect(ox.parse(PREFIXES + observations, format=ox.RdfFormat.TURTLE))
    things = found.things(
        found.subjects(
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            "http://purl.org/linked-data/cube#Observation",
        )
    )
    compiled, left = observation_shapes(shapes())
    assert left == []
    judge = ColumnJudge(shapes=compiled, context=context)
    return named({result.reported(things) for result in judge.judge(things)})


def named(found: set[ShapeResult]) -> set[ShapeResult]:
    """Return results in which all blank nodes have one name, as each reader has its own."""
    return {replace(item, value="_:") if item.value[:2] == "_:" else item for item in found}


def by_pyshacl(observations: str) -> set[ShapeResult]:
    """Return the results of pySHACL, but for what is no observation."""
    graph = Graph().parse(data=CONTEXT + observations, format="turtle")
    typed = {
        f"http://cube.example/o{number}"
        for number in range(13)
        if f":o{number} a qb:Observation" in observations
    }
    return named({result for result in run_pyshacl(graph, shapes()) if result.focus in typed})


@pytest.mark.parametrize(
    "hundred", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))]
)
def test_give_the_results_of_pyshacl(hundred: int) -> None:
    """On four hundred cubes, most with faults, the results are those of pySHACL, word for word."""
    seen: set[str] = set()
    for seed in range(hundred * 100, hundred * 100 + 100):
        observations = cube(seed)
        ours, theirs = by_columns(observations), by_pyshacl(observations)
        assert ours == theirs, (seed, ours ^ theirs)
        seen |= {result.shape for result in ours}
    # The generated faults break nearly every shape, so that agreement means something.
    assert len(seen) >= 14, seen
