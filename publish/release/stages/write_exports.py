"""Writes the description of each data set and its exports, once its columns are there."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from publish.exports.answer import ExportForm
from publish.exports.describe import VocabularyTexts, describe_data_set
from publish.exports.description import SourceTable
from publish.exports.files import files_of
from publish.exports.observation import Observation
from publish.exports.observations import SelectedObservations
from publish.exports.overview.cards import OverviewCard, card_of, cards_as_json
from publish.exports.overview.figures import overview_of, reading_from
from publish.exports.view import DataView, ViewRefused
from publish.project.progress import Progress
from publish.project.project import Text
from publish.release.compressed import GzipWriter
from publish.release.stages.write_cubes import WrittenCubes, engine_of_columns

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

DESCRIPTIONS = "descriptions"
"""The folder of the release with the descriptions of data sets."""
OVERVIEW = "overview.json"
"""The file of the release with what is told first of each data set."""
READ_ONCE = 20_000
"""Observations of a data set up to which they are read once for all of its files."""
GZIP = "application/gzip"
"""The media type of what is compressed."""


@dataclass(frozen=True, kw_only=True)
class WrittenExports:
    """What the manifest says of descriptions and exports."""

    files: list[dict[str, Any]]
    """The entries of the exports."""
    descriptions: dict[str, str]
    """The checksum of each description, by the slug of its data set."""
    overview: str
    """The checksum of what is told first of data sets."""
    tables: dict[str, tuple[SourceTable, ...]]
    """The printed tables by the slug of the data set that is made from them."""


def write_exports(written: WrittenCubes) -> WrittenExports:
    """Write the columns of every cube, its description and its exports, once nothing is at fault.

    One engine does it all: to open one takes longer than to write a small data set.
    """
    folder, project = written.folder, written.inputs.project
    (folder / DESCRIPTIONS).mkdir()
    texts = VocabularyTexts(written.inputs.vocabulary)
    files: list[dict[str, Any]] = []
    descriptions: dict[str, str] = {}
    cards: list[OverviewCard] = []
    tables: dict[str, tuple[SourceTable, ...]] = {}
    with (
        engine_of_columns(written) as connection,
        Progress("exports", "data sets", len(written.cubes)) as progress,
    ):
        for cube in written.cubes:
            if cube.columns:
                about, path = cube.columns.finish(connection), cube.columns.path
                description = describe_data_set(
                    project, texts, cube.described.cube, about, cube.columns.content
                )
                text = description.to_json().encode()
                (folder / DESCRIPTIONS / f"{about.slug}.json").write_bytes(text)
                descriptions[about.slug] = hashlib.sha256(text).hexdigest()
                if not description.derived_from:
                    tables[about.slug] = description.tables
                whole = SelectedObservations(
                    description=description, view=DataView(), path=path, connection=connection
                )
                if description.observations <= READ_ONCE:
                    whole = replace(whole, read=list(whole))
                cards.append(_card(whole, cube.described.cube.mapping.topic))
                files.extend(_write_files(whole, project.exports))
            progress.step()
    overview = cards_as_json(cards).encode()
    (folder / OVERVIEW).write_bytes(overview)
    digest = hashlib.sha256(overview).hexdigest()
    return WrittenExports(files=files, descriptions=descriptions, overview=digest, tables=tables)


def _card(whole: SelectedObservations, topic: Text | None) -> OverviewCard:
    """Return what is told first of a data set."""
    description = whole.description

    def read(view: DataView) -> Iterable[Observation]:
        return replace(whole, view=view)

    reads = read if whole.read is None else reading_from(description, whole.read)
    return card_of(overview_of(description, reads), description, topic)


def _write_files(whole: SelectedObservations, exports: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Write the exports of a data set beside its columns; yield their entries in the manifest."""
    description, columns = whole.description, whole.path
    for file in files_of(description, exports):
        ending = file.ending + (".gz" if file.is_compressed(description) else "")
        path = columns.with_name(f"{description.slug}{ending}")
        form = file.written_as
        chosen = replace(whole, view=file.view)
        try:
            packed = _write(form, chosen, path)
        except ViewRefused:  # of few observations, each in a row and a column of its own
            path.unlink()
            continue
        size = path.stat().st_size
        if not size:  # a form that has nothing to say of this data set
            path.unlink()
            continue
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        yield {
            "path": f"dumps/{path.name}",
            "bytes": size,
            "sha256": digest,
            "media-type": GZIP if packed else form.media_type,
            "about": description.iri,
            "export": file.kind,
            **({"compresses": form.media_type, "content": packed} if packed else {}),
            **({"language": file.view.language} if file.has_language else {}),
        }


def _write(form: ExportForm, chosen: SelectedObservations, path: Path) -> dict[str, Any] | None:
    """Write a file; of one that is compressed return the size and checksum of its content."""
    if path.suffix != ".gz":
        with path.open("wb") as target:
            form.write(chosen, target)
        return None
    with closing(_Compressed(path)) as packed:
        form.write(chosen, cast("BinaryIO", packed))
    return {"bytes": packed.size, "sha256": packed.sum.hexdigest()}


class _Compressed(io.BufferedIOBase):
    """A file that is compressed while it is written, and its content counted."""

    def __init__(self, path: Path) -> None:
        self._target = GzipWriter(path)
        self.size, self.sum = 0, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        content = bytes(data)
        self.size += len(content)
        self.sum.update(content)
        self._target.write(content)
        return len(content)

    def close(self) -> None:
        self._target.close()
        super().close()
