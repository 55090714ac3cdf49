"""What a page tells of a document of shapes: header, shapes, rules, paths and constraints."""

from __future__ import annotations

import pytest

from publish.site.pages.shape_documents import ShapeDocument, read_shape_document
from publish.validation.shapes.files import package_shapes

TEXT = """
@base <https://data.example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://ex.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <shapes/proef#> .

<shapes/proef> a owl:Ontology ; dct:title "Trial"@en, "Proef"@nl ; owl:versionInfo "1.2.3" .

:OneShape a sh:NodeShape ; rdfs:label "One"@en ; sh:targetClass ex:A, ex:B ;
    sh:property :shared, [ sh:path PATH ; sh:message "Inline."@en ] ;
    sh:or ( [ sh:property :choice ] [ sh:path ex:p ; sh:minCount 1 ] ) ;
    sh:message "Either."@en .

:TwoShape a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property :shared ; sh:node :OneShape .

:shared a sh:PropertyShape ; sh:path ex:q ; sh:message "Shared."@en, "Gedeeld."@nl ;
    rdfs:seeAlso <https://www.w3.org/TR/vocab-data-cube/#ic-1> .

:choice a sh:PropertyShape ; sh:path ex:r .
"""


def read(path: str = "ex:p") -> ShapeDocument:
    text = TEXT.replace("PATH", path).encode()
    return read_shape_document(
        text,
        "https://data.example.org/shapes/proef",
        lambda iri: iri.replace("https://ex.example/", "ex:"),
    )


def test_read_header_and_shapes() -> None:
    """A document has its title and version, and its shapes in the order of the file."""
    document = read()
    assert (document.title, document.version) == ({"en": "Trial", "nl": "Proef"}, "1.2.3")
    assert document.description == {}
    assert [(shape.name, shape.label, shape.targets) for shape in document.shapes] == [
        ("OneShape", {"en": "One"}, ("ex:A", "ex:B")),
        ("TwoShape", {}, ("ex:p",)),
    ]


def test_read_rules_of_shape() -> None:
    """A shape's rules are its own message, and what it holds inline, in lists and by name."""
    one, two = read().shapes
    assert [(rule.name, rule.path, rule.messages.get("en")) for rule in one.rules] == [
        ("", "", "Either."),
        ("shared", "ex:q", "Shared."),
        ("", "ex:p", "Inline."),
        ("choice", "ex:r", None),
    ]
    assert one.rules[1].implements == ("https://www.w3.org/TR/vocab-data-cube/#ic-1",)
    assert [(rule.name, rule.is_first) for rule in one.rules] == [
        ("", False),
        ("shared", True),
        ("", False),
        ("choice", True),
    ]
    assert [(rule.name, rule.is_first) for rule in two.rules] == [("shared", False)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("ex:p", "ex:p"),
        ("[ sh:inversePath ex:p ]", "^ex:p"),
        ("( ex:p ex:q )", "ex:p/ex:q"),
        ("( [ sh:inversePath ex:p ] ex:q )", "^ex:p/ex:q"),
        ("[ sh:alternativePath ( ex:p ex:q ) ]", "ex:p|ex:q"),
        ("[ sh:zeroOrMorePath ex:p ]", "ex:p*"),
        ("[ sh:oneOrMorePath ex:p ]", "ex:p+"),
        ("[ sh:zeroOrOnePath ex:p ]", "ex:p?"),
    ],
)
def test_write_path_as_sparql_does(path: str, shown: str) -> None:
    """A property path is written as SPARQL writes it."""
    assert read(path).shapes[0].rules[2].path == shown


@pytest.mark.parametrize("name", package_shapes())
def test_tell_every_message_of_shapes(name: str) -> None:
    """The page of each document of the package has every message that stands in the file."""
    base = "https://data.example.org"
    text = f"@base <{base}/> .\n".encode() + package_shapes()[name]
    document = read_shape_document(text, f"{base}/shapes/{name}", str)
    rules = [rule for shape in document.shapes for rule in shape.rules]
    told = {rule.messages["nl"] for rule in rules if rule.messages}
    assert len(told) == text.count(b"sh:message")
    assert all(set(rule.messages) in ({"nl", "en"}, set()) for rule in rules)
