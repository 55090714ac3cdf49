"""The table of RDF formats: what a file is, by its name or by how it begins."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.rdf.formats import BY_ENDING, FORMATS, Format, format_of_content, format_of_name


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
    ],
)  # fmt: skip
def test_format_of_content(start: bytes, expected: str | None) -> None:
    """A file without a telling name is known by its first bytes, or is no RDF."""
    found = format_of_content(start)
    assert (found and found.name) == expected
