"""Reading RDF files of any syntax, finding places in them, and judging them."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
from built import PROGRAM, TESTS
from click.testing import CliRunner
from random_cubes import sound_cube, turtle
from shared_material import shared_folder

from publish.cli.main import main
from publish.faults.fault import Fault, FaultyInput
from publish.rdf.input.files import open_decompressed
from publish.rdf.ntriples import LineReader
from publish.rdf.places.files import find_places
from publish.rdf.reader import looks_like_file, read_files
from publish.rdf.statements import Statements, Terms, collect
from publish.validation.rdf_files import validate_files

NS = "http://x.example/"
QB = "http://purl.org/linked-data/cube#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
STRAY = f"{NS}stray"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults_of(*paths: Path) -> list[tuple[str, str, int, int]]:
    """Return code, file name, line and column of what is wrong with files."""
    try:
        found = validate_files(list(paths)).faults
    except FaultyInput as error:
        found = error.faults
    return [(item.code, Path(item.path).name, item.line, item.column) for item in found]


def lines_of(statements: Statements) -> set[str]:
    found = statements.terms.found
    columns = (statements.subject, statements.predicate, statements.object)
    return {
        " ".join(str(found[number]) for number in row).replace("_:file0-", "_:")
        for row in zip(*(column.tolist() for column in columns), strict=True)
    }


STRAYS = {
    "turtle.ttl": (
        f"@prefix eg: <{NS}> .\n@prefix qb: <{QB}> .\n# eg:stray a comment\n"
        'eg:a eg:p """eg:stray\n. eg:stray a text""", [ eg:q eg:stray ] .\n'
        "eg:b eg:p 1.5 . eg:stray a qb:Observation .\n",
        6,
        17,
    ),
    "base.ttl": (
        f"BASE <{NS}>\nPREFIX qb: <{QB}>\n<b.c> <x> <stray>.\n<stray> a qb:Observation.",
        4,
        1,
    ),
    "graphs.trig": (
        f"PREFIX eg: <{NS}>\nGRAPH eg:g {{\n  eg:a eg:p eg:stray .\n"
        f"  eg:stray a <{QB}Observation> }}\n",
        4,
        3,
    ),
    "lines.nt": (
        f"<{NS}a> <{NS}p> <{STRAY}> .\n# x\n<{STRAY}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        f" <{QB}Observation> .\n",
        3,
        1,
    ),
    "quads.nq": (
        f"\n <{STRAY}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        f"<{QB}Observation> <{NS}g> .\n",
        2,
        2,
    ),
    "tree.rdf": (
        '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY eg "http://x.example/">]>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        f'   xmlns:qb="{QB}">\n  <qb:Observation rdf:about="&eg;stray"/>\n</rdf:RDF>\n',
        5,
        3,
    ),
    "data.jsonld": (
        f'{{"@context": {{"eg": "{NS}", "qb": "{QB}"}},\n "@graph": [\n'
        '  {"@id": "eg:stray", "@type": "qb:Observation"}]}\n',
        3,
        11,
    ),
}
"""In each syntax an observation without a data set, with the place where it is described."""


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", STRAYS)
def test_place_fault_in_every_syntax(name: str, packed: bool, tmp_path: Path) -> None:
    """A fault stands where its thing is first described, and names its IRI, in every syntax."""
    text, line, column = STRAYS[name]
    content = gzip.compress(text.encode()) if packed else text.encode()
    path = written(tmp_path, f"{name}.gz" if packed else name, content)
    faults = validate_files([path]).faults
    assert [(item.code, item.path, item.line, item.column) for item in faults] == [
        ("no-data-set", str(path), 0, 0),
        ("observation-not-in-one-data-set", str(path), line, column),
    ]
    assert f"{STRAY} must" in faults[1].finding


def test_skip_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark is no part of the text."""
    path = written(tmp_path, "a.nt", b"\xef\xbb\xbf" + STRAYS["lines.nt"][0].encode())
    assert faults_of(path)[1] == ("observation-not-in-one-data-set", "a.nt", 3, 1)


@pytest.mark.parametrize("name", [name for name in STRAYS if name != "quads.nq"])
def test_tell_syntax_by_beginning(name: str, tmp_path: Path) -> None:
    """A file whose name does not tell its syntax is recognised by how it begins."""
    path = written(tmp_path, "data", STRAYS[name][0])
    assert faults_of(path)[1][0] == "observation-not-in-one-data-set"


BROKEN = {
    "broken.ttl": ("<a> <b> <c> .\n<a> <b> .\n", "rdf-syntax", 2, 9),
    "broken.trig": ("<g> { <a> <b> }\n", "rdf-syntax", 1, 15),
    "broken.rdf": ("<?xml version='1.0'?>\n<a>\n </b>\n", "rdf-syntax", 3, 4),
    "broken.jsonld": ('{"@id": "a",\n', "rdf-syntax", 2, 1),
    "context.jsonld": ('{"@context": "https://schema.org/", "@id": "a"}', "remote-context", 1, 14),
    "import.jsonld": (
        '{"@context": {"@version": 1.1, "@import": "https://x.example/c"}, "@id": "a"}',
        "remote-context",
        1,
        43,
    ),
    "empty.rdf": ("", "empty-file", 1, 1),
    "empty": ("", "empty-file", 1, 1),
    "blank.jsonld": (" \n\n", "empty-file", 1, 1),
    "data.csv": ("a,b\n1,2\n", "unknown-syntax", 0, 0),
    "latin.nt": (b'<a:a> <b:b> "\xe9" .\n', "rdf-syntax", 1, 14),
    "zip.nt.gz": (gzip.compress(b"<a:a> <b:b> <c:c> .\n" * 9)[:-12], "cannot-read", 0, 0),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["long.ttl", "long.nt", "long.jsonld"])
def test_report_a_text_without_end(name: str, tmp_path: Path) -> None:
    """A text that is longer than a parser keeps is a fault at its line, and no traceback."""
    before, after = (
        ('{"@id": "x:a",\n"x:b": "', '"}') if "json" in name else ('\n<a:a> <b:b> "', '" .')
    )
    path = written(tmp_path, name, before + "x" * (1 << 25) + after + "\n")
    assert faults_of(path) == [("rdf-syntax", name, 2, 1)]


@pytest.mark.parametrize("name", BROKEN)
def test_report_what_cannot_be_read(name: str, tmp_path: Path) -> None:
    """A file that cannot be read gives its own fault at its place, and nothing else is said."""
    content, code, line, column = BROKEN[name]
    assert faults_of(written(tmp_path, name, content)) == [(code, name, line, column)]


def test_report_every_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The faults of all files are told, and of N-Triples those of all lines."""
    lines = f'<{NS}a> <{NS}b> 5 .\n<{NS}a> <{NS}b> "c" .\n<{NS}a> {NS}b> <c> .\n'
    paths = [
        written(tmp_path, "a.nt", lines),
        written(tmp_path, "b.ttl", BROKEN["broken.ttl"][0]),
        tmp_path / "none.ttl",
    ]
    assert [(code, name, line) for code, name, line, _ in faults_of(*paths)] == [
        ("rdf-syntax", "a.nt", 1),
        ("rdf-syntax", "a.nt", 3),
        ("rdf-syntax", "b.ttl", 2),
        ("cannot-read", "none.ttl", 0),
    ]


@pytest.mark.parametrize("content", ["", " \n", "\ufeff", "# a comment\n"])
@pytest.mark.parametrize("name", ["a.ttl", "a.trig", "a.nt", "a.nq"])
def test_accept_a_graph_without_triples(name: str, content: str, tmp_path: Path) -> None:
    """Nothing, white space or comments are a graph without triples in Turtle and its kin."""
    assert faults_of(written(tmp_path, name, content)) == [("no-data-set", name, 0, 0)]


def test_wait_for_no_pipe_or_device(tmp_path: Path) -> None:
    """What is no file is a fault at once: a pipe, a device, a folder, a link to itself."""
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "folder.ttl").mkdir()
    (tmp_path / "zero.nt").symlink_to("/dev/zero")
    (tmp_path / "loop.nq").symlink_to(tmp_path / "loop.nq")
    paths = sorted(tmp_path.iterdir())
    assert faults_of(*paths) == [("cannot-read", path.name, 0, 0) for path in paths]


def test_read_a_file_as_long_as_it_was(tmp_path: Path) -> None:
    """A file that grows while it is read is read up to the size that it had."""
    path = written(tmp_path, "a.nt", "<a:a> <b:b> <c:c> .\n")
    with open_decompressed(path) as content:
        with path.open("a") as more:
            more.write("what follows\n" * 1_000_000)
        assert content.read() == b"<a:a> <b:b> <c:c> .\n"


def test_unpack_to_a_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A packed file that grows beyond measure is a fault, and is not read to its end."""
    monkeypatch.setattr("publish.rdf.input.files.MOST_UNPACKED", 1_000)
    path = written(tmp_path, "a.nt.gz", gzip.compress(b"<a:a> <b:b> <c:c> .\n" * 100_000))
    assert faults_of(path) == [("cannot-read", "a.nt.gz", 0, 0)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("line.nt", b" " * (9 << 23)),
        ("attributes.rdf", b"<r " + b" ".join(b"a%d='1'" % n for n in range(2_000)) + b"/>"),
        ("encoding.rdf", b"<?xml version='1.0' encoding='org-8'?><r/>"),
        ("wide.rdf", b"<?xml version='1.0' encoding='gb2312'?><r/>"),
    ],
)
def test_bound_what_a_parser_gets(name: str, content: bytes, tmp_path: Path) -> None:
    """Lines without end, thousands of attributes and encodings nobody reads are faults."""
    [(code, _, line, column)] = faults_of(written(tmp_path, name, content))
    assert (code, line) == ("rdf-syntax", 1)
    assert column


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "UTF-8", "us-ascii"])
def test_read_xml_in_other_encodings(encoding: str, tmp_path: Path) -> None:
    """RDF/XML is read in the encoding that it declares, with the places that it has there."""
    letter = "&#233;" if encoding == "us-ascii" else "\xe9"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:qb="{QB}">\n'
        f'<rdf:Description rdf:about="x:a"><qb:q>{letter}</qb:q></rdf:Description>'
        "<qb:Observation/></rdf:RDF>\n"
    )
    path = written(tmp_path, "a.rdf", text.encode(encoding))
    column = text.splitlines()[2].index("<qb:Obs") + 1
    assert ("observation-not-in-one-data-set", "a.rdf", 3, column) in faults_of(path)
    _, statements = read_files([path], [])
    assert ox.Literal("\xe9") in statements.terms.numbers


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.jsonld", '{"@context":\n{"a": "b:x", "b": "a:x"},\n"a:p": 1}', 3),
        ("a.jsonld", '{"@context":\n\n {"a": {"@id": "b:b", "@container": "@foo"}}}', 3),
        ("a.rdf", f'<r:RDF xmlns:r="{RDF}">\n<r:Description/>\n\ntext<r:Description/></r:RDF>', 4),
    ],
)
def test_place_errors_that_the_parser_does_not_place(
    name: str, content: str, line: int, tmp_path: Path
) -> None:
    """Where the parser says no line, it is the one that it had read."""
    assert faults_of(written(tmp_path, name, content)) == [("rdf-syntax", name, line, 1)]


def test_refuse_entities_that_grow(tmp_path: Path) -> None:
    """Entities within entities that would fill the memory are refused as a fault of syntax."""
    names = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    text = (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY e0 "ha">{names}]>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        '<rdf:Description rdf:about="x"><e:p>&e9;</e:p></rdf:Description></rdf:RDF>\n'
    )
    found = faults_of(written(tmp_path, "laughs.rdf", text))
    assert [(code, line) for code, _, line, _ in found] == [("rdf-syntax", 3)]


def test_read_no_entity_from_a_file(tmp_path: Path) -> None:
    """What stands in another file of the system is never read."""
    secret = written(tmp_path, "secret.txt", "secret")
    text = (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY s SYSTEM "{secret.as_uri()}">]>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        '<rdf:Description rdf:about="x"><e:p>&s;</e:p></rdf:Description></rdf:RDF>\n'
    )
    column = text.splitlines()[1].index(">") + 1
    assert faults_of(written(tmp_path, "outside.rdf", text)) == [
        ("rdf-syntax", "outside.rdf", 2, column)
    ]


def test_fetch_no_imports(tmp_path: Path) -> None:
    """An ontology that imports another is judged as it stands."""
    owl = "http://www.w3.org/2002/07/owl#"
    text = f"<{NS}o> a <{owl}Ontology> ; <{owl}imports> <http://127.0.0.1:9/none.ttl> .\n"
    assert faults_of(written(tmp_path, "o.ttl", text)) == [("no-data-set", "o.ttl", 0, 0)]


UNUSUAL = (
    "<a:s> <a:p> <a:o> .",
    "<a:s> <a:p>\t<a:o> .",
    "<a:s><a:p><a:o>.",
    "  <a:s> <a:p> <a:o2> .",
    "# a comment",
    "",
    '<a:s> <a:p> "a \\" . <a:b> <a:c> <a:d> . \\n"@nl-BE .',
    "<a:s> <a:p> <a:o> . # a comment",
    "<a:s> <a:p> <a:o> . <a:s> <a:p> <a:o3> .",
    "_:b1 <a:p> _:b2 .",
    '<a:s> <a:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    '"x" <a:p> <a:o> .',
    "<a:s> _:b <a:o> .",
    "<a:s> <a:p> 5 .",
    "<s> <a:p> <a:o> .",
    "<a:s> <a:p> <a:o>",
    "<a:s> <a:p> <a b> .",
    "<a:s> <a:p> <a:o> .\r",
)
"""Lines as nobody expects them, right and wrong ones."""


@pytest.mark.parametrize("seed", range(60))
def test_read_lines_as_the_parser_does(seed: int, tmp_path: Path) -> None:
    """Reading lines the fast way gives the statements and the lines at fault of the parser."""
    rng = random.Random(seed)
    values = ("<a:o>", "_:b1", '"x"')
    usual = [f"<a:s{number}> <a:p> {rng.choice(values)} ." for number in range(4)]
    lines = usual + rng.sample(UNUSUAL, rng.randint(0, 3))
    rng.shuffle(lines)
    content = "\n".join(lines).encode() + rng.choice([b"", b"\n"])
    expected, wrong = [], []
    parser = ox.parse(content, format=ox.RdfFormat.N_TRIPLES)
    while True:
        try:
            expected.extend(parser)
            break
        except SyntaxError as error:
            wrong.append(error.lineno)
    faults: list[Fault] = []
    _, statements = read_files([written(tmp_path, "a.nt", content)], faults)
    assert [item.line for item in faults] == list(dict.fromkeys(wrong))
    assert lines_of(statements) == lines_of(collect(expected))


def test_read_blocks_of_lines_with_their_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A fault in a later block has the line of the file, and blocks share their terms."""
    monkeypatch.setattr("publish.rdf.ntriples.BLOCK", 50)
    lines = [f"<a:s{number % 3}> <a:p> <a:o{number}> ." for number in range(20)]
    lines[13] = "<a:s> <a:p> ."
    path = written(tmp_path, "a.nt", "\n".join(lines) + "\n")
    wrong: list[int] = []

    def noted(error: SyntaxError, before: int) -> bool:
        wrong.append(int(error.lineno or 0) + before)
        return True

    terms = Terms()
    with open_decompressed(path) as content:
        blocks = list(
            LineReader(terms=terms, syntax=ox.RdfFormat.N_TRIPLES, wrong=noted).blocks(content)
        )
    assert wrong == [14]
    assert len(blocks) > 5
    assert sum(len(block) for block in blocks) == 19 * 3
    assert len(terms.found) == len(set(terms.found)) == 3 + 1 + 19


@pytest.mark.parametrize("ending", ["nt", "ttl"])
def test_keep_blank_nodes_of_files_apart(ending: str, tmp_path: Path) -> None:
    """The same label in two files means two things; in two blocks of one file, one."""
    text = f"_:x <{QB}dataSet> <{NS}set> .\n# a comment\n_:x <{QB}dataSet> <{NS}set2> .\n"
    first = written(tmp_path, f"a.{ending}", text)
    second = written(tmp_path, f"b.{ending}", text)
    for paths, count in (([first], 1), ([first, second], 2)):
        _, statements = read_files(paths, [])
        assert len(set(statements.subject.tolist())) == count


def test_read_files_as_one_graph(tmp_path: Path) -> None:
    """Statements of several files and syntaxes, with several graphs, are judged together."""
    lines = turtle(sound_cube(random.Random(4))).splitlines(keepends=True)
    heads = [line for line in lines if line.startswith("@prefix")]
    rest = [line for line in lines if not line.startswith("@prefix") and "_:" not in line]
    paths = [
        written(tmp_path, f"{number}.ttl", "".join(heads + rest[number::3])) for number in range(3)
    ]
    whole = written(tmp_path, "whole.ttl", "".join(heads + rest))
    together, alone = validate_files(paths), validate_files([whole])
    assert together.counts == alone.counts
    assert {item.code for item in together.faults} == {item.code for item in alone.faults}


def test_find_circles_in_hierarchies(tmp_path: Path) -> None:
    """Codes that are broader than themselves are named once per circle, at the first."""
    skos = "http://www.w3.org/2004/02/skos/core#"
    text = (
        f"@prefix eg: <{NS}> .\n@prefix skos: <{skos}> .\n"
        "eg:a skos:broader eg:b .\neg:b skos:broader eg:c .\neg:c skos:narrower eg:b .\n"
        "eg:d skos:broader eg:e .\neg:f skos:broader eg:d .\neg:d skos:narrower eg:e .\n"
        "eg:g skos:broader eg:g .\n"
    )
    found = validate_files([written(tmp_path, "a.ttl", text)]).faults
    assert [(item.code, item.line, item.column) for item in found] == [
        ("no-data-set", 0, 0),
        ("cyclic-hierarchy", 6, 1),
        ("cyclic-hierarchy", 9, 1),
    ]
    assert f"{NS}d, {NS}e." in found[1].finding


def test_find_place_only_where_it_is(tmp_path: Path) -> None:
    """A thing that is nowhere a subject stands where it is used; of no other there is a place."""
    path = written(tmp_path, "a.ttl", f"<{NS}a> <b> <{NS}c> .\n")
    files, _ = read_files([path], [])
    wanted = {f"{NS}a", f"{NS}c", f"{NS}d"}
    assert find_places(files, wanted) == {
        f"{NS}a": (str(path), 1, 1),
        f"{NS}c": (str(path), 1, 26),
    }


def test_tell_thing_without_iri(tmp_path: Path) -> None:
    """A thing without IRI is said to have none, at its own place."""
    text = (
        f"@prefix eg: <{NS}> .\n@prefix qb: <{QB}> .\n"
        "eg:structure a qb:DataStructureDefinition ;\n"
        "  qb:component [ qb:measure eg:m ; qb:componentRequired false ] .\n"
    )
    found = validate_files([written(tmp_path, "a.ttl", text)]).faults
    place = [(item.line, item.column) for item in found if item.code.startswith("optional")]
    assert place == [(4, 16)]
    assert "the component (without IRI, line 4, column 16) of" in found[-1].finding


SHAPES = f"""@prefix eg: <{NS}> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
eg:Shape a sh:NodeShape ; sh:targetClass <{QB}Observation> ;
  sh:property [ sh:path eg:note ; sh:minCount 1 ; sh:message "has no note"@en ] .
"""


def test_judge_shapes_that_are_given(tmp_path: Path) -> None:
    """Shapes that are given are judged too, and what they find has its place."""
    text, line, column = STRAYS["turtle.ttl"]
    path, shapes = written(tmp_path, "a.ttl", text), written(tmp_path, "shapes.ttl", SHAPES)
    found = validate_files([path], [shapes]).faults
    assert [(item.line, item.column) for item in found if item.code == "shape-violation"] == [
        (line, column)
    ]


CUBE_OF_OTHERS = """\
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-code: <http://purl.org/linked-data/sdmx/2009/code#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix eg: <http://x.example/> .
eg:year a qb:DimensionProperty ; rdfs:range xsd:gYear .
eg:size a qb:DimensionProperty ; rdfs:range xsd:integer .
eg:count a qb:MeasureProperty ; rdfs:range xsd:integer .
eg:dsd a qb:DataStructureDefinition ;
  qb:component [ qb:dimension eg:year ], [ qb:measure eg:count ],
    [ qb:dimension eg:size ; qb:componentAttachment qb:Slice ],
    [ qb:attribute sdmx-attribute:obsStatus ; qb:componentRequired false ] ;
  qb:sliceKey eg:key .
eg:key a qb:SliceKey ; qb:componentProperty eg:size .
eg:ds a qb:DataSet ; qb:structure eg:dsd ; qb:slice eg:slice .
eg:slice a qb:Slice ; qb:sliceStructure eg:key ; eg:size 1 ; qb:observation eg:a, eg:b, eg:c .
eg:a a qb:Observation ; qb:dataSet eg:ds ; eg:year "2020"^^xsd:gYear ; eg:count 5 .
eg:b a qb:Observation ; qb:dataSet eg:ds ; eg:year "2021"^^xsd:gYear ; eg:count 5 ;
  sdmx-attribute:obsStatus sdmx-code:obsStatus-A .
eg:c a qb:Observation ; qb:dataSet eg:ds ; eg:year "2022"^^xsd:gYear ;
  sdmx-attribute:obsStatus sdmx-code:obsStatus-M .
"""


def test_find_nothing_in_sound_cube_of_others(tmp_path: Path) -> None:
    """A dimension may stand on the slices, and a status that is not required may be left out."""
    assert faults_of(written(tmp_path, "a.ttl", CUBE_OF_OTHERS)) == []
    unexplained = CUBE_OF_OTHERS.replace('"2020"^^xsd:gYear ; eg:count 5', '"2020"^^xsd:gYear')
    assert faults_of(written(tmp_path, "b.ttl", unexplained)) == [
        ("observation-without-measure", "b.ttl", 18, 1),
    ]
    for number, status in enumerate(("sdmx-code:obsStatus-M", '"P"', "eg:provisional")):
        other = CUBE_OF_OTHERS.replace("sdmx-code:obsStatus-A", status)
        assert faults_of(written(tmp_path, f"c{number}.ttl", other)) == []


def test_judge_shapes_on_many_over_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On more observations than pySHACL can judge in time, shapes of SHACL Core are judged still.

    Others are named, and judged with --full only.
    """
    monkeypatch.setattr("publish.validation.given_shapes.MOST_OBSERVATIONS", 0)
    path = written(tmp_path, "a.ttl", STRAYS["turtle.ttl"][0])
    core = written(tmp_path, "core.ttl", SHAPES)
    found = validate_files([path], [core]).faults
    assert found == validate_files([path], [core], full=True).faults
    assert "shape-violation" in [item.code for item in found]
    more = written(tmp_path, "more.ttl", SHAPES.replace("sh:minCount 1", "sh:minLength 2"))
    [warning] = [item for item in validate_files([path], [more]).faults if "shape" in item.code]
    assert (warning.code, warning.severity) == ("shapes-not-judged", "warning")
    assert f"{NS}Shape" in warning.finding
    codes = [item.code for item in validate_files([path], [more], full=True).faults]
    assert "shapes-not-judged" not in codes


def test_report_shapes_that_cannot_be_used(tmp_path: Path) -> None:
    """Shapes that are no SHACL are a fault of their file."""
    text = SHAPES.replace("sh:path eg:note", 'sh:path "x"')
    path = written(tmp_path, "a.ttl", STRAYS["turtle.ttl"][0])
    shapes = written(tmp_path, "shapes.ttl", text)
    found = validate_files([path], [shapes]).faults
    assert ("bad-shape", str(shapes)) in [(item.code, item.path) for item in found]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("a.ttl", True), ("a/b", True), ("./a", True), ("a-slug", False), ("slug2", False)],
)
def test_tell_files_from_slugs(argument: str, expected: bool) -> None:
    """An argument with an ending or a slash is a file, whether it exists or not."""
    assert looks_like_file(argument) is expected


def test_validate_file_from_the_command_line(tmp_path: Path) -> None:
    """Files are judged without a project: 0 without faults, 1 with, and as JSON."""
    fixtures = TESTS / "validation" / "constraints" / "fixtures"
    sound, defect = str(fixtures / "sound.ttl"), str(fixtures / "IC-1.ttl")
    shown = subprocess.run(
        [PROGRAM, "validate", sound], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout == (
        "1 data set, 1 structure, 2 observations, 4 code lists, 72 statements; no faults\n"
    )
    result = CliRunner().invoke(main, ["--format", "json", "validate", sound, defect])
    assert result.exit_code == 1
    records = json.loads(result.stdout)
    assert [(item["code"], item["path"], item["line"], item["column"]) for item in records] == [
        ("observation-not-in-one-data-set", defect, 5, 1)
    ]
    assert list(tmp_path.iterdir()) == []


def test_tell_of_files_in_dutch() -> None:
    """What was found is told in Dutch; nothing is said of a release, as there is none."""
    fixtures = TESTS / "validation" / "constraints" / "fixtures"
    sound, defect = str(fixtures / "sound.ttl"), str(fixtures / "IC-1.ttl")
    found = CliRunner().invoke(main, ["--language", "nl", "validate", sound])
    assert found.stdout == (
        "1 dataset, 1 structuur, 2 observaties, 4 codelijsten, 72 uitspraken; geen fouten\n"
    )
    faulty = CliRunner().invoke(main, ["--language", "nl", "validate", sound, defect])
    assert faulty.exit_code == 1
    assert "1 fout.\n" in faulty.stderr
    mixed = CliRunner().invoke(main, ["--language", "nl", "validate", sound, "slug"])
    assert (mixed.exit_code, mixed.stdout) == (2, "")
    assert "geef bestanden, of slugs" in mixed.stderr


def test_warn_about_files_without_data_set(tmp_path: Path) -> None:
    """A file without a cube is not sound in silence: it is said what was found, with a warning."""
    path = written(tmp_path, "a.ttl", f"<{NS}a> <{NS}b> 1 .\n")
    result = CliRunner().invoke(main, ["validate", str(path)])
    assert result.exit_code == 0
    assert result.stdout == (
        "0 data sets, 0 structures, 0 observations, 0 code lists, 1 statement; no faults\n"
    )
    assert f"{path}: warning: no-data-set: " in result.stderr


def test_refuse_files_with_slugs(tmp_path: Path) -> None:
    """Files and slugs are not judged in one run, and shapes are for files."""
    path = written(tmp_path, "a.ttl", f"<{NS}a> <{NS}b> 1 .\n")
    for arguments in (["validate", str(path), "slug"], ["validate", "slug", "--shapes", str(path)]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert "files" in result.stderr


def test_judge_catalogue_of_others() -> None:
    """A catalogue, which is no cube, has no faults and one warning."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared material is not at hand")
    judgement = validate_files([folder / "conformance" / "example-catalog.ttl"])
    assert [(item.code, item.severity) for item in judgement.faults] == [("no-data-set", "warning")]


def test_find_misspelt_terms_in_shapes_that_are_given(tmp_path: Path) -> None:
    """A slip in a term of SHACL, which a validator ignores in silence, is told at its place."""
    path = written(tmp_path, "a.ttl", STRAYS["turtle.ttl"][0])
    shapes = written(tmp_path, "shapes.ttl", SHAPES.replace("sh:minCount", "sh:minCont"))
    found = validate_files([path], [shapes]).faults
    [item] = [item for item in found if item.code == "unknown-shape-term"]
    assert (Path(item.path).name, item.line) == ("shapes.ttl", 4)
    assert "minCount" in item.fix


def test_report_name_of_a_namespace_with_two_colons(tmp_path: Path) -> None:
    """RDF/XML that breaks the rules of namespaces is a fault, though its parser takes it."""
    start = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    path = written(tmp_path, "a.rdf", f'{start}\n  xmlns:a:b="http://x.example/"/>\n')
    assert faults_of(path) == [("rdf-syntax", "a.rdf", 2, 10)]


def test_refuse_xml_nested_deeply(tmp_path: Path) -> None:
    """RDF/XML nested so deeply that its parser would take very long is a fault with its place."""
    start = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="urn:x:">'
    path = written(tmp_path, "a.rdf", start + "\n<a>" * 200_000)
    assert faults_of(path) == [("rdf-syntax", "a.rdf", 1_001, 1)]
