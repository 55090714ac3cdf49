"""Code lists of others: CSV and SKOS, and what can be wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publish.faults.fault import Fault
from publish.ontology.suggest.foreign_lists import ForeignList, read_foreign_list

TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://a.example/lijst> a skos:ConceptScheme ; skos:prefLabel "Statuten"@nl .
<http://a.example/lijst/w> a skos:Concept ; skos:notation "W" ;
    skos:altLabel "loontrekkende"@nl ; skos:prefLabel "werknemer"@nl , "employee"@en .
<http://a.example/lijst/z> a skos:Concept ; skos:prefLabel "zelfstandige"@nl .
"""
RDF_XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:skos="http://www.w3.org/2004/02/skos/core#">
  <skos:Concept rdf:about="http://a.example/lijst/w">
    <skos:notation>W</skos:notation><skos:prefLabel>werknemer</skos:prefLabel>
  </skos:Concept>
</rdf:RDF>
"""
JSON_LD = """{"@id": "http://a.example/lijst/w",
 "http://www.w3.org/2004/02/skos/core#notation": "W",
 "http://www.w3.org/2004/02/skos/core#prefLabel": "werknemer"}
"""
N_TRIPLES = (
    '<http://a.example/lijst/w> <http://www.w3.org/2000/01/rdf-schema#label> "werknemer" .\n'
    '<http://a.example/lijst/w> <http://www.w3.org/2004/02/skos/core#notation> "W" .\n'
)


def read(
    folder: Path, text: str | bytes, name: str = "lijst.csv", *languages: str
) -> tuple[ForeignList | None, list[Fault]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults: list[Fault] = []
    return read_foreign_list(path, frozenset(languages), faults), faults


def pairs(found: tuple[ForeignList | None, list[Fault]]) -> list[tuple[str, str]]:
    """Return code and first label of each entry; nothing may be wrong."""
    assert not found[1], found[1]
    assert found[0]
    return [(entry.code, entry.labels[0]) for entry in found[0].entries]


@pytest.mark.parametrize(
    "text",
    [
        "code,label\nW,werknemer\nZ,zelfstandige\n",
        "code;naam\nW;werknemer\nZ;zelfstandige\n",
        "Notatie\tOmschrijving\nW\twerknemer\nZ\tzelfstandige\n",
        "\ufeffID;Titel\r\nW;werknemer\r\n\r\nZ;zelfstandige\r\n",
        "label,code\nwerknemer,W\nzelfstandige,Z\n",
        "jaar,code,label\n2020,W,werknemer\n2020,Z,zelfstandige\n",
        "W,werknemer\nZ,zelfstandige\n",
        'code,label\n"W","werknemer"\n"Z","zelfstandige"\n,\n',
    ],
)
def test_read_table(tmp_path: Path, text: str) -> None:
    """Any usual separator will do; columns are known by name, else they are the first two."""
    assert pairs(read(tmp_path, text)) == [("W", "werknemer"), ("Z", "zelfstandige")]


def test_read_table_of_labels(tmp_path: Path) -> None:
    """A table of one column has labels only."""
    for text in ("label\nwerknemer\nzelfstandige\n", "werknemer\nzelfstandige\n"):
        assert pairs(read(tmp_path, text)) == [("", "werknemer"), ("", "zelfstandige")]


def test_lose_no_first_row(tmp_path: Path) -> None:
    """A first row that names no column is an entry like the others."""
    assert pairs(read(tmp_path, "x,y\nW,werknemer\n")) == [("x", "y"), ("W", "werknemer")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lijst.rdf", RDF_XML),
        ("lijst.xml", RDF_XML),
        ("lijst.jsonld", JSON_LD),
        ("lijst.nt", N_TRIPLES),
        ("lijst", RDF_XML),
        ("lijst", JSON_LD),
        ("lijst.txt", N_TRIPLES),
    ],
)
def test_read_concepts_in_any_syntax(tmp_path: Path, name: str, text: str) -> None:
    """The syntax is known by the name of the file, else by how it begins."""
    found, faults = read(tmp_path, text, name)
    assert not faults
    assert found
    [entry] = found.entries
    assert (entry.code, entry.labels, entry.iri) == (
        "W",
        ("werknemer",),
        "http://a.example/lijst/w",
    )


def test_read_concepts_with_all_labels(tmp_path: Path) -> None:
    """Preferred labels come first; without a notation the end of the address is the code."""
    found, faults = read(tmp_path, TURTLE, "lijst.ttl")
    assert not faults
    assert found
    assert found.about == "Statuten"
    assert [(entry.code, entry.labels) for entry in found.entries] == [
        ("W", ("werknemer", "employee", "loontrekkende")),
        ("z", ("zelfstandige",)),
    ]


def test_read_labels_in_one_language(tmp_path: Path) -> None:
    """With a language given, labels in others are left out."""
    assert pairs(read(tmp_path, TURTLE, "lijst.ttl", "en")) == [("W", "employee")]


@pytest.mark.parametrize(
    ("name", "text", "code", "line", "column"),
    [
        ("lijst.csv", "", "empty-file", 1, 1),
        ("lijst.csv", b"code,label\nW,werknem\xebr\n", "wrong-encoding", 2, 10),
        ("lijst.csv", "code\nW\nZ\n", "no-label-column", 1, 1),
        ("lijst.csv", "code,label\n", "no-rows", 1, 1),
        ("lijst.csv", "code,label\nW,werknemer\nZ\n", "ragged-row", 3, 1),
        ("lijst.csv", "code,label\nW,\nZ,zelfstandige\n", "empty-label", 2, 3),
        ("lijst.csv", 'code,label\nW,"werknemer\n', "bad-csv", 2, 3),
        ("lijst.ttl", '<http://a.example/x> <http://a.example/p> "x"\n', "turtle-syntax", 2, 1),
        ("lijst.jsonld", "{\n", "rdf-syntax", 2, 1),
        ("lijst.ttl", "<http://a.example/x> <http://a.example/p> 1 .\n", "no-concepts", 0, 0),
    ],
)
def test_report_faults(
    tmp_path: Path, name: str, text: str | bytes, code: str, line: int, column: int
) -> None:
    """What is wrong with a list is a fault with its place."""
    _, faults = read(tmp_path, text, name)
    assert [(item.code, item.line, item.column) for item in faults] == [(code, line, column)]
    assert faults[0].path.endswith(name)


def test_report_all_faults_of_a_table(tmp_path: Path) -> None:
    """All rows that are wrong are reported in one run."""
    _, faults = read(tmp_path, "code;label\nA\nB;\nC;c;d\n")
    assert [(item.code, item.line) for item in faults] == [
        ("ragged-row", 2),
        ("empty-label", 3),
        ("ragged-row", 4),
    ]


def test_report_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is a fault."""
    faults: list[Fault] = []
    assert read_foreign_list(tmp_path / "nergens.csv", frozenset(), faults) is None
    assert [item.code for item in faults] == ["cannot-read"]


def test_refuse_json_nested_deeply(tmp_path: Path) -> None:
    """JSON-LD nested so deeply that its parser would end the process is a fault."""
    found, faults = read(tmp_path, '{"http://a.example/p":' * 5_000, "lijst.jsonld")
    assert found is None
    assert [(item.code, item.line, item.column) for item in faults] == [("rdf-syntax", 1, 2201)]


def test_refuse_xml_that_grows_and_pipes(tmp_path: Path) -> None:
    """Entities that would fill the memory are refused before parsing, and no pipe is waited for."""
    names = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    laughs = f'<!DOCTYPE r [<!ENTITY e0 "ha">{names}]>\n<r>&e9;</r>'
    _, faults = read(tmp_path, laughs, "lijst.rdf")
    assert [(item.code, item.line) for item in faults] == [("rdf-syntax", 2)]
    pipe = tmp_path / "pijp.ttl"
    os.mkfifo(pipe)
    faults = []
    assert read_foreign_list(pipe, frozenset(), faults) is None
    assert [item.code for item in faults] == ["cannot-read"]


def test_refuse_a_text_without_end(tmp_path: Path) -> None:
    """A literal that is longer than the parser reads is a fault at its line."""
    found, faults = read(tmp_path, '\n<a:a> <a:b> "' + "x" * (1 << 24) + '" .\n', "lijst.ttl")
    assert found is None
    assert [(item.code, item.line, item.column) for item in faults] == [("rdf-syntax", 2, 1)]
