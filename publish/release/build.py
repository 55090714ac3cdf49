"""Builds a release and makes it the current one, in one step or not at all.

``build/<id>/`` holds the dumps, the store, the shapes and ``manifest.json``; ``build/current``
points to the release that is served. When a release was made stands in ``made.json``. When the
input has faults nothing is left of the build. When a build says that it is done, the release is on
the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from publish import __version__
from publish.faults.fault import Fault, phrase
from publish.project.project import Project
from publish.release.dump_formats import write_forms
from publish.release.dumps import PRIMARY_FORMATS
from publish.release.manifest import make_manifest, manifest_text
from publish.release.stages.cubes import assemble_cubes, describe_cubes
from publish.release.stages.inputs import read_inputs
from publish.release.stages.judge_cubes import judge_cubes
from publish.release.stages.judge_graphs import Content, judge_graphs
from publish.release.stages.shared_graphs import write_shared_graphs
from publish.release.stages.write_cubes import write_cubes
from publish.release.stores.local import load_store
from publish.validation.shapes.files import list_shapes, write_shapes
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS

MADE = "made.json"
"""When and with which version a release was made: the only file that holds a clock time."""

UNFINISHED = ".unfinished-"
"""How the name of a folder begins that is not yet a release."""

log = logging.getLogger("publish")


def build(project: Project, only: Iterable[str] = ()) -> tuple[Path, list[Fault]]:
    """Build a release and make it the current one; return its folder and the warnings.

    Raises FaultyInput, having written nothing, when anything in the input is at fault.
    """
    project.build.mkdir(exist_ok=True)
    with _lock(project.build), _temporary_folder(project.build) as folder:
        content = make_content(project, folder, tuple(only))
        uris, graphs = project.uris, content.graphs
        about = uris.iri("graph", name="")
        forms = write_forms(
            folder / "dumps", graphs.dumps, graphs.code_lists, uris.prefixes(), about
        )
        write_shapes(project, content.shapes, folder)
        manifest = make_manifest(
            project,
            data_sets=_data_sets(content),
            examples=content.written.inputs.examples,
            dumps=graphs.dumps,
            counts=forms.counts,
            shapes=list_shapes(project, folder),
            files=forms.files,
        )
        identifier = manifest["id"]
        release = project.build / identifier
        text = manifest_text(manifest)
        if _holds(release, text):
            log.info(phrase("release-unchanged", name=identifier))
        else:
            _copy_input(content)
            load_store(folder, graphs.dumps, project.default_graph)
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            made = {"id": identifier, "made": now, "software": __version__}
            (folder / MADE).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
            (folder / "manifest.json").write_text(text, encoding="utf-8")
            if release.exists():
                shutil.rmtree(release)
            folder.chmod(0o755)
            _sync(*folder.rglob("*"), folder)
            folder.rename(release)
        _make_current(project.build, identifier)
    return release, list(content.warnings)


def make_content(
    project: Project,
    folder: Path,
    only: tuple[str, ...],
    *,
    formats: tuple[str, ...] = PRIMARY_FORMATS,
    most: int | None = None,
    full: bool = False,
) -> Content:
    """Take a project through all stages but the last: the way of a figure from table to dump.

    All faults of the input are found in one run and raised as FaultyInput. Of a data set with
    more than ``most`` observations no dumps are finished, as a check needs none of them. pySHACL
    judges observations too up to a stated size, or with ``full`` all.
    """
    inputs = read_inputs(project, only)
    assembled = assemble_cubes(inputs)
    described = describe_cubes(assembled)
    written = write_cubes(described, folder, formats=formats, most=most)
    judged = judge_cubes(written)
    graphs = write_shared_graphs(judged)
    return judge_graphs(graphs, full=full)


def _holds(release: Path, manifest: str) -> bool:
    """Return whether a folder is the release of a manifest, which is written last."""
    try:
        return (release / "manifest.json").read_text(encoding="utf-8") == manifest
    except (OSError, UnicodeDecodeError):
        return False


def validate(
    project: Project, only: Iterable[str] = (), *, full: bool = False
) -> tuple[dict[str, int], list[Fault]]:
    """Do all that a build does up to and including validation, and keep nothing of it.

    With ``full`` pySHACL judges the observations of large data sets too.
    Returns the number of observations per data set and the warnings. Raises FaultyInput.
    """
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        most = None if full else MOST_OBSERVATIONS
        content = make_content(
            project, Path(folder), tuple(only), formats=(".nt",), most=most, full=full
        )
        return content.written.counts, list(content.warnings)


@contextlib.contextmanager
def _lock(parent: Path) -> Iterator[None]:
    """Hold the lock of the releases, so that of two builds the second waits for the first.

    The operating system releases it when the process ends, however it ends.
    """
    with (parent / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info(phrase("waiting-for-build"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder beside the releases, which is deleted afterwards unless it was renamed."""
    # What lies there is left by a build that was killed, as this one holds the lock.
    for left in parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_input(content: Content) -> None:
    """Copy each printed table to where its IRI says it is, and the queries of the query page."""
    for cube in content.written.all_cubes:
        for table in cube.structure.tables:
            folder = content.written.folder / "tables" / table.document / table.digest
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(table.path, folder / f"{table.name}.csv")
    (content.written.folder / "queries").mkdir()
    for example in content.written.inputs.examples:
        path = content.written.folder / "queries" / f"{example.name}.rq"
        path.write_text(example.text, encoding="utf-8")


def _data_sets(content: Content) -> list[dict[str, object]]:
    """Return the entries of the manifest for the data sets."""
    return [
        {
            "slug": written.described.slug,
            "title": written.described.cube.mapping.title,
            "observations": written.count,
        }
        for written in content.written.cubes
    ]


def _make_current(parent: Path, identifier: str) -> None:
    """Let ``build/current`` point to a release, in one step."""
    link = parent / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(identifier, target_is_directory=True)
    _sync(parent)  # the release has its name on the disk before anything points to it
    link.replace(parent / "current")
    _sync(parent)


def _sync(*paths: Path) -> None:
    """Wait until files and folders are on the disk, so that a power cut cannot take them back."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
