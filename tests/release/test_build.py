"""Releases: whole or not at all, the same bytes for the same input, and two builds at once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from big_project import make_big_project
from built import PROGRAM, Built, built, copy_of_the_answer
from small_project import PLAIN, PLAIN_TABLE, SmallProject

from publish import __version__
from publish.exports.files import export_files
from publish.project.project import read_project
from publish.release.build import build, validate
from publish.release.dump_formats import FORMS
from publish.validation.shapes import with_pyshacl as shapes


def releases(project: SmallProject) -> set[str]:
    """Return what stands in the folder of the releases, but for the lock."""
    folder = project.root / "build"
    return {path.name for path in folder.iterdir()} - {".lock"} if folder.exists() else set()


def publish(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own."""
    return subprocess.run(
        [PROGRAM, "--project", str(root), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def test_list_files_in_manifest_truly(answer: Built) -> None:
    """Every dump stands in the manifest with its size, checksum, media type and graph."""
    entries = {entry["path"]: entry for entry in answer.manifest["files"]}
    found = {
        str(path.relative_to(answer.folder)): path
        for path in (answer.folder / "dumps").rglob("*")
        if path.is_file()
    }
    assert set(entries) == set(found)
    for name, path in found.items():
        entry, content = entries[name], path.read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        stem, dot, ending = path.name.partition(".")
        export = next((item for item in export_files() if item.ending == dot + ending), None)
        usual = export.written_as.media_type if export else "text/plain"
        assert entry["media-type"] == FORMS.get(dot + ending, usual)
        assert entry.get("export") == (export and export.kind)
        single = export is None and stem not in ("alles", "SHA256SUMS")
        stem = "codelijsten" if path.parent.name == "codelijst" else stem
        assert entry.get("graph") == (f"{answer.base}/id/graaf/{stem}" if single else None)


def test_say_in_manifest_what_it_is(answer: Built) -> None:
    """The manifest has a number, the id, the software, the addresses and the titles."""
    manifest = answer.manifest
    assert (manifest["manifest"], manifest["id"]) == (2, answer.folder.name)
    assert re.fullmatch(r"[0-9a-f]{16}", manifest["id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", manifest["software"])
    assert manifest["base"] == manifest["public-url"] == "https://data.sociale-economie.example"
    assert manifest["vocabulary"] == "sociale-economie"
    assert set(manifest["title"]) == {"nl", "en"}


def test_keep_tables_as_printed(answer: Built) -> None:
    """Each printed table stands in the release, byte for byte, where its IRI says."""
    head = f"{answer.base}/id/tabel/"
    found = answer.ask("SELECT ?t WHERE { ?t a pub:Tabel }")
    assert len(found) == 19
    for row in found:
        document, digest, name = row["t"].removeprefix(head).split("/")
        copy = answer.folder / "tables" / document / digest / name
        source = answer.project.root / "mappings" / document / name
        assert copy.read_bytes() == source.read_bytes()
        assert hashlib.sha256(copy.read_bytes()).hexdigest().startswith(digest)


def test_point_to_current_release(sound: SmallProject) -> None:
    """`build/current` is a link to the release, relative, so that the folder can be moved."""
    folder, warnings = build(sound.read())
    assert warnings == []
    assert releases(sound) == {folder.name, "current"}
    assert str((sound.root / "build" / "current").readlink()) == folder.name


def test_put_release_on_the_disk_before_it_is_current(
    sound: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file and folder is on the disk before `current` points there, then the link is too."""
    parent, fsync = sound.root / "build", os.fsync
    synced: list[tuple[Path, bool]] = []

    def record(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path, (parent / "current").is_symlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    folder, _ = build(sound.read())
    of_release = {
        path.relative_to(parent).parts[1:]
        for path, is_current in synced
        if path.is_relative_to(parent) and not is_current
    }
    assert {path.relative_to(folder).parts for path in folder.rglob("*")} <= of_release
    assert [item for item in synced if item[0] == parent] == [(parent, False), (parent, True)]
    assert synced[-1] == (parent, True)


def test_reuse_release_of_same_input(sound: SmallProject) -> None:
    """A second build of the same input leaves the release as it is."""
    first, _ = build(sound.read())
    before = (first / "manifest.json").stat()
    second, _ = build(sound.read())
    after = (second / "manifest.json").stat()
    assert (second, after.st_mtime_ns, after.st_ino) == (first, before.st_mtime_ns, before.st_ino)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("mappings/bron/tabel.csv", "4", "5"),
        ("mappings/bron/tabel.csv", "x,", "y,"),
        ("mappings/proef.yaml", "Een proef.", "Een poging."),
        ("ontology/measures.ttl", "Een geteld aantal", "Een aantal"),
        ("publish.toml", "# public-url", "public-url"),
        ("publish.toml", 'nl = "Cijfers"', 'nl = "Getallen"'),
    ],
)
def test_change_id_with_content(sound: SmallProject, path: str, old: str, new: str) -> None:
    """Whatever changes in the input or the settings makes another release, and it is served."""
    first, _ = build(sound.read())
    file = sound.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    text = text.replace('public-url = "https://data', 'public-url = "https://elders')
    file.write_text(text, encoding="utf-8")
    second, _ = build(sound.read())
    assert second != first
    assert (sound.root / "build" / "current").resolve() == second.resolve()
    assert first.exists()


@pytest.mark.slow
def test_build_same_bytes_whatever_the_process(tmp_path: Path) -> None:
    """The same input gives byte-identical dumps, whatever the order of hashes in a process."""
    running = []
    for seed in ("1", "2"):
        root = copy_of_the_answer(tmp_path / seed)
        command = [PROGRAM, "--project", str(root), "-q", "build"]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        running.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
    found = []
    for process in running:
        folder = Path(process.communicate()[0].strip())
        assert process.returncode == 0
        found.append(
            {
                path.relative_to(folder): path.read_bytes()
                for path in (folder / "dumps").rglob("*")
                if path.is_file()
            }
            | {"manifest.json": (folder / "manifest.json").read_bytes()}
        )
    assert found[0] == found[1]


@pytest.mark.slow
def test_differ_under_other_base_in_the_base_only(answer: Built, tmp_path: Path) -> None:
    """Publishing under another base edits nothing, and changes nothing but the base."""
    root = copy_of_the_answer(tmp_path / "project")
    base = "http://elders.example/pad"
    other = built(read_project(root, base=base))
    assert other.manifest["base"] == other.manifest["public-url"] == base
    for path in sorted((answer.folder / "dumps").glob("*.nt")):
        moved = path.read_text(encoding="utf-8").replace(answer.base, base)
        found = (other.folder / "dumps" / path.name).read_text(encoding="utf-8")
        assert sorted(found.splitlines()) == sorted(moved.splitlines()), path.name
        assert answer.base not in found


def test_follow_public_url_in_manifest_only(sound: SmallProject) -> None:
    """Where things are found changes no identifier."""
    first = built(sound.read())
    second = built(read_project(sound.root, public_url="https://elders.example/"))
    assert second.manifest["public-url"] == "https://elders.example"
    assert second.manifest["files"] == first.manifest["files"]
    assert second.folder != first.folder


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "content",
    [
        PLAIN_TABLE.replace("4", "vier"),
        PLAIN_TABLE.replace("jong", "kind"),
        "",
        "x,2022 - K1\n",
        'x,2022 - K1\njong,"1\n',
        "x\0,2022 - K1\njong\0,\0\n",
    ],
)
def test_write_nothing_when_input_is_faulty(sound: SmallProject, content: str) -> None:
    """A fault leaves no folder behind, and what is being served does not change."""
    folder, _ = build(sound.read())
    before = (sound.root / "build" / "current").readlink()
    sound.table(content)
    result = sound.run("build")
    assert result.exit_code == 1
    assert "tabel.csv:" in result.stdout
    assert "Nothing was written" in result.stderr
    assert releases(sound) == {folder.name, "current"}
    assert (sound.root / "build" / "current").readlink() == before


def test_write_nothing_when_shapes_fail(sound: SmallProject) -> None:
    """When validation fails the build stops, and nothing of it is left."""
    (sound.root / "shapes" / "eigen.ttl").write_text(
        """@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ns: <ns/proef#> .
<shapes/eigen#Shape> a sh:NodeShape ; sh:targetClass qb:Observation ;
    sh:property [ sh:path ns:aantal ; sh:maxInclusive 3 ; sh:message "Te veel."@nl ] .
""",
        encoding="utf-8",
    )
    result = sound.run("build")
    assert result.exit_code == 1
    assert "mappings/bron/tabel.csv:3:7: shape-violation:" in result.stdout
    assert "Te veel." in result.stdout
    assert releases(sound) == set()


def test_keep_nothing_of_validation(sound: SmallProject) -> None:
    """`validate` counts the observations and writes nothing into the project."""
    before = sorted(sound.root.rglob("*"))
    counts, warnings = validate(sound.read())
    assert (counts, warnings) == ({"proef": 4}, [])
    assert sorted(sound.root.rglob("*")) == before


def test_build_only_some_data_sets(sound: SmallProject) -> None:
    """With slugs only those data sets are built; a slug that is no mapping is a fault."""
    sound.mapping(PLAIN, slug="ander")
    manifest = json.loads((build(sound.read(), ["ander"])[0] / "manifest.json").read_text())
    assert [entry["slug"] for entry in manifest["data-sets"]] == ["ander"]
    result = sound.run("build", "andere")
    assert result.exit_code == 1
    assert "mappings/andere.yaml: cannot-read: " in result.stdout


def test_build_project_without_data_sets(project: SmallProject) -> None:
    """A project that has just begun can be built; it publishes its vocabulary."""
    answer = built(project.read())
    assert answer.manifest["data-sets"] == []
    assert answer.ask("SELECT ?d WHERE { ?d a qb:DimensionProperty }")


def test_remove_what_killed_build_left(sound: SmallProject) -> None:
    """What a build that was killed left behind is removed by the next."""
    left = sound.root / "build" / ".unfinished-abc"
    (left / "dumps").mkdir(parents=True)
    folder, _ = build(sound.read())
    assert releases(sound) == {folder.name, "current"}


def test_replace_half_release(sound: SmallProject) -> None:
    """A folder without a manifest is no release; one is made beside it, as it may be served."""
    folder, _ = build(sound.read())
    (folder / "manifest.json").unlink()
    again = built(sound.read())
    assert again.folder.name == f"{folder.name}.2"
    assert len(again.ask("SELECT ?o WHERE { ?o a qb:Observation }")) == 4


@pytest.mark.slow
def test_build_thrice_at_the_same_time(sound: SmallProject) -> None:
    """Builds at the same time do not get into each other's way; each gives a whole release."""
    root = sound.root
    command = [PROGRAM, "--project", str(root), "build"]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    results = [(process.communicate(), process.returncode) for process in running]
    assert [code for _, code in results] == [0, 0, 0], results
    folders = {out.strip() for (out, _), _ in results}
    assert len(folders) == 1
    [folder] = folders
    assert {p.name for p in (root / "build").iterdir()} == {Path(folder).name, "current", ".lock"}
    store = ox.Store.read_only(str(root / "build" / "current" / "store"))
    assert len(list(store.named_graphs())) == 2 + 4


def test_wait_for_another_build(sound: SmallProject) -> None:
    """A build says that it waits, and goes on when the other has ended."""
    folder = sound.root / "build"
    folder.mkdir()
    command = [PROGRAM, "--project", str(sound.root), "build"]
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting for another build\n"
        assert releases(sound) == set()
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, Path(output.strip()).parent) == (0, folder)


@pytest.mark.slow
def test_leave_nothing_when_build_is_killed(tmp_path: Path) -> None:
    """A build that is killed has changed nothing, and does not stand in the way of the next."""
    root = copy_of_the_answer(tmp_path / "project")
    command = [PROGRAM, "--project", str(root), "build"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not list((root / "build").glob(".unfinished-*/dumps/*.nt")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not (root / "build" / "current").exists()
    result = publish(root, "-q", "build")
    assert result.returncode == 0, result.stderr
    assert not list((root / "build").glob(".unfinished-*"))


@pytest.mark.parametrize("name", [".unfinished-x", "x"])
def test_refuse_build_folder_that_is_a_file(sound: SmallProject, name: str) -> None:
    """What the system does not allow is said in a sentence, with exit code 2."""
    (sound.root / "build").write_text(name, encoding="utf-8")
    result = sound.run("build")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("publish: ")
    assert "build" in result.stderr


@pytest.mark.slow
def test_judge_structure_of_large_cube(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a cube too large for pySHACL the structure is judged all the same."""
    monkeypatch.setattr(shapes, "MOST_OBSERVATIONS", 100)
    monkeypatch.setattr("publish.release.stages.judge_graphs.MOST_OBSERVATIONS", 100)
    root = make_big_project(tmp_path / "groot", 10_000)
    counts, warnings = validate(read_project(root))
    assert (counts, warnings) == ({"groot": 10_000}, [])
    (root / "shapes" / "eigen.ttl").write_text(
        """@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<shapes/eigen#Shape> a sh:NodeShape ; sh:targetClass qb:DataStructureDefinition ;
    sh:property [ sh:path qb:component ; sh:maxCount 2 ] .
""",
        encoding="utf-8",
    )
    found = SmallProject(root=root).faults()
    assert [item.code for item in found] == ["shape-violation"]


def test_report_blank_node_in_ontology(sound: SmallProject) -> None:
    """A blank node would get another name in every run, so it is a fault."""
    path = sound.root / "ontology" / "terms.ttl"
    path.write_text("<ns/proef> <http://purl.org/dc/terms/creator> [] .", encoding="utf-8")
    assert sound.places() == [("blank-node", "terms.ttl", 0, 0)]


def test_write_literals_of_ontology_as_the_store_does(sound: SmallProject) -> None:
    """A literal that is not canonical is published as the store gives it back."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    (sound.root / "ontology" / "terms.ttl").write_text(
        f'<ns/proef> <http://x.example/p> 12.50, 007, true, "1"^^<{xsd}boolean>, '
        f'"2023-06-30Z"^^<{xsd}date>, "1.0E1"^^<{xsd}double>, "x"^^<{xsd}integer> .',
        encoding="utf-8",
    )
    answer = built(sound.read())
    graph = ox.NamedNode(f"{answer.base}/id/graaf/vocabularium")
    stored = answer.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
    assert stored is not None
    assert sorted(stored.decode().splitlines()) == answer.lines("vocabularium")
    assert any('"12.5"' in line for line in answer.lines("vocabularium"))


def test_tell_when_and_with_what_a_release_was_made(sound: SmallProject) -> None:
    """The time and the version of the software stand beside the content and do not change it."""
    before = datetime.now(UTC).replace(microsecond=0)
    folder, _ = build(sound.read())
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    assert (made["id"], made["software"]) == (folder.name, __version__)
    assert before <= datetime.fromisoformat(made["made"]) <= datetime.now(UTC)
    assert made["made"] not in (folder / "manifest.json").read_text(encoding="utf-8")
    again, _ = build(sound.read())
    assert again == folder
    assert json.loads((folder / "made.json").read_text(encoding="utf-8")) == made
