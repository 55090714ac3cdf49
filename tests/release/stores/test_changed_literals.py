"""Which literals the store holds in another form than their files: counted, shown and placed."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.rdf.input.files import RdfFile, recognise_file
from publish.rdf.namespaces import XSD
from publish.release.stores.changed_literals import ChangedLiterals

NODE = ox.NamedNode("http://x.example/a")
DIGITS = st.text("0123456789", max_size=18)
NUMBERS = st.builds(
    "".join, st.tuples(st.sampled_from(["", "-", "+"]), DIGITS, st.sampled_from(["", "."]), DIGITS)
)
DATES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["2024", "0001", "0000", "-0044", "12024", "02024"]),
        st.sampled_from(["", "-01", "-01-31", "-02-30"]),
        st.sampled_from(["", "T00:00:00", "T24:00:00", "T12:30:59.50", "T23:59:60"]),
        st.sampled_from(["", "Z", "+00:00", "-00:00", "+02:00", "-14:00", "+15:00"]),
    ),
)
OTHERS = st.sampled_from(
    ["1e0", "1.0E5", "INF", "+INF", "NaN", "true", "1", "True", "P12M", "PT24H", "24:00:00"]
) | st.sampled_from(["--01", "ab", "AB", "urn:a", " 1 ", "1,5", ""])
NAMES = sorted(XSD.__annotations__)


def literal(value: str, name: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(str(XSD) + name))


def stored(value: ox.Literal) -> object:
    """Return what a store makes of a literal."""
    store = ox.Store()
    store.add(ox.Quad(NODE, NODE, value))
    return next(iter(store)).object


@settings(max_examples=60)
@given(NUMBERS | DATES | OTHERS, st.sampled_from(NAMES))
def test_count_what_the_store_changes(value: str, name: str) -> None:
    """A literal counts exactly when the store gives another one back, whatever its datatype."""
    file = RdfFile(path=Path("x.ttl"), shown="x.ttl", syntax=ox.RdfFormat.TURTLE)
    changed = ChangedLiterals()
    quad = ox.Quad(NODE, NODE, literal(value, name))
    assert list(changed.passing(file, [quad])) == [quad]
    assert changed.number == (stored(literal(value, name)) != literal(value, name))


def changes_of(path: Path, text: str) -> ChangedLiterals:
    """Return what the store would change of a file."""
    path.write_text(text, encoding="utf-8")
    file = recognise_file(path, [])
    assert file is not None
    changed = ChangedLiterals()
    quads = ox.parse(path=path, format=file.syntax, base_iri=file.base)
    assert list(changed.passing(file, quads))
    return changed


PREFIXES = "PREFIX : <http://x.example/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://x.example/">'
    '\n<rdf:Description rdf:about="http://x.example/12.0">\n'
    f'<e:p rdf:datatype="{XSD}decimal">12.0</e:p></rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.ttl", ':a :p "12.0", 3 ; # 12.0\n :q 12.0 .', (4, 5)),
        ("a.ttl", ':v12.0 :p <12.0> ;\n :q """12.0""", "12.0"^^xsd:decimal .', (4, 17)),
        (
            "a.ttl",
            ':a :p "12.0"^^xsd:string ;\n :q "12.0"^^<http://x.example/decimal>, 12.0 .',
            (4, 41),
        ),
        ("a.trig", ":g { :a :p 1 }\n:h { :a :p +12.0 }", (4, 12)),
        ("a.nt", f'_:a <urn:p> "12.0" .\n_:a <urn:p> "12.0"^^<{XSD}decimal> .', (2, 13)),
        ("a.nq", f'_:a <urn:p> "12.0"^^<{XSD}decimal> <urn:g> .', (1, 13)),
        ("a.rdf", XML, (3, 1)),
        (
            "a.jsonld",
            f'{{"http://x.example/p":\n {{"@value": "12.0", "@type": "{XSD}decimal"}}}}',
            (2, 13),
        ),
        (
            "a.jsonld",
            '{"http://x.example/q": "1.5",\n "http://x.example/p": [7, 1.5]}',
            (2, 28),
        ),
    ],
)
def test_place_the_first(tmp_path: Path, name: str, text: str, place: tuple[int, int]) -> None:
    """The fault stands at the first literal that changes, in files of any format."""
    text = PREFIXES + text if name in ("a.ttl", "a.trig") else text
    [found] = changes_of(tmp_path / name, text).faults()
    assert (found.code, found.severity, found.path) == (
        "literals-changed",
        "warning",
        str(tmp_path / name),
    )
    assert (found.line, found.column) == place
    assert f"{name}:{place[0]})" in found.finding


def test_show_three_and_count_all(tmp_path: Path) -> None:
    """Of many literals all are counted, and three that differ are shown."""
    values = " ,".join(f"{number % 5}.0" for number in range(20))
    subjects = "".join(f":s{number} :p {values} .\n" for number in range(3))
    changed = changes_of(tmp_path / "a.ttl", PREFIXES + subjects)
    assert changed.number == 60
    [found] = changed.faults()
    assert "60 literals" in found.finding
    assert found.finding.count("becomes") == found.finding.nl.count("wordt") == 3
    assert found.finding.endswith("; ….")


def test_count_statements_that_coincide(tmp_path: Path) -> None:
    """Statements that become equal are counted, those that were equal before are not."""
    text = ":a :p 1, 01, +1, 1.0, 2.0 ; :q 01 . :b :p 01, 01 . :a :p 1 . << :a :p 01 >> :q 01 ."
    changed = changes_of(tmp_path / "a.ttl", PREFIXES + text.partition(" <<")[0])
    assert changed.number == 7
    assert changed.count_coinciding() == 2
    assert ChangedLiterals().count_coinciding() == 0
