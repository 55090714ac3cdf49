"""The table of RDF formats: what a file is, by its name or by how it begins."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.rdf.formats import (
    BY_ENDING,
    FORMATS,
    Format,
    format_of_content,
    format_of_name,
    recognised,
)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_formats_are_known_to_the_parser(known: Format) -> None:
    """Media type and ending lead back to the format."""
    assert ox.RdfFormat.from_media_type(known.media_type) == known.syntax
    assert BY_ENDING[known.ending] is known


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.ttl", "Turtle"), ("A.TTL", "Turtle"), ("a.nt.gz", "N-Triples"), ("a.owl", "RDF/XML"),
        ("a.json", "JSON-LD"), ("a.trig", "TriG"), ("a.b.nq", "N-Quads"), ("a.csv", None),
        ("ttl", None),
    ],
)  # fmt: skip
def test_format_of_name(name: str, expected: str | None) -> None:
    """The last ending counts, in any case and under gzip."""
    found = format_of_name(Path(name))
    assert (found and found.name) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"  [{", "JSON-LD"), (b"<?xml version='1.0'?>", "RDF/XML"), (b"\n<rdf:RDF>", "RDF/XML"),
        (b"# a\n@prefix a: <b> .", "Turtle"), (b"PREFIX a: <b>", "Turtle"),
        (b"<http://a> <http://b> 1 .", "Turtle"), (b"code,label\n", None), (b"", None),
        (b"# a comment\n", "Turtle"), (b"[] a <b:c> .", "Turtle"), (b"_:a <b:c> 1 .", "Turtle"),
        (b"<a:a> <b:b> \"} [\"@nl .\n", "N-Triples"), (b"<a:a> <b:b> <c:c> .", "N-Triples"),
        (b"# a\n<a:a> <b:b> _:c .\n\n<a:a><b:b>\"c\"^^<d:d><e:e>.\n<a:a> <b", "N-Quads"),
        (b"<a:a> <b:b> <c:c> .\n_:a <b:b> \"\\\"\" _:g . # x\r\n", "N-Quads"),
        (b"PREFIX a: <b>\na:g { a:a a:b 1 }", "TriG"), (b"{ <a:a> <b:b> 1 }", "TriG"),
        (b"@prefix a: <b> .\na:a a:b '{' , \"{\" , <{> . # {", "Turtle"),
        (b"[ ]", "JSON-LD"), (b"{}", "JSON-LD"), (b'{\n"@id": 1}', "JSON-LD"),
        (b"<foaf:Person xmlns:foaf='x'>", "RDF/XML"), (b"<RDF xmlns='x'>", "RDF/XML"),
        (b"<!-- a --><a/>", "RDF/XML"),
    ],
)  # fmt: skip
def test_format_of_content(start: bytes, expected: str | None) -> None:
    """A file without a telling name is known by its first bytes, or is no RDF."""
    found = format_of_content(start)
    assert (found and found.name) == expected


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        ("a.txt", b"<a:a> <b:b> <c:c> .\n", "N-Quads"), ("a", b"@prefix a: <b> .", "TriG"),
        ("a.nt", b"<a:a> <b:b> <c:c> <d:d> .\n", "N-Quads"), ("a.nt", b"<a> <b> 5 .", "N-Triples"),
        ("a.ttl", b"<a:a> <b:b> <c:c> <d:d> .\n", "N-Quads"), ("a.ttl", b"<x> { }", "TriG"),
        ("a.ttl", b"<a:a> <b:b> <c:c> .\n", "Turtle"), ("a.nq", b"<a:a> <b:b> 1 .", "N-Quads"),
        ("a.nq", b"<a:a> <b:b> <c:c> .\n", "N-Quads"), ("a.nt", b"PREFIX a: <b>", "TriG"),
        ("a.ttl", b"<?xml version='1.0'?>", "RDF/XML"), ("a.rdf", b"@prefix a: <b> .", "TriG"),
        ("a.json", b"<a:a> <b:b> <c:c> .\n", "N-Quads"), ("a.rdf", b"<a>\n </b>", "RDF/XML"),
        ("a.owl", b"<http://a/b> a <c> ;", "TriG"), ("a.nt", b"<http://a/b> a <c> ;", "N-Triples"),
        ("a.json", b"# c\n<http://a/b> a <c> ;", "TriG"), ("a.xml", b"<a:b>\n </b>", "RDF/XML"),
        ("a.trig", b'{"@id": "a"}', "JSON-LD"), ("a.trig", b"{}", "JSON-LD"),
        ("a.ttl", b"", "Turtle"), ("a.csv", b"a,b\n", None), ("a.jsonld", b"{@id: 1}", "JSON-LD"),
    ],
)  # fmt: skip
def test_recognise_by_content_when_name_lies(name: str, start: bytes, expected: str | None) -> None:
    """The name decides only where the content leaves a doubt."""
    found = recognised(Path(name), start)
    assert (found and found.name) == expected
