"""The exports of a data set as people choose among them: by form, and by language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from publish.exports.files import export_files
from publish.release.catalogue.exported import EXPORTED
from publish.release.manifest import DataSet, File
from publish.release.opened import Served, read_names

ORDER = (
    "workbook",
    "table",
    "printed",
    "list",
    "links",
    "jsonstat",
    "sdmx-csv",
    "sdmx-json",
    "labelled",
)
"""The kinds of exports, those that most people look for first."""


@dataclass(frozen=True, kw_only=True)
class ExportRow:
    """A form in which a data set can be opened."""

    kind: str
    name: str
    about: str
    """What is in it, as a sentence."""
    files: Mapping[str | None, File]
    """Its files by the language of their texts; None for one file in both."""
    described_by: Mapping[str | None, File]
    """What describes these for programs, likewise."""
    per_view: str | None
    """The form's name at the data address, where the whole is too large for a file."""


def exports_of(served: Served, data_set: DataSet, language: str) -> list[ExportRow]:
    """Return the forms that there are of a data set, in a fixed order."""
    files = [file for file in served.files.values() if file.export and file.stem == data_set.slug]
    return list(_rows(served, data_set, files, language))


def _rows(
    served: Served, data_set: DataSet, files: Sequence[File], language: str
) -> Iterator[ExportRow]:
    words = read_names()[language]["distributions"]
    known = {file.kind: file for file in export_files()}
    has_views = data_set.slug in served.descriptions
    for kind in ORDER:
        own = {file.language: file for file in files if file.export == kind}
        limit = known[kind].most if kind in known else None
        is_larger = limit is not None and data_set.observations > limit
        per_view = known[kind].form if is_larger and has_views and files and not own else None
        if own or per_view:
            yield ExportRow(
                kind=kind,
                name=words["forms"].get(kind, EXPORTED[kind].name),
                about=words["kinds"][kind],
                files=own,
                described_by={
                    file.language: file
                    for file in files
                    if file.export and kind in EXPORTED[file.export].describes
                },
                per_view=per_view,
            )
