"""A release with large graphs: their three forms, and everything as its parts."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import warnings
import zlib
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from built import Built, built, copy_of_the_answer
from rdflib import Dataset
from small_project import SmallProject
from small_release import make_release

from publish.cube.rdf.syntax import turtle
from publish.project.iris import PREFIXES
from publish.project.project import read_project
from publish.release import compressed, manifest
from publish.release.build import validate
from publish.release.dump_formats import WrittenDumps, write_forms
from publish.release.graph_files import GraphFiles
from publish.release.manifest import Dump, make_manifest
from publish.release.soundness import check_release, write_made

TWICE = '<id/dataset/werknemers> rdfs:label "Werknemers naar leeftijd"@nl .\n'
"""A triple of a large graph that is put into a small one as well."""
LIMIT = 9000
"""Bytes of N-Triples that two of the seven graphs pass."""
LARGE = ("uitstroom", "werknemers")
FORMATS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".ttl": ox.RdfFormat.TURTLE,
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release as it is when nothing is large."""
    return make_release(tmp_path_factory.mktemp("plain") / "current", extra=TWICE)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "LARGEST", LIMIT)
        return make_release(tmp_path_factory.mktemp("large") / "current", extra=TWICE)


def read(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return found


def entries(release: Path) -> dict[str, dict[str, Any]]:
    return {entry["path"].removeprefix("dumps/"): entry for entry in read(release)["files"]}


def content(release: Path, name: str) -> bytes:
    """Return what is downloaded under a name, its parts one after the other."""
    entry = entries(release)[name]
    paths = [part["path"] for part in entry.get("parts", [entry])]
    return b"".join((release / path).read_bytes() for path in paths)


def test_leave_out_large_forms(release: Path, plain: Path) -> None:
    """A large graph, and everything, has three compressed forms; a small one has those of ever."""
    found, of_plain = entries(release), entries(plain)
    for name in (*LARGE, "alles"):
        endings = {path.partition(".")[2] for path in found if path.partition(".")[0] == name}
        assert endings == {"nt.gz", "nq.gz", "ttl.gz"}
    small = {path for path in of_plain if path.partition(".")[0] not in (*LARGE, "alles")}
    assert {path: found[path] for path in small - {"SHA256SUMS"}} == {
        path: of_plain[path] for path in small - {"SHA256SUMS"}
    }
    assert set(found) == small | {
        f"{name}.{ending}" for name in (*LARGE, "alles") for ending in ("nt.gz", "nq.gz", "ttl.gz")
    }


@pytest.mark.parametrize("name", [*LARGE, "alles"])
@pytest.mark.parametrize("ending", FORMATS)
def test_hold_the_same_statements(release: Path, plain: Path, name: str, ending: str) -> None:
    """What two parsers read of each compressed form is what stands in the plain one."""
    text = gzip.decompress(content(release, f"{name}{ending}.gz"))
    expected = (plain / "dumps" / f"{name}{ending}").read_bytes()
    format_ = FORMATS[ending]
    assert set(ox.parse(text, format=format_)) == set(ox.parse(expected, format=format_))
    kind = {".nt": "nt", ".nq": "nquads", ".ttl": "turtle"}[ending]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of rdflib, of its own use
        one, other = (len(Dataset().parse(data=data, format=kind)) for data in (text, expected))
    assert one == other > 0


def test_write_a_triple_of_two_graphs_once(release: Path, plain: Path) -> None:
    """Each line stands once in the N-Triples of everything, also of a large and a small graph."""
    lines = gzip.decompress(content(release, "alles.nt.gz")).splitlines()
    assert sorted(lines) == sorted((plain / "dumps" / "alles.nt").read_bytes().splitlines())
    quads = gzip.decompress(content(release, "alles.nq.gz")).splitlines()
    assert sorted(quads) == sorted((plain / "dumps" / "alles.nq").read_bytes().splitlines())


def test_write_nothing_large_twice(release: Path) -> None:
    """The parts of everything are the files of the large graphs, and one of the rest."""
    found = entries(release)
    for ending in ("nt.gz", "nq.gz", "ttl.gz"):
        whole = found[f"alles.{ending}"]
        *large, rest = whole["parts"]
        assert {part["path"] for part in large} == {f"dumps/{name}.{ending}" for name in LARGE}
        assert rest["path"] == f"parts/alles.{ending}"
        assert not (release / "dumps" / f"alles.{ending}").exists()


def test_list_sizes_and_checksums_truly(release: Path) -> None:
    """The manifest says the size and checksum of each download, part and content."""
    for name, entry in entries(release).items():
        data = content(release, name)
        assert entry["bytes"] == len(data)
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        for one in entry.get("parts", [entry]):
            packed = (release / one["path"]).read_bytes()
            assert one["bytes"] == len(packed)
            assert one["sha256"] == hashlib.sha256(packed).hexdigest()
            if "content" in one:
                text = gzip.decompress(packed)
                sum_ = hashlib.sha256(text).hexdigest()
                assert one["content"] == {"bytes": len(text), "sha256": sum_}
            else:
                assert name.partition(".")[0] not in (*LARGE, "alles")


def test_write_sums_of_what_is_downloaded(release: Path, tmp_path: Path) -> None:
    """`sha256sum --check` finds every download as it is listed, everything among them."""
    for name in entries(release):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content(release, name))
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(entries(release)) - 1


def test_describe_first_in_turtle(release: Path) -> None:
    """What Turtle begins with, is a member of its own."""
    packed = content(release, "werknemers.ttl.gz")
    first = zlib.decompressobj(wbits=31)
    assert first.decompress(packed).startswith(b"@prefix")
    assert first.unused_data.startswith(b"\x1f\x8b")


def test_count_and_load_as_ever(release: Path, plain: Path) -> None:
    """Counts, graphs and store are those of the plain release."""
    one, other = read(release), read(plain)
    assert {key: one[key] for key in ("counts", "partitions", "graphs")} == {
        key: other[key] for key in ("counts", "partitions", "graphs")
    }
    stores = [ox.Store.read_only(str(folder / "store")) for folder in (release, plain)]
    one_, other_ = ({str(quad) for quad in store} for store in stores)
    assert one_ == other_


def test_find_a_damaged_part(release: Path) -> None:
    """`publish verify` compares the parts of everything too."""
    write_made(release, {"made": "2026-03-04T05:06:07Z"})
    assert check_release(release, full=True) == []
    rest = release / "parts" / "alles.nq.gz"
    good = rest.read_bytes()
    try:
        rest.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        [found] = check_release(release, full=True, shown="x")
        assert (found.code, found.path) == ("release-file", "x/parts/alles.nq.gz")
    finally:
        rest.write_bytes(good)


def write(folder: Path, limit: int, **graphs: str) -> WrittenDumps:
    """Write graphs of a few lines of N-Triples as the dumps of a release."""
    dumps = []
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "LARGEST", limit)
        for name, text in graphs.items():
            dump = Dump(name=name, graph=f"http://g.example/{name}", about="http://g.example/")
            endings = (".nt", ".ttl")
            files = GraphFiles(folder=folder, name=name, graph=dump.graph, endings=endings)
            for ending in endings:
                files.write(ending, text.encode())
            files.finish(turtle(PREFIXES).header())
            dumps.append(dump)
        return write_forms(folder, dumps, [], PREFIXES, "http://g.example/")


def lines(*numbers: int) -> str:
    return "".join(f'<http://a.example/s> <http://a.example/p> "{at:03}" .\n' for at in numbers)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*.gz")}


def test_write_everything_whole_when_only_it_is_large(tmp_path: Path) -> None:
    """Of small graphs that are large together everything is compressed, but has no parts."""
    folder = tmp_path / "dumps"
    made = write(folder, 200, a=lines(1, 2, 3), b=lines(3, 4, 5))
    assert not (tmp_path / "parts").exists()
    text = gzip.decompress((folder / "alles.nt.gz").read_bytes()).decode()
    assert text == lines(1, 2, 3, 4, 5)
    whole = {str(item["path"]): item for item in made.files if "alles" in str(item["path"])}
    assert set(whole) == {f"dumps/alles.{form}.gz" for form in ("nt", "nq", "ttl")}
    assert all("parts" not in item and "content" in item for item in whole.values())


@pytest.mark.parametrize(
    ("graphs", "joined"),
    [
        ({"a": range(9), "b": range(10, 19), "c": range(20, 22)}, {"a", "b"}),
        ({"a": range(9), "b": range(8, 19), "c": range(20, 22)}, {"a"}),
        ({"c": range(2), "a": range(9), "b": range(10, 19)}, {"a", "b"}),
        ({"a": [*range(9), 0], "b": range(10, 19), "c": range(20, 22)}, {"b"}),
        ({"a": [*range(9), 0], "b": range(9), "c": range(9)}, {"b"}),
    ],
)
def test_join_what_repeats_nothing(
    tmp_path: Path, graphs: dict[str, list[int]], joined: set[str]
) -> None:
    """A large graph that repeats a line of its own or of one before is in the rest, without it."""
    folder = tmp_path / "dumps"
    made = write(folder, 200, **{name: lines(*of) for name, of in graphs.items()})
    [whole] = [item for item in made.files if item["path"] == "dumps/alles.nt.gz"]
    paths = [part["path"] for part in whole["parts"]]
    assert set(paths) == {f"dumps/{name}.nt.gz" for name in joined} | {"parts/alles.nt.gz"}
    text = b"".join(gzip.decompress((tmp_path / path).read_bytes()) for path in paths).decode()
    every = sorted({number for of in graphs.values() for number in of})
    assert sorted(text.splitlines()) == lines(*every).splitlines()
    assert made.counts.triples == len(every)


# -- The identity of a release --------------------------------------------------------------------


def identity(project: SmallProject, made: WrittenDumps) -> str:
    """Return the id of a release that has these dumps."""
    described = make_manifest(
        read_project(project.root),
        data_sets=[],
        examples=[],
        dumps=[],
        counts=made.counts,
        shapes=[],
        files=made.files,
        for_portals={},
    )
    return str(described["id"])


def test_identify_a_release_by_what_is_compressed(
    project: SmallProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other compressed bytes are the same release; another line of a large graph is another."""
    one = write(tmp_path / "one" / "dumps", 200, a=lines(*range(9)), b=lines(20))
    other = write(tmp_path / "other" / "dumps", 200, a=lines(*range(8), 9), b=lines(20))
    monkeypatch.setattr(compressed, "LEVEL", 1)
    again = write(tmp_path / "again" / "dumps", 200, a=lines(*range(9)), b=lines(20))
    assert again.files != one.files
    assert identity(project, again) == identity(project, one) != identity(project, other)


@pytest.mark.slow
def test_judge_what_is_compressed(
    sound: SmallProject, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """pySHACL gets as many triples with `--full`, however they were written."""
    caplog.set_level("INFO", "publish")
    project = read_project(sound.root)
    found = validate(project, full=True)
    monkeypatch.setattr(manifest, "LARGEST", 500)
    assert validate(project, full=True) == found
    one, other = [text for text in caplog.messages if text.startswith("validating")]
    assert one == other


# -- The answer, as if it were large --------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_build_the_answer_as_if_it_were_large(
    answer: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a low limit a whole build has the same statements in each form, cells and remarks too.

    It is found sound, its Turtle begins with what is described, and to build again changes nothing.
    """
    monkeypatch.setattr(manifest, "LARGEST", 60_000)
    large = built(read_project(copy_of_the_answer(tmp_path / "project")))
    assert check_release(large.folder, full=True) == []
    assert {str(quad) for quad in large.store} == {str(quad) for quad in answer.store}
    found = entries(large.folder)
    packed = {name for name in found if name.endswith(".ttl.gz")}
    sets = {item["slug"] for item in large.manifest["data-sets"]}
    assert {name.partition(".")[0] for name in packed} & sets
    assert any("-cellen." in name for name in packed)
    for name in packed:
        stem = name.removesuffix(".ttl.gz")
        plain = ox.parse(
            (answer.folder / "dumps" / f"{stem}.ttl").read_bytes(), format=FORMATS[".ttl"]
        )
        expected = {quad.triple for quad in plain}
        for ending, format_ in FORMATS.items():
            text = gzip.decompress(content(large.folder, f"{stem}{ending}.gz"))
            assert {quad.triple for quad in ox.parse(text, format=format_)} == expected
        if stem in sets:
            first = zlib.decompressobj(wbits=31).decompress(content(large.folder, name))
            assert b"qb:DataSet" in first
            assert b"qb:Observation ;" not in first
    assert built(large.project).folder == large.folder
