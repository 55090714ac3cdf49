"""The files of an ontology: where things are defined, and blank nodes."""

from __future__ import annotations

from publish.ontology.files import Definitions, OntologyFiles, check_blank_nodes
from publish.rdf.turtle import TurtleFile, parse_turtle

BASE = "https://data.example.org"
FIRST = '<a> <naam> "Eén" ;\n    <bij> <b> .\n\n<b> <naam> "=1+1" .\n'
SECOND = '<b> <naam> "Twee" .\n  <c> <naam> "Drie" .\n'


def turtle(text: str, name: str) -> TurtleFile:
    """Return a file of an ontology."""
    return parse_turtle(text.encode(), f"ontology/{name}.ttl", BASE)


def definitions() -> Definitions:
    """Return where the things of two files are defined."""
    return Definitions((turtle(FIRST, "een"), turtle(SECOND, "twee")))


def test_a_thing_is_defined_where_it_is_first_a_subject() -> None:
    """Neither an earlier use as an object nor a later file counts."""
    places = [definitions().place(f"{BASE}/{name}") for name in "abc"]
    assert places == [
        ("ontology/een.ttl", 1, 1),
        ("ontology/een.ttl", 4, 1),
        ("ontology/twee.ttl", 2, 3),
    ]


def test_a_text_is_found_below_its_subject() -> None:
    """A text that is not there has the place of the thing."""
    found = definitions()
    assert found.place_of_text(f"{BASE}/b", "=1+1") == ("ontology/een.ttl", 4, 13)
    assert found.place_of_text(f"{BASE}/b", "=2+2") == ("ontology/een.ttl", 4, 1)


def test_what_no_file_defines_has_a_path_only() -> None:
    """The path is that of the folder, or the one that is given."""
    found = definitions()
    assert found.place(f"{BASE}/z") == ("ontology", 0, 0)
    assert found.place_of_text(f"{BASE}/z", "z") == ("ontology", 0, 0)
    assert found.path(f"{BASE}/z", "ontology/codelists") == "ontology/codelists"
    assert found.path(f"{BASE}/c") == "ontology/twee.ttl"


def test_a_blank_node_is_a_fault_of_its_file() -> None:
    """Each file is reported once; those that ship with the program are not looked at."""
    blank = turtle("<a> <bij> [ <naam> 1 ] .\n_:x <naam> 1 .\n", "leeg")
    files = OntologyFiles(project=(turtle(FIRST, "een"), blank), package=(blank,))
    found = list(check_blank_nodes(files))
    assert [(item.code, item.path) for item in found] == [("blank-node", "ontology/leeg.ttl")]
