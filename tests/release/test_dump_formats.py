"""The dumps in every format: the same triples, true sizes and checksums."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import warnings
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from small_release import BASE, make_release

from publish.cube.rdf.syntax import turtle
from publish.project.iris import PREFIXES
from publish.rdf.counts import count_graphs
from publish.rdf.jsonld import json_ld, usable_prefixes
from publish.release.dump_formats import FORMS, WrittenDumps, write_forms
from publish.release.manifest import Dump

TWICE = '<id/dataset/werknemers> rdfs:label "Werknemers naar leeftijd"@nl .\n'
"""A triple of a data set's graph that is put into another graph as well."""
FORMATS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("release") / "current", extra=TWICE)


def entries(release: Path) -> dict[str, dict[str, object]]:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"].removeprefix("dumps/"): entry for entry in manifest["files"]}


def triples_of(path: Path) -> set[ox.Triple]:
    format_ = FORMATS[path.suffix]
    return {quad.triple for quad in ox.parse(path.read_bytes(), format=format_)}


@pytest.mark.parametrize("name", ["werknemers", "werknemers-cellen", "codelijsten", "vocabularium"])
@pytest.mark.parametrize("ending", [".ttl", ".jsonld", ".rdf"])
def test_write_the_same_triples_in_every_form(release: Path, name: str, ending: str) -> None:
    """Each form of a dump holds the triples of its N-Triples."""
    dumps = release / "dumps"
    assert triples_of(dumps / f"{name}{ending}") == triples_of(dumps / f"{name}.nt")


@pytest.mark.parametrize("ending", [".ttl", ".jsonld", ".rdf"])
def test_write_everything_in_every_form(release: Path, ending: str) -> None:
    """Everything together is in every form too, and it is all graphs."""
    dumps = release / "dumps"
    all_ = set().union(
        *(triples_of(path) for path in dumps.glob("*.nt") if path.name != "alles.nt")
    )
    assert triples_of(dumps / "alles.nt") == all_
    assert triples_of(dumps / f"alles{ending}") == all_


def test_write_a_triple_of_two_graphs_once(release: Path) -> None:
    """In the N-Triples of everything each line stands once, in the N-Quads once per graph."""
    lines = (release / "dumps" / "alles.nt").read_text(encoding="utf-8").splitlines()
    quads = (release / "dumps" / "alles.nq").read_text(encoding="utf-8").splitlines()
    head = f'<{BASE}/id/dataset/werknemers> <{PREFIXES["rdfs"]}label> "Werknemers naar leeftijd"@nl'
    assert lines.count(f"{head} .") == 1
    assert sorted(line for line in quads if line.startswith(head)) == [
        f"{head} <{BASE}/id/graaf/{name}> ." for name in ("bronnen", "werknemers")
    ]
    assert len(lines) == len(set(lines)) == len(quads) - 1


def test_name_the_graph_in_quads(release: Path) -> None:
    """The N-Quads of a graph are its triples, each with the name of the graph."""
    text = (release / "dumps" / "uitstroom.nq").read_bytes()
    quads = list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(f"{BASE}/id/graaf/uitstroom")}
    assert {quad.triple for quad in quads} == triples_of(release / "dumps" / "uitstroom.nt")


def test_compress_without_name_and_time(release: Path, tmp_path: Path) -> None:
    """What is compressed is the file itself; the header tells neither when nor of what."""
    for name in ("werknemers.nt", "alles.nt", "alles.nq"):
        packed = (release / "dumps" / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == (release / "dumps" / name).read_bytes()
        assert packed[:4] == b"\x1f\x8b\x08\x00"  # no flags, so no name
        assert packed[4:8] == b"\0\0\0\0"
    again = make_release(tmp_path / "again", extra=TWICE)
    assert entries(again) == entries(release)


def test_list_every_file_truly(release: Path) -> None:
    """The manifest has the size and checksum of each file, and every file is in it."""
    found = entries(release)
    folder = release / "dumps"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(found) == files
    for name, entry in found.items():
        content = (release / "dumps" / name).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_write_sums_that_coreutils_reads(release: Path) -> None:
    """`sha256sum --check` finds every file as it is listed."""
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    result = subprocess.run(command, cwd=release / "dumps", capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(entries(release)) - 1


def write(folder: Path, **graphs: str) -> WrittenDumps:
    """Write graphs of a few lines of N-Triples as dumps."""
    dumps = []
    for name, text in graphs.items():
        (folder / f"{name}.nt").write_text(text, encoding="utf-8")
        (folder / f"{name}.ttl").write_bytes(turtle(PREFIXES).header() + text.encode())
        dumps.append(Dump(name=name, graph=f"http://g.example/{name}", about="http://g.example/"))
    return write_forms(folder, dumps, [], PREFIXES, "http://g.example/")


def test_leave_out_xml_that_would_not_parse(tmp_path: Path) -> None:
    """A character that XML cannot hold leaves RDF/XML out, and nothing else."""
    write(tmp_path, tekens='<http://a.example/s> <http://a.example/p> "a\\u0001b" .\n')
    assert not (tmp_path / "tekens.rdf").exists()
    assert triples_of(tmp_path / "tekens.jsonld") == triples_of(tmp_path / "tekens.nt")


def test_cut_lines_at_any_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a block of a file ends, the forms are the same."""
    lines = [f'<http://a.example/{at}> <http://a.example/p> "é . {at}" .\n' for at in range(9)]
    (tmp_path / "een").mkdir()
    (tmp_path / "twee").mkdir()
    whole = write(tmp_path / "een", a="".join(lines[:6]), b="".join(lines[3:]))
    for size in (1, 7, len(lines[0].encode()), 64):
        monkeypatch.setattr("publish.release.compressed.BLOCK", size)
        cut = write(tmp_path / "twee", a="".join(lines[:6]), b="".join(lines[3:]))
        assert cut.files == whole.files
        assert cut.counts == whole.counts
    assert whole.counts.triples == 9
    assert whole.counts.graphs == {"http://g.example/a": 6, "http://g.example/b": 6}


def test_count_what_the_store_counts(release: Path) -> None:
    """The numbers of the manifest are those that queries on the store give."""
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    store = ox.Store.read_only(str(release / "store"))

    def count(what: str, where: str = "?s ?p ?o") -> int:
        rows = store.query(f"SELECT (COUNT({what}) AS ?n) {{ {where} }}")
        assert isinstance(rows, ox.QuerySolutions)
        return int(next(rows)["n"].value)

    assert manifest["counts"] == {
        "triples": count("*"),
        "distinct-subjects": count("DISTINCT ?s"),
        "distinct-objects": count("DISTINCT ?o"),
        "properties": count("DISTINCT ?p"),
        "classes": count("DISTINCT ?o", "?s a ?o"),
    }
    for counted, value, where in (
        ("property", "?p", "?s ?p ?o"),
        ("class", "?o", "?s a ?o"),
    ):
        rows = store.query(f"SELECT {value} (COUNT(*) AS ?n) {{ {where} }} GROUP BY {value}")
        assert isinstance(rows, ox.QuerySolutions)
        assert manifest["partitions"][f"{counted}-partitions"] == {
            row[0].value: int(row["n"].value) for row in rows
        }
    for graph in manifest["graphs"]:
        assert graph["triples"] == count("*", f"GRAPH <{graph['name']}> {{ ?s ?p ?o }}")


def test_count_lines_that_stand_twice_in_a_file() -> None:
    """A line that stands twice in one graph is one triple of it."""
    line = "<http://a.example/s> <http://a.example/p> <http://a.example/o> .\n"
    counts = count_graphs({"a": lambda: [line.encode() * 2], "b": lambda: []})
    assert (counts.graphs, counts.triples) == ({"a": 1, "b": 0}, 1)
    assert counts.repeated == {line.encode(): ["a", "a"]}
    assert count_graphs({}).triples == 0


ODD = """
<http://a.example/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://purl.org/linked-data/cube#DataSet> .
<http://a.example/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "geen klasse" .
<http://a.example/s> <http://www.w3.org/2000/01/rdf-schema#label> "één"@nl-BE .
<http://a.example/s> <http://www.w3.org/2000/01/rdf-schema#label> "\\"\\n\\u0001@id" .
<http://a.example/s> <http://purl.org/linked-data/cube#order> "1.0"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<http://a.example/s> <http://purl.org/linked-data/cube#a/b> <time:noon> .
<http://a.example/s> <http://purl.org/linked-data/cube#> <urn:x:y> .
<time:noon> <http://www.w3.org/2006/time#inXSDDate> <http://www.w3.org/2006/time#x> .
_:b <http://www.w3.org/2004/02/skos/core#member> _:c .
<http://a.example/s> <http://purl.org/dc/terms/title> "weer" .
""".lstrip()  # noqa: E501


def test_write_json_ld_that_two_parsers_read() -> None:
    """What is written parses to the same triples, whatever stands in them."""
    prefixes = usable_prefixes(PREFIXES, ODD.encode())
    triples = [quad.triple for quad in ox.parse(ODD, format=ox.RdfFormat.N_TRIPLES)]
    text = "".join(json_ld(triples, prefixes))
    found = ox.parse(text, format=ox.RdfFormat.JSON_LD)
    named = {str(quad.triple) for quad in found if "_:" not in str(quad)}
    assert named == {str(triple) for triple in triples if "_:" not in str(triple)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of rdflib, of its own use
        assert len(Graph().parse(data=text, format="json-ld")) == len(triples)
    context = json.loads(text)["@context"]
    assert context["qb"] == PREFIXES["qb"]
    assert "time" not in context  # <time:noon> would be read as a short name
    assert '"qb:order":{"@type":"xsd:decimal","@value":"1.0"}' in text


def test_write_json_ld_of_nothing() -> None:
    """A graph without triples is JSON-LD too."""
    text = "".join(json_ld([], {}))
    assert list(ox.parse(text, format=ox.RdfFormat.JSON_LD)) == []


def test_every_form_has_a_media_type() -> None:
    """No form is served as something that nobody knows."""
    assert all("/" in kind for kind in FORMS.values())
