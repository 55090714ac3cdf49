"""A store of anybody's RDF files: what is in it, what is counted, and what is said of faults."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from publish.faults.fault import Fault
from publish.release.stores.of_rdf_files import StoreSummary, make_store

NS = "http://x.example/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

SYNTAXES = {
    "data.ttl": f"PREFIX eg: <{NS}>\neg:a eg:p eg:b .\n",
    "data.nt": f"<{NS}a> <{NS}p> <{NS}b> .\n",
    "data.nq": f"<{NS}a> <{NS}p> <{NS}b> <{NS}g> .\n",
    "data.trig": f"PREFIX eg: <{NS}>\neg:g {{ eg:a eg:p eg:b }}\n",
    "data.rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:eg="{NS}"><rdf:Description rdf:about="{NS}a">'
        f'<eg:p rdf:resource="{NS}b"/></rdf:Description></rdf:RDF>\n'
    ),
    "data.jsonld": f'{{"@context": {{"eg": "{NS}"}}, "@id": "eg:a", "eg:p": {{"@id": "eg:b"}}}}\n',
}


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def made(folder: Path, *files: Path) -> tuple[StoreSummary, ox.Store]:
    """Make a store of files that are sound, and open it as a worker does."""
    faults: list[Fault] = []
    summary = make_store(files, folder / "store", faults)
    assert summary is not None, faults
    assert faults == []
    return summary, ox.Store.read_only(str(folder / "store"))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", SYNTAXES)
def test_load_every_syntax(name: str, packed: bool, tmp_path: Path) -> None:
    """A file of any syntax is loaded, compressed or not, into the graph that it names itself."""
    content = gzip.compress(SYNTAXES[name].encode()) if packed else SYNTAXES[name].encode()
    path = written(tmp_path, f"{name}.gz" if packed else name, content)
    summary, store = made(tmp_path, path)
    has_graph = name in ("data.nq", "data.trig")
    graph = ox.NamedNode(f"{NS}g") if has_graph else ox.DefaultGraph()
    a, p, b = (ox.NamedNode(NS + local) for local in "apb")
    assert list(store) == [ox.Quad(a, p, b, graph)]
    counted = {"triples": 1, "distinct-subjects": 1, "properties": 1, "classes": 0}
    nothing = dict.fromkeys(counted, 0)
    default, *named = summary.graphs
    assert default == {"name": None, **(nothing if has_graph else counted)}
    assert named == ([{"name": f"{NS}g", **counted}] if has_graph else [])
    assert (summary.files, len(store)) == ((path,), 1)


def test_keep_graphs_apart_without_a_union(tmp_path: Path) -> None:
    """The default graph holds what the files put there, and not the named graphs."""
    text = f"<{NS}a> <{NS}p> 1 . GRAPH <{NS}g> {{ <{NS}a> <{NS}p> 1, 2 }}"
    summary, store = made(tmp_path, written(tmp_path, "a.trig", text))
    assert len(list(store.query("SELECT * { ?s ?p ?o }"))) == 1
    assert len(list(store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }"))) == 2
    assert [graph["triples"] for graph in summary.graphs] == [1, 2]
    assert len(store) == 3


def test_keep_blank_nodes_of_files_apart(tmp_path: Path) -> None:
    """The same label in two files means two things, in one file one thing."""
    text = f"_:a <{NS}p> 1 .\n_:a <{NS}q> 1 .\n"
    summary, _ = made(tmp_path, written(tmp_path, "a.ttl", text), written(tmp_path, "b.trig", text))
    assert (summary.graphs[0]["distinct-subjects"], summary.graphs[0]["triples"]) == (2, 4)


def test_load_a_file_once(tmp_path: Path) -> None:
    """A file that is given twice is loaded once."""
    path = written(tmp_path, "a.ttl", f"[] <{NS}p> 1 .\n")
    summary, _ = made(tmp_path, path, path)
    assert (summary.files, summary.graphs[0]["triples"]) == ((path,), 1)


@pytest.mark.parametrize("name", ["a.ttl", "a.trig", "a.rdf", "a.jsonld"])
def test_resolve_relative_iris_against_the_file(name: str, tmp_path: Path) -> None:
    """A relative IRI is relative to the address of its own file."""
    texts = {
        ".ttl": f"<#a> <{NS}p> <> .",
        ".trig": f"<#a> <{NS}p> <> .",
        ".rdf": SYNTAXES["data.rdf"].replace(f"{NS}a", "#a").replace(f'"{NS}b"', '""'),
        ".jsonld": f'{{"@id": "#a", "{NS}p": {{"@id": ""}}}}',
    }
    path = written(tmp_path, name, texts[path_ending(name)])
    _, store = made(tmp_path, path)
    [quad] = store
    base = path.resolve().as_uri()
    assert (quad.subject, quad.object) == (ox.NamedNode(f"{base}#a"), ox.NamedNode(base))


def test_refuse_json_nested_deeply(tmp_path: Path) -> None:
    """JSON-LD nested so deeply that its parser would end the process is a fault with its place."""
    faults: list[Fault] = []
    node = f'{{"{NS}p":'
    path = written(tmp_path, "a.jsonld", f"[\n{node}" * 5_000)
    assert make_store([path], tmp_path / "store", faults) is None
    assert [(item.code, item.line, item.column) for item in faults] == [
        ("rdf-syntax", 51, len(node) + 1)
    ]


def path_ending(name: str) -> str:
    return Path(name).suffix


def test_load_triple_terms(tmp_path: Path) -> None:
    """RDF 1.2 is read: a version, triple terms, annotations and a direction of a text."""
    text = (
        f'VERSION "1.2"\nPREFIX : <{NS}>\n'
        ':a :says <<( :s :p "x"@ar--rtl )>> .\n:s :p :o {| :source :b |} .\n'
    )
    summary, store = made(tmp_path, written(tmp_path, "a.ttl", text))
    assert summary.graphs[0]["triples"] == 4
    found = store.query(f"PREFIX : <{NS}> SELECT ?t {{ :a :says ?t }}")
    assert isinstance(found, ox.QuerySolutions)
    term = next(found)["t"]
    assert isinstance(term, ox.Triple)
    assert str(term.object) == '"x"@ar--rtl'


@pytest.mark.parametrize("seed", range(5))
def test_count_as_a_query_would(seed: int, tmp_path: Path) -> None:
    """Counts are those of the distinct things in a graph, in the default and in a named one."""
    rng = random.Random(seed)
    things = [f"<{NS}{letter}>" for letter in "abcdefgh"] + ["_:x", "_:y"]
    kinds = [f"<{NS}p>", f"<{NS}q>", f"<{TYPE}>"]
    graphs = ["", f"<{NS}g>", f"<{NS}h>"]
    quads = {
        f"{rng.choice(things)} {rng.choice(kinds)} {rng.choice(things)} {rng.choice(graphs)} ."
        for _ in range(200)
    }
    summary, _ = made(tmp_path, written(tmp_path, "a.nq", "\n".join(sorted(quads))))
    for graph, counts in zip(graphs, summary.graphs, strict=True):
        rows = [quad.split() for quad in quads if quad.split()[3] == (graph or ".")]
        assert counts == {
            "name": graph.strip("<>") or None,
            "triples": len(rows),
            "distinct-subjects": len({row[0] for row in rows}),
            "properties": len({row[1] for row in rows}),
            "classes": len({row[2] for row in rows if row[1] == f"<{TYPE}>"}),
        }


def test_count_graphs_without_a_name(tmp_path: Path) -> None:
    """A graph that a blank node names is loaded but not counted, as nobody can ask for it."""
    text = f"_:g {{ <{NS}a> <{NS}p> 1 }} <{NS}g> {{ <{NS}a> <{NS}p> 1 }}"
    summary, store = made(tmp_path, written(tmp_path, "a.trig", text))
    assert [graph["name"] for graph in summary.graphs] == [None, f"{NS}g"]
    assert (len(list(store.named_graphs())), len(store)) == (2, 2)


def test_find_prefixes(tmp_path: Path) -> None:
    """Prefixes are those of Turtle, TriG and RDF/XML; the first file wins; a text has none."""
    texts = {
        "a.ttl": (
            "# @prefix comment: <http://c.example/> .\n@prefix eg: <http://first.example/> .\n"
            f"@base <{NS}> . PREFIX : <#>\nprefix eg-2.x: <http://two.example/> "
            'eg:a eg:p """ @prefix text: <http://t.example/> . """ .\n'
            "@prefix late: <http://late.example/> . late:a a late:b .\n"
        ),
        "b.trig": "PREFIX eg: <http://second.example/>\nPREFIX more: <http://more.example/>\n",
        "c.rdf": SYNTAXES["data.rdf"].replace("eg", "xml-eg"),
        "d.nt": "# PREFIX no: <http://no.example/>\n",
    }
    summary, _ = made(tmp_path, *(written(tmp_path, name, text) for name, text in texts.items()))
    assert summary.prefixes == {
        "eg": "http://first.example/",
        "": f"{NS}#",
        "eg-2.x": "http://two.example/",
        "late": "http://late.example/",
        "more": "http://more.example/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xml-eg": NS,
    }
    triple = ox.Triple(ox.NamedNode(f"{NS}#a"), ox.NamedNode(f"{NS}p"), ox.Literal("x"))
    written_out = ox.serialize([triple], format=ox.RdfFormat.TURTLE, prefixes=summary.prefixes)
    assert written_out is not None
    assert b":a xml-eg:p" in written_out


def test_find_no_prefix_in_a_text_that_goes_on(tmp_path: Path) -> None:
    """What stands in a text that is longer than what is looked at is no prefix."""
    text = (
        f'<{NS}a> <{NS}p> """{"x" * 130_000} @prefix text: <http://t.example/> . {"x" * 9999}""" .'
    )
    summary, _ = made(tmp_path, written(tmp_path, "a.ttl", text))
    assert summary.prefixes == {}


def test_report_faults_of_all_files(tmp_path: Path) -> None:
    """The faults of all files are told with their places, and no store is left."""
    lines = f'<{NS}a> <{NS}b> 5 .\n<{NS}a> <{NS}b> "c" .\n<{NS}a> b> <c> .\n'
    files = [
        written(tmp_path, "sound.ttl", SYNTAXES["data.ttl"]),
        written(tmp_path, "a.nt", lines),
        written(tmp_path, "b.ttl", f"<{NS}a> <{NS}b> <c> .\n<a> <b> .\n"),
        written(tmp_path, "c.rdf", "<?xml version='1.0'?>\n<a>\n </b>\n"),
        written(tmp_path, "d.jsonld", '{"@context": "https://schema.org/", "@id": "a"}'),
        written(tmp_path, "e.rdf", " \n"),
        written(tmp_path, "f.csv", "a,b\n1,2\n"),
        written(tmp_path, "g.nt.gz", gzip.compress(b"<a:a> <b:b> <c:c> .\n" * 9)[:-12]),
        tmp_path / "none.ttl",
        written(tmp_path, "h.trig", "<x:g> { <x:a> <x:b> }\n"),
    ]
    faults: list[Fault] = []
    assert make_store(files, tmp_path / "store", faults) is None
    assert sorted((Path(item.path).name, item.code, item.line, item.column) for item in faults) == [
        ("a.nt", "rdf-syntax", 1, 43),
        ("a.nt", "rdf-syntax", 3, 22),
        ("b.ttl", "rdf-syntax", 2, 9),
        ("c.rdf", "rdf-syntax", 3, 4),
        ("d.jsonld", "remote-context", 1, 14),
        ("e.rdf", "empty-file", 1, 1),
        ("f.csv", "unknown-syntax", 0, 0),
        ("g.nt.gz", "cannot-read", 0, 0),
        ("h.trig", "rdf-syntax", 1, 21),
        ("none.ttl", "cannot-read", 0, 0),
    ]
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("name", ["late.ttl", "late.nt", "late.nt.gz"])
def test_report_fault_deep_in_a_file(name: str, tmp_path: Path) -> None:
    """A fault that stands where much is loaded already leaves no store either."""
    text = "".join(f"<{NS}{number}> <{NS}p> <{NS}b> .\n" for number in range(20_000)) + "<a> .\n"
    content = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    faults: list[Fault] = []
    assert make_store([written(tmp_path, name, content)], tmp_path / "store", faults) is None
    assert [(item.code, item.line) for item in faults] == [("rdf-syntax", 20_001)]
    assert not (tmp_path / "store").exists()


def test_report_a_text_without_end(tmp_path: Path) -> None:
    """A text that is longer than a parser keeps is a fault at its line."""
    path = written(tmp_path, "long.ttl", '\n<a:a> <b:b> "' + "x" * (1 << 25) + '" .\n')
    faults: list[Fault] = []
    assert make_store([path], tmp_path / "store", faults) is None
    assert [(item.code, item.line, item.column) for item in faults] == [("rdf-syntax", 2, 1)]


def test_read_no_entity_from_a_file(tmp_path: Path) -> None:
    """What stands in another file of the system never gets into the store."""
    secret = written(tmp_path, "secret.txt", "secret")
    text = (
        f'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY s SYSTEM "{secret.as_uri()}">]>\n'
        + SYNTAXES["data.rdf"].replace(f'<eg:p rdf:resource="{NS}b"/>', "<eg:p>&s;</eg:p>")
    )
    faults: list[Fault] = []
    assert make_store([written(tmp_path, "a.rdf", text)], tmp_path / "store", faults) is None
    column = text.splitlines()[1].index(">") + 1
    assert [(item.code, item.line, item.column) for item in faults] == [("rdf-syntax", 2, column)]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_take_no_memory_for_what_is_counted(tmp_path: Path) -> None:
    """A store of a million subjects takes the memory of loading, and counting adds little."""
    import resource

    path = tmp_path / "big.nt"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"<{NS}{number}> <{NS}p> <{NS}b> .\n" for number in range(1_000_000))
    summary, store = made(tmp_path, path)
    assert summary.graphs[0]["distinct-subjects"] == 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    query = "SELECT (COUNT(*) AS ?n) { SELECT REDUCED ?s { ?s ?p ?o } }"
    assert [str(row["n"].value) for row in store.query(query)] == ["1000000"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
