"""The dumps: every form of every graph, true sizes and checksums, and files over HTTP."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import warnings
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from small_release import BASE, LISTS, client_of, make_release

from publish.cube.rdf.observations import turtle
from publish.project.iris import PREFIXES, Uris
from publish.rdf.counts import count_graphs
from publish.rdf.jsonld import json_ld, usable_prefixes
from publish.release import dump_formats as dump_forms
from publish.release.dump_formats import FORMS, write_forms
from publish.release.dumps import parts_by_list
from publish.release.manifest import Dump

MADE = "Wed, 04 Mar 2026 05:06:07 GMT"
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


@pytest.fixture(scope="module")
def client(release: Path) -> FlaskClient:
    return client_of(release)


def entries(release: Path) -> dict[str, dict[str, object]]:
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"].removeprefix("dumps/"): entry for entry in manifest["files"]}


def triples_of(path: Path) -> set[ox.Triple]:
    format_ = FORMATS[path.suffix]
    return {quad.triple for quad in ox.parse(path.read_bytes(), format=format_)}


# -- The files ---------------------------------------------------------------------------------


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


def test_write_each_code_list_by_itself(release: Path) -> None:
    """A list comes with its codes and no other's; together the lists are the graph of lists."""
    folder = release / "dumps" / "codelijst"
    lists = {path.stem: triples_of(path) for path in folder.glob("*.nt")}
    assert set(lists) == set(LISTS)
    for name, triples in lists.items():
        own = f"{BASE}/id/conceptscheme/{name}", f"{BASE}/id/concept/{name}/"
        assert triples
        assert all(str(triple.subject).strip("<>").startswith(own) for triple in triples)
        for ending in (".ttl", ".jsonld", ".rdf"):
            assert triples_of(folder / f"{name}{ending}") == triples
        quads = ox.parse((folder / f"{name}.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
        assert {str(quad.graph_name) for quad in quads} == {f"<{BASE}/id/graaf/codelijsten>"}
    assert set().union(*lists.values()) == triples_of(release / "dumps" / "codelijsten.nt")


def test_count_lists_by_themselves_once(release: Path) -> None:
    """What is a part of a graph is no graph of its own."""
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    names = {graph["name"].rpartition("/")[2] for graph in manifest["graphs"]}
    assert names == {path.stem for path in (release / "dumps").glob("*.nt")} - {"alles"}


def test_split_what_hangs_on_lists() -> None:
    """Levels and remarks go with the list that they are of, what is of two lists with both."""
    graph = Graph().parse(
        format="turtle",
        data="""
        @prefix : <http://x.example/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://x.example/id/conceptscheme/a> a skos:ConceptScheme ; :levels :list-a .
        <http://x.example/id/conceptscheme/b> a skos:ConceptScheme .
        <http://other.example/list> a skos:ConceptScheme .
        :a1 skos:inScheme <http://x.example/id/conceptscheme/a> ; skos:exactMatch :b1 .
        :b1 skos:inScheme <http://x.example/id/conceptscheme/b> .
        :o1 skos:inScheme <http://other.example/list> .
        :list-a :first :level-a . :level-a :depth 1 .
        :remark-b :about :b1 . :remark-both :about :a1 , :b1 . :alone :is :alone .
        """,
    )
    parts = parts_by_list(graph, Uris(base="http://x.example", vocabulary="v"))
    subjects = {
        name: {str(subject).rpartition("/")[2] for subject in part.subjects()}
        for name, part in parts.items()
    }
    assert subjects == {
        "a": {"a", "a1", "list-a", "level-a", "remark-both"},
        "b": {"b", "b1", "remark-b", "remark-both"},
    }


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


def write(folder: Path, **graphs: str) -> dump_forms.Made:
    """Write graphs of a few lines of N-Triples as dumps."""
    dumps = []
    for name, text in graphs.items():
        (folder / f"{name}.nt").write_text(text, encoding="utf-8")
        (folder / f"{name}.ttl").write_bytes(turtle(PREFIXES).header() + text.encode())
        dumps.append(Dump(name=name, graph=f"http://g.example/{name}", about="http://g.example/"))
    return write_forms(folder, dumps, [], PREFIXES, "http://g.example/")


def test_leave_out_large_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON-LD and RDF/XML come up to the stated size of N-Triples, all else always."""
    monkeypatch.setattr(dump_forms, "LARGEST", 100)
    line = '<http://a.example/s> <http://a.example/p> "%d" .\n'
    made = write(tmp_path, klein=line % 1, groot="".join(line % at for at in range(3)))
    paths = {str(entry["path"]).removeprefix("dumps/") for entry in made.files}
    always = {".nt", ".nt.gz", ".ttl", ".nq"}
    assert paths == {
        *(f"klein{ending}" for ending in (*always, ".jsonld", ".rdf")),
        *(f"groot{ending}" for ending in always),
        *(f"alles{ending}" for ending in (*always, ".nq.gz")),
        "SHA256SUMS",
    }


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
        monkeypatch.setattr("publish.rdf.counts.BLOCK", size)
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
    for graph in manifest["graphs"]:
        assert graph["triples"] == count("*", f"GRAPH <{graph['name']}> {{ ?s ?p ?o }}")


def test_count_lines_that_stand_twice_in_a_file(tmp_path: Path) -> None:
    """A line that stands twice in one graph is one triple of it."""
    line = "<http://a.example/s> <http://a.example/p> <http://a.example/o> .\n"
    (tmp_path / "a.nt").write_text(line * 2, encoding="utf-8")
    (tmp_path / "b.nt").write_text("", encoding="utf-8")
    counts = count_graphs({"a": tmp_path / "a.nt", "b": tmp_path / "b.nt"})
    assert (counts.graphs, counts.triples) == ({"a": 1, "b": 0}, 1)
    assert counts.repeated == {line.encode()}
    assert count_graphs({}).triples == 0


# -- JSON-LD -----------------------------------------------------------------------------------

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


# -- Over HTTP ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("werknemers.nt", "application/n-triples"),
        ("werknemers.nt.gz", "application/gzip"),
        ("werknemers.ttl", "text/turtle; charset=utf-8"),
        ("werknemers.nq", "application/n-quads"),
        ("werknemers.jsonld", "application/ld+json"),
        ("werknemers.rdf", "application/rdf+xml"),
        ("alles.nq.gz", "application/gzip"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_get_dump(client: FlaskClient, release: Path, name: str, kind: str) -> None:
    """A file comes as it is, with its type, name and checksum, and varies with nothing."""
    response = client.get(f"/dumps/{name}", headers={"Accept-Encoding": "gzip"})
    content = (release / "dumps" / name).read_bytes()
    assert (response.status_code, response.data) == (200, content)
    headers = response.headers
    assert headers["Content-Type"] == kind
    assert headers["Content-Length"] == str(len(content))
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert headers["Last-Modified"] == MADE
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "public, max-age=600, must-revalidate"
    assert "Content-Encoding" not in headers
    assert "Vary" not in headers


def test_head_dump(client: FlaskClient) -> None:
    """HEAD answers with the headers of GET and no body."""
    one, other = client.get("/dumps/uitstroom.nt"), client.head("/dumps/uitstroom.nt")
    assert (other.status_code, other.data) == (200, b"")
    assert dict(one.headers) == dict(other.headers)


TAG, TIME = "{tag}", MADE
BEFORE, AFTER = "Wed, 04 Mar 2026 05:06:06 GMT", "Wed, 04 Mar 2026 05:06:08 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": TAG}, 304),
        ({"If-None-Match": f"W/{TAG}"}, 304),
        ({"If-None-Match": f'"x", {TAG}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": TIME}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "gisteren"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": TIME}, 200),
        ({"If-Match": TAG}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": f"W/{TAG}"}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Unmodified-Since": TIME}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-None-Match": TAG, "Range": "bytes=0-1"}, 304),
    ],
)
def test_get_dump_on_condition(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    """Conditions are judged in the order of RFC 9110, section 13.2.2."""
    tag = client.head("/dumps/werknemers.nt").headers["ETag"]
    given = {name: value.replace(TAG, tag) for name, value in headers.items()}
    response = client.get("/dumps/werknemers.nt", headers=given)
    assert response.status_code == status
    assert response.headers["ETag"] == tag
    assert bool(response.data) == (status == 200)
    assert ("Content-Type" in response.headers) == (status == 200)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None),
        ("Bytes=3-3", 3, 4),
        ("bytes= 3-3", 3, 4),
    ],
)
def test_get_range(
    client: FlaskClient, release: Path, asked: str, start: int, end: int | None
) -> None:
    """One range of bytes is 206, with the place it has in the whole."""
    content = (release / "dumps" / "werknemers.nt").read_bytes()
    response = client.get("/dumps/werknemers.nt", headers={"Range": asked})
    part = content[start:end]
    first = start if start >= 0 else len(content) + start
    assert (response.status_code, response.data) == (206, part)
    assert response.headers["Content-Length"] == str(len(part))
    place = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
    assert response.headers["Content-Range"] == place


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,4-5", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "rows=0-1", "0-1", "bytes=٣-"],
)
def test_ignore_range(client: FlaskClient, release: Path, asked: str) -> None:
    """Several ranges, other units and what is no range are ignored: the whole comes."""
    header = {"Range": asked.encode().decode("latin-1")}
    response = client.get("/dumps/werknemers.nt", headers=header)
    assert response.status_code == 200
    assert len(response.data) == (release / "dumps" / "werknemers.nt").stat().st_size


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", f"bytes={'9' * 40}-"])
def test_refuse_range_beyond_the_end(client: FlaskClient, release: Path, asked: str) -> None:
    """A range that is not there is 416, and the answer says how long the file is."""
    response = client.get("/dumps/werknemers.nt", headers={"Range": asked})
    size = (release / "dumps" / "werknemers.nt").stat().st_size
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{size}"
    assert response.content_type == "text/plain; charset=utf-8"
    assert str(size) in response.text


@pytest.mark.parametrize(
    ("condition", "status"),
    [(TAG, 206), (TIME, 206), (f"W/{TAG}", 200), ('"x"', 200), (BEFORE, 200), (AFTER, 200)],
)
def test_continue_only_the_same_file(client: FlaskClient, condition: str, status: int) -> None:
    """If-Range gives the part only of exactly the file that it was begun of."""
    tag = client.head("/dumps/werknemers.nt").headers["ETag"]
    headers = {"Range": "bytes=0-4", "If-Range": condition.replace(TAG, tag)}
    assert client.get("/dumps/werknemers.nt", headers=headers).status_code == status


def test_ignore_range_of_head(client: FlaskClient) -> None:
    """A range means something with GET only."""
    response = client.head("/dumps/werknemers.nt", headers={"Range": "bytes=0-4"})
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "../manifest.json",
        "%2e%2e/manifest.json",
        "none.nt",
        "../store/CURRENT",
        "/etc/passwd",
        "x/",
    ],
)
def test_get_dump_outside(client: FlaskClient, path: str) -> None:
    """Only files of the manifest are served."""
    assert client.get(f"/dumps/{path}").status_code == 404


def test_suggest_dump(client: FlaskClient) -> None:
    """A name that is nearly right leads to the file."""
    assert "/dumps/werknemers.nt" in client.get("/dumps/werknemer.nt").text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_refuse_other_methods(client: FlaskClient, method: str) -> None:
    """A file can only be got."""
    response = client.open("/dumps/werknemers.nt", method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_serve_a_code_list_by_itself(client: FlaskClient) -> None:
    """It is kept under its own name, and leads to the page about the list, which leads to it."""
    name = next(iter(LISTS))
    response = client.get(f"/dumps/codelijst/{name}.ttl")
    assert response.status_code == 200
    assert response.content_type == "text/turtle; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}.ttl"'
    assert f'</doc/conceptscheme/{name}>; rel="describedby"' in response.headers["Link"]
    page = client.get(f"/doc/conceptscheme/{name}.html").text
    assert f'href="/dumps/codelijst/{name}.ttl"' in page
    assert f"dumps/codelijst/{list(LISTS)[1]}" not in page


def test_list_dumps_on_a_page(client: FlaskClient, release: Path) -> None:
    """The page names every file, the size up to which there are all forms, and the sums."""
    response = client.get("/dumps/", headers={"Accept": "text/html", "Accept-Language": "nl"})
    for name in entries(release):
        assert f'href="/dumps/{name}"' in response.text
    assert "tot 20 MB" in response.text
    assert "Werknemers naar leeftijd: de cellen van de bron" in response.text
    assert response.headers["Vary"] == "Accept-Language"


def test_every_form_has_a_media_type() -> None:
    """No form is served as something that nobody knows."""
    assert all("/" in kind for kind in FORMS.values())
