"""Builds a release and makes it the current one, in one step or not at all.

``build/<id>/`` holds the dumps, the store, the shapes and ``manifest.json``; ``build/current``
points to the release that is served. When a release was made stands in ``made.json``. When the
input has faults nothing is left of the build. When a build says that it is done, the release is on
the disk. Old releases are removed, as many as the project does not keep.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish import __version__
from publish.cube.columns_file.names import QUERY_COLUMNS_FORMAT
from publish.exports.searching.index_file import INDEX_FORMAT
from publish.faults.fault import Fault, phrase, reason_of
from publish.project.project import Project
from publish.release.dump_formats import write_forms
from publish.release.dumps import PRIMARY_FORMATS
from publish.release.history.records import read_history, record_of
from publish.release.history.writing import settle
from publish.release.manifest import make_manifest, manifest_text
from publish.release.releases import (
    keep_release,
    locked,
    make_current,
    naming,
    removable,
    remove,
    same_content,
    sync,
    unfinished_folder,
)
from publish.release.soundness import check_release, write_made
from publish.release.stages.catalogue_entries import data_set_entries, portal_entries
from publish.release.stages.cubes import assemble_cubes, describe_cubes
from publish.release.stages.inputs import read_inputs
from publish.release.stages.judge_catalogue import judge_catalogue
from publish.release.stages.judge_cubes import judge_cubes
from publish.release.stages.judge_graphs import Content, judge_graphs
from publish.release.stages.shared_graphs import write_shared_graphs
from publish.release.stages.write_cubes import WrittenCubes, write_cubes
from publish.release.stages.write_exports import write_exports
from publish.release.stages.write_query_columns import StoredObservations, add_query_columns
from publish.release.stages.write_search import write_search
from publish.release.stages.write_sources import source_entries, write_texts
from publish.release.stores.local import load_store
from publish.validation.shapes.files import list_shapes, write_shapes
from publish.validation.shapes.with_pyshacl import MOST_OBSERVATIONS

log = logging.getLogger("publish")


def build(
    project: Project, only: Iterable[str] = (), *, seconds: float | None = None
) -> tuple[Path, list[Fault]]:
    """Build a release and make it the current one; return its folder and the warnings.

    ``seconds`` bounds what pySHACL does; by default it goes with the size of the graphs.
    Raises FaultyInput, having written nothing, when anything in the input is at fault, and OSError.
    """
    project.build.mkdir(exist_ok=True)
    sync(project.root)
    with naming(project.build), locked(project.build):
        settle(project.build)
        with unfinished_folder(project.build) as folder:
            written = write_release(project, folder, tuple(only), seconds)
            release = find_sound(project, written)
            if release is None:
                add_store(project, folder, written)
                list_release(folder, written.manifest, record=None)
                release = keep_release(folder, written.id)
            else:
                log.info(phrase("release-unchanged", name=release.name))
        make_current(release)
        remove_old(project)
    return release, list(written.warnings)


@dataclass(frozen=True, kw_only=True)
class WrittenRelease:
    """A release in its folder, but for the store and the list of its files."""

    content: Content
    manifest: Mapping[str, Any]
    stored: StoredObservations

    @property
    def id(self) -> str:
        """The id of the release."""
        return str(self.manifest["id"])

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What was found in the input that stops no release."""
        return tuple(self.content.warnings)


def write_release(
    project: Project, folder: Path, only: tuple[str, ...], seconds: float | None
) -> WrittenRelease:
    """Build what a release holds, but for its store. Raises FaultyInput."""
    content = make_content(project, folder, only, with_columns=True, seconds=seconds)
    _copy_tables(content.written)
    texts = write_texts(content.written.inputs.documents, folder)
    exports = write_exports(content.written)
    write_search(content.written.inputs, folder)
    uris, graphs = project.uris, content.graphs
    about = uris.iri("graph", name="")
    forms = write_forms(
        folder / "dumps", graphs.dumps, graphs.code_lists, uris.prefixes(), about, exports.files
    )
    write_shapes(project, content.shapes, folder)
    stored = StoredObservations.of(content)
    if project.publication is None:
        log.info(phrase("no-catalogue-yet"))
    manifest = make_manifest(
        project,
        data_sets=data_set_entries(content),
        examples=content.written.inputs.examples,
        dumps=graphs.dumps,
        counts=forms.counts,
        shapes=list_shapes(project, folder),
        files=forms.files,
        for_portals=portal_entries(content)
        | {
            "descriptions": exports.descriptions,
            "overview": exports.overview,
            "texts": texts,
            "search": INDEX_FORMAT,
            "query-columns": QUERY_COLUMNS_FORMAT,
            "left-out-of-store": sorted(stored.left_out),
            "sources": source_entries(content.written.inputs, exports.tables),
        },
    )
    judge_catalogue(project, manifest)
    return WrittenRelease(content=content, manifest=manifest, stored=stored)


def add_store(project: Project, folder: Path, written: WrittenRelease) -> None:
    """Write what a release has besides downloads: queries, store, columns and manifest."""
    _copy_queries(written.content)
    triples = sum(graph["triples"] for graph in written.manifest["graphs"])
    dumps, stored = written.content.graphs.dumps, written.stored
    load_store(folder, dumps, project.default_graph, triples, instead=stored.left_out)
    add_query_columns(written.content, stored)
    (folder / "manifest.json").write_text(manifest_text(written.manifest), encoding="utf-8")


def list_release(folder: Path, manifest: Mapping[str, Any], record: int | None) -> None:
    """Write ``made.json``, the last file of a release.

    ``record`` is the number of the record that it belongs to, None for a preview.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = {"id": manifest["id"], "made": now, "software": __version__, "record": record}
    write_made(folder, made, (*manifest["files"], *manifest["shapes"]))


def make_content(
    project: Project,
    folder: Path,
    only: tuple[str, ...],
    *,
    formats: tuple[str, ...] = PRIMARY_FORMATS,
    most: int | None = None,
    with_columns: bool = False,
    full: bool = False,
    seconds: float | None = None,
) -> Content:
    """Take a project through all stages but the last: the way of a figure from table to dump.

    All faults of the input are found in one run and raised as FaultyInput. Of a data set with
    more than ``most`` observations no dumps are finished, as a check needs none of them. pySHACL
    judges observations too up to a stated size, or with ``full`` all.
    """
    inputs = read_inputs(project, only)
    assembled = assemble_cubes(inputs)
    described = describe_cubes(assembled)
    written = write_cubes(described, folder, formats=formats, most=most, with_columns=with_columns)
    judged = judge_cubes(written)
    graphs = write_shared_graphs(judged, formats=formats)
    return judge_graphs(graphs, full=full, seconds=seconds)


def find_sound(project: Project, written: WrittenRelease, record: int | None = None) -> Path | None:
    """Return the folder of the same release if one is there and as it was written.

    It belongs to the record with a number; for a preview to none or to the last, since an older
    one would hide the records after it. A damaged one is left as it is, since it may be served.
    """
    last = read_history(project.build).last
    suitable = {record} if record else {None, last.number if last else None}
    for release in same_content(project.build, written.id):
        if record_of(release)[0] not in suitable:
            continue
        found = check_release(release, full=True, shown=project.shown(release))
        if not found:
            text = (release / "manifest.json").read_text(encoding="utf-8")
            if text == manifest_text(written.manifest):
                return release
        else:
            log.warning(
                phrase(
                    "release-made-anew",
                    name=release.name,
                    path=found[0].path,
                    finding=found[0].finding,
                )
            )
    return None


def remove_old(project: Project) -> None:
    """Remove the releases that the project no longer keeps; say so when one cannot be."""
    for release in removable(project.build, project.keep_releases):
        try:
            remove([release])
        except OSError as error:
            path = error.filename or project.shown(release)
            log.warning(phrase("release-not-removed", path=path, reason=reason_of(error)))


def validate(
    project: Project,
    only: Iterable[str] = (),
    *,
    full: bool = False,
    seconds: float | None = None,
) -> tuple[dict[str, int], list[Fault]]:
    """Do all that a build does up to and including validation, and keep nothing of it.

    With ``full`` pySHACL judges the observations of large data sets too.
    Returns the number of observations per data set and the warnings. Raises FaultyInput.
    """
    with tempfile.TemporaryDirectory(prefix="publish-") as folder, naming(Path(folder).parent):
        most = None if full else MOST_OBSERVATIONS
        content = make_content(
            project,
            Path(folder),
            tuple(only),
            formats=(".nt",),
            most=most,
            full=full,
            seconds=seconds,
        )
        return content.written.counts, list(content.warnings)


def _copy_tables(written: WrittenCubes) -> None:
    """Copy each printed table to where its IRI says it is; exports print some of it again."""
    for cube in written.all_cubes:
        for table in cube.structure.tables:
            folder = written.folder / "tables" / table.document / table.digest
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(table.path, folder / f"{table.name}.csv")


def _copy_queries(content: Content) -> None:
    """Copy the queries of the query page."""
    (content.written.folder / "queries").mkdir()
    for example in content.written.inputs.examples:
        path = content.written.folder / "queries" / f"{example.name}.rq"
        path.write_text(example.text, encoding="utf-8")
