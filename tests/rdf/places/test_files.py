"""Where terms and anonymous things stand in RDF files of every format."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from publish.faults.fault import Fault
from publish.rdf.places.files import find_places, find_uses
from publish.rdf.reader import read_files
from publish.validation.rdf_files import validate_files

NS = "http://x.example/"
QB = "http://purl.org/linked-data/cube#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
HEAD = (
    f"@prefix qb: <{QB}> . @prefix eg: <{NS}> . @prefix rdfs: <{RDFS}> . @prefix xsd: <{XSD}> .\n"
)
STRUCTURE = """\
eg:set a qb:DataSet ; qb:structure eg:structure .
eg:structure a qb:DataStructureDefinition ;
  qb:component [ qb:dimension eg:d ] , [ qb:measure eg:n ] .
eg:d a qb:DimensionProperty ; rdfs:range xsd:integer .
eg:n a qb:MeasureProperty .
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def judged(folder: Path, name: str, text: str) -> list[Fault]:
    return validate_files([written(folder, name, text)]).faults


Shape = tuple[int, str]
"""The lines before that of the observation, and the text."""


def turtle_forms(number: int) -> list[Shape]:
    says = f"a qb:Observation ; qb:dataSet eg:set ; eg:n {number}"
    return [
        (0, f"[] {says} .\n"),
        (0, f"[ {says} ] .\n"),
        (0, f"_:o{number} {says} ; eg:x [] .\n"),
        (1, f"eg:x{number} eg:p [ eg:q 1 ; eg:q [ eg:q 2 ] ] ,\n"
            f" [ {says} ; eg:l ( 1 [ ] '[' ) ] .\n"),
        (1, f"eg:x{number} eg:l ( # [ a comment\n [ {says} ] ) .\n"),
        (1, f"[] eg:p '''\n''' , [ {says} ] .\n"),
    ]  # fmt: skip


def xml_forms(number: int) -> list[Shape]:
    says = f'<qb:dataSet rdf:resource="{NS}set"/><eg:n>{number}</eg:n>'
    around = f'<rdf:Description rdf:about="{NS}x{number}">'
    return [
        (0, f"<qb:Observation>{says}</qb:Observation>\n"),
        (0, f'<qb:Observation rdf:nodeID="o{number}">{says}<eg:z eg:p="q"/></qb:Observation>\n'),
        (1, f'{around}<eg:p eg:q="z"/>\n<eg:o rdf:parseType="Resource">{says}'
            '<eg:p rdf:parseType="Resource"><eg:q>1</eg:q></eg:p></eg:o></rdf:Description>\n'),
        (1, f'{around}<eg:l rdf:parseType="Collection"><eg:I/>\n'
            f'<qb:Observation eg:a="b">{says}</qb:Observation></eg:l></rdf:Description>\n'),
    ]  # fmt: skip


def json_forms(number: int) -> list[Shape]:
    says = f'"@type":"qb:Observation","ds":"eg:set","eg:n":{number},"lang":{{"nl":"x","en":"y"}}'
    name = f'"@id":"eg:x{number}"'
    return [
        (1, f",\n{{{says}}}"),
        (1, f',\n{{"id":"_:o{number}",{says},"eg:z":{{"eg:q":{{"@value":"{{"}}}}}}'),
        (2, f',\n{{{name},"eg:p":[{{"eg:q":1}},\n'
            f'{{{says},"eg:l":{{"@list":[{{"eg:k":1}},2]}}}}]}}'),
        (2, f',\n{{{name},"eg:p":{{"@list":[1,\n{{{says}}}]}}}}'),
        (2, f',\n{{{name},"idx":{{"a":{{"eg:q":1}},"b":\n{{{says}}}}}}}'),
        (2, f',\n{{{name},"@reverse":{{"eg:p":\n{{{says}}}}}}}'),
        (1, f',\n{{"@context":{{"z":"eg:z"}},{says},"z":{{"eg:q":1}}}}'),
    ]  # fmt: skip


CONTEXT = {
    "qb": QB,
    "eg": NS,
    "id": "@id",
    "ds": {"@id": "qb:dataSet", "@type": "@id"},
    "lang": {"@id": "eg:lang", "@container": "@language"},
    "idx": {"@id": "eg:idx", "@container": "@index"},
}
JSON_STRUCTURE = [
    {"@id": "eg:set", "@type": "qb:DataSet", "qb:structure": {"@id": "eg:structure"}},
    {
        "@id": "eg:structure",
        "@type": "qb:DataStructureDefinition",
        "qb:component": [
            {"qb:dimension": {"@id": "eg:d"}},
            {"qb:measure": {"@id": "eg:n"}},
        ],
    },
    {"@id": "eg:d", f"{RDFS}range": {"@id": f"{XSD}integer"}},
]
XML_STRUCTURE = f"""\
<qb:DataSet rdf:about="{NS}set"><qb:structure><qb:DataStructureDefinition
  rdf:about="{NS}structure"><qb:component rdf:parseType="Resource"><qb:dimension
  ><qb:DimensionProperty rdf:about="{NS}d"><rdfs:range rdf:resource="{XSD}integer"
  /></qb:DimensionProperty></qb:dimension></qb:component><qb:component><rdf:Description
  ><qb:measure rdf:resource="{NS}n"/></rdf:Description></qb:component
  ></qb:DataStructureDefinition></qb:structure></qb:DataSet>
"""
DOCUMENTS: dict[str, tuple[str, str, Callable[[int], list[Shape]]]] = {
    "a.ttl": (HEAD + STRUCTURE, "", turtle_forms),
    "a.trig": (f"{HEAD}GRAPH eg:g {{\n{STRUCTURE}", "}\n[] {\n eg:a eg:b [] .\n}\n", turtle_forms),
    "a.rdf": (
        f'<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="{RDF}" xmlns:qb="{QB}" xmlns:eg="{NS}"'
        f' xmlns:rdfs="{RDFS}">\n{XML_STRUCTURE}',
        "</rdf:RDF>\n",
        xml_forms,
    ),
    "a.jsonld": (
        f'{{"@context":{json.dumps(CONTEXT)},\n"@graph":{json.dumps(JSON_STRUCTURE)[:-1]}',
        "\n]}\n",
        json_forms,
    ),
}
"""By file name: what stands before the observations and after them, and the forms of one."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_place_each_anonymous_observation(name: str, tmp_path: Path) -> None:
    """Each of forty observations that lack a dimension is a fault at its own line."""
    text, end, forms = DOCUMENTS[name]
    chance, lines = random.Random(name), list[int]()
    for number in range(40):
        before, form = chance.choice(forms(number))
        lines.append(text.count("\n") + 1 + before)
        text += form
    faults = judged(tmp_path, name, text + end)
    assert {item.code for item in faults} == {"observation-without-dimension"}
    assert [item.line for item in faults] == lines
    assert all(item.column for item in faults)
    assert faults == judged(tmp_path, name, text + end)


def test_name_anonymous_things_as_their_files_do(tmp_path: Path) -> None:
    """A label is told as it is in its file, other things by their place; never by a made label."""
    hexadecimal = "_:" + "ab" * 16
    text = HEAD + STRUCTURE + "[] a qb:Observation ; qb:dataSet eg:set ; eg:d 1 ; eg:n 1 .\n"
    text += "_:x eg:n 2 ; eg:d 1 ; qb:dataSet eg:set .\n"
    text += f"{hexadecimal} qb:dataSet eg:set ; eg:n 3 .\n"
    first = written(tmp_path, "a.ttl", text)
    second = written(tmp_path, "b.ttl", HEAD + "_:x qb:dataSet eg:set ; eg:d 1 ; eg:n 4 .\n")
    found = [
        (Path(item.path).name, item.line, item.finding)
        for item in validate_files([first, second]).faults
    ]
    same = f"of {NS}set has the same values of the dimensions as"
    lacks = f"of {NS}set has no value for the dimension {NS}d."
    assert found == [
        ("a.ttl", 8, f"the observation _:x {same} (without IRI, line 7, column 1)."),
        ("a.ttl", 9, f"the observation {hexadecimal} {lacks}"),
        ("b.ttl", 2, f"the observation _:x {same} (without IRI, {first}, line 7, column 1)."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "code", "line"),
    [
        ("[] a qb:DataSet .", "data-set-without-one-structure", 7),
        ("[ a qb:DataStructureDefinition ] .", "structure-without-measure", 7),
        ("[] a qb:Slice .", "slice-without-one-key", 7),
        ("[] a qb:SliceKey .", "slice-key-without-structure", 7),
        ("eg:structure qb:component\n [ qb:dimension eg:n2 , [] ] . eg:n2 rdfs:range eg:r .",
         "component-property-not-iri", 8),
        ("eg:structure qb:component\n [ qb:measure eg:m ; qb:componentRequired false ] .",
         "optional-dimension-or-measure", 8),
        ("eg:structure qb:sliceKey\n [ qb:componentProperty eg:z ] . [] qb:sliceStructure [] .",
         "slice-without-one-key", 0),
        ("[] a qb:Observation .", "observation-not-in-one-data-set", 7),
    ],
)  # fmt: skip
def test_place_any_anonymous_thing(says: str, code: str, line: int, tmp_path: Path) -> None:
    """Anonymous data sets, structures, slices, keys and components have a place of their own."""
    found = judged(tmp_path, "a.ttl", f"{HEAD}{STRUCTURE}{says}\n")
    assert not line or (code, line) in {(item.code, item.line) for item in found}
    assert all(item.line for item in found)


def test_leave_what_only_looks_like_a_label(tmp_path: Path) -> None:
    """A text of the data that looks like a label of ours is told as it is."""
    text = f'[] qb:dataSet eg:set ; eg:n 1 ; eg:d 1 ; eg:x "_:node99.{"9" * 20}"^^xsd:integer .\n'
    [found] = judged(tmp_path, "a.ttl", HEAD + STRUCTURE + text)
    assert "_:node99.999" in found.finding


DEFINED = f'{{"@id": "{NS}b", "{NS}p": 1}}'


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.jsonld", f'[{{"@id": "{NS}a", "{NS}p":\n{{"@id": "{NS}b"}}}},\n{DEFINED}]', (3, 9)),
        ("a.jsonld", f'[{{"@id": "{NS}a", "{NS}p":\n {DEFINED}}}]', (2, 10)),
        ("a.jsonld", f'[{{"@id": "{NS}a", "{NS}p":\n{{"@id": "{NS}b"}}}}]', (2, 9)),
        ("a.rdf",
         f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{NS}">\n'
         f'<e:T><e:p><rdf:Description rdf:about="{NS}b"/></e:p>\n<e:p rdf:resource="{NS}b"/></e:T>'
         f'\n <rdf:Description rdf:about="{NS}b"><e:q>1</e:q></rdf:Description></rdf:RDF>', (4, 2)),
        ("a.nt", f"<{NS}a> <{NS}p> <{NS}b> .\n<{NS}b> <{NS}p> <{NS}a> .\n", (2, 1)),
        ("a.ttl", f"<{NS}a> <{NS}p> <{NS}b> .\n<{NS}b> <{NS}p> <{NS}a> .\n", (2, 1)),
    ],
)  # fmt: skip
def test_place_a_thing_where_it_is_described(
    name: str, text: str, place: tuple[int, int], tmp_path: Path
) -> None:
    """The place is that of the description, not of a reference before it, if there is one."""
    path = written(tmp_path, name, text)
    files, _ = read_files([path], [])
    assert find_places(files, {f"{NS}b"}) == {f"{NS}b": (str(path), *place)}


YEAR = f'"20"^^<{XSD}gYear>'


@pytest.mark.parametrize(
    ("name", "text", "term", "year"),
    [
        ("a.ttl",
         f"@prefix d: <{DCTERMS}> .\n<x:a> d:titel '''2\\u0030'''^^<{XSD}gYear> .",
         (2, 7), (2, 15)),
        ("a.trig", f"PREFIX d: <{DCTERMS}>\n<x:g> {{ <x:a> d:titel {YEAR} }}", (2, 15), (2, 23)),
        ("a.nt", f'# a\n<x:a> <{DCTERMS}titel> "\\u00320"^^<{XSD}gYear> .', (2, 7), (2, 40)),
        ("a.nq", f"\n<x:a> <{DCTERMS}titel> {YEAR} <x:g> .", (2, 7), (2, 40)),
        ("a.rdf",
         f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:d="{DCTERMS}">\n<rdf:Description rdf:about="x:a">'
         f'<d:titel rdf:datatype="{XSD}gYear">20</d:titel></rdf:Description></rdf:RDF>',
         (2, 34), (2, 34)),
        ("a.jsonld",
         f'{{"@id": "x:a",\n "{DCTERMS}titel": {{"@value": "20", "@type": "{XSD}gYear"}}}}',
         (2, 2), (2, 47)),
        ("a.jsonld",
         f'{{"@context": {{"x": "{XSD}", "@vocab": "{DCTERMS}",\n "y": {{"@id": "titel", '
         f'"@type": "x:gYear"}}}},\n "@id": "z:a", "y": "20"}}', (2, 2), (3, 21)),
        ("a.jsonld",
         f'{{"@context": {{"t": "{DCTERMS}"}},\n "@id": "x:a", "t:titel": [{{"@value": 20, '
         f'"@type": "{XSD}gYear"}}]}}', (2, 16), (2, 39)),
    ],
)  # fmt: skip
def test_place_unknown_terms_and_literals(
    name: str, text: str, term: tuple[int, int], year: tuple[int, int], tmp_path: Path
) -> None:
    """A misspelt term and an ill-typed literal have file, line and column in every format."""
    found = [(item.code, item.line, item.column) for item in judged(tmp_path, name, text)]
    assert sorted(found[1:]) == [("ill-typed-literal", *year), ("unknown-term", *term)]


def test_find_every_use(tmp_path: Path) -> None:
    """All uses of a literal are found, up to a number."""
    path = written(tmp_path, "a.ttl", f"<x:a> <x:p> {YEAR} ,\n {YEAR} .\n<x:b> <x:p> {YEAR} .\n")
    files, _ = read_files([path], [])
    assert [place[1] for place in find_uses(files, {YEAR}, most=9)[YEAR]] == [1, 2, 3]
    assert len(find_uses(files, {YEAR}, most=2)[YEAR]) == 2
